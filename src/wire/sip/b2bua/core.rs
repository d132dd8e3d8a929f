//! What all calls share: the transactions, the names, the events, and who answers to which tag.

use std::collections::{HashMap, VecDeque};

use super::random::Random;
use super::{CallId, Event, MediaPoint, Message, Settings, Side, Step, What};
use crate::wire::sdp::{Codec, Session};
use crate::wire::sip::Millis;
use crate::wire::sip::dialog::{Asking, Routing, Tag, address, with_tag};
use crate::wire::sip::flow::{Hop, Source, Transport};
use crate::wire::sip::message::{Extra, IncomingResponse, Method, OutgoingRequest, OutgoingResponse};
use crate::wire::sip::transaction::{ServerId, Transactions, User};

/// Methods that are served within calls, and OPTIONS.
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS";
/// The kind of a session description.
pub(super) const SDP: &str = "application/sdp";
/// The owner of requests that nobody waits for.
pub(super) const NOBODY: User = User(u64::MAX);
/// Set in the owner of a request outside of calls.
pub(super) const OUTSIDE: u64 = 1 << 63;

/// What all calls share.
#[derive(Debug)]
pub(super) struct Core {
    /// The moment of the input that is being worked on.
    pub(super) now: Millis,
    pub(super) settings: Settings,
    pub(super) transactions: Transactions,
    pub(super) random: Random,
    pub(super) events: VecDeque<Event>,
    /// Who answers to a tag of ours.
    pub(super) tags: HashMap<Tag, (CallId, Side)>,
    /// INVITEs that came and whose calls last, by Call-ID and From tag.
    pub(super) arrived: HashMap<Box<[u8]>, (CallId, u32)>,
    /// The second that is, and how many late answers were ended in it.
    pub(super) late: (Millis, u32),
}

/// Late answers that are ended in a second. Forks bring few; each takes a transaction, and whoever once had a call of
/// ours can make up as many as he likes.
const LATE_PER_S: u32 = 20;

impl Core {
    pub(super) fn t1(&self) -> Millis {
        self.settings.transactions.t1_ms.into()
    }

    pub(super) fn t2(&self) -> Millis {
        self.settings.transactions.t2_ms.into()
    }

    /// 64*T1: when an answer or an acknowledgement is given up.
    pub(super) fn patience(&self) -> Millis {
        64 * self.t1()
    }

    pub(super) fn step(&mut self, call: CallId, leg: Side, what: What) {
        let at = self.now;
        self.events.push_back(Event::Step(Step { call, leg, at, what }));
    }

    pub(super) fn received(
        &mut self,
        call: CallId,
        leg: Side,
        method: &Method,
        status: Option<u16>,
        sdp: bool,
    ) {
        let method = name(method);
        self.step(call, leg, What::Received(Message { method, status, sdp }));
    }

    pub(super) fn sent(&mut self, call: CallId, leg: Side, method: &Method, status: Option<u16>, sdp: bool) {
        let method = name(method);
        self.step(call, leg, What::Sent(Message { method, status, sdp }));
    }

    /// Tells the relay where a leg's media go.
    pub(super) fn media(&mut self, call: CallId, leg: Side, session: &Session) {
        let Some(audio) = session.audio() else {
            return;
        };
        let hold = audio.is_hold();
        let events = audio
            .formats
            .iter()
            .find(|format| format.codec == Codec::TelephoneEvent);
        self.events.push_back(Event::Media(MediaPoint {
            call,
            leg,
            rtp: audio.rtp(),
            rtcp: audio.rtcp(),
            sends: audio.direction.sends(),
            receives: !hold,
            events: events.map(|format| format.payload_type),
            types: audio.into(),
        }));
    }

    /// The value of Contact towards a peer.
    pub(super) fn contact(&self, user: &str, transport: Transport) -> String {
        let host = self.settings.advertised.of(transport);
        let user: String = user
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '+')
            .collect();
        let at = if user.is_empty() { "" } else { "@" };
        let transport = match transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls => ";transport=tls",
        };
        format!("<sip:{user}{at}{host}{transport}>")
    }

    /// Answers a request that belongs to no call, or to none any more.
    pub(super) fn reject(&mut self, id: ServerId, status: u16, extra: Vec<Extra>) {
        let mut response = OutgoingResponse::new(status);
        response.to_tag = Some(self.random.tag().to_string());
        response.extra = extra;
        self.transactions.respond(self.now, id, response);
    }

    /// A 2xx for an INVITE that nobody waits for any more: it is acknowledged and the dialog ended (RFC 3261,
    /// section 13.2.2.4). It must be one of ours, by its tag; nothing is kept of it.
    pub(super) fn refuse_late_answer(&mut self, response: &IncomingResponse, source: Source) {
        let from = response.from();
        let ours = self.random.tag_of(response.call_id());
        let is_answer = *response.cseq_method() == Method::Invite && (200..300).contains(&response.status());
        if !is_answer || from.tag.as_deref() != Some(ours.to_string().as_bytes()) {
            return;
        }
        let second = self.now / 1000;
        if self.late.0 != second {
            self.late = (second, 0);
        }
        self.late.1 += 1;
        if self.late.1 > LATE_PER_S {
            return;
        }
        let (from, to) = (address(&from.uri), address(&response.to().uri));
        let call_id = String::from_utf8_lossy(response.call_id()).into_owned();
        let hop = Hop::from(source);
        let asking = Asking {
            call_id: &call_id,
            from: &from,
            to: &to,
            local_tag: ours,
            cseq: response.cseq(),
            uri: "sip:invalid.invalid",
            hop: &hop,
            routing: Routing::Symmetric,
        };
        let Some(mut dialog) = crate::wire::sip::dialog::Dialog::asking(response, asking) else {
            return;
        };
        let ack = dialog.ack(response.cseq());
        self.transactions.acknowledge(self.now, hop.clone(), &ack);
        let bye = dialog.request(Method::Bye, None);
        // Without room it is not sent: the answer comes again, or the peer's own timers end it.
        let _ = self.transactions.request(self.now, NOBODY, hop, bye);
    }

    /// Sends a request outside of calls.
    pub(super) fn send_outside(&mut self, user: u64, hop: Hop, mut request: OutgoingRequest) -> bool {
        if !request.from.contains(";tag=") {
            request.from = with_tag(&request.from, &self.random.tag().to_string());
        }
        if request.call_id.is_empty() {
            request.call_id = self.random.call().0;
        }
        self.transactions
            .request(self.now, User(user), hop, request)
            .is_ok()
    }
}

/// A method's name for the record.
pub(super) fn name(method: &Method) -> &'static str {
    match method {
        Method::Invite => "INVITE",
        Method::Ack => "ACK",
        Method::Bye => "BYE",
        Method::Cancel => "CANCEL",
        Method::Options => "OPTIONS",
        Method::Register => "REGISTER",
        Method::Prack => "PRACK",
        Method::Update => "UPDATE",
        Method::Info => "INFO",
        Method::Refer => "REFER",
        Method::Message => "MESSAGE",
        Method::Notify => "NOTIFY",
        Method::Subscribe => "SUBSCRIBE",
        Method::Publish => "PUBLISH",
        Method::Other(_) => "other",
    }
}
