//! Members and guests.

use diesel::prelude::*;

use super::schema::{members, releases};
use super::{Conn, StoreError, each, insert_all};
use crate::domain::id::{CommunityId, MemberId};

/// A member's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`
    pub id: i64,
    /// What people call them.
    pub name: String,
    /// Has no account: an outside phone known as somebody's contact.
    pub guest: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Others may find them by name.
    pub listed: bool,
    /// The name as it is looked for.
    pub name_key: String,
    /// When the name last changed, Unix milliseconds.
    pub named_at: Option<i64>,
    /// Their time zone, by its IANA name.
    pub time_zone: Option<String>,
}

/// Adds a member.
pub fn insert(conn: &mut Conn, row: &MemberRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(members::table).values(row).execute(c))?;
    Ok(())
}

/// Adds members.
pub fn insert_many(conn: &mut Conn, rows: &[MemberRow]) -> Result<(), StoreError> {
    insert_all!(conn, members::table, rows);
    Ok(())
}

/// Those of these members who are there.
pub fn some(conn: &mut Conn, community: CommunityId, ids: &[i64]) -> Result<Vec<MemberRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => members::table
        .filter(members::community_id.eq(community.as_i64()))
        .filter(members::id.eq_any(ids))
        .select(MemberRow::as_select())
        .load(c))?)
}

/// One member.
pub fn get(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<Option<MemberRow>, StoreError> {
    Ok(each!(conn, c => members::table
        .find((community.as_i64(), id.as_i64()))
        .select(MemberRow::as_select())
        .first(c)
        .optional())?)
}

/// Members in the order of their making, after `after`.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    limit: i64,
) -> Result<Vec<MemberRow>, StoreError> {
    Ok(each!(conn, c => members::table
        .filter(members::community_id.eq(community.as_i64()))
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(limit)
        .select(MemberRow::as_select())
        .load(c))?)
}

/// Members whose name begins with this, as names are looked for; in the order of the names, after the given place.
pub fn named(
    conn: &mut Conn,
    community: CommunityId,
    prefix: &str,
    after: Option<(&str, i64)>,
    limit: i64,
) -> Result<Vec<MemberRow>, StoreError> {
    let mut found: Vec<MemberRow> = Vec::new();
    // In the order of bytes nothing that begins with the prefix comes after this.
    let end = format!("{prefix}\u{10ffff}");
    // Two statements, for each reads the index from one place on: others of the same name, then later names.
    if let Some((name, id)) = after {
        found = each!(conn, c => members::table
            .filter(members::community_id.eq(community.as_i64()))
            .filter(members::name_key.eq(name))
            .filter(members::id.gt(id))
            .order(members::id)
            .limit(limit)
            .select(MemberRow::as_select())
            .load(c))?;
    }
    let rest = limit - found.len() as i64;
    if rest <= 0 {
        return Ok(found);
    }
    let later: Vec<MemberRow> = match after {
        Some((name, _)) => each!(conn, c => members::table
            .filter(members::community_id.eq(community.as_i64()))
            .filter(members::name_key.gt(name))
            .filter(members::name_key.lt(end.as_str()))
            .order((members::name_key, members::id))
            .limit(rest)
            .select(MemberRow::as_select())
            .load(c))?,
        None => each!(conn, c => members::table
            .filter(members::community_id.eq(community.as_i64()))
            .filter(members::name_key.ge(prefix))
            .filter(members::name_key.lt(end.as_str()))
            .order((members::name_key, members::id))
            .limit(rest)
            .select(MemberRow::as_select())
            .load(c))?,
    };
    found.extend(later);
    Ok(found)
}

/// What may be changed of a member.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = members)]
pub struct MemberChange {
    /// Another name.
    pub name: Option<String>,
    /// The name as it is looked for.
    pub name_key: Option<String>,
    /// When the name changed.
    pub named_at: Option<Option<i64>>,
    /// Whether others may find them by name.
    pub listed: Option<bool>,
    /// Their time zone.
    pub time_zone: Option<Option<String>>,
}

impl MemberChange {
    fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.name_key.is_none()
            && self.named_at.is_none()
            && self.listed.is_none()
            && self.time_zone.is_none()
    }
}

/// Changes a member.
pub fn update(
    conn: &mut Conn,
    community: CommunityId,
    id: MemberId,
    change: &MemberChange,
) -> Result<(), StoreError> {
    if !change.is_empty() {
        each!(conn, c => diesel::update(members::table.find((community.as_i64(), id.as_i64())))
            .set(change)
            .execute(c))?;
    }
    Ok(())
}

/// Members, guests left out, whose name is this or begins with it and a blank; so many at most. Both as names are
/// looked for.
pub fn by_name(
    conn: &mut Conn,
    community: CommunityId,
    key: &str,
    only_listed: bool,
    limit: i64,
) -> Result<Vec<MemberRow>, StoreError> {
    // The blank is followed by the exclamation mark in the order of bytes.
    let (from, to) = (format!("{key} "), format!("{key}!"));
    let listed: &[bool] = if only_listed { &[true] } else { &[true, false] };
    let mut found: Vec<MemberRow> = each!(conn, c => members::table
        .filter(members::community_id.eq(community.as_i64()))
        .filter(members::name_key.eq(key))
        .filter(members::guest.eq(false))
        .filter(members::listed.eq_any(listed))
        .order(members::id)
        .limit(limit)
        .select(MemberRow::as_select())
        .load(c))?;
    let more: Vec<MemberRow> = each!(conn, c => members::table
        .filter(members::community_id.eq(community.as_i64()))
        .filter(members::name_key.ge(from.as_str()))
        .filter(members::name_key.lt(to.as_str()))
        .filter(members::guest.eq(false))
        .filter(members::listed.eq_any(listed))
        .order((members::name_key, members::id))
        .limit(limit)
        .select(MemberRow::as_select())
        .load(c))?;
    found.extend(more);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Several members.
pub fn of_ids(
    conn: &mut Conn,
    community: CommunityId,
    ids: &[MemberId],
) -> Result<Vec<MemberRow>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.as_i64()).collect();
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(super::ROWS_AT_ONCE) {
        let rows: Vec<MemberRow> = each!(conn, c => members::table
            .filter(members::community_id.eq(community.as_i64()))
            .filter(members::id.eq_any(some))
            .select(MemberRow::as_select())
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Removes a member, and what the member's numbers stood for; devices and assignments must be gone. What their phones
/// remember stays.
pub fn delete(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(releases::table
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(id.as_i64())))
        .execute(c))?;
    each!(conn, c => diesel::delete(members::table.find((community.as_i64(), id.as_i64()))).execute(c))?;
    Ok(())
}

/// Locks members until the transaction ends, in the order of their ids, so that two transactions which
/// want the same two never wait for each other. SQLite has one writer and needs no lock.
pub fn lock(conn: &mut Conn, community: CommunityId, ids: &[MemberId]) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        let ids: Vec<i64> = ids.iter().map(|id| id.as_i64()).collect();
        members::table
            .filter(members::community_id.eq(community.as_i64()))
            .filter(members::id.eq_any(ids))
            .order(members::id)
            .select(members::id)
            .for_update()
            .load::<i64>(c)?;
    }
    Ok(())
}
