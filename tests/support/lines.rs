//! A community that calls: the broker, a trunk to each side, and two members who are each other's contact. What
//! most stories of voice begin with.
//!
//! Phones `+1202555…` are reached by the trunk `west`, phones `+1303555…` by the trunk `east`. Texts go to the
//! virtual phones of the carrier `loopback`, to which every pool number belongs.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use super::broker::Builder;
use super::softphone::Softphone;
use super::{Broker, Contact, Database, poll};

/// Real phones; their digits after the country code stand nowhere else.
pub const ALICE: &str = "+12025558642";
pub const BOB: &str = "+13035559753";
/// A phone that is nobody's, on Alice's side.
pub const STRANGER: &str = "+12025556420";

/// What Alice's and Bob's soft-phones play, in Hz.
pub const LOW: u32 = 440;
pub const HIGH: u32 = 900;

const WAIT: Duration = Duration::from_secs(20);

/// Alice's soft-phone and Bob's.
pub async fn phones() -> (Softphone, Softphone) {
    tokio::join!(Softphone::start(ALICE, LOW), Softphone::start(BOB, HIGH))
}

/// The same by TCP.
pub async fn phones_by_tcp() -> (Softphone, Softphone) {
    let one = |number, hz| Softphone::builder(number).tone(hz).tcp().start();
    tokio::join!(one(ALICE, LOW), one(BOB, HIGH))
}

/// Fails unless each hears the other's tone, and not its own.
pub async fn hear_each_other(alice: (&Softphone, usize), bob: (&Softphone, usize)) {
    let time = Duration::from_millis(1200);
    let (at_alice, at_bob) = tokio::join!(alice.0.listen(alice.1, time), bob.0.listen(bob.1, time));
    for (heard, theirs, own) in [(at_alice, HIGH, LOW), (at_bob, LOW, HIGH)] {
        let seconds = heard.seconds_of(theirs);
        assert!(seconds >= 0.5, "{theirs} Hz for {seconds} s in {heard:?}");
        assert_eq!(heard.seconds_of(own), 0.0, "an echo in {heard:?}");
    }
}

/// The settings of a trunk to one address that says in From who calls. More settings may follow.
pub fn trunk(name: &str, target: SocketAddr, reaches: &str) -> String {
    format!(
        "[sip.trunks.{name}]\ntargets = [\"{target}\"]\ntransport = \"udp\"\ntrust = [\"from\"]\n\
         reaches = [\"{reaches}\"]\nkeep_alive_s = 0\n"
    )
}

/// The settings of the trunk to Alice's side, and of that to Bob's.
pub fn west(target: SocketAddr) -> String {
    trunk("west", target, "+1202555")
}

pub fn east(target: SocketAddr) -> String {
    trunk("east", target, "+1303555")
}

/// The broker with its community, of Alice and Bob.
pub struct Lines {
    pub broker: Broker,
    pub community: String,
    pub pool: String,
    /// The members.
    pub alice: String,
    pub bob: String,
    /// Bob as Alice's contact: she dials `number`, he sees `mirror_number`.
    pub contact: Contact,
    /// The last call that was waited for until it was over.
    judged: Mutex<Option<Value>>,
}

impl Lines {
    /// Between two soft-phones or whatever else is there, on SQLite.
    pub async fn between(alice: SocketAddr, bob: SocketAddr) -> Lines {
        Lines::with(Broker::builder(Database::Sqlite).config(&(west(alice) + &east(bob)))).await
    }

    /// With a broker of one's own.
    pub async fn with(broker: Builder) -> Lines {
        Lines::with_policy(broker, json!({})).await
    }

    /// And with policies of the community's own.
    pub async fn with_policy(broker: Builder, policy: Value) -> Lines {
        let broker = broker.env("PARTYLINE__LOOPBACK__ENABLED", "true").start().await;
        let made = broker.post("/v1/communities", json!({"name": "Harbour", "policy": policy}));
        let community = made.await["id"].as_str().expect("an id").to_owned();
        let pool = broker.create_pool(&community, "main").await;
        for number in ["+14155550101", "+14155550102"] {
            let body = json!({
                "pool": pool, "number": number, "carrier": "loopback", "rate_per_s": 0,
            });
            broker
                .post(&format!("/v1/communities/{community}/numbers"), body)
                .await;
        }
        let alice = broker.create_member(&community, "Alice Secretname", ALICE).await;
        let bob = broker.create_member(&community, "Bob Secretname", BOB).await;
        let contact = broker.add_contact(&community, &alice, &bob).await;
        Lines {
            broker,
            community,
            pool,
            alice,
            bob,
            contact,
            judged: Mutex::default(),
        }
    }

    /// Where the broker takes calls.
    pub fn sip(&self) -> SocketAddr {
        self.broker.sip_addr()
    }

    /// What Alice dials to reach Bob.
    pub fn number(&self) -> &str {
        &self.contact.number
    }

    /// What Bob dials to reach Alice, and sees when she calls.
    pub fn mirror(&self) -> &str {
        &self.contact.mirror_number
    }

    /// Has Alice's soft-phone call Bob's, and returns both calls when they talk. Bob's answers by itself.
    pub async fn talk(&self, alice: &Softphone, bob: &Softphone) -> (usize, usize) {
        let before = bob.seen().await.iter().filter(|seen| seen.inbound).count();
        let call = alice.dial(self.sip()).go(self.number()).await;
        let arrived = bob.wait_incoming(before, WAIT).await.call;
        alice.wait_state(call, "confirmed", WAIT).await;
        bob.wait_state(arrived, "confirmed", WAIT).await;
        (call, arrived)
    }

    /// Every call, newest first.
    pub async fn calls(&self) -> Vec<Value> {
        self.broker.calls(&self.community).await
    }

    /// Waits until the newest call is as wanted, and returns it with its steps. One that was over when it was returned
    /// is not returned again: the next one has not been recorded yet.
    pub async fn wait_call(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let judged = self.judged.lock().expect("a lock").clone();
        let newest = poll(WAIT, async || {
            let newest = self.calls().await.into_iter().next();
            newest.filter(|call| judged.as_ref() != Some(&call["id"]) && wanted(call))
        });
        match newest.await {
            Some(call) => {
                if call["state"] == "ended" {
                    *self.judged.lock().expect("a lock") = Some(call["id"].clone());
                }
                self.broker
                    .call(&self.community, call["id"].as_str().expect("an id"))
                    .await
            }
            None => panic!(
                "the newest call is not {what}: {:#?}\n{}",
                self.calls().await,
                self.broker.process().log_tail()
            ),
        }
    }

    /// Waits until the newest call has ended, and fails unless it ended so.
    pub async fn wait_ended(&self, cause: &str) -> Value {
        let call = self.wait_call("over", |call| call["state"] == "ended").await;
        assert_eq!(
            call["cause"],
            cause,
            "{call:#}\n{}",
            self.broker.process().log_tail()
        );
        call
    }

    /// Fails if calls, dialogs or ports of calls that are over are still held.
    pub async fn wait_idle(&self) {
        let over = async || {
            let calls = self.calls().await;
            calls.iter().all(|call| call["state"] == "ended").then_some(())
        };
        assert!(
            poll(WAIT, over).await.is_some(),
            "calls go on: {:#?}",
            self.calls().await
        );
    }
}
