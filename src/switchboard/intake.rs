//! Accepting texts, from phones and from apps: dedupe, route, policy, message and outbox row in one
//! transaction; acknowledged after its commit (design rule 6).

use super::aside::batch_or_each;
use super::communities::Apps;
use super::error::{Result, SwitchboardError};
use super::messages::NewMessage;
use super::notice_guard::Cause;
use super::outlet::{HeldPart, InboundText, MediaWanted, Verdict};
use super::route::{self, Dialled, DialledCache, Facts, PairFacts, Purpose, Ruling};
use super::{
    Context, app_texts, changes, deliver, held, hubs, intercept, keywords, known, media, refusals, strangers,
};
use crate::domain::hub;
use crate::domain::id::{CommunityId, EndpointId, MessageId, MessageKind};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::Policy;
use crate::domain::{E164, Timestamp};
use crate::store::Conn;
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::outbox::Pending;
use crate::store::strangers::ASKED;

/// The carrier's name under which apps' Idempotency-Keys are kept.
pub(crate) const API: &str = "api";

/// What is to be accepted.
#[derive(Clone, Debug)]
pub(crate) enum Arrival {
    Phone(InboundText),
    App(CommunityId, NewMessage),
    /// A part of a long text that is to be kept, by its outlet.
    Part(String, Box<HeldPart>),
    /// Kept parts that are of no use, by their outlet.
    LetGo(String, Vec<i64>),
}

/// What became of it, and what is to be sent on account of it.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub message: MessageId,
    pub verdict: Verdict,
    pub row: Option<MessageRow>,
    pub pending: Vec<Pending>,
    /// The endpoint of the app in which the recipient reads it.
    pub app: Option<EndpointId>,
    /// It is for the desk, which has not taken it yet: nothing is written.
    pub for_desk: bool,
}

/// The outcome of one arrival; a rule's refusal of an app's message is an error to it.
pub(crate) type Outcome = std::result::Result<Accepted, SwitchboardError>;

/// Accepts a batch. An error of the whole is the database's, and nothing was written.
pub(crate) fn accept(conn: &mut Conn, ctx: &Context, batch: &[Arrival]) -> Result<Vec<Outcome>> {
    batch_or_each(
        conn,
        ctx,
        batch,
        |conn| {
            let mut cache = DialledCache::new();
            let one = |(place, arrival)| accept_one(conn, ctx, &mut cache, place, arrival);
            batch.iter().enumerate().map(one).collect()
        },
        |conn, place, arrival| accept_one(conn, ctx, &mut DialledCache::new(), place, arrival),
        // One bad row is that text's own misfortune, not the whole batch's.
        |_, _, error| Ok(Err(error)),
    )
}

/// An error is the database's; a rule's refusal is an outcome.
fn accept_one(
    conn: &mut Conn,
    ctx: &Context,
    cache: &mut DialledCache,
    place: usize,
    arrival: &Arrival,
) -> Result<Outcome> {
    let outcome = match arrival {
        Arrival::Phone(text) => from_phone(conn, ctx, cache, ctx.cause(place), text).and_then(|accepted| {
            if !accepted.for_desk {
                held::let_go(conn, ctx, &text.carrier, &text.held)?;
            }
            Ok(accepted)
        }),
        Arrival::Part(outlet, part) => held::hold(conn, ctx, outlet, part).map(|()| nothing(ctx)),
        Arrival::LetGo(outlet, numbers) => held::let_go(conn, ctx, outlet, numbers).map(|()| nothing(ctx)),
        Arrival::App(community, new) => app_texts::accept(conn, ctx, cache, *community, new),
    };
    match outcome {
        Err(error @ SwitchboardError::Store(_)) => Err(error),
        outcome => Ok(outcome),
    }
}

/// The outcome of what is no message.
fn nothing(ctx: &Context) -> Accepted {
    Accepted {
        message: ctx.id::<MessageKind>(),
        verdict: Verdict::Duplicate,
        row: None,
        pending: Vec::new(),
        app: None,
        for_desk: false,
    }
}

/// The text without what no database and no phone can take.
pub(super) fn cleaned(text: &str) -> String {
    text.replace('\0', "")
}

pub(super) fn is_bad(text: &str, policy: &Policy) -> bool {
    text.is_empty() || text.chars().count() > policy.max_text_chars
}

/// The same of a text that may bring media: a picture may come without a word.
fn is_bad_with(text: &str, media: &[String], policy: &Policy) -> bool {
    (media.is_empty() || !text.is_empty()) && is_bad(text, policy)
}

