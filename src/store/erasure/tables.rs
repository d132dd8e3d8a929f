//! What the erasure of a person does with each table. **A new table gets a line here**, or a test fails: say what of a
//! person may stand in it, and the statements that remove it.
//!
//! In statements `{c}` is the community, `{m}` the member, `{selves}` all ids that they had, `{phones}` their phones, `{n}` how many rows go at once. A
//! statement that finds nothing more to change must change no row: it is run until then.

use super::{AT_ONCE, Subject};

/// What becomes of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing of a person stands in it. Why.
    Nobody(&'static str),
    /// What stands in it of a person are ids that lead to nobody any more, or a keyed hash. What for.
    OnlyIds(&'static str),
    /// The member's removal takes their rows away, as every removal does.
    Removed,
    /// These statements, until they change nothing.
    Run(&'static [&'static str]),
    /// Code of its own in `switchboard/erase`, beside these statements.
    Searched(&'static [&'static str]),
}

use Fate::{Nobody, OnlyIds, Removed, Run, Searched};

/// Every table, in the order in which they are gone through.
pub const TABLES: &[(&str, Fate)] = &[
    // What says who somebody is.
    ("assignments", Removed),
    ("devices", Removed),
    ("app_devices", Removed),
    ("member_references", Removed),
    ("book_links", Removed),
    ("blocks", Removed),
    (
        "table_warnings",
        Run(&["DELETE FROM table_warnings WHERE community_id = {c} AND member_id = {m}"]),
    ),
    ("members", Removed),
    (
        "former_names",
        // They are what the others are searched for: the last that goes.
        Searched(&[]),
    ),
    (
        "books",
        OnlyIds("others' books hold 8 bytes of a hash of each name and number, for comparing"),
    ),
    (
        "releases",
        Run(&["DELETE FROM releases WHERE community_id = {c} AND member_id = {m}"]),
    ),
    (
        "device_history",
        Run(&[
            "DELETE FROM device_history WHERE community_id = {c} AND member_id IN ({selves})",
            // Who else has had the number, and when, stays: no NULL, which stands for an app.
            "UPDATE device_history SET phone = 0 WHERE community_id = {c} AND phone IN ({phones})",
        ]),
    ),
    (
        "assignment_history",
        OnlyIds("what others' numbers were at a moment is told from both sides of a pair"),
    ),
    // What phones have stopped, and know, goes on under a keyed hash: `switchboard/phone_hashes`, in the transaction in
    // which it goes from here.
    ("opt_outs", Searched(&[])),
    ("phone_holds", Searched(&[])),
    (
        "hashed_phones",
        OnlyIds("a keyed hash of a phone keeps its STOP and its cool-downs"),
    ),
    ("hash_keys", Nobody("the key of those hashes")),
    (
        "opt_ins",
        Run(&["DELETE FROM opt_ins WHERE community_id = {c} AND phone IN ({phones})"]),
    ),
    (
        "desk_phones",
        Searched(&[
            "DELETE FROM desk_phones WHERE community_id = {c} AND (phone IN ({phones}) OR member_id = {m})",
        ]),
    ),
    // What was said. Whose text it is decides nothing: both directions of a pair go.
    (
        "media",
        Run(&[
            "DELETE FROM media WHERE token IN (SELECT p.token FROM message_media p JOIN messages m \
             ON m.community_id = p.community_id AND m.id = p.message_id \
             WHERE m.community_id = {c} AND m.from_member = {m} LIMIT {n})",
            "DELETE FROM media WHERE token IN (SELECT p.token FROM message_media p JOIN messages m \
             ON m.community_id = p.community_id AND m.id = p.message_id \
             WHERE m.community_id = {c} AND m.to_member = {m} LIMIT {n})",
        ]),
    ),
    (
        "message_media",
        Run(&[
            "DELETE FROM message_media WHERE community_id = {c} AND message_id IN (SELECT m.id FROM messages m \
             JOIN message_media p ON m.community_id = p.community_id AND m.id = p.message_id \
             WHERE m.community_id = {c} AND m.from_member = {m} LIMIT {n})",
            "DELETE FROM message_media WHERE community_id = {c} AND message_id IN (SELECT m.id FROM messages m \
             JOIN message_media p ON m.community_id = p.community_id AND m.id = p.message_id \
             WHERE m.community_id = {c} AND m.to_member = {m} LIMIT {n})",
        ]),
    ),
    (
        "message_parts",
        Run(&[
            "DELETE FROM message_parts WHERE community_id = {c} AND message_id IN (SELECT m.id FROM messages m \
             JOIN message_parts p ON m.community_id = p.community_id AND m.id = p.message_id \
             WHERE m.community_id = {c} AND m.from_member = {m} LIMIT {n})",
        ]),
    ),
    (
        "outbox",
        Run(&["DELETE FROM outbox WHERE community_id = {c} AND to_phone IN ({phones})"]),
    ),
    (
        "deferred_texts",
        Run(&[
            "DELETE FROM deferred_texts WHERE community_id = {c} AND message_id IN (SELECT d.message_id \
             FROM deferred_texts d JOIN messages m ON m.community_id = d.community_id AND m.id = d.message_id \
             WHERE d.community_id = {c} AND (m.from_member = {m} OR m.to_member = {m}) LIMIT {n})",
        ]),
    ),
    (
        "strangers",
        Run(&["DELETE FROM strangers WHERE community_id = {c} AND phone IN ({phones})"]),
    ),
    (
        "messages",
        Searched(&[
            "UPDATE messages SET status = 7, reason = 'no_device' WHERE community_id = {c} AND to_member = {m} \
             AND status IN (0, 1, 9)",
            "UPDATE messages SET text = '', label = NULL, detail = NULL, from_phone = NULL, carrier_ref = NULL, media = 0, \
             body_gone = 2 WHERE community_id = {c} AND id IN (SELECT id FROM messages WHERE community_id = {c} \
             AND from_member = {m} AND (body_gone <> 2 OR from_phone IS NOT NULL OR carrier_ref IS NOT NULL \
             OR detail IS NOT NULL) LIMIT {n})",
            "UPDATE messages SET text = '', label = NULL, detail = NULL, media = 0, body_gone = 2 WHERE community_id = {c} \
             AND id IN (SELECT id FROM messages WHERE community_id = {c} AND to_member = {m} \
             AND (body_gone <> 2 OR detail IS NOT NULL) LIMIT {n})",
        ]),
    ),
    (
        "calls",
        Searched(&[
            "UPDATE calls SET from_phone = NULL, steps = NULL WHERE community_id = {c} AND id IN (SELECT id FROM calls \
             WHERE community_id = {c} AND from_member = {m} AND (from_phone IS NOT NULL OR steps IS NOT NULL) \
             LIMIT {n})",
            "UPDATE calls SET steps = NULL WHERE community_id = {c} AND id IN (SELECT id FROM calls \
             WHERE community_id = {c} AND to_member = {m} AND steps IS NOT NULL LIMIT {n})",
        ]),
    ),
    (
        "held_parts",
        Run(&[
            "DELETE FROM held_parts WHERE from_phone IN ({phones}) AND to_number IN \
             (SELECT e164 FROM numbers WHERE community_id = {c})",
        ]),
    ),
    (
        "early_receipts",
        Nobody("what carriers call parts of texts, for five minutes"),
    ),
    // What apps and callers were told.
    ("events", Searched(&[])),
    ("delivery_attempts", Searched(&[])),
    (
        "deliveries",
        Nobody("how callbacks went; what they told is in events"),
    ),
    ("idempotency_keys", Searched(&[])),
    // Files that were imported.
    (
        "imports",
        Nobody("a file's name and hash; an erasure waits for the import's end"),
    ),
    (
        "import_lines",
        Run(&["DELETE FROM import_lines WHERE community_id = {c} AND (member_id = {m} OR contact_id = {m})"]),
    ),
    ("import_refusals", Searched(&[])),
    // The community's own.
    ("communities", Nobody("the community's own")),
    ("pools", Nobody("the community's own")),
    ("numbers", Nobody("the community's own")),
    ("number_directory", Nobody("the community's own")),
    ("number_history", Nobody("the community's own")),
    ("history_starts", Nobody("the community's own")),
    ("api_keys", Nobody("the community's own")),
    ("admin_users", Nobody("the installation's own")),
    ("admin_user_communities", Nobody("the installation's own")),
    ("admin_sessions", Nobody("the installation's own")),
    ("admin_invites", Nobody("the installation's own")),
    ("admin_identities", Nobody("the installation's own")),
    ("oidc_used", Nobody("hashes of random texts")),
    ("audit_log", OnlyIds("who of the admins did what to which ids")),
    ("callback_endpoints", Nobody("an app's own")),
    ("endpoint_secrets", Nobody("an app's own")),
    ("campaigns", Nobody("the community's own")),
    ("swaps", Nobody("the community's own, and counts")),
    ("swap_numbers", Nobody("the community's own")),
    (
        "swap_moves",
        OnlyIds("whose numbers became others, told from both sides of a pair"),
    ),
    ("traffic_days", Nobody("counts by number and day")),
    ("traffic_waits", Nobody("counts by number and hour")),
    ("signing_keys", Nobody("the installation's own")),
    ("former_signing_keys", Nobody("the installation's own")),
    ("verifications", Nobody("counts")),
    (
        "verification_parts",
        OnlyIds("a signed report names rows by ids; changed, it would be no proof"),
    ),
    ("erasures", Searched(&[])),
];

