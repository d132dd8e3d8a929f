//! Early media, forks and reliable provisional answers.

use super::bench::*;
use crate::wire::sip::b2bua::*;

fn rel(mut bridge: Bridge, reliable: Reliability) -> Bridge {
    for attempt in &mut bridge.attempts {
        attempt.options.reliable = reliable;
    }
    bridge
}

#[test]
fn early_media_reach_the_caller() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0 8", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 183, "bravo1", "", &sdp_b("8", "sendrecv"));
    let early = t.expect(A, "183 INVITE");
    assert!(early.has("m=audio 20000 RTP/AVP 8"));
    assert_eq!(t.media(Side::Callee).len(), 1);
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("8", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    assert_eq!(ok.body, early.body);
    assert_eq!(ok.tag("To"), early.tag("To"));
}

#[test]
fn a_200_without_the_description_of_its_183_is_given_it() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0 8", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 183, "bravo1", "", &sdp_b("8", "sendrecv"));
    let early = t.expect(A, "183 INVITE");
    t.reply(B, &invite, 200, "bravo1", "", "");
    assert_eq!(t.expect(A, "200 INVITE").body, early.body);
}

#[test]
fn each_fork_is_a_dialog_of_its_own_and_the_first_200_wins() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0 8", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 183, "bravo1", "", &sdp_b("8", "sendrecv"));
    t.reply(B, &invite, 180, "bravo2", "", "");
    let first = t.expect(A, "183 INVITE");
    let second = t.expect(A, "180 INVITE");
    assert_ne!(first.tag("To"), second.tag("To"));
    t.reply(B, &invite, 200, "bravo2", "", &sdp_b("0", "sendrecv"));
    let ack = t.expect(B, "ACK");
    assert_eq!(ack.tag("To"), "bravo2");
    assert_eq!(t.expect(A, "200 INVITE").tag("To"), second.tag("To"));
    // The other fork answers too.
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("8", "sendrecv"));
    let ack = t.expect(B, "ACK");
    let bye = t.expect(B, "BYE");
    assert_eq!((ack.tag("To"), bye.tag("To")), ("bravo1".into(), "bravo1".into()));
    t.nothing(A);
    assert!(t.ended().is_empty());
}

#[test]
fn a_200_that_repeats_is_acknowledged_each_time() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0 8", "sendrecv"), bridge(vec![attempt(B)]));
    for _ in 0..3 {
        t.reply(B, &invite, 200, "bravo1", "", &sdp_b("8", "sendrecv"));
        let ack = t.expect(B, "ACK");
        assert_eq!(ack.cseq(), invite.cseq());
        t.nothing(B);
    }
    t.expect(A, "200 INVITE");
    t.nothing(A);
}

#[test]
fn forks_beyond_the_bound_are_not_passed_on() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0 8", "sendrecv"), bridge(vec![attempt(B)]));
    for fork in 0..6 {
        t.reply(B, &invite, 180, &format!("bravo{fork}"), "", "");
    }
    for _ in 0..4 {
        t.expect(A, "180 INVITE");
    }
    t.nothing(A);
    t.reply(B, &invite, 200, "bravo5", "", &sdp_b("0", "sendrecv"));
    t.expect(A, "200 INVITE");
}

