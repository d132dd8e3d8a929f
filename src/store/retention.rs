//! What is old: the texts of messages, and then messages and calls themselves.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::messages::{BODY_EXPIRED, BODY_THERE, MessageRow};
use super::schema::{
    calls, deferred_texts, media, message_media, message_parts, messages, outbox, strangers,
};
use super::{Conn, StoreError, communities, each};
use crate::domain::Timestamp;
use crate::domain::call::State;
use crate::domain::id::CommunityId;
use crate::domain::message::Status;

/// The statuses of what is still to be delivered.
const WAITING: [i16; 3] = [ACCEPTED, QUEUED, HELD];
const ACCEPTED: i16 = 0;
const QUEUED: i16 = 1;
const HELD: i16 = 9;
/// After so long past its deadline nothing is still to be delivered, whatever its status says.
const GIVEN_UP_S: i64 = 86_400;

/// Takes the texts of messages whose id is at least `from` and below `before`, of so many at most. Says how many, and from where
/// to go on; nowhere at the end, or where the first one stands that is still to be delivered: not over, nor past its
/// deadline for a day.
pub fn expire_bodies(
    conn: &mut Conn,
    community: CommunityId,
    (from, before): (i64, i64),
    (now, limit): (Timestamp, i64),
) -> Result<(usize, Option<i64>), StoreError> {
    let c = community.as_i64();
    let given_up = now.plus_s(-GIVEN_UP_S).0;
    let rows: Vec<(i64, i16, i64)> = each!(conn, c_ => messages::table
        .filter(messages::community_id.eq(c))
        .filter(messages::id.ge(from))
        .filter(messages::id.lt(before))
        .order(messages::id)
        .limit(limit)
        .select((messages::id, messages::status, messages::expires_at))
        .load(c_))?;
    let full = rows.len() as i64 == limit;
    let ids: Vec<i64> = rows
        .iter()
        .take_while(|(_, status, expires_at)| !WAITING.contains(status) || *expires_at < given_up)
        .map(|(id, _, _)| *id)
        .collect();
    let stopped = ids.len() < rows.len();
    let Some(last) = ids.last().copied() else {
        return Ok((0, None));
    };
    let tokens: Vec<String> = each!(conn, c_ => message_media::table
        .filter(message_media::community_id.eq(c))
        .filter(message_media::message_id.eq_any(&ids))
        .select(message_media::token)
        .load(c_))?;
    let gone = each!(conn, c_ => {
        diesel::delete(media::table.filter(media::token.eq_any(&tokens))).execute(c_)?;
        diesel::delete(message_media::table
            .filter(message_media::community_id.eq(c))
            .filter(message_media::message_id.eq_any(&ids)))
            .execute(c_)?;
        diesel::update(messages::table
            .filter(messages::community_id.eq(c))
            .filter(messages::id.eq_any(&ids))
            .filter(messages::body_gone.eq(BODY_THERE)))
            .set((messages::text.eq(""), messages::label.eq(None::<String>), messages::media.eq(0), messages::body_gone.eq(BODY_EXPIRED)))
            .execute(c_)
    })?;
    communities::set_bodies_gone_before(conn, community, last + 1)?;
    Ok((gone, (full && !stopped).then_some(last + 1)))
}

/// Those of so many messages that are in quarantine, whose id is at least `from` and below `before`; and from where to
/// go on, nowhere at the end.
pub fn in_quarantine(
    conn: &mut Conn,
    community: CommunityId,
    (from, before): (i64, i64),
    limit: i64,
) -> Result<(Vec<MessageRow>, Option<i64>), StoreError> {
    let rows: Vec<(i64, i16)> = each!(conn, c => messages::table
        .filter(messages::community_id.eq(community.as_i64()))
        .filter(messages::id.ge(from))
        .filter(messages::id.lt(before))
        .order(messages::id)
        .limit(limit)
        .select((messages::id, messages::status))
        .load(c))?;
    let Some((last, _)) = rows.last().copied() else {
        return Ok((Vec::new(), None));
    };
    let held = |(_, status): &(i64, i16)| *status == Status::Quarantined.code();
    let ids: Vec<i64> = rows.iter().copied().filter(held).map(|(id, _)| id).collect();
    let held = each!(conn, c => messages::table
        .filter(messages::community_id.eq(community.as_i64()))
        .filter(messages::id.eq_any(&ids))
        .order(messages::id)
        .select(MessageRow::as_select())
        .load(c))?;
    communities::set_quarantine_gone_before(conn, community, last + 1)?;
    Ok((held, (rows.len() as i64 == limit).then_some(last + 1)))
}

