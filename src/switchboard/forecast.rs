//! What an app is told of a text that it sends, before or after: by which way it goes and what it costs.

use serde::Serialize;

use super::error::Result;
use super::intake::{self, Accepted, Arrival};
use super::intercept::ASK;
use super::messages::{self, NewMessage};
use super::outlet::Verdict;
use super::views::{HoldsPhones, Message};
use super::{Switchboard, undone};
use crate::domain::E164;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, EndpointId, MemberId};
use crate::store::StoreError;

/// By which way a text reaches its recipient; both where the recipient wants both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Route)]
pub struct Way {
    /// The carrier to the recipient's phone.
    #[schema(example = "loopback")]
    pub carrier: Option<String>,
    /// The endpoint of the app in which the recipient reads.
    pub endpoint: Option<EndpointId>,
}

/// An accepted text, and what happens to it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SentMessage)]
pub struct Foretold {
    /// The message.
    #[serde(flatten)]
    pub message: Message,
    /// By which way it goes.
    pub route: Way,
    /// It waits for an app's word.
    pub intercepted: bool,
}

impl HoldsPhones for Foretold {
    /// One that came in before may have been refused since, for a reason that is not for apps.
    fn without_phones(self) -> Self {
        Self {
            message: self.message.without_phones(),
            ..self
        }
    }
}

/// What would happen to a text; nothing was written.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MessageRehearsal)]
pub struct DryRun {
    /// Always true.
    #[schema(example = true)]
    pub dry_run: bool,
    /// The sender.
    pub from: MemberId,
    /// The recipient.
    pub to: MemberId,
    /// The text.
    #[schema(example = "Are you coming?")]
    pub text: String,
    /// The pool number that the recipient would see.
    pub shown_number: Option<E164>,
    /// `gsm7` or `ucs2`.
    #[schema(value_type = super::words::EncodingWord, inline)]
    pub encoding: &'static str,
    /// How many parts it would take.
    #[schema(example = 1)]
    pub segments: usize,
    /// When it would be given up.
    pub expires_at: Timestamp,
    /// By which way it would go.
    pub route: Way,
    /// It would wait for an app's word.
    pub intercepted: bool,
    /// Until when it would be held, outside the recipient's texting hours.
    #[schema(example = json!(null))]
    pub held_until: Option<Timestamp>,
}

fn asks(accepted: &Accepted) -> bool {
    accepted.pending.iter().any(|p| p.row.carrier == ASK)
}

impl Switchboard {
    /// Like [`Switchboard::send`], and says by which way the text goes.
    pub async fn send_foretold(&self, community: CommunityId, new: NewMessage) -> Result<(Foretold, bool)> {
        let accepted = self.accept_from_app(community, new).await?;
        let (is_new, intercepted) = (accepted.verdict != Verdict::Duplicate, asks(&accepted));
        let row = accepted.row.ok_or(StoreError::Corrupt("messages"))?;
        let route = Way {
            carrier: row.carrier_out.clone(),
            endpoint: accepted.app,
        };
        let message = messages::view(row)?;
        let foretold = Foretold {
            message,
            route,
            intercepted,
        };
        Ok((foretold, is_new))
    }

    /// What would happen to a text: it is accepted by the very code that accepts texts, and taken back.
    pub async fn rehearse(&self, community: CommunityId, new: NewMessage) -> Result<DryRun> {
        let new = NewMessage {
            idempotency_key: None,
            ..new
        };
        self.write(move |conn, ctx| {
            let arrival = [Arrival::App(community, new.clone())];
            let (row, intercepted, route) = undone(conn, ctx, |conn| {
                let outcome = intake::accept(conn, ctx, &arrival)?.pop();
                let accepted = outcome.unwrap_or(Err(StoreError::Corrupt("messages").into()))?;
                let intercepted = asks(&accepted);
                let row = accepted.row.ok_or(StoreError::Corrupt("messages"))?;
                let route = Way {
                    carrier: row.carrier_out.clone(),
                    endpoint: accepted.app,
                };
                Ok((row, intercepted, route))
            })?;
            let message = messages::view(row)?;
            Ok(DryRun {
                dry_run: true,
                from: new.from,
                to: new.to,
                text: message.text,
                shown_number: message.shown_number,
                encoding: message.encoding,
                segments: message.segments,
                expires_at: message.expires_at,
                route,
                intercepted,
                held_until: message.held_until,
            })
        })
        .await
    }
}
