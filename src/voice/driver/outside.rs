//! Requests outside of calls: OPTIONS and others that come, OPTIONS and REGISTER that go.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rand::RngCore;

use super::Driver;
use crate::voice::resolve::in_order;
use crate::voice::trunks::{Due, Registration, Table, Trunk, all_hops, bracketed};
use crate::wire::sip::Millis;
use crate::wire::sip::b2bua::Outcome;
use crate::wire::sip::flow::{Hop, Source, Transport};
use crate::wire::sip::message::{Extra, IncomingRequest, Method, OutgoingRequest, OutgoingResponse};
use crate::wire::sip::transaction::ServerId;

/// What is understood here.
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS";
const SUPPORTED: &str = "100rel, timer";
/// How often it is noted how trunks stand.
const NOTE_EVERY: Millis = 500;
/// The most hops of a trunk that are asked whether they are there.
const MOST_HOPS: usize = 8;

/// What each trunk is asked, and when again.
#[derive(Default)]
pub struct Upkeep {
    trunks: HashMap<Arc<str>, Kept>,
    waiting: HashMap<u64, Question>,
    last: u64,
    /// When it is noted next how they stand.
    note_at: Millis,
}

struct Kept {
    trunk: Arc<Trunk>,
    options_at: Millis,
    registration: Option<Registration>,
    registrar: Option<Hop>,
}

impl Kept {
    /// Another trunk of the same name that registers as this one did goes on with its registration: to leave and come
    /// back would put the trunk out of service for a change of its weight.
    fn follow(&mut self, table: &Table) {
        if let Some(next) = table.trunk(&self.trunk.name)
            && !Arc::ptr_eq(next, &self.trunk)
            && next.registers_like(&self.trunk)
        {
            if let Some(registration) = &mut self.registration {
                registration.adopt(next, &self.trunk);
            }
            self.trunk = next.clone();
        }
    }
}

enum Question {
    Options(Arc<Trunk>, Hop),
    Register(Arc<str>),
    Farewell,
}

impl Driver {
    /// A request that belongs to no call.
    pub(super) fn request(&mut self, id: ServerId, request: &IncomingRequest, source: Source) {
        let known = self.parts.directory.table().admits(source.remote.ip());
        let response = match (known, request.method()) {
            (false, _) => OutgoingResponse::new(403),
            (true, Method::Options) => OutgoingResponse {
                extra: vec![
                    Extra::Allow(ALLOW),
                    Extra::Supported(SUPPORTED),
                    Extra::Accept("application/sdp"),
                ],
                ..OutgoingResponse::new(if self.drain.is_some() { 503 } else { 200 })
            },
            (true, _) => OutgoingResponse {
                extra: vec![Extra::Allow(ALLOW)],
                ..OutgoingResponse::new(405)
            },
        };
        self.parts.calls.answer(self.now, id, response);
    }

    /// Asks trunks whether they are there, and registers, as far as it is due.
    pub(super) fn upkeep(&mut self) {
        if self.drain.is_some() {
            return;
        }
        self.follow_trunks();
        let names: Vec<Arc<str>> = self.upkeep.trunks.keys().cloned().collect();
        let now = self.parts.clock.now();
        for name in names {
            self.ask_options(&name);
            self.register(&name);
        }
        if self.now >= self.upkeep.note_at {
            self.upkeep.note_at = self.now + NOTE_EVERY;
            self.upkeep
                .trunks
                .values()
                .for_each(|kept| kept.trunk.note_state(now));
        }
        self.pump();
    }

    /// Keeps to the trunks of the moment.
    fn follow_trunks(&mut self) {
        let table = self.parts.directory.table();
        for kept in self.upkeep.trunks.values_mut() {
            kept.follow(&table);
        }
        let gone: Vec<Arc<str>> = self
            .upkeep
            .trunks
            .values()
            .filter(|kept| !table.trunks().iter().any(|trunk| Arc::ptr_eq(trunk, &kept.trunk)))
            .map(|kept| kept.trunk.name.clone())
            .collect();
        for name in gone {
            self.leave(&name);
            self.upkeep.trunks.remove(&name);
        }
        for trunk in table.trunks() {
            if self.upkeep.trunks.contains_key(&trunk.name) {
                continue;
            }
            let call_id = self.hex();
            let host = match trunk.config.transport {
                crate::config::sip::TrunkTransport::Tcp => &self.parts.advertised.tcp,
                crate::config::sip::TrunkTransport::Tls => &self.parts.advertised.tls,
                _ => &self.parts.advertised.udp,
            };
            let registration = Registration::new(trunk, host, call_id);
            let spread = u64::from(trunk.config.keep_alive_s).saturating_mul(1000).max(1);
            let kept = Kept {
                trunk: trunk.clone(),
                // Not all at once, but the first time soon.
                options_at: self.now + self.parts.rng.next_u64() % spread.min(2000),
                registration,
                registrar: None,
            };
            self.upkeep.trunks.insert(trunk.name.clone(), kept);
        }
    }

    fn ask_options(&mut self, name: &Arc<str>) {
        let now = self.now;
        let Some(kept) = self.upkeep.trunks.get_mut(name) else {
            return;
        };
        let every = kept.trunk.config.keep_alive_s;
        if every == 0 || now < kept.options_at {
            return;
        }
        kept.options_at = now + Millis::from(every) * 1000;
        let trunk = kept.trunk.clone();
        for hop in all_hops(&trunk.standing.places()).into_iter().take(MOST_HOPS) {
            let place = format!(
                "{}:{}",
                bracketed(&hop.remote.ip().to_string()),
                hop.remote.port()
            );
            let request = OutgoingRequest {
                method: Method::Options,
                uri: format!("sip:{place}{}", transport_of(hop.transport)),
                from: format!("<sip:partyline@{}>", self.parts.own.host),
                to: format!("<sip:{place}>"),
                call_id: String::new(),
                cseq: 1,
                max_forwards: 70,
                contact: None,
                route: Vec::new(),
                extra: vec![Extra::Accept("application/sdp")],
                body: None,
            };
            self.send_outside(Question::Options(trunk.clone(), hop.clone()), hop, request);
        }
    }

