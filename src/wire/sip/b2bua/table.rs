//! The calls by their handles, and which of them has something to do next.

use std::collections::BTreeSet;

use super::CallId;
use super::call::{Call, State};
use super::core::Core;
use crate::wire::sip::Millis;

/// Keeps the top bit of a handle free: it marks requests outside of calls.
const GENERATIONS: u32 = 0x7fff_ffff;

#[derive(Debug, Default)]
struct Slot {
    generation: u32,
    call: Option<Box<Call>>,
    /// When it stands in the list of deadlines.
    at: Option<Millis>,
}

/// All calls.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
    deadlines: BTreeSet<(Millis, u32)>,
    live: usize,
    lingering: usize,
    undecided: usize,
}

fn handle(index: u32, generation: u32) -> CallId {
    CallId(u64::from(generation) << 32 | u64::from(index))
}

fn index(id: CallId) -> (u32, u32) {
    let index = (id.0 & 0xffff_ffff) as u32;
    (index, (id.0 >> 32) as u32)
}

impl Table {
    /// Calls that have not ended.
    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// Calls that have ended and are still here.
    pub(super) fn lingering(&self) -> usize {
        self.lingering
    }

    /// Calls that wait for a decision.
    pub(super) fn undecided(&self) -> usize {
        self.undecided
    }

    pub(super) fn states(&self) -> impl Iterator<Item = State> {
        self.slots
            .iter()
            .filter_map(|slot| slot.call.as_ref().map(|call| call.state))
    }

    /// The handle that the next call gets.
    pub(super) fn next_id(&self) -> CallId {
        match self.free.last() {
            Some(&index) => handle(
                index,
                self.slots.get(index as usize).map_or(0, |slot| slot.generation),
            ),
            None => handle(self.slots.len() as u32, 0),
        }
    }

    pub(super) fn insert(&mut self, make: impl FnOnce(CallId) -> Call) -> CallId {
        let id = self.next_id();
        let (index, _) = index(id);
        if self.free.pop().is_none() {
            self.slots.push(Slot::default());
        }
        let call = make(id);
        self.count(Some(call.state), 1);
        if let Some(slot) = self.slots.get_mut(index as usize) {
            slot.call = Some(Box::new(call));
        }
        self.schedule(index);
        id
    }

    fn count(&mut self, state: Option<State>, by: isize) {
        let Some(state) = state else { return };
        let of = |count: &mut usize| *count = count.saturating_add_signed(by);
        match state {
            State::Over => of(&mut self.lingering),
            State::Asked => {
                of(&mut self.live);
                of(&mut self.undecided);
            }
            State::Ringing(_) | State::Talking => of(&mut self.live),
        }
    }

    fn schedule(&mut self, index: u32) {
        let Some(slot) = self.slots.get_mut(index as usize) else {
            return;
        };
        let next = slot.call.as_ref().and_then(|call| call.timers.next());
        if next != slot.at {
            if let Some(at) = slot.at {
                self.deadlines.remove(&(at, index));
            }
            if let Some(at) = next {
                self.deadlines.insert((at, index));
            }
            slot.at = next;
        }
    }

    /// Does something to a call; takes it away where nothing of it is left to do. None for a stale handle.
    pub(super) fn with<T>(
        &mut self,
        id: CallId,
        core: &mut Core,
        act: impl FnOnce(&mut Call, &mut Core) -> T,
    ) -> Option<T> {
        let (index, generation) = index(id);
        let slot = self
            .slots
            .get_mut(index as usize)
            .filter(|slot| slot.generation == generation)?;
        let call = slot.call.as_mut()?;
        let before = call.state;
        let result = act(call, core);
        let after = call.state;
        let done = call.is_done();
        if done {
            call.forget(core);
            slot.call = None;
            slot.generation = (slot.generation + 1) & GENERATIONS;
            self.free.push(index);
        }
        if before != after || done {
            self.count(Some(before), -1);
            self.count((!done).then_some(after), 1);
        }
        self.schedule(index);
        Some(result)
    }

    pub(super) fn next_timeout(&self) -> Option<Millis> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// A call that has something to do.
    pub(super) fn due(&self, now: Millis) -> Option<CallId> {
        let &(at, index) = self.deadlines.first()?;
        let slot = self.slots.get(index as usize)?;
        (at <= now).then(|| handle(index, slot.generation))
    }
}
