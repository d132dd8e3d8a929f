//! The program as people and scripts use it: exit statuses, sentences, JSON. Exit status 0 is done, 1 failed,
//! 2 wrong usage or configuration.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness waits on the machine's clock"
)]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::process::{self, Process, Spec};
use support::{Broker, Database, Postgres, eventually, on_both_databases, ports};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pool-config/demo.toml");
const WAIT: Duration = Duration::from_secs(30);

/// A folder with settings and an empty database, without a server.
struct Desk {
    dir: PathBuf,
    envs: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// It did what it was asked, and said nothing on stderr.
    #[track_caller]
    fn done(&self) -> &str {
        assert!(self.status == Some(0) && self.stderr.is_empty(), "{self:#?}");
        &self.stdout
    }

    /// It ended with this status and these words on stderr, and printed nothing that looks like success.
    #[track_caller]
    fn refused(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status, Some(status), "{self:#?}");
        assert!(self.stdout.is_empty(), "{self:#?}");
        for word in words {
            assert!(self.stderr.contains(word), "no `{word}` in {self:#?}");
        }
        assert!(
            !self.stderr.contains("panicked") && !self.stderr.contains("RUST_BACKTRACE"),
            "{self:#?}"
        );
    }

    fn json(&self) -> Value {
        serde_json::from_str(self.done()).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

impl Desk {
    fn new(database: Database) -> Desk {
        let dir = process::new_dir("desk");
        let url = match database {
            Database::Sqlite => format!("sqlite:{}", dir.join("partyline.db").display()),
            Database::Postgres => Postgres::shared().fresh_database(),
        };
        let [http, smpp] = ports::free_ports();
        let envs = [
            ("PARTYLINE__DATABASE__URL", url),
            ("PARTYLINE__HTTP__LISTEN", format!("127.0.0.1:{http}")),
            ("PARTYLINE__SMPP__LISTEN", format!("127.0.0.1:{smpp}")),
            ("PARTYLINE__SIP__LISTEN", String::new()),
            ("PARTYLINE__LOOPBACK__ENABLED", "true".to_owned()),
        ];
        let envs = envs.map(|(key, value)| (key.to_owned(), value)).to_vec();
        Desk { dir, envs }
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.dir.join(name), content).unwrap();
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    fn run_with(&self, args: &[&str], more: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_partyline"));
        command.args(args).current_dir(&self.dir);
        command
            .envs(self.envs.iter().map(|(key, value)| (key, value)))
            .envs(more.iter().copied());
        ran(command)
    }

    fn serve(&self, args: &[&str]) -> Process {
        let spec = Spec::new("partyline", env!("CARGO_BIN_EXE_partyline"))
            .args(args)
            .dir(&self.dir);
        self.envs
            .iter()
            .fold(spec, |spec, (key, value)| spec.env(key, value))
            .spawn()
    }

    fn stdout(&self) -> String {
        std::fs::read_to_string(self.dir.join("partyline.stdout")).unwrap_or_default()
    }
}

fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    let desk = Desk::new(Database::Sqlite);
    desk.run(&["frobnicate"]).refused(2, &["frobnicate", "--help"]);
    desk.run(&[]).refused(2, &["Usage", "serve"]);
    desk.run(&["explain", "4155550151", "+14155550101"])
        .refused(2, &["`4155550151`", "begin with `+`"]);
    desk.run(&["key", "create"]).refused(2, &["--scope"]);
    desk.run(&["key", "create", "--scope", "king"])
        .refused(2, &["king", "admin, community"]);
    assert!(desk.run(&["--version"]).done().starts_with("partyline "));
    assert!(desk.run(&["--help"]).done().contains("explain"));
    assert!(
        !desk.dir.join("partyline.db").exists(),
        "wrong usage makes no database"
    );
}

