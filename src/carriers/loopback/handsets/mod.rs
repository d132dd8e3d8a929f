//! The virtual phones' SIP, without sockets and without a clock: datagrams, moments and what people do go in; datagrams
//! and what is to become of the sound come out.
//!
//! They are phones of a telephone network as the broker sees one: it talks to them by SIP alone, and they know of a call
//! what its messages say. What the exchange tells besides ([`Handsets::told`]) is shown to people, and changes nothing.

mod acts;
mod line;
mod signals;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use self::line::Line;
use super::sound::Counts;
use crate::domain::id::{CallId, CommunityId, LegId};
use crate::domain::message::Reason;
use crate::domain::{E164, IdGenerator, Timestamp};
use crate::switchboard::phones::{
    Answering, LineError, PhoneCall, PhoneCallCause, PhoneCallState, PhoneCallWay,
};
use crate::wire::sip::Millis;
use crate::wire::sip::dialog::Tag;
use crate::wire::sip::flow::{Advertised, Transmit};
use crate::wire::sip::message::{Method, OutgoingResponse};
use crate::wire::sip::transaction::{Limits, Transactions, User};

/// Calls at once.
const MOST_LIVE: usize = 64;
/// Calls that a phone remembers, and all phones together.
const KEPT_OF_PHONE: usize = 50;
const KEPT: usize = 5_000;
/// Phones that do something else than ring.
const MOST_ANSWERING: usize = 10_000;
/// What the exchange told of calls that have not rung yet.
const MOST_EXPECTED: usize = 256;
/// For how long a phone rings before it answers by itself.
const PICK_AFTER_MS: Millis = 1_000;
/// The longest call. The broker's own bound is shorter mostly.
const LONGEST_MS: Millis = 4 * 3_600_000;
const T1_MS: Millis = 500;
const T2_MS: Millis = 4_000;
const TRANSACTIONS: usize = 2_048;
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS";

/// A moment by two clocks: one that never goes back, and the one on the wall.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Milliseconds.
    pub ms: Millis,
    /// For people.
    pub at: Timestamp,
}

/// What whoever has the sockets is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// This phone answers by itself now.
    Pick(LegId),
    /// Sound goes there from now on.
    Talk(LegId, SocketAddr),
    /// The call is over.
    Over(LegId),
}

/// A call that the exchange bridges.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Who called, where it was a phone, and what it dialled.
    pub caller: Option<(E164, E164)>,
    /// Who is called, and what that phone is shown.
    pub callee: (E164, E164),
    /// The exchange's record.
    pub call: CallId,
    /// Whose it is.
    pub community: CommunityId,
}

/// All virtual phones that call.
#[derive(Debug)]
pub struct Handsets {
    transactions: Transactions,
    /// Host and port of these phones.
    own: String,
    host: String,
    /// The broker's SIP, once it listens.
    broker: Option<SocketAddr>,
    lines: BTreeMap<LegId, Line>,
    /// Those for which something can become due.
    live: BTreeSet<LegId>,
    by_tag: HashMap<Tag, LegId>,
    by_phone: BTreeMap<E164, VecDeque<LegId>>,
    /// Those that are over, oldest first.
    over: VecDeque<LegId>,
    answering: BTreeMap<E164, Answering>,
    expected: VecDeque<(E164, E164, CallId, CommunityId)>,
    stopping: bool,
    ids: IdGenerator,
    rng: StdRng,
    orders: VecDeque<Order>,
}

impl Handsets {
    /// No phone has called yet. `own` is where they take their SIP; `seed` must be random and secret.
    pub fn new(own: SocketAddr, node: u16, seed: [u8; 32]) -> Self {
        let mut rng = StdRng::from_seed(seed);
        let authority: Arc<str> = own.to_string().into();
        let limits = Limits {
            transactions: TRANSACTIONS,
            ..Limits::default()
        };
        let advertised = Advertised {
            udp: authority.clone(),
            tcp: authority.clone(),
            tls: authority.clone(),
        };
        Self {
            transactions: Transactions::new(limits, advertised, rng.random()),
            host: match own.ip() {
                std::net::IpAddr::V4(ip) => ip.to_string(),
                std::net::IpAddr::V6(ip) => format!("[{ip}]"),
            },
            own: authority.to_string(),
            broker: None,
            lines: BTreeMap::new(),
            live: BTreeSet::new(),
            by_tag: HashMap::new(),
            by_phone: BTreeMap::new(),
            over: VecDeque::new(),
            answering: BTreeMap::new(),
            expected: VecDeque::new(),
            stopping: false,
            ids: IdGenerator::new(node),
            rng,
            orders: VecDeque::new(),
        }
    }

    /// The broker's SIP is here: nothing else is heard, and calls go there.
    pub fn start(&mut self, broker: SocketAddr) {
        self.broker = Some(broker);
    }

