//! The verification of the assignment table: a sound one is clean, also while it changes, and a corrupted row of each
//! kind is found. The rows are planted by SQL, past the keys and checks of the schema, which would not have them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use partyline::domain::E164;
use partyline::domain::id::{MemberId, NumberId};
use partyline::domain::policy::Policy;
use partyline::domain::pool::Capabilities;
use partyline::domain::verification::Rule;
use partyline::store::{Conn, DatabaseUrl};
use partyline::switchboard::verification::{
    Extent, Progress, ReportError, Summary, VerificationError, check,
};
use partyline::switchboard::{ContactRef, NewNumber, NumberCaps};
use serde_json::Value;
use support::exchange::{Person, Town};
use support::{Database, on_both_databases};

/// Tables that are restored after each plant.
const TABLES: [&str; 11] = [
    "assignments",
    "devices",
    "numbers",
    "pools",
    "number_directory",
    "members",
    "releases",
    "phone_holds",
    "opt_outs",
    "swaps",
    "swap_moves",
];

/// Verifies in small chunks.
fn verify(town: &Town, rows_at_once: i64) -> (Summary, Vec<u8>) {
    let key = tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(town.board.signing_key([7; 32]))
    });
    let extent = Extent {
        rows_at_once,
        ..Extent::of(None)
    };
    let mut report = Vec::new();
    let go_on = &mut |_: Progress| ControlFlow::Continue(());
    let summary = tokio::task::block_in_place(|| {
        town.board
            .verify(extent, &key.unwrap(), [9; 32], &mut report, go_on)
    });
    (summary.unwrap(), report)
}

/// A connection that minds no foreign key.
fn raw(town: &Town) -> Conn {
    let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
    let careless = match conn.is_postgres() {
        true => "SET session_replication_role = replica",
        false => "PRAGMA foreign_keys = OFF",
    };
    conn.execute(careless).unwrap();
    conn
}

/// Takes every key and check away, and keeps the rows to be restored.
fn unguard(conn: &mut Conn) {
    for table in TABLES {
        let statements = match conn.is_postgres() {
            true => format!(
                "CREATE TABLE {table}_kept AS TABLE {table}; DROP TABLE {table} CASCADE; \
                 CREATE TABLE {table} AS TABLE {table}_kept"
            ),
            false => format!(
                "CREATE TABLE {table}_kept AS SELECT * FROM {table}; DROP TABLE {table}; \
                 CREATE TABLE {table} AS SELECT * FROM {table}_kept"
            ),
        };
        conn.execute(&statements).unwrap();
    }
}

fn restore(conn: &mut Conn) {
    for table in TABLES {
        conn.execute(&format!(
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {table}_kept"
        ))
        .unwrap();
    }
}

struct Three {
    town: Town,
    a: Person,
    b: Person,
    c: Person,
    /// What number stands for whom on whose phone.
    numbers: BTreeMap<(MemberId, MemberId), NumberId>,
}

async fn three(database: Database) -> Three {
    let town = Town::found(database, 4, Policy::default()).await;
    let (a, b, c) = (
        town.person("A").await,
        town.person("B").await,
        town.person("C").await,
    );
    town.befriend(a, b).await;
    town.befriend(a, c).await;
    town.befriend(b, c).await;
    let rows = town
        .board
        .assignments(town.community, None, None, 100)
        .await
        .unwrap();
    let numbers = rows
        .into_iter()
        .map(|(view, number)| ((view.member, view.contact), number))
        .collect();
    Three {
        town,
        a,
        b,
        c,
        numbers,
    }
}

