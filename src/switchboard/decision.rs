//! A decision put into words, for `explain` and `resolve`: the very one that a text would meet.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::Result;
use super::registry::CarrierState;
use super::route::{DialledCache, Facts, Purpose, Ruling, facts, facts_tagged, rule};
use super::words::OutcomeWord;
use super::{Switchboard, hours};
use crate::domain::id::{AssignmentId, CommunityId, DeviceId, MemberId, NumberId};
use crate::domain::message::Reason;
use crate::domain::{E164, Timestamp};
use crate::store::Conn;

/// A decision, explained. Holds no real number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Decision {
    /// `bridge`, `refuse`, `quarantine`, `desk` or `menu`; `unknown` of a moment before the history began.
    #[schema(value_type = OutcomeWord, inline)]
    pub outcome: &'static str,
    /// The stable word of the reason, when it is not bridged.
    pub reason: Option<Reason>,
    /// The decision in one sentence.
    #[schema(example = "the text is bridged to the contact")]
    pub sentence: String,
    /// The way to the decision, one line a step; the last is the rule that decided.
    #[schema(example = json!(["the number is a pool number of this community", "the pair is live: the text is bridged"]))]
    pub steps: Vec<String>,
    /// Whose number it is.
    pub community: Option<CommunityId>,
    /// Who the sender is.
    pub member: Option<MemberId>,
    /// The number that was dialled.
    pub number: Option<NumberId>,
    /// Where that is a hub: the tag that was said.
    #[schema(example = json!(null))]
    pub tag: Option<u16>,
    /// The row that decided.
    pub assignment: Option<AssignmentId>,
    /// Who the number is to the sender.
    pub contact: Option<MemberId>,
    /// What the contact sees as the sender.
    pub shown_number: Option<E164>,
    /// Where it is delivered.
    pub device: Option<DeviceId>,
    /// By which carrier it leaves.
    #[schema(example = "loopback")]
    pub carrier: Option<String>,
    /// How that carrier stands here: `up`, `down`, `configured` (to a command, which knows no links) or
    /// `not_configured`. `down` and `not_configured` mean that a text would wait.
    pub carrier_state: Option<CarrierState>,
    /// The moment that this is about; none for the present.
    pub at: Option<Timestamp>,
    /// Until when the text would be held, outside the contact's texting hours.
    #[schema(example = json!(null))]
    pub held_until: Option<Timestamp>,
}

impl Decision {
    fn begin(outcome: &'static str, sentence: String) -> Self {
        Self {
            outcome,
            reason: None,
            sentence,
            steps: Vec::new(),
            community: None,
            member: None,
            number: None,
            tag: None,
            assignment: None,
            contact: None,
            shown_number: None,
            device: None,
            carrier: None,
            carrier_state: None,
            at: None,
            held_until: None,
        }
    }

    /// The same of a text that would wait.
    fn held(mut self, until: Timestamp) -> Self {
        self.sentence = format!("the text is held until the contact's texting hours begin, at {until}");
        self.steps.push(format!(
            "the contact's texting hours are over: the text would be held until {until}"
        ));
        self.held_until = Some(until);
        self
    }

    /// The same about a moment that is over.
    pub(crate) fn at(mut self, at: Timestamp) -> Self {
        self.steps.insert(0, format!("as it was at {at}"));
        self.at = Some(at);
        self
    }

    /// The number was not that community's then: whose it was nobody has said that we should ask.
    pub(crate) fn elsewhere(mut self, community: CommunityId) -> Self {
        let sentence = format!(
            "the number is of {community}, where it was not in service then; another community may have had it"
        );
        self.outcome = UNKNOWN;
        self.reason = None;
        self.steps.push(format!("{sentence}: {UNKNOWN}"));
        self.sentence = sentence;
        self
    }
}

/// The word for what nobody knows.
const UNKNOWN: &str = "unknown";

/// Says that what would have happened is not known.
pub(crate) fn unknown(community: CommunityId, at: Timestamp, began: Timestamp) -> Decision {
    let sentence = format!("what held at {at} is not known: the history of {community} begins at {began}");
    let mut decision = Decision::begin(UNKNOWN, sentence.clone());
    decision.community = Some(community);
    decision.at = Some(at);
    decision.steps.push(sentence);
    decision
}

