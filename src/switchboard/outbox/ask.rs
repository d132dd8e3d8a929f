//! Texts that wait for an app's word: it is asked, and what it says is done.

use std::time::Duration;

use super::{Dispatcher, Settled};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::outbox::Pending;
use crate::switchboard::Switchboard;
use crate::switchboard::aside::may_be_one_rows;
use crate::switchboard::ask::{Answer, MOST_AT_ONCE, Question};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::intercept::{self, ASK, Asking, Word};
use crate::switchboard::lanes::key_of;
use crate::switchboard::receipts::{Attempt, Completion};

/// Most of them that are about one community's texts.
const MOST_OF_ONE: usize = 64;
/// When a text that is above it looks again.
const WAIT_MS: i64 = 50;

impl Dispatcher {
    /// Has apps asked about the texts whose turn it is.
    pub(super) fn ask(&mut self, now: Timestamp) {
        while self.flying.get(ASK).copied().unwrap_or(0) < MOST_AT_ONCE {
            let Some(item) = self.lanes.next(ASK) else {
                break;
            };
            if item.row.expires_at <= now.0 {
                self.give_up(item, Reason::DeadlinePassed);
                continue;
            }
            let asked = self.asked.entry(item.row.community_id).or_default();
            if *asked >= MOST_OF_ONE {
                // A slow app holds up its own community, and no other.
                self.lanes.not_before(item.row.lane, now.plus_ms(WAIT_MS));
                continue;
            }
            *asked += 1;
            *self.flying.entry(ASK.to_owned()).or_default() += 1;
            let (board, settled) = (self.board.clone(), self.settled_tx.clone());
            tokio::spawn(async move {
                let (lane, key) = (item.row.lane, key_of(&item));
                let text = board.settle_question(&item).await.map(Box::new);
                let _ = settled.send(Settled::Decided { lane, key, text }).await;
            });
        }
    }
}

/// The end of a text on which nothing can be decided.
fn set_aside(item: &Pending, error: &SwitchboardError) -> Completion {
    Completion {
        key: key_of(item),
        between: (item.row.member_id, item.to_member),
        carrier: ASK.to_owned(),
        attempt: Attempt::Over {
            status: Status::Blocked,
            reason: Reason::AppDenied,
            detail: Some(format!("set aside: {error}")),
        },
        sent: None,
    }
}

impl Switchboard {
    /// Asks about a text until what follows is in the database; returns the text that goes to a phone now.
    async fn settle_question(&self, item: &Pending) -> Option<Pending> {
        let (community, message) = (
            CommunityId::from_i64(item.row.community_id),
            MessageId::from_i64(item.row.message_id),
        );
        let mut word = self.word_on(community, message).await;
        let mut refused = 0;
        loop {
            let said = word.clone();
            let decided = self
                .write_grouped(move |conn, ctx| {
                    intercept::decide(conn, ctx, community, message, said.clone())
                })
                .await;
            match decided {
                Ok(decided) => {
                    self.announce(decided.others);
                    return decided.text;
                }
                // What lies in this word or text itself will not be otherwise the next time.
                Err(error) if may_be_one_rows(&error) && refused > 0 => {
                    tracing::error!(%error, %message, "a text that an app was asked about was set aside");
                    let _ = self.complete(set_aside(item, &error)).await;
                    return None;
                }
                Err(error) => {
                    tracing::warn!(%error, %message, "an app's word could not be acted upon; trying again");
                    if may_be_one_rows(&error) {
                        refused += 1;
                        word = None;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// What the app says about a text; nothing when it is silent, and leave where nobody is to be asked.
    async fn word_on(&self, community: CommunityId, message: MessageId) -> Option<Word> {
        let now = self.now();
        let asking: Result<_> = self
            .read(move |conn| intercept::question(conn, community, message, now))
            .await;
        let asking = match asking {
            Ok(Some(asking)) => asking,
            Ok(None) => return Some(Word::Allow),
            Err(error) => {
                tracing::warn!(%error, %message, "an app could not be asked about a text");
                return None;
            }
        };
        self.hear(community, message.to_string(), asking).await
    }

    /// Puts a question to an app, under the id of what it is about; nothing where it says nothing that is understood.
    pub(in crate::switchboard) async fn hear(
        &self,
        community: CommunityId,
        about: String,
        asking: Asking,
    ) -> Option<Word> {
        let asker = self.asker()?;
        let question = Question {
            community,
            endpoint: asking.endpoint,
            url: asking.url,
            secrets: asking.secrets,
            id: about.clone(),
            kind: asking.kind,
            body: asking.body,
            within: Duration::from_millis(asking.within_ms),
        };
        let said = match asker.ask(question).await {
            Answer::Body(body) => Word::read(body),
            Answer::Failed(why) => Err(why),
        };
        match said {
            Ok(word) => Some(word),
            Err(why) => {
                tracing::warn!(%community, %about, why, "an app that was asked gave no usable answer");
                None
            }
        }
    }
}
