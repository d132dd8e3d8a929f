//! Places for transactions, with generations: a handle of one that has gone is recognised.

use super::client::Client;
use super::server::Server;

/// A transaction. Each in a box of its own, so that its memory goes back when it ends.
#[derive(Debug)]
pub(super) enum Body {
    Client(Box<Client>),
    Server(Box<Server>),
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    body: Option<Body>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Slab {
    slots: Vec<Slot>,
    free: Vec<u32>,
    len: usize,
}

impl Slab {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts one in: its index and generation.
    pub(super) fn insert(&mut self, body: Body) -> (u32, u32) {
        self.len += 1;
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
        {
            slot.body = Some(body);
            return (index, slot.generation);
        }
        let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX - 1);
        self.slots.push(Slot {
            generation: 0,
            body: Some(body),
        });
        (index, 0)
    }

    pub(super) fn remove(&mut self, index: u32) -> Option<Body> {
        let slot = self.slots.get_mut(index as usize)?;
        let body = slot.body.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(index);
        self.len -= 1;
        Some(body)
    }

    pub(super) fn generation(&self, index: u32) -> u32 {
        self.slots.get(index as usize).map_or(0, |slot| slot.generation)
    }

    pub(super) fn is(&self, index: u32, generation: u32) -> bool {
        self.slots
            .get(index as usize)
            .is_some_and(|s| s.generation == generation && s.body.is_some())
    }

    pub(super) fn client(&mut self, index: u32) -> Option<&mut Client> {
        match self.slots.get_mut(index as usize)?.body.as_mut()? {
            Body::Client(client) => Some(client),
            Body::Server(_) => None,
        }
    }

    pub(super) fn server(&mut self, index: u32) -> Option<&mut Server> {
        match self.slots.get_mut(index as usize)?.body.as_mut()? {
            Body::Server(server) => Some(server),
            Body::Client(_) => None,
        }
    }

    pub(super) fn is_client(&self, index: u32) -> bool {
        let body = self.slots.get(index as usize).and_then(|s| s.body.as_ref());
        matches!(body, Some(Body::Client(_)))
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>() + self.free.capacity() * 4
    }
}
