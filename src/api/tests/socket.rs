use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::House;
use crate::api::bind;
use crate::config::http::HttpConfig;

fn config() -> HttpConfig {
    HttpConfig {
        listen: "127.0.0.1:0".into(),
        request_timeout_s: 1,
        ..HttpConfig::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_serves_on_a_real_socket_and_stops_when_told() {
    let house = House::new().await;
    let (server, addresses) = bind(&config(), house.state.clone(), |_| {}).unwrap();
    let (handle, serving) = (server.handle(), tokio::spawn(server));
    let base = format!("http://{}", addresses[0]);
    let client = reqwest::Client::new();
    let made = client
        .post(format!("{base}/v1/communities"))
        .bearer_auth(&house.admin)
        .json(&json!({ "name": "Riders" }));
    assert_eq!(made.send().await.unwrap().status(), 201);
    // Far too long, twice on one connection: the answer is readable and the connection lives on.
    for _ in 0..2 {
        let long = client
            .post(format!("{base}/v1/communities"))
            .bearer_auth(&house.admin)
            .header("content-type", "application/json")
            .body("x".repeat(500_000));
        let answer = long.send().await.unwrap();
        assert_eq!(answer.status(), 413);
        let problem: Value = answer.json().await.unwrap();
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("500000 bytes long; at most 65536")
        );
    }
    assert_eq!(
        client
            .get(format!("{base}/readyz"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    handle.stop(true).await;
    serving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_never_comes_ends_with_a_clear_answer() {
    let house = House::new().await;
    let (server, addresses) = bind(&config(), house.state.clone(), |_| {}).unwrap();
    let (handle, serving) = (server.handle(), tokio::spawn(server));
    let (address, token) = (addresses[0], house.admin.clone());
    let answer = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let head = format!(
            "POST /v1/communities HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"na"
        );
        socket.write_all(head.as_bytes()).unwrap();
        let mut answer = vec![0; 4096];
        let count = socket.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..count]).into_owned()
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    handle.stop(false).await;
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let house = House::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let config = HttpConfig {
        listen: listen.clone(),
        ..HttpConfig::default()
    };
    let error = bind(&config, house.state.clone(), |_| {}).err().unwrap();
    assert!(error.to_string().contains(&listen), "{error}");
}
