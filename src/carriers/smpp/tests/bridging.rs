//! Texts and receipts from one end to the other.

use futures_util::future::join_all;

use super::*;
use crate::domain::message::Status;
use crate::switchboard::outlet::{OutboundReceipt, OutletError, Sent};

#[tokio::test]
async fn a_text_goes_out_and_its_receipt_comes_back() {
    let (server, client) = pair().await;
    let sent = client.outlet("acme").send_text(&text("hello €")).await.unwrap();
    let id = MessageId::from_i64(1).to_string();
    assert_eq!(
        sent,
        Sent {
            parts: vec![id.clone()],
            smsc: None,
            delivered: false
        }
    );
    let got = server.exchange.started.lock().unwrap()[0].clone();
    assert_eq!(
        (got.carrier.as_str(), got.from, got.to, got.text.as_str()),
        ("gw1", number(1), number(2), "hello €")
    );
    assert!(got.want_receipt && got.carrier_ref.is_none());
    assert!(
        (3590..=3600).contains(&got.valid_for_s.unwrap()),
        "{:?}",
        got.valid_for_s
    );

    let receipt = OutboundReceipt {
        message: MessageId::from_i64(1),
        from: number(2),
        to: number(1),
        status: Status::Undelivered,
        accepted_at: Timestamp(0),
        done_at: Timestamp(1000),
    };
    server.outlet("gw1").send_receipt(&receipt).await.unwrap();
    let expected = InboundReceipt {
        carrier: "acme".into(),
        smsc: None,
        carrier_ref: id,
        status: Status::Undelivered,
        detail: Some("UNDELIV".into()),
    };
    assert_eq!(*client.exchange.receipts.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_text_is_delivered_to_whoever_is_bound() {
    let (server, client) = pair().await;
    let sent = server.outlet("gw1").send_text(&text("down")).await.unwrap();
    assert_eq!(
        sent,
        Sent {
            parts: vec![],
            smsc: None,
            delivered: true
        }
    );
    let got = client.exchange.started.lock().unwrap()[0].clone();
    assert_eq!(
        (got.carrier.as_str(), got.text.as_str(), got.want_receipt),
        ("acme", "down", false)
    );
    client.service.shutdown().await;
    let outlet = server.outlet("gw1");
    until("nobody is bound", || !outlet.is_ready()).await;
    assert!(matches!(
        outlet.send_text(&text("x")).await,
        Err(OutletError::Retry { .. })
    ));
}

#[tokio::test]
async fn texts_arrive_in_the_order_in_which_they_were_sent_both_ways() {
    let (server, client) = pair().await;
    let expected: Vec<String> = (0..500).map(|n| format!("text {n}")).collect();
    for (from, to, name) in [(&client, &server, "acme"), (&server, &client, "gw1")] {
        let outlet = from.outlet(name);
        let texts: Vec<_> = expected.iter().map(|body| text(body)).collect();
        let results = join_all(texts.iter().map(|text| outlet.send_text(text))).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(to.exchange.texts(), expected);
    }
}

#[tokio::test]
async fn long_texts_survive_each_way_of_sending_them() {
    use crate::config::smpp::LongText;
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    for (n, style) in [LongText::Udh, LongText::Sar, LongText::Payload]
        .into_iter()
        .enumerate()
    {
        let mut config = client_config(vec![bind_to(server.address())]);
        config.carriers.get_mut("acme").unwrap().long_text = style;
        let client = Edge::start(&config, FakeExchange::open()).await;
        ready(&client.outlet("acme")).await;
        let body = format!("{} 😀 {n}", "long ".repeat(90));
        let sent = client.outlet("acme").send_text(&text(&body)).await.unwrap();
        assert_eq!(server.exchange.texts()[n], body, "{style:?}");
        // Every part bears the id of the whole.
        assert!(sent.parts.iter().all(|id| *id == sent.parts[0]), "{sent:?}");
        assert_eq!(sent.parts.len() > 1, style != LongText::Payload);
        client.service.shutdown().await;
    }
}

#[tokio::test]
async fn nothing_of_the_senders_own_fields_reaches_the_other_side() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 4).await;
    let mut submit = message(b"up");
    submit.user_message_reference = Some(4711);
    submit.protocol_id = 0x41;
    assert_eq!(peer.ask(&submit).await, CommandStatus::ROK);
    let sent = send(&server.outlet("gw1"), "down");
    let Some(Event::Message { message, .. }) = peer.event().await else {
        panic!()
    };
    let plain = super::message(b"down");
    assert_eq!(message, plain);
    drop(sent);
}
