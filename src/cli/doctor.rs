//! `doctor`: what stands in the way, and what to do about it.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;

use super::carriers_reached;
use super::failure::{Failure, Result};
use super::output::Output;
use super::trunks_found;
use crate::app;
use crate::config::{Config, Sources, loopback};
use crate::store::{DatabaseUrl, Db, Durability, migrations};
use crate::switchboard::{Switchboard, TotpSecrets};

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Nothing to do.
    Ok,
    /// Worth a look.
    Warn,
    /// The broker will not work so.
    Fail,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it went.
    pub status: Health,
    /// What was found.
    pub found: String,
    /// What to do, if anything.
    pub do_this: Option<String>,
}

impl Finding {
    /// Nothing to do.
    pub fn ok(check: &str, found: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            status: Health::Ok,
            found: found.into(),
            do_this: None,
        }
    }

    /// Something to do.
    pub fn bad(status: Health, check: &str, found: impl Into<String>, do_this: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            status,
            found: found.into(),
            do_this: Some(do_this.into()),
        }
    }

    fn line(&self) -> String {
        let word = match self.status {
            Health::Ok => "ok  ",
            Health::Warn => "warn",
            Health::Fail => "fail",
        };
        let line = format!("{word}  {}: {}", self.check, self.found);
        match &self.do_this {
            Some(todo) => format!("{line}\n      -> {todo}"),
            None => line,
        }
    }
}

/// Looks everything over. Exit status 2 for wrong settings, 1 where another check failed.
pub fn run(sources: &Sources, out: Output) -> Result<()> {
    let (findings, wrong) = match Config::load(sources) {
        Ok(config) => (look(&config)?, false),
        Err(problems) => {
            let bad = |p: String| {
                Finding::bad(
                    Health::Fail,
                    "settings",
                    p,
                    "mend it there; `pool-config/default.toml` documents every setting",
                )
            };
            (problems.0.into_iter().map(bad).collect(), true)
        }
    };
    out.print(&json!({"data": findings}), || {
        findings.iter().map(Finding::line).collect::<Vec<_>>().join("\n")
    });
    let failed = findings.iter().any(|f| f.status == Health::Fail);
    match (wrong, failed) {
        // What is wrong was printed already.
        (true, _) => Err(Failure::wrong(Vec::new())),
        (_, true) => Err(Failure::all_failed(Vec::new())),
        _ => Ok(()),
    }
}

fn look(config: &Config) -> Result<Vec<Finding>> {
    let mut findings = vec![Finding::ok("settings", "they are sound")];
    if let Ok(DatabaseUrl::Sqlite(path)) = DatabaseUrl::parse(&config.database.url) {
        findings.push(folder(&path));
    }
    let (db, found) = database(config);
    findings.extend(found);
    for (name, address) in [
        ("http.listen", &config.http.listen),
        ("smpp.listen", &config.smpp.listen),
        ("smpp.tls_listen", &config.smpp.tls_listen),
        ("sip.listen", &config.sip.listen),
        ("sip.tls_listen", &config.sip.tls_listen),
    ] {
        if !address.is_empty() {
            findings.push(port(name, address));
        }
    }
    findings.extend(carriers_reached::look(config));
    let runtime = app::command_runtime()?;
    findings.extend(runtime.block_on(trunks_found::look(config)));
    if let Some(db) = db {
        let settings = app::admin_settings(config).map_err(|error| Failure::failed(error.to_string()))?;
        findings.extend(runtime.block_on(async {
            let board = app::command_board(config, db).with_admin_settings(settings);
            let mut findings = pools(&board).await?;
            findings.push(totp_secrets(board.totp_secrets().await?));
            Ok::<_, Failure>(findings)
        })?);
    }
    findings.extend(totp_file(config));
    Ok(findings)
}

const TOTP_CHECK: &str = "authenticator apps";

/// How the secrets of people's authenticator apps are kept.
fn totp_secrets(found: TotpSecrets) -> Finding {
    let TotpSecrets {
        plain,
        sealed,
        unreadable,
    } = found;
    match (plain, unreadable) {
        (_, 1..) => Finding::bad(
            Health::Fail,
            TOTP_CHECK,
            format!("the secrets of {unreadable} users are under another key; they cannot sign in"),
            "set http.totp_key_file to the file that it was, or take their apps away: `partyline admin reset --name NAME --remove-totp`",
        ),
        (1.., 0) => Finding::bad(
            Health::Warn,
            TOTP_CHECK,
            format!(
                "the secrets of {plain} users are in the database as they are: who reads it can make their codes"
            ),
            "set http.totp_key_file to a file made by `openssl rand -base64 32`; the next start puts them under that key",
        ),
        (0, 0) if sealed > 0 => Finding::ok(
            TOTP_CHECK,
            format!("the secrets of {sealed} users are kept under a key"),
        ),
        (0, 0) => Finding::ok(TOTP_CHECK, "nobody uses one yet"),
    }
}

/// Whether others on this machine can read the key.
fn totp_file(config: &Config) -> Option<Finding> {
    let path = &config.http.totp_key_file;
    config.http.totp_key_is_open().then(|| {
        Finding::bad(
            Health::Warn,
            "http.totp_key_file",
            format!("others on this machine can read {path}"),
            format!("chmod 600 {path}"),
        )
    })
}

