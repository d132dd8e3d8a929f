//! What belongs to no call, and what comes round again.

use super::bench::*;
use crate::wire::sip::b2bua::*;
use crate::wire::sip::flow::Transport;
use crate::wire::sip::message::{Method, OutgoingRequest, OutgoingResponse};

fn plain(method: &str, branch: &str, more: &str) -> String {
    format!(
        "{method} sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {A};branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:alpha@alpha.example>;tag=alpha\r\nTo: <sip:192.0.2.1>{more}\r\nCall-ID: {branch}@alpha\r\n\
         CSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

#[test]
fn requests_outside_of_calls_are_the_drivers() {
    let mut t = Bench::new();
    for method in ["OPTIONS", "REGISTER", "MESSAGE"] {
        t.send(A, &plain(method, method, ""));
        let Some(Event::Request { id, request, .. }) = t.events.pop() else {
            panic!()
        };
        assert_eq!(request.method().as_str(), method);
        t.calls.answer(t.now, id, OutgoingResponse::new(202));
        t.pump();
        assert_ne!(t.expect(A, &format!("202 {method}")).tag("To"), "");
    }
}

#[test]
fn what_names_no_dialog_is_481_and_what_is_not_known_501() {
    let mut t = Bench::new();
    for method in ["BYE", "UPDATE", "INFO", "PRACK"] {
        t.send(A, &plain(method, method, ""));
        t.expect(A, &format!("481 {method}"));
        t.send(A, &plain(method, &format!("{method}2"), ";tag=0123456789abcdef"));
        t.expect(A, &format!("481 {method}"));
    }
    t.send(A, &plain("FROBNICATE", "f", ""));
    assert!(t.expect(A, "501 FROBNICATE").header("Allow").contains("INVITE"));
    t.send(A, &plain("REFER", "r", ""));
    t.expect(A, "603 REFER");
    t.send(A, &plain("NOTIFY", "n", ""));
    t.expect(A, "489 NOTIFY");
    t.empty();
}

#[test]
fn somebody_elses_bye_with_our_tag_is_481() {
    let mut t = Bench::new();
    let (_, a, _) = t.talk();
    let mut forged = a.clone();
    forged.local = "<sip:mallory@alpha.example>;tag=other".into();
    t.request(&mut forged, "BYE", "", "");
    t.expect(A, "481 BYE");
    let mut forged = a;
    forged.call_id = "other".into();
    t.request(&mut forged, "BYE", "", "");
    t.expect(A, "481 BYE");
    assert!(t.ended().is_empty());
}

#[test]
fn an_invite_without_hops_left_is_483() {
    let mut t = Bench::new();
    let invite = t
        .invite("one", "", &sdp_a("0", "sendrecv"))
        .replace("Max-Forwards: 68", "Max-Forwards: 0");
    t.send(A, &invite);
    t.expect(A, "483 INVITE");
    t.empty();
}

#[test]
fn an_unknown_extension_that_is_required_is_420() {
    let mut t = Bench::new();
    let invite = t.invite(
        "one",
        "Require: 100rel, alpha1, replaces\r\n",
        &sdp_a("0", "sendrecv"),
    );
    t.send(A, &invite);
    assert_eq!(
        t.expect(A, "420 INVITE").header("Unsupported"),
        "alpha1, replaces"
    );
    t.empty();
}

#[test]
fn our_own_invite_that_comes_back_is_a_loop() {
    let mut t = Bench::new();
    t.checked = false;
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    let mut text = format!("{}\r\nVia: SIP/2.0/UDP {B};branch=z9hG4bKloop\r\n", invite.start);
    for (name, value) in &invite.headers {
        text += &format!("{name}: {value}\r\n");
    }
    t.send(B, &format!("{text}\r\n{}", invite.body));
    t.expect(B, "482 INVITE");
}

#[test]
fn an_invite_that_comes_by_two_ways_is_482() {
    let mut t = Bench::new();
    let invite = t.invite("one", "", &sdp_a("0", "sendrecv"));
    t.send(A, &invite);
    let twin = invite.replace("z9hG4bKpeer1", "z9hG4bKpeer9");
    t.send(A, &twin);
    t.expect(A, "482 INVITE");
    assert_eq!(t.calls.counts().calls, 1);
}

#[test]
fn requests_of_our_own_come_back_with_their_answers_once() {
    let mut t = Bench::new();
    let request = OutgoingRequest {
        method: Method::Options,
        uri: "sip:203.0.113.20".into(),
        from: "<sip:192.0.2.1>".into(),
        to: "<sip:203.0.113.20>".into(),
        call_id: String::new(),
        cseq: 1,
        max_forwards: 70,
        contact: None,
        route: Vec::new(),
        extra: Vec::new(),
        body: None,
    };
    t.calls
        .send_outside(t.now, 11, hop(B, Transport::Udp), request.clone())
        .unwrap();
    t.calls
        .send_outside(t.now, 12, hop(C, Transport::Udp), request)
        .unwrap();
    t.pump();
    let options = t.expect(B, "OPTIONS");
    assert_ne!(options.tag("From"), "");
    t.reply(B, &options, 200, "x", "", "");
    t.reply(B, &options, 200, "x", "", "");
    t.advance(40_000);
    let answers: Vec<String> = t
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Answered {
                user,
                outcome: Outcome::Response(response),
            } => Some(format!("{user} {}", response.status())),
            Event::Answered { user, outcome } => Some(format!("{user} {outcome:?}")),
            _ => None,
        })
        .collect();
    assert_eq!(answers, ["11 200", "12 TimedOut"]);
    t.empty();
}

#[test]
fn an_answer_that_is_not_to_a_call_of_ours_is_not_acted_on() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    // A branch like ours, of a transaction that is gone.
    let branch = invite
        .header("Via")
        .split("branch=")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let last = if branch.ends_with('0') { "1" } else { "0" };
    let branch = format!("{}{last}", &branch[..branch.len() - 1]);
    let stray = |tag: &str, branch: &str| {
        format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\nFrom: <sip:192.0.2.1>;tag={tag}\r\n\
             To: <sip:bravo>;tag=bravo9\r\nCall-ID: {}\r\nCSeq: 1 INVITE\r\nContact: <sip:bravo@{B}>\r\nContent-Length: 0\r\n\r\n",
            invite.header("Call-ID")
        )
    };
    t.send(B, &stray("0123456789abcdef", &branch));
    t.nothing(B);
    // With the tag that belongs to it, it is acknowledged and ended.
    t.send(B, &stray(&invite.tag("From"), &branch));
    t.expect(B, "ACK");
    t.expect(B, "BYE");
    // Only so many in a second: each takes a transaction.
    for number in 1..40 {
        let other = format!("{}{number:04}", &branch[..branch.len() - 4]);
        t.send(B, &stray(&invite.tag("From"), &other));
        if number < 20 {
            t.expect(B, "ACK");
            t.expect(B, "BYE");
        } else {
            t.nothing(B);
        }
    }
}
