//! Whatever the API's document allows, asked by schemathesis: never an error of ours, never an answer that the
//! document does not know; and every operation is reached, refusals aside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{Broker, Database, HOW_TO_INSTALL, peers_dir, support_file};
use tokio::process::Command;

/// What stands in the paths of requests that the hooks leave as they were made.
async fn known_ids(broker: &Broker) -> String {
    let community = broker.create_community("Fuzz").await;
    let at = format!("/v1/communities/{community}");
    let id = |made: Value| made["id"].as_str().unwrap().to_owned();
    let member = broker.create_member(&community, "Ann", "+14155550151").await;
    let pool = broker.create_pool(&community, "main").await;
    let endpoint = json!({ "url": "https://a.example.org/x" });
    let endpoint = id(broker.post(&format!("{at}/callback_endpoints"), endpoint).await);
    let known = [
        ("community", community),
        ("member", member),
        ("pool", pool),
        ("endpoint", endpoint),
    ];
    let lines = known.map(|(name, id)| format!("\"path.{name}\" = \"{id}\"\n"));
    format!("[parameters]\n{}", lines.concat())
}

/// From the report: of each operation how many requests were answered, and how many of them with success.
fn answers(report: &Path) -> BTreeMap<String, (usize, usize)> {
    let mut all: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in fs::read_to_string(report).unwrap().lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let recorder = &entry["ScenarioFinished"]["recorder"];
        let Some(operation) = recorder["label"].as_str() else {
            continue;
        };
        let (asked, succeeded) = all.entry(operation.to_owned()).or_default();
        for (_, interaction) in recorder["interactions"].as_object().into_iter().flatten() {
            let status = interaction["response"]["status_code"]
                .as_u64()
                .unwrap_or_default();
            *asked += 1;
            *succeeded += usize::from((200..300).contains(&status));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_the_document_allows_meets_an_error_of_ours_or_an_undocumented_answer() {
    // Calls ring on virtual phones, which nobody answers mostly.
    let config = "[http]\nrequests_per_s = 0\n[loopback]\nenabled = true";
    let broker = Broker::start(Database::Sqlite, config).await;
    let folder = tempfile::tempdir().unwrap();
    let within = |name: &str| folder.path().join(name);
    fs::write(within("schemathesis.toml"), known_ids(&broker).await).unwrap();
    // As a file: what it fetches itself, it asks no more.
    let document = broker.get("/openapi.json").await;
    fs::write(within("openapi.json"), document.to_string()).unwrap();

    let program = peers_dir().join("schemathesis/bin/schemathesis");
    assert!(program.exists(), "schemathesis is missing: {HOW_TO_INSTALL}");
    let url = format!("http://{}", broker.http_addr());
    let asked = Command::new(program)
        .current_dir(folder.path())
        .env("SCHEMATHESIS_HOOKS", "fuzz_town")
        .env("PYTHONPATH", support_file(""))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("FUZZ_URL", &url)
        .env("FUZZ_TOKEN", broker.token())
        .args(["run", "openapi.json", "--url", &url])
        .args(["-H", &format!("Authorization: Bearer {}", broker.token())])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "10"])
        .args(["--seed", "1", "--generation-database", "none", "--no-color"])
        .args(["--request-timeout", "60"])
        .args(["--report", "ndjson", "--report-ndjson-path", "report.ndjson"])
        .output()
        .await
        .unwrap();
    let said = [asked.stdout, asked.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(asked.status.success(), "{said}\n{}", broker.log());
    let passed = said
        .lines()
        .find(|line| line.contains(" generated, "))
        .unwrap_or_default();
    assert!(passed.contains("passed"), "{said}");

    let answers = answers(&within("report.ndjson"));
    for (path, item) in document["paths"].as_object().unwrap() {
        // Asked with a key, a browser's session has nothing to say but no.
        if path.starts_with("/v1/session") {
            continue;
        }
        for method in item.as_object().unwrap().keys() {
            let operation = format!("{} {path}", method.to_uppercase());
            let (asked, succeeded) = answers.get(&operation).copied().unwrap_or_default();
            println!("{succeeded:4} of {asked:4} {operation}");
            assert!(succeeded > 0, "{operation}: none of {asked} succeeded");
        }
    }
    println!("{}", passed.trim());
}
