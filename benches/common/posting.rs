//! Texts that apps send in members' names.

use super::http::Caller;
use super::{COMMUNITY, Town};
use partyline::domain::id::{CommunityId, MemberId};

/// Where they are posted to.
pub fn path() -> String {
    format!("/v1/communities/{}/messages", CommunityId::from_i64(COMMUNITY))
}

/// The n-th text: each goes to another pair, all over the town.
pub fn body(town: &Town, n: u64) -> String {
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let member = (scattered >> 33) as i64 % town.members;
    let contact = town.contact(member, (scattered & 0xffff) as i64 % (2 * town.reach));
    let id = |m: i64| MemberId::from_i64(m + 1).to_string();
    format!(
        r#"{{"from":"{}","to":"{}","text":"Text {n} of an everyday length, as people send them."}}"#,
        id(member),
        id(contact)
    )
}

/// Posts the n-th text under a key of its own; it must be taken.
pub async fn post(caller: &mut Caller, town: &Town, path: &str, n: u64) {
    let key = format!("idempotency-key: bench-{n}\r\n");
    let (status, answer) = caller.ask("POST", path, &key, &body(town, n)).await;
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&answer));
}
