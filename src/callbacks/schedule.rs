//! Which delivery goes out next: endpoints with their lanes, what is under way, breakers, due times. Data
//! only: no clock, no database, no socket.
//!
//! Of a lane only the oldest delivery is ever handed out, and the next when that one is over. Endpoints take
//! turns, each within a bound of its own, so that a slow one holds up nobody else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, DeliveryId, EndpointId};
use crate::switchboard::{Health, PendingDelivery};

/// An endpoint, with its community.
pub(super) type Key = (CommunityId, EndpointId);

/// How much may be under way, and be held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub in_flight: usize,
    pub in_flight_per_endpoint: usize,
    /// Failures in a row after which an endpoint gets one try at a time.
    pub breaker_failures: i32,
    /// Most deliveries of one endpoint in memory; the others stay in the database until there is room.
    pub held: usize,
}

/// A delivery's id and when it is due, by id.
type Lane = BTreeMap<i64, i64>;

#[derive(Debug)]
struct Endpoint {
    health: Health,
    /// Never an empty lane.
    lanes: HashMap<i64, Lane>,
    /// When the head of each lane that has nothing under way is due: (due, delivery, lane).
    heads: BTreeSet<(i64, i64, i64)>,
    /// Under way: delivery to lane.
    flying: HashMap<i64, i64>,
    held: usize,
    /// Lanes with something under way.
    busy: BTreeSet<i64>,
    /// The database holds more than we do, or may: until it was read from the first to the last once.
    behind: bool,
    /// The newest delivery that was ever held.
    newest: i64,
}

impl Endpoint {
    fn new(health: Health) -> Self {
        Self {
            health,
            lanes: HashMap::new(),
            heads: BTreeSet::new(),
            flying: HashMap::new(),
            held: 0,
            busy: BTreeSet::new(),
            behind: true,
            newest: 0,
        }
    }

    fn head(&self, lane: i64) -> Option<(i64, i64, i64)> {
        let (id, due) = self.lanes.get(&lane)?.first_key_value()?;
        Some((*due, *id, lane))
    }

    /// Takes the lane's head out of what is handed out; `lay` puts it back.
    fn lift(&mut self, lane: i64) {
        if let Some(head) = self.head(lane) {
            self.heads.remove(&head);
        }
    }

    fn lay(&mut self, lane: i64) {
        if let Some(head) = self.head(lane).filter(|_| !self.busy.contains(&lane)) {
            self.heads.insert(head);
        }
    }

    /// Before when nothing can be handed out, whatever is due; none where it can.
    fn closed_until(&self, limits: &Limits, now: Timestamp) -> Option<Timestamp> {
        self.health.open_until.filter(|until| *until > now).or_else(|| {
            let probing = self.health.failures >= limits.breaker_failures && !self.flying.is_empty();
            let full = self.flying.len() >= limits.in_flight_per_endpoint;
            (probing || full).then_some(Timestamp(i64::MAX))
        })
    }
}

/// The whole schedule.
#[derive(Debug)]
pub(super) struct Schedule {
    limits: Limits,
    endpoints: BTreeMap<Key, Endpoint>,
    in_flight: usize,
    /// The endpoint that had the last turn.
    last: Option<Key>,
}

