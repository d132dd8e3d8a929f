//! What an arriving (real phone, pool number) means: facts from the store, then one pure decision.
//! `explain` and the API's `resolve` show the very same decision that a text would meet.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::communities::{self, Apps, Setup};
use super::deliver;
use super::error::Result;
use crate::domain::assignment::Assignment;
use crate::domain::id::{CommunityId, EndpointId, MemberId, NumberId};
use crate::domain::message::Reason;
use crate::domain::policy::{LateReplies, Policy};
use crate::domain::{E164, Timestamp};
use crate::store::app_devices::{self, AppDeviceRow};
use crate::store::assignments::Blocking;
use crate::store::devices::{self, DeviceRow};
use crate::store::numbers::{self, NumberRow};
use crate::store::phone_holds::{self, PhoneHoldRow};
use crate::store::releases::{self, ReleaseRow};
use crate::store::{Conn, StoreError, assignments, endpoints, hubs, members, opt_ins, opt_outs};

/// A pool number in its community.
#[derive(Clone, Debug)]
pub(crate) struct Dialled {
    pub community: CommunityId,
    pub policy: Arc<Policy>,
    pub apps: Apps,
    pub number: NumberRow,
}

/// Remembers numbers and communities within one transaction: a batch of texts shares few of them.
#[derive(Default)]
pub(crate) struct DialledCache {
    numbers: HashMap<E164, Option<Dialled>>,
    setups: HashMap<CommunityId, Setup>,
}

impl DialledCache {
    pub fn new() -> Self {
        Self::default()
    }

    /// What a text must know of its community.
    pub fn setup(&mut self, conn: &mut Conn, community: CommunityId) -> Result<&Setup> {
        Ok(match self.setups.entry(community) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(communities::setup(conn, community)?),
        })
    }
}

/// Both rows of a live pair, and where the other end is.
#[derive(Clone, Debug)]
pub(crate) struct PairFacts {
    pub row: Assignment,
    pub mirror: Assignment,
    /// What stands for the sender on the contact's phone.
    pub shown: NumberRow,
    /// The contact's phone.
    pub device: Option<DeviceRow>,
    /// The app in which the contact reads, if it can be reached.
    pub app: Option<AppDeviceRow>,
    /// Who of the two blocks the other; the contact is the owner of the mirror.
    pub blocking: Blocking,
    /// What stands before a text on the contact's phone, where the sender is there by the tag of a hub.
    pub label: Option<String>,
    /// The contact's phone consents to texts, or the community does not ask.
    pub consents: bool,
}

impl PairFacts {
    /// The contact's phone, where something may be sent to it.
    pub fn phone(&self) -> Option<&DeviceRow> {
        self.device.as_ref().filter(|phone| !phone.is_frozen())
    }
}

/// All that the decision depends on.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub dialled: Option<Dialled>,
    pub sender: Option<DeviceRow>,
    pub pair: Option<PairFacts>,
    pub released: Option<Released>,
    /// The sender has stopped the desk, or the hub, which was dialled.
    pub desk_stopped: bool,
    /// The number that was dialled in truth, which leads to the one that stands for the contact now.
    pub came_over: Option<NumberRow>,
    /// The number that was dialled is a hub.
    pub hub: Option<Hub>,
}

/// A hub that was dialled. Where its tag leads to a line, that line is what was dialled.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    pub number: NumberRow,
    /// The tag that was said.
    pub tag: Option<u16>,
    /// Somebody is behind it on the sender's phone.
    pub has_seats: bool,
}

impl Facts {
    /// Nothing is known yet.
    pub fn nothing() -> Self {
        Self {
            dialled: None,
            sender: None,
            pair: None,
            released: None,
            desk_stopped: false,
            hub: None,
            came_over: None,
        }
    }

    /// The hub that was dialled, where no tag led further.
    pub fn at_hub(&self) -> Option<&Hub> {
        let dialled = self.dialled.as_ref()?;
        self.hub.as_ref().filter(|hub| hub.number.id == dialled.number.id)
    }
}

/// For whom a number stood on a phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Released {
    /// None for somebody of another community.
    pub contact: Option<MemberId>,
    pub released_at: Timestamp,
    pub cool_until: Timestamp,
    /// Until when it leads to the number that stands for that contact since.
    pub forwards_until: Timestamp,
}

