//! Requests of peers.

use super::*;

const PEER: &str = "192.0.2.1:5060";

fn invited() -> (Bench, ServerId, String) {
    let mut bench = Bench::new(Limits::default());
    let text = incoming("INVITE", "z9hG4bK1", "");
    bench.get(udp(PEER), &text);
    let id = bench.arrived();
    (bench, id, text)
}

#[test]
fn an_invite_that_nobody_answers_in_200_ms_gets_100() {
    let (mut bench, id, text) = invited();
    bench.pass(199);
    assert!(bench.sent.is_empty());
    bench.pass(1);
    assert_eq!(bench.lines(), [(200, "SIP/2.0 100 Trying".to_owned())]);
    bench.get(udp(PEER), &text);
    assert_eq!(bench.lines()[0].1, "SIP/2.0 100 Trying");
    bench.respond(id, 180);
    bench.get(udp(PEER), &text);
    bench.get(udp(PEER), &text);
    let ringing = "SIP/2.0 180 Ringing".to_owned();
    assert_eq!(
        bench.lines(),
        [(200, ringing.clone()), (200, ringing.clone()), (200, ringing)]
    );
    assert!(bench.events().is_empty());
}

#[test]
fn an_invite_that_comes_again_before_that_gets_100_at_once() {
    let (mut bench, _, text) = invited();
    bench.pass(50);
    bench.get(udp(PEER), &text);
    assert_eq!(bench.lines(), [(50, "SIP/2.0 100 Trying".to_owned())]);
    bench.pass(1_000);
    assert!(bench.sent.is_empty());
    let mut eager = Bench::new(Limits {
        trying_after_ms: 0,
        ..Limits::default()
    });
    eager.get(udp(PEER), &text);
    assert_eq!(eager.lines()[0].1, "SIP/2.0 100 Trying");
}

#[test]
fn an_answered_invite_needs_no_100() {
    let (mut bench, id, _) = invited();
    bench.respond(id, 180);
    bench.pass(10_000);
    assert_eq!(bench.moments(), [0]);
}

#[test]
fn a_refusal_is_repeated_up_to_t2_until_its_ack() {
    let (mut bench, id, text) = invited();
    bench.respond(id, 486);
    bench.pass(16_000);
    assert_eq!(bench.moments(), [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500]);
    bench.get(udp(PEER), &text);
    assert_eq!(bench.lines().len(), 1);
    let ack = incoming("ACK", "z9hG4bK1", "");
    bench.get(udp(PEER), &ack);
    bench.get(udp(PEER), &ack);
    bench.get(udp(PEER), &text);
    bench.pass(4_999);
    assert!(bench.sent.is_empty() && bench.events().is_empty());
    assert_eq!(bench.table.len(), 1);
    bench.pass(1);
    assert!(bench.table.is_empty());
}

#[test]
fn a_refusal_that_is_never_acknowledged_is_told() {
    let (mut bench, id, _) = invited();
    bench.table.tie(id, User(4));
    bench.respond(id, 486);
    bench.pass(32_000);
    assert_eq!(bench.events(), ["unacknowledged Some(User(4))"]);
    assert!(bench.table.is_empty());
}

#[test]
fn a_2xx_is_sent_when_its_owner_says_so_and_the_invite_is_absorbed() {
    let (mut bench, id, text) = invited();
    bench.respond(id, 200);
    bench.get(udp(PEER), &text);
    bench.pass(5_000);
    assert_eq!(bench.lines().len(), 1);
    bench.respond(id, 200);
    bench.respond(id, 486);
    assert_eq!(bench.lines(), [(5_000, "SIP/2.0 200 OK".to_owned())]);
    bench.get(udp(PEER), &incoming("ACK", "z9hG4bK-other", ""));
    bench.get(udp(PEER), &incoming("ACK", "z9hG4bK1", ""));
    assert_eq!(
        bench.events(),
        ["ack", "ack"],
        "with a branch of its own as it should be, or without"
    );
    bench.table.acknowledged(id);
    bench.respond(id, 200);
    assert!(bench.sent.is_empty());
    bench.pass(27_000);
    assert!(bench.table.is_empty());
}

