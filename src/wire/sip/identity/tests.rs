//! Identities as carriers, phones and impostors write them.

use proptest::prelude::*;

use super::*;

type Headers<'a> = &'a [(&'a str, &'a [u8])];

fn values(headers: Headers<'_>) -> impl Fn(&str) -> Vec<Vec<u8>> {
    let owned: Vec<(String, Vec<u8>)> = headers.iter().map(|(n, v)| ((*n).into(), v.to_vec())).collect();
    move |name| {
        let of_name = owned.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        of_name.map(|(_, v)| v.clone()).collect()
    }
}

const ALL: [Source; 3] = [Source::AssertedIdentity, Source::RemoteParty, Source::From];

fn who(order: &[Source], headers: Headers<'_>) -> Caller {
    caller(order, &Format::default(), &values(headers))
}

fn from_alone(value: &[u8]) -> Caller {
    who(&[Source::From], &[("From", value)])
}

fn number(digits: &str) -> Caller {
    Caller::Number {
        digits: digits.into(),
        withheld: false,
    }
}

fn withheld(digits: &str) -> Caller {
    Caller::Number {
        digits: digits.into(),
        withheld: true,
    }
}

fn national(country: &str, prefix: &str, international: &str) -> Format {
    Format {
        style: Style::National,
        country_code: country.into(),
        national_prefix: prefix.into(),
        international_prefix: international.into(),
    }
}

#[test]
fn a_number_is_read_from_every_shape_that_carriers_send() {
    for value in [
        "<sip:+14155550101@carrier.example>;tag=1",
        "sip:+14155550101@carrier.example;tag=1",
        "\"Alice\" <sip:+14155550101@192.0.2.1:5060;user=phone>;tag=1",
        "Alice Smith <sip:+14155550101@carrier.example>",
        "<SIPS:+14155550101@[2001:db8::1]:5061;transport=tls>",
        "<tel:+1-415-555-0101>;tag=7",
        "<tel:+1(415)555.0101>",
        "<sip:+14155550101;npdi;rn=+14045550199@carrier.example;user=phone>",
        "<sip:+14155550101;rn=+14045550199;npdi@carrier.example>",
        "<tel:+14155550101;npdi;rn=+14045550199;cpc=ordinary>",
        "<sip:%2B14155550101@carrier.example>",
        "<sip:%2b1%34155550101@carrier.example>",
        "\"\\\"quoted\\\" \\\\\" <sip:+14155550101@carrier.example>",
        "\"\" <sip:+14155550101@carrier.example>",
    ] {
        assert_eq!(from_alone(value.as_bytes()), number("14155550101"), "{value}");
    }
}

#[test]
fn a_display_name_never_decides() {
    for value in [
        &b"\"<sip:+19995550123@evil.example>\" <sip:+14155550101@carrier.example>"[..],
        b"\"+19995550123\" <sip:+14155550101@carrier.example>",
        b"\"sip:+19995550123@evil.example\" <sip:+14155550101@carrier.example>;tag=x",
        b"\"a\\\" <sip:+19995550123@evil.example>, \\\"b\" <sip:+14155550101@carrier.example>",
        b"\"\xff\xfe\xc0\x80\" <sip:+14155550101@carrier.example>",
        b"\"<tel:+19995550123>\" <tel:+14155550101>",
        b"J\xf6rg <sip:+14155550101@carrier.example>",
        b"+19995550123 <sip:+14155550101@carrier.example>",
    ] {
        let shown = String::from_utf8_lossy(value);
        assert_eq!(from_alone(value), number("14155550101"), "{shown}");
    }
}

