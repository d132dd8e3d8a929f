//! What edges hand in: texts from phones, texts from apps, carriers' receipts.

use async_trait::async_trait;

use super::Switchboard;
use super::error::{Result, SwitchboardError};
use super::intake::{self, Accepted, Arrival};
use super::messages::{self, NewMessage};
use super::outlet::{
    Exchange, HeldPart, InboundReceipt, InboundText, IntakeError, MediaWanted, Received, Verdict,
};
use super::receipts::{Completion, Reported};
use super::views::Message;
use crate::domain::E164;
use crate::domain::id::CommunityId;
use crate::store::StoreError;

pub(super) fn intake_error(error: SwitchboardError) -> IntakeError {
    match error {
        SwitchboardError::Overloaded => IntakeError::Overloaded,
        other => IntakeError::Store(other.to_string()),
    }
}

#[async_trait]
impl Exchange for Switchboard {
    async fn media_wanted(
        &self,
        from: E164,
        to: E164,
        text: &str,
    ) -> std::result::Result<MediaWanted, IntakeError> {
        let (text, now) = (text.to_owned(), self.now());
        let asked = self.read(move |conn| intake::media_wanted(conn, now, (from, to), &text));
        asked.await.map_err(intake_error)
    }

    async fn receive(&self, text: InboundText) -> std::result::Result<Received, IntakeError> {
        let mut accepted = self.accept_from_phone(text.clone()).await.map_err(intake_error)?;
        for _ in 0..MOST_DESKS {
            if !accepted.for_desk {
                break;
            }
            accepted = match self.at_the_desk(&text).await.map_err(intake_error)? {
                Some(taken) => taken,
                // It is the desk no more, or the phone another's.
                None => self.accept_from_phone(text.clone()).await.map_err(intake_error)?,
            };
        }
        if accepted.for_desk {
            return Err(IntakeError::Overloaded);
        }
        self.inner.observers.accepted("phone", accepted.verdict);
        self.inner.registry.flow(&text.carrier).received(self.now());
        Ok(Received {
            message: accepted.message,
            verdict: accepted.verdict,
        })
    }

    async fn hold(&self, outlet: &str, part: HeldPart) -> std::result::Result<(), IntakeError> {
        // In one queue with the texts: a text that takes a part along is accepted after the part was kept.
        let arrival = Arrival::Part(outlet.to_owned(), Box::new(part));
        let outcome = self.inner.arrivals.submit(arrival).await;
        outcome.and_then(|inner| inner).map_err(intake_error)?;
        Ok(())
    }

    async fn let_go(&self, outlet: &str, held: Vec<i64>) -> std::result::Result<(), IntakeError> {
        let outcome = self
            .inner
            .arrivals
            .submit(Arrival::LetGo(outlet.to_owned(), held))
            .await;
        outcome.and_then(|inner| inner).map_err(intake_error)?;
        Ok(())
    }

    async fn held(&self, outlet: &str) -> std::result::Result<Vec<HeldPart>, IntakeError> {
        self.held_parts(outlet).await.map_err(intake_error)
    }

    async fn receipt(&self, receipt: InboundReceipt) -> std::result::Result<(), IntakeError> {
        let carrier = receipt.carrier.clone();
        match self.inner.receipts.submit(receipt).await.map_err(intake_error)? {
            Reported::Known(_) | Reported::Kept => {}
            Reported::Dropped => {
                tracing::info!(%carrier, "a receipt for no text that is known was dropped");
            }
        }
        Ok(())
    }
}

/// How often a text goes back and forth between the intake and a desk that is moved meanwhile.
const MOST_DESKS: usize = 3;

impl Switchboard {
    async fn accept_from_phone(&self, text: InboundText) -> Result<Accepted> {
        let outcome = self.inner.arrivals.submit(Arrival::Phone(text)).await;
        outcome.and_then(|inner| inner)
    }

    /// Accepts a text that an app sends in a member's name; returns once it is durable. False when its
    /// Idempotency-Key had brought it in before.
    pub async fn send(&self, community: CommunityId, new: NewMessage) -> Result<(Message, bool)> {
        let accepted = self.accept_from_app(community, new).await?;
        let row = accepted.row.ok_or(StoreError::Corrupt("messages"))?;
        Ok((messages::view(row)?, accepted.verdict != Verdict::Duplicate))
    }

    pub(super) async fn accept_from_app(&self, community: CommunityId, new: NewMessage) -> Result<Accepted> {
        let outcome = self.inner.arrivals.submit(Arrival::App(community, new)).await;
        let outcome = outcome.and_then(|inner| inner);
        match &outcome {
            Ok(accepted) => self.inner.observers.accepted("app", accepted.verdict),
            Err(SwitchboardError::Refused(reason)) => {
                let (reason, reject) = (*reason, true);
                self.inner
                    .observers
                    .accepted("app", Verdict::Refused { reason, reject });
            }
            Err(_) => {}
        }
        outcome
    }

    /// Writes down how a try ended.
    pub(crate) async fn complete(&self, completion: Completion) -> Result<()> {
        self.inner.completions.submit(completion).await.map(|_| ())
    }
}
