//! A member's address book: who stands on which pool number, and what has changed since it was last taken.

use sha2::{Digest, Sha256};

use super::id::{CommunityId, ContactId, MemberId};
use super::{E164, Timestamp};

/// Bytes of one contact in what was taken: who, and a hash of what the card said.
const ENTRY: usize = 16;

/// A card of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The pair, as the member has it.
    pub id: ContactId,
    /// Who it is.
    pub contact: MemberId,
    /// What people call them.
    pub name: String,
    /// The pool number that stands for them on this member's phones.
    pub number: E164,
    /// The number is a hub, and this is their tag there.
    pub tag: Option<u16>,
    /// Since when the card says so.
    pub since: Timestamp,
}

impl Card {
    /// The name as a phone shows it: with the tag, where texts must begin with one.
    pub fn shown_name(&self) -> String {
        match self.tag {
            Some(tag) => format!("{} (#{tag})", self.name),
            None => self.name.clone(),
        }
    }

    /// Where they are for the member: the number, with the tag where others are on it too.
    pub fn place(&self) -> String {
        match self.tag {
            Some(tag) => format!("{} #{tag}", self.number),
            None => self.number.to_string(),
        }
    }

    /// How to write to them, where that is not as to others.
    pub fn note(&self) -> Option<String> {
        self.tag.map(|tag| format!("Begin your text with #{tag}"))
    }

    /// A hash of what the card says.
    fn mark(&self) -> [u8; 8] {
        let mut hash = Sha256::new();
        hash.update(self.number.as_i64().to_be_bytes());
        hash.update(self.name.as_bytes());
        if let Some(tag) = self.tag {
            hash.update(tag.to_be_bytes());
        }
        let hash = hash.finalize();
        let mut mark = [0; 8];
        mark.copy_from_slice(&hash[..8]);
        mark
    }

    /// Names the same pair for as long as both are members, whichever number it has; told to phones, which cannot
    /// learn anything else from it.
    pub fn uid(&self, community: CommunityId, member: MemberId) -> String {
        let mut hash = Sha256::new();
        hash.update(b"partyline card");
        for id in [community.as_i64(), member.as_i64(), self.contact.as_i64()] {
            hash.update(id.to_be_bytes());
        }
        let hash = hash.finalize();
        let mut bits = [0; 16];
        bits.copy_from_slice(&hash[..16]);
        // A UUID of the version that is free for such use (RFC 9562, version 8).
        bits[6] = bits[6] & 0x0f | 0x80;
        bits[8] = bits[8] & 0x3f | 0x80;
        let hex: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
        let parts: Vec<&str> = parts
            .iter()
            .filter_map(|(from, to)| hex.get(*from..*to))
            .collect();
        format!("urn:uuid:{}", parts.join("-"))
    }
}

/// What a book was when it was taken: kept in the database as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken(Vec<u8>);

impl Taken {
    /// What is taken now.
    pub fn of(cards: &[Card]) -> Self {
        let mut sorted: Vec<&Card> = cards.iter().collect();
        sorted.sort_by_key(|card| card.contact);
        let mut bytes = Vec::with_capacity(sorted.len() * ENTRY);
        for card in sorted {
            bytes.extend(card.contact.as_i64().to_be_bytes());
            bytes.extend(card.mark());
        }
        Self(bytes)
    }

    /// Back from the database; what is no entry is left out.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the database.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn entries(&self) -> impl Iterator<Item = (MemberId, [u8; 8])> {
        self.0.chunks_exact(ENTRY).filter_map(|entry| {
            let (who, mark) = entry.split_first_chunk::<8>()?;
            let mark: [u8; 8] = mark.try_into().ok()?;
            Some((MemberId::from_i64(i64::from_be_bytes(*who)), mark))
        })
    }

    /// How the book differs from this now.
    pub fn compared(&self, cards: &[Card]) -> Changes {
        let before: std::collections::BTreeMap<_, _> = self.entries().collect();
        let mut changes = Changes::default();
        for card in cards {
            match before.get(&card.contact) {
                None => changes.added.push(card.contact),
                Some(mark) if *mark != card.mark() => changes.changed.push(card.contact),
                Some(_) => {}
            }
        }
        let now: std::collections::BTreeSet<_> = cards.iter().map(|card| card.contact).collect();
        changes.gone = before.into_keys().filter(|who| !now.contains(who)).collect();
        changes
    }

    /// Names what the book is, for an entity tag.
    pub fn tag(&self) -> String {
        let hash = Sha256::digest(&self.0);
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How a book differs from what was last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Who is new in it.
    pub added: Vec<MemberId>,
    /// Whose name or number is another.
    pub changed: Vec<MemberId>,
    /// Who is in it no more.
    pub gone: Vec<MemberId>,
}

impl Changes {
    /// Whether it is as it was.
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn card(contact: i64, name: &str, number: i64) -> Card {
        Card {
            tag: None,
            id: ContactId::from_i64(contact + 100),
            contact: MemberId::from_i64(contact),
            name: name.into(),
            number: E164::from_i64(12_025_550_100 + number).unwrap(),
            since: Timestamp(0),
        }
    }

    #[test]
    fn what_is_new_other_or_gone_since_it_was_taken_is_told_apart() {
        let before = [
            card(1, "Ann", 1),
            card(2, "Bob", 2),
            card(3, "Cy", 3),
            card(4, "Di", 4),
        ];
        let taken = Taken::of(&before);
        assert!(taken.compared(&before).is_none());
        let now = [
            card(4, "Di", 5),
            card(2, "Bob B.", 2),
            card(3, "Cy", 3),
            card(9, "Eve", 1),
        ];
        let who = |ids: &[i64]| ids.iter().map(|id| MemberId::from_i64(*id)).collect::<Vec<_>>();
        assert_eq!(
            taken.compared(&now),
            Changes {
                added: who(&[9]),
                changed: who(&[4, 2]),
                gone: who(&[1])
            }
        );
        assert_ne!(taken.tag(), Taken::of(&now).tag());
    }

    #[test]
    fn a_pair_keeps_its_name_on_phones_whatever_its_number_and_others_have_others() {
        let (com, mem) = (CommunityId::from_i64(1), MemberId::from_i64(2));
        let uid = card(3, "Ann", 1).uid(com, mem);
        assert_eq!(uid, card(3, "Anna", 7).uid(com, mem));
        assert_ne!(uid, card(4, "Ann", 1).uid(com, mem));
        assert_ne!(uid, card(3, "Ann", 1).uid(com, MemberId::from_i64(9)));
        assert_eq!(uid.len(), "urn:uuid:".len() + 36);
    }

    proptest! {
        #[test]
        fn whatever_is_kept_can_be_compared(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Taken::from_bytes(bytes).compared(&[card(1, "Ann", 1)]);
        }

        #[test]
        fn the_order_of_cards_does_not_count(ids in proptest::collection::btree_set(1i64..100, 0..20)) {
            let cards: Vec<Card> = ids.iter().map(|id| card(*id, "x", *id)).collect();
            let turned: Vec<Card> = cards.iter().rev().cloned().collect();
            prop_assert_eq!(Taken::of(&cards), Taken::of(&turned));
        }
    }
}
