//! What a verification reads: rows in the order of their keys, so many at a time. Each function is called within a
//! snapshot of the caller's, so that what it gives is of one moment.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt};

use super::numbers::REMOVED;
use super::schema::{assignments, devices, members, releases};
use super::{Conn, StoreError, each};
use crate::domain::Timestamp;
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::id::{AssignmentId, CommunityId, DeviceId, MemberId, NumberId, OptOutId};
use crate::domain::verification::{Live, Past, Row};

/// Most entries of the directory that are told of at once.
const ENTRIES: i64 = 10_000;
/// Before every id.
pub const FIRST: i64 = i64::MIN;

#[derive(Queryable)]
struct AssignmentRow {
    member_id: i64,
    number_id: i64,
    contact_id: i64,
    id: i64,
    origin: i16,
    pending: bool,
    blocked: bool,
    stopped: bool,
    created_at: i64,
}

impl From<AssignmentRow> for Row {
    fn from(row: AssignmentRow) -> Self {
        Self {
            member: MemberId::from_i64(row.member_id),
            number: NumberId::from_i64(row.number_id),
            contact: MemberId::from_i64(row.contact_id),
            id: AssignmentId::from_i64(row.id),
            origin: Origin::from_code(row.origin),
            pending: row.pending,
            blocked: row.blocked,
            stopped: row.stopped,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// What the rules have to know of an assignment.
pub fn row_of(a: &Assignment) -> Row {
    Row {
        member: a.member,
        number: a.number,
        contact: a.contact,
        id: a.id,
        origin: a.origin,
        pending: a.pending,
        blocked: a.blocked,
        stopped: a.stopped,
        created_at: a.created_at,
    }
}

/// The tables of some members, whole, with what belongs to them.
#[derive(Debug, Default)]
pub struct Chunk {
    /// By member and number.
    pub rows: Vec<Row>,
    /// What the numbers of those members last stood for, by member.
    pub past: Vec<(MemberId, Past)>,
    /// The members who are there, in the order of their ids.
    pub members: Vec<MemberId>,
    /// Devices with their members, by member.
    pub devices: Vec<(MemberId, DeviceId)>,
    /// Up to whom it goes; none where nobody is left.
    pub upto: Option<MemberId>,
}

/// Up to which member rows are whole that were read up to a limit.
fn whole_to(members: impl DoubleEndedIterator<Item = i64> + Clone, is_full: bool) -> Option<i64> {
    if !is_full {
        return None;
    }
    let last = members.clone().next_back()?;
    // One whose rows alone fill the chunk is taken whole by the caller.
    Some(members.rev().find(|member| *member != last).unwrap_or(last))
}

fn is_full(rows: usize, most: i64) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows >= most)
}

/// The next rows of a community after a member, all of each member; and up to which member, if there are more.
pub fn tables(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<(Vec<Row>, Option<i64>), StoreError> {
    macro_rules! own {
        () => {
            assignments::table
                .filter(assignments::community_id.eq(community.as_i64()))
                .order((assignments::member_id, assignments::number_id))
                .select((
                    assignments::member_id,
                    assignments::number_id,
                    assignments::contact_id,
                    assignments::id,
                    assignments::origin,
                    assignments::pending,
                    assignments::blocked,
                    assignments::stopped,
                    assignments::created_at,
                ))
        };
    }
    let mut rows: Vec<AssignmentRow> =
        each!(conn, c => own!().filter(assignments::member_id.gt(after)).limit(most).load(c))?;
    let upto = whole_to(rows.iter().map(|row| row.member_id), is_full(rows.len(), most));
    if let Some(upto) = upto {
        if rows.iter().all(|row| row.member_id == upto) {
            rows = each!(conn, c => own!().filter(assignments::member_id.eq(upto)).load(c))?;
        }
        rows.retain(|row| row.member_id <= upto);
    }
    Ok((rows.into_iter().map(Row::from).collect(), upto))
}

/// The next members of a community after one, and their tables.
pub fn chunk(conn: &mut Conn, community: CommunityId, after: i64, most: i64) -> Result<Chunk, StoreError> {
    let (mut rows, mut upto) = tables(conn, community, after, most)?;
    let community = community.as_i64();
    let within = |upto: Option<i64>| upto.unwrap_or(i64::MAX);
    let narrow = |upto: Option<i64>, other: Option<i64>| match (upto, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let mut owned: Vec<(i64, i64)> = each!(conn, c => devices::table
        .filter(devices::community_id.eq(community))
        .filter(devices::member_id.gt(after))
        .filter(devices::member_id.le(within(upto)))
        .order((devices::member_id, devices::id))
        .limit(most)
        .select((devices::member_id, devices::id))
        .load(c))?;
    upto = narrow(
        upto,
        whole_to(owned.iter().map(|row| row.0), is_full(owned.len(), most)),
    );
    let there: Vec<i64> = each!(conn, c => members::table
        .filter(members::community_id.eq(community))
        .filter(members::id.gt(after))
        .filter(members::id.le(within(upto)))
        .order(members::id)
        .limit(most)
        .select(members::id)
        .load(c))?;
    if is_full(there.len(), most) {
        upto = narrow(upto, there.last().copied());
    }
    let mut past: Vec<(i64, i64, i64, i64)> = match rows.last() {
        Some(last) => each!(conn, c => releases::table
            .filter(releases::community_id.eq(community))
            .filter(releases::member_id.gt(after))
            .filter(releases::member_id.le(within(upto).min(last.member.as_i64())))
            .order((releases::member_id, releases::number_id))
            .limit(most)
            .select((releases::member_id, releases::number_id, releases::contact_id, releases::cool_until))
            .load(c))?,
        None => Vec::new(),
    };
    if let Some(whole) = whole_to(past.iter().map(|row| row.0), is_full(past.len(), most)) {
        upto = narrow(upto, Some(whole));
        if past.iter().all(|row| row.0 == whole) {
            past = each!(conn, c => releases::table
                .filter(releases::community_id.eq(community))
                .filter(releases::member_id.eq(whole))
                .select((releases::member_id, releases::number_id, releases::contact_id, releases::cool_until))
                .load(c))?;
        }
    }
    let upto_all = within(upto);
    rows.retain(|row| row.member.as_i64() <= upto_all);
    owned.retain(|row| row.0 <= upto_all);
    past.retain(|row| row.0 <= upto_all);
    Ok(Chunk {
        rows,
        past: past
            .into_iter()
            .map(|(member, number, contact, cool_until)| {
                let past = Past {
                    number: NumberId::from_i64(number),
                    contact: Some(MemberId::from_i64(contact)),
                    cool_until: Timestamp(cool_until),
                };
                (MemberId::from_i64(member), past)
            })
            .collect(),
        members: there
            .into_iter()
            .filter(|id| *id <= upto_all)
            .map(MemberId::from_i64)
            .collect(),
        devices: owned
            .into_iter()
            .map(|(member, id)| (MemberId::from_i64(member), DeviceId::from_i64(id)))
            .collect(),
        upto: upto.map(MemberId::from_i64),
    })
}

/// Which members hold which numbers, by the route key: so many after one of them.
pub fn held(
    conn: &mut Conn,
    community: CommunityId,
    (member, number): (i64, i64),
    most: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let community = community.as_i64();
    let rest: Vec<(i64, i64)> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community))
        .filter(assignments::member_id.eq(member))
        .filter(assignments::number_id.gt(number))
        .order(assignments::number_id)
        .select((assignments::member_id, assignments::number_id))
        .load(c))?;
    let mut found = rest;
    let more: Vec<(i64, i64)> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community))
        .filter(assignments::member_id.gt(member))
        .order((assignments::member_id, assignments::number_id))
        .limit(most)
        .select((assignments::member_id, assignments::number_id))
        .load(c))?;
    found.extend(more);
    Ok(found)
}

