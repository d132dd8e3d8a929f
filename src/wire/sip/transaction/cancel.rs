//! What follows an INVITE of ours: the ACK for a refusal (RFC 3261, section 17.1.1.3) and CANCEL (section 9.1).

use bytes::Bytes;

use super::super::Millis;
use super::super::flow::Hop;
use super::super::message::{Method, write};
use super::client::State;
use super::{Transactions, keys};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    No,
    /// As soon as a provisional answer comes (section 9.1).
    Wanted,
    Sent,
}

/// What ACK and CANCEL take from their INVITE.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) uri: Box<str>,
    pub(super) from: Box<str>,
    pub(super) to: Box<str>,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
    pub(super) route: Box<[Bytes]>,
}

/// An ACK or a CANCEL in the transaction of its INVITE.
pub(super) fn follow(
    origin: &Origin,
    method: Method,
    to: Option<&[u8]>,
    hop: &Hop,
    by: &str,
    branch: u128,
) -> Bytes {
    let mut out = Vec::with_capacity(512);
    let transport = hop.transport.as_str();
    write::start(
        &mut out,
        method.as_str(),
        &origin.uri,
        transport,
        by,
        &keys::branch_text(branch),
    );
    write::header(&mut out, b"Max-Forwards: ", b"70");
    for route in &origin.route {
        write::header(&mut out, b"Route: ", route);
    }
    write::header(&mut out, b"From: ", origin.from.as_bytes());
    write::header(&mut out, b"To: ", to.unwrap_or(origin.to.as_bytes()));
    write::header(&mut out, b"Call-ID: ", origin.call_id.as_bytes());
    write::cseq(&mut out, origin.cseq, method.as_str());
    write::body(&mut out, None);
    Bytes::from(out.into_boxed_slice())
}

impl Transactions {
    pub(super) fn cancel_client(&mut self, now: Millis, index: u32) {
        let Some(client) = self.slab.client(index) else {
            return;
        };
        if client.method != Method::Invite || client.cancel != Cancel::No {
            return;
        }
        match client.state {
            State::Calling => client.cancel = Cancel::Wanted,
            State::Proceeding => self.send_cancel(now, index),
            State::Completed | State::Accepted => {}
        }
    }

    pub(super) fn send_cancel(&mut self, now: Millis, index: u32) {
        let patience = self.patience();
        let full = self.slab.len() >= self.limits.transactions;
        let Some(client) = self.slab.client(index) else {
            return;
        };
        let Some(origin) = &client.origin else { return };
        let (hop, branch, user) = (client.hop.clone(), client.branch, client.user);
        let by = self.advertised.of(hop.transport);
        let bytes = follow(origin, Method::Cancel, None, &hop, by, branch);
        client.cancel = Cancel::Sent;
        // No final answer within this time: the call counts as cancelled (section 9.1).
        client.end_at = now + patience;
        let timer = client.timer();
        self.wheel.set(index, timer);
        if full {
            self.send(hop, bytes);
        } else {
            self.start_client(now, branch, user, hop, Method::Cancel, bytes, None);
        }
    }
}
