//! The API for apps and admins: JSON over HTTP under `/v1`, and the health doors.
//!
//! One noun a file; [`routes`] has every route in one place. Knows the exchange and the words of the
//! house, nothing else.

mod admin_page;
mod admin_users;
mod assignments;
mod auth;
mod blocks;
mod book;
mod book_links;
mod branch;
mod bulk;
mod calls;
mod campaigns;
mod capacity;
mod carriers;
mod client_address;
mod communities;
mod contact_history;
mod contacts;
mod deliveries;
mod devices;
mod digest;
mod docs;
mod endpoints;
mod erasures;
mod etag;
mod events;
mod feed;
mod guesses;
mod health;
mod hubs;
mod imports;
mod interactions;
mod json;
mod keys;
mod loopback;
mod loopback_calls;
mod masking;
mod members;
mod messages;
mod metrics;
mod numbers;
mod observe;
pub mod oidc;
pub mod openapi;
mod opt_ins;
mod opt_outs;
mod pace;
mod page;
mod path;
mod pool_files;
mod pools;
mod problem;
mod query;
mod releases;
mod repeat;
mod resolve;
pub mod routes;
mod sessions;
mod sign_ins;
mod streams;
mod supervised;
mod swaps;
#[cfg(test)]
mod tests;
mod traffic;
mod verifications;
mod voice_metrics;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer};

use crate::config::callbacks::CallbacksConfig;
use crate::config::http::{HttpConfig, MetricsAccess, SecureCookies};
use crate::switchboard::phones::VirtualPhones;
use crate::switchboard::{Switchboard, TagKey};

/// Where request ids and key tokens come from.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// What the API works with. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The exchange.
    pub board: Switchboard,
    /// The loopback carrier's phones, where it is on.
    pub phones: Option<Arc<dyn VirtualPhones>>,
    /// 32 random bytes at each call, fit for secrets.
    pub random: Random,
    /// The key of entity tags.
    pub tags: TagKey,
    /// Which URLs may be called back.
    pub callbacks: Arc<CallbacksConfig>,
    /// The provider at which people sign in, where there is one.
    pub oidc: Option<Arc<oidc::Oidc>>,
}

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Longest body, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
}

/// What all workers of one server share.
pub(crate) struct Shared {
    paces: pace::Paces,
    guesses: guesses::Guesses,
    sign_ins: sign_ins::SignIns,
    proxies: client_address::Proxies,
    secure_cookies: SecureCookies,
    book_paces: pace::BookPaces,
    /// What links to this server begin with; empty where nobody has said.
    public_url: String,
    metrics: Arc<metrics::Metrics>,
    metrics_access: MetricsAccess,
    streams: streams::Streams,
    feed: Arc<feed::Feed>,
    repeats: repeat::Sweeper,
}

impl Shared {
    /// Made once for a server; begins to count what happens on the exchange.
    pub fn new(config: &HttpConfig, state: &ApiState) -> Data<Self> {
        let metrics = Arc::new(metrics::Metrics::new());
        state.board.observe(metrics.clone());
        Data::new(Self {
            paces: pace::Paces::new(config.requests_per_s, config.burst),
            guesses: guesses::Guesses::new(config.failed_auths_per_minute),
            sign_ins: sign_ins::SignIns::new(config.failed_auths_per_minute),
            proxies: client_address::Proxies::new(config),
            secure_cookies: config.secure_cookies,
            book_paces: pace::BookPaces::new(config.book_requests_per_minute),
            public_url: config.public().to_owned(),
            metrics,
            metrics_access: config.metrics,
            streams: streams::Streams::new(config.max_event_streams),
            feed: Arc::default(),
            repeats: repeat::Sweeper::default(),
        })
    }
}

/// Puts the whole API into an actix application. It answers at every path, so that routes of others go first.
pub(crate) fn configure(cfg: &mut ServiceConfig, config: &HttpConfig, state: ApiState, shared: Data<Shared>) {
    let limits = Limits {
        body_bytes: config.max_body_bytes,
        body_time: Duration::from_secs(config.request_timeout_s),
    };
    let doors = routes::tree()
        .into_iter()
        .fold(web::scope(""), |scope, branch| branch.build_into(scope));
    cfg.app_data(Data::new(state))
        .app_data(Data::new(limits))
        .app_data(shared)
        .configure(admin_page::configure)
        .service(doors.wrap(from_fn(observe::observe)));
}

/// Listens, and returns the server with the addresses that it got. It serves once it is awaited;
/// signals are left to the caller, who stops it by its handle. `others` adds the routes of other rooms.
pub fn bind(
    config: &HttpConfig,
    state: ApiState,
    others: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<(Server, Vec<SocketAddr>)> {
    let (settings, shared) = (config.clone(), Shared::new(config, &state));
    let server = HttpServer::new(move || {
        let (settings, state, shared) = (settings.clone(), state.clone(), shared.clone());
        App::new()
            .configure(others.clone())
            .configure(move |cfg| configure(cfg, &settings, state, shared))
    })
    .workers(config.workers)
    .disable_signals()
    .client_request_timeout(Duration::from_secs(config.request_timeout_s))
    .keep_alive(Duration::from_secs(config.keep_alive_s))
    .shutdown_timeout(config.shutdown_timeout_s)
    .bind(&config.listen)
    .map_err(|e| io::Error::new(e.kind(), format!("cannot listen on {}: {e}", config.listen)))?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}