/// What the rules would say of a text, as far as that decides whether its media are worth fetching.
pub(crate) fn media_wanted(
    conn: &mut Conn,
    now: Timestamp,
    (from, to): (E164, E164),
    text: &str,
) -> Result<MediaWanted> {
    let text = cleaned(text);
    let said = hub::read(&text);
    let facts = route::facts_tagged(
        conn,
        &mut DialledCache::new(),
        (from, to),
        said.tag,
        (Purpose::Show, now),
    )?;
    let text = if facts.hub.is_some() {
        said.text
    } else {
        text.as_str()
    };
    let Some(dialled) = &facts.dialled else {
        return Ok(MediaWanted::Refused);
    };
    if keywords::meant(&facts, text).is_some() {
        return Ok(MediaWanted::Keyword);
    }
    // A picture may come without a word.
    let is_bad = !text.is_empty() && is_bad(text, &dialled.policy);
    let is_wanted = match route::rule(&facts) {
        Ruling::Bridge => true,
        Ruling::Refuse(Reason::UnknownSender) if dialled.number.desk || facts.hub.is_some() => false,
        Ruling::Refuse(Reason::UnknownSender) => strangers::may_ask(conn, now, dialled, (from, ASKED))?,
        Ruling::Refuse(_) | Ruling::Quarantine(_) | Ruling::Desk | Ruling::Menu(_) => false,
    };
    Ok(match is_wanted && !is_bad {
        true => MediaWanted::Fetch,
        false => MediaWanted::Refused,
    })
}

/// Accepts a text from a phone. Media that it does not carry in the end are of no use to anybody.
fn from_phone(
    conn: &mut Conn,
    ctx: &Context,
    cache: &mut DialledCache,
    cause: Cause,
    inbound: &InboundText,
) -> Outcome {
    let accepted = ruled(conn, ctx, cache, cause, inbound)?;
    if accepted.verdict != Verdict::Bridged && !accepted.for_desk && !inbound.media.is_empty() {
        crate::store::media::drop_tokens(conn, &inbound.media, ctx.now)?;
    }
    Ok(accepted)
}

fn ruled(
    conn: &mut Conn,
    ctx: &Context,
    cache: &mut DialledCache,
    cause: Cause,
    inbound: &InboundText,
) -> Outcome {
    let tag = hub::read(&inbound.text).tag;
    let facts = route::facts_tagged(
        conn,
        cache,
        (inbound.from, inbound.to),
        tag,
        (Purpose::Act, ctx.now),
    )?;
    let Some(dialled) = &facts.dialled else {
        // There is no community to record it in: the log and the carrier are told.
        tracing::info!(carrier = %inbound.carrier, "a text arrived for a number that is in no pool");
        let verdict = Verdict::Refused {
            reason: Reason::UnassignedNumber,
            reject: true,
        };
        return Ok(Accepted {
            message: ctx.id::<MessageKind>(),
            verdict,
            row: None,
            pending: Vec::new(),
            app: None,
            for_desk: false,
        });
    };
    let mut row = row_of(ctx, &facts, dialled, inbound);
    if facts.hub.is_some() {
        // The tag says whom the text is for; they read what follows.
        let said = hub::read(&row.text);
        (row.tag, row.text) = (said.tag.map(i32::from), said.text.to_owned());
    }
    if let Some(before) = known::before(conn, &mut row)? {
        return Ok(duplicate(before));
    }
    // Only what is on its way carries them.
    row.media = 0;

    if let Some(keyword) = keywords::meant(&facts, &row.text) {
        return refusals::keyword(conn, ctx, &facts, dialled, row, keyword, (inbound.from, cause));
    }
    let ruling = match route::rule(&facts) {
        // A tag alone is a slip.
        Ruling::Bridge if facts.hub.is_some() && row.text.is_empty() && inbound.media.is_empty() => {
            Ruling::Menu(Reason::BadText)
        }
        Ruling::Bridge | Ruling::Desk if is_bad_with(&row.text, &inbound.media, &dialled.policy) => {
            Ruling::Refuse(Reason::BadText)
        }
        ruling => ruling,
    };
    match (ruling, &facts.pair) {
        (Ruling::Bridge, Some(pair)) => {
            changes::used(conn, ctx, dialled.community, &pair.row)?;
            bridge(
                conn,
                ctx,
                (&dialled.policy, dialled.apps),
                row,
                pair,
                &inbound.media,
            )
        }
        (Ruling::Quarantine(reason), _) => {
            quarantine(conn, ctx, &facts, dialled, row, (inbound.from, cause), reason)
        }
        (Ruling::Menu(reason), _) => {
            hubs::answer(conn, ctx, &facts, dialled, row, (inbound.from, cause), reason)
        }
        // What it asks for may change pairs, which is not done among the texts of others.
        (Ruling::Desk, _) => Ok(Accepted {
            for_desk: true,
            ..nothing(ctx)
        }),
        (Ruling::Refuse(Reason::UnknownSender), _)
            if !dialled.number.desk
                && facts.hub.is_none()
                && !is_bad_with(&row.text, &inbound.media, &dialled.policy)
                && strangers::may_ask(conn, ctx.now, dialled, (inbound.from, ASKED))? =>
        {
            ask_about(conn, ctx, dialled, row, inbound)
        }
        (Ruling::Refuse(reason), _) => {
            refusals::refuse(conn, ctx, &facts, dialled, row, (inbound.from, cause), reason)
        }
        (Ruling::Bridge, None) => refusals::refuse(
            conn,
            ctx,
            &facts,
            dialled,
            row,
            (inbound.from, cause),
            Reason::NoContact,
        ),
    }
}

