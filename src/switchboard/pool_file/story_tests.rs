//! Plan and apply on a database of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::*;
use crate::domain::policy::{Policy, WhenFull};
use crate::domain::{Clock, IdGenerator, Timestamp};
use crate::store::{Durability, migrations};
use crate::switchboard::SwitchboardError;

const FILE: &str = r#"
[community]
name = "Harbour"
[community.policy]
cool_down_s = 60

[[pools]]
name = "main"

[[numbers]]
pool = "main"
number = "+14155550101"
carrier = "loopback"

[[numbers]]
pool = "main"
number = "+14155550102"
carrier = "loopback"
capabilities = ["sms"]
rate_per_s = 5

[[numbers]]
pool = "main"
number = "+14155550103"
carrier = "loopback"
state = "draining"

[[members]]
name = "Ann"
phone = "+14155550111"

[[members]]
name = "Bo"
phone = "+14155550112"
guest = true

[[contacts]]
member = "Ann"
contact = "+14155550112"
"#;

struct Counting(AtomicI64);

impl Clock for Counting {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000 + self.0.fetch_add(1, Ordering::Relaxed))
    }
}

fn board(dir: &tempfile::TempDir) -> Switchboard {
    let path = dir.path().join("p.db");
    let db = migrations::open_migrated(path.to_str().unwrap(), Durability::Command).unwrap();
    let clock = Arc::new(Counting(AtomicI64::new(0)));
    Switchboard::new(db, clock, IdGenerator::new(600), vec!["loopback".into()])
}

fn file(text: &str) -> PoolFile {
    PoolFile::parse("p.toml", text).unwrap_or_else(|p| panic!("{p:?}"))
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn applying_makes_what_the_file_says_and_applying_again_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let board = board(&dir);
    let defaults = Policy {
        when_full: WhenFull::Recycle,
        ..Policy::default()
    };
    let board = board.with_default_policy(defaults);
    let file = file(FILE);
    let planned = board.plan_pool_file(&file).await.unwrap();
    assert_eq!(planned.changes.len(), 8, "{:?}", lines(&planned));
    assert!(
        board.communities(None, 10).await.unwrap().is_empty(),
        "planning changes nothing"
    );

    assert_eq!(board.apply_pool_file(&file).await.unwrap(), planned);
    let community = board.communities(None, 10).await.unwrap().remove(0);
    assert_eq!(
        (community.policy.cool_down_s, community.policy.when_full),
        (60, WhenFull::Recycle)
    );
    let numbers = board.numbers(community.id, None, 10).await.unwrap();
    let states: Vec<_> = numbers.iter().map(|n| (n.state.word(), n.rate_per_s)).collect();
    assert_eq!(states, [("active", 1.0), ("active", 5.0), ("draining", 1.0)]);
    let members = board.members(community.id, None, None, 10).await.unwrap();
    assert!(members[1].guest && board.contacts(community.id, members[0].id).await.unwrap().len() == 1);

    let again = board.apply_pool_file(&file).await.unwrap();
    assert_eq!(again, Plan::default());
}

#[tokio::test]
async fn only_what_differs_is_changed_and_what_is_not_named_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let board = board(&dir);
    board.apply_pool_file(&file(FILE)).await.unwrap();
    let other = r#"
[community]
name = "Harbour"
policy = { cool_down_s = 61 }
[[pools]]
name = "second"
[[numbers]]
pool = "second"
number = "+14155550102"
carrier = "loopback"
state = "draining"
[[members]]
name = "Anna"
phone = "+14155550111"
"#;
    let plan = board.apply_pool_file(&file(other)).await.unwrap();
    assert_eq!(
        lines(&plan),
        [
            "~ policy: cool_down_s 60 -> 61",
            "+ pool second",
            "~ number +14155550102: pool \"main\" -> \"second\", state \"active\" -> \"draining\"",
            "~ member +14155550111: name Ann -> Anna",
        ]
    );
    let left = plan.unmanaged;
    assert_eq!((left.pools, left.numbers.len()), (vec!["main".to_owned()], 2));
    assert_eq!((left.members.len(), left.contacts.len()), (1, 1));
    let again = board.plan_pool_file(&file(other)).await.unwrap();
    assert!(again.is_empty(), "{:?}", lines(&again));
    let id = board.communities(None, 10).await.unwrap()[0].id;
    let number = board.numbers(id, None, 10).await.unwrap().remove(1);
    assert_eq!(number.rate_per_s, 5.0, "the file did not mention it");
}

