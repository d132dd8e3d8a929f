//! Pool numbers with their pools and places in the directory.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable};

use super::super::numbers::REMOVED;
use super::super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;

/// Most entries of the directory that are told of at once.
const ENTRIES: i64 = 10_000;

/// What the rules have to know of a number.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct NumberFacts {
    /// `num_…`
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// E.164 as an integer.
    #[diesel(sql_type = BigInt)]
    pub e164: i64,
    /// It is not removed.
    #[diesel(sql_type = Bool)]
    pub in_service: bool,
    /// It is the desk.
    #[diesel(sql_type = Bool)]
    pub desk: bool,
    /// It is a hub.
    #[diesel(sql_type = Bool)]
    pub hub: bool,
    /// Of a line: its tag; else 0.
    #[diesel(sql_type = Integer)]
    pub tag: i32,
    /// Of a line: its hub.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hub_id: Option<i64>,
    /// That is there, is a hub, and has the same telephone number.
    #[diesel(sql_type = Bool)]
    pub hub_there: bool,
    /// How many assignments it counts.
    #[diesel(sql_type = BigInt)]
    pub load: i64,
    /// Its pool is there.
    #[diesel(sql_type = Bool)]
    pub pooled: bool,
    /// To which community the directory leads.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub led_community: Option<i64>,
    /// To which number.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub led_number: Option<i64>,
}

/// All numbers of a community, removed ones too.
pub fn numbers(conn: &mut Conn, community: CommunityId) -> Result<Vec<NumberFacts>, StoreError> {
    let sql = format!(
        "SELECT n.id, n.e164, n.state <> '{REMOVED}' AS in_service, n.desk, n.hub, n.tag, n.hub_id, h.id IS NOT NULL AS hub_there, n.load, p.id IS NOT NULL AS pooled, \
         d.community_id AS led_community, d.number_id AS led_number FROM numbers n \
         LEFT JOIN pools p ON p.community_id = n.community_id AND p.id = n.pool_id \
         LEFT JOIN numbers h ON h.community_id = n.community_id AND h.id = n.hub_id AND h.hub AND h.e164 = n.e164 \
         LEFT JOIN number_directory d ON d.e164 = n.e164 WHERE n.community_id = {} ORDER BY n.id",
        community.as_i64()
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// A number of a community that is somebody's phone, and whose.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct PhoneInPool {
    /// `num_…`
    #[diesel(sql_type = BigInt)]
    pub number_id: i64,
    /// `dev_…`
    #[diesel(sql_type = BigInt)]
    pub device_id: i64,
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
}

/// Numbers in service that are somebody's phones, in whichever community.
pub fn phones_in_pool(conn: &mut Conn, community: CommunityId) -> Result<Vec<PhoneInPool>, StoreError> {
    let sql = format!(
        "SELECT n.id AS number_id, d.id AS device_id, d.member_id FROM numbers n CROSS JOIN devices d \
         WHERE n.community_id = {} AND n.state <> '{REMOVED}' AND n.tag = 0 AND d.phone = n.e164",
        community.as_i64()
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// A place in the directory that leads nowhere, or to another telephone number.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct LostEntry {
    /// E.164 as an integer, to go on after it.
    #[diesel(sql_type = BigInt)]
    pub e164: i64,
    /// `com_…`
    #[diesel(sql_type = BigInt)]
    pub community_id: i64,
    /// `num_…`
    #[diesel(sql_type = BigInt)]
    pub number_id: i64,
}

/// Entries of the directory whose number is not there or is another one, so many after one: texts to the one would be
/// taken for texts to the other.
pub fn lost_entries(conn: &mut Conn, after: i64) -> Result<Vec<LostEntry>, StoreError> {
    let sql = format!(
        "SELECT d.e164, d.community_id, d.number_id FROM number_directory d \
         LEFT JOIN numbers n ON n.community_id = d.community_id AND n.id = d.number_id \
         WHERE d.e164 > {after} AND (n.id IS NULL OR n.e164 <> d.e164) ORDER BY d.e164 LIMIT {ENTRIES}"
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}
