//! A peer: a socket, and SIP as text.

use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::SOON;

/// Somebody with a socket for SIP and one for sound.
pub struct Peer {
    socket: UdpSocket,
    pub sound: UdpSocket,
}

/// A message, for looking at.
#[derive(Clone, Debug)]
pub struct Text(pub String);

impl Text {
    pub fn start(&self) -> &str {
        self.0.lines().next().unwrap_or("")
    }

    pub fn status(&self) -> u16 {
        let word = self.start().split(' ').nth(1).unwrap_or("");
        word.parse().unwrap_or(0)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers(name).first().copied().unwrap_or("")
    }

    pub fn headers(&self, name: &str) -> Vec<&str> {
        let of_name = |line: &'_ &str| {
            line.split(':')
                .next()
                .is_some_and(|n| n.eq_ignore_ascii_case(name))
        };
        let lines = self.0.lines().take_while(|line| !line.is_empty());
        let values = lines.filter(of_name).filter_map(|line| line.split_once(':'));
        values.map(|(_, value)| value.trim()).collect()
    }

    pub fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// Where the session description wants sound.
    pub fn sound(&self) -> SocketAddr {
        let line = |prefix: &str| {
            self.body()
                .lines()
                .find_map(|l| l.strip_prefix(prefix))
                .unwrap()
                .to_owned()
        };
        let ip = line("c=IN IP4 ");
        let port = line("m=audio ").split(' ').next().unwrap().to_owned();
        format!("{ip}:{port}").parse().unwrap()
    }
}

impl Peer {
    pub async fn new(ip: &str) -> Self {
        Self {
            socket: UdpSocket::bind((ip, 0)).await.unwrap(),
            sound: UdpSocket::bind((ip, 0)).await.unwrap(),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub async fn send(&self, to: SocketAddr, text: &str) {
        self.socket.send_to(text.as_bytes(), to).await.unwrap();
    }

    /// The next message, whatever it is.
    pub async fn any(&self) -> (Text, SocketAddr) {
        let mut buffer = vec![0; 65_535];
        let (length, from) = timeout(SOON, self.socket.recv_from(&mut buffer))
            .await
            .expect("nothing came")
            .unwrap();
        (
            Text(String::from_utf8_lossy(&buffer[..length]).into_owned()),
            from,
        )
    }

    /// The next message that begins so; repetitions of others are passed over.
    pub async fn expect(&self, start: &str) -> Text {
        loop {
            let (text, _) = self.any().await;
            if text.start().starts_with(start) {
                return text;
            }
        }
    }

    /// Whether nothing at all comes for a while.
    pub async fn hears_nothing(&self) -> bool {
        let mut buffer = [0; 10];
        let waited = std::time::Duration::from_millis(700);
        timeout(waited, self.socket.recv_from(&mut buffer)).await.is_err()
    }

    pub fn sdp(&self) -> String {
        let sound = self.sound.local_addr().unwrap();
        format!(
            "v=0\r\no=host{port} 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n",
            ip = sound.ip(),
            port = sound.port()
        )
    }

    /// An INVITE from `caller` to `dialled`, with further header lines.
    pub fn invite(&self, broker: SocketAddr, caller: &str, dialled: &str, call: &str, more: &str) -> String {
        let own = self.address();
        let sdp = self.sdp();
        format!(
            "INVITE sip:{dialled}@{broker};user=phone SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{call}\r\n\
             From: \"Anneliese\" <sip:{caller}@{own}>;tag=a{call}\r\nTo: <sip:{dialled}@{broker}>\r\nCall-ID: {call}@annehost\r\n\
             CSeq: 1 INVITE\r\nContact: <sip:anneuser@{own}>\r\nMax-Forwards: 70\r\nUser-Agent: Annephone/1\r\n{more}\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
            sdp.len()
        )
    }

    /// A request within the dialog of an answer to that INVITE.
    pub fn within(&self, method: &str, cseq: u32, answer: &Text, call: &str) -> String {
        let own = self.address();
        let target = answer.header("Contact").trim_matches(['<', '>']).to_owned();
        let target = if target.is_empty() {
            "sip:x@127.0.0.1".to_owned()
        } else {
            target
        };
        // An ACK to a refusal belongs to the INVITE's transaction.
        let branch = match (method, answer.status()) {
            ("ACK", 300..) => call.to_owned(),
            _ => format!("{call}{method}{cseq}"),
        };
        format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{branch}\r\nFrom: {}\r\nTo: {}\r\n\
             Call-ID: {call}@annehost\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            answer.header("From"),
            answer.header("To")
        )
    }

    /// A BYE from whom this INVITE reached, who answered it.
    pub fn hang_up(&self, invite: &Text) -> String {
        let own = self.address();
        let target = invite.header("Contact").trim_matches(['<', '>']).to_owned();
        format!(
            "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bKhangup\r\nFrom: {};tag=b\r\nTo: {}\r\n\
             Call-ID: {}\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            invite.header("To"),
            invite.header("From"),
            invite.header("Call-ID")
        )
    }

    /// Answers a request, with a description of its own where `sdp`.
    pub async fn answer(&self, request: &Text, to: SocketAddr, status: &str, sdp: bool, more: &str) {
        let body = if sdp { self.sdp() } else { String::new() };
        self.reply(request, to, status, &body, more).await;
    }

    /// Answers a request with that description.
    pub async fn answer_with(&self, request: &Text, to: SocketAddr, status: &str, sdp: &str) {
        self.reply(request, to, status, sdp, "").await;
    }

    async fn reply(&self, request: &Text, to: SocketAddr, status: &str, body: &str, more: &str) {
        let own = self.address();
        let tag = if request.header("To").contains("tag=") {
            ""
        } else {
            ";tag=b"
        };
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        let vias: String = request
            .headers("Via")
            .iter()
            .map(|via| format!("Via: {via}\r\n"))
            .collect();
        let text = format!(
            "SIP/2.0 {status}\r\n{vias}From: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: <sip:bobuser@{own}>\r\n\
             Server: Bobphone/2\r\n{more}{kind}Content-Length: {}\r\n\r\n{body}",
            request.header("From"),
            request.header("To"),
            request.header("Call-ID"),
            request.header("CSeq"),
            body.len()
        );
        self.send(to, &text).await;
    }

    /// Sends packets of sound.
    pub async fn speak(&self, to: SocketAddr, count: u16) {
        for sequence in 0..count {
            let mut packet = vec![0x80, 0];
            packet.extend_from_slice(&sequence.to_be_bytes());
            packet.extend_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
            packet.extend_from_slice(&[1, 2, 3, 4]);
            packet.extend_from_slice(&[0xd5; 160]);
            self.sound.send_to(&packet, to).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// A packet of sound.
    pub async fn listen(&self) -> (usize, SocketAddr) {
        let mut buffer = [0; 2000];
        timeout(SOON, self.sound.recv_from(&mut buffer))
            .await
            .expect("no sound")
            .unwrap()
    }
}
