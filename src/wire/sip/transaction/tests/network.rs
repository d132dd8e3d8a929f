//! Two tables with a network between them that loses, repeats and reorders.

use std::collections::{BTreeMap, HashMap};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

struct Network {
    now: Millis,
    dice: StdRng,
    loss: f64,
    ends: [Transactions; 2],
    flying: BTreeMap<(Millis, u64), (usize, Bytes)>,
    count: u64,
}

const ADDRESSES: [&str; 2] = ["192.0.2.10:5060", "192.0.2.20:5060"];

impl Network {
    fn new(seed: u64, loss: f64) -> Self {
        let end = |n: usize| {
            let seed = [u8::try_from(n + 1).unwrap(); 32];
            Transactions::new(Limits::default(), advertised(ADDRESSES[n]), seed)
        };
        let dice = StdRng::seed_from_u64(seed);
        Self {
            now: 0,
            dice,
            loss,
            ends: [end(0), end(1)],
            flying: BTreeMap::new(),
            count: 0,
        }
    }

    fn flush(&mut self) {
        for from in 0..2 {
            while let Some(transmit) = self.ends[from].poll_transmit() {
                assert_eq!(transmit.hop.remote, ADDRESSES[1 - from].parse().unwrap());
                let copies = 1 + usize::from(self.dice.random_bool(0.1));
                for _ in 0..copies {
                    if !self.dice.random_bool(self.loss) {
                        self.count += 1;
                        let at = self.now + self.dice.random_range(1..120);
                        self.flying
                            .insert((at, self.count), (1 - from, transmit.bytes.clone()));
                    }
                }
            }
        }
    }

    /// Goes to the next moment at which something happens; false where nothing ever will.
    fn step(&mut self) -> bool {
        self.flush();
        let arrival = self.flying.keys().next().map(|(at, _)| *at);
        let timers = self.ends.iter().filter_map(Transactions::next_timeout).min();
        let Some(next) = arrival.into_iter().chain(timers).min() else {
            return false;
        };
        self.now = next.max(self.now);
        for end in &mut self.ends {
            end.handle_timeout(self.now);
        }
        while let Some(entry) = self.flying.first_entry().filter(|e| e.key().0 <= self.now) {
            let (to, bytes) = entry.remove();
            let message = Incoming::parse(&bytes).unwrap();
            self.ends[to].receive(self.now, udp(ADDRESSES[1 - to]), message);
        }
        self.flush();
        true
    }
}

fn run(seed: u64, loss: f64, refuse: bool) -> HashMap<u64, Vec<u16>> {
    let mut network = Network::new(seed, loss);
    let mut finals: HashMap<u64, Vec<u16>> = HashMap::new();
    let mut arrived: HashMap<Bytes, usize> = HashMap::new();
    for n in 0..60 {
        let method = if n % 2 == 0 { Method::Invite } else { Method::Bye };
        let request = OutgoingRequest {
            call_id: format!("c{n}"),
            ..outgoing(method)
        };
        network.ends[0]
            .request(0, User(n), udp(ADDRESSES[1]).into(), request)
            .unwrap();
    }
    while network.step() {
        while let Some(event) = network.ends[1].poll_event() {
            if let Event::Request { id, request, .. } = event {
                *arrived.entry(request.call_id().clone()).or_default() += 1;
                if *request.method() == Method::Invite {
                    let ringing = OutgoingResponse {
                        to_tag: Some("t".into()),
                        ..OutgoingResponse::new(180)
                    };
                    network.ends[1].respond(network.now, id, ringing);
                }
                let status = if refuse { 486 } else { 200 };
                let response = OutgoingResponse {
                    to_tag: Some("t".into()),
                    ..OutgoingResponse::new(status)
                };
                network.ends[1].respond(network.now, id, response);
            }
        }
        while let Some(event) = network.ends[0].poll_event() {
            match event {
                Event::Response { user, response, .. } if response.status() >= 200 => {
                    finals.entry(user.0).or_default().push(response.status());
                }
                Event::TimedOut { user, .. } => finals.entry(user.0).or_default().push(0),
                _ => {}
            }
        }
    }
    assert!(
        arrived.values().all(|&times| times == 1),
        "each request is told once: {arrived:?}"
    );
    for end in &network.ends {
        assert!(end.is_empty() && end.clients.is_empty() && end.servers.is_empty() && end.merged.is_empty());
    }
    finals
}

#[test]
fn without_loss_every_request_ends_with_its_answer() {
    for seed in 0..4 {
        let finals = run(seed, 0.0, seed % 2 == 0);
        assert_eq!(finals.len(), 60);
        assert!(finals.values().flatten().all(|&status| status != 0));
    }
}

#[test]
fn a_fifth_of_all_packets_lost_loses_no_refusal_and_no_bye() {
    for seed in 0..6 {
        let finals = run(seed, 0.2, true);
        assert_eq!(finals.len(), 60);
        for (user, statuses) in finals {
            assert_eq!(statuses, [486], "{user}");
        }
    }
}

#[test]
fn whatever_is_lost_both_tables_end_empty() {
    for seed in 0..6 {
        // A 2xx that is lost is its dialog's to repeat; here nobody does, and Timer C ends the wait.
        let finals = run(seed, 0.6, seed % 2 == 0);
        assert_eq!(finals.len(), 60);
    }
}
