//! Releases: which contact a number last stood for on a member's phone. From here come pair memory,
//! cool-down and the quarantine of late replies.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::releases;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId, NumberId};

/// A release's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = releases, treat_none_as_default_value = false)]
pub struct ReleaseRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`, on whose phone.
    pub member_id: i64,
    /// `num_…`
    pub number_id: i64,
    /// `mem_…`, for whom it stood.
    pub contact_id: i64,
    /// Unix milliseconds.
    pub released_at: i64,
    /// Until when it may not stand for anybody else on that phone, Unix milliseconds.
    pub cool_until: i64,
    /// Until when it is kept for that contact, Unix milliseconds; 0 where it is not.
    pub memory_until: i64,
}

/// Records a release; an older one of the same number on the same phone is forgotten.
pub fn record(conn: &mut Conn, row: &ReleaseRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(releases::table)
        .values(row)
        .on_conflict((releases::community_id, releases::member_id, releases::number_id))
        .do_update()
        .set((
            releases::contact_id.eq(excluded(releases::contact_id)),
            releases::released_at.eq(excluded(releases::released_at)),
            releases::cool_until.eq(excluded(releases::cool_until)),
            releases::memory_until.eq(excluded(releases::memory_until)),
        ))
        .execute(c))?;
    Ok(())
}

/// Keeps no number of a member for a contact any more: they have one again, or nobody wants it.
pub fn keep_none(
    conn: &mut Conn,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(releases::table)
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(member.as_i64()))
        .filter(releases::contact_id.eq(contact.as_i64()))
        .filter(releases::memory_until.gt(0))
        .set(releases::memory_until.eq(0))
        .execute(c))?;
    Ok(())
}

/// Does not keep a member's number for its former contact any more; false where it was not kept.
pub fn discard(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<bool, StoreError> {
    let changed = each!(conn, c => diesel::update(
        releases::table.find((community.as_i64(), member.as_i64(), number.as_i64())))
        .filter(releases::memory_until.gt(0))
        .set(releases::memory_until.eq(0))
        .execute(c))?;
    Ok(changed > 0)
}

/// Everything that is remembered of a member's numbers.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<ReleaseRow>, StoreError> {
    Ok(each!(conn, c => releases::table
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(member.as_i64()))
        .select(ReleaseRow::as_select())
        .load(c))?)
}

/// What a number last stood for on a member's phone.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<Option<ReleaseRow>, StoreError> {
    Ok(each!(conn, c => releases::table
        .find((community.as_i64(), member.as_i64(), number.as_i64()))
        .select(ReleaseRow::as_select())
        .first(c)
        .optional())?)
}

/// Every member's last memory of a number.
pub fn of_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Vec<ReleaseRow>, StoreError> {
    Ok(each!(conn, c => releases::table
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::number_id.eq(number.as_i64()))
        .select(ReleaseRow::as_select())
        .load(c))?)
}

/// What a member's numbers last stood for: where it was one contact it is another from now on, who is the same person.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(releases::table)
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(member.as_i64()))
        .filter(releases::contact_id.eq(from.as_i64()))
        .set(releases::contact_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}