#[test]
fn what_breaks_the_grammar_is_nobody() {
    for value in [
        &b""[..],
        b"<>",
        b"\"Alice <sip:+14155550101@carrier.example>",
        b"sip:+19995550123@evil.example <sip:+14155550101@carrier.example>",
        b"<sip:+19995550123@evil.example> <sip:+14155550101@carrier.example>",
        b"<sip:+19995550123@evil.example>, <sip:+14155550101@carrier.example>",
        b"<sip:+14155550101@carrier.example",
        b"<sip:+14155550101@evil@carrier.example>",
        b"<sip:+14155550101:secret@carrier.example>",
        b"<sip:+14155550101\x00@carrier.example>",
        b"<sip:+14155550101%00@carrier.example>",
        b"<sip:%252B14155550101@carrier.example>",
        b"<sip:+1415555010%@carrier.example>",
        b"<sip:+1415555010%zz@carrier.example>",
        b"<sip:+14155550101%40other@carrier.example>",
        b"<sip:+14155550101%3Brn=1@carrier.example>",
        b"<sip: +14155550101@carrier.example>",
        b"<sip:+1415 5550101@carrier.example>",
        b"<sip:+14155550101@>",
        b"<sip:+14155550101@host:port>",
        b"<sip:carrier.example>",
        b"<sip:alice@carrier.example>",
        b"<sip:+1415555alice@carrier.example>",
        b"<sip:++14155550101@carrier.example>",
        b"<sip:14155550101@carrier.example>",
        b"<sip:+14155550101@carrier.example;user=ip>",
        b"<sip:+14155550101@carrier.example;user=phone;user=ip>",
        b"<sip:+04155550101@carrier.example>",
        b"<sip:+911@carrier.example>",
        b"<sip:+1415555010112345@carrier.example>",
        b"<tel:+14155550101;phone-context=+1>",
        b"<tel:+14155550101@carrier.example>",
        b"<tel:+>",
        b"<http://+14155550101>",
        b"<urn:service:sos>",
        "<sip:+١٤١٥٥٥٥٠١٠١@carrier.example>".as_bytes(),
        b"sip:+14155550101@carrier.example?Subject=x",
        b"<sip:+14155550101@carrier.example>garbage",
        b"<sip:+14155550101@carrier.example>;tag=\"",
    ] {
        let shown = String::from_utf8_lossy(value);
        assert_eq!(from_alone(value), Caller::Unknown, "{shown}");
    }
}

#[test]
fn the_most_trusted_header_that_is_there_decides() {
    let pai: (&str, &[u8]) = ("P-Asserted-Identity", b"<sip:+14155550101@carrier.example>");
    let rpid: (&str, &[u8]) = (
        "Remote-Party-ID",
        b"<sip:+14155550102@carrier.example>;party=calling",
    );
    let from: (&str, &[u8]) = ("From", b"<sip:+14155550103@anywhere.example>;tag=1");
    assert_eq!(who(&ALL, &[from, rpid, pai]), number("14155550101"));
    assert_eq!(who(&ALL, &[from, rpid]), number("14155550102"));
    assert_eq!(who(&ALL, &[from]), number("14155550103"));
    assert_eq!(who(&[Source::From], &[from, rpid, pai]), number("14155550103"));
    assert_eq!(who(&[Source::AssertedIdentity], &[from, rpid]), Caller::Unknown);
    assert_eq!(who(&[], &[from, rpid, pai]), Caller::Unknown);
    // Rubbish in the better header does not let the worse one speak.
    let rubbish: (&str, &[u8]) = ("P-Asserted-Identity", b"<sip:alice@carrier.example>");
    assert_eq!(who(&ALL, &[from, rpid, rubbish]), Caller::Unknown);
}

