//! What the choice of a number has to know of one member's table, read and put together. The planner puts it
//! together in the same way.

use std::collections::{HashMap, HashSet};

use super::error::Result;
use crate::domain::Timestamp;
use crate::domain::choice::Side;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::pool::Region;
use crate::store::devices::{self, DeviceRow};
use crate::store::releases;
use crate::store::{Conn, assignments, opt_outs, phone_holds};

/// What a number was once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    pub number: NumberId,
    /// For whom it stood; none for somebody of another community.
    pub contact: Option<i64>,
    pub released_at: i64,
    /// When that pair was made, where that is known.
    pub made_at: Option<i64>,
    /// Until when it cools down.
    pub cool_until: i64,
    /// Until when it is kept for that contact.
    pub kept_until: i64,
    /// It was not discarded.
    pub remembered: bool,
}

impl Past {
    fn is_held(&self, now: Timestamp) -> bool {
        self.cool_until.max(self.kept_until) > now.0
    }
}

/// A member's table and what is remembered of it, whoever the contact is to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub region: Option<Region>,
    pub used: HashSet<NumberId>,
    /// What numbers were to this member, and what they were on the phones that the member has now.
    pub past: Vec<Past>,
    /// What those phones have stopped, and as whom.
    pub stops: Vec<(NumberId, Option<i64>)>,
}

impl Known {
    /// Whether a pair with somebody was made since then, and has gone again.
    pub fn was_made_since(&self, other: MemberId, since: Timestamp) -> bool {
        let with = |past: &Past| past.contact == Some(other.as_i64());
        self.past
            .iter()
            .any(|past| with(past) && past.made_at.is_some_and(|at| at >= since.0))
    }

    /// Reads it. `device` is the phone that the member's texts go to.
    pub fn read(
        conn: &mut Conn,
        community: CommunityId,
        member: MemberId,
        device: Option<&DeviceRow>,
    ) -> Result<Self> {
        let used = assignments::of_member(conn, community, member)?
            .iter()
            .map(|a| a.number)
            .collect();
        let released = releases::of_member(conn, community, member)?;
        let mut known = Self {
            region: device.and_then(|d| d.region.as_deref()).and_then(Region::parse),
            used,
            past: released
                .iter()
                .map(|r| Past {
                    number: NumberId::from_i64(r.number_id),
                    contact: Some(r.contact_id),
                    released_at: r.released_at,
                    made_at: r.made_at,
                    cool_until: r.cool_until,
                    kept_until: r.memory_until,
                    remembered: r.memory_until > 0,
                })
                .collect(),
            stops: Vec::new(),
        };
        for phone in devices::of_member(conn, community, member)? {
            let holds = phone_holds::of_phone(conn, community, phone.e164()?)?;
            known.past.extend(holds.iter().map(|h| Past {
                number: NumberId::from_i64(h.number_id),
                contact: h.contact_id,
                released_at: h.released_at,
                made_at: None,
                cool_until: h.cool_until,
                // A phone's own memory keeps nothing: it may be anybody's next.
                kept_until: 0,
                remembered: true,
            }));
            let outs = opt_outs::of_phone(conn, community, phone.e164()?)?;
            let outs = outs.iter().filter(|o| o.number_id != opt_outs::ALL_NUMBERS);
            let stop = |o: &opt_outs::OptOutRow| (NumberId::from_i64(o.number_id), o.contact_id);
            known.stops.extend(outs.map(stop));
        }
        Ok(known)
    }

    /// The side that the choice sees when this contact is to be added, and the numbers that the member's phones have
    /// stopped, as whomever. Without a contact it is somebody with whom the member has no past.
    pub fn side(
        &self,
        member: MemberId,
        contact: Option<MemberId>,
        now: Timestamp,
    ) -> (Side, HashSet<NumberId>) {
        let is_them = |whom: Option<i64>| contact.is_some_and(|c| whom == Some(c.as_i64()));
        let others = || self.past.iter().filter(|p| !is_them(p.contact));
        let side = Side {
            member,
            region: self.region,
            used: self.used.clone(),
            cooling: others()
                .filter(|p| p.cool_until > now.0)
                .map(|p| p.number)
                .collect(),
            kept: others()
                .filter(|p| p.kept_until > now.0 && p.cool_until <= now.0)
                .map(|p| p.number)
                .collect(),
            stopped: self
                .stops
                .iter()
                .filter(|(_, whom)| !is_them(*whom))
                .map(|(number, _)| *number)
                .collect(),
            remembered: self
                .past
                .iter()
                .filter(|p| is_them(p.contact) && p.remembered)
                .max_by_key(|p| p.released_at)
                .map(|p| p.number),
            remembered_for_others: others().filter(|p| p.remembered).map(|p| p.number).collect(),
        };
        (side, self.stops.iter().map(|(number, _)| *number).collect())
    }

    /// When each number that cools down or is kept does so no more.
    pub fn free_at(&self, now: Timestamp) -> HashMap<NumberId, Timestamp> {
        let mut ends: HashMap<NumberId, Timestamp> = HashMap::new();
        for past in self.past.iter().filter(|p| p.is_held(now)) {
            let end = ends.entry(past.number).or_default();
            *end = (*end).max(Timestamp(past.cool_until.max(past.kept_until)));
        }
        ends
    }
}
