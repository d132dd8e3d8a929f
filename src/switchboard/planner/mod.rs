//! The capacity planner: how much room each member's table has, who runs out first and when, how many numbers are
//! needed, and what a change would bring. It writes nothing.
//!
//! A walk counts every table in the database, a few members at a time. Of a big community its result is kept for as long
//! as ten such walks take, a minute at most, so that whoever asks again and again costs a tenth of a connection.

mod explain;
mod tally;
mod turns;
pub mod views;
mod walk;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::error::Result;
use super::{Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::id::CommunityId;
use crate::store::{Conn, capacity as rows, members, pools};
use explain::explain;
pub(crate) use tally::Place;
use tally::{Counted, FIRST, Tally};
use turns::Turns;
use views::{Capacity, MemberCapacity, WhatIfResult};
use walk::Walk;
use world::World;
pub use world::{AddedNumbers, WhatIf};

/// How many of the fullest a walk keeps, for the pages to come.
const KEPT_MEMBERS: usize = 5_000;
/// How many walks' results are kept.
const KEPT_WALKS: usize = 8;
/// A walk that took no longer is made anew each time.
const QUICK_MS: i64 = 100;
/// For how long a walk's result is kept at most.
const MOST_KEPT_MS: i64 = 60_000;
/// Pools whose names are told.
const MOST_POOLS: i64 = 10_000;

/// What recent walks found, and whose turn it is to walk.
#[derive(Default)]
pub(super) struct Planner {
    kept: Mutex<Vec<Arc<Survey>>>,
    turns: Turns,
}

impl Planner {
    fn kept(&self) -> MutexGuard<'_, Vec<Arc<Survey>>> {
        self.kept.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// One that is kept and knows so many members after a place, and those.
    fn found(
        &self,
        now: Timestamp,
        community: CommunityId,
        after: Option<Place>,
        limit: usize,
    ) -> Option<(Arc<Survey>, Vec<Counted>)> {
        let mut kept = self.kept();
        kept.retain(|survey| now < survey.good_until);
        let known = kept.iter().filter(|survey| survey.community == community);
        let mut found = known.filter_map(|survey| Some((survey.clone(), survey.page(after, limit)?)));
        found.next_back()
    }

    fn keep(&self, survey: Arc<Survey>) {
        let mut kept = self.kept();
        if kept.len() >= KEPT_WALKS {
            kept.remove(0);
        }
        kept.push(survey);
    }
}

/// What a walk found.
struct Survey {
    community: CommunityId,
    after: Option<Place>,
    capacity: Capacity,
    fullest: Vec<Counted>,
    /// Nobody comes after those.
    is_whole: bool,
    measure: Measure,
    good_until: Timestamp,
}

impl Survey {
    /// So many of those that come after a place, where they are known.
    fn page(&self, after: Option<Place>, limit: usize) -> Option<Vec<Counted>> {
        if after < self.after {
            return None;
        }
        let is_later = |member: &&Counted| after.is_none_or(|place| place < member.place(self.measure.extra));
        let page: Vec<Counted> = self
            .fullest
            .iter()
            .filter(is_later)
            .take(limit)
            .copied()
            .collect();
        (self.is_whole || page.len() == limit).then_some(page)
    }
}

/// What a member's table is measured by.
#[derive(Clone, Copy)]
struct Measure {
    usable: usize,
    received_cap: usize,
    extra: usize,
    now: Timestamp,
}

impl Measure {
    fn of(world: &World, now: Timestamp) -> Self {
        Self {
            usable: world.usable,
            received_cap: world.received_cap,
            extra: world.extra,
            now,
        }
    }

    fn view(self, conn: &mut Conn, community: CommunityId, counted: &Counted) -> Result<MemberCapacity> {
        // Who has left meanwhile has no name any more.
        let name = members::get(conn, community, counted.member)?.map(|row| row.name);
        let free = counted.room.free.saturating_sub(self.extra);
        let unanswered_left = self.received_cap.saturating_sub(counted.unanswered);
        Ok(MemberCapacity {
            member: counted.member,
            name: name.unwrap_or_default(),
            region: counted.region.map(|r| r.to_string()),
            contacts: counted.contacts as u64,
            usable: self.usable as u64,
            used: counted.room.used as u64,
            cooling: counted.room.cooling as u64,
            kept: counted.room.kept as u64,
            stopped: counted.room.stopped as u64,
            free: free as u64,
            receivable: free.min(unanswered_left) as u64,
            missing: self.extra.saturating_sub(counted.room.free) as u64,
            idle: counted.idle as u64,
            made: counted.history.made,
            let_go: counted.history.let_go,
            runs_out: counted.history.forecast(free, self.now).into(),
        })
    }
}

/// What a walk must know beforehand: one world for each change.
fn prepare(conn: &mut Conn, now: Timestamp, community: CommunityId, changes: &[WhatIf]) -> Result<Walk> {
    let policy = communities::require(conn, community)?.policy;
    let numbers = rows::in_service(conn, community)?;
    let pools: BTreeMap<i64, String> = pools::list(conn, community, 0, MOST_POOLS)?
        .into_iter()
        .map(|pool| (pool.id, pool.name))
        .collect();
    let worlds = changes
        .iter()
        .map(|change| World::new(&numbers, &pools, &policy, change));
    let worlds = worlds.collect::<Result<Vec<World>>>()?;
    let (has_holds, has_stops) = rows::has_holds_and_stops(conn, community)?;
    Ok(Walk {
        community,
        worlds,
        now,
        cool_down_s: policy.cool_down_s,
        has_holds,
        has_stops,
    })
}

/// What the sum says, with so many of the fullest, and all of those that were kept.
fn capacity(
    conn: &mut Conn,
    walk: &Walk,
    world: &World,
    tally: Tally,
    shown: usize,
) -> Result<(Capacity, Vec<Counted>, bool)> {
    let measure = Measure::of(world, walk.now);
    let mut capacity = Capacity {
        as_of: walk.now,
        explained: String::new(),
        members: tally.members as u64,
        contacts: tally.contacts as u64,
        usable: world.usable as u64,
        received_cap: world.received_cap as u64,
        on_hubs: u64::try_from(world.on_hubs).unwrap_or(0),
        numbers: world.groups.clone(),
        fill: tally.fill(),
        full: tally.full as u64,
        not_receiving: tally.not_receiving as u64,
        too_little_history: tally.too_little_history as u64,
        running_out: tally.running_out as u64,
        fullest: Vec::new(),
        first_out: Vec::new(),
        needed: tally.needed(world),
        regions: tally.regions(world),
        capabilities: tally.capabilities(world),
    };
    let (fullest, is_whole, first_out) = tally.into_firsts();
    for (views, all, most) in [
        (&mut capacity.fullest, &fullest, shown),
        (&mut capacity.first_out, &first_out, FIRST),
    ] {
        for counted in all.iter().take(most) {
            views.push(measure.view(conn, walk.community, counted)?);
        }
    }
    capacity.explained = explain(conn, walk, world, &capacity, fullest.first())?;
    Ok((capacity, fullest, is_whole))
}

impl Switchboard {
    /// How far a community's numbers go.
    pub async fn capacity(&self, community: CommunityId) -> Result<Capacity> {
        let (survey, _) = self.survey(community, None, FIRST).await?;
        Ok(survey.capacity.clone())
    }

    /// Members by how much room their tables have, the fullest first, after a place; each with its own place.
    pub(crate) async fn capacity_members(
        &self,
        community: CommunityId,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<(MemberCapacity, Place)>> {
        let (survey, page) = self.survey(community, after, limit).await?;
        self.read(move |conn| {
            let measure = survey.measure;
            let row = |counted: &Counted| {
                let view = measure.view(conn, community, counted)?;
                Ok((view, counted.place(measure.extra)))
            };
            page.iter().map(row).collect()
        })
        .await
    }

    /// The fullest members, so many at most.
    pub async fn fullest_members(&self, community: CommunityId, limit: usize) -> Result<Vec<MemberCapacity>> {
        let found = self
            .capacity_members(community, None, limit.min(KEPT_MEMBERS))
            .await?;
        Ok(found.into_iter().map(|(view, _)| view).collect())
    }

    /// What a change would bring: nothing is written.
    pub async fn capacity_what_if(&self, community: CommunityId, change: WhatIf) -> Result<WhatIfResult> {
        self.capacity_what_if_of(community, change, FIRST).await
    }

    /// The same, with so many of the fullest members.
    pub async fn capacity_what_if_of(
        &self,
        community: CommunityId,
        change: WhatIf,
        shown: usize,
    ) -> Result<WhatIfResult> {
        let _turn = self.inner.planner.turns.take(community).await?;
        let now = self.now();
        let walk = self
            .read(move |conn| prepare(conn, now, community, &[WhatIf::default(), change]))
            .await?;
        let walk = Arc::new(walk);
        let keep = shown.clamp(FIRST, KEPT_MEMBERS);
        let tallies = walk.clone().run(self, None, keep).await?;
        self.read(move |conn| {
            let all = walk.worlds.iter().zip(tallies);
            let told = all.map(|(world, tally)| Ok(capacity(conn, &walk, world, tally, shown)?.0));
            let mut told = told.collect::<Result<Vec<Capacity>>>()?.into_iter();
            let pair = told.next().zip(told.next());
            let (before, after) = pair.ok_or(crate::store::StoreError::Closed)?;
            Ok(WhatIfResult { before, after })
        })
        .await
    }

    /// A survey that knows so many members after a place, and those: one that is kept, or a new one.
    async fn survey(
        &self,
        community: CommunityId,
        after: Option<Place>,
        limit: usize,
    ) -> Result<(Arc<Survey>, Vec<Counted>)> {
        let planner = &self.inner.planner;
        if let Some(found) = planner.found(self.now(), community, after, limit) {
            return Ok(found);
        }
        let _turn = planner.turns.take(community).await?;
        // Whoever walked before may have found it.
        let began = self.now();
        if let Some(found) = planner.found(began, community, after, limit) {
            return Ok(found);
        }
        let walk = self
            .read(move |conn| prepare(conn, began, community, &[WhatIf::default()]))
            .await?;
        let walk = Arc::new(walk);
        let tally = walk.clone().run(self, after, KEPT_MEMBERS).await?.pop();
        let (capacity, fullest, is_whole, measure) = self
            .read(move |conn| {
                let ends = walk.worlds.first().zip(tally);
                let (world, tally) = ends.ok_or(crate::store::StoreError::Closed)?;
                let (capacity, fullest, is_whole) = capacity(conn, &walk, world, tally, FIRST)?;
                Ok((capacity, fullest, is_whole, Measure::of(world, walk.now)))
            })
            .await?;
        let ended = self.now();
        let took_ms = ended.since(began);
        let good_for = match took_ms > QUICK_MS {
            true => took_ms.saturating_mul(10).min(MOST_KEPT_MS),
            false => 0,
        };
        let survey = Arc::new(Survey {
            community,
            after,
            capacity,
            fullest,
            is_whole,
            measure,
            good_until: ended.plus_ms(good_for),
        });
        if good_for > 0 {
            planner.keep(survey.clone());
        }
        let page = survey.page(after, limit).unwrap_or_default();
        Ok((survey, page))
    }
}
