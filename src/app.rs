//! The composition root: the only room that knows all rooms, and the only one that asks the machine for
//! the time and for randomness.
// Everybody else takes a Clock and an Rng; here they come from.
#![allow(clippy::disallowed_methods)]

mod demo;
mod phones;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::api::oidc::Oidc;
use crate::api::{self, ApiState};
use crate::callbacks::CallbacksEdge;
use crate::carriers::http::{self, HttpEdge};
use crate::carriers::loopback::Loopback;
use crate::carriers::loopback::lines::{BoundLines, Lines};
use crate::carriers::smpp::{SmppEdge, SmppService};
use crate::config::database::LAST_NODE;
use crate::config::log::{LogConfig, LogFormat};
use crate::config::smpp::Password;
use crate::config::{Config, Problems};
use crate::domain::admin::Role;
use crate::domain::history::Actor;
use crate::domain::id::MAX_NODES;
use crate::domain::{Clock, IdGenerator, Timestamp};
use crate::store::node::NodeLock;
use crate::store::{DatabaseUrl, Db, Durability, StoreError, migrations};
use crate::switchboard::phones::VirtualPhones;
use crate::switchboard::switching::CallExchange;
use crate::switchboard::{AdminSettings, Switchboard, TotpKey, link_path};
use crate::voice::{VoiceEdge, VoiceService};
use demo::NextStep;
use phones::{LoopbackPhones, ToldExchange, ToldOutlet};

/// Threads of the runtime on which links and the dispatcher run.
const WORKERS: usize = 2;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(chrono::Utc::now().timestamp_millis())
    }
}

/// 32 random bytes, fit for secrets.
pub fn random_bytes() -> [u8; 32] {
    rand::random()
}

/// A runtime for one command.
pub fn command_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The database for a command that writes, brought up to date.
pub fn open_for_writing(config: &Config) -> Result<Db, StoreError> {
    migrations::open_migrated(&config.database.url, Durability::Command)
}

/// The database for a command that only looks: it makes no database, and changes none.
pub fn open_for_reading(config: &Config) -> Result<Db, StoreError> {
    let url = DatabaseUrl::parse(&config.database.url)?;
    let stale =
        |what: &str| StoreError::Open(format!("{} {what}; run `partyline migrate` first", url.shown()));
    if let DatabaseUrl::Sqlite(path) = &url
        && !path.exists()
    {
        return Err(stale("does not exist yet"));
    }
    let db = Db::open(&config.database.url, Durability::Command)?;
    match migrations::pending(&db)?.is_empty() {
        true => Ok(db),
        false => Err(stale("is not up to date")),
    }
}

/// An exchange for a command, without outlets. Must be called within a runtime.
pub fn command_board(config: &Config, db: Db) -> Switchboard {
    // Ids carry the node that made them. Servers hold the numbers up to LAST_NODE by a lock; commands are
    // too short-lived for a lock of their own, so they take one of the others by chance: two commands would
    // have to draw the same number within the same millisecond to make the same id, and the primary key
    // would still refuse the second.
    let node = rand::random_range(LAST_NODE + 1..MAX_NODES);
    let ids = IdGenerator::new(node);
    let board = Switchboard::new(db, Arc::new(SystemClock), ids, config.outlet_names())
        .with_default_policy(config.policies.clone())
        .by(Actor::Cli);
    for (outlet, prefixes) in config.outlet_reaches() {
        board.declare_reaches(outlet, prefixes);
    }
    board
}

/// How people's sign-in is kept, with the key out of its file.
pub fn admin_settings(config: &Config) -> anyhow::Result<AdminSettings> {
    // What is wrong with it was said with the settings; here it is read a second time.
    let text = config
        .http
        .totp_key()
        .map_err(|problem| anyhow!("http: {problem}"))?;
    let key =
        |text: Password| TotpKey::parse(&text).ok_or_else(|| anyhow!("http.totp_key_file holds no key"));
    let totp_key = text.map(key).transpose()?;
    Ok(AdminSettings {
        totp_key,
        audit_kept_s: config.http.audit_log_kept_s,
    })
}

/// Loads the settings again.
pub type Reload = Box<dyn Fn() -> Result<Config, Problems> + Send + Sync>;

/// Microseconds of a clock that never goes back.
fn stopwatch() -> Arc<dyn Fn() -> u64 + Send + Sync> {
    let began = std::time::Instant::now();
    Arc::new(move || u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX))
}

/// Lets this process open as many files as the system allows it to ask for: a call takes four.
fn raise_file_limit() {
    let allowed = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: allowed.maximum,
        ..allowed
    };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Serves until told to stop.
