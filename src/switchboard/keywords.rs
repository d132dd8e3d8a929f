//! STOP, STOPALL, START and HELP (design rule 10).

use std::borrow::Cow;

use super::Context;
use super::error::Result;
use super::route::{Dialled, Facts};
use super::told::OptOutChanged;
use super::{books, changes, hubs, notices, opt_ins, phone_hashes, phone_memory};
use crate::domain::E164;
use crate::domain::assignment::Origin;
use crate::domain::desk;
use crate::domain::history::{Actor, Why};
use crate::domain::id::{MemberId, OptOutKind};
use crate::domain::keyword::Keyword;
use crate::domain::message::Reason;
use crate::domain::policy::Policy;
use crate::store::Conn;
use crate::store::assignments::{self, AssignmentChange};
use crate::store::devices::DeviceRow;
use crate::store::opt_outs::{self, ALL_NUMBERS, OptOutRow};
use crate::store::outbox::Pending;

/// The keyword that a text is meant as. An everyday word is one only where it can have an effect.
pub(crate) fn meant(facts: &Facts, text: &str) -> Option<Keyword> {
    let keyword = Keyword::parse(text)?;
    if facts.sender.as_ref().is_some_and(DeviceRow::is_frozen) {
        // Whoever has the phone now must not change anything by it.
        return None;
    }
    if facts.at_hub().is_some_and(|hub| hub.tag.is_some()) && keyword != Keyword::StopAll {
        // It is about somebody who is not there, and nobody else is meant.
        return None;
    }
    if Keyword::is_everyday_word(text) {
        let stopped_all = facts.sender.as_ref().is_some_and(|d| d.stopped_all);
        let lifts = facts
            .pair
            .as_ref()
            .is_some_and(|p| p.row.stopped || awaits_me(p.row.pending, p.row.origin));
        return (stopped_all || lifts).then_some(keyword);
    }
    Some(keyword)
}

/// A pending pair waits for the one who received it.
fn awaits_me(pending: bool, origin: Origin) -> bool {
    pending && origin == Origin::Received
}

/// Whether a phone has stopped the number that it texted, or all; also for phones that are strangers here.
pub(crate) fn has_stopped(conn: &mut Conn, dialled: &Dialled, phone: E164) -> Result<bool> {
    let outs = opt_outs::of_phone(conn, dialled.community, phone)?;
    Ok(outs
        .iter()
        .any(|o| [ALL_NUMBERS, dialled.number.id, dialled.number.physical()].contains(&o.number_id))
        || phone_hashes::has_stopped(conn, dialled.community, phone, dialled.number.id)?)
}

/// Does what the keyword asks; returns what is to be sent on account of it, but for the reply.
pub(crate) fn act(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    from: E164,
    keyword: Keyword,
) -> Result<Vec<Pending>> {
    // What was kept of the phone when its owner was erased is the phone's own again.
    phone_hashes::restore(conn, dialled.community, from)?;
    match keyword {
        Keyword::Stop => stop(conn, ctx, facts, dialled, from),
        Keyword::StopAll => stop_all(conn, ctx, facts, dialled, from),
        Keyword::Start => start(conn, ctx, facts, dialled, from),
        Keyword::Help => Ok(Vec::new()),
    }
}

/// What is answered; the desk says what it is to those who may use it, and a hub how to write to those behind it.
pub(crate) fn reply(policy: &Policy, keyword: Keyword, (is_desk, is_hub): (bool, bool)) -> Cow<'_, str> {
    match keyword {
        Keyword::Stop | Keyword::StopAll => Cow::Borrowed(&policy.stop_reply),
        Keyword::Start => Cow::Borrowed(&policy.start_reply),
        Keyword::Help if is_desk => Cow::Owned(desk::help(policy)),
        Keyword::Help if is_hub => Cow::Owned(format!(
            "{} MENU shows who is here. STOP #7 stops one of them, STOP all, START resumes.",
            policy.hub_menu_notice
        )),
        Keyword::Help => Cow::Borrowed(&policy.help_reply),
    }
}

fn stop(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    from: E164,
) -> Result<Vec<Pending>> {
    // Of a released pair too: the carrier's block is on the number, whoever it will stand for.
    let contact = match (&facts.pair, &facts.released) {
        (Some(pair), _) => Some(pair.row.contact.as_i64()),
        (None, Some(released)) => released.contact.map(MemberId::as_i64),
        (None, None) => None,
    };
    opt_ins::stopped(conn, ctx, dialled.community, from, Some(dialled.number.id))?;
    if record(conn, ctx, dialled, from, dialled.number.id, contact)? {
        tell(ctx, facts, dialled, contact, false, true)?;
    }
    if let Some(old) = &facts.came_over {
        // Its carrier blocks the number that was dialled in truth.
        opt_ins::stopped(conn, ctx, dialled.community, from, Some(old.id))?;
        record(conn, ctx, dialled, from, old.id, contact)?;
    }
    if let (Some(_), Some(sender)) = (facts.at_hub(), &facts.sender) {
        return hubs::stop(conn, ctx, dialled, (from, MemberId::from_i64(sender.member_id)));
    }
    let Some(pair) = &facts.pair else {
        return Ok(Vec::new());
    };
    // No text of another node may be on its way onto the pair.
    let community = dialled.community;
    let locked = assignments::lock_pair(conn, community, pair.row.member, pair.row.contact)?;
    let Some([row, mirror]) = locked else {
        return Ok(Vec::new());
    };
    let change = AssignmentChange {
        stopped: Some(true),
        ..AssignmentChange::default()
    };
    let why = (Why::Stopped, Actor::Member(row.member));
    changes::change(conn, ctx, community, &row, &change, why)?;
    notices::cancel_lane(conn, ctx, community, mirror.id, Reason::RecipientOptedOut)
}

