//! The outbox: what is still to be handed to a carrier, durable until it is.

use diesel::prelude::*;

use super::messages as messages_rows;
use super::numbers::NumberRow;
use super::schema::{messages, outbox};
use super::{Conn, StoreError, each};
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId, NumberId};

/// A text.
pub const TEXT: i16 = 0;
/// A receipt for a sender who asked.
pub const RECEIPT: i16 = 1;

/// The node of rows that wait for a phone that is frozen: no process's, so that nobody sends them.
pub const PARKED: i16 = -1;

/// An outbox row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub struct OutboxRow {
    /// `com_…`
    pub community_id: i64,
    /// `msg_…`
    pub message_id: i64,
    /// [`TEXT`] or [`RECEIPT`].
    pub kind: i16,
    /// The node that it belongs to.
    pub node: i16,
    /// Texts of one lane leave in order.
    pub lane: i64,
    /// The outlet.
    pub carrier: String,
    /// `num_…` of the number it leaves from.
    pub number_id: i64,
    /// That number's texts a second; 0 = no limit.
    pub number_rate: f64,
    /// `mem_…` of the sender, whose rate counts.
    pub member_id: Option<i64>,
    /// The sender's texts a minute; 0 = no limit.
    pub member_rate: i32,
    /// The pool number that it leaves from, E.164.
    pub from_number: i64,
    /// The real phone that it goes to, E.164.
    pub to_phone: i64,
    /// Tries so far.
    pub attempts: i32,
    /// Not before, Unix milliseconds.
    pub due_at: i64,
    /// When it is given up, Unix milliseconds.
    pub expires_at: i64,
    /// What has not left until then is deferred to the recipient's next texting hours, Unix milliseconds.
    pub open_until: Option<i64>,
}

/// An outbox row with what it needs of its message.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The row.
    pub row: OutboxRow,
    /// `mem_…` of the recipient, if a member.
    pub to_member: Option<i64>,
    /// The text (empty for a receipt).
    pub text: String,
    /// Whether to ask the carrier for a receipt.
    pub want_receipt: bool,
    /// For a receipt: the message's status.
    pub status: i16,
    /// When the message was accepted.
    pub accepted_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// Whether the message carries media, which are looked up when it leaves.
    pub media: bool,
}

/// Adds a row; once is enough.
pub fn insert(conn: &mut Conn, row: &OutboxRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(outbox::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// A node's rows after the given place, in the order of acceptance within each community: of one carrier,
/// or of all but some.
pub fn page(
    conn: &mut Conn,
    node: u16,
    carrier: Option<&str>,
    not_of: &[String],
    after: (i64, i64, i16),
    limit: i64,
) -> Result<Vec<Pending>, StoreError> {
    let (community, message, kind) = after;
    type Loaded = (
        OutboxRow,
        (Option<i64>, String, bool, i16, i64, i64, i16, Option<String>),
    );
    let rows: Vec<Loaded> = each!(conn, c => {
        let mut query = outbox::table
        .inner_join(messages::table.on(
            messages::community_id.eq(outbox::community_id).and(messages::id.eq(outbox::message_id))))
        .filter(outbox::node.eq(node as i16))
        .filter(outbox::community_id.gt(community).or(outbox::community_id.eq(community).and(
            outbox::message_id.gt(message)
                .or(outbox::message_id.eq(message).and(outbox::kind.gt(kind))))))
        .order((outbox::community_id, outbox::message_id, outbox::kind))
        .limit(limit)
        .select((
            OutboxRow::as_select(),
            (messages::to_member, messages::text, messages::want_receipt, messages::status, messages::accepted_at, messages::updated_at, messages::media, messages::label),
        ))
        .into_boxed();
        match carrier {
            Some(carrier) => query = query.filter(outbox::carrier.eq(carrier)),
            None if !not_of.is_empty() => query = query.filter(outbox::carrier.ne_all(not_of)),
            None => {}
        }
        query.load(c)
    })?;
    let pending =
        |(row, (to_member, text, want_receipt, status, accepted_at, updated_at, media, label)): Loaded| {
            Pending {
                row,
                to_member,
                text: messages_rows::with_label(label.as_deref(), &text),
                want_receipt,
                status,
                accepted_at,
                updated_at,
                media: media > 0,
            }
        };
    Ok(rows.into_iter().map(pending).collect())
}

/// Removes a row that is done with; true if it was there (compare-and-set between nodes).
pub fn delete(conn: &mut Conn, community_id: i64, message_id: i64, kind: i16) -> Result<bool, StoreError> {
    let gone =
        each!(conn, c => diesel::delete(outbox::table.find((community_id, message_id, kind))).execute(c))?;
    Ok(gone > 0)
}

/// Notes a failed try and when the next is due.
pub fn postpone(conn: &mut Conn, key: (i64, i64, i16), attempts: i32, due_at: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table.find(key))
        .set((outbox::attempts.eq(attempts), outbox::due_at.eq(due_at)))
        .execute(c))?;
    Ok(())
}