impl Schedule {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            endpoints: BTreeMap::new(),
            in_flight: 0,
            last: None,
        }
    }

    /// Serves exactly these endpoints from now on. How one does is taken from here while nothing of it is
    /// under way: else we know better.
    pub fn serve(&mut self, targets: impl IntoIterator<Item = (Key, Health)>) {
        let targets: BTreeMap<Key, Health> = targets.into_iter().collect();
        for (key, health) in &targets {
            let endpoint = self
                .endpoints
                .entry(*key)
                .or_insert_with(|| Endpoint::new(*health));
            if endpoint.flying.is_empty() {
                endpoint.health = *health;
            }
        }
        for (key, endpoint) in &mut self.endpoints {
            if !targets.contains_key(key) {
                endpoint.lanes.clear();
                endpoint.heads.clear();
                endpoint.held = 0;
                endpoint.newest = 0;
                endpoint.behind = true;
            }
        }
        // One with something under way is kept until that is over, or it could be handed out twice.
        self.endpoints
            .retain(|key, endpoint| targets.contains_key(key) || !endpoint.flying.is_empty());
    }

    /// Holds a delivery; of one that is held already only the time is new. False when there is no room: older ones go first, so
    /// nothing newer is to be offered before the whole was read again.
    pub fn hold(&mut self, key: Key, pending: PendingDelivery) -> bool {
        let held = self.limits.held;
        let Some(endpoint) = self.endpoints.get_mut(&key) else {
            return false;
        };
        let PendingDelivery { id, lane, due_at } = pending;
        if endpoint.flying.contains_key(&id) {
            return true;
        }
        let known = endpoint.lanes.get(&lane).is_some_and(|l| l.contains_key(&id));
        if !known && endpoint.held >= held {
            endpoint.behind = true;
            return false;
        }
        endpoint.lift(lane);
        endpoint.lanes.entry(lane).or_default().insert(id, due_at);
        endpoint.lay(lane);
        endpoint.held += usize::from(!known);
        endpoint.newest = endpoint.newest.max(id);
        true
    }

    /// The next delivery to try; it is under way from here on, until [`Schedule::over`] or
    /// [`Schedule::again`].
    pub fn next(&mut self, now: Timestamp) -> Option<(Key, DeliveryId)> {
        if self.in_flight >= self.limits.in_flight {
            return None;
        }
        // The second half is for those who have nothing under way: many slow endpoints together could
        // otherwise hold up the others.
        let crowded = self.in_flight * 2 >= self.limits.in_flight;
        let ready = |endpoint: &Endpoint| {
            let due = endpoint.heads.first().is_some_and(|(due, ..)| *due <= now.0);
            let polite = !crowded || endpoint.flying.is_empty();
            due && polite && endpoint.closed_until(&self.limits, now).is_none()
        };
        let after = |last: Key| {
            self.endpoints
                .range((std::ops::Bound::Excluded(last), std::ops::Bound::Unbounded))
        };
        let later = self.last.and_then(|last| after(last).find(|(_, e)| ready(e)));
        let key = later
            .or_else(|| self.endpoints.iter().find(|(_, e)| ready(e)))
            .map(|(key, _)| *key)?;
        let endpoint = self.endpoints.get_mut(&key)?;
        let (_, id, lane) = endpoint.heads.pop_first()?;
        endpoint.flying.insert(id, lane);
        endpoint.busy.insert(lane);
        self.in_flight += 1;
        self.last = Some(key);
        Some((key, DeliveryId::from_i64(id)))
    }

    /// How an endpoint does.
    pub fn health(&self, key: Key) -> Health {
        let unknown = Health {
            failures: 0,
            open_until: None,
        };
        self.endpoints
            .get(&key)
            .map_or(unknown, |endpoint| endpoint.health)
    }

    /// How an endpoint does after a try.
    pub fn set_health(&mut self, key: Key, health: Health) {
        if let Some(endpoint) = self.endpoints.get_mut(&key) {
            endpoint.health = health;
        }
    }

    /// A delivery is over: its lane goes on.
    pub fn over(&mut self, key: Key, id: DeliveryId) {
        self.land(key, id, None);
    }

    /// A delivery is to be tried again, not before then; its lane waits for it.
    pub fn again(&mut self, key: Key, id: DeliveryId, due: Timestamp) {
        self.land(key, id, Some(due));
    }

    fn land(&mut self, key: Key, id: DeliveryId, due: Option<Timestamp>) {
        let Some(endpoint) = self.endpoints.get_mut(&key) else {
            return;
        };
        let id = id.as_i64();
        let Some(lane) = endpoint.flying.remove(&id) else {
            return;
        };
        self.in_flight -= 1;
        endpoint.busy.remove(&lane);
        if let Some(items) = endpoint.lanes.get_mut(&lane) {
            match due {
                Some(due) => {
                    if let Some(held) = items.get_mut(&id) {
                        *held = due.0;
                    }
                }
                None => {
                    if items.remove(&id).is_some() {
                        endpoint.held -= 1;
                    }
                }
            }
            if items.is_empty() {
                endpoint.lanes.remove(&lane);
            }
        }
        endpoint.lay(lane);
    }

    /// Forgets everything but what is under way: the database is to be read anew.
    pub fn clear(&mut self) {
        self.serve([]);
    }

    /// The endpoints that are served, each with the newest delivery held, and with whether the database
    /// holds more than there was room for.
    pub fn endpoints(&self) -> impl Iterator<Item = (Key, DeliveryId, bool)> {
        self.endpoints
            .iter()
            .map(|(key, e)| (*key, DeliveryId::from_i64(e.newest), e.behind))
    }

    /// An endpoint's pending deliveries were read from the first to the last, and held.
    pub fn caught_up(&mut self, key: Key) {
        if let Some(endpoint) = self.endpoints.get_mut(&key) {
            endpoint.behind = false;
        }
    }

    /// Deliveries held.
    pub fn held(&self) -> usize {
        self.endpoints.values().map(|e| e.held).sum()
    }

    /// Deliveries under way.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }
}
