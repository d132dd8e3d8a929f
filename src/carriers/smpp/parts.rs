//! The parts of long texts and the answers that are owed for them.
//!
//! A part is acknowledged when the whole text is durable. A peer with a window of one never sends the
//! second part before the first is answered; so when no further part of its text has come for
//! `part_ack_ms`, a part is given to the exchange to be held, and acknowledged when that is durable. The
//! last part never is: it comes with the whole text. When the other parts do not come in time, a text of
//! which nothing was acknowledged is refused for the peer to send again; of a text with an acknowledged
//! part, which nobody will send again, what is there is delivered with `[…]` for what is missing.

use std::collections::{BTreeSet, HashMap};

use super::intake::{IntakeConfig, Reply};
use super::reading::{Terms, Why};
use crate::domain::{E164, Timestamp};
use crate::switchboard::outlet::HeldPart;
use crate::wire::smpp::CommandStatus;
use crate::wire::sms::{
    Caps, Fragment, Incomplete, Inserted, Outcome, Reassembler, ReceivedPart, Reference, Whole,
};

/// Octets of parts held for one account or carrier.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What stands for parts that never came.
const GAP: &str = "[…]";
/// When something that the exchange did not take is offered to it again.
const AGAIN_MS: i64 = 1000;

/// A part's number, unique here: the token that the reassembler keeps.
pub(super) type PartNo = i64;
type Ends = (E164, E164);
type TextKey = (Ends, Reference, u8);

/// A long text that is ready for the exchange.
pub(super) struct ReadyText {
    pub ends: Ends,
    pub text: String,
    pub terms: Terms,
    /// Who waits for the answer; empty when all parts were acknowledged early.
    pub replies: Vec<Reply>,
    /// Its parts that the exchange holds.
    pub held: Vec<HeldPart>,
}

/// What came of parts.
#[derive(Default)]
pub(super) struct Texts {
    pub ready: Vec<ReadyText>,
    pub refused: Vec<(Vec<Reply>, Why)>,
    /// What the exchange is to hold, and then [`Parts::kept`] to be told.
    pub to_hold: Vec<(PartNo, HeldPart)>,
    /// What it is to forget.
    pub let_go: Vec<i64>,
}

/// A part as it waits for the others.
struct Waiting {
    key: TextKey,
    part: HeldPart,
    /// Whether the exchange holds it, or was asked to: under `part.no`.
    held: bool,
    /// Gone when the part was acknowledged early.
    reply: Option<Reply>,
}

/// The parts of one account or carrier.
pub(super) struct Parts {
    reassembler: Reassembler<Ends, PartNo>,
    part_ack_ms: i64,
    timeout_ms: i64,
    last_no: PartNo,
    waiting: HashMap<PartNo, Waiting>,
    /// When the latest part of each text came.
    latest: HashMap<TextKey, i64>,
    /// When each part is to be held and acknowledged early.
    acks: BTreeSet<(i64, PartNo)>,
}

impl Parts {
    pub fn new(config: &IntakeConfig) -> Self {
        let caps = Caps {
            texts: config.max_incomplete_texts,
            bytes: MAX_BYTES,
            timeout_ms: config.reassembly_timeout_ms,
        };
        Self {
            reassembler: Reassembler::new(caps),
            part_ack_ms: config.part_ack_ms,
            timeout_ms: config.reassembly_timeout_ms,
            last_no: 0,
            waiting: HashMap::new(),
            latest: HashMap::new(),
            acks: BTreeSet::new(),
        }
    }

    /// Takes a part in.
    pub fn insert(
        &mut self,
        (from, to): Ends,
        fragment: Fragment<()>,
        terms: Terms,
        reply: Reply,
        now_ms: i64,
    ) -> Texts {
        let part = HeldPart {
            no: self.last_no + 1,
            from,
            to,
            concat: fragment.concat,
            coding: fragment.coding,
            body: fragment.body,
            carrier_ref: terms.carrier_ref,
            want_receipt: terms.want_receipt,
            valid_for_s: terms.valid_for_s,
            due_at: Timestamp(now_ms.saturating_add(self.timeout_ms)),
        };
        self.put(part, Some(reply), now_ms)
    }

    /// Takes a part up that a former run or another node acknowledged. Its text has all of its time again: who
    /// sends the others could not while nobody was there to take them.
    pub fn take_up(&mut self, mut part: HeldPart, now_ms: i64) -> Texts {
        part.due_at = part.due_at.max(Timestamp(now_ms.saturating_add(self.timeout_ms)));
        self.restore(part)
    }

