//! Pool numbers, and the directory that tells whose an arriving number is.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::communities::CommunityRow;
use super::schema::{communities, number_directory, numbers};
use super::{Conn, StoreError, each};
use crate::domain::E164;
use crate::domain::id::{CommunityId, NumberId};

/// The first key of the advisory locks on telephone numbers, and how many of those locks there are.
const HOLD_SPACE: i32 = 0x6e75_6d62;
const HOLD_STRIPES: i64 = 64;

/// The state of a number that was removed; nobody outside the store and the exchange sees one.
pub const REMOVED: &str = "removed";

/// A pool number's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = numbers, treat_none_as_default_value = false)]
pub struct NumberRow {
    /// `com_…`
    pub community_id: i64,
    /// `num_…`
    pub id: i64,
    /// `pool_…`
    pub pool_id: i64,
    /// E.164 as an integer.
    pub e164: i64,
    /// The outlet by which its texts leave.
    pub carrier: String,
    /// [`crate::domain::pool::Capabilities`] as bits.
    pub capabilities: i16,
    /// ISO 3166 code.
    pub region: Option<String>,
    /// Texts a second; 0 means no limit.
    pub rate_per_s: f64,
    /// [`crate::domain::pool::NumberState`] by its word, or [`REMOVED`].
    pub state: String,
    /// How many assignments it stands in.
    pub load: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// It is the community's desk, and nobody's contact.
    pub desk: bool,
    /// Texts a day; 0 means no limit.
    pub texts_per_day: i64,
    /// `cmp_…` of the campaign that it names.
    pub campaign_id: Option<i64>,
    /// It is a hub: it stands for somebody by its tags only, each of which is a line.
    pub hub: bool,
    /// Of a line: `num_…` of its hub.
    pub hub_id: Option<i64>,
    /// Of a line: its tag; else 0.
    pub tag: i32,
}

impl NumberRow {
    /// The number that carriers know: its own, or its hub's. What it may send is counted there.
    pub fn physical(&self) -> i64 {
        self.hub_id.unwrap_or(self.id)
    }

    /// The tag of a line.
    pub fn line_tag(&self) -> Option<u16> {
        self.hub_id.and_then(|_| u16::try_from(self.tag).ok())
    }

    /// The number itself.
    pub fn e164(&self) -> Result<E164, StoreError> {
        E164::from_i64(self.e164).ok_or(StoreError::Corrupt("numbers.e164"))
    }
}

/// Adds a number, and enters it in the directory, in the place of a community that has removed it.
pub fn insert(conn: &mut Conn, row: &NumberRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(numbers::table).values(row).execute(c))?;
    enter(conn, row)
}

/// Puts a removed number back into service under its old id: whatever is remembered of it is right again.
pub fn revive(conn: &mut Conn, row: &NumberRow) -> Result<(), StoreError> {
    let change = NumberChange {
        pool_id: Some(row.pool_id),
        carrier: Some(row.carrier.clone()),
        capabilities: Some(row.capabilities),
        region: Some(row.region.clone()),
        rate_per_s: Some(row.rate_per_s),
        state: Some(row.state.clone()),
        desk: Some(row.desk),
        texts_per_day: Some(row.texts_per_day),
        campaign_id: Some(row.campaign_id),
        hub: Some(row.hub),
    };
    let id = NumberId::from_i64(row.id);
    update(conn, CommunityId::from_i64(row.community_id), id, &change)?;
    enter(conn, row)
}

fn enter(conn: &mut Conn, row: &NumberRow) -> Result<(), StoreError> {
    let place = (
        number_directory::community_id.eq(row.community_id),
        number_directory::number_id.eq(row.id),
    );
    each!(conn, c => diesel::insert_into(number_directory::table)
        .values((number_directory::e164.eq(row.e164), place))
        .on_conflict(number_directory::e164)
        .do_update()
        .set(place)
        .execute(c))?;
    Ok(())
}

/// A number, wherever it is in service.
pub fn find(conn: &mut Conn, number: E164) -> Result<Option<NumberRow>, StoreError> {
    Ok(last(conn, number)?.filter(|row| row.state != REMOVED))
}

