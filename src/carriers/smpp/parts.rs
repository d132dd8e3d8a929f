//! The parts of long texts and the answers that are owed for them.
//!
//! A part is acknowledged when the whole text is durable. A peer with a window of one never sends the
//! second part before the first is answered; so a part is also acknowledged when no further part of its
//! text has come for `part_ack_ms`. The last part is never acknowledged before the text is durable. When
//! the other parts do not come in time, a text of which nothing was acknowledged is refused for the peer
//! to send again; of a text with an acknowledged part, which nobody will send again, what is there is
//! delivered with `[…]` for what is missing.

use std::collections::{BTreeSet, HashMap};

use super::intake::{IntakeConfig, Reply};
use super::reading::{Terms, Why};
use crate::domain::E164;
use crate::wire::smpp::CommandStatus;
use crate::wire::sms::{Caps, Fragment, Incomplete, Outcome, Reassembler, ReceivedPart, Reference, Whole};

/// Octets of parts held for one account or carrier.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What stands for parts that never came.
const GAP: &str = "[…]";

/// A part's number, unique here: the token that the reassembler keeps.
type PartNo = u64;
type Ends = (E164, E164);
type TextKey = (Ends, Reference, u8);

/// A long text that is ready for the exchange.
pub(super) struct ReadyText {
    pub ends: Ends,
    pub text: String,
    pub terms: Terms,
    /// Who waits for the answer; empty when all parts were acknowledged early.
    pub replies: Vec<Reply>,
}

/// What came of parts.
#[derive(Default)]
pub(super) struct Texts {
    pub ready: Vec<ReadyText>,
    pub refused: Vec<(Vec<Reply>, Why)>,
}

/// A part as it waits for the others.
struct Waiting {
    key: TextKey,
    terms: Terms,
    /// Gone when the part was acknowledged early.
    reply: Option<Reply>,
}

/// The parts of one account or carrier.
pub(super) struct Parts {
    reassembler: Reassembler<Ends, PartNo>,
    part_ack_ms: i64,
    last_no: PartNo,
    waiting: HashMap<PartNo, Waiting>,
    /// When the latest part of each text came.
    latest: HashMap<TextKey, i64>,
    /// When each part is to be acknowledged early.
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
            last_no: 0,
            waiting: HashMap::new(),
            latest: HashMap::new(),
            acks: BTreeSet::new(),
        }
    }

    /// Takes a part in.
    pub fn insert(
        &mut self,
        ends: Ends,
        Fragment {
            concat,
            coding,
            body,
            token: (),
        }: Fragment<()>,
        terms: Terms,
        reply: Reply,
        now_ms: i64,
    ) -> Texts {
        self.last_no += 1;
        let no = self.last_no;
        let key = (ends, concat.reference(), concat.total());
        self.waiting.insert(
            no,
            Waiting {
                key,
                terms,
                reply: Some(reply),
            },
        );
        let fragment = Fragment {
            concat,
            coding,
            body,
            token: no,
        };
        let inserted = self.reassembler.insert(ends, fragment, now_ms);
        let mut texts = Texts::default();
        for incomplete in inserted.given_up {
            self.give_up(incomplete, &mut texts);
        }
        match inserted.outcome {
            Outcome::Complete(whole) => self.complete(ends, key, whole, &mut texts),
            Outcome::Pending => self.hold(key, no, now_ms),
            Outcome::Duplicate { superseded } => {
                if let Some(old) = self.forget(superseded) {
                    match (old.reply, self.waiting.get_mut(&no)) {
                        // It was acknowledged before and is still held: the repetition may be, too.
                        (None, Some(new)) => {
                            if let Some(reply) = new.reply.take() {
                                reply.give(CommandStatus::ROK, provisional_id(no));
                            }
                        }
                        // The peer no longer waits for the older answer.
                        (Some(reply), _) => texts.refused.push((vec![reply], Why::Incomplete)),
                        (None, None) => {}
                    }
                }
                self.hold(key, no, now_ms);
            }
        }
        texts
    }

    /// When [`Parts::due`] has something to do.
    pub fn next_due(&self) -> Option<i64> {
        let ack = self.acks.first().map(|(due, _)| *due);
        [ack, self.reassembler.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Acknowledges early what has waited long enough, and gives up what has waited too long.
    pub fn due(&mut self, now_ms: i64) -> Texts {
        while let Some((due, no)) = self.acks.first().copied().filter(|(due, _)| *due <= now_ms) {
            self.acks.remove(&(due, no));
            let Some(part) = self.waiting.get_mut(&no) else {
                continue;
            };
            let latest = self.latest.get(&part.key).copied().unwrap_or(i64::MIN);
            let quiet_at = latest.saturating_add(self.part_ack_ms);
            if quiet_at > now_ms {
                self.acks.insert((quiet_at, no));
            } else if let Some(reply) = part.reply.take() {
                reply.give(CommandStatus::ROK, provisional_id(no));
            }
        }
        let mut texts = Texts::default();
        for incomplete in self.reassembler.expire(now_ms) {
            self.give_up(incomplete, &mut texts);
        }
        texts
    }

    /// Gives up everything, at the end.
    pub fn give_up_all(&mut self) -> Texts {
        let mut texts = Texts::default();
        for incomplete in self.reassembler.expire(i64::MAX) {
            self.give_up(incomplete, &mut texts);
        }
        texts
    }

    fn hold(&mut self, key: TextKey, no: PartNo, now_ms: i64) {
        // A part for which there was no room has been given up already.
        if self.waiting.contains_key(&no) {
            self.latest.insert(key, now_ms);
            self.acks.insert((now_ms.saturating_add(self.part_ack_ms), no));
        }
    }

    fn forget(&mut self, no: PartNo) -> Option<Waiting> {
        self.waiting.remove(&no)
    }

    fn complete(&mut self, ends: Ends, key: TextKey, whole: Whole<PartNo>, texts: &mut Texts) {
        self.latest.remove(&key);
        let text = whole.text();
        let (replies, terms) = self.settle(&whole.tokens);
        match text {
            Ok(text) => texts.ready.push(ReadyText {
                ends,
                text,
                terms,
                replies,
            }),
            Err(_) => texts.refused.push((replies, Why::NotText)),
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
        let (replies, terms) = self.settle(&numbers);
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
            });
        } else {
            tracing::debug!(
                why = why.word(),
                parts = count,
                total,
                "long text given up; its parts are to be sent again"
            );
            texts.refused.push((replies, Why::Incomplete));
        }
    }

    /// Forgets parts: who waits for their answers, and what the text asks for. A receipt is wanted if any
    /// part wants one; the rest is the first part's.
    fn settle(&mut self, numbers: &[PartNo]) -> (Vec<Reply>, Terms) {
        let mut replies = Vec::new();
        let mut terms: Option<Terms> = None;
        for no in numbers {
            let Some(part) = self.waiting.remove(no) else {
                continue;
            };
            replies.extend(part.reply);
            match &mut terms {
                Some(terms) => terms.want_receipt |= part.terms.want_receipt,
                None => terms = Some(part.terms),
            }
        }
        (replies, terms.unwrap_or_default())
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
