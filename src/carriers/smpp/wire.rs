//! A session on a socket: moves bytes, minds the timers, gives out events.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

use crate::domain::Clock;
use crate::wire::smpp::{Event, Session};

/// Octets read at once.
const READ_CHUNK: usize = 64 * 1024;
/// How long the last bytes of a link that ended may take to leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// A session with its socket.
pub(super) struct Wire<S> {
    pub session: Session,
    clock: Arc<dyn Clock>,
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    input: BytesMut,
    out: Bytes,
    unflushed: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub fn new(stream: S, session: Session, clock: Arc<dyn Clock>) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        let input = BytesMut::with_capacity(READ_CHUNK);
        Self {
            session,
            clock,
            reader,
            writer,
            input,
            out: Bytes::new(),
            unflushed: false,
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now().0
    }

    /// The next event. Reading and writing go on at the same time, so two ends that both write cannot
    /// block each other. Everything is kept in `self`: dropping the future between two polls loses nothing.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.session.poll_event() {
                return event;
            }
            if self.out.is_empty() && self.session.has_output() {
                // All that has gathered since the last write leaves in one.
                self.out = self.session.take_output();
            }
            let now = self.clock.now().0;
            let until = self.session.next_timeout().unwrap_or(now);
            let wait = Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or(0));
            tokio::select! {
                biased;
                written = push(&mut self.writer, &mut self.out, &mut self.unflushed),
                    if self.unflushed || self.out.has_remaining() =>
                {
                    if written.is_err() {
                        self.session.broken();
                    }
                }
                read = self.reader.read_buf(&mut self.input), if self.session.wants_read() => match read {
                    Ok(0) | Err(_) => self.session.broken(),
                    Ok(_) => {
                        self.session.handle_bytes(&self.input, self.clock.now().0);
                        self.input.clear();
                    }
                },
                () = tokio::time::sleep(wait) => self.session.handle_timeout(self.clock.now().0),
            }
        }
    }

    /// Writes what is left and closes the socket.
    pub async fn finish(mut self) {
        let farewell = async {
            while self.out.has_remaining() || self.session.has_output() {
                if !self.out.has_remaining() {
                    self.out = self.session.take_output();
                }
                self.writer.write_all_buf(&mut self.out).await?;
            }
            self.writer.shutdown().await
        };
        // A peer that is gone already is no news.
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

/// Writes and flushes. What has been done is in the arguments: dropping the future loses nothing.
async fn push<W: AsyncWrite + Unpin>(
    writer: &mut W,
    out: &mut Bytes,
    unflushed: &mut bool,
) -> std::io::Result<()> {
    while out.has_remaining() {
        *unflushed = true;
        if writer.write_buf(out).await? == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
    }
    writer.flush().await?;
    *unflushed = false;
    Ok(())
}