impl From<ReleaseRow> for Released {
    fn from(row: ReleaseRow) -> Self {
        Self {
            contact: Some(MemberId::from_i64(row.contact_id)),
            released_at: Timestamp(row.released_at),
            cool_until: Timestamp(row.cool_until),
            forwards_until: Timestamp(row.forwards_until),
        }
    }
}

impl From<PhoneHoldRow> for Released {
    fn from(row: PhoneHoldRow) -> Self {
        Self {
            contact: row.contact_id.map(MemberId::from_i64),
            released_at: Timestamp(row.released_at),
            cool_until: Timestamp(row.cool_until),
            forwards_until: Timestamp(0),
        }
    }
}

/// What is to happen to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    Bridge,
    Refuse(Reason),
    Quarantine(Reason),
    /// A member's text to the desk.
    Desk,
    /// A member's text to a hub that does not say for whom it is: the member is told who is there.
    Menu(Reason),
}

/// Looks up a number that was dialled.
pub(crate) fn dialled(conn: &mut Conn, cache: &mut DialledCache, to: E164) -> Result<Option<Dialled>> {
    if let Some(known) = cache.numbers.get(&to) {
        return Ok(known.clone());
    }
    let found = match numbers::find_with_community(conn, to)? {
        Some((number, row)) => {
            let community = CommunityId::from_i64(row.id);
            let Setup { policy, apps } = match cache.setups.entry(community) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(Setup::of(&row)?),
            };
            Some(Dialled {
                community,
                policy: policy.clone(),
                apps: *apps,
                number,
            })
        }
        None => None,
    };
    cache.numbers.insert(to, found.clone());
    Ok(found)
}

/// What the facts are wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be shown.
    Show,
    /// To act on them: the pair must stay as it is until the transaction ends.
    Act,
}

/// Looks up everything about a text from `from` to `to` that says no tag, or a call.
pub(crate) fn facts(
    conn: &mut Conn,
    cache: &mut DialledCache,
    ends: (E164, E164),
    purpose: (Purpose, Timestamp),
) -> Result<Facts> {
    facts_tagged(conn, cache, ends, None, purpose)
}

/// Looks up everything about a text from `from` to `to`. The tag matters where the number is a hub.
pub(crate) fn facts_tagged(
    conn: &mut Conn,
    cache: &mut DialledCache,
    (from, to): (E164, E164),
    tag: Option<u16>,
    (purpose, now): (Purpose, Timestamp),
) -> Result<Facts> {
    let mut facts = Facts {
        dialled: dialled(conn, cache, to)?,
        ..Facts::nothing()
    };
    if let Some(dialled) = &mut facts.dialled {
        facts.hub = hub_dialled(conn, dialled, tag)?;
    }
    let at_hub = facts.at_hub().map(|hub| NumberId::from_i64(hub.number.id));
    let Some(Dialled {
        community,
        number,
        apps,
        ..
    }) = &facts.dialled
    else {
        return Ok(facts);
    };
    let (is_desk, number) = (number.desk, NumberId::from_i64(number.id));
    let (sender, row) = match purpose {
        Purpose::Show => assignments::by_phone_and_number(conn, *community, from, number)?.unzip(),
        Purpose::Act => match devices::by_phone(conn, *community, from)? {
            Some(sender) => {
                let member = MemberId::from_i64(sender.member_id);
                let row = assignments::hold_by_number(conn, *community, member, number)?;
                (Some(sender), Some(row))
            }
            None => (None, None),
        },
    };
    facts.sender = sender;
    if let Some(sender) = &facts.sender {
        let member = MemberId::from_i64(sender.member_id);
        if let Some(row) = row.flatten() {
            facts.pair = Some(other_end(conn, *community, *apps, row)?);
            return Ok(facts);
        }
        facts.released = releases::get(conn, *community, member, number)?.map(Into::into);
    }
    if (is_desk || at_hub.is_some()) && facts.sender.is_some() {
        let outs = opt_outs::of_phone(conn, *community, from)?;
        facts.desk_stopped = outs.iter().any(|out| out.number_id == number.as_i64());
    }
    let has_seen = |released: &Released| {
        let since = facts.sender.as_ref().map_or(i64::MAX, |phone| phone.created_at);
        released.released_at.0 >= since
    };
    let leads_to = facts.released.filter(|released| released.forwards_until > now);
    if !facts.released.as_ref().is_some_and(has_seen) {
        // The phone may have been somebody else's when it last had this number.
        let hold = phone_holds::get(conn, *community, from, number)?;
        facts.released = hold.map(Into::into).or(facts.released);
    }
    if facts.released.is_none() && facts.hub.is_some() && at_hub.is_none() {
        // Nobody is, or was, behind that tag on this phone: it is as one that there is not.
        let mut facts = facts_tagged(conn, cache, (from, to), None, (purpose, now))?;
        if let Some(hub) = &mut facts.hub {
            hub.tag = tag;
        }
        return Ok(facts);
    }
    let whose = facts
        .sender
        .as_ref()
        .map(|phone| MemberId::from_i64(phone.member_id));
    if let (Some(id), Some(member), Some(hub)) = (at_hub, whose, &mut facts.hub) {
        hub.has_seats = !hubs::seats(conn, *community, member, id)?.is_empty();
        if hub.has_seats {
            // Whoever it stood for before it was a hub, it is one to this phone now.
            facts.released = None;
        }
    }
    match leads_to.and_then(|release| release.contact) {
        Some(contact) if facts.released.and_then(|last| last.contact) == Some(contact) => {
            lead_on(conn, facts, contact, purpose)
        }
        _ => Ok(facts),
    }
}

