//! The loopback carrier's phones, as the API drives them: two edges that must not know each other meet here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;

use crate::carriers::loopback::lines::{BoundLines, Lines};
use crate::carriers::loopback::{Loopback, Told};
use crate::config::Config;
use crate::config::loopback::OUTLET;
use crate::config::sip::{CallerHeader, ReliableProvisional, SipConfig, Target, TrunkConfig, TrunkTransport};
use crate::config::smpp::IpRange;
use crate::domain::E164;
use crate::domain::id::CallId;
use crate::switchboard::Switchboard;
use crate::switchboard::outlet::{IntakeError, Received};
use crate::switchboard::phones::{ReceivedText, VirtualLines, VirtualPhones};
use crate::switchboard::switching::{
    CallAttempt, CallExchange, CallOrder, CallOutlet, CallPlan, CallReport, CallStep, Caller, PlaceError,
    TrunkView, VoiceFigures,
};

/// Virtual phones over the loopback carrier.
pub struct LoopbackPhones {
    loopback: Arc<Loopback>,
    board: Switchboard,
    lines: Option<Arc<Lines>>,
}

impl LoopbackPhones {
    /// Phones of that carrier, which text into that exchange, and call where there are lines.
    pub fn new(loopback: Arc<Loopback>, board: Switchboard, lines: Option<Arc<Lines>>) -> Self {
        Self {
            loopback,
            board,
            lines,
        }
    }
}

#[async_trait]
impl VirtualPhones for LoopbackPhones {
    async fn send(&self, from: E164, to: E164, text: String) -> Result<Received, IntakeError> {
        self.loopback.send(&self.board, from, to, text).await
    }

    fn inbox(&self, phone: E164) -> Vec<ReceivedText> {
        let texts = self.loopback.inbox(phone).into_iter();
        texts
            .map(|t| ReceivedText {
                from: t.from,
                text: t.text,
                at: t.at,
            })
            .collect()
    }

    fn lines(&self) -> Option<&dyn VirtualLines> {
        self.lines.as_deref().map(|lines| lines as &dyn VirtualLines)
    }
}

/// A port for the virtual phones' calls, where they can call: real phones are never left for virtual ones, so the
/// settings may have no trunk by which calls leave; nor one that knows callers of the phones' address.
pub fn bind_lines(config: &Config) -> Option<BoundLines> {
    let sip = &config.sip;
    if !config.loopback.enabled || sip.listen.is_empty() {
        return None;
    }
    // Where the broker listens, so that the two reach each other.
    let listening: Option<SocketAddr> = sip.listen.parse().ok();
    let ip = listening
        .map(|address| address.ip())
        .filter(|ip| !ip.is_unspecified())
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    if !has_room(sip, ip) {
        return None;
    }
    match BoundLines::bind(ip) {
        Ok(bound) => Some(bound),
        Err(error) => {
            tracing::warn!(%error, "the virtual phones cannot call: no port is free for them");
            None
        }
    }
}

/// The broker's SIP as the phones see it: where it listens everywhere, it answers them from their own address.
pub fn seen_from(phones: SocketAddr, listening: SocketAddr) -> SocketAddr {
    match listening.ip().is_unspecified() {
        true => SocketAddr::new(phones.ip(), listening.port()),
        false => listening,
    }
}

fn has_room(sip: &SipConfig, phones: IpAddr) -> bool {
    let in_the_way = |trunk: &TrunkConfig| trunk.outbound || (trunk.inbound && may_know(trunk, phones));
    !sip.trunks.contains_key(OUTLET) && !sip.trunks.values().any(in_the_way)
}

/// Whether a trunk says who may call in from that address. The phones' trunk believes whoever calls from there, and would
/// let in without a password those of whom that one asks it.
fn may_know(trunk: &TrunkConfig, ip: IpAddr) -> bool {
    let allows = |entry: &String| IpRange::parse(entry).is_none_or(|range| range.contains(ip));
    // A host's name may be any address.
    let leads = |target: &String| {
        let at: Option<IpAddr> = Target::parse(target).and_then(|target| target.host.parse().ok());
        at.is_none_or(|at| at.to_canonical() == ip.to_canonical())
    };
    let from_anywhere = trunk.allow.is_empty() && trunk.targets.is_empty();
    let registers_there = !trunk.registrar.is_empty() && leads(&trunk.registrar);
    from_anywhere || registers_there || trunk.allow.iter().any(allows) || trunk.targets.iter().any(leads)
}

