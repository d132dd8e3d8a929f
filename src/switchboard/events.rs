//! What apps are told: events are gathered while a transaction works and written with it, together with a
//! delivery for each endpoint that wants them. Either all of it is there after the commit, or none.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::Context;
use super::calls::Call;
use super::endpoints;
use super::error::Result;
use super::views::{Contact, Message};
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, DeliveryKind, EndpointId, EventId, EventIdKind, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::deliveries::{self, DeliveryRow};
use crate::store::events::{self, EventRow};
use crate::store::{Conn, StoreError, endpoints as rows};

/// An event as apps read it: the body of a callback, and of an item of the event stream.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Event {
    /// The id; also the `webhook-id` of its callbacks.
    pub id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When.
    pub timestamp: Timestamp,
    /// Where.
    pub community: CommunityId,
    /// What it happened to; its shape depends on the kind.
    #[schema(value_type = Object, example = json!({"id": "msg_1tq3v8r4w0801", "status": "delivered"}))]
    pub data: Value,
}

pub(crate) fn event(row: EventRow) -> Result<Event> {
    Ok(Event {
        id: EventId::from_i64(row.id),
        kind: EventKind::from_word(&row.kind).ok_or(StoreError::Corrupt("events.kind"))?,
        timestamp: Timestamp(row.created_at),
        community: CommunityId::from_i64(row.community_id),
        data: serde_json::from_str(&row.data).map_err(|_| StoreError::Corrupt("events.data"))?,
    })
}

/// Something that is to be told, before it has an id.
#[derive(Debug)]
struct News {
    community: CommunityId,
    kind: EventKind,
    lane: i64,
    data: Value,
    /// The endpoint of the app in which the recipient reads: it gets the event whatever it wants, and what
    /// becomes of the delivery is what becomes of the message.
    app: Option<(EndpointId, Option<MessageId>)>,
    /// The status that a text got.
    status: Option<Status>,
}

/// The events of one transaction.
#[derive(Debug, Default)]
pub(crate) struct EventLog(RefCell<Vec<News>>);

/// Events of one pair share a lane, whichever of the two they come from.
fn lane(one: i64, other: i64) -> i64 {
    // Ids differ mostly in their low bits; the multiplication spreads them over all 64.
    let (low, high) = (one.min(other), one.max(other));
    (low.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) ^ high).wrapping_mul(0xD6E8_FEB8_6659_FD93_u64 as i64)
}

impl EventLog {
    fn push(&self, news: News) {
        self.0.borrow_mut().push(news);
    }

    /// Begins anew: a transaction is run again.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// How much has been gathered.
    pub fn mark(&self) -> usize {
        self.0.borrow().len()
    }

    /// Forgets what was gathered since: the work was undone.
    pub fn rewind(&self, mark: usize) {
        self.0.borrow_mut().truncate(mark);
    }

    /// A text was accepted for a member.
    pub fn message_received(
        &self,
        community: CommunityId,
        message: &Message,
        app: Option<(EndpointId, Option<MessageId>)>,
    ) {
        let (Some(from), Some(to)) = (message.from, message.to) else {
            return;
        };
        self.push(News {
            community,
            kind: EventKind::MessageReceived,
            lane: lane(from.as_i64(), to.as_i64()),
            data: json!({ "message": message }),
            app,
            status: None,
        });
    }

    /// A text between members has a new status.
    pub fn message_status(&self, community: CommunityId, moved: &Moved<'_>) {
        let (Some(from), Some(to)) = (moved.from, moved.to) else {
            return;
        };
        self.push(News {
            community,
            kind: EventKind::MessageStatus,
            lane: lane(from.as_i64(), to.as_i64()),
            data: json!({ "message": moved }),
            app: None,
            status: Some(moved.status),
        });
    }

    /// A text was held.
    pub fn quarantine_held(&self, community: CommunityId, message: &Message) {
        let (from, to) = (
            message.from.map_or(0, MemberId::as_i64),
            message.to.map_or(0, MemberId::as_i64),
        );
        self.push(News {
            community,
            kind: EventKind::QuarantineHeld,
            lane: lane(from, to),
            data: json!({ "message": message }),
            app: None,
            status: None,
        });
    }

    /// What an app wanted of a stranger cannot be; told to the app that was asked, whatever else it wants.
    pub fn stranger_not_connected(
        &self,
        community: CommunityId,
        asked: Option<EndpointId>,
        failed: &NotConnected<'_>,
    ) {
        self.push(News {
            community,
            kind: EventKind::StrangerNotConnected,
            lane: failed.message.as_i64(),
            data: json!({ "stranger": failed }),
            app: asked.map(|endpoint| (endpoint, None)),
            status: None,
        });
    }

    /// A pair was made or released.
    pub fn assignment(&self, community: CommunityId, kind: EventKind, contact: &Contact) {
        self.push(News {
            community,
            kind,
            lane: lane(contact.member.as_i64(), contact.contact.as_i64()),
            data: json!({ "contact": contact }),
            app: None,
            status: None,
        });
    }

