//! `serve --demo`: a community to try things out on, and what to type next.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, anyhow};

use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId};
use crate::switchboard::pool_file::PoolFile;
use crate::switchboard::{ContactRef, NewKey, Switchboard};

const NAME: &str = "pool-config/demo.toml";
const FILE: &str = include_str!("../../pool-config/demo.toml");
/// The name of the demo's key; earlier ones of that name are revoked.
const KEY: &str = "demo";

/// What to type next.
pub struct NextStep {
    token: String,
    community: CommunityId,
    members: [MemberId; 2],
    /// The names and phones of two members.
    sender: (String, E164),
    recipient: (String, E164),
    /// What stands for the recipient on the sender's phone, and the other way round.
    number: E164,
    mirror: E164,
}

/// Makes the demo's community and a key for this run. The key is kept only as a hash, so each run has a
/// new one.
pub async fn set_up(board: &Switchboard) -> anyhow::Result<NextStep> {
    let file = PoolFile::parse(NAME, FILE).map_err(|problems| anyhow!(problems.join("; ")))?;
    let plan = board.apply_pool_file(&file).await?;
    tracing::info!(changes = plan.changes.len(), "the demo community is there");

    for key in board.keys().await? {
        if key.name == KEY && key.revoked_at.is_none() {
            board.revoke_key(key.id).await?;
        }
    }
    let random = super::random_bytes();
    let (_, token) = board.create_key(NewKey::admin(KEY), random).await?;

    let community = board
        .find_community(&file.community)
        .await?
        .context("the demo community is gone again")?;
    let pair = file.contacts.first().context("the demo has no contact")?;
    let mut people = Vec::new();
    for phone in [pair.member, pair.contact] {
        let found = board.members(community.id, Some(phone), None, 1).await?;
        let member = found.into_iter().next().context("a demo member is gone again")?;
        people.push((member, phone));
    }
    let [(sender, sender_phone), (recipient, recipient_phone)] = &people[..] else {
        return Err(anyhow!("the demo needs two members"));
    };
    let contact = board
        .contact(community.id, sender.id, ContactRef::Member(recipient.id))
        .await?;
    Ok(NextStep {
        token,
        community: community.id,
        members: [sender.id, recipient.id],
        sender: (sender.name.clone(), *sender_phone),
        recipient: (recipient.name.clone(), *recipient_phone),
        number: contact.number,
        mirror: contact.mirror_number,
    })
}

impl NextStep {
    /// Which of the admins' pages shows the two phones side by side.
    pub fn page(&self) -> String {
        let [sender, recipient] = self.members;
        format!("/c/{}/phones?phones={sender}+{recipient}", self.community)
    }

    /// Says it, with commands that run as they stand. `sip` is where virtual phones and others can call.
    pub fn print(&self, http: SocketAddr, base: &str, sip: Option<SocketAddr>) {
        super::print(&self.text(http, base, sip));
    }

    fn text(&self, http: SocketAddr, base: &str, sip: Option<SocketAddr>) -> String {
        let phones = format!("http://{}/v1/loopback/phones", reachable(http));
        let auth = format!("-H 'Authorization: Bearer {}'", self.token);
        let ask = |method: &str, path: String, body: String| {
            format!(
                "curl -sS{method} {phones}/{path} {auth} \\\n  -H 'Content-Type: application/json' -d '{body}'; echo"
            )
        };
        let send = |phone: E164, to: E164, text: &str| {
            ask(
                "",
                format!("{phone}/texts"),
                format!("{{\"to\": \"{to}\", \"text\": \"{text}\"}}"),
            )
        };
        let list = |wait: u8, path: String| format!("sleep {wait}; curl -sS {phones}/{path} {auth}; echo");
        let (sender, phone) = (&self.sender.0, self.sender.1);
        let (recipient, other) = (&self.recipient.0, self.recipient.1);
        let (number, mirror) = (self.number, self.mirror);
        let call = sip.map(|sip| {
            [
                format!("# {recipient}'s phone is to answer by itself; {sender} calls it and talks for two seconds; what it showed:"),
                ask(" -X PATCH", other.to_string(), "{\"answering\": \"auto\"}".into()),
                ask("", format!("{phone}/calls"), format!("{{\"to\": \"{number}\", \"talk_s\": 2}}")),
                list(5, format!("{other}/calls")),
                String::new(),
                "# the same from a SIP program (from the checkout, with sipp):".to_owned(),
                format!("examples/demo-call/call.sh {} {phone} {number}", reachable(sip)),
                String::new(),
            ]
        });
        let texts = [
            String::new(),
            format!("The demo community is up: {sender}'s phone is {phone}, {recipient}'s is {other}."),
            format!(
                "On {sender}'s phone {number} is {recipient}; on {recipient}'s phone {mirror} is {sender}."
            ),
            format!(
                "Both phones, side by side in a browser, where they text{}:",
                if sip.is_some() { " and call" } else { "" }
            ),
            format!("open {base}/admin/#{}", self.page()),
            "The next step, in another terminal:".into(),
            String::new(),
            format!("# {sender} texts {recipient}:"),
            send(phone, number, &format!("Hello {recipient}")),
            String::new(),
            format!("# what {recipient}'s phone received: from {mirror}, not from {phone}:"),
            list(1, format!("{other}/texts")),
            String::new(),
            format!("# {recipient} answers to the number that they see, and what {sender}'s phone received:"),
            send(other, mirror, &format!("Hello {sender}")),
            list(1, format!("{phone}/texts")),
            String::new(),
        ];
        let end = ["Ctrl-C stops the broker.".to_owned()];
        texts
            .into_iter()
            .chain(call.into_iter().flatten())
            .chain(end)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The address to call, where the server listens on all of them.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_file_is_sound_and_its_first_contact_can_be_shown() {
        let file = PoolFile::parse(NAME, FILE).unwrap();
        assert!(!file.contacts.is_empty() && file.numbers.iter().all(|n| n.carrier == "loopback"));
    }

    #[test]
    fn a_wildcard_address_is_called_by_the_machines_own() {
        assert_eq!(
            reachable("0.0.0.0:8080".parse().unwrap()).to_string(),
            "127.0.0.1:8080"
        );
        assert_eq!(reachable("[::]:80".parse().unwrap()).to_string(), "[::1]:80");
        assert_eq!(
            reachable("192.0.2.1:80".parse().unwrap()).to_string(),
            "192.0.2.1:80"
        );
    }
}
