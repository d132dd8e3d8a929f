//! Vectors of the RFCs, and both ends against each other.

use super::super::message::{Extra, Uri};
use super::*;

fn text(answer: Answer) -> String {
    match answer {
        Extra::Authorization(text) | Extra::ProxyAuthorization(text) => text,
        other => panic!("{other:?}"),
    }
}

fn proof<'a>(algorithm: Algorithm, realm: &'a str, password: &'a str, nonce: &'a str) -> Proof<'a> {
    Proof {
        algorithm,
        session: false,
        username: b"Mufasa",
        realm: realm.as_bytes(),
        password: password.as_bytes(),
        nonce: nonce.as_bytes(),
        method: "GET",
        uri: b"/dir/index.html",
        counted: None,
        cnonce: b"",
    }
}

#[test]
fn the_example_of_rfc_2617_comes_out() {
    let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
    let mut proof = proof(Algorithm::Md5, "testrealm@host.com", "Circle Of Life", nonce);
    proof.counted = Some((b"00000001", b"0a4f113b"));
    assert_eq!(proof.response(), "6629fae49393a05397450978507c4ef1");
}

#[test]
fn the_example_of_rfc_2069_without_qop_comes_out() {
    let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
    let proof = proof(Algorithm::Md5, "testrealm@host.com", "CircleOfLife", nonce);
    assert_eq!(
        proof.response(),
        "1949323746fe6a43ef61f9606e7febea",
        "as its erratum has it"
    );
}

#[test]
fn the_examples_of_rfc_7616_come_out() {
    for (algorithm, response) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            Algorithm::Sha256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let mut proof = proof(algorithm, "http-auth@example.org", "Circle of Life", nonce);
        proof.counted = Some((b"00000001", b"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"));
        assert_eq!(proof.response(), response);
    }
}

#[test]
fn the_library_s_client_says_the_same_as_ours() {
    for algorithm in ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256"] {
        for qop in ["", ", qop=\"auth,auth-int\""] {
            let value = format!("Digest realm=\"r\", nonce=\"n\", opaque=\"o\", algorithm={algorithm}{qop}");
            let theirs = sipx_sip::auth::Challenge::parse(value.as_bytes(), false).unwrap();
            let credentials = sipx_sip::auth::Credentials::new("u", "p");
            let theirs = sipx_sip::auth::respond(&theirs, &credentials, "INVITE", "sip:a@b", 1, "c0");
            let mut account = Account::new("u", "p");
            let ours = account.answer(&[value.into_bytes()], false, false, ("INVITE", "sip:a@b"), "c0");
            let response = |text: &str| {
                text.split("response=\"")
                    .nth(1)
                    .unwrap()
                    .split('"')
                    .next()
                    .unwrap()
                    .to_owned()
            };
            assert_eq!(
                response(&text(ours.unwrap())),
                response(&theirs),
                "{algorithm}{qop}"
            );
        }
    }
}

#[test]
fn an_account_counts_and_stops_when_it_is_refused() {
    let challenge =
        |more: &str| vec![format!("Digest realm=\"r\", nonce=\"n\", qop=\"auth\"{more}").into_bytes()];
    let mut account = Account::new("u", "p");
    assert_eq!(account.again(("INVITE", "sip:a@b"), "c"), None);
    let first = account
        .answer(&challenge(""), true, false, ("INVITE", "sip:a@b"), "c")
        .unwrap();
    assert!(matches!(&first, Extra::ProxyAuthorization(t) if t.contains("qop=auth, nc=00000001")));
    let next = text(account.again(("BYE", "sip:a@b"), "c").unwrap());
    assert!(next.contains("nc=00000002"));
    let stale = account
        .answer(&challenge(", stale=TRUE"), false, true, ("BYE", "sip:a@b"), "c")
        .unwrap();
    assert!(text(stale).contains("nc=00000001"));
    let refused = account.answer(&challenge(""), false, true, ("BYE", "sip:a@b"), "c");
    assert_eq!(refused, Err(NoAnswer::Refused));
    assert!(!format!("{account:?}").contains("\"p\""));
}

