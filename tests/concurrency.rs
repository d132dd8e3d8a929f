//! Many tasks, two processes and two nodes work on the same rows at once: everything is there afterwards, no
//! rule is broken, and nobody meets "database is locked".
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::HashSet;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use partyline::domain::E164;
use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::message::Reason;
use partyline::domain::policy::{Policy, WhenFull};
use partyline::switchboard::outlet::{Exchange as _, InboundText, Verdict};
use partyline::switchboard::{
    CampaignEdit, ContactRef, EndpointEdit, Expected, ImportRow, NewCampaign, NewMessage, NumberEdit,
    PoolFile, Switchboard, SwitchboardError,
};
use support::exchange::{Person, Town};
use support::on_both_databases;

/// Contacts that each of the four groups adds.
const EACH: usize = 15;
const ADDER: &str = "PARTYLINE_TEST_ADDER";

/// Adds the contacts one task each.
async fn add_all(board: &Switchboard, community: CommunityId, hub: MemberId, others: Vec<MemberId>) {
    let adding = others.into_iter().map(|other| {
        let board = board.clone();
        // Half choose the hub, half are chosen by it: both lock orders occur.
        let pair = if other.as_i64() % 2 == 0 {
            (hub, other)
        } else {
            (other, hub)
        };
        tokio::spawn(async move { board.add_contact(community, pair.0, pair.1).await })
    });
    for added in adding.collect::<Vec<_>>() {
        added.await.unwrap().expect("an add must not fail");
    }
}

/// Two change the same thing at once, each as they saw it: what the one made of it whose change was done.
async fn only_one<T, F>(one: F, other: F) -> T
where
    T: std::fmt::Debug + Send + 'static,
    F: Future<Output = Result<T, SwitchboardError>> + Send + 'static,
{
    let (one, other) = (tokio::spawn(one), tokio::spawn(other));
    match (one.await.unwrap(), other.await.unwrap()) {
        (Ok(done), Err(told)) | (Err(told), Ok(done)) => {
            assert_eq!(told.code(), "changed_meanwhile", "{told}");
            done
        }
        both => panic!("{both:?}"),
    }
}

/// The second process's work; its orders are in the environment. Without orders there is nothing to do:
/// the stories below start this test binary again with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_process() {
    let Ok(orders) = std::env::var(ADDER) else { return };
    let mut orders = orders.split_whitespace();
    let url = orders.next().unwrap();
    let mut id = || orders.next().unwrap().parse::<i64>();
    let (community, hub) = (
        CommunityId::from_i64(id().unwrap()),
        MemberId::from_i64(id().unwrap()),
    );
    let mut others = Vec::new();
    while let Ok(Some(other)) = orders.next().map(str::parse::<i64>).transpose() {
        others.push(MemberId::from_i64(other));
    }
    let (board, _) = Town::open(
        url,
        std::sync::Arc::new(support::exchange::StepClock::at_the_beginning()),
        9,
    );
    add_all(&board, community, hub, others).await;
}

