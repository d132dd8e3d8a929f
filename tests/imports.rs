//! Files of members and contacts: what is added, what is refused and why, and what an interrupted import leaves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use partyline::domain::history::{Actor, ActorWord, Why};
use partyline::domain::id::KeyId;
use partyline::domain::policy::Policy;
use partyline::domain::{Clock, E164};
use partyline::store::{Db, Durability, members};
use partyline::switchboard::verification::Extent;
use partyline::switchboard::{
    ContactRef, Import, ImportFormat, ImportKind, ImportOrder, ImportProgress, ImportSource, ImportState,
    NewMember, Reading, Switchboard,
};
use serde_json::{Value, json};
use support::exchange::{StepClock, Town};
use support::{on_both_databases, poll};

const WAIT: Duration = Duration::from_secs(60);

/// How a command ended.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    #[track_caller]
    fn json(&self, status: i32) -> Value {
        assert_eq!(self.status, Some(status), "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// It refused to begin.
    #[track_caller]
    fn refused(&self, status: i32, words: &[&str]) {
        assert!(self.status == Some(status) && self.stdout.is_empty(), "{self:#?}");
        for word in words {
            assert!(self.stderr.contains(word), "no `{word}` in {self:#?}");
        }
    }
}

fn command(town: &Town, what: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_partyline"));
    command
        .args(["import", what])
        .args(args)
        .args(["--community", "Town", "--json"])
        .current_dir(town.folder.path())
        .env("PARTYLINE__DATABASE__URL", &town.url);
    command
}

async fn import(town: &Town, what: &str, args: &[&str]) -> Ran {
    let mut command = command(town, what, args);
    let output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output());
    let output = output.await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn file(town: &Town, name: &str, content: impl AsRef<[u8]>) {
    std::fs::write(town.folder.path().join(name), content).unwrap();
}

/// The lines and words of a report.
fn report(town: &Town, name: &str) -> Vec<(i64, String, String)> {
    let text = std::fs::read_to_string(town.folder.path().join(name)).unwrap();
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        (row["line"].as_i64().unwrap(), text("reason"), text("sentence"))
    };
    text.lines().map(row).collect()
}

