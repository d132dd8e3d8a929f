//! Messages as apps and admins see them.

use super::error::{Result, SwitchboardError};
use super::views::Message;
use super::{Switchboard, communities};
use crate::domain::id::{CommunityId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};
use crate::store::Window;
use crate::store::message_lists::{self, MessageFilter};
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::wire::sms;

/// A text that an app sends in a member's name.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Whose text it is.
    pub from: MemberId,
    /// To which of their contacts.
    pub to: MemberId,
    /// The text.
    pub text: String,
    /// It may go at any hour, where the community allows that.
    pub urgent: bool,
    /// The same key again means the same message, not another.
    pub idempotency_key: Option<String>,
}

/// Which messages a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageQuery {
    /// From or to this member.
    pub member: Option<MemberId>,
    /// With this one at the other end.
    pub contact: Option<MemberId>,
    /// Of this status.
    pub status: Option<Status>,
    /// `phone`, `app` or `notice`.
    pub origin: Option<MessageOrigin>,
    /// Accepted then or later.
    pub since: Option<Timestamp>,
    /// Accepted before then.
    pub until: Option<Timestamp>,
}

impl MessageQuery {
    pub(crate) fn filter(&self) -> MessageFilter {
        MessageFilter {
            member: self.member.map(MemberId::as_i64),
            contact: self.contact.map(MemberId::as_i64),
            status: self.status,
            origin: self.origin.map(MessageOrigin::code),
            // Ids hold the time, and the table is in their order.
            since: self.since.map(|at| MessageId::earliest(at).as_i64()),
            between_members: false,
        }
    }

    pub(crate) fn before(&self, cursor: Option<MessageId>) -> i64 {
        let cursor = cursor.map_or(i64::MAX, MessageId::as_i64);
        let until = self.until.map_or(i64::MAX, |at| MessageId::earliest(at).as_i64());
        cursor.min(until)
    }
}

pub(crate) fn view(row: MessageRow) -> Result<Message> {
    let (coding, segments) = sms::count(&row.text_shown());
    Ok(Message {
        id: row.message_id(),
        origin: MessageOrigin::word(row.origin),
        from: row.from_member.map(MemberId::from_i64),
        to: row.to_member.map(MemberId::from_i64),
        dialled_number: row.dialled.and_then(E164::from_i64),
        shown_number: row.shown.and_then(E164::from_i64),
        encoding: if coding == sms::Coding::Gsm7 {
            "gsm7"
        } else {
            "ucs2"
        },
        segments,
        status: row.state()?,
        text: row.text,
        media: row.media,
        reason: row.reason.as_deref().and_then(Reason::from_word),
        detail: row.detail,
        accepted_at: Timestamp(row.accepted_at),
        updated_at: Timestamp(row.updated_at),
        expires_at: Timestamp(row.expires_at),
        held_until: match row.status == Status::Held.code() {
            true => row.held_until.map(Timestamp),
            false => None,
        },
        urgent: row.urgent,
        body_expired: row.body_gone == messages::BODY_EXPIRED,
        body_erased: row.body_gone == messages::BODY_ERASED,
    })
}

pub use crate::store::messages::MessageOrigin as Origin;

impl Switchboard {
    /// One message.
    pub async fn message(&self, community: CommunityId, id: MessageId) -> Result<Message> {
        self.read(move |conn| match messages::get(conn, community, id)? {
            Some(row) => view(row),
            None => Err(SwitchboardError::not_found("message", id)),
        })
        .await
    }

    /// Messages, newest first, older than `before`; of one member, of one status, or all.
    pub async fn messages(
        &self,
        community: CommunityId,
        member: Option<MemberId>,
        status: Option<Status>,
        before: Option<MessageId>,
        limit: i64,
    ) -> Result<Vec<Message>> {
        let query = MessageQuery {
            member,
            status,
            ..MessageQuery::default()
        };
        Ok(self.messages_like(community, query, before, limit).await?.rows)
    }

    /// Messages, newest first, older than `before`. A list that is filtered may end early, and say how far it looked.
    pub async fn messages_like(
        &self,
        community: CommunityId,
        query: MessageQuery,
        before: Option<MessageId>,
        limit: i64,
    ) -> Result<Window<Message>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            message_lists::list(conn, community, query.filter(), query.before(before), limit)?.map(view)
        })
        .await
    }
}
