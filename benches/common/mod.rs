//! What the benches share: a big community made with plain SQL, percentiles, the machine's description, and
//! results as a table and as JSON.
#![allow(dead_code, reason = "each bench uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "benches measure with the machine's clock"
)]

pub mod broker;
pub mod http;
pub mod posting;
pub mod sip;

use std::path::PathBuf;

use partyline::domain::E164;
use partyline::domain::policy::Policy;
use partyline::store::{Conn, DatabaseUrl};
use serde_json::{Value, json};

/// How big a community is to be. Every member has `2 * reach` contacts: the `reach` before and after.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    pub members: i64,
    pub reach: i64,
    /// Pool numbers; at least `2 * reach`.
    pub numbers: i64,
}

/// The community's id.
pub const COMMUNITY: i64 = 1;
/// The columns of a pool number that have no default.
pub const NUMBER_COLUMNS: &str =
    "(community_id, id, pool_id, e164, carrier, capabilities, region, rate_per_s, state, load, created_at)";
/// The columns of a phone that have no default.
pub const DEVICE_COLUMNS: &str = "(community_id, id, member_id, phone, region, stopped_all, created_at)";
/// The columns of an assignment that have no default, and when it was answered.
pub const ASSIGNMENT_COLUMNS: &str = "(community_id, member_id, number_id, contact_id, id, origin, pending, blocked, \
                                      stopped, answered_at, last_activity_at, created_at)";
const FIRST_PHONE: i64 = 4_915_000_000_000;
const FIRST_NUMBER: i64 = 12_025_000_000;

impl Town {
    pub fn assignments(&self) -> i64 {
        self.members * 2 * self.reach
    }

    pub fn phone(&self, member: i64) -> E164 {
        E164::from_i64(FIRST_PHONE + member).expect("a sound phone")
    }

    pub fn number(&self, index: i64) -> E164 {
        E164::from_i64(FIRST_NUMBER + index).expect("a sound number")
    }

    /// The member whom number `index` is to `member`. Numbers below `reach` are the members after, the
    /// others those before.
    pub fn contact(&self, member: i64, index: i64) -> i64 {
        let steps = if index < self.reach {
            index + 1
        } else {
            -(index - self.reach + 1)
        };
        (member + steps).rem_euclid(self.members)
    }

    /// The number that is `member` to the contact whom number `index` is to `member`.
    pub fn mirror(&self, index: i64) -> i64 {
        if index < self.reach {
            index + self.reach
        } else {
            index - self.reach
        }
    }

    /// Writes the community into a migrated, empty database. Ids of members are 1 and up.
    pub fn build(&self, conn: &mut Conn, carrier: &str) {
        let policy = Policy {
            member_texts_per_minute: 0,
            ..Policy::default()
        };
        let policy = serde_json::to_string(&policy)
            .expect("a policy is JSON")
            .replace('\'', "''");
        let (members, reach, numbers) = (self.members, self.reach, self.numbers);
        let series = |name: &str, count: i64| {
            format!("{name}(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM {name} WHERE i < {count} - 1)")
        };
        let cast = if conn.is_postgres() { "::smallint" } else { "" };
        let load = 2 * members;
        let statements = [
            format!(
                "INSERT INTO communities (id, name, policy, created_at) VALUES ({COMMUNITY}, 'Bench', '{policy}', 0)"
            ),
            format!(
                "INSERT INTO pools (community_id, id, name, created_at) VALUES ({COMMUNITY}, 1, 'main', 0)"
            ),
            format!(
                "WITH RECURSIVE {} INSERT INTO numbers {NUMBER_COLUMNS} SELECT {COMMUNITY}, i + 1, 1, {FIRST_NUMBER} + i, \
                 '{carrier}', 5{cast}, 'US', 0.0, 'active', {load}, 0 FROM n",
                series("n", numbers)
            ),
            format!(
                "INSERT INTO number_directory (e164, community_id, number_id) SELECT e164, {COMMUNITY}, id FROM numbers"
            ),
            format!(
                "WITH RECURSIVE {} INSERT INTO members (community_id, id, name, guest, created_at) SELECT {COMMUNITY}, i + 1, 'Member ' || i, FALSE, 0 FROM m",
                series("m", members)
            ),
            format!(
                "WITH RECURSIVE {} INSERT INTO devices {DEVICE_COLUMNS} SELECT {COMMUNITY}, i + 1, i + 1, {FIRST_PHONE} + i, 'DE', \
                 FALSE, 0 FROM m",
                series("m", members)
            ),
            // In the order of the primary key, so that SQLite appends.
            format!(
                "WITH RECURSIVE {}, {} INSERT INTO assignments {ASSIGNMENT_COLUMNS} SELECT {COMMUNITY}, m.i + 1, n.i + 1, \
                 (m.i + {members} + CASE WHEN n.i < {reach} THEN n.i + 1 ELSE {reach} - n.i - 1 END) % {members} + 1, \
                 m.i * {numbers} + n.i + 1, 0{cast}, FALSE, FALSE, FALSE, 0, 0, 0 \
                 FROM m CROSS JOIN n WHERE n.i < 2 * {reach} ORDER BY m.i, n.i",
                series("m", members),
                series("n", numbers)
            ),
        ];
        conn.execute("BEGIN").expect("a transaction");
        for statement in statements {
            conn.execute(&statement)
                .unwrap_or_else(|e| panic!("{e}: {statement}"));
        }
        conn.execute("COMMIT").expect("a commit");
        // SQLite has statistics of its own making; PostgreSQL would find them in time.
        if conn.is_postgres() {
            conn.execute("ANALYZE").expect("statistics");
        }
    }
}

