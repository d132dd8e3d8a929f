//! What phones remember and have stopped, joined to what stands on them now.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt};

use super::super::{Conn, StoreError, each};
use super::Least;
use crate::domain::Timestamp;
use crate::domain::assignment::Origin;
use crate::domain::id::{AssignmentId, CommunityId, DeviceId, MemberId, NumberId, OptOutId};
use crate::domain::verification::{Live, Past, Row};

/// What a phone remembers of a number that stands for somebody on it now.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Remembered {
    #[diesel(sql_type = Nullable<BigInt>)]
    past_contact: Option<i64>,
    #[diesel(sql_type = BigInt)]
    memory: i64,
    #[diesel(sql_type = BigInt)]
    device_id: i64,
    #[diesel(sql_type = BigInt)]
    device_since: i64,
    #[diesel(sql_type = BigInt)]
    member_id: i64,
    #[diesel(sql_type = BigInt)]
    number_id: i64,
    #[diesel(sql_type = BigInt)]
    contact_id: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    origin: i16,
    #[diesel(sql_type = Bool)]
    stopped: bool,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
}

impl Remembered {
    /// The assignment as it is.
    pub fn live(&self) -> Live {
        Live {
            row: Row {
                member: MemberId::from_i64(self.member_id),
                number: NumberId::from_i64(self.number_id),
                contact: MemberId::from_i64(self.contact_id),
                id: AssignmentId::from_i64(self.id),
                origin: Origin::from_code(self.origin),
                pending: false,
                blocked: false,
                stopped: self.stopped,
                created_at: Timestamp(self.created_at),
            },
            device: DeviceId::from_i64(self.device_id),
            device_since: Timestamp(self.device_since),
        }
    }

    /// What the number was, of a hold.
    pub fn past(&self) -> Past {
        Past {
            number: NumberId::from_i64(self.number_id),
            contact: self.past_contact.map(MemberId::from_i64),
            cool_until: Timestamp(self.memory),
            // A phone's own memory keeps nothing.
            kept_until: Timestamp(0),
            forwards_until: Timestamp(0),
        }
    }

    /// Which opt-out it is, and for whom the number stood then, of a stop.
    pub fn stop(&self) -> (OptOutId, Option<MemberId>) {
        let contact = self.past_contact.map(MemberId::from_i64);
        (OptOutId::from_i64(self.memory), contact)
    }
}

/// The phone up to which the next chunk of a table by phone goes; none where it ends.
fn phones_to(
    conn: &mut Conn,
    table: &str,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<Option<i64>, StoreError> {
    let sql = format!(
        "SELECT phone AS least FROM {table} WHERE community_id = {} AND phone > {after} ORDER BY phone \
         LIMIT 1 OFFSET {}",
        community.as_i64(),
        most - 1
    );
    let found: Vec<Least> = each!(conn, c => diesel::sql_query(sql).load(c))?;
    Ok(found.first().and_then(|row| row.least))
}

/// Where phones are joined to what stands on them now. The order of the tables is that in which SQLite reads them.
fn remembered(
    conn: &mut Conn,
    (table, memory): (&str, &str),
    community: CommunityId,
    (after, upto): (i64, i64),
) -> Result<Vec<Remembered>, StoreError> {
    let sql = format!(
        "SELECT m.contact_id AS past_contact, m.{memory} AS memory, d.id AS device_id, \
         d.created_at AS device_since, a.member_id, a.number_id, a.contact_id, a.id, a.origin, a.stopped, \
         a.created_at FROM {table} m CROSS JOIN devices d CROSS JOIN assignments a \
         WHERE m.community_id = {community} AND m.phone > {after} AND m.phone <= {upto} \
         AND d.community_id = m.community_id AND d.phone = m.phone \
         AND a.community_id = m.community_id AND a.member_id = d.member_id AND a.number_id = m.number_id",
        community = community.as_i64()
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// What phones remember of numbers that stand for somebody on them now, and up to which phone that goes.
pub fn holds(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<(Vec<Remembered>, Option<i64>), StoreError> {
    let upto = phones_to(conn, "phone_holds", community, after, most)?;
    let bounds = (after, upto.unwrap_or(i64::MAX));
    let found = remembered(conn, ("phone_holds", "cool_until"), community, bounds)?;
    Ok((found, upto))
}

/// A phone that has stopped everything and is not marked so.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Unmarked {
    /// `opt_…`
    #[diesel(sql_type = BigInt)]
    pub opt_out_id: i64,
    /// `dev_…`
    #[diesel(sql_type = BigInt)]
    pub device_id: i64,
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
}

/// What phones have stopped.
#[derive(Debug)]
pub struct Stops {
    /// Of numbers that stand for somebody on them now.
    pub found: Vec<Remembered>,
    /// Of everything, where it is not marked.
    pub unmarked: Vec<Unmarked>,
    /// Up to which phone that goes; none where it ends.
    pub upto: Option<i64>,
}

/// What phones have stopped: of numbers that stand for somebody on them now, and of everything where it is not marked;
/// and up to which phone that goes.
pub fn stops(conn: &mut Conn, community: CommunityId, after: i64, most: i64) -> Result<Stops, StoreError> {
    let upto = phones_to(conn, "opt_outs", community, after, most)?;
    let bounds = (after, upto.unwrap_or(i64::MAX));
    let found = remembered(conn, ("opt_outs", "id"), community, bounds)?;
    let sql = format!(
        "SELECT o.id AS opt_out_id, d.id AS device_id, d.member_id FROM opt_outs o CROSS JOIN devices d \
         WHERE o.community_id = {community} AND o.phone > {after} AND o.phone <= {upto} AND o.number_id = {all} \
         AND d.community_id = o.community_id AND d.phone = o.phone AND NOT d.stopped_all",
        community = community.as_i64(),
        upto = bounds.1,
        all = super::super::opt_outs::ALL_NUMBERS,
    );
    Ok(Stops {
        found,
        unmarked: each!(conn, c => diesel::sql_query(sql).load(c))?,
        upto,
    })
}
