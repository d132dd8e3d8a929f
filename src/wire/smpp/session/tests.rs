//! Two sessions tied together, stepped by hand.

use bytes::BytesMut;
use proptest::prelude::*;

use super::super::message::{Address, BindMode, MessageState, Sar};
use super::*;

fn config(role: Role) -> SessionConfig {
    SessionConfig {
        window: 4,
        max_unanswered: 8,
        ..SessionConfig::new(role)
    }
}

fn bind(mode: BindMode) -> Bind {
    Bind {
        mode,
        system_id: "esme1".into(),
        password: "secret".into(),
        system_type: String::new(),
    }
}

fn message(text: &str) -> ShortMessage {
    ShortMessage {
        source: Address {
            ton: 1,
            npi: 1,
            addr: "15550000001".into(),
        },
        dest: Address {
            ton: 1,
            npi: 1,
            addr: "15550000002".into(),
        },
        registered_delivery: 1,
        payload: Bytes::copy_from_slice(text.as_bytes()),
        ..ShortMessage::default()
    }
}

fn events(session: &mut Session) -> Vec<Event> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

struct Pair {
    esme: Session,
    smsc: Session,
    now: i64,
}

impl Pair {
    fn open(mode: BindMode, esme: SessionConfig, smsc: SessionConfig) -> Self {
        let mut pair = Self {
            esme: Session::new(esme, 0),
            smsc: Session::new(smsc, 0),
            now: 0,
        };
        pair.esme.bind(&bind(mode)).unwrap();
        pair.flow();
        let Some(Event::BindRequested { handle, bind }) = pair.smsc.poll_event() else {
            panic!("no bind")
        };
        assert_eq!(
            (bind.system_id.as_str(), bind.password.as_str(), bind.mode),
            ("esme1", "secret", mode)
        );
        pair.smsc.accept_bind(handle, "partyline", pair.now);
        pair.flow();
        assert!(
            matches!(pair.esme.poll_event(), Some(Event::Bound { system_id, .. }) if system_id == "partyline")
        );
        assert_eq!((pair.esme.bound(), pair.smsc.bound()), (Some(mode), Some(mode)));
        pair
    }

    fn bound(mode: BindMode) -> Self {
        Self::open(mode, config(Role::Esme), config(Role::Smsc))
    }

    /// Carries bytes both ways until none are left.
    fn flow(&mut self) {
        while self.esme.has_output() || self.smsc.has_output() {
            let (up, down) = (self.esme.take_output(), self.smsc.take_output());
            self.smsc.handle_bytes(&up, self.now);
            self.esme.handle_bytes(&down, self.now);
        }
    }

    fn advance(&mut self, to: i64) {
        self.now = to;
        self.esme.handle_timeout(to);
        self.smsc.handle_timeout(to);
    }
}

