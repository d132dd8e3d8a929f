//! One trunk: a way to the telephone network, or a soft-phone.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::smpp::Password;

/// A trunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrunkConfig {
    /// Where its calls go: `192.0.2.7`, `sbc.example.net:5080`, or a domain that DNS knows more about
    /// (RFC 3263); several are tried in this order. Empty: it only brings calls.
    pub targets: Vec<String>,
    /// How calls to it travel: `udp`, `tcp`, `tls`, or `auto`: as DNS says, else by UDP.
    pub transport: TrunkTransport,
    /// PEM file with the authorities to trust (with TLS); unset: those of the operating system.
    pub tls_ca: Option<PathBuf>,
    /// Addresses (`192.0.2.7`) and networks (`192.0.2.0/24`) that its requests come from, besides those of its
    /// targets. A trunk with `inbound_password` and neither is admitted from any address.
    pub allow: Vec<String>,
    /// Whether it may bring calls.
    pub inbound: bool,
    /// Whether calls may leave by it.
    pub outbound: bool,
    /// As whom to answer when it asks for a digest (RFC 3261, section 22).
    pub username: String,
    /// With which password.
    pub password: Password,
    /// As whom its own requests must authenticate; empty: its address is enough.
    pub inbound_username: String,
    /// With which password.
    pub inbound_password: Password,
    /// Where to register as `username`, like a target; empty: nowhere.
    pub registrar: String,
    /// Seconds that a registration is asked for.
    pub register_expires_s: u32,
    /// Seconds between the OPTIONS that ask whether it is there; 0: it is not asked.
    pub keep_alive_s: u32,
    /// The most calls by it at once, both ways; 0: no limit.
    pub max_channels: usize,
    /// The most new calls a second by it, both ways; 0: no limit.
    pub calls_per_s: u32,
    /// Calls leave by the trunks with the lowest number first.
    pub priority: u16,
    /// Its share of the calls among trunks of the same priority.
    pub weight: u16,
    /// Prefixes (`+1555`) of phones that are reached by it and no other; it gets no other calls then. Empty: it
    /// reaches all.
    pub reaches: Vec<String>,
    /// Seconds without any answer to an INVITE after which another trunk is tried.
    pub no_answer_s: u32,
    /// How it writes numbers.
    pub numbers: NumberStyle,
    /// With national numbers: the country's code, such as `49`.
    pub country_code: String,
    /// With national numbers: what stands before those of the country, such as `0`; empty: nothing.
    pub national_prefix: String,
    /// With national numbers: what stands before the country codes of others, such as `00`.
    pub international_prefix: String,
    /// Where the number that was dialled stands.
    pub dialled: DialledIn,
    /// The headers by which it is trusted to say who calls, the most trusted first. The first that is there
    /// decides. Callers of whom none of them says anything are strangers.
    pub trust: Vec<CallerHeader>,
    /// What callers are that ask for their number to be withheld.
    pub withheld: WithheldCallers,
    /// The headers that tell it the number to be shown. From holds `username` where it is not among them.
    pub caller: Vec<CallerHeader>,
    /// The domain in those headers; empty: that of `advertise`.
    pub from_domain: String,
    /// Whether to ask for, and to offer, session timers (RFC 4028).
    pub session_timers: bool,
    /// Reliable provisional answers (RFC 3262) to calls that leave by it.
    pub reliable_provisional: ReliableProvisional,
    /// How digits that came by INFO go on to it. Digits in the sound pass as they are.
    pub digits: DigitsTo,
    /// Where requests within a call go: to where its messages come from, which is right behind NAT, or to where its
    /// Record-Route and Contact say.
    pub routing: DialogRouting,
}

impl Default for TrunkConfig {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            transport: TrunkTransport::Auto,
            tls_ca: None,
            allow: Vec::new(),
            inbound: true,
            outbound: true,
            username: String::new(),
            password: Password::default(),
            inbound_username: String::new(),
            inbound_password: Password::default(),
            registrar: String::new(),
            register_expires_s: 3600,
            keep_alive_s: 30,
            max_channels: 0,
            calls_per_s: 0,
            priority: 1,
            weight: 1,
            reaches: Vec::new(),
            no_answer_s: 5,
            numbers: NumberStyle::E164,
            country_code: String::new(),
            national_prefix: String::new(),
            international_prefix: "00".into(),
            dialled: DialledIn::Uri,
            trust: vec![CallerHeader::PAssertedIdentity],
            withheld: WithheldCallers::Stranger,
            caller: vec![CallerHeader::From],
            from_domain: String::new(),
            session_timers: true,
            reliable_provisional: ReliableProvisional::Supported,
            digits: DigitsTo::Auto,
            routing: DialogRouting::Symmetric,
        }
    }
}

/// How calls to a trunk travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrunkTransport {
    /// As DNS says (RFC 3263), else by UDP.
    Auto,
    /// By UDP.
    Udp,
    /// By TCP.
    Tcp,
    /// By TLS.
    Tls,
}

/// How a trunk writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberStyle {
    /// `+14155550101`.
    E164,
    /// `14155550101`.
    Digits,
    /// As dialled in the country.
    National,
}

/// Where the number that was dialled stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialledIn {
    /// In the request URI.
    Uri,
    /// In To, as with carriers that put the account into the request URI.
    To,
}

/// A header that says who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerHeader {
    /// P-Asserted-Identity (RFC 3325).
    PAssertedIdentity,
    /// Remote-Party-ID.
    RemotePartyId,
    /// From.
    From,
}

/// What callers are that ask for their number to be withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithheldCallers {
    /// Strangers.
    Stranger,
    /// Members, if their number is one's: the contact sees the pool number and never another.
    Member,
}

/// Reliable provisional answers (RFC 3262).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReliableProvisional {
    /// Not offered.
    Off,
    /// Offered.
    Supported,
    /// Demanded.
    Required,
}

/// How digits that came by INFO go on to a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitsTo {
    /// By INFO where its Allow names that, else in the sound.
    Auto,
    /// In the sound, as telephone events (RFC 4733), where its session description has them.
    Rfc4733,
    /// By INFO.
    Info,
}

/// Where requests within a call go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogRouting {
    /// To where the peer's messages come from.
    Symmetric,
    /// To where Record-Route and Contact say.
    Addressed,
}

/// A place in `targets` or `registrar`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// A name, or an address without brackets.
    pub host: String,
    /// If one is given.
    pub port: Option<u16>,
}

impl Target {
    /// Reads `host`, `host:port`, `[2001:db8::1]` or `[2001:db8::1]:port`.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, port) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, port)
        } else {
            match text.find(':') {
                Some(colon) => text.split_at(colon),
                None => (text, ""),
            }
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            Some(digits) => Some(digits.parse().ok().filter(|port| *port > 0)?),
            None => return None,
        };
        (!host.is_empty() && host.len() <= 253 && host.chars().all(plain)).then(|| Self {
            host: host.to_owned(),
            port,
        })
    }
}
