//! Where the messages of all links of one account or carrier come together: parts are put together,
//! texts and receipts handed to the exchange in the order of their arrival, and each message answered
//! once what became of it is durable.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::answers::{self, Side};
use super::link::Answer;
use super::pace::Bucket;
use super::parts::{PartNo, Parts, Texts};
use super::reading::{self, Reading, Why};
use crate::domain::{Clock, E164};
use crate::switchboard::outlet::{Exchange, HeldPart, InboundReceipt, InboundText};
use crate::wire::smpp::{CommandStatus, Handle, Operation, ShortMessage};

/// How many messages are taken from the queue at once.
const BATCH: usize = 128;
/// When the held parts are asked for again, after the database did not answer.
const HELD_AGAIN: Duration = Duration::from_secs(1);
/// How often parts are looked for that were taken over from a node that is gone.
const LOOK_EVERY: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 5_000 });

/// A message that a link received.
pub(super) struct Inbound {
    pub reply: Reply,
    pub message: ShortMessage,
    /// Which of the carrier's SMSCs sent it, where there are several.
    pub smsc: Option<Arc<str>>,
}

/// The way back to the peer for one message.
pub(super) struct Reply {
    answers: mpsc::Sender<Answer>,
    handle: Handle,
    operation: Operation,
}

impl Reply {
    pub fn new(answers: mpsc::Sender<Answer>, handle: Handle, operation: Operation) -> Self {
        Self {
            answers,
            handle,
            operation,
        }
    }

    /// Answers. The queue has room for every message that may wait; it fails only when the link is gone,
    /// and then the peer will send the message again.
    pub fn give(self, status: CommandStatus, message_id: String) {
        let _ = self.answers.try_send(Answer {
            handle: self.handle,
            status,
            message_id,
        });
    }

    /// Asks the peer to send it again later.
    pub fn slow_down(self) {
        let status = match self.operation {
            Operation::Deliver => CommandStatus::RX_T_APPN,
            Operation::Submit | Operation::Data => CommandStatus::RTHROTTLED,
        };
        self.give(status, String::new());
    }
}

/// The queue into an intake.
#[derive(Clone)]
pub(super) struct Intake {
    queue: mpsc::Sender<Inbound>,
}

impl Intake {
    /// An intake's two ends, with room for `capacity` messages.
    pub fn new(capacity: usize) -> (Self, mpsc::Receiver<Inbound>) {
        let (queue, receiver) = mpsc::channel(capacity.max(1));
        (Self { queue }, receiver)
    }

    /// Hands a message in; when there is no room, the peer is asked to send it again later.
    pub fn take_in(&self, inbound: Inbound) {
        if let Err(full) = self.queue.try_send(inbound) {
            full.into_inner().reply.slow_down();
        }
    }
}

/// What an intake has to know.
#[derive(Clone)]
pub(super) struct IntakeConfig {
    /// The account's or carrier's name.
    pub name: String,
    pub side: Side,
    /// The national format that numbers may have.
    pub region: Option<phonenumber::country::Id>,
    pub may_submit: bool,
    /// What the phones begin with in whose names it may send; empty: any.
    pub sources: Vec<String>,
    pub throughput_per_s: u32,
    pub reassembly_timeout_ms: i64,
    pub part_ack_ms: i64,
    pub max_incomplete_texts: usize,
}

type Work = Pin<Box<dyn Future<Output = Done> + Send>>;

/// What the exchange has done.
enum Done {
    /// It has decided on a message.
    Decided(Decided),
    /// It did not take a text some of whose parts were acknowledged: these go back to wait with the rest.
    NotTaken(Decided, Vec<HeldPart>),
    /// It holds a part, or does not.
    Held(PartNo, bool),
    /// It holds these.
    Holds(Vec<HeldPart>),
    Nothing,
}

/// An answer, and who waits for it.
struct Decided {
    replies: Vec<Reply>,
    status: CommandStatus,
    message_id: String,
}

impl Decided {
    fn answer(self) {
        let Self {
            mut replies,
            status,
            message_id,
        } = self;
        if let Some(last) = replies.pop() {
            for reply in replies {
                reply.give(status, message_id.clone());
            }
            last.give(status, message_id);
        }
    }
}