/// The next of the changes that may come while a verification goes on.
async fn change(town: &Town, (a, b, c): (Person, Person, Person), others: [Person; 2], count: usize) {
    let (board, community) = (&town.board, town.community);
    let contact = |of: Person| ContactRef::Member(of.id);
    let of_a = async |text: &str| {
        let found = board.contact(community, a.id, contact(b)).await.unwrap();
        town.text(a.phone, found.number, text).await;
    };
    match count % 12 {
        0 => board.release_contact(community, b.id, contact(c)).await.unwrap(),
        1 => of_a("STOP").await,
        2 => drop(
            board
                .set_blocked(community, a.id, contact(c), true)
                .await
                .unwrap(),
        ),
        3 => drop(board.add_contact(community, c.id, b.id).await.unwrap()),
        4 => of_a("START").await,
        5 => {
            let spare = E164::from_i64(others[0].phone.as_i64() + 1_000).unwrap();
            let added = board.add_device(community, b.id, spare).await.unwrap();
            board.remove_device(community, b.id, added.id).await.unwrap();
        }
        6 => drop(
            board
                .set_blocked(community, a.id, contact(c), false)
                .await
                .unwrap(),
        ),
        7 => {
            let guest = town.person("Guest").await;
            board.add_contact(community, guest.id, a.id).await.unwrap();
            board.delete_member(community, guest.id).await.unwrap();
            // The next one needs the number that this one had.
            town.clock.advance_s(400 * 24 * 3600);
        }
        8 => of_a("STOPALL").await,
        9 => of_a("START").await,
        10 => drop(
            board
                .add_contact(community, others[0].id, others[1].id)
                .await
                .unwrap(),
        ),
        _ => {
            board
                .release_contact(community, others[0].id, contact(others[1]))
                .await
                .unwrap();
            add_and_remove_a_number(town).await;
        }
    }
}

/// A number comes into service and goes out of it; the second time it comes back under its old id.
async fn add_and_remove_a_number(town: &Town) {
    let (board, community) = (&town.board, town.community);
    let spare = E164::from_i64(12_025_550_190).unwrap();
    let pool = board.pools(community, None, 1).await.unwrap()[0].id;
    let new = NewNumber {
        pool,
        number: spare,
        carrier: "test".into(),
        capabilities: Capabilities::usual(),
        region: None,
        rate_per_s: 0.0,
        caps: NumberCaps::default(),
    };
    let added = board.add_number(community, new).await.unwrap();
    board.remove_number(community, added.id).await.unwrap();
}

