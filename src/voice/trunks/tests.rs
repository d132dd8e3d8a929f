//! Which trunk a call comes by, and which one it leaves by.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::config::sip::{CallerHeader, NumberStyle, SipConfig, TrunkTransport};
use crate::config::smpp::Password;
use crate::domain::E164;
use crate::wire::sip::flow::Transport;
use crate::wire::sip::message::Extra;

type Settings = BTreeMap<String, TrunkConfig>;

fn to(target: &str) -> TrunkConfig {
    TrunkConfig {
        targets: vec![target.into()],
        ..TrunkConfig::default()
    }
}

fn settings(trunks: &[(&str, TrunkConfig)]) -> Settings {
    trunks
        .iter()
        .map(|(name, config)| ((*name).to_owned(), config.clone()))
        .collect()
}

/// Trunks whose targets, addresses and ports all, have been found.
fn directory(settings: &Settings) -> Directory {
    let directory = Directory::default();
    directory.reload(settings);
    find(&directory);
    directory
}

fn find(directory: &Directory) {
    for trunk in directory.table().trunks() {
        for (index, target) in trunk.targets.iter().enumerate() {
            let address = SocketAddr::new(target.host.parse().unwrap(), target.port.unwrap_or(5060));
            trunk.set_places(
                index,
                vec![Candidate {
                    rank: (0, 0, 0),
                    weight: 1,
                    transport: Transport::Udp,
                    addresses: vec![address],
                    tls_name: None,
                }],
            );
        }
    }
    directory.refresh();
}

fn phone() -> E164 {
    "+14155550101".parse().unwrap()
}

fn wanted(carrier: &str) -> Wanted<'_> {
    Wanted {
        phone: phone(),
        carrier,
    }
}

