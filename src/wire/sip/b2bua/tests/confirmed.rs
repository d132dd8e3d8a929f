//! What happens within an answered call.

use super::basic::cancel;
use super::bench::*;
use crate::wire::sip::b2bua::*;

#[test]
fn hold_and_resume_go_through_the_other_leg() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "INVITE", "", &sdp_a("0 101", "sendonly"));
    let hold = t.expect(B, "INVITE");
    assert!(hold.has("a=sendonly") && hold.has("m=audio 30000 RTP/AVP 0 101"));
    t.reply(B, &hold, 200, "", "", &sdp_b("0 101", "recvonly"));
    t.expect(B, "ACK");
    let ok = t.expect(A, "200 INVITE");
    assert!(ok.has("a=recvonly"));
    t.request(&mut a, "ACK", "", "");
    let point = t.media(Side::Caller).pop().unwrap();
    assert!(point.sends && !point.receives);
    t.request(&mut a, "INVITE", "", &sdp_a("0 101", "sendrecv"));
    let resume = t.expect(B, "INVITE");
    t.reply(B, &resume, 200, "", "", &sdp_b("0 101", "sendrecv"));
    t.expect(A, "200 INVITE");
    let marks: Vec<What> = t
        .steps()
        .into_iter()
        .map(|s| s.1)
        .filter(|w| matches!(w, What::Held | What::Resumed))
        .collect();
    assert_eq!(marks, [What::Held, What::Resumed]);
    // The version of o= rises with each new description.
    let version = |msg: &Msg| msg.body.split(' ').nth(2).unwrap().parse::<u64>().unwrap();
    assert_eq!(version(&resume), version(&hold) + 1);
}

#[test]
fn update_goes_as_update_where_the_other_takes_it_and_as_invite_where_not() {
    let mut t = Bench::new();
    let (_, mut a, mut b) = t.talk_with("Allow: UPDATE\r\n", "", bridge(vec![attempt(B)]));
    t.request(&mut b, "UPDATE", "", &sdp_b("0 101", "sendonly"));
    let update = t.expect(A, "UPDATE");
    t.reply(A, &update, 200, "", "", &sdp_a("0 101", "recvonly"));
    assert!(t.expect(B, "200 UPDATE").has("a=recvonly"));
    t.request(&mut a, "UPDATE", "", &sdp_a("0 101", "inactive"));
    // B has not said Allow: UPDATE in what it sent so far.
    let invite = t.expect(B, "INVITE");
    t.reply(B, &invite, 200, "", "", &sdp_b("0 101", "inactive"));
    t.expect(B, "ACK");
    assert!(t.expect(A, "200 UPDATE").has("a=inactive"));
}

#[test]
fn a_change_of_codec_goes_through() {
    let mut t = Bench::new();
    let (_, _, mut b) = t.talk();
    t.request(&mut b, "INVITE", "", &sdp_b("8", "sendrecv"));
    let invite = t.expect(A, "INVITE");
    assert!(invite.has("m=audio 20000 RTP/AVP 8"));
    t.reply(A, &invite, 200, "", "", &sdp_a("8", "sendrecv"));
    t.expect(A, "ACK");
    let ok = t.expect(B, "200 INVITE");
    assert!(ok.has("m=audio 30000 RTP/AVP 8"));
}

#[test]
fn a_reinvite_that_says_nothing_new_is_answered_here() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "INVITE", "", &sdp_a("0 8 101", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    assert!(ok.has("m=audio 20000 RTP/AVP 0 101"));
    t.nothing(B);
    t.request(&mut a, "ACK", "", "");
    t.request(&mut a, "UPDATE", "", "");
    assert_eq!(t.expect(A, "200 UPDATE").body, "");
    t.nothing(B);
}

#[test]
fn a_reinvite_without_an_offer_gets_the_others() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "INVITE", "", "");
    let invite = t.expect(B, "INVITE");
    assert_eq!(invite.body, "");
    t.reply(B, &invite, 200, "", "", &sdp_b("0 8", "sendrecv"));
    t.nothing(B);
    let ok = t.expect(A, "200 INVITE");
    assert!(ok.has("m=audio 20000 RTP/AVP 0 8"));
    t.request(&mut a, "ACK", "", &sdp_a("8", "sendrecv"));
    assert!(t.expect(B, "ACK").has("m=audio 30000 RTP/AVP 8"));
}

