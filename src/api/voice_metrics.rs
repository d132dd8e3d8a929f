//! What is counted of calls and trunks. The voice edge counts; here it is read when somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::switchboard::switching::{TrunkView, VoiceFigures};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Trunk {
    trunk: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TrunkCalls {
    trunk: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    why: &'static str,
}

/// The metrics of the voice edge.
#[derive(Default)]
pub(super) struct VoiceMetrics {
    up: Family<Trunk, Gauge>,
    registered: Family<Trunk, Gauge>,
    channels: Family<Trunk, Gauge>,
    trunk_calls: Family<TrunkCalls, Counter>,
    calls: Gauge,
    answered: Gauge,
    transactions: Gauge,
    connections: Gauge,
    media: Gauge,
    refused: Family<Why, Counter>,
}

impl VoiceMetrics {
    pub fn register(&self, registry: &mut Registry) {
        registry.register("trunk_up", "Whether calls can leave by a trunk", self.up.clone());
        let help = "Whether a trunk that registers is registered";
        registry.register("trunk_registered", help, self.registered.clone());
        registry.register(
            "trunk_channels",
            "Calls by a trunk at present",
            self.channels.clone(),
        );
        let help = "Calls by a trunk: those that came (in), attempts that left (out), and of both those answered, failed \
                    or above its limits (refused)";
        registry.register("trunk_calls", help, self.trunk_calls.clone());
        registry.register("calls_active", "Calls at present", self.calls.clone());
        registry.register(
            "calls_answered",
            "Answered calls at present",
            self.answered.clone(),
        );
        registry.register(
            "sip_transactions",
            "SIP transactions at present",
            self.transactions.clone(),
        );
        registry.register(
            "sip_connections",
            "Connections for SIP at present",
            self.connections.clone(),
        );
        registry.register(
            "media_sessions",
            "Calls whose sound passes at present",
            self.media.clone(),
        );
        let help = "What was turned away, could not be read, or could not be sent";
        registry.register("sip_refused", help, self.refused.clone());
    }

    pub fn show(&self, trunks: &[TrunkView], figures: &VoiceFigures) {
        let gauge = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        // Trunks that are no more are not shown.
        self.up.clear();
        self.registered.clear();
        self.channels.clear();
        for view in trunks {
            let trunk = Trunk {
                trunk: view.name.clone(),
            };
            self.up.get_or_create(&trunk).set(view.up.into());
            if let Some(registered) = view.registered {
                self.registered.get_or_create(&trunk).set(registered.into());
            }
            self.channels.get_or_create(&trunk).set(gauge(view.channels));
            for (result, value) in [
                ("in", view.calls_in),
                ("out", view.calls_out),
                ("answered", view.answered),
                ("failed", view.failed),
                ("refused", view.refused),
            ] {
                let trunk = view.name.clone();
                set(
                    &self.trunk_calls.get_or_create(&TrunkCalls { trunk, result }),
                    value,
                );
            }
        }
        self.calls.set(gauge(figures.calls));
        self.answered.set(gauge(figures.answered));
        self.transactions.set(gauge(figures.transactions));
        self.connections.set(gauge(figures.connections));
        self.media.set(gauge(figures.media_pairs));
        for (why, value) in [
            ("unlisted", figures.unlisted),
            ("malformed", figures.malformed),
            ("over_rate", figures.over_rate),
            ("connections", figures.connections_refused),
            ("handshake", figures.handshakes_failed),
            ("unsent", figures.unsent),
            ("overloaded", figures.overloaded),
            ("unauthorized", figures.unauthorized),
            ("report_lost", figures.reports_lost),
        ] {
            set(&self.refused.get_or_create(&Why { why }), value);
        }
    }
}

/// The edge has counted already.
fn set(counter: &Counter<u64, AtomicU64>, value: u64) {
    counter.inner().store(value, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    #[test]
    fn trunks_are_shown_as_they_stand_and_not_when_they_are_gone() {
        let metrics = VoiceMetrics::default();
        let mut registry = Registry::with_prefix("partyline");
        metrics.register(&mut registry);
        let view = TrunkView {
            name: "acme".into(),
            up: true,
            channels: 3,
            calls_in: 7,
            ..TrunkView::default()
        };
        let figures = VoiceFigures {
            calls: 2,
            unlisted: 40,
            ..VoiceFigures::default()
        };
        metrics.show(&[view], &figures);
        let shown = |registry: &Registry| {
            let mut text = String::new();
            encode(&mut text, registry).unwrap();
            text
        };
        let text = shown(&registry);
        for line in [
            "partyline_trunk_up{trunk=\"acme\"} 1",
            "partyline_trunk_channels{trunk=\"acme\"} 3",
            "partyline_trunk_calls_total{trunk=\"acme\",result=\"in\"} 7",
            "partyline_calls_active 2",
            "partyline_sip_refused_total{why=\"unlisted\"} 40",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("trunk_registered{"), "{text}");
        metrics.show(&[], &VoiceFigures::default());
        assert!(!shown(&registry).contains("trunk_up{"));
    }
}
