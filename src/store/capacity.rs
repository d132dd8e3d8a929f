//! What the planner counts: members in pieces, the tables of each piece by the order of the route key, and what keeps
//! numbers from them. Statements hold integers and nothing that anybody wrote.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use super::numbers::{NumberRow, REMOVED};
use super::schema::{devices, members, numbers};
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId};

/// Members of a piece: a statement on one is a matter of milliseconds, and between pieces others have the connection.
const AT_ONCE: i64 = 256;

/// Members that follow each other, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whose.
    pub community: CommunityId,
    first: i64,
    last: i64,
}

impl Piece {
    /// Where the next one begins.
    pub fn last(&self) -> i64 {
        self.last
    }

    fn holds(&self, column: &str) -> String {
        format!("{column} >= {} AND {column} <= {}", self.first, self.last)
    }
}

/// From when on things count.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// Contacts of those who joined long ago, Unix milliseconds.
    pub window: i64,
    /// How long after joining contacts count, milliseconds.
    pub settled_ms: i64,
    /// A row that was last used then, or before, is idle.
    pub idle: i64,
}

/// A member's table, counted.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct TableRow {
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// When they joined, Unix milliseconds.
    #[diesel(sql_type = BigInt)]
    pub joined_at: i64,
    /// How many rows it has.
    #[diesel(sql_type = BigInt)]
    pub contacts: i64,
    /// Of those, received and never answered.
    #[diesel(sql_type = BigInt)]
    pub unanswered: i64,
    /// Of those, made within the time that counts.
    #[diesel(sql_type = BigInt)]
    pub made: i64,
    /// Of those, not used by the member for as long as said.
    #[diesel(sql_type = BigInt)]
    pub idle: i64,
    /// Of those, on numbers that take no new pairs.
    #[diesel(sql_type = BigInt)]
    pub elsewhere: i64,
    /// Of those, on numbers that would take no new pairs.
    #[diesel(sql_type = BigInt)]
    pub elsewhere_then: i64,
}

/// What is remembered of a number.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct PastRow {
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// `num_…`
    #[diesel(sql_type = BigInt)]
    pub number_id: i64,
    /// `mem_…`, for whom it stood.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub contact_id: Option<i64>,
    /// Unix milliseconds.
    #[diesel(sql_type = BigInt)]
    pub released_at: i64,
    /// Unix milliseconds.
    #[diesel(sql_type = BigInt)]
    pub cool_until: i64,
    /// Until when it is kept for that contact, Unix milliseconds; 0 where it is not.
    #[diesel(sql_type = BigInt)]
    pub memory_until: i64,
    /// When the pair was made, Unix milliseconds, if known.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub made_at: Option<i64>,
}

/// A number that a phone of a member has stopped, or that is in use by them.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct NumberOfRow {
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// `num_…`
    #[diesel(sql_type = BigInt)]
    pub number_id: i64,
}

/// All numbers of a community that are in service.
pub fn in_service(conn: &mut Conn, community: CommunityId) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::state.ne(REMOVED))
        .order(numbers::id)
        .select(NumberRow::as_select())
        .load(c))?)
}

/// The members that follow `after`; none after the last.
pub fn piece(conn: &mut Conn, community: CommunityId, after: i64) -> Result<Option<Piece>, StoreError> {
    let ids: Vec<i64> = each!(conn, c => members::table
        .filter(members::community_id.eq(community.as_i64()))
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(AT_ONCE)
        .select(members::id)
        .load(c))?;
    let ends = ids.first().zip(ids.last());
    Ok(ends.map(|(first, last)| Piece {
        community,
        first: *first,
        last: *last,
    }))
}

fn one_of(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(", ")
}

