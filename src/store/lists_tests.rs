//! What the lists cost: how SQLite reads each of them, and that one that is filtered comes to its end.

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::assignment_lists::{self, ContactFilter};
use super::delivery_lists::{self, DeliveryFilter};
use super::message_lists::{self, MessageFilter};
use super::releases::{self, ReleaseFilter};
use super::{
    Conn, Durability, admin_identities, admin_sessions, admin_users, api_keys, assignments, audit_log,
    book_links, calls, campaigns, capacity, communities, deferred, devices, events, history, hubs, imports,
    member_references, members, migrations, numbers, opt_outs, outbox, parts, pending_deliveries, pools,
    presence, swap_moves, swaps, traffic, verification, verifications,
};
use crate::domain::assignment::Origin;
use crate::domain::id::{CommunityId, EndpointId, ImportId, MemberId, MessageId, NumberId, SwapId};
use crate::domain::message::Status;
use crate::domain::{E164, Timestamp};

const HERE: i64 = 1;

fn here() -> CommunityId {
    CommunityId::from_i64(HERE)
}

fn open() -> (Conn, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("lists.db").display().to_string();
    drop(migrations::open_migrated(&url, Durability::Command).unwrap());
    let conn = super::DatabaseUrl::parse(&url).unwrap().connect(true).unwrap();
    (conn, folder)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Integer)]
    #[diesel(column_name = notused)]
    _rows: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Hears every statement that is run.
struct Heard(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl Instrumentation for Heard {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.0.lock().unwrap().push(query.to_string());
        }
    }
}

/// How SQLite reads what `run` asks for, one line for each step of each statement.
fn plan(conn: &mut Conn, run: impl FnOnce(&mut Conn)) -> Vec<String> {
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let Conn::Sqlite(c) = conn else {
        panic!("not SQLite");
    };
    c.set_instrumentation(Heard(heard.clone()));
    run(conn);
    let Conn::Sqlite(c) = conn else {
        panic!("not SQLite");
    };
    let statements = heard.lock().unwrap().clone();
    let mut steps = Vec::new();
    for statement in statements {
        // What is bound stands behind the statement; unbound parameters are NULL, and change no plan here.
        let sql = statement.split(" -- binds").next().unwrap().to_owned();
        let found: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
            .load(c)
            .unwrap();
        steps.extend(found.into_iter().map(|step| step.detail));
    }
    assert!(!steps.is_empty());
    steps
}

/// Every step finds its beginning in a key or an index, and none sorts.
#[track_caller]
fn assert_direct(what: &str, steps: &[String]) {
    for step in steps {
        assert!(
            step.starts_with("SEARCH ") && !step.contains("TEMP B-TREE"),
            "{what}: {steps:#?}"
        );
    }
}

#[test]
fn no_list_of_messages_scans_or_sorts() {
    let (mut conn, _folder) = open();
    messages(&mut conn, 10, 3);
    let statuses = std::iter::once(None).chain(Status::ALL.map(Some));
    for status in statuses {
        for (member, contact) in [(None, None), (None, Some(2)), (Some(1), None), (Some(1), Some(2))] {
            for (origin, between_members) in [(None, false), (Some(1), false), (None, true)] {
                let filter = MessageFilter {
                    member,
                    contact,
                    status,
                    origin,
                    since: Some(3),
                    between_members,
                };
                let steps = plan(&mut conn, |conn| {
                    message_lists::list(conn, here(), filter, i64::MAX, 51).unwrap();
                });
                assert_direct(&format!("{filter:?}"), &steps);
                let index = match (member.or(contact), status) {
                    (Some(_), _) => "messages_from",
                    (None, Some(status)) if status.code() >= 4 => "messages_ended_badly",
                    _ => "PRIMARY KEY",
                };
                assert!(steps.iter().any(|s| s.contains(index)), "{filter:?}: {steps:#?}");
            }
        }
    }
}

