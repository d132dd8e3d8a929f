//! A hierarchical timer wheel of milliseconds: setting, moving and clearing a timer is a few writes however many there
//! are. Every transaction has one timer, named by its place in the slab.

use super::super::Millis;

const NONE: u32 = u32::MAX;
const IDLE: u16 = u16::MAX;
const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;
/// Enough for any 64-bit moment, so none needs to wrap round.
const LEVELS: usize = 11;

#[derive(Clone, Debug)]
struct Node {
    deadline: Millis,
    next: u32,
    prev: u32,
    /// Level and slot; IDLE where no timer is set.
    place: u16,
}

/// Timers by the index of their owner.
#[derive(Debug)]
pub(super) struct Wheel {
    now: Millis,
    nodes: Vec<Node>,
    heads: Vec<u32>,
    occupied: [u64; LEVELS],
}

fn shift(level: usize) -> u32 {
    u32::try_from(level).unwrap_or(0) * BITS
}

impl Wheel {
    pub(super) fn new() -> Self {
        Self {
            now: 0,
            nodes: Vec::new(),
            heads: vec![NONE; LEVELS * SLOTS],
            occupied: [0; LEVELS],
        }
    }

    /// Sets the timer of `index`, in place of the one it had. What has passed is due at once.
    pub(super) fn set(&mut self, index: u32, deadline: Millis) {
        self.clear(index);
        let at = index as usize;
        if self.nodes.len() <= at {
            self.nodes.resize(
                at + 1,
                Node {
                    deadline: 0,
                    next: NONE,
                    prev: NONE,
                    place: IDLE,
                },
            );
        }
        let deadline = deadline.max(self.now);
        let apart = deadline ^ self.now;
        let level = (63u32.saturating_sub(apart.leading_zeros()) / BITS) as usize;
        let slot = ((deadline >> shift(level)) as usize) & (SLOTS - 1);
        let place = level * SLOTS + slot;
        let next = self.heads.get(place).copied().unwrap_or(NONE);
        if let Some(node) = self.nodes.get_mut(at) {
            *node = Node {
                deadline,
                next,
                prev: NONE,
                place: u16::try_from(place).unwrap_or(IDLE),
            };
        }
        if let Some(node) = self.nodes.get_mut(next as usize) {
            node.prev = index;
        }
        if let Some(head) = self.heads.get_mut(place) {
            *head = index;
        }
        if let Some(bits) = self.occupied.get_mut(level) {
            *bits |= 1 << slot;
        }
    }

    /// Clears the timer of `index`, if it is set.
    pub(super) fn clear(&mut self, index: u32) {
        let Some(node) = self.nodes.get_mut(index as usize) else {
            return;
        };
        if node.place == IDLE {
            return;
        }
        let (next, prev, place) = (node.next, node.prev, usize::from(node.place));
        node.place = IDLE;
        if let Some(node) = self.nodes.get_mut(next as usize) {
            node.prev = prev;
        }
        match self.nodes.get_mut(prev as usize) {
            Some(node) => node.next = next,
            None => {
                if let Some(head) = self.heads.get_mut(place) {
                    *head = next;
                }
                if next == NONE
                    && let Some(bits) = self.occupied.get_mut(place / SLOTS)
                {
                    *bits &= !(1 << (place % SLOTS));
                }
            }
        }
    }

    /// The first slot that is not empty: its place, and the moment at which it begins. A lower level is always sooner.
    fn first(&self) -> Option<(usize, Millis)> {
        let level = self.occupied.iter().position(|&bits| bits != 0)?;
        let slot = self.occupied.get(level)?.trailing_zeros();
        let above = u64::MAX.checked_shl(shift(level + 1)).unwrap_or(0);
        let begins = (self.now & above) | (u64::from(slot) << shift(level));
        Some((level * SLOTS + slot as usize, begins.max(self.now)))
    }

    /// No timer is due before this moment; at it, [`Wheel::pop`] has something to do.
    pub(super) fn next(&self) -> Option<Millis> {
        self.first().map(|(_, begins)| begins)
    }

    /// Takes out one timer that is due.
    pub(super) fn pop(&mut self, now: Millis) -> Option<u32> {
        loop {
            let due = self.first().filter(|&(_, begins)| begins <= now);
            let Some((place, begins)) = due else {
                self.now = self.now.max(now);
                return None;
            };
            self.now = begins;
            let index = self.heads.get(place).copied().unwrap_or(NONE);
            if place < SLOTS {
                self.clear(index);
                return Some(index);
            }
            // A slot of a higher level comes apart into the levels below.
            let mut index = index;
            while let Some(node) = self.nodes.get(index as usize) {
                let (next, deadline) = (node.next, node.deadline);
                self.set(index, deadline);
                index = next;
            }
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.heads.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn timers_fire_at_their_moment_and_not_before() {
        let mut wheel = Wheel::new();
        for (index, deadline) in [(0, 500), (1, 64), (2, 63), (3, 32_000), (4, 1 << 40)] {
            wheel.set(index, deadline);
        }
        wheel.set(1, 70);
        wheel.clear(4);
        let mut fired = Vec::new();
        for now in 0..40_000 {
            while let Some(index) = wheel.pop(now) {
                fired.push((index, now));
            }
        }
        assert_eq!(fired, [(2, 63), (1, 70), (0, 500), (3, 32_000)]);
        assert_eq!(wheel.next(), None);
    }

    proptest! {
        #[test]
        fn the_wheel_agrees_with_a_sorted_map(
            start in prop_oneof![0u64..100, (1u64 << 36) - 50..(1 << 36) + 50, any::<u32>().prop_map(u64::from)],
            steps in prop::collection::vec((0u32..24, prop::option::of(0u64..200_000), 0u64..9_000), 1..200),
        ) {
            let mut wheel = Wheel::new();
            let mut map: BTreeMap<u32, u64> = BTreeMap::new();
            let mut now = start;
            assert_eq!(wheel.pop(now), None);
            for (index, deadline, step) in steps {
                match deadline {
                    Some(after) => {
                        wheel.set(index, now + after);
                        map.insert(index, now + after);
                    }
                    None => {
                        wheel.clear(index);
                        map.remove(&index);
                    }
                }
                if let Some(first) = map.values().min() {
                    prop_assert!(wheel.next().is_some_and(|next| next <= *first));
                }
                now += step;
                let due: BTreeSet<u32> = map.iter().filter(|(_, d)| **d <= now).map(|(i, _)| *i).collect();
                let mut fired = BTreeSet::new();
                while let Some(index) = wheel.pop(now) {
                    prop_assert!(fired.insert(index));
                }
                prop_assert_eq!(&fired, &due);
                map.retain(|index, _| !due.contains(index));
            }
        }
    }
}
