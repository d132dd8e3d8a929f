//! Whether every row has its mirror, found in one walk in whatever order: the rows of a pair cancel each other out.

use std::hash::{DefaultHasher, Hasher};

use super::Row;
use crate::domain::id::{CommunityId, MemberId};

/// Rows to a bucket, about: a bucket that does not come out at zero has its rows looked up one by one.
const ROWS_TO_A_BUCKET: u64 = 8;
/// 8 MB at most.
const MOST_BUCKETS: u64 = 1 << 20;

/// Sums over the rows of a community, spread over buckets by pair. The row of the member with the lesser id adds a
/// random-looking number of 64 bits, made of the pair and of what both rows must agree on; the other row takes it
/// away. A bucket whose pairs are whole comes out at zero. One whose pairs are not does so with a chance of one in
/// 2^64, and by a key that is drawn anew for each walk, so that no table can be made to hide something.
#[derive(Debug)]
pub struct Mirrors {
    key: [u64; 2],
    sums: Vec<u64>,
}

impl Mirrors {
    /// For about so many rows.
    pub fn new(rows: u64, key: [u64; 2]) -> Self {
        let buckets = (rows / ROWS_TO_A_BUCKET)
            .next_power_of_two()
            .clamp(64, MOST_BUCKETS);
        Self {
            key,
            sums: vec![0; usize::try_from(buckets).unwrap_or(64)],
        }
    }

    fn hash(&self, key: u64, pair: (MemberId, MemberId)) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(key);
        hasher.write_i64(pair.0.min(pair.1).as_i64());
        hasher.write_i64(pair.0.max(pair.1).as_i64());
        hasher
    }

    fn bucket(&self, row: &Row) -> usize {
        let hash = self.hash(self.key[0], (row.member, row.contact)).finish();
        // A power of two.
        usize::try_from(hash).unwrap_or(0) & (self.sums.len() - 1)
    }

    /// Counts a row.
    pub fn add(&mut self, community: CommunityId, row: &Row) {
        let mut hasher = self.hash(self.key[1], (row.member, row.contact));
        hasher.write_i64(community.as_i64());
        hasher.write_i64(row.created_at.0);
        hasher.write_u8(u8::from(row.pending) * 2 + u8::from(row.blocked));
        let value = hasher.finish();
        let bucket = self.bucket(row);
        if let Some(sum) = self.sums.get_mut(bucket) {
            *sum = match row.member < row.contact {
                true => sum.wrapping_add(value),
                false => sum.wrapping_sub(value),
            };
        }
    }

    /// Whether all pairs are whole.
    pub fn are_whole(&self) -> bool {
        self.sums.iter().all(|sum| *sum == 0)
    }

    /// Whether a row must be looked up: its bucket does not come out at zero.
    pub fn doubts(&self, row: &Row) -> bool {
        self.sums.get(self.bucket(row)).is_some_and(|sum| *sum != 0)
    }
}
