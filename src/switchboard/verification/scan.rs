//! The walk through the tables: chunk by chunk, each read at one moment of its own, so that SQLite's log is not held
//! for long. Within a chunk everything that a rule compares is of that moment, so that what changes between chunks
//! offends nobody. What can be told only at the end (mirrors, counts) is doubted first, and then looked up at one
//! moment.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::report::Counted;
use super::{Extent, VerificationError};
use crate::domain::assignment::Origin;
use crate::domain::id::{AssignmentId, CommunityId, DeviceId, MemberId, NumberId, OptOutId};
use crate::domain::verification::{self as rules, Mirrors, Offender, Past, Received, Row, Rule};
use crate::store::verification::{self as rows, Chunk, FIRST, NumberFacts};
use crate::store::{Conn, StoreError, app_devices, assignments, members, numbers};

type Result<T> = std::result::Result<T, VerificationError>;

/// How far a verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is looked at: `assignments`, then `mirrors` and `counts` where there are doubts.
    pub stage: &'static str,
    /// Assignments looked at.
    pub assignments: u64,
    /// How many there are, about.
    pub about: u64,
    /// Found so far.
    pub offenders: u64,
}

struct Scan<'a> {
    most: i64,
    key: [u64; 2],
    checked: Counted,
    offenders: u64,
    about: u64,
    sink: &'a mut dyn FnMut(&Offender) -> Result<()>,
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
}

