//! Assignments, both rows of each pair.

use diesel::prelude::*;

use super::devices::{DeviceRow, first_of};
use super::numbers::NumberRow;
use super::schema::{assignments, blocks, devices, numbers};
use super::update::Touch;
use super::{Conn, StoreError, each};
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::id::{AssignmentId, CommunityId, MemberId, NumberId};
use crate::domain::{E164, Timestamp};

/// An assignment's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = assignments, treat_none_as_default_value = false)]
pub(super) struct Row {
    community_id: i64,
    member_id: i64,
    number_id: i64,
    contact_id: i64,
    id: i64,
    origin: i16,
    pending: bool,
    blocked: bool,
    stopped: bool,
    answered_at: Option<i64>,
    last_activity_at: i64,
    created_at: i64,
}

impl From<Row> for Assignment {
    fn from(row: Row) -> Self {
        Self {
            id: AssignmentId::from_i64(row.id),
            member: MemberId::from_i64(row.member_id),
            contact: MemberId::from_i64(row.contact_id),
            number: NumberId::from_i64(row.number_id),
            origin: Origin::from_code(row.origin),
            pending: row.pending,
            blocked: row.blocked,
            stopped: row.stopped,
            answered_at: row.answered_at.map(Timestamp),
            last_activity_at: Timestamp(row.last_activity_at),
            created_at: Timestamp(row.created_at),
        }
    }
}

impl Row {
    fn of(community: CommunityId, a: &Assignment) -> Self {
        Self {
            community_id: community.as_i64(),
            member_id: a.member.as_i64(),
            number_id: a.number.as_i64(),
            contact_id: a.contact.as_i64(),
            id: a.id.as_i64(),
            origin: a.origin.code(),
            pending: a.pending,
            blocked: a.blocked,
            stopped: a.stopped,
            answered_at: a.answered_at.map(|t| t.0),
            last_activity_at: a.last_activity_at.0,
            created_at: a.created_at.0,
        }
    }
}

/// Adds the two rows of a pair. The route key and the pair key refuse what must not be.
pub fn insert_pair(
    conn: &mut Conn,
    community: CommunityId,
    pair: [&Assignment; 2],
) -> Result<(), StoreError> {
    for a in pair {
        let row = Row::of(community, a);
        each!(conn, c => diesel::insert_into(assignments::table).values(&row).execute(c))?;
    }
    Ok(())
}

