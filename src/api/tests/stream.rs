//! The event stream, over a real socket: it has no end.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;

use super::{House, conformance};
use crate::api::bind;
use crate::config::http::HttpConfig;

/// A reader of one stream.
struct Reader {
    text: String,
    chunks: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>>>>,
}

impl Reader {
    /// Reads until so many events are there; returns (id, type) of each.
    async fn events(&mut self, count: usize) -> Vec<(String, String)> {
        let all = async {
            loop {
                let found = self.found();
                if found.len() >= count {
                    return found;
                }
                let chunk = self.chunks.next().await.unwrap().unwrap();
                self.text += std::str::from_utf8(&chunk).unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), all).await.unwrap()
    }

    fn found(&self) -> Vec<(String, String)> {
        let whole = self.text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
        let events = whole.split("\n\n").filter(|e| e.starts_with("id: "));
        let field = |event: &str, name: &str| {
            let line = event.lines().find_map(|l| l.strip_prefix(name));
            line.unwrap().to_owned()
        };
        let of_the_document = |event: &str| {
            let data = serde_json::from_str(&field(event, "data: ")).unwrap();
            let faults = conformance::faults(&json!({ "$ref": "#/components/schemas/Event" }), &data);
            assert!(faults.is_empty(), "{faults:?}: {data}");
            assert_eq!(
                (data["id"].as_str(), data["type"].as_str()),
                (Some(&*field(event, "id: ")), Some(&*field(event, "event: ")))
            );
        };
        events
            .inspect(|event| of_the_document(event))
            .map(|e| (field(e, "id: "), field(e, "event: ")))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_tells_what_happens_and_is_taken_up_again() {
    let house = House::new().await;
    let config = HttpConfig {
        listen: "127.0.0.1:0".into(),
        // One key has a quarter of them.
        max_event_streams: 8,
        workers: 1,
        ..HttpConfig::default()
    };
    let (at, ann, bob) = house.pair().await;
    // A key is made in a task of the thread's own, which a worker of the server has.
    let key = tokio::task::LocalSet::new().run_until(house.key_of(&at)).await;
    let (server, addresses) = bind(&config, house.state.clone(), |_| {}).unwrap();
    let (handle, serving) = (server.handle(), tokio::spawn(server));
    let client = reqwest::Client::new();
    let open = async |token: &str, query: &str, last: &str| {
        let mut request = client
            .get(format!("http://{}/v1/events{query}", addresses[0]))
            .bearer_auth(token);
        if !last.is_empty() {
            request = request.header("last-event-id", last);
        }
        request.send().await.unwrap()
    };
    let read = |answer: reqwest::Response| {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Reader {
            text: String::new(),
            chunks: Box::pin(answer.bytes_stream()),
        }
    };
    let mut live = read(open(&key, "", "").await);
    let send = async |text: &str| {
        let body = json!({ "from": ann, "to": bob, "text": text });
        house.post(&format!("{at}/messages"), body).await.expect(202)
    };
    send("one").await;
    let first = live.events(1).await;
    assert_eq!(first[0].1, "message.received", "what was before is not told");
    send("two").await;
    let both = live.events(2).await;
    assert!(live.text.contains("\"text\":\"two\""));

    // Taken up after the first: only the second. From the beginning: the making of the pair too.
    let mut resumed = read(open(&key, "", &first[0].0).await);
    assert_eq!(resumed.events(1).await, both[1..]);
    let community = at.rsplit('/').next().unwrap();
    let query = format!("?community={community}&after=evt_0000000000000&types=assignment.created");
    let mut whole = read(open(&house.admin, &query, "").await);
    assert_eq!(whole.events(1).await[0].1, "assignment.created");

    assert_eq!(
        open(&key, "", "").await.status(),
        503,
        "a third of one key is too many"
    );

    house.state.board.close();
    tokio::time::timeout(Duration::from_secs(5), handle.stop(true))
        .await
        .unwrap();
    serving.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_stream_with_an_end_tells_what_is_there_and_ends() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let key = house.key_of(&at).await;
    let read = async |query: &str| {
        let answer = house
            .ask_as(&key, "GET", &format!("/v1/events{query}"), None)
            .await;
        answer.expect(200).as_str().unwrap().to_owned()
    };
    let body = json!({ "from": ann, "to": bob, "text": "hi" });
    house.post(&format!("{at}/messages"), body).await.expect(202);
    assert_eq!(read("?for_s=0").await, ": partyline\n\n", "it begins now");
    let all = read("?for_s=0&after=evt_0000000000000").await;
    let kinds: Vec<_> = all.lines().filter_map(|l| l.strip_prefix("event: ")).collect();
    assert_eq!(kinds, ["assignment.created", "message.received"]);
    assert_eq!(read("?for_s=1&after=evt_0000000000000").await, all);
    for wrong in ["-1", "86401", "soon", ""] {
        let query = format!("/v1/events?for_s={wrong}");
        let answer = house.ask_as(&key, "GET", &query, None).await;
        answer.problem(422, "invalid");
    }
}

#[actix_web::test]
async fn a_stream_in_short_counts_what_happened_and_shows_the_latest() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let key = house.key_of(&at).await;
    let read = async |query: &str| {
        let path = format!("/v1/events?for_s=0&digest_s=1{query}");
        let text = house.ask_as(&key, "GET", &path, None).await.expect(200);
        text.as_str().unwrap().to_owned()
    };
    let field = |text: &str, name: &str| {
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(name)).collect();
        assert_eq!(lines.len(), 1, "{text}");
        lines[0].to_owned()
    };
    for n in 0..5 {
        let body = json!({ "from": ann, "to": bob, "text": format!("text {n}") });
        house.post(&format!("{at}/messages"), body).await.expect(202);
    }
    let all = read("&after=evt_0000000000000&latest=2").await;
    assert_eq!(field(&all, "event: "), "digest");
    let digest: serde_json::Value = serde_json::from_str(&field(&all, "data: ")).unwrap();
    let faults = conformance::faults(&json!({ "$ref": "#/components/schemas/Digest" }), &digest);
    assert!(faults.is_empty(), "{faults:?}: {digest}");
    assert_eq!(
        digest["counts"],
        json!({ "assignment.created": 1, "message.received": 5 })
    );
    let texts = digest["latest"].as_array().unwrap().iter();
    let texts: Vec<_> = texts.map(|event| &event["data"]["message"]["text"]).collect();
    assert_eq!(texts, ["text 3", "text 4"]);
    // Taken up after it: what comes then, and nothing twice.
    let last = field(&all, "id: ");
    assert_eq!(read(&format!("&after={last}")).await, ": partyline\n\n");
    let body = json!({ "from": bob, "to": ann, "text": "back" });
    house.post(&format!("{at}/messages"), body).await.expect(202);
    let next = read(&format!("&after={last}&types=message.received")).await;
    let digest: serde_json::Value = serde_json::from_str(&field(&next, "data: ")).unwrap();
    assert_eq!(digest["counts"], json!({ "message.received": 1 }));
    for wrong in [
        "digest_s=0",
        "digest_s=61",
        "digest_s=soon",
        "digest_s=1&latest=101",
    ] {
        let answer = house
            .ask_as(&key, "GET", &format!("/v1/events?{wrong}"), None)
            .await;
        answer.problem(422, "invalid");
    }
}