/// Like [`find`], with the community that has it.
pub fn find_with_community(
    conn: &mut Conn,
    number: E164,
) -> Result<Option<(NumberRow, CommunityRow)>, StoreError> {
    let here = numbers::community_id
        .eq(number_directory::community_id)
        .and(numbers::id.eq(number_directory::number_id));
    let found: Option<(NumberRow, CommunityRow)> = each!(conn, c => number_directory::table
        .inner_join(numbers::table.on(here))
        .inner_join(communities::table.on(communities::id.eq(number_directory::community_id)))
        .filter(number_directory::e164.eq(number.as_i64()))
        .select((NumberRow::as_select(), CommunityRow::as_select()))
        .first(c)
        .optional())?;
    Ok(found.filter(|(row, _)| row.state != REMOVED))
}

/// A number where it is in service or, if nowhere, where it last was.
pub fn last(conn: &mut Conn, number: E164) -> Result<Option<NumberRow>, StoreError> {
    let here = numbers::community_id
        .eq(number_directory::community_id)
        .and(numbers::id.eq(number_directory::number_id));
    Ok(each!(conn, c => number_directory::table
        .inner_join(numbers::table.on(here))
        .filter(number_directory::e164.eq(number.as_i64()))
        .select(NumberRow::as_select())
        .first(c)
        .optional())?)
}

/// Which of these telephone numbers are pool numbers in service, wherever.
pub fn in_service(conn: &mut Conn, asked: &[i64]) -> Result<Vec<i64>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let here = numbers::community_id
        .eq(number_directory::community_id)
        .and(numbers::id.eq(number_directory::number_id));
    Ok(each!(conn, c => number_directory::table
        .inner_join(numbers::table.on(here))
        .filter(number_directory::e164.eq_any(asked))
        .filter(numbers::state.ne(REMOVED))
        .select(number_directory::e164)
        .load(c))?)
}

/// The row of a number in one community, in service or removed.
pub fn of_community(
    conn: &mut Conn,
    community: CommunityId,
    number: E164,
) -> Result<Option<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::e164.eq(number.as_i64()))
        .filter(numbers::tag.eq(0))
        .select(NumberRow::as_select())
        .first(c)
        .optional())?)
}

/// One number, in service or removed.
pub fn get(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<Option<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .find((community.as_i64(), id.as_i64()))
        .select(NumberRow::as_select())
        .first(c)
        .optional())?)
}

/// Numbers in service in the order of their making, after `after`; hubs, and not their lines.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    limit: i64,
) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::id.gt(after))
        .filter(numbers::tag.eq(0))
        .filter(numbers::state.ne(REMOVED))
        .order(numbers::id)
        .limit(limit)
        .select(NumberRow::as_select())
        .load(c))?)
}

/// All numbers of a community that take new pairs.
pub fn active(conn: &mut Conn, community: CommunityId) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::state.eq("active"))
        .filter(numbers::desk.eq(false))
        .filter(numbers::hub.eq(false))
        .filter(numbers::tag.eq(0))
        .select(NumberRow::as_select())
        .load(c))?)
}

/// The number that is the community's desk.
pub fn desk(conn: &mut Conn, community: CommunityId) -> Result<Option<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::desk.eq(true))
        .filter(numbers::state.ne(REMOVED))
        .select(NumberRow::as_select())
        .first(c)
        .optional())?)
}

/// Makes a number that stands in no assignment the desk; true if it is.
pub fn set_aside(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<bool, StoreError> {
    let set = each!(conn, c => diesel::update(numbers::table
        .find((community.as_i64(), id.as_i64()))
        .filter(numbers::load.eq(0))
        .filter(numbers::hub.eq(false)))
        .set(numbers::desk.eq(true))
        .execute(c))?;
    Ok(set > 0)
}

/// All numbers in service, of all communities; hubs, and not their lines.
pub fn all(conn: &mut Conn) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::state.ne(REMOVED))
        .filter(numbers::tag.eq(0))
        .select(NumberRow::as_select())
        .load(c))?)
}

/// Numbers with a cap of their own, and those that name a campaign, of all communities.
pub fn capped(conn: &mut Conn) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        // As the index says it; of a bound value SQLite would not know.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("texts_per_day > 0 OR campaign_id IS NOT NULL"))
        .select(NumberRow::as_select())
        .load(c))?)
}

/// All numbers of a pool, removed ones too; hubs, and not their lines.
pub fn of_pool(conn: &mut Conn, community: CommunityId, pool: i64) -> Result<Vec<NumberRow>, StoreError> {
    Ok(each!(conn, c => numbers::table
        .filter(numbers::community_id.eq(community.as_i64()))
        .filter(numbers::pool_id.eq(pool))
        .filter(numbers::tag.eq(0))
        .select(NumberRow::as_select())
        .load(c))?)
}

