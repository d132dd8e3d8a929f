//! SMPP by hand, for what no library would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const GENERIC_NACK: u32 = 0x8000_0000;
pub const BIND_TRANSCEIVER: u32 = 0x09;
pub const BIND_RECEIVER: u32 = 0x01;
pub const SUBMIT_SM: u32 = 0x04;
pub const ENQUIRE_LINK: u32 = 0x15;
pub const RESPONSE: u32 = 0x8000_0000;

const PATIENCE: Duration = Duration::from_secs(10);

/// The head of a PDU, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    pub id: u32,
    pub status: u32,
    pub sequence: u32,
    pub body: Vec<u8>,
}

/// A whole PDU with a right length.
pub fn pdu(id: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 16).expect("a small body");
    let head = [length, id, 0, sequence].map(u32::to_be_bytes).concat();
    [head, body.to_vec()].concat()
}

/// A bind's body.
pub fn bind_body(system_id: &str, password: &str) -> Vec<u8> {
    [
        system_id.as_bytes(),
        b"\0",
        password.as_bytes(),
        b"\0\0\x34\0\0\0",
    ]
    .concat()
}

/// A submit_sm's body with a text of at most 255 octets.
pub fn submit_body(from: &str, to: &str, text: &[u8]) -> Vec<u8> {
    submit_body_as(0, from, to, text)
}

/// The same with an esm_class, such as 0x40 for a text with a user data header.
pub fn submit_body_as(esm_class: u8, from: &str, to: &str, text: &[u8]) -> Vec<u8> {
    let mut body = b"\0\x01\x01".to_vec();
    body.extend(from.trim_start_matches('+').bytes());
    body.extend(b"\0\x01\x01");
    body.extend(to.trim_start_matches('+').bytes());
    body.extend([0, esm_class]);
    body.extend(b"\0\0\0\0\0\0\0\0");
    body.push(u8::try_from(text.len()).expect("a short text"));
    body.extend(text);
    body
}

/// A connection on which anything can be said.
pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    pub async fn connect(to: SocketAddr) -> Raw {
        let stream = TcpStream::connect(to).await.expect("the broker listens");
        stream.set_nodelay(true).expect("a TCP socket");
        Raw { stream }
    }

    /// Connects and binds as a transceiver.
    pub async fn bound(to: SocketAddr, system_id: &str, password: &str) -> Raw {
        let mut raw = Raw::connect(to).await;
        raw.write(&pdu(BIND_TRANSCEIVER, 1, &bind_body(system_id, password)))
            .await;
        let answer = raw.read().await.expect("an answer to the bind");
        assert_eq!((answer.id, answer.status), (BIND_TRANSCEIVER | RESPONSE, 0));
        raw
    }

    /// Writes bytes; true when the peer still took them.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// The next PDU; `None` when the peer closed the connection. Fails when neither happens in 10 s.
    pub async fn read(&mut self) -> Option<Pdu> {
        let read = async {
            let mut head = [0; 16];
            self.stream.read_exact(&mut head).await.ok()?;
            let field = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().expect("four bytes"));
            let mut body = vec![0; field(0) as usize - 16];
            self.stream.read_exact(&mut body).await.ok()?;
            Some(Pdu {
                id: field(4),
                status: field(8),
                sequence: field(12),
                body,
            })
        };
        tokio::time::timeout(PATIENCE, read)
            .await
            .expect("an answer, or an end, in 10 s")
    }

    /// Sends a PDU and returns the answer.
    pub async fn ask(&mut self, id: u32, sequence: u32, body: &[u8]) -> Option<Pdu> {
        self.write(&pdu(id, sequence, body)).await;
        self.read().await
    }

    /// Reads until the peer closes the connection, and returns what it said before.
    pub async fn until_closed(&mut self) -> Vec<Pdu> {
        let mut said = Vec::new();
        while let Some(pdu) = self.read().await {
            said.push(pdu);
        }
        said
    }
}