/// Puts the decision on these facts into words.
pub(crate) fn explain(facts: &Facts, carrier: Option<(String, CarrierState)>) -> Decision {
    let mut decision = Decision::begin("bridge", "the text is bridged to the contact".into());
    if let Some(dialled) = &facts.dialled {
        let id = match &facts.came_over {
            Some(old) => NumberId::from_i64(old.id),
            None => NumberId::from_i64(dialled.number.physical()),
        };
        decision.community = Some(dialled.community);
        decision.number = Some(id);
        decision
            .steps
            .push(format!("the number is {id} of {}", dialled.community));
        if let Some(hub) = &facts.hub {
            decision.tag = hub.tag;
            decision.steps.push(match hub.tag {
                Some(tag) => format!("it is a hub, and the text is for #{tag}"),
                None => "it is a hub, and no tag says for whom the text is".into(),
            });
        }
    } else {
        decision.steps.push("the number is in no pool".into());
    }
    if let Some(sender) = &facts.sender {
        let member = MemberId::from_i64(sender.member_id);
        decision.member = Some(member);
        decision.steps.push(format!(
            "the phone is {} of {member}",
            DeviceId::from_i64(sender.id)
        ));
    } else if facts.dialled.is_some() {
        decision
            .steps
            .push("the phone belongs to no member of that community".into());
    }
    if let Some(pair) = &facts.pair {
        let (row, mirror) = (&pair.row, &pair.mirror);
        decision.assignment = Some(row.id);
        decision.contact = Some(row.contact);
        decision.shown_number = pair.shown.e164().ok();
        decision.device = pair.device.as_ref().map(|d| DeviceId::from_i64(d.id));
        (decision.carrier, decision.carrier_state) = carrier.unzip();
        if facts.came_over.is_some() {
            decision.steps.push(format!(
                "it was moved off that number by a swap, and still leads to {}, which stands for that contact now",
                row.number
            ));
        }
        decision.steps.push(format!(
            "for {} this number is {} ({})",
            row.member, row.contact, row.id
        ));
        let shown = decision.shown_number.map(|n| n.to_string()).unwrap_or_default();
        decision.steps.push(format!(
            "on the phone of {} the sender is {shown} ({})",
            row.contact, mirror.id
        ));
        if let Some(tag) = pair.shown.line_tag() {
            decision
                .steps
                .push(format!("that number is a hub, and the sender is #{tag} there"));
        }
    }
    if let Some(released) = &facts.released {
        let contact = released.contact.map(|c| c.to_string());
        decision.steps.push(format!(
            "on that phone the number stood for {} until {} and cools down until {}",
            contact.as_deref().unwrap_or("somebody of another community"),
            released.released_at,
            released.cool_until,
        ));
    } else if facts.sender.is_some() && facts.pair.is_none() {
        decision
            .steps
            .push("on this number the member has, and had, no contact".into());
    }
    match rule(facts) {
        Ruling::Bridge => {
            decision.steps.push("nothing stands against it: bridge".into());
            warn_of_carrier(&mut decision);
        }
        Ruling::Refuse(reason) => decide(&mut decision, "refuse", reason),
        Ruling::Quarantine(reason) => decide(&mut decision, "quarantine", reason),
        Ruling::Menu(reason) => {
            decide(&mut decision, "menu", reason);
            decision.sentence = format!(
                "{}: nobody gets it, and the sender is told who is there",
                reason.sentence()
            );
        }
        Ruling::Desk => {
            decision.outcome = "desk";
            decision.sentence = "the text is for the community's desk, which answers it".into();
            decision
                .steps
                .push("the number is the community's desk: desk".into());
            if facts.released.is_some() {
                let late = "what asks the desk for nothing is meant for whom the number stood for: it is quarantined";
                decision.steps.push(late.into());
            }
        }
    }
    decision
}

/// A bridge by a carrier that is not there is still one, but who asks wants to know that the text waits.
fn warn_of_carrier(decision: &mut Decision) {
    let (Some(carrier), Some(state)) = (&decision.carrier, decision.carrier_state) else {
        return;
    };
    let trouble = match state {
        CarrierState::Up | CarrierState::Configured => return,
        CarrierState::Down => format!("carrier `{carrier}` has no link at present"),
        CarrierState::NotConfigured => format!("carrier `{carrier}` is not configured here"),
    };
    decision.sentence =
        format!("the text is bridged to the contact, but {trouble}: it would wait until its deadline");
    decision.steps.push(format!("{trouble}: the text would wait"));
}

fn decide(decision: &mut Decision, outcome: &'static str, reason: Reason) {
    decision.outcome = outcome;
    decision.reason = Some(reason);
    decision.sentence = reason.sentence().into();
    decision.steps.push(format!("{}: {outcome}", reason.sentence()));
}

impl Switchboard {
    /// What would happen to a text from `from` to `to`, and why. With a community given, a number of
    /// another community is treated as unassigned.
    pub async fn resolve(&self, community: Option<CommunityId>, from: E164, to: E164) -> Result<Decision> {
        self.resolve_tagged(community, (from, to), None).await
    }

    /// The same of a text that begins with a tag, which matters where the number is a hub.
    pub async fn resolve_tagged(
        &self,
        community: Option<CommunityId>,
        (from, to): (E164, E164),
        tag: Option<u16>,
    ) -> Result<Decision> {
        let (registry, now) = (self.registry(), self.now());
        self.read(move |conn| {
            let mut facts = conn.snapshot(|conn| {
                facts_tagged(
                    conn,
                    &mut DialledCache::new(),
                    (from, to),
                    tag,
                    (Purpose::Show, now),
                )
            })?;
            if facts
                .dialled
                .as_ref()
                .is_some_and(|d| community.is_some_and(|only| only != d.community))
            {
                facts = Facts::nothing();
            }
            let carrier = facts.pair.as_ref().and_then(|pair| {
                let phone = pair.device.as_ref()?.e164().ok()?;
                let carrier = registry.carrier_for(phone, &pair.shown.carrier);
                let state = registry.state(&carrier);
                Some((carrier, state))
            });
            let decision = explain(&facts, carrier);
            Ok(match hours::foretell(conn, now, &facts)? {
                Some(until) => decision.held(until),
                None => decision,
            })
        })
        .await
    }

    /// The decision alone, on the caller's own connection: what a bench measures.
    pub fn route_on(&self, conn: &mut Conn, from: E164, to: E164) -> Result<bool> {
        let how = (Purpose::Show, self.now());
        let facts = conn.snapshot(|conn| facts(conn, &mut DialledCache::new(), (from, to), how))?;
        Ok(rule(&facts) == Ruling::Bridge)
    }
}