fn names(routes: &[Route]) -> Vec<&str> {
    routes.iter().map(|route| &*route.trunk.name).collect()
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

#[test]
fn calls_leave_by_priority_and_the_carrier_s_own_trunk_comes_first() {
    let with = |target, priority| TrunkConfig {
        priority,
        ..to(target)
    };
    let directory = directory(&settings(&[
        ("a", with("192.0.2.1", 2)),
        ("b", with("192.0.2.2", 1)),
        ("c", with("192.0.2.3", 3)),
    ]));
    let table = directory.table();
    assert_eq!(
        names(&routes(&table, wanted(""), 0, &mut rng()).unwrap()),
        ["b", "a", "c"]
    );
    assert_eq!(
        names(&routes(&table, wanted("c"), 0, &mut rng()).unwrap()),
        ["c", "b", "a"]
    );
}

#[test]
fn weights_are_shares_of_first_places() {
    let with = |target, weight| TrunkConfig { weight, ..to(target) };
    let directory = directory(&settings(&[
        ("a", with("192.0.2.1", 3)),
        ("b", with("192.0.2.2", 1)),
        ("c", with("192.0.2.3", 0)),
    ]));
    let (table, mut rng) = (directory.table(), rng());
    let mut first: HashMap<String, u32> = HashMap::new();
    for _ in 0..4000 {
        let routes = routes(&table, wanted(""), 0, &mut rng).unwrap();
        *first.entry(routes[0].trunk.name.to_string()).or_default() += 1;
        assert_eq!(&*routes[2].trunk.name, "c");
    }
    assert!(first["a"].abs_diff(3000) < 150, "{first:?}");
}

#[test]
fn a_trunk_that_fails_comes_last_until_it_has_rested() {
    let directory = directory(&settings(&[
        ("a", to("192.0.2.1")),
        (
            "b",
            TrunkConfig {
                priority: 9,
                ..to("192.0.2.2")
            },
        ),
    ]));
    let table = directory.table();
    let hop = all_hops(&table.trunk("a").unwrap().standing.places())[0].clone();
    let standing = table.trunk("a").unwrap().standing.clone();
    standing.with_health(|health| health.failed(1000, &hop));
    assert_eq!(
        names(&routes(&table, wanted("a"), 1000, &mut rng()).unwrap()),
        ["b", "a"]
    );
    assert_eq!(
        names(&routes(&table, wanted("a"), 3000, &mut rng()).unwrap()),
        ["a", "b"]
    );
}

#[test]
fn of_a_trunk_s_targets_the_ones_that_work_come_first() {
    let two = TrunkConfig {
        targets: vec!["192.0.2.1".into(), "192.0.2.2".into()],
        ..TrunkConfig::default()
    };
    let directory = directory(&settings(&[("a", two)]));
    let table = directory.table();
    let trunk = table.trunk("a").unwrap();
    let hops = all_hops(&trunk.standing.places());
    trunk.standing.with_health(|health| health.failed(0, &hops[0]));
    let routes = routes(&table, wanted(""), 0, &mut rng()).unwrap();
    assert_eq!(
        routes.iter().map(|route| route.target).collect::<Vec<_>>(),
        [1, 0]
    );
}

#[test]
fn phones_that_a_trunk_reaches_are_reached_by_it_alone_and_others_never() {
    let soft = |target, prefix: &str| TrunkConfig {
        reaches: vec![prefix.into()],
        ..to(target)
    };
    let directory = directory(&settings(&[
        ("all", to("192.0.2.1")),
        ("near", soft("192.0.2.2", "+1415")),
        ("own", soft("192.0.2.3", "+14155550101")),
    ]));
    let table = directory.table();
    assert_eq!(
        names(&routes(&table, wanted("all"), 0, &mut rng()).unwrap()),
        ["own"]
    );
    let other = Wanted {
        phone: "+442071838750".parse().unwrap(),
        carrier: "own",
    };
    assert_eq!(names(&routes(&table, other, 0, &mut rng()).unwrap()), ["all"]);
}

#[test]
fn a_trunk_takes_as_many_calls_as_it_may_and_gives_the_place_back() {
    let narrow = TrunkConfig {
        max_channels: 2,
        ..to("192.0.2.1")
    };
    let directory = directory(&settings(&[("a", narrow)]));
    let table = directory.table();
    let trunk = table.trunk("a").unwrap();
    let (first, second) = (trunk.seize(0), trunk.seize(0));
    assert!(first.is_some() && second.is_some() && trunk.seize(0).is_none());
    assert_eq!(
        routes(&table, wanted(""), 0, &mut rng()).unwrap_err(),
        NoRoute::Full
    );
    drop(first);
    assert_eq!(names(&routes(&table, wanted(""), 0, &mut rng()).unwrap()), ["a"]);
    assert_eq!(trunk.view().refused, 2);
    assert_eq!(trunk.view().channels, 1);
}

#[test]
fn a_trunk_takes_so_many_calls_a_second() {
    let slow = TrunkConfig {
        calls_per_s: 1,
        ..to("192.0.2.1")
    };
    let directory = directory(&settings(&[("a", slow)]));
    let table = directory.table();
    let trunk = table.trunk("a").unwrap();
    assert!(trunk.seize(5000).is_some() && trunk.seize(5500).is_none() && trunk.seize(6000).is_some());
    assert_eq!(
        routes(&table, wanted(""), 6100, &mut rng()).unwrap_err(),
        NoRoute::Full
    );
}

#[test]
fn no_call_leaves_by_a_trunk_that_is_not_found_not_registered_or_for_arrivals_only() {
    let registering = TrunkConfig {
        registrar: "192.0.2.9".into(),
        username: "me".into(),
        ..to("192.0.2.1")
    };
    let arrivals = TrunkConfig {
        outbound: false,
        ..to("192.0.2.2")
    };
    let one = directory(&settings(&[("a", registering), ("b", arrivals)]));
    let table = one.table();
    assert_eq!(
        routes(&table, wanted(""), 0, &mut rng()).unwrap_err(),
        NoRoute::NoTrunk
    );
    let standing = table.trunk("a").unwrap().standing.clone();
    standing
        .registered
        .store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(names(&routes(&table, wanted(""), 0, &mut rng()).unwrap()), ["a"]);
    let lost = Directory::default();
    lost.reload(&settings(&[("a", to("sip.example"))]));
    assert_eq!(
        routes(&lost.table(), wanted(""), 0, &mut rng()).unwrap_err(),
        NoRoute::NoTrunk
    );
}

#[test]
fn whoever_calls_is_known_by_address_and_port_then_address_then_network() {
    let listed = |networks: &[&str]| TrunkConfig {
        allow: networks.iter().map(|n| (*n).to_owned()).collect(),
        ..TrunkConfig::default()
    };
    let digest = TrunkConfig {
        inbound_username: "gw".into(),
        inbound_password: Password("x".into()),
        ..listed(&["192.0.2.0/24"])
    };
    let one = directory(&settings(&[
        ("a-digest", digest),
        ("b-network", listed(&["192.0.2.0/24", "2001:db8::/32"])),
        ("c-phone", to("192.0.2.1:5070")),
        ("d-phone", to("192.0.2.1:5080")),
        (
            "e-out",
            TrunkConfig {
                inbound: false,
                ..to("198.51.100.1")
            },
        ),
    ]));
    let table = one.table();
    let from = |address: &str| -> Vec<String> {
        let found = table.callers(address.parse().unwrap());
        found.iter().map(|trunk| trunk.name.to_string()).collect()
    };
    assert_eq!(
        from("192.0.2.1:5080"),
        ["d-phone", "c-phone", "b-network", "a-digest"]
    );
    assert_eq!(from("[::ffff:192.0.2.1]:5070")[0], "c-phone");
    assert_eq!(from("192.0.2.8:5060"), ["b-network", "a-digest"]);
    assert_eq!(from("[2001:db8::1]:5060"), ["b-network"]);
    assert_eq!(from("198.51.100.1:5060"), [""; 0]);
    assert_eq!(from("203.0.113.1:5060"), [""; 0]);
    let admits = |ip: &str| table.admits(ip.parse().unwrap());
    // Answers to our own calls come from there.
    assert!(admits("198.51.100.1") && admits("192.0.2.8") && !admits("203.0.113.1"));
}

#[test]
fn a_wide_network_does_not_open_what_a_narrower_match_keeps_by_password() {
    let listed = |network: &str| TrunkConfig {
        allow: vec![network.into()],
        ..TrunkConfig::default()
    };
    let guarded = |config: TrunkConfig| TrunkConfig {
        inbound_username: "gw".into(),
        inbound_password: Password("x".into()),
        ..config
    };
    let one = directory(&settings(&[
        ("a-wide", listed("10.0.0.0/8")),
        ("b-phone", guarded(to("10.1.2.3"))),
        ("c-narrow", guarded(listed("10.2.0.0/16"))),
        ("d-host", guarded(listed("10.3.0.1"))),
        ("e-host", listed("10.3.0.1")),
    ]));
    let table = one.table();
    let from = |address: &str| -> Vec<String> {
        let found = table.callers(address.parse().unwrap());
        found.iter().map(|trunk| trunk.name.to_string()).collect()
    };
    assert_eq!(from("10.1.2.3:5060"), ["b-phone", "a-wide"]);
    assert_eq!(from("10.1.2.3:40000"), ["b-phone", "a-wide"]);
    assert_eq!(from("10.2.0.1:5060"), ["c-narrow", "a-wide"]);
    assert_eq!(from("10.3.0.1:5060"), ["e-host", "d-host", "a-wide"]);
    assert_eq!(from("10.9.0.1:5060"), ["a-wide"]);
}

#[test]
fn a_trunk_known_by_password_alone_may_come_from_anywhere() {
    let roaming = TrunkConfig {
        inbound_username: "gw".into(),
        inbound_password: Password("x".into()),
        ..TrunkConfig::default()
    };
    let one = directory(&settings(&[("a", roaming), ("b", to("192.0.2.1"))]));
    let table = one.table();
    assert!(table.admits("203.0.113.1".parse().unwrap()));
    let callers = table.callers("192.0.2.1:5060".parse().unwrap());
    assert_eq!(callers.iter().map(|t| &*t.name).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn a_reload_keeps_what_is_the_same_and_the_channels_of_what_changed() {
    let directory = directory(&settings(&[
        ("a", to("192.0.2.1")),
        ("b", to("192.0.2.2")),
        ("c", to("192.0.2.3")),
    ]));
    let before = directory.table();
    let call = before.trunk("b").unwrap().seize(0).unwrap();
    let gone = before.trunk("c").unwrap().seize(0).unwrap();
    let changed = TrunkConfig {
        priority: 5,
        ..to("192.0.2.22")
    };
    let after = directory.reload(&settings(&[
        ("a", to("192.0.2.1")),
        ("b", changed),
        ("d", to("192.0.2.4")),
    ]));
    assert!(Arc::ptr_eq(before.trunk("a").unwrap(), after.trunk("a").unwrap()));
    assert!(!all_hops(&after.trunk("a").unwrap().standing.places()).is_empty());
    let changed = after.trunk("b").unwrap();
    assert_eq!(
        (changed.view().channels, changed.standing.places()),
        (1, vec![vec![]])
    );
    assert!(after.trunk("c").is_none() && after.trunk("d").is_some());
    drop((call, gone));
    assert_eq!(changed.view().channels, 0);
    assert!(!after.admits("192.0.2.2".parse().unwrap()) && after.admits("192.0.2.1".parse().unwrap()));
}

#[test]
fn a_trunk_is_told_numbers_in_its_own_way_and_the_shown_number_alone() {
    let config = TrunkConfig {
        transport: TrunkTransport::Tcp,
        numbers: NumberStyle::National,
        country_code: "49".into(),
        national_prefix: "0".into(),
        username: "acct".into(),
        password: Password("x".into()),
        caller: vec![CallerHeader::PAssertedIdentity, CallerHeader::RemotePartyId],
        from_domain: "pool.example".into(),
        no_answer_s: 3,
        ..to("192.0.2.1:5080")
    };
    let directory = directory(&settings(&[("a", config)]));
    let routes = routes(&directory.table(), wanted(""), 0, &mut rng()).unwrap();
    let own = Own::new(&SipConfig::default(), "sip.example.org");
    let made = attempt(&routes[0], phone(), "+4930123456".parse().unwrap(), &own);
    assert_eq!(
        made.uri,
        "sip:0014155550101@192.0.2.1:5080;user=phone;transport=tcp"
    );
    assert_eq!(made.to, "<sip:0014155550101@192.0.2.1:5080;user=phone>");
    assert_eq!(made.from, "<sip:acct@pool.example>");
    let shown = "<sip:030123456@pool.example;user=phone>";
    assert_eq!(
        made.identity,
        [
            Extra::PAssertedIdentity(shown.into()),
            Extra::RemotePartyId(format!("{shown};party=calling;screen=yes;privacy=off")),
        ]
    );
    assert_eq!(
        (made.silence_ms, made.credentials.unwrap().username.as_str()),
        (3000, "acct")
    );
    assert_eq!(made.options.contact_user, "+4930123456");
}

#[test]
fn a_changed_trunk_keeps_the_places_of_targets_that_it_still_has() {
    let two = TrunkConfig {
        targets: vec!["192.0.2.1".into(), "192.0.2.2".into()],
        ..TrunkConfig::default()
    };
    let directory = directory(&settings(&[("a", two.clone())]));
    let before = directory.table().trunk("a").unwrap().clone();
    let turned = TrunkConfig {
        targets: vec!["192.0.2.3".into(), "192.0.2.1".into()],
        weight: 7,
        ..two.clone()
    };
    let after = directory.reload(&settings(&[("a", turned.clone())]));
    let places = after.trunk("a").unwrap().standing.places();
    assert_eq!((places[0].len(), places[1][0].rank), (0, (1, 0, 0)));
    assert_eq!(places[1][0].addresses, ["192.0.2.1:5060".parse().unwrap()]);
    let admits = |ip: &str| after.admits(ip.parse().unwrap());
    assert!(admits("192.0.2.1") && !admits("192.0.2.2"));
    // What the trunk of before is still looking for is not this one's.
    let late = before.standing.places()[1].clone();
    before.set_places(0, late);
    assert!(before.standing.places()[0].is_empty());
    let by_tcp = TrunkConfig {
        transport: TrunkTransport::Tcp,
        ..turned
    };
    let after = directory.reload(&settings(&[("a", by_tcp)]));
    assert!(all_hops(&after.trunk("a").unwrap().standing.places()).is_empty());
}
