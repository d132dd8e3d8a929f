//! Parts of long texts as peers send them: out of order, one at a time, and not at all.

use super::*;
use crate::config::smpp::LongText;
use crate::switchboard::outlet::OutletError;
use crate::wire::smpp::Sar;

fn by_udh(part: u8, total: u8, body: &[u8]) -> ShortMessage {
    let header = [5, 0, 3, 42, total, part];
    ShortMessage {
        esm_class: ShortMessage::ESM_UDHI,
        ..message(&[&header, body].concat())
    }
}

fn by_sar(part: u8, total: u8, body: &[u8]) -> ShortMessage {
    ShortMessage {
        sar: Some(Sar {
            reference: 4242,
            part,
            total,
        }),
        ..message(body)
    }
}

fn patient() -> SmppConfig {
    SmppConfig {
        part_ack_ms: 60_000,
        ..server_config()
    }
}

#[tokio::test]
async fn parts_out_of_order_make_one_text_and_are_acknowledged_with_it() {
    for part in [by_udh, by_sar] {
        let server = Edge::start(&patient(), FakeExchange::shut()).await;
        let mut peer = Peer::bound(server.address(), 10).await;
        let mut asking = part(2, 3, b"B");
        asking.registered_delivery = 1;
        peer.submit(&part(3, 3, b"C"));
        peer.submit(&asking);
        assert!(peer.event_soon().await.is_none());
        assert!(server.exchange.texts().is_empty());
        peer.submit(&part(1, 3, b"A"));
        assert!(
            peer.event_soon().await.is_none(),
            "the exchange has not got it yet"
        );
        assert_eq!(server.exchange.texts(), ["ABC"]);
        assert!(server.exchange.started.lock().unwrap()[0].want_receipt);
        server.exchange.gate.add_permits(1);
        let id = Some(MessageId::from_i64(1).to_string());
        for _ in 0..3 {
            let (_, status, got) = peer.answer().await;
            assert_eq!((status, &got), (CommandStatus::ROK, &id));
        }
    }
}

#[tokio::test]
async fn parts_over_two_binds_of_one_account_make_one_text() {
    let server = Edge::start(&patient(), FakeExchange::open()).await;
    let mut first = Peer::bound(server.address(), 10).await;
    let mut second = Peer::bound(server.address(), 10).await;
    first.submit(&by_udh(1, 2, b"A"));
    assert!(first.event_soon().await.is_none());
    assert_eq!(second.ask(&by_udh(2, 2, b"B")).await, CommandStatus::ROK);
    assert_eq!(first.answer().await.1, CommandStatus::ROK);
    assert_eq!(server.exchange.texts(), ["AB"]);
}

