//! Every carrier and trunk of this node as it stands now, for people who look.

use serde::Serialize;
use utoipa::ToSchema;

use super::Switchboard;
use super::error::Result;
use super::intercept::ASK;
use super::registry::Registry;
use super::standing::{CarrierKind, LinkStanding, LinkState, OutletStanding, Trouble};
use super::switching::TrunkView;
use crate::domain::Timestamp;

/// How a carrier does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarrierHealth {
    /// All of it takes traffic.
    Up,
    /// Some of its links, or places, do not.
    Degraded,
    /// It is being reached for the first time.
    Connecting,
    /// Nothing can leave by it: what is for it waits.
    Down,
    /// The settings of this node know no such carrier: what is for it waits until it expires.
    NotConfigured,
}

/// A link of a carrier, or a place of a trunk.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CarrierLink {
    /// Where it leads, without any password. Null to those who are no owners.
    #[schema(example = "smsc.example.net:2775")]
    pub target: Option<String>,
    /// As whom one is bound there. Null to those who are no owners.
    #[schema(example = "acme")]
    pub bound_as: Option<String>,
    /// Of SMPP: `transceiver`, `transmitter` or `receiver`.
    #[schema(example = "transceiver")]
    pub mode: Option<&'static str>,
    /// How it stands.
    pub state: LinkState,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// How many texts may wait for the peer's answer; 0 of what takes no texts.
    #[schema(example = 64, minimum = 0)]
    pub window: usize,
    /// How many do.
    #[schema(example = 3, minimum = 0)]
    pub in_flight: usize,
    /// The texts a second that it keeps to, because the peer asked for fewer; null: as many as the window lets pass.
    #[schema(example = json!(null))]
    pub paced_per_s: Option<f64>,
}

/// The texts of a carrier, since this node's start.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CarrierTexts {
    /// How many it took.
    #[schema(example = 1200, minimum = 0)]
    pub sent: u64,
    /// Tries that it put off: they are made again.
    #[schema(example = 3, minimum = 0)]
    pub put_off: u64,
    /// How many it refused for good.
    #[schema(example = 1, minimum = 0)]
    pub refused: u64,
    /// How many came by it.
    #[schema(example = 1100, minimum = 0)]
    pub received: u64,
    /// How many it took a second, over the last minute.
    #[schema(example = 2.5, minimum = 0)]
    pub sent_per_s: f64,
    /// How many came a second, over the last minute.
    #[schema(example = 2.0, minimum = 0)]
    pub received_per_s: f64,
    /// When it last took one.
    pub last_sent_at: Option<Timestamp>,
    /// How many wait for it, of all nodes.
    #[schema(example = 0, minimum = 0)]
    pub waiting: i64,
    /// How many may be under way to it at once.
    #[schema(example = 64, minimum = 0)]
    pub window: usize,
    /// How many are.
    #[schema(example = 3, minimum = 0)]
    pub in_flight: usize,
}

/// The calls of a trunk, since this node's start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrunkCalls {
    /// Calls at present.
    #[schema(example = 2, minimum = 0)]
    pub now: usize,
    /// How many it may have at once; 0 = no limit.
    #[schema(example = 30, minimum = 0)]
    pub most: usize,
    /// New calls a second that it may have; 0 = no limit.
    #[schema(example = 0, minimum = 0)]
    pub per_s: u32,
    /// How many came by it.
    #[schema(example = 40, minimum = 0)]
    pub incoming: u64,
    /// Attempts that left by it.
    #[schema(example = 38, minimum = 0)]
    pub outgoing: u64,
    /// Of both, those that were answered.
    #[schema(example = 60, minimum = 0)]
    pub answered: u64,
    /// Attempts by it that failed.
    #[schema(example = 2, minimum = 0)]
    pub failed: u64,
    /// Calls above its limits.
    #[schema(example = 0, minimum = 0)]
    pub refused: u64,
    /// Whether it is registered; null where it does not register.
    #[schema(example = json!(null))]
    pub registered: Option<bool>,
    /// Seconds between the OPTIONS that ask whether it is there; 0: it is not asked, and taken to be there.
    #[schema(example = 30, minimum = 0)]
    pub asked_every_s: u32,
    /// Whether it may bring calls.
    pub brings: bool,
    /// Whether calls may leave by it.
    pub takes: bool,
}

