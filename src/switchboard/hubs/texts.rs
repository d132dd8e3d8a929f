//! A text to a hub that says not for whom it is: nobody gets it, and the sender is told who is behind which tag.

use crate::domain::E164;
use crate::domain::hub;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::Refusal;
use crate::store::messages::MessageRow;
use crate::store::outbox::Pending;
use crate::store::{Conn, hubs as rows};
use crate::switchboard::Context;
use crate::switchboard::error::Result;
use crate::switchboard::intake::{self, Accepted, Outcome};
use crate::switchboard::notice_guard::Cause;
use crate::switchboard::outlet::Verdict;
use crate::switchboard::route::{Dialled, Facts};
use crate::switchboard::{known, refusals};

/// The menu of a member at a hub: whoever was heard of last comes first.
pub(super) fn menu(
    conn: &mut Conn,
    community: CommunityId,
    (member, hub): (MemberId, NumberId),
    (intro, page): (&str, usize),
) -> Result<String> {
    let mut people = rows::people(conn, community, member, hub)?;
    people.sort_by_key(|one| (std::cmp::Reverse(one.active_at), one.tag));
    let named: Vec<(u16, String)> = people
        .into_iter()
        .map(|one| {
            // Who waits for acceptance has no name yet.
            let name = if one.pending { String::new() } else { one.name };
            (u16::try_from(one.tag).unwrap_or(0), name)
        })
        .collect();
    Ok(hub::menu(intro, &named, page))
}

/// Answers a text that bears no tag, an unknown one, or nothing but a tag.
pub(crate) fn answer(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    mut row: MessageRow,
    (from, cause): (E164, Cause),
    reason: Reason,
) -> Outcome {
    let asked = hub::menu_page(&row.text).filter(|_| reason == Reason::TagMissing);
    row.to_member = None;
    let verdict = match asked {
        // It reached the one whom it was meant for: the broker.
        Some(_) => {
            row.status = Status::Delivered.code();
            Verdict::Keyword
        }
        None => {
            row.status = Status::Blocked.code();
            row.reason = Some(reason.word().to_owned());
            Verdict::Refused {
                reason,
                reject: dialled.policy.refused == Refusal::Reject,
            }
        }
    };
    if let Some(before) = known::insert(conn, &mut row)? {
        return Ok(intake::duplicate(before));
    }
    let page = (asked.unwrap_or(1), asked.is_some());
    let pending = menu_to(conn, ctx, facts, dialled, (from, cause), page)?;
    Ok(Accepted {
        message: row.message_id(),
        verdict,
        row: Some(row),
        pending: pending.into_iter().collect(),
        app: None,
        for_desk: false,
    })
}

/// Sends a page of the menu, if the sender has not had too many: two machines that answer each other soon fall silent.
fn menu_to(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    (from, cause): (E164, Cause),
    (page, is_asked): (usize, bool),
) -> Result<Option<Pending>> {
    let (Some(hub), Some(sender)) = (&facts.hub, &facts.sender) else {
        return Ok(None);
    };
    let key = (from, hub.number.id);
    if facts.desk_stopped || sender.stopped_all {
        return Ok(None);
    }
    if !is_asked && dialled.policy.refused != Refusal::Reply
        || !ctx.guard.shows_menu(key, is_asked, cause, ctx.now)
    {
        return Ok(None);
    }
    let whose = (
        MemberId::from_i64(sender.member_id),
        NumberId::from_i64(hub.number.id),
    );
    let intro = (dialled.policy.hub_menu_notice.as_str(), page);
    let text = menu(conn, dialled.community, whose, intro)?;
    // From the hub itself, whatever tag was said.
    let at_hub = Dialled {
        number: hub.number.clone(),
        ..dialled.clone()
    };
    refusals::answer(conn, ctx, facts, &at_hub, from, &text).map(Some)
}

/// The menu for a phone that has called a hub, which cannot say a tag.
pub(crate) fn menu_after_call(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    from: E164,
) -> Result<Option<Pending>> {
    match &facts.dialled {
        Some(dialled) => menu_to(conn, ctx, facts, dialled, (from, ctx.cause(0)), (1, false)),
        None => Ok(None),
    }
}