/// The statements for a person, each with the table that it is about.
pub fn statements(subject: &Subject) -> impl Iterator<Item = (&'static str, String)> {
    let (c, m) = (subject.community.as_i64(), subject.member.as_i64());
    let phones: Vec<String> = subject.phones.iter().map(i64::to_string).collect();
    // No phone is 0.
    let phones = if phones.is_empty() {
        "0".to_owned()
    } else {
        phones.join(", ")
    };
    let selves: Vec<String> = subject.selves.iter().map(i64::to_string).collect();
    let selves = selves.join(", ");
    TABLES.iter().flat_map(move |(table, fate)| {
        let statements: &[&str] = match fate {
            Run(statements) | Searched(statements) => statements,
            Nobody(_) | OnlyIds(_) | Removed => &[],
        };
        let filled: Vec<_> = statements
            .iter()
            .map(|sql| {
                let sql = sql
                    .replace("{c}", &c.to_string())
                    .replace("{m}", &m.to_string())
                    .replace("{selves}", &selves)
                    .replace("{phones}", &phones)
                    .replace("{n}", &AT_ONCE.to_string());
                (*table, sql)
            })
            .collect();
        filled
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables that diesel knows, by their names.
    fn schema() -> Vec<String> {
        let source = include_str!("../schema.rs");
        source
            .split("diesel::table! {")
            .skip(1)
            .filter_map(|rest| rest.split('(').next())
            .map(|name| name.trim().to_owned())
            .collect()
    }

    #[test]
    fn every_table_says_what_becomes_of_a_persons_data() {
        let known = schema();
        assert!(known.len() > 40, "{known:?}");
        for table in &known {
            let said = TABLES.iter().filter(|(name, _)| name == table).count();
            assert_eq!(
                said, 1,
                "what does an erasure do with `{table}`? Say so in TABLES"
            );
        }
        for (table, _) in TABLES {
            assert!(
                known.iter().any(|name| name == table),
                "there is no table `{table}`"
            );
        }
    }

    #[test]
    fn every_place_of_a_statement_is_filled() {
        let subject = Subject {
            community: crate::domain::id::CommunityId::from_i64(7),
            member: crate::domain::id::MemberId::from_i64(8),
            phones: vec![14_155_550_101, 14_155_550_102],
            names: vec!["Ann".into()],
            selves: vec![8, 9],
        };
        let mut found = 0;
        for (table, sql) in statements(&subject) {
            assert!(!sql.contains('{') && sql.contains(table), "{sql}");
            found += 1;
        }
        assert!(found > 15);
    }
}