/// Looks at one community, or at all and the directory. Memory is bounded by the chunk, the sums of the mirrors and
/// the numbers of one community.
pub(super) fn scan(
    conn: &mut Conn,
    extent: Extent,
    key: [u64; 2],
    sink: &mut dyn FnMut(&Offender) -> Result<()>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Counted> {
    let about = rows::about(conn, extent.community)?;
    let mut scan = Scan {
        most: extent.rows_at_once.max(2),
        key,
        checked: Counted::default(),
        offenders: 0,
        about: u64::try_from(about).unwrap_or(0),
        sink,
        progress,
    };
    if let Some(id) = extent.community {
        scan.community(conn, id)?;
        return Ok(scan.checked);
    }
    let mut after = FIRST;
    while let Some((id, is_there)) = rows::next_community(conn, after)? {
        if !is_there {
            scan.tell(&[Offender::new(Rule::Community, id)])?;
        }
        scan.community(conn, id)?;
        after = id.as_i64();
    }
    scan.directory(conn)?;
    Ok(scan.checked)
}

fn count(of: usize) -> u64 {
    of as u64
}

/// Whether a number may stand for somebody.
fn stands(number: &NumberFacts) -> bool {
    number.in_service && !number.desk && !number.hub
}

/// The numbers of a community, with how many assignments were seen on each.
struct Numbers {
    known: HashMap<NumberId, NumberFacts>,
    seen: HashMap<NumberId, i64>,
    in_service: usize,
}

impl Numbers {
    fn new(found: Vec<NumberFacts>) -> Self {
        Self {
            in_service: found.iter().filter(|n| stands(n)).count(),
            known: found.into_iter().map(|n| (NumberId::from_i64(n.id), n)).collect(),
            seen: HashMap::new(),
        }
    }

    fn load(&self) -> u64 {
        self.known
            .values()
            .map(|n| u64::try_from(n.load).unwrap_or(0))
            .sum()
    }
}

impl Scan<'_> {
    fn tell(&mut self, found: &[Offender]) -> Result<()> {
        for offender in found {
            self.offenders += 1;
            (self.sink)(offender)?;
        }
        Ok(())
    }

    fn go_on(&mut self, stage: &'static str) -> Result<()> {
        let progress = Progress {
            stage,
            assignments: self.checked.assignments,
            about: self.about.max(self.checked.assignments),
            offenders: self.offenders,
        };
        match (self.progress)(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(VerificationError::Stopped),
        }
    }

    fn community(&mut self, conn: &mut Conn, community: CommunityId) -> Result<()> {
        self.checked.communities += 1;
        let mut known = self.numbers(conn, community)?;
        self.phones(conn, community)?;
        let mut mirrors = Mirrors::new(known.load(), self.key);
        let mut received = Received::new(known.load(), self.key[1]);
        self.tables(conn, community, &mut known, &mut mirrors, &mut received)?;
        self.memories(conn, community)?;
        self.swaps(conn, community)?;
        if !mirrors.are_whole() {
            self.mirrors(conn, community, &mirrors)?;
        }
        self.counts(conn, community, &known)
    }

    /// The numbers, their pools, their places in the directory.
    fn numbers(&mut self, conn: &mut Conn, community: CommunityId) -> Result<Numbers> {
        let (mut found, phones) = conn.snapshot(|conn| -> std::result::Result<_, StoreError> {
            Ok((
                rows::numbers(conn, community)?,
                rows::phones_in_pool(conn, community)?,
            ))
        })?;
        self.checked.numbers += count(found.len());
        let mut offenders = Vec::new();
        let of = |rule, id| Offender {
            number: Some(NumberId::from_i64(id)),
            ..Offender::new(rule, community)
        };
        for number in found.iter().filter(|n| n.in_service) {
            if !number.pooled {
                offenders.push(of(Rule::Pool, number.id));
            }
            let led = (number.led_community, number.led_number);
            if led != (Some(community.as_i64()), Some(number.hub_id.unwrap_or(number.id))) {
                offenders.push(of(Rule::Directory, number.id));
            }
            if number.hub_id.is_some() != (number.tag > 0) || number.hub_id.is_some() != number.hub_there {
                offenders.push(of(Rule::Hub, number.id));
            }
        }
        offenders.extend(phones.iter().map(|phone| Offender {
            device: Some(DeviceId::from_i64(phone.device_id)),
            member: Some(MemberId::from_i64(phone.member_id)),
            ..of(Rule::NotAPhone, phone.number_id)
        }));
        found.sort_by_key(|n| (n.e164, n.tag));
        for two in found.windows(2) {
            if let [one, other] = two
                && (one.e164, one.tag) == (other.e164, other.tag)
            {
                let rule = if one.tag > 0 {
                    Rule::TagOfOne
                } else {
                    Rule::NumberOfOne
                };
                offenders.push(Offender {
                    other_number: Some(NumberId::from_i64(one.id)),
                    ..of(rule, other.id)
                });
            }
        }
        self.tell(&offenders)?;
        Ok(Numbers::new(found))
    }

    /// Phones that two devices hold.
    fn phones(&mut self, conn: &mut Conn, community: CommunityId) -> Result<()> {
        let (mut after, most) = (FIRST, self.most);
        loop {
            let (found, upto) = conn.snapshot(|conn| rows::by_phone(conn, community, after, most))?;
            let twice = found.windows(2).filter_map(|two| match two {
                [one, other] if one.0 == other.0 => Some(Offender {
                    member: Some(other.2),
                    device: Some(other.1),
                    other_device: Some(one.1),
                    ..Offender::new(Rule::PhoneOfOne, community)
                }),
                _ => None,
            });
            let twice: Vec<Offender> = twice.collect();
            self.tell(&twice)?;
            self.go_on("assignments")?;
            match upto {
                Some(upto) => after = upto,
                None => return Ok(()),
            }
        }
    }

    /// Every assignment, with its member, device, number, and what the number last stood for.
    fn tables(
        &mut self,
        conn: &mut Conn,
        community: CommunityId,
        known: &mut Numbers,
        mirrors: &mut Mirrors,
        received: &mut Received,
    ) -> Result<()> {
        let (mut after, most) = (FIRST, self.most);
        loop {
            let mut found = Vec::new();
            let chunk = conn.snapshot(|conn| -> std::result::Result<_, StoreError> {
                let chunk = rows::chunk(conn, community, after, most)?;
                look(conn, community, &chunk, known, &mut found)?;
                found.extend(chosen_by_nobody(conn, community, &chunk, received)?);
                Ok(chunk)
            })?;
            for row in &chunk.rows {
                mirrors.add(community, row);
                *known.seen.entry(row.number).or_insert(0) += 1;
            }
            self.checked.assignments += count(chunk.rows.len());
            self.checked.members += count(chunk.members.len());
            self.checked.devices += count(chunk.devices.len());
            self.checked.releases += count(chunk.past.len());
            self.tell(&found)?;
            self.go_on("assignments")?;
            match chunk.upto {
                Some(upto) => after = upto.as_i64(),
                None => return Ok(()),
            }
        }
    }

    /// What phones remember and have stopped.
    fn memories(&mut self, conn: &mut Conn, community: CommunityId) -> Result<()> {
        let (mut after, most) = (FIRST, self.most);
        loop {
            let (found, upto) = conn.snapshot(|conn| rows::holds(conn, community, after, most))?;
            let broken: Vec<Offender> = found
                .iter()
                .filter_map(|one| rules::hold(community, &one.live(), &one.past()))
                .collect();
            self.tell(&broken)?;
            self.go_on("assignments")?;
            match upto {
                Some(upto) => after = upto,
                None => break,
            }
        }
        after = FIRST;
        loop {
            let stops = conn.snapshot(|conn| rows::stops(conn, community, after, most))?;
            let mut broken: Vec<Offender> = stops
                .found
                .iter()
                .filter_map(|one| {
                    let (opt_out, contact) = one.stop();
                    rules::stop(community, &one.live(), opt_out, contact)
                })
                .collect();
            broken.extend(stops.unmarked.iter().map(|one| Offender {
                member: Some(MemberId::from_i64(one.member_id)),
                device: Some(DeviceId::from_i64(one.device_id)),
                opt_out: Some(OptOutId::from_i64(one.opt_out_id)),
                ..Offender::new(Rule::StopMarked, community)
            }));
            self.tell(&broken)?;
            self.go_on("assignments")?;
            match stops.upto {
                Some(upto) => after = upto,
                None => return Ok(()),
            }
        }
    }

    /// What swaps say they have moved.
    fn swaps(&mut self, conn: &mut Conn, community: CommunityId) -> Result<()> {
        let miscounted = conn.snapshot(|conn| rows::miscounted(conn, community))?;
        let wrong = miscounted.iter().map(|one| Offender {
            expected: Some(one.there),
            found: Some(one.counted),
            ..Offender::new(Rule::SwapMoved, community)
        });
        let wrong: Vec<Offender> = wrong.collect();
        self.tell(&wrong)?;
        let mut after = (FIRST, FIRST, FIRST);
        loop {
            let unmoved = conn.snapshot(|conn| rows::unmoved(conn, community, after))?;
            let Some(last) = unmoved.last() else {
                return Ok(());
            };
            after = (last.swap_id, last.member_id, last.from_number_id);
            let found = unmoved.iter().map(|one| Offender {
                member: Some(MemberId::from_i64(one.member_id)),
                contact: Some(MemberId::from_i64(one.contact_id)),
                number: Some(NumberId::from_i64(one.from_number_id)),
                assignment: Some(AssignmentId::from_i64(one.assignment_id)),
                ..Offender::new(Rule::SwapMoved, community)
            });
            let found: Vec<Offender> = found.collect();
            self.tell(&found)?;
            self.go_on("assignments")?;
        }
    }

    /// Looks up the mirrors of the rows that are in doubt, each at the moment in which its row is read.
    fn mirrors(&mut self, conn: &mut Conn, community: CommunityId, mirrors: &Mirrors) -> Result<()> {
        let (mut after, most) = (FIRST, self.most);
        loop {
            let mut found = Vec::new();
            let upto = conn.snapshot(|conn| -> std::result::Result<_, StoreError> {
                let (table, upto) = rows::tables(conn, community, after, most)?;
                for row in table.iter().filter(|row| mirrors.doubts(row)) {
                    found.extend(mirrored(conn, community, row)?);
                }
                Ok(upto)
            })?;
            self.tell(&found)?;
            self.go_on("mirrors")?;
            match upto {
                Some(upto) => after = upto,
                None => return Ok(()),
            }
        }
    }

    /// Where a number's count is not what was seen, all are counted at one moment: assignments that were made or
    /// released meanwhile are no offence.
    fn counts(&mut self, conn: &mut Conn, community: CommunityId, known: &Numbers) -> Result<()> {
        let seen = |id: &NumberId| known.seen.get(id).copied().unwrap_or(0);
        if known.known.iter().all(|(id, facts)| facts.load == seen(id)) {
            return Ok(());
        }
        self.go_on("counts")?;
        let found = conn.snapshot(|conn| -> Result<_> {
            let numbers = rows::numbers(conn, community)?;
            let mut held: HashMap<i64, i64> = HashMap::with_capacity(numbers.len());
            let (mut after, most) = ((FIRST, FIRST), self.most);
            loop {
                let some = rows::held(conn, community, after, most)?;
                let Some(last) = some.last() else { break };
                after = *last;
                for (_, number) in &some {
                    *held.entry(*number).or_insert(0) += 1;
                }
                self.go_on("counts")?;
            }
            let wrong = numbers.iter().filter_map(|number| {
                let there = held.get(&number.id).copied().unwrap_or(0);
                (there != number.load).then(|| Offender {
                    number: Some(NumberId::from_i64(number.id)),
                    expected: Some(there),
                    found: Some(number.load),
                    ..Offender::new(Rule::Load, community)
                })
            });
            Ok(wrong.collect::<Vec<_>>())
        })?;
        self.tell(&found)
    }

    /// Entries of the directory that lead nowhere, or to another telephone number.
    fn directory(&mut self, conn: &mut Conn) -> Result<()> {
        let mut after = FIRST;
        loop {
            let lost = conn.snapshot(|conn| rows::lost_entries(conn, after))?;
            let Some(last) = lost.last() else {
                return Ok(());
            };
            after = last.e164;
            let found: Vec<Offender> = lost
                .iter()
                .map(|entry| Offender {
                    number: Some(NumberId::from_i64(entry.number_id)),
                    ..Offender::new(Rule::Directory, CommunityId::from_i64(entry.community_id))
                })
                .collect();
            self.tell(&found)?;
            self.go_on("counts")?;
        }
    }
}