/// A carrier or trunk.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Carrier {
    /// Its name in the settings, to which pool numbers refer.
    #[schema(example = "acme")]
    pub name: String,
    /// What it is.
    pub kind: CarrierKind,
    /// How it does.
    pub state: CarrierHealth,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// What went wrong last, whether or not that is over.
    pub trouble: Option<Trouble>,
    /// Its links, or places; of a gateway those that are bound now.
    pub links: Vec<CarrierLink>,
    /// Its texts; null of a trunk.
    pub texts: Option<CarrierTexts>,
    /// Its calls; null of what carries texts.
    pub calls: Option<TrunkCalls>,
}

/// All of them, as one node sees them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CarrierView {
    /// Which node says this: links and counts are its own.
    #[schema(example = 0, minimum = 0)]
    pub node: u16,
    /// When it started: counts are of what was since.
    pub since: Timestamp,
    /// The carriers and trunks, by name.
    pub data: Vec<Carrier>,
}

impl CarrierView {
    /// What concerns nobody's accounts: without addresses, names of accounts, and what went wrong in words.
    pub fn without_accounts(mut self) -> Self {
        for carrier in &mut self.data {
            carrier.trouble = None;
            for link in &mut carrier.links {
                (link.target, link.bound_as, link.trouble) = (None, None, None);
            }
        }
        self
    }
}

/// How a carrier does whose links stand so. What takes texts decides, where anything does.
fn health(links: &[(LinkState, bool)]) -> CarrierHealth {
    let sending = links.iter().any(|(_, sends)| *sends);
    let counts: Vec<LinkState> = links
        .iter()
        .filter(|(_, sends)| *sends || !sending)
        .map(|(state, _)| *state)
        .collect();
    let up = counts.iter().filter(|state| **state == LinkState::Up).count();
    let all_up = links.iter().all(|(state, _)| *state == LinkState::Up);
    match (up, all_up) {
        (0, _) if !counts.is_empty() && counts.iter().all(|s| *s == LinkState::Connecting) => {
            CarrierHealth::Connecting
        }
        (0, _) => CarrierHealth::Down,
        (_, true) => CarrierHealth::Up,
        _ => CarrierHealth::Degraded,
    }
}

/// Since when: up since the first of its links came, down since the last went.
fn since(state: CarrierHealth, links: &[CarrierLink]) -> Option<Timestamp> {
    let of = |wanted: LinkState| {
        links
            .iter()
            .filter(move |l| l.state == wanted)
            .filter_map(|l| l.since)
    };
    match state {
        CarrierHealth::Up => of(LinkState::Up).min(),
        CarrierHealth::Degraded | CarrierHealth::Down => of(LinkState::Down).max(),
        CarrierHealth::Connecting | CarrierHealth::NotConfigured => None,
    }
}

fn latest(troubles: impl IntoIterator<Item = Option<Trouble>>) -> Option<Trouble> {
    troubles.into_iter().flatten().max_by_key(|trouble| trouble.at)
}

fn link(of: LinkStanding) -> CarrierLink {
    CarrierLink {
        target: Some(of.target),
        bound_as: of.bound_as,
        mode: of.mode,
        state: of.state,
        since: of.since,
        trouble: of.trouble,
        window: of.window,
        in_flight: of.in_flight,
        paced_per_s: of.paced_per_s.map(|rate| (rate * 10.0).round() / 10.0),
    }
}

/// A rate as people read it.
pub(super) fn rounded(rate: f64) -> f64 {
    (rate * 1_000.0).round() / 1_000.0
}

/// A carrier of texts.
fn carrier(name: &str, registry: &Registry, waiting: i64, now: Timestamp) -> Carrier {
    let outlet = registry.outlet(name);
    let passed = registry.flow(name).passed(now);
    let standing = outlet.as_ref().map(|o| o.standing());
    let window = outlet.as_ref().map_or(0, |o| o.window());
    let ready = outlet.as_ref().is_some_and(|o| o.is_ready());
    let OutletStanding {
        kind,
        links,
        since: own_since,
        trouble,
    } = standing.unwrap_or_default();
    let states: Vec<(LinkState, bool)> = links.iter().map(|l| (l.state, l.sends)).collect();
    let links: Vec<CarrierLink> = links.into_iter().map(link).collect();
    let state = match (&outlet, states.is_empty(), ready) {
        (None, ..) => CarrierHealth::NotConfigured,
        (Some(_), true, true) => CarrierHealth::Up,
        (Some(_), true, false) => CarrierHealth::Down,
        (Some(_), false, _) => health(&states),
    };
    let troubles = links
        .iter()
        .map(|l| l.trouble.clone())
        .chain([trouble, passed.trouble]);
    Carrier {
        name: name.to_owned(),
        kind,
        state,
        since: since(state, &links).or(own_since),
        trouble: latest(troubles.collect::<Vec<_>>()),
        texts: Some(CarrierTexts {
            sent: passed.sent,
            put_off: passed.put_off,
            refused: passed.refused,
            received: passed.received,
            sent_per_s: rounded(passed.sent_per_s),
            received_per_s: rounded(passed.received_per_s),
            last_sent_at: passed.last_sent_at,
            waiting,
            window,
            in_flight: passed.in_flight,
        }),
        links,
        calls: None,
    }
}