/// The task behind an intake.
pub(super) struct Worker {
    config: IntakeConfig,
    exchange: Arc<dyn Exchange>,
    clock: Arc<dyn Clock>,
    bucket: Bucket,
    parts: Parts,
    /// The latest part that was taken over and is known here.
    adopted: i64,
    under_way: FuturesUnordered<Work>,
}

impl Worker {
    pub fn new(config: IntakeConfig, exchange: Arc<dyn Exchange>, clock: Arc<dyn Clock>) -> Self {
        let bucket = Bucket::new(config.throughput_per_s, clock.now().0);
        let parts = Parts::new(&config);
        Self {
            config,
            exchange,
            clock,
            bucket,
            parts,
            adopted: i64::MIN,
            under_way: FuturesUnordered::new(),
        }
    }

    /// Works until every sender of the queue is gone and everything has been answered.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Inbound>) {
        self.take_up(&queue).await;
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks.reset();
        let mut batch = Vec::new();
        let mut open = true;
        while open || !self.under_way.is_empty() {
            let now = self.clock.now().0;
            let due = self.parts.next_due();
            let wait = due.map_or(0, |due| u64::try_from(due.saturating_sub(now)).unwrap_or(0));
            tokio::select! {
                biased;
                Some(done) = self.under_way.next(), if !self.under_way.is_empty() => {
                    self.finish(done).await;
                    // The exchange commits in groups: whatever else is done is answered in the same breath.
                    while let Some(Some(done)) = self.under_way.next().now_or_never() {
                        self.finish(done).await;
                    }
                }
                count = queue.recv_many(&mut batch, BATCH), if open => {
                    open = count > 0;
                    let now = self.clock.now().0;
                    for inbound in batch.drain(..) {
                        self.take(inbound, now).await;
                    }
                }
                () = tokio::time::sleep(Duration::from_millis(wait)), if due.is_some() => {
                    let now = self.clock.now().0;
                    let texts = self.parts.due(now);
                    self.start(texts).await;
                }
                _ = looks.tick(), if open => self.look().await,
            }
            if !open {
                // Nobody is left to send the missing parts, until the next start.
                let texts = self.parts.stop();
                self.start(texts).await;
            }
        }
    }

    /// Takes up the parts that a former run acknowledged, before anything new comes in.
    async fn take_up(&mut self, queue: &mpsc::Receiver<Inbound>) {
        while !queue.is_closed() {
            match self.exchange.held(&self.config.name).await {
                Ok(held) => {
                    self.take_up_all(held).await;
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "the parts of long texts that are held could not be read");
                    tokio::time::sleep(HELD_AGAIN).await;
                }
            }
        }
    }

    async fn take_up_all(&mut self, held: Vec<HeldPart>) {
        let now = self.clock.now().0;
        for part in held {
            // Those that were taken over have numbers below zero, which rise.
            if part.no < 0 {
                self.adopted = self.adopted.max(part.no);
            }
            let texts = self.parts.take_up(part, now);
            self.start(texts).await;
        }
    }

    /// Looks for parts that were taken over lately.
    async fn look(&mut self) {
        let (exchange, outlet) = (self.exchange.clone(), self.config.name.clone());
        self.begin(Box::pin(async move {
            match exchange.held(&outlet).await {
                Ok(held) => Done::Holds(held),
                Err(_) => Done::Nothing,
            }
        }))
        .await;
    }

    async fn finish(&mut self, done: Done) {
        match done {
            Done::Decided(decided) => decided.answer(),
            Done::NotTaken(decided, held) => {
                // Before the answer: the rest may be sent again at once.
                let now = self.clock.now().0;
                for part in held {
                    let texts = self.parts.take_back(part, now);
                    self.start(texts).await;
                }
                decided.answer();
            }
            Done::Held(no, taken) => self.parts.kept(no, taken, self.clock.now().0),
            Done::Holds(mut held) => {
                // All others came over our links.
                held.retain(|part| part.no < 0 && part.no > self.adopted);
                self.take_up_all(held).await;
            }
            Done::Nothing => {}
        }
    }

    async fn take(&mut self, inbound: Inbound, now: i64) {
        let Inbound { reply, message, smsc } = inbound;
        if self.config.side == Side::Account {
            if !self.config.may_submit {
                return reply.give(CommandStatus::RSUBMITFAIL, String::new());
            }
            if !self.bucket.take(now) {
                return reply.give(CommandStatus::RTHROTTLED, String::new());
            }
        }
        match reading::read(&self.config, &message, now) {
            Reading::Text { ends, text, terms } => {
                let inbound = self.inbound(ends, text, terms);
                self.receive(inbound, vec![reply], Vec::new()).await;
            }
            Reading::Part {
                ends,
                fragment,
                terms,
            } => {
                let texts = self.parts.insert(ends, fragment, terms, reply, now);
                self.start(texts).await;
            }
            Reading::Receipt(mut receipt) => {
                receipt.smsc = smsc.map(|smsc| smsc.to_string());
                self.receipt(receipt, reply).await;
            }
            Reading::Nothing => reply.give(CommandStatus::ROK, String::new()),
            Reading::Refused(Why::ForeignSource) => {
                // Never the number: logs at info name no phone.
                tracing::info!(account = %self.config.name, "a text in the name of a phone outside the account's sources was refused");
                reply.give(
                    answers::refusal(self.config.side, Why::ForeignSource),
                    String::new(),
                );
            }
            Reading::Refused(why) => {
                tracing::debug!(carrier = %self.config.name, reason = why.word(), "message refused");
                reply.give(answers::refusal(self.config.side, why), String::new());
            }
        }
    }

    fn inbound(&self, ends: (E164, E164), text: String, terms: reading::Terms) -> InboundText {
        InboundText {
            carrier: self.config.name.clone(),
            carrier_ref: terms.carrier_ref,
            from: ends.0,
            to: ends.1,
            text,
            want_receipt: terms.want_receipt,
            valid_for_s: terms.valid_for_s,
            media: Vec::new(),
            held: Vec::new(),
        }
    }

    async fn start(&mut self, texts: Texts) {
        for (replies, why) in texts.refused {
            let status = answers::refusal(self.config.side, why);
            replies
                .into_iter()
                .for_each(|reply| reply.give(status, String::new()));
        }
        for (no, part) in texts.to_hold {
            let (exchange, outlet) = (self.exchange.clone(), self.config.name.clone());
            self.begin(Box::pin(async move {
                let taken = exchange.hold(&outlet, part).await;
                if let Err(error) = &taken {
                    tracing::warn!(%error, "a part of a long text could not be held; it is not acknowledged");
                }
                Done::Held(no, taken.is_ok())
            }))
            .await;
        }
        if !texts.let_go.is_empty() {
            let (exchange, outlet) = (self.exchange.clone(), self.config.name.clone());
            self.begin(Box::pin(async move {
                if let Err(error) = exchange.let_go(&outlet, texts.let_go).await {
                    tracing::warn!(%error, "parts of a long text that are of no use could not be forgotten");
                }
                Done::Nothing
            }))
            .await;
        }
        for text in texts.ready {
            let mut inbound = self.inbound(text.ends, text.text, text.terms);
            inbound.held = text.held.iter().map(|part| part.no).collect();
            self.receive(inbound, text.replies, text.held).await;
        }
    }

    async fn receive(&mut self, text: InboundText, replies: Vec<Reply>, held: Vec<HeldPart>) {
        let (exchange, side) = (self.exchange.clone(), self.config.side);
        self.begin(Box::pin(async move {
            let result = exchange.receive(text).await;
            let taken = result.is_ok();
            let (status, message_id) = answers::to_text(side, result);
            let decided = Decided {
                replies,
                status,
                message_id,
            };
            match taken || held.is_empty() {
                true => Done::Decided(decided),
                false => Done::NotTaken(decided, held),
            }
        }))
        .await;
    }

    async fn receipt(&mut self, receipt: InboundReceipt, reply: Reply) {
        let exchange = self.exchange.clone();
        self.begin(Box::pin(async move {
            let status = answers::to_receipt(exchange.receipt(receipt).await);
            Done::Decided(Decided {
                replies: vec![reply],
                status,
                message_id: String::new(),
            })
        }))
        .await;
    }

    /// Polls the work once, which is what puts it in order at the exchange, and leaves the rest for later:
    /// many are under way at once, because the exchange commits in groups. They are as many as the links
    /// may leave unanswered, and no more.
    async fn begin(&mut self, mut work: Work) {
        match futures_util::poll!(work.as_mut()) {
            Poll::Ready(Done::Decided(decided)) => decided.answer(),
            Poll::Ready(done) => self.under_way.push(Box::pin(std::future::ready(done))),
            Poll::Pending => self.under_way.push(work),
        }
    }
}