#[derive(QueryableByName)]
struct Least {
    #[diesel(sql_type = Nullable<BigInt>)]
    least: Option<i64>,
}

/// The next community of which anything is there, after one, and whether the community itself is.
pub fn next_community(conn: &mut Conn, after: i64) -> Result<Option<(CommunityId, bool)>, StoreError> {
    let mut least = |table: &str, column: &str| -> Result<Option<i64>, StoreError> {
        let sql = format!("SELECT min({column}) AS least FROM {table} WHERE {column} > {after}");
        let row: Least = each!(conn, c => diesel::sql_query(sql).get_result(c))?;
        Ok(row.least)
    };
    let own = least("communities", "id")?;
    let others = [
        least("assignments", "community_id")?,
        least("devices", "community_id")?,
        least("numbers", "community_id")?,
    ];
    let next = others.into_iter().flatten().chain(own).min();
    Ok(next.map(|id| (CommunityId::from_i64(id), own == Some(id))))
}

/// How many assignments there are, about: what the numbers count.
pub fn about(conn: &mut Conn, community: Option<CommunityId>) -> Result<i64, StoreError> {
    let only = community.map_or(String::new(), |id| {
        format!(" WHERE community_id = {}", id.as_i64())
    });
    let sql = format!("SELECT CAST(sum(load) AS BIGINT) AS least FROM numbers{only}");
    let row: Least = each!(conn, c => diesel::sql_query(sql).get_result(c))?;
    Ok(row.least.unwrap_or(0))
}

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
        "SELECT n.id, n.e164, n.state <> '{REMOVED}' AS in_service, n.load, p.id IS NOT NULL AS pooled, \
         d.community_id AS led_community, d.number_id AS led_number FROM numbers n \
         LEFT JOIN pools p ON p.community_id = n.community_id AND p.id = n.pool_id \
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
         WHERE n.community_id = {} AND n.state <> '{REMOVED}' AND d.phone = n.e164",
        community.as_i64()
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// A place in the directory that leads nowhere.
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

