//! The lists of the API with 100,000 rows behind each, on SQLite: the first page, one in the middle and the last, with
//! and without each filter, with the usual limit and the greatest. By the whole way: HTTP, key, query, JSON.
//!
//! `PARTYLINE_BENCH_ROWS` makes shorter lists, `PARTYLINE_BENCH_ASKED` asks for each page so many times.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "benches measure with the machine's clock"
)]

mod common;

use std::fmt::Display;
use std::process::ExitCode;
use std::time::Instant;

use common::broker::Broker;
use common::http::Caller;
use common::{ASSIGNMENT_COLUMNS, DEVICE_COLUMNS, NUMBER_COLUMNS};
use data_encoding::BASE64URL_NOPAD;
use partyline::domain::id::{
    CommunityId, DeliveryId, EndpointId, EventId, KeyId, MemberId, MessageId, NumberId, OptOutId, PoolId,
};
use partyline::domain::{Timestamp, policy::Policy};
use partyline::store::{Conn, Durability, migrations};
use serde_json::{Value, json};

/// When the first of everything happened, in Unix milliseconds; each next a second later.
const BEGAN: i64 = 1_800_000_000_000;
const COMMUNITY: i64 = common::COMMUNITY;
/// The bar, for the usual limit.
const PAGE_MS: f64 = 20.0;
/// The limits: none given, and the greatest.
const LIMITS: [(&str, usize); 2] = [("", 50), ("limit=500", 500)];

/// The place of row `i` in the order of ids.
fn at(i: i64) -> i64 {
    MessageId::earliest(Timestamp(BEGAN + 1_000 * i)).as_i64()
}

/// 100,000 of everything. Member 1 has all others as contacts, each by a number of its own; half of all messages are
/// between 1 and the others, older than these are as many that ended in quarantine; of the deliveries every tenth is
/// dead, the oldest half of the second endpoint's are pending. What sparse filters look for lies at the far end.
fn build(conn: &mut Conn, rows: i64) {
    let (first, step) = (at(0), at(1) - at(0));
    let n = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})");
    let n2 = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})",
        2 * rows
    );
    let policy = serde_json::to_string(&Policy::default())
        .unwrap()
        .replace('\'', "''");
    let c = COMMUNITY;
    let message = "INSERT INTO messages (community_id, id, origin, from_member, to_member, text, status, reason, \
                   want_receipt, accepted_at, updated_at, expires_at) SELECT";
    let endpoint = "INSERT INTO callback_endpoints (community_id, id, app, url, description, kinds, intercepts, \
                    strangers, state, failures, created_at, updated_at) VALUES";
    let statements = [
        format!(
            "INSERT INTO communities (id, name, policy, created_at) VALUES ({c}, 'Bench', '{policy}', 0)"
        ),
        format!(
            "{n} INSERT INTO communities (id, name, policy, created_at) SELECT {first} + i * {step}, 'Town ' || i, \
             '{{}}', 0 FROM n"
        ),
        format!(
            "{n} INSERT INTO api_keys (id, name, scope, token_hash, created_at) SELECT {first} + i * {step}, 'key', \
             'admin', 'none ' || i, 0 FROM n"
        ),
        format!(
            "{n} INSERT INTO pools (community_id, id, name, created_at) SELECT {c}, i, 'pool ' || i, 0 FROM n"
        ),
        format!(
            "{n} INSERT INTO numbers {NUMBER_COLUMNS} SELECT {c}, i, 1, 12025000000 + i, 'loopback', 5, 'US', 0.0, 'active', 2, 0 FROM n"
        ),
        format!(
            "INSERT INTO members (community_id, id, name, guest, created_at) VALUES ({c}, 1, 'Hub', FALSE, 0)"
        ),
        format!(
            "{n} INSERT INTO members (community_id, id, name, guest, created_at) SELECT {c}, i + 1, 'Member ' || i, FALSE, 0 FROM n"
        ),
        format!(
            "{n} INSERT INTO devices {DEVICE_COLUMNS} SELECT {c}, i + 1, i + 1, 4915000000000 + i, 'DE', FALSE, 0 FROM n"
        ),
        // The hub's rows in the order of the key, then the mirrors. The last contact is blocked, stopped, pending.
        format!(
            "{n} INSERT INTO assignments {ASSIGNMENT_COLUMNS} SELECT {c}, 1, i, i + 1, i, i = {rows}, i = {rows}, i = {rows}, i = {rows}, \
             NULL, 0, 0 FROM n"
        ),
        format!(
            "{n} INSERT INTO assignments {ASSIGNMENT_COLUMNS} SELECT {c}, i + 1, i, 1, {rows} + i, 1, FALSE, FALSE, FALSE, NULL, 0, 0 FROM n"
        ),
        format!(
            "{n} INSERT INTO opt_outs (community_id, phone, number_id, contact_id, created_at, id) SELECT {c}, \
             4915000000000 + i, i, 1, 0, {first} + i * {step} FROM n"
        ),
        // Older: quarantined; the first ten failed, came from phones.
        format!(
            "{n} {message} {c}, {first} + i * {step}, 0, i + 1, 1, 'Held back, as it came too late.', \
             CASE WHEN i <= 10 THEN 5 ELSE 8 END, 'pair_released', FALSE, {BEGAN}, {BEGAN}, {BEGAN} FROM n"
        ),
        // Newer: delivered, from apps, to and fro.
        format!(
            "{n} {message} {c}, {first} + ({rows} + i) * {step}, 1, CASE WHEN i % 2 THEN 1 ELSE i + 1 END, CASE WHEN \
             i % 2 THEN i + 1 ELSE 1 END, 'A text of an everyday length, as people send them.', 3, NULL, FALSE, \
             {BEGAN}, {BEGAN}, {BEGAN} FROM n"
        ),
        format!("{endpoint} ({c}, 1, 'chat', 'http://127.0.0.1:9/a', '', '[]', 0, 0, 'disabled', 0, 0, 0)"),
        format!("{endpoint} ({c}, 2, 'chat', 'http://127.0.0.1:9/b', '', '[]', 0, 0, 'disabled', 0, 0, 0)"),
        // Of 200,000: those of endpoint 2 are the even ones; the oldest ten are dead or pending.
        format!(
            "{n2} INSERT INTO deliveries (community_id, id, endpoint_id, event_id, kind, lane, state, attempts, due_at, \
             created_at) SELECT {c}, {first} + i * {step}, 2 - i % 2, {first} + (i / 2) * {step}, 'message.received', \
             i, CASE WHEN i > 20 THEN 1 ELSE 2 * (i % 4 < 2) END, 1, {BEGAN}, {BEGAN} FROM n"
        ),
    ];
    conn.execute("BEGIN").unwrap();
    for statement in statements {
        conn.execute(&statement)
            .unwrap_or_else(|e| panic!("{e}: {statement}"));
    }
    conn.execute("COMMIT").unwrap();
}