#[test]
fn no_list_of_deliveries_scans_or_sorts() {
    let (mut conn, _folder) = open();
    for endpoints in [None, Some(vec![4]), Some(vec![4, 5])] {
        for event in [None, Some(6)] {
            for state in [None, Some(0), Some(1), Some(2)] {
                let filter = DeliveryFilter {
                    endpoints: endpoints.clone(),
                    event,
                    state,
                };
                let steps = plan(&mut conn, |conn| {
                    delivery_lists::list(conn, here(), &filter, i64::MAX, 51).unwrap();
                });
                assert_direct(&format!("{filter:?}"), &steps);
                let index = match (event, &endpoints, state) {
                    (Some(_), _, _) => "deliveries_event",
                    (None, Some(_), Some(0)) => "deliveries_pending",
                    (None, Some(_), _) => "deliveries_endpoint",
                    (None, None, Some(0 | 2)) => "deliveries_undelivered",
                    _ => "PRIMARY KEY",
                };
                assert!(steps.iter().any(|s| s.contains(index)), "{filter:?}: {steps:#?}");
            }
        }
    }
}

#[test]
fn what_is_pending_is_found_among_what_is_pending() {
    let (mut conn, _folder) = open();
    let steps = plan(&mut conn, |conn| {
        let endpoint = EndpointId::from_i64(4);
        pending_deliveries::after(conn, here(), endpoint, 0, 1_000).unwrap();
        pending_deliveries::oldest_event(conn, here()).unwrap();
        pending_deliveries::give_up(conn, here(), endpoint, "why", 0).unwrap();
        pending_deliveries::give_up_overdue(conn, (here(), &[4, 5]), (9, "why"), 0, 10).unwrap();
    });
    assert_direct("pending deliveries", &steps);
    assert!(
        steps.iter().all(|s| s.contains("deliveries_pending")),
        "{steps:#?}"
    );
}

#[test]
fn what_each_text_looks_up_is_found_by_its_index_without_anybodys_analyze() {
    let (mut conn, _folder) = open();
    let (member, contact) = (MemberId::from_i64(7), MemberId::from_i64(8));
    let steps = plan(&mut conn, |conn| {
        devices::of_member(conn, here(), member).unwrap();
        devices::primary(conn, here(), member).unwrap();
    });
    assert!(steps.iter().all(|s| s.contains("devices_member")), "{steps:#?}");
    let steps = plan(&mut conn, |conn| {
        assignments::lock_pair(conn, here(), member, contact).unwrap();
    });
    let by_pair = steps.iter().filter(|s| s.contains("assignments_pair")).count();
    assert_eq!(by_pair, 2, "{steps:#?}");
    let (phone, number) = (E164::from_i64(14_155_550_101).unwrap(), NumberId::from_i64(7));
    let steps = plan(&mut conn, |conn| {
        assignments::by_phone_and_number(conn, here(), phone, number).unwrap();
    });
    assert_eq!(steps.len(), 2, "{steps:#?}");
    // Either of the two indexes that have both.
    let keys = [
        "devices_phone (community_id=? AND phone=?)",
        "devices_any_phone (phone=? AND community_id=?)",
    ];
    assert!(keys.iter().any(|key| steps[0].contains(key)), "{steps:#?}");
    assert!(
        steps[1].contains("(community_id=? AND member_id=? AND number_id=?)"),
        "{steps:#?}"
    );
    let steps = plan(&mut conn, |conn| {
        assignments::by_contact_with_ends(conn, here(), member, contact).unwrap();
    });
    assert!(steps.iter().all(|step| !step.contains("SCAN")), "{steps:#?}");
    assert!(
        steps[0].contains("assignments_pair (community_id=? AND member_id=? AND contact_id=?)"),
        "{steps:#?}"
    );
    assert!(steps[1].contains("(community_id=? AND id=?)"), "{steps:#?}");
    assert!(
        steps[2].contains("devices_member (community_id=? AND member_id=?)"),
        "{steps:#?}"
    );
    let steps = plan(&mut conn, |conn| {
        numbers::find_with_community(conn, E164::from_i64(12_025_550_100).unwrap()).unwrap();
    });
    assert_eq!(steps.len(), 3, "{steps:#?}");
    assert!(steps.iter().all(|step| step.starts_with("SEARCH")), "{steps:#?}");
}

