//! The order of sending, as data: which text may leave next. No clock, no database, no carrier.
//!
//! Texts of one lane (a pair in one direction) leave one after the other, each when the one before is out
//! of the carrier's hands or ours (design rule 7). Lanes are independent of each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};

use crate::domain::Timestamp;
use crate::store::outbox::Pending;

/// A row's key: (community, message, kind).
pub(crate) type Key = (i64, i64, i16);

pub(crate) fn key_of(item: &Pending) -> Key {
    (item.row.community_id, item.row.message_id, item.row.kind)
}

/// What is held in memory of the outbox.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: HashMap<i64, Lane>,
    /// Lanes whose first item may be tried, by carrier, in the order in which they became so.
    ready: BTreeMap<String, VecDeque<i64>>,
    /// Lanes whose first item has to wait.
    /// Among those that may go at the same moment (they wait for one number's rate), the one that has
    /// waited longest goes first.
    waiting: BinaryHeap<Reverse<(i64, u64, i64)>>,
    next_turn: u64,
    /// Every row that is in memory or under way, so that none is taken in twice.
    held: HashSet<Key>,
    /// How many of them are for each carrier.
    counts: HashMap<String, usize>,
}

#[derive(Default)]
struct Lane {
    /// In the order of acceptance.
    items: VecDeque<Pending>,
    state: State,
    /// When its first item became the first, counted in lanes.
    turn: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing of it is anywhere.
    #[default]
    Idle,
    /// In a ready queue.
    Ready,
    /// In the heap.
    Waiting,
    /// Its first item is with the carrier.
    Busy,
}

impl Lanes {
    /// How many rows are held.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// How many rows are held for a carrier.
    pub fn count(&self, carrier: &str) -> usize {
        self.counts.get(carrier).copied().unwrap_or(0)
    }

