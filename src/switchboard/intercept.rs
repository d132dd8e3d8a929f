//! Texts that wait for an app's word: whether one may be bridged, and who an unknown sender is (of callers that is
//! asked in `calls/stranger.rs`; `introductions.rs` connects both). The text is
//! durable before anybody is asked; it waits in the outbox, in its own place of its lane, as if the app were
//! a carrier.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::communities::{self, Apps, Setup};
use super::deliver;
use super::error::Result;
use super::introductions::{self, About, Stranger};
use super::messages::view;
use super::receipts::advance;
use super::route::{self, DialledCache, PairFacts, Purpose, Ruling};
use super::told::{Asked, Masked, MessageIntercept, Question, StrangerUnknown};
use super::{Context, intake, refusals};
use crate::domain::event::QuestionKind;
use crate::domain::id::{CommunityId, EndpointId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::{OnSilence, Policy};
use crate::domain::{E164, Timestamp};
use crate::store::messages::{self, MessageRow};
use crate::store::outbox::{self, OutboxRow, Pending};
use crate::store::{Conn, StoreError, assignments, endpoints, media, strangers};

/// The name under which such texts wait; no carrier's name begins with this sign.
pub(crate) const ASK: &str = "@ask";

/// Most of an app's reason that is kept.
const MOST_REASON_CHARS: usize = 500;

/// What the callbacks edge is to ask, and how long it may take.
pub(crate) struct Asking {
    pub endpoint: EndpointId,
    pub url: String,
    pub secrets: Vec<String>,
    pub kind: QuestionKind,
    pub body: String,
    pub within_ms: u64,
}

/// An app's word on a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Word {
    /// Bridge it as it is.
    Allow,
    /// Bridge it with another text.
    Rewrite {
        /// The text instead.
        #[schema(example = "Are you coming?")]
        text: String,
    },
    /// Do not bridge it.
    Deny {
        /// Why, for the message's detail.
        #[serde(default)]
        #[schema(example = "house rule")]
        reason: Option<String>,
    },
    /// Of a stranger: make a member of them, and a contact of `to` on the number that they texted or called.
    Connect {
        /// What they are called.
        #[schema(example = "Ann's brother")]
        name: String,
        /// Whom they want to reach.
        to: MemberId,
    },
}

impl Word {
    /// Reads an answer's body.
    pub fn read(body: Value) -> std::result::Result<Self, String> {
        let word = serde_json::from_value(body).map_err(|e| format!("the answer is not understood: {e}"))?;
        Ok(match word {
            // It is stored as the message's detail, which is no place for a NUL or for a book.
            Self::Deny { reason } => Self::Deny {
                reason: reason.map(|r| intake::cleaned(&r).chars().take(MOST_REASON_CHARS).collect()),
            },
            word => word,
        })
    }
}

/// Puts a text where it waits for the app's word.
pub(crate) fn hold(conn: &mut Conn, ctx: &Context, row: &MessageRow, pair: &PairFacts) -> Result<Pending> {
    wait(conn, ctx, row, pair.row.id.as_i64())
}

/// Puts a stranger's text where it waits for the app's word.
pub(crate) fn hold_stranger(conn: &mut Conn, ctx: &Context, row: &MessageRow) -> Result<Pending> {
    let (from, to) = (row.from_phone.unwrap_or(0), row.dialled.unwrap_or(0));
    // One stranger's texts keep their order; negative, so that it is no assignment's lane.
    wait(conn, ctx, row, -((from ^ to.rotate_left(17)) & i64::MAX).max(1))
}

fn wait(conn: &mut Conn, ctx: &Context, row: &MessageRow, lane: i64) -> Result<Pending> {
    let pending = Pending {
        row: OutboxRow {
            community_id: row.community_id,
            message_id: row.id,
            kind: outbox::TEXT,
            node: ctx.ids.node() as i16,
            lane,
            carrier: ASK.to_owned(),
            number_id: 0,
            number_rate: 0.0,
            member_id: row.from_member,
            member_rate: 0,
            from_number: 0,
            to_phone: 0,
            attempts: 0,
            due_at: ctx.now.0,
            expires_at: row.expires_at,
            open_until: None,
        },
        to_member: row.to_member,
        text: row.text.clone(),
        want_receipt: row.want_receipt,
        status: row.status,
        accepted_at: row.accepted_at,
        updated_at: row.updated_at,
        media: row.media > 0,
    };
    outbox::insert(conn, &pending.row)?;
    Ok(pending)
}

