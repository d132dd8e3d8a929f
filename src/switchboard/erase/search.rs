//! What cannot be found by a member's id: texts of others that hold the person's number, notices that hold their name,
//! what apps were told, and what was answered to requests.

use serde_json::{Value, json};

use super::super::Switchboard;
use super::super::error::Result;
use crate::domain::id::CommunityId;
use crate::domain::person_name;
use crate::store::Conn;
use crate::store::erasure::{self, Subject};

/// The answer that is kept of a request in place of one that named the person.
const ANSWER: &str = r#"{"code":"answer_not_kept","detail":"the first request with this Idempotency-Key was done, and its answer held data of a person who was erased since","field":null,"extra":null}"#;

/// The conditions by which a person's data are found in a text.
struct Marks {
    /// Their phones' digits.
    digits: Vec<String>,
    /// Their names, as they are and as they stand in JSON.
    names: Vec<String>,
    /// Their names as they are looked for, in JSON.
    keys: Vec<String>,
    /// Their id.
    id: String,
}

impl Marks {
    fn of(subject: &Subject) -> Self {
        let in_json = |text: &str| {
            let quoted = json!(text).to_string();
            quoted
                .get(1..quoted.len().saturating_sub(1))
                .unwrap_or_default()
                .to_owned()
        };
        let mut names: Vec<String> = subject.names.clone();
        names.extend(subject.names.iter().map(|name| in_json(name)));
        names.retain(|name| !name.trim().is_empty());
        names.sort();
        names.dedup();
        let keys = subject
            .names
            .iter()
            .map(|name| in_json(&person_name::key(name)))
            .filter(|key| !key.is_empty());
        Self {
            digits: subject.phones.iter().map(i64::to_string).collect(),
            keys: keys.collect(),
            names,
            id: subject.member.to_string(),
        }
    }
}

/// The condition that one of the columns holds one of the texts.
fn any(columns: &[&str], texts: &[String]) -> String {
    let all: Vec<String> = columns
        .iter()
        .flat_map(|column| texts.iter().map(move |text| erasure::holds(column, text)))
        .collect();
    match all.is_empty() {
        true => "1 = 0".to_owned(),
        false => format!("({})", all.join(" OR ")),
    }
}

impl Switchboard {
    /// Goes through what must be read to be found; says how many rows were changed.
    pub(super) async fn search(&self, subject: &Subject) -> Result<usize> {
        let marks = Marks::of(subject);
        let c = subject.community.as_i64();
        let phones: Vec<String> = subject.phones.iter().map(i64::to_string).collect();
        let phones = if phones.is_empty() {
            "0".to_owned()
        } else {
            phones.join(", ")
        };
        let found = any(&["text", "detail"], &marks.digits);
        let named = any(&["text"], &marks.names);
        let mut rows = 0;
        rows += self
            .walk(subject.community, ("messages", "id"), move |range| {
                vec![
                    format!(
                        "DELETE FROM outbox WHERE community_id = {c} AND message_id IN (SELECT id FROM messages \
                         WHERE {range} AND from_phone IN ({phones}) AND from_member IS NULL)"
                    ),
                    format!("DELETE FROM messages WHERE {range} AND from_phone IN ({phones}) AND from_member IS NULL"),
                    format!("UPDATE messages SET from_phone = NULL WHERE {range} AND from_phone IN ({phones})"),
                    // What people say of each other by name is theirs; what the broker says, and is asked, is not.
                    format!(
                        "UPDATE messages SET text = '', label = NULL, detail = NULL, media = 0, body_gone = 2 WHERE {range} AND \
                         ({found} OR ((origin = 2 OR (to_member IS NULL AND status = 3)) AND {named}))"
                    ),
                ]
            })
            .await?;
        let phones: Vec<String> = subject.phones.iter().map(i64::to_string).collect();
        let phones = if phones.is_empty() {
            "0".to_owned()
        } else {
            phones.join(", ")
        };
        let found = any(&["steps"], &marks.digits);
        rows += self
            .walk(subject.community, ("calls", "id"), move |range| {
                vec![
                    format!(
                        "DELETE FROM calls WHERE {range} AND from_phone IN ({phones}) AND from_member IS NULL"
                    ),
                    format!("UPDATE calls SET from_phone = NULL WHERE {range} AND from_phone IN ({phones})"),
                    format!("UPDATE calls SET steps = NULL WHERE {range} AND {found}"),
                ]
            })
            .await?;
        rows += self.search_events(subject.community, &marks).await?;
        let found = any(&["answer", "request", "error"], &marks.digits);
        rows += self
            .walk(
                subject.community,
                ("delivery_attempts", "delivery_id"),
                move |range| {
                    vec![format!(
                        "UPDATE delivery_attempts SET answer = '', request = '', error = NULL WHERE {range} AND {found}"
                    )]
                },
            )
            .await?;
        let mut said = marks.digits.clone();
        said.push(marks.id.clone());
        let answered = any(&["answer"], &said);
        let refused = any(
            &["sentence"],
            &[marks.digits.clone(), marks.names.clone()].concat(),
        );
        let listed = any(&["menu"], &marks.keys);
        let rest = [
            format!(
                "UPDATE idempotency_keys SET status = 409, answer = {} WHERE status <> 0 AND {answered}",
                erasure::quoted(ANSWER)
            ),
            format!("DELETE FROM import_refusals WHERE community_id = {c} AND {refused}"),
            format!("UPDATE desk_phones SET menu = NULL WHERE community_id = {c} AND {listed}"),
        ];
        for sql in rest {
            rows += self
                .write_grouped(move |conn, _| Ok(erasure::run(conn, &sql)?))
                .await?;
        }
        Ok(rows)
    }