    /// Takes a part back that the exchange holds, because its text was not taken. What is left of its time is
    /// left.
    pub fn take_back(&mut self, mut part: HeldPart, now_ms: i64) -> Texts {
        part.due_at = part.due_at.max(Timestamp(now_ms.saturating_add(AGAIN_MS)));
        self.restore(part)
    }

    fn restore(&mut self, part: HeldPart) -> Texts {
        // New numbers are above those that are held.
        self.last_no = self.last_no.max(part.no);
        let came_ms = part.due_at.0.saturating_sub(self.timeout_ms);
        self.put(part, None, came_ms)
    }

    fn put(&mut self, part: HeldPart, reply: Option<Reply>, came_ms: i64) -> Texts {
        self.last_no += 1;
        let no = self.last_no;
        let ends = (part.from, part.to);
        let key = (ends, part.concat.reference(), part.concat.total());
        let fragment = Fragment {
            concat: part.concat,
            coding: part.coding,
            body: part.body.clone(),
            token: no,
        };
        let held = reply.is_none();
        self.waiting.insert(
            no,
            Waiting {
                key,
                part,
                held,
                reply,
            },
        );
        let Inserted { outcome, given_up } = self.reassembler.insert(ends, fragment, came_ms);
        let mut texts = Texts::default();
        for incomplete in given_up {
            self.give_up(incomplete, &mut texts);
        }
        match outcome {
            Outcome::Complete(whole) => self.complete(ends, key, whole, &mut texts),
            Outcome::Pending => self.hold(key, no, came_ms),
            Outcome::Duplicate { superseded } => {
                if let Some(old) = self.waiting.remove(&superseded) {
                    self.replace(old, no, &mut texts);
                }
                self.hold(key, no, came_ms);
            }
        }
        texts
    }

    /// A part came again: what is known of the older one goes over to the newer.
    fn replace(&mut self, old: Waiting, no: PartNo, texts: &mut Texts) {
        let Some(new) = self.waiting.get_mut(&no) else {
            return;
        };
        if old.held {
            if new.held {
                texts.let_go.push(new.part.no);
            }
            new.part.no = old.part.no;
            new.held = true;
        }
        match old.reply {
            // It was acknowledged before and is still held: the repetition may be, too.
            None => {
                if let Some(reply) = new.reply.take() {
                    reply.give(CommandStatus::ROK, provisional_id(no));
                }
            }
            // The peer no longer waits for the older answer.
            Some(reply) => texts.refused.push((vec![reply], Why::Incomplete)),
        }
    }

    /// The exchange was asked to hold a part, and does so or not: then it is asked again.
    pub fn kept(&mut self, no: PartNo, taken: bool, now_ms: i64) {
        let Some(part) = self.waiting.get_mut(&no) else {
            // Its text has become whole meanwhile, or a repetition of it has taken its place.
            return;
        };
        if !taken {
            self.acks.insert((now_ms.saturating_add(AGAIN_MS), no));
        } else if let Some(reply) = part.reply.take() {
            reply.give(CommandStatus::ROK, provisional_id(no));
        }
    }

