//! Asking an app something and waiting for its answer, while a text or a call waits for that. The callbacks edge
//! answers; nothing is repeated, for the one who waits decides what no answer means.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::event::QuestionKind;
use crate::domain::id::{CommunityId, EndpointId};

/// Most questions about texts under way. Both sides keep to it: further texts wait in their lanes, and are not decided
/// without the app because it is busy.
pub const MOST_AT_ONCE: usize = 256;
/// Most questions about calls under way, besides: those who call do not wait, they are met without the app.
pub const MOST_CALLS_AT_ONCE: usize = 64;

/// A question to an app.
#[derive(Clone)]
pub struct Question {
    /// Whose.
    pub community: CommunityId,
    /// Which endpoint is asked.
    pub endpoint: EndpointId,
    /// Where it is.
    pub url: String,
    /// The secrets that sign, newest first.
    pub secrets: Vec<String>,
    /// The `webhook-id`: the same whenever this is asked again.
    pub id: String,
    /// What is asked.
    pub kind: QuestionKind,
    /// The body, JSON.
    pub body: String,
    /// How long the answer is waited for.
    pub within: Duration,
}

/// What an app answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// JSON; null where a success had no body.
    Body(Value),
    /// Nothing usable; why.
    Failed(String),
}

/// Who asks apps.
#[async_trait]
pub trait Asker: Send + Sync {
    /// Asks once, and answers within the question's time, and a moment.
    async fn ask(&self, question: Question) -> Answer;
}