/// The trunk to the virtual phones. Settings that have been read again may leave it no room: then calls leave by theirs.
pub fn add_trunk(sip: &mut SipConfig, phones: SocketAddr) {
    if !has_room(sip, phones.ip()) {
        return;
    }
    let trunk = TrunkConfig {
        targets: vec![phones.to_string()],
        transport: TrunkTransport::Udp,
        trust: vec![CallerHeader::From],
        // It is in this process, so there is nothing to ask.
        keep_alive_s: 0,
        session_timers: false,
        reliable_provisional: ReliableProvisional::Off,
        ..TrunkConfig::default()
    };
    sip.trunks.insert(OUTLET.into(), trunk);
}

/// The exchange as the voice edge asks it, where virtual phones call: they are told which call is whose, which SIP does
/// not say.
pub struct ToldExchange {
    exchange: Arc<dyn CallExchange>,
    lines: Arc<Lines>,
}

impl ToldExchange {
    /// That exchange, and those phones.
    pub fn new(exchange: Arc<dyn CallExchange>, lines: Arc<Lines>) -> Self {
        Self { exchange, lines }
    }
}

#[async_trait]
impl CallExchange for ToldExchange {
    async fn route_call(&self, attempt: CallAttempt) -> Result<CallPlan, IntakeError> {
        let caller = match attempt.caller {
            Caller::Phone(phone) => Some((phone, attempt.dialled)),
            Caller::Anonymous => None,
        };
        let plan = self.exchange.route_call(attempt).await?;
        match &plan {
            CallPlan::Bridge(bridging) => self.lines.told(Told {
                caller,
                callee: (bridging.to.phone, bridging.to.shown),
                call: bridging.call,
                community: bridging.community,
            }),
            CallPlan::Refuse(refused) => {
                if let Some((phone, dialled)) = caller {
                    self.lines.refused(phone, dialled, refused.reason);
                }
            }
        }
        Ok(plan)
    }

    async fn report(&self, report: CallReport) -> Result<(), IntakeError> {
        self.exchange.report(report).await
    }
}

/// The voice edge as the exchange asks it: the phones are told of apps' calls too.
pub struct ToldOutlet {
    outlet: Arc<dyn CallOutlet>,
    lines: Arc<Lines>,
}

impl ToldOutlet {
    /// That edge, and those phones.
    pub fn new(outlet: Arc<dyn CallOutlet>, lines: Arc<Lines>) -> Self {
        Self { outlet, lines }
    }
}

#[async_trait]
impl CallOutlet for ToldOutlet {
    async fn place(&self, order: CallOrder) -> Result<(), PlaceError> {
        for end in [&order.first, &order.second] {
            self.lines.told(Told {
                caller: None,
                callee: (end.phone, end.shown),
                call: order.call,
                community: order.community,
            });
        }
        self.outlet.place(order).await
    }

    async fn hang_up(&self, call: CallId) -> bool {
        self.outlet.hang_up(call).await
    }

    async fn steps(&self, call: CallId) -> Option<Vec<CallStep>> {
        self.outlet.steps(call).await
    }

    async fn unknown(&self, calls: Vec<CallId>) -> Vec<CallId> {
        self.outlet.unknown(calls).await
    }

    fn trunks(&self) -> Vec<TrunkView> {
        self.outlet.trunks()
    }