/// What `number` stands for on `member`'s phone: the route key.
pub fn by_number(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<Option<Assignment>, StoreError> {
    let row: Option<Row> = each!(conn, c => assignments::table
        .find((community.as_i64(), member.as_i64(), number.as_i64()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    Ok(row.map(Into::into))
}

/// What stands for `contact` on `member`'s phone: the pair key.
pub fn by_contact(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: MemberId,
) -> Result<Option<Assignment>, StoreError> {
    let row: Option<Row> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .filter(assignments::contact_id.eq(contact.as_i64()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    Ok(row.map(Into::into))
}

/// A row, its number, the phone of whoever has the row that texts go to, and who of the two blocks the other.
pub type RowWithEnds = (Assignment, Option<NumberRow>, Option<DeviceRow>, Blocking);

/// Who of a pair does not want to hear from the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocking {
    /// Whoever has the row blocks the contact.
    pub by_owner: bool,
    /// The contact blocks whoever has the row.
    pub by_contact: bool,
}

#[allow(missing_docs, reason = "the macro writes none")]
mod other_way {
    use super::blocks;

    diesel::alias!(blocks as contacts_blocks: ContactsBlocks);
}
use other_way::contacts_blocks;

/// Like [`by_contact`], with the row's number, the phone that texts to `member` go to, and who blocks whom.
pub fn by_contact_with_ends(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: MemberId,
) -> Result<Option<RowWithEnds>, StoreError> {
    let its = numbers::community_id
        .eq(assignments::community_id)
        .and(numbers::id.eq(assignments::number_id));
    let theirs = devices::community_id
        .eq(assignments::community_id)
        .and(devices::member_id.eq(assignments::member_id));
    let own = blocks::community_id
        .eq(assignments::community_id)
        .and(blocks::member_id.eq(assignments::member_id))
        .and(blocks::contact_id.eq(assignments::contact_id));
    let other = contacts_blocks
        .field(blocks::community_id)
        .eq(assignments::community_id)
        .and(
            contacts_blocks
                .field(blocks::member_id)
                .eq(assignments::contact_id),
        )
        .and(
            contacts_blocks
                .field(blocks::contact_id)
                .eq(assignments::member_id),
        );
    type Found = (
        Row,
        Option<NumberRow>,
        Option<DeviceRow>,
        Option<i64>,
        Option<i64>,
    );
    let found: Vec<Found> = each!(conn, c => assignments::table
        .left_join(numbers::table.on(its))
        .left_join(devices::table.on(theirs))
        .left_join(blocks::table.on(own))
        .left_join(contacts_blocks.on(other))
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .filter(assignments::contact_id.eq(contact.as_i64()))
        .order(devices::id)
        .select((
            Row::as_select(),
            Option::<NumberRow>::as_select(),
            Option::<DeviceRow>::as_select(),
            blocks::created_at.nullable(),
            contacts_blocks.field(blocks::created_at).nullable(),
        ))
        .load(c))?;
    let (mut ends, mut phones) = (None, Vec::new());
    for (row, number, phone, own, other) in found {
        let blocking = Blocking {
            by_owner: own.is_some(),
            by_contact: other.is_some(),
        };
        ends.get_or_insert((row, number, blocking));
        phones.extend(phone);
    }
    Ok(ends.map(|(row, number, blocking)| (row.into(), number, first_of(phones), blocking)))
}

/// Whose phone that is, and who the number is to them.
pub fn by_phone_and_number(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    number: NumberId,
) -> Result<Option<(DeviceRow, Option<Assignment>)>, StoreError> {
    let theirs = assignments::community_id
        .eq(devices::community_id)
        .and(assignments::member_id.eq(devices::member_id))
        .and(assignments::number_id.eq(number.as_i64()));
    let found: Option<(DeviceRow, Option<Row>)> = each!(conn, c => devices::table
        .left_join(assignments::table.on(theirs))
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.eq(phone.as_i64()))
        .select((DeviceRow::as_select(), Option::<Row>::as_select()))
        .first(c)
        .optional())?;
    Ok(found.map(|(device, row)| (device, row.map(Into::into))))
}

/// Like [`by_number`]; on PostgreSQL the row is held until the transaction ends, so that whoever wants to
/// change it by [`lock_pair`] waits. Several may hold it at once, and note activity on it. It costs no query
/// more: what is read after it (the mirror, the contact's phone) is as the last change left it.
pub fn hold_by_number(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<Option<Assignment>, StoreError> {
    let Conn::Postgres(c) = conn else {
        return by_number(conn, community, member, number);
    };
    let row: Option<Row> = assignments::table
        .find((community.as_i64(), member.as_i64(), number.as_i64()))
        .select(Row::as_select())
        .for_key_share()
        .get_result(c)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Like [`by_contact`], and held as by [`hold_by_number`].
pub fn hold_by_contact(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: MemberId,
) -> Result<Option<Assignment>, StoreError> {
    let Conn::Postgres(c) = conn else {
        return by_contact(conn, community, member, contact);
    };
    let row: Option<Row> = assignments::table
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .filter(assignments::contact_id.eq(contact.as_i64()))
        .select(Row::as_select())
        .for_key_share()
        .get_result(c)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Both rows of a pair, the given member's first, as they are once nobody else changes the pair or bridges
/// a text on it; none when it was released meanwhile. Whoever releases, blocks or stops a pair, or changes
/// where its texts go, asks here first. SQLite has one writer and needs no lock.
pub fn lock_pair(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: MemberId,
) -> Result<Option<[Assignment; 2]>, StoreError> {
    let (a, b) = (member.as_i64(), contact.as_i64());
    let this = assignments::member_id.eq(a).and(assignments::contact_id.eq(b));
    let that = assignments::member_id.eq(b).and(assignments::contact_id.eq(a));
    let query = assignments::table
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(this.or(that))
        .order(assignments::member_id);
    let rows: Vec<Row> = match conn {
        Conn::Sqlite(c) => query.select(Row::as_select()).load(c)?,
        Conn::Postgres(c) => query.select(Row::as_select()).for_update().load(c)?,
    };
    let mut rows = rows.into_iter().map(Assignment::from);
    match (rows.next(), rows.next()) {
        (Some(first), Some(second)) if first.member == member => Ok(Some([first, second])),
        (Some(first), Some(second)) => Ok(Some([second, first])),
        (None, _) => Ok(None),
        _ => Err(StoreError::Corrupt("assignments: a row without its mirror")),
    }
}

/// A member's whole table.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<Assignment>, StoreError> {
    let rows: Vec<Row> = each!(conn, c => assignments::table
        .filter(assignments::community_id.eq(community.as_i64()))
        .filter(assignments::member_id.eq(member.as_i64()))
        .order(assignments::number_id)
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The mirrors of a member's rows: (their owner, when that owner last sent on it).
pub fn mirror_activity(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contacts: &[MemberId],
) -> Result<Vec<(MemberId, Timestamp)>, StoreError> {
    let mut found = Vec::with_capacity(contacts.len());
    for contact in contacts {
        if let Some(row) = by_contact(conn, community, *contact, member)? {
            found.push((*contact, row.last_activity_at));
        }
    }
    Ok(found)
}

/// Removes one row; true if it was there.
pub fn delete(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<bool, StoreError> {
    let gone = each!(conn, c => diesel::delete(
        assignments::table.find((community.as_i64(), member.as_i64(), number.as_i64()))).execute(c))?;
    Ok(gone > 0)
}

/// Notes that the owner used a row for the first time: it is answered from now on, and active. The row after it; none
/// where it was answered already, or has gone.
pub fn answer(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
    now: Timestamp,
) -> Result<Option<Assignment>, StoreError> {
    let row: Option<Row> = each!(conn, c => diesel::update(
        assignments::table
            .find((community.as_i64(), member.as_i64(), number.as_i64()))
            .filter(assignments::answered_at.is_null()))
        .set((assignments::answered_at.eq(now.0), assignments::last_activity_at.eq(now.0)))
        .returning(Row::as_returning())
        .get_result(c)
        .optional())?;
    Ok(row.map(Into::into))
}

/// Notes that the owner used a row, if it is there: it is active.
pub fn touch(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let update = Touch {
        community_id: community.as_i64(),
        member_id: member.as_i64(),
        number_id: number.as_i64(),
        now: now.0,
    };
    each!(conn, c => update.execute(c))?;
    Ok(())
}

/// What may change on a row during its life.
#[derive(Clone, Copy, Debug, Default, AsChangeset)]
#[diesel(table_name = assignments)]
pub struct AssignmentChange {
    /// Waiting for acceptance.
    pub pending: Option<bool>,
    /// Blocked by an admin or an app.
    pub blocked: Option<bool>,
    /// Stopped by the owner's phone.
    pub stopped: Option<bool>,
    /// 0 chosen, 1 received.
    pub origin: Option<i16>,
}

/// Changes one row. The row after it; none where it is so already, or has gone.
pub fn update(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
    change: &AssignmentChange,
) -> Result<Option<Assignment>, StoreError> {
    // What is to stay compares with NULL, which is never true.
    let differs = (assignments::pending.nullable().ne(change.pending))
        .or(assignments::blocked.nullable().ne(change.blocked))
        .or(assignments::stopped.nullable().ne(change.stopped))
        .or(assignments::origin.nullable().ne(change.origin));
    let row: Option<Row> = each!(conn, c => diesel::update(
        assignments::table
            .find((community.as_i64(), member.as_i64(), number.as_i64()))
            .filter(differs))
        .set(change)
        .returning(Row::as_returning())
        .get_result(c)
        .optional())?;
    Ok(row.map(Into::into))
}

/// Makes a row another one: of another member, on another number, or for another contact. In its place, so that whoever
/// waits for the row finds it as it is then.
pub fn become_another(
    conn: &mut Conn,
    community: CommunityId,
    (before, after): (&Assignment, &Assignment),
) -> Result<(), StoreError> {
    let key = (community.as_i64(), before.member.as_i64(), before.number.as_i64());
    each!(conn, c => diesel::update(assignments::table.find(key))
        .set((
            assignments::member_id.eq(after.member.as_i64()),
            assignments::number_id.eq(after.number.as_i64()),
            assignments::contact_id.eq(after.contact.as_i64()),
            assignments::stopped.eq(after.stopped),
            assignments::created_at.eq(after.created_at.0),
        ))
        .execute(c))?;
    Ok(())
}
