//! The phones against a broker that says what the test has it say.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;
use crate::wire::sip::message::{Incoming, IncomingRequest, IncomingResponse};

const ADA: i64 = 14_155_550_151;
const BEN: i64 = 14_155_550_152;
const POOL: i64 = 14_155_550_101;

fn phone(number: i64) -> E164 {
    E164::from_i64(number).unwrap()
}

fn broker() -> SocketAddr {
    "127.0.0.1:5060".parse().unwrap()
}

fn media(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 8 0\r\n";

struct Desk {
    handsets: Handsets,
    ms: Millis,
    branch: u32,
}

impl Desk {
    fn new() -> Self {
        let mut handsets = Handsets::new("127.0.0.1:40000".parse().unwrap(), 1, [3; 32]);
        handsets.start(broker());
        Self {
            handsets,
            ms: 1_000,
            branch: 0,
        }
    }

    fn now(&self) -> Moment {
        Moment {
            ms: self.ms,
            at: Timestamp(1_750_000_000_000 + self.ms as i64),
        }
    }

    fn hear(&mut self, text: &str) {
        let now = self.now();
        self.handsets.datagram(now, broker(), text.as_bytes());
    }

    fn pass(&mut self, ms: Millis) {
        let until = self.ms + ms;
        while let Some(at) = self.handsets.next_timeout().filter(|at| *at <= until) {
            self.ms = self.ms.max(at);
            let now = self.now();
            self.handsets.handle_timeout(now);
            self.ms += 1;
        }
        self.ms = self.ms.max(until);
    }

    fn sent(&mut self) -> Vec<Incoming> {
        std::iter::from_fn(|| self.handsets.poll_transmit())
            .map(|transmit| {
                assert_eq!(transmit.hop.remote, broker(), "nobody else is told anything");
                Incoming::parse(&transmit.bytes).expect("a sound message")
            })
            .collect()
    }

    /// The only thing that was said, an answer.
    fn answer(&mut self) -> IncomingResponse {
        match self.sent().pop() {
            Some(Incoming::Response(response)) => *response,
            other => panic!("no answer: {other:?}"),
        }
    }

    fn asked(&mut self) -> IncomingRequest {
        match self.sent().pop() {
            Some(Incoming::Request(request)) => *request,
            other => panic!("no request: {other:?}"),
        }
    }

    fn orders(&mut self) -> Vec<Order> {
        std::iter::from_fn(|| self.handsets.poll_order()).collect()
    }

    /// Ben's phone is called, which shows the pool number.
    fn ring(&mut self, body: &str) -> LegId {
        self.branch += 1;
        let text = self.invite(body);
        self.hear(&text);
        self.handsets.calls(phone(BEN)).last().expect("a call").id
    }

    fn invite(&self, body: &str) -> String {
        self.request("INVITE", 1, "", "", body)
    }

    /// A request of the broker on its leg to Ben.
    fn request(&self, method: &str, cseq: u32, to_tag: &str, branch: &str, body: &str) -> String {
        let n = self.branch;
        format!(
            "{method} sip:+{BEN}@127.0.0.1:40000;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{n}{branch}\r\n\
             From: <sip:+{POOL}@127.0.0.1;user=phone>;tag=b{n}\r\nTo: <sip:+{BEN}@127.0.0.1:40000;user=phone>{to_tag}\r\n\
             Call-ID: call{n}\r\nCSeq: {cseq} {method}\r\nContact: <sip:+{POOL}@127.0.0.1:5060>\r\nMax-Forwards: 70\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// The broker's answer to this INVITE of a phone.
    fn respond(&self, invite: &IncomingRequest, status: &str, body: &str) -> String {
        let of = |name: &str| String::from_utf8(invite.values(name).remove(0)).unwrap();
        format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=far\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:+{POOL}@127.0.0.1:5060>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            of("Via"),
            of("From"),
            of("To"),
            of("Call-ID"),
            of("CSeq"),
            body.len()
        )
    }

    fn call(&self, number: i64, leg: LegId) -> PhoneCall {
        self.handsets.call(phone(number), leg).unwrap()
    }
}

fn to_tag(response: &IncomingResponse) -> String {
    format!(
        ";tag={}",
        String::from_utf8(response.to().tag.clone().unwrap().to_vec()).unwrap()
    )
}

#[test]
fn a_phone_rings_is_answered_with_its_sound_and_is_hung_up_on() {
    let mut desk = Desk::new();
    let leg = desk.ring(SDP);
    assert_eq!(desk.answer().status(), 180);
    let call = desk.call(BEN, leg);
    assert_eq!(
        (call.direction, call.state),
        (PhoneCallWay::Incoming, PhoneCallState::Ringing)
    );
    assert_eq!(call.number, phone(POOL), "what its display shows");

    let now = desk.now();
    desk.handsets.answer(now, phone(BEN), leg, media(40_002)).unwrap();
    let answer = desk.answer();
    let said = String::from_utf8(answer.body().unwrap().bytes.to_vec()).unwrap();
    assert_eq!(answer.status(), 200);
    assert!(
        said.contains("m=audio 40002 RTP/AVP 0\r\n"),
        "PCMU and nothing else: {said}"
    );
    assert_eq!(desk.orders(), [Order::Talk(leg, media(30_000))]);
    let tag = to_tag(&answer);
    let ack = desk.request("ACK", 1, &tag, "ack", "");
    desk.hear(&ack);
    desk.pass(3_000);
    assert!(desk.sent().is_empty(), "the answer is not repeated");

    let bye = desk.request("BYE", 2, &tag, "bye", "");
    desk.hear(&bye);
    assert_eq!(desk.answer().status(), 200);
    let call = desk.call(BEN, leg);
    assert_eq!(
        (call.state, call.cause),
        (PhoneCallState::Ended, Some(PhoneCallCause::OtherHungUp))
    );
    assert_eq!(desk.orders(), [Order::Over(leg)]);
}

#[test]
fn an_answer_is_repeated_until_its_ack_and_the_call_is_given_up_without_one() {
    let mut desk = Desk::new();
    let leg = desk.ring(SDP);
    desk.sent();
    let now = desk.now();
    desk.handsets.answer(now, phone(BEN), leg, media(40_002)).unwrap();
    desk.sent();
    desk.pass(4_000);
    let repeated = desk.sent();
    assert!(
        repeated.len() >= 3
            && repeated
                .iter()
                .all(|one| matches!(one, Incoming::Response(r) if r.status() == 200)),
        "{repeated:?}"
    );
    desk.pass(40_000);
    assert_eq!(desk.call(BEN, leg).cause, Some(PhoneCallCause::Unreachable));
    let byes = desk.sent().into_iter();
    assert!(
        byes.into_iter()
            .any(|one| matches!(one, Incoming::Request(r) if *r.method() == Method::Bye))
    );
    assert!(desk.handsets.live.is_empty());
}

#[test]
fn whoever_hangs_up_before_the_ack_says_so_after_it() {
    let mut desk = Desk::new();
    let leg = desk.ring(SDP);
    desk.sent();
    let now = desk.now();
    desk.handsets.answer(now, phone(BEN), leg, media(40_002)).unwrap();
    let tag = to_tag(&desk.answer());
    desk.handsets.hang_up(now, phone(BEN), leg).unwrap();
    assert!(desk.sent().is_empty(), "no BYE yet");
    let ack = desk.request("ACK", 1, &tag, "ack", "");
    desk.hear(&ack);
    assert_eq!(*desk.asked().method(), Method::Bye);
    assert!(desk.handsets.live.is_empty());
}

#[test]
fn a_phone_declines_is_busy_or_answers_by_itself_as_it_was_told() {
    let mut desk = Desk::new();
    let leg = desk.ring(SDP);
    desk.sent();
    let now = desk.now();
    desk.handsets.decline(now, phone(BEN), leg).unwrap();
    assert_eq!(desk.answer().status(), 603);
    assert_eq!(desk.call(BEN, leg).cause, Some(PhoneCallCause::Declined));
    assert_eq!(
        desk.handsets.decline(now, phone(BEN), leg),
        Err(LineError::Over(leg))
    );
    for (answering, status) in [(Answering::Busy, 486), (Answering::Decline, 603)] {
        desk.handsets.set_answering(phone(BEN), answering);
        let leg = desk.ring(SDP);
        assert_eq!(
            (desk.answer().status(), desk.call(BEN, leg).sip_status),
            (status, Some(status))
        );
    }
    desk.handsets.set_answering(phone(BEN), Answering::Auto);
    desk.orders();
    let leg = desk.ring(SDP);
    desk.pass(PICK_AFTER_MS - 1);
    assert_eq!(desk.orders(), []);
    desk.pass(2);
    assert_eq!(desk.orders(), [Order::Pick(leg)]);
}

#[test]
fn a_phone_on_a_call_is_busy_and_cannot_dial() {
    let mut desk = Desk::new();
    let first = desk.ring(SDP);
    assert_eq!(desk.answer().status(), 180);
    let second = desk.ring(SDP);
    assert_eq!(desk.answer().status(), 486);
    assert_eq!(desk.call(BEN, second).cause, Some(PhoneCallCause::Busy));
    assert_eq!(desk.call(BEN, first).state, PhoneCallState::Ringing);
    let now = desk.now();
    let dialled = desk
        .handsets
        .dial(now, (phone(BEN), phone(POOL)), media(40_002), None);
    assert_eq!(dialled, Err(LineError::Engaged(phone(BEN))));
}

#[test]
fn what_a_phone_cannot_speak_is_not_acceptable_here() {
    let mut desk = Desk::new();
    let leg = desk.ring(&SDP.replace("RTP/AVP 8 0", "RTP/AVP 18"));
    desk.sent();
    let now = desk.now();
    let _ = desk.handsets.answer(now, phone(BEN), leg, media(40_002));
    assert_eq!(desk.answer().status(), 488);
    let leg = desk.ring("v=0\r\nnothing");
    assert_eq!(
        (desk.answer().status(), desk.call(BEN, leg).state),
        (488, PhoneCallState::Ended)
    );
}

#[test]
fn a_caller_who_gives_up_is_heard() {
    let mut desk = Desk::new();
    let leg = desk.ring(SDP);
    desk.sent();
    let cancel = desk.request("CANCEL", 1, "", "", "");
    desk.hear(&cancel);
    let statuses: Vec<u16> = desk
        .sent()
        .iter()
        .filter_map(|one| match one {
            Incoming::Response(response) => Some(response.status()),
            Incoming::Request(_) => None,
        })
        .collect();
    assert!(statuses.contains(&200) && statuses.contains(&487), "{statuses:?}");
    assert_eq!(desk.call(BEN, leg).cause, Some(PhoneCallCause::Cancelled));
}

#[test]
fn a_phone_dials_hears_it_ring_talks_and_hangs_up() {
    let mut desk = Desk::new();
    let now = desk.now();
    let leg = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None)
        .unwrap();
    let invite = desk.asked();
    assert_eq!(
        invite.uri().to_string(),
        format!("sip:+{POOL}@127.0.0.1:5060;user=phone")
    );
    assert_eq!(
        invite.from().uri.to_string(),
        format!("sip:+{ADA}@127.0.0.1;user=phone")
    );
    assert_eq!(desk.call(ADA, leg).state, PhoneCallState::Dialling);
    let ringing = desk.respond(&invite, "180 Ringing", "");
    desk.hear(&ringing);
    assert_eq!(desk.call(ADA, leg).state, PhoneCallState::Ringing);
    let answer = desk.respond(&invite, "200 OK", SDP);
    for _ in 0..2 {
        // Each repetition is acknowledged anew.
        desk.hear(&answer);
        assert_eq!(*desk.asked().method(), Method::Ack);
    }
    assert_eq!(desk.orders(), [Order::Talk(leg, media(30_000))]);
    desk.handsets.hang_up(now, phone(ADA), leg).unwrap();
    let bye = desk.asked();
    assert_eq!((bye.method(), bye.cseq()), (&Method::Bye, 2));
    let call = desk.call(ADA, leg);
    assert_eq!(
        (call.state, call.cause),
        (PhoneCallState::Ended, Some(PhoneCallCause::HungUp))
    );
}

#[test]
fn a_phone_that_gives_up_cancels_and_an_answer_that_crosses_is_ended() {
    let mut desk = Desk::new();
    let now = desk.now();
    let leg = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None)
        .unwrap();
    let invite = desk.asked();
    let ringing = desk.respond(&invite, "180 Ringing", "");
    desk.hear(&ringing);
    desk.handsets.hang_up(now, phone(ADA), leg).unwrap();
    assert_eq!(*desk.asked().method(), Method::Cancel);
    assert_eq!(desk.call(ADA, leg).cause, Some(PhoneCallCause::Cancelled));
    let answer = desk.respond(&invite, "200 OK", SDP);
    desk.hear(&answer);
    let methods: Vec<String> = desk
        .sent()
        .iter()
        .filter_map(|one| match one {
            Incoming::Request(request) => Some(request.method().to_string()),
            Incoming::Response(_) => None,
        })
        .collect();
    assert_eq!(methods, ["ACK", "BYE"]);
    assert!(
        desk.orders()
            .iter()
            .all(|order| !matches!(order, Order::Talk(..)))
    );
}