/// Whether a file can be made where the database is.
fn folder(database: &Path) -> Finding {
    let check = "data folder";
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // What is missing will be made; the nearest that is there must allow it.
    let existing = folder.ancestors().find(|f| f.is_dir());
    let there = existing.unwrap_or(Path::new("."));
    let probe = there.join(format!(".partyline-doctor-{}", std::process::id()));
    let shown = folder.display();
    match std::fs::File::create_new(&probe) {
        Ok(_) => {
            let _ = std::fs::remove_file(&probe);
            Finding::ok(check, format!("{shown} can be written to"))
        }
        Err(e) => Finding::bad(
            Health::Fail,
            check,
            format!("{shown} cannot be written to: {e}"),
            "give the user who runs partyline the right to write there, or set database.url",
        ),
    }
}

/// The database if it can be used, and what was found.
fn database(config: &Config) -> (Option<Db>, Vec<Finding>) {
    let check = "database";
    let later = "`partyline serve` does it by itself, or run `partyline migrate`";
    let opened = DatabaseUrl::parse(&config.database.url).and_then(|url| match &url {
        DatabaseUrl::Sqlite(path) if !path.exists() => Ok(None),
        _ => Db::open(&config.database.url, Durability::Command).map(Some),
    });
    match opened.and_then(|db| match db {
        Some(db) => Ok(Some((migrations::pending(&db)?, db))),
        None => Ok(None),
    }) {
        Ok(None) => {
            let found = format!("{} does not exist yet", config.database.url);
            (None, vec![Finding::bad(Health::Warn, check, found, later)])
        }
        Ok(Some((pending, db))) if pending.is_empty() => {
            let found = format!("{} answers and is up to date", db.url().shown());
            (Some(db), vec![Finding::ok(check, found)])
        }
        Ok(Some((pending, db))) => {
            let found = format!(
                "{} answers; still to be applied: {}",
                db.url().shown(),
                pending.join(", ")
            );
            (None, vec![Finding::bad(Health::Warn, check, found, later)])
        }
        Err(error) => {
            let todo = "start the database or mend database.url";
            (
                None,
                vec![Finding::bad(Health::Fail, check, error.to_string(), todo)],
            )
        }
    }
}

fn port(name: &str, address: &str) -> Finding {
    let addresses: Vec<SocketAddr> = match address.to_socket_addrs() {
        Ok(found) => found.collect(),
        Err(e) => {
            let found = format!("{address} is no address of this machine: {e}");
            return Finding::bad(Health::Fail, name, found, format!("set {name}"));
        }
    };
    match TcpListener::bind(&addresses[..]) {
        Ok(_) => Finding::ok(name, format!("{address} is free")),
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => Finding::bad(
            Health::Warn,
            name,
            format!("{address} is in use"),
            format!("fine if partyline runs already; else stop what uses it, or set {name}"),
        ),
        Err(e) => {
            let found = format!("{address} cannot be listened on: {e}");
            Finding::bad(Health::Fail, name, found, format!("set {name}"))
        }
    }
}

/// Numbers whose carrier is not configured: their texts would wait until they expire.
async fn pools(board: &Switchboard) -> Result<Vec<Finding>> {
    const PAGE: i64 = 1_000;
    let known = board.carriers();
    let (mut findings, mut communities) = (Vec::new(), 0);
    let mut after = None;
    loop {
        let page = board.communities(after, PAGE).await?;
        for community in &page {
            communities += 1;
            after = Some(community.id);
            let mut last = None;
            let mut orphans: std::collections::BTreeMap<String, usize> = Default::default();
            loop {
                let numbers = board.numbers(community.id, last, PAGE).await?;
                for number in &numbers {
                    last = Some(number.id);
                    if !known.contains(&number.carrier) {
                        *orphans.entry(number.carrier.clone()).or_default() += 1;
                    }
                }
                if (numbers.len() as i64) < PAGE {
                    break;
                }
            }
            findings.extend(
                orphans
                    .into_iter()
                    .map(|(carrier, count)| orphaned(&community.name, &carrier, count)),
            );
        }
        if (page.len() as i64) < PAGE {
            break;
        }
    }
    if findings.is_empty() {
        let of = match communities {
            1 => "the one community".to_owned(),
            n => format!("{n} communities"),
        };
        let found = format!("every number of {of} has a carrier that is configured");
        findings.push(Finding::ok("pools", found));
    }
    Ok(findings)
}

fn orphaned(community: &str, carrier: &str, count: usize) -> Finding {
    let found =
        format!("{count} numbers of {community} leave by carrier `{carrier}`, which is not configured");
    let (health, todo) = match carrier == loopback::OUTLET {
        true => (
            Health::Warn,
            "set loopback.enabled = true; `partyline serve --demo` does it by itself".to_owned(),
        ),
        false => (
            Health::Fail,
            format!(
                "add [smpp.carriers.{carrier}], [smpp.accounts.{carrier}] or [http_carriers.carriers.{carrier}], or give \
                 the numbers another carrier"
            ),
        ),
    };
    Finding::bad(health, "pools", found, todo)
}
