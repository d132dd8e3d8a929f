//! What left by each number and campaign, day by day; what of their caps is taken; and how long texts waited.

use diesel::dsl::{case_when, count_star, min};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{messages, outbox, traffic_days, traffic_waits};
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::traffic::Latest;

/// A number's own count.
pub const NUMBER: i16 = 0;
/// A campaign's, over its numbers.
pub const CAMPAIGN: i16 = 1;

/// Whose count of which day: (community, day, [`NUMBER`] or [`CAMPAIGN`], its id).
pub type DayKey = (i64, i64, i16, i64);

/// A day's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = traffic_days, treat_none_as_default_value = false)]
pub struct DayRow {
    /// `com_…`
    pub community_id: i64,
    /// Days since 1970, UTC.
    pub day: i64,
    /// [`NUMBER`] or [`CAMPAIGN`].
    pub kind: i16,
    /// `num_…` or `cmp_…`
    pub holder_id: i64,
    /// How many texts carriers took.
    pub texts: i64,
    /// How many of the cap nodes have taken to send.
    pub reserved: i64,
    /// In which span the latest left.
    pub span: i64,
    /// How many left in it.
    pub in_span: i64,
    /// How many left in the span before.
    pub before_span: i64,
}

impl DayRow {
    fn empty((community_id, day, kind, holder_id): DayKey) -> Self {
        Self {
            community_id,
            day,
            kind,
            holder_id,
            texts: 0,
            reserved: 0,
            span: 0,
            in_span: 0,
            before_span: 0,
        }
    }

    /// The latest texts.
    pub fn latest(&self) -> Latest {
        Latest {
            span: self.span,
            in_span: self.in_span,
            before_span: self.before_span,
        }
    }
}

/// Counts texts that left in a span.
pub fn count(conn: &mut Conn, key: DayKey, span: i64, texts: i64) -> Result<(), StoreError> {
    let row = DayRow {
        texts,
        span,
        in_span: texts,
        ..DayRow::empty(key)
    };
    // What comes late, from a clock that goes behind, counts to the span that is there.
    let (is_next, is_later) = (
        excluded(traffic_days::span).eq(traffic_days::span + 1),
        excluded(traffic_days::span).gt(traffic_days::span),
    );
    each!(conn, c => diesel::insert_into(traffic_days::table)
        .values(&row)
        .on_conflict((
            traffic_days::community_id, traffic_days::day, traffic_days::kind, traffic_days::holder_id,
        ))
        .do_update()
        .set((
            traffic_days::texts.eq(traffic_days::texts + excluded(traffic_days::texts)),
            traffic_days::before_span.eq(case_when(is_next, traffic_days::in_span)
                .when(is_later, 0i64)
                .otherwise(traffic_days::before_span)),
            traffic_days::in_span.eq(case_when(is_later, excluded(traffic_days::in_span))
                .otherwise(traffic_days::in_span + excluded(traffic_days::in_span))),
            traffic_days::span.eq(case_when(is_later, excluded(traffic_days::span))
                .otherwise(traffic_days::span)),
        ))
        .execute(c))?;
    Ok(())
}

/// Counts texts of a number that waited so long, by their class.
pub fn count_waits(
    conn: &mut Conn,
    (community_id, number_id, hour, class): (i64, i64, i64, i16),
    texts: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(traffic_waits::table)
        .values((
            traffic_waits::community_id.eq(community_id),
            traffic_waits::number_id.eq(number_id),
            traffic_waits::hour.eq(hour),
            traffic_waits::class.eq(class),
            traffic_waits::texts.eq(texts),
        ))
        .on_conflict((
            traffic_waits::community_id, traffic_waits::number_id, traffic_waits::hour, traffic_waits::class,
        ))
        .do_update()
        .set(traffic_waits::texts.eq(traffic_waits::texts + excluded(traffic_waits::texts)))
        .execute(c))?;
    Ok(())
}

/// Takes as much of several caps at once as all of them have left, `want` at most; each with its cap. Whoever takes
/// names them in one order: a number before its campaign.
pub fn reserve(conn: &mut Conn, caps: &[(DayKey, i64)], want: i64) -> Result<i64, StoreError> {
    let (mut granted, mut before) = (want, Vec::with_capacity(caps.len()));
    for (key, cap) in caps {
        each!(conn, c => diesel::insert_into(traffic_days::table)
            .values(DayRow::empty(*key))
            .on_conflict_do_nothing()
            .execute(c))?;
        let row = lock(conn, *key)?;
        // What left before there was a cap counts too.
        let taken = row.texts.max(row.reserved);
        granted = granted.min(cap - taken);
        before.push((*key, taken));
    }
    if granted <= 0 {
        return Ok(0);
    }
    for (key, taken) in before {
        each!(conn, c => diesel::update(traffic_days::table.find(key))
            .set(traffic_days::reserved.eq(taken + granted))
            .execute(c))?;
    }
    Ok(granted)
}