#[test]
fn another_request_gets_its_answer_again_for_64_t1() {
    let mut bench = Bench::new(Limits::default());
    let text = incoming("BYE", "z9hG4bK1", "");
    bench.get(udp(PEER), &text);
    let id = bench.arrived();
    bench.get(udp(PEER), &text);
    assert!(bench.sent.is_empty());
    bench.respond(id, 200);
    bench.pass(31_999);
    bench.get(udp(PEER), &text);
    assert_eq!(bench.lines().len(), 2);
    bench.pass(1);
    assert!(bench.table.is_empty());
    assert_eq!(bench.table.counts().absorbed, 2);
}

#[test]
fn over_tcp_answers_go_back_on_the_connection_and_nothing_lingers() {
    let mut bench = Bench::new(Limits::default());
    let source = tcp("192.0.2.1:40000", 6);
    bench.get(source, &incoming("BYE", "z9hG4bK1", "").replace("UDP", "TCP"));
    let id = bench.arrived();
    bench.respond(id, 200);
    let hop = bench.hops.remove(0);
    assert_eq!(hop.connection, Some(ConnectionId(6)));
    assert_eq!(
        hop.remote,
        "192.0.2.1:5060".parse().unwrap(),
        "and to the port of Via where that is gone"
    );
    assert!(bench.table.is_empty());
    bench.get(source, &incoming("INVITE", "z9hG4bK2", "").replace("UDP", "TCP"));
    let id = bench.arrived();
    bench.respond(id, 486);
    bench.lines();
    bench.pass(20_000);
    assert!(bench.sent.is_empty(), "not repeated");
    bench.get(source, &incoming("ACK", "z9hG4bK2", "").replace("UDP", "TCP"));
    assert!(bench.table.is_empty());
}

#[test]
fn a_cancel_is_answered_and_told_once() {
    let (mut bench, id, _) = invited();
    bench.table.tie(id, User(4));
    bench.respond(id, 180);
    bench.lines();
    let cancel = incoming("CANCEL", "z9hG4bK1", "");
    bench.get(udp(PEER), &cancel);
    bench.get(udp(PEER), &cancel);
    assert_eq!(bench.events(), ["cancelled Some(User(4))"]);
    assert_eq!(bench.sent.len(), 2);
    assert!(bench.sent[0].1.contains("CSeq: 1 CANCEL") && bench.sent[0].1.contains(";tag=ours"));
    bench.respond(id, 487);
    bench.get(udp(PEER), &cancel);
    assert!(bench.events().is_empty());
    assert_eq!(bench.table.len(), 1, "nothing is kept of a CANCEL");
}

#[test]
fn a_cancel_for_nothing_is_answered_481() {
    let mut bench = Bench::new(Limits::default());
    bench.get(udp(PEER), &incoming("CANCEL", "z9hG4bK1", ""));
    assert_eq!(bench.lines()[0].1, "SIP/2.0 481 Call/Transaction Does Not Exist");
    assert!(bench.table.is_empty() && bench.events().is_empty());
}

#[test]
fn a_cancel_after_the_final_answer_changes_nothing() {
    let (mut bench, id, _) = invited();
    bench.respond(id, 200);
    bench.lines();
    bench.get(udp(PEER), &incoming("CANCEL", "z9hG4bK1", ""));
    assert_eq!(bench.lines()[0].1, "SIP/2.0 200 OK");
    assert!(bench.events().is_empty());
}

#[test]
fn a_request_that_came_by_another_way_already_is_merged() {
    let (mut bench, id, _) = invited();
    bench.get(udp(PEER), &incoming("INVITE", "z9hG4bK2", ""));
    assert_eq!(bench.lines()[0].1, "SIP/2.0 482 Loop Detected");
    assert!(bench.events().is_empty());
    bench.get(
        udp(PEER),
        &incoming("ACK", "z9hG4bK2", "").replace("10>\nCall", "10>;tag=x\nCall"),
    );
    assert_eq!(bench.events(), ["ack"]);
    bench.respond(id, 503);
    bench.get(udp(PEER), &incoming("INVITE", "z9hG4bK3", ""));
    assert_eq!(
        bench.events(),
        ["request INVITE"],
        "after a refusal another way may be tried"
    );
}

#[test]
fn an_answered_request_may_come_again_under_another_branch() {
    let mut bench = Bench::new(Limits::default());
    for branch in ["z9hG4bK1", "z9hG4bK2"] {
        bench.get(udp(PEER), &incoming("OPTIONS", branch, ""));
        let id = bench.arrived();
        bench.respond(id, 200);
    }
    assert_eq!(bench.table.counts().merged, 0, "some keep-alives never count");
}

