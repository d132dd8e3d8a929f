//! Hubs, their lines, who sits on them, and members whose tables are nearly full.
//!
//! A line is a row of `numbers`: one tag of a hub. Lines are made when they are needed, and stay.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};
use diesel::upsert::excluded;

use super::assignments::Row;
use super::numbers::{NumberChange, NumberRow, REMOVED};
use super::schema::{assignments, numbers, table_warnings};
use super::{Conn, StoreError, each};
use crate::domain::assignment::Assignment;
use crate::domain::id::{CommunityId, MemberId, NumberId};

/// As the index says it; of a bound value SQLite would not know.
fn is_hub() -> diesel::expression::SqlLiteral<Bool> {
    diesel::dsl::sql::<Bool>("hub")
}

/// The hubs of a community that take new pairs.
pub fn open(conn: &mut Conn, community: CommunityId) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(is_hub())
        .filter(numbers::state.eq("active"))
        .order(numbers::id)
        .select(NumberRow::as_select())
        .load(c))?)
}

/// The hubs of a community that are in service, those that take no new pairs too.
pub fn all(conn: &mut Conn, community: CommunityId) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(is_hub())
        .filter(numbers::state.ne(REMOVED))
        .order(numbers::id)
        .select(NumberRow::as_select())
        .load(c))?)
}

/// Makes a number that stands in no assignment a hub; true if it is one.
pub fn set_aside(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<bool, StoreError> {
    let set = each!(conn, c => diesel::update(numbers::table
        .find((community.as_i64(), id.as_i64()))
        .filter(numbers::load.eq(0))
        .filter(numbers::tag.eq(0))
        .filter(numbers::desk.eq(false)))
        .set(numbers::hub.eq(true))
        .execute(c))?;
    Ok(set > 0)
}

/// The lines of a hub by their tags, those out of service too.
pub fn lines(conn: &mut Conn, community: CommunityId, hub: NumberId) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::hub_id.eq(hub.as_i64()))
        .order(numbers::tag)
        .select(NumberRow::as_select())
        .load(c))?)
}

/// One line of a hub, also out of service: phones may know it still.
pub fn line(
    conn: &mut Conn,
    community: CommunityId,
    hub: NumberId,
    tag: u16,
) -> Result<Option<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::hub_id.eq(hub.as_i64()))
        .filter(numbers::tag.eq(i32::from(tag)))
        .select(NumberRow::as_select())
        .first(c)
        .optional())?)
}

/// Holds a hub, so that nobody else makes a line of it meanwhile; false where it is a hub no more. SQLite has one
/// writer and needs no lock.
pub fn lock(conn: &mut Conn, community: CommunityId, hub: NumberId) -> Result<bool, StoreError> {
    let query = numbers::table
        .find((community.as_i64(), hub.as_i64()))
        .filter(numbers::hub.eq(true))
        .filter(numbers::state.eq("active"));
    let found: Option<i64> = match conn {
        Conn::Sqlite(c) => query.select(numbers::id).first(c).optional()?,
        Conn::Postgres(c) => query.select(numbers::id).for_update().first(c).optional()?,
    };
    Ok(found.is_some())
}

/// Adds a line. It has no place in the directory: the hub has it.
pub fn add_line(conn: &mut Conn, row: &NumberRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(numbers::table).values(row).execute(c))?;
    Ok(())
}

/// Puts a line into service again that went out of it with its hub.
pub fn revive_line(conn: &mut Conn, community: CommunityId, line: NumberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(numbers::table
        .find((community.as_i64(), line.as_i64()))
        .filter(numbers::state.eq(REMOVED)))
        .set(numbers::state.eq("active"))
        .execute(c))?;
    Ok(())
}

/// Takes the lines of a hub out of service; false, with nothing to be kept of it, where one stands in an assignment.
pub fn retire_lines(conn: &mut Conn, community: CommunityId, hub: NumberId) -> Result<bool, StoreError> {
    each!(conn, c => diesel::update(numbers::table)
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::hub_id.eq(hub.as_i64()))
        .filter(numbers::load.eq(0))
        .set(numbers::state.eq(REMOVED))
        .execute(c))?;
    let left: i64 = each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::hub_id.eq(hub.as_i64()))
        .filter(numbers::state.ne(REMOVED))
        .count()
        .get_result(c))?;
    Ok(left == 0)
}

/// Changes the lines of a hub as the hub was changed.
pub fn follow(
    conn: &mut Conn,
    community: CommunityId,
    hub: NumberId,
    change: &NumberChange,
) -> Result<(), StoreError> {
    let change = NumberChange {
        pool_id: change.pool_id,
        carrier: change.carrier.clone(),
        capabilities: change.capabilities,
        region: change.region.clone(),
        rate_per_s: change.rate_per_s,
        ..NumberChange::default()
    };
    if !change.is_empty() {
        each!(conn, c => diesel::update(numbers::table)
            .filter(numbers::community_id.eq(community.as_i64()))
            .filter(numbers::hub_id.eq(hub.as_i64()))
            .set(&change)
            .execute(c))?;
    }
    Ok(())
}

