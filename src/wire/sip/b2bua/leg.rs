//! One leg: the INVITE that began it, and its dialogs.

use std::collections::VecDeque;

use bytes::Bytes;

use super::exchange::hash;
use super::reliable::{Reliable, Unsent};
use super::{Attempt, LegOptions};
use crate::wire::sdp::{Anchor, Origin, Session};
use crate::wire::sip::Millis;
use crate::wire::sip::dialog::{Dialog, Tag};
use crate::wire::sip::flow::Hop;
use crate::wire::sip::message::{Extra, Fields, Method};
use crate::wire::sip::transaction::{ClientId, ServerId};

/// One leg of a call.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) options: LegOptions,
    /// The relay's end towards this leg.
    pub(super) anchor: Option<Anchor>,
    /// The peer's INVITE, until it is finally answered.
    pub(super) arrived: Option<Box<Arrived>>,
    /// Our INVITEs.
    pub(super) outgoing: Option<Box<Outgoing>>,
    /// Its dialogs: early ones, or the confirmed one alone.
    pub(super) halves: Vec<Half>,
    /// A 2xx has come or gone.
    pub(super) confirmed: bool,
    /// A BYE has come or gone.
    pub(super) ended: bool,
    /// How often in a row a refresh or a question found no way to it.
    pub(super) unreached: u8,
}

impl Leg {
    pub(super) fn new() -> Self {
        Self {
            options: LegOptions::default(),
            anchor: None,
            arrived: None,
            outgoing: None,
            halves: Vec::new(),
            confirmed: false,
            ended: false,
            unreached: 0,
        }
    }

    /// The dialog of this fork; the only one, once the leg is confirmed.
    pub(super) fn half(&mut self, fork: u16) -> Option<&mut Half> {
        let confirmed = self.confirmed;
        self.halves.iter_mut().find(|half| confirmed || half.fork == fork)
    }

    /// The confirmed dialog.
    pub(super) fn talk(&mut self) -> Option<&mut Half> {
        if self.confirmed {
            self.halves.first_mut()
        } else {
            None
        }
    }

    /// Whether its dialog is confirmed and nothing of an INVITE is open.
    pub(super) fn is_settled(&self) -> bool {
        let open = |half: &Half| half.answer.is_some() || half.owed_ack.is_some();
        self.confirmed && !self.ended && !self.halves.first().is_none_or(open)
    }
}

/// An INVITE of the peer that is not finally answered.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) server: ServerId,
    /// The first dialog that an answer makes; further ones differ in their tag.
    pub(super) template: Dialog,
    /// Whether the template's tag is in use.
    pub(super) tag_used: bool,
    pub(super) cseq: u32,
    pub(super) reliable: Willing,
    pub(super) asks: TimerAsk,
    pub(super) updates: bool,
    pub(super) infos: bool,
    pub(super) max_forwards: u8,
    /// The offer, and its bytes' hash.
    pub(super) offer: Option<(Session, u64)>,
}

/// Whether the caller takes reliable provisional answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Willing {
    No,
    Can,
    Must,
}

/// What a request says of session timers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TimerAsk {
    pub(super) supported: bool,
    pub(super) interval_s: Option<u32>,
    pub(super) minimum_s: Option<u32>,
    pub(super) refresher_uac: Option<bool>,
}

impl TimerAsk {
    pub(super) fn read(fields: &Fields) -> Self {
        let expires = fields.session_expires();
        Self {
            supported: fields.supports("timer") || fields.required().iter().any(|tag| tag == "timer"),
            interval_s: expires.map(|expires| expires.interval_s),
            minimum_s: fields.min_se(),
            refresher_uac: expires.and_then(|expires| expires.refresher_uac),
        }
    }
}

/// Our INVITEs of one leg, one after another.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) attempts: VecDeque<Attempt>,
    /// The number of the first of `attempts`.
    pub(super) number: u8,
    /// Which of its hops is tried.
    pub(super) hop: u8,
    /// Whether the first of `attempts` may be made.
    pub(super) turn: Turn,
    /// The INVITE under way, or answered.
    pub(super) invite: Option<Invite>,
}

/// Whether an attempt may be made: the driver says so of all but the first, which it has made room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It may.
    Granted,
    /// The driver has not been asked.
    Unasked,
    /// The driver has been asked, and has not answered.
    Asked,
}