fn handles(events: Vec<Event>) -> Vec<(Handle, ShortMessage)> {
    events
        .into_iter()
        .filter_map(|e| match e {
            Event::Message { handle, message, .. } => Some((handle, message)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_text_goes_up_and_a_receipt_comes_down() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    let mut text = message("hello");
    text.sar = Some(Sar {
        reference: 7,
        part: 1,
        total: 2,
    });
    text.validity_period = "000000001000000R".into();
    pair.esme.send(Operation::Submit, &text, 42, 0).unwrap();
    pair.flow();
    let got = handles(events(&mut pair.smsc));
    assert_eq!(got[0].1, text);
    pair.smsc.answer(got[0].0, CommandStatus::ROK, "msg_1", 0);
    pair.flow();
    let [Event::Completed { token: 42, outcome }] = &events(&mut pair.esme)[..] else {
        panic!()
    };
    let id = Some("msg_1".to_owned());
    assert_eq!(
        *outcome,
        Outcome::Answered {
            status: CommandStatus::ROK,
            message_id: id
        }
    );

    let mut receipt = message("id:msg_1 stat:DELIVRD");
    receipt.esm_class = ShortMessage::ESM_RECEIPT;
    receipt.receipted_message_id = Some("msg_1".into());
    receipt.message_state = Some(MessageState::DELIVERED);
    pair.smsc.send(Operation::Deliver, &receipt, 1, 0).unwrap();
    pair.flow();
    let got = handles(events(&mut pair.esme));
    assert!(got[0].1 == receipt && got[0].1.is_receipt());
    pair.esme.answer(got[0].0, CommandStatus::RX_T_APPN, "", 0);
    pair.flow();
    assert!(matches!(
        pair.smsc.poll_event(),
        Some(Event::Completed {
            outcome: Outcome::Answered {
                status: CommandStatus::RX_T_APPN,
                ..
            },
            ..
        })
    ));
}

#[test]
fn data_sm_carries_a_long_payload_both_ways() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    let mut text = message(&"x".repeat(3000));
    pair.esme.send(Operation::Data, &text, 1, 0).unwrap();
    pair.smsc.send(Operation::Data, &text, 1, 0).unwrap();
    pair.esme.send(Operation::Submit, &text, 2, 0).unwrap();
    pair.flow();
    text.payload_in_tlv = true;
    for session in [&mut pair.esme, &mut pair.smsc] {
        assert!(handles(events(session)).iter().all(|(_, got)| *got == text));
    }
}

#[test]
fn bytes_may_be_cut_anywhere() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    for n in 0..3 {
        pair.esme
            .send(Operation::Submit, &message(&format!("text {n}")), n, 0)
            .unwrap();
    }
    let bytes = pair.esme.take_output();
    for cut in 0..=bytes.len() {
        let mut fresh = Pair::bound(BindMode::Transceiver);
        fresh.smsc.handle_bytes(&bytes[..cut], 0);
        fresh.smsc.handle_bytes(&bytes[cut..], 0);
        assert_eq!(handles(events(&mut fresh.smsc)).len(), 3, "cut at {cut}");
    }
    for byte in bytes.iter() {
        pair.smsc.handle_bytes(&[*byte], 0);
    }
    let texts: Vec<_> = handles(events(&mut pair.smsc))
        .into_iter()
        .map(|(_, m)| m.payload)
        .collect();
    assert_eq!(texts, ["text 0", "text 1", "text 2"]);
}

#[test]
fn the_window_stops_senders_and_answers_reopen_it() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    for n in 0..4 {
        assert_eq!(pair.esme.window_free(), 4 - n as usize);
        pair.esme.send(Operation::Submit, &message("x"), n, 0).unwrap();
    }
    assert_eq!(
        pair.esme.send(Operation::Submit, &message("x"), 9, 0),
        Err(SendError::WindowFull)
    );
    pair.flow();
    let got = handles(events(&mut pair.smsc));
    // Answers may come in any order.
    pair.smsc.answer(got[2].0, CommandStatus::ROK, "c", 0);
    pair.flow();
    assert!(matches!(
        pair.esme.poll_event(),
        Some(Event::Completed { token: 2, .. })
    ));
    assert_eq!(pair.esme.window_free(), 1);
}

#[test]
fn too_many_unanswered_requests_wait_unread_and_no_timer_of_the_peer_runs_meanwhile() {
    let smsc = SessionConfig {
        max_unanswered: 2,
        response_timeout_ms: 1000,
        ..config(Role::Smsc)
    };
    let mut pair = Pair::open(BindMode::Transceiver, config(Role::Esme), smsc);
    pair.smsc
        .send(Operation::Deliver, &message("down"), 5, 0)
        .unwrap();
    for n in 0..4 {
        pair.esme.send(Operation::Submit, &message("x"), n, 0).unwrap();
    }
    let up = pair.esme.take_output();
    pair.esme.handle_bytes(&pair.smsc.take_output(), 0);
    let down = handles(events(&mut pair.esme));
    pair.esme.answer(down[0].0, CommandStatus::ROK, "", 0);
    let answer = pair.esme.take_output();
    // The answer to "down" stands behind four submits of which only two are taken.
    pair.smsc.handle_bytes(&up, 10);
    pair.smsc.handle_bytes(&answer, 10);
    assert!(!pair.smsc.wants_read());
    let first = handles(events(&mut pair.smsc));
    assert_eq!(first.len(), 2);
    pair.smsc.handle_timeout(50_000);
    assert!(
        pair.smsc.poll_event().is_none(),
        "neither a time-out nor a dead link"
    );
    for (handle, _) in first {
        pair.smsc.answer(handle, CommandStatus::ROK, "m", 50_000);
    }
    let rest = events(&mut pair.smsc);
    assert_eq!(rest.len(), 2, "{rest:?}");
    for (handle, _) in handles(rest) {
        pair.smsc.answer(handle, CommandStatus::ROK, "m", 50_000);
    }
    pair.smsc.handle_timeout(50_001);
    assert!(matches!(
        pair.smsc.poll_event(),
        Some(Event::Completed {
            token: 5,
            outcome: Outcome::Answered { .. }
        })
    ));
    assert!(pair.smsc.wants_read());
}

