//! What the story tests stand on: real programs that nobody here wrote, started on loopback in a
//! temporary folder, and the broker beside them.
//!
//! Every child dies with the test process, however that ends: see [`process`].
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(unused_macros, unused_imports, reason = "each test binary uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness waits on the machine's clock"
)]

pub mod admin_pages;
pub mod agreement;
pub mod broker;
pub mod callbacks;
pub mod capture;
pub mod clients;
pub mod exchange;
pub mod forger;
pub mod hidden;
pub mod http_sink;
pub mod json_lines;
pub mod kamailio;
pub mod kannel;
pub mod lines;
pub mod oidc;
pub mod phone;
pub mod pki;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod raw;
pub mod raw_sip;
pub mod receiver;
pub mod sipp;
pub mod smsc;
pub mod softphone;
pub mod sound;
pub mod strict;
pub mod tap;
pub mod told;
pub mod town;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use broker::{Broker, Contact};
pub use kannel::Kannel;
pub use phone::{BindRefused, Phone};
pub use postgres::Postgres;
pub use smsc::Smsc;
pub use tap::Tap;
pub use town::{Pair, Town};

/// The sentence every missing peer ends with.
pub const HOW_TO_INSTALL: &str = "run `make test`, or `tests/install-peers.sh`";

/// A whole text as one party saw it, whatever the number of parts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Text {
    pub from: String,
    pub to: String,
    pub text: String,
}

/// Which database a story runs on. See [`on_both_databases`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Turns `async fn story(database: Database) { … }` into two tests, `story::sqlite` and
/// `story::postgres`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: Database) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($database: $crate::support::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::support::Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                story($crate::support::Database::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// The folder that `tests/install-peers.sh` fills.
pub fn peers_dir() -> PathBuf {
    let tmp = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent()
        .expect("cargo's tmp folder lies in target")
        .join("peers")
}

/// A file beside this one.
pub fn support_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/support")
        .join(name)
}

/// Finds a program on the PATH or where Debian keeps its daemons.
pub fn find_program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("`{name}` is not installed: {HOW_TO_INSTALL}"))
}

/// Asks again and again until there is an answer; `None` when the time is over.
pub async fn poll<T>(timeout: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(answer) = ask().await {
            return Some(answer);
        }
        if Instant::now() >= deadline {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until `ask` answers true, and fails the test with `what` when it never does.
pub async fn eventually(what: &str, timeout: Duration, mut ask: impl AsyncFnMut() -> bool) {
    let done = poll(timeout, async || ask().await.then_some(())).await;
    assert!(done.is_some(), "waited {timeout:?} in vain: {what}");
}

/// True while a process with this id exists (a zombie counts as gone).
pub fn is_alive(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    let state = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.trim_start().chars().next());
    !matches!(state, Some('Z' | 'X') | None)
}