/// How many rows a node has, for gauges and the queue's limit.
pub fn count(conn: &mut Conn, node: u16) -> Result<i64, StoreError> {
    Ok(each!(conn, c => outbox::table.filter(outbox::node.eq(node as i16)).count().get_result(c))?)
}

/// How many rows wait for each carrier, of all nodes.
pub fn by_carrier(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .group_by(outbox::carrier)
        .select((outbox::carrier, diesel::dsl::count_star()))
        .load(c))?)
}

/// What still waits of a text: tries so far, when it is due, whether it waits for a frozen phone.
pub fn of_message(
    conn: &mut Conn,
    community: CommunityId,
    message: i64,
) -> Result<Option<(i32, i64, String, bool)>, StoreError> {
    let found: Option<(i32, i64, String, i16)> = each!(conn, c => outbox::table
        .find((community.as_i64(), message, TEXT))
        .select((outbox::attempts, outbox::due_at, outbox::carrier, outbox::node))
        .first(c)
        .optional())?;
    Ok(found.map(|(attempts, due_at, carrier, node)| (attempts, due_at, carrier, node == PARKED)))
}

/// The nodes that have rows.
pub fn nodes(conn: &mut Conn) -> Result<Vec<u16>, StoreError> {
    let nodes: Vec<i16> = each!(conn, c => outbox::table
        .filter(outbox::node.ne(PARKED))
        .select(outbox::node)
        .distinct()
        .load(c))?;
    Ok(nodes.into_iter().map(|n| n as u16).collect())
}

/// Takes over the rows of a node that is gone; returns how many.
pub fn adopt(conn: &mut Conn, from: u16, to: u16) -> Result<usize, StoreError> {
    Ok(
        each!(conn, c => diesel::update(outbox::table.filter(outbox::node.eq(from as i16)))
        .set(outbox::node.eq(to as i16))
        .execute(c))?,
    )
}

/// Removes the texts of one lane; returns their messages.
pub fn take_lane(conn: &mut Conn, community: CommunityId, lane: i64) -> Result<Vec<i64>, StoreError> {
    let ids: Vec<i64> = each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::lane.eq(lane))
        .filter(outbox::kind.eq(TEXT))
        .select(outbox::message_id)
        .load(c))?;
    for id in &ids {
        delete(conn, community.as_i64(), *id, TEXT)?;
    }
    Ok(ids)
}

/// What is to go to a phone of a community, in the order of acceptance. There is no index for it: the outbox is
/// short, and phones are seldom removed.
pub fn to_phone(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<Vec<OutboxRow>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::to_phone.eq(phone.as_i64()))
        .order((outbox::message_id, outbox::kind))
        .select(OutboxRow::as_select())
        .load(c))?)
}

/// The texts that are to leave from a number, in the order of acceptance; no index for it either.
pub fn from_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Vec<OutboxRow>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::number_id.eq(number.as_i64()))
        .filter(outbox::kind.eq(TEXT))
        .order(outbox::message_id)
        .select(OutboxRow::as_select())
        .load(c))?)
}

