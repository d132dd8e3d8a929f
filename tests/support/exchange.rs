//! An exchange without edges: the real switchboard on a real database, a clock that the test steps, and a
//! carrier that writes down what it is given.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::policy::Policy;
use partyline::domain::pool::Capabilities;
use partyline::domain::{Clock, E164, IdGenerator, Timestamp};
use partyline::store::node::NodeLock;
use partyline::store::{Db, Durability, migrations};
use partyline::switchboard::outlet::{
    Exchange as _, InboundReceipt, InboundText, OutboundReceipt, OutboundText, Outlet, OutletError, Received,
    Sent,
};
use partyline::switchboard::views::Contact;
use partyline::switchboard::{Dispatching, NewMember, NewNumber, Switchboard};

use super::{Database, Postgres, eventually};

/// 2025-01-01T00:00:00Z, as good a beginning as any.
const BEGINNING: i64 = 1_735_689_600_000;

/// A clock that stands still until it is moved.
pub struct StepClock(AtomicI64);

impl StepClock {
    pub fn at_the_beginning() -> Self {
        Self(AtomicI64::new(BEGINNING))
    }

    pub fn advance_s(&self, s: i64) {
        self.0.fetch_add(s * 1000, Ordering::SeqCst);
    }
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A carrier named "test" that takes everything, unless it was told otherwise.
pub struct Recorder {
    pub texts: Mutex<Vec<OutboundText>>,
    pub receipts: Mutex<Vec<OutboundReceipt>>,
    /// Answers for the next texts, in order; then everything is taken.
    pub answers: Mutex<VecDeque<Result<Sent, OutletError>>>,
    pub ready: AtomicBool,
}

impl Recorder {
    pub fn answer(&self, next: Result<Sent, OutletError>) {
        self.answers.lock().unwrap().push_back(next);
    }

    /// What went to a phone: (from which number, the text).
    pub fn inbox(&self, phone: E164) -> Vec<(E164, String)> {
        let texts = self.texts.lock().unwrap();
        texts
            .iter()
            .filter(|t| t.to == phone)
            .map(|t| (t.from, t.text.clone()))
            .collect()
    }

    pub async fn wait_for(&self, phone: E164, count: usize) -> Vec<(E164, String)> {
        let what = format!("{count} texts on {phone}, there are {:?}", self.inbox(phone));
        eventually(&what, Duration::from_secs(10), async || {
            self.inbox(phone).len() >= count
        })
        .await;
        self.inbox(phone)
    }
}

#[async_trait::async_trait]
impl Outlet for Recorder {
    fn name(&self) -> &str {
        "test"
    }

    fn window(&self) -> usize {
        8
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst)
    }

    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError> {
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| {
            Ok(Sent {
                parts: vec![format!("ref-{}", text.message)],
                smsc: None,
                delivered: false,
            })
        });
        if answer.is_ok() {
            self.texts.lock().unwrap().push(text.clone());
        }
        answer
    }

    async fn send_receipt(&self, receipt: &OutboundReceipt) -> Result<(), OutletError> {
        self.receipts.lock().unwrap().push(receipt.clone());
        Ok(())
    }
}

/// Opens a fresh, migrated database; the folder keeps it alive.
pub async fn fresh_database(database: Database) -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = match database {
        Database::Sqlite => folder.path().join("partyline.db").display().to_string(),
        Database::Postgres => Postgres::shared().fresh_database(),
    };
    (url, folder)
}

/// A community on an exchange of its own.
pub struct Town {
    pub board: Switchboard,
    pub clock: Arc<StepClock>,
    pub carrier: Arc<Recorder>,
    pub community: CommunityId,
    pub url: String,
    pub dispatching: Option<Dispatching>,
    pub folder: tempfile::TempDir,
    next_phone: AtomicI64,
}

/// A member with a phone.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub id: MemberId,
    pub phone: E164,
}

