//! Calls: their rows, from the moment in which a call is let through or refused to its end.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::call_updates::{Answer, End, Ring};
use super::schema::{calls, strangers};
use super::{Conn, StoreError, each};
use crate::domain::call::{Cause, EndedBy, State};
use crate::domain::id::{CallId, CommunityId, MemberId};

/// A phone's call.
pub const PHONE: i16 = 0;
/// An app's call.
pub const APP: i16 = 1;

/// A call's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = calls, treat_none_as_default_value = false)]
pub struct CallRow {
    /// `com_…`
    pub community_id: i64,
    /// `call_…`
    pub id: i64,
    /// [`PHONE`] or [`APP`].
    pub origin: i16,
    /// The node that has it.
    pub node: i16,
    /// `mem_…` of the caller, if a member.
    pub from_member: Option<i64>,
    /// `mem_…` of the one called, if known.
    pub to_member: Option<i64>,
    /// The caller's real phone; never shown.
    pub from_phone: Option<i64>,
    /// The pool number that the caller dialled or sees.
    pub dialled: Option<i64>,
    /// The pool number that the one called sees.
    pub shown: Option<i64>,
    /// [`State`] as its code.
    pub state: i16,
    /// [`Cause`] as its word.
    pub cause: Option<String>,
    /// [`crate::domain::message::Reason`] as its word.
    pub reason: Option<String>,
    /// [`EndedBy`] as its word.
    pub ended_by: Option<String>,
    /// The final status that decided.
    pub sip_status: Option<i16>,
    /// The trunk by which it came.
    pub trunk_in: Option<String>,
    /// The trunk by which the contact was reached.
    pub trunk_out: Option<String>,
    /// Unix milliseconds, as are the following.
    pub began_at: i64,
    /// When a phone began to ring.
    pub ringing_at: Option<i64>,
    /// When they began to talk.
    pub answered_at: Option<i64>,
    /// When it was over.
    pub ended_at: Option<i64>,
    /// Somebody asked for its end.
    pub hang_up: bool,
    /// JSON: how the sound of both legs was.
    pub quality: Option<String>,
    /// JSON: every step.
    pub steps: Option<String>,
}

impl CallRow {
    /// The state, typed.
    pub fn state(&self) -> Result<State, StoreError> {
        State::from_code(self.state).ok_or(StoreError::Corrupt("calls.state"))
    }
}

/// Which calls a list is to hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallFilter {
    /// Only those from or to this member (`mem_…` as an integer).
    pub member: Option<i64>,
    /// With `member`: only those between the two.
    pub contact: Option<i64>,
    /// Only those that stand there.
    pub state: Option<State>,
    /// Only those that ended so.
    pub cause: Option<Cause>,
    /// Only those with this id or a later one.
    pub since: Option<i64>,
    /// Only those whose two ends are members.
    pub between_members: bool,
}

/// How a call ended, as it is written.
#[derive(Clone, Debug)]
pub struct Ending<'a> {
    /// Why.
    pub cause: Cause,
    /// Who ended it.
    pub by: EndedBy,
    /// The final status that decided.
    pub sip_status: Option<i16>,
    /// The trunk by which the contact was reached.
    pub trunk_out: Option<&'a str>,
    /// When.
    pub at: i64,
    /// JSON.
    pub quality: Option<&'a str>,
    /// JSON.
    pub steps: Option<&'a str>,
}

/// Adds a call.
pub fn insert(conn: &mut Conn, row: &CallRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(calls::table).values(row).execute(c))?;
    Ok(())
}

/// One call.
pub fn get(conn: &mut Conn, community: CommunityId, id: CallId) -> Result<Option<CallRow>, StoreError> {
    Ok(each!(conn, c => calls::table
        .find((community.as_i64(), id.as_i64()))
        .select(CallRow::as_select())
        .first(c)
        .optional())?)
}

/// A call of whichever community.
pub fn find(conn: &mut Conn, id: CallId) -> Result<Option<CallRow>, StoreError> {
    Ok(each!(conn, c => calls::table
        .filter(calls::id.eq(id.as_i64()))
        .select(CallRow::as_select())
        .first(c)
        .optional())?)
}