#[test]
fn requests_before_a_bind_or_against_it_are_refused() {
    let mut pair = Pair::bound(BindMode::Receiver);
    assert_eq!(
        pair.esme.send(Operation::Submit, &message("x"), 1, 0),
        Err(SendError::NotBound)
    );
    let mut pair = Pair::bound(BindMode::Transmitter);
    assert_eq!(
        pair.smsc.send(Operation::Deliver, &message("x"), 1, 0),
        Err(SendError::NotBound)
    );
    pair.esme.send(Operation::Submit, &message("x"), 1, 0).unwrap();
    let submit = pair.esme.take_output();
    for mode in [None, Some(BindMode::Receiver)] {
        let mut smsc = match mode {
            None => Session::new(config(Role::Smsc), 0),
            Some(mode) => Pair::bound(mode).smsc,
        };
        smsc.handle_bytes(&submit, 0);
        assert!(smsc.poll_event().is_none());
        let out = smsc.take_output();
        assert_eq!(
            (out.len(), status(&out), id(&out)),
            (16, CommandStatus::RINVBNDSTS, 0x8000_0004)
        );
    }
}

#[test]
fn a_second_bind_is_refused_and_changes_nothing() {
    let mut other = Session::new(config(Role::Esme), 0);
    other.bind(&bind(BindMode::Receiver)).unwrap();
    let request = other.take_output();
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.smsc.handle_bytes(&request, 0);
    let out = pair.smsc.take_output();
    assert_eq!(
        (out.len(), status(&out), id(&out)),
        (16, CommandStatus::RALYBND, 0x8000_0001)
    );
    assert_eq!(pair.smsc.bound(), Some(BindMode::Transceiver));
    // While the first is still being decided on, too.
    let mut smsc = Session::new(config(Role::Smsc), 0);
    smsc.handle_bytes(&request, 0);
    smsc.handle_bytes(&request, 0);
    assert_eq!(status(&smsc.take_output()), CommandStatus::RALYBND);
}

#[test]
fn a_refused_bind_ends_the_link_at_both_ends() {
    let mut esme = Session::new(config(Role::Esme), 0);
    let mut smsc = Session::new(config(Role::Smsc), 0);
    esme.bind(&bind(BindMode::Transceiver)).unwrap();
    smsc.handle_bytes(&esme.take_output(), 0);
    let Some(Event::BindRequested { handle, .. }) = smsc.poll_event() else {
        panic!()
    };
    smsc.refuse_bind(handle, CommandStatus::RINVPASWD);
    esme.handle_bytes(&smsc.take_output(), 0);
    for session in [&mut esme, &mut smsc] {
        let [Event::Closed(CloseReason::BindRefused(CommandStatus::RINVPASWD))] = &events(session)[..] else {
            panic!()
        };
        assert_eq!(session.next_timeout(), None);
    }
}

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
    pair.flow();
    assert!(matches!(pair.esme.poll_event(), Some(Event::Message { .. })));
    assert!(matches!(
        pair.esme.poll_event(),
        Some(Event::Completed { token: 1, .. })
    ));
    assert!(matches!(
        pair.esme.poll_event(),
        Some(Event::Closed(CloseReason::Unbound))
    ));
    let [
        Event::Completed {
            token: 2,
            outcome: Outcome::Lost,
        },
        Event::Closed(CloseReason::PeerUnbound),
    ] = &events(&mut pair.smsc)[..]
    else {
        panic!()
    };
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

