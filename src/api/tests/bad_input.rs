use std::fmt;

use serde_json::{Value, json};

use super::{House, PHONES};

struct Case {
    path: String,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    field: &'static str,
    hint: &'static str,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} at `{}`: …{}…",
            self.status, self.code, self.field, self.hint
        )
    }
}

fn case(
    path: &str,
    body: impl Into<Vec<u8>>,
    (status, code): (u16, &'static str),
    field: &'static str,
    hint: &'static str,
) -> Case {
    Case {
        path: path.to_owned(),
        body: body.into(),
        status,
        code,
        field,
        hint,
    }
}

const MALFORMED: (u16, &str) = (400, "malformed_json");
const INVALID: (u16, &str) = (422, "invalid");

/// Asks with every case, and sees that each is answered as it should be.
async fn check(house: &House, cases: impl IntoIterator<Item = Case>) {
    let mut faults = Vec::new();
    for case in cases {
        let answer = house.post_raw(&case.path, case.body.clone()).await;
        let found = (answer.status, answer.text("code"), answer.text("field"));
        if found != (case.status, case.code, case.field) || !answer.text("detail").contains(case.hint) {
            let body = String::from_utf8_lossy(&case.body[..case.body.len().min(100)]);
            faults.push(format!("{body}: {}, expected {case:?}", answer.body));
        } else {
            answer.problem(case.status, case.code);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn a_body_that_cannot_be_read_is_refused_with_its_place_and_nothing_is_written() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let members = format!("{at}/members");
    let deep = "[".repeat(10_000);
    let long = json!({ "name": "x".repeat(70_000) }).to_string();
    let before = house.everything().await;
    let cases = [
        case(&members, "", (400, "missing_body"), "", "a JSON object"),
        case(&members, " \n ", (400, "missing_body"), "", "a JSON object"),
        case(&members, "{", MALFORMED, "", "line 1 column 1"),
        case(&members, r#"{"name": "Ann""#, MALFORMED, "", "line 1"),
        case(&members, r#"{"name": "Ann",}"#, MALFORMED, "", "trailing comma"),
        case(&members, r#"{"name": 'Ann'}"#, MALFORMED, "name", "column 10"),
        case(
            &members,
            r#"{"name": "Ann"} {}"#,
            MALFORMED,
            "",
            "trailing characters",
        ),
        case(&members, r#"{"name": NaN}"#, MALFORMED, "name", "line 1"),
        case(
            &members,
            "{\"name\": \"a\nb\"}",
            MALFORMED,
            "name",
            "control character",
        ),
        case(&members, deep, MALFORMED, "", "recursion limit"),
        case(&members, r#"{"name": "\ud83d"}"#, MALFORMED, "name", "hex escape"),
        case(&members, r#"{"name": "\udeb2x"}"#, MALFORMED, "name", "surrogate"),
        case(
            &members,
            r#"{"name": "\ud83d\u0041"}"#,
            MALFORMED,
            "name",
            "surrogate",
        ),
        case(
            &members,
            b"{\"name\": \"\xff\xfe\"}".to_vec(),
            (400, "bad_utf8"),
            "",
            "byte 10",
        ),
        case(
            &members,
            b"{\"name\": \"\xed\xa0\xbd\"}".to_vec(),
            (400, "bad_utf8"),
            "",
            "byte 10",
        ),
        case(
            &members,
            long,
            (413, "body_too_large"),
            "",
            "70011 bytes long; at most 65536",
        ),
        case(&members, "[]", INVALID, "", "not an array"),
        case(&members, r#"["Ann"]"#, INVALID, "", "not an array"),
        case(&members, "null", INVALID, "", "not null"),
        case(&members, r#""Ann""#, INVALID, "", "not a string"),
    ];
    check(&house, cases).await;
    assert_eq!(house.everything().await, before);
}

#[actix_web::test]
async fn a_value_that_cannot_be_is_refused_by_its_field_and_nothing_is_written() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let pool = house.pool(&at, "main", 2, 15_005_550_100).await;
    let (ann, bob) = (
        house.member(&at, "Ann", PHONES[0]).await,
        house.member(&at, "Bob", PHONES[1]).await,
    );
    house
        .post(&format!("{at}/members/{ann}/contacts"), json!({ "contact": bob }))
        .await
        .expect(201);
    let (members, numbers, messages) = (
        format!("{at}/members"),
        format!("{at}/numbers"),
        format!("{at}/messages"),
    );
    let (pools, contacts) = (format!("{at}/pools"), format!("{at}/members/{ann}/contacts"));
    let devices = format!("{at}/members/{ann}/devices");
    let number = |edit: &dyn Fn(&mut Value)| {
        let mut body = json!({ "pool": pool, "number": "+15005550200", "carrier": "loopback" });
        edit(&mut body);
        body.to_string()
    };
    let text = |text: &str| json!({ "from": ann, "to": bob, "text": text }).to_string();
    let before = house.everything().await;
    let cases = [
        // Unknown, missing and repeated fields, wrong types.
        case(
            "/v1/communities",
            r#"{"nam": "x"}"#,
            INVALID,
            "nam",
            "expected `name` or `policy`",
        ),
        case("/v1/communities", r#"{}"#, INVALID, "name", "missing field"),
        case(
            "/v1/communities",
            r#"{"name": "x", "name": "y"}"#,
            INVALID,
            "name",
            "duplicate field",
        ),
        case(
            "/v1/communities",
            r#"{"name": "x", "policy": []}"#,
            INVALID,
            "policy",
            "expected a map",
        ),
        case(
            "/v1/communities",
            r#"{"name": "  "}"#,
            INVALID,
            "name",
            "1 to 100 printable",
        ),
        case(
            "/v1/communities",
            r#"{"name": "a\u0000b"}"#,
            INVALID,
            "name",
            "printable",
        ),
        case(&members, r#"{"name": 5}"#, INVALID, "name", "expected a string"),
        case(
            &members,
            r#"{"name": "Cy", "guest": "yes"}"#,
            INVALID,
            "guest",
            "expected a boolean",
        ),
        case(
            &members,
            r#"{"name": "Cy", "nick": "C"}"#,
            INVALID,
            "nick",
            "`phone`",
        ),
        case(
            &members,
            json!({ "name": "x".repeat(101) }).to_string(),
            INVALID,
            "name",
            "this one has 101",
        ),
        case(&pools, r#"{"name": null}"#, INVALID, "name", "expected a string"),
        case(
            &pools,
            r#"{"name": "main"}"#,
            (409, "name_taken"),
            "",
            "choose another name",
        ),
        // Numbers.
        case(
            &members,
            r#"{"name": "Cy", "phone": "4155550103"}"#,
            INVALID,
            "phone",
            "must begin with `+`",
        ),
        case(
            &members,
            r#"{"name": "Cy", "phone": "+1 415 555"}"#,
            INVALID,
            "phone",
            "only digits",
        ),
        case(
            &members,
            r#"{"name": "Cy", "phone": "+123"}"#,
            INVALID,
            "phone",
            "7 to 15 digits",
        ),
        case(
            &members,
            r#"{"name": "Cy", "phone": 14155550103}"#,
            INVALID,
            "phone",
            "expected a string",
        ),
        case(
            &members,
            r#"{"name": "Cy", "phone": "+15005550100"}"#,
            INVALID,
            "phone",
            "is a pool number",
        ),
        case(
            &members,
            r#"{"name": "Cy", "phone": "+14155550101"}"#,
            (409, "phone_taken"),
            "",
            "belongs to one member",
        ),
        case(
            &devices,
            r#"{"phone": "+15005550100"}"#,
            INVALID,
            "phone",
            "is a pool number",
        ),
        case(
            &devices,
            r#"{"phone": "+14155550102"}"#,
            (409, "phone_taken"),
            "",
            "already the phone of",
        ),
        case(
            &devices,
            r#"{"phone": "+14155550101"}"#,
            (409, "phone_taken"),
            "",
            "already the phone of",
        ),
        case(&devices, r#"{}"#, INVALID, "phone", "missing field"),
        case(
            &numbers,
            number(&|b| b["number"] = json!("0800")),
            INVALID,
            "number",
            "must begin with `+`",
        ),
        case(
            &numbers,
            number(&|b| b["number"] = json!(PHONES[0])),
            (409, "number_taken"),
            "",
            "belong to nobody",
        ),
        case(
            &numbers,
            number(&|b| b["number"] = json!("+15005550100")),
            (409, "number_taken"),
            "",
            "this community",
        ),
        case(
            &numbers,
            number(&|b| b["carrier"] = json!("pigeon")),
            INVALID,
            "carrier",
            "there are: loopback",
        ),
        case(
            &numbers,
            number(&|b| b["region"] = json!("USA")),
            INVALID,
            "region",
            "two letters",
        ),
        case(
            &numbers,
            number(&|b| b["rate_per_s"] = json!(-1)),
            INVALID,
            "rate_per_s",
            "0 (no limit) to 10000",
        ),
        case(
            &numbers,
            number(&|b| b["texts_per_day"] = json!(-1)),
            INVALID,
            "texts_per_day",
            "0 (no limit) to 100000000",
        ),
        case(
            &numbers,
            number(&|b| b["campaign"] = json!("cmp_0000000000001")),
            (404, "not_found"),
            "",
            "no campaign cmp_",
        ),
        case(
            &numbers,
            number(&|b| b["capabilities"] = json!([])),
            INVALID,
            "capabilities",
            "at least one",
        ),
        case(
            &numbers,
            number(&|b| b["capabilities"] = json!(["fax"])),
            INVALID,
            "capabilities[0]",
            "`voice`",
        ),
        case(
            &numbers,
            number(&|b| b["pool"] = json!(ann)),
            INVALID,
            "pool",
            "expected `pool_`",
        ),
        case(
            &numbers,
            number(&|b| b["pool"] = json!("pool_0000000000001")),
            (404, "not_found"),
            "",
            "there is no pool",
        ),
        // Contacts.
        case(
            &contacts,
            json!({ "contact": ann }).to_string(),
            INVALID,
            "contact",
            "cannot be their own contact",
        ),
        case(
            &contacts,
            r#"{"contact": "mem_0000000000001"}"#,
            (404, "not_found"),
            "",
            "there is no member",
        ),
        case(
            &contacts,
            r#"{"contact": "+14155550102"}"#,
            INVALID,
            "contact",
            "expected `mem_`",
        ),
        // Messages.
        case(&messages, text(""), INVALID, "text", "1 to 1600 characters"),
        case(
            &messages,
            text(&"x".repeat(1601)),
            INVALID,
            "text",
            "this one has 1601",
        ),
        case(
            &messages,
            r#"{"text": "\ud800"}"#,
            MALFORMED,
            "text",
            "hex escape",
        ),
        case(
            &messages,
            json!({ "from": bob, "to": bob, "text": "x" }).to_string(),
            (409, "no_contact"),
            "",
            "add the contact",
        ),
        case(
            &messages,
            json!({ "from": ann, "to": bob }).to_string(),
            INVALID,
            "text",
            "missing field",
        ),
        // Keys.
        case(
            "/v1/keys",
            r#"{"name": "x", "scope": "root"}"#,
            INVALID,
            "scope",
            "expected one of `admin`, `community`, `app`",
        ),
        case(
            "/v1/keys",
            r#"{"name": "x", "scope": "community"}"#,
            INVALID,
            "community",
            "needs `community`",
        ),
        case(
            "/v1/keys",
            r#"{"name": "x", "scope": "admin", "community": "com_0000000000001"}"#,
            INVALID,
            "community",
            "leave `community` out",
        ),
        case(
            "/v1/keys",
            r#"{"name": "x", "scope": "community", "community": "com_0000000000001"}"#,
            (404, "not_found"),
            "",
            "there is no community",
        ),
        case(
            "/v1/keys",
            r#"{"name": "x", "scope": "admin", "expires_in_s": 0}"#,
            INVALID,
            "expires_in_s",
            "allowed are 1 to",
        ),
        case(
            "/v1/keys",
            r#"{"name": "x", "scope": "admin", "expires_in_s": 1.5}"#,
            INVALID,
            "expires_in_s",
            "expected i64",
        ),
    ];
    check(&house, cases).await;
    assert_eq!(house.everything().await, before);
}

#[actix_web::test]
async fn an_answer_does_not_grow_with_what_was_wrong() {
    let house = House::new().await;
    let body = format!(r#"{{"{}": 1}}"#, "x".repeat(9_000));
    let answer = house.post_raw("/v1/communities", body).await;
    assert!(answer.problem(422, "invalid").starts_with("unknown field `xxx"));
    assert!(answer.body.to_string().len() < 2_000);
}

#[actix_web::test]
async fn a_body_of_another_type_or_encoding_is_refused() {
    let house = House::new().await;
    let at = format!("{}/members", house.community("Riders").await);
    let bearer = format!("Bearer {}", house.admin);
    let body = || json!({ "name": "Ann" }).to_string().into_bytes();
    let ask = async |extra: &[(&str, &str)]| {
        let headers = [&[("authorization", bearer.as_str())], extra].concat();
        house.ask("POST", &at, &headers, body()).await
    };
    for bad in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/json; charset=latin1")],
        &[("content-type", "application/json"), ("content-encoding", "gzip")],
    ] {
        ask(bad).await.problem(415, "unsupported_media_type");
    }
    assert_eq!(house.get(&at).await.expect(200)["data"], json!([]));
    ask(&[("content-type", "Application/JSON; Charset=\"UTF-8\"")])
        .await
        .expect(201);
}

#[actix_web::test]
async fn a_full_table_says_whose_and_a_duplicate_phone_leaves_no_member_behind() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house.pool(&at, "main", 1, 15_005_550_100).await;
    let mut members = Vec::new();
    for phone in &PHONES[..3] {
        members.push(house.member(&at, "Someone", phone).await);
    }
    let contacts = format!("{at}/members/{}/contacts", members[0]);
    house
        .post(&contacts, json!({ "contact": members[1] }))
        .await
        .expect(201);
    let full = house
        .post(&contacts, json!({ "contact": members[2] }))
        .await
        .problem(409, "table_full");
    assert!(full.contains(&members[0]), "{full}");
    let capped = format!("{at}/members/{}/contacts", members[2]);
    let capped = house.post(&capped, json!({ "contact": members[1] })).await;
    capped.problem(409, "received_cap_full");
    let body = json!({ "name": "Twin", "phone": PHONES[0] });
    house
        .post(&format!("{at}/members"), body)
        .await
        .problem(409, "phone_taken");
    let list = house.get(&format!("{at}/members")).await.expect(200);
    assert!(!list.to_string().contains("Twin"));
}