    /// Takes in a row. One that is held already may have become one for another phone and carrier.
    pub fn add(&mut self, item: Pending, now: Timestamp) {
        if !self.held.insert(key_of(&item)) {
            return self.redirect(&item, now);
        }
        match self.counts.get_mut(&item.row.carrier) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(item.row.carrier.clone(), 1);
            }
        }
        let id = item.row.lane;
        let lane = self.lanes.entry(id).or_default();
        // Nearly always the newest; a row that comes from the database late is put where it belongs, but
        // never before one that is under way.
        let from = usize::from(lane.state == State::Busy);
        let mut at = lane.items.len();
        while at > from
            && lane
                .items
                .get(at - 1)
                .is_some_and(|before| before.row.message_id > item.row.message_id)
        {
            at -= 1;
        }
        lane.items.insert(at, item);
        if lane.state == State::Idle {
            self.take_turn(id);
            self.line_up(id, now);
        }
    }

    /// Lets a row that waits be for the phone and carrier that `item` says. What is under way is not touched: it
    /// is looked up again before another try.
    fn redirect(&mut self, item: &Pending, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&item.row.lane) else {
            return;
        };
        // Every row is read again whenever something was put into the outbox unannounced, so this must be cheap
        // in a long lane too. A first row that is out of order is missed, and looked up before its try.
        let at = lane
            .items
            .partition_point(|held| held.row.message_id < item.row.message_id);
        let waits = at > 0 || lane.state != State::Busy;
        let held = lane.items.get_mut(at).filter(|held| key_of(held) == key_of(item));
        let Some(held) = held.filter(|_| waits) else {
            return;
        };
        held.row.to_phone = item.row.to_phone;
        held.row.open_until = item.row.open_until;
        if held.row.carrier == item.row.carrier {
            return;
        }
        let before = std::mem::replace(&mut held.row.carrier, item.row.carrier.clone());
        if let Some(count) = self.counts.get_mut(&before) {
            *count = count.saturating_sub(1);
        }
        *self.counts.entry(item.row.carrier.clone()).or_default() += 1;
        if at == 0 && lane.state == State::Ready {
            lane.state = State::Idle;
            self.line_up(item.row.lane, now);
        }
    }

    /// A lane has a new first item: it goes behind those that wait already.
    fn take_turn(&mut self, id: i64) {
        self.next_turn += 1;
        if let Some(lane) = self.lanes.get_mut(&id) {
            lane.turn = self.next_turn;
        }
    }

    /// Puts an idle lane where its first item belongs, or forgets it when it is empty.
    fn line_up(&mut self, id: i64, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else {
            return;
        };
        match lane.items.front() {
            None => {
                self.lanes.remove(&id);
            }
            Some(first) if first.row.due_at > now.0 => {
                lane.state = State::Waiting;
                self.waiting.push(Reverse((first.row.due_at, lane.turn, id)));
            }
            Some(first) => {
                lane.state = State::Ready;
                // Looked up before inserting: the name is copied once a carrier, not once a text.
                match self.ready.get_mut(&first.row.carrier) {
                    Some(queue) => queue.push_back(id),
                    None => {
                        self.ready.insert(first.row.carrier.clone(), VecDeque::from([id]));
                    }
                }
            }
        }
    }

    /// Makes lanes ready whose time has come; returns when the next one's will.
    pub fn wake(&mut self, now: Timestamp) -> Option<Timestamp> {
        while let Some(Reverse((due, _, id))) = self.waiting.peek().copied() {
            if due > now.0 {
                return Some(Timestamp(due));
            }
            self.waiting.pop();
            if let Some(lane) = self
                .lanes
                .get_mut(&id)
                .filter(|lane| lane.state == State::Waiting)
            {
                lane.state = State::Idle;
                self.line_up(id, now);
            }
        }
        None
    }

    /// The carriers that something is ready for.
    pub fn carriers(&self) -> Vec<String> {
        self.ready
            .iter()
            .filter(|(_, queue)| !queue.is_empty())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The next ready item for a carrier; its lane is busy until [`Lanes::done`], [`Lanes::again`] or
    /// [`Lanes::not_before`].
    pub fn next(&mut self, carrier: &str) -> Option<Pending> {
        loop {
            let id = self.ready.get_mut(carrier)?.pop_front()?;
            if let Some(lane) = self.lanes.get_mut(&id).filter(|lane| lane.state == State::Ready)
                // Its first item may have been given to another carrier, in whose queue the lane is too.
                && let Some(first) = lane.items.front().filter(|first| first.row.carrier == carrier)
            {
                lane.state = State::Busy;
                return Some(first.clone());
            }
        }
    }

    /// The first item of a lane is out of our hands: the next may go.
    pub fn done(&mut self, lane_id: i64, now: Timestamp) {
        if let Some(lane) = self.lanes.get_mut(&lane_id) {
            lane.items.pop_front();
            lane.state = State::Idle;
            self.take_turn(lane_id);
            self.line_up(lane_id, now);
        }
    }

    /// The first item of a lane is tried again later; the lane waits with it.
    pub fn again(&mut self, lane_id: i64, attempts: i32, due_at: i64, now: Timestamp) {
        if let Some(lane) = self.lanes.get_mut(&lane_id) {
            if let Some(first) = lane.items.front_mut() {
                first.row.attempts = attempts;
                first.row.due_at = due_at;
            }
            lane.state = State::Idle;
            self.line_up(lane_id, now);
        }
    }

    /// An app has had its word on the first item of a lane, which waited for it: `item` goes in its place, or
    /// into the lane that is now its own; without one the first item is out of our hands.
    pub fn decided(
        &mut self,
        (lane_id, key): (i64, Key),
        asked: &str,
        item: Option<Pending>,
        now: Timestamp,
    ) {
        self.forget(key, asked);
        let Some(item) = item else {
            return self.done(lane_id, now);
        };
        if item.row.lane != lane_id {
            self.done(lane_id, now);
            return self.add(item, now);
        }
        if let Some(lane) = self.lanes.get_mut(&lane_id) {
            self.held.insert(key_of(&item));
            *self.counts.entry(item.row.carrier.clone()).or_default() += 1;
            lane.items.pop_front();
            lane.items.push_front(item);
            lane.state = State::Idle;
            self.line_up(lane_id, now);
        }
    }

    /// The first item of a lane was not tried and may be at `due`.
    pub fn not_before(&mut self, lane_id: i64, due: Timestamp) {
        if let Some(lane) = self.lanes.get_mut(&lane_id) {
            lane.state = State::Waiting;
            self.waiting.push(Reverse((due.0, lane.turn, lane_id)));
        }
    }

    /// Forgets a row whose end is in the database.
    pub fn forget(&mut self, key: Key, carrier: &str) {
        if self.held.remove(&key)
            && let Some(count) = self.counts.get_mut(carrier)
        {
            *count = count.saturating_sub(1);
        }
    }

    /// The first item of a lane, which is under way, is not ours any more: nothing of the lane is held from now on. What of
    /// it is still to leave has to be read from the database anew, so that none overtakes one that comes back; false where
    /// there was nothing more.
    pub fn abandon(&mut self, lane_id: i64) -> bool {
        let items = self.lanes.remove(&lane_id).unwrap_or_default().items;
        for item in &items {
            self.forget(key_of(item), &item.row.carrier);
        }
        items.len() > 1
    }

    /// Lanes whose first item's deadline has passed while it waited for a carrier.
    pub fn expired(&self, now: Timestamp) -> Vec<Pending> {
        let first = |lane: &Lane| match lane.state {
            State::Busy => None,
            _ => lane.items.front().filter(|i| i.row.expires_at <= now.0).cloned(),
        };
        self.lanes.values().filter_map(first).collect()
    }

    /// Takes an expired first item's lane out of its queue, as if it had been tried.
    pub fn seize(&mut self, lane_id: i64) {
        if let Some(lane) = self.lanes.get_mut(&lane_id) {
            lane.state = State::Busy;
        }
    }
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
