//! The SMSC: listens, admits those who bind, and serves them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::account::Account;
use super::intake::Intake;
use super::link::{self, Port, Traffic};
use super::wire::Wire;
use crate::domain::Clock;
use crate::wire::smpp::{Bind, CloseReason, CommandStatus, Event, Handle, Session, SessionConfig};

/// How long accepting rests after an error, such as too many open files.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// What every connection of the server shares.
pub(super) struct Server {
    pub system_id: String,
    pub accounts: BTreeMap<String, (Arc<Account>, Intake)>,
    /// Without the window, which is the account's.
    pub session: SessionConfig,
    pub failed_bind_delay: Duration,
    pub connections: Arc<Semaphore>,
    pub clock: Arc<dyn Clock>,
    pub shutdown: CancellationToken,
    pub tasks: TaskTracker,
}

impl Server {
    /// Accepts connections until shut down.
    pub async fn listen(self: Arc<Self>, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let (tcp, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "SMPP connection could not be accepted");
                    tokio::time::sleep(ACCEPT_REST).await;
                    continue;
                }
            };
            let Ok(permit) = self.connections.clone().try_acquire_owned() else {
                tracing::warn!(peer = %peer.ip(), "SMPP connection closed: there are too many");
                continue;
            };
            let (server, tls) = (self.clone(), tls.clone());
            self.tasks.spawn(async move {
                server.connection(tcp, peer, tls).await;
                drop(permit);
            });
        }
    }

    async fn connection(&self, tcp: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        // Without it answers would wait for each other; with an error the socket is dead anyway.
        let _ = tcp.set_nodelay(true);
        let since = self.clock.now().0;
        match tls {
            None => self.serve(tcp, peer.ip(), since).await,
            Some(acceptor) => {
                let limit = Duration::from_millis(u64::try_from(self.session.session_init_ms).unwrap_or(0));
                let accepted = tokio::select! {
                    biased;
                    () = self.shutdown.cancelled() => return,
                    accepted = tokio::time::timeout(limit, acceptor.accept(tcp)) => accepted,
                };
                match accepted {
                    Ok(Ok(stream)) => self.serve(stream, peer.ip(), since).await,
                    Ok(Err(error)) => {
                        tracing::debug!(peer = %peer.ip(), %error, "TLS with an SMPP client failed")
                    }
                    Err(_) => tracing::debug!(peer = %peer.ip(), "TLS with an SMPP client took too long"),
                }
            }
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S, peer: IpAddr, since_ms: i64) {
        let session = Session::new(self.session.clone(), since_ms);
        let mut wire = Wire::new(stream, session, self.clock.clone());
        let asked = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => None,
            asked = bind_request(&mut wire) => asked,
        };
        if let Some((handle, bind)) = asked {
            self.bound(&mut wire, handle, bind, peer).await;
        }
        wire.finish().await;
    }

    async fn bound<S>(&self, wire: &mut Wire<S>, handle: Handle, bind: Bind, peer: IpAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some((account, intake)) = self.accounts.get(&bind.system_id) else {
            return self.refuse(wire, handle, CommandStatus::RINVSYSID, peer).await;
        };
        let (port, mut requests) = Port::new(account.config.window);
        let admitted = account
            .admits(&bind.password, peer)
            .and_then(|()| account.join(bind.mode, port.clone(), peer));
        if let Err(status) = admitted {
            account.turned_away(status);
            return self.refuse(wire, handle, status, peer).await;
        }
        wire.session.set_window(account.config.window);
        wire.session.accept_bind(handle, &self.system_id, wire.now_ms());
        tracing::info!(account = %account.name, mode = bind.mode.word(), peer = %peer, "SMPP client bound");
        let traffic = Traffic {
            port: &port,
            requests: &mut requests,
            intake,
            smsc: None,
            max_unanswered: self.session.max_unanswered,
            shutdown: &self.shutdown,
        };
        let reason = link::serve(wire, traffic).await;
        account.leave(&port, &reason.to_string());
        // Whoever took the port before it left the account finds the queue closed.
        requests.close();
        while let Ok(request) = requests.try_recv() {
            let _ = request.reply.send(link::SendReply::NotSent);
        }
        tracing::info!(account = %account.name, mode = bind.mode.word(), peer = %peer, %reason, "SMPP client gone");
    }

    async fn refuse<S>(&self, wire: &mut Wire<S>, handle: Handle, status: CommandStatus, peer: IpAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        tracing::warn!(%status, peer = %peer, "SMPP bind refused");
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => {}
            () = tokio::time::sleep(self.failed_bind_delay) => {}
        }
        wire.session.refuse_bind(handle, status);
    }
}

/// Waits for somebody to bind; `None` when the link ended first.
async fn bind_request<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>) -> Option<(Handle, Bind)> {
    loop {
        match wire.next().await {
            Event::BindRequested { handle, bind } => return Some((handle, bind)),
            Event::Closed(CloseReason::Broken) => return None,
            Event::Closed(reason) => {
                tracing::debug!(%reason, "SMPP connection ended before a bind");
                return None;
            }
            _ => {}
        }
    }
}
