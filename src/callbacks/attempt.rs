//! One try, from the database to the endpoint and back, on a task of its own.

use std::time::Duration;

use tokio::sync::mpsc;

use super::client::{Poster, Reply, Request};
use super::schedule::Key;
use super::verdict::{Outcome, Tried};
use crate::domain::Timestamp;
use crate::domain::id::DeliveryId;
use crate::switchboard::{Health, Next, Switchboard, Try};

/// Most of an answer that is kept.
const KEPT_ANSWER_BYTES: usize = 2_048;
/// Most of an error that is kept.
const KEPT_ERROR_CHARS: usize = 500;
/// Before a result is offered to the database once more.
const STORE_AGAIN: Duration = Duration::from_secs(1);

/// What the tasks tell the dispatcher of a delivery.
pub(super) enum News {
    /// It is no longer pending.
    Gone,
    /// The database did not say what it is.
    Unread,
    /// The endpoint answered, or did not.
    Answered(Tried, Outcome, Box<Try>),
    /// What follows is in the database.
    Stored(Next),
}

/// Where tasks report to.
pub(super) type Reports = mpsc::UnboundedSender<(Key, DeliveryId, News)>;

/// Fetches what is to be delivered and tries it, once.
pub(super) async fn attempt(
    board: &Switchboard,
    poster: &Poster,
    (key, id): (Key, DeliveryId),
    url: &str,
    within: Duration,
) -> News {
    let parcel = match board.parcel(key.0, id).await {
        Ok(Some(parcel)) => parcel,
        Ok(None) => return News::Gone,
        Err(error) => {
            tracing::warn!(delivery = %id, %error, "a callback could not be read");
            return News::Unread;
        }
    };
    let at = board.now();
    let request = Request {
        url,
        id: &parcel.event.to_string(),
        body: &parcel.body,
        secrets: &parcel.secrets,
        within,
    };
    let reply = poster.post(&request).await;
    let outcome = Outcome {
        status: reply.status,
        retry_after_ms: reply.retry_after_ms,
    };
    let tried = Tried {
        attempts: parcel.attempts,
        created_at: parcel.created_at,
    };
    News::Answered(tried, outcome, Box::new(written_down(reply, at, board.now())))
}

fn written_down(reply: Reply, at: Timestamp, now: Timestamp) -> Try {
    let mut answer = reply.body;
    answer.truncate(KEPT_ANSWER_BYTES);
    let error = reply
        .error
        .map(|error| error.chars().take(KEPT_ERROR_CHARS).collect::<String>());
    Try {
        at,
        duration_ms: now.since(at).max(0),
        status: reply.status,
        error: error.as_deref().map(storable),
        request: storable(&reply.request),
        answer: storable(&String::from_utf8_lossy(&answer)),
    }
}

/// PostgreSQL keeps no NUL in a text.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Writes a try down, however long it takes: until then the delivery counts as under way.
pub(super) async fn store(
    board: &Switchboard,
    (key, id): (Key, DeliveryId),
    tried: Try,
    next: Next,
    health: Health,
) {
    while let Err(error) = board.delivery_tried(key.0, id, tried.clone(), next, health).await {
        tracing::warn!(delivery = %id, %error, "a callback's outcome could not be stored; trying again");
        tokio::time::sleep(STORE_AGAIN).await;
    }
}
