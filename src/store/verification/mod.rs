//! What a verification reads: rows in the order of their keys, so many at a time. Each function is called within a
//! snapshot of the caller's, so that what it gives is of one moment.

mod memories;
mod numbers;
mod swaps;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::schema::{assignments, devices, members, releases};
use super::{Conn, StoreError, each};
use crate::domain::Timestamp;
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::id::{AssignmentId, CommunityId, DeviceId, MemberId, NumberId};
use crate::domain::verification::{Past, Row};

pub use memories::{Remembered, Stops, Unmarked, holds, stops};
pub use numbers::{LostEntry, NumberFacts, PhoneInPool, lost_entries, numbers, phones_in_pool};
pub use swaps::{Miscounted, Unmoved, miscounted, unmoved};

/// Before every id.
pub const FIRST: i64 = i64::MIN;

#[derive(Queryable)]
struct AssignmentRow {
    member_id: i64,
    number_id: i64,
    contact_id: i64,
    id: i64,
    origin: i16,
    pending: bool,
    blocked: bool,
    stopped: bool,
    created_at: i64,
}

impl From<AssignmentRow> for Row {
    fn from(row: AssignmentRow) -> Self {
        Self {
            member: MemberId::from_i64(row.member_id),
            number: NumberId::from_i64(row.number_id),
            contact: MemberId::from_i64(row.contact_id),
            id: AssignmentId::from_i64(row.id),
            origin: Origin::from_code(row.origin),
            pending: row.pending,
            blocked: row.blocked,
            stopped: row.stopped,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// What the rules have to know of an assignment.
pub fn row_of(a: &Assignment) -> Row {
    Row {
        member: a.member,
        number: a.number,
        contact: a.contact,
        id: a.id,
        origin: a.origin,
        pending: a.pending,
        blocked: a.blocked,
        stopped: a.stopped,
        created_at: a.created_at,
    }
}

/// The tables of some members, whole, with what belongs to them.
#[derive(Debug, Default)]
pub struct Chunk {
    /// By member and number.
    pub rows: Vec<Row>,
    /// What the numbers of those members last stood for, by member.
    pub past: Vec<(MemberId, Past)>,
    /// The members who are there, in the order of their ids.
    pub members: Vec<MemberId>,
    /// Devices with their members, by member.
    pub devices: Vec<(MemberId, DeviceId)>,
    /// Up to whom it goes; none where nobody is left.
    pub upto: Option<MemberId>,
}

/// Up to which member rows are whole that were read up to a limit.
fn whole_to(members: impl DoubleEndedIterator<Item = i64> + Clone, is_full: bool) -> Option<i64> {
    if !is_full {
        return None;
    }
    let last = members.clone().next_back()?;
    // One whose rows alone fill the chunk is taken whole by the caller.
    Some(members.rev().find(|member| *member != last).unwrap_or(last))
}

fn is_full(rows: usize, most: i64) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows >= most)
}

/// The next rows of a community after a member, all of each member; and up to which member, if there are more.
pub fn tables(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<(Vec<Row>, Option<i64>), StoreError> {
    macro_rules! own {
        () => {
            assignments::table
                .filter(assignments::community_id.eq(community.as_i64()))
                .order((assignments::member_id, assignments::number_id))
                .select((
                    assignments::member_id,
                    assignments::number_id,
                    assignments::contact_id,
                    assignments::id,
                    assignments::origin,
                    assignments::pending,
                    assignments::blocked,
                    assignments::stopped,
                    assignments::created_at,
                ))
        };
    }
    let mut rows: Vec<AssignmentRow> =
        each!(conn, c => own!().filter(assignments::member_id.gt(after)).limit(most).load(c))?;
    let upto = whole_to(rows.iter().map(|row| row.member_id), is_full(rows.len(), most));
    if let Some(upto) = upto {
        if rows.iter().all(|row| row.member_id == upto) {
            rows = each!(conn, c => own!().filter(assignments::member_id.eq(upto)).load(c))?;
        }
        rows.retain(|row| row.member_id <= upto);
    }
    Ok((rows.into_iter().map(Row::from).collect(), upto))
}

/// A stretch of members: after one, up to another if it does not go to the end.
#[derive(Clone, Copy)]
struct Stretch {
    community: i64,
    after: i64,
    upto: Option<i64>,
    most: i64,
}

impl Stretch {
    fn end(&self) -> i64 {
        self.upto.unwrap_or(i64::MAX)
    }

    /// It goes no further than to where something that was read is whole.
    fn narrow(&mut self, whole_to: Option<i64>) {
        self.upto = [self.upto, whole_to].into_iter().flatten().min();
    }
}

/// Members with their devices.
fn devices_in(conn: &mut Conn, stretch: &mut Stretch) -> Result<Vec<(i64, i64)>, StoreError> {
    let owned: Vec<(i64, i64)> = each!(conn, c => devices::table
        .filter(devices::community_id.eq(stretch.community))
        .filter(devices::member_id.gt(stretch.after))
        .filter(devices::member_id.le(stretch.end()))
        .order((devices::member_id, devices::id))
        .limit(stretch.most)
        .select((devices::member_id, devices::id))
        .load(c))?;
    let full = is_full(owned.len(), stretch.most);
    stretch.narrow(whole_to(owned.iter().map(|row| row.0), full));
    Ok(owned)
}

/// The members who are there.
fn members_in(conn: &mut Conn, stretch: &mut Stretch) -> Result<Vec<i64>, StoreError> {
    let there: Vec<i64> = each!(conn, c => members::table
        .filter(members::community_id.eq(stretch.community))
        .filter(members::id.gt(stretch.after))
        .filter(members::id.le(stretch.end()))
        .order(members::id)
        .limit(stretch.most)
        .select(members::id)
        .load(c))?;
    if is_full(there.len(), stretch.most) {
        stretch.narrow(there.last().copied());
    }
    Ok(there)
}

/// What numbers last stood for: (member, number, contact, until when it cools down, until when it is kept, until when it
/// leads on).
type Released = (i64, i64, i64, i64, i64, i64);

/// What the numbers of those who have assignments last stood for; `last` is the last of them.
fn releases_in(conn: &mut Conn, stretch: &mut Stretch, last: i64) -> Result<Vec<Released>, StoreError> {
    macro_rules! own {
        () => {
            releases::table
                .filter(releases::community_id.eq(stretch.community))
                .order((releases::member_id, releases::number_id))
                .select((
                    releases::member_id,
                    releases::number_id,
                    releases::contact_id,
                    releases::cool_until,
                    releases::memory_until,
                    releases::forwards_until,
                ))
        };
    }
    let mut past: Vec<Released> = each!(conn, c => own!()
        .filter(releases::member_id.gt(stretch.after))
        .filter(releases::member_id.le(stretch.end().min(last)))
        .limit(stretch.most)
        .load(c))?;
    if let Some(whole) = whole_to(past.iter().map(|row| row.0), is_full(past.len(), stretch.most)) {
        stretch.narrow(Some(whole));
        if past.iter().all(|row| row.0 == whole) {
            past = each!(conn, c => own!().filter(releases::member_id.eq(whole)).load(c))?;
        }
    }
    Ok(past)
}

/// The next members of a community after one, and their tables.
pub fn chunk(conn: &mut Conn, community: CommunityId, after: i64, most: i64) -> Result<Chunk, StoreError> {
    let (mut rows, upto) = tables(conn, community, after, most)?;
    let mut stretch = Stretch {
        community: community.as_i64(),
        after,
        upto,
        most,
    };
    let mut owned = devices_in(conn, &mut stretch)?;
    let mut there = members_in(conn, &mut stretch)?;
    let mut past = match rows.last() {
        Some(last) => releases_in(conn, &mut stretch, last.member.as_i64())?,
        None => Vec::new(),
    };
    // Each may have ended the stretch before what was read ahead of it.
    let end = stretch.end();
    rows.retain(|row| row.member.as_i64() <= end);
    owned.retain(|row| row.0 <= end);
    there.retain(|id| *id <= end);
    past.retain(|row| row.0 <= end);
    let past = past.into_iter().map(
        |(member, number, contact, cool_until, kept_until, forwards_until)| {
            let past = Past {
                number: NumberId::from_i64(number),
                contact: Some(MemberId::from_i64(contact)),
                cool_until: Timestamp(cool_until),
                kept_until: Timestamp(kept_until),
                forwards_until: Timestamp(forwards_until),
            };
            (MemberId::from_i64(member), past)
        },
    );
    let owned = owned
        .into_iter()
        .map(|(member, id)| (MemberId::from_i64(member), DeviceId::from_i64(id)));
    Ok(Chunk {
        rows,
        past: past.collect(),
        members: there.into_iter().map(MemberId::from_i64).collect(),
        devices: owned.collect(),
        upto: stretch.upto.map(MemberId::from_i64),
    })
}

/// Which members hold which numbers, by the route key: so many after one of them.
pub fn held(
    conn: &mut Conn,
    community: CommunityId,
    (member, number): (i64, i64),
    most: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let community = community.as_i64();
    let rest: Vec<(i64, i64)> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community))
        .filter(assignments::member_id.eq(member))
        .filter(assignments::number_id.gt(number))
        .order(assignments::number_id)
        .select((assignments::member_id, assignments::number_id))
        .load(c))?;
    let mut found = rest;
    let more: Vec<(i64, i64)> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community))
        .filter(assignments::member_id.gt(member))
        .order((assignments::member_id, assignments::number_id))
        .limit(most)
        .select((assignments::member_id, assignments::number_id))
        .load(c))?;
    found.extend(more);
    Ok(found)
}