/// Entries of the directory whose number is not there, so many after one.
pub fn lost_entries(conn: &mut Conn, after: i64) -> Result<Vec<LostEntry>, StoreError> {
    let sql = format!(
        "SELECT d.e164, d.community_id, d.number_id FROM number_directory d \
         LEFT JOIN numbers n ON n.community_id = d.community_id AND n.id = d.number_id \
         WHERE d.e164 > {after} AND n.id IS NULL ORDER BY d.e164 LIMIT {ENTRIES}"
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// Devices by phone: (phone, device, member), all of each phone; and the phone up to which they go, if there are more.
pub type ByPhone = (Vec<(i64, DeviceId, MemberId)>, Option<i64>);

/// The next devices in the order of their phones.
pub fn by_phone(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<ByPhone, StoreError> {
    let mut found: Vec<(i64, i64, i64)> = each!(conn, c => devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.gt(after))
        .order(devices::phone)
        .limit(most)
        .select((devices::phone, devices::id, devices::member_id))
        .load(c))?;
    let upto = whole_to(found.iter().map(|row| row.0), is_full(found.len(), most));
    if let Some(upto) = upto {
        found.retain(|row| row.0 <= upto);
    }
    let row = |(phone, device, member)| (phone, DeviceId::from_i64(device), MemberId::from_i64(member));
    Ok((found.into_iter().map(row).collect(), upto))
}

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

/// What phones have stopped: of numbers that stand for somebody on them now, and of everything where it is not marked;
/// and up to which phone that goes.
pub fn stops(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    most: i64,
) -> Result<(Vec<Remembered>, Vec<Unmarked>, Option<i64>), StoreError> {
    let upto = phones_to(conn, "opt_outs", community, after, most)?;
    let bounds = (after, upto.unwrap_or(i64::MAX));
    let found = remembered(conn, ("opt_outs", "id"), community, bounds)?;
    let sql = format!(
        "SELECT o.id AS opt_out_id, d.id AS device_id, d.member_id FROM opt_outs o CROSS JOIN devices d \
         WHERE o.community_id = {community} AND o.phone > {after} AND o.phone <= {upto} AND o.number_id = {all} \
         AND d.community_id = o.community_id AND d.phone = o.phone AND NOT d.stopped_all",
        community = community.as_i64(),
        upto = bounds.1,
        all = super::opt_outs::ALL_NUMBERS,
    );
    let unmarked = each!(conn, c => diesel::sql_query(sql).load(c))?;
    Ok((found, unmarked, upto))
}
