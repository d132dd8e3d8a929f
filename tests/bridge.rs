//! Texts bridged between programs that nobody here wrote: Kannel as the gateway of the members' handsets,
//! npm `smpp` as the carrier's SMSC, PyPI `smpplib` as an app; the broker is the real binary.
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

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use support::raw::{self, Raw};
use support::smsc::{Delivery, ESME_RTHROTTLED, Method};
use support::town::{self, PASSWORD};
use support::{Broker, Kannel, Phone, Smsc, Text, Town, eventually, on_both_databases};

const WAIT: Duration = Duration::from_secs(20);
/// On Kannel, at the app, and at the carrier.
const ALICE: &str = "+12025550111";
const DORA: &str = "+13035550144";
const BOB: &str = "+14155550122";

/// 400 characters, among them some outside the basic plane, at places where a careless split of the
/// text would cut them in two.
fn long_text(begin: &str) -> String {
    let cycle = "Grüße aus der Stadt 🦊 und bis bald! ";
    let text: String = begin.chars().chain(cycle.chars().cycle()).take(400).collect();
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

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("text {n}")).collect()
}

/// The texts that the SMSC took, in the order in which it took them.
async fn taken(smsc: &Smsc) -> Vec<String> {
    smsc.texts().await.into_iter().map(|text| text.text).collect()
}

async fn kannel(town: &Town) -> Kannel {
    Kannel::start(town.broker.smpp_addr(), "handset", PASSWORD).await
}

async fn app(town: &Town) -> Phone {
    Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await
}

