//! The sample chat app, as a developer starts it: its script, a real broker, and its page in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::process::Command;
use std::time::Duration;

use support::clients::{peer, stage};
use support::process::{self, Spec};
use support::{find_program, ports, support_file};

/// The script compiles the client and the app first.
const START_WITHIN: Duration = Duration::from_secs(120);

/// What stands between two pieces of a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).expect("what comes before");
    rest.split_once(after).expect("what comes after").0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_texts_a_phone_from_the_browser_and_sees_the_reply_come_in() {
    let modules = peer("browser/node_modules", "the packages that drive the browser");
    let app = stage().join("examples/chat-app");
    let [http, broker] = ports::free_ports();
    let demo = Spec::new("chat-app", app.join("run.sh"))
        .env("PARTYLINE", env!("CARGO_BIN_EXE_partyline"))
        .env("PORT", http)
        .env("BROKER_PORT", broker)
        .dir(&app)
        .spawn();
    demo.wait_for_log_line("Ctrl-C stops everything", START_WITHIN)
        .await;
    let printed = demo.log();

    let mut page = Command::new(find_program("node"));
    page.arg(support_file("chat_page.mjs"))
        .env(
            "LINK",
            format!(
                "http://127.0.0.1:{http}/sign-in?key={}",
                between(&printed, "key=", "\n")
            ),
        )
        .env("API", format!("http://127.0.0.1:{broker}"))
        .env("TOKEN", between(&printed, "Bearer ", "'"))
        .env("PHONE", between(&printed, "/phones/", "/texts"))
        .env("SEES", between(&printed, "Ada is ", "."))
        .env("PROFILE", process::new_dir("profile"))
        .env("CHROMIUM", find_program("chromium"))
        .env("PEERS_NODE_MODULES", modules);
    process::run(&mut page);

    assert!(demo.stop().success(), "it stops in order");
    assert!(
        !printed.contains("WARN") && !printed.contains("ERROR"),
        "{printed}"
    );
}
