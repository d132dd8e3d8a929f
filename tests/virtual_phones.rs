//! The simulator's phones that call: by SIP and RTP, through the broker's own ports, as the calls of any phone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on must stop, and waits on the machine's clock"
)]

mod support;

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::sipp::Sipp;
use support::{Broker, Contact, Database, eventually, on_both_databases, poll, ports};

const WAIT: Duration = Duration::from_secs(20);
const ADA: &str = "+14155550151";
const BEN: &str = "+14155550152";
/// A phone that is nobody's.
const STRANGER: &str = "+14155550199";

/// A community on the loopback carrier, with two members who are each other's contact.
struct Town {
    broker: Broker,
    community: String,
    contact: Contact,
}

impl Town {
    async fn new(database: Database, config: &str, policy: Value) -> Town {
        let config = format!("[loopback]\nenabled = true\n{config}");
        let broker = Broker::start(database, &config).await;
        let made = broker.post("/v1/communities", json!({"name": "Harbour", "policy": policy}));
        let community = made.await["id"].as_str().unwrap().to_owned();
        let pool = broker.create_pool(&community, "main").await;
        for number in ["+14155550101", "+14155550102"] {
            broker.add_number(&community, &pool, number, "loopback").await;
        }
        let ada = broker.create_member(&community, "Ada", ADA).await;
        let ben = broker.create_member(&community, "Ben", BEN).await;
        let contact = broker.add_contact(&community, &ada, &ben).await;
        Town {
            broker,
            community,
            contact,
        }
    }

    async fn dial(&self, phone: &str, number: &str) -> Value {
        let path = format!("/v1/loopback/phones/{phone}/calls");
        self.broker.post(&path, json!({"to": number})).await
    }

    async fn calls(&self, phone: &str) -> Vec<Value> {
        self.broker
            .list(&format!("/v1/loopback/phones/{phone}/calls"))
            .await
    }

    /// The phone's latest call, once it is in that state.
    async fn wait(&self, phone: &str, state: &str) -> Value {
        let found = poll(WAIT, async || {
            let latest = self.calls(phone).await.pop();
            latest.filter(|call| call["state"] == state)
        });
        match found.await {
            Some(call) => call,
            None => panic!(
                "no call of {phone} is {state}: {:#?}\n{}",
                self.calls(phone).await,
                self.broker.log()
            ),
        }
    }

    async fn act(&self, phone: &str, call: &Value, act: &str) -> (StatusCode, Value) {
        let path = format!(
            "/v1/loopback/phones/{phone}/calls/{}/{act}",
            call["id"].as_str().unwrap()
        );
        self.broker.request(Method::POST, &path, None).await
    }

