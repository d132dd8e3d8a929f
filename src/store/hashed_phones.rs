//! What holds for phones whose owners were erased, under a keyed hash of the number: what it had stopped, and which
//! numbers stood for somebody on it.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{hash_keys, hashed_phones};
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, NumberId};

/// A number that the phone has stopped.
pub const STOP: i16 = 0;
/// A number that stood for somebody on the phone.
pub const HOLD: i16 = 1;
/// The one key's id.
const KEY: i64 = 1;

/// A row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = hashed_phones, treat_none_as_default_value = false)]
pub struct HashedRow {
    /// `com_…`
    pub community_id: i64,
    /// HMAC-SHA256 of the number.
    pub hash: Vec<u8>,
    /// [`STOP`] or [`HOLD`].
    pub kind: i16,
    /// `num_…`; 0 of a STOPALL.
    pub number_id: i64,
    /// `mem_…`, for whom the number stood.
    pub contact_id: Option<i64>,
    /// When it was stopped, or released, Unix milliseconds.
    pub since: i64,
    /// Of a hold: until when it cools down.
    pub cool_until: i64,
    /// Of a stop: `opt_…`
    pub id: i64,
}

/// Records a row; a later one takes the place of an earlier.
pub fn record(conn: &mut Conn, row: &HashedRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(hashed_phones::table)
        .values(row)
        .on_conflict((
            hashed_phones::community_id,
            hashed_phones::hash,
            hashed_phones::kind,
            hashed_phones::number_id,
        ))
        .do_update()
        .set((
            hashed_phones::contact_id.eq(excluded(hashed_phones::contact_id)),
            hashed_phones::since.eq(excluded(hashed_phones::since)),
            hashed_phones::cool_until.eq(excluded(hashed_phones::cool_until)),
            hashed_phones::id.eq(excluded(hashed_phones::id)),
        ))
        .execute(c))?;
    Ok(())
}

/// What is known of a hash.
pub fn of_hash(conn: &mut Conn, community: CommunityId, hash: &[u8]) -> Result<Vec<HashedRow>, StoreError> {
    Ok(each!(conn, c => hashed_phones::table
        .filter(hashed_phones::community_id.eq(community.as_i64()))
        .filter(hashed_phones::hash.eq(hash))
        .select(HashedRow::as_select())
        .load(c))?)
}

/// Every hash under which a number is known.
pub fn of_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Vec<HashedRow>, StoreError> {
    Ok(each!(conn, c => hashed_phones::table
        .filter(hashed_phones::community_id.eq(community.as_i64()))
        .filter(hashed_phones::number_id.eq(number.as_i64()))
        .select(HashedRow::as_select())
        .load(c))?)
}

/// Forgets what is known of a hash.
pub fn forget(conn: &mut Conn, community: CommunityId, hash: &[u8]) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(hashed_phones::table
        .filter(hashed_phones::community_id.eq(community.as_i64()))
        .filter(hashed_phones::hash.eq(hash)))
        .execute(c))?;
    Ok(())
}

/// The key of the hashes, if there is one yet.
pub fn key(conn: &mut Conn) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(each!(conn, c => hash_keys::table
        .find(KEY)
        .select(hash_keys::secret)
        .first(c)
        .optional())?)
}

/// The key of the hashes: the one that is there, or else this one.
pub fn key_or(conn: &mut Conn, fresh: &[u8], now: i64) -> Result<Vec<u8>, StoreError> {
    each!(conn, c => diesel::insert_into(hash_keys::table)
        .values((
            hash_keys::id.eq(KEY),
            hash_keys::secret.eq(fresh),
            hash_keys::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    key(conn)?.ok_or(StoreError::Corrupt("hash_keys.secret"))
}
