//! What is written of calls. Entries of many calls share a commit; of one call they are written in order.

use super::super::error::{Result, SwitchboardError};
use super::super::switching::{CallEnding, CallLeg, CallNews, CallReport};
use super::super::{Context, Switchboard, changes};
use super::missed;
use super::view::view;
use crate::domain::Timestamp;
use crate::domain::call::{Cause, EndedBy, State};
use crate::domain::id::{CallId, CommunityId, MemberId, NumberId};
use crate::domain::message::Reason;
use crate::store::calls::{self, CallRow, Ending};
use crate::store::outbox::Pending;
use crate::store::strangers::{self, StrangerRow};
use crate::store::{Conn, StoreError, assignments};

/// Within this time after a stranger's call further ones to the same number are not recorded anew.
const COUNTED_MS: i64 = 3_600_000;

/// Something to be written.
pub(crate) enum Entry {
    /// A call was let through; its caller used this row (member, number), where a phone did.
    Began(Box<CallRow>, Option<(MemberId, NumberId)>),
    /// A call was refused.
    Refused(Box<Refused>),
    /// A phone rings.
    Ringing(Box<CallRow>),
    /// They talk.
    Answered(Box<CallRow>),
    /// It is over; whether the one called was tried at all.
    Ended(Box<CallRow>, bool),
}

/// A call that a rule refused.
pub(crate) struct Refused {
    pub row: CallRow,
    pub number_id: i64,
    pub reason: Reason,
    pub status: u16,
    /// Whether an app was asked about it: it is recorded then, for the app knows its id.
    pub asked: bool,
}

/// Writes a batch. What is returned is to be announced: it is in the outbox already.
pub(crate) fn write(conn: &mut Conn, ctx: &Context, batch: &[Entry]) -> Result<Vec<Vec<Pending>>> {
    super::super::aside::batch_or_each(
        conn,
        ctx,
        batch,
        |conn| {
            let one = |(place, entry)| write_one(conn, ctx, place, entry);
            batch.iter().enumerate().map(one).collect()
        },
        |conn, place, entry| write_one(conn, ctx, place, entry),
        |_, _, error| {
            tracing::error!(%error, "what happened to a call could not be written");
            Ok(Vec::new())
        },
    )
}

fn write_one(conn: &mut Conn, ctx: &Context, place: usize, entry: &Entry) -> Result<Vec<Pending>> {
    match entry {
        Entry::Began(row, used) => {
            calls::insert(conn, row)?;
            if let Some((member, number)) = used {
                touch(
                    conn,
                    ctx,
                    CommunityId::from_i64(row.community_id),
                    *member,
                    *number,
                )?;
            }
            Ok(Vec::new())
        }
        Entry::Refused(refused) => refuse(conn, ctx, refused).map(|()| Vec::new()),
        Entry::Ringing(row) => {
            let (community, id, at) = key(row, row.ringing_at);
            if calls::ringing(conn, community, id, at)? {
                ctx.events.call_ringing(community, &view(row)?)?;
            }
            Ok(Vec::new())
        }
        Entry::Answered(row) => {
            let (community, id, at) = key(row, row.answered_at);
            if calls::answered(conn, community, id, at)? {
                ctx.events.call_answered(community, &view(row)?)?;
            }
            Ok(Vec::new())
        }
        Entry::Ended(row, tried) => end(conn, ctx, place, row, *tried),
    }
}

fn key(row: &CallRow, at: Option<i64>) -> (CommunityId, CallId, i64) {
    let ids = (CommunityId::from_i64(row.community_id), CallId::from_i64(row.id));
    (ids.0, ids.1, at.unwrap_or(row.began_at))
}

