//! What becomes of rows of members, by what is known of those who are there. Pure.

use std::collections::{HashMap, HashSet};

use super::rows::{MemberToBe, Refusal, refusal};
use crate::domain::E164;
use crate::domain::id::MemberId;

/// Somebody who is there, or came by an earlier row.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub name: String,
    pub guest: bool,
    pub reference: Option<String>,
    /// The line of this file that made them or said the same.
    pub line: Option<u64>,
}

/// What is known of the phones and references of some rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Whose phones they are.
    pub phones: HashMap<E164, MemberId>,
    /// Whose references they are.
    pub references: HashMap<String, MemberId>,
    /// Those people.
    pub members: HashMap<MemberId, Known>,
    /// Which are pool numbers.
    pub pool_numbers: HashSet<E164>,
    /// Whose former owners are being erased.
    pub erasing: HashSet<E164>,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// A new member, with this id.
    Added(MemberId),
    /// This member is so already.
    Unchanged(MemberId),
    /// It cannot be.
    Refused(Refusal),
}

/// Decides on one row, and adds to the facts what it makes. An import adds members and changes none who is there: what
/// differs from them is refused, with the line from which they came.
pub(super) fn decide(
    facts: &mut Facts,
    line: u64,
    row: &MemberToBe,
    new_id: impl FnOnce() -> MemberId,
) -> Fate {
    match check(facts, row) {
        Err(refused) => Fate::Refused(refused),
        Ok(Some(member)) => {
            let known = facts.members.get_mut(&member);
            let said = known.map(|known| *known.line.get_or_insert(line));
            match said.filter(|said| *said != line) {
                Some(said) => {
                    Fate::Refused(refusal("repeated", format!("repeats the member of line {said}")))
                }
                None => Fate::Unchanged(member),
            }
        }
        Ok(None) => {
            let member = new_id();
            let known = Known {
                name: row.name.clone(),
                guest: row.guest,
                reference: row.reference.clone(),
                line: Some(line),
            };
            facts.members.insert(member, known);
            facts
                .phones
                .extend(row.phones.iter().map(|(phone, _)| (*phone, member)));
            facts
                .references
                .extend(row.reference.iter().map(|reference| (reference.clone(), member)));
            Fate::Added(member)
        }
    }
}