/// The kind and body of a question.
pub(crate) fn worded<T: Asked>(
    community: CommunityId,
    now: Timestamp,
    data: T,
) -> Result<(QuestionKind, String)> {
    let body = serde_json::to_string(&Question::about(community, now, data));
    Ok((
        T::KIND,
        body.map_err(|_| StoreError::Corrupt("outbox.message_id"))?,
    ))
}

/// How that question is put to an endpoint; none where it takes none, or there is none.
pub(crate) fn asking(
    conn: &mut Conn,
    (community, endpoint): (CommunityId, Option<EndpointId>),
    now: Timestamp,
    (kind, body): (QuestionKind, String),
    within_ms: u64,
) -> Result<Option<Asking>> {
    let Some(endpoint) = endpoint else {
        return Ok(None);
    };
    let Some(found) = endpoints::get(conn, community, endpoint)?.filter(|e| e.state == endpoints::ACTIVE)
    else {
        return Ok(None);
    };
    let secrets = endpoints::live_secrets(conn, community, endpoint, now.0)?;
    Ok(Some(Asking {
        endpoint,
        url: found.url,
        secrets: secrets.into_iter().map(|s| s.secret).collect(),
        kind,
        body,
        within_ms,
    }))
}

/// The question about a waiting text; none when nobody is to be asked any more.
pub(crate) fn question(
    conn: &mut Conn,
    community: CommunityId,
    id: MessageId,
    now: Timestamp,
) -> Result<Option<Asking>> {
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let row = messages::get(conn, community, id)?.ok_or(StoreError::Corrupt("outbox.message_id"))?;
    let is_stranger = row.from_member.is_none();
    let asked = if is_stranger {
        apps.stranger
    } else {
        apps.intercept
    };
    let phone = row.from_phone.and_then(E164::from_i64);
    let message = &view(row)?;
    let question = if is_stranger {
        let phone = Masked::new(phone.ok_or(StoreError::Corrupt("messages.from_phone"))?);
        worded(community, now, StrangerUnknown { message, phone })?
    } else {
        worded(community, now, MessageIntercept { message })?
    };
    asking(
        conn,
        (community, asked),
        now,
        question,
        policy.intercept_within_ms.into(),
    )
}

/// What became of a waiting text, and what is to be sent on account of it.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// The text itself, if it goes to a phone; it takes the place of the one that waited.
    pub text: Option<Pending>,
    /// Anything else: a notice to the sender.
    pub others: Vec<Pending>,
}

/// Acts on an app's word (or on its silence) about a waiting text. The rules are asked again: time went by.
pub(crate) fn decide(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    id: MessageId,
    word: Option<Word>,
) -> Result<Decided> {
    if !outbox::delete(conn, community.as_i64(), id.as_i64(), outbox::TEXT)? {
        // Cancelled meanwhile; whoever did that has told the sender.
        return Ok(Decided::default());
    }
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let mut row = messages::get(conn, community, id)?.ok_or(StoreError::Corrupt("outbox.message_id"))?;
    if row.from_member.is_none() {
        return match word {
            Some(Word::Connect { name, to }) => connect(conn, ctx, (&policy, apps), community, row, name, to),
            _ => turn_away(conn, ctx, community, row, None),
        };
    }
    let word = word.unwrap_or(match policy.intercept_on_silence {
        OnSilence::Allow => Word::Allow,
        OnSilence::Deny => Word::Deny { reason: None },
    });
    match word {
        Word::Deny { reason } => {
            let others = advance(
                conn,
                ctx,
                (community, id),
                Status::Blocked,
                Some(Reason::AppDenied),
                reason.as_deref(),
            )?;
            return Ok(Decided { text: None, others });
        }
        Word::Rewrite { text } if !intake::is_bad(&intake::cleaned(&text), &policy) => {
            row.text = intake::cleaned(&text);
        }
        // A word that makes no sense here is as good as none, and the text was not forbidden.
        Word::Allow | Word::Rewrite { .. } | Word::Connect { .. } => {}
    }
    bridge(conn, ctx, (&policy, apps), community, row)
}

