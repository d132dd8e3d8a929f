//! Targets found by the rules of RFC 3263 and 2782, from records made up and from a DNS server of the test.

use std::collections::HashMap;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::net::UdpSocket;

use super::*;

const BOTH: Families = Families { v4: true, v6: true };

#[derive(Default)]
struct Zone {
    naptr: HashMap<&'static str, Vec<Naptr>>,
    srv: HashMap<&'static str, Vec<Srv>>,
    hosts: HashMap<&'static str, Vec<&'static str>>,
    broken: Vec<&'static str>,
}

fn answer<T: Clone>(known: Option<&Vec<T>>) -> Records<T> {
    Records {
        records: known.cloned().unwrap_or_default(),
        ttl_s: 300,
    }
}

#[async_trait]
impl Lookups for Zone {
    async fn naptr(&self, name: &str) -> Result<Records<Naptr>, LookupError> {
        Ok(answer(self.naptr.get(name)))
    }

    async fn srv(&self, name: &str) -> Result<Records<Srv>, LookupError> {
        Ok(answer(self.srv.get(name)))
    }

    async fn addresses(&self, host: &str) -> Result<Records<IpAddr>, LookupError> {
        if self.broken.contains(&host) {
            return Err(LookupError {
                name: host.into(),
                detail: "timed out".into(),
            });
        }
        let known = self
            .hosts
            .get(host)
            .map(|ips| ips.iter().map(|ip| ip.parse().unwrap()).collect());
        Ok(answer(known.as_ref()))
    }
}

fn naptr(order: u16, preference: u16, flags: &str, service: &str, replacement: &str) -> Naptr {
    Naptr {
        order,
        preference,
        flags: flags.into(),
        service: service.into(),
        replacement: replacement.into(),
    }
}

fn srv(priority: u16, weight: u16, port: u16, target: &str) -> Srv {
    Srv {
        priority,
        weight,
        port,
        target: target.into(),
    }
}

/// `udp 192.0.2.1:5060` and so on, best first.
fn places(resolved: &Resolved) -> Vec<String> {
    let mut rng = StdRng::seed_from_u64(1);
    in_order(&resolved.candidates, &mut rng, 100)
        .iter()
        .map(|hop| format!("{} {}", hop.transport.as_str().to_lowercase(), hop.remote))
        .collect()
}

async fn find(
    lookups: &dyn Lookups,
    target: &str,
    index: u16,
    transport: TrunkTransport,
    families: Families,
) -> Result<Resolved, ResolveError> {
    let target = Target::parse(target).unwrap();
    resolve(lookups, &target, index, transport, families).await
}

async fn look(zone: &Zone, target: &str, transport: TrunkTransport) -> Result<Vec<String>, ResolveError> {
    let found = resolve(zone, &Target::parse(target).unwrap(), 0, transport, BOTH).await?;
    Ok(places(&found))
}

#[tokio::test]
async fn an_address_needs_no_question() {
    let zone = Zone::default();
    for (target, transport, place) in [
        ("192.0.2.7", TrunkTransport::Auto, "udp 192.0.2.7:5060"),
        ("192.0.2.7", TrunkTransport::Tcp, "tcp 192.0.2.7:5060"),
        ("192.0.2.7", TrunkTransport::Tls, "tls 192.0.2.7:5061"),
        ("192.0.2.7:5080", TrunkTransport::Tls, "tls 192.0.2.7:5080"),
        (
            "[2001:db8::7]:5080",
            TrunkTransport::Auto,
            "udp [2001:db8::7]:5080",
        ),
    ] {
        assert_eq!(look(&zone, target, transport).await.unwrap(), [place]);
    }
    let found = find(&zone, "192.0.2.7", 3, TrunkTransport::Tls, BOTH);
    let found = found.await.unwrap();
    assert_eq!((found.ttl_s, found.candidates[0].rank), (None, (3, 0, 0)));
    assert_eq!(found.candidates[0].tls_name.as_deref(), Some("192.0.2.7"));
}

#[tokio::test]
async fn a_port_in_the_setting_asks_for_addresses_alone() {
    let zone = Zone {
        srv: HashMap::from([("_sip._udp.c.example", vec![srv(1, 1, 1, "other.example")])]),
        hosts: HashMap::from([("c.example", vec!["192.0.2.1", "192.0.2.2"])]),
        ..Zone::default()
    };
    let found = look(&zone, "c.example:5070", TrunkTransport::Auto).await.unwrap();
    assert_eq!(found, ["udp 192.0.2.1:5070", "udp 192.0.2.2:5070"]);
}