/// The texts on some lanes, in the order of acceptance; no index for it either, so that it is asked once for many lanes.
pub fn of_lanes(
    conn: &mut Conn,
    community: CommunityId,
    lanes: &[i64],
) -> Result<Vec<OutboxRow>, StoreError> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::lane.eq_any(lanes))
        .filter(outbox::kind.eq(TEXT))
        .order(outbox::message_id)
        .select(OutboxRow::as_select())
        .load(c))?)
}

/// How many texts of the broker's own wait to leave from each number of a community, but for frozen phones; by the same
/// way, once for all numbers.
pub fn notices(conn: &mut Conn, community: CommunityId) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::member_id.is_null())
        .filter(outbox::kind.eq(TEXT))
        .filter(outbox::node.ne(PARKED))
        .group_by(outbox::number_id)
        .select((outbox::number_id, diesel::dsl::count_star()))
        .load(c))?)
}

/// Sends a row to another phone, by the carrier that serves it.
pub fn redirect(conn: &mut Conn, key: (i64, i64, i16), phone: E164, carrier: &str) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table.find(key))
        .set((outbox::to_phone.eq(phone.as_i64()), outbox::carrier.eq(carrier)))
        .execute(c))?;
    Ok(())
}

/// The texting hours of a row that keeps to any are looked at again: it is to go by another clock.
pub fn ask_hours_again(conn: &mut Conn, key: (i64, i64, i16), now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table.find(key).filter(outbox::open_until.is_not_null()))
        .set(outbox::open_until.eq(now))
        .execute(c))?;
    Ok(())
}

/// Says until when a row may leave.
pub fn set_open_until(conn: &mut Conn, key: (i64, i64, i16), until: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table.find(key))
        .set(outbox::open_until.eq(until))
        .execute(c))?;
    Ok(())
}

/// Gives a row to a node, or to nobody while its phone is frozen ([`PARKED`]).
pub fn give_to(conn: &mut Conn, key: (i64, i64, i16), node: i16) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table.find(key)).set(outbox::node.eq(node)).execute(c))?;
    Ok(())
}

/// Whether a row waits for a frozen phone.
pub fn is_parked(conn: &mut Conn, key: (i64, i64, i16)) -> Result<bool, StoreError> {
    let found: Option<i16> = each!(conn, c => outbox::table
        .find(key)
        .filter(outbox::node.eq(PARKED))
        .select(outbox::node)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Rows that waited for a frozen phone beyond their time.
pub fn parked_too_long(conn: &mut Conn, now: i64, limit: i64) -> Result<Vec<OutboxRow>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::node.eq(PARKED))
        .filter(outbox::expires_at.le(now))
        .limit(limit)
        .select(OutboxRow::as_select())
        .load(c))?)
}

/// Whose rate counts is another from now on, who is the same person; no index for it either.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::member_id.eq(from.as_i64())))
        .set(outbox::member_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}

/// How a row is to leave now, which need not be as when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Target {
    /// The real phone that it goes to, E.164.
    pub to_phone: i64,
    /// The outlet.
    pub carrier: String,
    /// The pool number that it leaves from, E.164.
    pub from_number: i64,
}

/// How a row is still to be sent by that node.
pub fn target(conn: &mut Conn, key: (i64, i64, i16), node: u16) -> Result<Option<Target>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .find(key)
        .filter(outbox::node.eq(node as i16))
        .select((outbox::to_phone, outbox::carrier, outbox::from_number))
        .first(c)
        .optional())?)
}

/// Has a row leave from another number, by the carrier that serves it.
pub fn send_from(
    conn: &mut Conn,
    key: (i64, i64, i16),
    number: &NumberRow,
    carrier: &str,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(outbox::table.find(key))
        .set((
            outbox::number_id.eq(number.id),
            outbox::number_rate.eq(number.rate_per_s),
            outbox::from_number.eq(number.e164),
            outbox::carrier.eq(carrier),
        ))
        .execute(c))?;
    Ok(())
}