#[test]
fn why_a_call_failed_is_told_and_the_exchanges_reason_goes_before_the_status() {
    for (status, cause) in [
        ("486 Busy Here", PhoneCallCause::Busy),
        ("603 Decline", PhoneCallCause::Declined),
        ("480 Temporarily Unavailable", PhoneCallCause::NoAnswer),
        ("404 Not Found", PhoneCallCause::Refused),
        ("503 Service Unavailable", PhoneCallCause::Failed),
    ] {
        let mut desk = Desk::new();
        let now = desk.now();
        let dialled = (phone(ADA), phone(POOL));
        let leg = desk.handsets.dial(now, dialled, media(40_002), None).unwrap();
        let invite = desk.asked();
        let answer = desk.respond(&invite, status, "");
        desk.hear(&answer);
        assert_eq!(desk.call(ADA, leg).cause, Some(cause), "{status}");
        assert_eq!(*desk.asked().method(), Method::Ack);
        let leg = desk.handsets.dial(now, dialled, media(40_002), None).unwrap();
        let invite = desk.asked();
        desk.handsets
            .refused(phone(ADA), phone(POOL), Reason::UnassignedNumber);
        let answer = desk.respond(&invite, status, "");
        desk.hear(&answer);
        let call = desk.call(ADA, leg);
        assert_eq!(
            (call.cause, call.reason),
            (Some(PhoneCallCause::Refused), Some(Reason::UnassignedNumber))
        );
    }
    let mut desk = Desk::new();
    let now = desk.now();
    let leg = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None)
        .unwrap();
    desk.pass(40_000);
    assert_eq!(
        desk.call(ADA, leg).cause,
        Some(PhoneCallCause::Unreachable),
        "nobody answers at all"
    );
}

