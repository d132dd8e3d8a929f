//! Asks apps and waits for their answers: one try, signed like a callback.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::client::{MOST_ANSWER_BYTES, Poster, Request};
use crate::switchboard::ask::{Answer, Asker, MOST_AT_ONCE, MOST_CALLS_AT_ONCE, Question};

/// Asks by signed requests.
pub struct CallbackAsker {
    poster: Poster,
    slots: Arc<Semaphore>,
}

impl CallbackAsker {
    pub(super) fn new(poster: Poster) -> Self {
        Self {
            poster,
            slots: Arc::new(Semaphore::new(MOST_AT_ONCE + MOST_CALLS_AT_ONCE)),
        }
    }

    async fn asked(&self, question: &Question) -> Result<Value, String> {
        // Not waited for: whoever asks has somebody waiting, and many slow answers shall not add up.
        let _slot = self
            .slots
            .try_acquire()
            .map_err(|_| "too many questions wait for their answers already".to_owned())?;
        let request = Request {
            url: &question.url,
            id: &question.id,
            body: &question.body,
            secrets: &question.secrets,
            within: question.within,
        };
        let reply = self.poster.post(&request).await;
        if !reply.is_success() {
            return Err(reply.error.unwrap_or_else(|| "no answer".into()));
        }
        if reply.body.len() >= MOST_ANSWER_BYTES {
            return Err(format!("the answer is longer than {MOST_ANSWER_BYTES} bytes"));
        }
        if reply.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&reply.body).map_err(|error| format!("the answer is no JSON: {error}"))
    }
}

#[async_trait]
impl Asker for CallbackAsker {
    async fn ask(&self, question: Question) -> Answer {
        match self.asked(&question).await {
            Ok(body) => Answer::Body(body),
            Err(why) => {
                let (endpoint, kind) = (question.endpoint, question.kind.word());
                tracing::info!(%endpoint, kind, %why, "an app did not answer a question");
                Answer::Failed(why)
            }
        }
    }
}