#[test]
fn what_is_not_served_is_refused_politely() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    for (asked, answered, expected) in [
        (0x03, 0x8000_0003, CommandStatus::RQUERYFAIL),
        (0x07, 0x8000_0007, CommandStatus::RREPLACEFAIL),
        (0x08, 0x8000_0008, CommandStatus::RCANCELFAIL),
        (0x21, 0x8000_0021, CommandStatus::RSUBMITFAIL),
        (0x0999, 0x8000_0000, CommandStatus::RINVCMDID),
        (0x04, 0x8000_0004, CommandStatus::RINVSERTYP),
        (0x05, 0x8000_0005, CommandStatus::RINVSERTYP),
    ] {
        let mut request = BytesMut::new();
        codec::encode_empty(&mut request, asked, CommandStatus::ROK, 9);
        pair.smsc.handle_bytes(&request, 0);
        let out = pair.smsc.take_output();
        assert_eq!((id(&out), status(&out)), (answered, expected), "{asked:#x}");
        assert_eq!(
            u32::from_be_bytes(*out.first_chunk().unwrap()) as usize,
            out.len()
        );
    }
    for quiet in [0x8000_0999_u32, 0x8000_0004, 0x8000_0000, 0x0b, 0x102] {
        let mut pdu = BytesMut::new();
        codec::encode_empty(&mut pdu, quiet, CommandStatus::ROK, 9);
        pair.smsc.handle_bytes(&pdu, 0);
        assert!(
            !pair.smsc.has_output() && pair.smsc.poll_event().is_none(),
            "{quiet:#x}"
        );
    }
    assert!(pair.smsc.bound().is_some());
}

#[test]
fn a_bad_body_is_answered_by_name_and_the_link_lives_on() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.esme.send(Operation::Submit, &message("x"), 1, 0).unwrap();
    let good = pair.esme.take_output();
    let source = good.windows(11).position(|w| w == b"15550000001").unwrap();
    for (at, byte, expected) in [
        (source, 0xff, CommandStatus::RINVSRCADR),
        (source + 14, 0xc3, CommandStatus::RINVDSTADR),
        (good.len() - 2, 200, CommandStatus::RINVMSGLEN),
    ] {
        let mut bad = good.to_vec();
        bad[at] = byte;
        pair.smsc.handle_bytes(&bad, 0);
        assert_eq!(status(&pair.smsc.take_output()), expected, "byte {at}");
    }
    let mut cut_tlv = good.to_vec();
    cut_tlv.extend([0x02, 0x0c, 0x00]);
    cut_tlv[..4].copy_from_slice(&(good.len() as u32 + 3).to_be_bytes());
    pair.smsc.handle_bytes(&cut_tlv, 0);
    assert_eq!(status(&pair.smsc.take_output()), CommandStatus::RINVOPTPARSTREAM);
    pair.smsc.handle_bytes(&good, 0);
    assert_eq!(handles(events(&mut pair.smsc)).len(), 1);
}

#[test]
fn a_length_out_of_bounds_ends_the_link() {
    for length in [0_u32, 15, 65_537, u32::MAX] {
        let mut pair = Pair::bound(BindMode::Transceiver);
        pair.smsc.handle_bytes(&length.to_be_bytes(), 0);
        assert!(
            matches!(
                pair.smsc.poll_event(),
                Some(Event::Closed(CloseReason::BadFrame(_)))
            ),
            "{length}"
        );
        assert!(!pair.smsc.wants_read());
    }
}

#[test]
fn sequence_numbers_wrap_past_those_in_use() {
    let mut pair = Pair::bound(BindMode::Transceiver);
    pair.esme.last_sequence = MAX_SEQUENCE - 1;
    for n in 0..3 {
        pair.esme.send(Operation::Submit, &message("x"), n, 0).unwrap();
    }
    let mut used: Vec<u32> = pair.esme.outstanding.keys().copied().collect();
    used.sort_unstable();
    assert_eq!(used, [1, 2, MAX_SEQUENCE]);
    pair.esme.last_sequence = MAX_SEQUENCE;
    pair.esme.send(Operation::Submit, &message("x"), 3, 0).unwrap();
    assert!(pair.esme.outstanding.contains_key(&3));
}