#[tokio::test]
async fn a_peer_with_a_window_of_one_is_not_kept_waiting_for_ever() {
    let config = SmppConfig {
        part_ack_ms: 50,
        ..server_config()
    };
    let server = Edge::start(&config, FakeExchange::shut()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    assert_eq!(peer.ask(&by_udh(1, 3, b"A")).await, CommandStatus::ROK);
    assert_eq!(peer.ask(&by_udh(2, 3, b"B")).await, CommandStatus::ROK);
    peer.submit(&by_udh(3, 3, b"C"));
    assert!(
        peer.event_soon().await.is_none(),
        "the last part waits for the exchange"
    );
    server.exchange.gate.add_permits(1);
    let (_, status, id) = peer.answer().await;
    assert_eq!(
        (status, id),
        (CommandStatus::ROK, Some(MessageId::from_i64(1).to_string()))
    );
    assert_eq!(server.exchange.texts(), ["ABC"]);
}

#[tokio::test]
async fn parts_that_nobody_completes_are_to_be_sent_again() {
    let config = SmppConfig {
        reassembly_timeout_s: 1,
        ..patient()
    };
    let server = Edge::start(&config, FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    peer.submit(&by_udh(1, 3, b"A"));
    peer.submit(&by_udh(3, 3, b"C"));
    assert_eq!(peer.answer().await.1, CommandStatus::RSYSERR);
    assert_eq!(peer.answer().await.1, CommandStatus::RSYSERR);
    assert!(server.exchange.texts().is_empty());
}

#[tokio::test]
async fn of_a_text_whose_parts_were_acknowledged_what_is_there_is_delivered() {
    let config = SmppConfig {
        part_ack_ms: 20,
        reassembly_timeout_s: 1,
        ..server_config()
    };
    let server = Edge::start(&config, FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    peer.submit(&by_udh(1, 5, b"A"));
    peer.submit(&by_udh(4, 5, b"D"));
    assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    let exchange = server.exchange.clone();
    until("it is given up", || !exchange.texts().is_empty()).await;
    assert_eq!(exchange.texts(), ["A[…]D[…]"]);
}

async fn stop(server: Edge, mut peer: Peer) {
    let end = tokio::spawn(server.service.shutdown());
    while !matches!(peer.event().await, Some(Event::Closed(_))) {}
    peer.wire.finish().await;
    end.await.unwrap();
}

fn hasty() -> SmppConfig {
    SmppConfig {
        part_ack_ms: 20,
        ..server_config()
    }
}

#[tokio::test]
async fn acknowledged_parts_are_taken_up_by_the_next_start() {
    let exchange = FakeExchange::open();
    let server = Edge::start(&hasty(), exchange.clone()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    assert_eq!(peer.ask(&by_udh(2, 3, b"B")).await, CommandStatus::ROK);
    assert_eq!(
        exchange.held.lock().unwrap().len(),
        1,
        "durable before acknowledged"
    );
    stop(server, peer).await;
    assert!(exchange.texts().is_empty());

    let server = Edge::start(&hasty(), exchange.clone()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    assert_eq!(peer.ask(&by_udh(3, 3, b"C")).await, CommandStatus::ROK);
    assert_eq!(
        peer.ask(&by_udh(2, 3, b"B")).await,
        CommandStatus::ROK,
        "sent again"
    );
    assert_eq!(peer.ask(&by_udh(1, 3, b"A")).await, CommandStatus::ROK);
    assert_eq!(exchange.texts(), ["ABC"]);
    assert!(exchange.held.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_text_has_all_of_its_time_again_after_a_restart_however_long_that_took() {
    let exchange = FakeExchange::open();
    let config = SmppConfig {
        reassembly_timeout_s: 2,
        ..hasty()
    };
    for (rest, whole) in [(true, "AB"), (false, "[…]B")] {
        let server = Edge::start(&config, exchange.clone()).await;
        let mut peer = Peer::bound(server.address(), 1).await;
        assert_eq!(peer.ask(&by_udh(2, 2, b"B")).await, CommandStatus::ROK);
        stop(server, peer).await;
        // The machine was down for longer than a text waits.
        exchange.held.lock().unwrap()[0].due_at.0 -= 60_000;
        let begun = SystemClock.now().0;
        let server = Edge::start(&config, exchange.clone()).await;
        let mut peer = Peer::bound(server.address(), 1).await;
        if rest {
            assert_eq!(peer.ask(&by_udh(1, 2, b"A")).await, CommandStatus::ROK);
        }
        until("it is whole or given up", || {
            exchange.texts().last().is_some_and(|text| text == whole)
        })
        .await;
        assert!(rest || SystemClock.now().0 - begun >= 2_000);
        assert!(exchange.held.lock().unwrap().is_empty());
        stop(server, peer).await;
    }
    assert_eq!(exchange.texts(), ["AB", "[…]B"]);
}

#[tokio::test]
async fn parts_that_were_taken_over_from_a_node_that_is_gone_are_put_together_with_what_comes_here() {
    let exchange = FakeExchange::open();
    let server = Edge::start(&hasty(), exchange.clone()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    assert_eq!(peer.ask(&by_udh(3, 3, b"C")).await, CommandStatus::ROK);
    let mut other = exchange.held.lock().unwrap()[0].clone();
    (other.no, other.body) = (i64::MIN + 7, b"A".to_vec());
    other.concat = crate::wire::sms::Concat::new(other.concat.reference(), 3, 1).unwrap();
    other.due_at.0 -= 60_000;
    exchange.held.lock().unwrap().push(other);
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    assert_eq!(peer.ask(&by_udh(2, 3, b"B")).await, CommandStatus::ROK);
    assert_eq!(exchange.texts(), ["ABC"]);
    assert!(exchange.held.lock().unwrap().is_empty());
}

#[tokio::test]
async fn parts_that_come_together_are_acknowledged_with_their_text_and_held_by_nobody() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    for part in 1..=3 {
        peer.submit(&by_udh(part, 3, b"x"));
    }
    for _ in 0..3 {
        assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    }
    assert_eq!(peer.ask(&message(b"short")).await, CommandStatus::ROK);
    assert_eq!(server.exchange.holds.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_part_that_cannot_be_held_is_not_acknowledged() {
    let server = Edge::start(&hasty(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    let exchange = server.exchange.clone();
    exchange.answer_with(Err(IntakeError::Store("down".into())));
    peer.submit(&by_udh(1, 2, b"A"));
    assert!(peer.event_soon().await.is_none());
    assert_eq!(exchange.holds.load(Ordering::Relaxed), 1);
    exchange.answer_with(Ok(Verdict::Bridged));
    assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    assert_eq!(peer.ask(&by_udh(2, 2, b"B")).await, CommandStatus::ROK);
    assert_eq!(exchange.texts(), ["AB"]);
}

#[tokio::test]
async fn a_text_that_the_exchange_did_not_take_keeps_its_acknowledged_parts() {
    let server = Edge::start(&hasty(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    let exchange = server.exchange.clone();
    assert_eq!(peer.ask(&by_udh(1, 2, b"A")).await, CommandStatus::ROK);
    exchange.answer_with(Err(IntakeError::Overloaded));
    assert_eq!(peer.ask(&by_udh(2, 2, b"B")).await, CommandStatus::RTHROTTLED);
    exchange.answer_with(Ok(Verdict::Bridged));
    assert_eq!(peer.ask(&by_udh(2, 2, b"B")).await, CommandStatus::ROK);
    assert_eq!(exchange.texts(), ["AB", "AB"]);
    assert!(exchange.held.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_carrier_is_asked_to_send_incomplete_parts_again() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut config = client_config(vec![bind_to(server.address())]);
    config.part_ack_ms = 60_000;
    config.reassembly_timeout_s = 1;
    let client = Edge::start(&config, FakeExchange::open()).await;
    let account = server.outlet("gw1");
    ready(&account).await;
    client.exchange.answer_with(Err(IntakeError::Overloaded));
    let refused = account.send_text(&text("x")).await;
    let detail = "the peer answered ESME_RX_T_APPN".to_owned();
    assert_eq!(
        refused,
        Err(crate::switchboard::outlet::OutletError::Retry {
            detail,
            after_ms: Some(5000)
        })
    );
}

#[tokio::test]
async fn a_part_that_is_sent_again_takes_the_place_of_the_first() {
    let server = Edge::start(&patient(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    let first = peer.submit(&by_udh(1, 2, b"A"));
    let second = peer.submit(&by_udh(1, 2, b"A"));
    let (token, status, _) = peer.answer().await;
    assert_eq!((token, status), (first, CommandStatus::RSYSERR));
    let third = peer.submit(&by_udh(2, 2, b"B"));
    for expected in [second, third] {
        let (token, status, _) = peer.answer().await;
        assert_eq!((token, status), (expected, CommandStatus::ROK));
    }
    assert_eq!(server.exchange.texts(), ["AB"]);
}

#[tokio::test]
async fn a_part_that_was_acknowledged_and_is_sent_again_is_acknowledged_again() {
    let config = SmppConfig {
        part_ack_ms: 30,
        ..server_config()
    };
    let server = Edge::start(&config, FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    for part in [1, 1, 2] {
        assert_eq!(peer.ask(&by_udh(part, 2, b"x")).await, CommandStatus::ROK);
    }
    assert_eq!(server.exchange.texts(), ["xx"]);
}

#[tokio::test]
async fn one_throttled_part_does_not_make_the_phone_see_the_others_twice() {
    let mut config = server_config();
    config.accounts.get_mut("gw1").unwrap().throughput_per_s = 2;
    let server = Edge::start(&config, FakeExchange::open()).await;
    let client = Edge::start(
        &client_config(vec![bind_to(server.address())]),
        FakeExchange::open(),
    )
    .await;
    let outlet = client.outlet("acme");
    ready(&outlet).await;
    let body = "long ".repeat(80);
    let sent = outlet.send_text(&text(&body)).await.unwrap();
    assert_eq!((sent.parts.len(), server.exchange.texts()), (3, vec![body]));
}

#[tokio::test]
async fn a_text_that_was_taken_in_part_is_finished_by_its_missing_parts_in_a_later_try() {
    let mut config = server_config();
    config.accounts.get_mut("gw1").unwrap().throughput_per_s = 1;
    for long_text in [LongText::Udh, LongText::Sar] {
        let server = Edge::start(&config, FakeExchange::open()).await;
        let mut settings = client_config(vec![bind_to(server.address())]);
        settings.carriers.get_mut("acme").unwrap().long_text = long_text;
        let body = "long ".repeat(180);
        let mut text = text(&body);
        // The second try is that of another process.
        let first = Edge::start(&settings, FakeExchange::open()).await;
        ready(&first.outlet("acme")).await;
        let Err(OutletError::Partly { taken, .. }) = first.outlet("acme").send_text(&text).await else {
            panic!("the peer takes one part a second, and there are six");
        };
        assert!((1..6).contains(&taken.len()), "{taken:?}");
        first.service.shutdown().await;
        let second = Edge::start(&settings, FakeExchange::open()).await;
        ready(&second.outlet("acme")).await;
        text.taken = taken;
        for _ in 0..5 {
            match second.outlet("acme").send_text(&text).await {
                Ok(sent) => assert_eq!(sent.parts.len(), 6),
                Err(OutletError::Partly { taken, .. }) => {
                    assert!(taken.len() > text.taken.len());
                    text.taken = taken;
                }
                Err(OutletError::Retry { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
            if !server.exchange.texts().is_empty() {
                break;
            }
        }
        assert_eq!(server.exchange.texts(), [body]);
    }
}
