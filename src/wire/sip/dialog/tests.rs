//! Dialogs as both ends see them.

use bytes::Bytes;

use super::*;
use crate::wire::sip::flow::ConnectionId;
use crate::wire::sip::message::Incoming;

fn source(text: &str) -> Source {
    Source {
        transport: Transport::Udp,
        remote: text.parse().unwrap(),
        connection: None,
    }
}

fn request(method: &str, cseq: u32, more: &str) -> IncomingRequest {
    let text = format!(
        "{method} sip:here SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: \"N\" <sip:n@far>;tag=far\r\n\
         To: <sip:p@here>\r\nCall-ID: c1\r\nCSeq: {cseq} {method}\r\n{more}Content-Length: 0\r\n\r\n"
    );
    match Incoming::parse(&Bytes::from(text)).unwrap() {
        Incoming::Request(request) => *request,
        Incoming::Response(_) => panic!(),
    }
}

fn response(more: &str) -> IncomingResponse {
    let text = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:p@here>;tag=1\r\nTo: <sip:n@far>;tag=far\r\n\
         Call-ID: c1\r\nCSeq: 7 INVITE\r\n{more}Content-Length: 0\r\n\r\n"
    );
    match Incoming::parse(&Bytes::from(text)).unwrap() {
        Incoming::Response(response) => *response,
        Incoming::Request(_) => panic!(),
    }
}

const ROUTES: &str = "Record-Route: <sip:192.0.2.5;lr>, <sip:192.0.2.6:5070;transport=tcp;lr>\r\nContact: <sip:n@192.0.2.9>\r\n";

fn answering(more: &str, routing: Routing) -> Dialog {
    Dialog::answering(
        &request("INVITE", 7, more),
        source("192.0.2.1:9999"),
        Tag(0xab),
        routing,
    )
    .unwrap()
}

fn asking(more: &str) -> Dialog {
    let hop = Hop::from(source("192.0.2.1:9999"));
    let invite = Asking {
        call_id: "c1",
        from: "<sip:p@here>",
        to: "<sip:n@far>",
        local_tag: Tag(1),
        cseq: 7,
        uri: "sip:n@far",
        hop: &hop,
        routing: Routing::Addressed,
    };
    Dialog::asking(&response(more), invite).unwrap()
}

#[test]
fn tags_of_ours_are_known_and_others_are_not() {
    assert_eq!(Tag::parse(b"00000000000000ab"), Some(Tag(0xab)));
    assert_eq!(Tag(0xab).to_string(), "00000000000000ab");
    for other in [
        &b"ab"[..],
        b"00000000000000AB",
        b"+0000000000000ab",
        b"00000000000000xy",
        b"",
    ] {
        assert_eq!(Tag::parse(other), None);
    }
}

#[test]
fn the_answering_end_keeps_the_route_as_recorded_and_the_asking_end_turns_it_round() {
    let answering = answering(ROUTES, Routing::Addressed);
    assert_eq!(answering.route[0], "<sip:192.0.2.5;lr>");
    assert_eq!(answering.hop.remote, "192.0.2.5:5060".parse().unwrap());
    let mut asking = asking(ROUTES);
    assert_eq!(asking.route[0], "<sip:192.0.2.6:5070;transport=tcp;lr>");
    assert_eq!(
        (asking.hop.remote, asking.hop.transport),
        ("192.0.2.6:5070".parse().unwrap(), Transport::Tcp)
    );
    let bye = asking.request(Method::Bye, None);
    assert_eq!(
        (bye.uri.as_str(), bye.route.len(), bye.cseq),
        ("sip:n@192.0.2.9", 2, 8)
    );
}

#[test]
fn a_symmetric_dialog_goes_where_messages_come_from() {
    let mut dialog = answering(ROUTES, Routing::Symmetric);
    assert_eq!(dialog.hop.remote, "192.0.2.1:9999".parse().unwrap());
    dialog.moved(source("192.0.2.1:7777"));
    assert_eq!(dialog.hop.remote, "192.0.2.1:7777".parse().unwrap());
}

#[test]
fn a_name_where_an_address_is_wanted_leaves_the_way_as_it_was() {
    let dialog = answering("Contact: <sip:n@phone.example>\r\n", Routing::Addressed);
    assert_eq!(dialog.hop.remote, "192.0.2.1:9999".parse().unwrap());
}

