//! Numbers by the list: all of them or none, each refusal by its line.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::E164;
use crate::domain::id::{CampaignId, CommunityId, PoolId};
use crate::domain::pool::{Capabilities, Region};
use crate::store::{campaigns, numbers};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::pools::{DEFAULT_RATE_PER_S, NewNumber, NumberCaps};
use crate::switchboard::{Switchboard, pools};

/// A row to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// Its line in the list.
    pub line: u64,
    /// The number.
    pub number: E164,
    /// The carrier by which its texts leave.
    pub carrier: String,
    /// What it can do; texts and calls if absent.
    pub capabilities: Option<Capabilities>,
    /// Its country; found from the number if absent.
    pub region: Option<Region>,
    /// Texts a second.
    pub rate_per_s: Option<f64>,
    /// Texts a day; no limit if absent.
    pub texts_per_day: Option<i64>,
    /// The name of the campaign under whose caps it is.
    pub campaign: Option<String>,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// Its line in the list.
    pub line: u64,
    /// Why.
    pub sentence: String,
}

impl Switchboard {
    /// Adds all rows in one transaction. If any is refused, nothing is added and every refusal is told.
    /// `done` counts the rows that were looked at, for whoever shows progress.
    pub async fn import_numbers(
        &self,
        community: CommunityId,
        pool: PoolId,
        rows: Vec<ImportRow>,
        done: Arc<AtomicU64>,
    ) -> Result<std::result::Result<usize, Vec<RowProblem>>> {
        let (carriers, rows) = (self.carriers(), Arc::new(rows));
        let refused = Arc::new(std::sync::Mutex::new(Vec::new()));
        let told = refused.clone();
        let result = self
            .write(move |conn, ctx| {
                let mut problems = Vec::new();
                done.store(0, Ordering::Relaxed);
                numbers::hold_all(conn, rows.iter().map(|row| row.number))?;
                for row in rows.iter() {
                    let campaign = match &row.campaign {
                        Some(name) => campaigns::by_name(conn, community, name)?,
                        None => None,
                    };
                    if let (Some(name), None) = (&row.campaign, &campaign) {
                        problems.push(RowProblem {
                            line: row.line,
                            sentence: format!("campaign is `{name}`; the community has none of that name"),
                        });
                        continue;
                    }
                    let new = NewNumber {
                        pool,
                        number: row.number,
                        carrier: row.carrier.clone(),
                        capabilities: row.capabilities.unwrap_or_else(Capabilities::usual),
                        region: row.region,
                        rate_per_s: row.rate_per_s.unwrap_or(DEFAULT_RATE_PER_S),
                        caps: NumberCaps {
                            texts_per_day: row.texts_per_day.unwrap_or(0),
                            campaign: campaign.map(|row| CampaignId::from_i64(row.id)),
                        },
                    };
                    match pools::create_number(conn, ctx, &carriers, community, &new) {
                        Ok(_) => {}
                        Err(error @ SwitchboardError::Store(_)) => return Err(error),
                        Err(error) => problems.push(RowProblem {
                            line: row.line,
                            sentence: error.to_string(),
                        }),
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
                if problems.is_empty() {
                    return Ok(rows.len());
                }
                *refused.lock().unwrap_or_else(|p| p.into_inner()) = problems;
                // An error is what rolls the transaction back.
                Err(SwitchboardError::conflict("rows_refused", "rows were refused"))
            })
            .await;
        self.caps_changed();
        let problems = std::mem::take(&mut *told.lock().unwrap_or_else(|p| p.into_inner()));
        match result {
            Err(SwitchboardError::Conflict { .. }) if !problems.is_empty() => Ok(Err(problems)),
            other => other.map(Ok),
        }
    }
}
