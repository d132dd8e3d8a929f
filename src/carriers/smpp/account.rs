//! Accounts of the server: who may bind, and the outlet towards whoever is bound.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::link::Port;
use super::outbound::{self, Attempt, Style};
use crate::config::smpp::{AccountConfig, IpRange};
use crate::domain::Clock;
use crate::switchboard::outlet::{OutboundReceipt, OutboundText, Outlet, OutletError, Sent};
use crate::switchboard::standing::{CarrierKind, LinkNote, OutletStanding};
use crate::wire::smpp::{BindMode, CommandStatus, Operation};

/// An account with its links.
pub(super) struct Account {
    pub name: String,
    pub config: AccountConfig,
    allowed: Vec<IpRange>,
    style: Style,
    clock: Arc<dyn Clock>,
    links: RwLock<Vec<BoundLink>>,
    /// Whether anybody is bound, since when, and what went wrong last.
    note: LinkNote,
}

struct BoundLink {
    mode: BindMode,
    port: Arc<Port>,
    peer: IpAddr,
}

impl Account {
    pub fn new(name: &str, config: &AccountConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            name: name.to_owned(),
            allowed: config
                .allowed_ips
                .iter()
                .filter_map(|entry| IpRange::parse(entry))
                .collect(),
            style: Style {
                operation: Operation::Deliver,
                source_ton: 1,
                source_npi: 1,
                dest_ton: 1,
                dest_npi: 1,
                long_text: config.long_text,
            },
            config: config.clone(),
            clock,
            links: RwLock::default(),
            note: LinkNote::default(),
        }
    }

    /// Whether somebody may bind with this password from there.
    pub fn admits(&self, password: &str, ip: IpAddr) -> Result<(), CommandStatus> {
        if !same_secret(password, &self.config.password) {
            return Err(CommandStatus::RINVPASWD);
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|range| range.contains(ip)) {
            return Err(CommandStatus::RBINDFAIL);
        }
        Ok(())
    }

    /// Adds a link, unless there are as many as allowed.
    pub fn join(&self, mode: BindMode, port: Arc<Port>, peer: IpAddr) -> Result<(), CommandStatus> {
        let mut links = self.links.write().unwrap_or_else(PoisonError::into_inner);
        if links.len() >= self.config.max_binds {
            return Err(CommandStatus::RBINDFAIL);
        }
        let now = self.clock.now();
        self.note.up(now);
        port.note.up(now);
        links.push(BoundLink { mode, port, peer });
        Ok(())
    }

    /// Takes a link out that ended for this reason.
    pub fn leave(&self, port: &Arc<Port>, why: &str) {
        let mut links = self.links.write().unwrap_or_else(PoisonError::into_inner);
        links.retain(|link| !Arc::ptr_eq(&link.port, port));
        let (now, what) = (self.clock.now(), format!("a link ended: {why}"));
        match links.is_empty() {
            true => self.note.down(now, what),
            false => self.note.trouble(now, what),
        }
    }

    /// Somebody who named this account was turned away.
    pub fn turned_away(&self, status: CommandStatus) {
        let why = match status {
            CommandStatus::RINVPASWD => "somebody gave a wrong password",
            _ => "a bind was refused: from an address that is not allowed, or one too many",
        };
        self.note.trouble(self.clock.now(), why);
    }

    /// The links that can be delivered to, those that `key` prefers first. The texts of one pair always
    /// go over the same link while the same links are bound, so that they cannot overtake each other;
    /// pairs are spread over the links.
    fn ports(&self, key: impl Hash) -> Vec<Arc<Port>> {
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        let mut ports: Vec<Arc<Port>> = links
            .iter()
            .filter(|link| link.mode.receives() && link.port.is_ready())
            .map(|link| link.port.clone())
            .collect();
        if ports.len() > 1 {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            let first = hasher.finish() as usize % ports.len();
            ports.rotate_left(first);
        }
        ports
    }
}

/// Compares in a time that does not depend on where the two differ.
fn same_secret(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a.as_bytes()), Sha256::digest(b.as_bytes()));
    a.iter().zip(b.iter()).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

#[async_trait]
impl Outlet for Account {
    fn name(&self) -> &str {
        &self.name
    }

    fn reaches(&self) -> &[String] {
        &self.config.reaches
    }

    fn window(&self) -> usize {
        self.config.window.saturating_mul(self.config.max_binds)
    }

    fn is_ready(&self) -> bool {
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        links
            .iter()
            .any(|link| link.mode.receives() && link.port.is_ready())
    }

    fn standing(&self) -> OutletStanding {
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        let link = |link: &BoundLink| {
            link.port
                .standing(link.peer.to_string(), &self.name, link.mode, link.mode.receives())
        };
        let (_, since, trouble) = self.note.read();
        OutletStanding {
            kind: CarrierKind::SmppAccount,
            links: links.iter().map(link).collect(),
            since,
            trouble,
        }
    }

    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError> {
        let messages = self.style.messages(text, self.clock.now().0)?;
        let mut last = outbound::not_bound();
        for port in self.ports((text.from, text.to)) {
            match outbound::send_over(&port, Operation::Deliver, &messages, &text.taken).await {
                // A gateway reports nothing further: its taking the text is the delivery.
                Attempt::Sent(_) => {
                    return Ok(Sent {
                        parts: Vec::new(),
                        smsc: None,
                        delivered: true,
                    });
                }
                Attempt::TryElsewhere(error) => last = error,
                Attempt::Over(error) => return Err(error),
            }
        }
        Err(last)
    }

    async fn send_receipt(&self, receipt: &OutboundReceipt) -> Result<(), OutletError> {
        let message = [self.style.receipt(receipt)];
        let mut last = outbound::not_bound();
        for port in self.ports((receipt.from, receipt.to)) {
            match outbound::send_over(&port, Operation::Deliver, &message, &[]).await {
                Attempt::Sent(_) => return Ok(()),
                Attempt::TryElsewhere(error) => last = error,
                Attempt::Over(error) => return Err(error),
            }
        }
        Err(last)
    }
}
