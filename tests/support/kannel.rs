//! Kannel as a gateway for handsets: its `bearerbox` binds to an SMPP server, its `smsbox` sends what
//! the test asks for over HTTP and hands what arrives to a sink.

use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::http_sink::{HttpSink, Request};
use super::process::{self, Process, Spec};
use super::{Text, find_program, poll, ports};

const ADMIN_PASSWORD: &str = "admin-secret";
const READY_WITHIN: Duration = Duration::from_secs(20);

/// The characters of GSM 03.38 with its extension table; any other makes a UCS-2 text.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                   ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€";

/// A delivery report for a text that [`Kannel::send`] sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dlr {
    /// What `send` returned.
    pub id: u64,
    /// 1 delivered, 2 undeliverable, 4 buffered, 8 accepted by the SMSC, 16 rejected by the SMSC.
    pub status: u32,
    /// The SMSC's own words.
    pub reply: String,
}

/// A running Kannel, bound as a transceiver.
pub struct Kannel {
    // Dropped in this order: smsbox first, so that it does not complain about a lost bearerbox.
    smsbox: Process,
    bearerbox: Process,
    sink: HttpSink,
    sendsms_port: u16,
    admin_port: u16,
    next_id: AtomicU64,
    http: reqwest::Client,
}

impl Kannel {
    /// Starts it and waits until it is bound.
    pub async fn start(smpp: SocketAddr, system_id: &str, password: &str) -> Kannel {
        let kannel = Kannel::start_unbound(smpp, system_id, password).await;
        if !kannel.wait_online(READY_WITHIN).await {
            panic!("Kannel did not bind to {smpp}\n{}", kannel.bearerbox.log_tail());
        }
        kannel
    }

    /// Starts it without waiting for the bind, for servers that refuse it or come later.
    pub async fn start_unbound(smpp: SocketAddr, system_id: &str, password: &str) -> Kannel {
        let sink = HttpSink::start();
        let [admin_port, smsbox_port, sendsms_port] = ports::free_ports();
        let (host, port, sink_port) = (smpp.ip(), smpp.port(), sink.port());
        // Every group ends at an empty line. No `global-sender`, or %P would be that number.
        let conf = format!(
            r#"group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = {ADMIN_PASSWORD}
smsbox-port = {smsbox_port}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = 127.0.0.1
dlr-storage = internal
sms-resend-freq = 1
sms-combine-concatenated-mo = true
sms-combine-concatenated-mo-timeout = 60

group = smsc
smsc = smpp
smsc-id = peer
host = {host}
port = {port}
transceiver-mode = true
smsc-username = "{system_id}"
smsc-password = "{password}"
system-type = ""
interface-version = 34
enquire-link-interval = 5
reconnect-delay = 1
max-pending-submits = 20

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {smsbox_port}
sendsms-port = {sendsms_port}
sendsms-interface = 127.0.0.1
sendsms-chars = "0123456789+ "

group = sendsms-user
username = test
password = test
concatenation = true
max-messages = 30

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{sink_port}/text?from=%p&to=%P&text=%b&charset=%C&coding=%c&udh=%u"
"#
        );
        let dir = process::new_dir("kannel");
        fs::write(dir.join("kannel.conf"), conf).expect("a file in our own folder");
        let start = |name: &str| {
            Spec::new(name, find_program(name))
                .args(["-v", "1", "kannel.conf"])
                .dir(&dir)
                .spawn()
        };
        let bearerbox = start("bearerbox");
        bearerbox.wait_for_port(smsbox_port, READY_WITHIN).await;
        let smsbox = start("smsbox");
        smsbox.wait_for_port(sendsms_port, READY_WITHIN).await;
        Kannel {
            smsbox,
            bearerbox,
            sink,
            sendsms_port,
            admin_port,
            next_id: AtomicU64::new(1),
            http: reqwest::Client::new(),
        }
    }

