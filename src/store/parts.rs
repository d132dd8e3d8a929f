//! The parts of a sent message, by the names that its carrier gave them.

use diesel::prelude::*;

use super::schema::message_parts;
use super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;
use crate::domain::message::Status;

/// A part's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = message_parts, treat_none_as_default_value = false)]
pub struct PartRow {
    /// `com_…`
    pub community_id: i64,
    /// `msg_…`
    pub message_id: i64,
    /// From 1.
    pub part: i16,
    /// How many there are.
    pub parts: i16,
    /// The carrier's outlet.
    pub carrier: String,
    /// The carrier's id.
    pub carrier_ref: String,
    /// [`Status`] as its code.
    pub status: i16,
    /// Which of the carrier's SMSCs took it, where it has several.
    pub smsc: Option<String>,
}

/// Records a part; a repeated try of the same message replaces the reference. What was reported of a part
/// that is recorded again under its own reference stays.
pub fn record(conn: &mut Conn, row: &PartRow) -> Result<(), StoreError> {
    let added = each!(conn, c => diesel::insert_into(message_parts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    // Rare, and an upsert's statement would be prepared anew for every text.
    if added == 0 {
        each!(conn, c => diesel::update(
            message_parts::table.find((row.community_id, row.message_id, row.part)))
            .set((
                message_parts::carrier.eq(&row.carrier),
                message_parts::carrier_ref.eq(&row.carrier_ref),
                message_parts::smsc.eq(&row.smsc),
                message_parts::status.eq(row.status),
            ))
            .filter(message_parts::carrier_ref.ne(&row.carrier_ref).or(message_parts::carrier.ne(&row.carrier)))
            .execute(c))?;
        each!(conn, c => diesel::update(
            message_parts::table.find((row.community_id, row.message_id, row.part)))
            .set(message_parts::parts.eq(row.parts))
            .execute(c))?;
    }
    Ok(())
}

/// The parts of a message that a carrier took, in order.
pub fn of_message(
    conn: &mut Conn,
    community_id: i64,
    message_id: i64,
    carrier: &str,
) -> Result<Vec<PartRow>, StoreError> {
    Ok(each!(conn, c => message_parts::table
        .filter(message_parts::community_id.eq(community_id))
        .filter(message_parts::message_id.eq(message_id))
        .filter(message_parts::carrier.eq(carrier))
        .order(message_parts::part)
        .select(PartRow::as_select())
        .load(c))?)
}

/// All parts of a message, in order.
pub fn all_of_message(
    conn: &mut Conn,
    community: CommunityId,
    message_id: i64,
) -> Result<Vec<PartRow>, StoreError> {
    Ok(each!(conn, c => message_parts::table
        .filter(message_parts::community_id.eq(community.as_i64()))
        .filter(message_parts::message_id.eq(message_id))
        .order(message_parts::part)
        .select(PartRow::as_select())
        .load(c))?)
}

/// Most parts under one reference that are looked at.
const NAMESAKES: i64 = 50;

/// How sure a receipt's part has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// One that is not reported on yet, and that the reporting SMSC itself took, where it has a name: another
    /// text under the same reference may still be on its way to the database.
    Sure,
    /// Else one that was reported on already, or another SMSC's, since many carriers report over whichever
    /// link they like, provided that only one of them used the reference: where two did, nobody can say whose
    /// it is.
    Likely,
}

/// The part that a carrier called so, the newest where there are several (carriers start their ids anew now
/// and then).
pub fn by_reference(
    conn: &mut Conn,
    carrier: &str,
    smsc: Option<&str>,
    reference: &str,
    how: Match,
) -> Result<Option<PartRow>, StoreError> {
    let namesakes: Vec<PartRow> = each!(conn, c => message_parts::table
        .filter(message_parts::carrier_ref.eq(reference))
        .filter(message_parts::carrier.eq(carrier))
        .order(message_parts::message_id.desc())
        .limit(NAMESAKES)
        .select(PartRow::as_select())
        .load(c))?;
    let is_open = |part: &&PartRow| Status::from_code(part.status).is_some_and(|s| !s.is_final());
    let is_own = |part: &&PartRow| part.smsc.as_deref() == smsc;
    let open = || namesakes.iter().filter(is_open);
    let sure = open().find(is_own).or_else(|| match smsc {
        Some(_) => None,
        None => open().next(),
    });
    if sure.is_some() || how == Match::Sure {
        return Ok(sure.cloned());
    }
    if let Some(own) = namesakes.iter().find(is_own) {
        return Ok(Some(own.clone()));
    }
    let newest = namesakes.first();
    let alone = smsc.is_none()
        || namesakes
            .iter()
            .all(|part| Some(&part.smsc) == newest.map(|n| &n.smsc));
    Ok(newest.filter(|_| alone).cloned())
}

/// Sets one part's status.
pub fn set_status(conn: &mut Conn, part: &PartRow, status: Status) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(
        message_parts::table.find((part.community_id, part.message_id, part.part)))
        .set(message_parts::status.eq(status.code()))
        .execute(c))?;
    Ok(())
}

/// The statuses of all parts of a message that can be reported on: those that the carrier gave a name.
pub fn statuses(conn: &mut Conn, community_id: i64, message_id: i64) -> Result<Vec<Status>, StoreError> {
    let codes: Vec<i16> = each!(conn, c => message_parts::table
        .filter(message_parts::community_id.eq(community_id))
        .filter(message_parts::message_id.eq(message_id))
        .filter(message_parts::carrier_ref.ne(""))
        .select(message_parts::status)
        .load(c))?;
    Ok(codes.into_iter().filter_map(Status::from_code).collect())
}