fn stop_all(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    from: E164,
) -> Result<Vec<Pending>> {
    opt_ins::stopped(conn, ctx, dialled.community, from, None)?;
    if record(conn, ctx, dialled, from, ALL_NUMBERS, None)? {
        tell(ctx, facts, dialled, None, true, true)?;
    }
    let Some(sender) = &facts.sender else {
        return Ok(Vec::new());
    };
    let mut pending = Vec::new();
    let member = MemberId::from_i64(sender.member_id);
    for row in assignments::of_member(conn, dialled.community, member)? {
        if let Some([_, mirror]) = assignments::lock_pair(conn, dialled.community, member, row.contact)? {
            let reason = Reason::RecipientOptedOut;
            pending.extend(notices::cancel_lane(
                conn,
                ctx,
                dialled.community,
                mirror.id,
                reason,
            )?);
        }
    }
    // The pairs are locked: whoever bridges a text on one from here on sees this.
    changes::mark_stopped_all(conn, ctx, sender, true)?;
    Ok(pending)
}

fn start(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    from: E164,
) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    if facts.sender.is_some() {
        let contact = facts.pair.as_ref().map(|p| p.row.contact.as_i64());
        let agreed = (dialled.number.id, contact, "START");
        opt_ins::by_text(conn, ctx, dialled.community, from, agreed)?;
    }
    if opt_outs::lift(conn, dialled.community, from, dialled.number.id)? {
        let contact = facts.pair.as_ref().map(|p| p.row.contact.as_i64());
        tell(ctx, facts, dialled, contact, false, false)?;
    }
    if let Some(old) = &facts.came_over {
        opt_outs::lift(conn, dialled.community, from, old.id)?;
    }
    if let Some(hub) = dialled.number.hub_id {
        // A carrier has lifted its block of the whole number; those behind the other tags stay stopped here.
        opt_outs::lift(conn, dialled.community, from, hub)?;
    }
    if let (Some(_), Some(sender)) = (facts.at_hub(), &facts.sender) {
        hubs::start(conn, ctx, dialled, (from, MemberId::from_i64(sender.member_id)))?;
    }
    let lifted = opt_outs::lift(conn, dialled.community, from, ALL_NUMBERS)?;
    // It may have come from the phone that this one replaces.
    if lifted || facts.sender.as_ref().is_some_and(|d| d.stopped_all) {
        tell(ctx, facts, dialled, None, true, false)?;
        if let Some(sender) = &facts.sender {
            changes::mark_stopped_all(conn, ctx, sender, false)?;
        }
    }
    if let Some(pair) = &facts.pair {
        let accepts = awaits_me(pair.row.pending, pair.row.origin);
        // What another phone of the same member has stopped, only that one's START lifts.
        let (community, member) = (dialled.community, pair.row.member);
        let stopped = phone_memory::has_stopped(conn, community, member, pair.row.number)?;
        let mut change = |row, change: AssignmentChange, why| {
            changes::change(conn, ctx, community, row, &change, (why, Actor::Member(member)))
        };
        if accepts {
            for row in [&pair.row, &pair.mirror] {
                let accepted = AssignmentChange {
                    pending: Some(false),
                    ..AssignmentChange::default()
                };
                change(row, accepted, Why::Accepted)?;
            }
        }
        let lifted = AssignmentChange {
            stopped: Some(stopped),
            ..AssignmentChange::default()
        };
        change(&pair.row, lifted, Why::Started)?;
        if accepts {
            let both = [member, pair.row.contact];
            pending = books::changed(conn, ctx, &dialled.policy, community, &both)?;
        }
    }
    Ok(pending)
}

/// Tells apps that a phone stopped, or allows again, one contact or all.
fn tell(
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    contact: Option<i64>,
    all: bool,
    opted_out: bool,
) -> Result<()> {
    let change = OptOutChanged {
        member: facts.sender.as_ref().map(|d| MemberId::from_i64(d.member_id)),
        contact: contact.map(MemberId::from_i64),
        all,
        opted_out,
    };
    ctx.events.opt_out_changed(dialled.community, &change)
}

/// Records an opt-out; false if it was there.
pub(super) fn record(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    from: E164,
    number_id: i64,
    contact_id: Option<i64>,
) -> Result<bool> {
    let row = OptOutRow {
        community_id: dialled.community.as_i64(),
        phone: from.as_i64(),
        number_id,
        contact_id,
        created_at: ctx.now.0,
        id: ctx.id::<OptOutKind>().as_i64(),
    };
    Ok(opt_outs::record(conn, &row)?)
}