#[tokio::test]
async fn all_or_nothing_with_the_place_that_failed() {
    let dir = tempfile::tempdir().unwrap();
    let board = board(&dir);
    // Three people, one of whom would need three numbers of two.
    let text = FILE.to_owned()
        + r#"
[[members]]
name = "Cy"
phone = "+14155550113"
[[members]]
name = "Di"
phone = "+14155550114"
[[contacts]]
member = "Ann"
contact = "Cy"
[[contacts]]
member = "Ann"
contact = "Di"
"#;
    let error = board.apply_pool_file(&file(&text)).await.unwrap_err();
    assert_eq!(error.code(), "table_full");
    assert!(
        error.to_string().starts_with("p.toml:51: contacts[2]: "),
        "{error}"
    );
    assert!(board.communities(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn contradictions_with_what_there_is_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let board = board(&dir);
    board.apply_pool_file(&file(FILE)).await.unwrap();
    let text = r#"
[community]
name = "Other"
[[pools]]
name = "main"
[[numbers]]
pool = "main"
number = "+14155550101"
carrier = "acme"
[[numbers]]
pool = "main"
number = "+14155550111"
carrier = "loopback"
[[members]]
name = "Ed"
phone = "+14155550102"
"#;
    let error = board.plan_pool_file(&file(text)).await.unwrap_err();
    assert!(matches!(error, SwitchboardError::Conflict { .. }));
    let told = error.to_string();
    let told: Vec<&str> = told.lines().collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].contains("numbers[0].carrier is `acme`") && told[0].ends_with("configured: loopback"));
    assert!(
        told[1].contains("p.toml:8: numbers[0].number is +14155550101, a pool number of another"),
        "{told:?}"
    );
    assert!(told[2].contains("numbers[1].number is +14155550111, a member's phone"));
    assert!(told[3].contains("members[0].phone is +14155550102, a pool number"));
}

#[tokio::test]
async fn campaigns_and_caps_are_made_and_changed_as_the_file_says() {
    let dir = tempfile::tempdir().unwrap();
    let board = board(&dir);
    let campaigns = |per_day: i64| {
        format!(
            "{FILE}\n[[campaigns]]\nname = \"whole\"\npool = \"main\"\ntexts_per_day = {per_day}\n\
             [[campaigns]]\nname = \"own\"\nrate_per_s = 3\n[[numbers]]\npool = \"main\"\nnumber = \"+14155550104\"\n\
             carrier = \"loopback\"\ncampaign = \"own\"\ntexts_per_day = 20\n"
        )
    };
    board.apply_pool_file(&file(&campaigns(100))).await.unwrap();
    let id = board.communities(None, 10).await.unwrap()[0].id;
    let all = board.campaigns(id, None, 10).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|c| (c.name.as_str(), c.pool.is_some(), c.texts_per_day, c.rate_per_s))
        .collect();
    assert_eq!(told, [("whole", true, 100, 0.0), ("own", false, 0, 3.0)]);
    let numbers = board.numbers(id, None, 10).await.unwrap();
    let last = numbers
        .iter()
        .find(|n| n.number.to_string().ends_with("104"))
        .unwrap();
    assert_eq!((last.texts_per_day, last.campaign), (20, Some(all[1].id)));
    assert!(
        board
            .plan_pool_file(&file(&campaigns(100)))
            .await
            .unwrap()
            .is_empty(),
        "applied twice"
    );
    let plan = board.apply_pool_file(&file(&campaigns(50))).await.unwrap();
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(
        plan.changes[0].to_string(),
        "~ campaign whole: texts_per_day 100 -> 50"
    );
    assert_eq!(board.campaigns(id, None, 10).await.unwrap()[0].texts_per_day, 50);
    let left = board.plan_pool_file(&file(FILE)).await.unwrap().unmanaged;
    assert_eq!(left.campaigns, ["own", "whole"]);
}

#[tokio::test]
async fn a_list_is_imported_whole_or_every_refused_row_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let board = board(&dir);
    board.apply_pool_file(&file(FILE)).await.unwrap();
    let id = board.communities(None, 10).await.unwrap()[0].id;
    let pool = board.pools(id, None, 10).await.unwrap()[0].id;
    let row = |line: u64, number: &str, carrier: &str| ImportRow {
        line,
        number: number.parse().unwrap(),
        carrier: carrier.into(),
        capabilities: None,
        region: None,
        rate_per_s: None,
        texts_per_day: None,
        campaign: None,
    };
    let rows = vec![
        row(2, "+14155550120", "loopback"),
        row(3, "+14155550120", "loopback"),
        row(4, "+14155550111", "loopback"),
        row(5, "+14155550121", "acme"),
        ImportRow {
            campaign: Some("none".into()),
            ..row(6, "+14155550122", "loopback")
        },
    ];
    let done = Arc::new(AtomicU64::new(0));
    let refused = board
        .import_numbers(id, pool, rows.clone(), done.clone())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(refused.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 4, 5, 6]);
    assert_eq!(board.numbers(id, None, 10).await.unwrap().len(), 3);
    let imported = board
        .import_numbers(id, pool, rows[..1].to_vec(), done.clone())
        .await
        .unwrap();
    assert_eq!((imported, done.load(Ordering::Relaxed)), (Ok(1), 1));
}