#[test]
fn two_asserted_identities_agree_or_are_nobody() {
    let pai = |values: &[&str]| {
        let headers: Vec<(&str, &[u8])> = values
            .iter()
            .map(|v| ("P-Asserted-Identity", v.as_bytes()))
            .collect();
        who(&[Source::AssertedIdentity], &headers)
    };
    let (sip, tel) = ("<sip:+14155550101@c.example>", "<tel:+14155550101>");
    assert_eq!(pai(&[sip, tel]), number("14155550101"));
    assert_eq!(
        pai(&["\"A, B\" <sip:+14155550101@c.example>, <tel:+14155550101>"]),
        number("14155550101")
    );
    assert_eq!(pai(&["<sip:alice@c.example>", tel]), number("14155550101"));
    assert_eq!(pai(&[tel, "<sip:alice@c.example>"]), number("14155550101"));
    assert_eq!(pai(&[sip, "<tel:+14155550199>"]), Caller::Unknown);
    assert_eq!(pai(&[sip, "<tel:alice>"]), Caller::Unknown);
    assert_eq!(pai(&[sip, "<sip:anonymous@anonymous.invalid>"]), Caller::Unknown);
    assert_eq!(pai(&[sip; 5]), Caller::Unknown);
    assert_eq!(pai(&[&[sip; 5].join(",")]), Caller::Unknown);
}

#[test]
fn a_remote_party_counts_if_it_is_the_calling_one_and_was_not_found_wanting() {
    let rpid = |values: &[&str]| {
        let headers: Vec<(&str, &[u8])> = values.iter().map(|v| ("Remote-Party-ID", v.as_bytes())).collect();
        who(&[Source::RemoteParty], &headers)
    };
    let uri = "<sip:+14155550101@c.example>";
    assert_eq!(
        rpid(&[&format!("{uri};party=calling;screen=yes;privacy=off")]),
        number("14155550101")
    );
    assert_eq!(
        rpid(&[&format!("{uri};party=calling;privacy=full")]),
        withheld("14155550101")
    );
    assert_eq!(
        rpid(&[&format!("{uri};party=calling;screen=no")]),
        Caller::Unknown
    );
    assert_eq!(rpid(&[&format!("{uri};party=called")]), Caller::Unknown);
    assert_eq!(
        rpid(&[
            &format!("{uri};party=called"),
            "<sip:+14155550102@c.example>;party=calling"
        ]),
        number("14155550102")
    );
    assert_eq!(rpid(&[uri, uri]), Caller::Unknown);
}

#[test]
fn nobody_and_those_who_want_to_be_nobody_are_told_apart() {
    for value in [
        "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1",
        "<sip:+14155550101@anonymous.invalid>",
        "<sip:Anonymous@carrier.example>",
        "<sip:restricted@carrier.example>",
        "sip:anonymous@anonymous.invalid;tag=1",
    ] {
        assert_eq!(from_alone(value.as_bytes()), Caller::Anonymous, "{value}");
    }
    let pai: (&str, &[u8]) = ("P-Asserted-Identity", b"<tel:+14155550101>");
    let from: (&str, &[u8]) = ("From", b"\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1");
    assert_eq!(who(&ALL, &[pai, from]), withheld("14155550101"));
    for privacy in ["id", "user;id", "header; user", "ID;critical"] {
        assert_eq!(
            who(&ALL, &[pai, ("Privacy", privacy.as_bytes())]),
            withheld("14155550101"),
            "{privacy}"
        );
    }
    for privacy in ["none", "header", "session", ""] {
        assert_eq!(
            who(&ALL, &[pai, ("Privacy", privacy.as_bytes())]),
            number("14155550101"),
            "{privacy}"
        );
    }
}

#[test]
fn two_from_headers_are_nobody() {
    let one: (&str, &[u8]) = ("From", b"<sip:+14155550101@c.example>");
    assert_eq!(who(&[Source::From], &[one, one]), Caller::Unknown);
}

