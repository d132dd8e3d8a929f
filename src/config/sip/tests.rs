//! What is refused, and what the refusals say.

use super::*;
use crate::config::smpp::Password;

fn trunk() -> TrunkConfig {
    TrunkConfig {
        targets: vec!["192.0.2.7".into()],
        ..TrunkConfig::default()
    }
}

fn with(trunk: TrunkConfig) -> Vec<String> {
    let trunks = BTreeMap::from([("acme".to_owned(), trunk)]);
    SipConfig {
        trunks,
        ..SipConfig::default()
    }
    .problems()
}

#[test]
fn the_defaults_are_sound_and_an_empty_section_means_them() {
    assert_eq!(SipConfig::default().problems(), Vec::<String>::new());
    assert_eq!(toml::from_str::<SipConfig>("").unwrap(), SipConfig::default());
    assert_eq!(with(trunk()), Vec::<String>::new());
}

#[test]
fn each_bad_value_is_named_with_what_is_allowed() {
    let config = SipConfig {
        listen: "5060".into(),
        dns_server: "localhost".into(),
        tls_listen: "127.0.0.1:5061".into(),
        advertise: "sip.example.org:5060".into(),
        max_calls: 0,
        t2_ms: 1,
        session_expires_s: 60,
        ..SipConfig::default()
    };
    let problems = config.problems();
    let keys = [
        "listen",
        "dns_server",
        "tls_certificate",
        "tls_key",
        "advertise",
        "max_calls",
        "t2_ms",
        "session_expires_s",
    ];
    assert_eq!(problems.len(), keys.len(), "{problems:?}");
    for (problem, key) in problems.iter().zip(keys) {
        assert!(problem.starts_with(&format!("sip.{key} is `")), "{problem}");
        assert!(problem.contains("allowed is"), "{problem}");
    }
}

#[test]
fn whoever_listens_on_all_addresses_says_which_one_trunks_are_to_use() {
    let config = SipConfig {
        listen: "0.0.0.0:5060".into(),
        ..SipConfig::default()
    };
    assert!(config.problems().concat().starts_with("sip.advertise is ``"));
    let config = SipConfig {
        advertise: "sip.example.org".into(),
        ..config
    };
    assert_eq!(config.problems(), Vec::<String>::new());
}

#[test]
fn a_trunk_that_cannot_work_is_refused() {
    let bad = |change: fn(&mut TrunkConfig)| {
        let mut trunk = trunk();
        change(&mut trunk);
        with(trunk)
    };
    for (key, problems) in [
        ("targets", bad(|t| t.targets.clear())),
        ("targets", bad(|t| t.targets = vec!["a b".into()])),
        ("targets", bad(|t| t.targets = vec!["host:0".into()])),
        ("allow", bad(|t| t.allow = vec!["192.0.2.0/33".into()])),
        ("username", bad(|t| t.registrar = "reg.example.net".into())),
        ("username", bad(|t| t.password = Password("x".into()))),
        ("inbound_password", bad(|t| t.inbound_username = "gw".into())),
        (
            "inbound_username",
            bad(|t| {
                t.inbound_username = "g\"w".into();
                t.inbound_password = Password("x".into());
            }),
        ),
        (
            "tls_ca",
            bad(|t| {
                t.tls_ca = Some("ca.pem".into());
                t.transport = TrunkTransport::Udp;
            }),
        ),
        ("inbound", bad(|t| (t.inbound, t.outbound) = (false, false))),
        ("country_code", bad(|t| t.numbers = NumberStyle::National)),
        ("country_code", bad(|t| t.country_code = "+49".into())),
        ("trust", bad(|t| t.trust = vec![CallerHeader::From; 2])),
        ("reaches", bad(|t| t.reaches = vec!["1555".into()])),
        ("from_domain", bad(|t| t.from_domain = "a:5060".into())),
        ("keep_alive_s", bad(|t| t.keep_alive_s = 4000)),
    ] {
        assert_eq!(problems.len(), 1, "{key}: {problems:?}");
        assert!(
            problems[0].starts_with(&format!("sip.trunks.acme.{key} ")),
            "{problems:?}"
        );
    }
}

#[test]
fn a_trunk_that_only_brings_calls_needs_no_target() {
    let listed = TrunkConfig {
        allow: vec!["192.0.2.0/24".into()],
        ..TrunkConfig::default()
    };
    let known = TrunkConfig {
        inbound_username: "gw".into(),
        inbound_password: Password("secret".into()),
        ..TrunkConfig::default()
    };
    assert_eq!(with(listed), Vec::<String>::new());
    assert_eq!(with(known), Vec::<String>::new());
}

#[test]
fn passwords_are_shown_neither_in_debug_output_nor_in_refusals() {
    let secret = TrunkConfig {
        username: "me".into(),
        password: Password("hunter2\n".into()),
        inbound_username: "gw".into(),
        inbound_password: Password("hunter2".into()),
        ..trunk()
    };
    assert!(!format!("{secret:?}").contains("hunter2"));
    assert!(!with(secret).join(" ").contains("hunter2"));
}

#[test]
fn targets_are_hosts_with_or_without_a_port() {
    for (text, host, port) in [
        ("sip.example.net", "sip.example.net", None),
        ("192.0.2.7:5080", "192.0.2.7", Some(5080)),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:5080", "2001:db8::1", Some(5080)),
    ] {
        let read = Target::parse(text).unwrap();
        assert_eq!((read.host.as_str(), read.port), (host, port));
    }
    for text in [
        "",
        ":5060",
        "a:",
        "a:b",
        "a:65536",
        "[::1",
        "[x]:5060",
        "2001:db8::1",
        "a/b",
        "sip:a@b",
    ] {
        assert_eq!(Target::parse(text), None, "{text}");
    }
}
