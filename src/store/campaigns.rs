//! Campaigns: what a carrier allows over several numbers together.

use diesel::prelude::*;

use super::schema::{campaigns, numbers};
use super::{Conn, StoreError, each};
use crate::domain::id::{CampaignId, CommunityId, PoolId};

/// A campaign's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaigns, treat_none_as_default_value = false)]
pub struct CampaignRow {
    /// `com_…`
    pub community_id: i64,
    /// `cmp_…`
    pub id: i64,
    /// Unique in its community.
    pub name: String,
    /// `pool_…` of the pool whose numbers it covers besides those that name it.
    pub pool_id: Option<i64>,
    /// Texts a second; 0 means no limit.
    pub rate_per_s: f64,
    /// Texts a day; 0 means no limit.
    pub texts_per_day: i64,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// What may be changed of a campaign.
#[derive(Clone, Debug, Default, PartialEq, AsChangeset)]
#[diesel(table_name = campaigns)]
pub struct CampaignChange {
    /// Another name.
    pub name: Option<String>,
    /// Another pool; `Some(None)` for none.
    pub pool_id: Option<Option<i64>>,
    /// Texts a second.
    pub rate_per_s: Option<f64>,
    /// Texts a day.
    pub texts_per_day: Option<i64>,
}

/// Adds a campaign.
pub fn insert(conn: &mut Conn, row: &CampaignRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(campaigns::table).values(row).execute(c))?;
    Ok(())
}

/// One campaign.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    id: CampaignId,
) -> Result<Option<CampaignRow>, StoreError> {
    Ok(each!(conn, c => campaigns::table
        .find((community.as_i64(), id.as_i64()))
        .select(CampaignRow::as_select())
        .first(c)
        .optional())?)
}

/// The campaign of that name.
pub fn by_name(
    conn: &mut Conn,
    community: CommunityId,
    name: &str,
) -> Result<Option<CampaignRow>, StoreError> {
    Ok(each!(conn, c => campaigns::table
        .filter(campaigns::community_id.eq(community.as_i64()))
        .filter(campaigns::name.eq(name))
        .select(CampaignRow::as_select())
        .first(c)
        .optional())?)
}

/// The campaign that covers a pool.
pub fn by_pool(
    conn: &mut Conn,
    community: CommunityId,
    pool: PoolId,
) -> Result<Option<CampaignRow>, StoreError> {
    Ok(each!(conn, c => campaigns::table
        .filter(campaigns::community_id.eq(community.as_i64()))
        .filter(campaigns::pool_id.eq(pool.as_i64()))
        .select(CampaignRow::as_select())
        .first(c)
        .optional())?)
}

/// Campaigns in the order of their making, after `after`.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    limit: i64,
) -> Result<Vec<CampaignRow>, StoreError> {
    Ok(each!(conn, c => campaigns::table
        .filter(campaigns::community_id.eq(community.as_i64()))
        .filter(campaigns::id.gt(after))
        .order(campaigns::id)
        .limit(limit)
        .select(CampaignRow::as_select())
        .load(c))?)
}

/// All campaigns of a community.
pub fn of_community(conn: &mut Conn, community: CommunityId) -> Result<Vec<CampaignRow>, StoreError> {
    list(conn, community, 0, i64::MAX)
}

/// All campaigns there are.
pub fn all(conn: &mut Conn) -> Result<Vec<CampaignRow>, StoreError> {
    Ok(each!(conn, c => campaigns::table.select(CampaignRow::as_select()).load(c))?)
}

/// Changes a campaign.
pub fn update(
    conn: &mut Conn,
    community: CommunityId,
    id: CampaignId,
    change: &CampaignChange,
) -> Result<(), StoreError> {
    if *change != CampaignChange::default() {
        each!(conn, c => diesel::update(campaigns::table.find((community.as_i64(), id.as_i64())))
            .set(change)
            .execute(c))?;
    }
    Ok(())
}

/// Removes a campaign; the numbers that named it name none any more.
pub fn delete(conn: &mut Conn, community: CommunityId, id: CampaignId) -> Result<(), StoreError> {
    each!(conn, c => {
        diesel::update(numbers::table
            .filter(numbers::community_id.eq(community.as_i64()))
            .filter(numbers::campaign_id.eq(id.as_i64())))
            .set(numbers::campaign_id.eq(None::<i64>))
            .execute(c)?;
        diesel::delete(campaigns::table.find((community.as_i64(), id.as_i64()))).execute(c)
    })?;
    Ok(())
}