#[test]
fn a_trunk_s_format_says_what_digits_without_a_plus_mean() {
    let de = national("49", "0", "00");
    let us = national("1", "", "011");
    let bare = Format {
        style: Style::Bare,
        ..Format::default()
    };
    for (format, uri, meant) in [
        (&de, "sip:0301234567@c.example", Some("49301234567")),
        (&de, "sip:0014155550101@c.example", Some("14155550101")),
        (&de, "sip:+14155550101@c.example", Some("14155550101")),
        (&de, "tel:030-1234567;phone-context=+49", Some("49301234567")),
        (&de, "tel:0301234567;phone-context=c.example", Some("49301234567")),
        (&de, "tel:0301234567;phone-context=+1", None),
        (&de, "tel:0301234567;phone-context=+49;phone-context=+1", None),
        (&de, "sip:301234567@c.example", None),
        (&de, "sip:000301234567@c.example", None),
        (&de, "sip:110@c.example", None),
        (&us, "sip:4155550101@c.example", Some("14155550101")),
        (&us, "sip:01149301234567@c.example", Some("49301234567")),
        (&bare, "sip:14155550101@c.example", Some("14155550101")),
        (&bare, "sip:+14155550101@c.example", Some("14155550101")),
        (&bare, "sip:0014155550101@c.example", None),
        (&bare, "tel:14155550101;phone-context=+1", None),
        (&Format::default(), "sip:14155550101@c.example", None),
    ] {
        assert_eq!(dialled(uri.as_bytes(), format).as_deref(), meant, "{uri}");
        let to = format!("\"<sip:+19995550123@x>\" <{uri}>;tag=1");
        assert_eq!(dialled_by_header(to.as_bytes(), format).as_deref(), meant, "{to}");
    }
    assert_eq!(de.write("49301234567"), "0301234567");
    assert_eq!(de.write("14155550101"), "0014155550101");
    assert_eq!(bare.write("14155550101"), "14155550101");
    assert_eq!(Format::default().write("14155550101"), "+14155550101");
}

#[test]
fn debug_output_shows_no_number() {
    let shown = format!("{:?}", from_alone(b"<sip:+14155550101@c.example>"));
    assert!(!shown.contains("555"), "{shown}");
}

proptest! {
    #[test]
    fn no_display_name_makes_another_number(name in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut value = vec![b'"'];
        for byte in name {
            if byte == b'"' || byte == b'\\' {
                value.push(b'\\');
            }
            value.push(byte);
        }
        value.extend_from_slice(b"\" <sip:+14155550101@carrier.example>;tag=1");
        prop_assert_eq!(from_alone(&value), number("14155550101"));
    }

    #[test]
    fn no_unquoted_name_makes_another_number(name in "[ -~]{0,40}") {
        let value = format!("{name}<sip:+14155550101@carrier.example>");
        let found = from_alone(value.as_bytes());
        prop_assert!(found == number("14155550101") || found == Caller::Unknown, "{:?}", value);
    }

    #[test]
    fn no_bytes_at_all_do_harm(
        pai in proptest::collection::vec(any::<u8>(), 0..200),
        from in "[<>\";:@,%+0-9a-z\\\\=. sip]{0,80}",
    ) {
        let headers: [(&str, &[u8]); 3] =
            [("P-Asserted-Identity", &pai), ("Remote-Party-ID", from.as_bytes()), ("From", from.as_bytes())];
        for order in [&ALL[..], &ALL[1..], &ALL[2..]] {
            if let Caller::Number { digits, .. } = who(order, &headers) {
                prop_assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
            }
        }
        let _ = dialled(from.as_bytes(), &Format::default());
        let _ = dialled(&pai, &Format::default());
    }

    #[test]
    fn what_a_trunk_writes_it_reads_back(digits in "[1-9][0-9]{6,14}", style in 0..4) {
        let format = match style {
            0 => Format::default(),
            1 => Format { style: Style::Bare, ..Format::default() },
            2 => national("49", "0", "00"),
            _ => national("44", "0", "00"),
        };
        // A number of the country that goes on with the prefix of foreign ones cannot be dialled nationally.
        prop_assume!(!digits.starts_with("490") && !digits.starts_with("440"));
        let uri = format!("sip:{}@carrier.example;user=phone", format.write(&digits));
        prop_assert_eq!(dialled(uri.as_bytes(), &format), Some(digits));
    }
}
