//! The routes over an exchange that the test holds in its hand, and fetching from a small server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, test};
use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::super::driver::{Auth, MediaSource};
use super::super::fetch::{Fetcher, NotFetched};
use super::super::{HttpEdge, configure};
use super::NOW;
use super::twilio::{form, sign};
use crate::config::http::HttpConfig;
use crate::config::http_carriers::{HttpCarrierConfig, HttpCarriersConfig};
use crate::config::smpp::Password;
use crate::domain::id::MessageId;
use crate::domain::message::Reason;
use crate::domain::{Clock, E164, Timestamp};
use crate::switchboard::media::{Media, MediaShelf, NewMedia};
use crate::switchboard::outlet::{
    Exchange, HeldPart, InboundReceipt, InboundText, IntakeError, MediaWanted, Received, Verdict,
};
use crate::wire::media::Unfit;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// Answers as it was told, and writes down what it was given.
struct Fake {
    answer: Mutex<Result<Verdict, IntakeError>>,
    texts: Mutex<Vec<InboundText>>,
    wanted: Mutex<MediaWanted>,
}

#[async_trait]
impl Exchange for Fake {
    async fn media_wanted(&self, _: E164, _: E164, _: &str) -> Result<MediaWanted, IntakeError> {
        Ok(*self.wanted.lock().unwrap())
    }

    async fn receive(&self, text: InboundText) -> Result<Received, IntakeError> {
        let verdict = self.answer.lock().unwrap().clone()?;
        self.texts.lock().unwrap().push(text);
        let message = MessageId::from_i64(1);
        Ok(Received { message, verdict })
    }

    async fn hold(&self, _outlet: &str, _part: HeldPart) -> Result<(), IntakeError> {
        Ok(())
    }

    async fn let_go(&self, _outlet: &str, _held: Vec<i64>) -> Result<(), IntakeError> {
        Ok(())
    }

    async fn held(&self, _outlet: &str) -> Result<Vec<HeldPart>, IntakeError> {
        Ok(Vec::new())
    }

    async fn receipt(&self, _receipt: InboundReceipt) -> Result<(), IntakeError> {
        self.answer.lock().unwrap().clone().map(|_| ())
    }
}

#[async_trait]
impl MediaShelf for Fake {
    async fn keep_media(&self, _new: NewMedia) -> Result<(), IntakeError> {
        Ok(())
    }

    async fn media(&self, _token: &str) -> Result<Option<Media>, IntakeError> {
        Err(IntakeError::Store("down".into()))
    }

    async fn forget_media(&self) -> Result<bool, IntakeError> {
        Ok(false)
    }
}

fn settings() -> HttpCarriersConfig {
    let carrier = HttpCarrierConfig {
        account_sid: "AC1".into(),
        auth_token: Password("12345".into()),
        ..HttpCarrierConfig::default()
    };
    HttpCarriersConfig {
        public_url: "https://texts.example.org/party/".into(),
        carriers: [("web".to_owned(), carrier)].into(),
        ..HttpCarriersConfig::default()
    }
}

