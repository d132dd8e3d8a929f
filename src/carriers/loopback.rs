//! Virtual phones inside the process: for trying things out, and for tests without a carrier.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use serde::Serialize;

use crate::domain::{Clock, E164, Timestamp};
use crate::switchboard::outlet::{
    Exchange, InboundText, IntakeError, OutboundReceipt, OutboundText, Outlet, OutletError, Received, Sent,
};
use crate::switchboard::standing::{CarrierKind, OutletStanding};

/// The outlet's name.
pub const NAME: &str = "loopback";
/// The texts that a virtual phone keeps; the oldest go first.
const TEXTS_PER_PHONE: usize = 1000;
/// The virtual phones that are kept; the one that received nothing for the longest time goes first.
const PHONES: usize = 100_000;
const WINDOW: usize = 1024;

/// A text that a virtual phone received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoopbackText {
    /// The pool number that it came from.
    pub from: E164,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// The virtual phones, as an outlet.
pub struct Loopback {
    clock: Arc<dyn Clock>,
    phones: Mutex<Phones>,
}

#[derive(Default)]
struct Phones {
    inboxes: BTreeMap<E164, Inbox>,
    /// Which phone received last in which turn, oldest first.
    turns: BTreeMap<u64, E164>,
    turn: u64,
}

#[derive(Default)]
struct Inbox {
    texts: VecDeque<LoopbackText>,
    turn: u64,
}

impl Loopback {
    /// No phone has received anything yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            phones: Mutex::default(),
        }
    }

    /// Sends a text from the virtual phone `from` to the pool number `to`.
    pub async fn send(
        &self,
        exchange: &dyn Exchange,
        from: E164,
        to: E164,
        text: String,
    ) -> Result<Received, IntakeError> {
        let text = InboundText {
            carrier: NAME.to_owned(),
            carrier_ref: None,
            from,
            to,
            text,
            want_receipt: false,
            valid_for_s: None,
            media: Vec::new(),
            held: Vec::new(),
        };
        exchange.receive(text).await
    }

    /// What a phone received, newest last.
    pub fn inbox(&self, phone: E164) -> Vec<LoopbackText> {
        let phones = self.lock();
        phones
            .inboxes
            .get(&phone)
            .map(|inbox| inbox.texts.iter().cloned().collect())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Phones> {
        self.phones
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Phones {
    fn keep(&mut self, phone: E164, text: LoopbackText) {
        self.turn += 1;
        let inbox = self.inboxes.entry(phone).or_default();
        self.turns.remove(&inbox.turn);
        inbox.turn = self.turn;
        self.turns.insert(self.turn, phone);
        if inbox.texts.len() == TEXTS_PER_PHONE {
            inbox.texts.pop_front();
        }
        inbox.texts.push_back(text);
        if self.inboxes.len() > PHONES
            && let Some((_, quietest)) = self.turns.pop_first()
        {
            self.inboxes.remove(&quietest);
        }
    }
}

#[async_trait]
impl Outlet for Loopback {
    fn name(&self) -> &str {
        NAME
    }

    fn window(&self) -> usize {
        WINDOW
    }

    fn is_ready(&self) -> bool {
        true
    }

    fn standing(&self) -> OutletStanding {
        OutletStanding {
            kind: CarrierKind::Loopback,
            ..OutletStanding::default()
        }
    }

    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError> {
        let at = self.clock.now();
        let kept = LoopbackText {
            from: text.from,
            text: text.text.clone(),
            at,
        };
        self.lock().keep(text.to, kept);
        Ok(Sent {
            parts: Vec::new(),
            smsc: None,
            delivered: true,
        })
    }

    async fn send_receipt(&self, _receipt: &OutboundReceipt) -> Result<(), OutletError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MessageId;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp(5)
        }
    }

    fn phone(n: u64) -> E164 {
        E164::from_i64(15_550_000_000 + n as i64).unwrap()
    }

    fn text(to: E164, text: &str) -> OutboundText {
        OutboundText {
            message: MessageId::from_i64(1),
            from: phone(1),
            to,
            text: text.into(),
            want_receipt: false,
            expires_at: Timestamp(10),
            media: Vec::new(),
            taken: Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_phone_shows_what_it_received_newest_last_and_no_more_than_it_keeps() {
        let loopback = Loopback::new(Arc::new(Stopped));
        for n in 0..=TEXTS_PER_PHONE {
            let sent = loopback.send_text(&text(phone(2), &n.to_string())).await.unwrap();
            assert!(sent.delivered && sent.parts.is_empty());
        }
        let inbox = loopback.inbox(phone(2));
        assert_eq!(inbox.len(), TEXTS_PER_PHONE);
        assert_eq!(
            (inbox[0].text.as_str(), inbox[TEXTS_PER_PHONE - 1].text.as_str()),
            ("1", "1000")
        );
        assert_eq!((inbox[0].from, inbox[0].at), (phone(1), Timestamp(5)));
        assert!(loopback.inbox(phone(3)).is_empty());
    }

    #[test]
    fn the_quietest_phone_gives_way() {
        let mut phones = Phones::default();
        let kept = LoopbackText {
            from: phone(1),
            text: String::new(),
            at: Timestamp(0),
        };
        for n in 0..PHONES as u64 {
            phones.keep(phone(n), kept.clone());
        }
        phones.keep(phone(0), kept.clone());
        phones.keep(phone(PHONES as u64), kept);
        assert_eq!((phones.inboxes.len(), phones.turns.len()), (PHONES, PHONES));
        assert!(phones.inboxes.contains_key(&phone(0)) && !phones.inboxes.contains_key(&phone(1)));
    }
}
