//! One trunk as it is configured, and as it stands.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::all_hops;
use super::bucket::Bucket;
use super::health::Health;
use crate::config::sip::{CallerHeader, NumberStyle, Target, TrunkConfig, TrunkTransport};
use crate::config::smpp::IpRange;
use crate::domain::{E164, Timestamp};
use crate::switchboard::standing::{LinkNote, LinkState};
use crate::switchboard::switching::TrunkView;
use crate::voice::resolve::Candidate;
use crate::wire::sip::Millis;
use crate::wire::sip::flow::Transport;
use crate::wire::sip::identity::{Format, Source, Style};

/// A trunk. It does not change: where the settings do, there is another, with the same [`Standing`].
#[derive(Debug)]
pub struct Trunk {
    /// Its name in the settings.
    pub name: Arc<str>,
    /// Its settings.
    pub config: TrunkConfig,
    /// Where its calls go.
    pub targets: Vec<Target>,
    /// Where it registers.
    pub registrar: Option<Target>,
    /// How it writes numbers.
    pub format: Format,
    /// The headers by which it is trusted.
    pub trust: Vec<Source>,
    /// Where its requests come from.
    pub allow: Vec<IpRange>,
    /// What changes.
    pub standing: Arc<Standing>,
    /// Which of those that had its standing it is.
    generation: u64,
}

/// How a trunk stands; kept while its name is.
#[derive(Debug, Default)]
pub struct Standing {
    /// Calls by it at present.
    pub channels: AtomicUsize,
    /// Whether it is registered.
    pub registered: AtomicBool,
    /// Calls that came by it.
    pub calls_in: AtomicU64,
    /// Attempts that left by it.
    pub calls_out: AtomicU64,
    /// Of both, those answered.
    pub answered: AtomicU64,
    /// Attempts that failed.
    pub failed: AtomicU64,
    /// Calls above its limits.
    pub refused: AtomicU64,
    /// Since when calls can leave by it, or cannot, and what went wrong last.
    pub note: LinkNote,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The trunk whose targets these are: another's search that ends late must not put its places here.
    generation: u64,
    /// Per target, what was found of it.
    places: Vec<Vec<Candidate>>,
    registrar: Vec<Candidate>,
    health: Health,
    rate: Bucket,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            generation: 0,
            places: Vec::new(),
            registrar: Vec::new(),
            health: Health::default(),
            rate: Bucket::new(0),
        }
    }
}