    /// A call rings, is answered or is over.
    pub fn call(&self, community: CommunityId, kind: EventKind, call: &Call) {
        self.push(News {
            community,
            kind,
            lane: lane(
                call.from.map_or(0, MemberId::as_i64),
                call.to.map_or(0, MemberId::as_i64),
            ),
            data: json!({ "call": call }),
            app: None,
            status: None,
        });
    }

    /// A phone stopped or allows one contact (none = all, or a number that stands for nobody).
    pub fn opt_out_changed(
        &self,
        community: CommunityId,
        member: Option<MemberId>,
        contact: Option<MemberId>,
        all: bool,
        opted_out: bool,
    ) {
        self.push(News {
            community,
            kind: EventKind::OptOutChanged,
            lane: lane(
                member.map_or(0, MemberId::as_i64),
                contact.map_or(0, MemberId::as_i64),
            ),
            data: json!({ "member": member, "contact": contact, "all": all, "opted_out": opted_out }),
            app: None,
            status: None,
        });
    }

    /// Somebody tries an endpoint out.
    pub fn endpoint_test(&self, community: CommunityId, endpoint: EndpointId) {
        self.push(News {
            community,
            kind: EventKind::EndpointTest,
            lane: endpoint.as_i64(),
            data: json!({ "endpoint": endpoint, "text": "this is a test; nothing happened" }),
            app: Some((endpoint, None)),
            status: None,
        });
    }
}

/// What is told of a message whose status changed; never its text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Moved<'a> {
    pub id: MessageId,
    pub from: Option<MemberId>,
    pub to: Option<MemberId>,
    pub status: Status,
    pub reason: Option<Reason>,
    pub detail: Option<&'a str>,
    pub updated_at: Timestamp,
}

/// A stranger whom an app wanted connected, and why that cannot be. Holds no real number.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NotConnected<'a> {
    /// The text about which the app was asked.
    pub message: MessageId,
    /// Whom they were to reach.
    pub to: MemberId,
    /// The stable word of the problem, as the API has it.
    pub code: &'static str,
    pub detail: &'a str,
}

/// What a transaction has told.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// There was anything.
    pub any: bool,
    /// The statuses that texts got.
    pub statuses: Vec<Status>,
}

/// Writes what was gathered.
pub(crate) fn write(conn: &mut Conn, ctx: &Context) -> Result<Written> {
    let gathered = std::mem::take(&mut *ctx.events.0.borrow_mut());
    if gathered.is_empty() {
        return Ok(Written::default());
    }
    let statuses = gathered.iter().filter_map(|news| news.status).collect();
    let mut wanting = BTreeMap::new();
    let (mut told, mut sent) = (Vec::with_capacity(gathered.len()), Vec::new());
    for news in gathered {
        let id = ctx.id::<EventIdKind>();
        let community = news.community;
        let endpoints = match wanting.get(&community) {
            Some(endpoints) => endpoints,
            None => {
                let active = rows::of_community(conn, community)?
                    .into_iter()
                    .filter(|row| row.state == rows::ACTIVE)
                    .map(|row| Ok((EndpointId::from_i64(row.id), endpoints::kinds_of(&row)?)))
                    .collect::<Result<Vec<_>>>()?;
                wanting.entry(community).or_insert(active)
            }
        };
        for (endpoint, kinds) in endpoints {
            let own = news.app.filter(|(app, _)| app == endpoint);
            let wants =
                news.kind != EventKind::EndpointTest && (kinds.is_empty() || kinds.contains(&news.kind));
            if own.is_none() && !wants {
                continue;
            }
            sent.push(DeliveryRow {
                community_id: community.as_i64(),
                id: ctx.id::<DeliveryKind>().as_i64(),
                endpoint_id: endpoint.as_i64(),
                event_id: id.as_i64(),
                kind: news.kind.word().to_owned(),
                lane: news.lane,
                message_id: own.and_then(|(_, message)| message).map(MessageId::as_i64),
                state: deliveries::PENDING,
                attempts: 0,
                due_at: ctx.now.0,
                last_status: None,
                last_error: None,
                created_at: ctx.now.0,
                finished_at: None,
            });
        }
        told.push(EventRow {
            community_id: community.as_i64(),
            id: id.as_i64(),
            kind: news.kind.word().to_owned(),
            lane: news.lane,
            data: news.data.to_string(),
            created_at: ctx.now.0,
        });
    }
    events::insert(conn, &told)?;
    deliveries::insert(conn, &sent)?;
    Ok(Written { any: true, statuses })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_of_a_pair_share_a_lane_and_pairs_do_not() {
        assert_eq!(lane(7, 9), lane(9, 7));
        let mut seen = std::collections::BTreeSet::new();
        for one in 0..100 {
            for other in one..100 {
                assert!(seen.insert(lane(one << 22, other << 22)));
            }
        }
    }
}
