//! What cannot be found by a member's id: texts of others that hold the person's number, texts that were held for them,
//! notices that hold their name, what apps were told, and what was answered to requests.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::error::Result;
use super::super::{Context, Switchboard, quarantine};
use super::marks::Marks;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::erasure::{self, Subject};
use crate::store::messages::{self, MessageOrigin};
use crate::store::{Conn, StoreError};

/// The answer that is kept of a request in place of one that named the person.
const ANSWER: &str = r#"{"code":"answer_not_kept","detail":"the first request with this Idempotency-Key was done, and its answer held data of a person who was erased since","field":null,"extra":null}"#;
/// So long past its deadline nothing is still to be sent, whatever its status says.
const GIVEN_UP_S: i64 = 86_400;
/// Rows that one statement names.
const NAMED_AT_ONCE: usize = 500;

/// What a search came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Searched {
    /// Rows that were changed.
    pub rows: usize,
    /// Texts of others with a number in them that wait to be sent.
    pub waiting: usize,
    /// Messages that lost their text here: what apps were told of them is looked for.
    emptied: HashSet<String>,
}

impl Searched {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.waiting += other.waiting;
        self.emptied.extend(other.emptied);
    }

    fn of_rows(rows: usize) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }
}

/// The condition that one of the columns holds one of the texts.
fn any(columns: &[&str], texts: &[String]) -> String {
    any_of(columns, texts, erasure::holds)
}

fn any_of(columns: &[&str], texts: &[String], holds: impl Fn(&str, &str) -> String) -> String {
    let holds = &holds;
    let all: Vec<String> = columns
        .iter()
        .flat_map(|column| texts.iter().map(move |text| holds(column, text)))
        .collect();
    match all.is_empty() {
        true => "1 = 0".to_owned(),
        false => format!("({})", all.join(" OR ")),
    }
}

fn listed(ids: &[i64]) -> String {
    // No phone is 0, and nothing else.
    let ids: Vec<String> = [0].iter().chain(ids).map(i64::to_string).collect();
    ids.join(", ")
}

/// Empties messages, with what came with them.
fn empty(conn: &mut Conn, community: CommunityId, ids: &[i64]) -> Result<usize> {
    let c = community.as_i64();
    let mut rows = 0;
    for ids in ids.chunks(NAMED_AT_ONCE) {
        let ids = listed(ids);
        let of = format!("FROM message_media WHERE community_id = {c} AND message_id IN ({ids})");
        for sql in [
            format!("DELETE FROM media WHERE token IN (SELECT token {of})"),
            format!("DELETE {of}"),
            format!(
                "UPDATE messages SET text = '', label = NULL, detail = NULL, media = 0, body_gone = 2 WHERE community_id = {c} \
                 AND id IN ({ids})"
            ),
        ] {
            rows += erasure::run(conn, &sql)?;
        }
    }
    Ok(rows)
}

/// Ends notices of the broker that still wait, so that none leaves without its text.
fn end(conn: &mut Conn, now: Timestamp, community: CommunityId, ids: &[i64]) -> Result<()> {
    let c = community.as_i64();
    for ids in ids.chunks(NAMED_AT_ONCE) {
        let listed = listed(ids);
        for table in ["outbox", "deferred_texts"] {
            erasure::run(
                conn,
                &format!("DELETE FROM {table} WHERE community_id = {c} AND message_id IN ({listed})"),
            )?;
        }
        for id in ids {
            let why = (Some(Reason::Discarded), None);
            messages::set_status(
                conn,
                community,
                MessageId::from_i64(*id),
                Status::Blocked,
                why,
                now,
            )?;
        }
    }
    Ok(())
}

