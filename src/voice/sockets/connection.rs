//! One connection: a stream cut into messages, and messages written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::outbox::{Waiting, WeakOutbox};
use super::{Limits, StreamEvent};
use crate::wire::sip::flow::Source;
use crate::wire::sip::framing::{Frame, PONG, Stream};

/// How much is read at once.
const READ: usize = 16 * 1024;
/// How long after its last message a connection that is broken may still be written to.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A connection's ends towards the driver.
pub(super) struct Ends {
    pub source: Source,
    /// For the answer to a ping. Weak: once the driver lets go, the connection ends.
    pub own_outbox: WeakOutbox,
    pub outbox: Waiting,
    pub events: mpsc::Sender<StreamEvent>,
    pub limits: Limits,
}

/// Serves a connection until either end is done with it.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, ends: Ends) {
    let (reader, mut writer) = tokio::io::split(stream);
    let Ends {
        source,
        own_outbox,
        mut outbox,
        events,
        limits,
    } = ends;
    let spoke = AtomicBool::new(false);
    let broken = tokio::select! {
        broken = read(reader, source, own_outbox, &events, limits, &spoke) => broken,
        () = write(&mut writer, &mut outbox, limits.patience, &spoke) => false,
    };
    if broken {
        // The answer to what could not be read, if the driver gives one.
        let last = timeout(LAST_WORDS, outbox.next()).await;
        if let Ok(Some(bytes)) = last {
            let _ = timeout(limits.patience, writer.write_all(&bytes)).await;
        }
    }
    let _ = timeout(LAST_WORDS, writer.shutdown()).await;
}

/// Whether the stream could not be cut any further; otherwise the peer is gone, silent or stalled.
async fn read(
    mut reader: impl AsyncRead + Unpin,
    source: Source,
    own_outbox: WeakOutbox,
    events: &mpsc::Sender<StreamEvent>,
    limits: Limits,
    spoke: &AtomicBool,
) -> bool {
    let mut stream = Stream::default();
    let mut buffer = BytesMut::with_capacity(READ);
    // Runs while a message is half here.
    let mut stalled = Box::pin(sleep(limits.patience));
    loop {
        let half = stream.pending() > 0;
        buffer.clear();
        buffer.reserve(READ);
        let read = tokio::select! {
            biased;
            () = &mut stalled, if half => return false,
            read = timeout(limits.idle, reader.read_buf(&mut buffer)) => read,
        };
        match read {
            Ok(Ok(0) | Err(_)) => return false,
            Ok(Ok(_)) => {}
            Err(_) if spoke.swap(false, Ordering::Relaxed) => continue,
            Err(_) => return false,
        }
        stream.push(&buffer);
        let mut whole = !half;
        loop {
            let event = match stream.next_frame() {
                Ok(None) => break,
                Ok(Some(Frame::Message(bytes))) => {
                    whole = true;
                    StreamEvent::Message { source, bytes }
                }
                Ok(Some(Frame::Ping)) => {
                    // Where the queue is full the peer has other signs of life.
                    if let Some(outbox) = own_outbox.upgrade() {
                        let _ = outbox.push(Bytes::from_static(PONG));
                    }
                    continue;
                }
                Ok(Some(Frame::Pong)) => continue,
                Err(broken) => {
                    let what = broken.0;
                    let _ = events.send(StreamEvent::Broken { source, what }).await;
                    return true;
                }
            };
            if events.send(event).await.is_err() {
                return false;
            }
        }
        if whole && stream.pending() > 0 {
            stalled = Box::pin(sleep(limits.patience));
        }
    }
}

/// Returns when nothing can be written any more, or the driver has let go.
async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    outbox: &mut Waiting,
    patience: Duration,
    spoke: &AtomicBool,
) {
    while let Some(bytes) = outbox.next().await {
        let written = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        match timeout(patience, written).await {
            Ok(Ok(())) => spoke.store(true, Ordering::Relaxed),
            _ => return,
        }
    }
}