fn names(town: &Town) -> Vec<String> {
    let db = Db::open(&town.url, Durability::Command).unwrap();
    let rows = members::list(&mut db.connect().unwrap(), town.community, 0, 1_000_000).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

fn figures(import: &Value) -> (i64, i64, i64) {
    let figure = |name: &str| import[name].as_i64().unwrap();
    (figure("added"), figure("unchanged"), figure("refused"))
}

fn order(town: &Town, kind: ImportKind, content: impl Into<Bytes>, all_or_nothing: bool) -> ImportOrder {
    ImportOrder {
        community: town.community,
        kind,
        format: ImportFormat::Csv,
        region: None,
        all_or_nothing,
        however_long: false,
        dry_run: false,
        restart: false,
        name: None,
        source: Arc::new(content.into()),
    }
}

/// Imports through an exchange in this process.
async fn import_by(
    board: &Switchboard,
    town: &Town,
    kind: ImportKind,
    content: impl Into<Bytes>,
    all_or_nothing: bool,
) -> Import {
    let order = order(town, kind, content, all_or_nothing);
    let begun = board.begin_import(order).await.unwrap();
    board.run_import(begun, Arc::default()).await.unwrap()
}

/// Begins to import by a command, and kills it once it has come further than so many bytes; how far it was seen then.
async fn kill_further_than(town: &Town, what: &str, args: &[&str], done: i64) -> i64 {
    let mut child = command(town, what, args);
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let further = poll(WAIT, async || {
        let imports = town.board.imports(town.community, None, 10).await.unwrap();
        imports
            .first()
            .filter(|import| import.done > done)
            .map(|import| import.done)
    })
    .await;
    child.kill().unwrap();
    child.wait().unwrap();
    further.expect("it comes further each time")
}

/// Runs an import until it has come some way, and leaves it there.
async fn break_off(town: &Town, order: ImportOrder) {
    let begun = town.board.begin_import(order).await.unwrap();
    let progress = Arc::new(ImportProgress::default());
    let comes_further = async {
        while progress.bytes.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = town.board.run_import(begun, progress.clone()) => panic!("it was over before it was broken off"),
        () = comes_further => {}
    }
}

/// A file that can be opened so often, and is then gone.
struct GoneAfter(AtomicUsize, &'static str);

impl ImportSource for GoneAfter {
    fn open(&self) -> std::io::Result<Box<dyn Reading>> {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        match left {
            0 => Err(std::io::ErrorKind::NotFound.into()),
            _ => Bytes::from_static(self.1.as_bytes()).open(),
        }
    }
}

/// How many rows break a rule of the assignment table.
async fn offenders(town: &Town) -> u64 {
    let key = town.board.signing_key([7; 32]).await.unwrap();
    let extent = Extent {
        rows_at_once: 100,
        ..Extent::of(None)
    };
    let summary = tokio::task::block_in_place(|| {
        let go_on = &mut |_| ControlFlow::Continue(());
        town.board.verify(extent, &key, [9; 32], std::io::sink(), go_on)
    });
    summary.unwrap().offenders
}

/// A file as spreadsheets and people leave it.
const MESSY: &[u8] = b"\xef\xbb\xbfName,Phone,Reference\r\n\
    \"Doe, Jane\",+14155550101,r1\r\n\
    \"He said \"\"hi\"\"\",+1 (415) 555-0102;+14155550103,\n\
    \r\n\
    Jane,+14155550101,r9\r\
    \"Doe, Jane\",+14155550101,r1\n\
    Open,\"+14155550104,r2\n\
    Two,+14155550101;+14155550102,\r\n\
    Few,+14155550105\n\
    Number,+12025550100,\n\
    National,4155550106,\n\
    Caf\xe9,+14155550107,\n\
    Zo\xc3\xab,,r3\n\
    Else,+14155550108,r3";

fn expected() -> [(i64, &'static str, &'static str); 9] {
    [
        (5, "name_differs", "(line 2)"),
        (6, "repeated", "line 2"),
        (7, "malformed", "quote"),
        (8, "two_members", "(line 3)"),
        (9, "wrong_columns", "2 fields"),
        (10, "pool_number", "pool number"),
        (11, "bad_phone", "region"),
        (12, "not_utf8", "UTF-8"),
        (14, "name_differs", "(line 13)"),
    ]
}

#[track_caller]
fn check_report(found: &[(i64, String, String)]) {
    assert_eq!(found.len(), expected().len(), "{found:#?}");
    for ((line, word, part), found) in expected().iter().zip(found) {
        assert!((found.0, found.1.as_str()) == (*line, word), "{found:?}");
        assert!(found.2.contains(part) && !found.2.contains("5550"), "{found:?}");
    }
}

on_both_databases! {
    async fn each_row_that_cannot_be_is_named_by_its_line_and_the_others_are_added(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        file(&town, "messy.csv", MESSY);
        let args = ["messy.csv", "--report", "refused.jsonl"];

        let dry = import(&town, "members", &[&args[..], &["--dry-run"]].concat()).await.json(1);
        assert_eq!((figures(&dry), &dry["dry_run"]), ((3, 0, 9), &json!(true)));
        check_report(&report(&town, "refused.jsonl"));
        assert!(names(&town).is_empty(), "a dry run adds nobody");

        let ran = import(&town, "members", &args).await;
        assert!(ran.stderr.contains("messy.csv:5: "), "{ran:#?}");
        assert_eq!(figures(&ran.json(1)), (3, 0, 9));
        check_report(&report(&town, "refused.jsonl"));
        assert_eq!(names(&town), ["Doe, Jane", "He said \"hi\"", "Zoë"]);

        // The same again: nobody is added twice, and the same rows are refused for the same reasons.
        let again = import(&town, "members", &args).await.json(1);
        assert_eq!(figures(&again), (0, 3, 9));
        check_report(&report(&town, "refused.jsonl"));
        let jane = town.board.members(town.community, Some("+14155550101".parse().unwrap()), None, 1).await.unwrap();
        assert_eq!(jane[0].devices[0].region.as_deref(), Some("US"));
        town.board.delete_member(town.community, jane[0].id).await.unwrap();
        assert_eq!(figures(&import(&town, "members", &args).await.json(1)).0, 1, "who was removed comes again");
    }

    async fn all_or_nothing_leaves_nothing_where_a_row_is_refused(database: Database) {
        let town = Town::found(database, 2, Policy { received_cap_percent: 100, ..Policy::default() }).await;
        file(&town, "messy.csv", MESSY);
        let args = ["messy.csv", "--all-or-nothing", "--report", "refused.jsonl"];
        let refused = import(&town, "members", &args).await.json(1);
        assert_eq!((figures(&refused), &refused["state"]), ((0, 0, 9), &json!("refused")));
        check_report(&report(&town, "refused.jsonl"));
        assert!(names(&town).is_empty());

        let lines = (0..5).map(|n| json!({"name": format!("M{n}"), "reference": format!("r{n}"), "phone": format!("+1415555020{n}")}));
        let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
        file(&town, "good.jsonl", lines.join("\n"));
        let done = import(&town, "members", &["good.jsonl", "--all-or-nothing"]).await.json(0);
        assert_eq!((figures(&done), &done["state"]), ((5, 0, 0), &json!("done")));
        assert_eq!(names(&town).len(), 5);

        // Each row can be, but not all: the file itself fills the table.
        file(&town, "pairs.csv", "member,contact\nr0,r1\nr0,r2\nr0,r3\n");
        let full = import(&town, "contacts", &["pairs.csv", "--all-or-nothing", "--report", "refused.jsonl"]).await.json(1);
        assert_eq!((figures(&full).2, &full["state"]), (1, &json!("refused")));
        assert_eq!(report(&town, "refused.jsonl")[0].1, "table_full");
        let contacts = town.board.assignments(town.community, None, None, 10).await.unwrap();
        assert!(contacts.is_empty(), "nothing stands: {contacts:?}");
        assert_eq!(figures(&import(&town, "contacts", &["pairs.csv"]).await.json(1)), (2, 0, 1));
    }

    async fn contacts_are_named_by_id_phone_or_reference_and_each_row_fails_for_itself(database: Database) {
        let town = Town::found(database, 3, Policy { received_cap_percent: 100, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        file(&town, "members.csv", "reference,name,phone\nr1,Cem,+14155550301\nr2,Dot,+14155550302\n");
        assert_eq!(figures(&import(&town, "members", &["members.csv"]).await.json(0)), (2, 0, 0));
        town.befriend(ann, bob).await;
        let pairs = format!(
            "member,contact\n{},{}\nr1,{}\n{},r2\nr1,+14155550302\nr2,r1\nr1,r1\nr1,+14155550399\nr9,r1\nr1,r2\n",
            ann.id, bob.id, ann.id, bob.phone
        );
        file(&town, "pairs.csv", pairs);
        let args = ["pairs.csv", "--report", "refused.jsonl"];
        let dry = import(&town, "contacts", &[&args[..], &["--dry-run"]].concat()).await.json(1);
        assert_eq!(figures(&dry), (4, 1, 4));
        let ran = import(&town, "contacts", &args).await.json(1);
        assert_eq!(figures(&ran), (4, 1, 4));
        let found = report(&town, "refused.jsonl");
        let words: Vec<(i64, &str)> = found.iter().map(|(line, word, _)| (*line, word.as_str())).collect();
        assert_eq!(words, [(7, "invalid"), (8, "unknown_member"), (9, "unknown_member"), (10, "repeated")]);
        assert!(found[3].2.contains("line 5") && !found[1].2.contains("55503"), "{found:?}");
        assert_eq!(figures(&import(&town, "contacts", &args).await.json(1)), (0, 5, 4));
    }

    async fn what_an_import_adds_is_sound_and_how_it_came_is_known(database: Database) {
        let town = Town::found(database, 2, Policy { received_cap_percent: 100, ..Policy::default() }).await;
        let phones: [E164; 3] = ["+14155550401", "+14155550402", "+14155550404"].map(|phone| phone.parse().unwrap());
        // A node whose clock is ahead knew one of the phones as somebody else's.
        let ahead = Arc::new(StepClock::at_the_beginning());
        ahead.advance_s(100);
        let (other, _) = Town::open(&town.url, ahead, 1);
        let former = NewMember { name: "Old".into(), phone: Some(phones[2]), guest: false, listed: false };
        let former = other.create_member(town.community, former).await.unwrap();
        other.delete_member(town.community, former.id).await.unwrap();

        let before = town.clock.now();
        town.clock.advance_s(10);
        let key = KeyId::from_i64(77);
        let by = town.board.by(Actor::Community(key));
        let people = "name,phone,reference\nAnn,+14155550401,a\nBob,+14155550402;+14155550403,b\nCem,+14155550404,c\n";
        assert_eq!(import_by(&by, &town, ImportKind::Members, people, true).await.added, 3);
        for (pairs, together) in [("member,contact\na,b\n", false), ("member,contact\nc,b\n", true)] {
            assert_eq!(import_by(&by, &town, ImportKind::Contacts, pairs, together).await.added, 1);
        }
        assert_eq!(offenders(&town).await, 0);

        town.clock.advance_s(200);
        let mut ids = Vec::new();
        for phone in phones {
            let found = town.board.members(town.community, Some(phone), None, 1).await.unwrap();
            ids.push(found[0].id);
        }
        for one in [0, 2] {
            let contact = ContactRef::Member(ids[1]);
            let changes = town.board.pair_history(town.community, ids[one], contact, None, 10).await.unwrap();
            assert_eq!(changes.len(), 2, "both rows: {changes:?}");
            let is_told = |(why, by, by_key)| (why, by, by_key) == (Why::Imported, ActorWord::Community, Some(key));
            assert!(changes.iter().all(|(change, _)| is_told((change.why, change.by, change.by_key))), "{changes:?}");
            let number = changes.iter().find(|(change, _)| change.member == ids[one]).unwrap().0.number;
            let met = async |at| town.board.resolve_at(Some(town.community), phones[one], number, at).await.unwrap();
            let now = met(town.clock.now()).await;
            assert_eq!((now.outcome, now.contact), ("bridge", Some(ids[1])), "{now:?}");
            assert_ne!(met(before).await.outcome, "bridge");
        }
    }

    async fn imports_that_are_over_are_forgotten_after_their_time(database: Database) {
        let town = Town::found(database, 1, Policy { imports_kept_s: 1_000, ..Policy::default() }).await;
        let first = import_by(&town.board, &town, ImportKind::Members, "name,phone\nAnn,+14155550101\nBob,none\n", false).await;
        let stopped = order(&town, ImportKind::Members, "name,phone\nCem,+14155550102\n", false);
        let stopped = town.board.begin_import(stopped).await.unwrap().import();
        town.clock.advance_s(600);
        let second = import_by(&town.board, &town, ImportKind::Members, "name,phone\nDot,+14155550103\n", false).await;
        for (later_s, left) in [(300, vec![second.id, stopped.id, first.id]), (200, vec![second.id, stopped.id]), (600, vec![stopped.id])] {
            town.clock.advance_s(later_s);
            town.board.forget_imports().await.unwrap();
            let imports = town.board.imports(town.community, None, 10).await.unwrap();
            assert_eq!(imports.iter().map(|import| import.id).collect::<Vec<_>>(), left, "what was broken off may go on");
        }
        assert_eq!(names(&town), ["Ann", "Dot"], "what they added stays");
        assert!(town.board.refused_rows(town.community, first.id, 0, 10).await.is_err());
    }

    async fn an_import_that_is_killed_goes_on_where_it_stopped(database: Database) {
        const ROWS: i64 = 6_000;
        let town = Town::found(database, 1, Policy::default()).await;
        let mut text = String::from("name,phone\n");
        for n in 0..ROWS {
            let phone = if n % 100 == 7 { "none".to_owned() } else { format!("+1415{:07}", 5_000_000 + n) };
            writeln!(text, "Member {n},{phone}").unwrap();
        }
        file(&town, "many.csv", &text);
        let mut done = 0;
        for _ in 0..4 {
            done = kill_further_than(&town, "members", &["many.csv"], done).await;
        }
        let imports = town.board.imports(town.community, None, 10).await.unwrap();
        assert!(imports.len() == 1 && imports[0].done < imports[0].size, "it was over before it was killed: {imports:?}");

        // Another file under that name is not taken for the same.
        file(&town, "many.csv", format!("{text}One more,+14155550001\n"));
        import(&town, "members", &["many.csv"]).await.refused(1, &["has changed", "restart"]);
        file(&town, "many.csv", &text);

        let ended = import(&town, "members", &["many.csv", "--report", "refused.jsonl"]).await.json(1);
        let refused = ROWS / 100;
        assert_eq!(figures(&ended), (ROWS - refused, 0, refused), "each row once");
        let lines: Vec<i64> = report(&town, "refused.jsonl").iter().map(|row| row.0).collect();
        assert_eq!(lines, (0..refused).map(|n| n * 100 + 9).collect::<Vec<_>>());
        assert_eq!(names(&town).len() as i64, ROWS - refused);
        assert_eq!(ended["id"], json!(imports[0].id));
    }

    async fn an_import_that_was_broken_off_is_begun_anew_even_where_that_is_broken_off_as_well(database: Database) {
        const ROWS: i64 = 3_000;
        let town = Town::found(database, 1, Policy::default()).await;
        let mut text = String::from("name,phone\nNobody,none\n");
        for n in 0..ROWS {
            writeln!(text, "Member {n},+1415{:07}", 5_000_000 + n).unwrap();
        }
        let again = |restart| ImportOrder {
            restart,
            name: Some("many.csv".into()),
            ..order(&town, ImportKind::Members, text.clone(), false)
        };
        break_off(&town, again(false)).await;
        // What was under way when it was broken off may still be written.
        let restarted = poll(WAIT, async || town.board.begin_import(again(true)).await.ok()).await.unwrap();
        let (id, goes_on) = (restarted.import().id, restarted.goes_on);
        assert!(!goes_on);
        drop(restarted);

        let begun = town.board.begin_import(again(false)).await.unwrap();
        assert_eq!((begun.import().id, begun.goes_on), (id, true));
        let ended = town.board.run_import(begun, Arc::default()).await.unwrap();
        assert_eq!((ended.added + ended.unchanged, ended.refused), (ROWS, 1), "{ended:?}");
        assert!(ended.unchanged > 0 && ended.added > 0, "what came before counts as unchanged: {ended:?}");
        let imports = town.board.imports(town.community, None, 10).await.unwrap();
        let states: Vec<ImportState> = imports.iter().map(|import| import.state).collect();
        assert_eq!(states, [ImportState::Done, ImportState::GivenUp]);
        assert_eq!(names(&town).len() as i64, ROWS);
        let refused = town.board.refused_rows(town.community, id, 0, 10).await.unwrap();
        assert_eq!(refused.iter().map(|row| row.line).collect::<Vec<_>>(), [2]);

        // By the command too, another file of that name, whose import was broken off.
        break_off(&town, ImportOrder { name: Some("few.csv".into()), ..order(&town, ImportKind::Members, text + "Else,none\n", false) }).await;
        file(&town, "few.csv", "name,phone\nLast,+14155550001\n");
        import(&town, "members", &["few.csv"]).await.refused(1, &["has changed", "restart"]);
        let anew = poll(WAIT, async || {
            let ran = import(&town, "members", &["few.csv", "--restart"]).await;
            (ran.status == Some(0)).then_some(ran)
        }).await.unwrap();
        assert_eq!(figures(&anew.json(0)), (1, 0, 0));
    }

    async fn an_import_of_contacts_that_is_killed_makes_each_pair_once(database: Database) {
        const MEMBERS: usize = 45;
        let town = Town::found(database, 50, Policy { received_cap_percent: 100, ..Policy::default() }).await;
        let people: String = (0..MEMBERS).map(|n| format!("M{n},+1415555{n:04},r{n}\n")).collect();
        import_by(&town.board, &town, ImportKind::Members, format!("name,phone,reference\n{people}"), false).await;
        let mut text = String::from("member,contact\n");
        let mut pairs = 0;
        for a in 0..MEMBERS {
            for b in a + 1..MEMBERS {
                writeln!(text, "r{a},r{b}").unwrap();
                pairs += 1;
            }
        }
        file(&town, "pairs.csv", text + "r0,r1\n");
        let mut done = 0;
        for _ in 0..2 {
            done = kill_further_than(&town, "contacts", &["pairs.csv"], done).await;
        }
        let ended = import(&town, "contacts", &["pairs.csv", "--report", "refused.jsonl"]).await.json(1);
        assert_eq!(figures(&ended), (pairs, 0, 1), "each row once");
        let refused = report(&town, "refused.jsonl");
        assert_eq!((refused[0].0, refused[0].1.as_str()), (pairs + 2, "repeated"));
        assert!(refused[0].2.contains("line 2"), "{refused:?}");
        assert_eq!(offenders(&town).await, 0);
    }

    async fn all_or_nothing_that_is_killed_leaves_all_or_nothing(database: Database) {
        const ROWS: i64 = 6_000;
        let town = Town::found(database, 1, Policy::default()).await;
        let mut text = String::from("name,phone\n");
        for n in 0..ROWS {
            writeln!(text, "Member {n},+1415{:07}", 5_000_000 + n).unwrap();
        }
        file(&town, "many.csv", &text);
        let args = ["many.csv", "--all-or-nothing"];
        // All was looked at: from here on it is applied.
        kill_further_than(&town, "members", &args, text.len() as i64 - 1).await;
        let left = poll(WAIT, async || Some(names(&town).len() as i64)).await.unwrap();
        assert!(left == 0 || left == ROWS, "{left}");
        let ended = import(&town, "members", &args).await.json(0);
        let (added, unchanged, refused) = figures(&ended);
        assert_eq!((added + unchanged, refused, &ended["state"]), (ROWS, 0, &json!("done")));
        assert_eq!(names(&town).len() as i64, ROWS);
        let imports = town.board.imports(town.community, None, 10).await.unwrap();
        assert!(imports.iter().all(|import| import.state != ImportState::Running), "{imports:?}");
    }

    async fn an_import_that_fails_says_why_and_goes_on_when_it_can(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let text = "name,phone\nAnn,+14155550101\n";
        let gone = order(&town, ImportKind::Members, text, false);
        // It is opened for its header, and to be hashed, and then by whoever takes its rows.
        let gone = ImportOrder { source: Arc::new(GoneAfter(AtomicUsize::new(2), text)), ..gone };
        let begun = town.board.begin_import(gone).await.unwrap();
        let id = begun.import().id;
        town.board.run_import(begun, Arc::default()).await.unwrap_err();
        let failed = town.board.import(town.community, id).await.unwrap();
        let failure = failed.failure.unwrap();
        assert_eq!((failed.state, failure.reason.as_str()), (ImportState::Failed, "invalid"));
        assert!(failure.sentence.contains("cannot be read"), "{failure:?}");

        let begun = town.board.begin_import(order(&town, ImportKind::Members, text, false)).await.unwrap();
        assert_eq!((begun.import().id, begun.goes_on), (id, true));
        let ended = town.board.run_import(begun, Arc::default()).await.unwrap();
        assert_eq!((ended.state, ended.failure, ended.added), (ImportState::Done, None, 1));
    }

    async fn what_two_begin_at_one_moment_is_one_import(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let text = "name,phone\nAnn,+14155550101\n";
        let begin = || town.board.begin_import(order(&town, ImportKind::Members, text, false));
        let (first, second) = tokio::join!(begin(), begin());
        let (first, second) = (first.unwrap().import(), second.unwrap().import());
        assert_eq!(first.id, second.id);
        // Files without a name do not stand in each other's way.
        let other = order(&town, ImportKind::Members, "name,phone\nBob,+14155550102\n", false);
        assert_ne!(town.board.begin_import(other).await.unwrap().import().id, first.id);
    }

    async fn what_no_database_can_hold_is_refused_like_any_fault(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let lines = "{\"name\": \"Ann\", \"\\u0000\": 1}\n{\"name\": \"A\\u0000\", \"phone\": \"+14155550101\"}\n\
            {\"name\": \"Bob\", \"phone\": \"+14155550102\"}\n";
        file(&town, "nul.jsonl", lines);
        let ended = import(&town, "members", &["nul.jsonl", "--report", "refused.jsonl"]).await.json(1);
        assert_eq!(figures(&ended), (1, 0, 2));
        let words: Vec<String> = report(&town, "refused.jsonl").into_iter().map(|row| row.1).collect();
        assert_eq!(words, ["malformed", "bad_name"]);
        let named = ImportOrder { name: Some("\0".into()), ..order(&town, ImportKind::Members, "name\n", false) };
        assert_eq!(town.board.begin_import(named).await.err().unwrap().code(), "invalid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_on_stdin_is_imported_too() {
    let town = Town::found(support::Database::Sqlite, 1, Policy::default()).await;
    let mut command = command(&town, "members", &["-", "--format", "jsonl"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"{\"name\": \"Ann\", \"phones\": [\"+14155550101\"]}\n")
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(&town), ["Ann"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_read_is_wrong_usage() {
    let town = Town::found(support::Database::Sqlite, 1, Policy::default()).await;
    file(&town, "a.csv", "phone\n+14155550101\n");
    file(&town, "b.txt", "name,phone\n");
    file(&town, "c.csv", "");
    let run = async |name: &str, status, words: &[&str]| {
        import(&town, "members", &[name]).await.refused(status, words);
    };
    run("a.csv", 2, &["a.csv", "line 1", "lacks the column `name`"]).await;
    run("b.txt", 2, &["--format"]).await;
    run("c.csv", 2, &["is empty"]).await;
    run("none.csv", 2, &["cannot read none.csv"]).await;
    assert!(names(&town).is_empty());
}
