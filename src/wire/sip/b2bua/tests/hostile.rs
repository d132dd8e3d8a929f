//! Whatever peers and the network do. Two peers act at random on what they get, over links that lose, repeat and
//! reorder; after a while nothing is left, every call has ended once, and no byte of one party has reached the other.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::bench::*;
use crate::wire::sip::b2bua::*;

/// What may happen, out of a thousand.
#[derive(Clone, Copy, Debug)]
struct Weather {
    loss: u32,
    repeat: u32,
    slow: u32,
    /// Peers that stop answering for good.
    death: u32,
}

struct World {
    bench: Bench,
    rng: StdRng,
    weather: Weather,
    /// What is under way: when, to whom (None: to the broker), from whom, and what.
    flying: BTreeMap<(u64, u64), (bool, &'static str, String)>,
    serial: u64,
    dead: BTreeSet<&'static str>,
    /// Final answers to each INVITE of the caller, by its Via.
    finals: BTreeMap<String, BTreeSet<u16>>,
    dialogs: Vec<(Dlg, bool)>,
    invites: Vec<String>,
    undecided: Vec<(u64, CallId)>,
    calls: BTreeSet<CallId>,
}

impl World {
    fn new(seed: u64, weather: Weather) -> Self {
        Self {
            bench: Bench::new(),
            rng: StdRng::seed_from_u64(seed),
            weather,
            flying: BTreeMap::new(),
            serial: 0,
            dead: BTreeSet::new(),
            finals: BTreeMap::new(),
            dialogs: Vec::new(),
            invites: Vec::new(),
            undecided: Vec::new(),
            calls: BTreeSet::new(),
        }
    }

    fn chance(&mut self, of_1000: u32) -> bool {
        self.rng.random_range(0..1000) < of_1000
    }

    fn fly(&mut self, inbound: bool, peer: &'static str, text: String) {
        if self.chance(self.weather.loss) {
            return;
        }
        let copies = if self.chance(self.weather.repeat) { 2 } else { 1 };
        for _ in 0..copies {
            let slow = if self.chance(self.weather.slow) { 3_000 } else { 30 };
            let at = self.bench.now + self.rng.random_range(1..slow);
            self.serial += 1;
            self.flying
                .insert((at, self.serial), (inbound, peer, text.clone()));
        }
    }

    /// Text that a bench function would send: it is caught and flies.
    fn said(&mut self, peer: &'static str, speak: impl FnOnce(&mut Bench)) {
        self.bench.captured = Some(Vec::new());
        speak(&mut self.bench);
        for text in self.bench.captured.take().unwrap_or_default() {
            self.fly(true, peer, text);
        }
    }

    /// A call of our own.
    fn originate(&mut self) {
        let Bridge { attempts, times, .. } = self.plan();
        let mut caller = attempt(A);
        caller.options = attempts[0].options.clone();
        caller.uri = "sip:+15550001111@198.51.100.10".into();
        caller.to = "<sip:+15550001111@198.51.100.10>".into();
        let origination = Origination {
            caller: vec![caller],
            callee: attempts,
            anchors: anchors(),
            codecs: Vec::new(),
            times,
            failover: Failover::default(),
        };
        let call = self.bench.calls.originate(self.bench.now, origination).unwrap();
        self.calls.insert(call);
        self.bench.pump();
    }

    /// A new call of the caller, or one of our own.
    fn call(&mut self, number: u32) {
        if self.chance(250) {
            return self.originate();
        }
        let more = [
            "",
            "Supported: 100rel\r\n",
            "Require: 100rel\r\n",
            "Supported: timer\r\nSession-Expires: 120\r\n",
        ];
        let more = more[self.rng.random_range(0..more.len())];
        let offer = if self.chance(150) {
            String::new()
        } else {
            sdp_a("0 8 101", "sendrecv")
        };
        let invite = self.bench.invite(
            &format!("call{number}"),
            &format!("{more}Allow: UPDATE, PRACK\r\n"),
            &offer,
        );
        self.invites.push(invite.clone());
        // Its own repetitions.
        for _ in 0..3 {
            self.fly(true, A, invite.clone());
        }
    }

