//! All that the room of a community's numbers depends on, looked up at once.

use std::collections::HashMap;

use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, NumberId};
use crate::domain::traffic::{Room, Tight, Use, day_of, room};
use crate::store::campaigns::{self, CampaignRow};
use crate::store::numbers::{self, NumberRow};
use crate::store::traffic::{self, CAMPAIGN, DayRow, NUMBER, Queue};
use crate::store::{Conn, StoreError};

/// What waits for a number: how many texts, the oldest message.
pub(super) type Waiting = (i64, Option<i64>);

/// The campaigns of a community, and which number is whose.
#[derive(Default)]
pub(crate) struct Campaigns {
    rows: HashMap<i64, CampaignRow>,
    by_pool: HashMap<i64, i64>,
}

impl Campaigns {
    pub fn new(rows: Vec<CampaignRow>) -> Self {
        Self {
            by_pool: rows
                .iter()
                .filter_map(|row| Some((row.pool_id?, row.id)))
                .collect(),
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
        }
    }

    /// The campaign of a number: the one that it names, else the one of its pool.
    pub fn of(&self, number: &NumberRow) -> Option<&CampaignRow> {
        let id = number
            .campaign_id
            .or_else(|| self.by_pool.get(&number.pool_id).copied())?;
        self.rows.get(&id)
    }
}

pub(super) struct Facts {
    now: Timestamp,
    campaigns: Campaigns,
    days: HashMap<(i16, i64), DayRow>,
    waiting: HashMap<i64, Waiting>,
    /// What waits for each campaign.
    of_campaigns: HashMap<i64, i64>,
}

impl Facts {
    pub fn load(conn: &mut Conn, community: CommunityId, now: Timestamp) -> Result<Self, StoreError> {
        let campaigns = Campaigns::new(campaigns::of_community(conn, community)?);
        let days = traffic::of_day(conn, community, day_of(now))?;
        let queues = traffic::queues(conn, community)?;
        let mut facts = Self::new(now, campaigns, days, &queues);
        if !facts.campaigns.rows.is_empty() {
            for (number, ..) in &queues {
                if let Some(row) = numbers::get(conn, community, NumberId::from_i64(*number))? {
                    facts.count_queue(&row);
                }
            }
        }
        Ok(facts)
    }

    /// Those of all communities, with all their numbers.
    pub fn load_all(conn: &mut Conn, now: Timestamp) -> Result<(Self, Vec<NumberRow>), StoreError> {
        let campaigns = Campaigns::new(campaigns::all(conn)?);
        let days = traffic::all_of_day(conn, day_of(now))?;
        let mut facts = Self::new(now, campaigns, days, &traffic::all_queues(conn)?);
        let rows = numbers::all(conn)?;
        rows.iter().for_each(|row| facts.count_queue(row));
        Ok((facts, rows))
    }

    fn new(now: Timestamp, campaigns: Campaigns, days: Vec<DayRow>, queues: &[Queue]) -> Self {
        Self {
            now,
            campaigns,
            days: days
                .into_iter()
                .map(|row| ((row.kind, row.holder_id), row))
                .collect(),
            waiting: queues
                .iter()
                .map(|(number, texts, oldest)| (*number, (*texts, *oldest)))
                .collect(),
            of_campaigns: HashMap::new(),
        }
    }

    /// What waits for a number waits for its campaign.
    fn count_queue(&mut self, number: &NumberRow) {
        if let Some(campaign) = self.campaigns.of(number).map(|campaign| campaign.id) {
            *self.of_campaigns.entry(campaign).or_insert(0) += self.waiting(number.id).0;
        }
    }

    /// The campaign of a number, and what it may send and has sent.
    pub fn campaign(&self, number: &NumberRow) -> Option<(&CampaignRow, Use)> {
        let campaign = self.campaigns.of(number)?;
        let limits = (campaign.rate_per_s, campaign.texts_per_day);
        let waiting = self.of_campaigns.get(&campaign.id).copied().unwrap_or(0);
        Some((campaign, self.usage((CAMPAIGN, campaign.id), limits, waiting)))
    }

    /// What a number may send under its own caps, and has sent.
    pub fn number(&self, number: &NumberRow) -> Use {
        let limits = (number.rate_per_s, number.texts_per_day);
        self.usage((NUMBER, number.id), limits, self.waiting(number.id).0)
    }

    pub fn waiting(&self, number: i64) -> Waiting {
        self.waiting.get(&number).copied().unwrap_or((0, None))
    }

    pub fn room(&self, number: &NumberRow) -> (Room, Option<Tight>) {
        let campaign = self.campaign(number).map(|(_, of)| of);
        room(&self.number(number), campaign.as_ref())
    }

    fn usage(&self, holder: (i16, i64), (rate_per_s, texts_per_day): (f64, i64), waiting: i64) -> Use {
        let day = self.days.get(&holder);
        Use {
            rate_per_s,
            texts_per_day,
            sent_today: day.map_or(0, |row| row.texts),
            recent_per_s: day.map_or(0.0, |row| row.latest().per_s(self.now)),
            waiting,
        }
    }
}
