//! The harness proves itself: the real peers talk to each other, without the broker, and none of them
//! outlives its test.
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

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::smsc::{Delivery, ESME_RINVPASWD, ESME_RTHROTTLED, Method};
use support::{Kannel, Phone, Postgres, Smsc, Text, eventually, is_alive, ports, process};

const WAIT: Duration = Duration::from_secs(20);

/// 400 characters, among them some outside the basic plane, at places where a careless split of the
/// text would cut them in two.
fn long_text() -> String {
    let text: String = "Grüße aus der Stadt 🦊 und bis bald! "
        .chars()
        .cycle()
        .take(400)
        .collect();
    assert_eq!(text.chars().count(), 400);
    text
}

fn text(from: &str, to: &str, text: &str) -> Text {
    Text {
        from: from.to_owned(),
        to: to.to_owned(),
        text: text.to_owned(),
    }
}

/// Says how long a peer took to start; `--nocapture` shows it.
async fn timed<T>(what: &str, start: impl Future<Output = T>) -> T {
    let begin = Instant::now();
    let started = start.await;
    println!("{what} started in {} ms", begin.elapsed().as_millis());
    started
}

#[tokio::test]
async fn postgres_gives_every_test_a_database_of_its_own() {
    let postgres = timed("PostgreSQL", async { Postgres::shared() }).await;
    let first = timed("a database", async { postgres.fresh_database() }).await;
    let second = postgres.fresh_database();
    assert_ne!(first, second);
    assert_eq!(
        first,
        format!("postgres://postgres@127.0.0.1:{}/db1", postgres.port())
    );
    assert_eq!(postgres.psql("db1", "select 1"), "1");
    assert_eq!(postgres.psql("db2", "show fsync"), "on");
    assert_eq!(postgres.psql("db2", "show max_connections"), "200");
    postgres.psql("db1", "create table t (a int)");
    assert_eq!(postgres.psql("db2", "select to_regclass('t') is null"), "t");
}

#[tokio::test]
async fn kannel_and_the_smsc_exchange_long_texts_and_reports() {
    let smsc = timed("the SMSC", Smsc::start()).await;
    let kannel = timed(
        "Kannel",
        Kannel::start(smsc.addr(), smsc.system_id(), smsc.password()),
    )
    .await;
    let (alice, bob) = ("+12025550111", "+12025550122");

    // Out, in parts, with a report.
    let id = kannel.send(alice, bob, &long_text(), true).await;
    let arrived = smsc.wait_text(WAIT, |text| text.from == alice).await;
    assert_eq!(arrived.plain(), text(alice, bob, &long_text()));
    assert!(arrived.parts >= 6, "{arrived:?}");
    kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 8).await;
    kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 1).await;

    // Out, short, in the default alphabet, with characters of its extension table.
    let short = "Costs 5 € [or ~4 £] & that's {all}";
    kannel.send(alice, bob, short, false).await;
    let arrived = smsc.wait_text(WAIT, |text| text.text == short).await;
    assert_eq!(arrived.parts, 1);
    assert_eq!(smsc.submits().await.last().unwrap().data_coding, 0);

    // In, in order, out of order, and by optional parameters.
    let delivered = smsc.deliver(bob, alice, &long_text()).await;
    assert!(delivered.parts >= 6, "{delivered:?}");
    let arrived = kannel.wait_received(WAIT, |text| text.from == bob).await;
    assert_eq!(arrived, text(bob, alice, &long_text()));
    let carol = "+12025550133";
    let turned: Vec<usize> = (0..delivered.parts).rev().collect();
    smsc.deliver_with(Delivery::new(carol, alice, &long_text()).order(&turned))
        .await;
    let arrived = kannel.wait_received(WAIT, |text| text.from == carol).await;
    assert_eq!(arrived, text(carol, alice, &long_text()));
    let dave = "+12025550144";
    smsc.deliver_with(Delivery::new(dave, alice, &long_text()).method(Method::Sar))
        .await;
    let arrived = kannel.wait_received(WAIT, |text| text.from == dave).await;
    assert_eq!(arrived, text(dave, alice, &long_text()));
    smsc.deliver(bob, alice, short).await;
    kannel.wait_received(WAIT, |text| text.text == short).await;

    // A lost link comes back, and what is throttled is sent again.
    assert_eq!(smsc.close_links().await, 1);
    smsc.wait_bound(1, WAIT).await;
    smsc.throttle_next(1).await;
    kannel.send(alice, bob, "again", false).await;
    smsc.wait_text(WAIT, |text| text.text == "again").await;
    let refused = smsc
        .submits()
        .await
        .into_iter()
        .filter(|submit| submit.status == ESME_RTHROTTLED);
    assert_eq!(refused.map(|submit| submit.text).collect::<Vec<_>>(), ["again"]);

    let pids = kannel.pids();
    drop(kannel);
    assert!(pids.iter().all(|&pid| !is_alive(pid)));
}