/// A list: where, with which filter, and the cursors of a page in the middle and of the last.
struct List {
    path: String,
    filter: String,
    cursors: Vec<String>,
}

fn cursor(place: impl Display) -> String {
    BASE64URL_NOPAD.encode(place.to_string().as_bytes())
}

/// Every list with each of its filters. Those with cursors have `rows` rows, the others one page.
fn lists(rows: i64) -> Vec<List> {
    let community = format!("/v1/communities/{}", CommunityId::from_i64(COMMUNITY));
    let member = |m: i64| MemberId::from_i64(m).to_string();
    let mut lists = Vec::new();
    let mut add = |path: &str, filter: String, cursors: Vec<String>| {
        let path = path.to_owned();
        lists.push(List {
            path,
            filter,
            cursors,
        });
    };
    // Rows in the middle and before the last page; newest first the last are the oldest.
    let ahead = [rows / 2, rows - 60];
    let back = [rows, 60];
    let of = |places: [i64; 2], name: fn(i64) -> String| places.map(name).to_vec();
    add(
        "/v1/communities",
        String::new(),
        of(ahead, |i| cursor(CommunityId::from_i64(at(i)))),
    );
    add(
        "/v1/keys",
        String::new(),
        of(ahead, |i| cursor(KeyId::from_i64(at(i)))),
    );
    let members = format!("{community}/members");
    add(
        &members,
        String::new(),
        of(ahead, |i| cursor(MemberId::from_i64(i))),
    );
    add(&members, format!("phone=%2B{}", 4_915_000_000_000 + rows), vec![]);
    add(
        &format!("{members}/{}/devices", member(rows)),
        String::new(),
        vec![],
    );
    let contacts = format!("{members}/{}/contacts", member(1));
    let by_contact = of(ahead, |i| cursor(MemberId::from_i64(i)));
    add(&contacts, String::new(), by_contact.clone());
    add(&contacts, format!("contact={}", member(rows)), vec![]);
    for (common, sparse) in [
        ("origin=chosen", "origin=received"),
        ("pending=false", "pending=true"),
        ("blocked=false", "blocked=true"),
        ("stopped=false", "stopped=true"),
    ] {
        add(&contacts, common.into(), by_contact.clone());
        add(&contacts, sparse.into(), by_contact.clone());
    }
    let (pools, numbers) = (format!("{community}/pools"), format!("{community}/numbers"));
    add(&pools, String::new(), of(ahead, |i| cursor(PoolId::from_i64(i))));
    add(
        &numbers,
        String::new(),
        of(ahead, |i| cursor(NumberId::from_i64(i))),
    );
    let assignments = format!("{community}/assignments");
    let place = |m: i64, n: i64| format!("{}/{}", MemberId::from_i64(m), NumberId::from_i64(n));
    let all = [place(1, rows / 2), place(rows - 60, rows - 61)];
    add(&assignments, String::new(), all.map(cursor).to_vec());
    let hub = ahead.map(|i| cursor(place(1, i))).to_vec();
    add(&assignments, format!("member={}", member(1)), hub);
    let message = |i: i64| cursor(MessageId::from_i64(at(i)));
    let (messages, interactions) = (
        format!("{community}/messages"),
        format!("{community}/interactions"),
    );
    let time = |i: i64| {
        let at = chrono::DateTime::from_timestamp_millis(BEGAN + 1_000 * i).unwrap();
        at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    };
    let (one, other) = (
        format!("member={}", member(1)),
        format!("member={}", member(rows)),
    );
    let pair = format!("{one}&contact={}", member(rows));
    let (since, until) = (format!("since={}", time(100)), format!("until={}", time(rows)));
    for filter in ["", one.as_str(), since.as_str(), until.as_str()] {
        add(&messages, filter.into(), of(back, message));
        add(&interactions, filter.into(), of(back, message));
    }
    for filter in [
        other.as_str(),
        pair.as_str(),
        &format!("contact={}", member(rows)),
    ] {
        add(&messages, filter.into(), of(back, message));
        add(&interactions, filter.into(), of(back, message));
    }
    let statuses = [
        "accepted",
        "queued",
        "sent",
        "delivered",
        "undelivered",
        "failed",
        "expired",
        "blocked",
    ];
    for status in statuses.into_iter().chain(["quarantined"]) {
        add(&messages, format!("status={status}"), of(back, message));
        add(&messages, format!("status={status}&{one}"), of(back, message));
    }
    for origin in ["phone", "app", "notice"] {
        add(&messages, format!("origin={origin}"), of(back, message));
        add(&messages, format!("origin={origin}&{pair}"), of(back, message));
    }
    let quarantine = format!("{community}/quarantine");
    add(&quarantine, String::new(), of([rows / 2, 70], message));
    add(&quarantine, one.clone(), of([rows / 2, 70], message));
    add(&quarantine, other, vec![]);
    let opt_out = |i: i64| cursor(OptOutId::from_i64(at(i)));
    add(
        &format!("{community}/opt_outs"),
        String::new(),
        of([rows / 2, 60], opt_out),
    );
    add(&format!("{community}/callback_endpoints"), String::new(), vec![]);
    let (deliveries, delivery) = (format!("{community}/deliveries"), |i: i64| {
        cursor(DeliveryId::from_i64(at(i)))
    });
    let endpoint = format!("endpoint={}", EndpointId::from_i64(2));
    add(&deliveries, String::new(), of(back, delivery));
    add(&deliveries, endpoint.clone(), of(back, delivery));
    add(&deliveries, format!("event={}", EventId::from_i64(at(5))), vec![]);
    for state in ["pending", "delivered", "dead"] {
        add(&deliveries, format!("state={state}"), of(back, delivery));
        add(
            &deliveries,
            format!("state={state}&{endpoint}"),
            of(back, delivery),
        );
    }
    lists
}