    fn figures(&self) -> VoiceFigures {
        self.outlet.figures()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(edit: impl FnOnce(&mut Config)) -> Config {
        let mut config = Config::default();
        config.loopback.enabled = true;
        config.sip.listen = "127.0.0.1:5060".into();
        edit(&mut config);
        config
    }

    fn trunk(outbound: bool) -> TrunkConfig {
        TrunkConfig {
            allow: vec!["192.0.2.7".into()],
            outbound,
            ..TrunkConfig::default()
        }
    }

    #[test]
    fn phones_call_where_the_carrier_is_on_and_no_trunk_takes_calls_to_real_phones() {
        assert!(bind_lines(&config(|_| {})).is_some());
        assert!(bind_lines(&config(|config| config.loopback.enabled = false)).is_none());
        assert!(bind_lines(&config(|config| config.sip.listen.clear())).is_none());
        let with = |name: &'static str, outbound| {
            config(move |config| {
                config.sip.trunks.insert(name.into(), trunk(outbound));
            })
        };
        assert!(bind_lines(&with("out", true)).is_none());
        assert!(bind_lines(&with("in", false)).is_some());
        assert!(bind_lines(&with(OUTLET, false)).is_none(), "the name is taken");
    }

    #[test]
    fn phones_are_where_the_broker_listens() {
        let at = |listen: &str| {
            let bound = bind_lines(&config(|config| config.sip.listen = listen.into())).unwrap();
            bound.local_addr().ip().to_string()
        };
        assert_eq!(at("127.0.0.1:5060"), "127.0.0.1");
        assert_eq!(at("0.0.0.0:5060"), "127.0.0.1");
        assert_eq!(at("[::]:5060"), "127.0.0.1");
        assert_eq!(at("localhost:5060"), "127.0.0.1");
        let seen = |listening: &str| {
            let phones = "127.0.0.1:40000".parse().unwrap();
            seen_from(phones, listening.parse().unwrap()).to_string()
        };
        assert_eq!(seen("[::]:5060"), "127.0.0.1:5060");
        assert_eq!(seen("0.0.0.0:5060"), "127.0.0.1:5060");
        assert_eq!(seen("192.0.2.1:5060"), "192.0.2.1:5060");
    }

    #[test]
    fn the_phones_trunk_is_sound_and_gives_way_to_real_ones() {
        let mut config = config(|_| {});
        add_trunk(&mut config.sip, "127.0.0.1:40000".parse().unwrap());
        assert_eq!(config.sip.trunks[OUTLET].targets, ["127.0.0.1:40000"]);
        assert_eq!(config.validate(), Ok(()));
        config.sip.trunks = [("real".to_owned(), trunk(true))].into();
        add_trunk(&mut config.sip, "127.0.0.1:40000".parse().unwrap());
        assert_eq!(config.sip.trunks.keys().collect::<Vec<_>>(), ["real"]);
    }

    #[test]
    fn the_phones_trunk_lets_nobody_in_of_whom_another_asks_a_password() {
        let phones: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        let keys = |inbound: TrunkConfig| {
            let mut config = config(|_| {});
            config.sip.trunks = [("sbc".to_owned(), inbound)].into();
            add_trunk(&mut config.sip, phones);
            config.sip.trunks.into_keys().collect::<Vec<_>>()
        };
        let inbound = |allow: &[&str], targets: &[&str]| TrunkConfig {
            allow: allow.iter().map(|&entry| entry.to_owned()).collect(),
            targets: targets.iter().map(|&entry| entry.to_owned()).collect(),
            inbound_password: crate::config::smpp::Password("a long password".into()),
            ..trunk(false)
        };
        assert_eq!(keys(inbound(&["127.0.0.1"], &[])), ["sbc"]);
        assert_eq!(keys(inbound(&["127.0.0.0/8"], &[])), ["sbc"]);
        assert_eq!(keys(inbound(&[], &[])), ["sbc"], "from anywhere");
        assert_eq!(keys(inbound(&[], &["127.0.0.1:5080"])), ["sbc"]);
        let registered = TrunkConfig {
            registrar: "127.0.0.1:5080".into(),
            ..inbound(&["192.0.2.7"], &[])
        };
        assert_eq!(keys(registered), ["sbc"], "its registrar calls too");
        assert_eq!(
            keys(inbound(&[], &["sbc.example.org"])),
            ["sbc"],
            "which may be here"
        );
        assert_eq!(
            keys(inbound(&["192.0.2.7"], &["192.0.2.7:5060", "[2001:db8::1]"])),
            [OUTLET, "sbc"]
        );
    }
}