fn bridge(
    conn: &mut Conn,
    ctx: &Context,
    (policy, apps): (&Policy, Apps),
    community: CommunityId,
    mut row: MessageRow,
) -> Result<Decided> {
    let id = row.message_id();
    let (Some(from), Some(to)) = (row.from_member, row.to_member) else {
        return Err(StoreError::Corrupt("messages.from_member").into());
    };
    let assignment =
        assignments::hold_by_contact(conn, community, MemberId::from_i64(from), MemberId::from_i64(to))?;
    let pair = assignment
        .map(|a| route::other_end(conn, community, apps, a))
        .transpose()?;
    let sender = crate::store::devices::primary(conn, community, MemberId::from_i64(from))?;
    let ruling = pair
        .as_ref()
        .map_or(Ruling::Refuse(Reason::PairReleased), |pair| {
            route::rule_on_text(pair, sender.is_some_and(|d| d.stopped_all))
        });
    match (ruling, pair) {
        (Ruling::Bridge, Some(pair)) => {
            deliver::address(ctx, &mut row, &pair)?;
            messages::readdress(conn, &row)?;
            let text = deliver::deliver(conn, ctx, (policy, apps), &mut row, &pair)?.pop();
            Ok(Decided {
                text,
                others: Vec::new(),
            })
        }
        (Ruling::Refuse(reason) | Ruling::Quarantine(reason), _) => {
            let others = advance(conn, ctx, (community, id), Status::Blocked, Some(reason), None)?;
            Ok(Decided { text: None, others })
        }
        (Ruling::Bridge, None) | (Ruling::Desk | Ruling::Menu(_), _) => {
            Err(StoreError::Corrupt("assignments").into())
        }
    }
}

/// Makes a member of a stranger and bridges the text which they sent.
fn connect(
    conn: &mut Conn,
    ctx: &Context,
    (policy, apps): (&Policy, Apps),
    community: CommunityId,
    mut row: MessageRow,
    name: String,
    to: MemberId,
) -> Result<Decided> {
    let (Some(phone), Some(dialled)) = (
        row.from_phone.and_then(E164::from_i64),
        row.dialled.and_then(E164::from_i64),
    ) else {
        return Err(StoreError::Corrupt("messages.from_phone").into());
    };
    let stranger = Stranger {
        community,
        policy,
        app: apps.stranger,
        phone,
        dialled,
        about: About::Text(row.message_id()),
    };
    match introductions::introduce(conn, ctx, &stranger, (&name, to))? {
        Ok(stranger) => {
            row.from_member = Some(stranger.as_i64());
            row.to_member = Some(to.as_i64());
            // Were they to be a stranger again, that would be another matter.
            strangers::forget_asked(conn, community, row.id)?;
            bridge(conn, ctx, (policy, apps), community, row)
        }
        Err(detail) => turn_away(conn, ctx, community, row, Some(&detail)),
    }
}

/// A stranger whom nobody vouches for gets what the policy has for strangers.
fn turn_away(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    row: MessageRow,
    detail: Option<&str>,
) -> Result<Decided> {
    let id = row.message_id();
    let (Some(phone), Some(dialled)) = (
        row.from_phone.and_then(E164::from_i64),
        row.dialled.and_then(E164::from_i64),
    ) else {
        return Err(StoreError::Corrupt("messages.from_phone").into());
    };
    let reason = Reason::UnknownSender;
    messages::set_status(
        conn,
        community,
        id,
        Status::Blocked,
        (Some(reason), detail),
        ctx.now,
    )?;
    if row.media > 0 {
        media::drop_of_message(conn, community, id, ctx.now)?;
    }
    let facts = route::facts(
        conn,
        &mut DialledCache::new(),
        (phone, dialled),
        (Purpose::Act, ctx.now),
    )?;
    let others = match &facts.dialled {
        Some(dialled) => refusals::notice(conn, ctx, &facts, dialled, (phone, ctx.cause(0)), reason)?,
        None => Vec::new(),
    };
    Ok(Decided { text: None, others })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_read_strictly() {
        assert_eq!(Word::read(json!({"action": "allow"})), Ok(Word::Allow));
        let rewrite = Word::read(json!({"action": "rewrite", "text": "hi"}));
        assert_eq!(rewrite, Ok(Word::Rewrite { text: "hi".into() }));
        for wrong in [
            json!({}),
            json!({"action": "maybe"}),
            json!({"action": "rewrite"}),
            json!([1]),
        ] {
            assert!(Word::read(wrong).is_err());
        }
    }

    #[test]
    fn a_reason_is_kept_without_what_no_database_takes_and_not_without_end() {
        let reason = format!("a\0{}", "b".repeat(100_000));
        let word = Word::read(json!({ "action": "deny", "reason": reason })).unwrap();
        let Word::Deny { reason: Some(kept) } = word else {
            panic!("{word:?}");
        };
        assert_eq!(kept.chars().count(), MOST_REASON_CHARS);
        assert!(kept.starts_with("ab"));
    }
}
