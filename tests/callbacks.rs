//! Callbacks, told as stories: an app's endpoint on one side, an exchange on a real database on the other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use partyline::callbacks::CallbacksEdge;
use partyline::config::callbacks::CallbacksConfig;
use partyline::domain::event::QuestionKind;
use partyline::domain::{Clock, Timestamp};
use partyline::switchboard::ask::{Answer, Asker, Question};
use partyline::switchboard::{DeliveryState, EndpointEdit, Expected, SwitchboardError, Tidying};
use serde_json::json;
use support::callbacks::{Office, lane_and_number, quick};
use support::exchange::StepClock;
use support::receiver::{Receiver, Reply};
use support::{Broker, Database, eventually, on_both_databases, told};

on_both_databases! {
    async fn a_callback_is_signed_tried_again_and_written_down(database: Database) {
        let office = Office::open(database, &quick()).await;
        let receiver = Receiver::start().await;
        let tries = AtomicUsize::new(0);
        receiver.answers(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::status(500).body("not\0now"),
            _ => Reply::status(200).body("fine"),
        });
        let (endpoint, first) = office.endpoint(&receiver.url("/hook")).await;
        let second = office.board.rotate_secret(office.community, endpoint, 3600, rand::random()).await.unwrap();
        let id = office.board.test_endpoint(office.community, endpoint).await.unwrap().id;

        let hits = receiver.wait_for("/hook", 2).await;
        let detail = office.wait(id, DeliveryState::Delivered, 2).await;
        assert_eq!(hits[0].id(), hits[1].id(), "the same id at every try");
        assert_eq!(hits[0].id(), detail.delivery.event.to_string());
        assert_eq!(hits[0].body, hits[1].body);
        let body = hits[0].json();
        assert_eq!(
            (&body["type"], &body["id"], &body["community"]),
            (&json!("endpoint.test"), &json!(detail.delivery.event), &json!(office.community)),
        );
        assert_eq!(hits[0].headers["content-type"], "application/json");
        assert_eq!(hits[0].headers["webhook-signature"].split(' ').count(), 2);
        for hit in &hits {
            assert!(hit.is_signed_with(&first) && hit.is_signed_with(&second));
            assert!(!hit.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        }

        let [failed, taken] = &detail.tries[..] else { panic!("{detail:?}") };
        assert_eq!((failed.attempt, failed.status, taken.status), (1, Some(500), Some(200)));
        assert_eq!((failed.answer.as_str(), taken.answer.as_str()), ("not\u{fffd}now", "fine"));
        assert!(failed.error.as_ref().unwrap().contains("500") && taken.error.is_none());
        assert!(failed.request.contains(&format!("webhook-id: {}", hits[0].id())), "{}", failed.request);
        assert!(!failed.request.contains("v1,"), "no signature is kept");
        let shown = office.board.endpoint(office.community, endpoint).await.unwrap();
        assert_eq!((shown.failures, shown.open_until), (0, None));
    }

    async fn each_lane_keeps_its_order_and_a_failing_head_blocks_no_other(database: Database) {
        let office = Office::open(database, &quick()).await;
        let receiver = Receiver::start().await;
        let failures = AtomicUsize::new(0);
        // The first of lane 1 fails once.
        receiver.answers(move |hit| {
            let first = lane_and_number(hit) == (1, 0) && failures.fetch_add(1, Ordering::SeqCst) == 0;
            Reply::status(if first { 503 } else { 200 })
        });
        let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
        for n in 0..5 {
            for lane in 1..=3 {
                office.tell(endpoint, lane, n).await;
            }
        }
        let hits = receiver.wait_for("/hook", 16).await;
        let told: Vec<(i64, i64)> = hits.iter().map(lane_and_number).collect();
        for lane in 1..=3 {
            let of: Vec<i64> = told.iter().filter(|(l, _)| *l == lane).map(|(_, n)| *n).collect();
            let expected: &[i64] = if lane == 1 { &[0, 0, 1, 2, 3, 4] } else { &[0, 1, 2, 3, 4] };
            assert_eq!(of, expected, "lane {lane}");
        }
        let again = told.iter().rposition(|at| *at == (1, 0)).unwrap();
        assert!(told[..again].iter().filter(|(lane, _)| *lane != 1).count() == 10, "{told:?}");
    }

    async fn what_was_pending_at_a_stop_is_delivered_after_the_next_start(database: Database) {
        let mut office = Office::open(database, &quick()).await;
        let receiver = Receiver::start().await;
        receiver.answers(|_| Reply::status(500));
        let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
        let id = office.board.test_endpoint(office.community, endpoint).await.unwrap().id;
        let first = receiver.wait_for("/hook", 1).await[0].clone();
        office.stop().await;
        assert_eq!(office.delivery(id).await.delivery.state, DeliveryState::Pending);

        receiver.answers(|_| Reply::status(200));
        let (_board, service) = office.another(0, &quick());
        let detail = office.wait(id, DeliveryState::Delivered, 2).await;
        assert_eq!(detail.delivery.event.to_string(), first.id());
        service.shutdown().await;
    }

    async fn what_is_given_up_can_be_replayed_while_its_event_is_kept(database: Database) {
        let clock = Arc::new(StepClock::at_the_beginning());
        let config = CallbacksConfig { retry_s: vec![60], give_up_after_s: 100, ..quick() };
        let office = Office::open_at(database, &config, clock.clone()).await;
        let receiver = Receiver::start().await;
        receiver.answers(|_| Reply::status(500));
        let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
        let id = office.board.test_endpoint(office.community, endpoint).await.unwrap().id;
        office.wait(id, DeliveryState::Pending, 1).await;
        clock.advance_s(80);
        let dead = office.wait(id, DeliveryState::Dead, 2).await;
        assert_eq!((dead.delivery.last_status, dead.tries.len()), (Some(500), 2));

        receiver.answers(|_| Reply::status(200));
        office.board.replay_delivery(office.community, id).await.unwrap();
        assert_eq!(office.wait(id, DeliveryState::Delivered, 3).await.tries.len(), 3);

        let soon = clock.now().plus_s(1);
        let old = Tidying { due_before: soon, finished_before: Timestamp(0), events_before: soon };
        assert!(!office.board.tidy_callbacks(office.community, old, 10).await.unwrap());
        let error = office.board.replay_delivery(office.community, id).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::Conflict { code: "event_forgotten", .. }), "{error:?}");
    }

    async fn old_things_go_but_nothing_that_is_still_needed(database: Database) {
        let clock = Arc::new(StepClock::at_the_beginning());
        let mut office = Office::open_at(database, &quick(), clock.clone()).await;
        office.stop().await;
        let (endpoint, _) = office.endpoint("https://hooks.example.com/").await;
        let (waits, later) = (office.tell(endpoint, 1, 1).await, office.tell(endpoint, 2, 1).await);
        clock.advance_s(100);
        let now = clock.now();
        let all = Tidying { due_before: now, finished_before: now, events_before: now };
        let tidy = async || office.board.tidy_callbacks(office.community, all, 1).await.unwrap();
        while tidy().await {}
        for id in [waits, later] {
            let kept = office.delivery(id).await;
            assert_eq!(kept.delivery.state, DeliveryState::Pending, "its endpoint is well");
            assert!(kept.body.is_some());
        }
        let off = EndpointEdit { enabled: Some(false), ..EndpointEdit::default() };
        office.board.edit_endpoint(office.community, endpoint, off, Expected::any()).await.unwrap();
        assert!(tidy().await, "one at a time");
        let given_up = office.delivery(waits).await.delivery;
        assert_eq!((given_up.state, given_up.attempts), (DeliveryState::Dead, 0));
        while tidy().await {}
        assert_eq!(office.delivery(later).await.delivery.state, DeliveryState::Dead);
        assert!(office.board.events(office.community, None, 10).await.unwrap().is_empty());
        clock.advance_s(1);
        let now = clock.now();
        let all = Tidying { finished_before: now, ..all };
        while office.board.tidy_callbacks(office.community, all, 1).await.unwrap() {}
        assert!(office.board.delivery(office.community, waits).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_nodes_one_delivers_and_another_takes_over() {
    let mut office = Office::open(Database::Postgres, &quick()).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
    office.tell(endpoint, 0, 0).await;
    receiver.wait_for("/hook", 1).await;
    let (_board, second) = office.another(1, &quick());
    for n in 1..=20 {
        office.tell(endpoint, n % 4, n).await;
    }
    receiver.wait_for("/hook", 21).await;
    office.stop().await;
    for n in 21..=40 {
        office.tell(endpoint, n % 4, n).await;
    }
    receiver.wait_for("/hook", 41).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(receiver.hits("/hook").len(), 41, "each once");
    second.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_endpoint_delays_no_other() {
    let office = Office::open(Database::Sqlite, &quick()).await;
    let receiver = Receiver::start().await;
    receiver.answers(|hit| {
        let slow = hit.path == "/slow";
        Reply::status(200).after(Duration::from_secs(if slow { 4 } else { 0 }))
    });
    let (slow, _) = office.endpoint(&receiver.url("/slow")).await;
    let (other, _) = office.endpoint(&receiver.url("/other")).await;
    for n in 0..20 {
        office.tell(slow, n, 0).await;
    }
    receiver.wait_for("/slow", 8).await;
    let begin = Instant::now();
    for n in 0..20 {
        office.tell(other, n, 0).await;
    }
    receiver.wait_for("/other", 20).await;
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    assert_eq!(receiver.hits("/slow").len(), 8, "within its own bound");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_does_not_answer_in_time_failed_and_a_slow_body_did_not() {
    let config = CallbacksConfig {
        timeout_s: 1,
        retry_s: vec![60],
        ..quick()
    };
    let office = Office::open(Database::Sqlite, &config).await;
    let receiver = Receiver::start().await;
    receiver.answers(|_| Reply::status(200).after(Duration::from_secs(3)));
    let (endpoint, _) = office.endpoint(&receiver.url("/slow")).await;
    let id = office.tell(endpoint, 1, 1).await;
    let detail = office.wait(id, DeliveryState::Pending, 1).await;
    assert_eq!(detail.tries[0].status, None);
    assert_eq!(detail.tries[0].error.as_deref(), Some("no answer within 1 s"));

    let long = "x".repeat(100_000);
    receiver.answers(move |_| Reply::status(200).body(&long));
    let id = office.tell(endpoint, 2, 1).await;
    let detail = office.wait(id, DeliveryState::Delivered, 1).await;
    assert_eq!(detail.tries[0].answer.len(), 2_048);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gone_disables_the_endpoint_and_gives_the_rest_up() {
    let office = Office::open(Database::Sqlite, &quick()).await;
    let receiver = Receiver::start().await;
    receiver.answers(|_| Reply::status(410));
    let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
    let (first, second) = (
        office.tell(endpoint, 1, 1).await,
        office.tell(endpoint, 1, 2).await,
    );
    office.wait(first, DeliveryState::Dead, 1).await;
    office.wait(second, DeliveryState::Dead, 0).await;
    let shown = office.board.endpoint(office.community, endpoint).await.unwrap();
    assert_eq!(
        (shown.state.as_str(), shown.disabled_reason.as_deref()),
        ("disabled", Some("it answered 410 Gone"))
    );
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(receiver.hits("/hook").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_endpoint_is_left_alone_then_probed_then_served_again() {
    let clock = Arc::new(StepClock::at_the_beginning());
    let config = CallbacksConfig {
        breaker_failures: 3,
        breaker_pause_s: 30,
        ..quick()
    };
    let mut office = Office::open_at(Database::Sqlite, &config, clock.clone()).await;
    let receiver = Receiver::start().await;
    receiver.answers(|_| Reply::status(500));
    let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
    let mut told = Vec::new();
    for lane in 0..5 {
        told.push(office.tell(endpoint, lane, 0).await);
    }
    let health = async || {
        let shown = office.board.endpoint(office.community, endpoint).await.unwrap();
        (shown.failures, shown.open_until)
    };
    eventually("the breaker to open", Duration::from_secs(10), async || {
        health().await.1.is_some()
    })
    .await;
    let opened = health().await;
    assert_eq!(opened.0, 3);
    let pause = opened.1.unwrap().since(clock.now());
    assert!((24_000..=36_000).contains(&pause), "{pause}");
    let quiet = async |what: &str| {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let count = receiver.hits("/hook").len();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(receiver.hits("/hook").len(), count, "{what}");
        count
    };
    clock.advance_s(10);
    let before = quiet("open: nothing goes out, though it is due").await;
    assert!(before <= 5, "{before}");

    clock.advance_s(30);
    receiver.wait_for("/hook", before + 1).await;
    assert_eq!(quiet("one probe failed: open again").await, before + 1);
    assert_eq!(health().await.0, 4);

    // What is stored of it outlives the process.
    office.stop().await;
    let (_board, _service) = office.another(0, &config);
    assert_eq!(quiet("still open").await, before + 1);
    receiver.answers(|_| Reply::status(200));
    clock.advance_s(80);
    for id in told {
        office.wait(id, DeliveryState::Delivered, 1).await;
    }
    let shown = office.board.endpoint(office.community, endpoint).await.unwrap();
    assert_eq!((shown.failures, shown.open_until), (0, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retry_after_is_honoured() {
    let clock = Arc::new(StepClock::at_the_beginning());
    let office = Office::open_at(Database::Sqlite, &quick(), clock.clone()).await;
    let receiver = Receiver::start().await;
    receiver.answers(|_| Reply::status(429).header("Retry-After", "1000"));
    let (endpoint, _) = office.endpoint(&receiver.url("/hook")).await;
    let id = office.tell(endpoint, 1, 1).await;
    let detail = office.wait(id, DeliveryState::Pending, 1).await;
    let wait = detail.delivery.due_at.unwrap().since(clock.now());
    assert!((1_000_000..=1_100_000).contains(&wait), "{wait}");
}

/// What a try to this URL came to.
async fn error_at(office: &Office, url: &str) -> String {
    let (endpoint, _) = office.endpoint(url).await;
    let id = office.tell(endpoint, 1, 1).await;
    let detail = office.wait(id, DeliveryState::Pending, 1).await;
    detail.tries[0].error.clone().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_do_not_go_to_addresses_that_are_not_public() {
    let config = CallbacksConfig {
        allow_private_targets: false,
        allow_http: true,
        retry_s: vec![60],
        ..quick()
    };
    let office = Office::open(Database::Sqlite, &config).await;
    let receiver = Receiver::start().await;
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let error = error_at(&office, &receiver.url_at(host, "/private")).await;
        assert!(error.contains("loopback address"), "{host}: {error}");
    }
    let error = error_at(&office, "http://169.254.169.254/latest/meta-data/").await;
    assert!(error.contains("link-local"), "{error}");
    assert!(receiver.hits("/private").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirects_are_checked_like_the_first_address() {
    let config = CallbacksConfig {
        allow_private_targets: false,
        allow_http: true,
        allowed_hosts: vec!["127.0.0.1".into()],
        retry_s: vec![60],
        ..quick()
    };
    let office = Office::open(Database::Sqlite, &config).await;
    let receiver = Receiver::start().await;
    let (name, literal) = (
        receiver.url_at("localhost", "/private"),
        receiver.url_at("127.0.0.2", "/private"),
    );
    receiver.answers(move |hit| match hit.path.as_str() {
        "/to-name" => Reply::status(307).header("Location", &name),
        "/to-literal" => Reply::status(308).header("Location", &literal),
        "/to-file" => Reply::status(307).header("Location", "file:///etc/passwd"),
        "/round" => Reply::status(307).header("Location", "/round"),
        "/nowhere" => Reply::status(307),
        "/found" => Reply::status(302).header("Location", "/good"),
        "/moved" => Reply::status(308).header("Location", "/good"),
        _ => Reply::status(204),
    });
    for (path, part) in [
        ("/to-name", "loopback address"),
        (
            "/to-literal",
            "it redirects to where callbacks do not go: 127.0.0.2 is a loopback address",
        ),
        ("/to-file", "it redirects to where callbacks do not go"),
        ("/round", "more than 3 times"),
        ("/nowhere", "without saying where to"),
        ("/found", "only 307 and 308 are followed"),
    ] {
        let error = error_at(&office, &receiver.url(path)).await;
        assert!(error.contains(part), "{path}: {error}");
    }
    assert!(receiver.hits("/private").is_empty() && receiver.hits("/good").is_empty());
    assert_eq!(receiver.hits("/round").len(), 4);

    let (endpoint, secret) = office.endpoint(&receiver.url("/moved")).await;
    let id = office.tell(endpoint, 1, 1).await;
    office.wait(id, DeliveryState::Delivered, 1).await;
    let hits = receiver.hits("/good");
    assert!(hits.len() == 1 && hits[0].is_signed_with(&secret), "{hits:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_asked_and_answers() {
    let mut office = Office::open(Database::Sqlite, &quick()).await;
    office.stop().await;
    let receiver = Receiver::start().await;
    let (endpoint, secret) = office.endpoint(&receiver.url("/ask")).await;
    let asker = CallbacksEdge::new(&quick(), office.clock.clone())
        .unwrap()
        .asker();
    let ask = async |within_ms: u64| {
        let question = Question {
            community: office.community,
            endpoint,
            url: receiver.url("/ask"),
            secrets: vec![secret.clone()],
            id: "msg_1".into(),
            kind: QuestionKind::MessageIntercept,
            body: told::example("message.intercept").to_string(),
            within: Duration::from_millis(within_ms),
        };
        asker.ask(question).await
    };
    receiver.answers(|_| Reply::status(200).body(r#"{"action": "bridge"}"#));
    assert_eq!(ask(5_000).await, Answer::Body(json!({"action": "bridge"})));
    let hit = receiver.hits("/ask").pop().unwrap();
    assert!(hit.id() == "msg_1" && hit.is_signed_with(&secret), "{hit:?}");

    receiver.answers(|_| Reply::status(204));
    assert_eq!(ask(5_000).await, Answer::Body(json!(null)));
    for (reply, part) in [
        (Reply::status(200).body("<html>"), "no JSON"),
        (Reply::status(500), "500"),
        (
            Reply::status(200).after(Duration::from_secs(2)),
            "no answer within 0.3 s",
        ),
    ] {
        receiver.answers(move |_| reply.clone());
        let Answer::Failed(why) = ask(300).await else {
            panic!("{part}")
        };
        assert!(why.contains(part), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_delivers_over_tls_and_checks_the_certificate() {
    let mut office = Office::open(Database::Postgres, &quick()).await;
    office.stop().await;
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let receiver = Receiver::start_tls(tls).await;
    let (good, secret) = office.endpoint(&receiver.url_at("localhost", "/hook")).await;
    let good = office
        .board
        .test_endpoint(office.community, good)
        .await
        .unwrap()
        .id;
    // The certificate is for another name.
    let (bad, _) = office.endpoint(&receiver.url_at("127.0.0.1", "/hook")).await;
    let bad = office
        .board
        .test_endpoint(office.community, bad)
        .await
        .unwrap()
        .id;

    let trusted = support::process::new_dir("ca").join("ca.pem");
    std::fs::write(&trusted, own.cert.pem()).unwrap();
    let mut broker = Broker::builder(Database::Postgres)
        .database_url(&office.url)
        .config("[callbacks]\nallowed_hosts = [\"localhost\", \"127.0.0.1\"]")
        .env("SSL_CERT_FILE", trusted.to_str().unwrap())
        .start()
        .await;
    office.wait(good, DeliveryState::Delivered, 1).await;
    let hits = receiver.hits("/hook");
    assert!(hits.len() == 1 && hits[0].is_signed_with(&secret), "{hits:?}");
    let error = office.wait(bad, DeliveryState::Pending, 1).await.tries[0]
        .error
        .clone()
        .unwrap();
    assert!(error.contains("certificate"), "{error}");
    broker.stop();
}
