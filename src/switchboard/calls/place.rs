//! Calls that apps make, and their end by the API.

use super::super::communities::{self, Setup};
use super::super::error::{Result, SwitchboardError};
use super::super::route::{self, Ruling};
use super::super::switching::{CallEnd, CallEnding, CallNews, CallOrder, CallReport, PlaceError};
use super::super::{Switchboard, members};
use super::view::{Call, view};
use crate::domain::call::{Cause, EndedBy, State};
use crate::domain::id::{CallId, CallKind, CommunityId, MemberId};
use crate::domain::message::Reason;
use crate::store::calls::{self, CallRow};
use crate::store::{Conn, StoreError, assignments, devices, numbers};

/// A call that an app makes in a member's name.
#[derive(Clone, Copy, Debug)]
pub struct NewCall {
    /// Whose phone rings first.
    pub from: MemberId,
    /// Which of their contacts is called then.
    pub to: MemberId,
}

/// The two ends of a call that may be made.
struct Ends {
    first: CallEnd,
    second: CallEnd,
    ring_s: u32,
    max_duration_s: u32,
}

fn ends(conn: &mut Conn, community: CommunityId, new: NewCall) -> Result<Ends> {
    let Setup { policy, apps } = communities::setup(conn, community)?;
    members::require(conn, community, new.from)?;
    members::require(conn, community, new.to)?;
    let Some(row) = assignments::by_contact(conn, community, new.from, new.to)? else {
        return Err(SwitchboardError::conflict(
            "no_contact",
            format!("{} is no contact of {}; add the contact first", new.to, new.from),
        ));
    };
    let pair = route::other_end(conn, community, apps, row)?;
    let dialled = numbers::get(conn, community, pair.row.number)?
        .ok_or(StoreError::Corrupt("assignments.number_id"))?;
    let Some(own) = devices::primary(conn, community, new.from)? else {
        return Err(SwitchboardError::conflict(
            "no_device",
            format!("{} has no phone; add one first, so that it can ring", new.from),
        ));
    };
    if own.is_frozen() {
        return Err(SwitchboardError::Refused(Reason::SenderFrozen));
    }
    match super::route::rule_on_pair(&pair, &dialled, own.stopped_all) {
        Ruling::Bridge => {}
        Ruling::Refuse(reason) | Ruling::Quarantine(reason) => {
            return Err(SwitchboardError::Refused(reason.told(policy.blocks_shown)));
        }
        Ruling::Desk | Ruling::Menu(_) => {
            return Err(SwitchboardError::Refused(
                crate::domain::message::Reason::NoContact,
            ));
        }
    }
    let phone = pair
        .device
        .as_ref()
        .ok_or(StoreError::Corrupt("devices"))?
        .e164()?;
    Ok(Ends {
        first: CallEnd {
            phone: own.e164()?,
            shown: dialled.e164()?,
            carrier: dialled.carrier,
        },
        second: CallEnd {
            phone,
            shown: pair.shown.e164()?,
            carrier: pair.shown.carrier.clone(),
        },
        ring_s: policy.ring_s,
        max_duration_s: policy.max_call_s,
    })
}

impl Switchboard {
    /// Rings a member's phone and then their contact's. Returns once the call is recorded and under way.
    pub async fn place_call(&self, community: CommunityId, new: NewCall) -> Result<Call> {
        let Some(voice) = self.voice() else {
            return Err(no_line(&PlaceError::NoTrunk));
        };
        let ends = self
            .read(move |conn| conn.snapshot(|conn| ends(conn, community, new)))
            .await?;
        let now = self.now();
        let row = CallRow {
            community_id: community.as_i64(),
            id: self.inner.ids.next::<CallKind>(now).as_i64(),
            origin: calls::APP,
            node: self.node() as i16,
            from_member: Some(new.from.as_i64()),
            to_member: Some(new.to.as_i64()),
            from_phone: None,
            dialled: Some(ends.first.shown.as_i64()),
            shown: Some(ends.second.shown.as_i64()),
            state: State::Ringing.code(),
            cause: None,
            reason: None,
            ended_by: None,
            sip_status: None,
            trunk_in: None,
            trunk_out: None,
            began_at: now.0,
            ringing_at: None,
            answered_at: None,
            ended_at: None,
            hang_up: false,
            quality: None,
            steps: None,
        };
        let call = CallId::from_i64(row.id);
        let shown = view(&row)?;
        if !self.inner.live_calls.begin(row.clone()) {
            return Err(SwitchboardError::Overloaded);
        }
        // Durable before the app is told: it may ask for the call at once.
        if let Err(error) = self.record(super::Entry::Began(Box::new(row), None)).await {
            self.inner.live_calls.forget(call);
            return Err(error);
        }
        let order = CallOrder {
            call,
            community,
            member: new.from,
            first: ends.first,
            second: ends.second,
            ring_s: ends.ring_s,
            max_duration_s: ends.max_duration_s,
        };
        if let Err(error) = voice.place(order).await {
            let ending = CallEnding {
                by: EndedBy::Broker,
                cause: Cause::OutOfCapacity,
                sip_status: None,
                trunk_out: None,
                quality: [None, None],
                steps: Vec::new(),
            };
            let report = CallReport {
                call,
                community,
                at: self.now(),
                news: CallNews::Ended(Box::new(ending)),
            };
            self.apply_report(report).await?;
            return Err(no_line(&error));
        }
        Ok(shown)
    }

    /// Calls that go on here and are of some kind.
    pub(in crate::switchboard) fn live_calls_where(&self, kind: impl Fn(&CallRow) -> bool) -> Vec<CallId> {
        self.inner.live_calls.like(kind)
    }

    /// Ends a call, wherever it is: at once where this node has it, else when its node looks, within seconds.
    pub async fn hang_up_call(&self, community: CommunityId, id: CallId) -> Result<Call> {
        let found = self
            .write_grouped(move |conn, _| {
                let row = calls::get(conn, community, id)?
                    .ok_or_else(|| SwitchboardError::not_found("call", id))?;
                if row.state()? == State::Ended {
                    return Err(SwitchboardError::conflict(
                        "call_ended",
                        format!("{id} is over already"),
                    ));
                }
                calls::ask_to_hang_up(conn, community, id)?;
                view(&row)
            })
            .await?;
        if let Some(voice) = self.voice() {
            voice.hang_up(id).await;
        }
        Ok(found)
    }
}

fn no_line(error: &PlaceError) -> SwitchboardError {
    match error {
        PlaceError::NoTrunk => SwitchboardError::conflict(
            "no_trunk",
            "no trunk is configured here; add one under `sip.trunks`, so that calls can be made",
        ),
        PlaceError::OutOfCapacity | PlaceError::Draining => SwitchboardError::Overloaded,
    }
}