#[actix_web::test]
async fn each_decision_has_its_answer() {
    let fake = Arc::new(Fake {
        answer: Mutex::new(Ok(Verdict::Bridged)),
        texts: Mutex::default(),
        wanted: Mutex::new(MediaWanted::Fetch),
    });
    let edge = HttpEdge::new(&settings(), Arc::new(Stopped), Arc::new(|| [7; 32])).unwrap();
    assert_eq!(
        edge.media_links().as_deref(),
        Some("https://texts.example.org/party/media/")
    );
    let doors = edge.doors(fake.clone(), fake.clone());
    let http = HttpConfig {
        max_body_bytes: 2_000,
        ..HttpConfig::default()
    };
    let app = test::init_service(App::new().configure(|cfg| configure(cfg, &http, &doors))).await;
    let ask = async |path: &str, body: &str, more: &[(&str, &str)]| {
        let own = [
            ("MessageSid", "SM1"),
            ("From", "+14155550111"),
            ("To", "+14155550101"),
            ("Body", body),
        ];
        let fields = [&own[..], more].concat();
        let signature = sign(
            "12345",
            &format!("https://texts.example.org/party{path}"),
            &fields,
        );
        let request = test::TestRequest::post()
            .uri(path)
            .insert_header(("X-Twilio-Signature", signature))
            .set_payload(form(&fields));
        let answer = test::call_service(&app, request.to_request()).await;
        let status = answer.status();
        let retry = answer.headers().contains_key("retry-after");
        let body = test::read_body(answer).await;
        (status, retry, String::from_utf8(body.to_vec()).unwrap())
    };
    let texts = "/carriers/web/texts?a=b%20c";
    assert_eq!(
        ask(texts, "Hi", &[]).await,
        (StatusCode::OK, false, "<Response/>".into())
    );
    assert_eq!(fake.texts.lock().unwrap()[0].carrier_ref.as_deref(), Some("SM1"));

    for (answer, status, retry, code) in [
        (
            Err(IntakeError::Overloaded),
            StatusCode::SERVICE_UNAVAILABLE,
            true,
            "overloaded",
        ),
        (
            Err(IntakeError::Store("x".into())),
            StatusCode::SERVICE_UNAVAILABLE,
            true,
            "unavailable",
        ),
        (
            Ok(Verdict::Refused {
                reason: Reason::UnassignedNumber,
                reject: true,
            }),
            StatusCode::UNPROCESSABLE_ENTITY,
            false,
            "unassigned_number",
        ),
        (
            Ok(Verdict::Refused {
                reason: Reason::UnknownSender,
                reject: false,
            }),
            StatusCode::OK,
            false,
            "Response",
        ),
        (Ok(Verdict::Duplicate), StatusCode::OK, false, "Response"),
    ] {
        *fake.answer.lock().unwrap() = answer;
        let (got, told, body) = ask(texts, "Hi", &[]).await;
        assert!(
            got == status && told == retry && body.contains(code),
            "{code}: {got} {body}"
        );
    }
    // Media from inside are not asked for; the text comes all the same.
    let inside = [
        ("NumMedia", "1"),
        ("MediaUrl0", "https://127.0.0.1/x"),
        ("MediaContentType0", "image/png"),
    ];
    assert_eq!(ask(texts, "Look", &inside).await.0, StatusCode::OK);
    let last = fake.texts.lock().unwrap().last().cloned().unwrap();
    let said = "Look\n[An attachment was not passed on: it lies where nothing is fetched from.]";
    assert!(last.text == said && last.media.is_empty(), "{}", last.text);

    // What the rules let go no further is not asked for at all.
    for (wanted, said) in [
        (
            MediaWanted::Refused,
            "Stop\n[Attachments were not passed on: the text was refused.]",
        ),
        (MediaWanted::Keyword, "Stop"),
    ] {
        *fake.wanted.lock().unwrap() = wanted;
        assert_eq!(ask(texts, "Stop", &inside).await.0, StatusCode::OK);
        let last = fake.texts.lock().unwrap().last().cloned().unwrap();
        assert!(last.text == said && last.media.is_empty(), "{}", last.text);
    }

    assert_eq!(
        ask("/carriers/other/texts", "Hi", &[]).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        ask(texts, &"a".repeat(2_000), &[]).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    for (path, status) in [("/media/short", 404), ("/media/abcdefghijklmnopqrstuvwxyz", 503)] {
        let answer = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
}

/// A server that answers every request alike; what it was asked is returned with the place.
async fn server(answer: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (asked, answer) = (seen.clone(), answer.replace("BASE", &base));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 4_096];
            let read = socket.read(&mut request).await.unwrap_or(0);
            asked
                .lock()
                .unwrap()
                .push(String::from_utf8_lossy(&request[..read]).into_owned());
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (base, seen)
}

async fn fetched(private: bool, answer: &str, declared: &str) -> (Result<usize, NotFetched>, Vec<String>) {
    let (base, seen) = server(answer.to_owned()).await;
    let config = HttpCarriersConfig {
        media_private: private,
        media_max_bytes: 1_024,
        ..settings()
    };
    let source = MediaSource {
        url: format!("{base}/x"),
        content_type: declared.into(),
    };
    let auth = Auth::Bearer("sesame".into());
    let result = Fetcher::new(&config)
        .unwrap()
        .fetch(&source, &base, Some(&auth))
        .await;
    let seen = seen.lock().unwrap().clone();
    (result.map(|(_, bytes)| bytes.len()), seen)
}

#[tokio::test]
async fn what_is_fetched_has_bounds() {
    let ok = |head: &str, body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let (got, seen) = fetched(true, &ok("Content-Type: application/pdf\r\n", "%PDF-1.7"), "").await;
    assert_eq!(got, Ok(8));
    assert!(seen[0].to_lowercase().contains("authorization: bearer sesame"));
    let long = "%PDF-".repeat(500);
    assert_eq!(
        fetched(true, &ok("", &long), "application/pdf").await.0,
        Err(NotFetched::TooLarge)
    );
    let unsaid = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{long}");
    assert_eq!(
        fetched(true, &unsaid, "application/pdf").await.0,
        Err(NotFetched::TooLarge)
    );

    let around = "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: BASE/y\r\nContent-Length: 0\r\n\r\n";
    let (got, seen) = fetched(true, around, "image/png").await;
    assert_eq!((got, seen.len()), (Err(NotFetched::Forbidden), 4));
    let inside = "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(
        fetched(true, inside, "image/png").await.0,
        Err(NotFetched::Forbidden)
    );

    // Without being asked at all.
    let (got, seen) = fetched(false, &ok("", "%PDF-"), "application/pdf").await;
    assert_eq!((got, seen.len()), (Err(NotFetched::Forbidden), 0));
    let (got, seen) = fetched(true, &ok("", "BEGIN:VCARD"), "text/vcard").await;
    assert_eq!((got, seen.len()), (Err(NotFetched::Unfit(Unfit::Card)), 0));
    // Names are looked at too.
    let config = HttpCarriersConfig {
        media_timeout_s: 5,
        ..settings()
    };
    let source = MediaSource {
        url: "https://localhost/x".into(),
        content_type: "image/png".into(),
    };
    let got = Fetcher::new(&config)
        .unwrap()
        .fetch(&source, "https://localhost", None)
        .await;
    assert_eq!(got.unwrap_err(), NotFetched::Failed);
}