    fn register(&mut self, name: &Arc<str>) {
        let (now, cnonce) = (self.now, self.hex());
        let Some(kept) = self.upkeep.trunks.get_mut(name) else {
            return;
        };
        let Some(registration) = &mut kept.registration else {
            return;
        };
        let holds = registration.holds(now);
        let before = kept.trunk.standing.registered.swap(holds, Ordering::Relaxed);
        if before && !holds {
            tracing::warn!(trunk = %name, "a SIP trunk's registration has run out");
        }
        if registration.due().is_none_or(|due| due > now) {
            return;
        }
        let hops = in_order(&kept.trunk.standing.registrar(), &mut self.parts.rng, MOST_HOPS);
        let good = |hop: &&Hop| kept.trunk.standing.with_health(|health| health.is_good(now, hop));
        let Some(hop) = hops.iter().find(good).or(hops.first()).cloned() else {
            // It has not been found yet.
            return;
        };
        if let Some(request) = registration.request(now, Due::Register, &cnonce) {
            kept.registrar = Some(hop.clone());
            self.send_outside(Question::Register(name.clone()), hop, request);
        }
    }

    /// Tells all registrars that we go.
    pub(super) fn leave_registrars(&mut self) {
        let names: Vec<Arc<str>> = self.upkeep.trunks.keys().cloned().collect();
        for name in names {
            self.leave(&name);
        }
    }

    fn leave(&mut self, name: &Arc<str>) {
        let (now, cnonce) = (self.now, self.hex());
        let Some(kept) = self.upkeep.trunks.get_mut(name) else {
            return;
        };
        kept.trunk.standing.registered.store(false, Ordering::Relaxed);
        let request = kept
            .registration
            .as_mut()
            .and_then(|registration| registration.request(now, Due::Leave, &cnonce));
        if let (Some(request), Some(hop)) = (request, kept.registrar.clone()) {
            self.send_outside(Question::Farewell, hop, request);
        }
    }

    fn send_outside(&mut self, question: Question, hop: Hop, request: OutgoingRequest) {
        self.upkeep.last = self.upkeep.last.wrapping_add(1);
        let user = self.upkeep.last;
        let sent = self.parts.calls.send_outside(self.now, user, hop, request);
        if sent.is_ok() {
            self.upkeep.waiting.insert(user, question);
        } else if let Question::Register(name) = question {
            self.registered(&name, Outcome::TimedOut);
        }
    }

    /// What became of a request of ours.
    pub(super) fn answered(&mut self, user: u64, outcome: Outcome) {
        match self.upkeep.waiting.remove(&user) {
            Some(Question::Options(trunk, hop)) => self.is_there(&trunk, &hop, &outcome),
            Some(Question::Register(name)) => self.registered(&name, outcome),
            Some(Question::Farewell) | None => {}
        }
    }

    /// Any answer but "not now" shows that somebody is there.
    fn is_there(&self, trunk: &Trunk, hop: &Hop, outcome: &Outcome) {
        let there = matches!(outcome, Outcome::Response(response) if response.status() != 503);
        if !there {
            let what = match outcome {
                Outcome::Response(_) => "it answers OPTIONS with 503: not now",
                _ => "it does not answer OPTIONS",
            };
            trunk.standing.note.trouble(self.parts.clock.now(), what);
        }
        let now = self.now;
        trunk.standing.with_health(|health| match there {
            true => health.succeeded(hop),
            false => {
                if health.failed(now, hop) {
                    tracing::warn!(trunk = %trunk.name, "a SIP trunk does not answer");
                }
            }
        });
    }

    fn registered(&mut self, name: &Arc<str>, outcome: Outcome) {
        let (now, cnonce, at) = (self.now, self.hex(), self.parts.clock.now());
        let Some(kept) = self.upkeep.trunks.get_mut(name) else {
            return;
        };
        let Some(registration) = &mut kept.registration else {
            return;
        };
        match outcome {
            Outcome::Response(response) => {
                let status = response.status();
                registration.answered(now, &response, &cnonce);
                if status >= 400 && status != 401 && status != 407 && status != 423 {
                    let what = format!("the registrar refused with {status}");
                    kept.trunk.standing.note.trouble(at, what);
                    tracing::warn!(trunk = %name, status, "a registrar refused");
                }
            }
            Outcome::TimedOut | Outcome::Unreachable => {
                registration.failed(now);
                if let Some(hop) = &kept.registrar {
                    kept.trunk.standing.with_health(|health| health.failed(now, hop));
                }
                kept.trunk
                    .standing
                    .note
                    .trouble(at, "the registrar does not answer");
                tracing::warn!(trunk = %name, "a registrar does not answer");
            }
        }
        let holds = registration.holds(now);
        let before = kept.trunk.standing.registered.swap(holds, Ordering::Relaxed);
        if holds && !before {
            tracing::info!(trunk = %name, "registered with a SIP trunk");
        }
    }

    /// Random hexadecimal digits.
    fn hex(&mut self) -> String {
        format!(
            "{:016x}{:016x}",
            self.parts.rng.next_u64(),
            self.parts.rng.next_u64()
        )
    }
}

fn transport_of(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "",
        Transport::Tcp => ";transport=tcp",
        Transport::Tls => ";transport=tls",
    }
}
