//! One person's data: all of them in one document, and none of them in any byte of the database any more. Retention
//! besides. On both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::path::Path;
use std::time::Duration;

use diesel::RunQueryDsl as _;
use partyline::domain::E164;
use partyline::domain::id::MemberId;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::Policy;
use partyline::store::{Conn, Db, Durability};
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::{
    ExportPlace, NewBookLink, NewMember, NewMessage, NewOptIn, OptInSource, SwitchboardError,
};
use serde_json::{Value, json};
use support::exchange::{Person, Town};
use support::{Database, on_both_databases};

/// What nobody else is called, has or says.
const NAME: &str = "Zebulon Quillfeather";
const PHONE: i64 = 14_159_876_501;
const SAID: &str = "xylophone marmalade at midnight";
const HEARD: &str = "vermilion kazoo under the bridge";
const RANDOM: [u8; 32] = [7; 32];

async fn zebulon(town: &Town) -> Person {
    let phone = E164::from_i64(PHONE).unwrap();
    let new = NewMember {
        name: NAME.into(),
        phone: Some(phone),
        guest: false,
        listed: true,
    };
    let member = town.board.create_member(town.community, new).await.unwrap();
    Person { id: member.id, phone }
}

fn sql(town: &Town, statements: &str) {
    let mut conn = Db::open(&town.url, Durability::Command)
        .unwrap()
        .connect()
        .unwrap();
    conn.execute(statements).unwrap();
}

/// Every way in which the person's data may lie in bytes.
fn traces() -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let mut all = vec![
        ("the number as digits", PHONE.to_string().into_bytes()),
        ("the number, 8 bytes, big end first", PHONE.to_be_bytes().to_vec()),
        // As SQLite keeps an integer of this size.
        (
            "the number, 6 bytes, big end first",
            PHONE.to_be_bytes()[2..].to_vec(),
        ),
        (
            "the number, 8 bytes, little end first",
            PHONE.to_le_bytes().to_vec(),
        ),
    ];
    for (what, text) in [
        ("the name", NAME),
        ("the name as it is looked for", "zebulon quillfeather"),
        ("what they said", SAID),
        ("what they heard", HEARD),
        ("the SIP address", "sip:zeb@203.0.113.77"),
    ] {
        all.push((what, text.as_bytes().to_vec()));
        all.push((what, utf16(text)));
    }
    all
}

fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    traces()
        .into_iter()
        .filter(|(_, trace)| bytes.windows(trace.len()).any(|window| window == trace))
        .map(|(what, _)| what)
        .collect()
}

/// What of the person is in any file of a folder.
fn in_folder(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(in_folder(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.extend(
                found_in(&bytes)
                    .into_iter()
                    .map(|what| format!("{what} in {}", path.display())),
            );
        }
    }
    found
}

