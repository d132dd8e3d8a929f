//! sipp, calling or being called by a scenario of `tests/peers/sipp`.
//!
//! A scenario is sipp's own XML in which `{{name}}` stands for a value of the test, and `{{part arguments}}` for
//! a message of the folder `parts`, in which `{{1}}` is the first argument. sipp's clock steps by 4 ms. It takes a
//! message that it saw already for a retransmission whatever the test hoped for: look at the broker's counts too.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::process::{self, Process, Spec};
use super::{find_program, ports};

const SIP_PORT: u16 = 5060;
/// After this it gives up what it waits for.
const RECEIVE_WITHIN_MS: u32 = 20_000;

/// How one sipp shall be started.
pub struct Builder {
    scenario: String,
    values: BTreeMap<String, String>,
    target: Option<SocketAddr>,
    caller: String,
    display: String,
    dialled: String,
    calls: u32,
    rate: u32,
    talk: Duration,
    tcp: bool,
    ip: Option<Ipv4Addr>,
}

impl Builder {
    /// What `{{name}}` stands for.
    pub fn value(mut self, name: &str, value: impl ToString) -> Builder {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }

    /// How many calls it makes or takes before it ends; one unless told otherwise.
    pub fn calls(mut self, calls: u32) -> Builder {
        self.calls = calls;
        self
    }

    /// New calls a second.
    pub fn rate(mut self, rate: u32) -> Builder {
        self.rate = rate;
        self
    }

    /// How long the pauses of the scenario are.
    pub fn talk(mut self, time: Duration) -> Builder {
        self.talk = time;
        self
    }

    /// By one TCP connection instead of UDP.
    pub fn tcp(mut self) -> Builder {
        self.tcp = true;
        self
    }

    /// The display name beside the caller.
    pub fn name(mut self, name: &str) -> Builder {
        name.clone_into(&mut self.display);
        self
    }

    /// Where it is, for settings that name it first; see [`ports::free_ip`].
    pub fn at(mut self, ip: Ipv4Addr) -> Builder {
        self.ip = Some(ip);
        self
    }

    pub fn start(self) -> Sipp {
        let ip = self.ip.unwrap_or_else(ports::free_ip);
        let dir = process::new_dir("sipp");
        let scenario = expand(&read(&format!("{}.xml", self.scenario)), &self.values, &[]);
        fs::write(dir.join("scenario.xml"), scenario).expect("a file in our own folder");
        let mut arguments: Vec<String> = Vec::new();
        arguments.extend(self.target.map(|target| target.to_string()));
        let mut add = |words: &[&str]| arguments.extend(words.iter().map(|word| (*word).to_owned()));
        add(&[
            "-sf",
            "scenario.xml",
            "-nostdin",
            "-i",
            &ip.to_string(),
            "-mi",
            &ip.to_string(),
        ]);
        add(&[
            "-p",
            &SIP_PORT.to_string(),
            "-t",
            if self.tcp { "t1" } else { "u1" },
        ]);
        add(&[
            "-s",
            &self.dialled,
            "-key",
            "caller",
            &self.caller,
            "-key",
            "display",
            &self.display,
        ]);
        add(&["-m", &self.calls.to_string(), "-r", &self.rate.to_string()]);
        add(&[
            "-d",
            &self.talk.as_millis().to_string(),
            "-recv_timeout",
            &RECEIVE_WITHIN_MS.to_string(),
        ]);
        add(&[
            "-trace_stat",
            "-stf",
            "stat.csv",
            "-fd",
            "1",
            "-trace_msg",
            "-message_file",
            "messages.log",
        ]);
        add(&["-trace_err", "-error_file", "errors.log"]);
        // 180 and 200 may overtake each other over UDP: what comes too early is no reason to give up.
        add(&["-default_behaviors", "all,-abortunexp"]);
        let spec = Spec::new("sipp", find_program("sipp")).args(arguments).dir(&dir);
        Sipp {
            process: spec.stop_signal("USR1").spawn(),
            dir,
            ip,
            calls: self.calls,
            scenario: self.scenario,
        }
    }
}

/// What sipp counted.
#[derive(Debug, Clone)]
pub struct Counters(BTreeMap<String, String>);

