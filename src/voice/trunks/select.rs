//! Which trunks a call may leave by, best first.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rand::Rng;

use super::{Table, Trunk};
use crate::domain::E164;
use crate::voice::resolve::in_order;
use crate::wire::sip::Millis;
use crate::wire::sip::flow::Hop;

/// The most hops of a target that a call tries, and the most targets of all trunks together.
const MOST_HOPS: usize = 3;
const MOST_ROUTES: usize = 6;

/// What a call wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The phone to be reached.
    pub phone: E164,
    /// The carrier of the number that is shown: its trunk knows the number for its own.
    pub carrier: &'a str,
}

/// A way out.
#[derive(Clone, Debug)]
pub struct Route {
    /// By which trunk.
    pub trunk: Arc<Trunk>,
    /// Which of its targets.
    pub target: usize,
    /// Where that is, best first. Never empty.
    pub hops: Vec<Hop>,
}

/// Why there is no way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// No trunk reaches the phone, or none has been found or registered.
    NoTrunk,
    /// All that do have as many calls as they may.
    Full,
}

/// The ways out. Where a trunk `reaches` the phone by name only those with the longest prefix count; the others come by
/// health, then the carrier's own, then by priority, and by chance in shares of their weight.
pub fn routes(
    table: &Table,
    wanted: Wanted<'_>,
    now: Millis,
    rng: &mut impl Rng,
) -> Result<Vec<Route>, NoRoute> {
    let mut possible: Vec<(usize, Vec<Route>, Arc<Trunk>)> = Vec::new();
    for trunk in table.trunks().iter().filter(|trunk| trunk.config.outbound) {
        if let Some(reach) = trunk.reach(wanted.phone)
            && trunk.is_ready()
        {
            let routes = ways(trunk, now, rng);
            if !routes.is_empty() {
                possible.push((reach, routes, trunk.clone()));
            }
        }
    }
    let furthest = possible.iter().map(|(reach, ..)| *reach).max();
    possible.retain(|(reach, ..)| Some(*reach) == furthest);
    if possible.is_empty() {
        return Err(NoRoute::NoTrunk);
    }
    possible.retain(|(_, _, trunk)| {
        let room = trunk.has_room(now);
        if !room {
            trunk.standing.refused.fetch_add(1, Ordering::Relaxed);
        }
        room
    });
    if possible.is_empty() {
        return Err(NoRoute::Full);
    }
    let ranked = possible.into_iter().map(|(_, routes, trunk)| {
        let good = routes
            .iter()
            .flat_map(|route| &route.hops)
            .any(|hop| trunk.standing.with_health(|health| health.is_good(now, hop)));
        let rank = (!good, *trunk.name != *wanted.carrier, trunk.config.priority);
        (rank, lot(trunk.config.weight, rng), routes)
    });
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by(|(rank, lot, _), (other_rank, other_lot, _)| {
        rank.cmp(other_rank).then(lot.total_cmp(other_lot))
    });
    let mut routes: Vec<Route> = ranked.into_iter().flat_map(|(_, _, routes)| routes).collect();
    routes.truncate(MOST_ROUTES);
    Ok(routes)
}

/// A trunk's targets that have been found, those of which something is known to work first.
fn ways(trunk: &Arc<Trunk>, now: Millis, rng: &mut impl Rng) -> Vec<Route> {
    let mut routes = Vec::new();
    for (target, candidates) in trunk.standing.places().iter().enumerate() {
        let mut hops = in_order(candidates, rng, usize::MAX);
        trunk
            .standing
            .with_health(|health| hops.sort_by_key(|hop| !health.is_good(now, hop)));
        hops.truncate(MOST_HOPS);
        if !hops.is_empty() {
            routes.push(Route {
                trunk: trunk.clone(),
                target,
                hops,
            });
        }
    }
    trunk.standing.with_health(|health| {
        routes.sort_by_key(|route| !route.hops.iter().any(|hop| health.is_good(now, hop)));
    });
    routes
}

/// A waiting time drawn for that weight: who waits least comes first, and the share of first places is that of the
/// weights. Weight 0 comes last.
fn lot(weight: u16, rng: &mut impl Rng) -> f64 {
    let chance: f64 = rng.random_range(f64::EPSILON..1.0);
    match weight {
        0 => f64::INFINITY,
        weight => -chance.ln() / f64::from(weight),
    }
}
