//! The server towards those who bind: who is admitted, what is answered and when.

use super::*;
use crate::domain::message::Reason;

async fn refused(config: &SmppConfig, system_id: &str, password: &str) -> CloseReason {
    let server = Edge::start(config, FakeExchange::open()).await;
    let mut peer = Peer::connect(server.address(), 1).await;
    peer.bind(BindMode::Transceiver, system_id, password)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn only_those_are_admitted_who_may_bind() {
    let mut config = server_config();
    assert_eq!(
        refused(&config, "nobody", "secret").await,
        CloseReason::BindRefused(CommandStatus::RINVSYSID)
    );
    assert_eq!(
        refused(&config, "gw1", "guess").await,
        CloseReason::BindRefused(CommandStatus::RINVPASWD)
    );
    config.accounts.get_mut("gw1").unwrap().allowed_ips = vec!["192.0.2.0/24".into()];
    assert_eq!(
        refused(&config, "gw1", "secret").await,
        CloseReason::BindRefused(CommandStatus::RBINDFAIL)
    );
}

#[tokio::test]
async fn binds_and_connections_are_limited() {
    let mut config = server_config();
    config.max_connections = 2;
    config.accounts.get_mut("gw1").unwrap().max_binds = 1;
    let server = Edge::start(&config, FakeExchange::open()).await;
    let first = Peer::bound(server.address(), 1).await;
    let mut second = Peer::connect(server.address(), 1).await;
    let error = second
        .bind(BindMode::Receiver, "gw1", "secret")
        .await
        .unwrap_err();
    assert_eq!(error, CloseReason::BindRefused(CommandStatus::RBINDFAIL));
    drop(second);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _idle = Peer::connect(server.address(), 1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut third = Peer::connect(server.address(), 1).await;
    assert!(matches!(
        third.event().await,
        Some(Event::Closed(CloseReason::Broken))
    ));
    // A bind that ends makes room.
    drop(first);
    let outlet = server.outlet("gw1");
    until("the first is gone", || !outlet.is_ready()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    Peer::bound(server.address(), 1).await;
}

#[tokio::test]
async fn nothing_is_acknowledged_before_the_exchange_has_it() {
    let server = Edge::start(&server_config(), FakeExchange::shut()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    for n in 0..3 {
        peer.submit(&message(format!("text {n}").as_bytes()));
    }
    assert!(peer.event_soon().await.is_none());
    assert_eq!(
        server.exchange.texts(),
        ["text 0", "text 1", "text 2"],
        "all are under way at once"
    );
    server.exchange.gate.add_permits(1);
    let (token, status, id) = peer.answer().await;
    assert_eq!(
        (token, status, id),
        (1, CommandStatus::ROK, Some(MessageId::from_i64(1).to_string()))
    );
    assert!(peer.event_soon().await.is_none());
    server.exchange.gate.add_permits(2);
    assert_eq!((peer.answer().await.0, peer.answer().await.0), (2, 3));
}

#[tokio::test]
async fn a_server_that_is_busy_reads_no_further() {
    let config = SmppConfig {
        max_unanswered: 4,
        ..server_config()
    };
    let server = Edge::start(&config, FakeExchange::shut()).await;
    let mut peer = Peer::bound(server.address(), 100).await;
    for n in 0..20 {
        peer.submit(&message(n.to_string().as_bytes()));
    }
    assert!(peer.event_soon().await.is_none());
    assert_eq!(server.exchange.texts().len(), 4);
    server.exchange.gate.add_permits(6);
    for _ in 0..6 {
        assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    }
    assert!(peer.event_soon().await.is_none());
    assert_eq!(server.exchange.texts().len(), 10);
    server.exchange.gate.add_permits(100);
    for _ in 0..14 {
        assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    }
    let expected: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    assert_eq!(server.exchange.texts(), expected);
}

#[tokio::test]
async fn each_decision_has_its_answer() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    let refused = |reason, reject| Ok(Verdict::Refused { reason, reject });
    for (decision, expected) in [
        (Ok(Verdict::Keyword), CommandStatus::ROK),
        (Ok(Verdict::Duplicate), CommandStatus::ROK),
        (Ok(Verdict::Quarantined(Reason::PairReleased)), CommandStatus::ROK),
        (refused(Reason::UnassignedNumber, false), CommandStatus::ROK),
        (refused(Reason::UnassignedNumber, true), CommandStatus::RINVDSTADR),
        (refused(Reason::UnknownSender, true), CommandStatus::RINVSRCADR),
        (refused(Reason::BadText, true), CommandStatus::RSUBMITFAIL),
        (refused(Reason::PairBlocked, true), CommandStatus::RSUBMITFAIL),
        (Err(IntakeError::Overloaded), CommandStatus::RTHROTTLED),
        (Err(IntakeError::Store(String::new())), CommandStatus::RSYSERR),
    ] {
        server.exchange.answer_with(decision.clone());
        assert_eq!(peer.ask(&message(b"x")).await, expected, "{decision:?}");
    }
}

#[tokio::test]
async fn what_is_no_text_between_numbers_is_refused_by_name() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 10).await;
    let base = message(b"x");
    let word = Address {
        ton: 5,
        npi: 0,
        addr: "ACME".into(),
    };
    let short = Address {
        ton: 0,
        npi: 1,
        addr: "72345".into(),
    };
    for (message, expected) in [
        (
            ShortMessage {
                source: word,
                ..base.clone()
            },
            CommandStatus::RINVSRCADR,
        ),
        (
            ShortMessage {
                dest: short,
                ..base.clone()
            },
            CommandStatus::RINVDSTADR,
        ),
        (
            ShortMessage {
                dest: Address::default(),
                ..base.clone()
            },
            CommandStatus::RINVDSTADR,
        ),
        (
            ShortMessage {
                data_coding: 4,
                ..base.clone()
            },
            CommandStatus::RSUBMITFAIL,
        ),
        (
            ShortMessage {
                data_coding: 8,
                ..base.clone()
            },
            CommandStatus::RSUBMITFAIL,
        ),
        (
            ShortMessage {
                data_coding: 0xf5,
                ..base.clone()
            },
            CommandStatus::RSUBMITFAIL,
        ),
        (
            ShortMessage {
                esm_class: 0x40,
                ..base.clone()
            },
            CommandStatus::RSUBMITFAIL,
        ),
        (
            ShortMessage {
                esm_class: 0x04,
                ..base.clone()
            },
            CommandStatus::RINVESMCLASS,
        ),
        (base.clone(), CommandStatus::ROK),
    ] {
        assert_eq!(peer.ask(&message).await, expected, "{message:?}");
    }
    assert_eq!(server.exchange.texts(), ["x"]);
}

#[tokio::test]
async fn who_may_not_submit_is_told_so() {
    let mut config = server_config();
    config.accounts.get_mut("gw1").unwrap().may_submit = false;
    let server = Edge::start(&config, FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    assert_eq!(peer.ask(&message(b"x")).await, CommandStatus::RSUBMITFAIL);
    assert!(server.exchange.texts().is_empty());
}

#[tokio::test]
async fn an_account_sends_only_in_the_names_of_its_sources() {
    let mut config = server_config();
    let own = [number(1).to_string(), "+1555000001".to_owned()];
    config.accounts.get_mut("gw1").unwrap().sources = own.to_vec();
    let server = Edge::start(&config, FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    let from = |n: u64, udh: &[u8]| ShortMessage {
        source: Address {
            addr: number(n).digits(),
            ..message(b"").source
        },
        esm_class: if udh.is_empty() { 0 } else { ShortMessage::ESM_UDHI },
        ..message(&[udh, b"x"].concat())
    };
    assert_eq!(peer.ask(&from(1, b"")).await, CommandStatus::ROK);
    assert_eq!(peer.ask(&from(12, b"")).await, CommandStatus::ROK);
    assert_eq!(peer.ask(&from(3, b"")).await, CommandStatus::RINVSRCADR);
    let part = [5, 0, 3, 7, 2, 1];
    assert_eq!(peer.ask(&from(3, &part)).await, CommandStatus::RINVSRCADR);
    assert_eq!(server.exchange.texts(), ["x", "x"]);
}

#[tokio::test]
async fn a_peer_that_unbinds_is_answered() {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let mut peer = Peer::bound(server.address(), 1).await;
    let now = peer.wire.now_ms();
    peer.wire.session.unbind(now);
    assert!(matches!(
        peer.event().await,
        Some(Event::Closed(CloseReason::Unbound))
    ));
}

#[tokio::test]
async fn shutting_down_unbinds_and_still_answers_what_is_under_way() {
    let server = Edge::start(&server_config(), FakeExchange::shut()).await;
    let mut peer = Peer::bound(server.address(), 4).await;
    peer.submit(&message(b"under way"));
    let exchange = server.exchange.clone();
    until("it is under way", || exchange.texts().len() == 1)
        .now_or_poll(&mut peer)
        .await;
    let end = tokio::spawn(server.service.shutdown());
    exchange.gate.add_permits(1);
    assert_eq!(peer.answer().await.1, CommandStatus::ROK);
    assert!(matches!(
        peer.event().await,
        Some(Event::Closed(CloseReason::PeerUnbound))
    ));
    peer.wire.finish().await;
    end.await.unwrap();
}

#[tokio::test]
async fn garbage_before_and_after_a_bind_ends_only_its_own_link() {
    use tokio::io::AsyncWriteExt;
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 64],
        &[0xff; 64],
        &[0, 0, 0, 16],
    ] {
        let mut tcp = TcpStream::connect(server.address()).await.unwrap();
        tcp.write_all(garbage).await.unwrap();
        drop(tcp);
    }
    let mut peer = Peer::bound(server.address(), 1).await;
    assert_eq!(peer.ask(&message(b"x")).await, CommandStatus::ROK);
}

/// Lets a peer write what it has while something is waited for.
trait NowOrPoll: Future<Output = ()> + Sized {
    async fn now_or_poll(self, peer: &mut Peer) {
        tokio::select! {
            () = self => {}
            event = peer.wire.next() => panic!("{event:?}"),
        }
    }
}
impl<F: Future<Output = ()>> NowOrPoll for F {}