/// A call's place on a trunk; given back when it is dropped.
#[derive(Debug)]
pub struct Channel {
    standing: Arc<Standing>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.standing.channels.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Trunk {
    /// From its settings, which have been checked. `before` is the trunk that had the name until now; what was found for
    /// it holds where the same is looked for, until it has been looked for again.
    pub fn new(name: &str, config: &TrunkConfig, before: Option<&Self>) -> Self {
        let standing = before.map(|trunk| trunk.standing.clone()).unwrap_or_default();
        let before = before.filter(|trunk| trunk.config.transport == config.transport);
        let registrar = Target::parse(&config.registrar);
        let targets: Vec<Target> = config
            .targets
            .iter()
            .filter_map(|text| Target::parse(text))
            .collect();
        let generation = {
            let mut inner = standing.lock();
            inner.rate.set_rate(config.calls_per_s);
            inner.generation += 1;
            let known = std::mem::take(&mut inner.places);
            let kept = |(index, target): (usize, &Target)| {
                let at = before?.targets.iter().position(|known| known == target)?;
                Some(ranked(known.get(at)?, index))
            };
            inner.places = targets
                .iter()
                .enumerate()
                .map(|target| kept(target).unwrap_or_default())
                .collect();
            if before.is_none_or(|trunk| trunk.registrar != registrar) {
                inner.registrar.clear();
            }
            inner.generation
        };
        Self {
            name: Arc::from(name),
            registrar,
            format: format(config),
            trust: config.trust.iter().copied().map(source).collect(),
            allow: config
                .allow
                .iter()
                .filter_map(|text| IpRange::parse(text))
                .collect(),
            targets,
            config: config.clone(),
            standing,
            generation,
        }
    }

    /// Where a target was found; of no use where another trunk has the name by now.
    pub fn set_places(&self, target: usize, candidates: Vec<Candidate>) {
        let mut inner = self.standing.lock();
        if inner.generation == self.generation
            && let Some(places) = inner.places.get_mut(target)
        {
            *places = candidates;
        }
    }

    /// Where the registrar was found.
    pub fn set_registrar(&self, candidates: Vec<Candidate>) {
        let mut inner = self.standing.lock();
        if inner.generation == self.generation {
            inner.registrar = candidates;
        }
    }

    /// Whether a registration of the other is one of this: the same place, name and way.
    pub fn registers_like(&self, other: &Self) -> bool {
        let of = |trunk: &Self| (trunk.registrar.clone(), trunk.config.transport);
        of(self) == of(other) && self.config.username == other.config.username
    }

    /// Whether its own requests must authenticate.
    pub fn wants_digest(&self) -> bool {
        !self.config.inbound_password.is_empty()
    }

    /// Whether it is admitted from any address, by digest alone.
    pub fn is_roaming(&self) -> bool {
        self.wants_digest() && self.allow.is_empty() && self.targets.is_empty()
    }

    /// How far it reaches that phone: the length of the prefix, nought where it reaches all; None where it does not.
    pub fn reach(&self, phone: E164) -> Option<usize> {
        if self.config.reaches.is_empty() {
            return Some(0);
        }
        let matching = self
            .config
            .reaches
            .iter()
            .filter(|prefix| phone.has_prefix(prefix));
        matching.map(String::len).max()
    }

    /// Whether calls may leave by it as far as registration goes.
    pub fn is_ready(&self) -> bool {
        self.registrar.is_none() || self.standing.registered.load(Ordering::Relaxed)
    }

    /// A place for a call, within its limits. What is above them is counted.
    pub fn seize(&self, now: Millis) -> Option<Channel> {
        let most = self.config.max_channels;
        let rate = self.standing.lock().rate.take(now);
        let room = most == 0 || self.standing.channels.load(Ordering::Relaxed) < most;
        if rate && room {
            return Some(self.enter());
        }
        self.standing.refused.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// Whether [`Trunk::seize`] would give one.
    pub fn has_room(&self, now: Millis) -> bool {
        let most = self.config.max_channels;
        (most == 0 || self.standing.channels.load(Ordering::Relaxed) < most)
            && self.standing.lock().rate.has(now)
    }

    fn enter(&self) -> Channel {
        self.standing.channels.fetch_add(1, Ordering::Relaxed);
        Channel {
            standing: self.standing.clone(),
        }
    }

    /// Whether calls can leave by it, as far as anything is known; of one that only brings them, whether it is
    /// registered where it has to be.
    fn is_well(&self) -> bool {
        (self.targets.is_empty() || self.leads_somewhere()) && self.is_ready()
    }

    fn leads_somewhere(&self) -> bool {
        let hops = all_hops(&self.standing.places());
        self.standing
            .with_health(|health| hops.iter().any(|hop| !health.has_failed(hop)))
    }

    /// What is known to be wrong with it, in words of our own.
    fn ails(&self) -> Option<&'static str> {
        let nowhere = |places: &[Vec<Candidate>]| places.iter().all(Vec::is_empty);
        let places = self.standing.places();
        match () {
            () if !self.targets.is_empty() && nowhere(&places) => Some("none of its targets has an address"),
            () if !self.is_ready() && self.standing.registrar().is_empty() => {
                Some("its registrar has no address")
            }
            () if !self.is_ready() => Some("it is not registered"),
            () => None,
        }
    }

    /// Notes since when it is well, or is not.
    pub fn note_state(&self, now: Timestamp) {
        let note = &self.standing.note;
        let (state, _, trouble) = note.read();
        match (self.is_well(), state) {
            (true, LinkState::Up) | (false, LinkState::Down) => {}
            (true, _) => note.up(now),
            (false, _) => {
                let known = trouble.filter(|t| now.since(t.at) < 5_000).map(|t| t.what);
                note.down(
                    now,
                    known.unwrap_or_else(|| self.ails().unwrap_or("it does not answer").into()),
                );
            }
        }
    }

    /// How it stands, for people and metrics.
    pub fn view(&self) -> TrunkView {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let standing = &self.standing;
        let up = self.leads_somewhere() && self.is_ready();
        let (_, since, trouble) = standing.note.read();
        let places = all_hops(&standing.places()).into_iter().map(|hop| {
            let failed = standing.with_health(|health| health.has_failed(&hop));
            let state = match failed {
                true => LinkState::Down,
                false => LinkState::Up,
            };
            (format!("{} {}", transport_word(hop.transport), hop.remote), state)
        });
        TrunkView {
            since,
            trouble,
            places: places.collect(),
            max_channels: self.config.max_channels,
            calls_per_s: self.config.calls_per_s,
            keep_alive_s: self.config.keep_alive_s,
            inbound: self.config.inbound,
            outbound: self.config.outbound && !self.targets.is_empty(),
            name: self.name.to_string(),
            up,
            registered: self
                .registrar
                .as_ref()
                .map(|_| standing.registered.load(Ordering::Relaxed)),
            channels: standing.channels.load(Ordering::Relaxed),
            calls_in: of(&standing.calls_in),
            calls_out: of(&standing.calls_out),
            answered: of(&standing.answered),
            failed: of(&standing.failed),
            refused: of(&standing.refused),
        }
    }
}

impl Standing {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where each target is.
    pub fn places(&self) -> Vec<Vec<Candidate>> {
        self.lock().places.clone()
    }

    /// Where the registrar is.
    pub fn registrar(&self) -> Vec<Candidate> {
        self.lock().registrar.clone()
    }

    /// Which hops are worth trying.
    pub fn with_health<R>(&self, use_it: impl FnOnce(&mut Health) -> R) -> R {
        use_it(&mut self.lock().health)
    }
}

/// Places of a target that has another index now.
fn ranked(places: &[Candidate], index: usize) -> Vec<Candidate> {
    let index = u16::try_from(index).unwrap_or(u16::MAX);
    let moved = places.iter().map(|candidate| Candidate {
        rank: (index, candidate.rank.1, candidate.rank.2),
        ..candidate.clone()
    });
    moved.collect()
}

fn format(config: &TrunkConfig) -> Format {
    Format {
        style: match config.numbers {
            NumberStyle::E164 => Style::Plus,
            NumberStyle::Digits => Style::Bare,
            NumberStyle::National => Style::National,
        },
        country_code: config.country_code.clone(),
        national_prefix: config.national_prefix.clone(),
        international_prefix: config.international_prefix.clone(),
    }
}

fn source(header: CallerHeader) -> Source {
    match header {
        CallerHeader::PAssertedIdentity => Source::AssertedIdentity,
        CallerHeader::RemotePartyId => Source::RemoteParty,
        CallerHeader::From => Source::From,
    }
}

fn transport_word(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Tls => "tls",
    }
}

/// How a trunk's URIs name its transport; UDP goes without saying.
pub fn transport_parameter(transport: TrunkTransport) -> &'static str {
    match transport {
        TrunkTransport::Auto | TrunkTransport::Udp => "",
        TrunkTransport::Tcp => ";transport=tcp",
        TrunkTransport::Tls => ";transport=tls",
    }
}
