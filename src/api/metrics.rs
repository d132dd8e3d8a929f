//! `/metrics`: what is counted, as Prometheus reads it. No label holds a member, a number or a key.

use std::sync::atomic::AtomicU64;

use actix_web::HttpResponse;
use actix_web::web::Data;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::problem::{Problem, Result};
use super::voice_metrics::VoiceMetrics;
use super::{ApiState, Shared};
use crate::domain::call::Cause;
use crate::domain::message::Status;
use crate::switchboard::outlet::Verdict;
use crate::switchboard::{CallbackResult, Observer, Retained};

/// The media type of the OpenMetrics text format.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the buckets of durations, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Likewise of what may wait for a carrier, a rate or a day.
const SENT_SECONDS: [f64; 12] = [
    0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3_600.0, 43_200.0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ruled {
    origin: &'static str,
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Finished {
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Delivered {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    origin: &'static str,
    cause: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Removed {
    what: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Waiting {
    carrier: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Roomy {
    room: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Door {
    route: String,
    method: String,
}

/// All that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    ruled: Family<Ruled, Counter>,
    finished: Family<Finished, Counter>,
    callbacks: Family<Delivered, Counter>,
    calls: Family<Called, Counter>,
    outbox: Family<Waiting, Gauge>,
    numbers: Family<Roomy, Gauge>,
    longest_queue: Gauge,
    busy_queues: Gauge,
    oldest_waiting: Gauge,
    sent: Histogram,
    deferred: Gauge,
    retained: Family<Removed, Counter>,
    requests: Family<Request, Counter>,
    durations: Family<Door, Histogram>,
    commits: Histogram,
    memory: Gauge<u64, AtomicU64>,
    voice: VoiceMetrics,
}

impl Metrics {
    /// A registry of its own: several servers in one process do not mix.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("partyline");
        let (ruled, finished, callbacks) = (Family::default(), Family::default(), Family::default());
        let calls = Family::default();
        let (deferred, retained) = (Gauge::default(), Family::default());
        let (outbox, requests, memory) = (Family::default(), Family::default(), Gauge::default());
        let durations = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        let commits = Histogram::new(SECONDS);
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        registry.register(
            "messages_accepted",
            "Texts ruled on, by where they came from",
            ruled.clone(),
        );
        let help = "Statuses that may be a text's last; a late success counts again";
        registry.register("messages_finished", help, finished.clone());
        registry.register(
            "calls_ended",
            "Calls that are over, by how they ended",
            calls.clone(),
        );
        registry.register("outbox_rows", "What waits for each carrier", outbox.clone());
        let numbers = Family::default();
        let help = "Pool numbers, by the room that their traffic leaves for new pairs";
        registry.register("pool_numbers", help, numbers.clone());
        let (longest_queue, busy_queues) = (Gauge::default(), Gauge::default());
        let help = "Texts that wait for the number for which most do";
        registry.register("longest_number_queue_rows", help, longest_queue.clone());
        let help = "Pool numbers for which texts wait";
        registry.register("waiting_numbers", help, busy_queues.clone());
        let oldest_waiting = Gauge::default();
        let help = "For how long the oldest of all texts has waited";
        registry.register_with_unit("oldest_waiting", help, Unit::Seconds, oldest_waiting.clone());
        let sent = Histogram::new(SENT_SECONDS);
        let help = "From a text's acceptance to the carrier's taking it";
        registry.register_with_unit("text_sent", help, Unit::Seconds, sent.clone());
        let help = "Texts that wait for their recipients' texting hours";
        registry.register("deferred_texts", help, deferred.clone());
        let help = "What was removed because it was old: texts of messages, messages, calls";
        registry.register("retention_removed", help, retained.clone());
        registry.register("callback_deliveries", "Tries of callbacks", callbacks.clone());
        registry.register("http_requests", "Requests answered", requests.clone());
        let help = "From a request's head to its answer's head";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, durations.clone());
        let help = "From a write transaction's beginning to after its commit; texts wait for it";
        registry.register_with_unit("commit", help, Unit::Seconds, commits.clone());
        let help = "Memory of the process that is in RAM";
        registry.register_with_unit("process_resident_memory", help, Unit::Bytes, memory.clone());
        let voice = VoiceMetrics::default();
        voice.register(&mut registry);
        Self {
            registry,
            voice,
            ruled,
            finished,
            callbacks,
            calls,
            outbox,
            numbers,
            longest_queue,
            busy_queues,
            oldest_waiting,
            sent,
            deferred,
            retained,
            requests,
            durations,
            commits,
            memory,
        }
    }

    /// Counts a request that was answered; `route` is the pattern, never the path.
    pub fn request(&self, route: &str, method: &str, status: u16, ms: i64) {
        // Whatever a caller invents as a method is one label, not many.
        let known = ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "PUT"];
        let method = if known.contains(&method) { method } else { "other" };
        let door = Door {
            route: route.to_owned(),
            method: method.to_owned(),
        };
        self.durations
            .get_or_create(&door)
            .observe(ms.max(0) as f64 / 1000.0);
        let request = Request {
            route: door.route,
            method: door.method,
            status,
        };
        self.requests.get_or_create(&request).inc();
    }
}

impl Observer for Metrics {
    fn text_accepted(&self, origin: &'static str, verdict: Verdict) {
        let verdict = match verdict {
            Verdict::Bridged => "bridged",
            Verdict::Keyword => "keyword",
            Verdict::Duplicate => "duplicate",
            Verdict::Quarantined(_) => "quarantined",
            Verdict::Refused { .. } => "refused",
        };
        self.ruled.get_or_create(&Ruled { origin, verdict }).inc();
    }

    fn text_finished(&self, status: Status) {
        let status = status.word();
        self.finished.get_or_create(&Finished { status }).inc();
    }

    fn text_sent(&self, took_ms: i64) {
        self.sent.observe(took_ms.max(0) as f64 / 1000.0);
    }

    fn call_ended(&self, origin: &'static str, cause: Cause) {
        let cause = cause.word();
        self.calls.get_or_create(&Called { origin, cause }).inc();
    }

    fn callback_tried(&self, result: CallbackResult) {
        let result = match result {
            CallbackResult::Delivered => "delivered",
            CallbackResult::Failed => "failed",
            CallbackResult::Dead => "dead",
        };
        self.callbacks.get_or_create(&Delivered { result }).inc();
    }

    fn retained(&self, removed: Retained) {
        for (what, rows) in [
            ("quarantined", removed.quarantined),
            ("bodies", removed.bodies),
            ("messages", removed.messages),
            ("calls", removed.calls),
        ] {
            self.retained
                .get_or_create(&Removed { what })
                .inc_by(u64::try_from(rows).unwrap_or(u64::MAX));
        }
    }

    fn committed(&self, took_ms: i64) {
        self.commits.observe(took_ms.max(0) as f64 / 1000.0);
    }
}

/// Bytes of this process in RAM, where the system says so.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// `GET /metrics`
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "Health",
    summary = "Read the metrics",
    description = "In the text format of Prometheus (OpenMetrics). The setting `http.metrics` says who may: anybody, keys of scope `admin`, or nobody.",
    responses(
        (status = 200, description = "The metrics.", body = String, content_type = "application/openmetrics-text",
         example = json!("partyline_…")),
    ),
    extensions(("x-problems" = json!(["unauthorized", "forbidden", "no_such_path", "unavailable", "too_many_failures"]))),
)]
pub(crate) async fn show(state: Data<ApiState>, shared: Data<Shared>) -> Result<HttpResponse> {
    let metrics = &shared.metrics;
    let waiting = state.board.outbox_by_carrier().await?;
    metrics.outbox.clear();
    metrics.deferred.set(state.board.deferred_texts().await?);
    for (carrier, rows) in waiting {
        metrics.outbox.get_or_create(&Waiting { carrier }).set(rows);
    }
    let traffic = state.board.traffic_overview().await?;
    for count in &traffic.rooms {
        let room = count.room.word();
        metrics.numbers.get_or_create(&Roomy { room }).set(count.numbers);
    }
    let longest = traffic.queues.iter().copied().max().unwrap_or(0);
    metrics.longest_queue.set(longest);
    metrics.busy_queues.set(traffic.queues.len() as i64);
    metrics.oldest_waiting.set(traffic.oldest_waiting_s);
    if let Some(bytes) = resident_bytes() {
        metrics.memory.set(bytes);
    }
    if let Some(voice) = state.board.voice() {
        metrics.voice.show(&voice.trunks(), &voice.figures());
    }
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(|_| Problem::internal())?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}