#[tokio::test]
async fn naptr_says_which_transports_and_in_which_order() {
    let zone = Zone {
        naptr: HashMap::from([(
            "c.example",
            vec![
                naptr(50, 50, "s", "SIP+D2T", "_sip._tcp.c.example"),
                naptr(100, 50, "s", "SIP+D2U", "_sip._udp.c.example"),
                naptr(10, 10, "u", "E2U+sip", "elsewhere.example"),
                naptr(90, 50, "S", "sips+d2t", "_sips._tcp.c.example"),
            ],
        )]),
        srv: HashMap::from([
            ("_sip._tcp.c.example", vec![srv(0, 1, 5062, "t.example")]),
            ("_sip._udp.c.example", vec![srv(0, 1, 5060, "u.example")]),
            ("_sips._tcp.c.example", vec![srv(0, 1, 5061, "s.example")]),
        ]),
        hosts: HashMap::from([
            ("t.example", vec!["192.0.2.1"]),
            ("u.example", vec!["192.0.2.2"]),
            ("s.example", vec!["192.0.2.3"]),
        ]),
        ..Zone::default()
    };
    let found = look(&zone, "c.example", TrunkTransport::Auto).await.unwrap();
    assert_eq!(
        found,
        ["tcp 192.0.2.1:5062", "tls 192.0.2.3:5061", "udp 192.0.2.2:5060"]
    );
    let fixed = look(&zone, "c.example", TrunkTransport::Udp).await.unwrap();
    assert_eq!(fixed, ["udp 192.0.2.2:5060"]);
}

#[tokio::test]
async fn a_certificate_is_expected_for_the_name_in_the_settings() {
    let zone = Zone {
        srv: HashMap::from([(
            "_sips._tcp.c.example",
            vec![srv(0, 1, 5061, "host7.other.example")],
        )]),
        hosts: HashMap::from([("host7.other.example", vec!["192.0.2.3"])]),
        ..Zone::default()
    };
    let found = find(&zone, "c.example", 0, TrunkTransport::Tls, BOTH);
    let found = found.await.unwrap();
    assert_eq!(found.candidates[0].tls_name.as_deref(), Some("c.example"));
}

#[tokio::test]
async fn without_naptr_srv_is_tried_and_without_srv_the_host_itself() {
    let zone = Zone {
        srv: HashMap::from([
            (
                "_sip._udp.s.example",
                vec![srv(20, 1, 5060, "b.example"), srv(10, 1, 5080, "a.example")],
            ),
            ("_sip._tcp.none.example", vec![srv(0, 0, 0, ".")]),
        ]),
        hosts: HashMap::from([
            ("a.example", vec!["192.0.2.1"]),
            ("b.example", vec!["2001:db8::2"]),
            ("plain.example", vec!["192.0.2.9"]),
            ("none.example", vec!["192.0.2.8"]),
        ]),
        ..Zone::default()
    };
    let found = look(&zone, "s.example", TrunkTransport::Auto).await.unwrap();
    assert_eq!(found, ["udp 192.0.2.1:5080", "udp [2001:db8::2]:5060"]);
    let found = look(&zone, "plain.example", TrunkTransport::Auto).await.unwrap();
    assert_eq!(found, ["udp 192.0.2.9:5060"]);
    let found = look(&zone, "plain.example", TrunkTransport::Tls).await.unwrap();
    assert_eq!(found, ["tls 192.0.2.9:5061"]);
    // A lone dot says that the service is not offered.
    let refused = look(&zone, "none.example", TrunkTransport::Tcp)
        .await
        .unwrap_err();
    assert_eq!(refused, ResolveError::Nowhere("none.example".into()));
    let v4 = Families { v4: true, v6: false };
    let found = find(&zone, "s.example", 0, TrunkTransport::Udp, v4);
    assert_eq!(places(&found.await.unwrap()), ["udp 192.0.2.1:5080"]);
}

#[tokio::test]
async fn one_host_without_an_answer_does_not_spoil_the_others() {
    let zone = Zone {
        srv: HashMap::from([(
            "_sip._udp.s.example",
            vec![srv(1, 1, 5060, "dead.example"), srv(2, 1, 5060, "a.example")],
        )]),
        hosts: HashMap::from([("a.example", vec!["192.0.2.1"])]),
        broken: vec!["dead.example"],
        ..Zone::default()
    };
    let found = look(&zone, "s.example", TrunkTransport::Udp).await.unwrap();
    assert_eq!(found, ["udp 192.0.2.1:5060"]);
    let refused = look(&zone, "dead.example:5060", TrunkTransport::Udp)
        .await
        .unwrap_err();
    assert!(matches!(refused, ResolveError::Lookup(_)), "{refused}");
}

