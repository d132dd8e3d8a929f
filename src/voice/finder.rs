//! Looks up where trunks are, again and again as long as what was found holds. What was found before stays where a
//! lookup fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::resolve::{Candidate, Families, Lookups, resolve};
use super::trunks::{Directory, Table, Trunk};
use crate::config::sip::Target;

/// How soon a lookup is repeated, however briefly its answer holds, and how late at most.
const SOONEST: Duration = Duration::from_secs(5);
const LATEST: Duration = Duration::from_secs(3600);
/// How soon one that failed is repeated.
const AFTER_FAILURE: Duration = Duration::from_secs(15);

/// A task for each trunk.
pub struct Finder {
    directory: Arc<Directory>,
    lookups: Arc<dyn Lookups>,
    families: Families,
    tasks: HashMap<Arc<str>, (Arc<Trunk>, DropGuard)>,
}

impl Finder {
    /// No task yet.
    pub fn new(directory: Arc<Directory>, lookups: Arc<dyn Lookups>, families: Families) -> Self {
        Self {
            directory,
            lookups,
            families,
            tasks: HashMap::new(),
        }
    }

    /// Looks for the trunks of that table from now on, and for no others. Those given by address are found when this
    /// returns.
    pub async fn follow(&mut self, table: &Table) {
        let same =
            |(trunk, _): &(Arc<Trunk>, DropGuard)| table.trunks().iter().any(|t| Arc::ptr_eq(t, trunk));
        self.tasks.retain(|_, task| same(task));
        for trunk in table.trunks() {
            if self.tasks.contains_key(&trunk.name) {
                continue;
            }
            let stop = CancellationToken::new();
            let search = Search {
                trunk: trunk.clone(),
                directory: self.directory.clone(),
                lookups: self.lookups.clone(),
                families: self.families,
            };
            // An address is its own answer: there is nothing to wait for.
            let by_address = trunk.targets.iter().chain(&trunk.registrar).all(is_address);
            let first = if by_address {
                Some(search.once().await)
            } else {
                None
            };
            if first != Some(None) {
                let stopped = stop.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        biased;
                        () = stopped.cancelled() => {}
                        () = search.run() => {}
                    }
                });
            }
            self.tasks
                .insert(trunk.name.clone(), (trunk.clone(), stop.drop_guard()));
        }
    }
}

fn is_address(target: &Target) -> bool {
    target.host.parse::<std::net::IpAddr>().is_ok()
}

struct Search {
    trunk: Arc<Trunk>,
    directory: Arc<Directory>,
    lookups: Arc<dyn Lookups>,
    families: Families,
}

impl Search {
    async fn run(self) {
        while let Some(wait) = self.once().await {
            sleep(wait).await;
        }
    }

    /// After which time to look again; None where there is nothing that could change.
    async fn once(&self) -> Option<Duration> {
        let mut again: Option<Duration> = None;
        let mut soon = |wait: Option<Duration>| {
            again = match (again, wait) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        };
        for (index, target) in self.trunk.targets.iter().enumerate() {
            let (found, wait) = self.look(target, index).await;
            soon(wait);
            if let Some(candidates) = found {
                self.trunk.set_places(index, candidates);
            }
        }
        if let Some(registrar) = &self.trunk.registrar {
            let (found, wait) = self.look(registrar, 0).await;
            soon(wait);
            if let Some(candidates) = found {
                self.trunk.set_registrar(candidates);
            }
        }
        let hops = super::trunks::all_hops(&self.trunk.standing.places());
        self.trunk.standing.with_health(|health| health.keep(&hops));
        self.directory.refresh();
        again
    }

    async fn look(&self, target: &Target, index: usize) -> (Option<Vec<Candidate>>, Option<Duration>) {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let transport = self.trunk.config.transport;
        match resolve(&*self.lookups, target, index, transport, self.families).await {
            Ok(found) => {
                let wait = found
                    .ttl_s
                    .map(|ttl| Duration::from_secs(ttl.into()).clamp(SOONEST, LATEST));
                (Some(found.candidates), wait)
            }
            Err(error) => {
                tracing::warn!(trunk = %self.trunk.name, %error, "a SIP trunk could not be found");
                (None, Some(AFTER_FAILURE))
            }
        }
    }
}
