//! What waits to be written to one connection. It is bounded by its bytes first: a burst of a busy moment is many small
//! messages, and no sign that the peer does not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, WeakSender, channel};

use super::Unsent;

/// How much may wait for a hop of a trunk: to end every call by one connection is a burst of megabytes.
pub(super) const OF_OURS: usize = 4 << 20;
/// How much for a peer that connected to us, of whom there are many, and not all known.
pub(super) const OF_PEERS: usize = 512 << 10;
/// How many messages may, however small.
const MESSAGES: usize = 16_384;

/// What both ends know.
#[derive(Debug)]
struct Room {
    most: usize,
    waiting: AtomicUsize,
    /// It did not suffice: what waits is not worth writing any more, and the connection ends.
    overflowed: AtomicBool,
}

/// The driver's end. Once it is dropped, or has overflowed, the connection ends.
#[derive(Clone, Debug)]
pub struct Outbox {
    sender: Sender<Bytes>,
    room: Arc<Room>,
}

/// An end that keeps no connection up.
pub(super) struct WeakOutbox {
    sender: WeakSender<Bytes>,
    room: Arc<Room>,
}

/// The connection's end.
pub(super) struct Waiting {
    receiver: Receiver<Bytes>,
    room: Arc<Room>,
}

/// Both ends, with nothing in between and room for so many bytes.
pub(super) fn outbox(most: usize) -> (Outbox, Waiting) {
    let (sender, receiver) = channel(MESSAGES);
    let room = Arc::new(Room {
        most,
        waiting: AtomicUsize::new(0),
        overflowed: AtomicBool::new(false),
    });
    let outbox = Outbox {
        sender,
        room: room.clone(),
    };
    (outbox, Waiting { receiver, room })
}

impl Outbox {
    /// Puts a message behind the others.
    ///
    /// # Errors
    /// [`Unsent::Slow`] where too much waits already, [`Unsent::Gone`] where nothing is written any more.
    pub fn push(&self, bytes: Bytes) -> Result<(), Unsent> {
        let length = bytes.len();
        // Counted before it is there: the other end takes away what it takes out.
        let before = self.room.waiting.fetch_add(length, Ordering::Relaxed);
        let pushed = if before.saturating_add(length) <= self.room.most {
            self.sender.try_send(bytes).map_err(|error| match error {
                TrySendError::Full(_) => Unsent::Slow,
                TrySendError::Closed(_) => Unsent::Gone,
            })
        } else if self.sender.is_closed() {
            Err(Unsent::Gone)
        } else {
            Err(Unsent::Slow)
        };
        if let Err(unsent) = &pushed {
            self.room.waiting.fetch_sub(length, Ordering::Relaxed);
            if *unsent == Unsent::Slow {
                self.room.overflowed.store(true, Ordering::Relaxed);
            }
        }
        pushed
    }

    /// An end that keeps no connection up.
    pub(super) fn downgrade(&self) -> WeakOutbox {
        WeakOutbox {
            sender: self.sender.downgrade(),
            room: self.room.clone(),
        }
    }
}

impl WeakOutbox {
    /// None once the driver has let go.
    pub(super) fn upgrade(&self) -> Option<Outbox> {
        Some(Outbox {
            sender: self.sender.upgrade()?,
            room: self.room.clone(),
        })
    }
}

impl Waiting {
    /// The next message; None once the driver has let go, or more came than there was room for: a peer that reads one
    /// message now and then would keep all others in memory for hours.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let bytes = self.receiver.recv().await?;
        if self.room.overflowed.load(Ordering::Relaxed) {
            return None;
        }
        self.room.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_and_messages_are_bounded_and_what_is_written_makes_room() {
        let (outbox, mut waiting) = outbox(OF_OURS);
        let half = Bytes::from(vec![b'x'; OF_OURS / 2]);
        assert_eq!(outbox.push(half.clone()), Ok(()));
        assert_eq!(outbox.push(half.clone()), Ok(()));
        assert_eq!(waiting.next().await.map(|bytes| bytes.len()), Some(OF_OURS / 2));
        let small = (0..20_000).take_while(|_| outbox.push(Bytes::from_static(b"x")).is_ok());
        assert_eq!(small.count(), MESSAGES - 1);
        drop(waiting);
        assert_eq!(outbox.push(half), Err(Unsent::Gone));
    }

    #[tokio::test]
    async fn of_what_overflowed_nothing_more_is_written() {
        let (outbox, mut waiting) = outbox(OF_PEERS);
        assert_eq!(outbox.push(Bytes::from(vec![b'x'; OF_PEERS])), Ok(()));
        assert_eq!(outbox.push(Bytes::from_static(b"x")), Err(Unsent::Slow));
        assert_eq!(waiting.next().await, None);
    }
}