/// The contact has another number by now, and the one that was dialled still leads there: all goes on as if that one
/// had been dialled.
fn lead_on(conn: &mut Conn, mut facts: Facts, contact: MemberId, purpose: Purpose) -> Result<Facts> {
    let (Some(dialled), Some(sender)) = (&mut facts.dialled, &facts.sender) else {
        return Ok(facts);
    };
    let (community, member) = (dialled.community, MemberId::from_i64(sender.member_id));
    let row = match purpose {
        Purpose::Show => assignments::by_contact(conn, community, member, contact)?,
        Purpose::Act => assignments::hold_by_contact(conn, community, member, contact)?,
    };
    let Some(row) = row else {
        return Ok(facts);
    };
    let now_theirs =
        numbers::get(conn, community, row.number)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    facts.came_over = Some(std::mem::replace(&mut dialled.number, now_theirs));
    facts.pair = Some(other_end(conn, community, dialled.apps, row)?);
    facts.released = None;
    Ok(facts)
}

/// Where a hub was dialled: it, and in its place the line that the tag leads to, if there is one.
pub(crate) fn hub_dialled(conn: &mut Conn, dialled: &mut Dialled, tag: Option<u16>) -> Result<Option<Hub>> {
    if !dialled.number.hub {
        return Ok(None);
    }
    let hub = dialled.number.clone();
    if let Some(tag) = tag
        && let Some(line) = hubs::line(conn, dialled.community, NumberId::from_i64(hub.id), tag)?
    {
        dialled.number = line;
    }
    Ok(Some(Hub {
        number: hub,
        tag,
        has_seats: false,
    }))
}

/// The mirror of a row, its number and the contact's device.
pub(crate) fn other_end(
    conn: &mut Conn,
    community: CommunityId,
    apps: Apps,
    row: Assignment,
) -> Result<PairFacts> {
    let (mirror, shown, device, blocking) =
        assignments::by_contact_with_ends(conn, community, row.contact, row.member)?
            .ok_or(StoreError::Corrupt("assignments: a row without its mirror"))?;
    let shown = shown.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    let app = match apps.devices {
        true => reachable_app(conn, community, row.contact)?,
        false => None,
    };
    let consents = match (&device, apps.opt_in) {
        (Some(device), true) => opt_ins::covers(conn, community, device.e164()?, (shown.id, row.member))?,
        _ => true,
    };
    // Consent to a hub is consent to whoever is behind it.
    let consents = match (&device, shown.hub_id) {
        (Some(device), Some(hub)) if !consents => {
            opt_ins::covers(conn, community, device.e164()?, (hub, row.member))?
        }
        _ => consents,
    };
    let label = match shown.line_tag() {
        Some(tag) => {
            let name =
                members::get(conn, community, row.member)?.map_or_else(String::new, |sender| sender.name);
            Some(crate::domain::hub::label(&name, tag))
        }
        None => None,
    };
    Ok(PairFacts {
        row,
        mirror,
        shown,
        device,
        app,
        blocking,
        label,
        consents,
    })
}

