//! Opt-ins: consent to texts, with who recorded it and on what evidence. What has ended stays.

use diesel::prelude::*;

use super::schema::opt_ins;
use super::{Conn, StoreError, each};
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId, OptInId};

/// The number id of a consent to texts from every number of the community.
pub const ALL_NUMBERS: i64 = 0;

/// An opt-in's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = opt_ins, treat_none_as_default_value = false)]
pub struct OptInRow {
    /// `com_…`
    pub community_id: i64,
    /// `oin_…`
    pub id: i64,
    /// E.164 as an integer.
    pub phone: i64,
    /// `num_…`, or [`ALL_NUMBERS`].
    pub number_id: i64,
    /// `mem_…`, for whom the number stood then.
    pub contact_id: Option<i64>,
    /// How it was given, as its word.
    pub source: String,
    /// The wording, or where it is kept.
    pub evidence: String,
    /// When it was given, Unix milliseconds.
    pub given_at: i64,
    /// When it was recorded, Unix milliseconds.
    pub recorded_at: i64,
    /// Who recorded it: [`crate::domain::history::Actor`] as its code.
    pub who: i16,
    /// The id that goes with it.
    pub who_id: Option<i64>,
    /// When it ended, Unix milliseconds.
    pub ended_at: Option<i64>,
    /// By what, as its word.
    pub ended_by: Option<String>,
}

/// Records an opt-in; false if one lives for that phone and number.
pub fn record(conn: &mut Conn, row: &OptInRow) -> Result<bool, StoreError> {
    if live(
        conn,
        CommunityId::from_i64(row.community_id),
        row.phone,
        row.number_id,
    )?
    .is_some()
    {
        return Ok(false);
    }
    let made = each!(conn, c => diesel::insert_into(opt_ins::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(made > 0)
}

/// The one that lives for a phone and number.
pub fn live(
    conn: &mut Conn,
    community: CommunityId,
    phone: i64,
    number_id: i64,
) -> Result<Option<OptInRow>, StoreError> {
    Ok(each!(conn, c => opt_ins::table
        .filter(opt_ins::community_id.eq(community.as_i64()))
        .filter(opt_ins::phone.eq(phone))
        .filter(opt_ins::number_id.eq(number_id))
        .filter(opt_ins::ended_at.is_null())
        .select(OptInRow::as_select())
        .first(c)
        .optional())?)
}

/// Whether a phone consents to texts of a contact from a number. What was said of the number when it stood for somebody
/// else does not count.
pub fn covers(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    (number_id, contact): (i64, MemberId),
) -> Result<bool, StoreError> {
    let whom = opt_ins::contact_id
        .is_null()
        .or(opt_ins::contact_id.eq(contact.as_i64()));
    Ok(each!(conn, c => diesel::select(diesel::dsl::exists(opt_ins::table
        .filter(opt_ins::community_id.eq(community.as_i64()))
        .filter(opt_ins::phone.eq(phone.as_i64()))
        .filter(opt_ins::number_id.eq_any([ALL_NUMBERS, number_id]))
        .filter(opt_ins::ended_at.is_null())
        .filter(whom.assume_not_null())))
        .get_result(c))?)
}

/// What a phone agreed to of one contact it agreed to of another from now on, who is the same person.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(opt_ins::table
        .filter(opt_ins::community_id.eq(community.as_i64()))
        .filter(opt_ins::phone.eq(phone.as_i64()))
        .filter(opt_ins::contact_id.eq(from.as_i64())))
        .set(opt_ins::contact_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}

/// Where a phone has as many records as are kept, or more, forgets the oldest that has ended. False where none has.
pub fn make_room(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    most: i64,
) -> Result<bool, StoreError> {
    let of = opt_ins::table
        .filter(opt_ins::community_id.eq(community.as_i64()))
        .filter(opt_ins::phone.eq(phone.as_i64()));
    let there: i64 = each!(conn, c => of.count().get_result(c))?;
    if there < most {
        return Ok(true);
    }
    let oldest: Option<i64> = each!(conn, c => of
        .filter(opt_ins::ended_at.is_not_null())
        .order(opt_ins::id)
        .select(opt_ins::id)
        .first(c)
        .optional())?;
    let Some(oldest) = oldest else {
        return Ok(false);
    };
    each!(conn, c => diesel::delete(opt_ins::table.find((community.as_i64(), oldest))).execute(c))?;
    Ok(true)
}

/// Ends what lives of a phone: for one number, or for all where none is given. Says how many ended.
pub fn end_of_phone(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    number_id: Option<i64>,
    (at, by): (i64, &str),
) -> Result<usize, StoreError> {
    let living = opt_ins::table
        .filter(opt_ins::community_id.eq(community.as_i64()))
        .filter(opt_ins::phone.eq(phone.as_i64()))
        .filter(opt_ins::ended_at.is_null());
    let ended = (opt_ins::ended_at.eq(at), opt_ins::ended_by.eq(by));
    Ok(each!(conn, c => match number_id {
        Some(number) => diesel::update(living.filter(opt_ins::number_id.eq(number))).set(ended).execute(c),
        None => diesel::update(living).set(ended).execute(c),
    })?)
}

/// Ends one; false where it has ended already.
pub fn end(
    conn: &mut Conn,
    community: CommunityId,
    id: OptInId,
    (at, by): (i64, &str),
) -> Result<bool, StoreError> {
    let ended = each!(conn, c => diesel::update(opt_ins::table
        .find((community.as_i64(), id.as_i64()))
        .filter(opt_ins::ended_at.is_null()))
        .set((opt_ins::ended_at.eq(at), opt_ins::ended_by.eq(by)))
        .execute(c))?;
    Ok(ended > 0)
}

/// One opt-in.
pub fn get(conn: &mut Conn, community: CommunityId, id: OptInId) -> Result<Option<OptInRow>, StoreError> {
    Ok(each!(conn, c => opt_ins::table
        .find((community.as_i64(), id.as_i64()))
        .select(OptInRow::as_select())
        .first(c)
        .optional())?)
}

/// Opt-ins of a community, newest first, before the given one; or those of some phones.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    phones: Option<&[i64]>,
    before: i64,
    limit: i64,
) -> Result<Vec<OptInRow>, StoreError> {
    let of = opt_ins::table
        .filter(opt_ins::community_id.eq(community.as_i64()))
        .filter(opt_ins::id.lt(before));
    let Some(phones) = phones else {
        return Ok(each!(conn, c => of
            .order(opt_ins::id.desc())
            .limit(limit)
            .select(OptInRow::as_select())
            .load(c))?);
    };
    // Of one phone after the other, each in the order of its index; a member has few.
    let mut found = Vec::new();
    for phone in phones {
        let some: Vec<OptInRow> = each!(conn, c => of
            .filter(opt_ins::phone.eq(*phone))
            .order(opt_ins::id.desc())
            .limit(limit)
            .select(OptInRow::as_select())
            .load(c))?;
        found.extend(some);
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}