pub fn serve(mut config: Config, demo: bool, mut reload: Reload) -> anyhow::Result<()> {
    set_up_logging(&config.log);
    raise_file_limit();
    config.loopback.enabled |= demo;
    let bound = phones::bind_lines(&config);
    if let Some(phones) = bound.as_ref().map(BoundLines::local_addr) {
        phones::add_trunk(&mut config.sip, phones);
        reload = with_phones(reload, phones);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let db = Db::open(&config.database.url, Durability::Server)?;
    // Before anything is changed: two servers on one SQLite file would corrupt each other's order.
    let lock = NodeLock::acquire(&db, config.database.node)?;
    let steps = migrations::run(&db)?;
    if !steps.is_empty() {
        tracing::info!(steps = steps.len(), "the database was brought up to date");
    }
    runtime.block_on(run(&config, db, lock, demo, bound, reload))
}

/// Settings that are read again get the same trunk to the virtual phones as those of the start.
fn with_phones(reload: Reload, phones: SocketAddr) -> Reload {
    Box::new(move || {
        let mut config = reload()?;
        phones::add_trunk(&mut config.sip, phones);
        Ok(config)
    })
}

fn set_up_logging(config: &LogConfig) {
    // The configuration was checked; a filter that cannot be read here would be ours to mend.
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let set = match config.format {
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            lines.with_ansi(colours).try_init()
        }
        LogFormat::Json => lines.json().try_init(),
    };
    // Fails only where one is set already, as in a test that serves twice.
    drop(set);
}

async fn run(
    config: &Config,
    db: Db,
    lock: NodeLock,
    demo: bool,
    bound: Option<BoundLines>,
    reload: Reload,
) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = IdGenerator::new(config.database.node);
    let board = Switchboard::new(db, clock.clone(), ids, config.outlet_names())
        .with_default_policy(config.policies.clone())
        .with_admin_settings(admin_settings(config)?);
    if config.http.totp_key_is_open() {
        tracing::warn!(
            file = config.http.totp_key_file,
            "others on this machine can read or write the key of authenticator apps; `chmod 600` keeps it to its owner"
        );
    }
    let sealed = board.seal_totp_secrets().await?;
    if sealed > 0 {
        tracing::info!(
            sealed,
            "secrets of authenticator apps were put under the key of http.totp_key_file"
        );
    }

    let smpp = SmppEdge::new(&config.smpp, clock.clone(), rand::random())?;
    smpp.outlets()
        .into_iter()
        .for_each(|outlet| board.add_outlet(outlet));
    let web = HttpEdge::new(&config.http_carriers, clock.clone(), Arc::new(random_bytes))?;
    web.outlets()
        .into_iter()
        .for_each(|outlet| board.add_outlet(outlet));
    let board = match web.media_links() {
        Some(begin) => board.with_media_links(begin),
        None => board,
    };
    let voice = VoiceEdge::new(&config.sip, &config.media, clock.clone(), stopwatch())?;
    let callbacks = CallbacksEdge::new(&config.callbacks, clock.clone())?;
    let lines = match &bound {
        Some(bound) => {
            let node = config.database.node;
            Some(Lines::new(
                bound,
                node,
                clock.clone(),
                stopwatch(),
                random_bytes(),
            )?)
        }
        None => None,
    };
    let oidc = Oidc::new(&config.oidc, config.http.public())?;
    let phones = config.loopback.enabled.then(|| {
        let loopback = Arc::new(Loopback::new(clock.clone()));
        board.add_outlet(loopback.clone());
        Arc::new(LoopbackPhones::new(loopback, board.clone(), lines.clone())) as Arc<dyn VirtualPhones>
    });

    // Heard from here on, so that a signal during the start is not lost.
    let mut stop = Signals::listen()?;
    let next_step = match demo {
        true => Some(demo::set_up(&board).await?),
        false => None,
    };
    let dispatcher = board
        .dispatch(lock, rand::random())
        .ok_or_else(|| anyhow!("the dispatcher runs already"))?;
    board.set_asker(Arc::new(callbacks.asker()));
    let callbacks = callbacks.serve(board.clone(), rand::random());
    let smpp = smpp
        .serve(Arc::new(board.clone()), CancellationToken::new())
        .await?;
    let exchange: Arc<dyn CallExchange> = match &lines {
        Some(lines) => Arc::new(ToldExchange::new(Arc::new(board.clone()), lines.clone())),
        None => Arc::new(board.clone()),
    };
    let voice = match voice {
        Some(edge) => Some(edge.serve(exchange, rand::random()).await?),
        None => None,
    };
    if let Some(voice) = &voice {
        board.set_voice(match &lines {
            Some(lines) => Arc::new(ToldOutlet::new(voice.outlet(), lines.clone())),
            None => voice.outlet(),
        });
    }
    let calling = match (&lines, bound, &voice) {
        (Some(lines), Some(bound), Some(voice)) => {
            let broker = phones::seen_from(bound.local_addr(), voice.local_addr());
            let listening = lines.listen(bound, broker)?;
            Some((lines.clone(), listening))
        }
        _ => None,
    };
    let state = ApiState {
        board: board.clone(),
        phones,
        random: Arc::new(random_bytes),
        tags: board.tag_key(random_bytes()).await?,
        callbacks: Arc::new(config.callbacks.clone()),
        oidc,
    };
    let doors = web.doors(Arc::new(board.clone()), Arc::new(board.clone()));
    let settings = config.http.clone();
    let webhooks = move |cfg: &mut actix_web::web::ServiceConfig| http::configure(cfg, &settings, &doors);
    let (server, http_addrs) = api::bind(&config.http, state, webhooks)?;
    let http_handle = server.handle();
    let mut server = tokio::spawn(server);
    let sweeping = CancellationToken::new();
    let sweeper = tokio::spawn(http::sweep_media(Arc::new(board.clone()), sweeping.clone()));

    announce(&http_addrs, &smpp, voice.as_ref());
    if let Some(http) = http_addrs.first() {
        let base = browser_base(config.http.public(), *http);
        let next = next_step.as_ref().map(NextStep::page);
        welcome_first_admin(&board, &base, next.as_deref()).await?;
        if let Some(next_step) = next_step {
            let sip = calling
                .is_some()
                .then(|| voice.as_ref().map(VoiceService::local_addr));
            next_step.print(*http, &base, sip.flatten());
        }
    }

    let ended = tokio::select! {
        () = stop.heard(voice.as_ref(), &reload) => Ok(()),
        ended = &mut server => match ended {
            Ok(Ok(())) => Err(anyhow!("the HTTP server stopped by itself")),
            Ok(Err(error)) => Err(error).context("the HTTP server failed"),
            Err(error) => Err(error).context("the HTTP server failed"),
        },
    };
    tracing::info!("stopping");
    tokio::spawn(async move {
        stop.told_to_stop().await;
        tracing::warn!("stopping at once, as told a second time");
        std::process::exit(1);
    });
    // Streams have no end of their own.
    board.close();
    // First nothing more comes in, then nothing more goes out; what was accepted is in the database.
    sweeping.cancel();
    let calls_end = async {
        // Virtual phones are not waited for, but hear what becomes of their calls.
        if let Some((lines, _)) = &calling {
            lines.hang_up_all();
        }
        if let Some(voice) = voice {
            voice.shutdown().await;
        }
        if let Some((lines, listening)) = calling {
            lines.shutdown(listening).await;
        }
    };
    tokio::join!(http_handle.stop(true), smpp.shutdown(), calls_end);
    let _ = sweeper.await;
    dispatcher.stop().await;
    // Last, for what became of the texts is told too; what is not told now is told after the next start.
    callbacks.shutdown().await;
    tracing::info!("stopped");
    ended
}