impl Outgoing {
    pub(super) fn new(attempts: Vec<Attempt>) -> Self {
        Self {
            attempts: attempts.into(),
            number: 0,
            hop: 0,
            turn: Turn::Granted,
            invite: None,
        }
    }

    /// Has done with the first of its attempts.
    pub(super) fn pass(&mut self) {
        self.attempts.pop_front();
        self.number = self.number.saturating_add(1);
        self.hop = 0;
        self.turn = Turn::Unasked;
    }
}

/// An INVITE of ours.
#[derive(Debug)]
pub(super) struct Invite {
    /// None once it is finally answered.
    pub(super) client: Option<ClientId>,
    pub(super) call_id: String,
    pub(super) tag: Tag,
    pub(super) cseq: u32,
    pub(super) hop: Hop,
    /// Whether the offer was in it.
    pub(super) offered: bool,
    /// The description that was sent, and its origin.
    pub(super) local: Option<Bytes>,
    pub(super) origin: Origin,
    /// Whether anything has been heard but 100, so that the far end is known to ring.
    pub(super) rang: bool,
    /// Answers to challenges, in ACK too (section 22.1).
    pub(super) authorization: Vec<Extra>,
    pub(super) challenged: u8,
    /// Session-Expires, raised by 422.
    pub(super) interval_s: u32,
    pub(super) minimum_s: u32,
}

/// Where a dialog stands between offer and answer (RFC 3264, RFC 3262 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offers {
    /// None was made.
    None,
    /// This end made one.
    Ours,
    /// The peer made one.
    Theirs,
    /// The last one is answered.
    Settled,
}

/// A session timer as agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Agreed {
    pub(super) interval_s: u32,
    /// Whether this end refreshes.
    pub(super) ours: bool,
}

/// One dialog of a leg.
#[derive(Debug)]
pub(super) struct Half {
    /// Which dialog of the other leg it goes with.
    pub(super) fork: u16,
    pub(super) dialog: Dialog,
    pub(super) offers: Offers,
    pub(super) origin: Origin,
    /// The last description of ours that holds.
    pub(super) local: Option<Bytes>,
    /// The hash of the peer's last description that holds.
    pub(super) remote: u64,
    /// What the peer answered before its 2xx, in a call of our own.
    pub(super) heard: Option<Box<Session>>,
    /// Whether the peer takes UPDATE.
    pub(super) updates: bool,
    /// Whether the peer takes INFO.
    pub(super) infos: bool,
    /// Whether the peer has put the other on hold.
    pub(super) held: bool,
    pub(super) agreed: Option<Agreed>,
    /// A 2xx of ours that is not acknowledged.
    pub(super) answer: Option<Box<Answer>>,
    /// The CSeq of a 2xx of the peer whose ACK waits for the other leg's answer.
    pub(super) owed_ack: Option<u32>,
    /// The last ACK: CSeq and body.
    pub(super) acked: Option<(u32, Option<Bytes>)>,
    /// Credentials that ACK repeats.
    pub(super) authorization: Vec<Extra>,
    /// The reliable provisional answer that waits for its PRACK.
    pub(super) reliable: Option<Box<Reliable>>,
    /// Those behind it.
    pub(super) unsent: VecDeque<Unsent>,
    /// RSeq of the last reliable provisional answer, sent or received.
    pub(super) rseq: Option<u32>,
}

impl Half {
    pub(super) fn new(fork: u16, dialog: Dialog, origin: Origin) -> Self {
        Self {
            fork,
            dialog,
            offers: Offers::None,
            origin,
            local: None,
            remote: hash(&[]),
            heard: None,
            updates: false,
            infos: false,
            held: false,
            agreed: None,
            answer: None,
            owed_ack: None,
            acked: None,
            authorization: Vec::new(),
            reliable: None,
            unsent: VecDeque::new(),
            rseq: None,
        }
    }

    /// Takes note of what the peer can do.
    pub(super) fn note(&mut self, fields: &Fields) {
        self.updates |= fields.allows(&Method::Update);
        self.infos |= fields.allows(&Method::Info);
    }
}

/// A 2xx of ours that is sent until it is acknowledged (RFC 3261, section 13.3.1.4).
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) server: ServerId,
    pub(super) cseq: u32,
    pub(super) every: Millis,
    pub(super) until: Millis,
    /// The offer in it that the ACK answers.
    pub(super) offered: Option<Box<Session>>,
}
