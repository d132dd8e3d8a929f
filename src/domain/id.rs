//! Ids: 64 bits, ordered by time, unique across nodes, printed with a prefix that names the kind.
//!
//! Layout, from the top: one zero bit, 41 bits of milliseconds since 2024-01-01, 10 bits of node,
//! 12 bits of sequence. Rows made together stand together in an index.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Mutex;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::Timestamp;

/// 2024-01-01T00:00:00Z in Unix milliseconds.
const EPOCH_MS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;
/// Crockford's alphabet, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Digits of 5 bits that hold 63 bits.
const DIGITS: usize = 13;

/// How many nodes one system can have; node numbers run from 0 to one less.
pub const MAX_NODES: u16 = 1 << NODE_BITS;

/// What an id names; its prefix stands before the digits.
pub trait Kind: 'static {
    /// The prefix with its underscore, as in `mem_`.
    const PREFIX: &'static str;
    /// What ids of this kind are called in the API's document, as in `MemberId`.
    const ALIAS: &'static str;
    /// What they are ids of, in a sentence.
    const NOUN: &'static str;
}

macro_rules! kinds {
    ($(#[doc = $doc:literal] $kind:ident, $alias:ident, $prefix:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        pub enum $kind {}
        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
            const ALIAS: &'static str = stringify!($alias);
            const NOUN: &'static str = $doc;
        }
        #[doc = $doc]
        pub type $alias = Id<$kind>;
    )*

    /// Whether a text is an id, of whichever kind.
    pub fn is_any(text: &str) -> bool {
        [$(text.parse::<$alias>().is_ok()),*].contains(&true)
    }
    };
}

kinds! {
    /// A community.
    CommunityKind, CommunityId, "com_";
    /// A member or guest.
    MemberKind, MemberId, "mem_";
    /// A device of a member.
    DeviceKind, DeviceId, "dev_";
    /// A pool of numbers.
    PoolKind, PoolId, "pool_";
    /// A pool number.
    NumberKind, NumberId, "num_";
    /// A campaign: what a carrier allows over several numbers together.
    CampaignKind, CampaignId, "cmp_";
    /// A contact: the directed pair as its owner sees it.
    ContactKind, ContactId, "ctc_";
    /// An assignment: the same row as the contact, as the pool sees it.
    AssignmentKind, AssignmentId, "asg_";
    /// A message.
    MessageKind, MessageId, "msg_";
    /// An API key.
    KeyKind, KeyId, "key_";
    /// An event, as apps are told of it.
    EventIdKind, EventId, "evt_";
    /// A callback endpoint of an app.
    EndpointKind, EndpointId, "end_";
    /// A delivery of an event to an endpoint.
    DeliveryKind, DeliveryId, "dlv_";
    /// What a phone has stopped.
    OptOutKind, OptOutId, "opt_";
    /// A call.
    CallKind, CallId, "call_";
    /// A call as one virtual phone sees it.
    LegKind, LegId, "leg_";
    /// A verification of the assignment table.
    VerificationKind, VerificationId, "ver_";
    /// An import of a file.
    ImportKind, ImportId, "imp_";
    /// A private link to an address book.
    BookLinkKind, BookLinkId, "blk_";
    /// A consent to texts.
    OptInKind, OptInId, "oin_";
    /// A swap: the moving of every pair off some numbers.
    SwapKind, SwapId, "swp_";
    /// A user: somebody who signs in with a browser.
    UserKind, UserId, "usr_";
    /// An entry of the audit log.
    AuditKind, AuditId, "aud_";
}

/// An id of one kind of thing.
pub struct Id<K>(i64, PhantomData<fn() -> K>);

/// Why a text is not an id of the kind that was expected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{text}` is not an id of this kind: expected `{prefix}` and 13 letters and digits")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

impl<K> Id<K> {
    /// Wraps a raw value, as it comes from a database column or from [`IdGenerator`].
    pub const fn from_i64(value: i64) -> Self {
        Self(value, PhantomData)
    }

    /// The raw value, for a database column.
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// The least id that could have been made at this moment: what was made before has a lesser one.
    pub fn earliest(at: Timestamp) -> Self {
        let ms = at.0.saturating_sub(EPOCH_MS).clamp(0, (1 << 41) - 1);
        Self::from_i64(Self::span(ms))
    }

    /// An id that is so many milliseconds older.
    pub fn earlier_ms(self, ms: i64) -> Self {
        Self::from_i64((self.0 - Self::span(ms)).max(0))
    }

    /// By how much the raw values of ids differ that were made so many milliseconds apart.
    pub const fn span(ms: i64) -> i64 {
        ms << (NODE_BITS + SEQUENCE_BITS)
    }