/// Some messages of a community: what of the person is in them goes.
fn messages_in(
    conn: &mut Conn,
    ctx: &Context,
    (subject, marks): (&Subject, &Marks),
    range: &str,
) -> Result<Searched> {
    let (c, phones) = (subject.community.as_i64(), listed(&subject.phones));
    let mut rows = 0;
    for sql in [
        format!(
            "DELETE FROM outbox WHERE community_id = {c} AND message_id IN (SELECT id FROM messages \
             WHERE {range} AND from_phone IN ({phones}) AND from_member IS NULL)"
        ),
        format!("DELETE FROM messages WHERE {range} AND from_phone IN ({phones}) AND from_member IS NULL"),
        // First what is found by it.
    ] {
        rows += erasure::run(conn, &sql)?;
    }
    let mut gone = held_for(conn, subject, range)?;
    rows += erasure::run(
        conn,
        &format!("UPDATE messages SET from_phone = NULL WHERE {range} AND from_phone IN ({phones})"),
    )?;
    // What people say of each other by name is theirs; what the broker says, and is asked, is not.
    let (notice, delivered) = (MessageOrigin::Notice.code(), Status::Delivered.code());
    let said = format!(
        "SELECT id AS key, text FROM messages WHERE {range} \
         AND (origin = {notice} OR (to_member IS NULL AND status = {delivered})) AND {}",
        any_of(&["text"], &marks.names, erasure::may_hold)
    );
    let named: Vec<i64> = erasure::texts(conn, &said)?
        .into_iter()
        .filter(|row| marks.is_named_in(&row.text))
        .map(|row| row.key)
        .collect();
    end(conn, ctx.now, subject.community, &named)?;
    gone.extend(named);
    let found = format!(
        "({} OR {})",
        any_of(&["text"], &marks.digits, erasure::holds_digits),
        any(&["detail"], &marks.digits)
    );
    let waits = format!(
        "(status IN ({}, {}, {}) AND expires_at >= {})",
        Status::Accepted.code(),
        Status::Queued.code(),
        Status::Held.code(),
        ctx.now.plus_s(-GIVEN_UP_S).0
    );
    gone.extend(erasure::keys(
        conn,
        &format!("SELECT id AS key FROM messages WHERE {range} AND NOT {waits} AND {found}"),
    )?);
    let waiting = erasure::keys(
        conn,
        &format!("SELECT id AS key FROM messages WHERE {range} AND {waits} AND {found}"),
    )?;
    rows += empty(conn, subject.community, &gone)?;
    Ok(Searched {
        rows,
        waiting: waiting.len(),
        emptied: gone
            .into_iter()
            .map(|id| MessageId::from_i64(id).to_string())
            .collect(),
    })
}

/// Texts that others wrote to the person after their pair was released: they are for nobody else.
fn held_for(conn: &mut Conn, subject: &Subject, range: &str) -> Result<Vec<i64>> {
    let candidates = format!(
        "SELECT id AS key FROM messages WHERE {range} AND to_member IS NULL AND dialled IS NOT NULL AND body_gone <> 2 \
         AND (status = {} OR reason = '{}')",
        Status::Quarantined.code(),
        Reason::Discarded.word()
    );
    let mut theirs = Vec::new();
    for id in erasure::keys(conn, &candidates)? {
        let row = messages::get(conn, subject.community, MessageId::from_i64(id))?;
        let row = row.ok_or(StoreError::Corrupt("messages"))?;
        let whose = quarantine::stood_for(conn, subject.community, &row)?;
        if whose.is_some_and(|whose| subject.selves.contains(&whose.as_i64())) {
            theirs.push(id);
        }
    }
    Ok(theirs)
}

