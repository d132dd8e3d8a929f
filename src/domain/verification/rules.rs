//! The rules themselves. Each is given rows of one moment, and names the offenders among them.

use std::collections::HashMap;

use super::{Offender, Past, Row, Rule};
use crate::domain::Timestamp;
use crate::domain::assignment::Origin;
use crate::domain::id::{CommunityId, DeviceId, MemberId, OptOutId};

/// Looks at one member's table, in the order of its numbers, with what the member's numbers last stood for.
pub fn table(community: CommunityId, rows: &[Row], past: &[Past], found: &mut Vec<Offender>) {
    let collide = |rule, row: &Row, other: &Row| Offender {
        other_assignment: Some(other.id),
        ..Offender::of(rule, community, row)
    };
    for two in rows.windows(2) {
        if let [first, second] = two
            && first.number == second.number
        {
            found.push(collide(Rule::RouteKey, second, first));
        }
    }
    let mut contacts: HashMap<MemberId, &Row> = HashMap::with_capacity(rows.len());
    for row in rows {
        if row.contact == row.member {
            found.push(Offender::of(Rule::OwnContact, community, row));
        }
        if let Some(other) = contacts.insert(row.contact, row) {
            found.push(collide(Rule::PairKey, row, other));
        }
    }
    if past.is_empty() {
        return;
    }
    let leads_too_long = |past: &&Past| past.forwards_until > past.cool_until;
    found.extend(past.iter().filter(leads_too_long).map(|past| Offender {
        member: rows.first().map(|row| row.member),
        contact: past.contact,
        number: Some(past.number),
        ..Offender::new(Rule::LeadsOn, community)
    }));
    let past: HashMap<_, _> = past.iter().map(|past| (past.number, past)).collect();
    for row in rows {
        if let Some(past) = past.get(&row.number)
            && past.contact != Some(row.contact)
        {
            if row.created_at < past.cool_until {
                found.push(Offender::of(Rule::CoolDown, community, row));
            } else if row.created_at < past.kept_until {
                found.push(Offender::of(Rule::PairMemory, community, row));
            }
            if row.created_at < past.forwards_until && past.forwards_until <= past.cool_until {
                found.push(Offender::of(Rule::LeadsOn, community, row));
            }
        }
    }
}

/// What a row must find when its mirror is looked up; `contact_is_there` says whether anybody could have it.
pub fn mirror(
    community: CommunityId,
    row: &Row,
    mirror: Option<&Row>,
    contact_is_there: bool,
) -> Option<Offender> {
    let Some(mirror) = mirror else {
        let rule = match contact_is_there {
            true => Rule::Mirror,
            false => Rule::Contact,
        };
        return Some(Offender::of(rule, community, row));
    };
    let agree =
        row.pending == mirror.pending && row.blocked == mirror.blocked && row.created_at == mirror.created_at;
    // Told once for both rows.
    (!agree && row.member < mirror.member).then(|| Offender {
        other_assignment: Some(mirror.id),
        ..Offender::of(Rule::PairAgrees, community, row)
    })
}

/// A received row whose mirror was received too: neither of the two chose the other.
pub fn chosen_by_nobody(community: CommunityId, row: &Row, mirror: &Row) -> Option<Offender> {
    let received = row.origin == Origin::Received && mirror.origin == Origin::Received;
    received.then(|| Offender {
        other_assignment: Some(mirror.id),
        ..Offender::of(Rule::PairAgrees, community, row)
    })
}

/// A live assignment on a phone that remembers its number.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// The assignment.
    pub row: Row,
    /// The member's device.
    pub device: DeviceId,
    /// Since when the member has it.
    pub device_since: Timestamp,
}

/// What a phone remembers of a number that stands for somebody on it now.
pub fn hold(community: CommunityId, live: &Live, past: &Past) -> Option<Offender> {
    // Whichever came last, the pair or the phone, had to wait for the end of the cool-down.
    let met = live.row.created_at.max(live.device_since);
    let offends = past.contact != Some(live.row.contact) && met < past.cool_until;
    offends.then(|| Offender {
        device: Some(live.device),
        ..Offender::of(Rule::CoolDown, community, &live.row)
    })
}

/// What a phone has stopped, of a number that stands for somebody on it now.
pub fn stop(
    community: CommunityId,
    live: &Live,
    opt_out: OptOutId,
    contact: Option<MemberId>,
) -> Option<Offender> {
    let rule = match (contact == Some(live.row.contact), live.row.stopped) {
        (false, _) => Rule::StopReserved,
        (true, false) => Rule::StopMarked,
        (true, true) => return None,
    };
    Some(Offender {
        device: Some(live.device),
        opt_out: Some(opt_out),
        ..Offender::of(rule, community, &live.row)
    })
}