#[test]
fn a_refused_reinvite_leaves_the_call_as_it_was() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "INVITE", "", &sdp_a("8", "sendrecv"));
    let invite = t.expect(B, "INVITE");
    t.reply(B, &invite, 488, "", "", "");
    t.expect(B, "ACK");
    t.expect(A, "488 INVITE");
    assert!(t.ended().is_empty());
    assert_eq!(t.media(Side::Caller).len(), 1);
    t.request(&mut a, "INVITE", "", &sdp_a("0", "sendrecv"));
    t.expect(B, "INVITE");
}

#[test]
fn two_that_meet_get_491_and_ours_is_sent_again_after_the_owners_wait() {
    let mut t = Bench::new();
    let (_, mut a, mut b) = t.talk();
    t.request(&mut a, "INVITE", "", &sdp_a("0", "sendonly"));
    let ours = t.expect(B, "INVITE");
    t.request(&mut b, "INVITE", "", &sdp_b("0", "sendonly"));
    t.expect(B, "491 INVITE");
    t.reply(B, &ours, 491, "", "", "");
    t.expect(B, "ACK");
    t.nothing(A);
    // The Call-ID of this leg is ours: 2.1 to 4 seconds.
    t.advance(2_000);
    while let Some(msg) = t.next(B) {
        assert_eq!(msg.what(), "491 INVITE");
    }
    t.advance(2_100);
    let again = std::iter::from_fn(|| t.next(B))
        .filter(|msg| msg.what() == "INVITE")
        .last()
        .unwrap();
    assert_eq!(again.body, ours.body);
    assert!(again.cseq() > ours.cseq());
    t.reply(B, &again, 200, "", "", &sdp_b("0", "recvonly"));
    t.expect(B, "ACK");
    t.expect(A, "200 INVITE");
}

#[test]
fn on_the_callers_leg_the_wait_is_short_and_it_is_not_for_ever() {
    let mut t = Bench::new();
    let (_, _, mut b) = t.talk();
    t.request(&mut b, "INVITE", "", &sdp_b("0", "sendonly"));
    for _ in 0..4 {
        let invite = std::iter::from_fn(|| t.next(A))
            .find(|msg| msg.what() == "INVITE")
            .unwrap();
        t.clear();
        t.reply(A, &invite, 491, "", "", "");
        if t.next(B).is_some() {
            break;
        }
        t.expect(A, "ACK");
        t.advance(2_000);
    }
    t.expect(A, "ACK");
    t.nothing(A);
    assert!(t.ended().is_empty());
}

#[test]
fn a_second_reinvite_while_the_first_is_open_is_500_with_a_time() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "INVITE", "", &sdp_a("0", "sendonly"));
    t.request(&mut a, "INVITE", "", &sdp_a("0", "inactive"));
    let refused = t.expect(A, "500 INVITE");
    assert!(refused.header("Retry-After").parse::<u32>().unwrap() <= 10);
}

#[test]
fn a_reinvite_that_is_answered_after_the_end_is_acknowledged() {
    for hangs_up in [A, B] {
        let mut t = Bench::new();
        let (_, mut a, mut b) = t.talk();
        t.request(&mut a, "INVITE", "", &sdp_a("0", "sendonly"));
        let invite = t.expect(B, "INVITE");
        let (dialog, other) = if hangs_up == A { (&mut a, B) } else { (&mut b, A) };
        t.request(dialog, "BYE", "", "");
        if hangs_up == B {
            t.expect(B, "200 BYE");
            t.expect(A, "487 INVITE");
        }
        let bye = t.expect(other, "BYE");
        t.reply(other, &bye, 200, "", "", "");
        t.reply(B, &invite, 200, "", "", &sdp_b("0", "recvonly"));
        assert_eq!(t.expect(B, "ACK").cseq(), invite.cseq());
        t.nothing(B);
        t.empty();
    }
}