/// The app in which a member reads, while its endpoint takes callbacks.
fn reachable_app(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Option<AppDeviceRow>> {
    let Some(app) = app_devices::of_member(conn, community, member)? else {
        return Ok(None);
    };
    let endpoint = endpoints::get(conn, community, EndpointId::from_i64(app.endpoint_id))?;
    Ok(endpoint
        .is_some_and(|e| e.state == endpoints::ACTIVE)
        .then_some(app))
}

/// The decision on a text on a live pair: what holds for whatever is sent, and the phone consents to texts.
pub(crate) fn rule_on_text(pair: &PairFacts, sender_stopped_all: bool) -> Ruling {
    match rule_on_pair(pair, sender_stopped_all) {
        Ruling::Bridge if !pair.consents && deliver::ways(pair).phone => Ruling::Refuse(Reason::NotOptedIn),
        ruling => ruling,
    }
}

/// The decision on a live pair, whoever asks (a phone or an app).
pub(crate) fn rule_on_pair(pair: &PairFacts, sender_stopped_all: bool) -> Ruling {
    let refuse = Ruling::Refuse;
    if pair.row.blocked || pair.mirror.blocked {
        refuse(Reason::PairBlocked)
    } else if pair.blocking.by_contact {
        refuse(Reason::BlockedBySender)
    } else if pair.blocking.by_owner {
        refuse(Reason::BlockedByRecipient)
    } else if pair.row.stopped || sender_stopped_all {
        refuse(Reason::SenderOptedOut)
    } else if pair.mirror.stopped || pair.device.as_ref().is_some_and(|d| d.stopped_all) {
        refuse(Reason::RecipientOptedOut)
    } else if pair.row.pending || pair.mirror.pending {
        refuse(Reason::AwaitingAcceptance)
    } else if pair.device.is_none() && pair.app.is_none() {
        refuse(Reason::NoDevice)
    } else if pair.phone().is_none() && pair.app.is_none() {
        refuse(Reason::RecipientFrozen)
    } else {
        Ruling::Bridge
    }
}

/// The decision on a text from a phone.
pub(crate) fn rule(facts: &Facts) -> Ruling {
    match facts {
        Facts { dialled: None, .. } => Ruling::Refuse(Reason::UnassignedNumber),
        Facts {
            sender: Some(sender), ..
        } if sender.is_frozen() => Ruling::Refuse(Reason::SenderFrozen),
        Facts {
            sender: None,
            released: None,
            ..
        } => Ruling::Refuse(Reason::UnknownSender),
        Facts {
            dialled: Some(dialled),
            sender: Some(sender),
            desk_stopped,
            ..
        } if dialled.number.desk => match *desk_stopped || sender.stopped_all {
            true => Ruling::Refuse(Reason::SenderOptedOut),
            false => Ruling::Desk,
        },
        Facts {
            hub: Some(hub),
            pair: None,
            released: None,
            sender: Some(sender),
            desk_stopped,
            ..
        } => match (*desk_stopped || sender.stopped_all, hub.has_seats, hub.tag) {
            (true, ..) => Ruling::Refuse(Reason::SenderOptedOut),
            // With a tag that leads to a line of others, as with one that leads nowhere.
            (_, _, Some(_)) => Ruling::Menu(Reason::UnknownTag),
            (_, true, None) => Ruling::Menu(Reason::TagMissing),
            (_, false, None) => Ruling::Refuse(Reason::NoContact),
        },
        Facts {
            pair: Some(pair),
            sender: Some(sender),
            ..
        } => rule_on_text(pair, sender.stopped_all),
        Facts {
            released: Some(_),
            dialled: Some(dialled),
            ..
        } => match dialled.policy.late_replies {
            LateReplies::Hold => Ruling::Quarantine(Reason::PairReleased),
            LateReplies::Refuse => Ruling::Refuse(Reason::PairReleased),
        },
        _ => Ruling::Refuse(Reason::NoContact),
    }
}
