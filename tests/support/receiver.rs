//! An app's endpoint: an HTTP server that writes down every callback and answers as it is told to.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{eventually, find_program, peers_dir, support_file, told};

/// One request.
#[derive(Debug, Clone)]
pub struct Hit {
    pub path: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub at: Instant,
}

impl Hit {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether the official libraries, Python's and JavaScript's, take it with this secret; both must agree.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let asked = json!({ "secret": secret, "headers": self.headers, "body": self.body }).to_string();
        let modules = peers_dir().join("node/node_modules");
        let mut python = Command::new(peers_dir().join("venv/bin/python3"));
        python.arg(support_file("verify_webhook.py"));
        let mut node = Command::new(find_program("node"));
        node.arg(support_file("verify_webhook.js"))
            .env("PEERS_NODE_MODULES", modules);
        let [python, node] = [python, node].map(|command| verifies(command, &asked));
        assert_eq!(python, node, "the libraries differ on {self:?}");
        python
    }
}

fn verifies(mut command: Command, asked: &str) -> bool {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a peer");
    child.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let refused = said.contains("WebhookVerificationError");
    assert!(
        output.status.success() || refused,
        "{command:?}: {said}\n{}",
        super::HOW_TO_INSTALL
    );
    output.status.success()
}

/// What the endpoint answers.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: String,
    body: String,
    after: Duration,
}

impl Reply {
    pub fn status(status: u16) -> Reply {
        Reply {
            status,
            headers: String::new(),
            body: String::new(),
            after: Duration::ZERO,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers += &format!("{name}: {value}\r\n");
        self
    }

    pub fn body(mut self, body: &str) -> Reply {
        body.clone_into(&mut self.body);
        self
    }

    pub fn after(mut self, wait: Duration) -> Reply {
        self.after = wait;
        self
    }
}

type Script = dyn Fn(&Hit) -> Reply + Send + Sync;

/// The server; it listens until the test's runtime ends.
pub struct Receiver {
    addr: SocketAddr,
    scheme: &'static str,
    hits: Arc<Mutex<Vec<Hit>>>,
    /// How many of them were held against the document.
    checked: AtomicUsize,
    script: Arc<Mutex<Arc<Script>>>,
}

impl Receiver {
    /// One that takes everything until it is told otherwise.
    pub async fn start() -> Receiver {
        Self::start_with(None).await
    }

    /// One that speaks TLS.
    pub async fn start_tls(config: rustls::ServerConfig) -> Receiver {
        Self::start_with(Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start_with(tls: Option<TlsAcceptor>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let everything: Arc<Script> = Arc::new(|_: &Hit| Reply::status(204));
        let receiver = Receiver {
            addr: listener.local_addr().expect("bound"),
            scheme: if tls.is_some() { "https" } else { "http" },
            hits: Arc::default(),
            checked: AtomicUsize::new(0),
            script: Arc::new(Mutex::new(everything)),
        };
        let (hits, script) = (receiver.hits.clone(), receiver.script.clone());
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (hits, script, tls) = (hits.clone(), script.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(tcp, &hits, &script).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(stream) => serve(stream, &hits, &script).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        receiver
    }

    /// How it answers from now on.
    pub fn answers(&self, script: impl Fn(&Hit) -> Reply + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
    }

    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    /// By its address; the path begins with a slash.
    pub fn url(&self, path: &str) -> String {
        self.url_at("127.0.0.1", path)
    }

    pub fn url_at(&self, host: &str, path: &str) -> String {
        format!("{}://{host}:{}{path}", self.scheme, self.port())
    }

    /// What came to this path so far. Whatever came, to any path, must be as the API's document has it.
    pub fn hits(&self, path: &str) -> Vec<Hit> {
        // Not where they are answered: that must not take long.
        let hits = self.hits.lock().unwrap().clone();
        let checked = self.checked.swap(hits.len(), Ordering::Relaxed);
        for hit in hits.iter().skip(checked) {
            let faults = match hit.headers.contains_key("webhook-id") {
                true => told::faults(&hit.headers, &hit.body),
                false => Vec::new(),
            };
            assert!(faults.is_empty(), "{faults:?}: {}", hit.body);
        }
        hits.iter().filter(|hit| hit.path == path).cloned().collect()
    }

    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Hit> {
        let what = format!("{count} callbacks to {path}");
        eventually(&what, Duration::from_secs(15), async || {
            self.hits(path).len() >= count
        })
        .await;
        self.hits(path)
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    hits: &Mutex<Vec<Hit>>,
    script: &Mutex<Arc<Script>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
        let path = line.split_whitespace().nth(1)?.to_owned();
        let mut headers = BTreeMap::new();
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await.ok().filter(|n| *n > 0)?;
            match header.trim().split_once(':') {
                Some((name, value)) => headers.insert(name.to_lowercase(), value.trim().to_owned()),
                None => break,
            };
        }
        let length = headers.get("content-length").map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let hit = Hit {
            path,
            headers,
            body: String::from_utf8(body).unwrap(),
            at: Instant::now(),
        };
        hits.lock().unwrap().push(hit.clone());
        let script = script.lock().unwrap().clone();
        let reply = script(&hit);
        tokio::time::sleep(reply.after).await;
        let answer = format!(
            "HTTP/1.1 {} Said So\r\n{}content-length: {}\r\n\r\n{}",
            reply.status,
            reply.headers,
            reply.body.len(),
            reply.body
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}