#[test]
fn failover_after_early_media_is_a_new_dialog_for_the_caller() {
    let mut t = Bench::new();
    let (_, invite) = t.place(
        "",
        &sdp_a("0 8", "sendrecv"),
        bridge(vec![attempt(B), attempt(C)]),
    );
    t.reply(B, &invite, 183, "bravo1", "", &sdp_b("8", "sendrecv"));
    let early = t.expect(A, "183 INVITE");
    t.reply(B, &invite, 503, "bravo1", "", "");
    let next = t.expect(C, "INVITE");
    t.reply(C, &next, 200, "bravo7", "", &sdp_b("0", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    assert_ne!(ok.tag("To"), early.tag("To"));
    assert!(ok.has("m=audio 20000 RTP/AVP 0"));
}

#[test]
fn reliable_answers_go_end_to_end_where_both_can() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Supported);
    let (_, invite) = t.place("Supported: 100rel\r\n", &sdp_a("0 8", "sendrecv"), plan);
    assert_eq!(invite.header("Supported"), "100rel");
    t.reply(
        B,
        &invite,
        183,
        "bravo1",
        "Require: 100rel\r\nRSeq: 77\r\n",
        &sdp_b("8", "sendrecv"),
    );
    t.nothing(B);
    let early = t.expect(A, "183 INVITE");
    assert_eq!(early.header("Require"), "100rel");
    let rseq: u32 = early.header("RSeq").parse().unwrap();
    // It is repeated until PRACK.
    t.advance(1_600);
    assert_eq!(t.expect(A, "183 INVITE").header("RSeq"), rseq.to_string());
    assert_eq!(t.expect(A, "183 INVITE").header("RSeq"), rseq.to_string());
    t.nothing(A);
    let mut a = Dlg::caller(A, &early);
    t.request(&mut a, "PRACK", &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    let prack = t.expect(B, "PRACK");
    assert_eq!(prack.header("RAck"), format!("77 {} INVITE", invite.cseq()));
    t.nothing(A);
    t.reply(B, &prack, 200, "", "", "");
    t.expect(A, "200 PRACK");
    t.advance(10_000);
    t.nothing(A);
    // The answer was given reliably: the 200 does not repeat it.
    t.reply(B, &invite, 200, "bravo1", "", "");
    t.expect(B, "ACK");
    let ok = t.expect(A, "200 INVITE");
    assert_eq!(ok.body, "");
    t.request_as(&a, "ACK", 1, "", "");
    assert_eq!(t.calls.counts().answered, 1);
}

#[test]
fn an_offer_in_prack_is_answered_by_the_callee() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Supported);
    let (_, invite) = t.place("Supported: 100rel\r\n", &sdp_a("0 8", "sendrecv"), plan);
    t.reply(
        B,
        &invite,
        183,
        "bravo1",
        "Require: 100rel\r\nRSeq: 1\r\n",
        &sdp_b("8", "sendrecv"),
    );
    let early = t.expect(A, "183 INVITE");
    let mut a = Dlg::caller(A, &early);
    let rack = format!("RAck: {} 1 INVITE\r\n", early.header("RSeq"));
    t.request(&mut a, "PRACK", &rack, &sdp_a("8", "sendonly"));
    let prack = t.expect(B, "PRACK");
    assert!(prack.has("m=audio 30000 RTP/AVP 8") && prack.has("a=sendonly"));
    t.reply(B, &prack, 200, "", "", &sdp_b("8", "recvonly"));
    let ok = t.expect(A, "200 PRACK");
    assert!(ok.has("m=audio 20000 RTP/AVP 8") && ok.has("a=recvonly"));
}

#[test]
fn a_prack_for_a_fork_that_loses_is_answered() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Supported);
    let (_, invite) = t.place("Supported: 100rel\r\n", &sdp_a("0 8", "sendrecv"), plan);
    t.reply(
        B,
        &invite,
        183,
        "bravo1",
        "Require: 100rel\r\nRSeq: 77\r\n",
        &sdp_b("8", "sendrecv"),
    );
    let early = t.expect(A, "183 INVITE");
    let mut a = Dlg::caller(A, &early);
    t.request(
        &mut a,
        "PRACK",
        &format!("RAck: {} 1 INVITE\r\n", early.header("RSeq")),
        "",
    );
    let prack = t.expect(B, "PRACK");
    t.reply(B, &invite, 200, "bravo2", "", &sdp_b("0", "sendrecv"));
    t.expect(B, "ACK");
    t.expect(A, "200 PRACK");
    t.expect(A, "200 INVITE");
    t.reply(B, &prack, 200, "", "", "");
    t.nothing(A);
}

#[test]
fn where_the_caller_cannot_the_callee_gets_prack_from_here() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Required);
    let (_, invite) = t.place("", &sdp_a("0 8", "sendrecv"), plan);
    assert_eq!(invite.header("Require"), "100rel");
    t.reply(B, &invite, 180, "bravo1", "Require: 100rel\r\nRSeq: 9\r\n", "");
    let prack = t.expect(B, "PRACK");
    assert_eq!(prack.header("RAck"), format!("9 {} INVITE", invite.cseq()));
    let ringing = t.expect(A, "180 INVITE");
    assert_eq!(ringing.get("RSeq"), None);
    // The same again, and one out of order: neither is passed on.
    t.reply(B, &invite, 180, "bravo1", "Require: 100rel\r\nRSeq: 9\r\n", "");
    t.reply(
        B,
        &invite,
        183,
        "bravo1",
        "Require: 100rel\r\nRSeq: 11\r\n",
        &sdp_b("0", "sendrecv"),
    );
    t.nothing(A);
    t.nothing(B);
    t.reply(
        B,
        &invite,
        183,
        "bravo1",
        "Require: 100rel\r\nRSeq: 10\r\n",
        &sdp_b("0", "sendrecv"),
    );
    t.expect(B, "PRACK");
    t.expect(A, "183 INVITE");
    // Settled on that leg, but not on the other.
    t.reply(B, &invite, 200, "bravo1", "", "");
    assert!(t.expect(A, "200 INVITE").has("m=audio 20000 RTP/AVP 0"));
}

