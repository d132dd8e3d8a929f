//! Whether one of the two of every pair chose the other, found in one walk: a pair of which both rows were received is a
//! pair that nobody made.

use std::hash::{DefaultHasher, Hasher};

use super::Row;

/// Bits to a row, about: one row in so many is doubted without reason, and looked up.
const BITS_TO_A_ROW: u64 = 16;
/// 8 MB at most; bigger tables have more rows looked up.
const MOST_BITS: u64 = 1 << 26;

/// Which pairs have had a received row: a bit for each, by a keyed hash that several pairs may share.
#[derive(Debug)]
pub struct Received {
    key: u64,
    bits: Vec<u64>,
}

impl Received {
    /// For about so many rows.
    pub fn new(rows: u64, key: u64) -> Self {
        let bits = rows
            .saturating_mul(BITS_TO_A_ROW)
            .clamp(1 << 12, MOST_BITS)
            .next_power_of_two();
        Self {
            key,
            bits: vec![0; usize::try_from(bits / 64).unwrap_or(64)],
        }
    }

    /// Notes a received row; true where its mirror may be a received row too, and must be looked up.
    pub fn doubts(&mut self, row: &Row) -> bool {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.key);
        hasher.write_i64(row.member.min(row.contact).as_i64());
        hasher.write_i64(row.member.max(row.contact).as_i64());
        let hash = hasher.finish();
        // A power of two.
        let word = usize::try_from(hash >> 6).unwrap_or(0) & (self.bits.len() - 1);
        let bit = 1u64 << (hash & 63);
        match self.bits.get_mut(word) {
            Some(word) => {
                let was = *word & bit != 0;
                *word |= bit;
                was
            }
            None => true,
        }
    }
}