/// The member who is as the row says, or nobody where the row's phones and reference are nobody's.
fn check(facts: &Facts, row: &MemberToBe) -> Result<Option<MemberId>, Refusal> {
    if let Some((phone, _)) = row.phones.iter().find(|(p, _)| facts.pool_numbers.contains(p)) {
        let told = format!(
            "{} is a pool number; a member's phone must be a number of their own",
            phone.masked()
        );
        return Err(refusal("pool_number", told));
    }
    if let Some((phone, _)) = row.phones.iter().find(|(p, _)| facts.erasing.contains(p)) {
        let told = format!(
            "what is held of a former owner of {} is being erased; import the row again when that is done",
            phone.masked()
        );
        return Err(refusal("erasure_under_way", told));
    }
    let owner = |phone: &E164| facts.phones.get(phone).copied();
    let referred = row
        .reference
        .as_ref()
        .and_then(|r| facts.references.get(r).copied());
    let mut found: Vec<MemberId> = row
        .phones
        .iter()
        .filter_map(|(p, _)| owner(p))
        .chain(referred)
        .collect();
    found.dedup();
    let Some(&member) = found.first() else {
        return Ok(None);
    };
    let who = |member: MemberId| match facts.members.get(&member).and_then(|known| known.line) {
        Some(line) => format!("{member} (line {line})"),
        None => member.to_string(),
    };
    if let Some(&other) = found.iter().find(|other| **other != member) {
        let told = format!(
            "its phones and reference belong to two members, {} and {}",
            who(member),
            who(other)
        );
        return Err(refusal("two_members", told));
    }
    let Some(known) = facts.members.get(&member) else {
        // Somebody who went a moment ago; the next import finds nobody.
        return Err(refusal(
            "gone",
            format!("its phone belongs to {member}, who is being removed"),
        ));
    };
    let differs = |word: &'static str, what: &str| {
        let told = format!(
            "{what} differs from that of {}; an import changes nobody who is there",
            who(member)
        );
        Err(refusal(word, told))
    };
    if known.name != row.name {
        return differs("name_differs", "its name");
    }
    if known.guest != row.guest {
        return differs("guest_differs", "what it says of `guest`");
    }
    if row.reference.is_some() && known.reference != row.reference {
        return differs("reference_differs", "its reference");
    }
    match row.phones.iter().find(|(phone, _)| owner(phone).is_none()) {
        Some((phone, _)) => {
            let told = format!(
                "{} is not a phone of {}; an import changes nobody who is there, so add it as a device",
                phone.masked(),
                who(member)
            );
            Err(refusal("phone_differs", told))
        }
        None => Ok(Some(member)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(name: &str, phones: &[&str], reference: Option<&str>) -> MemberToBe {
        MemberToBe {
            name: name.into(),
            phones: phones.iter().map(|p| (p.parse().unwrap(), None)).collect(),
            reference: reference.map(str::to_owned),
            guest: false,
        }
    }

    /// The fates of rows, one after the other; ids count from 1.
    fn fates(facts: &mut Facts, rows: &[MemberToBe]) -> Vec<Fate> {
        let mut next = 0;
        let decided = rows.iter().enumerate().map(|(at, row)| {
            decide(facts, at as u64 + 2, row, || {
                next += 1;
                MemberId::from_i64(next)
            })
        });
        decided.collect()
    }

    #[test]
    fn rows_that_contradict_others_name_their_lines() {
        let (a, b) = ("+14155550101", "+14155550102");
        let rows = [
            row("Ann", &[a], Some("r1")),
            row("Ann", &[a], None),
            row("Bob", &[a], None),
            row("Ann", &[a], Some("r2")),
            row("Bob", &[b], Some("r2")),
            row("Ann", &[a, b], None),
            row("Ann", &[a, "+14155550103"], None),
            row("Eve", &[], Some("r1")),
        ];
        let fates = fates(&mut Facts::default(), &rows);
        let (ann, bob) = (MemberId::from_i64(1), MemberId::from_i64(2));
        assert_eq!(fates[0], Fate::Added(ann));
        assert_eq!(fates[4], Fate::Added(bob));
        for (at, word, line) in [
            (1, "repeated", "line 2"),
            (2, "name_differs", "(line 2)"),
            (3, "reference_differs", "(line 2)"),
            (5, "two_members", "(line 6)"),
            (6, "phone_differs", "(line 2)"),
            (7, "name_differs", "(line 2)"),
        ] {
            let Fate::Refused(refused) = &fates[at] else {
                panic!("{at}: {:?}", fates[at])
            };
            assert_eq!(refused.reason, word);
            assert!(
                refused.sentence.contains(line) && !refused.sentence.contains("55501"),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_pool_number_is_nobodys_phone() {
        let mut facts = Facts::default();
        facts.pool_numbers.insert("+14155550101".parse().unwrap());
        let fates = fates(&mut facts, &[row("Ann", &["+14155550101"], None)]);
        assert!(
            matches!(&fates[0], Fate::Refused(r) if r.reason == "pool_number"),
            "{fates:?}"
        );
    }

    fn any_row() -> impl Strategy<Value = MemberToBe> {
        let phones = proptest::collection::vec(14_155_550_100u64..14_155_550_106, 0..3);
        (0..3u8, phones, proptest::option::of(0..4u8)).prop_map(|(name, phones, reference)| MemberToBe {
            name: name.to_string(),
            phones: phones
                .iter()
                .map(|p| (E164::from_i64(*p as i64).unwrap(), None))
                .collect(),
            reference: reference.map(|r| r.to_string()),
            guest: false,
        })
    }

    proptest! {
        #[test]
        fn no_phone_and_no_reference_gets_two_members_and_a_second_import_adds_nobody(
            rows in proptest::collection::vec(any_row(), 0..20)
        ) {
            let rows: Vec<MemberToBe> =
                rows.into_iter().filter(|r| !r.phones.is_empty() || r.reference.is_some()).collect();
            let mut facts = Facts::default();
            let first = fates(&mut facts, &rows);
            let mut owners: HashMap<E164, MemberId> = HashMap::new();
            for (row, fate) in rows.iter().zip(&first) {
                if let Fate::Added(id) | Fate::Unchanged(id) = fate {
                    for (phone, _) in &row.phones {
                        prop_assert_eq!(*owners.entry(*phone).or_insert(*id), *id);
                    }
                }
            }
            // Another import knows them by no line of its own.
            facts.members.values_mut().for_each(|known| known.line = None);
            let second = fates(&mut facts, &rows);
            for (first, second) in first.iter().zip(&second) {
                match first {
                    Fate::Added(id) | Fate::Unchanged(id) => prop_assert_eq!(second, &Fate::Unchanged(*id)),
                    Fate::Refused(_) => prop_assert!(!matches!(second, Fate::Added(_))),
                }
            }
        }
    }
}