#[test]
fn what_waits_for_many_rows_is_found_in_one_reading_of_the_communitys_outbox() {
    let (mut conn, _folder) = open();
    let lanes: Vec<i64> = (-100..100).collect();
    let steps = plan(&mut conn, |conn| {
        outbox::of_lanes(conn, here(), &lanes).unwrap();
    });
    assert_eq!(steps.len(), 1, "{steps:#?}");
    assert!(
        steps[0].contains("USING PRIMARY KEY (community_id=?)"),
        "{steps:#?}"
    );
    let steps = plan(&mut conn, |conn| {
        outbox::notices(conn, here()).unwrap();
        deferred::notices(conn, here(), 100).unwrap();
    });
    let reads: Vec<_> = steps
        .iter()
        .filter(|s| s.contains("outbox") || s.contains("deferred"))
        .collect();
    assert_eq!(reads.len(), 2, "{steps:#?}");
    assert!(
        reads[0].contains("USING PRIMARY KEY (community_id=?)"),
        "{steps:#?}"
    );
    assert!(
        reads[1].contains("deferred_texts_lane (community_id=? AND lane<?)"),
        "{steps:#?}"
    );
}

#[test]
fn what_an_import_looks_up_for_many_rows_at_once_is_found_by_keys() {
    let (mut conn, _folder) = open();
    let many: Vec<i64> = (0..500).collect();
    let words: Vec<String> = many.iter().map(i64::to_string).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let import = ImportId::from_i64(7);
    let steps = plan(&mut conn, |conn| {
        devices::owners(conn, here(), &many).unwrap();
        members::some(conn, here(), &many).unwrap();
        member_references::find(conn, here(), &words).unwrap();
        member_references::of_members(conn, here(), &many).unwrap();
        imports::lines_of(conn, here(), import, &many).unwrap();
        imports::line_of(conn, here(), import, (7, 8)).unwrap();
        numbers::in_service(conn, &many).unwrap();
        opt_outs::stopped_all(conn, here(), &many).unwrap();
    });
    assert_direct("rows of an import", &steps);
    let by_half_a_key = |step: &&String| step.ends_with("(community_id=?)") || step.ends_with("import_id=?)");
    assert!(!steps.iter().any(|step| by_half_a_key(&step)), "{steps:#?}");
}

#[test]
fn members_that_are_named_by_their_ids_are_read_by_their_keys() {
    let (mut conn, _folder) = open();
    let hundred: Vec<_> = (0..100).map(MemberId::from_i64).collect();
    let steps = plan(&mut conn, |conn| {
        members::of_ids(conn, here(), &hundred).unwrap();
    });
    assert_direct("members by their ids", &steps);
    assert_eq!(steps.len(), 1, "{steps:#?}");
    assert!(
        steps[0].ends_with("USING PRIMARY KEY (community_id=? AND id=?)"),
        "{steps:#?}"
    );
}

