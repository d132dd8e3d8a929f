//! Strangers: how often a phone that is nobody's has texted a number, and the removal of their messages.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{message_media, message_parts, messages, outbox, strangers};
use super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;

/// Texts that were refused.
pub const REFUSED: i16 = 0;
/// Keywords, which were acted upon.
pub const KEYWORD: i16 = 1;
/// Texts about which the app was asked; these do not count here.
pub const ASKED: i16 = 2;
/// Calls that were refused; `message_id` is then a call's.
pub const CALL: i16 = 3;
/// Calls about which the app was asked; likewise.
pub const CALL_ASKED: i16 = 4;

/// A stranger's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = strangers, treat_none_as_default_value = false)]
pub struct StrangerRow {
    /// `com_…`
    pub community_id: i64,
    /// E.164 as an integer.
    pub phone: i64,
    /// `num_…`
    pub number_id: i64,
    /// [`REFUSED`], [`KEYWORD`], [`ASKED`], [`CALL`] or [`CALL_ASKED`].
    pub kind: i16,
    /// `msg_…`, the one that is kept of them.
    pub message_id: i64,
    /// When that came, Unix milliseconds.
    pub since: i64,
    /// How many there were since, that one included.
    pub texts: i64,
}

/// What is known of a phone's texts to a number.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    (phone, number_id, kind): (i64, i64, i16),
) -> Result<Option<StrangerRow>, StoreError> {
    Ok(each!(conn, c => strangers::table
        .find((community.as_i64(), phone, number_id, kind))
        .select(StrangerRow::as_select())
        .first(c)
        .optional())?)
}

/// Begins to count anew.
pub fn begin(conn: &mut Conn, row: &StrangerRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(strangers::table)
        .values(row)
        .on_conflict((strangers::community_id, strangers::phone, strangers::number_id, strangers::kind))
        .do_update()
        .set((
            strangers::message_id.eq(excluded(strangers::message_id)),
            strangers::since.eq(excluded(strangers::since)),
            strangers::texts.eq(excluded(strangers::texts)),
        ))
        .execute(c))?;
    Ok(())
}

/// Counts one more, and notes the count with the message.
pub fn count(conn: &mut Conn, row: &StrangerRow, now: i64) -> Result<(), StoreError> {
    let key = (row.community_id, row.phone, row.number_id, row.kind);
    let detail = format!("the first of {} texts", row.texts + 1);
    each!(conn, c => {
        diesel::update(strangers::table.find(key)).set(strangers::texts.eq(strangers::texts + 1)).execute(c)?;
        diesel::update(messages::table.find((row.community_id, row.message_id)))
            .set((messages::detail.eq(detail), messages::updated_at.eq(now)))
            .execute(c)
    })?;
    Ok(())
}

/// Counts one more call.
pub fn count_call(conn: &mut Conn, row: &StrangerRow) -> Result<(), StoreError> {
    let key = (row.community_id, row.phone, row.number_id, row.kind);
    each!(conn, c => diesel::update(strangers::table.find(key))
        .set(strangers::texts.eq(strangers::texts + 1))
        .execute(c))?;
    Ok(())
}

/// Forgets that an app was asked, by the message or call that it was asked about.
pub fn forget_asked(conn: &mut Conn, community: CommunityId, message_id: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(strangers::table
        .filter(strangers::community_id.eq(community.as_i64()))
        .filter(strangers::message_id.eq(message_id))
        .filter(strangers::kind.eq_any([ASKED, CALL_ASKED])))
        .execute(c))?;
    Ok(())
}

/// Removes messages in which no member is and whose id is below `before`, at most `limit` of them, but none
/// that is still to be sent; returns how many.
pub fn forget(conn: &mut Conn, community: CommunityId, before: i64, limit: i64) -> Result<usize, StoreError> {
    let community = community.as_i64();
    each!(conn, c => {
        let waiting = outbox::table
            .filter(outbox::community_id.eq(messages::community_id))
            .filter(outbox::message_id.eq(messages::id));
        // As the index `messages_strangers` has it, so that only such messages are looked at.
        let ids: Vec<i64> = messages::table
            .filter(messages::community_id.eq(community))
            .filter(messages::from_member.is_null())
            .filter(messages::to_member.is_null())
            .filter(messages::id.lt(before))
            .filter(diesel::dsl::not(exists(waiting)))
            .order(messages::id)
            .limit(limit)
            .select(messages::id)
            .load(c)?;
        diesel::delete(strangers::table
            .filter(strangers::community_id.eq(community))
            .filter(strangers::message_id.eq_any(&ids)))
            .execute(c)?;
        diesel::delete(message_media::table
            .filter(message_media::community_id.eq(community))
            .filter(message_media::message_id.eq_any(&ids)))
            .execute(c)?;
        diesel::delete(message_parts::table
            .filter(message_parts::community_id.eq(community))
            .filter(message_parts::message_id.eq_any(&ids)))
            .execute(c)?;
        Ok(diesel::delete(messages::table
            .filter(messages::community_id.eq(community))
            .filter(messages::id.eq_any(&ids)))
            .execute(c)?)
    })
}