impl Counters {
    /// A cumulative column of its statistics, such as `SuccessfulCall`.
    pub fn of(&self, name: &str) -> u64 {
        let value = self.0.get(&format!("{name}(C)")).or_else(|| self.0.get(name));
        value
            .and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("no count `{name}` in {:?}", self.0))
    }

    pub fn successful(&self) -> u64 {
        self.of("SuccessfulCall")
    }

    pub fn failed(&self) -> u64 {
        self.of("FailedCall")
    }

    pub fn retransmissions(&self) -> u64 {
        self.of("Retransmissions")
    }
}

/// A running sipp.
pub struct Sipp {
    process: Process,
    dir: PathBuf,
    ip: Ipv4Addr,
    calls: u32,
    scenario: String,
}

impl Sipp {
    /// Calls this number by way of this address.
    pub fn calling(scenario: &str, target: SocketAddr, caller: &str, dialled: &str) -> Builder {
        Builder {
            target: Some(target),
            caller: caller.to_owned(),
            dialled: dialled.to_owned(),
            ..Sipp::called(scenario)
        }
    }

    /// Waits for calls.
    pub fn called(scenario: &str) -> Builder {
        Builder {
            scenario: scenario.to_owned(),
            values: BTreeMap::new(),
            target: None,
            caller: "nobody".to_owned(),
            display: "nobody".to_owned(),
            dialled: "service".to_owned(),
            calls: 1,
            rate: 10,
            talk: Duration::from_millis(200),
            tcp: false,
            ip: None,
        }
    }

    /// Where it takes calls.
    pub fn addr(&self) -> SocketAddr {
        SocketAddr::from((self.ip, SIP_PORT))
    }

    pub fn ip(&self) -> Ipv4Addr {
        self.ip
    }

    /// Waits until all its calls are over, each as the scenario says, and returns the counts.
    pub async fn succeeds(&self, within: Duration) -> Counters {
        let status = self.ends(within).await;
        let counters = self.counters();
        let good =
            status.success() && counters.failed() == 0 && counters.successful() == u64::from(self.calls);
        assert!(good, "{} ended with {status}\n{}", self.scenario, self.story());
        counters
    }

    /// Waits until all its calls are over, however they went.
    pub async fn ends(&self, within: Duration) -> std::process::ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.process.exit_status() {
                return status;
            }
            if Instant::now() >= deadline {
                panic!("{} did not end in {within:?}\n{}", self.scenario, self.story());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its counts by its last report (it makes one a second, and one at its end).
    pub fn counters(&self) -> Counters {
        let text = fs::read_to_string(self.dir.join("stat.csv")).unwrap_or_default();
        let mut lines = text.lines();
        let names = lines.next().unwrap_or_default().split(';');
        let values = lines.next_back().unwrap_or_default().split(';');
        let pairs = names.zip(values);
        Counters(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// Every message that it sent and received, with the times.
    pub fn messages(&self) -> String {
        fs::read(self.dir.join("messages.log"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Every message that it received, whole, oldest first.
    pub fn received(&self) -> Vec<String> {
        let log = self.messages();
        let parts = log.split("-----------------------------------------------");
        parts
            .filter_map(|part| {
                let (head, message) = part.split_once("\n\n").or_else(|| part.split_once("\n\r\n"))?;
                head.contains("received").then(|| message.trim_start().to_owned())
            })
            .collect()
    }

    fn story(&self) -> String {
        let errors = fs::read_to_string(self.dir.join("errors.log")).unwrap_or_default();
        format!("{errors}\n{}\n{}", self.messages(), self.process.log_tail())
    }
}

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers/sipp")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Puts values and parts in, the innermost first.
fn expand(text: &str, values: &BTreeMap<String, String>, arguments: &[&str]) -> String {
    let mut text = text.to_owned();
    while let Some(end) = text.find("}}") {
        let begin = text[..end].rfind("{{").expect("a pair of braces");
        let inside = text[begin + 2..end].to_owned();
        let mut words = inside.split(' ');
        let name = words.next().unwrap_or_default();
        let put = match (name.parse::<usize>(), values.get(name)) {
            (Ok(nth), _) => arguments
                .get(nth - 1)
                .map_or_else(String::new, |word| (*word).to_owned()),
            (Err(_), Some(value)) => value.clone(),
            (Err(_), None) => {
                let words: Vec<&str> = words.collect();
                expand(&read(&format!("parts/{name}.txt")), values, &words)
            }
        };
        text.replace_range(begin..end + 2, put.strip_suffix('\n').unwrap_or(&put));
    }
    text
}
