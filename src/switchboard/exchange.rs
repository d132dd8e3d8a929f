//! What edges hand in: texts from phones, texts from apps, carriers' receipts.

use std::time::Duration;

use async_trait::async_trait;

use super::Switchboard;
use super::error::{Result, SwitchboardError};
use super::intake::Arrival;
use super::messages::{self, NewMessage};
use super::outlet::{Exchange, InboundReceipt, InboundText, IntakeError, Received, Verdict};
use super::receipts::{Completion, Reported};
use super::views::Message;
use crate::domain::id::CommunityId;
use crate::store::StoreError;

/// A receipt may overtake our own note that the text was sent: it is tried again after these waits.
const RECEIPT_RETRIES_MS: [u64; 5] = [50, 100, 250, 500, 1_000];

pub(super) fn intake_error(error: SwitchboardError) -> IntakeError {
    match error {
        SwitchboardError::Overloaded => IntakeError::Overloaded,
        other => IntakeError::Store(other.to_string()),
    }
}

#[async_trait]
impl Exchange for Switchboard {
    async fn receive(&self, text: InboundText) -> std::result::Result<Received, IntakeError> {
        let outcome = self.inner.arrivals.submit(Arrival::Phone(text)).await;
        let accepted = outcome.and_then(|inner| inner).map_err(intake_error)?;
        Ok(Received {
            message: accepted.message,
            verdict: accepted.verdict,
        })
    }

    async fn receipt(&self, receipt: InboundReceipt) -> std::result::Result<(), IntakeError> {
        for wait in RECEIPT_RETRIES_MS {
            match self
                .inner
                .receipts
                .submit(receipt.clone())
                .await
                .map_err(intake_error)?
            {
                Reported::Known(_) => return Ok(()),
                Reported::Unknown => tokio::time::sleep(Duration::from_millis(wait)).await,
            }
        }
        match self
            .inner
            .receipts
            .submit(receipt.clone())
            .await
            .map_err(intake_error)?
        {
            Reported::Known(_) => {}
            Reported::Unknown => {
                tracing::info!(carrier = %receipt.carrier, "a receipt for no text of ours was dropped")
            }
        }
        Ok(())
    }
}

impl Switchboard {
    /// Accepts a text that an app sends in a member's name; returns once it is durable. False when its
    /// Idempotency-Key had brought it in before.
    pub async fn send(&self, community: CommunityId, new: NewMessage) -> Result<(Message, bool)> {
        let accepted = self
            .inner
            .arrivals
            .submit(Arrival::App(community, new))
            .await
            .and_then(|inner| inner)?;
        let row = accepted.row.ok_or(StoreError::Corrupt("messages"))?;
        Ok((messages::view(row)?, accepted.verdict != Verdict::Duplicate))
    }

    /// Writes down how a try ended.
    pub(crate) async fn complete(&self, completion: Completion) -> Result<()> {
        self.inner.completions.submit(completion).await.map(|_| ())
    }
}
