//! Links that are slow, refuse, break and come back.

use super::*;
use crate::config::smpp::LinkMode;
use crate::switchboard::outlet::OutletError;

#[tokio::test]
async fn a_throttled_text_is_to_be_tried_again_later() {
    let mut config = server_config();
    config.accounts.get_mut("gw1").unwrap().throughput_per_s = 5;
    let server = Edge::start(&config, FakeExchange::open()).await;
    let client = Edge::start(
        &client_config(vec![bind_to(server.address())]),
        FakeExchange::open(),
    )
    .await;
    let outlet = client.outlet("acme");
    ready(&outlet).await;
    let mut throttled = 0;
    for _ in 0..6 {
        match outlet.send_text(&text("x")).await {
            Ok(_) => {}
            Err(OutletError::Retry { detail, after_ms }) => {
                assert!(
                    detail.contains("ESME_RTHROTTLED") && after_ms.is_some(),
                    "{detail}"
                );
                throttled += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(throttled >= 1);
    // The link goes on, slower.
    until("it flows again", || server.exchange.texts().len() >= 5).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(outlet.send_text(&text("later")).await.is_ok());
}

#[tokio::test]
async fn texts_leave_by_the_first_bind_that_is_up() {
    let first = Edge::start(&server_config(), FakeExchange::open()).await;
    let second = Edge::start(&server_config(), FakeExchange::open()).await;
    let binds = vec![bind_to(first.address()), bind_to(second.address())];
    let client = Edge::start(&client_config(binds), FakeExchange::open()).await;
    let outlet = client.outlet("acme");
    ready(&first.outlet("gw1")).await;
    ready(&second.outlet("gw1")).await;
    until("both are bound", || outlet.is_ready()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    outlet.send_text(&text("one")).await.unwrap();
    assert_eq!(
        (first.exchange.texts().len(), second.exchange.texts().len()),
        (1, 0)
    );
    // A system error at the first: the second takes it at once.
    first
        .exchange
        .answer_with(Err(IntakeError::Store("disk full".into())));
    outlet.send_text(&text("two")).await.unwrap();
    assert_eq!(second.exchange.texts(), ["two"]);
    // A refusal for good is not tried elsewhere.
    let reason = crate::domain::message::Reason::UnassignedNumber;
    first
        .exchange
        .answer_with(Ok(Verdict::Refused { reason, reject: true }));
    let refused = outlet.send_text(&text("three")).await;
    assert_eq!(
        refused,
        Err(OutletError::Refused {
            detail: "the peer answered ESME_RINVDSTADR".into()
        })
    );
    // The first goes down altogether.
    let gateway = first.outlet("gw1");
    first.service.shutdown().await;
    until("the first is gone", || !gateway.is_ready()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    outlet.send_text(&text("four")).await.unwrap();
    assert_eq!(second.exchange.texts(), ["two", "four"]);
}

#[tokio::test]
async fn a_link_that_broke_comes_back() {
    let (server, client) = pair().await;
    let outlet = client.outlet("acme");
    let mut config = server_config();
    config.listen = server.address().to_string();
    server.service.shutdown().await;
    until("the link is down", || !outlet.is_ready()).await;
    assert!(matches!(
        outlet.send_text(&text("x")).await,
        Err(OutletError::Retry { .. })
    ));
    let server = Edge::start(&config, FakeExchange::open()).await;
    ready(&outlet).await;
    outlet.send_text(&text("again")).await.unwrap();
    assert_eq!(server.exchange.texts(), ["again"]);
}

#[tokio::test]
async fn a_pair_of_links_sends_by_one_and_receives_by_the_other() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let bind = BindConfig {
        mode: LinkMode::Pair,
        ..bind_to(server.address())
    };
    let client = Edge::start(&client_config(vec![bind]), FakeExchange::open()).await;
    ready(&client.outlet("acme")).await;
    ready(&server.outlet("gw1")).await;
    client.outlet("acme").send_text(&text("up")).await.unwrap();
    server.outlet("gw1").send_text(&text("down")).await.unwrap();
    assert_eq!(
        (server.exchange.texts(), client.exchange.texts()),
        (vec!["up".into()], vec!["down".into()])
    );
}

#[tokio::test]
async fn a_text_under_way_when_the_link_breaks_is_to_be_tried_again() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 4).await;
    let outlet = server.outlet("gw1");
    ready(&outlet).await;
    let fate = send(&outlet, "down");
    assert!(matches!(peer.event().await, Some(Event::Message { .. })));
    drop(peer);
    assert!(matches!(fate.await.unwrap(), Err(OutletError::Retry { .. })));
    until("nobody is bound", || !outlet.is_ready()).await;
}

#[tokio::test]
async fn texts_beyond_the_peers_window_wait_their_turn() {
    let mut config = server_config();
    config.accounts.get_mut("gw1").unwrap().window = 2;
    let server = Edge::start(&config, FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 4).await;
    let outlet = server.outlet("gw1");
    ready(&outlet).await;
    let fates: Vec<_> = (0..5).map(|n| send(&outlet, &n.to_string())).collect();
    let mut handles = Vec::new();
    while let Some(Event::Message { handle, .. }) = peer.event_soon().await {
        handles.push(handle);
    }
    assert_eq!(handles.len(), 2);
    for _ in 0..5 {
        let now = peer.wire.now_ms();
        peer.wire
            .session
            .answer(handles.remove(0), CommandStatus::ROK, "", now);
        if let Some(Event::Message { handle, .. }) = peer.event_soon().await {
            handles.push(handle);
        }
    }
    for fate in fates {
        assert!(fate.await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn tls_protects_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let config = SmppConfig {
        tls_listen: "127.0.0.1:0".into(),
        tls_certificate: certificate.clone(),
        tls_key: key,
        ..server_config()
    };
    let server = Edge::start(&config, FakeExchange::open()).await;
    let address = server.service.tls_local_addr().unwrap();
    let trusting = BindConfig {
        tls: true,
        tls_ca: Some(certificate),
        ..bind_to(address)
    };
    let client = Edge::start(&client_config(vec![trusting]), FakeExchange::open()).await;
    ready(&client.outlet("acme")).await;
    client
        .outlet("acme")
        .send_text(&text(&"secret ".repeat(100)))
        .await
        .unwrap();
    assert_eq!(server.exchange.texts(), ["secret ".repeat(100)]);
    ready(&server.outlet("gw1")).await;
    server.outlet("gw1").send_text(&text("down")).await.unwrap();

    // An authority that did not sign it is not believed, and plain text is not spoken.
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let wrong = folder.path().join("other.pem");
    std::fs::write(&wrong, other.cert.pem()).unwrap();
    let doubting = BindConfig {
        tls: true,
        tls_ca: Some(wrong),
        ..bind_to(address)
    };
    for bind in [doubting, bind_to(address)] {
        let client = Edge::start(&client_config(vec![bind]), FakeExchange::open()).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!client.outlet("acme").is_ready());
        client.service.shutdown().await;
    }
}

#[test]
fn a_missing_certificate_is_named() {
    let config = SmppConfig {
        tls_listen: "127.0.0.1:0".into(),
        tls_certificate: "/nowhere/cert.pem".into(),
        tls_key: "/nowhere/key.pem".into(),
        ..server_config()
    };
    let error = SmppEdge::new(&config, Arc::new(SystemClock), 1).err().unwrap();
    assert!(
        error.to_string().starts_with("TLS file /nowhere/cert.pem: "),
        "{error}"
    );
}
