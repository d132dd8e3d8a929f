//! What phones have stopped, as admins and apps see it: never with the phone's number.

use serde::Serialize;

use super::error::{Result, SwitchboardError};
use super::{Switchboard, communities};
use crate::domain::id::{CommunityId, MemberId, NumberId, OptOutId};
use crate::domain::{E164, Timestamp};
use crate::store::opt_outs::{self as rows, ALL_NUMBERS, OptOutRow};
use crate::store::{Conn, devices};

/// What a phone has stopped. Only that phone lifts it, by START.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OptOut {
    /// The id.
    pub id: OptOutId,
    /// Whose phone it is now, if a member's.
    pub member: Option<MemberId>,
    /// For whom the number stood then; none for STOPALL.
    pub contact: Option<MemberId>,
    /// The number; none for STOPALL.
    pub number: Option<NumberId>,
    /// It was STOPALL.
    pub all: bool,
    /// Since when.
    pub since: Timestamp,
}

fn view(conn: &mut Conn, community: CommunityId, row: OptOutRow) -> Result<OptOut> {
    let device = match E164::from_i64(row.phone) {
        Some(phone) => devices::by_phone(conn, community, phone)?,
        None => None,
    };
    let all = row.number_id == ALL_NUMBERS;
    Ok(OptOut {
        id: OptOutId::from_i64(row.id),
        member: device.map(|d| MemberId::from_i64(d.member_id)),
        contact: row.contact_id.map(MemberId::from_i64),
        number: (!all).then(|| NumberId::from_i64(row.number_id)),
        all,
        since: Timestamp(row.created_at),
    })
}

impl Switchboard {
    /// Opt-outs, newest first, before `before`.
    pub async fn opt_outs(
        &self,
        community: CommunityId,
        before: Option<OptOutId>,
        limit: i64,
    ) -> Result<Vec<OptOut>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let before = before.map_or(i64::MAX, OptOutId::as_i64);
            let found = rows::list(conn, community, before, limit)?;
            found.into_iter().map(|row| view(conn, community, row)).collect()
        })
        .await
    }

    /// One opt-out.
    pub async fn opt_out(&self, community: CommunityId, id: OptOutId) -> Result<OptOut> {
        self.read(move |conn| {
            let row = rows::get(conn, community, id)?;
            view(
                conn,
                community,
                row.ok_or_else(|| SwitchboardError::not_found("opt-out", id))?,
            )
        })
        .await
    }
}
