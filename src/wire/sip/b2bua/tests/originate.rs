//! Calls that an app makes.

use super::bench::*;
use crate::wire::sip::b2bua::*;

fn plan() -> Origination {
    let mut caller = attempt(A);
    caller.uri = "sip:+15550001111@198.51.100.10".into();
    caller.to = "<sip:+15550001111@198.51.100.10>".into();
    caller.from = "<sip:+15557771234@192.0.2.1>".into();
    Origination {
        caller: vec![caller],
        callee: vec![attempt(B), attempt(C)],
        anchors: anchors(),
        codecs: Vec::new(),
        times: Times {
            ring_ms: 30_000,
            longest_ms: 3_600_000,
        },
        failover: Failover::default(),
    }
}

fn begin(t: &mut Bench) -> (CallId, Msg) {
    let call = t.calls.originate(t.now, plan()).unwrap();
    t.pump();
    let invite = t.expect(A, "INVITE");
    t.nothing(B);
    (call, invite)
}

/// The member has answered with these codecs; what the contact gets.
fn answered(t: &mut Bench, formats: &str) -> (CallId, Msg, Dlg) {
    let (call, invite) = begin(t);
    t.reply(A, &invite, 180, "alpha1", "", "");
    t.nothing(B);
    t.reply(A, &invite, 200, "alpha1", "", &sdp_a(formats, "sendrecv"));
    t.expect(A, "ACK");
    let dlg = Dlg::callee(A, &invite, "alpha1");
    (call, t.expect(B, "INVITE"), dlg)
}

#[test]
fn the_member_is_rung_first_and_then_the_contact_each_shown_a_pool_number() {
    let mut t = Bench::new();
    let (_, invite) = begin(&mut t);
    assert!(
        invite
            .header("From")
            .starts_with("<sip:+15557771234@192.0.2.1>;tag=")
    );
    assert!(invite.has("m=audio 20000 RTP/AVP 0 8 101"));
    t.reply(A, &invite, 200, "alpha1", "", &sdp_a("0 8 101", "sendrecv"));
    t.expect(A, "ACK");
    let out = t.expect(B, "INVITE");
    assert!(
        out.header("From")
            .starts_with("<sip:+15557770000@192.0.2.1>;tag=")
    );
    assert!(out.has("m=audio 30000 RTP/AVP 0 8 101"));
    t.reply(B, &out, 180, "bravo1", "", "");
    t.nothing(A);
    t.reply(B, &out, 200, "bravo1", "", &sdp_b("0 8 101", "sendrecv"));
    t.expect(B, "ACK");
    t.nothing(A);
    assert_eq!(t.calls.counts().answered, 1);
    let mut b = Dlg::callee(B, &out, "bravo1");
    t.request(&mut b, "BYE", "", "");
    t.expect(B, "200 BYE");
    t.expect(A, "BYE");
    assert!(t.end().answered);
    t.empty();
}

#[test]
fn the_member_is_asked_to_change_where_the_contact_takes_another_codec() {
    let mut t = Bench::new();
    let (_, out, _) = answered(&mut t, "0 8 101");
    t.reply(B, &out, 200, "bravo1", "", &sdp_b("8 101", "sendrecv"));
    t.expect(B, "ACK");
    let invite = t.expect(A, "INVITE");
    assert!(invite.has("m=audio 20000 RTP/AVP 8 101"));
    t.reply(A, &invite, 200, "", "", &sdp_a("8 101", "sendrecv"));
    t.expect(A, "ACK");
    t.nothing(B);
    assert_eq!(t.media(Side::Caller).len(), 2);
}

#[test]
fn a_member_who_cannot_change_is_not_left_in_silence() {
    let mut t = Bench::new();
    let (_, out, _) = answered(&mut t, "0 8 101");
    t.reply(B, &out, 200, "bravo1", "", &sdp_b("8 101", "sendrecv"));
    t.expect(B, "ACK");
    let invite = t.expect(A, "INVITE");
    t.reply(A, &invite, 488, "", "", "");
    t.expect(A, "ACK");
    t.expect(A, "BYE");
    t.expect(B, "BYE");
    assert_eq!(t.end().cause, Cause::Failed(Failure::BadMedia));
    t.empty();
}

