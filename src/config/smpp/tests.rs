use super::*;

fn parse(text: &str) -> Result<SmppConfig, String> {
    toml::from_str(text).map_err(|e| e.to_string())
}

#[test]
fn nothing_at_all_is_a_valid_section() {
    let config = parse("").unwrap();
    assert_eq!(config, SmppConfig::default());
    assert_eq!(config.validate(), Ok(()));
    assert_eq!(config.listen, "127.0.0.1:2775");
}

#[test]
fn a_whole_section_is_read() {
    let config = parse(
        r#"
        tls_listen = "0.0.0.0:3550"
        tls_certificate = "/etc/partyline/smpp.pem"
        tls_key = "/etc/partyline/smpp.key"
        [accounts.gw1]
        password = "secret"
        allowed_ips = ["192.0.2.0/24", "2001:db8::7"]
        reaches = ["+1555"]
        throughput_per_s = 50
        [carriers.acme]
        long_text = "sar"
        default_region = "US"
        [[carriers.acme.binds]]
        host = "smsc.example"
        system_id = "partyline"
        password = "secret"
        tls = true
        mode = "pair"
        [[carriers.acme.binds]]
        host = "smsc2.example"
        port = 2776
        system_id = "partyline"
        "#,
    )
    .unwrap();
    assert_eq!(config.validate(), Ok(()));
    let acme = &config.carriers["acme"];
    assert_eq!((acme.binds[0].mode, acme.binds[1].port), (LinkMode::Pair, 2776));
    assert_eq!(acme.long_text, LongText::Sar);
}

#[test]
fn unknown_settings_are_refused() {
    for text in [
        "lisen = 'x'",
        "[accounts.a]\nwindows = 1",
        "[carriers.c]\nbind = []",
    ] {
        assert!(parse(text).unwrap_err().contains("unknown field"), "{text}");
    }
}

#[test]
fn every_mistake_is_named_with_what_is_allowed() {
    let config = parse(
        r#"
        listen = "localhost"
        tls_listen = "127.0.0.1:3550"
        part_ack_ms = -1
        [accounts.a-name-that-is-too-long]
        password = "password that is too long"
        allowed_ips = ["192.0.2.0/33"]
        reaches = ["1555"]
        [accounts.loopback]
        password = "x"
        [accounts.twice]
        password = "x"
        [carriers.twice]
        binds = []
        reconnect_max_ms = 5
        default_region = "Atlantis"
        [[carriers.one.binds]]
        host = ""
        system_id = "x"
        "#,
    )
    .unwrap();
    let wrong = config.validate().unwrap_err();
    for (key, says) in [
        ("smpp.listen", "`localhost`"),
        ("smpp.tls_certificate", "a PEM file"),
        ("smpp.tls_key", "a PEM file"),
        ("smpp.part_ack_ms", "0 to 60000"),
        ("smpp.accounts.a-name-that-is-too-long", "1 to 15"),
        ("smpp.accounts.a-name-that-is-too-long.password", "1 to 8"),
        (
            "smpp.accounts.a-name-that-is-too-long.allowed_ips",
            "`192.0.2.0/33`",
        ),
        ("smpp.accounts.a-name-that-is-too-long.reaches", "+1555"),
        ("smpp.accounts.loopback", "other than `loopback`"),
        ("smpp.carriers.twice", "no account has"),
        ("smpp.carriers.twice.binds", "at least one"),
        ("smpp.carriers.twice.reconnect_max_ms", "1000 to 3600000"),
        ("smpp.carriers.twice.default_region", "two capital letters"),
        ("smpp.carriers.one.binds[0].host", "a host name"),
    ] {
        assert!(
            wrong.iter().any(|w| w.starts_with(key) && w.contains(says)),
            "{key}: {wrong:#?}"
        );
    }
    assert!(
        !wrong.iter().any(|w| w.contains("password that")),
        "passwords are not repeated"
    );
}

#[test]
fn networks_hold_what_they_say() {
    for (range, inside, outside) in [
        ("192.0.2.0/24", "192.0.2.200", "192.0.3.1"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ("0.0.0.0/0", "8.8.8.8", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
        ("192.0.2.0/24", "::ffff:192.0.2.9", "::1"),
    ] {
        let range = IpRange::parse(range).unwrap();
        assert!(range.contains(inside.parse().unwrap()) && !range.contains(outside.parse().unwrap()));
    }
}