    fn plan(&mut self) -> Bridge {
        let mut plan = bridge(vec![attempt(B), attempt(C)]);
        plan.times.ring_ms = 20_000;
        plan.times.longest_ms = 200_000;
        for attempt in &mut plan.attempts {
            attempt.options.reliable = match self.rng.random_range(0..3) {
                0 => Reliability::Off,
                1 => Reliability::Supported,
                _ => Reliability::Required,
            };
            attempt.options.session.interval_s = [0, 100][self.rng.random_range(0..2)];
            attempt.options.session.probe_s = 40;
        }
        plan.caller.session.interval_s = [0, 100][self.rng.random_range(0..2)];
        plan.caller.session.probe_s = 50;
        plan
    }

    fn decide(&mut self) {
        let now = self.bench.now;
        let (due, later) = std::mem::take(&mut self.undecided)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.undecided = later;
        let due: Vec<(u64, CallId)> = due;
        for (_, call) in due {
            let decision = match self.rng.random_range(0..12) {
                0 => Decision::Refuse(Refusal {
                    status: 403,
                    reason: None,
                    retry_after_s: None,
                }),
                _ => Decision::Bridge(Box::new(self.plan())),
            };
            self.bench.decide(call, decision);
        }
    }

    /// The broker's bytes go on their way; events are worked off.
    fn collect(&mut self) {
        let mut out = Vec::new();
        for (to, inbox) in &mut self.bench.inbox {
            for msg in inbox.drain(..) {
                out.push((*to, msg));
            }
        }
        for (to, msg) in out {
            let peer = [A, B, C]
                .into_iter()
                .find(|peer| peer.parse() == Ok(to))
                .unwrap_or(C);
            if peer == A && msg.status() >= 200 && msg.what().ends_with("INVITE") {
                let key = msg.header("Via").to_owned();
                self.finals.entry(key).or_default().insert(msg.status());
            }
            let text = msg.raw.clone();
            self.fly(false, peer, text);
        }
        let asked: Vec<CallId> = self
            .bench
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Asked { call, .. } => Some(*call),
                _ => None,
            })
            .collect();
        for call in asked {
            if self.calls.insert(call) {
                let wait = self.rng.random_range(0..300);
                self.undecided.push((self.bench.now + wait, call));
            }
        }
    }

    /// What a peer does with what it gets.
    fn react(&mut self, peer: &'static str, msg: &Msg) {
        if self.chance(self.weather.death) {
            self.dead.insert(peer);
        }
        if self.dead.contains(peer) {
            return;
        }
        let sdp = |direction: &str| {
            if peer == A {
                sdp_a("0 101", direction)
            } else {
                sdp_b("0 101", direction)
            }
        };
        let tag = format!(
            "{}{}",
            if peer == A { "alpha" } else { "bravo" },
            self.rng.random_range(0..2)
        );
        let msg = msg.clone();
        if msg.is_response() {
            self.hear(peer, &msg, sdp("sendrecv"));
            return;
        }
        match msg.method() {
            "INVITE" => {
                let within = msg.header("To").contains(";tag=");
                let offer = !msg.body.is_empty();
                let rel = msg
                    .get("Supported")
                    .or(msg.get("Require"))
                    .is_some_and(|tags| tags.contains("100rel"));
                if !within {
                    if self.chance(600) {
                        let more = if rel && self.chance(700) {
                            "Require: 100rel\r\nRSeq: 1\r\n"
                        } else {
                            ""
                        };
                        let body = if self.chance(500) {
                            sdp("sendrecv")
                        } else {
                            String::new()
                        };
                        let status = if body.is_empty() { 180 } else { 183 };
                        self.said(peer, |b| b.reply(peer, &msg, status, &tag, more, &body));
                    }
                    if self.chance(100) {
                        return;
                    }
                }
                let status = match self.rng.random_range(0..10) {
                    0 => 486,
                    1 => 503,
                    2 if within => 491,
                    3 if within => 488,
                    _ => 200,
                };
                let body = if status == 200 && !(self.chance(20)) {
                    sdp("sendrecv")
                } else {
                    String::new()
                };
                let _ = offer;
                for _ in 0..3 {
                    self.said(peer, |b| {
                        b.reply(peer, &msg, status, &tag, "Allow: UPDATE\r\n", &body)
                    });
                }
                if status == 200 && !within {
                    self.dialogs.push((Dlg::callee(peer, &msg, &tag), false));
                }
            }
            "ACK" => {}
            "CANCEL" => self.said(peer, |b| b.reply(peer, &msg, 200, &tag, "", "")),
            "BYE" => {
                let call_id = msg.header("Call-ID").to_owned();
                self.dialogs.retain(|(dlg, _)| dlg.call_id != call_id);
                self.said(peer, |b| b.reply(peer, &msg, 200, "", "", ""));
            }
            "UPDATE" if !msg.body.is_empty() => {
                let status = if self.chance(200) { 491 } else { 200 };
                let body = sdp("sendrecv");
                self.said(peer, |b| b.reply(peer, &msg, status, "", "", &body));
            }
            _ => {
                let status = if self.chance(30) { 481 } else { 200 };
                self.said(peer, |b| b.reply(peer, &msg, status, "", "", ""));
            }
        }
    }

    /// An answer.
    fn hear(&mut self, peer: &'static str, msg: &Msg, sdp: String) {
        let what = msg.what();
        if !what.ends_with("INVITE") {
            return;
        }
        if msg.status() < 200 {
            if let Some(rseq) = msg.get("RSeq").filter(|_| peer == A) {
                let rack = format!("RAck: {rseq} {} INVITE\r\n", msg.cseq());
                let mut dlg = Dlg::caller(peer, msg);
                dlg.cseq += self.rng.random_range(1..100);
                let body = if msg.body.is_empty() || self.chance(700) {
                    String::new()
                } else {
                    sdp
                };
                for _ in 0..2 {
                    self.said(peer, |b| b.request_as(&dlg, "PRACK", dlg.cseq, &rack, &body));
                }
            }
            return;
        }
        if msg.status() >= 300 {
            return;
        }
        let mut dlg = Dlg::caller(peer, msg);
        if self.chance(900) {
            let body = if self.chance(500) { sdp } else { String::new() };
            self.said(peer, |b| b.request_as(&dlg, "ACK", dlg.cseq, "", &body));
        }
        if !self
            .dialogs
            .iter()
            .any(|(known, _)| known.call_id == dlg.call_id && known.at == peer)
        {
            dlg.cseq = 200;
            self.dialogs.push((dlg, false));
        }
    }

    /// A peer does something of its own accord.
    fn act(&mut self) {
        if self.dialogs.is_empty() {
            if let Some(invite) = self
                .invites
                .last()
                .cloned()
                .filter(|_| self.rng.random_range(0..40) == 0)
            {
                self.fly(true, A, super::basic::cancel(&invite));
            }
            return;
        }
        let index = self.rng.random_range(0..self.dialogs.len());
        let (mut dlg, _) = self.dialogs[index].clone();
        let peer = dlg.at;
        if self.dead.contains(peer) {
            return;
        }
        let direction = ["sendrecv", "sendonly", "inactive"][self.rng.random_range(0..3)];
        let sdp = if peer == A {
            sdp_a("0 101", direction)
        } else {
            sdp_b("0 101", direction)
        };
        let dtmf = "Content-Type: application/dtmf\r\n";
        let (method, more, body) = match self.rng.random_range(0..9) {
            0 | 1 => ("BYE", "", String::new()),
            2 | 3 => ("INVITE", "", sdp),
            4 => ("INVITE", "", String::new()),
            5 => ("UPDATE", "", sdp),
            6 => ("INFO", dtmf, "5".to_owned()),
            7 => ("REFER", "Refer-To: <sip:alpha@bravo>\r\n", String::new()),
            _ => ("OPTIONS", "", String::new()),
        };
        dlg.cseq += 1;
        self.said(peer, |b| b.request_as(&dlg, method, dlg.cseq, more, &body));
        self.dialogs[index].0.cseq = dlg.cseq;
        if method == "BYE" {
            self.dialogs.remove(index);
        }
    }

    fn run(&mut self, calls: u32) {
        let begin = self.bench.now;
        for number in 0..calls {
            self.call(number);
        }
        let mut next_act = begin + 100;
        while self.bench.now < begin + 600_000 {
            let soonest = self.flying.keys().next().map(|(at, _)| *at).unwrap_or(u64::MAX);
            let timer = self.bench.calls.next_timeout().unwrap_or(u64::MAX);
            let decision = self.undecided.iter().map(|(at, _)| *at).min().unwrap_or(u64::MAX);
            let acts = if self.bench.now < begin + 60_000 {
                next_act
            } else {
                u64::MAX
            };
            let until = soonest.min(timer).min(decision).min(acts);
            if until == u64::MAX {
                break;
            }
            self.bench.now = self.bench.now.max(until);
            let now = self.bench.now;
            if timer <= now {
                self.bench.calls.handle_timeout(now);
                self.bench.pump();
            }
            self.decide();
            if acts <= now {
                next_act = now + self.rng.random_range(50..4_000);
                self.act();
            }
            if let Some(entry) = self.flying.first_entry().filter(|entry| entry.key().0 <= now) {
                let (inbound, peer, text) = entry.remove();
                if inbound {
                    self.bench.send(peer, &text);
                } else {
                    self.react(peer, &Msg::parse(text.as_bytes()));
                }
            }
            self.collect();
        }
    }

    fn judge(&mut self) {
        self.bench.empty();
        let mut ended = BTreeMap::new();
        for end in self.bench.ended() {
            *ended.entry(end.call).or_insert(0) += 1;
        }
        assert!(ended.values().all(|count| *count == 1), "{ended:?}");
        assert_eq!(ended.keys().copied().collect::<BTreeSet<_>>(), self.calls);
        for (invite, finals) in &self.finals {
            // Different final answers to one INVITE there must not be. What is refused without a trace, and comes
            // again after its transaction, is a new INVITE.
            assert_eq!(finals.len(), 1, "{invite:?} {finals:?}");
        }
    }
}

