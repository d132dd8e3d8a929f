//! Apps that have a word in it, told as stories: one that is asked before a text is bridged, one that says who a
//! stranger is, and one in which a member reads.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use partyline::callbacks::{CallbacksEdge, CallbacksService};
use partyline::domain::E164;
use partyline::domain::event::EventKind;
use partyline::domain::id::{EndpointId, MemberId};
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{OnSilence, Policy};
use partyline::store::node::NodeLock;
use partyline::store::{Db, Durability, outbox};
use partyline::switchboard::media::{MediaShelf as _, NewMedia};
use partyline::switchboard::outlet::{Exchange as _, InboundText, MediaWanted, Verdict};
use partyline::switchboard::switching::{CallAttempt, CallExchange as _, CallPlan, Caller};
use partyline::switchboard::{ContactRef, EndpointEdit, Switchboard};
use serde_json::{Value, json};
use support::callbacks::quick;
use support::exchange::{StepClock, Town};
use support::receiver::{Hit, Receiver, Reply};
use support::{on_both_databases, told};

fn policy() -> Policy {
    Policy {
        member_texts_per_minute: 0,
        ..Policy::default()
    }
}

/// Has apps asked and told.
fn serve(board: &Switchboard, clock: Arc<StepClock>) -> CallbacksService {
    let edge = CallbacksEdge::new(&quick(), clock).unwrap();
    board.set_asker(Arc::new(edge.asker()));
    edge.serve(board.clone(), 7)
}

/// An endpoint that is told of nothing that happens in these stories but what it asks for.
async fn endpoint(town: &Town, receiver: &Receiver, edit: EndpointEdit) -> EndpointId {
    let edit = EndpointEdit {
        url: Some(receiver.url("/app")),
        events: Some(edit.events.unwrap_or_else(|| vec![EventKind::OptOutChanged])),
        ..edit
    };
    let made = town
        .board
        .create_endpoint(town.community, None, edit, rand::random())
        .await;
    made.unwrap().0.id
}

async fn intercepts(town: &Town, receiver: &Receiver) {
    let edit = EndpointEdit {
        intercepts: Some(true),
        ..EndpointEdit::default()
    };
    endpoint(town, receiver, edit).await;
}

async fn asks_about_strangers(town: &Town, receiver: &Receiver) {
    let edit = EndpointEdit {
        strangers: Some(true),
        ..EndpointEdit::default()
    };
    endpoint(town, receiver, edit).await;
}

/// Who was a stranger.
struct Guest {
    member: MemberId,
    /// The number that stands for them to their one contact.
    shown_as: E164,
}

/// The guest that a stranger has become, who reaches that one contact by that number.
async fn guest(town: &Town, stranger: E164, (number, contact): (E164, MemberId)) -> Guest {
    let found = town
        .board
        .members(town.community, Some(stranger), None, 10)
        .await
        .unwrap();
    let [guest] = &found[..] else { panic!("{found:?}") };
    assert!(guest.guest && guest.name == "Guest");
    let contacts = town.board.contacts(town.community, guest.id).await.unwrap();
    let [only] = &contacts[..] else {
        panic!("{contacts:?}")
    };
    assert_eq!((only.number, only.contact), (number, contact));
    Guest {
        member: guest.id,
        shown_as: only.mirror_number,
    }
}

/// The question shows no more of a phone than its last digits.
fn masks(question: &Hit, phones: [E164; 2]) {
    assert!(question.json()["data"]["phone"].as_str().unwrap().contains('•'));
    for real in phones {
        assert!(!question.body.contains(&real.digits()), "{}", question.body);
    }
}

fn says(word: Value) -> Reply {
    Reply::status(200).body(&word.to_string())
}

fn texts(inbox: &[(E164, String)]) -> Vec<&str> {
    inbox.iter().map(|(_, text)| text.as_str()).collect()
}

fn waiting(town: &Town) -> i64 {
    let mut conn = Db::open(&town.url, Durability::Command)
        .unwrap()
        .connect()
        .unwrap();
    outbox::count(&mut conn, 0).unwrap()
}