    /// Runs statements on a table of a community, some rows at a time.
    async fn walk(
        &self,
        community: CommunityId,
        (table, key): (&'static str, &'static str),
        statements: impl Fn(&str) -> Vec<String>,
    ) -> Result<usize> {
        let (mut rows, mut after) = (0, 0);
        loop {
            let reach = self
                .read(move |conn| Ok(erasure::reach(conn, table, (key, Some(community)), after)?))
                .await?;
            let Some(upto) = reach else {
                return Ok(rows);
            };
            let range = format!(
                "community_id = {} AND {key} > {after} AND {key} <= {upto}",
                community.as_i64()
            );
            let all = statements(&range);
            rows += self
                .write_grouped(move |conn, _| {
                    let mut changed = 0;
                    for sql in &all {
                        changed += erasure::run(conn, sql)?;
                    }
                    Ok(changed)
                })
                .await?;
            after = upto;
        }
    }

    /// Takes what was said out of events that name the person, and forgets those that hold a number of theirs.
    async fn search_events(&self, community: CommunityId, marks: &Marks) -> Result<usize> {
        let (mut rows, mut after) = (0, 0);
        let mut said = marks.digits.clone();
        said.push(marks.id.clone());
        let named = any(&["data"], &said);
        loop {
            let reach = self
                .read(move |conn| Ok(erasure::reach(conn, "events", ("id", Some(community)), after)?))
                .await?;
            let Some(upto) = reach else {
                return Ok(rows);
            };
            let sql = format!(
                "SELECT id AS key, data AS text FROM events WHERE community_id = {} AND id > {after} AND id <= {upto} \
                 AND {named}",
                community.as_i64()
            );
            let digits = marks.digits.clone();
            rows += self
                .write_grouped(move |conn, _| {
                    let mut changed = 0;
                    for event in erasure::texts(conn, &sql)? {
                        changed += usize::from(redact(conn, community, (event.key, &event.text), &digits)?);
                    }
                    Ok(changed)
                })
                .await?;
            after = upto;
        }
    }
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
        let two = any(&["a", "b"], &["x".into()]);
        assert_eq!(two, "(a LIKE '%x%' ESCAPE '!' OR b LIKE '%x%' ESCAPE '!')");
    }
}