#[derive(QueryableByName)]
struct Least {
    #[diesel(sql_type = Nullable<BigInt>)]
    least: Option<i64>,
}

/// Whose rows are of a community, and looked at by a rule. Each has a key that begins with the community.
const OF_COMMUNITIES: [&str; 9] = [
    "assignments",
    "devices",
    "numbers",
    "members",
    "pools",
    "releases",
    "phone_holds",
    "opt_outs",
    "swaps",
];

/// The next community of which anything is there, after one, and whether the community itself is.
pub fn next_community(conn: &mut Conn, after: i64) -> Result<Option<(CommunityId, bool)>, StoreError> {
    let mut least = |table: &str, column: &str| -> Result<Option<i64>, StoreError> {
        let sql = format!("SELECT min({column}) AS least FROM {table} WHERE {column} > {after}");
        let row: Least = each!(conn, c => diesel::sql_query(sql).get_result(c))?;
        Ok(row.least)
    };
    let own = least("communities", "id")?;
    let mut next = own;
    for table in OF_COMMUNITIES {
        next = next.into_iter().chain(least(table, "community_id")?).min();
    }
    Ok(next.map(|id| (CommunityId::from_i64(id), own == Some(id))))
}

/// How many assignments there are, about: what the numbers count.
pub fn about(conn: &mut Conn, community: Option<CommunityId>) -> Result<i64, StoreError> {
    let only = community.map_or(String::new(), |id| {
        format!(" WHERE community_id = {}", id.as_i64())
    });
    let sql = format!("SELECT CAST(sum(load) AS BIGINT) AS least FROM numbers{only}");
    let row: Least = each!(conn, c => diesel::sql_query(sql).get_result(c))?;
    Ok(row.least.unwrap_or(0))
}

/// Devices by phone: (phone, device, member), all of each phone; and the phone up to which they go, if there are more.
pub type ByPhone = (Vec<(i64, DeviceId, MemberId)>, Option<i64>);

/// The next devices in the order of their phones.
pub fn by_phone(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<ByPhone, StoreError> {
    let mut found: Vec<(i64, i64, i64)> = each!(conn, c => devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.gt(after))
        .order(devices::phone)
        .limit(most)
        .select((devices::phone, devices::id, devices::member_id))
        .load(c))?;
    let upto = whole_to(found.iter().map(|row| row.0), is_full(found.len(), most));
    if let Some(upto) = upto {
        found.retain(|row| row.0 <= upto);
    }
    let row = |(phone, device, member)| (phone, DeviceId::from_i64(device), MemberId::from_i64(member));
    Ok((found.into_iter().map(row).collect(), upto))
}
