//! Calls that are put through, cancelled, refused, and tried elsewhere.

use super::bench::*;
use crate::wire::sip::b2bua::*;

#[test]
fn a_call_rings_is_answered_and_is_hung_up_by_the_caller() {
    let mut t = Bench::new();
    let (call, invite) = t.place("", &sdp_a("0 8 101", "sendrecv"), bridge(vec![attempt(B)]));
    assert_eq!(invite.start, "INVITE sip:+15550002222@203.0.113.20 SIP/2.0");
    assert!(
        invite
            .header("From")
            .starts_with("<sip:+15557770000@192.0.2.1>;tag=")
    );
    assert_eq!(invite.header("Max-Forwards"), "67");
    assert!(invite.has("m=audio 30000 RTP/AVP 0 8 101"));
    t.reply(B, &invite, 180, "bravo1", "", "");
    let ringing = t.expect(A, "180 INVITE");
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0 101", "sendrecv"));
    let ack = t.expect(B, "ACK");
    assert_eq!(ack.start, "ACK sip:bravo@203.0.113.20:5060 SIP/2.0");
    assert_eq!(ack.cseq(), invite.cseq());
    let ok = t.expect(A, "200 INVITE");
    assert_eq!(ok.tag("To"), ringing.tag("To"));
    assert!(ok.has("m=audio 20000 RTP/AVP 0 101"));
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "ACK", "", "");
    t.advance(60_000);
    t.nothing(A);
    t.request(&mut a, "BYE", "Reason: Q.850;cause=17;text=\"alpha\"\r\n", "");
    t.expect(A, "200 BYE");
    let bye = t.expect(B, "BYE");
    assert_eq!(bye.header("Reason"), "Q.850;cause=17;text=\"User busy\"");
    t.reply(B, &bye, 200, "", "", "");
    let end = t.end();
    assert_eq!(
        (end.call, end.by, end.cause, end.status, end.q850),
        (call, By::Caller, Cause::HungUp, 200, 17)
    );
    assert!(end.answered);
    assert_eq!(t.calls.counts().lingering, 0);
    t.empty();
}

#[test]
fn the_callee_may_hang_up() {
    let mut t = Bench::new();
    let (_, _, mut b) = t.talk();
    t.request(&mut b, "BYE", "", "");
    t.expect(B, "200 BYE");
    let bye = t.expect(A, "BYE");
    t.reply(A, &bye, 200, "", "", "");
    assert_eq!((t.end().by, t.end().cause), (By::Callee, Cause::HungUp));
    t.empty();
}

#[test]
fn both_may_hang_up_at_once() {
    let mut t = Bench::new();
    let (_, mut a, mut b) = t.talk();
    t.request(&mut a, "BYE", "", "");
    t.request(&mut b, "BYE", "", "");
    t.expect(A, "200 BYE");
    t.expect(B, "BYE");
    t.expect(B, "200 BYE");
    t.end();
    t.empty();
}

#[test]
fn the_relay_is_told_where_both_listen() {
    let mut t = Bench::new();
    t.talk();
    let a = t.media(Side::Caller).pop().unwrap();
    assert_eq!(a.rtp, Some("198.51.100.10:4000".parse().unwrap()));
    assert_eq!(a.rtcp, Some("198.51.100.10:4001".parse().unwrap()));
    assert_eq!(a.events, Some(101));
    let b = t.media(Side::Callee).pop().unwrap();
    assert_eq!(b.rtp, Some("203.0.113.20:5000".parse().unwrap()));
    assert!(b.sends && b.receives);
}

#[test]
fn the_caller_may_cancel_while_it_rings() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let call = t.asked();
    t.decide(call, Decision::Bridge(Box::new(bridge(vec![attempt(B)]))));
    let out = t.expect(B, "INVITE");
    t.reply(B, &out, 180, "bravo1", "", "");
    t.expect(A, "180 INVITE");
    t.send(A, &cancel(&invite));
    t.expect(A, "200 CANCEL");
    let refused = t.expect(A, "487 INVITE");
    let cancelled = t.expect(B, "CANCEL");
    t.reply(B, &cancelled, 200, "bravo1", "", "");
    t.reply(B, &out, 487, "bravo1", "", "");
    t.expect(B, "ACK");
    t.send(A, &ack_refusal(&invite, &refused));
    assert_eq!(
        (t.end().cause, t.end().by, t.end().status),
        (Cause::Cancelled, By::Caller, 487)
    );
    t.empty();
}