#[test]
fn both_legs_know_the_call_that_the_exchange_has_made_of_them() {
    let mut desk = Desk::new();
    let now = desk.now();
    let dialled = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None)
        .unwrap();
    let told = |call| Told {
        caller: Some((phone(ADA), phone(POOL))),
        callee: (phone(BEN), phone(POOL)),
        call: CallId::from_i64(call),
        community: CommunityId::from_i64(1),
    };
    desk.handsets.told(told(7));
    assert_eq!(desk.call(ADA, dialled).call, Some(CallId::from_i64(7)));
    // One that never rang is forgotten when the next one does.
    desk.handsets.told(told(8));
    let leg = desk.ring(SDP);
    assert_eq!(desk.call(BEN, leg).call, Some(CallId::from_i64(8)));
    let next = desk.ring(SDP);
    assert_eq!(desk.call(BEN, next).call, None);
    for call in 0..2 * MOST_EXPECTED {
        desk.handsets.told(told(call as i64));
    }
    assert_eq!(desk.handsets.expected.len(), MOST_EXPECTED);
}

#[test]
fn a_call_ends_by_itself_after_the_time_that_it_was_given() {
    let mut desk = Desk::new();
    let now = desk.now();
    let leg = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), Some(2))
        .unwrap();
    let invite = desk.asked();
    desk.pass(5_000);
    let answer = desk.respond(&invite, "200 OK", SDP);
    desk.hear(&answer);
    desk.pass(1_900);
    assert_eq!(desk.call(ADA, leg).state, PhoneCallState::Answered);
    desk.pass(200);
    assert_eq!(desk.call(ADA, leg).cause, Some(PhoneCallCause::HungUp));
}

