//! The clients: generated from the committed document, tested by themselves, and against a real broker as their
//! READMEs say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::clients::{code_block, npm, python, stage};
use support::{Broker, Database, peers_dir, process};

#[test]
fn the_committed_clients_are_what_the_generators_make_of_the_document() {
    let target = peers_dir().parent().unwrap().to_owned();
    process::run(
        Command::new("clients/generate.sh")
            .arg("--check")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", target),
    );
}

/// A broker with a pair, and what the READMEs' examples take from the environment.
async fn pair() -> (Broker, Vec<(&'static str, String)>) {
    let broker = Broker::start(Database::Sqlite, "[loopback]\nenabled = true").await;
    let community = broker.create_community("Town").await;
    let pool = broker.create_pool(&community, "main").await;
    for number in ["+14155550101", "+14155550102"] {
        broker.add_number(&community, &pool, number, "loopback").await;
    }
    let ada = broker.create_member(&community, "Ada", "+14155550151").await;
    let ben = broker.create_member(&community, "Ben", "+14155550152").await;
    broker.add_contact(&community, &ada, &ben).await;
    let envs = vec![
        ("PARTYLINE_URL", format!("http://{}", broker.http_addr())),
        ("PARTYLINE_TOKEN", broker.token().to_owned()),
        ("PARTYLINE_COMMUNITY", community),
        ("ADA", ada),
        ("BEN", ben),
    ];
    (broker, envs)
}

/// Ben has the text that a README sends, once, although it was run twice: it sends under an Idempotency-Key.
async fn assert_sent_once(broker: &Broker) {
    let texts = broker.loopback_texts("+14155550152").await;
    let texts: Vec<&Value> = texts.iter().map(|text| &text["text"]).collect();
    assert_eq!(texts, [&json!("Rowing at six?")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_works_as_its_readme_says() {
    let stage = stage();
    process::run(python(&stage).args(["-m", "unittest", "discover", "tests"]));

    let (broker, envs) = pair().await;
    let quickstart = code_block(&stage.join("clients/python/README.md"), "python");
    let run = |code: &str| process::run(python(&stage).args(["-c", code]).envs(envs.clone()));
    run(&quickstart);
    let printed = run(&quickstart);
    assert!(printed.contains("message.received"), "{printed}");
    assert_sent_once(&broker).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_typescript_client_works_as_its_readme_says() {
    let stage = stage();
    let client = Path::new("clients/typescript");
    // In the folder where the chat app is, which finds the client as any app does.
    let app = stage.join("examples/chat-app");
    let quickstart = code_block(&stage.join(client).join("README.md"), "ts");
    fs::write(app.join("src/quickstart.ts"), quickstart).unwrap();
    process::run(npm(&stage, "clients/typescript").args(["run", "test"]));
    process::run(npm(&stage, "clients/typescript").args(["run", "build"]));
    process::run(npm(&stage, "examples/chat-app").args(["run", "build"]));

    let (broker, envs) = pair().await;
    let run = || {
        process::run(
            Command::new(support::find_program("node"))
                .arg(app.join("dist/quickstart.js"))
                .envs(envs.clone()),
        )
    };
    run();
    let printed = run();
    assert!(printed.contains("message.received"), "{printed}");
    assert_sent_once(&broker).await;
}