/// One line for people and for programs that wait for it.
fn announce(http: &[SocketAddr], smpp: &SmppService, voice: Option<&VoiceService>) {
    let mut line = String::from("listening");
    for address in http {
        line += &format!(" http={address}");
    }
    for (name, address) in [
        ("smpp", smpp.local_addr()),
        ("smpp_tls", smpp.tls_local_addr()),
        ("sip", voice.map(VoiceService::local_addr)),
        ("sip_tls", voice.and_then(VoiceService::tls_local_addr)),
    ] {
        if let Some(address) = address {
            line += &format!(" {name}={address}");
        }
    }
    print(&line);
}

/// Where nobody can sign in yet: how somebody can, and which page of theirs comes first.
async fn welcome_first_admin(board: &Switchboard, base: &str, next: Option<&str>) -> anyhow::Result<()> {
    if board.has_admins().await? {
        return Ok(());
    }
    let token = board.admin_link(Role::Owner, random_bytes()).await?;
    let next = next.map(|page| {
        let page: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
        format!("&next={page}")
    });
    print(&format!(
        "open {base}{}{} to make the first admin",
        link_path(&token, None),
        next.unwrap_or_default()
    ));
    Ok(())
}

/// What a browser on this machine calls the server, unless the settings say what all call it.
pub fn browser_base(public: &str, http: SocketAddr) -> String {
    match public {
        "" => format!("http://{}", demo::reachable(http)),
        public => public.to_owned(),
    }
}

/// To stdout; nobody has to be there to read it.
fn print(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("cannot listen for signals")?,
            interrupt: signal(SignalKind::interrupt()).context("cannot listen for signals")?,
            hangup: signal(SignalKind::hangup()).context("cannot listen for signals")?,
        })
    }

    async fn told_to_stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Until told to stop; told to hang up, it reads the trunks' settings again.
    async fn heard(&mut self, voice: Option<&VoiceService>, reload: &Reload) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => reload_trunks(voice, reload).await,
            }
        }
    }
}

/// Where something is wrong with the new settings the old ones stay.
async fn reload_trunks(voice: Option<&VoiceService>, reload: &Reload) {
    let Some(voice) = voice else {
        tracing::warn!("there is nothing to read again: calls are not served");
        return;
    };
    match reload() {
        Ok(config) => match voice.reload(&config.sip).await {
            Ok(()) => tracing::info!(
                trunks = config.sip.trunks.len(),
                "the trunks' settings were read again"
            ),
            Err(error) => tracing::error!(%error, "the trunks' settings were left as they were"),
        },
        Err(problems) => tracing::error!(%problems, "the trunks' settings were left as they were"),
    }
}