#[test]
fn a_200_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let call = t.asked();
    t.decide(call, Decision::Bridge(Box::new(bridge(vec![attempt(B)]))));
    let out = t.expect(B, "INVITE");
    t.reply(B, &out, 180, "bravo1", "", "");
    t.send(A, &cancel(&invite));
    t.expect(B, "CANCEL");
    t.reply(B, &out, 200, "bravo1", "", &sdp_b("0", "sendrecv"));
    let ack = t.expect(B, "ACK");
    assert_eq!(ack.start, "ACK sip:bravo@203.0.113.20:5060 SIP/2.0");
    let bye = t.expect(B, "BYE");
    assert_eq!(bye.tag("To"), "bravo1");
    assert_eq!(bye.header("From"), out.header("From"));
    t.reply(B, &bye, 200, "", "", "");
    t.expect(A, "180 INVITE");
    t.expect(A, "200 CANCEL");
    t.expect(A, "487 INVITE");
    t.end();
    t.empty();
}

#[test]
fn a_caller_who_gives_up_before_the_decision_ends_the_call() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let call = t.asked();
    t.send(A, &cancel(&invite));
    assert_eq!(t.end().cause, Cause::Cancelled);
    assert!(!t.decide(call, Decision::Bridge(Box::new(bridge(vec![attempt(B)])))));
    t.nothing(B);
    t.empty();
}

#[test]
fn the_driver_may_refuse_with_a_reason_and_a_time() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let call = t.asked();
    let refusal = Refusal {
        status: 480,
        reason: Some((20, "Subscriber absent")),
        retry_after_s: Some(60),
    };
    t.decide(call, Decision::Refuse(refusal));
    let refused = t.expect(A, "480 INVITE");
    assert_eq!(
        refused.header("Reason"),
        "Q.850;cause=20;text=\"Subscriber absent\""
    );
    assert_eq!(refused.header("Retry-After"), "60");
    assert_eq!(
        (t.end().cause, t.end().status, t.end().q850),
        (Cause::Refused, 480, 20)
    );
    t.empty();
}

#[test]
fn a_trunk_that_asks_for_credentials_gets_them_for_every_request() {
    let mut t = Bench::new();
    let mut plan = bridge(vec![attempt(B)]);
    plan.attempts[0].credentials = Some(Credentials {
        username: "pool".into(),
        password: "secret".into(),
    });
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), plan);
    let ask = "Proxy-Authenticate: Digest realm=\"bravo\", nonce=\"n1\", qop=\"auth\"\r\n";
    t.reply(B, &invite, 407, "bravo1", ask, "");
    t.expect(B, "ACK");
    let again = t.expect(B, "INVITE");
    assert!(again.header("Proxy-Authorization").contains("username=\"pool\""));
    assert_eq!(
        (again.header("Call-ID"), again.header("From"), again.cseq()),
        (invite.header("Call-ID"), invite.header("From"), invite.cseq() + 1)
    );
    t.reply(B, &again, 200, "bravo1", "", &sdp_b("0", "sendrecv"));
    assert_eq!(
        t.expect(B, "ACK").header("Proxy-Authorization"),
        again.header("Proxy-Authorization")
    );
    let ok = t.expect(A, "200 INVITE");
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "ACK", "", "");
    t.request(&mut a, "BYE", "", "");
    let bye = t.expect(B, "BYE");
    t.reply(B, &bye, 407, "", ask, "");
    let again = t.expect(B, "BYE");
    assert!(
        again
            .header("Proxy-Authorization")
            .contains("uri=\"sip:bravo@203.0.113.20:5060\"")
    );
    t.reply(B, &again, 200, "", "", "");
    t.empty();
}

#[test]
fn credentials_that_are_refused_are_a_failed_attempt() {
    let mut t = Bench::new();
    let mut plan = bridge(vec![attempt(B), attempt(C)]);
    plan.attempts[0].credentials = Some(Credentials {
        username: "pool".into(),
        password: "wrong".into(),
    });
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), plan);
    let ask = "WWW-Authenticate: Digest realm=\"bravo\", nonce=\"n1\"\r\n";
    t.reply(B, &invite, 401, "bravo1", ask, "");
    t.expect(B, "ACK");
    let again = t.expect(B, "INVITE");
    t.reply(B, &again, 401, "bravo1", ask, "");
    t.expect(C, "INVITE");
    assert_eq!(t.calls.counts().calls, 1);
}

