//! The broker under measurement: the release binary in a process of its own, so that its CPU-seconds and its
//! memory are its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_partyline");

/// A running broker with an admin key. It ends with this.
pub struct Broker {
    child: Child,
    config: PathBuf,
    /// Kept, or the broker would write its line to nobody.
    _stdout: BufReader<ChildStdout>,
    pub http: SocketAddr,
    pub token: String,
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Broker {
    /// Starts it on a migrated database, without paces, on free ports; `more` is TOML of other sections.
    pub fn start(folder: &Path, url: &str, more: &str) -> Self {
        let text = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\nrequests_per_s = 0\n[database]\nurl = \"{url}\"\n[log]\nfilter = \
             \"warn\"\n[smpp]\nlisten = \"127.0.0.1:0\"\n{more}"
        );
        let config = folder.join("bench.toml");
        std::fs::write(&config, text).expect("the settings are written");
        let token = key(&config, &["--scope", "admin"]);
        let mut child = Command::new(BINARY)
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the broker");
        let mut stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let http = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http="))
            .unwrap_or_else(|| panic!("the broker did not start: {line:?}"));
        let http = http.parse().expect("an address");
        Self {
            child,
            config,
            _stdout: stdout,
            http,
            token,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Makes a further key and returns its token.
    pub fn key(&self, args: &[&str]) -> String {
        key(&self.config, args)
    }
}

fn key(config: &Path, args: &[&str]) -> String {
    let made = Command::new(BINARY)
        .arg("--config")
        .arg(config)
        .args(["key", "create", "--json"])
        .args(args)
        .output()
        .expect("the command");
    let told = String::from_utf8_lossy(&made.stdout);
    let key: Value = serde_json::from_str(&told)
        .unwrap_or_else(|e| panic!("{e}: {told}{}", String::from_utf8_lossy(&made.stderr)));
    key["token"].as_str().expect("a token").to_owned()
}
