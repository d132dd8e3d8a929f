//! What must hold for a phone whose owner was erased: its STOP, and that numbers which it knew do not become somebody
//! else on it. Kept under HMAC-SHA256 of the number with a key of this installation; who has the database without its
//! `hash_keys` cannot tell a number from it. When the phone comes back by itself, what was kept is its own again.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::error::Result;
use crate::domain::E164;
use crate::domain::id::{CommunityId, NumberId};
use crate::store::hashed_phones::{self as rows, HOLD, HashedRow, STOP};
use crate::store::opt_outs::{self, ALL_NUMBERS, OptOutRow};
use crate::store::phone_holds::{self, PhoneHoldRow};
use crate::store::{Conn, StoreError};

/// So that the key's other uses, should there be any, give other hashes.
const PURPOSE: &[u8] = b"partyline-phone-1";

fn hash_of(key: &[u8], phone: E164) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| StoreError::Corrupt("hash_keys.secret"))?;
    mac.update(PURPOSE);
    mac.update(&phone.as_i64().to_be_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Makes `fresh` the key where there is none yet.
pub(crate) fn make_key(conn: &mut Conn, now: i64, fresh: &[u8]) -> Result<()> {
    rows::key_or(conn, fresh, now)?;
    Ok(())
}

/// Puts what a phone has stopped and knows under its hash; says how many rows that were. There must be a key.
pub(crate) fn put_away(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<usize> {
    let stops = opt_outs::of_phone(conn, community, phone)?;
    let holds = phone_holds::of_phone(conn, community, phone)?;
    let found = stops.len() + holds.len();
    if found == 0 {
        return Ok(0);
    }
    let key = rows::key(conn)?.ok_or(StoreError::Corrupt("hash_keys.secret"))?;
    let hash = hash_of(&key, phone)?;
    for stop in stops {
        let kept = HashedRow {
            community_id: stop.community_id,
            hash: hash.clone(),
            kind: STOP,
            number_id: stop.number_id,
            contact_id: stop.contact_id,
            since: stop.created_at,
            cool_until: 0,
            id: stop.id,
        };
        rows::record(conn, &kept)?;
    }
    for hold in holds {
        let kept = HashedRow {
            community_id: hold.community_id,
            hash: hash.clone(),
            kind: HOLD,
            number_id: hold.number_id,
            contact_id: hold.contact_id,
            since: hold.released_at,
            cool_until: hold.cool_until,
            id: 0,
        };
        rows::record(conn, &kept)?;
    }
    opt_outs::forget(conn, community, phone)?;
    phone_holds::forget(conn, community, phone)?;
    Ok(found)
}

fn of_phone(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
) -> Result<Option<(Vec<u8>, Vec<HashedRow>)>> {
    let Some(key) = rows::key(conn)? else {
        return Ok(None);
    };
    let hash = hash_of(&key, phone)?;
    let found = rows::of_hash(conn, community, &hash)?;
    Ok((!found.is_empty()).then_some((hash, found)))
}

/// Whether a phone had stopped a number, or all, when its owner was erased.
pub(crate) fn has_stopped(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    number_id: i64,
) -> Result<bool> {
    let found = of_phone(conn, community, phone)?;
    Ok(found.is_some_and(|(_, rows)| {
        rows.iter()
            .any(|row| row.kind == STOP && (row.number_id == ALL_NUMBERS || row.number_id == number_id))
    }))
}

/// A phone is known again: what was kept of it stands under its number as before.
pub(crate) fn restore(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<()> {
    let Some((hash, found)) = of_phone(conn, community, phone)? else {
        return Ok(());
    };
    for row in found {
        match row.kind {
            STOP => {
                let stop = OptOutRow {
                    community_id: row.community_id,
                    phone: phone.as_i64(),
                    number_id: row.number_id,
                    contact_id: row.contact_id,
                    created_at: row.since,
                    id: row.id,
                };
                opt_outs::record(conn, &stop)?;
            }
            _ => {
                let hold = PhoneHoldRow {
                    community_id: row.community_id,
                    phone: phone.as_i64(),
                    number_id: row.number_id,
                    contact_id: row.contact_id,
                    released_at: row.since,
                    cool_until: row.cool_until,
                };
                phone_holds::record(conn, &hold)?;
            }
        }
    }
    Ok(rows::forget(conn, community, &hash)?)
}

/// The same of several phones.
pub(crate) fn restore_all(conn: &mut Conn, community: CommunityId, phones: &[i64]) -> Result<()> {
    if rows::key(conn)?.is_some() {
        for phone in phones.iter().copied().filter_map(E164::from_i64) {
            restore(conn, community, phone)?;
        }
    }
    Ok(())
}

/// A number comes from one community to another: what is kept of it comes with it.
pub(crate) fn inherit(
    conn: &mut Conn,
    from: (CommunityId, NumberId),
    to: (CommunityId, NumberId),
) -> Result<()> {
    for row in rows::of_number(conn, from.0, from.1)? {
        let moved = HashedRow {
            community_id: to.0.as_i64(),
            number_id: to.1.as_i64(),
            contact_id: None,
            ..row
        };
        rows::record(conn, &moved)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_the_key_and_on_every_digit() {
        let phone = |text: &str| text.parse::<E164>().unwrap();
        let (one, other) = (phone("+14155550101"), phone("+14155550102"));
        let hash = hash_of(b"key", one).unwrap();
        assert_eq!(hash.len(), 32);
        assert_eq!(hash, hash_of(b"key", one).unwrap());
        assert_ne!(hash, hash_of(b"yek", one).unwrap());
        assert_ne!(hash, hash_of(b"key", other).unwrap());
    }
}
