//! Registering with a carrier (RFC 3261, section 10.2), as data: answers and time in; requests out.

use super::Trunk;
use super::addressing::{authority, bracketed, credentials};
use super::trunk::transport_parameter;
use crate::wire::sip::Millis;
use crate::wire::sip::digest::Account;
use crate::wire::sip::message::{Extra, IncomingResponse, Method, OutgoingRequest};

/// The wait after the first failure; it doubles with each further one (RFC 5626, section 4.5).
const FIRST_WAIT: Millis = 5_000;
const LONGEST_WAIT: Millis = 900_000;
/// A registration is renewed when a tenth of it is left, and at the latest so long before its end.
const SPARE: Millis = 30_000;
/// Challenges answered one upon the other.
const MOST_TRIES: u32 = 3;
/// What is taken for a registrar's answer in seconds, whatever it says.
const SHORTEST_S: u32 = 10;
const LONGEST_S: u32 = 86_400;

/// A registration. [`Registration::due`] says when [`Registration::request`] has something to send; what comes back goes
/// to [`Registration::answered`] or [`Registration::failed`].
#[derive(Debug)]
pub struct Registration {
    uri: String,
    aor: String,
    contact: String,
    call_id: String,
    cseq: u32,
    expires_s: u32,
    account: Option<Account>,
    state: State,
    failures: u32,
    until: Option<Millis>,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// The next request is due then; with this header, if it answers a challenge.
    Waiting(Millis, Option<Extra>),
    /// A request is under way; whether it held credentials.
    Asked { tried: bool },
    /// It is over.
    Ended,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// To be registered, or to stay so.
    Register,
    /// Not to be any more.
    Leave,
}

impl Registration {
    /// For a trunk with a registrar. `contact_host` is the host and port by which this end is reached, `call_id` random.
    pub fn new(trunk: &Trunk, contact_host: &str, call_id: String) -> Option<Self> {
        let registrar = trunk.registrar.as_ref()?;
        let config = &trunk.config;
        let transport = transport_parameter(config.transport);
        let account = credentials(trunk).map(|c| Account::new(c.username, c.password));
        Some(Self {
            uri: format!("sip:{}{transport}", authority(registrar)),
            aor: format!("<sip:{}@{}>", config.username, bracketed(&registrar.host)),
            contact: format!("<sip:{}@{contact_host}{transport}>", config.username),
            call_id,
            cseq: 0,
            expires_s: config.register_expires_s,
            account,
            state: State::Waiting(0, None),
            failures: 0,
            until: None,
        })
    }

    /// The trunk has other settings, but registers as before. A new password is tried at once.
    pub fn adopt(&mut self, trunk: &Trunk, before: &Trunk) {
        self.expires_s = trunk.config.register_expires_s;
        if trunk.config.password != before.config.password {
            self.account = credentials(trunk).map(|c| Account::new(c.username, c.password));
            self.failures = 0;
            if let State::Waiting(at, answer) = &mut self.state {
                (*at, *answer) = (0, None);
            }
        }
    }

    /// When a request is due; None while one is under way.
    pub fn due(&self) -> Option<Millis> {
        match self.state {
            State::Waiting(at, _) => Some(at),
            State::Asked { .. } | State::Ended => None,
        }
    }

    /// Whether it holds at that moment.
    pub fn holds(&self, now: Millis) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// The request that is due. `cnonce` is random hexadecimal digits.
    pub fn request(&mut self, now: Millis, due: Due, cnonce: &str) -> Option<OutgoingRequest> {
        let answer = match (&mut self.state, due) {
            (State::Waiting(at, answer), Due::Register) if *at <= now => answer.take(),
            (State::Ended, _) | (_, Due::Register) => return None,
            (_, Due::Leave) if self.until.is_none() => return None,
            (_, Due::Leave) => None,
        };
        let method = (Method::Register.as_str(), self.uri.as_str());
        let credentials = answer.or_else(|| self.account.as_mut()?.again(method, cnonce));
        self.state = match due {
            Due::Register => State::Asked {
                tried: credentials.is_some(),
            },
            Due::Leave => State::Ended,
        };
        self.cseq = self.cseq.wrapping_add(1).max(1);
        let expires_s = match due {
            Due::Register => self.expires_s,
            Due::Leave => 0,
        };
        Some(OutgoingRequest {
            method: Method::Register,
            uri: self.uri.clone(),
            from: self.aor.clone(),
            to: self.aor.clone(),
            call_id: self.call_id.clone(),
            cseq: self.cseq,
            max_forwards: 70,
            contact: Some(self.contact.clone()),
            route: Vec::new(),
            extra: std::iter::once(Extra::Expires(expires_s))
                .chain(credentials)
                .collect(),
            body: None,
        })
    }