/// A phone's text as it is written down, before anything is known of its end.
pub(super) fn row_of(ctx: &Context, facts: &Facts, dialled: &Dialled, inbound: &InboundText) -> MessageRow {
    let deadline_s = inbound.valid_for_s.map_or(dialled.policy.deadline_s, |s| {
        s.clamp(1, dialled.policy.deadline_s)
    });
    MessageRow {
        community_id: dialled.community.as_i64(),
        id: ctx.id::<MessageKind>().as_i64(),
        origin: MessageOrigin::Phone.code(),
        from_member: facts.sender.as_ref().map(|d| d.member_id),
        to_member: facts.pair.as_ref().map(|p| p.row.contact.as_i64()),
        from_phone: Some(inbound.from.as_i64()),
        dialled: Some(inbound.to.as_i64()),
        shown: None,
        text: cleaned(&inbound.text),
        status: Status::Accepted.code(),
        reason: None,
        detail: None,
        want_receipt: inbound.want_receipt,
        carrier_in: Some(inbound.carrier.clone()),
        carrier_ref: inbound.carrier_ref.clone(),
        carrier_out: None,
        accepted_at: ctx.now.0,
        updated_at: ctx.now.0,
        expires_at: ctx.now.plus_s(deadline_s).0,
        media: i16::try_from(inbound.media.len()).unwrap_or(i16::MAX),
        held_until: None,
        urgent: false,
        body_gone: messages::BODY_THERE,
        label: None,
        tag: None,
    }
}

/// Holds a text that is meant for whom the number stood for before.
pub(super) fn quarantine(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    mut row: MessageRow,
    (from, cause): (E164, Cause),
    reason: Reason,
) -> Outcome {
    set(&mut row, Status::Quarantined, reason);
    if let Some(before) = known::insert(conn, &mut row)? {
        return Ok(duplicate(before));
    }
    ctx.events
        .quarantine_held(dialled.community, &super::messages::view(row.clone())?)?;
    let pending = refusals::notice(conn, ctx, facts, dialled, (from, cause), reason)?;
    Ok(Accepted {
        message: row.message_id(),
        verdict: Verdict::Quarantined(reason),
        row: Some(row),
        pending,
        app: None,
        for_desk: false,
    })
}

/// The outcome of what was accepted before.
pub(super) fn duplicate(before: MessageRow) -> Accepted {
    Accepted {
        message: before.message_id(),
        verdict: Verdict::Duplicate,
        row: Some(before),
        pending: Vec::new(),
        app: None,
        for_desk: false,
    }
}

pub(super) fn set(row: &mut MessageRow, status: Status, reason: Reason) {
    row.status = status.code();
    row.reason = Some(reason.word().to_owned());
}

pub(super) fn bridge(
    conn: &mut Conn,
    ctx: &Context,
    (policy, apps): (&Policy, Apps),
    mut row: MessageRow,
    pair: &PairFacts,
    tokens: &[String],
) -> Outcome {
    deliver::address(ctx, &mut row, pair)?;
    if let Some(before) = media::insert(conn, &mut row, tokens)? {
        return Ok(duplicate(before));
    }
    let pending = deliver::start(conn, ctx, policy, apps, &mut row, pair)?;
    Ok(Accepted {
        message: row.message_id(),
        verdict: Verdict::Bridged,
        row: Some(row),
        pending,
        app: deliver::ways(pair).app,
        for_desk: false,
    })
}

/// A stranger's text waits until the app has said who that is.
fn ask_about(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    mut row: MessageRow,
    inbound: &InboundText,
) -> Outcome {
    if let Some(before) = media::insert(conn, &mut row, &inbound.media)? {
        return Ok(duplicate(before));
    }
    strangers::note_asked(conn, ctx, dialled, (inbound.from, ASKED), row.id)?;
    let pending = vec![intercept::hold_stranger(conn, ctx, &row)?];
    Ok(Accepted {
        message: row.message_id(),
        verdict: Verdict::Bridged,
        row: Some(row),
        pending,
        app: None,
        for_desk: false,
    })
}
