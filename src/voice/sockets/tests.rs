//! Peers that connect, stall, flood, do not read, and those that do as they should.

use std::sync::atomic::AtomicU64;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::voice::counters::Counters;
use crate::wire::sip::flow::Transport;
use crate::wire::sip::framing::{PING, PONG};

const OPTIONS: &str = "OPTIONS sip:x@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n\
     To: <sip:x@192.0.2.1>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 4\r\n\r\nbody";
const SOON: Duration = Duration::from_secs(5);

struct House {
    streams: Streams,
    events: mpsc::Receiver<StreamEvent>,
    counters: Arc<Counters>,
    quota: Quota,
    address: SocketAddr,
    certificate: rustls::pki_types::CertificateDer<'static>,
    _shutdown: tokio_util::sync::DropGuard,
}

fn limits() -> Limits {
    Limits {
        connections: 8,
        per_address: 4,
        idle: Duration::from_secs(60),
        patience: Duration::from_millis(300),
    }
}

async fn house(limits: Limits, tls: bool, gate: fn(IpAddr) -> bool) -> House {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["sip.example".to_owned()]).unwrap();
    let (sender, events) = mpsc::channel(64);
    let (numbers, shutdown) = (Arc::new(AtomicU64::new(1)), CancellationToken::new());
    let quota = Quota::new(limits.connections, limits.per_address);
    let counters = Arc::new(Counters::default());
    let acceptor = tls.then(|| {
        let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        tokio_rustls::TlsAcceptor::from(Arc::new(config))
    });
    let listener = Listener {
        gate: Arc::new(gate),
        limits,
        quota: quota.clone(),
        events: sender.clone(),
        numbers: numbers.clone(),
        counters: counters.clone(),
        shutdown: shutdown.clone(),
    };
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(listener.listen(socket, acceptor));
    House {
        streams: Streams::new(limits, quota.clone(), sender, numbers, shutdown.clone()),
        events,
        counters,
        quota,
        address,
        certificate: cert.der().clone(),
        _shutdown: shutdown.drop_guard(),
    }
}

impl House {
    async fn next(&mut self) -> StreamEvent {
        let event = timeout(SOON, self.events.recv()).await.unwrap().unwrap();
        self.streams.heed(&event);
        event
    }

