//! A broker between a carrier and its own gateways, with one community: what most stories begin with.
//!
//! Phones `+1202555…` are reached through the account `handset`, phones `+1303555…` through the account
//! `app`, and all others through the carrier `acme`, to which every pool number belongs.

use serde_json::json;

use super::broker::Builder;
use super::{Broker, Contact, Database, Smsc};

/// The password of both accounts.
pub const PASSWORD: &str = "secret";

/// The broker, the carrier's SMSC, and the community's ids.
pub struct Town {
    pub broker: Broker,
    pub smsc: Smsc,
    pub community: String,
    pub pool: String,
}

/// Two members who are each other's contact.
pub struct Pair {
    pub first: String,
    pub second: String,
    pub contact: Contact,
}

/// The settings of both accounts.
pub fn accounts() -> String {
    format!(
        "[smpp]\nfailed_bind_delay_ms = 50\n\
         [smpp.accounts.handset]\npassword = \"{PASSWORD}\"\nreaches = [\"+1202555\"]\n\
         [smpp.accounts.app]\npassword = \"{PASSWORD}\"\nreaches = [\"+1303555\"]\nmax_binds = 2\n"
    )
}

/// The settings of the carrier `acme`, bound to these SMSCs in this order.
pub fn carrier(smscs: &[&Smsc], mode: &str) -> String {
    let binds = smscs.iter().map(|smsc| {
        format!(
            "[[smpp.carriers.acme.binds]]\nhost = \"127.0.0.1\"\nport = {}\nsystem_id = \"{}\"\n\
             password = \"{}\"\nmode = \"{mode}\"\n",
            smsc.port(),
            smsc.system_id(),
            smsc.password()
        )
    });
    let head = "[smpp.carriers.acme]\nreconnect_min_ms = 100\nreconnect_max_ms = 400\n";
    head.to_owned() + &binds.collect::<String>()
}

impl Town {
    /// Two pool numbers without a rate limit, and no limit for members.
    pub async fn start(database: Database) -> Town {
        let smsc = Smsc::start().await;
        let settings = accounts() + &carrier(&[&smsc], "transceiver");
        Town::with(Broker::builder(database).config(&settings), smsc).await
    }

    /// The same with a broker of one's own.
    pub async fn with(broker: Builder, smsc: Smsc) -> Town {
        let broker = broker.start().await;
        let body = json!({"name": "Harbour", "policy": {"member_texts_per_minute": 0}});
        let made = broker.post("/v1/communities", body).await;
        let community = made["id"].as_str().expect("an id").to_owned();
        let pool = broker.create_pool(&community, "main").await;
        let town = Town {
            broker,
            smsc,
            community,
            pool,
        };
        town.add_number("+14155550101", 0.0).await;
        town.add_number("+14155550102", 0.0).await;
        town
    }

    /// Adds a pool number that may send this many texts a second; 0: any.
    pub async fn add_number(&self, number: &str, rate_per_s: f64) {
        let body = json!({"pool": self.pool, "number": number, "carrier": "acme", "rate_per_s": rate_per_s});
        let path = format!("/v1/communities/{}/numbers", self.community);
        self.broker.post(&path, body).await;
    }

    pub async fn member(&self, name: &str, phone: &str) -> String {
        self.broker.create_member(&self.community, name, phone).await
    }

    /// Makes two members with these phones, and the first choose the second.
    pub async fn pair(&self, first: &str, second: &str) -> Pair {
        let member = self.member(&format!("of {first}"), first).await;
        let other = self.member(&format!("of {second}"), second).await;
        let contact = self.broker.add_contact(&self.community, &member, &other).await;
        Pair {
            first: member,
            second: other,
            contact,
        }
    }

    /// How a message with this text stands, when it stands so.
    pub async fn wait_status(&self, text: &str, status: &str) -> serde_json::Value {
        let timeout = std::time::Duration::from_secs(20);
        self.broker
            .wait_message(&self.community, timeout, |message| {
                message["text"] == text && message["status"] == status
            })
            .await
    }
}