#[actix_web::test]
async fn a_stream_that_cannot_be_is_refused() {
    let house = House::new().await;
    let (at, _, _) = house.pair().await;
    let key = house.key_of(&at).await;
    let other = house.community("Walkers").await;
    let other = other.rsplit('/').next().unwrap();
    let own = at.rsplit('/').next().unwrap();
    let get = async |token: &str, query: &str| {
        house
            .ask_as(token, "GET", &format!("/v1/events{query}"), None)
            .await
    };
    get(&house.admin, "").await.problem(422, "invalid");
    get(&house.admin, "?community=com_0000000000001")
        .await
        .problem(404, "not_found");
    get(&key, &format!("?community={other}"))
        .await
        .problem(404, "not_found");
    let kinds = get(&key, "?types=message.received,call.begun").await;
    assert!(kinds.problem(422, "invalid").contains("call.begun"));
    get(&key, "?kinds=x").await.problem(422, "invalid");
    // Before anything that is kept.
    let gone = get(&house.admin, &format!("?community={own}&after=evt_0000000000001")).await;
    assert!(
        gone.problem(410, "events_forgotten")
            .contains("evt_0000000000000")
    );
    let path = format!("/v1/events?community={own}");
    let answer = house
        .ask_with("GET", &path, ("last-event-id", "17"), serde_json::Value::Null)
        .await;
    answer.problem(400, "bad_last_event_id");
}
