//! Media that came with texts, and which text carries which.

use diesel::prelude::*;

use super::schema::{media, message_media};
use super::{Conn, StoreError, each};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, MessageId};

/// One picture, sound or the like.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = media, treat_none_as_default_value = false)]
pub struct MediaRow {
    /// What its link ends with.
    pub token: String,
    /// Its type, as in `image/png`.
    pub content_type: String,
    /// The thing itself.
    pub bytes: Vec<u8>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it is forgotten; soon, until a text carries it.
    pub expires_at: i64,
    /// When it is forgotten once a text carries it.
    pub keep_until: i64,
}

/// Adds one.
pub fn insert(conn: &mut Conn, row: &MediaRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(media::table).values(row).execute(c))?;
    Ok(())
}

/// One that has not expired.
pub fn get(conn: &mut Conn, token: &str, now: Timestamp) -> Result<Option<MediaRow>, StoreError> {
    Ok(each!(conn, c => media::table
        .find(token)
        .filter(media::expires_at.gt(now.0))
        .select(MediaRow::as_select())
        .first(c)
        .optional())?)
}

/// Has a message, whose row counts them, carry these, in this order, and keeps them for its recipient.
pub fn attach(
    conn: &mut Conn,
    community: CommunityId,
    message: MessageId,
    tokens: &[String],
) -> Result<(), StoreError> {
    let count = i16::try_from(tokens.len()).unwrap_or(i16::MAX);
    for (position, token) in (0..count).zip(tokens) {
        each!(conn, c => {
            diesel::insert_into(message_media::table)
                .values((
                    message_media::community_id.eq(community.as_i64()),
                    message_media::message_id.eq(message.as_i64()),
                    message_media::position.eq(position),
                    message_media::token.eq(token),
                ))
                .execute(c)?;
            diesel::update(media::table.find(token))
                .set(media::expires_at.eq(media::keep_until))
                .execute(c)
        })?;
    }
    Ok(())
}

/// Has what no text carries expire at once.
pub fn drop_tokens(conn: &mut Conn, tokens: &[String], now: Timestamp) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(media::table.filter(media::token.eq_any(tokens)))
        .set(media::expires_at.eq(now.0))
        .execute(c))?;
    Ok(())
}

/// Has what a message carries expire at once: it reaches nobody.
pub fn drop_of_message(
    conn: &mut Conn,
    community: CommunityId,
    message: MessageId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tokens = of_message(conn, community, message)?;
    drop_tokens(conn, &tokens, now)
}

/// The tokens of what a message carries, in order.
pub fn of_message(
    conn: &mut Conn,
    community: CommunityId,
    message: MessageId,
) -> Result<Vec<String>, StoreError> {
    Ok(each!(conn, c => message_media::table
        .filter(message_media::community_id.eq(community.as_i64()))
        .filter(message_media::message_id.eq(message.as_i64()))
        .order(message_media::position)
        .select(message_media::token)
        .load(c))?)
}

/// Forgets up to `limit` that have expired; returns how many.
pub fn forget(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let tokens: Vec<String> = each!(conn, c => media::table
        .filter(media::expires_at.le(now.0))
        .order(media::expires_at)
        .limit(limit)
        .select(media::token)
        .load(c))?;
    Ok(each!(conn, c => diesel::delete(media::table.filter(media::token.eq_any(&tokens))).execute(c))?)
}