#[test]
fn a_decision_that_never_comes_is_a_500() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    t.advance(10_000);
    t.expect(A, "500 INVITE");
    assert_eq!(t.end().cause, Cause::Internal);
    t.empty();
}

#[test]
fn busy_is_told_to_the_caller_and_no_other_trunk_is_tried() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B), attempt(C)]));
    t.reply(
        B,
        &invite,
        486,
        "bravo1",
        "Reason: Q.850;cause=17;text=\"bravo\"\r\n",
        "",
    );
    t.expect(B, "ACK");
    let busy = t.expect(A, "486 INVITE");
    assert_eq!(busy.header("Reason"), "Q.850;cause=17;text=\"User busy\"");
    t.nothing(C);
    assert_eq!(
        (t.end().cause, t.end().by),
        (Cause::Failed(Failure::Refused(486)), By::Callee)
    );
    t.empty();
}

#[test]
fn a_503_a_silent_hop_and_a_broken_one_are_followed_by_the_next() {
    let mut t = Bench::new();
    let mut first = attempt(B);
    first.hops = vec![
        hop(B, crate::wire::sip::flow::Transport::Udp),
        hop("203.0.113.21:5060", crate::wire::sip::flow::Transport::Udp),
    ];
    let (_, invite) = t.place(
        "",
        &sdp_a("0", "sendrecv"),
        bridge(vec![first, attempt("203.0.113.22:5060"), attempt(C)]),
    );
    t.reply(B, &invite, 503, "bravo1", "Retry-After: 5\r\n", "");
    let second = t.expect("203.0.113.21:5060", "INVITE");
    assert_ne!(second.header("Call-ID"), invite.header("Call-ID"));
    t.advance(4_001);
    t.expect("203.0.113.22:5060", "INVITE");
    t.calls.unreachable(
        t.now,
        &hop("203.0.113.22:5060", crate::wire::sip::flow::Transport::Udp),
    );
    t.pump();
    let last = t.expect(C, "INVITE");
    t.reply(C, &last, 200, "bravo9", "", &sdp_b("0", "sendrecv"));
    t.expect(C, "ACK");
    t.expect(A, "200 INVITE");
    let tries: Vec<What> = t
        .steps()
        .into_iter()
        .map(|s| s.1)
        .filter(|w| matches!(w, What::Attempt(..) | What::Failed(..)))
        .collect();
    assert_eq!(
        tries,
        [
            What::Attempt(0, 0),
            What::Failed(0, Failure::Refused(503)),
            What::Attempt(0, 1),
            What::Failed(0, Failure::Silent),
            What::Attempt(1, 0),
            What::Failed(1, Failure::Unreachable),
            What::Attempt(2, 0),
        ]
    );
}

#[test]
fn an_attempt_without_room_is_passed_over_and_the_last_real_answer_is_told() {
    let other = "203.0.113.22:5060";
    let tried = |full: &[u8]| {
        let mut t = Bench::new();
        t.full = full.to_vec();
        let attempts = vec![attempt(B), attempt(other), attempt(C)];
        let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(attempts));
        t.reply(B, &invite, 500, "bravo1", "", "");
        t.expect(B, "ACK");
        t.nothing(other);
        t
    };
    let mut t = tried(&[1]);
    let last = t.expect(C, "INVITE");
    t.reply(C, &last, 486, "bravo2", "", "");
    t.expect(A, "486 INVITE");

    let mut t = tried(&[1, 2]);
    t.nothing(C);
    t.expect(A, "500 INVITE");
    assert_eq!(t.end().cause, Cause::Failed(Failure::Refused(500)));
    let passed = t.steps().into_iter().map(|step| step.1);
    let passed: Vec<What> = passed.filter(|w| matches!(w, What::PassedOver(_))).collect();
    assert_eq!(passed, [What::PassedOver(1), What::PassedOver(2)]);
}

#[test]
fn a_silent_hop_that_wakes_up_late_is_cancelled() {
    let mut t = Bench::new();
    let (_, first) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B), attempt(C)]));
    t.advance(4_001);
    let second = t.expect(C, "INVITE");
    t.clear();
    t.reply(B, &first, 180, "bravo1", "", "");
    t.expect(B, "CANCEL");
    t.nothing(A);
    t.reply(C, &second, 180, "bravo2", "", "");
    t.expect(A, "180 INVITE");
}