impl Town {
    /// A community with a pool of so many numbers without a rate limit.
    pub async fn found(database: Database, numbers: i64, policy: Policy) -> Self {
        let (url, folder) = fresh_database(database).await;
        let clock = Arc::new(StepClock::at_the_beginning());
        let (board, carrier) = Self::open(&url, clock.clone(), 0);
        let community = board.create_community("Town".into(), policy).await.unwrap().id;
        let mut town = Self {
            board,
            clock,
            carrier,
            community,
            url,
            dispatching: None,
            folder,
            next_phone: AtomicI64::new(14_155_550_000),
        };
        let pool = town.board.create_pool(community, "main".into()).await.unwrap().id;
        for n in 0..numbers {
            let number = E164::from_i64(12_025_550_100 + n).unwrap();
            let new = NewNumber {
                pool,
                number,
                carrier: "test".into(),
                capabilities: Capabilities::usual(),
                region: None,
                rate_per_s: 0.0,
                caps: Default::default(),
            };
            town.board.add_number(community, new).await.unwrap();
        }
        town.start();
        town
    }

    /// Another exchange on a database, as a second process would open it.
    pub fn open(url: &str, clock: Arc<StepClock>, node: u16) -> (Switchboard, Arc<Recorder>) {
        let db = migrations::open_migrated(url, Durability::Server).unwrap();
        let board = Switchboard::new(db, clock, IdGenerator::new(node), vec!["test".into()]);
        let carrier = Arc::new(Recorder {
            texts: Mutex::default(),
            receipts: Mutex::default(),
            answers: Mutex::default(),
            ready: AtomicBool::new(true),
        });
        board.add_outlet(carrier.clone());
        (board, carrier)
    }

    /// Every story that changes something may end with this: the history tells of the tables as they are.
    pub fn assert_history_agrees(&self) {
        super::agreement::assert_history_agrees(&self.url);
    }

    fn start(&mut self) {
        let db = Db::open(&self.url, Durability::Command).unwrap();
        let lock = NodeLock::acquire(&db, 0).unwrap();
        self.dispatching = self.board.dispatch(lock, 1);
    }

    pub async fn person(&self, name: &str) -> Person {
        let phone = E164::from_i64(self.next_phone.fetch_add(1, Ordering::SeqCst)).unwrap();
        let new = NewMember {
            name: name.into(),
            phone: Some(phone),
            guest: false,
            listed: false,
        };
        let member = self.board.create_member(self.community, new).await.unwrap();
        Person { id: member.id, phone }
    }

    /// Makes `b` a contact of `a`.
    pub async fn befriend(&self, a: Person, b: Person) -> Contact {
        self.board
            .add_contact(self.community, a.id, b.id)
            .await
            .unwrap()
            .0
    }

    /// A text from a phone to a pool number.
    pub async fn text(&self, from: E164, to: E164, text: &str) -> Received {
        self.text_with(from, to, text, |_| {}).await
    }

    pub async fn text_with(
        &self,
        from: E164,
        to: E164,
        text: &str,
        edit: impl FnOnce(&mut InboundText),
    ) -> Received {
        let mut inbound = InboundText {
            carrier: "test".into(),
            carrier_ref: None,
            from,
            to,
            text: text.into(),
            want_receipt: false,
            valid_for_s: None,
            media: Vec::new(),
            held: Vec::new(),
        };
        edit(&mut inbound);
        self.board.receive(inbound).await.unwrap()
    }

    /// Changes some fields of the community's policy.
    pub async fn patch_policy(&self, policy: serde_json::Value) {
        let policy = policy.as_object().unwrap().clone();
        self.board
            .patch_community(self.community, None, policy)
            .await
            .unwrap();
    }

    /// The carrier's receipt for a message that it took as one part.
    pub async fn carrier_reports(
        &self,
        message: partyline::domain::id::MessageId,
        status: partyline::domain::message::Status,
    ) {
        let receipt = InboundReceipt {
            carrier: "test".into(),
            smsc: None,
            carrier_ref: format!("ref-{message}"),
            status,
            detail: None,
        };
        self.board.receipt(receipt).await.unwrap();
    }

    /// The status of a message, waited for.
    pub async fn wait_status(
        &self,
        message: partyline::domain::id::MessageId,
        status: partyline::domain::message::Status,
    ) -> partyline::switchboard::views::Message {
        let what = format!("{message} to become {status:?}");
        eventually(&what, Duration::from_secs(10), async || {
            self.board.message(self.community, message).await.unwrap().status == status
        })
        .await;
        self.board.message(self.community, message).await.unwrap()
    }
}