    /// The next message, connections' comings passed over.
    async fn message(&mut self) -> (Source, Bytes) {
        loop {
            match self.next().await {
                StreamEvent::Message { source, bytes } => return (source, bytes),
                StreamEvent::Opened { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn closed(&mut self) -> Option<Hop> {
        loop {
            match self.next().await {
                StreamEvent::Closed { hop, .. } => return hop,
                StreamEvent::Opened { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn until(&self, enough: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !enough(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(SOON, waiting).await.unwrap();
    }

    fn connector(&self) -> tokio_rustls::TlsConnector {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config).into()
    }
}

async fn gone(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    matches!(timeout(SOON, stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
}

fn everybody(_: IpAddr) -> bool {
    true
}

#[tokio::test]
async fn a_message_in_pieces_is_one_and_two_in_one_piece_are_two() {
    let mut house = house(limits(), false, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    for piece in OPTIONS.as_bytes().chunks(7) {
        peer.write_all(piece).await.unwrap();
        tokio::task::yield_now().await;
    }
    let (source, bytes) = house.message().await;
    assert_eq!(
        (source.transport, source.remote),
        (Transport::Tcp, peer.local_addr().unwrap())
    );
    assert_eq!(bytes, OPTIONS);
    peer.write_all(format!("\r\n{OPTIONS}{OPTIONS}").as_bytes())
        .await
        .unwrap();
    assert_eq!(house.message().await.1, OPTIONS);
    assert_eq!(house.message().await.1, OPTIONS);
}

#[tokio::test]
async fn an_answer_goes_back_on_the_connection_and_a_ping_is_answered() {
    let mut house = house(limits(), false, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    peer.write_all(OPTIONS.as_bytes()).await.unwrap();
    let (source, _) = house.message().await;
    house
        .streams
        .send(&source.into(), Bytes::from_static(b"answer"))
        .unwrap();
    let mut buffer = [0; 6];
    timeout(SOON, peer.read_exact(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&buffer, b"answer");
    peer.write_all(PING).await.unwrap();
    let mut pong = [0; 2];
    timeout(SOON, peer.read_exact(&mut pong)).await.unwrap().unwrap();
    assert_eq!(&pong, PONG);
    drop(peer);
    assert_eq!(house.closed().await, None);
    assert_eq!(house.streams.len(), 0);
}

#[tokio::test]
async fn half_a_message_is_not_waited_for_longer_than_patience_lasts() {
    let mut house = house(limits(), false, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    // Drop by drop does not help: the message as a whole has its time.
    let half = OPTIONS.as_bytes()[..OPTIONS.len() - 60].to_vec();
    let (mut read, mut write) = peer.split();
    let dripping = async {
        for byte in half {
            if write.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let closing = async {
        let mut byte = [0];
        assert!(matches!(
            timeout(SOON, read.read(&mut byte)).await,
            Ok(Ok(0) | Err(_))
        ));
    };
    tokio::select! {
        () = dripping => panic!("it was waited for"),
        () = closing => {}
    }
    assert_eq!(house.closed().await, None);
}

#[tokio::test]
async fn a_handshake_that_stalls_gives_its_place_back() {
    let house = house(limits(), true, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    peer.write_all(&[0x16, 3, 1]).await.unwrap();
    house.until(|house| house.quota.used() == 1).await;
    assert!(gone(&mut peer).await);
    house.until(|house| house.quota.used() == 0).await;
    assert_eq!(Counters::of(&house.counters.handshakes_failed), 1);
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_at_once() {
    let house = house(limits(), false, everybody).await;
    let mut kept = Vec::new();
    for _ in 0..4 {
        kept.push(TcpStream::connect(house.address).await.unwrap());
    }
    house.until(|house| house.quota.used() == 4).await;
    let mut fifth = TcpStream::connect(house.address).await.unwrap();
    assert!(gone(&mut fifth).await);
    assert_eq!(Counters::of(&house.counters.connections_refused), 1);
    kept.clear();
    house.until(|house| house.quota.used() == 0).await;
}

#[tokio::test]
async fn whoever_is_not_listed_is_not_heard() {
    let house = house(limits(), false, |_| false).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    assert!(gone(&mut peer).await);
    assert_eq!(Counters::of(&house.counters.unlisted), 1);
}

#[tokio::test]
async fn what_is_not_sip_ends_the_connection_after_an_answer() {
    let mut house = house(limits(), false, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    let bad = OPTIONS.replace("Content-Length: 4", "Content-Length: 4\r\nContent-Length: 5");
    peer.write_all(bad.as_bytes()).await.unwrap();
    let (source, what) = loop {
        match house.next().await {
            StreamEvent::Broken { source, what } => break (source, what),
            StreamEvent::Opened { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    let Unreadable::Answerable(bad) = what else {
        panic!("{what:?}")
    };
    let answer = bad.answer(&source, "tag");
    house.streams.send(&answer.hop, answer.bytes).unwrap();
    let mut text = String::new();
    timeout(SOON, peer.read_to_string(&mut text))
        .await
        .unwrap()
        .unwrap();
    assert!(text.starts_with("SIP/2.0 400 "), "{text}");
    assert_eq!(house.closed().await, None);
}

#[tokio::test]
async fn a_peer_that_does_not_read_loses_its_connection() {
    let mut house = house(limits(), false, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    peer.write_all(OPTIONS.as_bytes()).await.unwrap();
    let (source, _) = house.message().await;
    let much = Bytes::from(vec![b'x'; 60_000]);
    let mut sent = 0;
    let refused = loop {
        match house.streams.send(&source.into(), much.clone()) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        tokio::task::yield_now().await;
        assert!(sent < 5000, "the queue has no bound");
    };
    assert_eq!(refused, Unsent::Slow);
    assert_eq!(house.closed().await, None);
    assert_eq!(house.streams.len(), 0);
    house.until(|house| house.quota.used() == 0).await;
}

#[tokio::test]
async fn a_connection_of_our_own_is_made_once_and_used_again() {
    let mut house = house(limits(), false, everybody).await;
    let hop = Hop {
        transport: Transport::Tcp,
        remote: house.address,
        connection: None,
        tls_name: None,
    };
    for _ in 0..3 {
        house
            .streams
            .send(&hop, Bytes::from_static(OPTIONS.as_bytes()))
            .unwrap();
    }
    let mut sources = Vec::new();
    for _ in 0..3 {
        sources.push(house.message().await.0.remote);
    }
    sources.dedup();
    assert_eq!((sources.len(), house.quota.used()), (1, 2));
}

#[tokio::test]
async fn a_peer_that_cannot_be_reached_is_told_of_by_its_hop() {
    let mut house = house(limits(), false, everybody).await;
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let hop = Hop {
        transport: Transport::Tcp,
        remote: free,
        connection: None,
        tls_name: None,
    };
    house.streams.send(&hop, Bytes::from_static(b"x")).unwrap();
    assert_eq!(house.closed().await, Some(hop));
    assert_eq!((house.streams.len(), house.quota.used()), (0, 0));
}

#[tokio::test]
async fn tls_goes_to_whom_the_certificate_names_and_to_nobody_else() {
    let mut house = house(limits(), true, everybody).await;
    let name: Arc<str> = Arc::from("sip.example");
    let connectors = Connectors {
        by_name: [(name.clone(), house.connector())].into(),
        other: Some(house.connector()),
    };
    house.streams.set_connectors(connectors);
    let hop = |name: Option<Arc<str>>| Hop {
        transport: Transport::Tls,
        remote: house.address,
        connection: None,
        tls_name: name,
    };
    let (right, wrong) = (hop(Some(name)), hop(Some(Arc::from("other.example"))));
    house
        .streams
        .send(&right, Bytes::from_static(OPTIONS.as_bytes()))
        .unwrap();
    let (source, bytes) = house.message().await;
    assert_eq!(
        (source.transport, &bytes[..]),
        (Transport::Tls, OPTIONS.as_bytes())
    );
    house
        .streams
        .send(&wrong, Bytes::from_static(OPTIONS.as_bytes()))
        .unwrap();
    assert_eq!(house.closed().await, Some(wrong));
}

#[tokio::test]
async fn a_silent_connection_is_closed_and_a_talking_one_is_kept() {
    let limits = Limits {
        idle: Duration::from_millis(150),
        ..limits()
    };
    let mut house = house(limits, false, everybody).await;
    let mut silent = TcpStream::connect(house.address).await.unwrap();
    assert!(gone(&mut silent).await);
    assert_eq!(house.closed().await, None);
    let mut talking = TcpStream::connect(house.address).await.unwrap();
    for _ in 0..5 {
        talking.write_all(OPTIONS.as_bytes()).await.unwrap();
        house.message().await;
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
}

fn bound(address: &str) -> std::io::Result<Udp> {
    BoundUdp::bind(address.parse().unwrap(), Tuning::default())?.watch()
}

#[tokio::test]
async fn datagrams_come_in_bursts_and_answers_go_back() {
    let mut udp = bound("127.0.0.1:0").unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let to = udp.local_addr().unwrap();
    for _ in 0..1000 {
        peer.send_to(OPTIONS.as_bytes(), to).await.unwrap();
    }
    let mut count = 0;
    let reading = async {
        while count < 1000 {
            udp.readable().await;
            while let Some((bytes, from)) = udp.receive() {
                assert_eq!((bytes, from), (OPTIONS.as_bytes(), peer.local_addr().unwrap()));
                count += 1;
            }
        }
    };
    timeout(SOON, reading).await.unwrap();
    udp.send(b"answer", peer.local_addr().unwrap()).unwrap();
    let mut buffer = [0; 10];
    assert_eq!(timeout(SOON, peer.recv(&mut buffer)).await.unwrap().unwrap(), 6);
}

#[tokio::test]
async fn one_socket_of_ipv6_speaks_ipv4_too() {
    let Ok(mut udp) = bound("[::]:0") else {
        return;
    };
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = udp.local_addr().unwrap().port();
    peer.send_to(b"x", ("127.0.0.1", port)).await.unwrap();
    timeout(SOON, udp.readable()).await.unwrap();
    let (_, from) = udp.receive().unwrap();
    assert_eq!(from, peer.local_addr().unwrap());
    udp.send(b"answer", from).unwrap();
    let mut buffer = [0; 10];
    assert_eq!(timeout(SOON, peer.recv(&mut buffer)).await.unwrap().unwrap(), 6);
}

fn outwards(remote: SocketAddr) -> Hop {
    Hop {
        transport: Transport::Tcp,
        remote,
        connection: None,
        tls_name: None,
    }
}

#[tokio::test]
async fn a_burst_goes_out_whole() {
    let limits = Limits {
        patience: SOON,
        ..limits()
    };
    let mut house = house(limits, false, everybody).await;
    let hop = outwards(house.address);
    for _ in 0..3000 {
        house
            .streams
            .send(&hop, Bytes::from_static(OPTIONS.as_bytes()))
            .unwrap();
    }
    for _ in 0..3000 {
        house.message().await;
    }
}

#[tokio::test]
async fn a_connection_s_end_is_not_that_of_its_successor() {
    let mut house = house(limits(), false, everybody).await;
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hop = outwards(peer.local_addr().unwrap());
    house.streams.send(&hop, Bytes::from_static(b"one")).unwrap();
    let (first, _) = timeout(SOON, peer.accept()).await.unwrap().unwrap();
    drop(first);
    // Its end waits to be heeded while the next message is sent.
    let ended = timeout(SOON, house.events.recv()).await.unwrap().unwrap();
    house.streams.send(&hop, Bytes::from_static(b"two")).unwrap();
    assert_eq!(house.streams.heed(&ended), None);
    let (mut second, _) = timeout(SOON, peer.accept()).await.unwrap().unwrap();
    let mut buffer = [0; 3];
    timeout(SOON, second.read_exact(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&buffer, b"two");
    drop(second);
    let ended = timeout(SOON, house.events.recv()).await.unwrap().unwrap();
    assert_eq!(house.streams.heed(&ended), Some(hop));
}

#[tokio::test]
async fn a_hop_whose_connection_has_gone_is_gone_to_anew_and_its_failure_names_both() {
    let mut house = house(limits(), false, everybody).await;
    let mut peer = TcpStream::connect(house.address).await.unwrap();
    peer.write_all(OPTIONS.as_bytes()).await.unwrap();
    let (source, _) = house.message().await;
    drop(peer);
    assert_eq!(house.closed().await, None);
    let listening = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hop = Hop {
        connection: source.connection,
        ..outwards(listening.local_addr().unwrap())
    };
    house.streams.send(&hop, Bytes::from_static(b"BYE")).unwrap();
    let (mut again, _) = timeout(SOON, listening.accept()).await.unwrap().unwrap();
    let mut buffer = [0; 3];
    timeout(SOON, again.read_exact(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&buffer, b"BYE");
    drop((again, listening));
    assert_eq!(house.closed().await, Some(hop));
}