/// Adds to the loads of numbers, in the order of their ids so that two transactions never wait for each
/// other. A number that was removed or became the desk or a hub since it was chosen takes no more: the work is to be done again.
pub fn add_loads(
    conn: &mut Conn,
    community: CommunityId,
    deltas: &BTreeMap<NumberId, i64>,
) -> Result<(), StoreError> {
    for (id, delta) in deltas.iter().filter(|(_, delta)| **delta != 0) {
        let added = each!(conn, c => diesel::update(numbers::table
            .find((community.as_i64(), id.as_i64()))
            .filter(numbers::state.ne(REMOVED))
            .filter(numbers::desk.eq(false))
            .filter(numbers::hub.eq(false)))
            .set(numbers::load.eq(numbers::load + *delta))
            .execute(c))?;
        if added == 0 {
            return Err(StoreError::Overtaken);
        }
    }
    Ok(())
}

/// What may be changed of a number.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = numbers)]
pub struct NumberChange {
    /// The pool that it belongs to.
    pub pool_id: Option<i64>,
    /// The outlet.
    pub carrier: Option<String>,
    /// Capabilities as bits.
    pub capabilities: Option<i16>,
    /// The region; `Some(None)` forgets it.
    pub region: Option<Option<String>>,
    /// Texts a second.
    pub rate_per_s: Option<f64>,
    /// `active`, `draining` or [`REMOVED`].
    pub state: Option<String>,
    /// Whether it is the desk.
    pub desk: Option<bool>,
    /// Texts a day.
    pub texts_per_day: Option<i64>,
    /// The campaign that it names; `Some(None)` for none.
    pub campaign_id: Option<Option<i64>>,
    /// Whether it is a hub.
    pub hub: Option<bool>,
}

impl NumberChange {
    /// True when nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.pool_id.is_none()
            && self.carrier.is_none()
            && self.capabilities.is_none()
            && self.region.is_none()
            && self.rate_per_s.is_none()
            && self.state.is_none()
            && self.desk.is_none()
            && self.texts_per_day.is_none()
            && self.campaign_id.is_none()
            && self.hub.is_none()
    }
}

/// Changes a number.
pub fn update(
    conn: &mut Conn,
    community: CommunityId,
    id: NumberId,
    change: &NumberChange,
) -> Result<(), StoreError> {
    if !change.is_empty() {
        each!(conn, c => diesel::update(numbers::table.find((community.as_i64(), id.as_i64())))
            .set(change)
            .execute(c))?;
    }
    Ok(())
}

/// Takes a number that stands in no assignment out of service; true if it is. Its row stays, and its place in
/// the directory until another community has the number: phones remember it.
pub fn remove_unused(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<bool, StoreError> {
    let gone = each!(conn, c => diesel::update(numbers::table
        .find((community.as_i64(), id.as_i64()))
        .filter(numbers::load.eq(0)))
        .set((numbers::state.eq(REMOVED), numbers::desk.eq(false), numbers::hub.eq(false)))
        .execute(c))?;
    Ok(gone > 0)
}

/// On PostgreSQL, holds a telephone number for this transaction: the same number must not become a pool
/// number and somebody's phone at once, which no unique key can say.
pub fn hold(conn: &mut Conn, number: E164) -> Result<(), StoreError> {
    hold_all(conn, [number])
}

/// Holds several at once. Numbers share a few locks, because a server has room for some thousands only;
/// who needs several takes them here together, in their order, so that two who do never wait for each other.
pub fn hold_all(conn: &mut Conn, numbers: impl IntoIterator<Item = E164>) -> Result<(), StoreError> {
    if !conn.is_postgres() {
        return Ok(());
    }
    let stripes = numbers.into_iter().map(|n| n.as_i64().rem_euclid(HOLD_STRIPES));
    hold_stripes(conn, stripes.collect())
}

/// Holds all telephone numbers, for work that takes them in more than one go.
pub fn hold_every(conn: &mut Conn) -> Result<(), StoreError> {
    match conn.is_postgres() {
        true => hold_stripes(conn, (0..HOLD_STRIPES).collect()),
        false => Ok(()),
    }
}

fn hold_stripes(conn: &mut Conn, stripes: BTreeSet<i64>) -> Result<(), StoreError> {
    let lock = |stripe: &i64| format!("SELECT pg_advisory_xact_lock({HOLD_SPACE}, {stripe})");
    let locks: Vec<String> = stripes.iter().map(lock).collect();
    match locks.is_empty() {
        true => Ok(()),
        false => conn.execute(&locks.join("; ")),
    }
}
