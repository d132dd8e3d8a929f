//! Putting an accepted text on its way: to the recipient's phone through the outbox, to the app in which
//! they read through its callbacks, or both; or first to the app that is asked.

use super::communities::Apps;
use super::error::Result;
use super::messages::view;
use super::route::{self, PairFacts};
use super::{Context, hours, intercept};
use crate::domain::id::{CommunityId, EndpointId, MemberId};
use crate::domain::policy::Policy;
use crate::store::messages::MessageRow;
use crate::store::outbox::{self, OutboxRow, Pending};
use crate::store::{Conn, StoreError, assignments};

/// Where a member wants their texts.
pub(crate) mod texts_to {
    /// To the phone alone.
    pub const PHONE: &str = "phone";
    /// To the app alone.
    pub const APP: &str = "app";
    /// To both.
    pub const BOTH: &str = "both";
    /// Every choice.
    pub const ALL: [&str; 3] = [PHONE, APP, BOTH];
}

/// The app and the phone that a text goes to.
pub(crate) struct Ways {
    pub app: Option<EndpointId>,
    pub phone: bool,
}

/// By which ways a text reaches the contact of a pair: as the contact chose, and by the other way where the
/// chosen one is not there.
pub(crate) fn ways(pair: &PairFacts) -> Ways {
    let (has_phone, choice) = (
        pair.phone().is_some(),
        pair.app.as_ref().map(|a| a.texts_to.as_str()),
    );
    let app = pair
        .app
        .as_ref()
        .filter(|_| !has_phone || choice != Some(texts_to::PHONE))
        .map(|a| EndpointId::from_i64(a.endpoint_id));
    Ways {
        app,
        phone: has_phone && choice != Some(texts_to::APP),
    }
}

/// The endpoint of the app in which the recipient of a stored message reads it.
pub(crate) fn app_of(
    conn: &mut Conn,
    community: CommunityId,
    apps: Apps,
    row: &MessageRow,
) -> Result<Option<EndpointId>> {
    let (Some(from), Some(to), true) = (row.from_member, row.to_member, apps.devices) else {
        return Ok(None);
    };
    let (from, to) = (MemberId::from_i64(from), MemberId::from_i64(to));
    match assignments::by_contact(conn, community, from, to)? {
        Some(pair) => Ok(ways(&route::other_end(conn, community, apps, pair)?).app),
        None => Ok(None),
    }
}

/// Fills in what the recipient will see and by which carrier it leaves.
pub(crate) fn address(ctx: &Context, row: &mut MessageRow, pair: &PairFacts) -> Result<()> {
    row.shown = Some(pair.shown.e164);
    row.label.clone_from(&pair.label);
    row.carrier_out = match (&pair.device, ways(pair).phone) {
        (Some(device), true) => Some(ctx.registry.carrier_for(device.e164()?, &pair.shown.carrier)),
        _ => None,
    };
    Ok(())
}

/// Sends a stored and addressed message on its way; returns what is in the outbox on account of it.
pub(crate) fn start(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    apps: Apps,
    row: &mut MessageRow,
    pair: &PairFacts,
) -> Result<Vec<Pending>> {
    match apps.intercept {
        Some(_) => intercept::hold(conn, ctx, row, pair).map(|pending| vec![pending]),
        None => deliver(conn, ctx, (policy, apps), row, pair),
    }
}

/// Delivers without asking anybody.
pub(crate) fn deliver(
    conn: &mut Conn,
    ctx: &Context,
    (policy, apps): (&Policy, Apps),
    row: &mut MessageRow,
    pair: &PairFacts,
) -> Result<Vec<Pending>> {
    let ways = ways(pair);
    // Where the app is the only way, what becomes of its delivery is what becomes of the text.
    let carries = (!ways.phone).then(|| row.message_id());
    let app = ways.app.map(|endpoint| (endpoint, carries));
    ctx.events
        .message_received(pair_community(row), &view(row.clone())?, app)?;
    to_phone(conn, ctx, (policy, apps), row, pair, 0)
}

/// Sends what has waited on its way; apps were told of it before, but one that is the only way by now.
pub(crate) fn again(
    conn: &mut Conn,
    ctx: &Context,
    setup: (&Policy, Apps),
    row: &mut MessageRow,
    pair: &PairFacts,
    attempts: i32,
) -> Result<Vec<Pending>> {
    match ways(pair).phone {
        true => to_phone(conn, ctx, setup, row, pair, attempts),
        false => deliver(conn, ctx, setup, row, pair),
    }
}

/// Sends a text to the contact's phone, where that is a way, when its texting hours allow.
fn to_phone(
    conn: &mut Conn,
    ctx: &Context,
    (policy, apps): (&Policy, Apps),
    row: &mut MessageRow,
    pair: &PairFacts,
    attempts: i32,
) -> Result<Vec<Pending>> {
    let Some(device) = pair.device.as_ref().filter(|_| ways(pair).phone) else {
        return Ok(Vec::new());
    };
    let pending = Pending {
        row: OutboxRow {
            community_id: row.community_id,
            message_id: row.id,
            kind: outbox::TEXT,
            node: ctx.ids.node() as i16,
            lane: pair.row.id.as_i64(),
            carrier: row
                .carrier_out
                .clone()
                .ok_or(StoreError::Corrupt("messages.carrier_out"))?,
            number_id: pair.shown.physical(),
            number_rate: pair.shown.rate_per_s,
            member_id: row.from_member,
            member_rate: i32::try_from(policy.member_texts_per_minute).unwrap_or(i32::MAX),
            from_number: pair.shown.e164,
            to_phone: device.e164()?.as_i64(),
            attempts,
            due_at: ctx.now.0,
            expires_at: row.expires_at,
            open_until: None,
        },
        to_member: row.to_member,
        text: row.text_shown(),
        want_receipt: row.want_receipt,
        status: row.status,
        accepted_at: row.accepted_at,
        updated_at: row.updated_at,
        media: row.media > 0,
    };
    hours::place(conn, ctx, (policy, apps), row, (pair, device), pending)
}

fn pair_community(row: &MessageRow) -> crate::domain::id::CommunityId {
    crate::domain::id::CommunityId::from_i64(row.community_id)
}
