//! What waits to be written to one connection. It is bounded by its bytes first: a burst of a busy moment is many small
//! messages, and no sign that the peer does not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, WeakSender, channel};

use super::Unsent;

/// How much may wait.
const BYTES: usize = 4 << 20;
/// How many messages may, however small.
const MESSAGES: usize = 16_384;

/// The driver's end. Once it is dropped the connection ends.
#[derive(Clone, Debug)]
pub struct Outbox {
    sender: Sender<Bytes>,
    waiting: Arc<AtomicUsize>,
}

/// An end that keeps no connection up.
pub(super) struct WeakOutbox {
    sender: WeakSender<Bytes>,
    waiting: Arc<AtomicUsize>,
}

/// The connection's end.
pub(super) struct Waiting {
    receiver: Receiver<Bytes>,
    waiting: Arc<AtomicUsize>,
}

/// Both ends, with nothing in between.
pub(super) fn outbox() -> (Outbox, Waiting) {
    let (sender, receiver) = channel(MESSAGES);
    let waiting = Arc::new(AtomicUsize::new(0));
    let outbox = Outbox {
        sender,
        waiting: waiting.clone(),
    };
    (outbox, Waiting { receiver, waiting })
}

impl Outbox {
    /// Puts a message behind the others.
    ///
    /// # Errors
    /// [`Unsent::Slow`] where too much waits already, [`Unsent::Gone`] where nothing is written any more.
    pub fn push(&self, bytes: Bytes) -> Result<(), Unsent> {
        let length = bytes.len();
        // Counted before it is there: the other end takes away what it takes out.
        let before = self.waiting.fetch_add(length, Ordering::Relaxed);
        let pushed = match before.saturating_add(length) {
            ..=BYTES => self.sender.try_send(bytes).map_err(|error| match error {
                TrySendError::Full(_) => Unsent::Slow,
                TrySendError::Closed(_) => Unsent::Gone,
            }),
            _ if self.sender.is_closed() => Err(Unsent::Gone),
            _ => Err(Unsent::Slow),
        };
        if pushed.is_err() {
            self.waiting.fetch_sub(length, Ordering::Relaxed);
        }
        pushed
    }

    /// An end that keeps no connection up.
    pub(super) fn downgrade(&self) -> WeakOutbox {
        WeakOutbox {
            sender: self.sender.downgrade(),
            waiting: self.waiting.clone(),
        }
    }
}

impl WeakOutbox {
    /// None once the driver has let go.
    pub(super) fn upgrade(&self) -> Option<Outbox> {
        Some(Outbox {
            sender: self.sender.upgrade()?,
            waiting: self.waiting.clone(),
        })
    }
}

impl Waiting {
    /// The next message; None once the driver has let go.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let bytes = self.receiver.recv().await?;
        self.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_and_messages_are_bounded_and_what_is_written_makes_room() {
        let (outbox, mut waiting) = outbox();
        let half = Bytes::from(vec![b'x'; BYTES / 2]);
        assert_eq!(outbox.push(half.clone()), Ok(()));
        assert_eq!(outbox.push(half.clone()), Ok(()));
        assert_eq!(outbox.push(Bytes::from_static(b"x")), Err(Unsent::Slow));
        assert_eq!(waiting.next().await.map(|bytes| bytes.len()), Some(BYTES / 2));
        let small = (0..20_000).take_while(|_| outbox.push(Bytes::from_static(b"x")).is_ok());
        assert_eq!(small.count(), MESSAGES - 1);
        drop(waiting);
        assert_eq!(outbox.push(half), Err(Unsent::Gone));
    }
}
