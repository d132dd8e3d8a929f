//! How carriers stand: what an outlet says of its links, and what passes by it. Nothing here holds a password, a real
//! number, or words that a peer wrote.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::Serialize;
use utoipa::ToSchema;

use super::outlet::{OutletError, Sent};
use crate::domain::Timestamp;
use crate::domain::pulse::Rate;

/// What kind of carrier it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarrierKind {
    /// Virtual phones within the broker.
    Loopback,
    /// An SMSC that the broker binds to.
    Smpp,
    /// A gateway that binds to the broker.
    SmppAccount,
    /// A provider by HTTP.
    Http,
    /// A trunk for calls.
    SipTrunk,
    /// Nothing that this node knows.
    #[default]
    Unknown,
}

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It takes traffic.
    Up,
    /// It is being made for the first time.
    Connecting,
    /// It takes none.
    Down,
}

/// What went wrong last, in the broker's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trouble {
    /// When.
    pub at: Timestamp,
    /// What.
    #[schema(example = "nobody takes connections there")]
    pub what: String,
}

/// One link of an outlet.
#[derive(Clone, Debug)]
pub struct LinkStanding {
    /// Where it leads, without any password: `smsc.example.net:2775`.
    pub target: String,
    /// As whom this end, or the other, is bound.
    pub bound_as: Option<String>,
    /// `transceiver`, `transmitter` or `receiver`.
    pub mode: Option<&'static str>,
    /// Whether texts leave by it.
    pub sends: bool,
    /// How it stands.
    pub state: LinkState,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// How many texts may wait for the peer's answer.
    pub window: usize,
    /// How many do.
    pub in_flight: usize,
    /// The pace that it keeps because the peer asked for less.
    pub paced_per_s: Option<f64>,
}

/// How an outlet stands.
#[derive(Clone, Debug, Default)]
pub struct OutletStanding {
    /// What it is.
    pub kind: CarrierKind,
    /// Its links; none where it needs none, or nobody has come yet.
    pub links: Vec<LinkStanding>,
    /// Since when it is as it is, where the links do not say.
    pub since: Option<Timestamp>,
    /// What went wrong last beside what the links say.
    pub trouble: Option<Trouble>,
}

/// A link's state, kept by whoever makes the link.
#[derive(Debug, Default)]
pub struct LinkNote(Mutex<Noted>);

#[derive(Clone, Debug, Default)]
struct Noted {
    up: bool,
    since: Option<Timestamp>,
    trouble: Option<Trouble>,
}

impl LinkNote {
    /// It is up.
    pub fn up(&self, now: Timestamp) {
        let mut noted = self.lock();
        if !noted.up {
            *noted = Noted {
                up: true,
                since: Some(now),
                trouble: noted.trouble.take(),
            };
        }
    }

    /// It is not, or no more, for this reason.
    pub fn down(&self, now: Timestamp, what: impl Into<String>) {
        let mut noted = self.lock();
        if noted.up || noted.since.is_none() {
            noted.up = false;
            noted.since = Some(now);
        }
        noted.trouble = Some(Trouble {
            at: now,
            what: what.into(),
        });
    }

    /// Something went wrong that leaves it as it is.
    pub fn trouble(&self, now: Timestamp, what: impl Into<String>) {
        self.lock().trouble = Some(Trouble {
            at: now,
            what: what.into(),
        });
    }

    /// How it stands, since when, and what went wrong last.
    pub fn read(&self) -> (LinkState, Option<Timestamp>, Option<Trouble>) {
        let noted = self.lock().clone();
        let state = match (noted.up, noted.since) {
            (true, _) => LinkState::Up,
            (false, Some(_)) => LinkState::Down,
            (false, None) => LinkState::Connecting,
        };
        (state, noted.since, noted.trouble)
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(|p| p.into_inner())
    }
}

/// What passes by a carrier, since the start.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    in_flight: AtomicUsize,
    sent: AtomicU64,
    put_off: AtomicU64,
    refused: AtomicU64,
    received: AtomicU64,
    lately: Mutex<Lately>,
}

