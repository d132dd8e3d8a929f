//! One call as one phone sees it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::Moment;
use crate::carriers::loopback::sound::Counts;
use crate::domain::E164;
use crate::domain::id::LegId;
use crate::switchboard::phones::{PhoneCall, PhoneCallState, PhoneCallWay};
use crate::wire::sdp::{self, Anchor, Codec, Direction, NoAudio, Origin, Session};
use crate::wire::sip::Millis;
use crate::wire::sip::dialog::{Asking, Dialog, Routing, Tag};
use crate::wire::sip::flow::Hop;
use crate::wire::sip::message::{Fields, IncomingResponse};
use crate::wire::sip::transaction::{ClientId, ServerId};

/// What sound a phone has: every phone has it.
const CODECS: [Codec; 1] = [Codec::Pcmu];

/// One leg.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) phone: E164,
    /// As the API shows it, but for the counts.
    pub(super) call: PhoneCall,
    pub(super) counts: Arc<Counts>,
    pub(super) tag: Tag,
    /// The INVITE of ours.
    pub(super) sent: Option<Sent>,
    pub(super) client: Option<ClientId>,
    /// The INVITE of the broker, until it has its final answer.
    pub(super) server: Option<ServerId>,
    /// What that INVITE offered.
    pub(super) offer: Option<Session>,
    pub(super) dialog: Option<Dialog>,
    /// Where this phone takes its sound.
    pub(super) media: Option<SocketAddr>,
    pub(super) origin: Origin,
    /// Our 2xx that no ACK has come for.
    pub(super) unacknowledged: Option<Unacknowledged>,
    /// It hung up before that ACK: BYE follows it (RFC 3261, section 15).
    pub(super) owes_bye: bool,
    /// When it answers by itself.
    pub(super) pick_at: Option<Millis>,
    /// When it hangs up by itself.
    pub(super) until: Millis,
    /// How long it talks before that.
    pub(super) talk_ms: Option<Millis>,
}

/// What was asked, for the dialog that an answer begins.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) call_id: String,
    pub(super) uri: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) cseq: u32,
    pub(super) hop: Hop,
}

/// A 2xx that is sent again until its ACK comes.
#[derive(Debug)]
pub(super) struct Unacknowledged {
    pub(super) server: ServerId,
    pub(super) cseq: u32,
    pub(super) next: Millis,
    pub(super) interval: Millis,
    pub(super) until: Millis,
}

impl Line {
    pub(super) fn new(
        id: LegId,
        (phone, number): (E164, E164),
        direction: PhoneCallWay,
        (tag, session): (Tag, u64),
        now: Moment,
        until: Millis,
    ) -> Self {
        Self {
            phone,
            call: PhoneCall {
                id,
                direction,
                number,
                state: match direction {
                    PhoneCallWay::Outgoing => PhoneCallState::Dialling,
                    PhoneCallWay::Incoming => PhoneCallState::Ringing,
                },
                cause: None,
                sip_status: None,
                reason: None,
                call: None,
                community: None,
                started_at: now.at,
                answered_at: None,
                ended_at: None,
                packets_sent: 0,
                packets_received: 0,
                packets_heard: 0,
            },
            counts: Arc::default(),
            tag,
            sent: None,
            client: None,
            server: None,
            offer: None,
            dialog: None,
            media: None,
            origin: Origin::new(session),
            unacknowledged: None,
            owes_bye: false,
            pick_at: None,
            until,
            talk_ms: None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.call.state == PhoneCallState::Ended
    }

    /// As the API shows it.
    pub(super) fn view(&self) -> PhoneCall {
        let counts = self.counts.read();
        PhoneCall {
            packets_sent: counts.sent,
            packets_received: counts.received,
            packets_heard: counts.heard,
            ..self.call.clone()
        }
    }

    pub(super) fn answered(&mut self, now: Moment) {
        self.call.state = PhoneCallState::Answered;
        self.call.answered_at = Some(now.at);
        self.pick_at = None;
        if let Some(talk_ms) = self.talk_ms {
            self.until = self.until.min(now.ms.saturating_add(talk_ms));
        }
    }

    /// The earliest moment at which something is due.
    pub(super) fn timer(&self) -> Millis {
        let again = self.unacknowledged.as_ref().map(|waits| waits.next);
        let longest = (!self.is_over()).then_some(self.until);
        [again, self.pick_at, longest]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(Millis::MAX)
    }

    /// What the phone offers.
    pub(super) fn offered(&mut self) -> Option<Bytes> {
        let draft = own(self.media?).ok()?;
        Some(self.origin.write(&draft))
    }

    /// What the phone says to an offer, or offers where there is none.
    pub(super) fn description(&mut self, offer: Option<&Session>) -> Option<Bytes> {
        let media = self.media?;
        let Some(offer) = offer else { return self.offered() };
        // What it can do, as if it had said so.
        let own = Origin::new(0).write(&own(media).ok()?);
        let party = sdp::parse(&own, &sdp::Limits::default()).ok()?;
        let draft = sdp::answer(offer, &party, &anchor(media)).ok()?;
        Some(self.origin.write(&draft))
    }

    /// The dialog that an answer to its INVITE begins.
    pub(super) fn dialog_of(&self, response: &IncomingResponse) -> Option<Dialog> {
        let sent = self.sent.as_ref()?;
        let asking = Asking {
            call_id: &sent.call_id,
            from: &sent.from,
            to: &sent.to,
            local_tag: self.tag,
            cseq: sent.cseq,
            uri: &sent.uri,
            hop: &sent.hop,
            routing: Routing::Symmetric,
        };
        Dialog::asking(response, asking)
    }
}

fn anchor(media: SocketAddr) -> Anchor {
    let mut rtcp = media;
    rtcp.set_port(media.port().saturating_add(1));
    Anchor { rtp: media, rtcp }
}

fn own(media: SocketAddr) -> Result<sdp::Draft, NoAudio> {
    sdp::own_offer(&CODECS, Direction::SendRecv, &anchor(media))
}

/// The description in a message: None where there is none, an error where it cannot be read.
pub(super) fn described(fields: &Fields) -> Result<Option<Session>, ()> {
    match fields.body() {
        None => Ok(None),
        Some(body) if body.kind == "application/sdp" => sdp::parse(body.bytes, &sdp::Limits::default())
            .map(Some)
            .map_err(|_| ()),
        Some(_) => Err(()),
    }
}

/// Where the other side takes its sound.
pub(super) fn place(session: &Session) -> Option<SocketAddr> {
    session.audio()?.rtp()
}
