//! What apps are told: events are gathered while a transaction works and written with it, together with a
//! delivery for each endpoint that wants them. Either all of it is there after the commit, or none.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Context;
use super::calls::Call;
use super::endpoints;
use super::error::Result;
use super::told::{self, Told};
use super::views::{Contact, HoldsPhones, Message};
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{
    CallId, CommunityId, DeliveryKind, EndpointId, EventId, EventIdKind, MemberId, MessageId,
};
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
    /// What it happened to; its shape depends on the kind (see `told`).
    #[schema(value_type = Object)]
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
    /// JSON.
    data: String,
    /// The endpoint of the app in which the recipient reads: it gets the event whatever it wants, and what
    /// becomes of the delivery is what becomes of the message.
    app: Option<(EndpointId, Option<MessageId>)>,
    /// What is counted of it.
    counted: Option<Counted>,
}

/// What is counted of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    /// A text was accepted.
    Text,
    /// A call rang.
    Call,
    /// A text has a new status.
    Moved {
        /// Which text.
        message: MessageId,
        /// The new status.
        status: Status,
        /// Why.
        reason: Option<Reason>,
        /// The pool number that its recipient sees, where that is known.
        shown: Option<i64>,
    },
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

/// That of a pair of which one may be nobody.
pub(super) fn lane_of(one: Option<MemberId>, other: Option<MemberId>) -> i64 {
    lane(one.map_or(0, MemberId::as_i64), other.map_or(0, MemberId::as_i64))
}

