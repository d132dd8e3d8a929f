//! Timers, and the ways a link ends.

use super::*;

#[test]
fn a_link_without_a_bind_is_closed_in_time() {
    for role in [Role::Esme, Role::Smsc] {
        let mut session = Session::new(config(role), 1000);
        assert_eq!(session.next_timeout(), Some(11_000));
        session.handle_timeout(10_999);
        assert!(session.poll_event().is_none());
        session.handle_timeout(11_000);
        assert!(matches!(
            session.poll_event(),
            Some(Event::Closed(CloseReason::InitTimeout))
        ));
    }
}

#[test]
fn silence_is_met_with_enquire_link_and_then_with_an_end() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    assert_eq!(pair.esme.next_timeout(), Some(30_000));
    pair.advance(30_000);
    pair.flow();
    assert!(
        pair.esme.next_timeout() == Some(60_000),
        "answered: the next one is 30 s away"
    );
    pair.advance(60_000);
    pair.esme.take_output();
    pair.smsc.take_output();
    assert_eq!(pair.esme.next_timeout(), Some(70_000));
    pair.advance(70_000);
    for session in [&mut pair.esme, &mut pair.smsc] {
        assert!(matches!(
            session.poll_event(),
            Some(Event::Closed(CloseReason::LinkDead))
        ));
    }
}

#[test]
fn a_request_without_an_answer_is_given_up_and_a_late_answer_ignored() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.esme.send(Operation::Submit, &message("x"), 3, 100).unwrap();
    pair.flow();
    assert_eq!(pair.esme.next_timeout(), Some(10_100));
    pair.advance(10_100);
    assert!(matches!(
        pair.esme.poll_event(),
        Some(Event::Completed {
            token: 3,
            outcome: Outcome::TimedOut
        })
    ));
    assert_eq!(pair.esme.window_free(), 4);
    let got = handles(events(&mut pair.smsc));
    pair.smsc.answer(got[0].0, CommandStatus::ROK, "late", 10_200);
    pair.flow();
    assert!(pair.esme.poll_event().is_none());
}

#[test]
fn an_inactive_link_is_unbound() {
    let smsc = SessionConfig {
        inactivity_ms: Some(5000),
        ..config(Role::Smsc)
    };
    let mut pair = Pair::open(BindMode::Transceiver, config(Role::Esme), smsc);
    assert_eq!(pair.smsc.next_timeout(), Some(5000));
    pair.advance(5000);
    pair.flow();
    assert!(matches!(
        pair.smsc.poll_event(),
        Some(Event::Closed(CloseReason::Unbound))
    ));
    assert!(matches!(
        pair.esme.poll_event(),
        Some(Event::Closed(CloseReason::PeerUnbound))
    ));
}

#[test]
fn unbinding_waits_for_own_answers_and_gives_those_that_are_owed() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.esme.send(Operation::Submit, &message("up"), 1, 0).unwrap();
    pair.smsc
        .send(Operation::Deliver, &message("down"), 2, 0)
        .unwrap();
    pair.flow();
    pair.esme.unbind(0);
    assert!(!pair.esme.has_output(), "its submit is not answered yet");
    assert_eq!(pair.esme.window_free(), 0);
    let up = handles(events(&mut pair.smsc));
    pair.smsc.answer(up[0].0, CommandStatus::ROK, "m", 0);
    pair.smsc
        .send(Operation::Deliver, &message("too late"), 3, 0)
        .unwrap();
    pair.flow();
    let got = events(&mut pair.esme);
    let [Event::Message { handle, .. }, Event::Completed { token: 1, .. }] = got[..] else {
        panic!("{got:?}")
    };
    // What comes while it leaves is for another link; what came before is answered first.
    let late = Outcome::Answered {
        status: CommandStatus::RX_T_APPN,
        message_id: None,
    };
    let [Event::Completed { token: 3, outcome }] = &events(&mut pair.smsc)[..] else {
        panic!()
    };
    assert_eq!(*outcome, late);
    pair.esme.answer(handle, CommandStatus::ROK, "", 0);
    pair.flow();
    assert!(matches!(
        pair.esme.poll_event(),
        Some(Event::Closed(CloseReason::Unbound))
    ));
    let [
        Event::Completed { token: 2, .. },
        Event::Closed(CloseReason::PeerUnbound),
    ] = &events(&mut pair.smsc)[..]
    else {
        panic!()
    };
}

#[test]
fn a_link_that_is_owed_answers_is_left_all_the_same_in_the_end() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.esme.send(Operation::Submit, &message("up"), 1, 0).unwrap();
    pair.flow();
    pair.smsc.unbind(0);
    assert!(!pair.smsc.has_output(), "it owes an answer");
    assert_eq!(pair.smsc.next_timeout(), Some(10_000));
    pair.advance(10_000);
    assert!(pair.smsc.has_output());
    pair.advance(20_000);
    assert!(
        events(&mut pair.smsc)
            .iter()
            .any(|e| matches!(e, Event::Closed(CloseReason::Unbound)))
    );
}

#[test]
fn a_peer_that_unbinds_gets_its_answers_first() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.esme.send(Operation::Submit, &message("up"), 1, 0).unwrap();
    let submit = pair.esme.take_output();
    pair.smsc.handle_bytes(&submit, 0);
    // A hasty peer: unbind right behind its submit.
    let mut unbind = BytesMut::new();
    codec::encode_empty(&mut unbind, 6, CommandStatus::ROK, 77);
    pair.smsc.handle_bytes(&unbind, 0);
    assert!(!pair.smsc.has_output());
    let got = handles(events(&mut pair.smsc));
    pair.smsc.answer(got[0].0, CommandStatus::ROK, "m", 0);
    let out = pair.smsc.take_output();
    assert_eq!(id(&out), 0x8000_0004);
    assert_eq!(id(&out[out.len() - 16..]), 0x8000_0006);
    assert!(matches!(
        pair.smsc.poll_event(),
        Some(Event::Closed(CloseReason::PeerUnbound))
    ));
}