/// Holds a chunk against the rules; what it lacks is looked up at the same moment.
fn look(
    conn: &mut Conn,
    community: CommunityId,
    chunk: &Chunk,
    known: &Numbers,
    found: &mut Vec<Offender>,
) -> std::result::Result<(), StoreError> {
    for table in chunk.rows.chunk_by(|a, b| a.member == b.member) {
        let Some(member) = table.first().map(|row| row.member) else {
            continue;
        };
        rules::table(community, table, &past_of(chunk, member), found);
        if chunk.members.binary_search(&member).is_err() {
            orphans(conn, community, table, found)?;
        }
        let at = chunk.devices.partition_point(|(of, _)| *of < member);
        let has_phone = chunk.devices.get(at).is_some_and(|(of, _)| *of == member);
        if !has_phone && app_devices::of_member(conn, community, member)?.is_none() {
            found.push(Offender {
                member: Some(member),
                ..Offender::new(Rule::Device, community)
            });
        }
        for row in table {
            if known.known.get(&row.number).is_some_and(stands) {
                continue;
            }
            // It may have come since the numbers were read.
            let now = numbers::get(conn, community, row.number)?;
            match now {
                Some(number) if number.state != numbers::REMOVED => {
                    if number.desk {
                        found.push(Offender::of(Rule::Desk, community, row));
                    }
                    if number.hub {
                        found.push(Offender::of(Rule::HubTag, community, row));
                    }
                }
                _ => found.push(Offender::of(Rule::Number, community, row)),
            }
        }
        if table.len() > known.in_service {
            let now = rows::numbers(conn, community)?;
            let in_service = now.iter().filter(|n| stands(n)).count();
            if table.len() > in_service {
                found.push(Offender {
                    member: Some(member),
                    expected: i64::try_from(in_service).ok(),
                    found: i64::try_from(table.len()).ok(),
                    ..Offender::new(Rule::Capacity, community)
                });
            }
        }
    }
    for (member, device) in &chunk.devices {
        if chunk.members.binary_search(member).is_err() {
            found.push(Offender {
                member: Some(*member),
                device: Some(*device),
                ..Offender::new(Rule::DeviceOwner, community)
            });
        }
    }
    Ok(())
}

