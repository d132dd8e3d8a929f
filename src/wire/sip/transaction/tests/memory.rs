//! What a transaction costs while it lingers.

use super::super::slab::Body;
use super::*;

impl Transactions {
    /// Bytes per transaction, by what each holds and the tables around them.
    fn cost(&mut self) -> usize {
        let mut bytes = self.slab.bytes() + self.wheel.bytes();
        // A key, an index and a byte of control, at a load of seven eighths.
        let entry = 16 + 16 + 1;
        for map in [&self.clients, &self.servers, &self.merged] {
            bytes += map.capacity() * entry * 8 / 7;
        }
        for index in 0..u32::try_from(self.slab.len()).unwrap() {
            bytes += match self.slab.client(index).map(|c| c.heap()) {
                Some(heap) => heap,
                None => self.slab.server(index).map_or(0, |s| s.heap()),
            };
        }
        bytes / self.slab.len()
    }
}

#[test]
fn the_entries_are_small() {
    assert!(size_of::<Body>() <= 16);
    assert!(
        size_of::<super::super::client::Client>() <= 256,
        "{}",
        size_of::<super::super::client::Client>()
    );
    assert!(
        size_of::<super::super::server::Server>() <= 304,
        "{}",
        size_of::<super::super::server::Server>()
    );
}

#[test]
fn a_lingering_transaction_keeps_less_than_a_kilobyte() {
    let sdp = Bytes::from(vec![b'x'; 400]);
    let mut bench = Bench::new(Limits::default());
    for n in 0..5_000 {
        let method = if n % 2 == 0 { "INVITE" } else { "BYE" };
        let more = format!(
            "Content-Type: application/sdp\nUser-Agent: {}\n",
            "long ".repeat(60)
        );
        let text = incoming(method, &format!("z9hG4bK{n}"), &more).replace("k1", &format!("k{n}"));
        bench.get(udp("192.0.2.1:5060"), &text);
        let id = bench.arrived();
        let response = OutgoingResponse {
            to_tag: Some("0123456789abcdef".into()),
            body: (n % 2 == 0).then(|| ("application/sdp", sdp.clone())),
            ..OutgoingResponse::new(200)
        };
        bench.table.respond(bench.now, id, response);
        bench.flush();
    }
    let cost = bench.table.cost();
    assert!(cost < 1_100, "{cost} bytes a server transaction");
    eprintln!("server: {cost} bytes");

    let mut bench = Bench::new(Limits::default());
    for n in 0..5_000 {
        let method = if n % 2 == 0 { Method::Invite } else { Method::Bye };
        bench.request(method, udp("192.0.2.2:5060").into());
        let sent = bench.sent.remove(0).1;
        bench.get(udp("192.0.2.2:5060"), &answer(&sent, 200));
        bench.events();
    }
    let cost = bench.table.cost();
    assert!(cost < 450, "{cost} bytes a client transaction");
    eprintln!("client: {cost} bytes");
}
