//! What peers should not send.

use proptest::prelude::*;

use super::*;

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