/// Removes messages below an id that are over, so many at most; those that were sent and not reported on only below the
/// second id. Says how many.
pub fn forget_messages(
    conn: &mut Conn,
    community: CommunityId,
    (before, reported): (i64, i64),
    (now, limit): (Timestamp, i64),
) -> Result<usize, StoreError> {
    let c = community.as_i64();
    let given_up = now.plus_s(-GIVEN_UP_S).0;
    each!(conn, c_ => {
        let leaving = outbox::table
            .filter(outbox::community_id.eq(messages::community_id))
            .filter(outbox::message_id.eq(messages::id));
        let deferred = deferred_texts::table
            .filter(deferred_texts::community_id.eq(messages::community_id))
            .filter(deferred_texts::message_id.eq(messages::id));
        let ids: Vec<i64> = messages::table
            .filter(messages::community_id.eq(c))
            .filter(messages::id.lt(before))
            .filter(messages::status.ne_all(WAITING).or(messages::expires_at.lt(given_up)))
            .filter(messages::status.ne(Status::Sent.code()).or(messages::id.lt(reported)))
            .filter(not(exists(leaving)))
            .filter(not(exists(deferred)))
            .order(messages::id)
            .limit(limit)
            .select(messages::id)
            .load(c_)?;
        let tokens: Vec<String> = message_media::table
            .filter(message_media::community_id.eq(c))
            .filter(message_media::message_id.eq_any(&ids))
            .select(message_media::token)
            .load(c_)?;
        diesel::delete(media::table.filter(media::token.eq_any(&tokens))).execute(c_)?;
        diesel::delete(message_media::table
            .filter(message_media::community_id.eq(c))
            .filter(message_media::message_id.eq_any(&ids)))
            .execute(c_)?;
        diesel::delete(message_parts::table
            .filter(message_parts::community_id.eq(c))
            .filter(message_parts::message_id.eq_any(&ids)))
            .execute(c_)?;
        diesel::delete(strangers::table
            .filter(strangers::community_id.eq(c))
            .filter(strangers::message_id.eq_any(&ids)))
            .execute(c_)?;
        Ok(diesel::delete(messages::table
            .filter(messages::community_id.eq(c))
            .filter(messages::id.eq_any(&ids)))
            .execute(c_)?)
    })
}

/// Removes calls below an id that are over, so many at most; says how many.
pub fn forget_calls(
    conn: &mut Conn,
    community: CommunityId,
    before: i64,
    limit: i64,
) -> Result<usize, StoreError> {
    let c = community.as_i64();
    each!(conn, c_ => {
        let ids: Vec<i64> = calls::table
            .filter(calls::community_id.eq(c))
            .filter(calls::id.lt(before))
            .filter(calls::state.eq(State::Ended.code()))
            .order(calls::id)
            .limit(limit)
            .select(calls::id)
            .load(c_)?;
        Ok(diesel::delete(calls::table
            .filter(calls::community_id.eq(c))
            .filter(calls::id.eq_any(&ids)))
            .execute(c_)?)
    })
}

/// Notes that no text of a community waits for texting hours any more, if that is so.
pub fn nothing_deferred(conn: &mut Conn, community: CommunityId) -> Result<(), StoreError> {
    let one: Option<i64> = each!(conn, c_ => deferred_texts::table
        .filter(deferred_texts::community_id.eq(community.as_i64()))
        .select(deferred_texts::message_id)
        .first(c_)
        .optional())?;
    match one {
        None => communities::set_has_deferred(conn, community, false),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_what_may_still_be_sent() {
        let waiting = [Status::Accepted, Status::Queued, Status::Held].map(Status::code);
        assert_eq!(waiting, WAITING);
    }
}
