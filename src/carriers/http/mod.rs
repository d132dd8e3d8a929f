//! Carriers by HTTP as an edge: providers post texts and statuses to us (webhooks), texts leave by their REST
//! calls, and media (MMS) pass through links of our own.
//!
//! What a provider's words mean is its driver's affair (`twilio.rs`, `telnyx.rs`): data in, data out. The
//! sockets are here once for all of them: `rest.rs` calls, `doors.rs` answers, `fetch.rs` fetches media.

mod arrival;
mod doors;
mod driver;
mod fetch;
mod held;
mod rest;
mod telnyx;
mod twilio;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize};
use std::time::Duration;

use reqwest::{Client, redirect};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use self::arrival::Arrivals;
use self::doors::Inner;
pub use self::doors::{Doors, configure};
use self::driver::Driver;
use self::rest::HttpCarrier;
use self::telnyx::Telnyx;
use self::twilio::Twilio;
use crate::config::http_carriers::{HttpCarrierConfig, HttpCarriersConfig, Provider};
use crate::domain::Clock;
use crate::switchboard::media::MediaShelf;
use crate::switchboard::outlet::{Exchange, Outlet};
use crate::switchboard::standing::LinkNote;

/// Where tokens come from: 32 random bytes at each call, fit for secrets.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// How often expired media are looked for.
const SWEEP: Duration = Duration::from_secs(600);

/// Why carriers by HTTP could not start.
#[derive(Debug, Error)]
pub enum HttpEdgeError {
    /// The settings are wrong.
    #[error("the http_carriers settings are wrong: {}", .0.join("; "))]
    Config(Vec<String>),
    /// There is no way to make calls: no certificates to trust, for instance.
    #[error("cannot make HTTPS calls: {0}")]
    Client(#[from] reqwest::Error),
}

/// Carriers by HTTP before they serve.
pub struct HttpEdge {
    public_url: String,
    carriers: BTreeMap<String, Arc<HttpCarrier>>,
    arrivals: Option<Arrivals>,
    clock: Arc<dyn Clock>,
}

impl HttpEdge {
    /// Checks the settings and makes the outlets.
    pub fn new(
        config: &HttpCarriersConfig,
        clock: Arc<dyn Clock>,
        random: Random,
    ) -> Result<Self, HttpEdgeError> {
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(HttpEdgeError::Config(problems));
        }
        let (mut carriers, mut arrivals) = (BTreeMap::new(), None);
        if !config.carriers.is_empty() {
            let client = Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .timeout(Duration::from_secs(config.request_timeout_s))
                .build()?;
            arrivals = Some(Arrivals::new(config, random)?);
            for (name, carrier) in &config.carriers {
                let outlet = HttpCarrier {
                    name: name.clone(),
                    reaches: carrier.reaches.clone(),
                    window: carrier.window,
                    mms: carrier.mms,
                    base: carrier.base().to_owned(),
                    status_url: format!("{}/carriers/{name}/status", config.public()),
                    driver: driver(carrier),
                    client: client.clone(),
                    clock: clock.clone(),
                    paused_until: AtomicI64::new(0),
                    note: LinkNote::default(),
                    in_flight: AtomicUsize::new(0),
                };
                carriers.insert(name.clone(), Arc::new(outlet));
            }
        }
        Ok(Self {
            public_url: config.public().to_owned(),
            carriers,
            arrivals,
            clock,
        })
    }

    /// One outlet for each carrier.
    pub fn outlets(&self) -> Vec<Arc<dyn Outlet>> {
        let outlets = self.carriers.values();
        outlets.map(|outlet| outlet.clone() as Arc<dyn Outlet>).collect()
    }

    /// What links to media begin with; `None` where there are no carriers to bring any.
    pub fn media_links(&self) -> Option<String> {
        (!self.carriers.is_empty()).then(|| format!("{}/media/", self.public_url))
    }

    /// What the routes work with.
    pub fn doors(self, exchange: Arc<dyn Exchange>, shelf: Arc<dyn MediaShelf>) -> Doors {
        Doors {
            inner: Arc::new(Inner {
                public_url: self.public_url,
                carriers: self.carriers,
                arrivals: self.arrivals,
                exchange,
                shelf,
                clock: self.clock,
                readers: held::Readers::new(held::READERS),
            }),
        }
    }
}

fn driver(config: &HttpCarrierConfig) -> Arc<dyn Driver> {
    match config.provider {
        Provider::Twilio => Arc::new(Twilio::new(
            config.base(),
            &config.account_sid,
            &config.auth_token,
        )),
        Provider::Telnyx => Arc::new(Telnyx::new(
            config.base(),
            &config.api_key,
            &config.public_key,
            config.tolerance_s,
        )),
    }
}

/// Forgets expired media now and then, until told to stop.
pub async fn sweep_media(shelf: Arc<dyn MediaShelf>, stop: CancellationToken) {
    loop {
        match shelf.forget_media().await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "expired media could not be removed"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}
