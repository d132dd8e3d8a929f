//! The thread on which calls are driven, with a runtime of its own.
//!
//! On the runtime that everybody shares, each message of SIP and each lookup woke a thread, which then looked for further
//! work: at 500 calls a second that cost as much as the calls. Nor do calls wait here behind whatever else is done.

use std::io;
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::driver::{Driver, Parts};
use super::sockets::BoundUdp;

/// Fires when the driver has ended.
pub(super) type Ended = oneshot::Receiver<()>;

/// Starts the driver; returns once it serves. It ends when it has drained, or at once when `closing` is cancelled.
///
/// # Errors
/// The operating system gives no thread, or cannot watch the socket.
pub(super) async fn start(socket: BoundUdp, parts: Parts, closing: CancellationToken) -> io::Result<Ended> {
    let (begun, begins) = oneshot::channel();
    let (ended, ends) = oneshot::channel();
    thread::Builder::new().name("voice".into()).spawn(move || {
        let runtime = match Builder::new_current_thread()
            .enable_all()
            .thread_name("voice-lookup")
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => return drop(begun.send(Err(error))),
        };
        runtime.block_on(async {
            let udp = match socket.watch() {
                Ok(udp) => udp,
                Err(error) => return drop(begun.send(Err(error))),
            };
            let _ = begun.send(Ok(()));
            tokio::select! {
                () = Driver::new(parts, udp).run() => {}
                () = closing.cancelled() => {}
            }
        });
        // Questions that nobody waits for any more end with the runtime; a database that hangs keeps nobody waiting.
        runtime.shutdown_background();
        drop(ended);
    })?;
    begins
        .await
        .map_err(|_| io::Error::other("the thread of calls has ended"))??;
    Ok(ends)
}