impl News {
    fn of<T: Told>(community: CommunityId, lane: i64, data: &T) -> Result<Self> {
        Ok(Self {
            community,
            kind: T::KIND,
            lane,
            data: serde_json::to_string(data).map_err(|_| StoreError::Corrupt("events.data"))?,
            app: None,
            counted: None,
        })
    }
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
    ) -> Result<()> {
        if message.from.is_some() && message.to.is_some() {
            let lane = lane_of(message.from, message.to);
            let news = News::of(community, lane, &told::MessageReceived { message })?;
            let counted = Some(Counted::Text);
            self.push(News { app, counted, ..news });
        }
        Ok(())
    }

    /// A text between members waits for the recipient's texting hours.
    pub fn message_held(&self, community: CommunityId, message: &Message) -> Result<()> {
        if let (Some(from), Some(to), Some(until)) = (message.from, message.to, message.held_until) {
            let held = told::HeldText {
                id: message.id,
                from,
                to,
                until,
                expires_at: message.expires_at,
            };
            let lane = lane_of(message.from, message.to);
            self.push(News::of(community, lane, &told::MessageHeld { message: &held })?);
        }
        Ok(())
    }

    /// A member's table is nearly full.
    pub fn table_nearly_full(&self, community: CommunityId, told: &told::TableNearlyFull) -> Result<()> {
        let lane = lane_of(Some(told.member), None);
        self.push(News::of(community, lane, told)?);
        Ok(())
    }

    /// A member's data were erased.
    pub fn member_erased(&self, community: CommunityId, member: MemberId) -> Result<()> {
        let lane = lane_of(Some(member), None);
        self.push(News::of(community, lane, &told::MemberErased { member })?);
        Ok(())
    }

    /// A text between members has a new status; `shown` is the number that its recipient sees, where that is known.
    pub fn message_status(
        &self,
        community: CommunityId,
        message: &told::Moved<'_>,
        shown: Option<i64>,
    ) -> Result<()> {
        if message.from.is_some() && message.to.is_some() {
            let lane = lane_of(message.from, message.to);
            let news = News::of(community, lane, &told::MessageStatus { message })?;
            let counted = Some(Counted::Moved {
                message: message.id,
                status: message.status,
                reason: message.reason,
                shown,
            });
            self.push(News { counted, ..news });
        }
        Ok(())
    }

    /// A text was held.
    pub fn quarantine_held(&self, community: CommunityId, message: &Message) -> Result<()> {
        let lane = lane_of(message.from, message.to);
        self.push(News::of(community, lane, &told::QuarantineHeld { message })?);
        Ok(())
    }

    /// What an app wanted of a stranger cannot be; told to the app that was asked, whatever else it wants.
    pub fn stranger_not_connected(
        &self,
        community: CommunityId,
        asked: Option<EndpointId>,
        stranger: &told::NotConnected<'_>,
    ) -> Result<()> {
        let text = stranger.message.map(MessageId::as_i64);
        let lane = text.or(stranger.call.map(CallId::as_i64)).unwrap_or_default();
        let news = News::of(community, lane, &told::StrangerNotConnected { stranger })?;
        let app = asked.map(|endpoint| (endpoint, None));
        self.push(News { app, ..news });
        Ok(())
    }

    /// A pair was made.
    pub fn assignment_created(&self, community: CommunityId, contact: &Contact) -> Result<()> {
        let lane = lane_of(Some(contact.member), Some(contact.contact));
        self.push(News::of(community, lane, &told::AssignmentCreated { contact })?);
        Ok(())
    }

    /// A phone rings for a call.
    pub fn call_ringing(&self, community: CommunityId, call: &Call) -> Result<()> {
        let lane = lane_of(call.from, call.to);
        let call = &call.clone().without_phones();
        let news = News::of(community, lane, &told::CallRinging { call })?;
        let counted = Some(Counted::Call);
        self.push(News { counted, ..news });
        Ok(())
    }

    /// A call was answered.
    pub fn call_answered(&self, community: CommunityId, call: &Call) -> Result<()> {
        let lane = lane_of(call.from, call.to);
        let call = &call.clone().without_phones();
        self.push(News::of(community, lane, &told::CallAnswered { call })?);
        Ok(())
    }

    /// A call is over.
    pub fn call_ended(&self, community: CommunityId, call: &Call) -> Result<()> {
        let lane = lane_of(call.from, call.to);
        let call = &call.clone().without_phones();
        self.push(News::of(community, lane, &told::CallEnded { call })?);
        Ok(())
    }

    /// A pair was released.
    pub fn assignment_released(&self, community: CommunityId, contact: &Contact) -> Result<()> {
        let lane = lane_of(Some(contact.member), Some(contact.contact));
        self.push(News::of(community, lane, &told::AssignmentReleased { contact })?);
        Ok(())
    }

    /// A pair was moved to another number on one member's phones.
    pub fn assignment_moved(&self, community: CommunityId, moved: &told::AssignmentMoved<'_>) -> Result<()> {
        let lane = lane_of(Some(moved.contact.member), Some(moved.contact.contact));
        self.push(News::of(community, lane, moved)?);
        Ok(())
    }

    /// A phone stopped something, or allows it again.
    pub fn opt_out_changed(&self, community: CommunityId, change: &told::OptOutChanged) -> Result<()> {
        let lane = lane_of(change.member, change.contact);
        self.push(News::of(community, lane, change)?);
        Ok(())
    }

    /// Somebody tries an endpoint out.
    pub fn endpoint_test(&self, community: CommunityId, endpoint: EndpointId) -> Result<()> {
        let text = "this is a test; nothing happened";
        let news = News::of(
            community,
            endpoint.as_i64(),
            &told::EndpointTest { endpoint, text },
        )?;
        let app = Some((endpoint, None));
        self.push(News { app, ..news });
        Ok(())
    }
}

/// What a transaction has told.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// There was anything.
    pub any: bool,
    /// When.
    pub at: Timestamp,
    /// What is counted of it, by community.
    pub counted: Vec<(CommunityId, Counted)>,
}

/// Writes what was gathered.
pub(crate) fn write(conn: &mut Conn, ctx: &Context) -> Result<Written> {
    let gathered = std::mem::take(&mut *ctx.events.0.borrow_mut());
    if gathered.is_empty() {
        return Ok(Written::default());
    }
    let counted = gathered
        .iter()
        .filter_map(|news| Some((news.community, news.counted?)))
        .collect();
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
            data: news.data,
            created_at: ctx.now.0,
        });
    }
    events::insert(conn, &told)?;
    deliveries::insert(conn, &sent)?;
    Ok(Written {
        any: true,
        at: ctx.now,
        counted,
    })
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