impl Switchboard {
    /// Goes through what must be read to be found.
    pub(super) async fn search(&self, subject: &Subject) -> Result<Searched> {
        let marks = Arc::new(Marks::of(subject));
        let (community, c) = (subject.community, subject.community.as_i64());
        let both = Arc::new((subject.clone(), Marks::of(subject)));
        let mut done = self
            .walk(Some(community), ("messages", "id"), move |conn, ctx, range| {
                messages_in(conn, ctx, (&both.0, &both.1), range)
            })
            .await?;
        // Notices may have ended that the dispatcher holds.
        self.doubt_outbox();
        let phones = listed(&subject.phones);
        let found = any(&["steps"], &marks.digits);
        done.add(
            self.walk(Some(community), ("calls", "id"), move |conn, _, range| {
                let mut rows = 0;
                for sql in [
                    format!(
                        "DELETE FROM calls WHERE {range} AND from_phone IN ({phones}) AND from_member IS NULL"
                    ),
                    format!("UPDATE calls SET from_phone = NULL WHERE {range} AND from_phone IN ({phones})"),
                    format!("UPDATE calls SET steps = NULL WHERE {range} AND {found}"),
                ] {
                    rows += erasure::run(conn, &sql)?;
                }
                Ok(Searched::of_rows(rows))
            })
            .await?,
        );
        let (of_events, emptied) = (marks.clone(), Arc::new(std::mem::take(&mut done.emptied)));
        done.add(
            self.walk(Some(community), ("events", "id"), move |conn, _, range| {
                events_in(conn, community, (&of_events, &emptied), range)
            })
            .await?,
        );
        let found = any(&["answer", "request", "error"], &marks.digits);
        done.add(
            self.walk(Some(community), ("delivery_attempts", "delivery_id"), move |conn, _, range| {
                let sql = format!(
                    "UPDATE delivery_attempts SET answer = '', request = '', error = NULL WHERE {range} AND {found}"
                );
                Ok(Searched::of_rows(erasure::run(conn, &sql)?))
            })
            .await?,
        );
        let answered = answered(community, &marks);
        done.add(
            self.walk(None, ("idempotency_keys", "created_at"), move |conn, _, range| {
                let sql = format!(
                    "UPDATE idempotency_keys SET status = 409, answer = {} WHERE {range} AND status <> 0 AND {answered}",
                    erasure::quoted(ANSWER)
                );
                Ok(Searched::of_rows(erasure::run(conn, &sql)?))
            })
            .await?,
        );
        let refused = any(&["sentence"], &marks.digits);
        done.rows += self
            .write_grouped(move |conn, _| {
                let sql = format!("DELETE FROM import_refusals WHERE community_id = {c} AND {refused}");
                Ok(erasure::run(conn, &sql)? + menus_in(conn, community, &marks)?)
            })
            .await?;
        Ok(done)
    }

    /// Does some work on a table, of a community or whole, some rows at a time.
    async fn walk(
        &self,
        community: Option<CommunityId>,
        (table, key): (&'static str, &'static str),
        work: impl Fn(&mut Conn, &Context, &str) -> Result<Searched> + Clone + Send + 'static,
    ) -> Result<Searched> {
        let (mut done, mut after) = (Searched::default(), 0);
        loop {
            let reach = self
                .read(move |conn| Ok(erasure::reach(conn, table, (key, community), after)?))
                .await?;
            let Some(upto) = reach else {
                return Ok(done);
            };
            let of = community.map_or(String::new(), |c| format!("community_id = {} AND ", c.as_i64()));
            let range = format!("{of}{key} > {after} AND {key} <= {upto}");
            let work = work.clone();
            let some = self
                .write_grouped(move |conn, ctx| work(conn, ctx, &range))
                .await?;
            done.add(some);
            after = upto;
        }
    }
}

/// The condition that an answer to a request, in whichever community, named the person: their ids are nobody else's, but
/// their number may be held by another community too.
fn answered(community: CommunityId, marks: &Marks) -> String {
    let here = format!(
        "(key_id IN (SELECT id FROM api_keys WHERE community_id = {}) OR {})",
        community.as_i64(),
        erasure::holds("answer", &community.to_string())
    );
    format!(
        "({} OR ({} AND {here}))",
        any(&["answer"], &marks.ids),
        any(&["answer"], &marks.digits)
    )
}

/// Takes the person out of what a bare number would mean at the desk.
fn menus_in(conn: &mut Conn, community: CommunityId, marks: &Marks) -> Result<usize> {
    let c = community.as_i64();
    let menus = format!(
        "SELECT phone AS key, menu AS text FROM desk_phones WHERE community_id = {c} AND menu IS NOT NULL"
    );
    let mut rows = 0;
    for row in erasure::texts(conn, &menus)? {
        if serde_json::from_str(&row.text).is_ok_and(|menu| marks.is_listed_in(&menu)) {
            rows += erasure::run(
                conn,
                &format!(
                    "UPDATE desk_phones SET menu = NULL WHERE community_id = {c} AND phone = {} AND menu = {}",
                    row.key,
                    erasure::quoted(&row.text)
                ),
            )?;
        }
    }
    Ok(rows)
}

