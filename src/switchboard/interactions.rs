//! What happened on pairs: texts (and later calls), without their words and without real numbers.

use serde::Serialize;

use super::error::Result;
use super::messages::MessageQuery;
use super::{Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::messages::{MessageOrigin, MessageRow};
use crate::store::{StoreError, Window, message_lists};

/// What happened once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Interaction {
    /// The message.
    pub id: MessageId,
    /// `message`.
    #[schema(example = "message")]
    pub kind: &'static str,
    /// Who began it.
    pub from: MemberId,
    /// With whom.
    pub to: MemberId,
    /// `phone` or `app`.
    #[schema(value_type = super::words::OriginWord, inline)]
    pub origin: &'static str,
    /// Where it stands.
    pub status: Status,
    /// Why, when it ended badly.
    pub reason: Option<Reason>,
    /// When it began.
    pub at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

fn interaction(row: MessageRow) -> Result<Interaction> {
    let (status, id) = (row.state()?, row.message_id());
    // The list holds no others.
    let (Some(from), Some(to)) = (row.from_member, row.to_member) else {
        return Err(StoreError::Corrupt("messages").into());
    };
    Ok(Interaction {
        id,
        kind: "message",
        from: MemberId::from_i64(from),
        to: MemberId::from_i64(to),
        origin: MessageOrigin::word(row.origin),
        status,
        reason: row.reason.as_deref().and_then(Reason::from_word),
        at: Timestamp(row.accepted_at),
        updated_at: Timestamp(row.updated_at),
    })
}

impl Switchboard {
    /// What happened on pairs, newest first, older than `before`.
    pub async fn interactions(
        &self,
        community: CommunityId,
        query: MessageQuery,
        before: Option<MessageId>,
        limit: i64,
    ) -> Result<Window<Interaction>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let mut filter = query.filter();
            filter.between_members = true;
            message_lists::list(conn, community, filter, query.before(before), limit)?.map(interaction)
        })
        .await
    }
}