#[test]
fn stopping_ends_every_call_and_begins_none() {
    let mut desk = Desk::new();
    let now = desk.now();
    let ringing = desk.ring(SDP);
    let dialled = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None)
        .unwrap();
    desk.handsets.stop(now);
    for (number, leg) in [(BEN, ringing), (ADA, dialled)] {
        assert_eq!(desk.call(number, leg).cause, Some(PhoneCallCause::Shutdown));
    }
    let again = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None);
    assert_eq!(again, Err(LineError::Stopping));
    desk.sent();
    desk.branch += 1;
    let invite = desk.invite(SDP);
    desk.hear(&invite);
    assert_eq!(desk.answer().status(), 480);
}

#[test]
fn a_phone_remembers_its_latest_calls_and_as_many_go_on_as_may() {
    let mut desk = Desk::new();
    desk.handsets.set_answering(phone(BEN), Answering::Busy);
    for _ in 0..KEPT_OF_PHONE + 20 {
        desk.ring(SDP);
    }
    assert_eq!(desk.handsets.calls(phone(BEN)).len(), KEPT_OF_PHONE);
    assert_eq!(desk.handsets.by_tag.len(), desk.handsets.lines.len());
    let now = desk.now();
    for n in 0..MOST_LIVE as i64 {
        let dialled = desk
            .handsets
            .dial(now, (phone(ADA + 100 + n), phone(POOL)), media(40_002), None);
        assert!(dialled.is_ok());
    }
    let one_more = desk
        .handsets
        .dial(now, (phone(ADA), phone(POOL)), media(40_002), None);
    assert_eq!(one_more, Err(LineError::NoRoom));
    desk.sent();
    desk.handsets.set_answering(phone(BEN), Answering::Person);
    desk.branch += 1;
    let invite = desk.invite(SDP);
    desk.hear(&invite);
    assert_eq!(desk.answer().status(), 503);
}

