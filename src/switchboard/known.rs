//! Texts that come again, from a phone by its carrier's id and from an app by its Idempotency-Key: the same
//! one is accepted once, at whichever nodes it comes; another under a known id is another.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::error::{Result, SwitchboardError};
use crate::domain::id::CommunityId;
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::{Conn, StoreError};

/// The message that `row` is again, if it has come before. Where another one has its id, the row gets an id of
/// its own, under which its repetitions are found.
pub(super) fn before(conn: &mut Conn, row: &mut MessageRow) -> Result<Option<MessageRow>> {
    while let Some(known) = under(conn, row)? {
        if is_same(&known, row) {
            return Ok(Some(known));
        }
        give_way(row)?;
    }
    Ok(None)
}

/// Stores a message, unless it has come before: then the one that it is again. The database lets one of two
/// nodes go first that store under one id, and the other sees what that one has stored.
pub(super) fn insert(conn: &mut Conn, row: &mut MessageRow) -> Result<Option<MessageRow>> {
    while !messages::insert(conn, row)? {
        let known = under(conn, row)?.ok_or(StoreError::Corrupt("messages.carrier_ref"))?;
        if is_same(&known, row) {
            return Ok(Some(known));
        }
        give_way(row)?;
    }
    Ok(None)
}

/// An app has used its Idempotency-Key for another message.
pub(super) fn key_reused() -> SwitchboardError {
    SwitchboardError::conflict(
        "idempotency_key_reused",
        "this Idempotency-Key was used for another message; choose a new key for a new message",
    )
}

fn under(conn: &mut Conn, row: &MessageRow) -> Result<Option<MessageRow>> {
    let (Some(carrier), Some(reference)) = (&row.carrier_in, &row.carrier_ref) else {
        return Ok(None);
    };
    let community = CommunityId::from_i64(row.community_id);
    Ok(messages::by_reference(conn, community, carrier, reference)?)
}

fn is_same(a: &MessageRow, b: &MessageRow) -> bool {
    let ends = |row: &MessageRow| match is_from_app(row) {
        true => (row.from_member, row.to_member),
        false => (row.from_phone, row.dialled),
    };
    // What is said of media that could not be fetched may differ from one coming to the next.
    let alike = a.text == b.text || a.media > 0 || b.media > 0;
    alike && a.tag == b.tag && ends(a) == ends(b)
}

fn is_from_app(row: &MessageRow) -> bool {
    row.origin == MessageOrigin::App.code()
}

/// Carriers start their ids anew now and then, and two SMSCs of one may give the same: another text under a
/// known id is no duplicate, and must not be lost. An app's key is its own to choose.
fn give_way(row: &mut MessageRow) -> Result<()> {
    if is_from_app(row) {
        return Err(key_reused());
    }
    let carrier = row.carrier_in.as_deref().unwrap_or_default();
    tracing::info!(%carrier, "a carrier gave two texts the same id; both are taken");
    let mark = mark(row);
    // Where even that is another's, it has none.
    let reference = row.carrier_ref.take().filter(|known| !known.ends_with(&mark));
    row.carrier_ref = reference.map(|reference| reference + &mark);
    Ok(())
}

/// What tells this text from another of its carrier's id.
fn mark(row: &MessageRow) -> String {
    let mut hash = Sha256::new();
    for end in [row.from_phone, row.dialled] {
        hash.update(end.unwrap_or_default().to_be_bytes());
    }
    hash.update(row.text.as_bytes());
    format!("#{}", HEXLOWER.encode(&hash.finalize()))
}