    /// The registrar has answered. `cnonce` is random hexadecimal digits.
    pub fn answered(&mut self, now: Millis, response: &IncomingResponse, cnonce: &str) {
        let State::Asked { tried } = self.state else {
            return;
        };
        match response.status() {
            200..=299 => {
                let granted = self.granted(response);
                let length = Millis::from(granted) * 1000;
                self.failures = 0;
                self.until = Some(now + length);
                let renewed = now + length - (length / 10).max(SPARE.min(length / 2));
                self.state = State::Waiting(renewed, None);
            }
            status @ (401 | 407) => {
                let (by_proxy, header) = match status {
                    401 => (false, "WWW-Authenticate"),
                    _ => (true, "Proxy-Authenticate"),
                };
                let method = (Method::Register.as_str(), self.uri.as_str());
                let answer = self.account.as_mut().and_then(|account| {
                    let challenges = response.values(header);
                    // A nonce that was used before may be refused without a word of its being stale: one more try. Not
                    // even to one that is always stale an end would come otherwise.
                    let again = tried && self.failures > 0;
                    let answer = account.answer(&challenges, by_proxy, again, method, cnonce);
                    answer.ok().filter(|_| self.failures < MOST_TRIES)
                });
                match answer {
                    Some(answer) => {
                        self.failures += u32::from(tried);
                        self.state = State::Waiting(now, Some(answer));
                    }
                    None => self.failed(now),
                }
            }
            423 => {
                let least = seconds(&response.values("Min-Expires"));
                match least.filter(|least| *least > self.expires_s && *least <= LONGEST_S) {
                    Some(least) => {
                        self.expires_s = least;
                        self.state = State::Waiting(now, None);
                    }
                    None => self.failed(now),
                }
            }
            _ => {
                let wait = response
                    .retry_after_s()
                    .map(|s| Millis::from(s.min(LONGEST_S)) * 1000);
                self.failed(now);
                if let (Some(wait), State::Waiting(at, _)) = (wait, &mut self.state) {
                    *at = (*at).max(now + wait);
                }
            }
        }
    }

    /// The registrar did not answer, or could not be reached.
    pub fn failed(&mut self, now: Millis) {
        if matches!(self.state, State::Ended) {
            return;
        }
        let wait = FIRST_WAIT
            .saturating_mul(1 << self.failures.min(10))
            .min(LONGEST_WAIT);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting(now + wait, None);
    }

    /// How long the registrar grants: what it says of our Contact, else Expires, else what was asked for.
    fn granted(&self, response: &IncomingResponse) -> u32 {
        let own = self.contact.trim_matches(['<', '>']).as_bytes();
        let contacts = response.values("Contact");
        let ours = contacts
            .iter()
            .find(|value| value.windows(own.len()).any(|part| part == own));
        let parameter = ours.and_then(|value| {
            let lower = value.to_ascii_lowercase();
            let at = lower.windows(9).rposition(|part| part == b";expires=")?;
            let digits: Vec<u8> = lower
                .get(at + 9..)?
                .iter()
                .copied()
                .take_while(u8::is_ascii_digit)
                .collect();
            seconds(&[digits])
        });
        let granted = parameter.or_else(|| seconds(&response.values("Expires")));
        granted.unwrap_or(self.expires_s).clamp(SHORTEST_S, LONGEST_S)
    }
}

fn seconds(values: &[Vec<u8>]) -> Option<u32> {
    std::str::from_utf8(values.first()?).ok()?.trim().parse().ok()
}
