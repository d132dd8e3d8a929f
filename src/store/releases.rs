//! Releases: which contact a number last stood for on a member's phone. From here come pair memory,
//! cool-down and the quarantine of late replies.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::releases;
use super::window::LOOKED_AT;
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
    /// When the pair was made, Unix milliseconds; none where it never was, or that was not written down yet.
    pub made_at: Option<i64>,
    /// Until when it is kept for that contact, Unix milliseconds; 0 where it is not.
    pub memory_until: i64,
    /// Until when whoever texts or calls it from that phone reaches the contact by the number that stands for them now,
    /// Unix milliseconds; 0 where it never did.
    pub forwards_until: i64,
}

impl ReleaseRow {
    /// Where it stands in the order of the key.
    pub fn place(&self) -> (MemberId, NumberId) {
        (
            MemberId::from_i64(self.member_id),
            NumberId::from_i64(self.number_id),
        )
    }

    /// Whether the number cools down, or is kept.
    pub fn is_held(&self, now: i64) -> bool {
        self.cool_until.max(self.memory_until) > now
    }
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
            releases::made_at.eq(excluded(releases::made_at)),
            releases::memory_until.eq(excluded(releases::memory_until)),
            releases::forwards_until.eq(excluded(releases::forwards_until)),
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

/// No former number of a member leads to a contact any more: their pair is released.
pub fn forward_none(
    conn: &mut Conn,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    now: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(releases::table)
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(member.as_i64()))
        .filter(releases::contact_id.eq(contact.as_i64()))
        .filter(releases::forwards_until.gt(now))
        .set(releases::forwards_until.eq(now))
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

/// Which releases a list shows.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseFilter {
    /// Those that cool down or are kept at this moment (Unix milliseconds), or those that are neither.
    pub held_at: Option<(i64, bool)>,
}

/// Releases, and the place up to which all was looked at where there may be more.
pub type ReleasePage = (Vec<ReleaseRow>, Option<(MemberId, NumberId)>);

/// Releases of a member, or of all from one on, in the order of the key, after a place; and, where fewer were found than
/// asked for although there are more, the place up to which all was looked at.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    (member, after): (Option<MemberId>, (MemberId, NumberId)),
    filter: ReleaseFilter,
    limit: i64,
) -> Result<ReleasePage, StoreError> {
    let Some((now, held)) = filter.held_at else {
        return Ok((page(conn, community, member, after, limit)?, None));
    };
    // Looked at in the order of the key, so many at most; what is not shown is left out here.
    let looked = page(conn, community, member, after, LOOKED_AT)?;
    let is_full = i64::try_from(looked.len()).is_ok_and(|found| found >= LOOKED_AT);
    let last = looked.last().map(ReleaseRow::place);
    let mut shown: Vec<ReleaseRow> = looked
        .into_iter()
        .filter(|row| row.is_held(now) == held)
        .collect();
    let most = usize::try_from(limit).unwrap_or(0);
    let ends_early = shown.len() < most;
    shown.truncate(most);
    Ok((shown, last.filter(|_| is_full && ends_early)))
}

/// The rest of a member's releases and those of the members that follow are two queries: as one, neither database finds
/// its beginning in the key.
fn page(
    conn: &mut Conn,
    community: CommunityId,
    member: Option<MemberId>,
    after: (MemberId, NumberId),
    limit: i64,
) -> Result<Vec<ReleaseRow>, StoreError> {
    let first = member.unwrap_or(after.0);
    let number = match after.0 == first {
        true => after.1,
        false => NumberId::from_i64(0),
    };
    let mut found: Vec<ReleaseRow> = each!(conn, c => releases::table
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(first.as_i64()))
        .filter(releases::number_id.gt(number.as_i64()))
        .order(releases::number_id)
        .limit(limit)
        .select(ReleaseRow::as_select())
        .load(c))?;
    let room = limit - i64::try_from(found.len()).unwrap_or(limit);
    if member.is_none() && room > 0 {
        found.extend(each!(conn, c => releases::table
            .filter(releases::community_id.eq(community.as_i64()))
            .filter(releases::member_id.gt(first.as_i64()))
            .order((releases::member_id, releases::number_id))
            .limit(room)
            .select(ReleaseRow::as_select())
            .load::<ReleaseRow>(c))?);
    }
    Ok(found)
}
