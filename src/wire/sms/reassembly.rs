//! Putting the parts of long texts together again, in bounded memory.
//!
//! Each part comes with a token of the caller's, and every token comes back exactly once: with the whole
//! text, with an incomplete one, or when a repetition of its part takes its place. So an edge can hold
//! back each part's acknowledgment until the whole text is durable.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::coding::Coding;
use super::concat::{Concat, Reference};
use super::whole::{GivenUp, Incomplete, ReceivedPart, Whole};

/// What a part is counted for beside its bytes, so that empty parts are not free.
const PART_OVERHEAD: usize = 64;

/// How much the reassembler may hold, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Texts that are not whole yet.
    pub texts: usize,
    /// Bytes in their parts, with 64 for each part's housekeeping.
    pub bytes: usize,
    /// Milliseconds from a text's first part until it is given up.
    pub timeout_ms: i64,
}

/// One part as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment<T> {
    /// Its place, from the user data header (TS 23.040, 9.2.3.24) or the SAR TLVs (SMPP 3.4, 5.3.2.22).
    pub concat: Concat,
    /// How its bytes are to be read (SMPP 3.4, 5.2.19).
    pub coding: Coding,
    /// Its bytes without the header.
    pub body: Vec<u8>,
    /// Whatever the caller needs to answer for this part.
    pub token: T,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It is held until the others come (or it is in [`Inserted::given_up`], when there was no room).
    Pending,
    /// The same part is already held. The newer token is kept, since a peer repeats itself where it no
    /// longer waits for the older answer; the older is returned.
    Duplicate {
        /// The token that the new one replaced. Its part is not durable: do not acknowledge it as such.
        superseded: T,
    },
    /// It was the last one missing.
    Complete(Whole<T>),
}

/// The answer to [`Reassembler::insert`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted<K, T> {
    /// What became of the part.
    pub outcome: Outcome<T>,
    /// Texts that had to go: the oldest when there was no room, or one whose reference was reused.
    pub given_up: Vec<Incomplete<K, T>>,
}

/// Collects parts until their texts are whole (TS 23.040, 9.2.3.24.1; SMPP 3.4, 5.3.2.22).
///
/// `K` names the two ends, source and destination; reference and total are added to it. A part repeated
/// after its text became whole opens a new text, which times out: only who stores texts can know it.
#[derive(Debug)]
pub struct Reassembler<K, T> {
    caps: Caps,
    texts: HashMap<TextKey<K>, Partial<T>>,
    /// The texts by age. Deadline first, then arrival, so that equal deadlines stay apart.
    queue: BTreeMap<Due, TextKey<K>>,
    bytes: usize,
    arrivals: u64,
}

/// Deadline in milliseconds, and the number of the text's arrival.
type Due = (i64, u64);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct TextKey<K> {
    ends: K,
    reference: Reference,
    total: u8,
}

#[derive(Debug)]
struct Partial<T> {
    due: Due,
    parts: BTreeMap<u8, ReceivedPart<T>>,
}

impl<K: Clone + Eq + Hash, T> Reassembler<K, T> {
    /// An empty one.
    pub fn new(caps: Caps) -> Self {
        Reassembler {
            caps,
            texts: HashMap::new(),
            queue: BTreeMap::new(),
            bytes: 0,
            arrivals: 0,
        }
    }

    /// Takes one part in. Parts may come in any order and repeatedly. A part that differs from the held
    /// one of the same number belongs to a later text (8-bit references come round soon): the earlier
    /// text is given up rather than mixed with it.
    pub fn insert(&mut self, ends: K, fragment: Fragment<T>, now_ms: i64) -> Inserted<K, T> {
        let Fragment {
            concat,
            coding,
            body,
            token,
        } = fragment;
        let key = TextKey {
            ends,
            reference: concat.reference(),
            total: concat.total(),
        };
        let part = ReceivedPart {
            seq: concat.seq(),
            coding,
            body,
            token,
        };

        let mut given_up = Vec::new();
        if let Some(why) = self.texts.get(&key).and_then(|text| text.refuses(&part, now_ms)) {
            given_up.extend(self.give_up(&key, why));
        }
        let outcome = match self.hold(&key, part, now_ms) {
            Some(superseded) => Outcome::Duplicate { superseded },
            None if self.is_whole(&key) => {
                let parts = self.take(&key).map(|text| text.parts).unwrap_or_default();
                Outcome::Complete(parts.into_values().collect())
            }
            None => {
                self.make_room(&mut given_up);
                Outcome::Pending
            }
        };
        Inserted { outcome, given_up }
    }

