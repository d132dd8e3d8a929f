use super::*;
use crate::wire::smpp::Address;
use proptest::prelude::*;

fn config(side: Side) -> IntakeConfig {
    IntakeConfig {
        name: "acme".into(),
        side,
        region: None,
        may_submit: true,
        sources: Vec::new(),
        throughput_per_s: 0,
        reassembly_timeout_ms: 1000,
        part_ack_ms: 100,
        max_incomplete_texts: 10,
    }
}

fn message(payload: &[u8]) -> ShortMessage {
    let address = |addr: &str| Address {
        ton: 1,
        npi: 1,
        addr: addr.into(),
    };
    ShortMessage {
        source: address("15550000001"),
        dest: address("15550000002"),
        payload: bytes::Bytes::copy_from_slice(payload),
        ..ShortMessage::default()
    }
}

fn receipt_of(message: &ShortMessage) -> Option<InboundReceipt> {
    match read(&config(Side::Carrier), message, 0) {
        Reading::Receipt(receipt) => Some(receipt),
        Reading::Nothing => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_receipt_is_read_from_its_words() {
    let words =
        b"id:abc sub:001 dlvrd:000 submit date:2401020304 done date:2401020305 stat:UNDELIV err:045 text:hi";
    let receipt = receipt_of(&ShortMessage {
        esm_class: 0x04,
        ..message(words)
    })
    .unwrap();
    assert_eq!(
        (receipt.carrier_ref.as_str(), receipt.status),
        ("abc", Status::Undelivered)
    );
    assert_eq!(receipt.detail.as_deref(), Some("UNDELIV err 045"));
}

#[test]
fn tlvs_outweigh_the_words_and_do_without_them() {
    let bare = ShortMessage {
        receipted_message_id: Some("tlv".into()),
        message_state: Some(MessageState::DELIVERED),
        ..message(b"")
    };
    let receipt = receipt_of(&bare).unwrap();
    assert_eq!(
        (receipt.carrier_ref.as_str(), receipt.status, receipt.detail),
        ("tlv", Status::Delivered, None)
    );
    let both = ShortMessage {
        payload: bytes::Bytes::from_static(b"id:words stat:EXPIRED"),
        ..bare
    };
    assert_eq!(receipt_of(&both).unwrap().carrier_ref, "tlv");
}

#[test]
fn each_state_has_its_status() {
    for (state, status) in [
        (1, Status::Sent),
        (2, Status::Delivered),
        (3, Status::Expired),
        (4, Status::Undelivered),
        (5, Status::Undelivered),
        (6, Status::Sent),
        (7, Status::Sent),
        (8, Status::Failed),
    ] {
        let receipt = ShortMessage {
            esm_class: 0x04,
            receipted_message_id: Some("x".into()),
            message_state: Some(MessageState(state)),
            ..message(b"")
        };
        assert_eq!(receipt_of(&receipt).unwrap().status, status, "{state}");
    }
}

#[test]
fn a_receipt_that_says_nothing_is_acknowledged_and_forgotten() {
    for words in [&b""[..], b"hello", b"id:abc", b"stat:DELIVRD"] {
        assert_eq!(
            receipt_of(&ShortMessage {
                esm_class: 0x04,
                ..message(words)
            }),
            None
        );
    }
    assert_eq!(
        receipt_of(&ShortMessage {
            esm_class: 0x20,
            ..message(b"id:1 stat:ENROUTE")
        }),
        None
    );
}

#[test]
fn a_carriers_own_id_of_a_text_is_its_reference() {
    let with_id = ShortMessage {
        receipted_message_id: Some("mo-7".into()),
        ..message(b"hi")
    };
    let Reading::Text { terms, text, .. } = read(&config(Side::Carrier), &with_id, 0) else {
        panic!()
    };
    assert_eq!(
        (terms.carrier_ref.as_deref(), text.as_str()),
        (Some("mo-7"), "hi")
    );
    let Reading::Text { terms, .. } = read(&config(Side::Account), &with_id, 0) else {
        panic!()
    };
    assert_eq!(terms.carrier_ref, None, "whoever submits does not choose it");
}

#[test]
fn a_detail_holds_nothing_but_a_code() {
    let forged = ShortMessage {
        esm_class: 0x04,
        ..message(b"id:1 stat:REJECTD err:call+15551234567now")
    };
    let detail = receipt_of(&forged).unwrap().detail.unwrap();
    assert!(!detail.contains("+1555") && detail.len() < 30, "{detail}");
}

proptest! {
    #[test]
    fn reading_is_total(
        payload in prop::collection::vec(any::<u8>(), 0..200),
        esm_class: u8,
        data_coding: u8,
        validity_period in "\\PC{0,17}",
        carrier: bool,
    ) {
        let message = ShortMessage { esm_class, data_coding, validity_period, ..message(&payload) };
        let side = if carrier { Side::Carrier } else { Side::Account };
        let _ = read(&config(side), &message, 0);
    }
}
