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

use super::answers::{self, Side};
use super::link::Answer;
use super::pace::Bucket;
use super::parts::{Parts, Texts};
use super::reading::{self, Reading};
use crate::domain::{Clock, E164};
use crate::switchboard::outlet::{Exchange, InboundReceipt, InboundText};
use crate::wire::smpp::{CommandStatus, Handle, Operation, ShortMessage};

/// How many messages are taken from the queue at once.
const BATCH: usize = 128;

/// A message that a link received.
pub(super) struct Inbound {
    pub reply: Reply,
    pub message: ShortMessage,
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
    pub throughput_per_s: u32,
    pub reassembly_timeout_ms: i64,
    pub part_ack_ms: i64,
    pub max_incomplete_texts: usize,
}

type Work = Pin<Box<dyn Future<Output = Done> + Send>>;

/// A message that the exchange has decided on, and who waits for it.
struct Done {
    replies: Vec<Reply>,
    status: CommandStatus,
    message_id: String,
}

impl Done {
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
            under_way: FuturesUnordered::new(),
        }
    }

    /// Works until every sender of the queue is gone and everything has been answered.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Inbound>) {
        let mut batch = Vec::new();
        let mut open = true;
        while open || !self.under_way.is_empty() {
            let now = self.clock.now().0;
            let due = self.parts.next_due();
            let wait = due.map_or(0, |due| u64::try_from(due.saturating_sub(now)).unwrap_or(0));
            tokio::select! {
                biased;
                Some(done) = self.under_way.next(), if !self.under_way.is_empty() => {
                    done.answer();
                    // The exchange commits in groups: whatever else is done is answered in the same breath.
                    while let Some(Some(done)) = self.under_way.next().now_or_never() {
                        done.answer();
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
            }
            if !open {
                // Nobody is left to send the missing parts.
                let texts = self.parts.give_up_all();
                self.start(texts).await;
            }
        }
    }

    async fn take(&mut self, Inbound { reply, message }: Inbound, now: i64) {
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
                self.receive(inbound, vec![reply]).await;
            }
            Reading::Part {
                ends,
                fragment,
                terms,
            } => {
                let texts = self.parts.insert(ends, fragment, terms, reply, now);
                self.start(texts).await;
            }
            Reading::Receipt(receipt) => self.receipt(receipt, reply).await,
            Reading::Nothing => reply.give(CommandStatus::ROK, String::new()),
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
        }
    }

    async fn start(&mut self, texts: Texts) {
        for (replies, why) in texts.refused {
            let status = answers::refusal(self.config.side, why);
            replies
                .into_iter()
                .for_each(|reply| reply.give(status, String::new()));
        }
        for text in texts.ready {
            let inbound = self.inbound(text.ends, text.text, text.terms);
            self.receive(inbound, text.replies).await;
        }
    }

    async fn receive(&mut self, text: InboundText, replies: Vec<Reply>) {
        let (exchange, side) = (self.exchange.clone(), self.config.side);
        self.begin(Box::pin(async move {
            let result = exchange.receive(text).await;
            let (status, message_id) = answers::to_text(side, result);
            Done {
                replies,
                status,
                message_id,
            }
        }))
        .await;
    }

    async fn receipt(&mut self, receipt: InboundReceipt, reply: Reply) {
        let exchange = self.exchange.clone();
        self.begin(Box::pin(async move {
            let status = answers::to_receipt(exchange.receipt(receipt).await);
            Done {
                replies: vec![reply],
                status,
                message_id: String::new(),
            }
        }))
        .await;
    }

    /// Polls the work once, which is what puts it in order at the exchange, and leaves the rest for later:
    /// many are under way at once, because the exchange commits in groups. They are as many as the links
    /// may leave unanswered, and no more.
    async fn begin(&mut self, mut work: Work) {
        match futures_util::poll!(work.as_mut()) {
            Poll::Ready(done) => done.answer(),
            Poll::Pending => self.under_way.push(work),
        }
    }
}