/// A trunk.
fn trunk(of: TrunkView) -> Carrier {
    let places: Vec<LinkState> = of.places.iter().map(|(_, state)| *state).collect();
    let all_up = places.iter().all(|state| *state == LinkState::Up);
    // One that only brings calls is well where it is registered, if it has to be.
    let is_well = of.up || !of.outbound && places.is_empty() && of.registered != Some(false);
    let state = match (is_well, all_up) {
        (true, true) => CarrierHealth::Up,
        (true, false) => CarrierHealth::Degraded,
        (false, _) => CarrierHealth::Down,
    };
    let links = of.places.into_iter().map(|(target, state)| CarrierLink {
        target: Some(target),
        bound_as: None,
        mode: None,
        state,
        since: None,
        trouble: None,
        window: 0,
        in_flight: 0,
        paced_per_s: None,
    });
    Carrier {
        name: of.name,
        kind: CarrierKind::SipTrunk,
        state,
        since: of.since,
        trouble: of.trouble,
        links: links.collect(),
        texts: None,
        calls: Some(TrunkCalls {
            now: of.channels,
            most: of.max_channels,
            per_s: of.calls_per_s,
            incoming: of.calls_in,
            outgoing: of.calls_out,
            answered: of.answered,
            failed: of.failed,
            refused: of.refused,
            registered: of.registered,
            asked_every_s: of.keep_alive_s,
            brings: of.inbound,
            takes: of.outbound,
        }),
    }
}

impl Switchboard {
    /// How all carriers and trunks of this node stand.
    pub async fn carrier_view(&self) -> Result<CarrierView> {
        let waiting = self.outbox_by_carrier().await?;
        let (registry, now) = (self.registry(), self.now());
        let mut names = registry.names();
        let unknown = waiting.iter().map(|(name, _)| name.clone());
        names.extend(unknown.filter(|name| name != ASK));
        names.sort();
        names.dedup();
        let of = |name: &str| {
            waiting
                .iter()
                .find(|(of, _)| of == name)
                .map_or(0, |(_, rows)| *rows)
        };
        let mut data: Vec<Carrier> = names
            .iter()
            .map(|name| carrier(name, &registry, of(name), now))
            .collect();
        data.extend(self.trunks_now());
        Ok(CarrierView {
            node: self.node(),
            since: self.inner.began,
            data,
        })
    }

    /// The carrier of that name as it stands, without what waits for it.
    pub(super) fn carrier_now(&self, name: &str) -> Carrier {
        carrier(name, &self.registry(), 0, self.now())
    }

    /// How the trunks stand.
    pub(super) fn trunks_now(&self) -> Vec<Carrier> {
        let trunks = self.voice().map(|voice| voice.trunks()).unwrap_or_default();
        trunks.into_iter().map(trunk).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_texts_decides_how_a_carrier_does() {
        use LinkState::{Connecting, Down, Up};
        for (links, wanted) in [
            (vec![(Up, true)], CarrierHealth::Up),
            (vec![(Up, true), (Up, false)], CarrierHealth::Up),
            (vec![(Up, true), (Down, false)], CarrierHealth::Degraded),
            (vec![(Down, true), (Up, false)], CarrierHealth::Down),
            (vec![(Up, true), (Down, true)], CarrierHealth::Degraded),
            (
                vec![(Connecting, true), (Connecting, false)],
                CarrierHealth::Connecting,
            ),
            (vec![(Connecting, true), (Down, true)], CarrierHealth::Down),
            (vec![(Up, false)], CarrierHealth::Up),
        ] {
            assert_eq!(health(&links), wanted, "{links:?}");
        }
    }
}