#[tokio::test]
async fn a_phone_and_the_smsc_exchange_texts_and_receipts() {
    let smsc = Smsc::start().await;
    let phone = timed(
        "the phone",
        Phone::bind(smsc.addr(), smsc.system_id(), smsc.password()),
    )
    .await;
    let (alice, bob) = ("+12025550111", "+12025550122");

    let answers = phone.send(alice, bob, "hello", true).await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].status, 0);
    let receipt = phone
        .wait_receipt(WAIT, |receipt| receipt.message_id == answers[0].message_id)
        .await;
    assert_eq!(receipt.stat.as_deref(), Some("DELIVRD"));
    assert_eq!(receipt.receipted_message_id, answers[0].message_id);
    assert_eq!((receipt.from.as_str(), receipt.to.as_str()), (bob, alice));

    smsc.receipts(Some(("UNDELIV", "069")), Duration::ZERO).await;
    let answers = phone.send(alice, bob, &long_text(), true).await;
    assert!(
        answers.len() >= 6 && answers.iter().all(|answer| answer.status == 0),
        "{answers:?}"
    );
    let arrived = smsc.wait_text(WAIT, |text| text.parts > 1).await;
    assert_eq!(arrived.plain(), text(alice, bob, &long_text()));
    let ids: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.message_id.clone())
        .collect();
    assert_eq!(arrived.message_ids, ids);
    let receipt = phone
        .wait_receipt(WAIT, |receipt| receipt.message_id == ids.last().cloned())
        .await;
    assert_eq!(
        (receipt.stat.as_deref(), receipt.err.as_deref()),
        (Some("UNDELIV"), Some("069"))
    );

    for method in [Method::Udh, Method::Sar] {
        let from = if method == Method::Udh {
            "+12025550133"
        } else {
            "+12025550144"
        };
        smsc.deliver_with(
            Delivery::new(from, alice, &long_text())
                .method(method)
                .order(&[6, 0, 5, 2, 1, 3, 4]),
        )
        .await;
        let arrived = phone.wait_received(WAIT, |text| text.from == from).await;
        assert_eq!(arrived, text(from, alice, &long_text()));
    }
    smsc.deliver_with(Delivery::new("+12025550155", alice, &long_text()).method(Method::Payload))
        .await;
    phone
        .wait_received(WAIT, |text| {
            text.from == "+12025550155" && text.text == long_text()
        })
        .await;

    // Refusals are seen as what they are.
    smsc.fail_next(1, 0x0B).await;
    assert_eq!(phone.send(alice, "+1", "nowhere", false).await[0].status, 0x0B);
    let refused = Phone::try_bind(smsc.addr(), smsc.system_id(), "wrong", "transceiver").await;
    assert_eq!(refused.err().map(|refused| refused.status), Some(ESME_RINVPASWD));

    // The bytes are there to be searched, and the search finds.
    smsc.assert_never_saw(&["+12025550199"]).await;
    let hex: String = "12025550111".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(smsc.raw().await.iter().any(|pdu| pdu.contains(&hex)));
    assert!(phone.raw().await.contains(&hex));

    // A link lost in the middle is told, not waited for.
    smsc.delay_answers(Duration::from_secs(60)).await;
    let (lost, closed) = tokio::join!(phone.try_send(alice, bob, "lost"), async {
        smsc.wait_text(WAIT, |text| text.text == "lost").await;
        smsc.close_links().await
    });
    assert_eq!(closed, 1);
    assert!(lost.unwrap_err().contains("link was lost"));
    assert!(phone.link_lost().await.is_some());

    let pids = [phone.pid(), smsc.pid()];
    drop((phone, smsc));
    assert!(pids.iter().all(|&pid| !is_alive(pid)));
}