    /// When it was made, to within what was borrowed from the milliseconds to come.
    pub const fn made_at(self) -> Timestamp {
        Timestamp((self.0 >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_MS)
    }

    /// The same value as the id of another kind (a contact and its assignment are one row).
    pub const fn cast<L>(self) -> Id<L> {
        Id::from_i64(self.0)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0u8; DIGITS];
        let mut rest = self.0 as u64;
        for slot in digits.iter_mut().rev() {
            *slot = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        f.write_str(K::PREFIX)?;
        digits.iter().try_for_each(|d| write!(f, "{}", *d as char))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = || IdError {
            text: text.chars().take(40).collect(),
            prefix: K::PREFIX,
        };
        let digits = text.strip_prefix(K::PREFIX).ok_or_else(error)?;
        if digits.len() != DIGITS {
            return Err(error());
        }
        let mut value: u64 = 0;
        for (at, byte) in digits.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|a| *a == byte).ok_or_else(error)? as u64;
            // 13 digits hold 65 bits; the value has 63.
            if at == 0 && digit > 7 {
                return Err(error());
            }
            value = value << 5 | digit;
        }
        i64::try_from(value).map(Self::from_i64).map_err(|_| error())
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Makes ids for one node. Never repeats and never goes back, even when the clock does.
#[derive(Debug)]
pub struct IdGenerator {
    node: i64,
    /// The last value's milliseconds and sequence, as one number.
    last: Mutex<i64>,
}

impl IdGenerator {
    /// A generator for node `node` (taken modulo [`MAX_NODES`]); no two running processes of one system
    /// may share a node number.
    pub fn new(node: u16) -> Self {
        Self {
            node: i64::from(node % MAX_NODES),
            last: Mutex::new(0),
        }
    }

    /// The node number that these ids carry.
    pub fn node(&self) -> u16 {
        self.node as u16
    }

    /// The next id. When more than 4,096 are asked for within a millisecond, or the clock went back,
    /// it borrows from the milliseconds to come.
    pub fn next<K>(&self, now: Timestamp) -> Id<K> {
        let earliest = (now.0 - EPOCH_MS).max(0) << SEQUENCE_BITS;
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *last = earliest.max(*last + 1);
        let (ms, sequence) = (*last >> SEQUENCE_BITS, *last & ((1 << SEQUENCE_BITS) - 1));
        Id::from_i64(ms << (NODE_BITS + SEQUENCE_BITS) | self.node << SEQUENCE_BITS | sequence)
    }
}

/// Every id that was made before that moment is below this.
pub fn lowest_at(at: Timestamp) -> i64 {
    (at.0 - EPOCH_MS).max(0) << (NODE_BITS + SEQUENCE_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_survives_its_own_text(value in 0..=i64::MAX) {
            let id = MemberId::from_i64(value);
            prop_assert_eq!(id.to_string().parse::<MemberId>().unwrap(), id);
        }

        #[test]
        fn reading_any_text_is_total(text in "\\PC{0,40}") {
            let _ = text.parse::<MemberId>();
        }

        #[test]
        fn text_order_is_value_order(a in 0..=i64::MAX, b in 0..=i64::MAX) {
            let (x, y) = (MessageId::from_i64(a), MessageId::from_i64(b));
            prop_assert_eq!(x.to_string().cmp(&y.to_string()), a.cmp(&b));
        }
    }

    #[test]
    fn what_was_made_before_a_moment_is_below_its_earliest_id() {
        let ids = IdGenerator::new(7);
        let at = |ms: i64| Timestamp(EPOCH_MS + ms);
        let (before, then): (MessageId, MessageId) = (ids.next(at(999)), ids.next(at(1000)));
        assert!(before < MessageId::earliest(at(1000)) && then >= MessageId::earliest(at(1000)));
        assert_eq!((before.made_at(), then.made_at()), (at(999), at(1000)));
        assert_eq!(MessageId::earliest(Timestamp(0)).as_i64(), 0);
        assert!(MessageId::earliest(Timestamp(i64::MAX)).as_i64() > 0);
    }

    #[test]
    fn ids_rise_even_when_the_clock_goes_back() {
        let ids = IdGenerator::new(3);
        let mut last = ids.next::<MessageKind>(Timestamp(EPOCH_MS + 10_000));
        for step in 0..20_000 {
            let next = ids.next(Timestamp(EPOCH_MS + 10_000 - step));
            assert!(next > last);
            last = next;
        }
    }

    #[test]
    fn two_nodes_never_make_the_same_id() {
        let (a, b) = (IdGenerator::new(1), IdGenerator::new(2));
        let now = Timestamp(EPOCH_MS + 1);
        assert_ne!(a.next::<MessageKind>(now), b.next::<MessageKind>(now));
    }

    #[test]
    fn an_id_of_another_kind_is_refused_by_name() {
        let error = MemberId::from_i64(7).to_string().parse::<PoolId>().unwrap_err();
        assert!(error.to_string().contains("pool_"));
    }
}
