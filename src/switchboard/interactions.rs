//! What happened on pairs: texts and calls, without their words and without real numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::calls::{CallQuery, origin_word};
use super::error::Result;
use super::messages::MessageQuery;
use super::views::HoldsPhones;
use super::{Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::call::{Cause, State};
use crate::domain::id::{CallId, CommunityId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::BlocksShown;
use crate::store::Window;
use crate::store::messages::{self, MessageOrigin};
use crate::store::{StoreError, calls, message_lists};

/// The id of a message or of a call. Their digits are of one sequence, so that both stand in one order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractionId {
    /// A text.
    Message(MessageId),
    /// A call.
    Call(CallId),
}

impl InteractionId {
    /// A place in the list, whatever stands there.
    pub fn at(place: i64) -> Self {
        Self::Message(MessageId::from_i64(place))
    }

    fn as_i64(self) -> i64 {
        match self {
            Self::Message(id) => id.as_i64(),
            Self::Call(id) => id.as_i64(),
        }
    }
}

impl fmt::Display for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(id) => id.fmt(f),
            Self::Call(id) => id.fmt(f),
        }
    }
}

impl FromStr for InteractionId {
    type Err = crate::domain::id::IdError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text.parse() {
            Ok(id) => Ok(Self::Call(id)),
            Err(_) => text.parse().map(Self::Message),
        }
    }
}

impl Serialize for InteractionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl HoldsPhones for Interaction {
    /// An app does not learn who has blocked whom: it may tell the one who is blocked.
    fn without_phones(mut self) -> Self {
        self.reason = self.reason.map(|reason| reason.told(BlocksShown::Unreachable));
        self
    }
}

/// What happened once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Interaction {
    /// The message or the call.
    #[schema(value_type = String, example = "msg_1tq3v8r4w0801")]
    pub id: InteractionId,
    /// `message` or `call`.
    #[schema(value_type = super::words::InteractionWord, inline)]
    pub kind: &'static str,
    /// Who began it.
    pub from: MemberId,
    /// With whom.
    pub to: MemberId,
    /// `phone` or `app`.
    #[schema(value_type = super::words::OriginWord, inline)]
    pub origin: &'static str,
    /// Of a message: where it stands.
    pub status: Option<Status>,
    /// Of a call: where it stands.
    pub state: Option<State>,
    /// Of a call: why it ended.
    pub cause: Option<Cause>,
    /// Why, when a rule or a carrier ended it badly.
    pub reason: Option<Reason>,
    /// When it began.
    pub at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The list holds no others than those between members.
fn of_message(row: messages::MessageRow) -> Result<Interaction> {
    let Some((from, to)) = row.from_member.zip(row.to_member) else {
        return Err(StoreError::Corrupt("messages").into());
    };
    Ok(Interaction {
        id: InteractionId::Message(row.message_id()),
        kind: "message",
        from: MemberId::from_i64(from),
        to: MemberId::from_i64(to),
        origin: MessageOrigin::word(row.origin),
        status: Some(row.state()?),
        state: None,
        cause: None,
        reason: row.reason.as_deref().and_then(Reason::from_word),
        at: Timestamp(row.accepted_at),
        updated_at: Timestamp(row.updated_at),
    })
}

fn of_call(row: &calls::CallRow) -> Result<Interaction> {
    let Some((from, to)) = row.from_member.zip(row.to_member) else {
        return Err(StoreError::Corrupt("calls").into());
    };
    let updated_at = [row.ended_at, row.answered_at, row.ringing_at]
        .into_iter()
        .flatten()
        .next();
    Ok(Interaction {
        id: InteractionId::Call(CallId::from_i64(row.id)),
        kind: "call",
        from: MemberId::from_i64(from),
        to: MemberId::from_i64(to),
        origin: origin_word(row.origin),
        status: None,
        state: Some(row.state()?),
        cause: row.cause.as_deref().and_then(Cause::from_word),
        reason: row.reason.as_deref().and_then(Reason::from_word),
        at: Timestamp(row.began_at),
        updated_at: Timestamp(updated_at.unwrap_or(row.began_at)),
    })
}

impl Switchboard {
    /// What happened on pairs, newest first, older than `before`.
    pub async fn interactions(
        &self,
        community: CommunityId,
        query: MessageQuery,
        before: Option<InteractionId>,
        limit: i64,
    ) -> Result<Window<Interaction>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let place = query
                .before(None)
                .min(before.map_or(i64::MAX, InteractionId::as_i64));
            let mut filter = query.filter();
            filter.between_members = true;
            let texts = message_lists::list(conn, community, filter, place, limit)?.map(of_message)?;
            let mut filter = CallQuery {
                member: query.member,
                contact: query.contact,
                since: query.since,
                ..CallQuery::default()
            }
            .filter();
            filter.between_members = true;
            let mut rows = Vec::new();
            for row in calls::list(conn, community, filter, place, limit)? {
                rows.push(of_call(&row)?);
            }
            let calls = Window {
                rows,
                looked_to: None,
            };
            Ok(Window::merged(vec![texts, calls], limit, |one| one.id.as_i64()))
        })
        .await
    }
}