    /// Gives up every text whose deadline has come, oldest first; `i64::MAX` gives up all.
    pub fn expire(&mut self, now_ms: i64) -> Vec<Incomplete<K, T>> {
        let mut expired = Vec::new();
        while let Some((_, key)) = self
            .queue
            .first_key_value()
            .filter(|((due, _), _)| *due <= now_ms)
        {
            let key = key.clone();
            expired.extend(self.give_up(&key, GivenUp::TimedOut));
        }
        expired
    }

    /// When [`Reassembler::expire`] next has something to do, in the time of `now_ms`.
    pub fn next_deadline(&self) -> Option<i64> {
        self.queue.first_key_value().map(|((deadline, _), _)| *deadline)
    }

    /// Texts held that are not whole, for metrics.
    pub fn texts(&self) -> usize {
        self.texts.len()
    }

    /// Bytes held as [`Caps::bytes`] counts them, for metrics.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Holds the part; the token of the part that it repeats, if it does.
    fn hold(&mut self, key: &TextKey<K>, part: ReceivedPart<T>, now_ms: i64) -> Option<T> {
        let text = self.texts.entry(key.clone()).or_insert_with(|| {
            self.arrivals = self.arrivals.wrapping_add(1);
            let due = (now_ms.saturating_add(self.caps.timeout_ms), self.arrivals);
            self.queue.insert(due, key.clone());
            Partial {
                due,
                parts: BTreeMap::new(),
            }
        });
        let cost = cost(&part);
        match text.parts.insert(part.seq, part) {
            Some(repeated) => Some(repeated.token),
            None => {
                self.bytes = self.bytes.saturating_add(cost);
                None
            }
        }
    }

    fn is_whole(&self, key: &TextKey<K>) -> bool {
        self.texts
            .get(key)
            .is_some_and(|text| text.parts.len() == usize::from(key.total))
    }

    fn make_room(&mut self, given_up: &mut Vec<Incomplete<K, T>>) {
        while self.texts.len() > self.caps.texts || self.bytes > self.caps.bytes {
            let Some(oldest) = self.queue.first_key_value().map(|(_, key)| key.clone()) else {
                return;
            };
            given_up.extend(self.give_up(&oldest, GivenUp::NoRoom));
        }
    }

    fn give_up(&mut self, key: &TextKey<K>, why: GivenUp) -> Option<Incomplete<K, T>> {
        let text = self.take(key)?;
        Some(Incomplete {
            key: key.ends.clone(),
            reference: key.reference,
            total: key.total,
            parts: text.parts.into_values().collect(),
            why,
        })
    }

    fn take(&mut self, key: &TextKey<K>) -> Option<Partial<T>> {
        let text = self.texts.remove(key)?;
        self.queue.remove(&text.due);
        self.bytes = self.bytes.saturating_sub(text.parts.values().map(cost).sum());
        Some(text)
    }
}

impl<T> Partial<T> {
    /// Why this text cannot be the one that the part belongs to.
    fn refuses(&self, part: &ReceivedPart<T>, now_ms: i64) -> Option<GivenUp> {
        if self.due.0 <= now_ms {
            return Some(GivenUp::TimedOut);
        }
        let held = self.parts.get(&part.seq)?;
        (held.coding != part.coding || held.body != part.body).then_some(GivenUp::ReferenceReused)
    }
}

fn cost<T>(part: &ReceivedPart<T>) -> usize {
    part.body.len().saturating_add(PART_OVERHEAD)
}

#[cfg(test)]
#[path = "reassembly_tests.rs"]
mod tests;
