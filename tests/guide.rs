//! The first ten minutes of `docs/api.md`, followed word for word.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::path::Path;
use std::time::Duration;

use support::clients::code_block;
use support::process::Spec;
use support::{Broker, Database, eventually, ports};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_follows_the_guide_sends_a_text_and_receives_callbacks() {
    let config = "[loopback]\nenabled = true\n[callbacks]\nallowed_hosts = [\"127.0.0.1\"]";
    let broker = Broker::start(Database::Sqlite, config).await;
    let community = broker.create_community("Demo").await;
    let pool = broker.create_pool(&community, "main").await;
    for number in ["+14155550101", "+14155550102"] {
        broker.add_number(&community, &pool, number, "loopback").await;
    }

    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let [port, _] = ports::free_ports();
    // Only where things are is not as it is written.
    let script = code_block(&guide, "sh")
        .replace("http://127.0.0.1:8080", &format!("http://{}", broker.http_addr()))
        .replace("ADMIN=pl_…", &format!("ADMIN={}", broker.token()))
        .replace("9000", &port.to_string());
    assert!(script.contains(broker.token()) && script.contains(&port.to_string()));
    let folder = support::process::new_dir("guide");
    let reader = Spec::new("guide", support::find_program("bash"))
        .args([
            "-c",
            &format!("set -eu; trap 'trap - TERM; kill 0' TERM EXIT\n{script}\nwait"),
        ])
        .dir(&folder)
        .spawn();

    let printed = || std::fs::read_to_string(folder.join("guide.stdout")).unwrap_or_default();
    // As the app prints it.
    let told = |kind: &str| {
        let lines = printed();
        let of_app = lines.lines().filter(|line| line.starts_with("{\"id\":\"evt_"));
        of_app.filter(|line| line.contains(kind)).count()
    };
    eventually("the app to be told of all", Duration::from_secs(60), async || {
        reader.fail_if_ended();
        told("endpoint.test") == 1 && told("Hi yourself") == 1 && told("\"status\":\"delivered\"") >= 1
    })
    .await;
    let all = printed();
    for part in [
        "\"applied\":false",
        "\"dry_run\":true",
        "event: assignment.created",
        "event: message.received",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(
        !all.contains("urn:partyline:problem") && !all.contains("somebody else"),
        "{all}"
    );
    let texts = broker.loopback_texts("+14155550162").await;
    assert_eq!(texts[0]["text"], "Hi");
}
