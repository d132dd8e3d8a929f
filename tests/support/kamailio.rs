//! Kamailio as a carrier's proxy in the path: it stays there by Record-Route, and knows where each phone is and
//! where the broker is. It speaks UDP and TCP on its own address.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::process::{self, Process, Spec};
use super::{find_program, poll, ports};

const SIP_PORT: u16 = 5060;
const READY_WITHIN: Duration = Duration::from_secs(20);

/// How one Kamailio shall be started.
pub struct Builder {
    ip: Ipv4Addr,
    transport: &'static str,
    routes: Vec<(String, String)>,
    broker: Option<SocketAddr>,
    record_route: bool,
}

impl Builder {
    /// Where the proxy will be, for settings that name it first.
    pub fn addr(&self) -> SocketAddr {
        SocketAddr::from((self.ip, SIP_PORT))
    }

    /// It passes requests on by TCP instead of UDP.
    pub fn by_tcp(mut self) -> Builder {
        self.transport = "tcp";
        self
    }

    /// The phone with this number is there.
    pub fn phone(mut self, number: &str, addr: SocketAddr) -> Builder {
        self.routes.push((number.to_owned(), addr.to_string()));
        self
    }

    /// All other numbers are the broker's.
    pub fn broker(mut self, addr: SocketAddr) -> Builder {
        self.broker = Some(addr);
        self
    }

    /// It does not stay in the path of what follows an answer.
    pub fn without_record_route(mut self) -> Builder {
        self.record_route = false;
        self
    }

    pub async fn start(self) -> Kamailio {
        let dir = process::new_dir("kamailio");
        fs::write(dir.join("kamailio.cfg"), self.config()).expect("a file in our own folder");
        let dir_name = dir.display().to_string();
        // In the foreground, with its log on stderr.
        let arguments = [
            "-f",
            "kamailio.cfg",
            "-DD",
            "-E",
            "-Y",
            &dir_name,
            "-P",
            "kamailio.pid",
            "-w",
            &dir_name,
        ];
        // As little memory as it needs, and few processes.
        let small = ["-m", "16", "-M", "4", "-n", "2"];
        let process = Spec::new("kamailio", find_program("kamailio"))
            .args(arguments)
            .args(small)
            .dir(&dir)
            .spawn();
        let kamailio = Kamailio { process, ip: self.ip };
        let ready = poll(READY_WITHIN, async || {
            kamailio.process.fail_if_ended();
            std::net::TcpStream::connect_timeout(&kamailio.addr(), Duration::from_millis(200)).ok()
        });
        assert!(ready.await.is_some(), "{}", kamailio.process.log_tail());
        kamailio
    }

    fn config(&self) -> String {
        let (ip, transport) = (self.ip, self.transport);
        let mut routes = String::new();
        for (number, addr) in &self.routes {
            routes += &format!(
                "    if ($rU == \"{number}\") {{ $du = \"sip:{addr};transport={transport}\"; route(RELAY); }}\n"
            );
        }
        if let Some(broker) = self.broker {
            routes += &format!("    $du = \"sip:{broker};transport={transport}\"; route(RELAY);\n");
        }
        let record_route = if self.record_route { "record_route();" } else { "" };
        format!(
            r#"#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
listen=udp:{ip}:{SIP_PORT}
listen=tcp:{ip}:{SIP_PORT}
tcp_connection_lifetime=3605
tcp_source_ipv4={ip}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("rr", "enable_double_rr", 1)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("OPTIONS") && $rU == $null) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("CANCEL")) {{
        if (t_check_trans()) {{ t_relay(); }}
        exit;
    }}
    if (has_totag()) {{
        if (loose_route()) {{ route(RELAY); }}
        if (is_method("ACK")) {{
            if (t_check_trans()) {{ t_relay(); }}
            exit;
        }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    t_check_trans();
    if (is_method("INVITE")) {{ {record_route} }}
{routes}    sl_send_reply("404", "Nobody There");
}}

route[RELAY] {{
    if (!t_relay()) {{ sl_reply_error(); }}
    exit;
}}
"#
        )
    }
}

/// A running Kamailio.
pub struct Kamailio {
    process: Process,
    ip: Ipv4Addr,
}

impl Kamailio {
    pub fn builder() -> Builder {
        Builder {
            ip: ports::free_ip(),
            transport: "udp",
            routes: Vec::new(),
            broker: None,
            record_route: true,
        }
    }

    pub fn addr(&self) -> SocketAddr {
        SocketAddr::from((self.ip, SIP_PORT))
    }

    pub fn ip(&self) -> Ipv4Addr {
        self.ip
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        self.process.log()
    }
}
