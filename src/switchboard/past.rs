//! What a text would have met at some moment: the same decision as ever, on what the history knows of that moment.
//! What is not kept (policies, which carrier it would have left by, whether an app's endpoint worked) is left out of
//! the answer; what lies before the history is said to be unknown.

use super::Switchboard;
use super::communities::{self, Setup};
use super::decision::{Decision, explain, unknown};
use super::error::Result;
use super::history::{self, assignment};
use super::route::{Dialled, Facts, Hub, PairFacts, Released, hub_dialled};
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::{E164, Timestamp};
use crate::store::app_devices::AppDeviceRow;
use crate::store::assignments::Blocking;
use crate::store::devices::{self, DeviceRow};
use crate::store::history::{self as rows, HistoryRow};
use crate::store::numbers::NumberRow;
use crate::store::presence::{self, DeviceChangeRow};
use crate::store::{Conn, StoreError, hubs, numbers, phone_holds, releases};

impl Switchboard {
    /// What a text from `from` to `to` would have met at `at`. Without a community it is that which has the number
    /// now, or had it last.
    pub async fn resolve_at(
        &self,
        community: Option<CommunityId>,
        from: E164,
        to: E164,
        at: Timestamp,
    ) -> Result<Decision> {
        self.resolve_tagged_at(community, (from, to), None, at).await
    }

    /// The same of a text that began with a tag, which matters where the number is a hub.
    pub async fn resolve_tagged_at(
        &self,
        community: Option<CommunityId>,
        (from, to): (E164, E164),
        tag: Option<u16>,
        at: Timestamp,
    ) -> Result<Decision> {
        history::check_past(at, self.now())?;
        self.read(move |conn| {
            conn.snapshot(|conn| {
                let whose = match community {
                    Some(id) => Some(id),
                    None => numbers::last(conn, to)?.map(|row| CommunityId::from_i64(row.community_id)),
                };
                let Some(whose) = whose else {
                    return Ok(explain(&Facts::nothing(), None).at(at));
                };
                let began = history::began(conn, whose)?;
                if at < began {
                    return Ok(unknown(whose, at, began));
                }
                let facts = facts(conn, whose, (from, to), tag, at)?;
                if facts.dialled.is_none() && community.is_none() {
                    // Another community may have had it then.
                    return Ok(explain(&facts, None).at(at).elsewhere(whose));
                }
                Ok(explain(&facts, None).at(at))
            })
        })
        .await
    }
}

/// A phone as it was.
fn device(row: &DeviceChangeRow) -> DeviceRow {
    DeviceRow {
        community_id: row.community_id,
        id: row.device_id,
        member_id: row.member_id,
        // 0 where it was erased as somebody else's: who has had it and when is known still.
        phone: row.phone.unwrap_or(0),
        region: None,
        stopped_all: row.stopped_all,
        created_at: row.at,
        frozen_at: row.frozen.then_some(row.at),
    }
}

/// Everything about a text from `from` to `to` as it was.
pub(super) fn facts(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (E164, E164),
    tag: Option<u16>,
    at: Timestamp,
) -> Result<Facts> {
    let mut facts = Facts::nothing();
    let Some(row) = numbers::of_community(conn, community, to)? else {
        return Ok(facts);
    };
    let number = NumberId::from_i64(row.id);
    let Some(desk) = presence::was_in_service(conn, community, number, at)? else {
        return Ok(facts);
    };
    let row = NumberRow { desk, ..row };
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let mut dialled = Dialled {
        community,
        policy,
        apps,
        number: row,
    };
    // Since when a number is a hub is not kept. To a phone on which it stood for somebody then it was none.
    let hub = hub_dialled(conn, &mut dialled, tag)?;
    let number = NumberId::from_i64(dialled.number.id);
    facts.dialled = Some(dialled);
    let phone = presence::of_phone(conn, community, from, at)?;
    if let Some(sender) = phone.as_ref().filter(|row| row.present) {
        facts.sender = Some(device(sender));
        let member = MemberId::from_i64(sender.member_id);
        match rows::of_number(conn, community, (member, number), at)? {
            Some(row) if row.live => {
                facts.pair = Some(other_end(conn, community, &row, at)?);
                facts.hub = hub.filter(|_| tag.is_some());
                return Ok(facts);
            }
            Some(row) => facts.released = Some(released(&row)),
            None => {}
        }
        if let Some(hub) = hub {
            let lines = hubs::lines(conn, community, NumberId::from_i64(hub.number.id))?;
            let mut has_seats = false;
            for line in lines.iter().filter(|_| facts.released.is_none()) {
                let line = NumberId::from_i64(line.id);
                has_seats |=
                    rows::of_number(conn, community, (member, line), at)?.is_some_and(|row| row.live);
            }
            facts.hub = Some(Hub { has_seats, ..hub });
        }
    }
    // What the phone itself remembers goes before what its member remembers and it has not seen.
    let own = remembered(conn, community, (from, number), phone, at)?.filter(|own| {
        facts
            .released
            .is_none_or(|known| own.released_at >= known.released_at)
    });
    facts.released = own.or(facts.released);
    lead_on(conn, facts, at)
}

