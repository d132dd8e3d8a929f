//! Texts that apps send for their members.

use super::communities::Setup;
use super::error::SwitchboardError;
use super::intake::{API, Accepted, Outcome, bridge, cleaned, duplicate, is_bad};
use super::messages::NewMessage;
use super::route::{self, DialledCache, Ruling};
use super::{Context, changes, deliver, known, members};
use crate::domain::id::{CommunityId, MessageKind};
use crate::domain::message::{Reason, Status};
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::{Conn, assignments};

/// Accepts one, or says why not: an app is told at once.
pub(super) fn accept(
    conn: &mut Conn,
    ctx: &Context,
    cache: &mut DialledCache,
    community: CommunityId,
    new: &NewMessage,
) -> Outcome {
    let Setup { policy, apps } = cache.setup(conn, community)?.clone();
    if let Some(key) = &new.idempotency_key
        && let Some(before) = messages::by_reference(conn, community, API, key)?
    {
        let same = before.from_member == Some(new.from.as_i64())
            && before.to_member == Some(new.to.as_i64())
            && before.urgent == new.urgent
            && (before.text == cleaned(&new.text) || before.body_gone != messages::BODY_THERE);
        if !same {
            return Err(known::key_reused());
        }
        let app = deliver::app_of(conn, community, apps, &before)?;
        return Ok(Accepted {
            app,
            ..duplicate(before)
        });
    }
    members::require(conn, community, new.from)?;
    members::require(conn, community, new.to)?;
    let text = cleaned(&new.text);
    if is_bad(&text, &policy) {
        return Err(SwitchboardError::invalid(
            "text",
            format!(
                "a text has 1 to {} characters here; this one has {}",
                policy.max_text_chars,
                text.chars().count()
            ),
        ));
    }
    if new.urgent && policy.texting_hours && !policy.urgent_texts {
        return Err(SwitchboardError::conflict(
            "urgent_not_allowed",
            "this community takes no urgent texts: send it without `urgent`, or set its policy `urgent_texts`",
        ));
    }
    let Some(row) = assignments::hold_by_contact(conn, community, new.from, new.to)? else {
        return Err(SwitchboardError::conflict(
            "no_contact",
            format!("{} is no contact of {}; add the contact first", new.to, new.from),
        ));
    };
    let pair = route::other_end(conn, community, apps, row)?;
    let sender = crate::store::devices::primary(conn, community, new.from)?;
    let ruling = route::rule_on_text(&pair, sender.is_some_and(|d| d.stopped_all));
    let message = MessageRow {
        community_id: community.as_i64(),
        id: ctx.id::<MessageKind>().as_i64(),
        origin: MessageOrigin::App.code(),
        from_member: Some(new.from.as_i64()),
        to_member: Some(new.to.as_i64()),
        from_phone: None,
        dialled: None,
        shown: None,
        text,
        status: Status::Accepted.code(),
        reason: None,
        detail: None,
        want_receipt: false,
        carrier_in: Some(API.to_owned()),
        carrier_ref: new.idempotency_key.clone(),
        carrier_out: None,
        accepted_at: ctx.now.0,
        updated_at: ctx.now.0,
        expires_at: ctx.now.plus_s(policy.deadline_s).0,
        media: 0,
        held_until: None,
        urgent: new.urgent,
        body_gone: messages::BODY_THERE,
        label: None,
        tag: None,
    };
    match ruling {
        Ruling::Bridge => {
            changes::used(conn, ctx, community, &pair.row)?;
            bridge(conn, ctx, (&policy, apps), message, &pair, &[])
        }
        // An app is told at once, so there is nothing to record but the answer.
        Ruling::Refuse(reason) | Ruling::Quarantine(reason) => {
            Err(SwitchboardError::Refused(reason.told(policy.blocks_shown)))
        }
        // A pair never stands on it.
        Ruling::Desk | Ruling::Menu(_) => Err(SwitchboardError::Refused(Reason::NoContact)),
    }
}
