//! Two sessions tied together, stepped by hand.

mod hostile;
mod timers;

use bytes::BytesMut;

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

fn id(pdu: &[u8]) -> u32 {
    u32::from_be_bytes(pdu[4..8].try_into().unwrap())
}

fn status(pdu: &[u8]) -> CommandStatus {
    CommandStatus(u32::from_be_bytes(pdu[8..12].try_into().unwrap()))
}
