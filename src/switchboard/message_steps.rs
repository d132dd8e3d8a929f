//! Every step of one text that is known: its acceptance, the ruling, what held it, its parts, its receipt, and what
//! apps were told. Each is read by its key, or from the short windows of events in which it stood.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::Switchboard;
use super::error::{Result, SwitchboardError};
use super::events::{self, lane_of};
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, DeliveryId, EndpointId, EventId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};
use crate::store::delivery_lists::{self, DeliveryFilter};
use crate::store::messages::MessageRow;
use crate::store::{Conn, events as event_rows, messages, outbox, parts};

/// Events of a text stand so close to its moments: they are written in the same transactions.
const CLOSE_MS: i64 = 250;
/// Most deliveries of one event that are shown.
const MOST_DELIVERIES: i64 = 20;

/// What kind of step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepWord {
    /// The text was committed.
    Accepted,
    /// The rules decided: `status` says what, `reason` why, `number` what the recipient sees.
    Ruled,
    /// It is held until `at`.
    HeldUntil,
    /// It waits to leave: `attempts` were made, the next is due at `at`.
    Waits,
    /// A carrier took it.
    Sent,
    /// A part of it, and what the carrier said of that. When it said so is not kept of each part.
    Part,
    /// Its status changed.
    Became,
    /// An app was told of it.
    Callback,
    /// It would be given up.
    Deadline,
}

/// A step of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageStep {
    /// What kind of step it is.
    pub what: StepWord,
    /// When, where that is kept.
    pub at: Option<Timestamp>,
    /// The status that it had then.
    pub status: Option<Status>,
    /// Why.
    pub reason: Option<Reason>,
    /// The carrier's own words.
    #[schema(example = json!(null))]
    pub detail: Option<String>,
    /// By which carrier.
    #[schema(example = "acme")]
    pub carrier: Option<String>,
    /// The pool number: the one that was texted, or that the recipient sees.
    pub number: Option<E164>,
    /// Which part, from 1.
    #[schema(example = 1)]
    pub part: Option<i16>,
    /// Of how many.
    #[schema(example = 2)]
    pub parts: Option<i16>,
    /// The carrier's id of the part.
    #[schema(example = "7f3a91")]
    pub reference: Option<String>,
    /// Tries so far.
    #[schema(example = json!(null))]
    pub attempts: Option<i32>,
    /// The delivery by which an app was told.
    pub delivery: Option<DeliveryId>,
    /// Where it went.
    pub endpoint: Option<EndpointId>,
    /// What it told.
    #[serde(rename = "type")]
    pub kind: Option<EventKind>,
    /// Whether the app took it; null while that is not certain.
    pub taken: Option<bool>,
}

impl MessageStep {
    fn new(what: StepWord, at: Option<Timestamp>) -> Self {
        Self {
            what,
            at,
            status: None,
            reason: None,
            detail: None,
            carrier: None,
            number: None,
            part: None,
            parts: None,
            reference: None,
            attempts: None,
            delivery: None,
            endpoint: None,
            kind: None,
            taken: None,
        }
    }
}

fn number(e164: Option<i64>) -> Option<E164> {
    e164.and_then(E164::from_i64)
}