    /// Does something about a call, which must be allowed.
    async fn must(&self, phone: &str, call: &Value, act: &str) -> Value {
        let (status, answer) = self.act(phone, call, act).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{act}: {answer:#}");
        answer
    }

    async fn answers(&self, phone: &str, answering: &str) {
        let body = json!({"answering": answering});
        let path = format!("/v1/loopback/phones/{phone}");
        let (status, answer) = self.broker.request(Method::PATCH, &path, Some(&body)).await;
        assert_eq!((status, &answer), (StatusCode::OK, &body));
        assert_eq!(self.broker.get(&path).await, body);
    }

    /// The broker's record of a call that is over, with its steps.
    async fn recorded(&self, call: &Value) -> Value {
        self.record(call, "ended").await
    }

    /// The broker's record of a call once it is in that state, with the steps until then.
    async fn record(&self, call: &Value, state: &str) -> Value {
        let id = call["call"]
            .as_str()
            .unwrap_or_else(|| panic!("no call of the broker's: {call:#}"));
        assert_eq!(call["community"], json!(self.community));
        let path = format!("/v1/communities/{}/calls/{id}", self.community);
        let found = poll(WAIT, async || {
            // It is recorded a moment after it rings.
            let (status, call) = self.broker.request(Method::GET, &path, None).await;
            (status == StatusCode::OK && call["state"] == state).then_some(call)
        });
        found
            .await
            .unwrap_or_else(|| panic!("it is not recorded as {state}"))
    }
}

/// What a leg said, in order: arrows for what came in and what went out.
fn ladder(call: &Value, leg: &str) -> Vec<String> {
    let steps = call["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| step["leg"] == leg)
        .map(|step| {
            let arrow = if step["inbound"] == true { ">" } else { "<" };
            format!("{arrow} {}", step["what"].as_str().unwrap())
        })
        .collect()
}

fn has_in_order(ladder: &[String], wanted: &[&str]) -> bool {
    let mut steps = ladder.iter();
    wanted.iter().all(|want| steps.any(|step| step.starts_with(want)))
}

on_both_databases! {
    async fn a_virtual_phone_calls_another_they_talk_and_both_legs_are_recorded(database: Database) {
        let town = Town::new(database, "", json!({})).await;
        let dialled = town.dial(ADA, &town.contact.number).await;
        assert_eq!((&dialled["direction"], &dialled["number"]), (&json!("outgoing"), &json!(town.contact.number)));

        let rings = town.wait(BEN, "ringing").await;
        assert_eq!((&rings["direction"], &rings["number"]), (&json!("incoming"), &json!(town.contact.mirror_number)));
        town.wait(ADA, "ringing").await;
        let answered = town.must(BEN, &rings, "answer").await;
        assert!(answered["answered_at"].is_string());
        town.wait(ADA, "answered").await;
        eventually("each hears the tone that Ada's phone plays", WAIT, async || {
            let [ada, ben] = [town.wait(ADA, "answered").await, town.wait(BEN, "answered").await];
            [&ada, &ben].iter().all(|call| {
                ["packets_sent", "packets_received", "packets_heard"].iter().all(|count| call[count].as_u64().unwrap() > 20)
            })
        })
        .await;
        let call = town.record(&town.wait(ADA, "answered").await, "answered").await;
        let caller = ladder(&call, "caller");
        assert!(has_in_order(&caller, &["> INVITE", "< 180", "< 200", "> ACK"]), "drawn while they talk: {caller:?}");
        assert!(!has_in_order(&caller, &["> BYE"]), "{caller:?}");
        town.must(ADA, &dialled, "hang_up").await;
        let [ada, ben] = [town.wait(ADA, "ended").await, town.wait(BEN, "ended").await];
        assert_eq!((&ada["cause"], &ben["cause"]), (&json!("hung_up"), &json!("other_hung_up")));
        assert_eq!(ada["call"], ben["call"], "two legs of one call");

        let call = town.recorded(&ada).await;
        assert_eq!((&call["cause"], &call["ended_by"]), (&json!("completed"), &json!("caller")), "{call:#}");
        let [caller, callee] = [ladder(&call, "caller"), ladder(&call, "callee")];
        assert!(has_in_order(&caller, &["> INVITE", "< 180", "< 200", "> ACK", "> BYE", "< 200"]), "{caller:?}");
        assert!(has_in_order(&callee, &["< INVITE", "> 180", "> 200", "< ACK", "< BYE"]), "{callee:?}");
        for leg in ["caller", "callee"] {
            let quality = &call["quality"][leg];
            assert!(quality["packets"].as_u64().unwrap() > 20 && quality["mos"].as_f64().unwrap() > 3.0, "{leg}: {call:#}");
        }
    }

    async fn declining_a_busy_phone_and_giving_up_end_as_they_should(database: Database) {
        let town = Town::new(database, "", json!({})).await;
        let [number, mirror] = [&town.contact.number, &town.contact.mirror_number];

        let dialled = town.dial(ADA, number).await;
        let rings = town.wait(BEN, "ringing").await;
        // A phone that is called by somebody else meanwhile is engaged, and so is one that calls.
        let (status, refused) = town.broker.request(Method::POST, &format!("/v1/loopback/phones/{BEN}/calls"), Some(&json!({"to": mirror}))).await;
        assert_eq!((status, refused["code"].as_str()), (StatusCode::CONFLICT, Some("phone_engaged")));
        let (status, refused) = town.act(ADA, &dialled, "answer").await;
        assert_eq!((status, refused["code"].as_str()), (StatusCode::CONFLICT, Some("not_ringing")), "she dialled it");
        town.must(BEN, &rings, "decline").await;
        let ada = town.wait(ADA, "ended").await;
        assert_eq!((&ada["cause"], &town.wait(BEN, "ended").await["cause"]), (&json!("declined"), &json!("declined")));
        assert_eq!(town.recorded(&ada).await["cause"], "declined");
        let (status, refused) = town.act(BEN, &rings, "answer").await;
        assert_eq!((status, refused["code"].as_str()), (StatusCode::CONFLICT, Some("call_ended")));
        let (status, _) = town.act(ADA, &rings, "hang_up").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "it is Ben's leg");

        town.answers(BEN, "busy").await;
        town.dial(ADA, number).await;
        let ada = town.wait(ADA, "ended").await;
        assert_eq!((&ada["cause"], &town.recorded(&ada).await["cause"]), (&json!("busy"), &json!("busy")));
        town.answers(BEN, "person").await;

        let dialled = town.dial(ADA, number).await;
        town.wait(BEN, "ringing").await;
        town.must(ADA, &dialled, "hang_up").await;
        assert_eq!(town.wait(BEN, "ended").await["cause"], "cancelled");
        let ada = town.wait(ADA, "ended").await;
        assert_eq!((&ada["cause"], &town.recorded(&ada).await["cause"]), (&json!("cancelled"), &json!("cancelled")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_nobody_answers_rings_until_the_broker_gives_up() {
    let town = Town::new(Database::Sqlite, "", json!({"ring_s": 5})).await;
    town.dial(ADA, &town.contact.number).await;
    town.wait(BEN, "ringing").await;
    let ada = town.wait(ADA, "ended").await;
    assert_eq!(
        (&ada["cause"], &town.recorded(&ada).await["cause"]),
        (&json!("no_answer"), &json!("no_answer"))
    );
    assert_eq!(town.wait(BEN, "ended").await["cause"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_call_rings_nobody_and_says_why() {
    let town = Town::new(Database::Sqlite, "", json!({})).await;
    town.dial(STRANGER, &town.contact.number).await;
    let call = town.wait(STRANGER, "ended").await;
    assert_eq!(
        (&call["cause"], &call["reason"]),
        (&json!("refused"), &json!("unknown_sender")),
        "{call:#}"
    );
    assert!(call["sip_status"].as_u64().unwrap() >= 400 && call["call"].is_null());
    assert!(town.calls(BEN).await.is_empty() && town.calls(ADA).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_that_cannot_be_is_refused_before_it_is_dialled() {
    let town = Town::new(Database::Sqlite, "", json!({})).await;
    let path = format!("/v1/loopback/phones/{ADA}/calls");
    for talk_s in [0, 14_401, u32::MAX] {
        let body = json!({"to": town.contact.number, "talk_s": talk_s});
        let (status, answer) = town.broker.request(Method::POST, &path, Some(&body)).await;
        assert_eq!(
            (status.as_u16(), &answer["field"]),
            (422, &json!("talk_s")),
            "{answer:#}"
        );
    }
    assert!(town.calls(ADA).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_calls_in_and_a_virtual_phone_answers_by_itself() {
    let sipp_ip = ports::free_ip();
    let trunk = format!("[sip.trunks.west]\nallow = [\"{sipp_ip}\"]\ntrust = [\"from\"]\noutbound = false\n");
    let town = Town::new(Database::Sqlite, &trunk, json!({})).await;
    town.answers(BEN, "auto").await;
    let sipp = Sipp::calling("uac_call", town.broker.sip_addr(), ADA, &town.contact.number)
        .at(sipp_ip)
        .talk(Duration::from_millis(1_500))
        .start();
    sipp.succeeds(WAIT).await;
    let ben = town.wait(BEN, "ended").await;
    assert_eq!(
        (&ben["number"], &ben["cause"]),
        (&json!(town.contact.mirror_number), &json!("other_hung_up"))
    );
    assert!(ben["packets_sent"].as_u64().unwrap() > 20);
    let call = town.recorded(&ben).await;
    assert_eq!(
        (&call["cause"], &call["trunk_in"], &call["trunk_out"]),
        (&json!("completed"), &json!("west"), &json!("loopback")),
        "{call:#}"
    );
    assert!(town.calls(ADA).await.is_empty(), "her phone is sipp");
    for message in sipp.received() {
        assert!(
            !message.contains(&BEN[1..]),
            "Ben's phone is nowhere to be seen: {message}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apps_call_rings_both_virtual_phones() {
    let town = Town::new(Database::Sqlite, "", json!({})).await;
    let [ada, ben] = [town.contact_of(ADA).await, town.contact_of(BEN).await];
    town.answers(ADA, "auto").await;
    let placed = town
        .broker
        .post(
            &format!("/v1/communities/{}/calls", town.community),
            json!({"from": ada, "to": ben}),
        )
        .await;
    let rings = town.wait(BEN, "ringing").await;
    assert_eq!(
        (&rings["call"], &rings["number"]),
        (&placed["id"], &json!(town.contact.mirror_number))
    );
    town.must(BEN, &rings, "answer").await;
    eventually("packets go both ways", WAIT, async || {
        let calls = [town.wait(ADA, "answered").await, town.wait(BEN, "answered").await];
        calls
            .iter()
            .all(|call| call["packets_received"].as_u64().unwrap() > 10)
    })
    .await;
    town.must(BEN, &rings, "hang_up").await;
    assert_eq!(town.wait(ADA, "ended").await["cause"], "other_hung_up");
    assert_eq!(town.recorded(&rings).await["ended_by"], "callee");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_the_phones_calls_at_once_and_leaves_none_behind() {
    let mut town = Town::new(Database::Sqlite, "", json!({})).await;
    town.answers(BEN, "auto").await;
    town.dial(ADA, &town.contact.number).await;
    let call = town.wait(ADA, "answered").await;
    town.broker.restart().await;
    let call = town.recorded(&call).await;
    assert_eq!(
        (&call["cause"], &call["ended_by"]),
        (&json!("completed"), &json!("caller")),
        "its phone hung up"
    );
    assert!(town.calls(ADA).await.is_empty(), "a restart forgets them");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_others_send_to_the_phones_port_changes_no_call() {
    let town = Town::new(Database::Sqlite, "", json!({})).await;
    town.answers(BEN, "auto").await;
    town.dial(ADA, &town.contact.number).await;
    town.wait(ADA, "answered").await;
    let IpAddr::V4(ip) = town.broker.sip_addr().ip() else {
        panic!("IPv4")
    };
    let ports = udp_ports(town.broker.pid(), ip);
    assert!(ports.len() >= 3, "SIP, the phones' SIP and sound: {ports:?}");
    let hostile = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let bye = format!(
        "BYE sip:{BEN}@{ip} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:x@x>;tag=1\r\nTo: <sip:x@x>;tag=2\r\nCall-ID: x\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
    );
    let noise: Vec<u8> = (0..1_400u32).map(|n| (n * 7919 % 251) as u8).collect();
    for port in &ports {
        for packet in [
            bye.as_bytes(),
            &noise,
            &[0x80; 172],
            b"",
            b"\r\n\r\n",
            &[0; 60_000],
        ] {
            let _ = hostile.send_to(packet, (ip, *port));
        }
    }
    let heard = |call: &Value| call["packets_heard"].as_u64().unwrap();
    let before = heard(&town.wait(ADA, "answered").await);
    eventually("the call goes on", WAIT, async || {
        heard(&town.wait(ADA, "answered").await) > before + 20
    })
    .await;
    hostile
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut buffer = [0; 2_048];
    assert!(hostile.recv_from(&mut buffer).is_err(), "and nobody answers");
    let ada = town.wait(ADA, "answered").await;
    town.must(ADA, &ada, "hang_up").await;
    town.recorded(&ada).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_trunks_are_not_left_for_virtual_phones() {
    let real = ports::free_ip();
    let config = format!("[sip.trunks.real]\ntargets = [\"{real}:5060\"]\nkeep_alive_s = 0\n");
    let town = Town::new(Database::Sqlite, &config, json!({})).await;
    let path = format!("/v1/loopback/phones/{ADA}/calls");
    for (method, body) in [
        (Method::GET, None),
        (Method::POST, Some(json!({"to": town.contact.number}))),
    ] {
        let (status, refused) = town.broker.request(method, &path, body.as_ref()).await;
        assert_eq!(
            (status, refused["code"].as_str()),
            (StatusCode::NOT_FOUND, Some("loopback_calls_off")),
            "{refused:#}"
        );
    }
    let said = town
        .broker
        .loopback_send(ADA, &town.contact.number, "hello")
        .await;
    assert_eq!(said["verdict"], "bridged", "texts go on");
}

impl Town {
    /// The member whose phone that is.
    async fn contact_of(&self, phone: &str) -> String {
        let path = format!(
            "/v1/communities/{}/members?phone={}",
            self.community,
            phone.replace('+', "%2B")
        );
        self.broker.list(&path).await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// The ports at which a process takes datagrams at that address.
fn udp_ports(pid: u32, ip: Ipv4Addr) -> Vec<u16> {
    let address = format!("{:08X}", u32::from_le_bytes(ip.octets()));
    let table = std::fs::read_to_string(format!("/proc/{pid}/net/udp")).unwrap();
    let own = own_sockets(pid);
    let lines = table.lines().skip(1);
    lines
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (at, port) = fields.get(1)?.split_once(':')?;
            let inode = fields.get(9)?;
            (at == address && own.iter().any(|own| own == inode))
                .then(|| u16::from_str_radix(port, 16).ok())?
        })
        .collect()
}

fn own_sockets(pid: u32) -> Vec<String> {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    links
        .filter_map(|link| {
            Some(
                link.to_str()?
                    .strip_prefix("socket:[")?
                    .strip_suffix(']')?
                    .to_owned(),
            )
        })
        .collect()
}