/// The tables of a piece, the empty ones, too. `elsewhere` are numbers whose rows are counted apart, now and then.
pub fn tables(
    conn: &mut Conn,
    piece: Piece,
    since: Since,
    elsewhere: [&[i64]; 2],
) -> Result<Vec<TableRow>, StoreError> {
    let count = |condition: String| format!("SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)");
    let on = |ids: &[i64]| match ids.is_empty() {
        true => "CAST(0 AS BIGINT)".to_owned(),
        false => count(format!("a.number_id IN ({})", one_of(ids))),
    };
    let Since {
        window,
        settled_ms,
        idle,
    } = since;
    let made = count(format!(
        "a.created_at >= CASE WHEN m.created_at + {settled_ms} > {window} THEN m.created_at + {settled_ms} ELSE \
         {window} END"
    ));
    let sql = format!(
        "SELECT m.id AS member_id, m.created_at AS joined_at, COUNT(a.number_id) AS contacts, {} AS unanswered, {made} \
         AS made, {} AS idle, {} AS elsewhere, {} AS elsewhere_then FROM members m LEFT JOIN assignments a ON \
         a.community_id = m.community_id AND a.member_id = m.id AND {} WHERE m.community_id = {} AND {} GROUP BY m.id, \
         m.created_at",
        count("a.origin = 1 AND a.answered_at IS NULL".into()),
        count(format!("a.last_activity_at <= {idle}")),
        on(elsewhere[0]),
        on(elsewhere[1]),
        // The members' own bounds, once more: a server that knows little of the tables would else read all of them.
        piece.holds("a.member_id"),
        piece.community.as_i64(),
        piece.holds("m.id"),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// Each member's releases that still cool down or are kept, or happened within the window.
pub fn releases(conn: &mut Conn, piece: Piece, window: i64, now: i64) -> Result<Vec<PastRow>, StoreError> {
    let sql = format!(
        "SELECT member_id, number_id, contact_id, released_at, cool_until, memory_until, made_at FROM releases WHERE \
         community_id = {} AND {} AND (cool_until > {now} OR memory_until > {now} OR released_at >= {window})",
        piece.community.as_i64(),
        piece.holds("member_id"),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// What still cools down on phones that the members have now. The phones come first: each is looked up by the key.
pub fn holds(conn: &mut Conn, piece: Piece, now: i64) -> Result<Vec<PastRow>, StoreError> {
    let sql = format!(
        "SELECT d.member_id, h.number_id, h.contact_id, h.released_at, h.cool_until, CAST(0 AS BIGINT) AS memory_until, CAST(NULL AS BIGINT) AS made_at \
         FROM devices d CROSS JOIN phone_holds h WHERE d.community_id = {} AND {} AND h.community_id = {} AND h.phone = \
         d.phone AND h.cool_until > {now}",
        piece.community.as_i64(),
        piece.holds("d.member_id"),
        piece.community.as_i64(),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// What the members' phones have stopped.
pub fn stops(conn: &mut Conn, piece: Piece) -> Result<Vec<NumberOfRow>, StoreError> {
    let sql = format!(
        "SELECT d.member_id, o.number_id FROM devices d CROSS JOIN opt_outs o WHERE d.community_id = {} AND {} AND \
         o.community_id = {} AND o.phone = d.phone AND o.number_id <> 0",
        piece.community.as_i64(),
        piece.holds("d.member_id"),
        piece.community.as_i64(),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

#[derive(QueryableByName)]
struct Is {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// Whether the community has any holds, and any stops: most have none, and need not be asked about each piece.
pub fn has_holds_and_stops(conn: &mut Conn, community: CommunityId) -> Result<(bool, bool), StoreError> {
    let mut is = |table: &str| -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE community_id = {}) AS there",
            community.as_i64()
        );
        let found: Is = each!(conn, c => diesel::sql_query(sql).get_result(c))?;
        Ok(found.there)
    };
    Ok((is("phone_holds")?, is("opt_outs")?))
}

/// The numbers in use by these members.
pub fn in_use(
    conn: &mut Conn,
    community: CommunityId,
    members: &[MemberId],
) -> Result<Vec<NumberOfRow>, StoreError> {
    let ids: Vec<i64> = members.iter().map(|m| m.as_i64()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT member_id, number_id FROM assignments WHERE community_id = {} AND member_id IN ({})",
        community.as_i64(),
        one_of(&ids)
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// Where the members' phones are at home, those that texts go to first.
pub fn regions(conn: &mut Conn, piece: Piece) -> Result<Vec<(i64, Option<String>)>, StoreError> {
    Ok(each!(conn, c => devices::table
        .filter(devices::community_id.eq(piece.community.as_i64()))
        .filter(devices::member_id.ge(piece.first))
        .filter(devices::member_id.le(piece.last))
        .order((devices::member_id, devices::id))
        .select((devices::member_id, devices::region))
        .load(c))?)
}
