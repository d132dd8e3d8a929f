//! Pools and their numbers.

use super::communities::{self, checked_name};
use super::error::{Result, SwitchboardError};
use super::views::{Pool, PoolNumber};
use super::{
    Context, Expected, Switchboard, campaigns, desk, history, hubs, notices, phone_memory, region, swap,
};
use crate::domain::id::{CampaignId, CommunityId, NumberId, NumberKind, PoolId, PoolKind};
use crate::domain::pool::{Capabilities, NumberState, Region};
use crate::domain::{E164, Timestamp};
use crate::store::numbers::{self as rows, NumberChange, NumberRow};
use crate::store::pools::{self, PoolRow};
use crate::store::{Conn, StoreError, devices, hubs as hub_rows};

/// Texts a second of a long code, unless told otherwise: what carriers allow.
pub const DEFAULT_RATE_PER_S: f64 = 1.0;

/// Most texts a day that a cap may say.
const MOST_PER_DAY: i64 = 100_000_000;

/// What a number may send besides its rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberCaps {
    /// Texts a day (UTC); 0 = no limit.
    pub texts_per_day: i64,
    /// The campaign under whose caps it is, in place of that of its pool.
    pub campaign: Option<CampaignId>,
}

/// A pool number to be.
#[derive(Clone, Debug)]
pub struct NewNumber {
    /// Its pool.
    pub pool: PoolId,
    /// The number.
    pub number: E164,
    /// The carrier by which its texts leave.
    pub carrier: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Its country; found from the number when absent.
    pub region: Option<Region>,
    /// Texts a second; 0 = no limit.
    pub rate_per_s: f64,
    /// What else it may send.
    pub caps: NumberCaps,
}

/// What is to change of a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberEdit {
    /// Another pool.
    pub pool: Option<PoolId>,
    /// Another carrier.
    pub carrier: Option<String>,
    /// Other capabilities.
    pub capabilities: Option<Capabilities>,
    /// Another region.
    pub region: Option<Region>,
    /// Another rate.
    pub rate_per_s: Option<f64>,
    /// Take new pairs, or no more.
    pub state: Option<NumberState>,
    /// Be the community's desk, or no more.
    pub desk: Option<bool>,
    /// Be a hub, or no more.
    pub hub: Option<bool>,
    /// Another cap of the day; 0 = no limit.
    pub texts_per_day: Option<i64>,
    /// Another campaign; `Some(None)` for none of its own.
    pub campaign: Option<Option<CampaignId>>,
}

impl NumberEdit {
    fn is_about_caps(&self) -> bool {
        // The pool may have a campaign.
        self.texts_per_day.is_some() || self.campaign.is_some() || self.pool.is_some()
    }
}

fn pool_view(row: PoolRow) -> Pool {
    Pool {
        id: PoolId::from_i64(row.id),
        name: row.name,
        created_at: Timestamp(row.created_at),
    }
}

pub(crate) fn number_view(conn: &mut Conn, row: NumberRow) -> Result<PoolNumber> {
    let seats = match row.hub {
        true => hub_rows::load(
            conn,
            CommunityId::from_i64(row.community_id),
            NumberId::from_i64(row.id),
        )?,
        false => 0,
    };
    Ok(PoolNumber {
        id: NumberId::from_i64(row.id),
        pool: PoolId::from_i64(row.pool_id),
        number: row.e164()?,
        carrier: row.carrier,
        capabilities: Capabilities::from_bits(row.capabilities),
        region: row.region,
        rate_per_s: row.rate_per_s,
        state: NumberState::from_word(&row.state).ok_or(StoreError::Corrupt("numbers.state"))?,
        desk: row.desk,
        hub: row.hub,
        seats,
        texts_per_day: row.texts_per_day,
        campaign: row.campaign_id.map(CampaignId::from_i64),
        assignments: row.load,
        created_at: Timestamp(row.created_at),
    })
}

pub(super) fn require_pool(conn: &mut Conn, community: CommunityId, id: PoolId) -> Result<PoolRow> {
    pools::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("pool", id))
}