#[test]
fn debug_output_holds_no_number_no_text_and_no_password() {
    let shown = format!(
        "{:?} {:?} {:?}",
        message("rendezvous"),
        message("x").source,
        bind(BindMode::Receiver)
    );
    for secret in ["1555", "rendezvous", "secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn id(pdu: &[u8]) -> u32 {
    u32::from_be_bytes(pdu[4..8].try_into().unwrap())
}

fn status(pdu: &[u8]) -> CommandStatus {
    CommandStatus(u32::from_be_bytes(pdu[8..12].try_into().unwrap()))
}

/// One valid PDU of each kind that a peer may send.
fn valid_pdus() -> Vec<Vec<u8>> {
    let mut pair = Pair::bound(BindMode::Transceiver);
    let mut rich = message("id:1 stat:DELIVRD");
    rich.sar = Some(Sar {
        reference: 1,
        part: 1,
        total: 2,
    });
    rich.receipted_message_id = Some("abc".into());
    rich.message_state = Some(MessageState::DELIVERED);
    rich.user_message_reference = Some(1);
    let mut pdus = Vec::new();
    for (n, operation) in [Operation::Submit, Operation::Data].into_iter().enumerate() {
        pair.esme.send(operation, &rich, n as u64, 0).unwrap();
        pdus.push(pair.esme.take_output().to_vec());
    }
    pair.smsc.send(Operation::Deliver, &rich, 1, 0).unwrap();
    pdus.push(pair.smsc.take_output().to_vec());
    let mut fresh = Session::new(config(Role::Esme), 0);
    fresh.bind(&bind(BindMode::Transmitter)).unwrap();
    pdus.push(fresh.take_output().to_vec());
    for id in [
        0x03,
        0x06,
        0x07,
        0x08,
        0x15,
        0x21,
        0x8000_0000,
        0x8000_0004,
        0x8000_0006,
        0x8000_0009,
    ] {
        let mut out = BytesMut::new();
        codec::encode_empty(&mut out, id, CommandStatus::ROK, 1);
        pdus.push(out.to_vec());
    }
    pdus
}

/// Feeds bytes to sessions of both roles in all states; whatever comes, they stay sane.
fn torment(bytes: &[u8], now: i64) {
    let bound = Pair::bound(BindMode::Transceiver);
    let mut binding = Session::new(config(Role::Esme), 0);
    binding.bind(&bind(BindMode::Receiver)).unwrap();
    let sessions = [
        bound.esme,
        bound.smsc,
        Session::new(config(Role::Smsc), 0),
        binding,
    ];
    for mut session in sessions {
        session.handle_bytes(bytes, now);
        for event in events(&mut session) {
            match event {
                Event::Message { handle, .. } => session.answer(handle, CommandStatus::ROK, "m", now),
                Event::BindRequested { handle, .. } => session.accept_bind(handle, "p", now),
                _ => {}
            }
        }
        session.handle_timeout(now);
        let _ = session.next_timeout();
        let out = session.take_output();
        assert!(
            out.len() <= 64 + bytes.len() * 5,
            "{} octets drew {}",
            bytes.len(),
            out.len()
        );
        assert!(session.unanswered() <= 8);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), now in 0i64..100_000) {
        torment(&bytes, now);
    }

    #[test]
    fn mutated_pdus_are_survived(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        keep_length in any::<bool>(),
    ) {
        let pdus = valid_pdus();
        let mut pdu = which.get(&pdus).clone();
        for (at, byte) in changes {
            let at = at.index(pdu.len());
            pdu[at] = byte;
        }
        if keep_length {
            pdu.truncate(16 + cut.index(pdu.len()));
            let length = pdu.len() as u32;
            pdu[..4].copy_from_slice(&length.to_be_bytes());
        }
        torment(&pdu, 5);
        torment(&[pdu.clone(), pdu].concat(), 5);
    }

    #[test]
    fn any_body_under_any_known_command_is_survived(
        id in prop::sample::select(vec![1u32, 2, 3, 4, 5, 6, 7, 8, 9, 0x0b, 0x15, 0x21, 0x102, 0x103, 0x111]),
        response: bool,
        body in prop::collection::vec(prop_oneof![Just(0u8), Just(1), any::<u8>()], 0..120),
    ) {
        let mut pdu = ((16 + body.len()) as u32).to_be_bytes().to_vec();
        pdu.extend((id | if response { 0x8000_0000 } else { 0 }).to_be_bytes());
        pdu.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        pdu.extend(body);
        torment(&pdu, 5);
    }
}