#[test]
fn a_cancelled_reinvite_is_withdrawn() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    a.cseq += 1;
    let branch = t.branch();
    let Dlg {
        call_id,
        local,
        remote,
        target,
        cseq,
        ..
    } = a.clone();
    let body = sdp_a("0", "sendonly");
    let text = format!(
        "INVITE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {A};branch={branch}\r\nMax-Forwards: 70\r\nFrom: {local}\r\nTo: {remote}\r\n\
         Call-ID: {call_id}\r\nCSeq: {cseq} INVITE\r\nContact: <sip:alpha@{A}>\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    t.send(A, &text);
    let invite = t.expect(B, "INVITE");
    t.reply(B, &invite, 180, "", "", "");
    t.send(A, &cancel(&text));
    t.expect(A, "200 CANCEL");
    t.expect(A, "487 INVITE");
    t.expect(B, "CANCEL");
    t.reply(B, &invite, 487, "", "", "");
    t.expect(B, "ACK");
    assert!(t.ended().is_empty());
    t.request(&mut a, "INVITE", "", &sdp_a("0", "inactive"));
    t.expect(B, "INVITE");
}

#[test]
fn lower_numbers_are_500_and_the_same_by_another_way_482() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "OPTIONS", "", "");
    t.expect(A, "200 OPTIONS");
    let same = a.cseq;
    t.request_as(&a, "INFO", same, "", "");
    t.expect(A, "482 INFO");
    t.request_as(&a, "BYE", 1, "", "");
    t.expect(A, "500 BYE");
    assert!(t.ended().is_empty());
}

#[test]
fn a_new_contact_is_where_requests_go() {
    let mut t = Bench::new();
    let (_, mut a, mut b) = t.talk();
    t.request(&mut b, "UPDATE", "Contact: <sip:bravo2@203.0.113.20>\r\n", "");
    t.expect(B, "200 UPDATE");
    t.request(&mut a, "BYE", "", "");
    // Two Contacts: the first counts, which names the same place as before.
    assert_eq!(
        t.expect(B, "BYE").start,
        "BYE sip:bravo@203.0.113.20:5060 SIP/2.0"
    );
}

#[test]
fn requests_follow_the_route_that_was_recorded() {
    let mut t = Bench::new();
    let mut plan = bridge(vec![attempt(B)]);
    plan.attempts[0].options.routing = Routing::Addressed;
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), plan);
    let routes = "Record-Route: <sip:203.0.113.40;lr;x=1>, <sip:203.0.113.41:5070;lr>\r\n";
    t.reply(B, &invite, 200, "bravo1", routes, &sdp_b("0", "sendrecv"));
    let ack = t.expect("203.0.113.41:5070", "ACK");
    let route: Vec<&str> = ack
        .headers
        .iter()
        .filter(|(n, _)| n == "Route")
        .map(|(_, v)| v.as_str())
        .collect();
    assert_eq!(
        route.join(", "),
        "<sip:203.0.113.41:5070;lr>, <sip:203.0.113.40;lr;x=1>"
    );
    assert_eq!(ack.start, "ACK sip:bravo@203.0.113.20:5060 SIP/2.0");
}

#[test]
fn refer_is_refused_and_nothing_is_transferred() {
    let mut t = Bench::new();
    let (_, mut a, mut b) = t.talk();
    t.request(&mut a, "REFER", "Refer-To: <sip:mallory@alpha.example>\r\n", "");
    assert!(
        t.expect(A, "603 REFER")
            .header("Reason")
            .contains("not transferred")
    );
    t.request(&mut b, "REFER", "Refer-To: <sip:mallory@bravo.example>\r\n", "");
    t.expect(B, "603 REFER");
    t.nothing(A);
    t.nothing(B);
    assert!(t.ended().is_empty());
}

#[test]
fn other_methods_within_a_call_get_clear_answers() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    for (method, status) in [
        ("OPTIONS", 200),
        ("NOTIFY", 489),
        ("SUBSCRIBE", 489),
        ("MESSAGE", 405),
        ("FROBNICATE", 501),
    ] {
        t.request(&mut a, method, "", "");
        let answer = t.expect(A, &format!("{status} {method}"));
        if [200, 405, 501].contains(&status) {
            assert!(answer.header("Allow").contains("PRACK"));
        }
    }
    t.request(&mut a, "INFO", "Require: alpha9\r\n", "");
    assert_eq!(t.expect(A, "420 INFO").header("Unsupported"), "alpha9");
    t.nothing(B);
}