fn lock(conn: &mut Conn, key: DayKey) -> Result<DayRow, StoreError> {
    Ok(match conn {
        Conn::Sqlite(c) => traffic_days::table
            .find(key)
            .select(DayRow::as_select())
            .get_result(c)?,
        Conn::Postgres(c) => traffic_days::table
            .find(key)
            .select(DayRow::as_select())
            .for_update()
            .get_result(c)?,
    })
}

/// Gives back what was taken of caps and not sent.
pub fn give_back(conn: &mut Conn, caps: &[DayKey], texts: i64) -> Result<(), StoreError> {
    for key in caps {
        each!(conn, c => diesel::update(traffic_days::table
            .find(*key)
            .filter(traffic_days::reserved.ge(texts)))
            .set(traffic_days::reserved.eq(traffic_days::reserved - texts))
            .execute(c))?;
    }
    Ok(())
}

/// All that was counted in a community on a day.
pub fn of_day(conn: &mut Conn, community: CommunityId, day: i64) -> Result<Vec<DayRow>, StoreError> {
    Ok(each!(conn, c => traffic_days::table
        .filter(traffic_days::community_id.eq(community.as_i64()))
        .filter(traffic_days::day.eq(day))
        .select(DayRow::as_select())
        .load(c))?)
}

/// All that was counted on a day, in all communities.
pub fn all_of_day(conn: &mut Conn, day: i64) -> Result<Vec<DayRow>, StoreError> {
    Ok(each!(conn, c => traffic_days::table
        .filter(traffic_days::day.eq(day))
        .select(DayRow::as_select())
        .load(c))?)
}

/// How long a number's texts waited since an hour: counts by class, in their order.
pub fn waits(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
    since_hour: i64,
) -> Result<Vec<(i16, i64)>, StoreError> {
    let rows: Vec<(i16, i64)> = each!(conn, c => traffic_waits::table
        .filter(traffic_waits::community_id.eq(community.as_i64()))
        .filter(traffic_waits::number_id.eq(number.as_i64()))
        .filter(traffic_waits::hour.ge(since_hour))
        .select((traffic_waits::class, traffic_waits::texts))
        .load(c))?;
    let mut counts = std::collections::BTreeMap::new();
    for (class, texts) in rows {
        *counts.entry(class).or_insert(0) += texts;
    }
    Ok(counts.into_iter().collect())
}

/// What waits: (the number or the lane, how many texts, the oldest message).
pub type Queue = (i64, i64, Option<i64>);

/// What waits for each number of a community, of all nodes; not what waits for a frozen phone, which may be for days
/// and takes nobody's turn.
pub fn queues(conn: &mut Conn, community: CommunityId) -> Result<Vec<Queue>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::kind.eq(super::outbox::TEXT))
        .filter(outbox::node.ne(super::outbox::PARKED))
        .group_by(outbox::number_id)
        .select((outbox::number_id, count_star(), min(outbox::message_id)))
        .load(c))?)
}

/// What waits for each number of all communities, as [`queues`] counts it.
pub fn all_queues(conn: &mut Conn) -> Result<Vec<Queue>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::kind.eq(super::outbox::TEXT))
        .filter(outbox::node.ne(super::outbox::PARKED))
        .group_by(outbox::number_id)
        .select((outbox::number_id, count_star(), min(outbox::message_id)))
        .load(c))?)
}

/// What waits on some lanes. The outbox is short: there is no index for it.
pub fn queues_of_lanes(
    conn: &mut Conn,
    community: CommunityId,
    lanes: &[i64],
) -> Result<Vec<Queue>, StoreError> {
    Ok(each!(conn, c => outbox::table
        .filter(outbox::community_id.eq(community.as_i64()))
        .filter(outbox::kind.eq(super::outbox::TEXT))
        .filter(outbox::node.ne(super::outbox::PARKED))
        .filter(outbox::lane.eq_any(lanes))
        .group_by(outbox::lane)
        .select((outbox::lane, count_star(), min(outbox::message_id)))
        .load(c))?)
}

/// The latest texts from one member to another that left after the message `since`: (accepted at, sent at).
pub fn sent_between(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
    since: i64,
    limit: i64,
) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    Ok(each!(conn, c => messages::table
        .filter(messages::community_id.eq(community.as_i64()))
        .filter(messages::from_member.eq(from.as_i64()))
        .filter(messages::to_member.eq(to.as_i64()))
        .filter(messages::id.ge(since))
        .order(messages::id.desc())
        .limit(limit)
        .select((messages::accepted_at, messages::sent_at))
        .load(c))?)
}

/// Forgets counts from before a day, and waits from before an hour; returns how many rows.
pub fn forget(conn: &mut Conn, before_day: i64, before_hour: i64) -> Result<usize, StoreError> {
    let days = each!(conn, c => diesel::delete(traffic_days::table.filter(traffic_days::day.lt(before_day)))
        .execute(c))?;
    let waits = each!(conn, c => diesel::delete(traffic_waits::table.filter(traffic_waits::hour.lt(before_hour)))
        .execute(c))?;
    Ok(days + waits)
}
