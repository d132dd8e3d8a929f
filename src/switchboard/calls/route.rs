//! Whom a call reaches: the same facts and the same rule that a text meets, and what only calls need.

use async_trait::async_trait;

use super::super::error::Result;
use super::super::exchange::intake_error;
use super::super::outlet::IntakeError;
use super::super::route::{self, DialledCache, Facts, PairFacts, Purpose, Ruling};
use super::super::switching::{
    Bridging, CallAttempt, CallEnd, CallExchange, CallPlan, CallReport, Caller, RefusedCall,
};
use super::super::{Switchboard, hubs, strangers};
use super::record::{Entry, Refused};
use crate::domain::Timestamp;
use crate::domain::call::{RefusalCode, State, refusal_code};
use crate::domain::id::{CallId, CallKind};
use crate::domain::message::Reason;
use crate::domain::policy::{Policy, Refusal};
use crate::domain::pool::{Capabilities, Capability};
use crate::store::calls::{self, CallRow};
use crate::store::numbers::NumberRow;
use crate::store::strangers::CALL_ASKED;
use crate::store::{Conn, StoreError};

/// The rule on a live pair, for a call: what holds for a text, and both numbers take calls, and there is a phone.
pub(super) fn rule_on_pair(pair: &PairFacts, dialled: &NumberRow, caller_stopped_all: bool) -> Ruling {
    let takes_calls = |number: &NumberRow| {
        Capabilities::from_bits(number.capabilities).covers(vec![Capability::Voice].into())
    };
    match route::rule_on_pair(pair, caller_stopped_all) {
        Ruling::Bridge if pair.device.is_none() => Ruling::Refuse(Reason::NoDevice),
        // An app takes no calls.
        Ruling::Bridge if pair.phone().is_none() => Ruling::Refuse(Reason::RecipientFrozen),
        Ruling::Bridge if !takes_calls(dialled) || !takes_calls(&pair.shown) => {
            Ruling::Refuse(Reason::NoVoice)
        }
        ruling => ruling,
    }
}

fn rule(facts: &Facts) -> Ruling {
    match facts {
        Facts {
            pair: Some(pair),
            sender: Some(sender),
            dialled: Some(dialled),
            ..
        } if !sender.is_frozen() => rule_on_pair(pair, &dialled.number, sender.stopped_all),
        facts => match route::rule(facts) {
            // The desk reads; it takes no calls.
            Ruling::Desk => Ruling::Refuse(Reason::NoContact),
            // A call bears no tag.
            Ruling::Menu(reason) => Ruling::Refuse(reason),
            ruling => ruling,
        },
    }
}

/// What a refused caller is told. A community that keeps silent towards somebody says nothing of why.
fn code(policy: Option<&Policy>, reason: Reason) -> RefusalCode {
    let silent = policy.is_some_and(|policy| match reason {
        Reason::UnknownSender => policy.strangers == Refusal::Silent,
        reason => policy.refused == Refusal::Silent || reason.towards(policy.blocks_shown).is_none(),
    });
    if silent {
        // Temporarily unavailable; no user responding.
        return RefusalCode {
            status: 480,
            q850: 18,
        };
    }
    refusal_code(policy.map_or(reason, |policy| reason.told(policy.blocks_shown)))
}

/// A call that arrives, and what it is called here.
#[derive(Clone, Debug)]
pub(super) struct Arriving {
    pub attempt: CallAttempt,
    pub id: CallId,
    pub at: Timestamp,
}

/// What was found out about a call.
pub(super) struct Routed {
    pub facts: Facts,
    pub ruling: Ruling,
    /// Whether the community's app is to be asked who calls.
    pub ask: bool,
}

pub(super) fn look_up(conn: &mut Conn, attempt: &CallAttempt, now: Timestamp) -> Result<Routed> {
    let Caller::Phone(from) = attempt.caller else {
        let dialled = route::dialled(conn, &mut DialledCache::new(), attempt.dialled)?;
        let ruling = match &dialled {
            Some(_) => Ruling::Refuse(Reason::UnknownSender),
            None => Ruling::Refuse(Reason::UnassignedNumber),
        };
        let facts = Facts {
            dialled,
            ..Facts::nothing()
        };
        return Ok(Routed {
            facts,
            ruling,
            ask: false,
        });
    };
    let facts = route::facts(
        conn,
        &mut DialledCache::new(),
        (from, attempt.dialled),
        (Purpose::Show, now),
    )?;
    let ruling = rule(&facts);
    let ask = match (&facts.dialled, ruling) {
        // One that hides cannot be connected, and nobody would know them.
        (Some(dialled), Ruling::Refuse(Reason::UnknownSender))
            if !dialled.number.desk && facts.hub.is_none() =>
        {
            strangers::may_ask(conn, now, dialled, (from, CALL_ASKED))?
        }
        _ => false,
    };
    Ok(Routed { facts, ruling, ask })
}