/// Calls, newest first, older than `before`. Of a member, each of the two indexes gives its newest, and the two
/// are merged: a condition with "or" would have the table read through.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    filter: CallFilter,
    before: i64,
    limit: i64,
) -> Result<Vec<CallRow>, StoreError> {
    let (one, other) = match (filter.member, filter.contact) {
        (None, Some(end)) | (Some(end), None) => (Some(end), None),
        ends => ends,
    };
    let Some(one) = one else {
        return some(conn, community, filter, (None, None), before, limit);
    };
    let mut found = some(conn, community, filter, (Some(one), other), before, limit)?;
    found.extend(some(conn, community, filter, (other, Some(one)), before, limit)?);
    found.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn some(
    conn: &mut Conn,
    community: CommunityId,
    filter: CallFilter,
    (from, to): (Option<i64>, Option<i64>),
    before: i64,
    limit: i64,
) -> Result<Vec<CallRow>, StoreError> {
    Ok(each!(conn, c => {
        let mut query = calls::table
            .filter(calls::community_id.eq(community.as_i64()))
            .filter(calls::id.lt(before))
            .order(calls::id.desc())
            .limit(limit)
            .select(CallRow::as_select())
            .into_boxed();
        if let Some(from) = from {
            query = query.filter(calls::from_member.eq(from));
        }
        if let Some(to) = to {
            query = query.filter(calls::to_member.eq(to));
        }
        if let Some(state) = filter.state {
            query = query.filter(calls::state.eq(state.code()));
        }
        if let Some(cause) = filter.cause {
            query = query.filter(calls::cause.eq(cause.word()));
        }
        if let Some(since) = filter.since {
            query = query.filter(calls::id.ge(since));
        }
        if filter.between_members {
            query = query.filter(calls::from_member.is_not_null().and(calls::to_member.is_not_null()));
        }
        query.load(c)
    })?)
}

/// A phone rings. False where the call is further already.
pub fn ringing(conn: &mut Conn, community: CommunityId, id: CallId, at: i64) -> Result<bool, StoreError> {
    let ring = Ring {
        community_id: community.as_i64(),
        id: id.as_i64(),
        at,
    };
    Ok(each!(conn, c => ring.execute(c))? > 0)
}

/// They talk. False where it is over already.
pub fn answered(conn: &mut Conn, community: CommunityId, id: CallId, at: i64) -> Result<bool, StoreError> {
    let answer = Answer {
        community_id: community.as_i64(),
        id: id.as_i64(),
        at,
    };
    Ok(each!(conn, c => answer.execute(c))? > 0)
}

/// It is over. False where it was over already.
pub fn ended(
    conn: &mut Conn,
    community: CommunityId,
    id: CallId,
    ending: &Ending<'_>,
) -> Result<bool, StoreError> {
    let end = End {
        community_id: community.as_i64(),
        id: id.as_i64(),
        ending,
        words: (ending.cause.word(), ending.by.word()),
    };
    Ok(each!(conn, c => end.execute(c))? > 0)
}

/// Notes that somebody wants it ended; false where it is over.
pub fn ask_to_hang_up(conn: &mut Conn, community: CommunityId, id: CallId) -> Result<bool, StoreError> {
    let changed = each!(conn, c => diesel::update(calls::table.find((community.as_i64(), id.as_i64())))
        .filter(calls::state.lt(State::Ended.code()))
        .set(calls::hang_up.eq(true))
        .execute(c))?;
    Ok(changed > 0)
}

/// Calls of a node which somebody wants ended.
pub fn to_hang_up(conn: &mut Conn, node: i16) -> Result<Vec<CallRow>, StoreError> {
    Ok(each!(conn, c => calls::table
        .filter(calls::node.eq(node))
        .filter(calls::state.lt(State::Ended.code()))
        .filter(calls::hang_up.eq(true))
        .select(CallRow::as_select())
        .limit(1_000)
        .load(c))?)
}

/// Calls of a node that are not over, oldest first, that began before `before`.
pub fn live(conn: &mut Conn, node: i16, before: i64, limit: i64) -> Result<Vec<CallRow>, StoreError> {
    Ok(each!(conn, c => calls::table
        .filter(calls::node.eq(node))
        .filter(calls::state.lt(State::Ended.code()))
        .filter(calls::id.lt(before))
        .order(calls::id)
        .limit(limit)
        .select(CallRow::as_select())
        .load(c))?)
}

/// The calls from and to a member that are not over. Looked for among all that go on, which their own index holds: `state` is
/// compared as it says it, and the `+` keeps the key of the community out, by which SQLite would read all that ever were.
pub fn live_of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<CallRow>, StoreError> {
    let member = member.as_i64();
    Ok(each!(conn, c => calls::table
        .filter(sql::<Bool>("calls.state < 2 AND +calls.community_id = ").bind::<BigInt, _>(community.as_i64()))
        .filter(calls::from_member.eq(member).or(calls::to_member.eq(member)))
        .select(CallRow::as_select())
        .load(c))?)
}

/// Makes the calls of one node another's; returns how many.
pub fn adopt(conn: &mut Conn, from: i16, to: i16) -> Result<usize, StoreError> {
    Ok(each!(conn, c => diesel::update(calls::table)
        .filter(calls::node.eq(from))
        .filter(calls::state.lt(State::Ended.code()))
        .set(calls::node.eq(to))
        .execute(c))?)
}

/// The nodes that have calls which are not over.
pub fn nodes(conn: &mut Conn) -> Result<Vec<u16>, StoreError> {
    let nodes: Vec<i16> = each!(conn, c => calls::table
        .filter(calls::state.lt(State::Ended.code()))
        .select(calls::node)
        .distinct()
        .load(c))?;
    Ok(nodes
        .into_iter()
        .filter_map(|node| u16::try_from(node).ok())
        .collect())
}

/// Who called or was called is another from now on, who is the same person.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    super::messages::recast_ends(conn, ("calls", ["calls_from", "calls_to"]), community, (from, to))
}

/// Removes calls in which no member is and whose id is below `before`, at most `limit`; returns how many.
pub fn forget_strangers(
    conn: &mut Conn,
    community: CommunityId,
    before: i64,
    limit: i64,
) -> Result<usize, StoreError> {
    let community = community.as_i64();
    Ok(each!(conn, c => {
        let ids: Vec<i64> = calls::table
            .filter(calls::community_id.eq(community))
            .filter(calls::from_member.is_null())
            .filter(calls::to_member.is_null())
            .filter(calls::id.lt(before))
            .order(calls::id)
            .limit(limit)
            .select(calls::id)
            .load(c)?;
        diesel::delete(strangers::table
            .filter(strangers::community_id.eq(community))
            .filter(strangers::message_id.eq_any(&ids)))
            .execute(c)?;
        diesel::delete(calls::table.filter(calls::community_id.eq(community)).filter(calls::id.eq_any(&ids)))
            .execute(c)
    })?)
}
