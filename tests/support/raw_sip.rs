//! SIP by hand: bytes that no decent program would send, over UDP and TCP from any address of loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};

const SIP_PORT: u16 = 5060;

/// A request that is whole, to be spoilt.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub uri: String,
    /// `UDP` or `TCP`.
    pub transport: &'static str,
    pub via: SocketAddr,
    pub from: String,
    pub call_id: String,
    pub cseq: u32,
    /// More header lines, without line ends.
    pub more: Vec<String>,
    pub body: String,
}

impl Request {
    /// An INVITE with a session description, from a number to a number.
    pub fn invite(via: SocketAddr, from: &str, to: &str, at: SocketAddr) -> Request {
        let call_id = format!("{:032x}", rand::random::<u128>());
        Request {
            method: "INVITE".to_owned(),
            uri: if to.is_empty() {
                format!("sip:{at}")
            } else {
                format!("sip:{to}@{at}")
            },
            transport: "UDP",
            via,
            from: format!("<sip:{from}@{via}>"),
            call_id,
            cseq: 1,
            more: vec![format!("Contact: <sip:{from}@{via}>")],
            body: format!(
                "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n",
                ip = via.ip()
            ),
        }
    }

    /// A request without a body.
    pub fn bare(method: &str, via: SocketAddr, from: &str, to: &str, at: SocketAddr) -> Request {
        Request {
            method: method.to_owned(),
            body: String::new(),
            ..Request::invite(via, from, to, at)
        }
    }

    /// Adds a header line.
    pub fn with(mut self, line: &str) -> Request {
        self.more.push(line.to_owned());
        self
    }

    /// The whole message. Its branch is that of its Call-ID and CSeq.
    pub fn bytes(&self) -> Vec<u8> {
        let more: String = self.more.iter().map(|line| format!("{line}\r\n")).collect();
        let content = if self.body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {via};branch=z9hG4bK{call_id}{cseq};rport\r\n\
             Max-Forwards: 70\r\nFrom: {from};tag=raw\r\nTo: <{uri}>\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\n{more}{content}Content-Length: {length}\r\n\r\n{body}",
            method = self.method,
            uri = self.uri,
            transport = self.transport,
            via = self.via,
            call_id = self.call_id,
            cseq = self.cseq,
            from = self.from,
            length = self.body.len(),
            body = self.body,
        )
        .into_bytes()
    }
}

/// The status in a response's first line.
pub fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.strip_prefix(b"SIP/2.0 ")?;
    std::str::from_utf8(line.get(..3)?).ok()?.parse().ok()
}

/// The value of Call-ID, folded or short as it may be.
fn call_id(message: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(message).replace("\r\n ", " ");
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = ["call-id", "i"].contains(&name.trim().to_lowercase().as_str());
        is_it.then(|| value.trim().to_owned())
    })
}

/// A UDP socket on the SIP port of an address.
pub struct Udp {
    socket: UdpSocket,
    to: SocketAddr,
}

impl Udp {
    pub async fn on(ip: Ipv4Addr, to: SocketAddr) -> Udp {
        let socket = UdpSocket::bind((ip, SIP_PORT))
            .await
            .expect("an address of our own");
        Udp { socket, to }
    }

    pub fn addr(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    pub async fn send(&self, bytes: &[u8]) {
        // A full buffer is the kernel's own way to drop a flood.
        let _ = self.socket.send_to(bytes, self.to).await;
    }

    /// Everything that comes until there is nothing more for so long.
    pub async fn answers(&self, quiet: Duration) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut buffer = vec![0; 65_536];
        while let Ok(Ok((length, _))) = tokio::time::timeout(quiet, self.socket.recv_from(&mut buffer)).await
        {
            all.push(buffer[..length].to_vec());
        }
        all
    }

    /// Sends it, and returns the first answer that is no 1xx and has the same Call-ID.
    pub async fn ask(&self, bytes: &[u8], within: Duration) -> Option<Vec<u8>> {
        self.send(bytes).await;
        answer_to(bytes, &self.socket, within).await
    }

    /// The same where the Via names another port of this address, and no `rport`: the answer goes there.
    pub async fn ask_with_via(&self, port: u16, bytes: &[u8], within: Duration) -> Option<Vec<u8>> {
        let there = UdpSocket::bind((self.addr().ip(), port))
            .await
            .expect("an address of our own");
        self.send(bytes).await;
        answer_to(bytes, &there, within).await
    }
}

async fn answer_to(request: &[u8], socket: &UdpSocket, within: Duration) -> Option<Vec<u8>> {
    let deadline = Instant::now() + within;
    let mut buffer = vec![0; 65_536];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let (length, _) = tokio::time::timeout(left, socket.recv_from(&mut buffer))
            .await
            .ok()?
            .ok()?;
        let answer = &buffer[..length];
        if status(answer).is_some_and(|status| status >= 200) && call_id(answer) == call_id(request) {
            return Some(answer.to_vec());
        }
    }
}

/// A TCP connection from an address.
pub struct Tcp {
    pub stream: TcpStream,
}

impl Tcp {
    pub async fn from(ip: Ipv4Addr, to: SocketAddr) -> std::io::Result<Tcp> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((ip, 0).into())?;
        let stream = socket.connect(to).await?;
        Ok(Tcp { stream })
    }

    pub async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// What comes until there is nothing more for so long, and whether the peer closed.
    pub async fn read(&mut self, quiet: Duration) -> (Vec<u8>, bool) {
        let mut all = Vec::new();
        let mut buffer = vec![0; 65_536];
        loop {
            match tokio::time::timeout(quiet, self.stream.read(&mut buffer)).await {
                Err(_) => return (all, false),
                Ok(Ok(0) | Err(_)) => return (all, true),
                Ok(Ok(length)) => all.extend_from_slice(&buffer[..length]),
            }
        }
    }
}

/// The messages of RFC 4475 by name, octet for octet but for one thing: many have the same branch, which would make
/// some retransmissions of others; each has its own here, of the same length.
pub fn torture() -> Vec<(String, Vec<u8>)> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/wire/sip/message/tests/torture");
    let files = std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut messages: Vec<(String, Vec<u8>)> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "dat"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file that is there"))
        })
        .collect();
    messages.sort();
    for (n, (_, message)) in messages.iter_mut().enumerate() {
        const BRANCH: &[u8] = b"z9hG4bKkdjuw";
        if let Some(at) = message.windows(BRANCH.len()).position(|window| window == BRANCH) {
            message[at..at + BRANCH.len()].copy_from_slice(format!("z9hG4bKkdj{n:02}").as_bytes());
        }
    }
    assert_eq!(messages.len(), 49, "RFC 4475 has 49 messages");
    messages
}