/// A provider that takes requests and answers each when it is told to.
async fn slow_provider() -> (String, mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (go, mut told) = mpsc::channel::<()>(1);
    tokio::spawn(async move {
        let mut waiting = VecDeque::new();
        loop {
            tokio::select! {
                Ok((mut socket, _)) = listener.accept() => {
                    let mut request = vec![0; 4_096];
                    let _ = socket.read(&mut request).await;
                    waiting.push_back(socket);
                }
                Some(()) = told.recv(), if !waiting.is_empty() => {
                    let mut socket: TcpStream = waiting.pop_front().unwrap();
                    let body = "{\"sid\":\"SM1\"}";
                    let head = format!("HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: {}", body.len());
                    let _ = socket.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await;
                }
            }
        }
    });
    (base, go)
}

#[tokio::test]
async fn a_link_shows_how_many_texts_wait_for_the_providers_answer() {
    let (base, go) = slow_provider().await;
    let mut config = settings();
    config.carriers.get_mut("web").unwrap().base_url = base;
    let edge = HttpEdge::new(&config, Arc::new(Stopped), Arc::new(|| [7; 32])).unwrap();
    let outlet = edge.outlets().remove(0);
    let waiting = async |wanted: usize| {
        for _ in 0..2_000 {
            if outlet.standing().links[0].in_flight == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{:?}", outlet.standing());
    };
    waiting(0).await;
    let send = || {
        let outlet = outlet.clone();
        tokio::spawn(async move { outlet.send_text(&super::text("Hi", &[])).await })
    };
    let (first, second) = (send(), send());
    waiting(2).await;
    go.send(()).await.unwrap();
    waiting(1).await;
    // Who lets go of it waits no more.
    first.abort();
    second.abort();
    waiting(0).await;
    let done = [first.await, second.await];
    assert!(done.iter().any(|sent| matches!(sent, Ok(Ok(_)))), "{done:?}");
}