on_both_databases! {
    async fn an_app_lets_a_text_pass_writes_another_or_forbids_it(database: Database) {
        let town = Town::found(database, 3, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        receiver.answers(|hit| match hit.json()["data"]["message"]["text"].as_str() {
            Some("swear") => says(json!({"action": "rewrite", "text": "flowers"})),
            Some("never") => says(json!({"action": "deny", "reason": "house rule"})),
            Some("slow") => says(json!({"action": "allow"})).after(Duration::from_millis(700)),
            _ => says(json!({"action": "allow"})),
        });
        intercepts(&town, &receiver).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;

        let mut sent = Vec::new();
        for text in ["slow", "fine", "swear", "never", "last"] {
            let received = town.text(ann.phone, contact.number, text).await;
            assert_eq!(received.verdict, Verdict::Bridged);
            sent.push(received.message);
        }
        let inbox = town.carrier.wait_for(bob.phone, 4).await;
        assert_eq!(texts(&inbox), ["slow", "fine", "flowers", "last"], "in their order");
        assert!(inbox.iter().all(|(from, _)| *from == contact.mirror_number));
        let rewritten = town.wait_status(sent[2], Status::Sent).await;
        assert_eq!(rewritten.text, "flowers");
        let denied = town.wait_status(sent[3], Status::Blocked).await;
        assert_eq!((denied.reason, denied.detail.as_deref()), (Some(Reason::AppDenied), Some("house rule")));
        let told = town.carrier.wait_for(ann.phone, 1).await;
        assert!(told[0].0 == contact.number && told[0].1.starts_with("Your text"), "{told:?}");

        let asked = receiver.hits("/app");
        assert_eq!(asked.len(), 5);
        for (hit, message) in asked.iter().zip(&sent) {
            assert_eq!((hit.json()["type"].as_str(), hit.id()), (Some("message.intercept"), &*message.to_string()));
            assert!(!hit.body.contains(&ann.phone.digits()) && !hit.body.contains(&bob.phone.digits()));
        }
        town.wait_status(sent[4], Status::Sent).await;
        assert_eq!(waiting(&town), 0);
    }

    async fn a_picture_waits_with_its_text_and_arrives_with_what_the_app_made_of_it(database: Database) {
        let town = Town::found(database, 5, policy()).await;
        let board = town.board.clone().with_media_links("https://texts.example.org/media/".into());
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        receiver.answers(|hit| match hit.json()["type"].as_str() {
            Some("message.intercept") => says(json!({"action": "rewrite", "text": "Look!"})),
            _ => says(json!({"action": "connect", "name": "Guest", "to": hit.json()["data"]["message"]["text"]})),
        });
        let edit = EndpointEdit { intercepts: Some(true), strangers: Some(true), ..EndpointEdit::default() };
        endpoint(&town, &receiver, edit).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        for token in ["one", "two"] {
            let (token, content_type) = (token.to_owned(), "image/png".to_owned());
            let new = NewMedia { token, content_type, bytes: b"picture".to_vec(), keep_s: 86_400 };
            board.keep_media(new).await.unwrap();
        }
        let sent = town.text_with(ann.phone, contact.number, "", |text| text.media = vec!["one".into()]).await;
        let arrived = "Look!\nhttps://texts.example.org/media/one";
        assert_eq!(texts(&town.carrier.wait_for(bob.phone, 1).await), [arrived]);
        assert_eq!(town.wait_status(sent.message, Status::Sent).await.media, 1);
        let asked = receiver.hits("/app");
        assert_eq!(asked[0].json()["data"]["message"]["media"], 1);

        let (stranger, name) = (E164::from_i64(14_155_551_234).unwrap(), bob.id.to_string());
        town.text_with(stranger, contact.number, &name, |text| text.media = vec!["two".into()]).await;
        let inbox = town.carrier.wait_for(bob.phone, 2).await;
        assert_eq!(inbox[1].1, format!("{name}\nhttps://texts.example.org/media/two"));
    }

    async fn what_came_with_a_text_that_reaches_nobody_is_gone_at_once(database: Database) {
        let town = Town::found(database, 5, policy()).await;
        let board = &town.board;
        let _service = serve(board, town.clock.clone());
        let receiver = Receiver::start().await;
        receiver.answers(|_| says(json!({"action": "deny"})));
        let edit = EndpointEdit { intercepts: Some(true), strangers: Some(true), ..EndpointEdit::default() };
        endpoint(&town, &receiver, edit).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let stranger = E164::from_i64(14_155_551_234).unwrap();
        let wanted = async |from, text: &str| board.media_wanted(from, contact.number, text).await.unwrap();
        assert_eq!(wanted(ann.phone, "").await, MediaWanted::Fetch);
        assert_eq!(wanted(ann.phone, "Stop").await, MediaWanted::Keyword);
        assert_eq!(wanted(ann.phone, &"a".repeat(2_000)).await, MediaWanted::Refused);
        assert_eq!(wanted(stranger, "").await, MediaWanted::Fetch, "an app is asked");
        let elsewhere = E164::from_i64(12_025_559_999).unwrap();
        assert_eq!(board.media_wanted(ann.phone, elsewhere, "").await.unwrap(), MediaWanted::Refused);

        for (token, from, asked) in [("one", ann.phone, true), ("two", stranger, true), ("three", stranger, false)] {
            let content_type = "image/png".to_owned();
            let new = NewMedia { token: token.into(), content_type, bytes: b"picture".to_vec(), keep_s: 86_400 };
            board.keep_media(new).await.unwrap();
            let with = move |text: &mut InboundText| text.media = vec![token.into()];
            let got = town.text_with(from, contact.number, "Look", with).await;
            assert_eq!(got.verdict == Verdict::Bridged, asked, "{token}");
            if asked {
                town.wait_status(got.message, Status::Blocked).await;
            }
            assert!(board.media(token).await.unwrap().is_none(), "{token}");
        }
        assert_eq!(wanted(stranger, "").await, MediaWanted::Refused, "the app was asked lately");
    }

    async fn an_app_is_asked_about_one_stranger_now_and_then_only(database: Database) {
        let town = Town::found(database, 4, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        receiver.answers(|_| says(json!({"action": "deny"})));
        asks_about_strangers(&town, &receiver).await;
        let numbers = [12_025_550_101, 12_025_550_102].map(|n| E164::from_i64(n).unwrap());
        let stranger = E164::from_i64(14_155_551_234).unwrap();
        let ask = async |to, is_asked: bool| {
            let got = town.text(stranger, to, "hello?").await;
            assert_eq!(got.verdict == Verdict::Bridged, is_asked);
            got.message
        };
        town.wait_status(ask(numbers[0], true).await, Status::Blocked).await;
        // What comes after is met as strangers are: recorded once, counted, and nobody is asked.
        let first = ask(numbers[0], false).await;
        for _ in 0..5 {
            assert_eq!(ask(numbers[0], false).await, first);
        }
        let kept = town.wait_status(first, Status::Blocked).await;
        assert_eq!(kept.detail.as_deref(), Some("the first of 6 texts"));
        // Another number is another matter, and so is another hour.
        town.wait_status(ask(numbers[1], true).await, Status::Blocked).await;
        town.clock.advance_s(3_601);
        town.wait_status(ask(numbers[0], true).await, Status::Blocked).await;
        assert_eq!(receiver.hits("/app").len(), 3);
    }

    async fn an_app_is_told_when_the_stranger_it_wants_connected_cannot_be(database: Database) {
        let town = Town::found(database, 1, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        asks_about_strangers(&town, &receiver).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let to = ann.id;
        receiver.answers(move |hit| match hit.json()["type"].as_str() {
            Some("stranger.unknown") => says(json!({"action": "connect", "name": "Guest", "to": to})),
            _ => Reply::status(200),
        });
        let stranger = E164::from_i64(14_155_551_234).unwrap();
        let message = town.text(stranger, contact.number, "is this Ann?").await.message;
        let refused = town.wait_status(message, Status::Blocked).await;
        assert!(refused.detail.as_ref().unwrap().starts_with("table_full: the table of "), "{refused:?}");
        assert_eq!(town.carrier.wait_for(stranger, 1).await, [(contact.number, Policy::default().stranger_notice)]);
        let told = receiver.wait_for("/app", 2).await[1].json();
        assert_eq!(told["type"], "stranger.not_connected");
        let data = &told["data"]["stranger"];
        assert_eq!(
            (&data["message"], &data["to"], &data["code"]),
            (&json!(message), &json!(ann.id), &json!("table_full"))
        );
        assert!(data["detail"].as_str().unwrap().contains("table of"), "{data}");
        assert!(!told.to_string().contains(&stranger.digits()));
        // Nothing is left of the guest.
        assert!(town.board.members(town.community, Some(stranger), None, 10).await.unwrap().is_empty());
    }

    async fn silence_is_what_the_policy_says_it_is(database: Database) {
        for on_silence in [OnSilence::Allow, OnSilence::Deny] {
            let policy = Policy { intercept_within_ms: 200, intercept_on_silence: on_silence, ..policy() };
            let town = Town::found(database, 3, policy).await;
            let _service = serve(&town.board, town.clock.clone());
            let receiver = Receiver::start().await;
            receiver.answers(|_| says(json!({"action": "allow"})).after(Duration::from_secs(5)));
            intercepts(&town, &receiver).await;
            let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
            let contact = town.befriend(ann, bob).await;
            let message = town.text(ann.phone, contact.number, "hello").await.message;
            if on_silence == OnSilence::Allow {
                assert_eq!(texts(&town.carrier.wait_for(bob.phone, 1).await), ["hello"]);
                continue;
            }
            let denied = town.wait_status(message, Status::Blocked).await;
            assert_eq!(denied.reason, Some(Reason::AppDenied));
            town.carrier.wait_for(ann.phone, 1).await;
            assert!(town.carrier.inbox(bob.phone).is_empty());
        }
    }

    async fn what_waits_for_a_word_goes_nowhere_when_its_pair_is_released(database: Database) {
        let town = Town::found(database, 3, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        receiver.answers(|_| says(json!({"action": "allow"})).after(Duration::from_millis(1_500)));
        intercepts(&town, &receiver).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let message = town.text(ann.phone, contact.number, "hello").await.message;
        receiver.wait_for("/app", 1).await;
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let cancelled = town.wait_status(message, Status::Blocked).await;
        assert_eq!(cancelled.reason, Some(Reason::PairReleased));
        tokio::time::sleep(Duration::from_millis(2_000)).await;
        assert!(town.carrier.inbox(bob.phone).is_empty());
        assert_eq!(town.board.message(town.community, message).await.unwrap().status, Status::Blocked);
    }

    async fn after_a_kill_the_app_is_asked_again_and_the_text_leaves_once(database: Database) {
        let receiver = Receiver::start().await;
        receiver.answers(|_| says(json!({"action": "allow"})).after(Duration::from_secs(60)));
        let url = receiver.url("/app");
        // All that runs on this runtime ends with it, whatever it was doing.
        let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let before = doomed.spawn(async move {
            let policy = Policy { intercept_within_ms: 30_000, ..policy() };
            let town = Town::found(database, 3, policy).await;
            let _service = serve(&town.board, town.clock.clone());
            let edit = EndpointEdit {
                url: Some(url),
                events: Some(vec![EventKind::OptOutChanged]),
                intercepts: Some(true),
                ..EndpointEdit::default()
            };
            town.board.create_endpoint(town.community, None, edit, rand::random()).await.unwrap();
            let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
            let contact = town.befriend(ann, bob).await;
            let message = town.text(ann.phone, contact.number, "hello").await.message;
            (town, bob, message)
        });
        let (town, bob, message) = before.await.unwrap();
        receiver.wait_for("/app", 1).await;
        doomed.shutdown_background();
        receiver.answers(|_| says(json!({"action": "allow"})));

        town.clock.advance_s(1);
        let (board, carrier) = Town::open(&town.url, town.clock.clone(), 0);
        let _service = serve(&board, town.clock.clone());
        let db = Db::open(&town.url, Durability::Command).unwrap();
        let lock = support::poll(Duration::from_secs(10), async || NodeLock::acquire(&db, 0).ok());
        let running = board.dispatch(lock.await.unwrap(), 7).unwrap();
        assert_eq!(texts(&carrier.wait_for(bob.phone, 1).await), ["hello"]);
        let asked = receiver.hits("/app");
        assert_eq!(asked.len(), 2);
        assert!(asked.iter().all(|hit| hit.id() == message.to_string()));
        running.stop().await;
        assert_eq!(carrier.inbox(bob.phone).len(), 1);
        assert!(town.carrier.inbox(bob.phone).is_empty());
    }

    async fn a_member_reads_on_the_phone_in_the_app_or_both(database: Database) {
        let town = Town::found(database, 3, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        let endpoint = endpoint(&town, &receiver, EndpointEdit::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let choose = async |choice: &str| {
            town.board.add_app_device(town.community, bob.id, endpoint, choice.into()).await.unwrap();
        };

        choose("app").await;
        let message = town.text(ann.phone, contact.number, "in the app").await.message;
        let hits = receiver.wait_for("/app", 1).await;
        let body = hits[0].json();
        assert_eq!((&body["type"], &body["data"]["message"]["text"]), (&json!("message.received"), &json!("in the app")));
        assert_eq!(body["data"]["message"]["media"], json!(0));
        town.wait_status(message, Status::Delivered).await;
        assert!(town.carrier.inbox(bob.phone).is_empty() && waiting(&town) == 0);

        choose("both").await;
        town.text(ann.phone, contact.number, "everywhere").await;
        assert_eq!(texts(&town.carrier.wait_for(bob.phone, 1).await), ["everywhere"]);
        assert_eq!(receiver.wait_for("/app", 2).await[1].json()["data"]["message"]["text"], "everywhere");

        choose("phone").await;
        town.text(ann.phone, contact.number, "on the phone").await;
        assert_eq!(texts(&town.carrier.wait_for(bob.phone, 2).await), ["everywhere", "on the phone"]);

        choose("app").await;
        receiver.answers(|_| Reply::status(410));
        let message = town.text(ann.phone, contact.number, "too late").await.message;
        let lost = town.wait_status(message, Status::Failed).await;
        assert_eq!(lost.reason, Some(Reason::AppUnreachable));
        let told = town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(told[0].0, contact.number);
        let told: Vec<Value> = receiver.hits("/app").iter().map(|hit| hit.json()["data"]["message"]["text"].clone()).collect();
        assert_eq!(told, ["in the app", "everywhere", "too late"]);
    }

    async fn an_app_says_who_a_stranger_is(database: Database) {
        let town = Town::found(database, 4, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        asks_about_strangers(&town, &receiver).await;
        let ann = town.person("Ann").await;
        let number = E164::from_i64(12_025_550_102).unwrap();
        let to = ann.id;
        receiver.answers(move |_| says(json!({"action": "connect", "name": "Guest", "to": to})));

        let stranger = E164::from_i64(14_155_551_234).unwrap();
        let message = town.text(stranger, number, "is this Ann?").await.message;
        let inbox = town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(inbox[0].1, "is this Ann?");
        let guest = guest(&town, stranger, (number, ann.id)).await;
        let bridged = town.wait_status(message, Status::Sent).await;
        assert_eq!((bridged.from, bridged.to), (Some(guest.member), Some(ann.id)));
        town.text(ann.phone, inbox[0].0, "it is").await;
        assert_eq!(town.carrier.wait_for(stranger, 1).await, [(number, "it is".to_owned())]);
        // Known by now: nobody is asked.
        town.text(stranger, number, "good").await;
        assert_eq!(texts(&town.carrier.wait_for(ann.phone, 2).await), ["is this Ann?", "good"]);
        let asked = receiver.hits("/app");
        assert_eq!((asked.len(), &asked[0].json()["type"]), (1, &json!("stranger.unknown")));
        masks(&asked[0], [stranger, ann.phone]);

        // Whoever is refused, and about whom nothing is said, is met as the policy meets strangers.
        for (n, reply) in [says(json!({"action": "deny"})), Reply::status(500)].into_iter().enumerate() {
            receiver.answers(move |_| reply.clone());
            let other = E164::from_i64(14_155_552_000 + n as i64).unwrap();
            let message = town.text(other, number, "hello?").await.message;
            let refused = town.wait_status(message, Status::Blocked).await;
            assert_eq!(refused.reason, Some(Reason::UnknownSender));
            let told = town.carrier.wait_for(other, 1).await;
            assert_eq!(told, [(number, Policy::default().stranger_notice)]);
        }
        assert_eq!(town.carrier.inbox(ann.phone).len(), 2);
    }

    async fn an_app_says_who_a_stranger_is_that_calls(database: Database) {
        let town = Town::found(database, 4, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        asks_about_strangers(&town, &receiver).await;
        let ann = town.person("Ann").await;
        let number = E164::from_i64(12_025_550_102).unwrap();
        let calls = async |caller| {
            let attempt = CallAttempt { trunk: "main".into(), caller, dialled: number };
            town.board.route_call(attempt).await.unwrap()
        };
        let refused = async |caller| match calls(caller).await {
            CallPlan::Refuse(refused) => (refused.reason, refused.code.status),
            CallPlan::Bridge(bridging) => panic!("{bridging:?}"),
        };
        let strange = (Reason::UnknownSender, 403);
        let to = ann.id;
        receiver.answers(move |_| says(json!({"action": "connect", "name": "Guest", "to": to})));

        // Whoever hides cannot be connected.
        assert_eq!(refused(Caller::Anonymous).await, strange);
        assert!(receiver.hits("/app").is_empty());
        let stranger = E164::from_i64(14_155_551_234).unwrap();
        let CallPlan::Bridge(bridging) = calls(Caller::Phone(stranger)).await else { panic!("refused") };
        assert_eq!(bridging.to.phone, ann.phone);
        let guest = guest(&town, stranger, (number, ann.id)).await;
        assert_eq!(bridging.to.shown, guest.shown_as);
        // Known by now: nobody is asked.
        assert!(matches!(calls(Caller::Phone(stranger)).await, CallPlan::Bridge(_)));
        let asked = receiver.hits("/app");
        let [question] = &asked[..] else { panic!("{asked:?}") };
        let body = question.json();
        assert_eq!((&body["type"], &body["data"]["call"]["dialled_number"]), (&json!("stranger.calling"), &json!(number)));
        assert_eq!((question.id(), &body["data"]["call"]["id"]), (&*bridging.call.to_string(), &json!(bridging.call)));
        masks(question, [stranger, ann.phone]);

        // Whoever is refused, about whom nothing is said, or nothing in time, is a stranger, and is asked about once.
        let silence = says(json!({"action": "connect", "name": "Late", "to": to})).after(Duration::from_secs(6));
        let answers = [says(json!({"action": "deny"})), Reply::status(500), Reply::status(204), silence];
        for (n, reply) in answers.into_iter().enumerate() {
            receiver.answers(move |_| reply.clone());
            let other = E164::from_i64(14_155_552_000 + n as i64).unwrap();
            let before = receiver.hits("/app").len();
            for _ in 0..2 {
                assert_eq!(refused(Caller::Phone(other)).await, strange);
            }
            assert_eq!(receiver.hits("/app").len(), before + 1);
        }
        // An hour later again, and the call that it was about can be looked up.
        receiver.answers(|_| says(json!({"action": "deny"})));
        town.clock.advance_s(3_600);
        assert_eq!(refused(Caller::Phone(E164::from_i64(14_155_552_000).unwrap())).await, strange);
        let last = receiver.hits("/app").pop().unwrap().json();
        let call = last["data"]["call"]["id"].as_str().unwrap().parse().unwrap();
        let call = town.board.call(town.community, call).await.unwrap().call;
        assert_eq!((call.from, call.reason), (None, Some(Reason::UnknownSender)));
    }

    async fn an_app_is_told_when_the_caller_it_wants_connected_cannot_be(database: Database) {
        let town = Town::found(database, 4, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        asks_about_strangers(&town, &receiver).await;
        receiver.answers(|hit| match hit.json()["type"].as_str() {
            Some("stranger.calling") => says(json!({"action": "connect", "name": "Guest", "to": "mem_0000000000001"})),
            _ => Reply::status(204),
        });
        let stranger = E164::from_i64(14_155_551_234).unwrap();
        let dialled = E164::from_i64(12_025_550_102).unwrap();
        let attempt = CallAttempt { trunk: "main".into(), caller: Caller::Phone(stranger), dialled };
        let plan = town.board.route_call(attempt).await.unwrap();
        assert!(matches!(plan, CallPlan::Refuse(refused) if refused.reason == Reason::UnknownSender));
        let hits = receiver.wait_for("/app", 2).await;
        let (asked, told) = (hits[0].json(), hits[1].json());
        assert_eq!(told["type"], "stranger.not_connected");
        let data = &told["data"]["stranger"];
        assert_eq!((&data["call"], &data["message"]), (&asked["data"]["call"]["id"], &Value::Null));
        assert!(!told.to_string().contains(&stranger.digits()));
        assert!(town.board.members(town.community, Some(stranger), None, 10).await.unwrap().is_empty());
    }

    async fn what_apps_are_told_holds_no_real_number(database: Database) {
        let town = Town::found(database, 4, policy()).await;
        let _service = serve(&town.board, town.clock.clone());
        let receiver = Receiver::start().await;
        endpoint(&town, &receiver, EndpointEdit { events: Some(Vec::new()), ..EndpointEdit::default() }).await;
        let (ann, bob, carl) = (town.person("Ann").await, town.person("Bob").await, town.person("Carl").await);
        let (contact, other) = (town.befriend(ann, bob).await, town.befriend(ann, carl).await);
        let message = town.text(ann.phone, contact.number, "hello").await.message;
        town.wait_status(message, Status::Sent).await;
        town.carrier_reports(message, Status::Delivered).await;
        town.wait_status(message, Status::Delivered).await;
        town.text(carl.phone, other.mirror_number, "STOP").await;
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let held = town.text(ann.phone, contact.number, "late").await;
        assert_eq!(held.verdict, Verdict::Quarantined(Reason::PairReleased));

        let events = town.board.events(town.community, None, 100).await.unwrap();
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        use EventKind::*;
        let count = |kind| kinds.iter().filter(|k| **k == kind).count();
        for (kind, least) in [
            (AssignmentCreated, 2), (MessageReceived, 1), (MessageStatus, 2), (OptOutChanged, 1),
            (AssignmentReleased, 1), (QuarantineHeld, 1),
        ] {
            assert!(count(kind) >= least, "{kind:?} in {kinds:?}");
        }
        let hits = receiver.wait_for("/app", events.len()).await;
        let mut bodies: Vec<String> = hits.into_iter().map(|hit| hit.body).collect();
        bodies.extend(events.iter().map(|event| serde_json::to_string(event).unwrap()));
        for event in &events {
            let faults = told::event_faults(&serde_json::to_value(event).unwrap());
            assert!(faults.is_empty(), "{faults:?}: {event:?}");
        }
        for real in [ann.phone, bob.phone, carl.phone] {
            assert!(bodies.iter().all(|bytes| !bytes.contains(&real.digits())), "{bodies:?}");
        }
        let statuses: Vec<&Value> = events
            .iter()
            .filter(|event| event.kind == MessageStatus)
            .map(|event| &event.data["message"]["status"])
            .collect();
        assert_eq!(statuses[..2], [&json!("sent"), &json!("delivered")]);
    }
}