    /// The process ids of bearerbox and smsbox.
    pub fn pids(&self) -> [u32; 2] {
        [self.bearerbox.pid(), self.smsbox.pid()]
    }

    /// True while the bind is up.
    pub async fn is_online(&self) -> bool {
        let status = self.status().await;
        // One line for the smsc, one for the smsbox.
        status.contains("(online ") && status.contains("smsbox:")
    }

    /// Waits for the bind; false when it does not come up in time.
    pub async fn wait_online(&self, timeout: Duration) -> bool {
        poll(timeout, async || self.is_online().await.then_some(()))
            .await
            .is_some()
    }

    /// Kannel's own status page.
    pub async fn status(&self) -> String {
        let url = format!("http://127.0.0.1:{}/status.txt", self.admin_port);
        match self
            .http
            .get(url)
            .query(&[("password", ADMIN_PASSWORD)])
            .send()
            .await
        {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Sends a text, long ones in parts; returns the id under which its reports come back in `dlrs`.
    pub async fn send(&self, from: &str, to: &str, text: &str, dlr: bool) -> u64 {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let coding = if text.chars().all(|c| GSM.contains(c)) {
            "0"
        } else {
            "2"
        };
        let mut query = vec![
            ("username", "test".to_owned()),
            ("password", "test".to_owned()),
            ("from", from.to_owned()),
            ("to", to.to_owned()),
            ("text", text.to_owned()),
            ("charset", "UTF-8".to_owned()),
            ("coding", coding.to_owned()),
        ];
        if dlr {
            let url = format!(
                "http://127.0.0.1:{}/dlr?id={id}&status=%d&reply=%A",
                self.sink.port()
            );
            query.extend([("dlr-mask", "31".to_owned()), ("dlr-url", url)]);
        }
        let url = format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.sendsms_port);
        let answer = self
            .http
            .get(url)
            .query(&query)
            .send()
            .await
            .expect("smsbox answers");
        let (status, body) = (answer.status(), answer.text().await.unwrap_or_default());
        assert!(
            status.is_success(),
            "Kannel refused the text: {status} {body}\n{}",
            self.smsbox.log_tail()
        );
        id
    }

    /// The whole texts that arrived so far, oldest first.
    pub fn received(&self) -> Vec<Text> {
        self.sink.requests("/text").iter().map(text_of).collect()
    }

    /// Waits for a text for which `wanted` answers true.
    pub async fn wait_received(&self, timeout: Duration, wanted: impl Fn(&Text) -> bool) -> Text {
        match poll(timeout, async || self.received().into_iter().find(&wanted)).await {
            Some(text) => text,
            None => panic!("no such text in {timeout:?}; arrived: {:#?}", self.received()),
        }
    }

    /// The delivery reports that arrived so far, oldest first.
    pub fn dlrs(&self) -> Vec<Dlr> {
        let requests = self.sink.requests("/dlr");
        let number = |request: &Request, name: &str| request.param(name).parse::<u64>().unwrap_or(0);
        requests
            .iter()
            .map(|request| Dlr {
                id: number(request, "id"),
                status: u32::try_from(number(request, "status")).unwrap_or(0),
                reply: request.param("reply"),
            })
            .collect()
    }

    /// Waits for a report for which `wanted` answers true.
    pub async fn wait_dlr(&self, timeout: Duration, wanted: impl Fn(&Dlr) -> bool) -> Dlr {
        match poll(timeout, async || self.dlrs().into_iter().find(&wanted)).await {
            Some(dlr) => dlr,
            None => panic!("no such report in {timeout:?}; arrived: {:#?}", self.dlrs()),
        }
    }
}

fn text_of(request: &Request) -> Text {
    let bytes = request.query.get("text").cloned().unwrap_or_default();
    let text = if request.param("charset").eq_ignore_ascii_case("UTF-16BE") {
        let units: Vec<u16> = bytes
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |n, &b| n << 8 | u16::from(b)))
            .collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Text {
        from: request.param("from"),
        to: request.param("to"),
        text,
    }
}