#[derive(Debug, Default)]
struct Lately {
    sent: Rate,
    received: Rate,
    last_sent_at: Option<Timestamp>,
    trouble: Option<Trouble>,
}

/// A text that is under way.
pub(crate) struct UnderWay(Arc<Flow>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What has passed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passed {
    pub in_flight: usize,
    pub sent: u64,
    pub put_off: u64,
    pub refused: u64,
    pub received: u64,
    pub sent_per_s: f64,
    pub received_per_s: f64,
    pub last_sent_at: Option<Timestamp>,
    pub trouble: Option<Trouble>,
}

impl Flow {
    /// A text is handed over.
    pub fn begin(self: &Arc<Self>) -> UnderWay {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// What the carrier said of it.
    pub fn tried(&self, result: &Result<Sent, OutletError>, now: Timestamp) {
        let (counter, what) = match result {
            Ok(_) => (&self.sent, None),
            Err(OutletError::Refused { detail }) => (&self.refused, Some(detail)),
            Err(OutletError::Retry { detail, .. } | OutletError::Partly { detail, .. }) => {
                (&self.put_off, Some(detail))
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let mut lately = self.lock();
        match what {
            None => {
                lately.sent.count(now);
                lately.last_sent_at = Some(now);
            }
            Some(what) => {
                lately.trouble = Some(Trouble {
                    at: now,
                    what: what.clone(),
                });
            }
        }
    }

    /// A text came by it.
    pub fn received(&self, now: Timestamp) {
        self.received.fetch_add(1, Ordering::Relaxed);
        self.lock().received.count(now);
    }

    pub fn passed(&self, now: Timestamp) -> Passed {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let lately = self.lock();
        Passed {
            in_flight: self.in_flight.load(Ordering::Relaxed),
            sent: of(&self.sent),
            put_off: of(&self.put_off),
            refused: of(&self.refused),
            received: of(&self.received),
            sent_per_s: lately.sent.per_s(now),
            received_per_s: lately.received.per_s(now),
            last_sent_at: lately.last_sent_at,
            trouble: lately.trouble.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(|p| p.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_since_when_it_is_as_it_is_and_what_went_wrong_last() {
        let note = LinkNote::default();
        assert_eq!(note.read(), (LinkState::Connecting, None, None));
        note.down(Timestamp(1), "nobody is there");
        note.down(Timestamp(2), "still nobody");
        let trouble = |at, what: &str| {
            Some(Trouble {
                at: Timestamp(at),
                what: what.into(),
            })
        };
        assert_eq!(
            note.read(),
            (LinkState::Down, Some(Timestamp(1)), trouble(2, "still nobody"))
        );
        note.up(Timestamp(3));
        note.up(Timestamp(4));
        assert_eq!(
            note.read(),
            (LinkState::Up, Some(Timestamp(3)), trouble(2, "still nobody"))
        );
        note.down(Timestamp(5), "gone");
        assert_eq!(
            note.read(),
            (LinkState::Down, Some(Timestamp(5)), trouble(5, "gone"))
        );
    }

    #[test]
    fn what_passes_is_counted_by_what_the_carrier_said() {
        let flow = Arc::new(Flow::default());
        let under_way = flow.begin();
        assert_eq!(flow.passed(Timestamp(0)).in_flight, 1);
        drop(under_way);
        let sent = Sent {
            parts: Vec::new(),
            smsc: None,
            delivered: true,
        };
        flow.tried(&Ok(sent), Timestamp(0));
        flow.tried(&Err(OutletError::Refused { detail: "no".into() }), Timestamp(1));
        flow.tried(
            &Err(OutletError::Retry {
                detail: "later".into(),
                after_ms: None,
            }),
            Timestamp(2),
        );
        flow.received(Timestamp(3));
        let passed = flow.passed(Timestamp(4));
        assert_eq!(
            (
                passed.in_flight,
                passed.sent,
                passed.refused,
                passed.put_off,
                passed.received
            ),
            (0, 1, 1, 1, 1)
        );
        assert_eq!(passed.last_sent_at, Some(Timestamp(0)));
        assert_eq!(passed.trouble.map(|t| t.what), Some("later".to_owned()));
    }
}