fn candidate(priority: u16, weight: u16, last: u8) -> Candidate {
    Candidate {
        rank: (0, 0, priority),
        weight,
        transport: Transport::Udp,
        addresses: vec![SocketAddr::from(([192, 0, 2, last], 5060))],
        tls_name: None,
    }
}

#[test]
fn priorities_come_in_order_and_weights_are_shares() {
    let candidates = [
        candidate(2, 100, 9),
        candidate(1, 60, 1),
        candidate(1, 30, 2),
        candidate(1, 10, 3),
        candidate(1, 0, 4),
    ];
    let mut rng = StdRng::seed_from_u64(7);
    let mut first = [0_u32; 10];
    for _ in 0..10_000 {
        let hops = in_order(&candidates, &mut rng, 10);
        let last = |at: usize| match hops[at].remote.ip() {
            IpAddr::V4(ip) => usize::from(ip.octets()[3]),
            IpAddr::V6(_) => 0,
        };
        assert_eq!((hops.len(), last(4)), (5, 9));
        first[last(0)] += 1;
    }
    for (which, share) in [(1, 6000), (2, 3000), (3, 1000)] {
        assert!(first[which].abs_diff(share) < 200, "{first:?}");
    }
    assert_eq!(first[4] + first[9], 0);
    assert_eq!(in_order(&candidates, &mut rng, 2).len(), 2);
    assert_eq!(in_order(&[], &mut rng, 2), []);
}

#[test]
fn weights_of_nought_share_evenly_among_themselves() {
    let candidates = [candidate(1, 0, 1), candidate(1, 0, 2)];
    let mut rng = StdRng::seed_from_u64(7);
    let first = candidates[0].addresses[0];
    let count = (0..1000)
        .filter(|_| in_order(&candidates, &mut rng, 1)[0].remote == first)
        .count();
    assert!((400..600).contains(&count), "{count}");
}

/// Answers by the zone below until the test ends.
async fn dns_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        loop {
            let (length, peer) = socket.recv_from(&mut buffer).await.unwrap();
            let query = Message::from_vec(&buffer[..length]).unwrap();
            let _ = socket.send_to(&reply(&query), peer).await;
        }
    });
    address
}

fn reply(query: &Message) -> Vec<u8> {
    let question = query.queries[0].clone();
    let name = question.name().to_ascii();
    let of = |text: &str| Name::from_ascii(text).unwrap();
    let data = match (name.as_str(), question.query_type()) {
        ("c.example.", RecordType::NAPTR) => Some(RData::NAPTR(NAPTR::new(
            1,
            1,
            b"s".to_vec().into(),
            b"SIP+D2T".to_vec().into(),
            Vec::new().into(),
            of("_sip._tcp.c.example."),
        ))),
        ("_sip._tcp.c.example.", RecordType::SRV) => {
            Some(RData::SRV(SRV::new(1, 1, 5066, of("sbc.c.example."))))
        }
        ("sbc.c.example.", RecordType::A) => Some(RData::A(A::new(192, 0, 2, 77))),
        _ => None,
    };
    let mut message = Message::response(query.metadata.id, query.metadata.op_code);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.add_query(question.clone());
    match data {
        Some(data) => {
            message.add_answer(Record::from_rdata(question.name().clone(), 120, data));
        }
        None if name == "refused.example." => message.metadata.response_code = ResponseCode::Refused,
        None => message.metadata.response_code = ResponseCode::NXDomain,
    }
    message.to_vec().unwrap()
}

#[tokio::test]
async fn records_come_from_a_dns_server_with_their_time_to_live() {
    let dns = Dns::new(Some(dns_server().await)).unwrap();
    let found = find(&dns, "c.example", 0, TrunkTransport::Auto, BOTH);
    let found = found.await.unwrap();
    assert_eq!(places(&found), ["tcp 192.0.2.77:5066"]);
    assert!(
        found.ttl_s.is_some_and(|ttl| (1..=120).contains(&ttl)),
        "{found:?}"
    );
    let nowhere = find(&dns, "x.example", 0, TrunkTransport::Auto, BOTH);
    assert_eq!(nowhere.await, Err(ResolveError::Nowhere("x.example".into())));
    let refused = find(&dns, "refused.example", 0, TrunkTransport::Auto, BOTH);
    assert!(matches!(refused.await, Err(ResolveError::Lookup(_))));
}