#[test]
fn a_member_who_does_not_answer_ends_it_without_the_contact() {
    let mut t = Bench::new();
    let (_, invite) = begin(&mut t);
    t.reply(A, &invite, 486, "alpha1", "", "");
    t.expect(A, "ACK");
    t.nothing(B);
    assert_eq!((t.end().by, t.end().status), (By::Caller, 486));
    t.empty();
    let mut t = Bench::new();
    let (_, invite) = begin(&mut t);
    t.reply(A, &invite, 180, "alpha1", "", "");
    t.advance(30_000);
    t.expect(A, "CANCEL");
    assert_eq!(t.end().cause, Cause::RingTimeout);
    t.empty();
}

#[test]
fn when_the_contact_cannot_be_had_the_member_is_hung_up_on() {
    let mut t = Bench::new();
    let (_, out, _) = answered(&mut t, "0");
    t.reply(B, &out, 500, "bravo1", "", "");
    let out = t.expect(C, "INVITE");
    t.reply(C, &out, 486, "bravo2", "", "");
    let bye = t.expect(A, "BYE");
    assert_eq!(bye.header("Reason"), "Q.850;cause=17;text=\"User busy\"");
    let end = t.end();
    assert_eq!((end.by, end.status, end.answered), (By::Callee, 486, false));
    t.empty();
}

#[test]
fn a_member_who_hangs_up_while_the_contact_rings_ends_it() {
    let mut t = Bench::new();
    let (_, out, mut a) = answered(&mut t, "0");
    t.reply(B, &out, 180, "bravo1", "", "");
    t.request(&mut a, "BYE", "", "");
    t.expect(A, "200 BYE");
    t.expect(B, "CANCEL");
    t.reply(B, &out, 487, "bravo1", "", "");
    assert_eq!((t.end().cause, t.end().by), (Cause::Cancelled, By::Caller));
    t.empty();
}

#[test]
fn the_app_may_hang_up_while_either_rings() {
    let refusal = Refusal {
        status: 480,
        reason: None,
        retry_after_s: None,
    };
    let mut t = Bench::new();
    let (call, invite) = begin(&mut t);
    t.reply(A, &invite, 180, "alpha1", "", "");
    assert!(t.calls.hang_up(t.now, call, &refusal));
    t.pump();
    t.expect(A, "CANCEL");
    // The member's answer crosses.
    t.reply(A, &invite, 200, "alpha1", "", &sdp_a("0", "sendrecv"));
    t.expect(A, "ACK");
    t.expect(A, "BYE");
    t.nothing(B);
    t.empty();
}

#[test]
fn draining_begins_no_calls() {
    let mut t = Bench::new();
    t.calls.drain();
    assert_eq!(t.calls.originate(t.now, plan()), Err(NoRoom));
}

#[test]
fn a_reliable_ring_of_either_is_acknowledged() {
    let mut t = Bench::new();
    let mut plan = plan();
    plan.caller[0].options.reliable = Reliability::Supported;
    t.calls.originate(t.now, plan).unwrap();
    t.pump();
    let invite = t.expect(A, "INVITE");
    t.reply(
        A,
        &invite,
        183,
        "alpha1",
        "Require: 100rel\r\nRSeq: 3\r\n",
        &sdp_a("0", "sendrecv"),
    );
    let prack = t.expect(A, "PRACK");
    t.reply(A, &prack, 200, "", "", "");
    t.reply(A, &invite, 200, "alpha1", "", "");
    t.expect(A, "ACK");
    // What was answered reliably is what the contact is offered.
    assert!(t.expect(B, "INVITE").has("m=audio 30000 RTP/AVP 0"));
}
