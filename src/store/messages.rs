//! Messages and their life.

use diesel::prelude::*;

use super::schema::messages;
use super::update::SetStatus;
use super::{Conn, StoreError, each};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};

/// The text is there.
pub const BODY_THERE: i16 = 0;
/// It was kept for its time.
pub const BODY_EXPIRED: i16 = 1;
/// Somebody's data were erased.
pub const BODY_ERASED: i16 = 2;

/// Where a message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageOrigin {
    /// A member's phone.
    Phone,
    /// An app, in a member's name.
    App,
    /// The broker itself.
    Notice,
}

impl MessageOrigin {
    /// The code kept in the database.
    pub fn code(self) -> i16 {
        self as i16
    }

    /// The word of the public surface.
    pub fn word(code: i16) -> &'static str {
        match code {
            0 => "phone",
            1 => "app",
            _ => "notice",
        }
    }
}

/// A message's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, QueryableByName)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub struct MessageRow {
    /// `com_…`
    pub community_id: i64,
    /// `msg_…`
    pub id: i64,
    /// [`MessageOrigin`] as its code.
    pub origin: i16,
    /// `mem_…` of the sender, if a member.
    pub from_member: Option<i64>,
    /// `mem_…` of the recipient, if known.
    pub to_member: Option<i64>,
    /// The sender's real phone; never shown.
    pub from_phone: Option<i64>,
    /// The pool number that the sender texted.
    pub dialled: Option<i64>,
    /// The pool number that the recipient sees.
    pub shown: Option<i64>,
    /// The text.
    pub text: String,
    /// [`Status`] as its code.
    pub status: i16,
    /// [`Reason`] as its word.
    pub reason: Option<String>,
    /// The carrier's own words.
    pub detail: Option<String>,
    /// The sender asked for a receipt.
    pub want_receipt: bool,
    /// The outlet by which it came.
    pub carrier_in: Option<String>,
    /// That carrier's id, or the Idempotency-Key.
    pub carrier_ref: Option<String>,
    /// The outlet by which it leaves.
    pub carrier_out: Option<String>,
    /// Unix milliseconds.
    pub accepted_at: i64,
    /// Of the last change of status.
    pub updated_at: i64,
    /// When it is given up.
    pub expires_at: i64,
    /// How many media it carries.
    pub media: i16,
    /// Until when it is held, Unix milliseconds.
    pub held_until: Option<i64>,
    /// It may go at any hour.
    pub urgent: bool,
    /// Whether its text is gone: [`BODY_THERE`], [`BODY_EXPIRED`] or [`BODY_ERASED`].
    pub body_gone: i16,
    /// What stands before the text on the recipient's phone, where it goes by a hub.
    pub label: Option<String>,
    /// The tag that its sender wrote to a hub; it is no part of the text.
    pub tag: Option<i32>,
}

impl MessageRow {
    /// The id, typed.
    pub fn message_id(&self) -> MessageId {
        MessageId::from_i64(self.id)
    }

    /// The text as the recipient's phone shows it.
    pub fn text_shown(&self) -> String {
        with_label(self.label.as_deref(), &self.text)
    }

    /// The status, typed.
    pub fn state(&self) -> Result<Status, StoreError> {
        Status::from_code(self.status).ok_or(StoreError::Corrupt("messages.status"))
    }
}

/// A text behind its label.
pub(super) fn with_label(label: Option<&str>, text: &str) -> String {
    match label {
        Some(label) => format!("{label}{text}"),
        None => text.to_owned(),
    }
}

/// Adds a message. False, and nothing is written, when its (carrier, reference) is known already.
pub fn insert(conn: &mut Conn, row: &MessageRow) -> Result<bool, StoreError> {
    let added = each!(conn, c => diesel::insert_into(messages::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added > 0)
}

/// One message.
pub fn get(conn: &mut Conn, community: CommunityId, id: MessageId) -> Result<Option<MessageRow>, StoreError> {
    Ok(each!(conn, c => messages::table
        .find((community.as_i64(), id.as_i64()))
        .select(MessageRow::as_select())
        .first(c)
        .optional())?)
}

/// When a carrier took a message, if one did.
pub fn sent_at(conn: &mut Conn, community: CommunityId, id: MessageId) -> Result<Option<i64>, StoreError> {
    let found: Option<Option<i64>> = each!(conn, c => messages::table
        .find((community.as_i64(), id.as_i64()))
        .select(messages::sent_at)
        .first(c)
        .optional())?;
    Ok(found.flatten())
}

/// The message that a carrier or app has sent before under the same reference.
pub fn by_reference(
    conn: &mut Conn,
    community: CommunityId,
    carrier: &str,
    reference: &str,
) -> Result<Option<MessageRow>, StoreError> {
    Ok(each!(conn, c => messages::table
        .filter(messages::community_id.eq(community.as_i64()))
        .filter(messages::carrier_in.eq(carrier))
        .filter(messages::carrier_ref.eq(reference))
        .select(MessageRow::as_select())
        .first(c)
        .optional())?)
}

/// Writes back who a message is between, what it says and how it leaves: an app has had its word, or it was let go.
pub fn readdress(conn: &mut Conn, row: &MessageRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(messages::table.find((row.community_id, row.id)))
        .set((
            messages::from_member.eq(row.from_member),
            messages::to_member.eq(row.to_member),
            messages::text.eq(&row.text),
            messages::shown.eq(row.shown),
            messages::label.eq(&row.label),
            messages::carrier_out.eq(&row.carrier_out),
            messages::expires_at.eq(row.expires_at),
        ))
        .execute(c))?;
    Ok(())
}