on_both_databases! {
    async fn every_contact_that_many_tasks_and_two_processes_add_is_there_and_on_a_number_of_its_own(database: Database) {
        let policy = Policy { received_cap_percent: 100, ..Policy::default() };
        let town = Town::found(database, 4 * EACH as i64, policy).await;
        let hub = town.person("Hub").await;
        let mut people = Vec::new();
        for n in 0..4 * EACH {
            people.push(town.person(&format!("Person {n}")).await);
        }
        let ids = |range: std::ops::Range<usize>| people[range].iter().map(|p: &Person| p.id).collect::<Vec<_>>();

        let orders = ids(0..2 * EACH).iter().map(|id| id.as_i64().to_string()).collect::<Vec<_>>().join(" ");
        let orders = format!("{} {} {} {orders}", town.url, town.community.as_i64(), hub.id.as_i64());
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_second_process"])
            .env(ADDER, orders)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
        tokio::join!(
            add_all(&town.board, town.community, hub.id, ids(2 * EACH..3 * EACH)),
            add_all(&second, town.community, hub.id, ids(3 * EACH..4 * EACH)),
            // The same pairs from here too: the second process's adds and these must meet.
            add_all(&town.board, town.community, hub.id, ids(0..EACH)),
        );
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

        let table = town.board.contacts(town.community, hub.id).await.unwrap();
        let contacts: HashSet<_> = table.iter().map(|c| c.contact).collect();
        assert_eq!(contacts, ids(0..4 * EACH).into_iter().collect(), "no add was lost");
        let numbers: HashSet<_> = table.iter().map(|c| c.number).collect();
        assert_eq!(numbers.len(), 4 * EACH, "no two contacts of one phone on one number");
        for person in &people {
            let theirs = town.board.contacts(town.community, person.id).await.unwrap();
            assert_eq!(theirs.len(), 1, "the mirror is there");
            let mine = table.iter().find(|c| c.contact == person.id).unwrap();
            assert_eq!((theirs[0].number, theirs[0].mirror_number), (mine.mirror_number, mine.number));
        }
        let loads: i64 =
            town.board.numbers(town.community, None, 500).await.unwrap().iter().map(|n| n.assignments).sum();
        assert_eq!(loads, 8 * EACH as i64, "the loads were counted");
    }

    async fn of_two_who_looked_at_the_same_thing_one_changes_it_and_the_other_is_told(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
        let (board, community) = (&town.board, town.community);
        let number = board.numbers(community, None, 1).await.unwrap().remove(0).id;
        let new = NewCampaign { name: "C1".into(), pool: None, rate_per_s: 0.0, texts_per_day: 0 };
        let campaign = board.create_campaign(community, new).await.unwrap().id;
        let to = |url: String| EndpointEdit { url: Some(url), ..EndpointEdit::default() };
        let made = board.create_endpoint(community, None, to("https://a.example.org".into()), [7; 32]).await;
        let endpoint = made.unwrap().0.id;
        let key = board.tag_key([7; 32]).await.unwrap();
        let as_seen = |json: serde_json::Result<Vec<u8>>| {
            Expected::one_of(vec![key.of_json(&json.unwrap())], key.clone())
        };
        for round in 1..=5_i64 {
            let seen = board.number(community, number).await.unwrap();
            let seen = as_seen(serde_json::to_vec(&seen));
            let edit = |board: Switchboard, texts_per_day: i64| {
                let edit = NumberEdit { texts_per_day: Some(texts_per_day), ..NumberEdit::default() };
                let seen = seen.clone();
                async move { board.edit_number_if(community, number, edit, seen).await.map(|n| n.texts_per_day) }
            };
            let won = only_one(edit(board.clone(), 2 * round), edit(second.clone(), 2 * round + 1)).await;
            assert_eq!(board.number(community, number).await.unwrap().texts_per_day, won);

            let seen = board.campaign(community, campaign).await.unwrap();
            let seen = as_seen(serde_json::to_vec(&seen));
            let edit = |board: Switchboard, texts_per_day: i64| {
                let edit = CampaignEdit { texts_per_day: Some(texts_per_day), ..CampaignEdit::default() };
                let seen = seen.clone();
                async move { board.edit_campaign(community, campaign, edit, seen).await.map(|c| c.texts_per_day) }
            };
            let won = only_one(edit(board.clone(), 2 * round), edit(second.clone(), 2 * round + 1)).await;
            assert_eq!(board.campaign(community, campaign).await.unwrap().texts_per_day, won);

            let seen = board.endpoint(community, endpoint).await.unwrap();
            let seen = as_seen(serde_json::to_vec(&seen));
            let edit = |board: Switchboard, who: &str| {
                let (edit, seen) = (to(format!("https://{who}.example.org/{round}")), seen.clone());
                async move { board.edit_endpoint(community, endpoint, edit, seen).await.map(|e| e.url) }
            };
            let won = only_one(edit(board.clone(), "a"), edit(second.clone(), "b")).await;
            assert_eq!(board.endpoint(community, endpoint).await.unwrap().url, won);
        }
    }

    async fn tables_that_are_full_everywhere_are_recycled_by_many_at_once_and_the_loads_stay_true(database: Database) {
        let policy = Policy {
            when_full: WhenFull::Recycle,
            cool_down_s: 0,
            received_cap_percent: 100,
            ..Policy::default()
        };
        let town = Town::found(database, 2, policy).await;
        let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
        let mut people = Vec::new();
        for n in 0..8 {
            people.push(town.person(&format!("Person {n}")).await.id);
        }
        for round in 0..6 {
            let mut adding = Vec::new();
            for (at, member) in people.iter().copied().enumerate() {
                let contact = people[(at + 1 + round % 7) % people.len()];
                let board = if at % 2 == 0 { town.board.clone() } else { second.clone() };
                let community = town.community;
                adding.push(tokio::spawn(async move { board.add_contact(community, member, contact).await }));
            }
            for added in adding {
                // Some find no room after others have made and filled it; what counts is what is left.
                let _ = added.await.unwrap();
            }
        }
        let rows = town.board.assignments(town.community, None, None, 500).await.unwrap();
        for number in town.board.numbers(town.community, None, 500).await.unwrap() {
            let standing = rows.iter().filter(|(_, id)| *id == number.id).count();
            assert_eq!(number.assignments, standing as i64, "{}", number.id);
        }
        for (row, _) in &rows {
            let mirrored = rows.iter().any(|(r, _)| (r.member, r.contact) == (row.contact, row.member));
            assert!(mirrored, "both rows of a pair are there, or neither");
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// What a query counts on PostgreSQL.
fn count(conn: &mut partyline::store::Conn, query: &str) -> i64 {
    use diesel::RunQueryDsl as _;
    let partyline::store::Conn::Postgres(c) = conn else {
        panic!("not PostgreSQL")
    };
    diesel::sql_query(query).get_result::<Count>(c).unwrap().count
}

/// Runs statements as another node would, on a connection of its own.
fn other_node(town: &Town) -> partyline::store::Conn {
    let url = partyline::store::DatabaseUrl::parse(&town.url).unwrap();
    url.connect(true).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_meets_a_release_or_a_stop_of_another_node_waits_for_it_and_is_not_bridged() {
    let town = Town::found(support::Database::Postgres, 5, Policy::default()).await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let contact = town.befriend(ann, bob).await;
    let community = town.community.as_i64();
    let lock =
        format!("SELECT 1 FROM assignments WHERE community_id = {community} ORDER BY member_id FOR UPDATE");
    let stop = format!(
        "UPDATE assignments SET stopped = true WHERE community_id = {community} AND member_id = {}",
        bob.id.as_i64()
    );
    let release = format!(
        "INSERT INTO releases (community_id, member_id, number_id, contact_id, released_at, cool_until) \
         SELECT community_id, member_id, number_id, contact_id, 0, 0 FROM assignments \
         WHERE community_id = {community}; DELETE FROM assignments WHERE community_id = {community}"
    );
    let stopped = Verdict::Refused {
        reason: Reason::RecipientOptedOut,
        reject: false,
    };
    let released = Verdict::Quarantined(Reason::PairReleased);
    for (work, verdict) in [(stop, stopped), (release, released)] {
        let mut other = other_node(&town);
        other.execute(&format!("BEGIN; {lock}; {work}")).unwrap();
        let later = tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(500));
            other.execute("COMMIT").unwrap();
        });
        assert_eq!(
            town.text(ann.phone, contact.number, "hello?").await.verdict,
            verdict
        );
        later.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_releases_blocks_or_stops_a_pair_or_takes_its_phone_waits_for_a_text_on_its_way_onto_it() {
    let town = Town::found(support::Database::Postgres, 5, Policy::default()).await;
    for change in [
        "release",
        "block",
        "stop",
        "stopall",
        "remove device",
        "delete member",
    ] {
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let spare = E164::from_i64(bob.phone.as_i64() + 1_000).unwrap();
        town.board
            .add_device(town.community, bob.id, spare)
            .await
            .unwrap();
        let device = town.board.devices(town.community, bob.id).await.unwrap()[0].id;
        // As another node's intake has the sender's row while it bridges.
        let mut bridging = other_node(&town);
        bridging
            .execute(&format!(
                "BEGIN; SELECT 1 FROM assignments WHERE community_id = {} AND member_id = {} FOR KEY SHARE",
                town.community.as_i64(),
                ann.id.as_i64()
            ))
            .unwrap();
        let (board, community) = (town.board.clone(), town.community);
        let text = |text: &str| InboundText {
            media: Vec::new(),
            carrier: "test".into(),
            carrier_ref: None,
            from: bob.phone,
            to: contact.mirror_number,
            text: text.into(),
            want_receipt: false,
            valid_for_s: None,
            held: Vec::new(),
        };
        let word = text(change);
        let changing = tokio::spawn(async move {
            let to_bob = ContactRef::Member(bob.id);
            match change {
                "release" => board.release_contact(community, ann.id, to_bob).await.unwrap(),
                "block" => drop(board.set_blocked(community, ann.id, to_bob, true).await.unwrap()),
                "remove device" => board.remove_device(community, bob.id, device).await.unwrap(),
                "delete member" => board.delete_member(community, bob.id).await.unwrap(),
                _ => drop(board.receive(word).await.unwrap()),
            }
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!changing.is_finished(), "{change} did not wait");
        bridging.execute("COMMIT").unwrap();
        changing.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_or_key_that_another_node_stores_at_the_same_moment_is_known_and_another_under_its_id_is_not_lost()
 {
    let town = Town::found(support::Database::Postgres, 5, Policy::default()).await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let contact = town.befriend(ann, bob).await;
    // What the other node takes in, its commit half a second away.
    let storing = |id: i64, carrier: &str, reference: &str, text: &str| {
        let mut other = other_node(&town);
        other
            .execute(&format!(
                "BEGIN; INSERT INTO messages (community_id, id, origin, from_member, to_member, from_phone, \
                 dialled, text, status, want_receipt, carrier_in, carrier_ref, accepted_at, updated_at, expires_at) \
                 VALUES ({}, {id}, {}, {}, {}, {}, {}, '{text}', 4, false, '{carrier}', '{reference}', 0, 0, 0)",
                town.community.as_i64(),
                i64::from(carrier == "api"),
                ann.id.as_i64(),
                bob.id.as_i64(),
                ann.phone.as_i64(),
                contact.number.as_i64(),
            ))
            .unwrap();
        tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(500));
            other.execute("COMMIT").unwrap();
        })
    };
    let text = async |reference: &str, text: &str| {
        let under = |inbound: &mut InboundText| inbound.carrier_ref = Some(reference.to_owned());
        town.text_with(ann.phone, contact.number, text, under)
            .await
            .verdict
    };
    let later = storing(1, "test", "mo-1", "one");
    assert_eq!(text("mo-1", "one").await, Verdict::Duplicate);
    later.await.unwrap();
    let later = storing(2, "test", "mo-2", "one");
    assert_eq!(text("mo-2", "another").await, Verdict::Bridged);
    later.await.unwrap();
    assert_eq!(text("mo-2", "another").await, Verdict::Duplicate);
    let inbox = town.carrier.wait_for(bob.phone, 1).await;
    assert_eq!(inbox, [(contact.mirror_number, "another".to_owned())]);

    let send = async |key: &str, text: &str| {
        let new = NewMessage {
            from: ann.id,
            to: bob.id,
            text: text.into(),
            urgent: false,
            idempotency_key: Some(key.into()),
        };
        town.board.send(town.community, new).await
    };
    let later = storing(3, "api", "key-1", "one");
    let (known, created) = send("key-1", "one").await.unwrap();
    assert_eq!((known.id.as_i64(), created), (3, false));
    later.await.unwrap();
    let later = storing(4, "api", "key-2", "one");
    let error = send("key-2", "another").await.unwrap_err();
    assert_eq!(error.code(), "idempotency_key_reused", "{error}");
    later.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_another_node_removes_while_it_is_chosen_gets_no_pair() {
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let mut other = other_node(&town);
    other
        .execute("BEGIN; UPDATE numbers SET state = 'removed' WHERE load = 0")
        .unwrap();
    let later = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(500));
        other.execute("COMMIT").unwrap();
    });
    let error = town
        .board
        .add_contact(town.community, ann.id, bob.id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "table_full", "{error}");
    later.await.unwrap();
    let rows = town
        .board
        .assignments(town.community, None, None, 10)
        .await
        .unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_that_are_changed_at_once_by_two_nodes_are_all_changed() {
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
    for round in 1..=10_u32 {
        let patch = |board: &Switchboard, field: &str, value: u32| {
            let (board, id) = (board.clone(), town.community);
            let changes = [(field.to_owned(), value.into())].into_iter().collect();
            tokio::spawn(async move { board.patch_community(id, None, changes).await.unwrap() })
        };
        let patches = [
            patch(&town.board, "cool_down_s", round),
            patch(&second, "deadline_s", round),
            patch(&town.board, "member_texts_per_minute", round),
            patch(&second, "max_text_chars", round),
        ];
        for patched in patches {
            patched.await.unwrap();
        }
        let policy = town.board.community(town.community).await.unwrap().policy;
        let now = (
            policy.cool_down_s,
            policy.deadline_s,
            policy.member_texts_per_minute,
            policy.max_text_chars,
        );
        assert_eq!(now, (round.into(), round.into(), round, round as usize));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_need_not_wait_for_the_whole_of_a_bulk() {
    const MANY: usize = 300;
    let policy = Policy {
        received_cap_percent: 100,
        member_texts_per_minute: 0,
        ..Policy::default()
    };
    let town = Town::found(support::Database::Sqlite, MANY as i64 + 1, policy).await;
    let (ann, bob, hub) = (
        town.person("Ann").await,
        town.person("Bob").await,
        town.person("Hub").await,
    );
    let contact = town.befriend(ann, bob).await;
    let mut others = Vec::new();
    for n in 0..MANY {
        others.push(town.person(&format!("Person {n}")).await.id);
    }
    let (board, community, some) = (town.board.clone(), town.community, others[..100].to_vec());
    let began = Instant::now();
    let together = board
        .add_contacts(community, hub.id, some, true, true)
        .await
        .unwrap();
    assert!(!together.applied && together.rows.iter().all(|row| row.outcome.is_ok()));
    println!("100 rows of one transaction: {:?}", began.elapsed());

    let began = Instant::now();
    let bulk = tokio::spawn(async move {
        let bulk = board
            .add_contacts(community, hub.id, others, false, false)
            .await
            .unwrap();
        assert!(bulk.applied && bulk.rows.iter().all(|row| row.outcome.is_ok()));
        began.elapsed()
    });
    let mut slowest = Duration::ZERO;
    while !bulk.is_finished() {
        let began = Instant::now();
        town.text(ann.phone, contact.number, "hello").await;
        slowest = slowest.max(began.elapsed());
    }
    let whole = bulk.await.unwrap();
    println!("{MANY} rows, 50 at a time: {whole:?}; the slowest text beside them: {slowest:?}");
    assert!(slowest * 2 < whole, "{slowest:?} of {whole:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_apply_one_new_pool_file_at_the_same_moment_make_one_community() {
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
    for round in 0..8 {
        let text = format!(
            "[community]\nname = \"New {round}\"\n[[members]]\nname = \"Ann\"\nphone = \"+1415555010{round}\"\n"
        );
        let file = PoolFile::parse("p.toml", &text).unwrap();
        let applying: Vec<_> = [&town.board, &second, &town.board, &second]
            .into_iter()
            .map(|board| {
                let (board, file) = (board.clone(), file.clone());
                tokio::spawn(async move { board.apply_pool_file(&file).await.unwrap().changes.len() })
            })
            .collect();
        let mut made = 0;
        for applied in applying {
            made += usize::from(applied.await.unwrap() > 0);
        }
        assert_eq!(made, 1, "the others find what the first has made");
    }
    let all = town.board.communities(None, 100).await.unwrap();
    assert_eq!(all.len(), 9, "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_file_and_contacts_that_are_added_beside_it_never_wait_for_each_other_crosswise() {
    const PEOPLE: usize = 12;
    let policy = Policy {
        received_cap_percent: 100,
        ..Policy::default()
    };
    let town = Town::found(support::Database::Postgres, 2 * PEOPLE as i64, policy).await;
    let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(town.person(&format!("Person {n}")).await);
    }
    let mut members = String::from("[community]\nname = \"Town\"\n");
    for (n, person) in people.iter().enumerate() {
        members += &format!(
            "[[members]]\nname = \"Person {n}\"\nphone = \"{}\"\n",
            person.phone
        );
    }
    for round in 1..PEOPLE / 2 {
        // The file from the last to the first, the adds from the first to the last.
        let mut file = members.clone();
        for n in (0..PEOPLE).rev() {
            let other = (n + round) % PEOPLE;
            file += &format!("[[contacts]]\nmember = \"Person {n}\"\ncontact = \"Person {other}\"\n");
        }
        let file = PoolFile::parse("p.toml", &file).unwrap();
        let board = town.board.clone();
        let applying = tokio::spawn(async move { board.apply_pool_file(&file).await });
        let adding = (0..PEOPLE).map(|n| {
            let (board, community) = (second.clone(), town.community);
            let (member, contact) = (people[n].id, people[(n + round + PEOPLE / 2) % PEOPLE].id);
            tokio::spawn(async move { board.add_contact(community, member, contact).await })
        });
        for added in adding.collect::<Vec<_>>() {
            added.await.unwrap().unwrap();
        }
        applying.await.unwrap().unwrap();
    }
    // PostgreSQL counts them when a session has been idle for a second.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let deadlocks = count(
        &mut other_node(&town),
        "SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()",
    );
    assert_eq!(deadlocks, 0);
    let rows = town
        .board
        .assignments(town.community, None, None, 500)
        .await
        .unwrap();
    for number in town.board.numbers(town.community, None, 500).await.unwrap() {
        let standing = rows.iter().filter(|(_, id)| *id == number.id).count();
        assert_eq!(number.assignments, standing as i64, "{}", number.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_big_import_takes_few_of_the_databases_locks() {
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let pool = town.board.pools(town.community, None, 1).await.unwrap()[0].id;
    let row = |n: i64| ImportRow {
        line: n as u64,
        number: E164::from_i64(14_155_590_000 + n).unwrap(),
        carrier: "test".into(),
        capabilities: None,
        region: None,
        rate_per_s: None,
        texts_per_day: None,
        campaign: None,
    };
    let rows = (0..5_000).map(row).collect();
    let done = Arc::new(AtomicU64::new(0));
    let (board, community, looked_at) = (town.board.clone(), town.community, done.clone());
    let importing = tokio::spawn(async move { board.import_numbers(community, pool, rows, looked_at).await });
    let mut conn = other_node(&town);
    let (mut most, mut samples) = (0, 0);
    while !importing.is_finished() {
        let query = "SELECT count(*) AS count FROM pg_locks WHERE locktype = 'advisory' AND \
                     database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        most = count(&mut conn, query).max(most);
        samples += i32::from(done.load(Ordering::Relaxed) > 1_000);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(importing.await.unwrap().unwrap(), Ok(5_000));
    assert!(samples > 0, "nothing was seen of the import");
    // The dispatcher's own, the keeper's of what waits, and at most one for each stripe.
    assert!((2..=66).contains(&most), "{most} locks");
}