    /// When [`Parts::due`] has something to do.
    pub fn next_due(&self) -> Option<i64> {
        let ack = self.acks.first().map(|(due, _)| *due);
        [ack, self.reassembler.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Has the exchange hold what has waited long enough, and gives up what has waited too long.
    pub fn due(&mut self, now_ms: i64) -> Texts {
        let mut texts = Texts::default();
        while let Some((due, no)) = self.acks.first().copied().filter(|(due, _)| *due <= now_ms) {
            self.acks.remove(&(due, no));
            let Some(part) = self.waiting.get_mut(&no) else {
                continue;
            };
            let latest = self.latest.get(&part.key).copied().unwrap_or(i64::MIN);
            let quiet_at = latest.saturating_add(self.part_ack_ms);
            if quiet_at > now_ms {
                self.acks.insert((quiet_at, no));
            } else if part.reply.is_some() {
                part.held = true;
                texts.to_hold.push((no, part.part.clone()));
            }
        }
        for incomplete in self.reassembler.expire(now_ms) {
            self.give_up(incomplete, &mut texts);
        }
        texts
    }

    /// At the end: what was not acknowledged is refused, and what was stays with the exchange, for the next
    /// start.
    pub fn stop(&mut self) -> Texts {
        let mut texts = Texts::default();
        for incomplete in self.reassembler.expire(i64::MAX) {
            for part in incomplete.parts {
                let reply = self.waiting.remove(&part.token).and_then(|part| part.reply);
                texts.refused.push((reply.into_iter().collect(), Why::Incomplete));
            }
        }
        texts
    }

    fn hold(&mut self, key: TextKey, no: PartNo, now_ms: i64) {
        // A part for which there was no room has been given up already.
        if let Some(part) = self.waiting.get(&no) {
            self.latest.insert(key, now_ms);
            if part.reply.is_some() {
                self.acks.insert((now_ms.saturating_add(self.part_ack_ms), no));
            }
        }
    }

    fn complete(&mut self, ends: Ends, key: TextKey, whole: Whole<PartNo>, texts: &mut Texts) {
        self.latest.remove(&key);
        let text = whole.text();
        let (replies, terms, held) = self.settle(&whole.tokens);
        match text {
            Ok(text) => texts.ready.push(ReadyText {
                ends,
                text,
                terms,
                replies,
                held,
            }),
            Err(_) => {
                texts.let_go.extend(held.iter().map(|part| part.no));
                texts.refused.push((replies, Why::NotText));
            }
        }
    }

    fn give_up(&mut self, incomplete: Incomplete<Ends, PartNo>, texts: &mut Texts) {
        let Incomplete {
            key: ends,
            reference,
            total,
            parts,
            why,
        } = incomplete;
        self.latest.remove(&(ends, reference, total));
        let numbers: Vec<PartNo> = parts.iter().map(|part| part.token).collect();
        let acknowledged = numbers
            .iter()
            .any(|no| self.waiting.get(no).is_some_and(|part| part.reply.is_none()));
        let count = parts.len();
        let (replies, terms, held) = self.settle(&numbers);
        if acknowledged {
            tracing::warn!(
                why = why.word(),
                parts = count,
                total,
                "long text delivered with parts missing"
            );
            let text = with_gaps(total, parts);
            texts.ready.push(ReadyText {
                ends,
                text,
                terms,
                replies,
                held,
            });
        } else {
            // Some may be on their way to the exchange; nobody was told that they are held.
            texts.let_go.extend(held.iter().map(|part| part.no));
            tracing::debug!(
                why = why.word(),
                parts = count,
                total,
                "long text given up; its parts are to be sent again"
            );
            texts.refused.push((replies, Why::Incomplete));
        }
    }

    /// Forgets parts: who waits for their answers, what the text asks for, and which the exchange holds. A
    /// receipt is wanted if any part wants one; the rest is the first part's.
    fn settle(&mut self, numbers: &[PartNo]) -> (Vec<Reply>, Terms, Vec<HeldPart>) {
        let (mut replies, mut held) = (Vec::new(), Vec::new());
        let mut terms: Option<Terms> = None;
        for no in numbers {
            let Some(waiting) = self.waiting.remove(no) else {
                continue;
            };
            replies.extend(waiting.reply);
            let part = waiting.part;
            match &mut terms {
                Some(terms) => terms.want_receipt |= part.want_receipt,
                None => {
                    terms = Some(Terms {
                        carrier_ref: part.carrier_ref.clone(),
                        want_receipt: part.want_receipt,
                        valid_for_s: part.valid_for_s,
                    });
                }
            }
            if waiting.held {
                held.push(part);
            }
        }
        (replies, terms.unwrap_or_default(), held)
    }
}

/// The id in an early acknowledgement: the whole text's is not known yet. Nothing refers to it later;
/// receipts bear the id that the last part is answered with.
fn provisional_id(no: PartNo) -> String {
    format!("part-{no}")
}

/// The parts that are there in order, with a mark for each run of missing ones. Parts are decoded each by
/// itself, since their neighbours may be missing; one that cannot be read counts as missing.
fn with_gaps(total: u8, parts: Vec<ReceivedPart<PartNo>>) -> String {
    let mut by_place: HashMap<u8, String> = parts
        .into_iter()
        .filter_map(|part| {
            let place = part.seq;
            let whole: Whole<PartNo> = [part].into_iter().collect();
            whole.text().ok().map(|text| (place, text))
        })
        .collect();
    let mut text = String::new();
    let mut in_gap = false;
    for place in 1..=total {
        match by_place.remove(&place) {
            Some(part) => {
                text.push_str(&part);
                in_gap = false;
            }
            None if !in_gap => {
                text.push_str(GAP);
                in_gap = true;
            }
            None => {}
        }
    }
    text
}