/// One page of a list, asked for again and again.
struct Page {
    what: String,
    /// The number of the limit.
    limit: usize,
    p50: f64,
    p99: f64,
    rows: usize,
}

async fn ask(caller: &mut Caller, path: &str, asked: usize) -> (Vec<f64>, usize) {
    let (mut took, mut rows) = (Vec::with_capacity(asked), 0);
    // The first warms the caches.
    for time in 0..=asked {
        let begun = Instant::now();
        let (status, answer) = caller.ask("GET", path, "", "").await;
        if time > 0 {
            took.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&answer));
        let page: Value = serde_json::from_slice(&answer).unwrap();
        rows = page["data"].as_array().unwrap().len();
    }
    took.sort_by(f64::total_cmp);
    (took, rows)
}

async fn measure(broker: &Broker, token: &str, whose: &str, lists: &[List], asked: usize) -> Vec<Page> {
    let mut caller = Caller::connect(broker.http, token).await;
    let mut pages = Vec::new();
    for list in lists {
        for (limit, (word, _)) in LIMITS.into_iter().enumerate() {
            let first = (String::new(), "first");
            let others = list.cursors.iter().zip(["middle", "last"]);
            let others = others.map(|(cursor, place)| (format!("cursor={cursor}"), place));
            for (cursor, place) in std::iter::once(first).chain(others) {
                let query: Vec<&str> = [list.filter.as_str(), word, &cursor]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect();
                let path = format!("{}?{}", list.path, query.join("&"));
                let (took, rows) = ask(&mut caller, &path, asked).await;
                let noun = list.path.rsplit('/').next().unwrap_or_default();
                pages.push(Page {
                    what: format!("{whose}{noun}?{} {place}", list.filter),
                    limit,
                    p50: common::percentile(&took, 50.0),
                    p99: common::percentile(&took, 99.0),
                    rows,
                });
            }
        }
    }
    pages
}

