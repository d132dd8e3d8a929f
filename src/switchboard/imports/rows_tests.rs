//! What lines are read as, and what is said of those that cannot be.

use proptest::prelude::*;

use super::*;

fn members(header: &str) -> RowReader {
    RowReader::csv(ImportKind::Members, None, header.as_bytes()).unwrap()
}

fn member(read: Option<Result<Content, Refusal>>) -> MemberToBe {
    match read.unwrap().unwrap() {
        Content::Member(member) => member,
        other => panic!("{other:?}"),
    }
}

fn reason(read: Option<Result<Content, Refusal>>) -> &'static str {
    read.unwrap().unwrap_err().reason
}

#[test]
fn quotes_several_phones_and_columns_in_any_order_are_understood() {
    let mut reader = members("Reference, Phones ,name");
    let line = "\"r \"\"1\"\"\",\"+14155550101; +1 (415) 555-0102\",\"Doe, Jane\"";
    let jane = member(reader.read(Some(line.as_bytes())));
    assert_eq!(
        (jane.name.as_str(), jane.reference.as_deref()),
        ("Doe, Jane", Some("r \"1\""))
    );
    let phones: Vec<String> = jane.phones.iter().map(|(phone, _)| phone.to_string()).collect();
    assert_eq!(phones, ["+14155550101", "+14155550102"]);
    assert_eq!(jane.phones[0].1.map(|r| r.to_string()), Some("US".into()));
    assert!(reader.read(Some(b"  ")).is_none());
}

#[test]
fn each_fault_of_a_row_has_its_word() {
    let mut reader = members("name,phone,reference,guest");
    for (line, word) in [
        ("Ann,+14155550101,", "wrong_columns"),
        ("Ann,4155550101,,", "bad_phone"),
        ("Ann,+1415,,", "bad_phone"),
        (",+14155550101,,", "bad_name"),
        ("Ann,,,", "no_key"),
        ("Ann,,+1,", "bad_reference"),
        ("Ann,,r,perhaps", "bad_guest"),
        ("\"Ann,+14155550101,,", "malformed"),
    ] {
        assert_eq!(reason(reader.read(Some(line.as_bytes()))), word, "{line}");
    }
    assert_eq!(reason(reader.read(Some(b"Ann,\xff,,"))), "not_utf8");
    assert_eq!(reason(reader.read(None)), "too_long");
    let many = vec![","; 40].concat();
    assert_eq!(reason(reader.read(Some(many.as_bytes()))), "wrong_columns");
    // After a fault the next row is read as if nothing had been.
    assert!(member(reader.read(Some(b"Ann,+14155550101,,yes"))).guest);
}

/// Digits of the number that the lines hold, however they are set apart.
fn has_number(told: &str) -> bool {
    ["555", "415", "0101"].iter().any(|digits| told.contains(digits))
}

#[test]
fn no_refusal_repeats_a_telephone_number() {
    let mut json = RowReader::json(ImportKind::Members, None);
    for line in [
        r#"{"name": 4155550101}"#,
        r#"{"name": "Ann", "4155550101": 1}"#,
        r#"{"name": "Ann", "phone": "4155550101"}"#,
        "4155550101",
    ] {
        let told = json.read(Some(line.as_bytes())).unwrap().unwrap_err();
        assert!(!has_number(&told.sentence), "{told:?}");
    }
    for line in [
        "+14155550101",
        "name,415-555-0101",
        "+1 (415) 555-0101,Ann",
        "Ann,415 555 0101",
    ] {
        let header = RowReader::csv(ImportKind::Members, None, line.as_bytes())
            .err()
            .unwrap();
        assert!(!has_number(&header), "{header}");
    }
}

#[test]
fn json_lines_say_the_same_as_csv() {
    let mut json = RowReader::json(ImportKind::Members, None);
    let line = br#"{"name": "Ann", "phones": ["+14155550101"], "reference": "r1", "guest": true}"#;
    let mut csv = members("name,phone,reference,guest");
    assert_eq!(json.read(Some(line)), csv.read(Some(b"Ann,+14155550101,r1,true")));
    assert_eq!(reason(json.read(Some(b"[]"))), "malformed");
    let nul = br#"{"name": "Ann", "\u0000": 1}"#;
    assert!(!json.read(Some(nul)).unwrap().unwrap_err().sentence.contains('\0'));
    let line = br#"{"name": "Ann", "phone": "", "reference": "r1"}"#;
    assert_eq!(json.read(Some(line)), csv.read(Some(b"Ann,,r1,")));
}

#[test]
fn a_pair_names_members_by_id_phone_or_reference() {
    let mut reader = RowReader::csv(ImportKind::Contacts, None, b"member,contact").unwrap();
    let id = MemberId::from_i64(7);
    let read = reader
        .read(Some(format!("{id},+14155550101").as_bytes()))
        .unwrap();
    let phone = "+14155550101".parse().unwrap();
    assert_eq!(read, Ok(Content::Pair(Named::Id(id), Named::Phone(phone))));
    let read = reader.read(Some(b"r 1,4155550101")).unwrap();
    let expected = Content::Pair(
        Named::Reference("r 1".into()),
        Named::Reference("4155550101".into()),
    );
    assert_eq!(read, Ok(expected));
    assert_eq!(reason(reader.read(Some(b"mem_1,a"))), "bad_id");
    assert_eq!(reason(reader.read(Some(b",a"))), "no_key");
}

#[test]
fn a_header_says_what_it_lacks_and_what_is_unknown() {
    let told = |kind, header: &[u8]| RowReader::csv(kind, None, header).err().unwrap();
    assert!(told(ImportKind::Members, b"phone").contains("lacks the column `name`"));
    assert!(told(ImportKind::Members, b"name;phone").contains("with commas between"));
    assert!(told(ImportKind::Members, b"name,phone,phones").contains("`phone` twice"));
    assert!(told(ImportKind::Contacts, b"member,friend").contains("in column 2"));
    assert!(told(ImportKind::Contacts, b"\xff\xfem\0").contains("UTF-16"));
}

proptest! {
    #[test]
    fn whatever_a_line_holds_it_is_read_or_refused(
        line in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'+'), b'0'..=b'9', any::<u8>()], 0..80)
    ) {
        let us = Region::parse("US");
        for kind in [ImportKind::Members, ImportKind::Contacts] {
            let header: &[u8] = match kind {
                ImportKind::Members => b"name,phone,reference",
                ImportKind::Contacts => b"member,contact",
            };
            let mut csv = RowReader::csv(kind, us, header).unwrap();
            let quoted = [&b"{\"name\": \""[..], &line, b"\"}"].concat();
            let key = [&b"{\"name\": \"A\", \""[..], &line, b"\": 1}"].concat();
            let mut told: Vec<String> = RowReader::csv(kind, us, &line).err().into_iter().collect();
            for read in [
                csv.read(Some(&line)),
                RowReader::json(kind, us).read(Some(&line)),
                RowReader::json(kind, us).read(Some(&quoted)),
                RowReader::json(kind, us).read(Some(&key)),
            ] {
                told.extend(read.and_then(Result::err).map(|refused| refused.sentence));
            }
            for told in told {
                prop_assert!(!told.chars().any(char::is_control), "PostgreSQL takes no NUL: {told:?}");
            }
        }
    }
}
