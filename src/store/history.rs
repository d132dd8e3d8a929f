//! Every change of an assignment: rows are added, and never changed.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{assignment_history, history_starts};
use super::{Conn, StoreError, each};
use crate::domain::Timestamp;
use crate::domain::id::{AssignmentId, CommunityId, MemberId, NumberId};

/// A change's row: the assignment as it was after it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = assignment_history, treat_none_as_default_value = false)]
pub struct HistoryRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`, in whose table.
    pub member_id: i64,
    /// `num_…`
    pub number_id: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// In the order of the changes of one moment.
    pub id: i64,
    /// `mem_…`, for whom it stood.
    pub contact_id: i64,
    /// `asg_…`
    pub assignment_id: i64,
    /// False once it was released.
    pub live: bool,
    /// 0 chosen, 1 received.
    pub origin: i16,
    /// Waiting for acceptance.
    pub pending: bool,
    /// Blocked.
    pub blocked: bool,
    /// Stopped by the member's phone.
    pub stopped: bool,
    /// Until when a released one cools down, Unix milliseconds.
    pub cool_until: Option<i64>,
    /// [`crate::domain::history::Why`] by its code.
    pub why: i16,
    /// [`crate::domain::history::Actor`] by its code.
    pub who: i16,
    /// The member or key that it was.
    pub who_id: Option<i64>,
}

/// Adds a change.
pub fn insert(conn: &mut Conn, row: &HistoryRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(assignment_history::table).values(row).execute(c))?;
    Ok(())
}

/// The place of the last change of a number on a member's phones, or of what stands for a contact there.
pub fn last(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    (number, contact): (NumberId, MemberId),
) -> Result<Option<(i64, i64)>, StoreError> {
    let end = Timestamp(i64::MAX - 1);
    let of_number = of_number(conn, community, (member, number), end)?;
    let of_contact = of_contact(conn, community, (member, contact), end)?;
    Ok(of_number
        .into_iter()
        .chain(of_contact)
        .map(|row| (row.at, row.id))
        .max())
}

/// What a number was on a member's phones at a moment.
pub fn of_number(
    conn: &mut Conn,
    community: CommunityId,
    (member, number): (MemberId, NumberId),
    at: Timestamp,
) -> Result<Option<HistoryRow>, StoreError> {
    Ok(each!(conn, c => assignment_history::table
        .filter(assignment_history::community_id.eq(community.as_i64()))
        .filter(assignment_history::member_id.eq(member.as_i64()))
        .filter(assignment_history::number_id.eq(number.as_i64()))
        .filter(assignment_history::at.le(at.0))
        .order((assignment_history::at.desc(), assignment_history::id.desc()))
        .select(HistoryRow::as_select())
        .first(c)
        .optional())?)
}

/// What stood for a contact on a member's phones at a moment.
pub fn of_contact(
    conn: &mut Conn,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    at: Timestamp,
) -> Result<Option<HistoryRow>, StoreError> {
    let found = of_direction(
        conn,
        community,
        (member, contact),
        (at.0.saturating_add(1), i64::MIN),
        1,
    )?;
    Ok(found.into_iter().next())
}

/// The changes of one direction of a pair, newest first, before a place.
pub fn of_direction(
    conn: &mut Conn,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    (at, id): (i64, i64),
    limit: i64,
) -> Result<Vec<HistoryRow>, StoreError> {
    let earlier = assignment_history::at
        .lt(at)
        .or(assignment_history::at.eq(at).and(assignment_history::id.lt(id)));
    Ok(each!(conn, c => assignment_history::table
        .filter(assignment_history::community_id.eq(community.as_i64()))
        .filter(assignment_history::member_id.eq(member.as_i64()))
        .filter(assignment_history::contact_id.eq(contact.as_i64()))
        .filter(assignment_history::at.le(at))
        .filter(earlier)
        .order((assignment_history::at.desc(), assignment_history::id.desc()))
        .limit(limit)
        .select(HistoryRow::as_select())
        .load(c))?)
}

/// Who the contact of one of a member's assignments is or was.
pub fn contact_of(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    assignment: AssignmentId,
) -> Result<Option<MemberId>, StoreError> {
    let found: Option<i64> = each!(conn, c => assignment_history::table
        .filter(assignment_history::community_id.eq(community.as_i64()))
        .filter(assignment_history::member_id.eq(member.as_i64()))
        .filter(assignment_history::assignment_id.eq(assignment.as_i64()))
        .select(assignment_history::contact_id)
        .first(c)
        .optional())?;
    Ok(found.map(MemberId::from_i64))
}

/// The changes of a member's rows, oldest first, after a place.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    (at, id): (i64, i64),
    limit: i64,
) -> Result<Vec<HistoryRow>, StoreError> {
    let later = assignment_history::at
        .gt(at)
        .or(assignment_history::at.eq(at).and(assignment_history::id.gt(id)));
    Ok(each!(conn, c => assignment_history::table
        .filter(assignment_history::community_id.eq(community.as_i64()))
        .filter(assignment_history::member_id.eq(member.as_i64()))
        .filter(later)
        .order((assignment_history::at, assignment_history::id))
        .limit(limit)
        .select(HistoryRow::as_select())
        .load(c))?)
}

/// From when on the history of a community is known, where that is not from its beginning.
pub fn began(conn: &mut Conn, community: CommunityId) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = each!(conn, c => history_starts::table
        .find(community.as_i64())
        .select(history_starts::began_at)
        .first(c)
        .optional())?;
    Ok(at.map(Timestamp))
}

fn set_began(conn: &mut Conn, community: CommunityId, at: i64) -> Result<(), StoreError> {
    let row = (
        history_starts::community_id.eq(community.as_i64()),
        history_starts::began_at.eq(at),
    );
    each!(conn, c => diesel::insert_into(history_starts::table)
        .values(row)
        .on_conflict(history_starts::community_id)
        .do_update()
        .set(history_starts::began_at.eq(excluded(history_starts::began_at)))
        .execute(c))?;
    Ok(())
}

/// Forgets what was followed by another change at `before` or earlier, looking at some moments after `since`; notes
/// from when on the history is known now. False when it has come to the end.
pub fn forget(
    conn: &mut Conn,
    community: CommunityId,
    (since, before): (Timestamp, Timestamp),
    batch: i64,
) -> Result<bool, StoreError> {
    let mut changes: Vec<(i64, i64, i64)> = each!(conn, c => assignment_history::table
        .filter(assignment_history::community_id.eq(community.as_i64()))
        .filter(assignment_history::at.gt(since.0))
        .filter(assignment_history::at.le(before.0))
        .order(assignment_history::at)
        .limit(batch)
        .select((assignment_history::at, assignment_history::member_id, assignment_history::number_id))
        .load(c))?;
    let is_more = i64::try_from(changes.len()).is_ok_and(|found| found >= batch);
    let mut upto = before.0;
    if is_more && let Some(last) = changes.last().map(|change| change.0) {
        // A moment that fills a batch alone is taken for done: what is kept of it stays until its next change.
        if changes.first().is_some_and(|first| first.0 < last) {
            changes.retain(|change| change.0 < last);
        }
        upto = changes.last().map_or(upto, |change| change.0);
    }
    for (at, member, number) in &changes {
        each!(conn, c => diesel::delete(assignment_history::table
            .filter(assignment_history::community_id.eq(community.as_i64()))
            .filter(assignment_history::member_id.eq(member))
            .filter(assignment_history::number_id.eq(number))
            .filter(assignment_history::at.lt(at)))
            .execute(c))?;
    }
    set_began(conn, community, upto)?;
    Ok(is_more)
}