#[tokio::test]
async fn the_demos_call_rings_the_other_phone_from_the_number_that_stands_for_the_caller() {
    let mut desk = Desk::new(Database::Sqlite);
    let [sip, caller] = ports::free_ports();
    desk.envs
        .push(("PARTYLINE__SIP__LISTEN".into(), format!("127.0.0.1:{sip}")));
    let demo = desk.serve(&["serve", "--demo"]);
    eventually("the demo tells the next step", WAIT, async || {
        demo.fail_if_ended();
        desk.stdout().contains("Ctrl-C")
    })
    .await;
    let printed = desk.stdout();
    // Exactly what it prints: a virtual phone calls another, and then sipp does.
    let (_, script) = printed.split_once("talks for two seconds").unwrap();
    let (_, script) = script.split_once('\n').unwrap();
    let (script, _) = script.split_once("Ctrl-C").unwrap();
    assert!(script.contains("\nexamples/demo-call/call.sh "), "{script}");
    let mut bash = Command::new("bash");
    bash.args(["-euc", script])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CALLER_PORT", caller.to_string());
    let called = tokio::task::spawn_blocking(move || ran(bash)).await.unwrap();
    let said = called.done();
    for words in ["the caller hears it ring", "the two talk", "the caller hung up"] {
        assert!(said.contains(words), "no `{words}` in {said}");
    }
    let listed = said
        .lines()
        .find(|line| line.contains("\"incoming\""))
        .unwrap_or_else(|| panic!("no call in {said}"));
    let listed: Value = serde_json::from_str(listed).unwrap();
    let bens = &listed["data"][0];
    assert_eq!(
        (&bens["state"], &bens["cause"]),
        (&json!("ended"), &json!("other_hung_up")),
        "{bens:#}"
    );
    let shown = bens["number"].as_str().unwrap();
    assert!(
        ("+14155550101"..="+14155550104").contains(&shown),
        "{shown} is no pool number"
    );
    eventually("both calls are recorded as over", WAIT, async || {
        desk.run(&["calls"]).done().matches("completed").count() == 2
    })
    .await;
    assert_eq!(demo.stop().code(), Some(0), "SIGTERM");
}

#[test]
fn a_wrong_settings_file_is_named_with_line_key_value_and_what_is_allowed() {
    let desk = Desk::new(Database::Sqlite);
    let check = |toml: &str| {
        desk.write("settings.toml", toml);
        desk.run(&["--config", "settings.toml", "config", "check"])
    };
    check("[http]\nworkerz = 3\n").refused(2, &["settings.toml:2:", "http.workerz", "known are", "workers"]);
    check("[http]\nworkers = \"many\"\n").refused(2, &["settings.toml:2:", "http.workers", "\"many\""]);
    check("[http]\nworkers = \n").refused(2, &["settings.toml:2"]);
    check("[smpp.accounts.app]\npassword = \"longer than eight\"\n")
        .refused(2, &["smpp.accounts.app", "password", "8"]);
    check("[log]\nformat = \"xml\"\n").refused(2, &["settings.toml:2:", "log.format", "xml", "json"]);
    let secret = check("[smpp.accounts.app]\npassword = \"hunter2hunter2\"\n");
    assert!(!secret.stderr.contains("hunter2"), "{secret:?}");
    assert!(
        check("[smpp.accounts.app]\npassword = \"hunter2\"\n")
            .done()
            .contains("app")
    );
    desk.run(&["--config", "none.toml", "config", "check"])
        .refused(2, &["none.toml"]);
    desk.run_with(&["config", "check"], &[("PARTYLINE__HTTP__WORKERS", "0")])
        .refused(2, &["PARTYLINE__HTTP__WORKERS"]);
    desk.run_with(&["config", "check"], &[("PARTYLINE__HTPP__WORKERS", "1")])
        .refused(2, &["PARTYLINE__HTPP__WORKERS"]);
    desk.run(&["--set", "loopback.enabled=perhaps", "config", "check"])
        .refused(2, &["loopback.enabled", "perhaps", "true or false"]);
    // Every command says it, and serves nothing.
    desk.write("partyline.toml", "[http]\nworkerz = 3\n");
    desk.run(&["serve"]).refused(2, &["partyline.toml:2:"]);
    let doctor = desk.run(&["doctor"]);
    assert_eq!(doctor.status, Some(2));
    assert!(
        doctor.stdout.contains("fail  settings: partyline.toml:2:"),
        "{doctor:?}"
    );
}

