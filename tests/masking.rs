//! Nobody learns anybody's real number (design rule 8): every byte that a party received, every answer of
//! the API that is not about devices, and the log at info are searched for the other party's digits.
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

use std::time::Duration;

use serde_json::Value;
use support::hidden::{assert_hidden, assert_hidden_in_text, hex};
use support::smsc::{Delivery, Method};
use support::town::PASSWORD;
use support::{Kannel, Phone, Tap, Town, on_both_databases};

const WAIT: Duration = Duration::from_secs(20);
/// On Kannel, at the app, and two at the carrier. The digits after the country code stand nowhere else.
const ALICE: &str = "+12025558642";
const DORA: &str = "+13035559753";
const BOB: &str = "+14155557531";
const STRANGER: &str = "+14155556420";

#[test]
fn the_search_finds_what_it_looks_for() {
    let found = |hex: &str| std::panic::catch_unwind(|| assert_hidden("bytes", hex, &[ALICE])).is_err();
    assert!(found(&hex("+12025558642")) && found(&hex("0012025558642")) && found(&hex("5558642")));
    assert!(found(&format!("00{}", "0035003500350038003600340032")));
    assert!(
        found("0b9112025558642f") && found("0b912120558546f2") && found("100252556824"),
        "BCD"
    );
    assert!(!found(&hex("+14155550101")));
    let found =
        |text: &str| std::panic::catch_unwind(|| assert_hidden_in_text("text", text, &[ALICE])).is_err();
    assert!(found("call 202-555-8642 now") && found("phone=12025558642") && !found("+14155550101"));
}

