//! What passed over loopback, as tshark heard and read it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::process::{self, Process, Spec};
use super::{find_program, poll};

const READY_WITHIN: Duration = Duration::from_secs(20);
/// What is said where the machine does not let us listen. A masking test that was not run must not look like one
/// that passed.
const HOW: &str = "capturing on `lo` is not allowed here: run the tests as root, or let this user capture \
    (`setcap cap_net_raw,cap_net_admin+eip /usr/bin/dumpcap`, or the group `wireshark`)";

/// A capture that goes on.
pub struct Capture {
    process: Process,
    file: PathBuf,
}

/// One packet with its bytes above UDP or TCP.
#[derive(Debug, Clone)]
pub struct Packet {
    pub number: u64,
    pub from: Ipv4Addr,
    pub from_port: u16,
    pub to: Ipv4Addr,
    pub to_port: u16,
    pub tcp: bool,
    pub payload: Vec<u8>,
    /// What tshark took it for, such as `sip`, `sip/sdp`, `rtp`, `rtcp`.
    pub protocols: String,
}

impl Capture {
    /// Listens to everything to and from these addresses, and returns once it does.
    pub async fn of(addresses: &[Ipv4Addr]) -> Capture {
        let dir = process::new_dir("capture");
        let file = dir.join("calls.pcapng");
        let hosts: Vec<String> = addresses.iter().map(|ip| format!("host {ip}")).collect();
        let filter = hosts.join(" or ");
        let path = file.display().to_string();
        let dumpcap = Spec::new("dumpcap", find_program("dumpcap"))
            // 64 MiB of buffer: a busy machine shall not lose packets.
            .args(["-i", "lo", "-B", "64", "-q", "-f", &filter, "-w", &path])
            .stop_signal("INT")
            .dir(&dir);
        let process = dumpcap.spawn();
        let ready = poll(READY_WITHIN, async || {
            assert!(process.exit_status().is_none(), "{HOW}\n{}", process.log_tail());
            // It is on the wire once its file's header is written.
            std::fs::metadata(&file)
                .is_ok_and(|data| data.len() > 0)
                .then_some(())
        });
        assert!(ready.await.is_some(), "{HOW}\n{}", process.log_tail());
        Capture { process, file }
    }

    /// Stops listening.
    pub async fn stop(self) -> Captured {
        // What was sent a moment ago is still in the buffers.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let status = self.process.stop();
        assert!(
            status.success(),
            "dumpcap ended with {status}\n{}",
            self.process.log_tail()
        );
        let log = self.process.log();
        assert!(
            !log.contains("dropped on interface 'Loopback: lo': 0/") && !lost_some(&log),
            "packets were lost: {log}"
        );
        Captured { file: self.file }
    }
}

/// `Packets received/dropped on interface 'lo': 120/0 (…)`
fn lost_some(log: &str) -> bool {
    let counts = log
        .lines()
        .find_map(|line| line.split_once("Packets received/dropped on interface"));
    let dropped = counts.and_then(|(_, rest)| {
        rest.split_once("/")?
            .1
            .split_whitespace()
            .next()?
            .parse::<u64>()
            .ok()
    });
    dropped.is_some_and(|dropped| dropped > 0)
}

/// A capture that is over.
pub struct Captured {
    file: PathBuf,
}

impl Captured {
    /// Runs tshark over it. RTP is found where a session description announces it, and by its looks.
    fn tshark(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(find_program("tshark"));
        command.arg("-r").arg(&self.file).args(["-n", "-2"]);
        command.args(["-d", "tcp.port==5060,sip", "-o", "rtp.heuristic_rtp:TRUE"]);
        command.args([
            "-o",
            "sip.display_raw_text:FALSE",
            "-o",
            "tcp.desegment_tcp_streams:TRUE",
        ]);
        command.args(arguments);
        // It may warn of running as root.
        process::run(&mut command)
    }

    /// Fails if tshark finds a packet malformed, or an error in one.
    pub fn assert_well_formed(&self) {
        let bad = self.tshark(&["-Y", "_ws.malformed || _ws.expert.severity == error"]);
        assert!(
            bad.trim().is_empty(),
            "malformed packets:\n{bad}\n{}",
            self.details(&bad)
        );
    }

    fn details(&self, lines: &str) -> String {
        let numbers: Vec<&str> = lines
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        let Some(first) = numbers.first() else {
            return String::new();
        };
        self.tshark(&["-V", "-Y", &format!("frame.number == {first}")])
    }

    /// How many packets a display filter finds.
    pub fn count(&self, filter: &str) -> usize {
        self.tshark(&["-Y", filter]).lines().count()
    }

    /// Every packet with its payload.
    pub fn packets(&self) -> Vec<Packet> {
        let fields = [
            "frame.number",
            "ip.src",
            "ip.dst",
            "udp.srcport",
            "udp.dstport",
            "udp.payload",
            "tcp.srcport",
            "tcp.dstport",
            "tcp.payload",
            "frame.protocols",
        ];
        let mut arguments = vec!["-T", "fields", "-E", "separator=|", "-E", "occurrence=f"];
        for field in fields {
            arguments.extend(["-e", field]);
        }
        let lines = self.tshark(&arguments);
        lines.lines().filter_map(packet).collect()
    }

    /// All that was sent to an address, by where it came from, in its order: the bytes of one party.
    pub fn to(&self, ip: Ipv4Addr) -> BTreeMap<(Ipv4Addr, u16, u16), Vec<u8>> {
        let mut flows: BTreeMap<_, Vec<u8>> = BTreeMap::new();
        for packet in self.packets().into_iter().filter(|packet| packet.to == ip) {
            let flow = flows
                .entry((packet.from, packet.from_port, packet.to_port))
                .or_default();
            flow.extend(packet.payload);
        }
        flows
    }
}

fn packet(line: &str) -> Option<Packet> {
    let fields: Vec<&str> = line.split('|').collect();
    let tcp = !fields[6].is_empty();
    let at = if tcp { 6 } else { 3 };
    Some(Packet {
        number: fields[0].parse().ok()?,
        from: fields[1].parse().ok()?,
        to: fields[2].parse().ok()?,
        from_port: fields[at].parse().ok()?,
        to_port: fields[at + 1].parse().ok()?,
        tcp,
        payload: unhex(fields[at + 2]),
        protocols: fields[9].to_owned(),
    })
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits
        .chunks_exact(2)
        .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal"))
        .collect()
}
