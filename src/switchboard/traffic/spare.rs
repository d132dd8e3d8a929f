//! How many texts of the broker's own may be put before numbers without keeping members' texts from leaving.

use std::collections::HashMap;

use super::facts::Facts;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, NumberId};
use crate::domain::traffic::spare;
use crate::store::numbers::NumberRow;
use crate::store::traffic::{CAMPAIGN, NUMBER};
use crate::store::{Conn, StoreError, deferred, outbox};

/// A number, a campaign, or what waits for texting hours ([`HOURS`]).
type Holder = (i16, i64);
const HOURS: Holder = (-1, 0);

/// How many notices may still be put before each of some numbers.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    left: HashMap<Holder, i64>,
    campaigns: HashMap<NumberId, i64>,
}

impl Spare {
    /// Looks it up for these numbers.
    pub fn read(
        conn: &mut Conn,
        community: CommunityId,
        numbers: &[NumberRow],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let facts = Facts::load(conn, community, now)?;
        let waiting: HashMap<i64, i64> = outbox::notices(conn, community)?.into_iter().collect();
        let mut spares = Self::default();
        // What may wait for texting hours is what may wait in all, where every number is limited: it leaves at once then.
        let mut in_all = Some(0_i64);
        for number in numbers {
            let notices = waiting.get(&number.id).copied().unwrap_or(0);
            let own = spare(&facts.number(number), notices);
            if let Some(left) = own {
                spares.left.insert((NUMBER, number.id), left);
            }
            let mut least = own;
            if let Some((campaign, used)) = facts.campaign(number) {
                spares
                    .campaigns
                    .insert(NumberId::from_i64(number.id), campaign.id);
                // Its numbers share it: whatever waits counts.
                if let Some(left) = spare(&used, used.waiting) {
                    spares.left.insert((CAMPAIGN, campaign.id), left);
                    least = Some(least.map_or(left, |own| own.min(left)));
                }
            }
            in_all = in_all.zip(least).map(|(sum, left)| sum.saturating_add(left));
        }
        if let Some(most) = in_all {
            let left = most - deferred::notices(conn, community, most)?;
            spares.left.insert(HOURS, left);
        }
        Ok(spares)
    }

    /// Takes a place for one more notice from a number; false where none is left.
    pub fn take(&mut self, number: NumberId) -> bool {
        let campaign = self.campaigns.get(&number).map(|id| (CAMPAIGN, *id));
        let holders = [Some((NUMBER, number.as_i64())), campaign, Some(HOURS)];
        let holders = || holders.iter().flatten();
        if holders().any(|holder| self.left.get(holder).is_some_and(|left| *left <= 0)) {
            return false;
        }
        for holder in holders() {
            if let Some(left) = self.left.get_mut(holder) {
                *left -= 1;
            }
        }
        true
    }
}
