//! As little HTTP as a bench needs: requests over one kept connection, so that the caller, who shares the machine
//! with the broker, costs next to nothing.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection with one request at a time.
pub struct Caller {
    pub stream: TcpStream,
    token: String,
    buffer: Vec<u8>,
}

impl Caller {
    pub async fn connect(to: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(to).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self {
            stream,
            token: token.to_owned(),
            buffer: Vec::with_capacity(4_096),
        }
    }

    /// Sends a request; `headers` are whole lines.
    pub async fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\ncontent-type: \
             application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("a request");
    }

    /// Status and body of the answer, which must say its length.
    pub async fn answer(&mut self) -> (u16, Vec<u8>) {
        self.buffer.clear();
        let body_at = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await;
        };
        let head = String::from_utf8_lossy(&self.buffer[..body_at]).to_ascii_lowercase();
        let status = head.get(9..12).and_then(|s| s.parse().ok()).expect("a status");
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|n| n.trim().parse().ok())
            .unwrap_or_else(|| panic!("no length: {head}"));
        while self.buffer.len() < body_at + length {
            self.more().await;
        }
        (status, self.buffer.split_off(body_at))
    }

    pub async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> (u16, Vec<u8>) {
        self.send(method, path, headers, body).await;
        self.answer().await
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("an answer");
        assert!(read > 0, "the broker closed the connection");
    }
}

pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