#[test]
fn nothing_is_heard_but_the_broker() {
    let mut desk = Desk::new();
    desk.branch += 1;
    let invite = desk.invite(SDP);
    let now = desk.now();
    for from in ["127.0.0.1:5061", "127.0.0.2:5060", "192.0.2.1:5060"] {
        desk.handsets
            .datagram(now, from.parse().unwrap(), invite.as_bytes());
    }
    assert!(desk.handsets.calls(phone(BEN)).is_empty() && desk.sent().is_empty());
    assert!(desk.handsets.transactions.is_empty(), "nothing is kept of it");
    desk.hear(&invite);
    assert_eq!(desk.handsets.calls(phone(BEN)).len(), 1);
}

#[test]
fn what_belongs_to_no_call_changes_none() {
    let mut desk = Desk::new();
    let leg = desk.ring(SDP);
    desk.sent();
    let tag = ";tag=0000000000000001";
    for (method, status) in [("BYE", 481), ("UPDATE", 481), ("INVITE", 481), ("INFO", 481)] {
        let stray = desk.request(method, 9, tag, method, "");
        desk.hear(&stray);
        assert_eq!(desk.answer().status(), status, "{method}");
    }
    desk.branch += 1;
    let options = desk.request("OPTIONS", 1, "", "", "");
    desk.hear(&options);
    assert_eq!(desk.answer().status(), 200);
    assert_eq!(desk.call(BEN, leg).state, PhoneCallState::Ringing);
}

proptest! {
    #[test]
    fn whatever_the_broker_sends_the_phones_go_on(noise in proptest::collection::vec(any::<u8>(), 0..600), at in 0usize..600, cut in 0usize..900) {
        let mut desk = Desk::new();
        desk.branch += 1;
        let mut bytes = desk.invite(SDP).into_bytes();
        for (place, byte) in bytes.iter_mut().skip(at).zip(&noise) {
            *place = *byte;
        }
        bytes.truncate(cut.max(1));
        let now = desk.now();
        desk.handsets.datagram(now, broker(), &noise);
        desk.handsets.datagram(now, broker(), &bytes);
        desk.pass(100_000);
        // An answer gives back what was asked, however it reads.
        while desk.handsets.poll_transmit().is_some() {}
        // And they still ring, unless the noise rings already.
        desk.ring(SDP);
        prop_assert!(desk.sent().iter().any(|one| matches!(one, Incoming::Response(r) if r.status() == 180 || r.status() == 486)));
    }
}