pub(super) fn require_number(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<NumberRow> {
    rows::get(conn, community, id)?
        .filter(|row| row.state != rows::REMOVED)
        .ok_or_else(|| SwitchboardError::not_found("number", id))
}

pub(crate) fn create_pool(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    name: &str,
) -> Result<Pool> {
    communities::require(conn, community)?;
    let name = checked_name(name)?;
    if pools::by_name(conn, community, name)?.is_some() {
        return Err(SwitchboardError::conflict(
            "name_taken",
            format!("this community already has a pool named `{name}`; choose another name"),
        ));
    }
    let row = PoolRow {
        community_id: community.as_i64(),
        id: ctx.id::<PoolKind>().as_i64(),
        name: name.to_owned(),
        created_at: ctx.now.0,
    };
    pools::insert(conn, &row)?;
    Ok(pool_view(row))
}

pub(super) fn checked_rate(rate: f64) -> Result<f64> {
    match (0.0..=10_000.0).contains(&rate) {
        true => Ok(rate),
        false => Err(SwitchboardError::invalid(
            "rate_per_s",
            format!("`rate_per_s` is {rate}; allowed are 0 (no limit) to 10000 texts a second"),
        )),
    }
}

pub(super) fn checked_per_day(texts: i64) -> Result<i64> {
    match (0..=MOST_PER_DAY).contains(&texts) {
        true => Ok(texts),
        false => Err(SwitchboardError::invalid(
            "texts_per_day",
            format!("`texts_per_day` is {texts}; allowed are 0 (no limit) to {MOST_PER_DAY} texts a day"),
        )),
    }
}

fn checked_capabilities(set: Capabilities) -> Result<i16> {
    match set.bits() {
        0 => Err(SwitchboardError::invalid(
            "capabilities",
            "a number needs at least one capability of `sms`, `mms`, `voice`",
        )),
        bits => Ok(bits),
    }
}

/// Adds a number; one that was here before comes back under its old id, with all that is remembered of it.
/// `carriers` are the names of the carriers that are configured.
/// What is told of a number that somebody has elsewhere.
fn in_use(number: E164) -> SwitchboardError {
    let sentence = format!("{number} is in use already; a pool number must belong to nobody");
    SwitchboardError::conflict("number_taken", sentence)
}

pub(crate) fn create_number(
    conn: &mut Conn,
    ctx: &Context,
    carriers: &[String],
    community: CommunityId,
    new: &NewNumber,
) -> Result<PoolNumber> {
    require_pool(conn, community, new.pool)?;
    check_carrier(carriers, &new.carrier)?;
    if let Some(campaign) = new.caps.campaign {
        campaigns::require(conn, community, campaign)?;
    }
    rows::hold(conn, new.number)?;
    let last = rows::last(conn, new.number)?;
    if let Some(row) = last.as_ref().filter(|row| row.state != rows::REMOVED) {
        // Of others no more than below: whose it is, is not for whoever opens this community alone.
        if row.community_id == community.as_i64() {
            return Err(SwitchboardError::conflict(
                "number_taken",
                format!("{} is already a pool number of this community", new.number),
            ));
        }
        return Err(in_use(new.number));
    }
    if devices::is_any_phone(conn, new.number)? {
        return Err(in_use(new.number));
    }
    let before = rows::of_community(conn, community, new.number)?;
    let row = NumberRow {
        community_id: community.as_i64(),
        id: before
            .as_ref()
            .map_or_else(|| ctx.id::<NumberKind>().as_i64(), |row| row.id),
        pool_id: new.pool.as_i64(),
        e164: new.number.as_i64(),
        carrier: new.carrier.clone(),
        capabilities: checked_capabilities(new.capabilities)?,
        region: new
            .region
            .or_else(|| region::of(new.number))
            .map(|r| r.to_string()),
        rate_per_s: checked_rate(new.rate_per_s)?,
        state: NumberState::Active.word().to_owned(),
        load: 0,
        created_at: before.as_ref().map_or(ctx.now.0, |row| row.created_at),
        desk: false,
        texts_per_day: checked_per_day(new.caps.texts_per_day)?,
        campaign_id: new.caps.campaign.map(CampaignId::as_i64),
        hub: false,
        hub_id: None,
        tag: 0,
    };
    match before {
        Some(_) => rows::revive(conn, &row)?,
        None => rows::insert(conn, &row)?,
    }
    history::note_number(conn, ctx, community, NumberId::from_i64(row.id), (true, false))?;
    if let Some(last) = last.filter(|last| last.community_id != row.community_id) {
        let id = |row: &NumberRow| {
            (
                CommunityId::from_i64(row.community_id),
                NumberId::from_i64(row.id),
            )
        };
        phone_memory::inherit(conn, id(&last), id(&row))?;
    }
    number_view(conn, row)
}

fn check_carrier(carriers: &[String], carrier: &str) -> Result<()> {
    match carriers.iter().any(|c| c == carrier) {
        true => Ok(()),
        false => Err(SwitchboardError::invalid(
            "carrier",
            format!(
                "no carrier named `{carrier}` is configured; there are: {}",
                carriers.join(", ")
            ),
        )),
    }
}

/// Changes a number. What waits to leave from it leaves by its new carrier: the caller has the outbox doubted.
pub(crate) fn edit_number(
    conn: &mut Conn,
    ctx: &Context,
    carriers: &[String],
    community: CommunityId,
    id: NumberId,
    edit: &NumberEdit,
) -> Result<PoolNumber> {
    let before = require_number(conn, community, id)?;
    if let Some(pool) = edit.pool {
        require_pool(conn, community, pool)?;
    }
    if let Some(carrier) = &edit.carrier {
        check_carrier(carriers, carrier)?;
    }
    if let Some(Some(campaign)) = edit.campaign {
        campaigns::require(conn, community, campaign)?;
    }
    if edit.state == Some(NumberState::Active) || edit.desk == Some(true) {
        swap::check_staying(conn, community, id)?;
    }
    let change = NumberChange {
        pool_id: edit.pool.map(PoolId::as_i64),
        carrier: edit.carrier.clone(),
        capabilities: edit.capabilities.map(checked_capabilities).transpose()?,
        region: edit.region.map(|r| Some(r.to_string())),
        rate_per_s: edit.rate_per_s.map(checked_rate).transpose()?,
        state: edit.state.map(|s| s.word().to_owned()),
        desk: None,
        texts_per_day: edit.texts_per_day.map(checked_per_day).transpose()?,
        campaign_id: edit.campaign.map(|campaign| campaign.map(CampaignId::as_i64)),
        hub: None,
    };
    rows::update(conn, community, id, &change)?;
    if before.hub {
        hub_rows::follow(conn, community, id, &change)?;
    }
    if let Some(carrier) = edit.carrier.as_deref().filter(|new| *new != before.carrier) {
        notices::change_carrier(conn, ctx, community, id, carrier)?;
    }
    match edit.desk {
        Some(true) if !before.desk => desk::set_aside(conn, ctx, community, &before)?,
        Some(false) if before.desk => {
            desk::leave(conn, ctx, community, &before)?;
            history::note_number(conn, ctx, community, id, (true, false))?;
        }
        _ => {}
    }
    let now = require_number(conn, community, id)?;
    match edit.hub {
        Some(true) if !now.hub => hubs::set_aside(conn, community, &now)?,
        Some(false) if now.hub => hubs::leave(conn, ctx, community, &now)?,
        _ => {}
    }
    let now = require_number(conn, community, id)?;
    number_view(conn, now)
}

pub(crate) fn remove_number(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    id: NumberId,
) -> Result<()> {
    let row = require_number(conn, community, id)?;
    swap::check_removal(conn, ctx, community, id)?;
    hubs::leave(conn, ctx, community, &row)?;
    if !rows::remove_unused(conn, community, id)? {
        return Err(SwitchboardError::conflict(
            "number_in_use",
            format!(
                "{id} stands in {} assignments; set its state to `draining`, release those, then remove it",
                row.load
            ),
        ));
    }
    desk::leave(conn, ctx, community, &row)?;
    history::note_number(conn, ctx, community, id, (false, false))
}

/// Holds the number, so that it is still as it was expected when it is changed.
fn check_number(conn: &mut Conn, community: CommunityId, id: NumberId, expected: &Expected) -> Result<()> {
    let row = require_number(conn, community, id)?;
    rows::hold(conn, row.e164()?)?;
    let now = require_number(conn, community, id)?;
    expected.check(&number_view(conn, now)?)
}

impl Switchboard {
    /// Makes a pool.
    pub async fn create_pool(&self, community: CommunityId, name: String) -> Result<Pool> {
        self.write(move |conn, ctx| create_pool(conn, ctx, community, &name))
            .await
    }

    /// One pool.
    pub async fn pool(&self, community: CommunityId, id: PoolId) -> Result<Pool> {
        self.read(move |conn| require_pool(conn, community, id).map(pool_view))
            .await
    }

    /// Pools in the order of their making, after `after`.
    pub async fn pools(
        &self,
        community: CommunityId,
        after: Option<PoolId>,
        limit: i64,
    ) -> Result<Vec<Pool>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let rows = pools::list(conn, community, after.map_or(0, PoolId::as_i64), limit)?;
            Ok(rows.into_iter().map(pool_view).collect())
        })
        .await
    }

    /// Adds a number to a pool.
    pub async fn add_number(&self, community: CommunityId, new: NewNumber) -> Result<PoolNumber> {
        let carriers = self.carriers();
        let added = self
            .write(move |conn, ctx| create_number(conn, ctx, &carriers, community, &new))
            .await;
        self.caps_changed();
        added
    }

    /// Adds a number to a pool, as a hub.
    pub async fn add_hub(&self, community: CommunityId, new: NewNumber) -> Result<PoolNumber> {
        let carriers = self.carriers();
        let added = self
            .write(move |conn, ctx| {
                let made = create_number(conn, ctx, &carriers, community, &new)?;
                let edit = NumberEdit {
                    hub: Some(true),
                    ..NumberEdit::default()
                };
                edit_number(conn, ctx, &carriers, community, made.id, &edit)
            })
            .await;
        self.caps_changed();
        added
    }

    /// One number.
    pub async fn number(&self, community: CommunityId, id: NumberId) -> Result<PoolNumber> {
        self.read(move |conn| {
            let row = require_number(conn, community, id)?;
            number_view(conn, row)
        })
        .await
    }

    /// The number with those digits, if it is in service here.
    pub async fn find_number(&self, community: CommunityId, number: E164) -> Result<Option<PoolNumber>> {
        self.read(move |conn| {
            let row = rows::of_community(conn, community, number)?;
            let row = row.filter(|row| row.state != rows::REMOVED);
            row.map(|row| number_view(conn, row)).transpose()
        })
        .await
    }

    /// Numbers in the order of their making, after `after`.
    pub async fn numbers(
        &self,
        community: CommunityId,
        after: Option<NumberId>,
        limit: i64,
    ) -> Result<Vec<PoolNumber>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let rows = rows::list(conn, community, after.map_or(0, NumberId::as_i64), limit)?;
            rows.into_iter().map(|row| number_view(conn, row)).collect()
        })
        .await
    }

    /// Changes a number.
    pub async fn edit_number(
        &self,
        community: CommunityId,
        id: NumberId,
        edit: NumberEdit,
    ) -> Result<PoolNumber> {
        self.edit_number_if(community, id, edit, Expected::any()).await
    }

    /// Likewise, where the number is as it was expected.
    pub async fn edit_number_if(
        &self,
        community: CommunityId,
        id: NumberId,
        edit: NumberEdit,
        expected: Expected,
    ) -> Result<PoolNumber> {
        let (carriers, moves) = (self.carriers(), edit.carrier.is_some());
        let recaps = edit.is_about_caps();
        let edited = self
            .write(move |conn, ctx| {
                check_number(conn, community, id, &expected)?;
                edit_number(conn, ctx, &carriers, community, id, &edit)
            })
            .await;
        if recaps {
            self.caps_changed();
        }
        if moves {
            self.doubt_outbox();
        }
        edited
    }

    /// Removes a number that stands in no assignment.
    pub async fn remove_number(&self, community: CommunityId, id: NumberId) -> Result<()> {
        self.remove_number_if(community, id, Expected::any()).await
    }

    /// Likewise, where the number is as it was expected.
    pub async fn remove_number_if(
        &self,
        community: CommunityId,
        id: NumberId,
        expected: Expected,
    ) -> Result<()> {
        self.write(move |conn, ctx| {
            check_number(conn, community, id, &expected)?;
            remove_number(conn, ctx, community, id)
        })
        .await
    }
}