on_both_databases! {
    async fn a_text_crosses_masked_is_answered_and_its_receipts_come_back(database: Database) {
        let town = Town::start(database).await;
        let pair = town.pair(ALICE, BOB).await;
        let (number, mirror) = (pair.contact.number.as_str(), pair.contact.mirror_number.as_str());
        let kannel = kannel(&town).await;

        let id = kannel.send(ALICE, number, "Hello Bob", true).await;
        let arrived = town.smsc.wait_text(WAIT, |text| text.text == "Hello Bob").await;
        assert_eq!(arrived.plain(), text(mirror, BOB, "Hello Bob"));
        kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 8).await;
        let dlr = kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 1).await;
        assert!(dlr.reply.contains("stat:DELIVRD"), "{dlr:?}");
        let message = town.wait_status("Hello Bob", "delivered").await;
        assert_eq!(message["origin"], "phone");
        assert_eq!(message["from"], pair.first.as_str());
        assert_eq!(message["to"], pair.second.as_str());
        assert_eq!(message["dialled_number"], number);
        assert_eq!(message["shown_number"], mirror);

        town.smsc.deliver(BOB, mirror, "Hello Alice").await;
        let arrived = kannel.wait_received(WAIT, |text| text.text == "Hello Alice").await;
        assert_eq!(arrived, text(number, ALICE, "Hello Alice"));
        town.wait_status("Hello Alice", "delivered").await;

        // A text that the carrier cannot deliver, to a sender who asked.
        town.smsc.receipts(Some(("UNDELIV", "069")), Duration::ZERO).await;
        let id = kannel.send(ALICE, number, "Are you there?", true).await;
        let dlr = kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 2).await;
        assert!(dlr.reply.contains("stat:UNDELIV"), "{dlr:?}");
        let message = town.wait_status("Are you there?", "undelivered").await;
        assert_eq!(message["reason"], "carrier_undelivered");

        // And one that the carrier refuses for good, to a sender who did not ask: a notice tells him.
        town.smsc.fail_next(1, 0x0B).await;
        kannel.send(ALICE, number, "No such phone", false).await;
        let message = town.wait_status("No such phone", "failed").await;
        assert_eq!(message["reason"], "carrier_refused");
        let notice = kannel.wait_received(WAIT, |text| text.text.contains("was not delivered")).await;
        assert_eq!((notice.from.as_str(), notice.to.as_str()), (number, ALICE));

        // An app's message takes the same way.
        town.smsc.receipts(Some(("DELIVRD", "000")), Duration::ZERO).await;
        let sent = town.broker.send_message(&town.community, &pair.first, &pair.second, "From the app").await;
        let arrived = town.smsc.wait_text(WAIT, |text| text.text == "From the app").await;
        assert_eq!(arrived.plain(), text(mirror, BOB, "From the app"));
        let message = town.wait_status("From the app", "delivered").await;
        assert_eq!(message["id"], sent["id"]);
        assert_eq!(kannel.received().len(), 2, "{:?}", kannel.received());
    }

    async fn four_hundred_characters_with_emoji_arrive_whole_both_ways(database: Database) {
        let town = Town::start(database).await;
        let pair = town.pair(ALICE, BOB).await;
        let (number, mirror) = (pair.contact.number.as_str(), pair.contact.mirror_number.as_str());
        let kannel = kannel(&town).await;

        let id = kannel.send(ALICE, number, &long_text("out"), true).await;
        let arrived = town.smsc.wait_text(WAIT, |text| text.from == mirror).await;
        assert_eq!(arrived.plain(), text(mirror, BOB, &long_text("out")));
        assert!(arrived.parts >= 6 && arrived.reads_alone, "{arrived:?}");
        kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 1).await;
        // Every part is reported; the text is delivered when all of them are.
        town.wait_status(&long_text("out"), "delivered").await;

        let turned = [6, 0, 5, 2, 1, 3, 4];
        for (begin, method, order) in [
            ("udh", Method::Udh, Some(turned)),
            ("sar", Method::Sar, Some(turned)),
            ("payload", Method::Payload, None),
        ] {
            let mut delivery = Delivery::new(BOB, mirror, &long_text(begin)).method(method);
            delivery.order = order.map(Vec::from);
            let delivered = town.smsc.deliver_with(delivery).await;
            assert!(delivered.statuses.iter().all(|status| *status == 0), "{begin}: {delivered:?}");
            let arrived = kannel.wait_received(WAIT, |text| text.text.starts_with(begin)).await;
            assert_eq!(arrived, text(number, ALICE, &long_text(begin)));
        }
        // Once more at an app, which takes the parts one by one.
        let town_pair = town.pair(DORA, "+14155550133").await;
        let app = app(&town).await;
        town.smsc.deliver("+14155550133", &town_pair.contact.mirror_number, &long_text("app")).await;
        let arrived = app.wait_received(WAIT, |_| true).await;
        assert_eq!(arrived, text(&town_pair.contact.number, DORA, &long_text("app")));
        assert_eq!(kannel.received().len(), 3);
    }

    async fn stop_blocks_the_pair_and_start_lifts_it(database: Database) {
        let town = Town::start(database).await;
        let pair = town.pair(ALICE, BOB).await;
        let (number, mirror) = (pair.contact.number.as_str(), pair.contact.mirror_number.as_str());
        let kannel = kannel(&town).await;

        town.smsc.deliver(BOB, mirror, "Stop").await;
        let confirmed = town.smsc.wait_text(WAIT, |text| text.text.contains("no more texts")).await;
        assert_eq!((confirmed.from.as_str(), confirmed.to.as_str()), (mirror, BOB));
        kannel.send(ALICE, number, "Do you still read me?", false).await;
        let message = town.wait_status("Do you still read me?", "blocked").await;
        assert_eq!(message["reason"], "recipient_opted_out");
        let notice = kannel.wait_received(WAIT, |_| true).await;
        assert_eq!(notice.from, number);
        assert!(notice.text.contains("has sent STOP"), "{notice:?}");
        let resolved = town.broker.resolve(&town.community, ALICE, number).await;
        assert_eq!((&resolved["outcome"], &resolved["reason"]), (&json!("refuse"), &json!("recipient_opted_out")));

        town.smsc.deliver(BOB, mirror, "START").await;
        let confirmed = town.smsc.wait_text(WAIT, |text| text.text.contains("again")).await;
        assert_eq!((confirmed.from.as_str(), confirmed.to.as_str()), (mirror, BOB));
        kannel.send(ALICE, number, "Welcome back", false).await;
        town.smsc.wait_text(WAIT, |text| text.text == "Welcome back").await;
        assert_eq!(taken(&town.smsc).await.len(), 3, "the blocked text never left");
        assert_eq!(kannel.received().len(), 1, "keywords are not bridged");
    }

    async fn a_late_text_is_quarantined_and_a_stranger_is_told(database: Database) {
        let town = Town::start(database).await;
        let pair = town.pair(ALICE, BOB).await;
        let (number, mirror) = (pair.contact.number.as_str(), pair.contact.mirror_number.as_str());
        let kannel = kannel(&town).await;
        kannel.send(ALICE, number, "Bye", false).await;
        town.smsc.wait_text(WAIT, |text| text.text == "Bye").await;

        town.broker.release_contact(&town.community, &pair.first, &pair.contact.id).await;
        town.smsc.deliver(BOB, mirror, "Wait, one more thing").await;
        let notice = town.smsc.wait_text(WAIT, |text| text.from == mirror && text.text != "Bye").await;
        assert_eq!(notice.to, BOB);
        assert!(notice.text.contains("no longer reaches"), "{notice:?}");
        let held = town.broker.quarantine(&town.community).await;
        assert_eq!(held.len(), 1, "{held:?}");
        assert_eq!(held[0]["text"], "Wait, one more thing");
        assert_eq!(held[0]["reason"], "pair_released");
        assert_eq!(held[0]["from"], pair.second.as_str());
        // The other direction as well.
        kannel.send(ALICE, number, "And from me", false).await;
        let notice = kannel.wait_received(WAIT, |_| true).await;
        assert!(notice.from == number && notice.text.contains("no longer reaches"), "{notice:?}");
        assert_eq!(town.broker.quarantine(&town.community).await.len(), 2);

        let stranger = "+14155550199";
        town.smsc.deliver(stranger, mirror, "Who is this?").await;
        let notice = town.smsc.wait_text(WAIT, |text| text.to == stranger).await;
        assert_eq!(notice.from, mirror);
        assert!(notice.text.contains("not taking texts from you"), "{notice:?}");
        let message = town.wait_status("Who is this?", "blocked").await;
        assert_eq!(message["reason"], "unknown_sender");
        assert_eq!(kannel.received().len(), 1, "{:?}", kannel.received());
        assert_eq!(taken(&town.smsc).await.len(), 3);
    }

    async fn an_app_account_sends_receives_and_gets_receipts(database: Database) {
        let town = Town::start(database).await;
        let pair = town.pair(DORA, BOB).await;
        let (number, mirror) = (pair.contact.number.as_str(), pair.contact.mirror_number.as_str());
        let app = app(&town).await;

        let answers = app.send(DORA, number, "Hello Bob", true).await;
        assert_eq!((answers.len(), answers[0].status), (1, 0));
        let message_id = answers[0].message_id.clone().unwrap();
        assert!(message_id.starts_with("msg_"), "{message_id}");
        let arrived = town.smsc.wait_text(WAIT, |_| true).await;
        assert_eq!(arrived.plain(), text(mirror, BOB, "Hello Bob"));
        let receipt = app.wait_receipt(WAIT, |_| true).await;
        assert_eq!(receipt.message_id.as_deref(), Some(message_id.as_str()));
        assert_eq!(receipt.receipted_message_id.as_deref(), Some(message_id.as_str()));
        assert_eq!(receipt.stat.as_deref(), Some("DELIVRD"));
        assert_eq!((receipt.from.as_str(), receipt.to.as_str()), (number, DORA));
        assert_eq!(town.broker.message(&town.community, &message_id).await["status"], "delivered");

        town.smsc.receipts(Some(("UNDELIV", "069")), Duration::ZERO).await;
        let answers = app.send(DORA, number, &long_text("long"), true).await;
        assert!(answers.len() > 5 && answers.iter().all(|answer| answer.status == 0), "{answers:?}");
        let last = answers.last().unwrap().message_id.clone();
        let receipt = app.wait_receipt(WAIT, |receipt| receipt.message_id == last).await;
        assert_eq!(receipt.stat.as_deref(), Some("UNDELIV"));

        town.smsc.deliver(BOB, mirror, "Hello Dora").await;
        let arrived = app.wait_received(WAIT, |_| true).await;
        assert_eq!(arrived, text(number, DORA, "Hello Dora"));
        // To two phones of two gateways without the carrier.
        let inside = town.pair(ALICE, "+13035550145").await;
        let kannel = kannel(&town).await;
        kannel.send(ALICE, &inside.contact.number, "Inside", false).await;
        let arrived = app.wait_received(WAIT, |text| text.text == "Inside").await;
        assert_eq!(arrived, text(&inside.contact.mirror_number, "+13035550145", "Inside"));
        // Binary is refused, and so is a number that is in no pool.
        assert_eq!(app.send_bytes(DORA, number, &[0, 1, 2], 4, 0).await.status, 0x45);
        assert_eq!(app.send(DORA, "+14155550198", "Nobody", false).await[0].status, 0x0B);
    }

    async fn wrong_binds_are_refused_with_the_right_codes(database: Database) {
        let town = Town::start(database).await;
        let smpp = town.broker.smpp_addr();
        let status = async |system_id: &str, password: &str, mode: &str| {
            Phone::try_bind(smpp, system_id, password, mode).await.err().map(|refused| refused.status)
        };
        assert_eq!(status("app", "wrong", "transceiver").await, Some(0x0E));
        assert_eq!(status("nobody", PASSWORD, "transceiver").await, Some(0x0F));
        assert_eq!(status("app", "wrong", "receiver").await, Some(0x0E));

        // A second bind on the same link.
        let mut link = Raw::bound(smpp, "app", PASSWORD).await;
        let again = link.ask(raw::BIND_TRANSCEIVER, 2, &raw::bind_body("app", PASSWORD)).await.unwrap();
        assert_eq!((again.id, again.status, again.sequence), (0x8000_0009, 0x05, 2));
        // More binds than `max_binds`.
        let _second = Raw::bound(smpp, "app", PASSWORD).await;
        assert_eq!(status("app", PASSWORD, "transceiver").await, Some(0x0D));

        // A text before the bind, and one from a receiver.
        let body = raw::submit_body(ALICE, "+14155550101", b"too early");
        let mut early = Raw::connect(smpp).await;
        let answer = early.ask(raw::SUBMIT_SM, 1, &body).await.unwrap();
        assert_eq!((answer.id, answer.status), (0x8000_0004, 0x04));
        let mut receiver = Raw::connect(smpp).await;
        receiver.ask(raw::BIND_RECEIVER, 1, &raw::bind_body("handset", PASSWORD)).await.unwrap();
        let answer = receiver.ask(raw::SUBMIT_SM, 2, &body).await.unwrap();
        assert_eq!((answer.id, answer.status, answer.sequence), (0x8000_0004, 0x04, 2));
        assert!(town.broker.messages(&town.community).await.is_empty());

        let refused = Kannel::start_unbound(smpp, "handset", "wrong").await;
        eventually("Kannel tried", WAIT, async || town.broker.log().matches("SMPP bind refused").count() >= 5).await;
        assert!(!refused.is_online().await);
        // The links that were there all the time still serve.
        let alive = link.ask(raw::ENQUIRE_LINK, 3, &[]).await.unwrap();
        assert_eq!((alive.id, alive.status), (0x8000_0015, 0));
    }

    async fn a_throttling_carrier_gets_the_texts_slower_all_of_them_in_order(database: Database) {
        let town = Town::start(database).await;
        let pair = town.pair(DORA, BOB).await;
        let app = app(&town).await;
        town.smsc.throttle_next(2).await;
        let texts = numbered(10);
        let sent = texts.iter().map(|text| app.send(DORA, &pair.contact.number, text, false));
        assert!(join_all(sent).await.iter().flatten().all(|answer| answer.status == 0));
        town.smsc.wait_count(10, WAIT).await;
        assert_eq!(taken(&town.smsc).await, texts);
        let submits = town.smsc.submits().await;
        assert_eq!(submits.iter().filter(|submit| submit.status == ESME_RTHROTTLED).count(), 2);
        assert_eq!(submits.len(), 12, "what was taken was sent once");
        // It waits after a refusal instead of knocking at once.
        let refused: Vec<u64> = submits.iter().filter(|s| s.status != 0).map(|s| s.at_ms).collect();
        let taken_at = submits.iter().find(|s| s.status == 0).unwrap().at_ms;
        assert!(taken_at - refused[0] >= 1_500, "{refused:?} {taken_at}");
    }

    async fn what_queued_while_the_links_were_down_leaves_in_order(database: Database) {
        let mut town = Town::start(database).await;
        let pair = town.pair(DORA, BOB).await;
        let app = app(&town).await;
        let number = &pair.contact.number;
        let texts = numbered(30);
        let send = async |range: std::ops::Range<usize>| {
            for text in &texts[range] {
                assert_eq!(app.send(DORA, number, text, false).await[0].status, 0);
            }
        };
        // The links break while no bind is taken, and come back.
        send(0..5).await;
        town.smsc.wait_count(5, WAIT).await;
        town.smsc.refuse_binds(0x0D).await;
        assert_eq!(town.smsc.close_links().await, 1);
        send(5..15).await;
        town.smsc.refuse_binds(0).await;
        town.smsc.wait_count(15, WAIT).await;
        assert_eq!(taken(&town.smsc).await, texts[..15]);

        // The SMSC itself is gone, and another comes in its place.
        let address = town.smsc.addr();
        town.smsc.process().kill9();
        send(15..25).await;
        assert_eq!(town.broker.messages(&town.community).await.len(), 25);
        town.smsc = Smsc::start_with(address, "partyline", "secret").await;
        town.smsc.wait_count(10, WAIT).await;
        send(25..30).await;
        town.smsc.wait_count(15, WAIT).await;
        assert_eq!(taken(&town.smsc).await, texts[15..]);
        // The other direction: what arrives while the gateway is away waits for it.
        app.unbind().await;
        for text in ["one", "two", "three"] {
            town.smsc.deliver(BOB, &pair.contact.mirror_number, text).await;
        }
        let app = Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await;
        eventually("all three arrive", WAIT, async || app.received().await.len() == 3).await;
        let received: Vec<String> = app.received().await.into_iter().map(|text| text.text).collect();
        assert_eq!(received, ["one", "two", "three"]);
    }

    async fn texts_leave_by_the_second_smsc_when_the_first_is_gone(database: Database) {
        let (first, second) = (Smsc::start().await, Smsc::start().await);
        let settings = town::accounts() + &town::carrier(&[&first, &second], "transceiver");
        let mut town = Town::with(Broker::builder(database).config(&settings), first).await;
        let pair = town.pair(DORA, BOB).await;
        let app = app(&town).await;
        town.smsc.wait_bound(1, WAIT).await;
        second.wait_bound(1, WAIT).await;
        let send = async |text: &str| {
            assert_eq!(app.send(DORA, &pair.contact.number, text, true).await[0].status, 0);
        };
        send("by the first").await;
        town.smsc.wait_text(WAIT, |text| text.text == "by the first").await;
        app.wait_receipt(WAIT, |_| true).await;
        let address = town.smsc.addr();
        town.smsc.process().kill9();
        send("by the second").await;
        second.wait_text(WAIT, |text| text.text == "by the second").await;
        // Receipts and answers are taken from wherever they come.
        eventually("both receipts", WAIT, async || app.receipts().await.len() == 2).await;
        second.deliver(BOB, &pair.contact.mirror_number, "answer").await;
        app.wait_received(WAIT, |text| text.text == "answer").await;

        town.smsc = Smsc::start_with(address, "partyline", "secret").await;
        town.smsc.wait_bound(1, WAIT).await;
        // The bind is up at the SMSC a moment before the broker knows.
        tokio::time::sleep(Duration::from_millis(300)).await;
        send("by the first again").await;
        town.smsc.wait_text(WAIT, |text| text.text == "by the first again").await;
        assert_eq!(taken(&second).await, ["by the second"]);
    }

    async fn a_long_code_sends_one_text_a_second(database: Database) {
        let town = Town::start(database).await;
        let path = format!("/v1/communities/{}/pools", town.community);
        let slow = town.broker.post(&path, json!({"name": "slow"})).await;
        for number in town.broker.list(&format!("/v1/communities/{}/numbers", town.community)).await {
            let path = format!("/v1/communities/{}/numbers/{}", town.community, number["id"].as_str().unwrap());
            town.broker.delete(&path).await;
        }
        // Nothing said about its rate: one text a second is the default.
        town.broker.add_number(&town.community, slow["id"].as_str().unwrap(), "+14155550107", "acme").await;
        let pair = town.pair(DORA, BOB).await;
        let app = app(&town).await;
        let texts = numbered(3);
        let begin = Instant::now();
        let sent = texts.iter().map(|text| app.send(DORA, &pair.contact.number, text, false));
        assert!(join_all(sent).await.iter().flatten().all(|answer| answer.status == 0));
        assert!(begin.elapsed() < Duration::from_secs(1), "accepting does not wait: {:?}", begin.elapsed());
        town.smsc.wait_count(3, WAIT).await;
        assert_eq!(taken(&town.smsc).await, texts);
        let at: Vec<u64> = town.smsc.submits().await.iter().map(|submit| submit.at_ms).collect();
        assert!(at[2] - at[0] >= 1_750 && at[2] - at[0] < 6_000, "{at:?}");
    }

    async fn a_transmitter_and_a_receiver_serve_as_one_transceiver(database: Database) {
        let smsc = Smsc::start().await;
        let settings = town::accounts() + &town::carrier(&[&smsc], "pair");
        let town = Town::with(Broker::builder(database).config(&settings), smsc).await;
        town.smsc.wait_bound(2, WAIT).await;
        let mut kinds: Vec<String> = town.smsc.binds().await.iter().map(|b| b["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        assert_eq!(kinds, ["bind_receiver", "bind_transmitter"]);
        // The app comes with a pair of its own.
        let pair = town.pair(DORA, BOB).await;
        let smpp = town.broker.smpp_addr();
        let sends = Phone::try_bind(smpp, "app", PASSWORD, "transmitter").await.unwrap();
        let receives = Phone::try_bind(smpp, "app", PASSWORD, "receiver").await.unwrap();

        assert_eq!(sends.send(DORA, &pair.contact.number, "Hello", true).await[0].status, 0);
        let arrived = town.smsc.wait_text(WAIT, |_| true).await;
        assert_eq!(arrived.plain(), text(&pair.contact.mirror_number, BOB, "Hello"));
        let receipt = receives.wait_receipt(WAIT, |_| true).await;
        assert_eq!(receipt.stat.as_deref(), Some("DELIVRD"));
        town.smsc.deliver(BOB, &pair.contact.mirror_number, "Hello yourself").await;
        receives.wait_received(WAIT, |text| text.text == "Hello yourself").await;
        assert!(sends.deliveries().await.is_empty(), "a transmitter receives nothing");
        assert_eq!(receives.try_send(DORA, &pair.contact.number, "wrong way").await.map(|a| a[0].status).ok(), None);
    }
}