/// In how many assignments the lines of a hub stand together.
pub fn load(conn: &mut Conn, community: CommunityId, hub: NumberId) -> Result<i64, StoreError> {
    let loads: Vec<i64> = each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::hub_id.eq(hub.as_i64()))
        .select(numbers::load)
        .load(c))?;
    Ok(loads.into_iter().sum())
}

/// Those of a member's rows that stand on the lines of a hub, with their tags.
pub fn seats(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    hub: NumberId,
) -> Result<Vec<(Assignment, u16)>, StoreError> {
    let line = numbers::community_id
        .eq(assignments::community_id)
        .and(numbers::id.eq(assignments::number_id));
    let found: Vec<(Row, i32)> = each!(conn, c => assignments::table
        .inner_join(numbers::table.on(line))
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .filter(numbers::hub_id.eq(hub.as_i64()))
        .select((Row::as_select(), numbers::tag))
        .load(c))?;
    let seat = |(row, tag): (Row, i32)| (Assignment::from(row), u16::try_from(tag).unwrap_or(0));
    Ok(found.into_iter().map(seat).collect())
}

/// Those of a member's numbers that are lines, of whichever hub.
pub fn lines_of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<i64>, StoreError> {
    let line = numbers::community_id
        .eq(assignments::community_id)
        .and(numbers::id.eq(assignments::number_id));
    Ok(each!(conn, c => assignments::table
        .inner_join(numbers::table.on(line))
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .filter(numbers::hub_id.is_not_null())
        .select(assignments::number_id)
        .load(c))?)
}

/// When apps were told of a member's table, if they were.
pub fn warned_at(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Option<i64>, StoreError> {
    Ok(each!(conn, c => table_warnings::table
        .find((community.as_i64(), member.as_i64()))
        .select(table_warnings::warned_at)
        .first(c)
        .optional())?)
}

/// Notes that apps were told of a member's table.
pub fn warned(conn: &mut Conn, community: CommunityId, member: MemberId, at: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(table_warnings::table)
        .values((
            table_warnings::community_id.eq(community.as_i64()),
            table_warnings::member_id.eq(member.as_i64()),
            table_warnings::warned_at.eq(at),
        ))
        .on_conflict((table_warnings::community_id, table_warnings::member_id))
        .do_update()
        .set(table_warnings::warned_at.eq(excluded(table_warnings::warned_at)))
        .execute(c))?;
    Ok(())
}

/// Forgets that apps were told of a member's table.
pub fn forget_warning(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(
        table_warnings::table.find((community.as_i64(), member.as_i64()))).execute(c))?;
    Ok(())
}

/// Members whose tables apps were told of, and when, in the order of their ids after one.
pub fn warnings(
    conn: &mut Conn,
    community: CommunityId,
    after: MemberId,
    limit: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(each!(conn, c => table_warnings::table
        .filter(table_warnings::community_id.eq(community.as_i64()))
        .filter(table_warnings::member_id.gt(after.as_i64()))
        .order(table_warnings::member_id)
        .limit(limit)
        .select((table_warnings::member_id, table_warnings::warned_at))
        .load(c))?)
}

/// Somebody behind a tag.
#[derive(Clone, Debug, QueryableByName)]
pub struct Person {
    /// The tag.
    #[diesel(sql_type = Integer)]
    pub tag: i32,
    /// What people call them.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// They wait for the member's acceptance.
    #[diesel(sql_type = Bool)]
    pub pending: bool,
    /// When one of the two last wrote, Unix milliseconds.
    #[diesel(sql_type = BigInt)]
    pub active_at: i64,
}

/// Who is behind the tags of a hub on a member's phones. Integers only are written into the statement.
pub fn people(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    hub: NumberId,
) -> Result<Vec<Person>, StoreError> {
    let sql = format!(
        "SELECT n.tag, p.name, a.pending, CASE WHEN a.last_activity_at > b.last_activity_at THEN a.last_activity_at ELSE \
         b.last_activity_at END AS active_at FROM numbers n \
         JOIN assignments a ON a.community_id = n.community_id AND a.member_id = {m} AND a.number_id = n.id \
         JOIN assignments b ON b.community_id = n.community_id AND b.member_id = a.contact_id AND b.contact_id = {m} \
         JOIN members p ON p.community_id = n.community_id AND p.id = a.contact_id \
         WHERE n.community_id = {} AND n.hub_id = {}",
        community.as_i64(),
        hub.as_i64(),
        m = member.as_i64(),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}
