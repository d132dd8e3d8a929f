//! Session timers, and peers that are gone.

use super::bench::*;
use crate::wire::sip::b2bua::*;

const TIMER: SessionTimer = SessionTimer {
    interval_s: 600,
    minimum_s: 90,
    probe_s: 120,
};

fn timed(session: SessionTimer) -> Bridge {
    let mut plan = bridge(vec![attempt(B)]);
    plan.caller.session = session;
    plan.attempts[0].options.session = session;
    plan.times.longest_ms = 0;
    plan
}

const OFF: SessionTimer = SessionTimer {
    interval_s: 0,
    minimum_s: 90,
    probe_s: 0,
};

#[test]
fn an_interval_below_the_minimum_is_422() {
    let mut t = Bench::new();
    let invite = t.invite(
        "one",
        "Supported: timer\r\nSession-Expires: 60\r\n",
        &sdp_a("0", "sendrecv"),
    );
    t.send(A, &invite);
    let call = t.asked();
    t.decide(call, Decision::Bridge(Box::new(timed(TIMER))));
    assert_eq!(t.expect(A, "422 INVITE").header("Min-SE"), "90");
    t.nothing(B);
    t.end();
    t.empty();
}

#[test]
fn a_422_of_the_callee_raises_the_interval() {
    let mut t = Bench::new();
    let (_, invite) = t.place("", &sdp_a("0", "sendrecv"), timed(TIMER));
    assert_eq!(invite.header("Session-Expires"), "600");
    assert_eq!(invite.header("Min-SE"), "90");
    t.reply(B, &invite, 422, "bravo1", "Min-SE: 900\r\n", "");
    t.expect(B, "ACK");
    let again = t.expect(B, "INVITE");
    assert_eq!(
        (again.header("Session-Expires"), again.header("Min-SE")),
        ("900", "900")
    );
    assert_eq!(again.header("Call-ID"), invite.header("Call-ID"));
    assert_eq!(again.cseq(), invite.cseq() + 1);
}

#[test]
fn where_this_end_refreshes_it_does_so_at_half_time() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    let reply = "Require: timer\r\nSession-Expires: 400;refresher=uac\r\nAllow: UPDATE\r\n";
    t.talk_with("", reply, plan);
    t.advance(199_999);
    t.nothing(B);
    t.advance(1);
    let update = t.expect(B, "UPDATE");
    assert_eq!(update.header("Session-Expires"), "400;refresher=uac");
    assert_eq!(update.body, "");
    t.reply(B, &update, 200, "", "Session-Expires: 400;refresher=uac\r\n", "");
    t.advance(200_000);
    t.expect(B, "UPDATE");
    t.nothing(A);
}

#[test]
fn a_refused_refresh_is_not_tried_again_at_once() {
    let mut t = Bench::new();
    let none = SessionTimer {
        minimum_s: 0,
        ..TIMER
    };
    let mut plan = timed(none);
    plan.caller.session = OFF;
    let reply = "Session-Expires: 0;refresher=uac\r\nAllow: UPDATE\r\n";
    t.talk_with("", reply, plan);
    for _ in 0..3 {
        t.advance(3_999);
        t.nothing(B);
        t.advance(1);
        let update = t.expect(B, "UPDATE");
        t.reply(B, &update, 488, "", "", "");
    }
}

#[test]
fn a_peer_without_update_is_refreshed_by_the_same_offer_again() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    let (_, _, _) = t.talk_with("", "Session-Expires: 400;refresher=uac\r\n", plan);
    t.advance(200_000);
    let invite = t.expect(B, "INVITE");
    assert!(invite.has("m=audio 30000 RTP/AVP 0 8 101"));
    t.reply(
        B,
        &invite,
        200,
        "",
        "Session-Expires: 400;refresher=uac\r\n",
        &sdp_b("0 101", "sendrecv"),
    );
    t.expect(B, "ACK");
    t.nothing(A);
    // UPDATE is given up where it turns out not to be understood.
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    t.talk_with(
        "",
        "Allow: UPDATE\r\nSession-Expires: 400;refresher=uac\r\n",
        plan,
    );
    t.advance(200_000);
    let update = t.expect(B, "UPDATE");
    t.reply(B, &update, 405, "", "", "");
    t.expect(B, "INVITE");
}

