//! The voice harness proves itself: soft-phones, sipp and Kamailio talk to each other without the broker, and the
//! searches find what they look for.
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

use support::capture::Capture;
use support::kamailio::Kamailio;
use support::sipp::Sipp;
use support::softphone::{Answer, Softphone};

const WAIT: Duration = Duration::from_secs(20);
const ALICE: &str = "+14155550111";
const BOB: &str = "+14155550122";

#[tokio::test]
async fn soft_phones_hear_each_others_tone_and_digits_and_hold_each_other() {
    let (alice, bob) = tokio::join!(Softphone::start(ALICE, 440), Softphone::start(BOB, 900));
    bob.answers(Answer::After(200)).await;
    let call = alice.dial(bob.addr()).name("Alice").go(BOB).await;
    alice.wait_state(call, "confirmed", WAIT).await;
    assert!(alice.call(call).await.had("early 180"));
    let seen = bob.wait_incoming(0, WAIT).await;
    assert!(
        seen.from
            .as_deref()
            .unwrap()
            .contains("\"Alice\" <sip:+14155550111@"),
        "{seen:?}"
    );

    let (at_alice, at_bob) = tokio::join!(
        alice.listen(call, Duration::from_secs(1)),
        bob.listen(0, Duration::from_secs(1))
    );
    assert!(
        at_alice.seconds_of(900) >= 0.5 && at_alice.seconds_of(440) == 0.0,
        "{at_alice:?}"
    );
    assert!(
        at_bob.seconds_of(440) >= 0.5 && at_bob.seconds_of(900) == 0.0,
        "{at_bob:?}"
    );

    alice.digits(call, "12", "rtp").await;
    bob.wait(0, WAIT, |seen| seen.digits.len() == 2).await;
    alice.digits(call, "#", "info").await;
    let seen = bob.wait(0, WAIT, |seen| seen.digits.len() == 3).await;
    let digits: Vec<(&str, &str)> = seen
        .digits
        .iter()
        .map(|(d, by)| (d.as_str(), by.as_str()))
        .collect();
    assert_eq!(digits, [("1", "rtp"), ("2", "rtp"), ("#", "info")]);

    alice.hold(call).await;
    bob.wait(0, WAIT, |seen| seen.media.as_deref() == Some("remote_hold"))
        .await;
    let held = bob.listen(0, Duration::from_millis(600)).await;
    assert_eq!(held.seconds_of(440), 0.0);
    alice.resume(call).await;
    bob.wait(0, WAIT, |seen| seen.media.as_deref() == Some("active"))
        .await;
    bob.hang_up(0).await;
    alice.wait_state(call, "ended", WAIT).await;
}

#[tokio::test]
async fn a_soft_phone_refuses_by_tcp_as_it_is_told() {
    let one = |number, hz| Softphone::builder(number).tone(hz).tcp().start();
    let (alice, bob) = tokio::join!(one(ALICE, 440), one(BOB, 900));
    bob.answers(Answer::Refuse(486, 0)).await;
    let call = alice.dial(bob.addr()).go(BOB).await;
    assert_eq!(alice.wait_state(call, "ended", WAIT).await.status, 486);
    assert!(bob.call(0).await.invite.unwrap().contains("SIP/2.0/TCP"));
}

#[tokio::test]
async fn every_scenario_of_sipp_meets_its_opposite() {
    let pairs: [(&str, &str); 13] = [
        ("uac_call", "uas_call"),
        ("uac_is_hung_up", "uas_hangs_up"),
        ("uac_refused", "uas_refuses"),
        ("uac_refused", "uas_refuses_at_once"),
        ("uac_cancels", "uas_rings_only"),
        ("uac_early", "uas_early"),
        ("uac_reliable", "uas_reliable"),
        ("uac_no_offer", "uas_call"),
        ("uac_holds", "uas_is_held"),
        ("uac_updates", "uas_is_updated"),
        ("uac_info", "uas_info"),
        ("uac_vanishes", "uas_deaf"),
        ("uac_loses", "uas_loses"),
    ];
    for (uac, uas) in pairs {
        let with = |peer: support::sipp::Builder| {
            peer.value("code", 486)
                .value("first", 183)
                .value("digit", 5)
                .value("loss", 30)
        };
        let called = with(Sipp::called(uas)).start();
        tokio::time::sleep(Duration::from_millis(150)).await;
        let caller = with(Sipp::calling(uac, called.addr(), ALICE, BOB)).start();
        caller.succeeds(WAIT).await;
        called.succeeds(WAIT).await;
        assert!(caller.messages().contains("Call-ID"), "{uac}");
    }
}

#[tokio::test]
async fn a_soft_phone_calls_through_kamailio_and_tshark_reads_it() {
    for tcp in [false, true] {
        let one = |number, hz| {
            let phone = Softphone::builder(number).tone(hz);
            if tcp { phone.tcp() } else { phone }.start()
        };
        let (alice, bob) = tokio::join!(one(ALICE, 440), one(BOB, 900));
        let proxy = Kamailio::builder().phone(BOB, bob.addr());
        let proxy = if tcp { proxy.by_tcp() } else { proxy };
        let proxy = proxy.start().await;
        let capture = Capture::of(&[bob.ip()]).await;
        bob.answers(Answer::After(100)).await;
        let call = alice.dial(proxy.addr()).go(BOB).await;
        alice.wait_state(call, "confirmed", WAIT).await;
        let heard = bob.listen(0, Duration::from_millis(700)).await;
        assert!(heard.seconds_of(440) > 0.3, "{heard:?}");
        alice.hang_up(call).await;
        bob.wait_state(0, "ended", WAIT).await;
        let captured = capture.stop().await;
        captured.assert_well_formed();
        assert!(captured.count("rtp") > 50 && captured.count("sip.Method == BYE") == 1);
        let to_bob: Vec<u8> = captured.to(bob.ip()).into_values().flatten().collect();
        assert!(
            String::from_utf8_lossy(&to_bob).contains(ALICE),
            "the search is on the right bytes"
        );
        assert!(bob.call(0).await.invite.unwrap().contains("Record-Route"));
    }
}