#[test]
fn digits_by_info_come_out_for_the_relay() {
    let mut t = Bench::new();
    let (call, mut a, _) = t.talk();
    t.request(
        &mut a,
        "INFO",
        "Content-Type: application/dtmf-relay\r\n",
        "Signal=5\r\nDuration=240\r\n",
    );
    t.expect(A, "200 INFO");
    t.nothing(B);
    let digit = t.events.iter().find_map(|event| match event {
        Event::Digit {
            call,
            from,
            digit,
            duration_ms,
        } => Some((*call, *from, *digit, *duration_ms)),
        _ => None,
    });
    assert_eq!(digit, Some((call, Side::Caller, '5', 240)));
    t.request(&mut a, "INFO", "Content-Type: text/alpha\r\n", "alpha");
    assert!(
        t.expect(A, "415 INFO")
            .header("Accept")
            .contains("application/dtmf")
    );
}

#[test]
fn digits_by_info_are_sent_as_info_where_the_other_leg_wants_that() {
    let mut t = Bench::new();
    let mut plan = bridge(vec![attempt(B)]);
    plan.attempts[0].options.digits = Digits::Info;
    let (_, mut a, _) = t.talk_with("", "", plan);
    t.request(&mut a, "INFO", "Content-Type: application/dtmf\r\n", "#");
    t.expect(A, "200 INFO");
    let info = t.expect(B, "INFO");
    assert_eq!(info.header("Content-Type"), "application/dtmf-relay");
    assert_eq!(info.body, "Signal=#\r\nDuration=160\r\n");
    t.reply(B, &info, 200, "", "", "");
}

#[test]
fn digits_that_come_faster_than_the_other_leg_answers_are_dropped() {
    let mut t = Bench::new();
    let mut plan = bridge(vec![attempt(B)]);
    plan.attempts[0].options.digits = Digits::Info;
    let (_, mut a, _) = t.talk_with("", "", plan);
    for place in 0..12 {
        t.request(&mut a, "INFO", "Content-Type: application/dtmf\r\n", "1");
        t.expect(A, "200 INFO");
        if place < 8 {
            t.expect(B, "INFO");
        } else {
            t.nothing(B);
        }
    }
}

#[test]
fn digits_by_info_go_the_way_that_the_other_leg_allows() {
    for (more, by_info) in [
        ("Allow: INVITE, INFO\r\n", true),
        ("Allow: INVITE\r\n", false),
        ("", false),
    ] {
        let mut t = Bench::new();
        let mut plan = bridge(vec![attempt(B)]);
        plan.attempts[0].options.digits = Digits::Auto;
        plan.caller.digits = Digits::Auto;
        let (_, mut a, mut b) = t.talk_with(more, more, plan);
        for (dialog, from, to) in [(&mut a, A, B), (&mut b, B, A)] {
            t.events.clear();
            t.request(dialog, "INFO", "Content-Type: application/dtmf\r\n", "7");
            t.expect(from, "200 INFO");
            let played = t
                .events
                .iter()
                .any(|e| matches!(e, Event::Digit { digit: '7', .. }));
            assert_eq!(played, !by_info, "{more}");
            if by_info {
                let info = t.expect(to, "INFO");
                t.reply(to, &info, 200, "", "", "");
            } else {
                t.nothing(to);
            }
        }
    }
}

#[test]
fn a_200_is_repeated_until_its_ack_and_then_given_up_with_bye() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0", "sendrecv"));
    t.expect(B, "ACK");
    t.advance(31_999);
    let mut count = 0;
    while let Some(msg) = t.next(A) {
        assert_eq!(msg.what(), "200 INVITE");
        count += 1;
    }
    assert_eq!(count, 11);
    t.advance(1);
    t.expect(A, "BYE");
    t.expect(B, "BYE");
    assert_eq!(t.end().cause, Cause::Unacknowledged);
    t.empty();
}

#[test]
fn a_bye_of_the_callee_before_the_callers_ack_waits_for_it() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    let mut b = Dlg::callee(B, &invite, "bravo1");
    t.request(&mut b, "BYE", "", "");
    t.nothing(A);
    assert_eq!(t.end().by, By::Callee);
    t.advance(600);
    t.expect(A, "200 INVITE");
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "ACK", "", "");
    let bye = t.expect(A, "BYE");
    t.reply(A, &bye, 200, "", "", "");
    t.empty();
}

#[test]
fn a_bye_of_the_caller_before_its_ack_ends_the_call() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), bridge(vec![attempt(B)]));
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "BYE", "", "");
    t.expect(A, "200 BYE");
    t.expect(B, "ACK");
    t.expect(B, "BYE");
    t.advance(5_000);
    t.nothing(A);
    t.end();
    t.empty();
}
