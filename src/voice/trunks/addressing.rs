//! What a trunk is told: URIs, headers and options as its settings want them.

use super::Trunk;
use super::select::Route;
use super::trunk::transport_parameter;
use crate::config::sip::{CallerHeader, DialogRouting, DigitsTo, ReliableProvisional, SipConfig, Target};
use crate::domain::E164;
use crate::wire::sip::b2bua::{Attempt, Credentials, Digits, LegOptions, Reliability, Routing, SessionTimer};
use crate::wire::sip::message::Extra;

/// What this end calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The host in From, as it stands in a URI.
    pub host: String,
    /// The settings of all calls.
    pub session_expires_s: u32,
    /// The least that a peer may ask for.
    pub min_se_s: u32,
}

impl Own {
    /// From the settings, with the host that is advertised.
    pub fn new(config: &SipConfig, host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            session_expires_s: config.session_expires_s,
            min_se_s: config.min_se_s,
        }
    }
}

/// An attempt to reach `phone` by that route, which is shown `shown` and nothing else of the caller.
pub fn attempt(route: &Route, phone: E164, shown: E164, own: &Own) -> Attempt {
    let trunk = &route.trunk;
    let place = trunk.targets.get(route.target).map(authority).unwrap_or_default();
    let transport = transport_parameter(trunk.config.transport);
    let number = trunk.format.write(&phone.digits());
    let domain = domain(trunk, own);
    let shown_uri = format!("sip:{}@{domain};user=phone", trunk.format.write(&shown.digits()));
    let tells = |header: CallerHeader| trunk.config.caller.contains(&header);
    let from = match (tells(CallerHeader::From), trunk.config.username.as_str()) {
        (true, _) => format!("<{shown_uri}>"),
        (false, "") => format!("<sip:{domain}>"),
        (false, username) => format!("<sip:{username}@{domain}>"),
    };
    let mut identity = Vec::new();
    if tells(CallerHeader::PAssertedIdentity) {
        identity.push(Extra::PAssertedIdentity(format!("<{shown_uri}>")));
    }
    if tells(CallerHeader::RemotePartyId) {
        let value = format!("<{shown_uri}>;party=calling;screen=yes;privacy=off");
        identity.push(Extra::RemotePartyId(value));
    }
    Attempt {
        hops: route.hops.clone(),
        uri: format!("sip:{number}@{place};user=phone{transport}"),
        from,
        to: format!("<sip:{number}@{place};user=phone>"),
        identity,
        credentials: credentials(trunk),
        silence_ms: u64::from(trunk.config.no_answer_s) * 1000,
        options: leg_options(trunk, shown, own),
    }
}

/// How a leg on that trunk is kept. `shown` is the pool number that the far end deals with.
pub fn leg_options(trunk: &Trunk, shown: E164, own: &Own) -> LegOptions {
    let config = &trunk.config;
    let timers = config.session_timers && own.session_expires_s > 0;
    LegOptions {
        contact_user: shown.to_string(),
        routing: match config.routing {
            DialogRouting::Symmetric => Routing::Symmetric,
            DialogRouting::Addressed => Routing::Addressed,
        },
        session: SessionTimer {
            interval_s: if timers { own.session_expires_s } else { 0 },
            minimum_s: own.min_se_s,
            ..SessionTimer::default()
        },
        reliable: match config.reliable_provisional {
            ReliableProvisional::Off => Reliability::Off,
            ReliableProvisional::Supported => Reliability::Supported,
            ReliableProvisional::Required => Reliability::Required,
        },
        digits: match config.digits {
            DigitsTo::Auto => Digits::Auto,
            DigitsTo::Rfc4733 => Digits::Relay,
            DigitsTo::Info => Digits::Info,
        },
    }
}

/// As whom the trunk is answered when it asks.
pub(super) fn credentials(trunk: &Trunk) -> Option<Credentials> {
    let config = &trunk.config;
    (!config.username.is_empty() && !config.password.is_empty()).then(|| Credentials {
        username: config.username.clone(),
        password: config.password.0.clone(),
    })
}

/// The domain of this end as that trunk is told it.
pub(super) fn domain<'a>(trunk: &'a Trunk, own: &'a Own) -> &'a str {
    match trunk.config.from_domain.as_str() {
        "" => &own.host,
        domain => domain,
    }
}

/// Host and port as in a URI.
pub(super) fn authority(target: &Target) -> String {
    let host = bracketed(&target.host);
    match target.port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// A host as in a URI: IPv6 in brackets.
pub fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}
