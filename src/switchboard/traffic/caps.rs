//! The caps that the dispatcher keeps to, by number: as they are now, not as they were when a text was accepted.

use std::collections::HashMap;

use super::facts::Campaigns;
use crate::domain::id::CommunityId;
use crate::domain::policy::AboveDayCap;
use crate::store::numbers::{self, NumberRow};
use crate::store::traffic::{CAMPAIGN, DayKey, NUMBER};
use crate::store::{Conn, campaigns};
use crate::switchboard::communities;
use crate::switchboard::error::Result;

/// What a campaign allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CampaignCap {
    pub id: i64,
    pub rate_per_s: f64,
    texts_per_day: i64,
}

/// What a number may send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NumberCap {
    community: i64,
    texts_per_day: i64,
    pub campaign: Option<CampaignCap>,
    /// Members' texts above the day's cap are refused; else they wait.
    pub refuses: bool,
}

impl NumberCap {
    /// The days' caps that a text of this number counts against, the number's own first.
    pub fn days(&self, number: i64, day: i64) -> Vec<(DayKey, i64)> {
        let campaign = self
            .campaign
            .map(|campaign| ((CAMPAIGN, campaign.id), campaign.texts_per_day));
        std::iter::once(((NUMBER, number), self.texts_per_day))
            .chain(campaign)
            .filter(|(_, cap)| *cap > 0)
            .map(|((kind, holder), cap)| ((self.community, day, kind, holder), cap))
            .collect()
    }

    /// Whether there is any cap of a day.
    pub fn has_day(&self) -> bool {
        self.texts_per_day > 0 || self.campaign.is_some_and(|campaign| campaign.texts_per_day > 0)
    }
}

/// The caps of all numbers that have any.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Caps {
    numbers: HashMap<i64, NumberCap>,
}

impl Caps {
    /// Looks them up.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let rows = campaigns::all(conn)?;
        let mut capped: HashMap<i64, NumberRow> = HashMap::new();
        for row in numbers::capped(conn)? {
            capped.insert(row.id, row);
        }
        let mut by_community: HashMap<i64, Vec<campaigns::CampaignRow>> = HashMap::new();
        for row in rows {
            if let Some(pool) = row.pool_id {
                let community = CommunityId::from_i64(row.community_id);
                for number in numbers::of_pool(conn, community, pool)? {
                    capped.insert(number.id, number);
                }
            }
            by_community.entry(row.community_id).or_default().push(row);
        }
        let by_community: HashMap<i64, Campaigns> = by_community
            .into_iter()
            .map(|(community, rows)| (community, Campaigns::new(rows)))
            .collect();
        let (mut refuses, mut found) = (HashMap::new(), HashMap::with_capacity(capped.len()));
        for row in capped.into_values() {
            let campaign = by_community.get(&row.community_id).and_then(|c| c.of(&row));
            let mut cap = NumberCap {
                community: row.community_id,
                texts_per_day: row.texts_per_day,
                campaign: campaign.map(|campaign| CampaignCap {
                    id: campaign.id,
                    rate_per_s: campaign.rate_per_s,
                    texts_per_day: campaign.texts_per_day,
                }),
                refuses: false,
            };
            if cap.has_day() {
                cap.refuses = match refuses.get(&row.community_id) {
                    Some(known) => *known,
                    None => {
                        let policy =
                            communities::require(conn, CommunityId::from_i64(row.community_id))?.policy;
                        let said = policy.above_day_cap == AboveDayCap::Refuse;
                        refuses.insert(row.community_id, said);
                        said
                    }
                };
            }
            found.insert(row.id, cap);
        }
        Ok(Self { numbers: found })
    }

    /// The days' caps that a text of a number counts against; none of a number without any.
    pub fn days(&self, number: i64, day: i64) -> Vec<(DayKey, i64)> {
        self.of(number)
            .map(|cap| cap.days(number, day))
            .unwrap_or_default()
    }

    /// What a number may send, where that is limited by more than its own rate.
    pub fn of(&self, number: i64) -> Option<&NumberCap> {
        self.numbers.get(&number)
    }
}