fn touch(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<()> {
    let Some(row) = assignments::by_number(conn, community, member, number)? else {
        return Ok(());
    };
    changes::used(conn, ctx, community, &row)
}

/// Records a refusal, a stranger's only once an hour for each phone and number.
fn refuse(conn: &mut Conn, ctx: &Context, refused: &Refused) -> Result<()> {
    let mut row = refused.row.clone();
    row.state = State::Ended.code();
    row.cause = Some(Cause::Refused.word().to_owned());
    row.reason = Some(refused.reason.word().to_owned());
    row.ended_by = Some(EndedBy::Broker.word().to_owned());
    row.sip_status = i16::try_from(refused.status).ok();
    row.ended_at = Some(row.began_at);
    let community = CommunityId::from_i64(row.community_id);
    if row.from_member.is_none() {
        // Callers who hide share one count.
        let key = (row.from_phone.unwrap_or(0), refused.number_id, strangers::CALL);
        if let Some(known) = strangers::get(conn, community, key)?
            && ctx.now.0 - known.since < COUNTED_MS
            && !refused.asked
        {
            return Ok(strangers::count_call(conn, &known)?);
        }
        let first = StrangerRow {
            community_id: row.community_id,
            phone: key.0,
            number_id: key.1,
            kind: key.2,
            message_id: row.id,
            since: ctx.now.0,
            texts: 1,
        };
        strangers::begin(conn, &first)?;
    }
    calls::insert(conn, &row)?;
    if row.from_member.is_some() {
        ctx.events.call_ended(community, &view(&row)?)?;
    }
    Ok(())
}

fn end(conn: &mut Conn, ctx: &Context, place: usize, row: &CallRow, tried: bool) -> Result<Vec<Pending>> {
    let (community, id, at) = key(row, row.ended_at);
    let corrupt = StoreError::Corrupt("a call that ended without a cause");
    let Some((cause, by)) = row
        .cause
        .as_deref()
        .and_then(Cause::from_word)
        .zip(row.ended_by.as_deref().and_then(EndedBy::from_word))
    else {
        return Err(corrupt.into());
    };
    let ending = Ending {
        cause,
        by,
        sip_status: row.sip_status,
        trunk_out: row.trunk_out.as_deref(),
        at,
        quality: row.quality.as_deref(),
        steps: row.steps.as_deref(),
    };
    if !calls::ended(conn, community, id, &ending)? {
        if calls::get(conn, community, id)?.is_some() {
            // It was given up before: the node was taken for dead.
            return Ok(Vec::new());
        }
        // Its beginning could not be stored.
        calls::insert(conn, row)?;
    }
    ctx.events.call_ended(community, &view(row)?)?;
    // Where a phone called and there was no way to the contact, or no room, nothing was tried, and the contact has missed
    // the call all the same. An app's call may have failed at the member's own phone.
    let no_way = row.origin == calls::PHONE && matches!(cause, Cause::Unreachable | Cause::OutOfCapacity);
    match (tried || no_way) && cause.is_missed() {
        true => missed::tell(conn, ctx, ctx.cause(place), community, row),
        false => Ok(Vec::new()),
    }
}

impl Switchboard {
    /// A call goes on from here: it is known at once and recorded with the next commit.
    pub(super) fn begin_call(&self, row: CallRow, used: Option<(MemberId, NumberId)>) -> Result<()> {
        if !self.inner.live_calls.begin(row.clone()) {
            return Err(SwitchboardError::Overloaded);
        }
        let id = CallId::from_i64(row.id);
        let begun = self.inner.calls.offer(Entry::Began(Box::new(row), used));
        if begun.is_err() {
            self.inner.live_calls.forget(id);
        }
        begun
    }

    /// Records the end of a call that is here, and forgets it once that is stored.
    pub(super) async fn record_end(&self, row: CallRow, tried: bool) -> Result<()> {
        let (id, origin) = (CallId::from_i64(row.id), row.origin);
        let cause = row.cause.as_deref().and_then(Cause::from_word);
        self.record(Entry::Ended(Box::new(row), tried)).await?;
        // A report that comes late and the sweep may both have got here: it counts once.
        if self.inner.live_calls.forget(id)
            && let Some(cause) = cause
        {
            let origin = super::view::origin_word(origin);
            self.inner.observers.call_ended(origin, cause);
        }
        Ok(())
    }

    pub(super) async fn record(&self, entry: Entry) -> Result<()> {
        self.inner.calls.submit(entry).await.map(|_| ())
    }

    pub(super) async fn apply_report(&self, report: CallReport) -> Result<()> {
        let CallReport {
            call,
            community: _,
            at,
            news,
        } = report;
        let live = &self.inner.live_calls;
        let entry = match news {
            CallNews::Ringing => live
                .change(call, |row| {
                    row.ringing_at.get_or_insert(at.0);
                })
                .map(|row| Entry::Ringing(Box::new(row))),
            CallNews::Answered => live
                .change(call, |row| {
                    row.state = State::Answered.code();
                    row.answered_at.get_or_insert(at.0);
                })
                .map(|row| Entry::Answered(Box::new(row))),
            CallNews::Ended(ending) => {
                let tried = ending.steps.iter().any(|step| step.leg == CallLeg::Callee);
                if let Some(row) = live.end(call, tried, |row| finish(row, &ending, at)) {
                    return self.record_end(row, tried).await;
                }
                None
            }
        };
        match entry {
            Some(entry) => self.record(entry).await,
            None => {
                tracing::debug!(%call, "a report came for a call that is over");
                Ok(())
            }
        }
    }
}

fn finish(row: &mut CallRow, ending: &CallEnding, at: Timestamp) {
    row.state = State::Ended.code();
    row.cause = Some(ending.cause.word().to_owned());
    row.ended_by = Some(ending.by.word().to_owned());
    row.sip_status = ending.sip_status.and_then(|status| i16::try_from(status).ok());
    row.trunk_out.clone_from(&ending.trunk_out);
    row.ended_at.get_or_insert(at.0);
    let some = ending.quality.iter().any(Option::is_some);
    // Numbers and words of our own always have a form in JSON.
    row.quality = some
        .then(|| serde_json::to_string(&ending.quality).ok())
        .flatten();
    row.steps = serde_json::to_string(&ending.steps).ok();
}