#[test]
fn the_ack_for_an_answer_of_which_nothing_is_kept_is_swallowed() {
    let (mut bench, _, _) = invited();
    bench.get(udp(PEER), &incoming("INVITE", "z9hG4bK2", ""));
    let refusal = bench.sent.remove(0).1;
    let to = refusal.lines().find(|l| l.starts_with("To:")).unwrap();
    let ack = incoming("ACK", "z9hG4bK2", "").replace("To: <sip:x@192.0.2.10>", to);
    bench.get(udp(PEER), &ack);
    assert!(bench.events().is_empty());
}

#[test]
fn a_request_within_a_dialog_is_never_merged() {
    let mut bench = Bench::new(Limits::default());
    for branch in ["z9hG4bK1", "z9hG4bK2"] {
        bench.get(
            udp(PEER),
            &incoming("INFO", branch, "").replace("10>\nCall", "10>;tag=x\nCall"),
        );
    }
    assert_eq!(bench.events(), ["request INFO", "request INFO"]);
}

#[test]
fn invites_beyond_the_limit_get_503_and_calls_that_stand_go_on() {
    let mut bench = Bench::new(Limits {
        transactions: 16,
        ..Limits::default()
    });
    for n in 0..40 {
        let text = incoming("INVITE", &format!("z9hG4bK{n}"), "").replace("k1", &format!("k{n}"));
        bench.get(udp(PEER), &text);
    }
    assert_eq!(bench.events().len(), 14);
    let refused = std::mem::take(&mut bench.sent);
    assert_eq!(refused.len(), 26);
    assert!(refused[0].1.starts_with("SIP/2.0 503 Service Unavailable\r\n"));
    assert!(refused[0].1.contains("\r\nRetry-After: 10\r\n"));
    for n in 0..5 {
        let text = incoming("BYE", &format!("z9hG4bKb{n}"), "").replace("k1", &format!("k{n}"));
        bench.get(udp(PEER), &text);
    }
    assert_eq!(bench.events(), ["request BYE", "request BYE"]);
    assert_eq!(bench.table.len(), 16);
    let counts = bench.table.counts();
    assert_eq!((counts.refused, counts.dropped), (26, 3));
    assert!(bench.sent.is_empty());
}

#[test]
fn answers_go_where_the_via_and_the_source_say() {
    for (via, source, to) in [
        (
            "192.0.2.1:5070;branch=z9hG4bKq",
            "192.0.2.1:5070",
            "192.0.2.1:5070",
        ),
        (
            "10.0.0.1:5070;branch=z9hG4bKq",
            "203.0.113.1:999",
            "203.0.113.1:5070",
        ),
        (
            "10.0.0.1:5070;rport;branch=z9hG4bKq",
            "203.0.113.1:999",
            "203.0.113.1:999",
        ),
        (
            "10.0.0.1;maddr=198.51.100.1;branch=z9hG4bKq",
            "203.0.113.1:999",
            "203.0.113.1:5060",
        ),
    ] {
        let mut bench = Bench::new(Limits::default());
        let text = incoming("OPTIONS", "x", "").replace("192.0.2.1:5060;branch=x", via);
        bench.get(udp(source), &text);
        let id = bench.arrived();
        bench.respond(id, 200);
        assert_eq!(bench.hops[0].remote, to.parse().unwrap(), "{via}");
    }
}

#[test]
fn peers_of_rfc_2543_are_matched_by_what_their_requests_say() {
    for branch in [";x=y", ";branch=1", ";branch=z9hG4bK"] {
        let old = |method: &str| incoming(method, "X", "").replace(";branch=X", branch);
        let mut bench = Bench::new(Limits::default());
        bench.get(udp(PEER), &old("INVITE"));
        let id = bench.arrived();
        bench.get(udp(PEER), &old("INVITE"));
        assert_eq!(bench.lines().len(), 1, "absorbed, with 100");
        bench.get(udp(PEER), &old("CANCEL"));
        assert_eq!(bench.events(), ["cancelled None"]);
        bench.respond(id, 487);
        bench.get(udp(PEER), &old("ACK").replace("10>\nCall", "10>;tag=ours\nCall"));
        bench.lines();
        bench.pass(5_000);
        assert!(bench.table.is_empty() && bench.sent.is_empty());
        bench.get(udp(PEER), &old("INVITE").replace("CSeq: 1", "CSeq: 2"));
        assert_eq!(bench.events(), ["request INVITE"]);
    }
}
