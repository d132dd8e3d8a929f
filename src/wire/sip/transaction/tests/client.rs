//! Requests of ours.

use super::*;

const PEER: &str = "192.0.2.2:5060";

fn started(method: Method) -> (Bench, ClientId, String) {
    let mut bench = Bench::new(Limits::default());
    let id = bench.request(method, udp(PEER).into());
    let text = bench.sent.remove(0).1;
    (bench, id, text)
}

#[test]
fn an_invite_repeats_in_doubling_intervals_until_timer_b() {
    let (mut bench, _, _) = started(Method::Invite);
    bench.pass(31_999);
    assert_eq!(bench.moments(), [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert!(bench.events().is_empty());
    bench.pass(1);
    assert_eq!(bench.events(), ["timed out false"]);
    assert!(bench.table.is_empty());
}

#[test]
fn another_request_repeats_up_to_t2_until_timer_f() {
    let (mut bench, _, sent) = started(Method::Bye);
    bench.pass(10_000);
    assert_eq!(bench.moments(), [500, 1_500, 3_500, 7_500]);
    bench.get(udp(PEER), &answer(&sent, 100));
    bench.pass(9_000);
    assert_eq!(
        bench.moments(),
        [11_500, 15_500],
        "every T2 once something has come"
    );
    bench.pass(20_000);
    assert_eq!(bench.events(), ["100 for 9", "timed out false"]);
    assert!(bench.table.is_empty());
}

#[test]
fn a_repeated_final_answer_is_taken_once_for_as_long_as_t4() {
    let (mut bench, _, sent) = started(Method::Bye);
    for _ in 0..3 {
        bench.get(udp(PEER), &answer(&sent, 200));
    }
    assert_eq!(bench.events(), ["200 for 9"]);
    bench.pass(4_999);
    assert_eq!(bench.table.len(), 1);
    bench.pass(1);
    assert!(bench.table.is_empty() && bench.sent.is_empty());
    bench.get(udp(PEER), &answer(&sent, 200));
    assert!(bench.events().is_empty());
    assert_eq!(bench.table.counts().strays, 1);
}

#[test]
fn over_tcp_nothing_is_sent_twice_and_nothing_lingers() {
    let mut bench = Bench::new(Limits::default());
    bench.request(Method::Bye, tcp(PEER, 1).into());
    bench.pass(31_000);
    assert_eq!(bench.sent.len(), 1);
    let (_, sent) = bench.sent.remove(0);
    assert!(sent.contains("Via: SIP/2.0/TCP 192.0.2.10:5060;rport;branch=z9hG4bK"));
    bench.get(tcp(PEER, 1), &answer(&sent, 200));
    assert!(bench.table.is_empty());
    bench.request(Method::Invite, tcp(PEER, 1).into());
    let (_, sent) = bench.sent.remove(0);
    bench.get(tcp(PEER, 1), &answer(&sent, 486));
    assert!(bench.table.is_empty());
    assert_eq!(bench.lines()[0].1, "ACK sip:b@192.0.2.2 SIP/2.0");
}

#[test]
fn a_refused_invite_is_acknowledged_each_time_with_what_the_invite_said() {
    let (mut bench, _, sent) = started(Method::Invite);
    bench.get(udp(PEER), &answer(&sent, 180));
    bench.get(udp(PEER), &answer(&sent, 486));
    bench.get(udp(PEER), &answer(&sent, 486));
    bench.get(udp(PEER), &answer(&sent, 180));
    assert_eq!(bench.events(), ["180 for 9", "486 for 9"]);
    assert_eq!(bench.sent.len(), 2);
    assert_eq!(bench.sent[0].1, bench.sent[1].1);
    let via = sent.lines().nth(1).unwrap();
    assert_eq!(
        bench.sent[0].1.replace("\r\n", "\n"),
        format!(
            "ACK sip:b@192.0.2.2 SIP/2.0\n{via}\nMax-Forwards: 70\nRoute: <sip:192.0.2.2;lr>\n\
             From: <sip:a@192.0.2.10>;tag=fa\nTo: <sip:b@192.0.2.2>;tag=theirs\nCall-ID: call-1\nCSeq: 5 ACK\n\
             Content-Length: 0\n\n"
        )
    );
    bench.pass(31_999);
    assert_eq!(bench.table.len(), 1);
    bench.pass(1);
    assert!(bench.table.is_empty());
}

#[test]
fn every_2xx_comes_through_and_stray_ones_too() {
    let (mut bench, _, sent) = started(Method::Invite);
    bench.get(udp(PEER), &answer(&sent, 200));
    bench.get(udp(PEER), &answer(&sent, 200));
    bench.get(udp(PEER), &answer(&sent, 486));
    assert_eq!(bench.events(), ["200 for 9", "200 for 9"]);
    bench.pass(32_000);
    assert!(bench.table.is_empty() && bench.sent.is_empty());
    bench.get(udp(PEER), &answer(&sent, 200));
    assert_eq!(bench.events(), ["stray 200"]);
}

#[test]
fn timer_c_ends_endless_ringing_but_lets_the_owner_cancel() {
    let (mut bench, id, sent) = started(Method::Invite);
    bench.get(udp(PEER), &answer(&sent, 100));
    bench.pass(180_000);
    bench.get(udp(PEER), &answer(&sent, 100));
    bench.pass(4_999);
    assert_eq!(
        bench.events(),
        ["100 for 9", "100 for 9"],
        "another 100 does not make it longer"
    );
    bench.pass(1);
    assert_eq!(bench.events(), ["timed out true"]);
    bench.cancel(id);
    assert_eq!(bench.lines()[0].1, "CANCEL sip:b@192.0.2.2 SIP/2.0");
    bench.get(udp(PEER), &answer(&sent, 487));
    assert_eq!(bench.events(), ["487 for 9"]);
    bench.pass(32_000);
    assert!(bench.table.is_empty());
}

#[test]
fn ringing_makes_timer_c_begin_again() {
    let (mut bench, _, sent) = started(Method::Invite);
    for _ in 0..4 {
        bench.get(udp(PEER), &answer(&sent, 180));
        bench.pass(184_000);
    }
    assert!(!bench.events().contains(&"timed out true".to_owned()));
    bench.pass(1_000);
    assert_eq!(bench.events(), ["timed out true"]);
    bench.pass(32_000);
    assert!(
        bench.table.is_empty() && bench.events().is_empty(),
        "it is said once"
    );
}

#[test]
fn a_cancel_waits_for_a_provisional_answer_and_shares_the_branch() {
    let (mut bench, id, sent) = started(Method::Invite);
    bench.cancel(id);
    bench.cancel(id);
    assert!(bench.sent.is_empty());
    bench.get(udp(PEER), &answer(&sent, 100));
    bench.cancel(id);
    assert_eq!(bench.sent.len(), 1);
    let cancel = bench.sent.remove(0).1;
    assert_eq!(cancel.lines().nth(1), sent.lines().nth(1));
    for line in [
        "CSeq: 5 CANCEL",
        "Call-ID: call-1",
        "From: <sip:a@192.0.2.10>;tag=fa",
        "To: <sip:b@192.0.2.2>",
    ] {
        assert!(cancel.lines().any(|l| l == line), "{cancel}");
    }
    bench.pass(500);
    assert_eq!(bench.lines().len(), 1, "the CANCEL is repeated");
    bench.get(udp(PEER), &answer(&cancel, 200));
    bench.get(udp(PEER), &answer(&sent, 487));
    bench.pass(10_000);
    assert_eq!(
        bench.events(),
        ["100 for 9", "487 for 9"],
        "the CANCEL's own answer is nobody's business"
    );
    bench.pass(32_000);
    assert!(bench.table.is_empty());
}

#[test]
fn a_cancel_that_brings_no_final_answer_ends_the_wait() {
    let (mut bench, id, sent) = started(Method::Invite);
    bench.get(udp(PEER), &answer(&sent, 180));
    bench.cancel(id);
    bench.pass(31_999);
    assert_eq!(bench.events(), ["180 for 9"]);
    bench.pass(1);
    assert_eq!(bench.events(), ["timed out true"]);
    assert!(bench.table.is_empty());
}

#[test]
fn a_2xx_that_crosses_the_cancel_comes_through() {
    let (mut bench, id, sent) = started(Method::Invite);
    bench.get(udp(PEER), &answer(&sent, 180));
    bench.cancel(id);
    bench.get(udp(PEER), &answer(&sent, 200));
    assert_eq!(bench.events(), ["180 for 9", "200 for 9"]);
    bench.pass(40_000);
    assert!(bench.table.is_empty() && bench.events().is_empty());
}

#[test]
fn what_cannot_be_reached_ends_what_has_had_no_answer() {
    let mut bench = Bench::new(Limits::default());
    let hop = Hop {
        connection: None,
        ..Hop::from(tcp(PEER, 0))
    };
    bench.request(Method::Invite, hop.clone());
    bench.request(Method::Options, hop.clone());
    bench.request(Method::Invite, tcp(PEER, 7).into());
    let ringing = bench.sent[2].1.clone();
    bench.request(Method::Invite, tcp(PEER, 7).into());
    bench.request(Method::Invite, tcp("192.0.2.3:5060", 8).into());
    bench.get(tcp(PEER, 7), &answer(&ringing, 180));
    bench.table.unreachable(bench.now, &hop);
    assert_eq!(bench.events(), ["180 for 9", "unreachable 9", "unreachable 9"]);
    bench.table.disconnected(bench.now, ConnectionId(7));
    assert_eq!(bench.events(), ["unreachable 9"]);
    assert_eq!(
        bench.table.len(),
        2,
        "the ringing one waits on, for its peer may connect to us"
    );
    bench.pass(300_000);
    assert!(bench.table.is_empty() && bench.table.waiting.is_empty());
}

#[test]
fn an_ack_for_a_2xx_has_a_branch_of_its_own() {
    let (mut bench, _, sent) = started(Method::Invite);
    let ack = outgoing(Method::Ack);
    bench.table.acknowledge(bench.now, udp(PEER).into(), &ack);
    bench.flush();
    assert_eq!(bench.table.len(), 1);
    assert!(bench.sent[0].1.starts_with("ACK sip:b@192.0.2.2 SIP/2.0\r\n"));
    assert_ne!(bench.sent[0].1.lines().nth(1), sent.lines().nth(1));
}

#[test]
fn a_full_table_takes_no_request() {
    let mut bench = Bench::new(Limits {
        transactions: 2,
        ..Limits::default()
    });
    let id = bench.request(Method::Invite, udp(PEER).into());
    let sent = bench.sent[0].1.clone();
    bench.request(Method::Bye, udp(PEER).into());
    let full = bench
        .table
        .request(bench.now, User(1), udp(PEER).into(), outgoing(Method::Bye));
    assert_eq!(full, Err(Full));
    bench.get(udp(PEER), &answer(&sent, 180));
    bench.cancel(id);
    assert!(
        bench.lines().iter().any(|(_, line)| line.starts_with("CANCEL")),
        "but a CANCEL is sent, if once"
    );
    assert_eq!(bench.table.len(), 2);
}

#[test]
fn a_stale_handle_does_nothing() {
    let (mut bench, id, sent) = started(Method::Invite);
    bench.get(udp(PEER), &answer(&sent, 200));
    bench.pass(32_000);
    let other = bench.request(Method::Invite, udp(PEER).into());
    assert_eq!(other.index, id.index);
    let text = bench.sent.remove(0).1;
    bench.get(udp(PEER), &answer(&text, 180));
    bench.cancel(id);
    assert!(bench.sent.is_empty());
}
