//! Calls as apps and admins see them. No real number, no address.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::error::{Result, SwitchboardError};
use super::super::switching::{CallStep, LegQuality};
use super::super::views::HoldsPhones;
use super::super::words::CallOriginWord;
use super::super::{Switchboard, communities};
use crate::domain::call::{Cause, EndedBy, State};
use crate::domain::id::{CallId, CommunityId, MemberId};
use crate::domain::message::Reason;
use crate::domain::policy::BlocksShown;
use crate::domain::{E164, Timestamp};
use crate::store::calls::{self, CallFilter, CallRow};

/// A call.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Call {
    /// The id.
    pub id: CallId,
    /// `phone` or `app`.
    #[schema(value_type = CallOriginWord, inline)]
    pub origin: &'static str,
    /// Who called; of an app's call the member in whose name. None for a stranger.
    pub from: Option<MemberId>,
    /// Who was called.
    pub to: Option<MemberId>,
    /// The pool number that the caller dialled or, where an app made the call, sees.
    pub dialled_number: Option<E164>,
    /// The pool number that the one called sees.
    pub shown_number: Option<E164>,
    /// Where it stands.
    pub state: State,
    /// Why it ended.
    pub cause: Option<Cause>,
    /// Why a rule refused it.
    pub reason: Option<Reason>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// The SIP status that decided, where one did.
    #[schema(example = 486)]
    pub sip_status: Option<i16>,
    /// The trunk by which it came.
    #[schema(example = "main")]
    pub trunk_in: Option<String>,
    /// The trunk by which the one called was reached.
    #[schema(example = "main")]
    pub trunk_out: Option<String>,
    /// When it came, or was asked for.
    pub began_at: Timestamp,
    /// When a phone began to ring.
    pub ringing_at: Option<Timestamp>,
    /// When they began to talk.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// For how many whole seconds they talked, once it is over.
    #[schema(example = 42)]
    pub duration_s: Option<i64>,
    /// How it sounded, once it is over.
    pub quality: Option<CallQuality>,
}

/// How a call sounded.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CallQuality {
    /// The sound that came from the caller.
    pub caller: Option<LegQuality>,
    /// The sound that came from the one called.
    pub callee: Option<LegQuality>,
}

impl HoldsPhones for Call {
    /// An app does not learn who has blocked whom: it may tell the one who is blocked.
    fn without_phones(mut self) -> Self {
        self.reason = self.reason.map(|reason| reason.told(BlocksShown::Unreachable));
        self
    }
}

impl HoldsPhones for CallDetail {
    fn without_phones(mut self) -> Self {
        self.call = self.call.without_phones();
        self
    }
}

/// A call with every step.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallDetail {
    /// The call.
    #[serde(flatten)]
    pub call: Call,
    /// Every step, oldest first. Of a call that goes on, those until now; none where another node has it.
    pub steps: Vec<CallStep>,
}

/// Which calls a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallQuery {
    /// From or to this member.
    pub member: Option<MemberId>,
    /// With this one at the other end.
    pub contact: Option<MemberId>,
    /// That stand there.
    pub state: Option<State>,
    /// That ended so.
    pub cause: Option<Cause>,
    /// Begun then or later.
    pub since: Option<Timestamp>,
    /// Begun before then.
    pub until: Option<Timestamp>,
}

impl CallQuery {
    pub(crate) fn filter(&self) -> CallFilter {
        CallFilter {
            member: self.member.map(MemberId::as_i64),
            contact: self.contact.map(MemberId::as_i64),
            state: self.state,
            cause: self.cause,
            since: self.since.map(|at| CallId::earliest(at).as_i64()),
            between_members: false,
        }
    }

    pub(crate) fn before(&self, cursor: Option<CallId>) -> i64 {
        let cursor = cursor.map_or(i64::MAX, CallId::as_i64);
        let until = self.until.map_or(i64::MAX, |at| CallId::earliest(at).as_i64());
        cursor.min(until)
    }
}

pub(crate) fn origin_word(code: i16) -> &'static str {
    if code == calls::APP { "app" } else { "phone" }
}

pub(crate) fn view(row: &CallRow) -> Result<Call> {
    let quality: Option<[Option<LegQuality>; 2]> = match &row.quality {
        Some(text) => {
            Some(serde_json::from_str(text).map_err(|_| crate::store::StoreError::Corrupt("calls.quality"))?)
        }
        None => None,
    };
    let at = |ms: Option<i64>| ms.map(Timestamp);
    Ok(Call {
        id: CallId::from_i64(row.id),
        origin: origin_word(row.origin),
        from: row.from_member.map(MemberId::from_i64),
        to: row.to_member.map(MemberId::from_i64),
        dialled_number: row.dialled.and_then(E164::from_i64),
        shown_number: row.shown.and_then(E164::from_i64),
        state: row.state()?,
        cause: row.cause.as_deref().and_then(Cause::from_word),
        reason: row.reason.as_deref().and_then(Reason::from_word),
        ended_by: row.ended_by.as_deref().and_then(EndedBy::from_word),
        sip_status: row.sip_status,
        trunk_in: row.trunk_in.clone(),
        trunk_out: row.trunk_out.clone(),
        began_at: Timestamp(row.began_at),
        ringing_at: at(row.ringing_at),
        answered_at: at(row.answered_at),
        ended_at: at(row.ended_at),
        duration_s: row
            .answered_at
            .zip(row.ended_at)
            .map(|(from, to)| (to - from).max(0) / 1000),
        quality: quality.map(|[caller, callee]| CallQuality { caller, callee }),
    })
}

fn detail(row: &CallRow) -> Result<CallDetail> {
    let steps = match &row.steps {
        Some(text) => {
            serde_json::from_str(text).map_err(|_| crate::store::StoreError::Corrupt("calls.steps"))?
        }
        None => Vec::new(),
    };
    Ok(CallDetail {
        call: view(row)?,
        steps,
    })
}

impl Switchboard {
    /// One call with its steps.
    pub async fn call(&self, community: CommunityId, id: CallId) -> Result<CallDetail> {
        let found = self
            .read(move |conn| match calls::get(conn, community, id)? {
                Some(row) => detail(&row),
                None => Err(SwitchboardError::not_found("call", id)),
            })
            .await?;
        if found.call.state == State::Ended {
            return Ok(found);
        }
        let steps = match self.voice() {
            Some(voice) => voice.steps(id).await,
            None => None,
        };
        if let Some(steps) = steps {
            return Ok(CallDetail { steps, ..found });
        }
        // It may have ended between the two looks.
        self.inner
            .live_calls
            .ended(id)
            .map_or(Ok(found), |row| detail(&row))
    }

    /// One call with its steps, of whichever community: for the command line.
    pub async fn call_anywhere(&self, id: CallId) -> Result<(CommunityId, CallDetail)> {
        self.read(move |conn| match calls::find(conn, id)? {
            Some(row) => Ok((CommunityId::from_i64(row.community_id), detail(&row)?)),
            None => Err(SwitchboardError::not_found("call", id)),
        })
        .await
    }

    /// Calls, newest first, older than `before`.
    pub async fn calls(
        &self,
        community: CommunityId,
        query: CallQuery,
        before: Option<CallId>,
        limit: i64,
    ) -> Result<Vec<Call>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            calls::list(conn, community, query.filter(), query.before(before), limit)?
                .iter()
                .map(view)
                .collect()
        })
        .await
    }
}