fn main() -> ExitCode {
    let rows = common::setting("PARTYLINE_BENCH_ROWS", 100_000) as i64;
    let asked = common::setting("PARTYLINE_BENCH_ASKED", 100) as usize;
    let folder = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).unwrap();
    let url = folder.path().join("lists.db").display().to_string();
    drop(migrations::open_migrated(&url, Durability::Command).unwrap());
    build(&mut common::connect(&url), rows);
    let broker = Broker::start(folder.path(), &url, "[loopback]\nenabled = true\n");
    let community = CommunityId::from_i64(COMMUNITY).to_string();
    let app = broker.key(&["--scope", "app", "--community", &community, "--app", "chat"]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let lists = lists(rows);
    let mut pages = runtime.block_on(measure(&broker, &broker.token, "", &lists, asked));
    // An app sees the deliveries of its own endpoints.
    let own: Vec<List> = lists
        .into_iter()
        .filter(|list| list.path.ends_with("/deliveries"))
        .collect();
    pages.extend(runtime.block_on(measure(&broker, &app, "an app's ", &own, asked)));
    report(rows, asked, pages).into()
}

fn report(rows: i64, asked: usize, mut pages: Vec<Page>) -> u8 {
    let mut bars = common::Bars::default();
    for page in pages.iter().filter(|page| page.limit == 0) {
        bars.check(
            page.p99 < PAGE_MS,
            format!("{}: p99 {:.1} ms, under {PAGE_MS} ms", page.what, page.p99),
        );
    }
    pages.sort_by(|a, b| b.p99.total_cmp(&a.p99));
    let json = |page: &Page| json!({"page": page.what, "limit": LIMITS[page.limit].1, "rows": page.rows, "p50": page.p50, "p99": page.p99});
    common::save(
        "lists",
        &json!({
            "machine": common::machine(),
            "rows": rows,
            "asked": asked,
            "pages_ms": pages.iter().map(json).collect::<Vec<_>>(),
            "missed": bars.missed,
        }),
    );
    let mut table = Vec::new();
    for (limit, (_, most)) in LIMITS.into_iter().enumerate() {
        let of: Vec<&Page> = pages.iter().filter(|page| page.limit == limit).collect();
        let bar = match limit {
            0 => format!("p99 under {PAGE_MS} ms"),
            _ => "none".to_owned(),
        };
        let middle = common::median(of.iter().map(|page| page.p50).collect());
        table.push((
            format!("{} pages of at most {most}: median of their p50", of.len()),
            format!("{middle:.1} ms"),
            "none".to_owned(),
        ));
        for page in of.iter().take(8) {
            table.push((
                format!("{} ({} rows), p50 / p99", page.what, page.rows),
                format!("{:.1} / {:.1} ms", page.p50, page.p99),
                bar.clone(),
            ));
        }
    }
    common::table(&format!("lists of {rows}, SQLite; the slowest"), &table);
    bars.status()
}