/// Pairs that were received by both; those in doubt are looked up at the moment of the chunk.
fn chosen_by_nobody(
    conn: &mut Conn,
    community: CommunityId,
    chunk: &Chunk,
    received: &mut Received,
) -> std::result::Result<Vec<Offender>, StoreError> {
    let mut found = Vec::new();
    for row in chunk.rows.iter().filter(|row| row.origin == Origin::Received) {
        if received.doubts(row)
            && let Some(mirror) = assignments::by_contact(conn, community, row.contact, row.member)?
        {
            found.extend(rules::chosen_by_nobody(community, row, &rows::row_of(&mirror)));
        }
    }
    Ok(found)
}

/// What a member's numbers last stood for.
fn past_of(chunk: &Chunk, member: MemberId) -> Vec<Past> {
    let from = chunk.past.partition_point(|(of, _)| *of < member);
    let own = chunk.past.iter().skip(from).take_while(|(of, _)| *of == member);
    own.map(|(_, past)| *past).collect()
}

/// The table of a member who is not there, and the rows of others that point to them.
fn orphans(
    conn: &mut Conn,
    community: CommunityId,
    table: &[Row],
    found: &mut Vec<Offender>,
) -> std::result::Result<(), StoreError> {
    for row in table {
        found.push(Offender::of(Rule::Member, community, row));
        if let Some(mirror) = assignments::by_contact(conn, community, row.contact, row.member)? {
            found.push(Offender::of(Rule::Contact, community, &rows::row_of(&mirror)));
        }
    }
    Ok(())
}

/// Holds a row against its mirror.
fn mirrored(
    conn: &mut Conn,
    community: CommunityId,
    row: &Row,
) -> std::result::Result<Option<Offender>, StoreError> {
    let mirror = assignments::by_contact(conn, community, row.contact, row.member)?;
    let is_there = match mirror {
        Some(_) => true,
        None => members::get(conn, community, row.contact)?.is_some(),
    };
    Ok(rules::mirror(
        community,
        row,
        mirror.as_ref().map(rows::row_of).as_ref(),
        is_there,
    ))
}