#[test]
fn a_strict_router_takes_the_request_uris_place() {
    let mut dialog = asking("Record-Route: <sip:old.example>\r\nContact: <sip:n@192.0.2.9>\r\n");
    let bye = dialog.request(Method::Bye, None);
    assert_eq!(bye.uri, "sip:old.example");
    assert_eq!(bye.route, ["<sip:n@192.0.2.9>"]);
}

#[test]
fn sequence_numbers_rise() {
    let mut dialog = answering(ROUTES, Routing::Symmetric);
    assert_eq!(dialog.order(6), Order::Late);
    assert_eq!(dialog.order(7), Order::Same);
    assert_eq!(dialog.order(9), Order::Next);
    assert_eq!(dialog.order(8), Order::Late);
}

#[test]
fn only_the_peer_with_its_tag_and_call_id_owns_the_dialog() {
    let dialog = answering(ROUTES, Routing::Symmetric);
    assert!(dialog.owns(&request("BYE", 8, "")));
    let mut other = answering(ROUTES, Routing::Symmetric);
    other.remote_tag = "near".into();
    assert!(!other.owns(&request("BYE", 8, "")));
}

#[test]
fn names_of_people_do_not_stay_in_a_dialog() {
    let dialog = answering(ROUTES, Routing::Symmetric);
    assert_eq!(dialog.remote, "<sip:n@far>");
}

#[test]
fn an_invite_without_contact_begins_no_dialog() {
    let invite = request("INVITE", 7, "");
    assert!(Dialog::answering(&invite, source("192.0.2.1:9999"), Tag(1), Routing::Symmetric).is_none());
}

fn on(connection: u64, transport: Transport, from: &str) -> Source {
    Source {
        transport,
        connection: Some(ConnectionId(connection)),
        ..source(from)
    }
}

#[test]
fn a_peer_whose_connection_has_gone_is_reached_where_it_listens() {
    let by = |transport, more: &str| {
        let from = on(1, transport, "192.0.2.1:40000");
        Dialog::answering(&request("INVITE", 7, more), from, Tag(1), Routing::Symmetric).unwrap()
    };
    let told = |dialog: &Dialog| (dialog.hop.remote.to_string(), dialog.hop.connection);
    let contact = "Contact: <sip:n@198.51.100.7:5070>\r\n";
    let mut dialog = by(Transport::Tcp, contact);
    let first = Some(ConnectionId(1));
    assert_eq!(told(&dialog), ("192.0.2.1:5070".into(), first));
    dialog.moved(on(1, Transport::Tcp, "192.0.2.1:40000"));
    assert_eq!(told(&dialog), ("192.0.2.1:5070".into(), first));
    dialog.moved(on(2, Transport::Tcp, "192.0.2.1:40001"));
    assert_eq!(told(&dialog), ("192.0.2.1:5070".into(), Some(ConnectionId(2))));
    let routed = format!("Record-Route: <sip:192.0.2.5:5080;lr>\r\n{contact}");
    assert_eq!(
        told(&by(Transport::Tcp, &routed)),
        ("192.0.2.1:5080".into(), first)
    );
    let named = by(Transport::Tls, "Contact: <sip:n@phone.example>\r\n");
    assert_eq!(told(&named), ("192.0.2.1:5061".into(), first));
}

#[test]
fn a_peer_that_uses_our_connection_is_reached_there_and_else_where_it_was_before() {
    let mut dialog = asking("Contact: <sip:n@192.0.2.9:5090>\r\n");
    dialog.routing = Routing::Symmetric;
    dialog.hop = Hop {
        transport: Transport::Tls,
        remote: "192.0.2.1:5071".parse().unwrap(),
        connection: None,
        tls_name: Some("sip.example".into()),
    };
    dialog.moved(on(3, Transport::Tls, "192.0.2.1:5071"));
    let after = dialog.hop.clone();
    assert_eq!(
        (after.remote.port(), after.connection),
        (5071, Some(ConnectionId(3)))
    );
    dialog.moved(on(4, Transport::Tls, "192.0.2.1:40000"));
    assert_eq!(
        (dialog.hop.remote.port(), dialog.hop.tls_name.as_deref()),
        (5090, Some("sip.example"))
    );
}