#[test]
fn a_refresh_that_is_not_answered_ends_the_call() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    t.talk_with(
        "",
        "Allow: UPDATE\r\nSession-Expires: 400;refresher=uac\r\n",
        plan,
    );
    t.advance(232_000);
    assert_eq!(t.end().cause, Cause::PeerLost);
    t.expect(A, "BYE");
    t.empty();
}

#[test]
fn a_peer_that_should_refresh_and_does_not_is_taken_for_gone() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.attempts[0].options.session = OFF;
    let (_, mut a, _) = t.talk_with("Supported: timer\r\nSession-Expires: 300\r\n", "", plan);
    t.advance(150_000);
    t.request(
        &mut a,
        "UPDATE",
        "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n",
        "",
    );
    let ok = t.expect(A, "200 UPDATE");
    assert_eq!(ok.header("Session-Expires"), "300;refresher=uac");
    assert_eq!(ok.header("Require"), "timer");
    t.advance(267_999);
    t.nothing(A);
    t.advance(1);
    t.expect(A, "BYE");
    t.expect(B, "BYE");
    assert_eq!((t.end().cause, t.end().q850), (Cause::PeerLost, 102));
    t.empty();
}

#[test]
fn a_caller_without_session_timers_is_refreshed_from_here() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.attempts[0].options.session = OFF;
    let (_, invite) = t.place("Allow: UPDATE\r\n", &sdp_a("0", "sendrecv"), plan);
    t.reply(B, &invite, 200, "bravo1", "", &sdp_b("0", "sendrecv"));
    let ok = t.expect(A, "200 INVITE");
    assert_eq!(
        (ok.header("Session-Expires"), ok.get("Require")),
        ("600;refresher=uas", None)
    );
    let mut a = Dlg::caller(A, &ok);
    t.request(&mut a, "ACK", "", "");
    t.advance(300_000);
    let update = t.expect(A, "UPDATE");
    // In this request this end is the client.
    assert_eq!(update.header("Session-Expires"), "600;refresher=uac");
}

#[test]
fn a_peer_without_session_timers_is_asked_now_and_then() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    t.talk_with("", "", plan);
    for status in [200, 405] {
        t.advance(120_000);
        let options = t.expect(B, "OPTIONS");
        t.reply(B, &options, status, "", "", "");
    }
    t.advance(120_000);
    let options = t.expect(B, "OPTIONS");
    t.reply(B, &options, 481, "", "", "");
    t.expect(A, "BYE");
    assert_eq!(t.end().cause, Cause::PeerLost);
    t.empty();
}

#[test]
fn two_dead_peers_leave_nothing() {
    let mut t = Bench::new();
    t.talk_with("", "", timed(TIMER));
    t.advance(400_000);
    assert_eq!(t.end().cause, Cause::PeerLost);
    t.empty();
}

#[test]
fn a_dialog_that_the_other_side_forgot_ends_the_call() {
    let mut t = Bench::new();
    let (_, mut a, _) = t.talk();
    t.request(&mut a, "INVITE", "", &sdp_a("0", "sendonly"));
    let invite = t.expect(B, "INVITE");
    t.reply(B, &invite, 481, "", "", "");
    t.expect(A, "481 INVITE");
    t.expect(A, "BYE");
    assert_eq!(t.end().cause, Cause::PeerLost);
    t.empty();
}

#[test]
fn a_peer_whose_connection_has_gone_is_asked_again_and_one_that_is_silent_is_gone() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    t.talk_with("", "", plan);
    t.advance(120_000);
    t.expect(B, "OPTIONS");
    t.calls
        .unreachable(t.now, &hop(B, crate::wire::sip::flow::Transport::Udp));
    t.pump();
    t.nothing(A);
    t.advance(120_000);
    t.expect(B, "OPTIONS");
    t.advance(32_000);
    t.expect(A, "BYE");
    assert_eq!(t.end().cause, Cause::PeerLost);
    t.empty();
}

#[test]
fn a_peer_that_cannot_be_asked_three_times_in_a_row_is_gone() {
    let mut t = Bench::new();
    let mut plan = timed(TIMER);
    plan.caller.session = OFF;
    t.talk_with("", "", plan);
    for _ in 0..3 {
        t.nothing(A);
        t.advance(120_000);
        t.expect(B, "OPTIONS");
        t.calls
            .unreachable(t.now, &hop(B, crate::wire::sip::flow::Transport::Udp));
        t.pump();
    }
    t.expect(A, "BYE");
    assert_eq!(t.end().cause, Cause::PeerLost);
}