impl Switchboard {
    pub(super) fn call_row(&self, arriving: &Arriving, facts: &Facts) -> Option<CallRow> {
        let dialled = facts.dialled.as_ref()?;
        let Arriving { attempt, id, at } = arriving;
        let phone = match attempt.caller {
            Caller::Phone(phone) => Some(phone.as_i64()),
            Caller::Anonymous => None,
        };
        Some(CallRow {
            community_id: dialled.community.as_i64(),
            id: id.as_i64(),
            origin: calls::PHONE,
            node: self.node() as i16,
            from_member: facts.sender.as_ref().map(|d| d.member_id),
            to_member: facts.pair.as_ref().map(|p| p.row.contact.as_i64()),
            from_phone: phone,
            dialled: Some(attempt.dialled.as_i64()),
            shown: None,
            state: State::Ringing.code(),
            cause: None,
            reason: None,
            ended_by: None,
            sip_status: None,
            trunk_in: Some(attempt.trunk.clone()),
            trunk_out: None,
            began_at: at.0,
            ringing_at: None,
            answered_at: None,
            ended_at: None,
            hang_up: false,
            quality: None,
            steps: None,
        })
    }

    async fn refuse_call(
        &self,
        arriving: &Arriving,
        facts: Facts,
        (reason, asked): (Reason, bool),
    ) -> std::result::Result<CallPlan, IntakeError> {
        let code = code(facts.dialled.as_ref().map(|d| &*d.policy), reason);
        if let (Reason::TagMissing, Caller::Phone(phone)) = (reason, arriving.attempt.caller) {
            let facts = facts.clone();
            let menu = self
                .write(move |conn, ctx| hubs::menu_after_call(conn, ctx, &facts, phone))
                .await;
            self.announce(menu.map_err(intake_error)?.into_iter().collect());
            self.wake_outbox();
        }
        match self.call_row(arriving, &facts).zip(facts.dialled) {
            Some((row, dialled)) => {
                let refused = Refused {
                    row,
                    number_id: dialled.number.id,
                    reason,
                    status: code.status,
                    asked,
                };
                self.record(Entry::Refused(Box::new(refused)))
                    .await
                    .map_err(intake_error)?;
            }
            // There is no community to record it in: the log and the carrier are told.
            None => {
                tracing::info!(trunk = %arriving.attempt.trunk, "a call arrived for a number that is in no pool")
            }
        }
        Ok(CallPlan::Refuse(RefusedCall { reason, code }))
    }

    fn bridge_call(&self, arriving: &Arriving, facts: &Facts) -> Result<Bridging> {
        let corrupt = || StoreError::Corrupt("a call without a pair");
        let (dialled, pair) = facts
            .dialled
            .as_ref()
            .zip(facts.pair.as_ref())
            .ok_or_else(corrupt)?;
        let phone = pair.device.as_ref().ok_or_else(corrupt)?.e164()?;
        let mut row = self.call_row(arriving, facts).ok_or_else(corrupt)?;
        row.shown = Some(pair.shown.e164);
        let call = arriving.id;
        let bridging = Bridging {
            call,
            community: dialled.community,
            to: CallEnd {
                phone,
                shown: pair.shown.e164()?,
                carrier: pair.shown.carrier.clone(),
            },
            ring_s: dialled.policy.ring_s,
            max_duration_s: dialled.policy.max_call_s,
        };
        self.begin_call(row, Some((pair.row.member, pair.row.number)))?;
        Ok(bridging)
    }

    /// What would happen to a call: the rule alone, on the caller's own connection.
    pub fn route_call_on(&self, conn: &mut Conn, attempt: &CallAttempt) -> Result<bool> {
        Ok(look_up(conn, attempt, self.now())?.ruling == Ruling::Bridge)
    }
}

#[async_trait]
impl CallExchange for Switchboard {
    async fn route_call(&self, attempt: CallAttempt) -> std::result::Result<CallPlan, IntakeError> {
        let at = self.now();
        let arriving = Arriving {
            attempt,
            id: self.inner.ids.next::<CallKind>(at),
            at,
        };
        let attempt = arriving.attempt.clone();
        let mut routed = self
            .read(move |conn| conn.snapshot(|conn| look_up(conn, &attempt, at)))
            .await
            .map_err(intake_error)?;
        let mut asked = false;
        if let (true, Caller::Phone(phone)) = (routed.ask, arriving.attempt.caller) {
            let introduced = self.introduce(&arriving, &routed, phone).await;
            let introduced = introduced.map_err(intake_error)?;
            asked = introduced.asked;
            routed = introduced.routed.unwrap_or(routed);
        }
        match routed.ruling {
            Ruling::Bridge => self
                .bridge_call(&arriving, &routed.facts)
                .map(CallPlan::Bridge)
                .map_err(intake_error),
            Ruling::Refuse(reason) | Ruling::Quarantine(reason) => {
                self.refuse_call(&arriving, routed.facts, (reason, asked)).await
            }
            Ruling::Desk | Ruling::Menu(_) => {
                let refused = (Reason::NoContact, asked);
                self.refuse_call(&arriving, routed.facts, refused).await
            }
        }
    }

    async fn report(&self, report: CallReport) -> std::result::Result<(), IntakeError> {
        self.apply_report(report).await.map_err(intake_error)
    }
}