/// Opens a connection for building.
pub fn connect(url: &str) -> Conn {
    DatabaseUrl::parse(url)
        .expect("a URL")
        .connect(true)
        .expect("a connection")
}

/// The value at a percentile of a sorted list.
pub fn percentile(sorted: &[f64], p: f64) -> f64 {
    let at = ((sorted.len() as f64 - 1.0) * p / 100.0).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// A whole number from the environment.
pub fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(usual)
}

/// The median of a figure over several runs.
pub fn median_of(runs: &[Value], pointer: &str) -> f64 {
    let figure = |run: &Value| run.pointer(pointer).and_then(Value::as_f64);
    median(runs.iter().filter_map(figure).collect())
}

/// p50, p99 and the worst of latencies in milliseconds.
pub fn spread(mut took_ms: Vec<f64>) -> Value {
    took_ms.sort_by(f64::total_cmp);
    json!({
        "p50": percentile(&took_ms, 50.0),
        "p99": percentile(&took_ms, 99.0),
        "max": percentile(&took_ms, 100.0),
    })
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(&values, 50.0)
}

/// Kilobytes from a line of /proc/PID/status.
pub fn status_kb(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(field)).unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse().ok())
        .unwrap_or(0)
}

/// User and system CPU-seconds that a process, all its threads included, has used.
pub fn cpu_s(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    // Fields 14 and 15 of proc(5), in hundredths of a second on every Linux that we know.
    (ticks(11) + ticks(12)) / 100.0
}

/// What the figures were measured on.
pub fn machine() -> Value {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo
        .lines()
        .find(|l| l.starts_with("model name"))
        .and_then(|l| l.split(": ").nth(1));
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "cpu": model.unwrap_or("unknown"),
        "memory_kb": memory.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()),
        "profile": if cfg!(debug_assertions) { "debug" } else { "release" },
    })
}

/// Milliseconds that one small write and fsync takes in that folder: the floor under every commit.
pub fn fsync_ms(folder: &std::path::Path) -> f64 {
    use std::io::Write;
    let path = folder.join("fsync-probe");
    let mut file = std::fs::File::create(&path).expect("a file");
    let mut took = Vec::new();
    for _ in 0..50 {
        let begun = std::time::Instant::now();
        file.write_all(&[0; 4096])
            .and_then(|()| file.sync_data())
            .expect("a write");
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let _ = std::fs::remove_file(path);
    median(took)
}

/// Writes `target/bench/NAME.json`.
pub fn save(name: &str, result: &Value) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    std::fs::create_dir_all(&folder).expect("target/bench");
    let text = serde_json::to_string_pretty(result).expect("JSON");
    std::fs::write(folder.join(format!("{name}.json")), text).expect("the result is written");
}

/// Prints rows as an aligned table: what, measured, the bar.
pub fn table(title: &str, rows: &[(String, String, String)]) {
    let mut table = comfy_table::Table::new();
    table.set_header([title, "measured", "bar"]);
    for (what, measured, bar) in rows {
        table.add_row([what, measured, bar]);
    }
    println!("{table}");
}

/// The bars of a bench, and which were missed.
#[derive(Debug, Default)]
pub struct Bars {
    pub missed: Vec<String>,
}

impl Bars {
    /// Notes whether a bar was cleared; `bar` is a line that says what was measured and what it should be.
    pub fn check(&mut self, cleared: bool, bar: String) {
        if !cleared {
            self.missed.push(bar);
        }
    }

    /// A line for each bar that was missed, and the status to end with: 1 if there is any.
    pub fn status(&self) -> u8 {
        for bar in &self.missed {
            eprintln!("BAR MISSED: {bar}");
        }
        u8::from(!self.missed.is_empty())
    }
}
