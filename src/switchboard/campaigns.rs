//! Campaigns: what a carrier allows over several numbers together.

use serde::Serialize;
use utoipa::ToSchema;

use super::communities::{self, checked_name};
use super::error::{Result, SwitchboardError};
use super::pools::{checked_per_day, checked_rate, require_pool};
use super::{Context, Expected, Switchboard};
use crate::domain::Timestamp;
use crate::domain::id::{CampaignId, CampaignKind, CommunityId, PoolId};
use crate::store::Conn;
use crate::store::campaigns::{self as rows, CampaignChange, CampaignRow};

/// What a carrier allows over several numbers together. It covers the numbers that name it and, with a pool, those of
/// that pool that name none.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Campaign {
    /// The id.
    pub id: CampaignId,
    /// Unique in its community.
    #[schema(example = "CABC123")]
    pub name: String,
    /// The pool whose numbers it covers besides those that name it.
    #[schema(example = json!(null))]
    pub pool: Option<PoolId>,
    /// Texts a second over all its numbers; 0 = no limit.
    #[schema(minimum = 0, example = 10.0)]
    pub rate_per_s: f64,
    /// Texts a day (UTC) over all its numbers; 0 = no limit.
    #[schema(minimum = 0, example = 2000)]
    pub texts_per_day: i64,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A campaign to be.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCampaign {
    /// Unique in its community.
    pub name: String,
    /// The pool whose numbers it covers.
    pub pool: Option<PoolId>,
    /// Texts a second; 0 = no limit.
    pub rate_per_s: f64,
    /// Texts a day; 0 = no limit.
    pub texts_per_day: i64,
}

/// What is to change of a campaign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CampaignEdit {
    /// Another name.
    pub name: Option<String>,
    /// Another pool; `Some(None)` for none.
    pub pool: Option<Option<PoolId>>,
    /// Another rate.
    pub rate_per_s: Option<f64>,
    /// Another cap of the day.
    pub texts_per_day: Option<i64>,
}

fn view(row: CampaignRow) -> Campaign {
    Campaign {
        id: CampaignId::from_i64(row.id),
        name: row.name,
        pool: row.pool_id.map(PoolId::from_i64),
        rate_per_s: row.rate_per_s,
        texts_per_day: row.texts_per_day,
        created_at: Timestamp(row.created_at),
    }
}

pub(crate) fn require(conn: &mut Conn, community: CommunityId, id: CampaignId) -> Result<CampaignRow> {
    rows::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("campaign", id))
}

/// A name that no other campaign of the community has.
fn free_name<'a>(
    conn: &mut Conn,
    community: CommunityId,
    name: &'a str,
    own: Option<CampaignId>,
) -> Result<&'a str> {
    let name = checked_name(name)?;
    let taken = rows::by_name(conn, community, name)?;
    match taken.filter(|row| own.map(CampaignId::as_i64) != Some(row.id)) {
        None => Ok(name),
        Some(_) => Err(SwitchboardError::conflict(
            "name_taken",
            format!("this community already has a campaign named `{name}`; choose another name"),
        )),
    }
}

/// A pool that no other campaign covers.
fn free_pool(conn: &mut Conn, community: CommunityId, pool: PoolId, own: Option<CampaignId>) -> Result<()> {
    require_pool(conn, community, pool)?;
    let taken = rows::by_pool(conn, community, pool)?;
    match taken.filter(|row| own.map(CampaignId::as_i64) != Some(row.id)) {
        None => Ok(()),
        Some(row) => Err(SwitchboardError::conflict(
            "pool_has_campaign",
            format!(
                "the campaign `{}` covers {pool} already; its numbers can name another one each",
                row.name
            ),
        )),
    }
}

pub(crate) fn create(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    new: &NewCampaign,
) -> Result<Campaign> {
    communities::require(conn, community)?;
    let name = free_name(conn, community, &new.name, None)?;
    if let Some(pool) = new.pool {
        free_pool(conn, community, pool, None)?;
    }
    let row = CampaignRow {
        community_id: community.as_i64(),
        id: ctx.id::<CampaignKind>().as_i64(),
        name: name.to_owned(),
        pool_id: new.pool.map(PoolId::as_i64),
        rate_per_s: checked_rate(new.rate_per_s)?,
        texts_per_day: checked_per_day(new.texts_per_day)?,
        created_at: ctx.now.0,
    };
    rows::insert(conn, &row)?;
    Ok(view(row))
}

pub(crate) fn edit(
    conn: &mut Conn,
    community: CommunityId,
    id: CampaignId,
    edit: &CampaignEdit,
) -> Result<Campaign> {
    require(conn, community, id)?;
    let name = match &edit.name {
        Some(name) => Some(free_name(conn, community, name, Some(id))?.to_owned()),
        None => None,
    };
    if let Some(Some(pool)) = edit.pool {
        free_pool(conn, community, pool, Some(id))?;
    }
    let change = CampaignChange {
        name,
        pool_id: edit.pool.map(|pool| pool.map(PoolId::as_i64)),
        rate_per_s: edit.rate_per_s.map(checked_rate).transpose()?,
        texts_per_day: edit.texts_per_day.map(checked_per_day).transpose()?,
    };
    rows::update(conn, community, id, &change)?;
    require(conn, community, id).map(view)
}

/// Holds the community, so that the campaign is still as it was expected when it is changed.
fn check(conn: &mut Conn, community: CommunityId, id: CampaignId, expected: &Expected) -> Result<()> {
    crate::store::communities::lock(conn, community)?;
    expected.check(&require(conn, community, id).map(view)?)
}

impl Switchboard {
    /// Adds a campaign.
    pub async fn create_campaign(&self, community: CommunityId, new: NewCampaign) -> Result<Campaign> {
        let made = self
            .write(move |conn, ctx| create(conn, ctx, community, &new))
            .await;
        self.caps_changed();
        made
    }

    /// One campaign.
    pub async fn campaign(&self, community: CommunityId, id: CampaignId) -> Result<Campaign> {
        self.read(move |conn| require(conn, community, id).map(view))
            .await
    }

    /// Campaigns in the order of their making, after `after`.
    pub async fn campaigns(
        &self,
        community: CommunityId,
        after: Option<CampaignId>,
        limit: i64,
    ) -> Result<Vec<Campaign>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let found = rows::list(conn, community, after.map_or(0, CampaignId::as_i64), limit)?;
            Ok(found.into_iter().map(view).collect())
        })
        .await
    }

    /// Changes a campaign, where it is as it was expected.
    pub async fn edit_campaign(
        &self,
        community: CommunityId,
        id: CampaignId,
        wanted: CampaignEdit,
        expected: Expected,
    ) -> Result<Campaign> {
        let edited = self
            .write(move |conn, _| {
                check(conn, community, id, &expected)?;
                edit(conn, community, id, &wanted)
            })
            .await;
        self.caps_changed();
        edited
    }

    /// Removes a campaign, where it is as it was expected; the numbers that named it name none any more.
    pub async fn remove_campaign(
        &self,
        community: CommunityId,
        id: CampaignId,
        expected: Expected,
    ) -> Result<()> {
        let removed = self
            .write(move |conn, _| {
                check(conn, community, id, &expected)?;
                Ok(rows::delete(conn, community, id)?)
            })
            .await;
        self.caps_changed();
        removed
    }
}