/// Who wrote or got texts is another from now on, who is the same person: those that wait leave for them, and all are
/// found with them.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    recast_ends(
        conn,
        ("messages", ["messages_from", "messages_to"]),
        community,
        (from, to),
    )
}

/// Rewrites both ends of messages or calls, each by the index that has it: without statistics SQLite would take all of
/// the community.
pub(super) fn recast_ends(
    conn: &mut Conn,
    (table, indexes): (&str, [&str; 2]),
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    for (end, index) in ["from_member", "to_member"].into_iter().zip(indexes) {
        let by = match conn.is_postgres() {
            true => String::new(),
            false => format!(" INDEXED BY {index}"),
        };
        conn.execute(&format!(
            "UPDATE {table}{by} SET {end} = {} WHERE community_id = {} AND {end} = {}",
            to.as_i64(),
            community.as_i64(),
            from.as_i64(),
        ))?;
    }
    Ok(())
}

/// Notes that a message is shown as coming from another number.
pub fn show_from(
    conn: &mut Conn,
    community: CommunityId,
    id: MessageId,
    (number, carrier): (i64, &str),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(messages::table.find((community.as_i64(), id.as_i64())))
        .set((
            messages::shown.eq(number),
            // No line is ever what a pair is moved to.
            messages::label.eq(None::<String>),
            messages::carrier_out.eq(carrier),
        ))
        .execute(c))?;
    Ok(())
}

/// Sets a status and why, if the message may take it (late and repeated reports are dropped); true if it
/// did.
pub fn set_status(
    conn: &mut Conn,
    community: CommunityId,
    id: MessageId,
    next: Status,
    why: (Option<Reason>, Option<&str>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (below, or) = may_come_from(next);
    let update = SetStatus {
        community_id: community.as_i64(),
        id: id.as_i64(),
        status: next.code(),
        reason: why.0.map(Reason::word),
        detail: why.1,
        updated_at: now.0,
        sent_at: matches!(next, Status::Sent | Status::Delivered).then_some(now.0),
        below,
        or,
    };
    let changed = each!(conn, c => update.execute(c))?;
    Ok(changed > 0)
}

/// [`Status::may_become`] turned round, for SQL: codes below the first, or one of the two others.
fn may_come_from(next: Status) -> (i16, (i16, i16)) {
    const NONE: i16 = -1;
    match next {
        Status::Accepted => (0, (Status::Quarantined.code(), Status::Held.code())),
        Status::Quarantined => (Status::Queued.code(), (NONE, NONE)),
        Status::Queued | Status::Sent | Status::Held => (Status::Sent.code(), (Status::Held.code(), NONE)),
        Status::Blocked => (
            Status::Sent.code(),
            (Status::Quarantined.code(), Status::Held.code()),
        ),
        Status::Undelivered | Status::Failed | Status::Expired => {
            (Status::Delivered.code(), (Status::Held.code(), NONE))
        }
        Status::Delivered => (
            Status::Delivered.code(),
            (Status::Undelivered.code(), Status::Expired.code()),
        ),
    }
}

/// Notes until when a message is held, and when it is given up then.
pub fn set_held(
    conn: &mut Conn,
    community: CommunityId,
    id: MessageId,
    until: Option<Timestamp>,
    expires_at: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(messages::table.find((community.as_i64(), id.as_i64())))
        .set((
            messages::held_until.eq(until.map(|t| t.0)),
            messages::expires_at.eq(expires_at),
        ))
        .execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sql_condition_says_what_the_domain_says() {
        for next in Status::ALL {
            let (below, or) = may_come_from(next);
            for status in Status::ALL {
                let code = status.code();
                assert_eq!(
                    code < below || code == or.0 || code == or.1,
                    status.may_become(next),
                    "{status:?} -> {next:?}"
                );
            }
        }
    }
}
