//! What other transaction layers have fallen into.

use super::*;

const PEER: &str = "192.0.2.2:5060";

#[test]
fn an_answer_is_ours_whatever_the_peer_makes_of_sent_by() {
    for sent_by in ["192.0.2.10", "192.0.2.10:5060", "192.0.2.10:9999", "PBX.example"] {
        let mut bench = Bench::new(Limits::default());
        bench.request(Method::Bye, udp(PEER).into());
        let sent = bench
            .sent
            .remove(0)
            .1
            .replace("UDP 192.0.2.10:5060", &format!("UDP {sent_by}"));
        bench.get(udp(PEER), &answer(&sent, 200));
        assert_eq!(bench.events(), ["200 for 9"], "{sent_by}");
    }
}

#[test]
fn an_answer_with_a_second_via_or_to_another_method_is_not_ours() {
    let mut bench = Bench::new(Limits::default());
    bench.request(Method::Bye, udp(PEER).into());
    let sent = bench.sent.remove(0).1;
    let good = answer(&sent, 200);
    bench.get(udp(PEER), &good.replace("From:", "Via: SIP/2.0/UDP other\nFrom:"));
    bench.get(udp(PEER), &good.replace("5 BYE", "5 INFO"));
    bench.get(udp(PEER), &good.replace("5 BYE", "5 CANCEL"));
    assert!(bench.events().is_empty());
    assert_eq!(bench.table.counts().strays, 3);
}

#[test]
fn another_request_under_the_same_branch_does_not_overwrite_the_first() {
    let mut bench = Bench::new(Limits::default());
    let first = incoming("INVITE", "z9hG4bKsame", "");
    bench.get(udp(PEER), &first);
    let id = bench.arrived();
    bench.get(udp(PEER), &first.replace("k1", "k2"));
    assert_eq!(bench.lines()[0].1, "SIP/2.0 400 Branch In Use");
    assert!(bench.events().is_empty());
    assert_eq!((bench.table.len(), bench.table.counts().reused), (1, 1));
    bench.respond(id, 486);
    bench.lines();
    bench.get(udp(PEER), &first);
    assert_eq!(
        bench.lines()[0].1,
        "SIP/2.0 486 Busy Here",
        "the first is still answered"
    );
}

#[test]
fn a_request_that_cannot_be_answered_is_kept_nowhere() {
    let mut bench = Bench::new(Limits::default());
    for header in ["From", "To", "Call-ID", "CSeq", "Via"] {
        let text = incoming("INVITE", "z9hG4bK1", "").replace(&format!("{header}:"), "X-None:");
        match Incoming::parse(&Bytes::from(text.replace('\n', "\r\n"))) {
            Err(super::super::super::message::Unreadable::Answerable(bad)) => {
                bench.table.refuse(udp(PEER), &bad);
            }
            other => assert_eq!(header, "Via", "{other:?}"),
        }
    }
    bench.flush();
    assert_eq!(bench.lines().len(), 4);
    assert!(bench.table.is_empty());
    assert_eq!(bench.table.next_timeout(), None);
}

#[test]
fn what_the_owner_never_answers_ends_all_the_same() {
    let mut bench = Bench::new(Limits::default());
    bench.get(udp(PEER), &incoming("INVITE", "z9hG4bK1", ""));
    bench.get(udp(PEER), &incoming("OPTIONS", "z9hG4bK2", ""));
    bench.pass(32_000);
    assert_eq!(bench.table.len(), 1, "the OPTIONS has gone without a word");
    bench.lines();
    bench.pass(300_000);
    assert_eq!(bench.lines()[0].1, "SIP/2.0 500 Server Internal Error");
    assert!(bench.table.is_empty());
    assert_eq!(bench.table.counts().abandoned, 1);
}

#[test]
fn a_flood_of_requests_leaves_no_more_than_the_limit() {
    let mut bench = Bench::new(Limits {
        transactions: 500,
        ..Limits::default()
    });
    for n in 0..5_000 {
        let method = ["INVITE", "OPTIONS", "REGISTER", "BYE"][n % 4];
        let text = incoming(method, &format!("z9hG4bK{n}"), "").replace("k1", &format!("k{n}"));
        bench.get(udp(PEER), &text);
        assert!(bench.table.len() <= 500);
    }
    bench.events();
    bench.pass(400_000);
    assert!(bench.table.is_empty());
    assert!(
        bench.table.servers.is_empty() && bench.table.merged.is_empty() && bench.table.clients.is_empty()
    );
    assert_eq!(bench.table.next_timeout(), None);
}

#[test]
fn a_flood_of_answers_leaves_nothing() {
    let mut bench = Bench::new(Limits::default());
    for n in 0..1_000 {
        let via = format!("Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK{n:032x}");
        let text =
            format!("SIP/2.0 486 X\n{via}\nFrom: <sip:a@b>\nTo: <sip:a@b>\nCall-ID: x\nCSeq: 1 INVITE\n\n");
        bench.get(udp(PEER), &text);
    }
    assert!(bench.table.is_empty() && bench.events().is_empty() && bench.sent.is_empty());
}