/// As far as the release of the number is still the last one of that phone, it says until when the number led on.
fn lead_on(conn: &mut Conn, mut facts: Facts, at: Timestamp) -> Result<Facts> {
    let (Some(dialled), Some(sender), Some(released)) = (&mut facts.dialled, &facts.sender, facts.released)
    else {
        return Ok(facts);
    };
    let (community, member) = (dialled.community, MemberId::from_i64(sender.member_id));
    let number = NumberId::from_i64(dialled.number.id);
    let last = releases::get(conn, community, member, number)?.filter(|last| {
        last.released_at <= at.0
            && last.forwards_until > at.0
            && released.contact == Some(MemberId::from_i64(last.contact_id))
    });
    let Some(last) = last else {
        return Ok(facts);
    };
    let then = rows::of_contact(conn, community, (member, MemberId::from_i64(last.contact_id)), at)?;
    let Some(row) = then.filter(|row| row.live) else {
        return Ok(facts);
    };
    let then_theirs = numbers::get(conn, community, NumberId::from_i64(row.number_id))?
        .ok_or(StoreError::Corrupt("assignment_history.number_id"))?;
    facts.came_over = Some(std::mem::replace(&mut dialled.number, then_theirs));
    facts.pair = Some(other_end(conn, community, &row, at)?);
    facts.released = None;
    Ok(facts)
}

fn released(row: &HistoryRow) -> Released {
    Released {
        contact: Some(MemberId::from_i64(row.contact_id)),
        released_at: Timestamp(row.at),
        cool_until: Timestamp(row.cool_until.unwrap_or(row.at)),
        forwards_until: Timestamp(0),
    }
}

/// What a phone remembered of a number that was nothing to the member who had it then: what the number was to
/// whoever had the phone before, or what came with it from another community.
fn remembered(
    conn: &mut Conn,
    community: CommunityId,
    (phone, number): (E164, NumberId),
    now_with: Option<DeviceChangeRow>,
    at: Timestamp,
) -> Result<Option<Released>> {
    if let Some(hold) = phone_holds::get(conn, community, phone, number)?
        && hold.released_at <= at.0
    {
        return Ok(Some(hold.into()));
    }
    let mut last = now_with;
    // A later hold may have taken the place of the one that there was: the history of the phone tells.
    while let Some(change) = last {
        if !change.present {
            let left = Timestamp(change.at);
            let member = MemberId::from_i64(change.member_id);
            if let Some(row) = rows::of_number(conn, community, (member, number), left)? {
                return Ok(Some(Released {
                    released_at: match row.live {
                        true => left,
                        false => Timestamp(row.at),
                    },
                    ..released(&row)
                }));
            }
        }
        let before = Timestamp(change.at.saturating_sub(1));
        last = presence::of_phone(conn, community, phone, before)?;
    }
    Ok(None)
}

/// The other end of a pair as it was.
fn other_end(conn: &mut Conn, community: CommunityId, row: &HistoryRow, at: Timestamp) -> Result<PairFacts> {
    let (member, contact) = (
        MemberId::from_i64(row.member_id),
        MemberId::from_i64(row.contact_id),
    );
    let mirror = rows::of_contact(conn, community, (contact, member), at)?
        .filter(|mirror| mirror.live)
        .ok_or(StoreError::Corrupt(
            "assignment_history: a row without its mirror",
        ))?;
    let shown = numbers::get(conn, community, NumberId::from_i64(mirror.number_id))?
        .ok_or(StoreError::Corrupt("assignment_history.number_id"))?;
    let (phones, app) = history::devices_at(conn, community, contact, at)?;
    Ok(PairFacts {
        row: assignment(row),
        mirror: assignment(&mirror),
        shown,
        device: devices::first_of(phones.iter().map(device).collect()),
        app: app.map(|id| AppDeviceRow {
            community_id: community.as_i64(),
            member_id: contact.as_i64(),
            id: id.as_i64(),
            endpoint_id: 0,
            texts_to: String::new(),
            created_at: at.0,
        }),
        // Of blocks and consents no history is kept.
        blocking: Blocking::default(),
        label: None,
        consents: true,
    })
}