fn dump(url: &str) -> Vec<u8> {
    let dump = std::fs::read_dir("/usr/lib/postgresql")
        .unwrap()
        .map(|version| version.unwrap().path().join("bin/pg_dump"))
        .filter(|path| path.is_file())
        .max()
        .expect("pg_dump is installed with PostgreSQL");
    let out = std::process::Command::new(dump).arg(url).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// Where the person's data still are.
fn left(database: Database, town: &Town) -> Vec<String> {
    match database {
        Database::Sqlite => in_folder(town.folder.path()),
        Database::Postgres => found_in(&dump(&town.url))
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}

/// Puts the person into whatever table can hold something of them; through the exchange's own doors where there is one.
async fn plant(town: &Town) -> (Person, Person) {
    let (zeb, bob) = (zebulon(town).await, town.person("Bob").await);
    let contact = town.befriend(zeb, bob).await;
    town.text_with(zeb.phone, contact.number, SAID, |t| {
        t.carrier_ref = Some(format!("ref-{SAID}"))
    })
    .await;
    town.text(bob.phone, contact.mirror_number, HEARD).await;
    town.carrier.wait_for(zeb.phone, 1).await;
    let sent = NewMessage {
        from: bob.id,
        to: zeb.id,
        text: format!("call {} now", zeb.phone),
        urgent: false,
        idempotency_key: None,
    };
    town.board.send_foretold(town.community, sent).await.unwrap();
    town.carrier.wait_for(zeb.phone, 2).await;
    let opt_in = NewOptIn {
        member: zeb.id,
        device: None,
        contact: None,
        source: OptInSource::WebForm,
        evidence: format!("{NAME} ticked the box"),
        given_at: None,
    };
    town.board.record_opt_in(town.community, opt_in).await.unwrap();
    let link = NewBookLink {
        member: zeb.id,
        expires_in_s: None,
    };
    town.board
        .create_book_link(town.community, link, [1; 32])
        .await
        .unwrap();
    town.board
        .block(town.community, zeb.id, town.person("Eve").await.id)
        .await
        .unwrap();
    // A pair that was released, and a late reply to it, which is held.
    let cid = town.person("Cid").await;
    let other = town.befriend(zeb, cid).await;
    town.board
        .release_contact(
            town.community,
            zeb.id,
            partyline::switchboard::ContactRef::Member(cid.id),
        )
        .await
        .unwrap();
    let late = town.text(zeb.phone, other.number, SAID).await;
    assert!(matches!(late.verdict, Verdict::Quarantined(_)));
    // The phone has stopped that number.
    town.text(zeb.phone, other.number, "STOP").await;
    // Where no door leads: as the edges and other communities' nodes would have left it.
    let (c, m, b, n) = (town.community.as_i64(), zeb.id.as_i64(), bob.id.as_i64(), PHONE);
    let number = town
        .board
        .numbers(town.community, None, 1)
        .await
        .unwrap()
        .remove(0);
    let (number, e164) = (number.id.as_i64(), number.number.as_i64());
    let calls = "INSERT INTO calls (community_id, id, origin, node, from_member, to_member, from_phone, state, cause, \
                 began_at, ended_at, hang_up, steps) VALUES";
    let message = "INSERT INTO messages (community_id, id, origin, from_member, to_member, text, status, want_receipt, \
                   accepted_at, updated_at, expires_at) VALUES";
    sql(
        town,
        &format!(
            "{calls} ({c}, 11, 0, 0, {m}, {b}, {n}, 2, 'hung_up', 1, 2, FALSE, '[\"sip:zeb@203.0.113.77\"]'), \
             ({c}, 12, 0, 0, {b}, {m}, NULL, 2, 'hung_up', 1, 2, FALSE, '[\"to +{n}\"]'), \
             ({c}, 13, 0, 0, NULL, NULL, {n}, 2, 'hung_up', 1, 2, FALSE, NULL);
             {message} ({c}, 14, 2, NULL, {b}, 'Missed call from {NAME}.', 3, FALSE, 1, 1, 1), \
             ({c}, 15, 0, {b}, NULL, 'ADD {NAME}', 3, FALSE, 1, 1, 1), \
             ({c}, 16, 1, {b}, {m}, 'a picture', 3, FALSE, 1, 1, 1);
             UPDATE messages SET media = 1 WHERE community_id = {c} AND id = 16;
             INSERT INTO media (token, content_type, bytes, created_at, expires_at, keep_until) VALUES \
             ('zebs', 'text/plain', {bytes}, 1, 9000000000000, 9000000000000);
             INSERT INTO message_media (community_id, message_id, position, token) VALUES ({c}, 16, 0, 'zebs');
             INSERT INTO strangers (community_id, phone, number_id, kind, message_id, since, texts) VALUES \
             ({c}, {n}, {number}, 0, 17, 1, 3);
             INSERT INTO phone_holds (community_id, phone, number_id, contact_id, released_at, cool_until) VALUES \
             ({c}, {n}, 99, {b}, 1, 9000000000000);
             INSERT INTO held_parts (node, outlet, no, from_phone, to_number, reference_kind, reference, total, part, \
             data_coding, body, want_receipt, due_at) VALUES \
             (0, 'test', 1, {n}, {e164}, 0, 1, 2, 1, 0, {bytes}, FALSE, 9000000000000);
             INSERT INTO outbox (community_id, message_id, kind, node, lane, carrier, number_id, number_rate, \
             member_rate, from_number, to_phone, attempts, due_at, expires_at) VALUES \
             ({c}, 14, 0, 9, 14, 'nobody', {number}, 0, 0, {e164}, {n}, 0, 9000000000000, 9000000000000);
             INSERT INTO desk_phones (community_id, number_id, phone, member_id, used_at, minute_at, minute_texts, menu, \
             menu_until) VALUES ({c}, {number}, {n}, {m}, 1, 1, 1, NULL, 0), \
             ({c}, {number}, 14155559999, {b}, 1, 1, 1, '{{\"list\":[\"zebulon quillfeather\",{m}]}}', 9);
             INSERT INTO member_references (community_id, reference, member_id) VALUES ({c}, '{NAME} (HR)', {m});
             INSERT INTO idempotency_keys (key_id, name, request_hash, status, answer, created_at) VALUES \
             (1, 'k', 'h', 201, '{{\"id\":\"{id}\",\"name\":\"{NAME}\",\"phone\":\"+{n}\"}}', 1);
             INSERT INTO import_refusals (community_id, import_id, line, reason, sentence) VALUES \
             ({c}, 1, 1, 'phone_taken', '+{n} is already the phone of {id}');
             INSERT INTO callback_endpoints (community_id, id, url, description, kinds, intercepts, strangers, state, \
             failures, created_at, updated_at) VALUES ({c}, 1, 'http://x', '', '[]', FALSE, FALSE, 'disabled', 0, 1, 1);
             INSERT INTO deliveries (community_id, id, endpoint_id, event_id, kind, lane, state, attempts, due_at, \
             created_at) SELECT {c}, id, 1, id, kind, 1, 1, 1, 1, 1 FROM events WHERE community_id = {c};
             INSERT INTO delivery_attempts (community_id, delivery_id, attempt, at, duration_ms, request, answer) \
             SELECT {c}, id, 1, 1, 1, 'h', 'got {SAID}' FROM events WHERE community_id = {c} \
             AND kind IN ('message.received', 'quarantine.held');",
            bytes = match town.url.starts_with("postgres") {
                true => format!("convert_to('{SAID}', 'UTF8')"),
                false => format!("CAST('{SAID}' AS BLOB)"),
            },
            id = zeb.id,
        ),
    );
    (zeb, bob)
}

async fn export(town: &Town, member: MemberId) -> (String, Value) {
    let (mut all, mut place) = (String::new(), Some(ExportPlace::first()));
    while let Some(at) = place {
        let (text, next) = town
            .board
            .export_member(town.community, member, at)
            .await
            .unwrap();
        all.push_str(&text);
        place = next;
    }
    let value = serde_json::from_str(&all).unwrap();
    (all, value)
}

fn code<T: std::fmt::Debug>(result: Result<T, SwitchboardError>) -> &'static str {
    result.unwrap_err().code()
}

fn count(town: &Town, what: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let sql = format!("SELECT COUNT(*) AS n FROM {what}");
    let mut conn = Db::open(&town.url, Durability::Command)
        .unwrap()
        .connect()
        .unwrap();
    let found: Count = match &mut conn {
        Conn::Sqlite(c) => diesel::sql_query(sql).get_result(c).unwrap(),
        Conn::Postgres(c) => diesel::sql_query(sql).get_result(c).unwrap(),
    };
    found.n
}

on_both_databases! {
    async fn everything_that_is_held_about_a_person_is_in_one_document(database: Database) {
        let town = Town::found(database, 4, Policy::default()).await;
        let (zeb, bob) = plant(&town).await;
        let (text, all) = export(&town, zeb.id).await;
        assert_eq!(all["format"], "partyline-member-export-1");
        assert_eq!(all["member"]["name"], NAME);
        assert_eq!(all["member"]["devices"][0]["phone"], zeb.phone.to_string());
        assert_eq!(all["contacts"][0]["contact"], bob.id.to_string());
        let said: Vec<&str> = all["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
        assert!(said.contains(&SAID) && said.contains(&HEARD), "{said:?}");
        assert!(all["messages"].as_array().unwrap().iter().any(|m| m["status"] == "quarantined"));
        for section in ["blocks", "opt_ins", "opt_outs", "book_links", "device_history", "contact_history", "calls"] {
            assert!(!all[section].as_array().unwrap().is_empty(), "{section}");
        }
        let media = all["media"].as_array().unwrap();
        assert_eq!((media.len(), &media[0]["content_type"]), (1, &json!("text/plain")));
        // Of others no number stands in it.
        assert!(!text.contains(&bob.phone.as_i64().to_string()), "{text}");
        // Somebody of whom there is nothing yet.
        let (_, nobody) = export(&town, town.person("Dan").await.id).await;
        assert_eq!(nobody["messages"], json!([]));
        let unknown = town.board.export_member(town.community, MemberId::from_i64(1), ExportPlace::first()).await;
        assert_eq!(code(unknown), "not_found");
    }

    async fn after_an_erasure_no_byte_of_the_person_is_left(database: Database) {
        let mut town = Town::found(database, 4, Policy::default()).await;
        let (zeb, bob) = plant(&town).await;
        let planted = left(database, &town);
        for what in ["digits", "name", "said", "heard", "SIP"] {
            assert!(planted.iter().any(|found| found.contains(what)), "{what} was not planted: {planted:?}");
        }
        // Not by a slip, and not while something goes on that would write of them again.
        let wrong = town.board.erase_member(town.community, zeb.id, "Zeb".into(), RANDOM).await;
        assert_eq!(code(wrong), "invalid");
        let c = town.community.as_i64();
        sql(&town, &format!("UPDATE calls SET state = 1 WHERE community_id = {c} AND id = 11"));
        let call = town.board.erase_member(town.community, zeb.id, NAME.into(), RANDOM).await;
        assert_eq!(code(call), "call_under_way");
        let samples = |what: &str| format!(
            "pg_stats WHERE CAST(most_common_vals AS TEXT) LIKE '%{what}%' OR CAST(histogram_bounds AS TEXT) LIKE '%{what}%'"
        );
        if matches!(database, Database::Postgres) {
            sql(&town, "ANALYZE");
            assert!(count(&town, &samples(&PHONE.to_string())) > 0 && count(&town, &samples(NAME)) > 0);
        }
        sql(&town, &format!("UPDATE calls SET state = 2 WHERE community_id = {c} AND id = 11"));

        let erased = town.board.erase_member(town.community, zeb.id, NAME.into(), RANDOM).await.unwrap();
        assert!(erased.compacted && erased.rows > 10, "{erased:?}");
        assert_eq!(left(database, &town), Vec::<String>::new());
        if matches!(database, Database::Postgres) {
            assert_eq!((count(&town, &samples(&PHONE.to_string())), count(&town, &samples(NAME))), (0, 0));
        }
        assert_eq!(code(town.board.member(town.community, zeb.id).await), "not_found");
        let again = town.board.erase_member(town.community, zeb.id, NAME.into(), RANDOM).await;
        assert_eq!(code(again), "not_found");

        // The other's record of what passed stays, without what was said.
        let bobs = town.board.messages(town.community, Some(bob.id), None, None, 50).await.unwrap();
        assert!(bobs.len() >= 4);
        for message in &bobs {
            assert!(message.body_erased && message.text.is_empty(), "{message:?}");
        }
        assert_eq!(count(&town, "calls WHERE id IN (11, 12)"), 2);
        assert_eq!(count(&town, "calls WHERE id = 13"), 0);
        assert_eq!(count(&town, "events WHERE kind = 'member.erased'"), 1);
        assert_eq!(count(&town, "idempotency_keys WHERE status = 409"), 1);
        assert_eq!(count(&town, "erasures"), 0);

        // A stop holds on: the phone gets no notice, as a stranger; and the number is not given to it for another.
        assert!(count(&town, "hashed_phones") >= 2);
        let dialled = town.board.numbers(town.community, None, 10).await.unwrap();
        let inbox = town.carrier.inbox(zeb.phone).len();
        let mut told = 0;
        for number in &dialled {
            let received = town.text(zeb.phone, number.number, "who is this?").await;
            assert!(matches!(received.verdict, Verdict::Refused { reason: Reason::UnknownSender, .. }));
        }
        support::eventually("the notices", Duration::from_secs(10), async || {
            told = town.carrier.inbox(zeb.phone).len() - inbox;
            told == dialled.len() - 1
        })
        .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(town.carrier.inbox(zeb.phone).len() - inbox, dialled.len() - 1);
        // Who comes back has stopped what they had stopped.
        let back = zebulon(&town).await;
        assert_ne!(back.id, zeb.id);
        assert_eq!(count(&town, "hashed_phones"), 0);
        assert_eq!(count(&town, &format!("opt_outs WHERE phone = {PHONE}")), 1);
        assert!(count(&town, &format!("phone_holds WHERE phone = {PHONE}")) >= 1);
        // And may be erased again, with the broker stopped after it.
        town.board.erase_member(town.community, back.id, NAME.into(), RANDOM).await.unwrap();
        town.dispatching.take().unwrap().stop().await;
        assert_eq!(left(database, &town), Vec::<String>::new());
    }

    async fn what_is_old_goes_and_what_waits_stays(database: Database) {
        let day = 86_400;
        let policy = Policy {
            bodies_kept_s: day,
            records_kept_s: 10 * day,
            deadline_s: 20 * day,
            ..Policy::default()
        };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let sent = town.text(ann.phone, contact.number, "soon gone").await.message;
        town.carrier.wait_for(bob.phone, 1).await;
        town.wait_status(sent, Status::Sent).await;
        town.carrier.ready.store(false, std::sync::atomic::Ordering::SeqCst);
        let waits = town.text(ann.phone, contact.number, "still to come").await.message;
        town.clock.advance_s(2 * day);
        town.board.retain().await.unwrap();
        let message = town.board.message(town.community, sent).await.unwrap();
        assert!(message.body_expired && !message.body_erased && message.text.is_empty());
        assert_eq!((message.status, message.from, message.to), (Status::Sent, Some(ann.id), Some(bob.id)));
        let message = town.board.message(town.community, waits).await.unwrap();
        assert_eq!((message.text.as_str(), message.body_expired), ("still to come", false));
        assert_eq!(count(&town, "events WHERE data LIKE '%soon gone%'"), 0);
        // A late receipt finds its message.
        town.carrier_reports(sent, Status::Delivered).await;
        town.wait_status(sent, Status::Delivered).await;
        // The record goes; what waits stays, and leaves.
        town.clock.advance_s(10 * day);
        town.board.retain().await.unwrap();
        assert_eq!(code(town.board.message(town.community, sent).await), "not_found");
        assert_eq!(town.board.message(town.community, waits).await.unwrap().text, "still to come");
        town.carrier.ready.store(true, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(town.carrier.wait_for(bob.phone, 2).await[1].1, "still to come");
        // Pair memory is no record of what passed.
        assert_eq!(count(&town, "assignments"), 2);
    }
}