#[test]
fn a_redirection_is_not_followed() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(
        B,
        &invite,
        302,
        "bravo1",
        "Contact: <sip:+15550002222@bravo.example>\r\n",
        "",
    );
    t.expect(B, "ACK");
    t.expect(A, "480 INVITE");
    t.nothing(B);
    t.empty();
}

#[test]
fn when_no_trunk_answers_the_caller_hears_so() {
    let mut t = Bench::new();
    t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B), attempt(C)]));
    t.advance(8_002);
    t.expect(A, "504 INVITE");
    assert_eq!(t.end().cause, Cause::Failed(Failure::Silent));
    t.empty();
}

#[test]
fn without_any_trunk_the_caller_gets_503() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let call = t.asked();
    t.decide(call, Decision::Bridge(Box::new(bridge(Vec::new()))));
    t.expect(A, "503 INVITE");
    t.empty();
}

#[test]
fn nobody_answers_in_time() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B), attempt(C)]));
    t.reply(B, &invite, 180, "bravo1", "", "");
    t.expect(A, "180 INVITE");
    t.advance(60_000);
    t.expect(B, "CANCEL");
    let gone = t.expect(A, "480 INVITE");
    assert_eq!(
        gone.header("Reason"),
        "Q.850;cause=19;text=\"No answer from user\""
    );
    assert_eq!((t.end().cause, t.end().by), (Cause::RingTimeout, By::Us));
    t.nothing(C);
    t.empty();
}

#[test]
fn a_call_lasts_as_long_as_it_may() {
    let mut t = Bench::new();
    t.talk();
    t.advance(3_600_000);
    let bye = t.expect(A, "BYE");
    assert!(bye.header("Reason").contains("Longest duration"));
    t.expect(B, "BYE");
    assert_eq!(t.end().cause, Cause::TooLong);
    t.empty();
}

#[test]
fn the_driver_may_hang_up_at_any_point() {
    let refusal = Refusal {
        status: 480,
        reason: Some((16, "Ended by the app")),
        retry_after_s: None,
    };
    let mut t = Bench::new();
    let (call, _, _) = t.talk();
    assert!(t.calls.hang_up(t.now, call, &refusal));
    t.pump();
    let bye = t.expect(A, "BYE");
    assert_eq!(bye.header("Reason"), "Q.850;cause=16;text=\"Ended by the app\"");
    t.expect(B, "BYE");
    assert!(!t.calls.hang_up(t.now, call, &refusal));
    t.empty();
    let mut t = Bench::new();
    let (call, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 180, "bravo1", "", "");
    t.expect(A, "180 INVITE");
    assert!(t.calls.hang_up(t.now, call, &refusal));
    t.pump();
    t.expect(A, "480 INVITE");
    t.expect(B, "CANCEL");
    t.empty();
}

#[test]
fn draining_refuses_new_calls_and_keeps_the_others() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.calls.drain();
    let invite = t.invite("two", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let refused = t.expect(A, "503 INVITE");
    assert_eq!(refused.header("Retry-After"), "7");
    t.request(&mut a, "BYE", "", "");
    t.expect(A, "200 BYE");
    t.expect(B, "BYE");
}

#[test]
fn calls_beyond_the_bounds_are_refused_and_counted() {
    let mut settings = settings();
    settings.undecided = 1;
    let mut t = Bench::with(settings);
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let invite = t.invite("two", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    t.expect(A, "503 INVITE");
    assert_eq!((t.calls.counts().overloaded, t.calls.counts().undecided), (1, 1));
}

/// The caller's CANCEL of an INVITE.
pub fn cancel(invite: &str) -> String {
    let mut out = String::new();
    for line in invite.split("\r\n\r\n").next().unwrap().split("\r\n") {
        let name = line.split(':').next().unwrap();
        if let Some(rest) = line.strip_prefix("INVITE ") {
            out += &format!("CANCEL {rest}\r\n");
        } else if name == "CSeq" {
            out += &line.replace("INVITE", "CANCEL");
            out += "\r\n";
        } else if matches!(name, "Via" | "From" | "To" | "Call-ID" | "Max-Forwards") {
            out += line;
            out += "\r\n";
        }
    }
    out + "Content-Length: 0\r\n\r\n"
}

/// The caller's ACK of a refusal.
pub fn ack_refusal(invite: &str, refused: &Msg) -> String {
    let ack = cancel(invite).replace("CANCEL", "ACK");
    let to = ack
        .split("\r\n")
        .find(|line| line.starts_with("To: "))
        .unwrap()
        .to_owned();
    ack.replace(&to, &format!("To: {}", refused.header("To")))
}