on_both_databases! {
    async fn the_planner_says_how_far_the_numbers_go_and_what_a_change_would_bring(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["plan", "--community", "Demo"]).refused(1, &["partyline migrate"]);
        desk.run(&["migrate"]).done();
        desk.run(&["pool", "apply", DEMO]).done();
        desk.run(&["plan", "--community", "Nobody"]).refused(1, &["there is no community `Nobody`"]);
        let plan = ["plan", "--community", "Demo"];
        let text = desk.run(&plan).done().to_owned();
        for part in ["the fullest table, that of mem_", "takes 2 of 4 usable numbers", "3 members, 4 contacts", "numbers needed", "Ada"] {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
        let told = desk.run(&[&plan[..], &["--members", "1", "--json"]].concat()).json();
        assert_eq!((told["fullest"].as_array().map(Vec::len), &told["fullest"][0]["free"]), (Some(1), &json!(2)));

        let change = ["--add-numbers", "3", "--region", "US", "--capability", "sms,mms", "--retire", "+14155550101", "--json"];
        let told = desk.run(&[&plan[..], &change].concat()).json();
        assert_eq!((&told["before"]["usable"], &told["after"]["usable"]), (&json!(4), &json!(6)));
        let text = desk.run(&[&plan[..], &["--more-contacts", "4"]].concat()).done().to_owned();
        assert!(text.contains("As it would be") && text.contains("add 2 numbers with sms"), "{text}");
        desk.run(&[&plan[..], &["--retire", "+14155550999"]].concat()).refused(1, &["+14155550999"]);
        desk.run(&[&plan[..], &["--retire", "415"]].concat()).refused(2, &["--retire 415"]);
        assert!(desk.run(&["pool", "plan", DEMO]).done().contains("nothing to do"), "nothing was changed");
    }

    async fn a_pool_file_is_planned_applied_once_and_then_nothing_is_left(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["pool", "plan", DEMO]).refused(1, &["partyline migrate"]);
        let applied = desk.run(&["migrate", "--json"]).json();
        let steps = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count();
        assert_eq!(applied["applied"].as_array().map(Vec::len), Some(steps), "{applied}");
        assert!(desk.run(&["migrate"]).done().contains("up to date"));

        // A plan changes nothing, however often it is made.
        let plan = desk.run(&["pool", "plan", DEMO]).done().to_owned();
        assert!(plan.contains("+ number +14155550101") && plan.contains("11 things would be changed"), "{plan}");
        assert_eq!(desk.run(&["pool", "plan", DEMO]).done(), plan);
        desk.run(&["pool", "import", "none.csv", "--community", "Demo", "--pool", "main"]).refused(2, &["none.csv"]);
        let changes = desk.run(&["pool", "plan", DEMO, "--json"]).json()["changes"].as_array().map(Vec::len);
        assert_eq!(changes, Some(11));

        let applied = desk.run(&["pool", "apply", DEMO]).done().to_owned();
        assert_eq!(applied, plan.replace("would be changed", "were changed"));
        for command in ["apply", "plan"] {
            assert!(desk.run(&["pool", command, DEMO]).done().contains("nothing to do"));
        }
        // All or nothing: one number on an unknown carrier, and the good one is not added either.
        desk.write("pool.toml", "[community]\nname = \"Demo\"\n[[pools]]\nname = \"main\"\n\
            [[numbers]]\npool = \"main\"\nnumber = \"+14155550120\"\ncarrier = \"loopback\"\n\
            [[numbers]]\npool = \"main\"\nnumber = \"+14155550121\"\ncarrier = \"nowhere\"\n");
        desk.run(&["pool", "apply", "pool.toml"]).refused(1, &["pool.toml:11: numbers[1].carrier is `nowhere`", "loopback"]);
        desk.write("pool.toml", "[community]\nname = \"Demo\"\n[[numbers]]\npool = \"main\"\nnumber = \"415\"\ncarrier = \"loopback\"\n");
        desk.run(&["pool", "apply", "pool.toml"]).refused(2, &["pool.toml:5:", "415"]);
        assert!(desk.run(&["pool", "plan", DEMO]).done().contains("nothing to do"));

        // Ada has two contacts, on two of the four numbers.
        let explained: Vec<Value> = (1..=4)
            .map(|n| desk.run(&["explain", "+14155550151", &format!("+1415555010{n}"), "--json"]).json())
            .collect();
        let count = |outcome: &str, reason: Value| explained.iter().filter(|e| e["outcome"] == outcome && e["reason"] == reason).count();
        assert_eq!((count("bridge", Value::Null), count("refuse", json!("no_contact"))), (2, 2), "{explained:#?}");
        let at = 1 + explained.iter().position(|e| e["outcome"] == "bridge").unwrap();
        let said = desk.run(&["explain", "+14155550151", &format!("+1415555010{at}")]).done().to_owned();
        assert!(said.contains("1. the number is num_") && said.contains("=> bridge") && said.contains("by carrier loopback"), "{said}");
        let explained = desk.run(&["explain", "+14155550199", "+14155550101", "--json"]).json();
        assert_eq!(explained["reason"], "unknown_sender");
        let explained = desk.run(&["explain", "+14155550151", "+14155550109", "--json"]).json();
        assert_eq!(explained["reason"], "unassigned_number");
    }

    async fn explain_says_when_the_carrier_of_a_bridge_is_not_configured(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["migrate"]).done();
        desk.run(&["pool", "apply", DEMO]).done();
        let gone = [("PARTYLINE__LOOPBACK__ENABLED", "false")];
        let bridged = (1..=4).map(|n| format!("+1415555010{n}")).find(|to| {
            desk.run(&["explain", "+14155550151", to, "--json"]).json()["outcome"] == "bridge"
        }).unwrap();
        let with = desk.run(&["explain", "+14155550151", &bridged, "--json"]).json();
        assert_eq!(with["carrier_state"], "configured", "{with}");
        let without = desk.run_with(&["explain", "+14155550151", &bridged, "--json"], &gone).json();
        assert_eq!((&without["outcome"], &without["carrier_state"]), (&json!("bridge"), &json!("not_configured")));
        let said = desk.run_with(&["explain", "+14155550151", &bridged], &gone).done().to_owned();
        assert!(said.contains("carrier `loopback` is not configured here"), "{said}");
        assert!(said.contains("would wait until its deadline"), "{said}");
    }

    async fn bad_rows_of_a_csv_are_named_and_nothing_is_imported(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["migrate"]).done();
        desk.run(&["pool", "apply", DEMO]).done();
        let import = |csv: &str| {
            desk.write("numbers.csv", csv);
            desk.run(&["pool", "import", "numbers.csv", "--community", "Demo", "--pool", "main"])
        };
        import("number,carrier\n+14155550110,loopback\n12,loopback\n+14155550111\n+14155550112,\n").refused(2, &[
            "numbers.csv:3: number is `12`", "numbers.csv:4:", "numbers.csv:5: carrier is empty", "nothing was imported",
        ]);
        import("number,carrier\n+14155550110,loopback\n+14155550111,nowhere\n+14155550151,loopback\n+14155550110,loopback\n").refused(1, &[
            "numbers.csv:3: no carrier named `nowhere`", "numbers.csv:4: +14155550151 is in use already", "numbers.csv:5:", "nothing was imported",
        ]);
        import("").refused(2, &["numbers.csv:1:", "number"]);
        let args = ["pool", "import", "numbers.csv", "--community", "Nobody", "--pool", "main"];
        desk.write("numbers.csv", "number,carrier\n+14155550110,loopback\n");
        desk.run(&args).refused(1, &["no community `Nobody`"]);
        assert!(desk.run(&["pool", "plan", DEMO]).done().ends_with("as the file says\n"), "nothing was imported so far");

        let many: String = (110..190).map(|n| format!("+14155550{n},loopback\n")).filter(|row| !row.contains("0151") && !row.contains("0152") && !row.contains("0153")).collect();
        assert_eq!(import(&format!("number,carrier\n{many}")).done(), "77 numbers imported\n");
        import("number,carrier\n+14155550110,loopback\n").refused(1, &["numbers.csv:2:", "already"]);
    }

    async fn a_phone_is_frozen_and_replaced_and_what_is_held_is_listed(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["pool", "apply", DEMO]).done();
        let (ben, chloe) = ("+14155550152", "+14155550153");
        let phone = |args: &[&str]| desk.run(&[&["phone"], args, &["--community", "Demo"]].concat());
        assert!(phone(&["freeze", ben]).done().contains("is frozen since"));
        assert!(phone(&["freeze", ben, "--json"]).json()["frozen_at"].is_string());
        assert!(phone(&["thaw", ben]).done().contains("is in use"));
        phone(&["freeze", "+14155550199"]).refused(1, &["nobody's phone in `Demo`"]);

        // Ben's new phone is the one that is known as Chloe's, a guest.
        let told = phone(&["replace", ben, "--with", chloe, "--dry-run"]).done().to_owned();
        assert!(told.contains("--owner merge, or --owner take") && told.contains("before everything is settled"), "{told}");
        phone(&["replace", ben, "--with", chloe]).refused(1, &["cannot take the place of"]);
        let args = ["replace", ben, "--with", chloe, "--owner", "merge", "--otherwise", "move"];
        let would = phone(&[&args[..], &["--dry-run", "--json"]].concat()).json();
        assert_eq!((&would["applied"], &would["settled"], &would["owner"]["released"]), (&json!(false), &json!(true), &json!(1)));
        assert!(phone(&args).done().contains("has the new phone; 1 contacts keep their numbers"));
        phone(&["freeze", ben]).refused(1, &["nobody's phone"]);

        // Ada knew Chloe; that pair is over, and its numbers are held.
        let held = |args: &[&str]| desk.run(&[&["held"], args, &["--community", "Demo"]].concat());
        let listed = held(&["list", "--json"]).json();
        let releases = listed["releases"].as_array().unwrap();
        assert_eq!((releases.len(), &listed["texts"]), (1, &json!([])), "{listed:#}");
        assert!(held(&["list"]).done().contains("cooling"));
        let (member, number) = (releases[0]["member"].as_str().unwrap(), releases[0]["number"].as_str().unwrap());
        assert!(held(&["forget", member, number]).done().contains("is kept for nobody"));
        assert_eq!(held(&["list", "--json"]).json()["releases"][0]["kept_until"], Value::Null);
        assert!(held(&["re-pair", member, number]).done().contains("0 texts are on their way"));
        held(&["discard", "msg_0000000000001"]).refused(1, &["message in quarantine"]);
        held(&["release", "msg_0000000000001"]).refused(1, &["message in quarantine"]);
        assert_eq!(desk.run(&["verify", "--json"]).json()["clean"], json!(true));
    }

    async fn a_table_is_verified_and_its_report_checked(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["pool", "apply", DEMO]).done();
        let done = desk.run(&["verify", "--json"]).json();
        assert_eq!((&done["clean"], &done["offenders"]), (&json!(true), &json!(0)), "{done:#}");
        assert!(done["checked"]["assignments"].as_u64().unwrap() > 0, "{done:#}");
        let key = done["signed_by"]["key"].as_str().unwrap();
        let checked = desk.run(&["verify", "--check", "verification.json", "--json"]).json();
        assert_eq!((&checked["trusted"], &checked["report"]["signed_by"]), (&json!(true), &done["signed_by"]));
        let check = ["verify", "--check", "verification.json"];
        assert!(desk.run(&check).done().contains("no row broke any rule"));
        assert!(desk.run(&["verify", "--check", "verification.json", "--signer", key]).done().contains(key));

        // By another key it is signed right and believed by nobody.
        let other = Desk::new(database);
        other.run(&["migrate"]).done();
        let report = std::fs::read_to_string(desk.dir.join("verification.json")).unwrap();
        other.write("verification.json", &report);
        let strange = other.run(&check);
        assert_eq!(strange.status, Some(1), "{strange:#?}");
        assert!(strange.stderr.contains("is not the key that was expected"), "{strange:#?}");
        desk.write("changed.json", &report.replace("\"sqlite\"", "\"postgres\"").replace("\"clean\":true", "\"clean\":false"));
        desk.run(&["verify", "--check", "changed.json"]).refused(1, &["changed after it was signed"]);
        desk.write("half.json", &report[..report.len() / 2]);
        desk.run(&["verify", "--check", "half.json"]).refused(1, &["not a whole report"]);
        desk.run(&["verify", "--check", "nowhere.json"]).refused(2, &["cannot read nowhere.json"]);
        assert!(!report.contains("+1415"), "{report}");

        // What the key before has signed is believed still, and no other key's.
        let anew = desk.run(&["verify", "--new-key", "--out", "anew.json", "--json"]).json();
        assert_ne!(anew["signed_by"], done["signed_by"]);
        assert!(desk.run(&check).done().contains("a former key of this database"));
        assert!(desk.run(&["verify", "--check", "anew.json"]).done().contains("the expected key"));

        // What an interrupted run has left is begun anew; one that still runs is left alone.
        let unfinished = desk.dir.join("verification.json.unfinished");
        std::fs::write(&unfinished, "{\"report\":{\n".repeat(10_000)).unwrap();
        let held = std::fs::File::open(&unfinished).unwrap();
        held.lock().unwrap();
        desk.run(&["verify"]).refused(1, &["another verification writes it"]);
        drop(held);
        let said = desk.run(&["verify", "--community", "Demo"]).done().to_owned();
        assert!(said.contains("no row breaks any rule"), "{said}");
        assert!(!unfinished.exists());
        desk.run(&check).done();

        // Planted while nobody serves.
        let url = desk.envs.iter().find(|(name, _)| name.ends_with("URL")).unwrap().1.clone();
        let mut conn = partyline::store::DatabaseUrl::parse(&url).unwrap().connect(true).unwrap();
        conn.execute("UPDATE numbers SET load = load + 5").unwrap();
        let found = desk.run(&["verify", "--out", "bad.json"]);
        assert_eq!(found.status, Some(1), "{found:#?}");
        assert!(found.stderr.contains("break a rule; see bad.json"), "{found:#?}");
        assert!(found.stdout.contains("count of assignments is not what there are"), "{found:#?}");
        assert!(desk.run(&["verify", "--check", "bad.json"]).done().contains("rows that broke a rule"));
    }

    async fn how_busy_numbers_and_a_pair_are_is_shown(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["pool", "apply", DEMO]).done();
        let numbers = desk.run(&["traffic", "--community", "Demo", "--json"]).json();
        let numbers = numbers.as_array().unwrap();
        assert_eq!(numbers.len(), 4);
        assert!(numbers.iter().all(|n| n["room"] == "plenty" && n["waiting"] == 0), "{numbers:?}");
        let one = desk.run(&["traffic", "--community", "Demo", "--number", "+14155550102"]);
        assert!(one.done().contains("+14155550102") && one.done().contains("plenty"));
        assert!(!one.done().contains("+14155550103"));
        desk.run(&["traffic", "--community", "Demo", "--number", "+14155550199"]).refused(1, &["no pool number"]);
        desk.run(&["traffic", "--community", "Nowhere"]).refused(1, &["Nowhere"]);
        let pair = ["--member", "mem_0000000000001", "--contact", "mem_0000000000002"];
        let pair: Vec<&str> = ["traffic", "--community", "Demo"].into_iter().chain(pair).collect();
        desk.run(&pair).refused(1, &["mem_0000000000001"]);
    }

    async fn the_past_is_explained(database: Database) {
        let desk = Desk::new(database);
        desk.run(&["pool", "apply", DEMO]).done();
        let texts = |n: u8, at: &[&str]| {
            let to = format!("+1415555010{n}");
            let args = ["explain", "+14155550151", to.as_str(), "--json"];
            desk.run(&[&args[..], at].concat()).json()
        };
        let n = (1..=4).find(|n| texts(*n, &[])["outcome"] == "bridge").unwrap();
        let long_ago = texts(n, &["--at", "2001-01-01T00:00:00Z"]);
        assert_eq!(long_ago["outcome"], "unknown");
        assert!(long_ago["sentence"].as_str().unwrap().contains("is not known"), "{long_ago}");
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let then = texts(n, &["--at", &now, "--community", "Demo"]);
        assert_eq!((&then["outcome"], &then["contact"]), (&json!("bridge"), &texts(n, &[])["contact"]));
        desk.run(&["explain", "+14155550151", "+14155550101", "--at", "2999-01-01T00:00:00Z"])
            .refused(1, &["still to come"]);
    }

    async fn the_doctor_finds_what_is_wrong_and_says_what_to_do(database: Database) {
        let desk = Desk::new(database);
        let doctor = desk.run(&["doctor"]);
        assert_eq!(doctor.status, Some(0), "{doctor:?}");
        assert!(doctor.stdout.contains("warn  database:") && doctor.stdout.contains("partyline migrate"), "{doctor:?}");
        desk.run(&["migrate"]).done();
        let doctor = desk.run(&["doctor"]);
        assert!(!doctor.done().contains("warn") && doctor.stdout.contains("ok    database:"), "{doctor:?}");

        // The key of authenticator apps' secrets.
        assert!(doctor.stdout.contains("ok    authenticator apps: nobody"), "{doctor:?}");
        desk.write("short.key", "c2hvcnQ=");
        for (file, says) in [("none.key", "cannot be read"), ("short.key", "does not hold 32 bytes")] {
            let doctor = desk.run_with(&["doctor"], &[("PARTYLINE__HTTP__TOTP_KEY_FILE", file)]);
            assert_eq!(doctor.status, Some(2), "{doctor:?}");
            assert!(doctor.stdout.contains("fail  settings:") && doctor.stdout.contains(says), "{doctor:?}");
            assert!(doctor.stdout.contains("openssl rand -base64 32"), "it says what to do: {doctor:?}");
        }

        let port = ports::free_port();
        desk.write("partyline.toml", &format!("[[smpp.carriers.acme.binds]]\nhost = \"127.0.0.1\"\nport = {port}\nsystem_id = \"me\"\npassword = \"secret\"\n"));
        let doctor = desk.run(&["doctor"]);
        assert_eq!(doctor.status, Some(1), "an SMSC that cannot be reached is a failure");
        assert!(doctor.stdout.contains("acme") && doctor.stdout.contains("->"), "{doctor:?}");
        assert!(!doctor.stdout.contains("secret"), "{doctor:?}");
        // Numbers whose carrier is gone from the settings.
        desk.run(&["pool", "apply", DEMO]).done();
        let doctor = desk.run_with(&["doctor"], &[("PARTYLINE__LOOPBACK__ENABLED", "false")]);
        assert!(doctor.stdout.contains("4 numbers of Demo leave by carrier `loopback`"), "{doctor:?}");
        let unreachable = [("PARTYLINE__DATABASE__URL", "postgres://nobody@127.0.0.1:1/none")];
        let doctor = desk.run_with(&["doctor"], &unreachable);
        assert_eq!(doctor.status, Some(1));
        assert!(doctor.stdout.contains("fail  database:"), "{doctor:?}");
    }

    async fn the_doctor_tells_a_databases_error_on_one_line(database: Database) {
        let desk = Desk::new(database);
        // A server that is no PostgreSQL, and hangs up.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || listener.incoming().for_each(drop));
        let url = format!("postgres://nobody@127.0.0.1:{port}/none");
        let doctor = desk.run_with(&["doctor"], &[("PARTYLINE__DATABASE__URL", url.as_str())]);
        assert_eq!(doctor.status, Some(1));
        let lines: Vec<&str> = doctor.stdout.lines().collect();
        assert!(lines.iter().all(|l| !l.trim().is_empty()), "{doctor:?}");
        let at = lines.iter().position(|l| l.starts_with("fail  database:")).unwrap();
        assert!(lines[at].contains(&port.to_string()) && !lines[at].trim_end().ends_with(':'), "{doctor:?}");
        assert!(lines[at + 1].starts_with("      ->"), "the advice follows at once: {doctor:?}");
    }

    async fn a_key_made_on_the_command_line_opens_the_api_until_it_is_revoked(database: Database) {
        let broker = Broker::start(database, "").await;
        let community = broker.create_community("Harbour").await;
        let key: Value = serde_json::from_str(&broker.cli(&["key", "create", "--scope", "admin", "--name", "mine", "--json"])).unwrap();
        let (id, token) = (key["id"].as_str().unwrap(), key["token"].as_str().unwrap());
        assert!(id.starts_with("key_"));
        let client = reqwest::Client::new();
        let get = async |token: &str, path: &str| {
            client.get(format!("http://{}{path}", broker.http_addr())).bearer_auth(token).send().await.unwrap().status()
        };
        assert_eq!(get(token, "/v1/communities").await, StatusCode::OK);
        assert_eq!(get("wrong", "/v1/communities").await, StatusCode::UNAUTHORIZED);
        let narrow: Value = serde_json::from_str(&broker.cli(&["key", "create", "--scope", "community", "--community", "Harbour", "--json"])).unwrap();
        let narrow = narrow["token"].as_str().unwrap();
        assert_eq!(get(narrow, &format!("/v1/communities/{community}")).await, StatusCode::OK);
        assert_eq!(get(narrow, "/v1/keys").await, StatusCode::FORBIDDEN);
        let listed = broker.cli(&["key", "list"]);
        assert!(listed.contains("mine") && !listed.contains(token), "{listed}");
        broker.cli(&["key", "revoke", id]);
        eventually("the key is of no use", WAIT, async || get(token, "/v1/communities").await == StatusCode::UNAUTHORIZED).await;
        ran(broker.cli_command(&["key", "create", "--scope", "community", "--community", "Nobody"])).refused(1, &["no community `Nobody`"]);
        ran(broker.cli_command(&["key", "revoke", "key_0000000000001"])).refused(1, &["key_0000000000001"]);
    }

    async fn the_demo_prints_commands_that_show_a_masked_arrival(database: Database) {
        let desk = Desk::new(database);
        let demo = desk.serve(&["serve", "--demo"]);
        eventually("the demo tells the next step", WAIT, async || {
            demo.fail_if_ended();
            desk.stdout().contains("Ctrl-C")
        })
        .await;
        // Exactly what it prints, comments and all, by the shell of whoever pastes it.
        let printed = desk.stdout();
        let (_, rest) = printed.split_once("in another terminal:\n").unwrap();
        let (script, _) = rest.split_once("Ctrl-C").unwrap();
        assert_eq!(script.matches("curl ").count(), 4, "{script}");
        let mut bash = Command::new("bash");
        bash.args(["-euc", script]).current_dir(&desk.dir);
        let pasted = tokio::task::spawn_blocking(move || ran(bash)).await.unwrap();
        let answers: Vec<Value> = pasted.done().lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {pasted:#?}"))).collect();
        assert_eq!(answers.len(), 4, "{pasted:#?}");
        let (on_bens, on_adas) = (&answers[1]["data"], &answers[3]["data"]);
        assert_eq!((&on_bens[0]["text"], &on_adas[0]["text"]), (&json!("Hello Ben"), &json!("Hello Ada")));
        for arrived in [on_bens, on_adas] {
            let from = arrived[0]["from"].as_str().unwrap();
            assert!(("+14155550101"..="+14155550104").contains(&from), "{from} is no pool number");
            assert_eq!(arrived.as_array().map(Vec::len), Some(1));
        }
        assert!(!on_bens.to_string().contains("+14155550151") && !on_adas.to_string().contains("+14155550152"));
        assert_eq!(demo.stop().code(), Some(0), "SIGTERM");

        // The demo again on the same database: nothing is made twice, and the old key is of no use.
        std::fs::remove_file(desk.dir.join("partyline.stdout")).unwrap();
        let demo = desk.serve(&["serve", "--demo"]);
        eventually("the demo is up again", WAIT, async || desk.stdout().contains("Ctrl-C")).await;
        let mut bash = Command::new("bash");
        bash.args(["-euc", script]);
        let again = tokio::task::spawn_blocking(move || ran(bash)).await.unwrap();
        assert!(again.stdout.contains("\"status\":401"), "{again:?}");
        assert!(desk.run(&["pool", "plan", DEMO]).done().contains("nothing to do"));
        demo.signal("INT");
        eventually("Ctrl-C ends it", WAIT, async || demo.exit_status().is_some()).await;
        assert_eq!(demo.exit_status().unwrap().code(), Some(0), "SIGINT");
    }

    async fn a_second_server_on_the_same_database_is_refused_and_harms_nothing(database: Database) {
        let mut broker = Broker::start(database, "[loopback]\nenabled = true\n").await;
        let [http, smpp] = ports::free_ports();
        let mut second = broker.cli_command(&["serve"]);
        second.env("PARTYLINE__HTTP__LISTEN", format!("127.0.0.1:{http}")).env("PARTYLINE__SMPP__LISTEN", format!("127.0.0.1:{smpp}")).env("PARTYLINE__SIP__LISTEN", "");
        let second = ran(second);
        let words = match database {
            Database::Sqlite => ["another `partyline serve` already serves", "stop it first"],
            Database::Postgres => ["node 0 is already running on this database", "`database.node`"],
        };
        second.refused(1, &words);
        let (status, _) = broker.request(Method::GET, "/readyz", None).await;
        assert_eq!(status, StatusCode::OK);
        if database == Database::Postgres {
            // With a number of its own it may.
            let node = Broker::builder(database).database_url(broker.database_url()).env("PARTYLINE__DATABASE__NODE", "1").start().await;
            let community = node.create_community("Made by the second").await;
            let seen = broker.get(&format!("/v1/communities/{community}")).await;
            assert_eq!(seen["name"], "Made by the second");
        }
        // A port that is taken is said, too, and a stop is clean and frees everything.
        let address = broker.http_addr().to_string();
        let other = Desk::new(database);
        other.run_with(&["serve"], &[("PARTYLINE__HTTP__LISTEN", address.as_str())]).refused(1, &[address.as_str()]);
        broker.stop();
        broker.spawn().await;
        broker.stop();
    }
}
