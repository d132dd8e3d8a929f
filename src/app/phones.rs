//! The loopback carrier's phones, as the API drives them: two edges that must not know each other meet here.

use std::sync::Arc;

use async_trait::async_trait;

use crate::carriers::loopback::Loopback;
use crate::domain::E164;
use crate::switchboard::Switchboard;
use crate::switchboard::outlet::{IntakeError, Received};
use crate::switchboard::phones::{ReceivedText, VirtualPhones};

/// Virtual phones over the loopback carrier.
pub struct LoopbackPhones {
    loopback: Arc<Loopback>,
    board: Switchboard,
}

impl LoopbackPhones {
    /// Phones of that carrier, which text into that exchange.
    pub fn new(loopback: Arc<Loopback>, board: Switchboard) -> Self {
        Self { loopback, board }
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
}