/// Takes what was said out of events that name the person or tell of a message that lost its text, and forgets those
/// that hold a number of theirs.
fn events_in(
    conn: &mut Conn,
    community: CommunityId,
    (marks, emptied): (&Marks, &HashSet<String>),
    range: &str,
) -> Result<Searched> {
    let mut said = [marks.digits.clone(), marks.ids.clone()].concat();
    if !emptied.is_empty() {
        said.push(MESSAGE.to_owned());
    }
    let sql = format!(
        "SELECT id AS key, data AS text FROM events WHERE {range} AND {}",
        any(&["data"], &said)
    );
    let mut rows = 0;
    for event in erasure::texts(conn, &sql)? {
        let is_theirs = marks
            .digits
            .iter()
            .chain(&marks.ids)
            .any(|mark| event.text.contains(mark));
        if is_theirs || tells_of(&event.text, emptied) {
            rows += usize::from(redact(conn, community, (event.key, &event.text), &marks.digits)?);
        }
    }
    Ok(Searched::of_rows(rows))
}

/// How ids of messages begin.
const MESSAGE: &str = "msg_";

/// Whether one of these messages is told of.
fn tells_of(data: &str, messages: &HashSet<String>) -> bool {
    data.match_indices(MESSAGE).any(|(at, _)| {
        let rest = data.get(at..).unwrap_or_default();
        let id: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        messages.contains(&id)
    })
}

/// Takes what was said out of an event; true where something was.
fn redact(
    conn: &mut Conn,
    community: CommunityId,
    (id, data): (i64, &str),
    digits: &[String],
) -> Result<bool> {
    let c = community.as_i64();
    let mut value: Value = serde_json::from_str(data).unwrap_or(Value::Null);
    let was_said = silence(&mut value);
    let after = value.to_string();
    let has_number = digits.iter().any(|digits| after.contains(digits));
    if !was_said && !has_number {
        return Ok(false);
    }
    let deliveries = format!("SELECT id FROM deliveries WHERE community_id = {c} AND event_id = {id}");
    if has_number {
        for sql in [
            format!(
                "DELETE FROM delivery_attempts WHERE community_id = {c} AND delivery_id IN ({deliveries})"
            ),
            format!("DELETE FROM deliveries WHERE community_id = {c} AND event_id = {id}"),
            format!("DELETE FROM events WHERE community_id = {c} AND id = {id}"),
        ] {
            erasure::run(conn, &sql)?;
        }
        return Ok(true);
    }
    // What an endpoint answered may repeat what it was told.
    erasure::run(
        conn,
        &format!(
            "UPDATE delivery_attempts SET answer = '', request = '', error = NULL WHERE community_id = {c} \
             AND delivery_id IN ({deliveries})"
        ),
    )?;
    erasure::rewrite_event(conn, community, id, &after)?;
    Ok(true)
}

/// Empties every text and detail; true where one was not empty.
fn silence(value: &mut Value) -> bool {
    let mut changed = false;
    match value {
        Value::Object(fields) => {
            if let Some(text) = fields.get_mut("text").filter(|text| **text != json!("")) {
                *text = json!("");
                changed = true;
                if let Some(erased) = fields.get_mut("body_erased") {
                    *erased = json!(true);
                }
            }
            if let Some(detail) = fields
                .get_mut("detail")
                .filter(|detail| detail.is_string() && **detail != json!(""))
            {
                *detail = json!("");
                changed = true;
            }
            for (_, inner) in fields.iter_mut() {
                changed |= silence(inner);
            }
        }
        Value::Array(items) => {
            for inner in items {
                changed |= silence(inner);
            }
        }
        _ => {}
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_goes_and_who_and_when_stays() {
        let mut event = json!({
            "message": { "id": "msg_1", "text": "hello", "detail": null, "body_erased": false, "status": "sent" }
        });
        assert!(silence(&mut event));
        assert_eq!(
            event,
            json!({
                "message": { "id": "msg_1", "text": "", "detail": null, "body_erased": true, "status": "sent" }
            })
        );
        assert!(!silence(&mut event));
    }

    #[test]
    fn nothing_to_look_for_finds_nothing() {
        assert_eq!(any(&["text"], &[]), "1 = 0");
        assert!(!tells_of("msg_12", &HashSet::from(["msg_1".to_owned()])));
        assert!(tells_of(
            r#"{"id":"msg_1"}"#,
            &HashSet::from(["msg_1".to_owned()])
        ));
        let two = any(&["a", "b"], &["x".into()]);
        assert_eq!(two, "(a LIKE '%x%' ESCAPE '!' OR b LIKE '%x%' ESCAPE '!')");
    }
}