#[tokio::test]
async fn two_thousand_texts_may_be_in_flight() {
    let smsc = Smsc::start().await;
    let phone = Phone::bind(smsc.addr(), smsc.system_id(), smsc.password()).await;
    let begin = Instant::now();
    let sends = (0..2000).map(|n| {
        let phone = &phone;
        async move {
            phone
                .send("+12025550111", "+12025550122", &format!("text {n}"), false)
                .await
        }
    });
    let (answers, ()) = tokio::join!(futures_util::future::join_all(sends), smsc.wait_count(2000, WAIT));
    println!(
        "2,000 texts from the phone took {} ms",
        begin.elapsed().as_millis()
    );
    assert!(answers.iter().flatten().all(|answer| answer.status == 0));
    let texts: Vec<String> = smsc.texts().await.into_iter().map(|text| text.text).collect();
    let sent: Vec<String> = (0..2000).map(|n| format!("text {n}")).collect();
    assert_eq!(texts, sent);
}

#[tokio::test]
async fn ports_are_handed_out_once() {
    let ports: Vec<u16> = (0..50).map(|_| ports::free_port()).collect();
    let different: std::collections::HashSet<_> = ports.iter().collect();
    assert_eq!(different.len(), ports.len());
}

/// The test process is killed with its peers running; this test plays both the one who is killed and
/// the one who looks afterwards.
#[tokio::test]
async fn a_killed_test_leaves_nothing_behind() {
    const ABANDON: &str = "PARTYLINE_TEST_ABANDON";
    if std::env::var_os(ABANDON).is_some() {
        let smsc = Smsc::start().await;
        let kannel = Kannel::start(smsc.addr(), smsc.system_id(), smsc.password()).await;
        let phone = Phone::bind(smsc.addr(), smsc.system_id(), smsc.password()).await;
        // Started by a thread that ends long before the process: PostgreSQL must not end with it.
        let postgres = std::thread::spawn(Postgres::shared).join().unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(postgres.psql("postgres", "select 1"), "1");
        let [bearerbox, smsbox] = kannel.pids();
        let pids = [smsc.pid(), bearerbox, smsbox, phone.pid(), postgres.pid()];
        println!("ABANDONED {} {pids:?}", process::root().display());
        tokio::time::sleep(Duration::from_secs(600)).await;
    }

    let mut test = Command::new(std::env::current_exe().unwrap())
        .args(["a_killed_test_leaves_nothing_behind", "--exact", "--nocapture"])
        .env(ABANDON, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(test.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let line = lines
        .find(|line| line.contains("ABANDONED"))
        .expect("all peers started");
    let (_, rest) = line.split_once("ABANDONED ").unwrap();
    let (root, pids) = rest.split_once(' ').unwrap();
    let root = PathBuf::from(root);
    let pids: Vec<u32> = serde_json::from_str(pids).unwrap();
    assert_eq!(pids.len(), 5);
    assert!(pids.iter().all(|&pid| is_alive(pid)) && root.is_dir());

    test.kill().unwrap();
    assert_eq!(test.wait().unwrap().signal(), Some(9));
    eventually("every peer ends", WAIT, async || {
        !pids.iter().any(|&pid| is_alive(pid))
    })
    .await;
    eventually("the folder is removed", WAIT, async || !root.exists()).await;
}