fn storm(seed: u64, weather: Weather, calls: u32) {
    let mut world = World::new(seed, weather);
    world.run(calls);
    world.judge();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_call_ends_once_and_nothing_is_left(
        seed in any::<u64>(),
        loss in 0u32..400,
        repeat in 0u32..400,
        slow in 0u32..400,
        death in 0u32..30,
        calls in 1u32..4,
    ) {
        storm(seed, Weather { loss, repeat, slow, death }, calls);
    }
}

/// Messages of a call with bytes changed, doubled and left out.
fn garbled(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut t = Bench::new();
    t.checked = false;
    let (_, a, b) = t.talk_with(
        "Supported: 100rel, timer\r\nSession-Expires: 200\r\n",
        "Allow: UPDATE\r\n",
        bridge(vec![attempt(B)]),
    );
    t.captured = Some(Vec::new());
    let invite = t.invite(
        "two",
        "Supported: 100rel, timer\r\n",
        &sdp_a("0 8 101", "sendrecv"),
    );
    let mut texts = vec![(A, invite)];
    for (number, method) in ["INVITE", "UPDATE", "PRACK", "ACK", "INFO", "BYE", "OPTIONS"]
        .iter()
        .enumerate()
    {
        for dlg in [&a, &b] {
            let more = "RAck: 1 1 INVITE\r\nSession-Expires: 100;refresher=uas\r\nReason: Q.850;cause=16\r\n";
            t.request_as(
                dlg,
                method,
                300 + number as u32,
                more,
                &sdp_b("0 101", "sendonly"),
            );
        }
    }
    for text in t.captured.take().unwrap_or_default() {
        let from = if text.contains("tag=bravo") && !text.contains("From: \"alpha") {
            B
        } else {
            A
        };
        texts.push((from, text));
    }
    for _ in 0..60 {
        let (from, text) = &texts[rng.random_range(0..texts.len())];
        let mut bytes = text.clone().into_bytes();
        for _ in 0..rng.random_range(0..4) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes[at] = rng.random(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"0;=<>\",:\r\n"[rng.random_range(0..10)]),
                _ => {
                    let end = rng.random_range(at..bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.extend(piece);
                }
            }
        }
        t.send_bytes(from, &bytes);
        // What a peer would answer to what it got.
        for peer in [A, B] {
            while let Some(msg) = t.next(peer) {
                if !msg.is_response() && msg.method() != "ACK" && rng.random_range(0..3) > 0 {
                    let status = [180, 200, 200, 404, 491, 481][rng.random_range(0..6)];
                    t.reply(
                        peer,
                        &msg,
                        status,
                        "bravo7",
                        "Require: 100rel\r\nRSeq: 4294967295\r\n",
                        &sdp_b("0", "sendrecv"),
                    );
                }
            }
        }
        t.advance(rng.random_range(0..2_000));
    }
    let asked: Vec<CallId> = t
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Asked { call, .. } => Some(*call),
            _ => None,
        })
        .collect();
    t.checked = false;
    t.advance(4_000_000);
    assert_eq!(t.ended().len(), asked.len());
    t.empty();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn garbled_messages_do_no_harm(seed in any::<u64>()) {
        garbled(seed);
    }
}

#[test]
fn an_idle_call_is_small() {
    assert!(
        size_of::<super::super::call::Call>() < 2_500,
        "{}",
        size_of::<super::super::call::Call>()
    );
}
