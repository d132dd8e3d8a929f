//! Texts that go no further than the broker: refused ones, keywords, and what is answered to them.

use super::error::Result;
use super::intake::{Accepted, Outcome, duplicate, set};
use super::notice_guard::Cause;
use super::outlet::Verdict;
use super::route::{Dialled, Facts};
use super::{Context, keywords, known, notices, strangers};
use crate::domain::E164;
use crate::domain::id::{MemberId, MessageId};
use crate::domain::keyword::Keyword;
use crate::domain::message::{Reason, Status};
use crate::domain::policy::{Policy, Refusal};
use crate::store::Conn;
use crate::store::messages::MessageRow;
use crate::store::outbox::Pending;
use crate::store::strangers as rows;

/// Records a text that is refused, and answers as the policy wants it.
pub(super) fn refuse(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    mut row: MessageRow,
    (from, cause): (E164, Cause),
    reason: Reason,
) -> Outcome {
    set(&mut row, Status::Blocked, reason);
    let message = match keep(conn, ctx, dialled, &mut row, rows::REFUSED)? {
        Kept::As(message) => message,
        Kept::Before(before) => return Ok(duplicate(*before)),
    };
    let pending = notice(conn, ctx, facts, dialled, (from, cause), reason)?;
    let reject = policy_of(&dialled.policy, reason) == Refusal::Reject;
    Ok(Accepted {
        message,
        verdict: Verdict::Refused {
            reason: reason.told(dialled.policy.blocks_shown),
            reject,
        },
        row: Some(row),
        pending,
        app: None,
        for_desk: false,
    })
}

/// Where a text that goes no further is recorded.
enum Kept {
    As(MessageId),
    /// It was known.
    Before(Box<MessageRow>),
}

/// Records a text that goes no further, a stranger's only once in a while.
fn keep(conn: &mut Conn, ctx: &Context, dialled: &Dialled, row: &mut MessageRow, kind: i16) -> Result<Kept> {
    if row.from_member.is_none()
        && let Some(counted) = strangers::count(conn, ctx, dialled, row, kind)?
    {
        return Ok(Kept::As(counted));
    }
    Ok(match known::insert(conn, row)? {
        None => Kept::As(row.message_id()),
        Some(before) => Kept::Before(Box::new(before)),
    })
}

fn policy_of(policy: &Policy, reason: Reason) -> Refusal {
    match reason {
        Reason::UnknownSender => policy.strangers,
        _ => policy.refused,
    }
}

/// The notice that goes with a refusal, where the policy asks for one.
pub(super) fn notice(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    (from, cause): (E164, Cause),
    reason: Reason,
) -> Result<Vec<Pending>> {
    let Some(told) = reason.towards(dialled.policy.blocks_shown) else {
        return Ok(Vec::new());
    };
    // A phone that has stopped a number gets nothing more from it, not even this.
    // Nor does one that is frozen.
    let muted = matches!(reason, Reason::SenderOptedOut | Reason::SenderFrozen)
        || facts.sender.as_ref().is_some_and(|d| d.stopped_all);
    if muted
        || policy_of(&dialled.policy, reason) != Refusal::Reply
        || keywords::has_stopped(conn, dialled, from)?
        || !ctx.guard.allows(from, dialled.number.id, cause, ctx.now)
    {
        return Ok(Vec::new());
    }
    let text = match told {
        Reason::UnknownSender => dialled.policy.stranger_notice.clone(),
        Reason::NoContact | Reason::PairReleased => dialled.policy.released_notice.clone(),
        other => format!("Your text was not delivered: {}.", other.sentence()),
    };
    Ok(vec![answer(conn, ctx, facts, dialled, from, &text)?])
}

/// A text back to the sender, from the number that he texted.
pub(super) fn answer(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    to: E164,
    text: &str,
) -> Result<Pending> {
    let notice = notices::Notice {
        community: dialled.community,
        number: &dialled.number,
        phone: to,
        member: facts.sender.as_ref().map(|d| MemberId::from_i64(d.member_id)),
        text,
        deadline_s: dialled.policy.deadline_s,
        frozen: false,
    };
    notices::write(conn, ctx, &notice)
}

/// A keyword such as STOP: recorded, obeyed and answered.
pub(super) fn keyword(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    mut row: MessageRow,
    word: Keyword,
    (from, cause): (E164, Cause),
) -> Outcome {
    // It reached the one whom it was meant for: the broker.
    row.status = Status::Delivered.code();
    row.to_member = None;
    let message = match keep(conn, ctx, dialled, &mut row, rows::KEYWORD)? {
        Kept::As(message) => message,
        Kept::Before(before) => return Ok(duplicate(*before)),
    };
    let mut pending = keywords::act(conn, ctx, facts, dialled, from, word)?;
    if ctx.guard.answers((from, dialled.number.id, word), cause, ctx.now) {
        let is_desk = dialled.number.desk && facts.sender.is_some();
        let reply = keywords::reply(&dialled.policy, word, (is_desk, facts.at_hub().is_some()));
        pending.push(answer(conn, ctx, facts, dialled, from, &reply)?);
    }
    Ok(Accepted {
        message,
        verdict: Verdict::Keyword,
        row: Some(row),
        pending,
        app: None,
        for_desk: false,
    })
}
