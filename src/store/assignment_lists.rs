//! Lists of assignments in pages: a community's and a member's by the route key, a member's by contact.

use diesel::prelude::*;

use super::assignments::Row;
use super::schema::{assignments, members, numbers};
use super::window::LOOKED_UP;
use super::{Conn, StoreError, each};
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::id::{CommunityId, MemberId, NumberId};

/// A member's assignments after a number, in the order of the numbers.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    (member, after): (MemberId, NumberId),
    limit: i64,
) -> Result<Vec<Assignment>, StoreError> {
    let rows: Vec<Row> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .filter(assignments::number_id.gt(after.as_i64()))
        .order(assignments::number_id)
        .limit(limit)
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Assignments of a community in the order of the route key, after the given row. The rest of that row's member
/// and the members that follow are two queries: as one, neither database finds its beginning in the key.
pub fn of_community(
    conn: &mut Conn,
    community: CommunityId,
    after: (MemberId, NumberId),
    limit: i64,
) -> Result<Vec<Assignment>, StoreError> {
    let mut found = of_member(conn, community, after, limit)?;
    let room = limit - i64::try_from(found.len()).unwrap_or(limit);
    if room > 0 {
        let rows: Vec<Row> = each!(conn, c => assignments::table
            .filter(assignments::community_id.eq(community.as_i64()))
            .filter(assignments::member_id.gt(after.0.as_i64()))
            .order((assignments::member_id, assignments::number_id))
            .limit(room)
            .select(Row::as_select())
            .load(c))?;
        found.extend(rows.into_iter().map(Assignment::from));
    }
    Ok(found)
}

/// Which contacts of a member a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContactFilter {
    /// Chosen by the member, or received.
    pub origin: Option<Origin>,
    /// Waiting for acceptance, or not.
    pub pending: Option<bool>,
    /// Blocked, or not.
    pub blocked: Option<bool>,
    /// Stopped by the member's phone, or not.
    pub stopped: Option<bool>,
}

impl ContactFilter {
    fn sifts(&self) -> bool {
        self.origin.is_some() || self.pending.is_some() || self.blocked.is_some() || self.stopped.is_some()
    }
}

/// A member's assignments after a contact, in the order of the contacts; and, where fewer were found than asked
/// for although there are more, the contact up to which all was looked at.
pub fn by_contact(
    conn: &mut Conn,
    community: CommunityId,
    (member, after): (MemberId, MemberId),
    filter: ContactFilter,
    limit: i64,
) -> Result<(Vec<Assignment>, Option<MemberId>), StoreError> {
    macro_rules! own {
        () => {
            assignments::table
                .filter(assignments::community_id.eq(community.as_i64()))
                .filter(assignments::member_id.eq(member.as_i64()))
                .filter(assignments::contact_id.gt(after.as_i64()))
                .order(assignments::contact_id)
        };
    }
    let looked_to: Option<i64> = match filter.sifts() {
        true => each!(conn, c => own!()
            .offset(LOOKED_UP - 1)
            .limit(1)
            .select(assignments::contact_id)
            .first(c)
            .optional())?,
        false => None,
    };
    let rows: Vec<Row> = each!(conn, c => {
        let mut query = own!()
            .filter(assignments::contact_id.le(looked_to.unwrap_or(i64::MAX)))
            .limit(limit)
            .select(Row::as_select())
            .into_boxed();
        if let Some(origin) = filter.origin {
            query = query.filter(assignments::origin.eq(origin.code()));
        }
        if let Some(pending) = filter.pending {
            query = query.filter(assignments::pending.eq(pending));
        }
        if let Some(blocked) = filter.blocked {
            query = query.filter(assignments::blocked.eq(blocked));
        }
        if let Some(stopped) = filter.stopped {
            query = query.filter(assignments::stopped.eq(stopped));
        }
        query.load(c)
    })?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
    let looked_to = looked_to.filter(|_| !is_full).map(MemberId::from_i64);
    Ok((rows.into_iter().map(Into::into).collect(), looked_to))
}

/// What an address book needs of one contact.
#[derive(Clone, Debug)]
pub struct BookRow {
    /// `asg_…`
    pub assignment_id: i64,
    /// `mem_…` of the contact.
    pub contact_id: i64,
    /// What people call the contact.
    pub name: String,
    /// When that last changed, Unix milliseconds.
    pub named_at: Option<i64>,
    /// The number that stands for the contact, E.164 as an integer.
    pub number: i64,
    /// Its tag where it is a line of a hub; else 0.
    pub tag: i32,
    /// [`Origin`] by its code.
    pub origin: i16,
    /// It waits for acceptance.
    pub pending: bool,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The whole table of a member, with names and numbers; there are never more rows than the pool has numbers.
pub fn book(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Vec<BookRow>, StoreError> {
    type Found = (i64, i64, String, Option<i64>, i64, i32, i16, bool, i64);
    let number = numbers::community_id
        .eq(assignments::community_id)
        .and(numbers::id.eq(assignments::number_id));
    let who = members::community_id
        .eq(assignments::community_id)
        .and(members::id.eq(assignments::contact_id));
    let found: Vec<Found> = each!(conn, c => assignments::table
        .inner_join(numbers::table.on(number))
        .inner_join(members::table.on(who))
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .select((
            assignments::id,
            assignments::contact_id,
            members::name,
            members::named_at,
            numbers::e164,
            numbers::tag,
            assignments::origin,
            assignments::pending,
            assignments::created_at,
        ))
        .load(c))?;
    let row =
        |(assignment_id, contact_id, name, named_at, number, tag, origin, pending, created_at)| BookRow {
            assignment_id,
            contact_id,
            name,
            named_at,
            number,
            tag,
            origin,
            pending,
            created_at,
        };
    Ok(found.into_iter().map(row).collect())
}