    fn contact(&self, phone: E164) -> String {
        format!("<sip:{phone}@{}>", self.own)
    }

    /// A phone's calls, newest last.
    pub fn calls(&self, phone: E164) -> Vec<PhoneCall> {
        let legs = self.by_phone.get(&phone).into_iter().flatten();
        legs.filter_map(|leg| self.lines.get(leg))
            .map(Line::view)
            .collect()
    }

    /// One of them.
    pub fn call(&self, phone: E164, leg: LegId) -> Result<PhoneCall, LineError> {
        let line = self.lines.get(&leg).filter(|line| line.phone == phone);
        line.map(Line::view).ok_or(LineError::NoSuchCall { phone, leg })
    }

    /// Whose phone that is, what counts its sound, and whether it began the call.
    pub fn ear(&self, leg: LegId) -> Option<(E164, Arc<Counts>, bool)> {
        let line = self.lines.get(&leg)?;
        let began = line.call.direction == PhoneCallWay::Outgoing;
        Some((line.phone, line.counts.clone(), began))
    }

    /// What the phone does when it is called.
    pub fn answering(&self, phone: E164) -> Answering {
        self.answering.get(&phone).copied().unwrap_or_default()
    }

    /// Says what it is to do.
    pub fn set_answering(&mut self, phone: E164, answering: Answering) {
        if answering == Answering::default() {
            self.answering.remove(&phone);
            return;
        }
        self.answering.insert(phone, answering);
        if self.answering.len() > MOST_ANSWERING {
            let other = self.answering.keys().find(|other| **other != phone).copied();
            other.and_then(|other| self.answering.remove(&other));
        }
    }

    /// The exchange bridges a call between two phones, of which each may be one of these.
    pub fn told(&mut self, told: Told) {
        if let Some((phone, dialled)) = told.caller
            && let Some(line) = self.dialling(phone, dialled)
        {
            line.call.call = Some(told.call);
            line.call.community = Some(told.community);
        }
        if self.expected.len() == MOST_EXPECTED {
            self.expected.pop_front();
        }
        let (phone, shown) = told.callee;
        self.expected.push_back((phone, shown, told.call, told.community));
    }

    /// The exchange refuses what this phone dialled.
    pub fn refused(&mut self, phone: E164, dialled: E164, reason: Reason) {
        if let Some(line) = self.dialling(phone, dialled) {
            line.call.reason = Some(reason);
        }
    }

    /// The phone's call to that number of which the exchange has said nothing yet.
    fn dialling(&mut self, phone: E164, number: E164) -> Option<&mut Line> {
        let legs = self.by_phone.get(&phone)?;
        let waits = |line: &Line| {
            let call = &line.call;
            !line.is_over()
                && call.direction == PhoneCallWay::Outgoing
                && call.number == number
                && call.call.is_none()
        };
        let leg = legs
            .iter()
            .rev()
            .find(|leg| self.lines.get(leg).is_some_and(waits))?;
        self.lines.get_mut(leg)
    }

    /// Which call this is that rings now, and forgets what was told of earlier ones that never rang.
    fn recall(&mut self, phone: E164, shown: E164) -> Option<(CallId, CommunityId)> {
        let found = self
            .expected
            .iter()
            .rev()
            .find(|(to, number, ..)| (*to, *number) == (phone, shown))
            .map(|(_, _, call, community)| (*call, *community));
        self.expected
            .retain(|(to, number, ..)| (*to, *number) != (phone, shown));
        found
    }

    fn find(&mut self, phone: E164, leg: LegId) -> Result<&mut Line, LineError> {
        let line = self.lines.get_mut(&leg).filter(|line| line.phone == phone);
        let line = line.ok_or(LineError::NoSuchCall { phone, leg })?;
        match line.is_over() {
            true => Err(LineError::Over(leg)),
            false => Ok(line),
        }
    }

    fn is_engaged(&self, phone: E164) -> bool {
        let mut legs = self.by_phone.get(&phone).into_iter().flatten();
        legs.any(|leg| self.lines.get(leg).is_some_and(|line| !line.is_over()))
    }

    fn line(&mut self, now: Moment, ends: (E164, E164), way: PhoneCallWay) -> Line {
        let id = self.ids.next(now.at);
        let random = (Tag(self.rng.random()), self.rng.random());
        Line::new(id, ends, way, random, now, now.ms + LONGEST_MS)
    }

    fn keep(&mut self, line: Line) {
        let id = line.call.id;
        self.by_tag.insert(line.tag, id);
        self.by_phone.entry(line.phone).or_default().push_back(id);
        self.live.insert(id);
        self.lines.insert(id, line);
    }