#[test]
fn no_other_list_scans_or_sorts() {
    let (mut conn, _folder) = open();
    let (member, number) = (MemberId::from_i64(7), NumberId::from_i64(7));
    let steps = plan(&mut conn, |conn| {
        communities::list(conn, 7, 51).unwrap();
        api_keys::list(conn, 7, 51).unwrap();
        admin_users::list(conn, 7, 51).unwrap();
        admin_users::by_name(conn, "ann").unwrap();
        admin_users::communities(conn, 7).unwrap();
        admin_sessions::get(conn, "hash").unwrap();
        admin_users::get_invite(conn, "hash").unwrap();
        admin_identities::get(conn, "issuer", "subject").unwrap();
        admin_identities::of_user(conn, 7).unwrap();
        admin_identities::knows(conn, "issuer", 7).unwrap();
        admin_identities::forget_tries(conn, 7).unwrap();
        audit_log::list(conn, 7, 51).unwrap();
        audit_log::forget(conn, 7, 51).unwrap();
        members::list(conn, here(), 7, 51).unwrap();
        numbers::list(conn, here(), 7, 51).unwrap();
        pools::list(conn, here(), 7, 51).unwrap();
        campaigns::list(conn, here(), 7, 51).unwrap();
        swaps::list(conn, here(), i64::MAX, 51).unwrap();
        swap_moves::list(conn, here(), SwapId::from_i64(7), (7, 7), 51).unwrap();
        swaps::numbers(conn, here(), SwapId::from_i64(7)).unwrap();
        swaps::of_number(conn, here(), NumberId::from_i64(7)).unwrap();
        traffic::of_day(conn, here(), 7).unwrap();
        traffic::waits(conn, here(), number, 7).unwrap();
        traffic::sent_between(conn, here(), (member, member), 7, 51).unwrap();
        opt_outs::list(conn, here(), i64::MAX, 51).unwrap();
        verifications::list(conn, i64::MAX, 51).unwrap();
        book_links::list(conn, here(), member, 7, 51).unwrap();
        book_links::by_hash(conn, here(), "hash").unwrap();
        members::named(conn, here(), "an", None, 51).unwrap();
        members::named(conn, here(), "an", Some(("anna", 7)), 51).unwrap();
        members::by_name(conn, here(), "ann", true, 11).unwrap();
        members::by_name(conn, here(), "ann", false, 11).unwrap();
        numbers::desk(conn, here()).unwrap();
        hubs::line(conn, here(), number, 7).unwrap();
        hubs::lines(conn, here(), number).unwrap();
        hubs::seats(conn, here(), member, number).unwrap();
        hubs::lines_of_member(conn, here(), member).unwrap();
        hubs::warnings(conn, here(), member, 51).unwrap();
        hubs::open(conn, here()).unwrap();
        hubs::people(conn, here(), member, number).unwrap();
        assignment_lists::book(conn, here(), member).unwrap();
        let moment = Timestamp(7);
        history::of_direction(conn, here(), (member, member), (7, 7), 51).unwrap();
        history::of_number(conn, here(), (member, number), moment).unwrap();
        presence::of_phone(conn, here(), E164::from_i64(12_025_550_100).unwrap(), moment).unwrap();
        presence::of_member(conn, here(), member, moment).unwrap();
        presence::of_phones_since(conn, 1, &[12_025_550_100, 12_025_550_101], moment).unwrap();
        presence::was_in_service(conn, here(), number, moment).unwrap();
        verification::chunk(conn, here(), 7, 51).unwrap();
        verification::by_phone(conn, here(), 7, 51).unwrap();
        imports::list(conn, here(), i64::MAX, 51).unwrap();
        imports::over_before(conn, here(), moment).unwrap();
        imports::refusals(conn, here(), ImportId::from_i64(7), 7, 51).unwrap();
        assignment_lists::of_community(conn, here(), (member, number), 51).unwrap();
        assignment_lists::of_member(conn, here(), (member, number), 51).unwrap();
        events::of_lane_between(conn, here(), 7, (7, 51)).unwrap();
        outbox::of_message(conn, here(), 7).unwrap();
        parts::all_of_message(conn, here(), 7).unwrap();
        super::messages::sent_at(conn, here(), MessageId::from_i64(7)).unwrap();
    });
    assert_direct("lists in the order of a key", &steps);
    for (of, held_at) in [(None, None), (Some(member), None), (None, Some((7, true)))] {
        let steps = plan(&mut conn, |conn| {
            let filter = ReleaseFilter { held_at };
            releases::list(conn, here(), (of, (member, number)), filter, 51).unwrap();
        });
        assert_direct("releases", &steps);
    }
    let steps = plan(&mut conn, |conn| {
        calls::live_of_member(conn, here(), member).unwrap();
    });
    assert!(steps.iter().all(|s| s.contains("calls_live")), "{steps:#?}");
    let filters = [
        ContactFilter::default(),
        ContactFilter {
            origin: Some(Origin::Received),
            pending: Some(true),
            blocked: Some(true),
            stopped: Some(true),
        },
    ];
    for filter in filters {
        let steps = plan(&mut conn, |conn| {
            assignment_lists::by_contact(conn, here(), (member, member), filter, 51).unwrap();
        });
        assert_direct("contacts", &steps);
    }
}

