//! Whatever the API's document allows, asked by schemathesis: never an error of ours, never an answer that the
//! document does not know.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::fs;

use serde_json::json;
use support::{Broker, Database, HOW_TO_INSTALL, peers_dir};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_the_document_allows_meets_an_error_of_ours_or_an_undocumented_answer() {
    let broker = Broker::start(Database::Sqlite, "[http]\nrequests_per_s = 0").await;
    let community = broker.create_community("Fuzz").await;
    let at = format!("/v1/communities/{community}");
    let id = |made: serde_json::Value| made["id"].as_str().unwrap().to_owned();
    let member = json!({ "name": "Ann", "phone": "+14155550151" });
    let member = id(broker.post(&format!("{at}/members"), member).await);
    let pool = id(broker
        .post(&format!("{at}/pools"), json!({ "name": "main" }))
        .await);
    let endpoint = json!({ "url": "https://a.example.org/x" });
    let endpoint = id(broker.post(&format!("{at}/callback_endpoints"), endpoint).await);
    let folder = tempfile::tempdir().unwrap();
    let known = [
        ("community", community),
        ("member", member),
        ("pool", pool),
        ("endpoint", endpoint),
    ];
    let lines = known.map(|(name, id)| format!("\"path.{name}\" = \"{id}\"\n"));
    fs::write(
        folder.path().join("schemathesis.toml"),
        format!("[parameters]\n{}", lines.concat()),
    )
    .unwrap();

    let program = peers_dir().join("schemathesis/bin/schemathesis");
    assert!(program.exists(), "schemathesis is missing: {HOW_TO_INSTALL}");
    let asked = Command::new(program)
        .current_dir(folder.path())
        .arg("run")
        .arg(format!("http://{}/openapi.json", broker.http_addr()))
        .args(["-H", &format!("Authorization: Bearer {}", broker.token())])
        // Left out: the stream never ends, and a revoked key or a deleted community asks nothing more.
        .args(["--exclude-path", "/v1/events", "--exclude-path", "/v1/keys/{key}"])
        .args(["--exclude-method", "DELETE"])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "10"])
        .args(["--seed", "1", "--generation-database", "none", "--no-color"])
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
}
