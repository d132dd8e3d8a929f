//! What settings mean to the parts of the edge, and the sockets that they name.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsConnector;

use super::driver::{RETRY_AFTER_S, UNDECIDED};
use super::edge::VoiceError;
use super::relay::{Interface, Settings as RelaySettings};
use super::resolve::Families;
use super::sockets::{BoundUdp, Connectors, Tuning};
use crate::config::media::MediaConfig;
use crate::config::sip::{SipConfig, Target, TrunkTransport};
use crate::config::tls::{self, TlsFileError};
use crate::wire::rtp::latch::Rules;
use crate::wire::sip::b2bua::Settings;
use crate::wire::sip::flow::Advertised;
use crate::wire::sip::transaction;

/// How long the exchange has to decide on a call.
pub(super) const DECISION_MS: u64 = 5_000;
/// How often a port is tried for that must be free for UDP and TCP alike, where the setting names none.
const PORT_TRIES: usize = 16;

pub(super) async fn bind(address: &str) -> Result<TcpListener, VoiceError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| listen_error(address, source))
}

/// One port for both. Where the setting names none, one that is free for both is looked for.
pub(super) async fn bind_both(address: &str) -> Result<(TcpListener, BoundUdp), VoiceError> {
    let mut tries = 0;
    loop {
        let tcp = bind(address).await?;
        let local = local_of(&tcp)?;
        tries += 1;
        match BoundUdp::bind(local, Tuning::default()) {
            Ok(udp) => return Ok((tcp, udp)),
            Err(_) if address.ends_with(":0") && tries < PORT_TRIES => {}
            Err(source) => return Err(listen_error(address, source)),
        }
    }
}

fn listen_error(address: &str, source: io::Error) -> VoiceError {
    VoiceError::Listen {
        address: address.to_owned(),
        source,
    }
}

pub(super) fn local_of(listener: &TcpListener) -> Result<SocketAddr, VoiceError> {
    listener
        .local_addr()
        .map_err(|source| listen_error("(its own socket)", source))
}

pub(super) fn advertised(host: &str, local: SocketAddr, tls: Option<SocketAddr>) -> Advertised {
    let plain: Arc<str> = format!("{host}:{}", local.port()).into();
    Advertised {
        udp: plain.clone(),
        tcp: plain.clone(),
        tls: tls.map_or(plain, |tls| format!("{host}:{}", tls.port()).into()),
    }
}

/// Which addresses the socket can send to.
pub(super) fn families(listen: IpAddr) -> Families {
    Families {
        v4: listen.is_ipv4() || listen.is_unspecified(),
        v6: listen.is_ipv6(),
    }
}

pub(super) fn settings(sip: &SipConfig, advertised: Advertised) -> Settings {
    Settings {
        transactions: transaction::Limits {
            transactions: sip.max_transactions,
            t1_ms: sip.t1_ms,
            t2_ms: sip.t2_ms,
            timer_c_ms: sip.timer_c_s.saturating_mul(1000),
            ..transaction::Limits::default()
        },
        advertised,
        calls: sip.max_calls,
        undecided: UNDECIDED,
        decision_ms: DECISION_MS,
        retry_after_s: RETRY_AFTER_S,
        forks: 8,
    }
}

/// How many files may be open besides the relay's sockets and the connections of SIP.
const OTHER_FILES: usize = 1024;

/// How many files this process may open.
fn allowed_files() -> usize {
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    allowed.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

/// How many of them the relay may have: what others do not need, and half of a few.
fn sockets(allowed: usize, connections: usize) -> usize {
    let others = connections.saturating_add(OTHER_FILES);
    allowed.saturating_sub(others).max(allowed / 2)
}

pub(super) fn relay_settings(media: &MediaConfig, sip: &SipConfig) -> RelaySettings {
    let interface = |address: &str, advertise: &str| {
        let bind: IpAddr = address.parse().ok()?;
        let advertised = advertise.parse().unwrap_or(bind);
        Some(Interface { bind, advertised })
    };
    let sockets = sockets(allowed_files(), sip.max_connections);
    let wanted = sip.max_calls.saturating_mul(4);
    if sockets < wanted {
        tracing::warn!(
            calls = sockets / 4,
            max_calls = sip.max_calls,
            "this process may not open as many files as sip.max_calls takes; raise its limit (ulimit -n, LimitNOFILE=)"
        );
    }
    RelaySettings {
        v4: interface(&media.address, &media.advertise),
        v6: interface(&media.address_v6, &media.advertise_v6),
        ports: media.first_port..=media.last_port,
        sockets,
        threads: media.threads,
        sessions: sip.max_calls,
        rules: Rules {
            strict: media.strict_source,
            ..Rules::default()
        },
        silence: match media.silence_timeout_s {
            0 => u64::MAX,
            seconds => u64::from(seconds) * 1_000_000,
        },
        ..RelaySettings::default()
    }
}

/// How TLS is spoken with each trunk.
pub(super) fn connectors(sip: &SipConfig) -> Result<Connectors, TlsFileError> {
    let mut by_name: HashMap<Arc<str>, TlsConnector> = HashMap::new();
    let mut others = false;
    for trunk in sip.trunks.values() {
        if !matches!(trunk.transport, TrunkTransport::Tls | TrunkTransport::Auto) {
            continue;
        }
        let Some(ca) = &trunk.tls_ca else {
            others |= trunk.transport == TrunkTransport::Tls;
            continue;
        };
        let connector = TlsConnector::from(tls::client(Some(ca))?);
        for text in trunk.targets.iter().chain([&trunk.registrar]) {
            if let Some(target) = Target::parse(text) {
                by_name
                    .entry(target.host.into())
                    .or_insert_with(|| connector.clone());
            }
        }
    }
    // A trunk that DNS alone sends to TLS is tried with the system's authorities, where there are any.
    let other = match tls::client(None) {
        Ok(config) => Some(config.into()),
        Err(error) if others => return Err(error),
        Err(_) => None,
    };
    Ok(Connectors { by_name, other })
}

#[cfg(test)]
mod tests {
    use super::sockets;
    use crate::config::media::CODECS;
    use crate::wire::sdp::Codec;

    #[test]
    fn sound_leaves_files_for_others_and_has_half_where_there_are_few() {
        assert_eq!(sockets(20_000, 1_000), 20_000 - 2_024);
        assert_eq!(sockets(1_024, 1_000), 512);
        assert_eq!(sockets(usize::MAX, usize::MAX), usize::MAX / 2);
    }

    #[test]
    fn every_codec_that_settings_may_name_is_known() {
        for name in CODECS {
            assert_eq!(Codec::named(name).map(Codec::name), Some(name));
        }
    }
}