#[test]
fn where_the_callee_cannot_the_caller_still_gets_what_it_demands() {
    let mut t = Bench::new();
    let (_, invite) = t.place(
        "Require: 100rel\r\n",
        &sdp_a("0 8", "sendrecv"),
        bridge(vec![attempt(B)]),
    );
    assert_eq!(invite.get("Require"), None);
    t.reply(B, &invite, 180, "bravo1", "", "");
    t.reply(B, &invite, 183, "bravo1", "", &sdp_b("8", "sendrecv"));
    let ringing = t.expect(A, "180 INVITE");
    // One after the other (RFC 3262, section 3).
    t.nothing(A);
    let mut a = Dlg::caller(A, &ringing);
    let rseq: u32 = ringing.header("RSeq").parse().unwrap();
    t.request(&mut a, "PRACK", &format!("RAck: {} 1 INVITE\r\n", rseq + 1), "");
    t.expect(A, "481 PRACK");
    t.request(&mut a, "PRACK", &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    t.expect(A, "200 PRACK");
    t.nothing(B);
    let early = t.expect(A, "183 INVITE");
    assert_eq!(early.header("RSeq"), (rseq + 1).to_string());
    // The answer waits for the PRACK.
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("8", "sendrecv"));
    t.expect(B, "ACK");
    t.nothing(A);
    t.request(&mut a, "PRACK", &format!("RAck: {} 1 INVITE\r\n", rseq + 1), "");
    t.expect(A, "200 PRACK");
    t.expect(A, "200 INVITE");
}

#[test]
fn a_reliable_answer_that_is_never_acknowledged_ends_the_call() {
    let mut t = Bench::new();
    let (_, invite) = t.place(
        "Require: 100rel\r\n",
        &sdp_a("0 8", "sendrecv"),
        bridge(vec![attempt(B)]),
    );
    t.reply(B, &invite, 180, "bravo1", "", "");
    t.advance(32_001);
    let mut last = t.next(A).unwrap();
    while let Some(msg) = t.next(A) {
        last = msg;
    }
    assert_eq!(last.what(), "504 INVITE");
    t.expect(B, "CANCEL");
    assert_eq!(t.end().cause, Cause::Unacknowledged);
    t.empty();
}

#[test]
fn a_late_offer_comes_with_a_reliable_answer_and_its_answer_with_prack() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Supported);
    let (_, invite) = t.place("Supported: 100rel\r\n", "", plan);
    assert_eq!(invite.body, "");
    t.reply(
        B,
        &invite,
        183,
        "bravo1",
        "Require: 100rel\r\nRSeq: 5\r\n",
        &sdp_b("0 8", "sendrecv"),
    );
    let early = t.expect(A, "183 INVITE");
    assert!(early.has("m=audio 20000 RTP/AVP 0 8"));
    let mut a = Dlg::caller(A, &early);
    let rack = format!("RAck: {} 1 INVITE\r\n", early.header("RSeq"));
    t.request(&mut a, "PRACK", &rack, &sdp_a("8", "sendrecv"));
    let prack = t.expect(B, "PRACK");
    assert!(prack.has("m=audio 30000 RTP/AVP 8"));
    t.reply(B, &prack, 200, "", "", "");
    t.expect(A, "200 PRACK");
    t.reply(B, &invite, 200, "bravo1", "", "");
    t.expect(B, "ACK");
    t.expect(A, "200 INVITE");
    assert_eq!((t.media(Side::Caller).len(), t.media(Side::Callee).len()), (1, 1));
}

#[test]
fn a_late_offer_without_100rel_at_the_caller_is_not_asked_for_reliably() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Required);
    let (_, invite) = t.place("", "", plan);
    assert_eq!((invite.get("Require"), invite.get("Supported")), (None, None));
}

