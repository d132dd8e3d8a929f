//! PostgreSQL, one cluster per test process, a new database per test.
//!
//! The first run makes a data folder with `initdb` and keeps a copy of it under `target/`; later runs
//! copy that, which takes a tenth of the time.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::process::{self, Process, Spec};
use super::{HOW_TO_INSTALL, find_program, ports};

/// A running cluster. `shared` gives the one of this process.
pub struct Postgres {
    process: Process,
    bin: PathBuf,
    port: u16,
    next_database: AtomicU32,
}

impl Postgres {
    /// The cluster of this test process, started on first use and ended with the process.
    pub fn shared() -> &'static Postgres {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Postgres::start)
    }

    /// A cluster of one's own, for tests that stop or kill it.
    pub fn start() -> Postgres {
        let bin = newest_binaries();
        let user = unprivileged_user();
        let dir = process::new_dir("postgres");
        if let Some(user) = user {
            process::run(Command::new(find_program("chown")).arg(user).arg(&dir));
        }
        copy_template(&bin, user, &dir.join("data"));
        for _ in 0..5 {
            if let Some(postgres) = Postgres::try_start(&bin, user, &dir) {
                return postgres;
            }
        }
        panic!("PostgreSQL found no free port in five tries");
    }

    fn try_start(bin: &Path, user: Option<&str>, dir: &Path) -> Option<Postgres> {
        let port = ports::free_port();
        // In the foreground and without a shell in between, so that the death signal reaches the
        // postmaster itself; SIGINT is its fast shutdown, which takes its own children along.
        let process = Spec::new("postgres", bin.join("postgres"))
            .args(["-D", "data", "-p", &port.to_string()])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ])
            .args(["-c", "max_connections=200"])
            .user(user)
            .dir(dir)
            .stop_signal("INT")
            .death_signal("INT")
            .spawn();
        let deadline = Instant::now() + Duration::from_secs(30);
        let postgres = Postgres {
            process,
            bin: bin.to_owned(),
            port,
            next_database: AtomicU32::new(1),
        };
        while Instant::now() < deadline {
            if postgres.process.exit_status().is_some() {
                let log = postgres.process.log();
                assert!(
                    log.contains("could not create any TCP/IP sockets"),
                    "{}",
                    postgres.process.log_tail()
                );
                return None;
            }
            if postgres.is_ready() {
                return Some(postgres);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!(
            "PostgreSQL did not answer in time\n{}",
            postgres.process.log_tail()
        );
    }

    fn is_ready(&self) -> bool {
        let mut ask = Command::new(self.bin.join("pg_isready"));
        ask.args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-p"]);
        ask.arg(self.port.to_string())
            .status()
            .is_ok_and(|status| status.success())
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a new, empty database and returns its URL.
    pub fn fresh_database(&self) -> String {
        let name = format!("db{}", self.next_database.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("create database {name}"));
        self.url(&name)
    }

    /// The URL of a database of this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs one statement and returns its rows, columns separated by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
        ]);
        psql.args(["-p", &self.port.to_string(), "-d", database, "-c", sql]);
        process::run(&mut psql).trim_end().to_owned()
    }
}

/// Binaries of the newest version installed.
fn newest_binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .map(|entry| entry.path())
        .filter(|version| version.join("bin/postgres").is_file() && version.join("bin/initdb").is_file())
        .max_by_key(|version| version_of(version).parse::<u32>().unwrap_or(0))
        .unwrap_or_else(|| panic!("no PostgreSQL server under /usr/lib/postgresql: {HOW_TO_INSTALL}"))
        .join("bin")
}

fn version_of(dir: &Path) -> String {
    dir.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// PostgreSQL refuses to run as root, so root runs it as the user that Debian's package makes.
fn unprivileged_user() -> Option<&'static str> {
    (own_uid() == 0).then_some("postgres")
}

fn own_uid() -> u32 {
    fs::metadata("/proc/self").expect("Linux").uid()
}

fn copy_template(bin: &Path, user: Option<&str>, data: &Path) {
    let version = version_of(bin.parent().expect("a version's folder"));
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&target).expect("cargo's own folder");
    let template = target.join(format!("pg-template-{version}-{}", own_uid()));
    // One process makes it while the others wait; the lock goes with the file handle.
    let lock = File::create(template.with_extension("lock")).expect("a lock file");
    lock.lock().expect("a lock");
    if !template.exists() {
        let mut initdb = match user {
            Some(user) => {
                let mut runuser = Command::new(find_program("runuser"));
                runuser.args(["-u", user, "--"]).arg(bin.join("initdb"));
                runuser
            }
            None => Command::new(bin.join("initdb")),
        };
        // Made where that user may write; only then copied to where the project lies.
        initdb
            .current_dir(data.parent().expect("a folder of its own"))
            .arg("-D")
            .arg(data);
        initdb.args([
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        process::run(&mut initdb);
        let unfinished = template.with_extension("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        copy(data, &unfinished);
        fs::rename(&unfinished, &template).expect("a rename within target");
    } else {
        copy(&template, data);
    }
}

fn copy(from: &Path, to: &Path) {
    process::run(Command::new(find_program("cp")).arg("-a").arg(from).arg(to));
}