    /// Answers the broker's INVITE with a failure.
    fn turn_away(&mut self, now: Moment, leg: LegId, status: u16, why: PhoneCallCause) {
        if let Some(line) = self.lines.get_mut(&leg)
            && let Some(server) = line.server.take()
        {
            let response = OutgoingResponse {
                to_tag: Some(line.tag.to_string()),
                ..OutgoingResponse::new(status)
            };
            self.transactions.respond(now.ms, server, response);
        }
        self.end(now, leg, why, Some(status));
    }

    /// Sends BYE, at once or after the ACK that is waited for.
    fn say_goodbye(&mut self, now: Moment, leg: LegId) {
        let Some(line) = self.lines.get_mut(&leg) else {
            return;
        };
        if line.unacknowledged.is_some() {
            line.owes_bye = true;
            return;
        }
        if let Some(dialog) = &mut line.dialog {
            let bye = dialog.request(Method::Bye, None);
            // Where there is no room the broker's own timers end it.
            let _ = self
                .transactions
                .request(now.ms, user(leg), dialog.hop.clone(), bye);
        }
    }

    fn end(&mut self, now: Moment, leg: LegId, why: PhoneCallCause, status: Option<u16>) {
        let Some(line) = self.lines.get_mut(&leg).filter(|line| !line.is_over()) else {
            return;
        };
        line.call.state = PhoneCallState::Ended;
        line.call.cause = Some(why);
        line.call.sip_status = status;
        line.call.ended_at = Some(now.at);
        line.pick_at = None;
        line.offer = None;
        self.orders.push_back(Order::Over(leg));
        if line.unacknowledged.is_none() {
            self.live.remove(&leg);
        }
        let phone = line.phone;
        self.over.push_back(leg);
        self.forget(phone);
    }

    /// Drops the oldest of what is over, of this phone and of all.
    fn forget(&mut self, phone: E164) {
        while self.over.len() > KEPT {
            if let Some(oldest) = self.over.pop_front() {
                self.drop_line(oldest);
            }
        }
        let of_phone = self.by_phone.get(&phone).map_or(0, VecDeque::len);
        if of_phone > KEPT_OF_PHONE
            && let Some(oldest) = self.by_phone.get(&phone).and_then(|legs| legs.front()).copied()
            && self.lines.get(&oldest).is_some_and(Line::is_over)
        {
            self.over.retain(|leg| *leg != oldest);
            self.drop_line(oldest);
        }
    }

    fn drop_line(&mut self, leg: LegId) {
        self.live.remove(&leg);
        let Some(line) = self.lines.remove(&leg) else {
            return;
        };
        self.by_tag.remove(&line.tag);
        if let Some(legs) = self.by_phone.get_mut(&line.phone) {
            legs.retain(|other| *other != leg);
            if legs.is_empty() {
                self.by_phone.remove(&line.phone);
            }
        }
    }

    /// The earliest moment at which [`Handsets::handle_timeout`] has something to do.
    pub fn next_timeout(&self) -> Option<Millis> {
        let lines = self
            .live
            .iter()
            .filter_map(|leg| self.lines.get(leg))
            .map(Line::timer);
        lines.chain(self.transactions.next_timeout()).min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Moment) {
        self.transactions.handle_timeout(now.ms);
        self.work(now);
        let due = |leg: &&LegId| self.lines.get(leg).is_some_and(|line| line.timer() <= now.ms);
        let due: Vec<LegId> = self.live.iter().filter(due).copied().collect();
        for leg in due {
            self.line_timer(now, leg);
        }
    }

    fn line_timer(&mut self, now: Moment, leg: LegId) {
        let Some(line) = self.lines.get_mut(&leg) else {
            return;
        };
        if line.pick_at.is_some_and(|at| at <= now.ms) {
            line.pick_at = None;
            self.orders.push_back(Order::Pick(leg));
        }
        if let Some(waits) = line.unacknowledged.as_mut().filter(|waits| waits.next <= now.ms) {
            if now.ms >= waits.until {
                line.unacknowledged = None;
                self.say_goodbye(now, leg);
                self.end(now, leg, PhoneCallCause::Unreachable, None);
                self.live.remove(&leg);
                return;
            }
            waits.interval = (2 * waits.interval).min(T2_MS);
            waits.next = now.ms + waits.interval;
            // The same bytes as the first time.
            let server = waits.server;
            self.transactions
                .respond(now.ms, server, OutgoingResponse::new(200));
        }
        let line = self.lines.get(&leg).filter(|line| !line.is_over());
        if line.is_some_and(|line| line.until <= now.ms) {
            self.part(now, leg, PhoneCallCause::HungUp);
        }
    }

    /// The next thing to do.
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// The next bytes to send. They go to the broker, wherever a Via would have them go.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        let (broker, transactions) = (self.broker, &mut self.transactions);
        std::iter::from_fn(|| transactions.poll_transmit())
            .find(|transmit| Some(transmit.hop.remote) == broker)
    }
}

fn user(leg: LegId) -> User {
    User(leg.as_i64().unsigned_abs())
}