#[test]
fn a_late_offer_comes_with_200_and_its_answer_with_ack() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", "", bridge(vec![attempt(B)]));
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0 8 101", "sendrecv"));
    t.nothing(B);
    let ok = t.expect(A, "200 INVITE");
    assert!(ok.has("m=audio 20000 RTP/AVP 0 8 101"));
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0 8 101", "sendrecv"));
    t.nothing(B);
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "ACK", "", &sdp_a("8 101", "sendrecv"));
    let ack = t.expect(B, "ACK");
    assert!(ack.has("m=audio 30000 RTP/AVP 8 101"));
    // Each 200 that repeats gets the same again.
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0 8 101", "sendrecv"));
    assert_eq!(t.expect(B, "ACK").body, ack.body);
    assert_eq!(t.calls.counts().answered, 1);
}

#[test]
fn a_late_offer_that_is_never_answered_ends_the_call() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", "", bridge(vec![attempt(B)]));
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0 8 101", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "ACK", "", "");
    t.expect(B, "ACK");
    t.expect(B, "BYE");
    t.expect(A, "BYE");
    assert_eq!(t.end().cause, Cause::Failed(Failure::BadMedia));
    t.empty();
}

#[test]
fn an_offer_that_cannot_be_read_is_488_and_another_kind_415() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", "v=0\r\nnonsense\r\n");
    t.send(A, &invite);
    t.expect(A, "488 INVITE");
    let invite = t
        .invite("two", "", "hello")
        .replace("application/sdp", "text/plain");
    t.send(A, &invite);
    assert_eq!(t.expect(A, "415 INVITE").header("Accept"), "application/sdp");
    assert!(t.events.iter().all(|event| !matches!(event, Event::Asked { .. })));
    t.empty();
}

#[test]
fn an_answer_without_a_common_codec_ends_the_attempt() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 200, "bravo1", "", "v=0\r\n");
    t.expect(B, "ACK");
    t.expect(B, "BYE");
    t.expect(A, "488 INVITE");
    assert_eq!(t.end().cause, Cause::Failed(Failure::BadMedia));
    t.empty();
}

#[test]
fn update_in_an_early_dialog_goes_through() {
    let mut t = Bench::new();
    let plan = rel(bridge(vec![attempt(B)]), Reliability::Supported);
    let (_, invite) = t.place(
        "Supported: 100rel\r\nAllow: UPDATE, PRACK\r\n",
        &sdp_a("0 8", "sendrecv"),
        plan,
    );
    let more = "Require: 100rel\r\nRSeq: 1\r\nAllow: INVITE, UPDATE\r\n";
    t.reply(B, &invite, 183, "bravo1", more, &sdp_b("8", "sendrecv"));
    let early = t.expect(A, "183 INVITE");
    let mut a = Dlg::caller(A, &early);
    t.request(
        &mut a,
        "PRACK",
        &format!("RAck: {} 1 INVITE\r\n", early.header("RSeq")),
        "",
    );
    let prack = t.expect(B, "PRACK");
    t.reply(B, &prack, 200, "", "", "");
    t.expect(A, "200 PRACK");
    t.request(&mut a, "UPDATE", "", &sdp_a("8", "inactive"));
    let update = t.expect(B, "UPDATE");
    assert!(update.has("a=inactive"));
    t.reply(B, &update, 200, "", "", &sdp_b("8", "inactive"));
    assert!(t.expect(A, "200 UPDATE").has("a=inactive"));
    let mut b = Dlg::callee(B, &invite, "bravo1");
    t.request(&mut b, "UPDATE", "", &sdp_b("8", "sendonly"));
    let update = t.expect(A, "UPDATE");
    t.reply(A, &update, 200, "", "", &sdp_a("8", "recvonly"));
    assert!(t.expect(B, "200 UPDATE").has("a=recvonly"));
}

#[test]
fn the_caller_may_end_an_early_dialog_with_bye() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 180, "bravo1", "", "");
    let ringing = t.expect(A, "180 INVITE");
    let mut a = Dlg::caller(A, &ringing);
    t.request(&mut a, "BYE", "", "");
    t.expect(A, "200 BYE");
    t.expect(A, "487 INVITE");
    t.expect(B, "CANCEL");
    t.end();
    t.empty();
}
