//! The event stream in short: how much of each kind happened in each second, and the latest of it. For those who look
//! on while thousands of events a second pass.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::feed::Told;
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::EventId;
use crate::switchboard::Event;

/// Seconds that one digest tells of singly; what is older is in its sums alone.
const MOST_SECONDS: usize = 120;

/// A digest of nothing, as a sign of life; without an id, so that resuming goes on where it did.
pub(super) const NOTHING: &str = "event: digest\ndata: {\"counts\":{},\"seconds\":[],\"latest\":[]}\n\n";

/// How much happened in a second.
#[derive(Serialize, ToSchema)]
pub(crate) struct DigestSecond {
    /// Which.
    at: Timestamp,
    /// How much of each kind.
    #[schema(value_type = std::collections::HashMap<String, u64>, example = json!({ "message.received": 12 }))]
    counts: BTreeMap<&'static str, u64>,
}

/// What happened since the last digest, in short: the `data` of an event named `digest`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Digest {
    /// How much of each kind happened.
    #[schema(value_type = std::collections::HashMap<String, u64>, example = json!({ "message.received": 12 }))]
    counts: BTreeMap<&'static str, u64>,
    /// How much in each second, oldest first; the last two minutes of it.
    seconds: Vec<DigestSecond>,
    /// The latest events, oldest first.
    #[schema(value_type = Vec<Event>)]
    latest: Vec<Value>,
}

/// Gathers events for one reader.
pub(super) struct Digester {
    most_latest: usize,
    until: Option<EventId>,
    counts: BTreeMap<&'static str, u64>,
    seconds: VecDeque<(i64, BTreeMap<&'static str, u64>)>,
    latest: VecDeque<Arc<Told>>,
}

impl Digester {
    pub fn new(most_latest: usize) -> Self {
        Self {
            most_latest,
            until: None,
            counts: BTreeMap::new(),
            seconds: VecDeque::new(),
            latest: VecDeque::new(),
        }
    }

    /// Takes events in, in their order.
    pub fn add(&mut self, kinds: Option<&[EventKind]>, events: &[Arc<Told>]) {
        for event in events {
            self.until = self.until.max(Some(event.id));
            let wanted = kinds.is_none_or(|kinds| kinds.contains(&event.kind));
            if !wanted || event.kind == EventKind::EndpointTest {
                continue;
            }
            let (kind, second) = (event.kind.word(), event.id.made_at().0.div_euclid(1_000));
            *self.counts.entry(kind).or_default() += 1;
            match self.seconds.iter_mut().rev().find(|(at, _)| *at <= second) {
                Some((at, counts)) if *at == second => *counts.entry(kind).or_default() += 1,
                _ => {
                    let place = self.seconds.partition_point(|(at, _)| *at < second);
                    self.seconds.insert(place, (second, BTreeMap::from([(kind, 1)])));
                }
            }
            while self.seconds.len() > MOST_SECONDS {
                self.seconds.pop_front();
            }
            if self.most_latest > 0 {
                self.latest.push_back(event.clone());
                while self.latest.len() > self.most_latest {
                    self.latest.pop_front();
                }
            }
        }
    }

    /// What was gathered, as it stands in a stream; none where nothing was. Resuming goes on after it.
    pub fn take(&mut self) -> Option<String> {
        let until = self.until?;
        if self.counts.is_empty() {
            return None;
        }
        let seconds = std::mem::take(&mut self.seconds).into_iter();
        let latest = std::mem::take(&mut self.latest).into_iter();
        let digest = Digest {
            counts: std::mem::take(&mut self.counts),
            seconds: seconds
                .map(|(second, counts)| DigestSecond {
                    at: Timestamp(second * 1_000),
                    counts,
                })
                .collect(),
            latest: latest
                .filter_map(|event| serde_json::from_str(event.json()).ok())
                .collect(),
        };
        let data = serde_json::to_string(&digest).ok()?;
        Some(format!("id: {until}\nevent: digest\ndata: {data}\n\n"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::id::CommunityId;

    fn told(ms: i64, kind: EventKind) -> Arc<Told> {
        let at = Timestamp(1_750_000_000_000 + ms);
        let event = Event {
            id: EventId::earliest(at),
            kind,
            timestamp: at,
            community: CommunityId::from_i64(1),
            data: json!({}),
        };
        Arc::new(Told::new(&event).unwrap())
    }

    fn data(text: &str) -> Value {
        serde_json::from_str(text.lines().find_map(|l| l.strip_prefix("data: ")).unwrap()).unwrap()
    }

    #[test]
    fn a_digest_of_nothing_is_one() {
        let nothing = Digest {
            counts: BTreeMap::new(),
            seconds: Vec::new(),
            latest: Vec::new(),
        };
        assert_eq!(data(NOTHING), serde_json::to_value(&nothing).unwrap());
    }

    #[test]
    fn a_digest_counts_by_second_and_shows_the_latest() {
        let mut digester = Digester::new(2);
        assert_eq!(digester.take(), None);
        let events: Vec<_> = (0..1_500)
            .map(|ms| told(ms * 2, EventKind::MessageReceived))
            .collect();
        digester.add(None, &events);
        digester.add(None, &[told(2_999, EventKind::CallRinging)]);
        let text = digester.take().unwrap();
        assert!(text.starts_with(&format!("id: {}\n", told(2_999, EventKind::CallRinging).id)));
        let digest = data(&text);
        assert_eq!(
            digest["counts"],
            json!({ "message.received": 1_500, "call.ringing": 1 })
        );
        let seconds: Vec<&Value> = digest["seconds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["counts"])
            .collect();
        assert_eq!(
            seconds,
            [
                &json!({ "message.received": 500 }),
                &json!({ "message.received": 500 }),
                &json!({ "message.received": 500, "call.ringing": 1 })
            ]
        );
        let kinds: Vec<&Value> = digest["latest"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["type"])
            .collect();
        assert_eq!(kinds, ["message.received", "call.ringing"]);
        assert_eq!(digester.take(), None, "it was told");
    }

    #[test]
    fn what_is_gathered_is_bounded_and_only_what_was_asked_for() {
        let mut digester = Digester::new(0);
        let events: Vec<_> = (0..1_000)
            .map(|s| told(s * 1_000, EventKind::MessageReceived))
            .collect();
        digester.add(Some(&[EventKind::MessageReceived]), &events);
        digester.add(
            Some(&[EventKind::MessageReceived]),
            &[told(0, EventKind::CallRinging)],
        );
        let digest = data(&digester.take().unwrap());
        assert_eq!(digest["counts"], json!({ "message.received": 1_000 }));
        assert_eq!(digest["seconds"].as_array().unwrap().len(), MOST_SECONDS);
        assert_eq!(digest["latest"], json!([]));
    }
}
