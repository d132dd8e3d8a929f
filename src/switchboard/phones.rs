//! Virtual phones as the API drives them; the loopback carrier has them.

use async_trait::async_trait;
use serde::Serialize;
use utoipa::ToSchema;

use super::outlet::{IntakeError, Received};
use crate::domain::{E164, Timestamp};

/// A text that a virtual phone received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedText {
    /// The pool number that it came from.
    pub from: E164,
    /// The text.
    #[schema(example = "Are you coming?")]
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Phones without a network.
#[async_trait]
pub trait VirtualPhones: Send + Sync + 'static {
    /// Sends a text from a phone to a pool number; returns once it is durable.
    async fn send(&self, from: E164, to: E164, text: String) -> Result<Received, IntakeError>;

    /// What a phone has received, newest last.
    fn inbox(&self, phone: E164) -> Vec<ReceivedText>;
}