#[test]
fn the_strongest_challenge_is_answered_and_what_is_not_understood_left_aside() {
    let values = [
        "Basic realm=\"r\"",
        "Digest realm=\"r\", nonce=\"m\", algorithm=MD5",
        "Digest realm=\"r\", nonce=\"x\", algorithm=SHA3",
        "Digest realm=\"r\", nonce=\"s\", algorithm=sha-256, qop=auth",
        "Digest realm=\"r\", nonce=\"i\", algorithm=SHA-512-256, qop=\"auth-int\"",
        "Digest nonce=\"s\"",
        "Digest realm=\"r\", nonce=\"a\", nonce=\"b\"",
        "Digest realm=\"open, nonce=\"b\"",
    ]
    .map(|v| v.as_bytes().to_vec());
    let mut account = Account::new("u", "p");
    let answer = text(
        account
            .answer(&values, false, false, ("INVITE", "sip:a@b"), "c")
            .unwrap(),
    );
    assert!(answer.contains("nonce=\"s\"") && answer.contains("algorithm=SHA-256"));
    let none = account.answer(&values[..1], false, false, ("INVITE", "sip:a@b"), "c");
    assert_eq!(none, Err(NoAnswer::Unknown));
}

#[test]
fn nothing_in_a_challenge_can_bring_a_header_of_its_own() {
    assert_eq!(Challenge::parse(b"Digest realm=\"a\r\nX: y\", nonce=\"n\""), None);
    assert_eq!(Challenge::parse(b"Digest realm=\"a\", nonce=\"\0\""), None);
    let value = br#"Digest realm="a\"b\\", nonce="n""#.to_vec();
    let mut account = Account::new("u\r\nX: y", "p");
    let answer = text(
        account
            .answer(&[value], false, false, ("INVITE", "sip:a@b"), "c")
            .unwrap(),
    );
    assert!(answer.contains(r#"realm="a\"b\\""#) && !answer.contains('\n'));
}

const URI: &str = "sip:pool@192.0.2.10";

fn guard(most: usize) -> Guard {
    Guard::new([9; 32], "partyline", 60_000, most)
}

fn judge(guard: &mut Guard, now: u64, credentials: &str) -> Verdict {
    let values = [credentials.as_bytes().to_vec()];
    let uri = Uri::parse(URI.as_bytes()).unwrap();
    let password = |user: &str| (user == "carrier").then_some("secret");
    let fault = guard.fault(now, &values, "INVITE", &uri, password);
    let verdict = guard.verify(now, &values, "INVITE", &uri, password);
    // What is foretold is what is found.
    let refused = (!matches!(verdict, Verdict::Accepted { .. })).then(|| verdict.clone());
    assert_eq!(fault, refused);
    verdict
}

fn login(guard: &Guard, now: u64, salt: u64, password: &str) -> (Account, String) {
    let values: Vec<Vec<u8>> = guard
        .challenge(now, salt, false)
        .into_iter()
        .map(String::into_bytes)
        .collect();
    let mut account = Account::new("carrier", password);
    let answer = text(
        account
            .answer(&values, false, false, ("INVITE", URI), "c1")
            .unwrap(),
    );
    (account, answer)
}

fn accepted() -> Verdict {
    Verdict::Accepted {
        username: "carrier".into(),
    }
}

#[test]
fn right_credentials_are_accepted_once() {
    let mut guard = guard(10);
    let (mut account, first) = login(&guard, 1_000, 7, "secret");
    assert!(first.contains("algorithm=SHA-256"));
    assert_eq!(judge(&mut guard, 1_100, &first), accepted());
    assert_eq!(judge(&mut guard, 1_200, &first), Verdict::Replayed);
    let second = text(account.again(("INVITE", URI), "c2").unwrap());
    let third = text(account.again(("INVITE", URI), "c3").unwrap());
    assert_eq!(judge(&mut guard, 1_300, &third), accepted());
    assert_eq!(
        judge(&mut guard, 1_300, &second),
        accepted(),
        "out of order, but new"
    );
    for replay in [&first, &second, &third] {
        assert_eq!(judge(&mut guard, 1_400, replay), Verdict::Replayed);
    }
}

#[test]
fn md5_and_no_qop_are_taken_from_old_peers_but_a_nonce_is_good_for_one_request_then() {
    let mut guard = guard(10);
    let value = guard
        .challenge(5, 1, false)
        .remove(1)
        .replace(", qop=\"auth\"", "");
    let mut account = Account::new("carrier", "secret");
    let old = text(
        account
            .answer(&[value.into_bytes()], false, false, ("INVITE", URI), "c")
            .unwrap(),
    );
    assert!(!old.contains("nc="));
    assert_eq!(judge(&mut guard, 6, &old), accepted());
    assert_eq!(judge(&mut guard, 7, &old), Verdict::Replayed);
}

#[test]
fn wrong_credentials_are_refused_and_nothing_is_kept_of_them() {
    let mut guard = guard(10);
    let (_, right) = login(&guard, 0, 1, "secret");
    let (_, wrong) = login(&guard, 0, 1, "guess");
    assert_eq!(judge(&mut guard, 1, &wrong), Verdict::Wrong);
    assert_eq!(
        judge(&mut guard, 1, &right.replace("carrier", "nobody")),
        Verdict::Wrong
    );
    assert_eq!(
        judge(&mut guard, 1, &right.replace(URI, "sip:other@192.0.2.10")),
        Verdict::Wrong
    );
    assert_eq!(
        judge(&mut guard, 1, &right.replace("nc=00000001", "nc=00000002")),
        Verdict::Wrong
    );
    assert_eq!(
        judge(&mut guard, 1, &right.replace("nc=00000001", "nc=1")),
        Verdict::Wrong
    );
    let uri = Uri::parse(URI.as_bytes()).unwrap();
    let bye = guard.verify(1, &[right.clone().into_bytes()], "BYE", &uri, |_| Some("secret"));
    assert_eq!(bye, Verdict::Wrong, "made for an INVITE");
    assert_eq!(guard.remembered(), 0);
    assert_eq!(judge(&mut guard, 1, &right), accepted());
}

#[test]
fn a_nonce_that_is_not_ours_counts_for_nothing() {
    let mut guard = guard(10);
    let other = Guard::new([8; 32], "partyline", 60_000, 10);
    let (_, forged) = login(&other, 0, 1, "secret");
    assert_eq!(judge(&mut guard, 1, &forged), Verdict::Absent);
    let (_, mine) = login(&guard, 0, 1, "secret");
    let later = mine.replace("0000000000000000", "0000000000000009");
    assert_eq!(judge(&mut guard, 1, &later), Verdict::Absent);
    for junk in [
        "",
        "Digest",
        "Basic x",
        "Digest realm=\"elsewhere\", nonce=\"n\"",
        "Digest realm=\"partyline\"",
    ] {
        assert_eq!(judge(&mut guard, 1, junk), Verdict::Absent, "{junk}");
    }
}

#[test]
fn an_old_nonce_is_stale_if_the_password_is_right() {
    let mut guard = guard(10);
    let (_, right) = login(&guard, 0, 1, "secret");
    let (_, wrong) = login(&guard, 0, 2, "guess");
    assert_eq!(judge(&mut guard, 60_001, &right), Verdict::Stale);
    assert_eq!(judge(&mut guard, 60_001, &wrong), Verdict::Wrong);
    assert!(
        guard
            .challenge(60_001, 3, true)
            .iter()
            .all(|c| c.ends_with("stale=true"))
    );
}

#[test]
fn the_memory_of_nonces_is_bounded_and_forgetting_lets_no_replay_through() {
    let mut guard = guard(100);
    let mut used = Vec::new();
    for n in 0..1_000u64 {
        let (_, credentials) = login(&guard, n, n, "secret");
        assert_eq!(judge(&mut guard, n, &credentials), accepted());
        assert!(guard.remembered() <= 100);
        used.push(credentials);
    }
    for credentials in &used {
        let verdict = judge(&mut guard, 1_000, credentials);
        assert!(
            matches!(verdict, Verdict::Stale | Verdict::Replayed),
            "{verdict:?}"
        );
    }
    let (_, late) = login(&guard, 100_000, 1, "secret");
    assert_eq!(judge(&mut guard, 100_000, &late), accepted());
    assert_eq!(guard.remembered(), 1, "what is too old is forgotten");
}

#[test]
fn counts_beyond_the_window_are_refused() {
    let mut guard = guard(10);
    let (mut account, first) = login(&guard, 0, 1, "secret");
    for _ in 0..70 {
        let next = text(account.again(("INVITE", URI), "c").unwrap());
        assert_eq!(judge(&mut guard, 1, &next), accepted());
    }
    assert_eq!(
        judge(&mut guard, 1, &first),
        Verdict::Replayed,
        "never seen, but too far below"
    );
}