on_both_databases! {
    async fn nobody_sees_a_real_number_of_anybody_else(database: Database) {
        let town = Town::start(database).await;
        town.add_number("+14155550103", 0.0).await;
        town.add_number("+14155550104", 0.0).await;
        let with_alice = town.pair(ALICE, BOB).await;
        let dora = town.member("Dora", DORA).await;
        let with_dora = town.broker.add_contact(&town.community, &dora, &with_alice.second).await;
        let inside = town.broker.add_contact(&town.community, &dora, &with_alice.first).await;
        let app = Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await;
        let tap = Tap::before(town.broker.smpp_addr()).await;
        let kannel = Kannel::start(tap.addr(), "handset", PASSWORD).await;
        let (number, mirror) = (&with_alice.contact.number, &with_alice.contact.mirror_number);

        // Texts of all lengths with receipts, in all directions.
        let long = "Grüße 🦊 ".repeat(40);
        let id = kannel.send(ALICE, number, "from Alice to Bob", true).await;
        kannel.wait_dlr(WAIT, |dlr| dlr.id == id && dlr.status == 1).await;
        kannel.send(ALICE, number, &long, true).await;
        town.smsc.wait_text(WAIT, |text| text.text == long).await;
        app.send(DORA, &with_dora.number, "from Dora to Bob", true).await;
        app.wait_receipt(WAIT, |_| true).await;
        town.smsc.deliver(BOB, mirror, "from Bob to Alice").await;
        kannel.wait_received(WAIT, |text| text.text == "from Bob to Alice").await;
        for method in [Method::Udh, Method::Sar, Method::Payload] {
            let text = format!("{method:?} {long}");
            town.smsc.deliver_with(Delivery::new(BOB, &with_dora.mirror_number, &text).method(method)).await;
            app.wait_received(WAIT, |arrived| arrived.text == text).await;
        }
        kannel.send(ALICE, &inside.mirror_number, "from Alice to Dora", false).await;
        app.wait_received(WAIT, |text| text.text == "from Alice to Dora").await;
        app.send(DORA, &inside.number, "from Dora to Alice", true).await;
        kannel.wait_received(WAIT, |text| text.text == "from Dora to Alice").await;
        town.broker.send_message(&town.community, &with_alice.first, &with_alice.second, "from the app").await;
        town.smsc.wait_text(WAIT, |text| text.text == "from the app").await;

        // Failures, refusals, keywords, strangers and late texts, with their notices.
        town.smsc.receipts(Some(("UNDELIV", "069")), Duration::ZERO).await;
        let before = app.receipts().await.len();
        app.send(DORA, &with_dora.number, "undelivered", true).await;
        app.wait_receipt(WAIT, |receipt| receipt.stat.as_deref() == Some("UNDELIV")).await;
        assert!(app.receipts().await.len() > before);
        town.smsc.fail_next(1, 0x0B).await;
        app.send(DORA, &with_dora.number, "refused", false).await;
        app.wait_received(WAIT, |text| text.text.contains("was not delivered")).await;
        town.smsc.deliver(STRANGER, mirror, "who is it?").await;
        town.smsc.wait_text(WAIT, |text| text.to == STRANGER).await;
        town.smsc.deliver(BOB, &with_dora.mirror_number, "STOP").await;
        town.smsc.wait_text(WAIT, |text| text.text.contains("no more texts")).await;
        app.send(DORA, &with_dora.number, "blocked", true).await;
        town.wait_status("blocked", "blocked").await;
        town.broker.release_contact(&town.community, &with_alice.first, &with_alice.contact.id).await;
        kannel.send(ALICE, number, "too late", false).await;
        kannel.wait_received(WAIT, |text| text.text.contains("no longer reaches")).await;
        assert_eq!(town.broker.quarantine(&town.community).await.len(), 1);

        // The carrier sees its own phones, and of the gateways' phones nothing.
        let raw = town.smsc.raw().await;
        assert!(raw.iter().any(|pdu| pdu.contains(&hex(&BOB[1..]))), "the search is on the right bytes");
        assert!(raw.len() > 15, "{}", raw.len());
        for pdu in &raw {
            assert_hidden("a PDU to the carrier", pdu, &[ALICE, DORA]);
        }
        // What left for one phone of the carrier says nothing of the others there.
        for submit in town.smsc.submits().await {
            let others: Vec<&str> = [BOB, STRANGER].into_iter().filter(|phone| *phone != submit.to).collect();
            assert_eq!(others.len(), 1, "{submit:?}");
            assert_hidden("a text", &submit.raw, &others);
        }
        let raw = app.raw().await;
        assert!(raw.contains(&hex(&DORA[1..])), "the search is on the right bytes");
        assert_hidden("what the app received", &raw, &[ALICE, BOB, STRANGER]);
        let raw = tap.heard();
        assert!(raw.contains(&hex(&ALICE[1..])), "the search is on the right bytes");
        assert_hidden("what the handsets' gateway received", &raw, &[BOB, DORA, STRANGER]);
        for text in kannel.received() {
            assert_eq!(text.to, ALICE);
            assert_hidden_in_text("what Kannel received", &format!("{text:?}"), &[BOB, DORA, STRANGER]);
        }
        for dlr in kannel.dlrs() {
            assert_hidden_in_text("a report to Kannel", &dlr.reply, &[BOB, DORA, STRANGER]);
        }

        // The API shows real numbers in devices only.
        let everybody = [ALICE, BOB, DORA, STRANGER];
        let at = |rest: &str| format!("/v1/communities/{}/{rest}", town.community);
        let messages = town.broker.messages(&town.community).await;
        assert!(messages.len() >= 15, "{}", messages.len());
        let mut answers = vec![
            ("messages", Value::from(messages.clone())),
            ("assignments", Value::from(town.broker.list(&at("assignments")).await)),
            ("quarantine", Value::from(town.broker.quarantine(&town.community).await)),
            ("numbers", Value::from(town.broker.list(&at("numbers")).await)),
            ("contacts", Value::from(town.broker.list(&at(&format!("members/{dora}/contacts"))).await)),
            ("resolve", town.broker.resolve(&town.community, DORA, &inside.number).await),
            ("resolve of a stopped pair", town.broker.resolve(&town.community, DORA, &with_dora.number).await),
            ("resolve of a released pair", town.broker.resolve(&town.community, ALICE, number).await),
            ("resolve of a stranger", town.broker.resolve(&town.community, STRANGER, number).await),
        ];
        for message in &messages {
            let id = message["id"].as_str().unwrap();
            answers.push(("one message", town.broker.message(&town.community, id).await));
        }
        for (what, answer) in &answers {
            assert_hidden_in_text(what, &answer.to_string(), &everybody);
        }
        let devices = town.broker.list(&at(&format!("members/{dora}/devices"))).await;
        assert_eq!(devices[0]["phone"], DORA, "devices do show it");

        // The command line's explanation, and the log over a stop and a start.
        let explained = town.broker.cli(&["explain", DORA, &inside.number]);
        assert!(explained.contains("bridge"), "{explained}");
        assert_hidden_in_text("explain", &explained, &everybody);
        let log = town.broker.log();
        assert!(log.contains("INFO") && log.contains("SMPP client bound"), "{log}");
        assert_hidden_in_text("the log", &log, &everybody);
        for body in ["from Alice to Bob", "undelivered: ", "who is it?", "too late"] {
            assert!(!log.contains(body), "`{body}` is in the log");
        }
    }
}