/// So many messages, every `nth` of which is a notice.
fn messages(conn: &mut Conn, count: i64, nth: i64) {
    conn.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO messages \
         (community_id, id, origin, from_member, to_member, text, status, want_receipt, accepted_at, updated_at, \
         expires_at) SELECT {HERE}, i, CASE WHEN i % {nth} = 0 THEN 2 ELSE 1 END, 1 + i % 2, 2 - i % 2, 'hi', 3, 0, \
         0, 0, 0 FROM n"
    ))
    .unwrap();
}

#[test]
fn a_filtered_list_is_walked_to_its_end_although_a_page_looks_at_a_part_of_it() {
    let (mut conn, _folder) = open();
    messages(&mut conn, 25_000, 12_000);
    // Half of them are from the member, half to them: each is looked through for itself.
    for (member, looks) in [(None, 3), (Some(1), 13)] {
        let filter = MessageFilter {
            member,
            origin: Some(2),
            ..MessageFilter::default()
        };
        let (mut found, mut pages, mut before) = (Vec::new(), 0, i64::MAX);
        loop {
            let part = message_lists::list(&mut conn, here(), filter, before, 10).unwrap();
            found.extend(part.rows.iter().map(|row| row.id));
            pages += 1;
            match part.looked_to {
                Some(to) => before = to,
                None => break,
            }
        }
        assert_eq!(found, [24_000, 12_000], "of {member:?}");
        assert_eq!(pages, looks, "of {member:?}");
    }
}

#[test]
fn both_ends_of_a_members_messages_come_in_one_order_without_gaps_or_repeats() {
    let (mut conn, _folder) = open();
    messages(&mut conn, 100, 1_000);
    let filter = MessageFilter {
        member: Some(1),
        contact: Some(2),
        ..MessageFilter::default()
    };
    let (mut found, mut before) = (Vec::new(), i64::MAX);
    loop {
        let part = message_lists::list(&mut conn, here(), filter, before, 7).unwrap();
        let Some(last) = part.rows.last() else {
            break;
        };
        before = last.id;
        found.extend(part.rows.iter().map(|row| row.id));
    }
    assert_eq!(found, (1..=100).rev().collect::<Vec<_>>());
}

#[test]
fn the_planner_reads_each_piece_by_keys_and_sorts_nothing() {
    let (mut conn, _folder) = open();
    let member = "INSERT INTO members (community_id, id, name, guest, created_at) SELECT 1, i, 'M', FALSE, 0 FROM (SELECT 1 AS i UNION SELECT 2)";
    conn.execute("INSERT INTO communities (id, name, policy, created_at) VALUES (1, 'C', '{}', 0)")
        .unwrap();
    conn.execute(member).unwrap();
    let piece = capacity::piece(&mut conn, here(), 0).unwrap().unwrap();
    let since = capacity::Since {
        window: 5,
        settled_ms: 3,
        idle: 4,
    };
    let numbers: Vec<i64> = (1..2_000).collect();
    let steps = plan(&mut conn, |conn| {
        capacity::piece(conn, here(), 0).unwrap();
        capacity::tables(conn, piece, since, [&numbers, &[]]).unwrap();
        capacity::releases(conn, piece, 3, 5).unwrap();
        capacity::holds(conn, piece, 5).unwrap();
        capacity::stops(conn, piece).unwrap();
        capacity::regions(conn, piece).unwrap();
        let members = [1, 2].map(MemberId::from_i64);
        capacity::in_use(conn, here(), &members).unwrap();
        capacity::in_service(conn, here()).unwrap();
    });
    assert_direct("planner", &steps);
}

#[test]
fn capped_numbers_are_found_among_the_capped_and_what_is_old_by_its_age() {
    let (mut conn, _folder) = open();
    let steps = plan(&mut conn, |conn| {
        numbers::capped(conn).unwrap();
    });
    assert!(steps.iter().all(|s| s.contains("numbers_capped")), "{steps:#?}");
    let steps = plan(&mut conn, |conn| {
        swaps::going(conn).unwrap();
    });
    assert!(steps.iter().all(|s| s.contains("swaps_going")), "{steps:#?}");
    let steps = plan(&mut conn, |conn| {
        numbers::of_pool(conn, here(), 7).unwrap();
        traffic::forget(conn, 7, 7).unwrap();
    });
    assert_direct("caps of a pool, old counts", &steps);
}