/// What the text's own row, its parts and the outbox say.
fn own(conn: &mut Conn, community: CommunityId, row: &MessageRow) -> Result<Vec<MessageStep>> {
    let (status, reason) = (row.state()?, row.reason.as_deref().and_then(Reason::from_word));
    let accepted_at = Some(Timestamp(row.accepted_at));
    let mut steps = vec![MessageStep {
        status: Some(Status::Accepted),
        carrier: row.carrier_in.clone(),
        number: number(row.dialled),
        ..MessageStep::new(StepWord::Accepted, accepted_at)
    }];
    // What has no way out was ruled so at once; where to a bridge leads stands in the row.
    let ruled_out = row.carrier_out.is_none() && matches!(status, Status::Blocked | Status::Quarantined);
    steps.push(MessageStep {
        status: Some(if ruled_out { status } else { Status::Accepted }),
        reason: reason.filter(|_| ruled_out),
        carrier: row.carrier_out.clone(),
        number: number(row.shown),
        ..MessageStep::new(StepWord::Ruled, accepted_at)
    });
    if let Some(until) = row.held_until {
        steps.push(MessageStep::new(StepWord::HeldUntil, Some(Timestamp(until))));
    }
    if let Some((attempts, due_at, carrier, parked)) = outbox::of_message(conn, community, row.id)? {
        steps.push(MessageStep {
            attempts: Some(attempts),
            carrier: Some(carrier),
            reason: parked.then_some(Reason::RecipientFrozen),
            ..MessageStep::new(StepWord::Waits, Some(Timestamp(due_at)))
        });
    }
    let sent_at = messages::sent_at(conn, community, row.message_id())?.map(Timestamp);
    if sent_at.is_some() {
        steps.push(MessageStep {
            status: Some(Status::Sent),
            carrier: row.carrier_out.clone(),
            ..MessageStep::new(StepWord::Sent, sent_at)
        });
    }
    for part in parts::all_of_message(conn, community, row.id)? {
        steps.push(MessageStep {
            status: Status::from_code(part.status),
            carrier: Some(part.carrier),
            part: Some(part.part),
            parts: Some(part.parts),
            reference: Some(part.carrier_ref).filter(|reference| !reference.is_empty()),
            ..MessageStep::new(StepWord::Part, None)
        });
    }
    if status != Status::Accepted && !ruled_out {
        steps.push(MessageStep {
            status: Some(status),
            reason,
            detail: row.detail.clone(),
            ..MessageStep::new(StepWord::Became, Some(Timestamp(row.updated_at)))
        });
    }
    if !status.is_final() {
        steps.push(MessageStep::new(
            StepWord::Deadline,
            Some(Timestamp(row.expires_at)),
        ));
    }
    Ok(steps)
}

/// What apps were told of it.
fn callbacks(
    conn: &mut Conn,
    community: CommunityId,
    row: &MessageRow,
    moments: BTreeSet<i64>,
) -> Result<Vec<MessageStep>> {
    let lane = lane_of(
        row.from_member.map(MemberId::from_i64),
        row.to_member.map(MemberId::from_i64),
    );
    let (mut told, mut seen) = (Vec::new(), BTreeSet::new());
    let id = row.message_id().to_string();
    for at in moments {
        let at = Timestamp(at);
        let window = (EventId::earliest(at), EventId::earliest(at.plus_ms(CLOSE_MS)));
        let found =
            event_rows::of_lane_between(conn, community, lane, (window.0.as_i64(), window.1.as_i64()))?;
        for event in found.into_iter().map(events::event) {
            let event = event?;
            if event.data["message"]["id"] != id.as_str() || !seen.insert(event.id) {
                continue;
            }
            let filter = DeliveryFilter {
                event: Some(event.id.as_i64()),
                ..DeliveryFilter::default()
            };
            let deliveries = delivery_lists::list(conn, community, &filter, i64::MAX, MOST_DELIVERIES)?.rows;
            told.extend(deliveries.into_iter().map(|delivery| MessageStep {
                delivery: Some(DeliveryId::from_i64(delivery.id)),
                endpoint: Some(EndpointId::from_i64(delivery.endpoint_id)),
                kind: Some(event.kind),
                attempts: Some(delivery.attempts),
                taken: match delivery.state {
                    crate::store::deliveries::DELIVERED => Some(true),
                    crate::store::deliveries::DEAD => Some(false),
                    _ => None,
                },
                ..MessageStep::new(
                    StepWord::Callback,
                    Some(Timestamp(delivery.finished_at.unwrap_or(delivery.created_at))),
                )
            }));
        }
    }
    Ok(told)
}

impl Switchboard {
    /// Every step of a text that is known, in the order of time; those of which no time is kept stand after the sending.
    pub async fn message_steps(&self, community: CommunityId, id: MessageId) -> Result<Vec<MessageStep>> {
        self.read(move |conn| {
            let Some(row) = messages::get(conn, community, id)? else {
                return Err(SwitchboardError::not_found("message", id));
            };
            let mut steps = own(conn, community, &row)?;
            let happened = [StepWord::Accepted, StepWord::Sent, StepWord::Became];
            let moments = steps
                .iter()
                .filter(|step| happened.contains(&step.what))
                .filter_map(|step| step.at)
                .map(|at| at.0)
                .collect();
            steps.extend(callbacks(conn, community, &row, moments)?);
            let sent_at = steps.iter().find(|s| s.what == StepWord::Sent).and_then(|s| s.at);
            let fallback = sent_at.unwrap_or(Timestamp(row.updated_at));
            steps.sort_by_key(|step| (step.at.unwrap_or(fallback), step.what, step.part));
            Ok(steps)
        })
        .await
    }
}