on_both_databases! {
    async fn a_corrupted_row_of_each_kind_is_found_and_nothing_else_is_told(database: Database) {
        let Three { town, a, b, c, numbers } = three(database).await;
        let mut conn = raw(&town);
        unguard(&mut conn);
        let (clean, report) = verify(&town, 2);
        assert!(clean.clean && check(&report[..]).unwrap().clean, "{clean:?}");
        assert_eq!((clean.checked.assignments, clean.checked.members), (6, 3));

        let com = town.community.as_i64();
        let (ai, bi, ci) = (a.id.as_i64(), b.id.as_i64(), c.id.as_i64());
        let ab = numbers[&(a.id, b.id)].as_i64();
        let free = format!(
            "(SELECT min(id) FROM numbers WHERE id NOT IN (SELECT number_id FROM assignments WHERE member_id = {ai}))"
        );
        let (phone, later) = (a.phone.as_i64(), "9000000000000");
        let releases =
            "releases (community_id, member_id, number_id, contact_id, released_at, cool_until, memory_until, forwards_until)";
        let devices = "devices (community_id, id, member_id, phone, region, stopped_all, created_at)";
        let copy = |community: &str, number: &str, contact: &str| {
            format!(
                "INSERT INTO assignments SELECT {community}, member_id, {number}, {contact}, id + 1, origin, pending, \
                 blocked, stopped, answered_at, last_activity_at, created_at FROM assignments \
                 WHERE member_id = {ai} AND contact_id = {bi}"
            )
        };
        let spare = town.board.numbers(town.community, None, 10).await.unwrap();
        let spare = spare.iter().find(|number| number.assignments == 0).unwrap().id.as_i64();
        let line = |id: i64, hub: &str, of: i64| {
            format!(
                "INSERT INTO numbers (community_id, id, pool_id, e164, carrier, capabilities, region, rate_per_s, state, load, \
                 created_at, desk, hub, hub_id, tag) SELECT community_id, {id}, pool_id, e164, carrier, capabilities, region, \
                 rate_per_s, state, 0, created_at, FALSE, FALSE, {hub}, 7 FROM numbers WHERE id = {of}"
            )
        };
        let mut plants: Vec<(&str, String, &[&str])> = vec![
            (
                "two contacts on one number",
                format!("UPDATE assignments SET number_id = {ab} WHERE member_id = {ai} AND contact_id = {ci}"),
                &["route_key", "load"],
            ),
            (
                "one pair with two numbers",
                copy("community_id", &free, "contact_id"),
                &["pair_key", "load"],
            ),
            ("oneself as a contact", copy("community_id", &free, "member_id"), &["own_contact", "load"]),
            (
                "a lost mirror",
                format!("DELETE FROM assignments WHERE member_id = {bi} AND contact_id = {ai}"),
                &["mirror", "load"],
            ),
            (
                "a pair that both have received",
                format!("UPDATE assignments SET origin = 1 WHERE member_id IN ({ai}, {bi}) AND contact_id IN ({ai}, {bi})"),
                &["pair_agrees"],
            ),
            (
                "a mirror that waits alone",
                format!("UPDATE assignments SET pending = TRUE WHERE member_id = {bi} AND contact_id = {ai}"),
                &["pair_agrees"],
            ),
            (
                "a number that cools down for the member",
                format!("INSERT INTO {releases} VALUES ({com}, {ai}, {ab}, {ci}, 0, {later}, {later}, 0)"),
                &["cool_down"],
            ),
            (
                "a number that is kept for a former contact",
                format!("INSERT INTO {releases} VALUES ({com}, {ai}, {ab}, {ci}, 0, 0, {later}, 0)"),
                &["pair_memory"],
            ),
            (
                "a number that leads on for longer than it cools down",
                format!("INSERT INTO {releases} VALUES ({com}, {ai}, {ab}, {bi}, 0, 0, 0, {later})"),
                &["leads_on"],
            ),
            (
                "a number that leads to one contact and stands for another",
                format!("INSERT INTO {releases} VALUES ({com}, {ai}, {ab}, {ci}, 0, {later}, 0, {later})"),
                &["cool_down", "leads_on"],
            ),
            (
                "a row that a swap has moved, and that stands where it stood",
                format!(
                    "INSERT INTO swap_moves (community_id, swap_id, member_id, from_number_id, contact_id, assignment_id, \
                     to_number_id, moved_at, told) SELECT community_id, 5, member_id, number_id, contact_id, id, 78, \
                     created_at, 0 FROM assignments WHERE member_id = {ai} AND contact_id = {bi}"
                ),
                &["swap_moved"],
            ),
            (
                "a swap that counts what is not there",
                format!(
                    "INSERT INTO swaps (community_id, id, moved, failed, undone, not_undone) VALUES ({com}, 5, 3, 0, 0, 0)"
                ),
                &["swap_moved"],
            ),
            (
                "a number that cools down on the phone",
                format!("INSERT INTO phone_holds VALUES ({com}, {phone}, {ab}, NULL, 0, {later})"),
                &["cool_down"],
            ),
            (
                "a number that was stopped as somebody else",
                format!("INSERT INTO opt_outs VALUES ({com}, {phone}, {ab}, {ci}, 0, 5)"),
                &["stop_reserved"],
            ),
            (
                "a stop that is not marked",
                format!("INSERT INTO opt_outs VALUES ({com}, {phone}, {ab}, {bi}, 0, 5)"),
                &["stop_marked"],
            ),
            (
                "a stop of all that is not marked",
                format!("INSERT INTO opt_outs VALUES ({com}, {phone}, 0, NULL, 0, 5)"),
                &["stop_marked"],
            ),
            (
                "more contacts than numbers",
                "UPDATE numbers SET state = 'removed'".into(),
                &["number", "capacity"],
            ),
            (
                "a contact on the desk",
                format!("UPDATE numbers SET desk = TRUE WHERE id = {ab}"),
                &["desk"],
            ),
            (
                "a contact on a hub",
                format!("UPDATE numbers SET hub = TRUE WHERE id = {ab}"),
                &["hub_tag"],
            ),
            ("a tag of no hub", line(88, "99", ab), &["hub", "directory"]),
            (
                "a tag that is there twice",
                format!("UPDATE numbers SET hub = TRUE WHERE id = {spare}; {}; {}", line(88, "id", spare), line(89, "id", spare)),
                &["tag_of_one"],
            ),
            (
                "rows of no community",
                copy("999", "number_id", "contact_id"),
                &["community", "member", "contact", "number", "device", "capacity"],
            ),
            (
                "a member who is gone",
                format!("DELETE FROM members WHERE id = {ci}"),
                &["member", "contact", "device_owner"],
            ),
            (
                "a number that is not there",
                format!("UPDATE assignments SET number_id = 77 WHERE member_id = {ai} AND contact_id = {bi}"),
                &["number", "load"],
            ),
            (
                "a number of another community",
                format!("UPDATE numbers SET community_id = 998 WHERE id = {ab}"),
                &["number", "community", "pool", "directory", "load"],
            ),
            ("a number without its pool", "DELETE FROM pools".into(), &["pool"]),
            (
                "a member with no device",
                format!("DELETE FROM devices WHERE member_id = {ci}"),
                &["device"],
            ),
            (
                "a number that the directory does not know",
                format!("DELETE FROM number_directory WHERE number_id = {ab}"),
                &["directory"],
            ),
            (
                "an entry of the directory that leads nowhere",
                format!("INSERT INTO number_directory VALUES (12025559999, {com}, 78)"),
                &["directory"],
            ),
            (
                "an entry of the directory that leads to another number",
                format!("INSERT INTO number_directory VALUES (12025559998, {com}, {ab})"),
                &["directory"],
            ),
            (
                "a pool number that is somebody's phone",
                format!(
                    "INSERT INTO {devices} SELECT {com}, 79, {bi}, e164, NULL, FALSE, 0 FROM numbers WHERE id = {ab}"
                ),
                &["not_a_phone"],
            ),
            (
                "a phone of two members",
                format!("INSERT INTO {devices} VALUES ({com}, 80, {bi}, {phone}, NULL, FALSE, 0)"),
                &["phone_of_one"],
            ),
            (
                "a number that is there twice",
                format!(
                    "INSERT INTO numbers (community_id, id, pool_id, e164, carrier, capabilities, region, rate_per_s, state, \
                     load, created_at, desk, hub, tag) SELECT community_id, 81, pool_id, e164, carrier, capabilities, region, \
                     rate_per_s, state, 0, created_at, FALSE, FALSE, 0 FROM numbers WHERE id = {ab}"
                ),
                &["number_of_one", "directory"],
            ),
            (
                "a wrong count",
                format!("UPDATE numbers SET load = load + 1 WHERE id = {ab}"),
                &["load"],
            ),
        ];
        // Whatever is left of a community that is not there.
        for left in [
            "members (community_id, id, name, guest, created_at) VALUES (990, 83, 'x', FALSE, 0)",
            "pools (community_id, id, name, created_at) VALUES (990, 84, 'x', 0)",
            "releases (community_id, member_id, number_id, contact_id, released_at, cool_until, memory_until, \
             forwards_until) VALUES (990, 85, 86, 87, 0, 0, 0, 0)",
            "swaps (community_id, id, moved, failed, undone, not_undone) VALUES (990, 88, 0, 0, 0, 0)",
            "phone_holds (community_id, phone, number_id, released_at, cool_until) VALUES (990, 14155559999, 86, 0, 0)",
            "opt_outs (community_id, phone, number_id, created_at, id) VALUES (990, 14155559999, 0, 0, 5)",
        ] {
            plants.push(("something of no community", format!("INSERT INTO {left}"), &["community"]));
        }
        let mut met = BTreeSet::new();
        for (what, sql, rules) in plants {
            conn.execute(&sql).unwrap();
            for rows_at_once in [2, 20_000] {
                let (summary, report) = verify(&town, rows_at_once);
                let text = String::from_utf8(report).unwrap();
                let value: Value = serde_json::from_str(&text).unwrap();
                let told = value["report"]["offenders"].as_array().unwrap();
                let broken: BTreeSet<&str> = told.iter().map(|o| o["rule"].as_str().unwrap()).collect();
                assert_eq!(broken, rules.iter().copied().collect(), "{what}: {text}");
                assert_eq!(told.len() as u64, summary.offenders, "{what}");
                let counted = summary.rules.iter().map(|rule| rule.offenders).sum::<u64>();
                assert_eq!(counted, summary.offenders, "{what}");
                assert!(!check(text.as_bytes()).unwrap().clean, "{what}");
                for number in ["1415555", "1202555"] {
                    assert!(!text.contains(number), "{what}: a number in {text}");
                }
            }
            met.extend(rules.iter().copied());
            restore(&mut conn);
        }
        assert_eq!(met.len(), Rule::ALL.len(), "a rule that no plant breaks: {met:?}");
        assert!(verify(&town, 2).0.clean);
    }

    async fn what_changes_while_it_goes_on_is_no_offence(database: Database) {
        let Three { town, a, b, c, .. } = three(database).await;
        let others = [town.person("D").await, town.person("E").await];
        let key = town.board.signing_key([7; 32]).await.unwrap();
        let mut changes = 0;
        while changes < 60 {
            let mut report = Vec::new();
            let extent = Extent { rows_at_once: 2, ..Extent::of(None) };
            // Something changes between any two chunks.
            let meanwhile = &mut |_: Progress| {
                let changed = change(&town, (a, b, c), others, changes);
                tokio::runtime::Handle::current().block_on(changed);
                changes += 1;
                ControlFlow::Continue(())
            };
            let summary = tokio::task::block_in_place(|| {
                town.board.verify(extent, &key, [9; 32], &mut report, meanwhile)
            });
            assert!(summary.unwrap().clean, "{}", String::from_utf8_lossy(&report));
        }
        town.assert_history_agrees();
    }

    async fn a_report_names_so_many_offenders_and_counts_all(database: Database) {
        let Three { town, .. } = three(database).await;
        raw(&town).execute("UPDATE numbers SET load = load + 1").unwrap();
        let key = town.board.signing_key([7; 32]).await.unwrap();
        let extent = Extent { named: 3, ..Extent::of(None) };
        let mut report = Vec::new();
        let go_on = &mut |_: Progress| ControlFlow::Continue(());
        let summary = tokio::task::block_in_place(|| {
            town.board.verify(extent, &key, [9; 32], &mut report, go_on)
        });
        assert_eq!(summary.unwrap().offenders, 4);
        assert_eq!(check(&report[..]).unwrap().offenders, 4);
        let told: Value = serde_json::from_slice(&report).unwrap();
        let named = told["report"]["offenders"].as_array().unwrap().len();
        assert_eq!((named, &told["report"]["left_out"]), (3, &Value::from(1)));
    }

    async fn a_report_that_was_stopped_cut_off_or_changed_does_not_check(database: Database) {
        let Three { town, .. } = three(database).await;
        let key = town.board.signing_key([1; 32]).await.unwrap();
        let again = town.board.signing_key([2; 32]).await.unwrap();
        assert_eq!(key.signer(), again.signer(), "the key is made once");

        let mut stopped = Vec::new();
        let break_off = &mut |_: Progress| ControlFlow::Break(());
        let extent = Extent::of(Some(town.community));
        let ended = tokio::task::block_in_place(|| {
            town.board.verify(extent, &key, [9; 32], &mut stopped, break_off)
        });
        assert!(matches!(ended, Err(VerificationError::Stopped)));
        assert!(matches!(check(&stopped[..]), Err(ReportError::NotWhole(_))));

        let (_, report) = verify(&town, 20_000);
        assert_eq!(check(&report[..]).unwrap().signed_by, key.signer());
        let lines = report.iter().filter(|byte| **byte == b'\n').count();
        for cut in [report.len() / 2, report.len() - 10, 1] {
            assert!(check(&report[..cut]).is_err(), "cut at {cut} of {lines} lines");
        }
        let text = String::from_utf8(report.clone()).unwrap();
        let changed = text.replace("\"offender_count\":0", "\"offender_count\":1");
        assert!(matches!(check(changed.as_bytes()), Err(ReportError::Changed)));
        let forged = text.replace("\"value\":\"", "\"value\":\"AAAA");
        assert!(matches!(check(forged.as_bytes()), Err(ReportError::Forged)));
        let longer = format!("{text}{{}}\n");
        assert!(check(longer.as_bytes()).is_err());
    }
}
