//! Whether the history agrees with the tables: the last change that is kept of each thing is how it is now, and of what
//! is not there the last change says so.

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use partyline::store::{Conn, DatabaseUrl, StoreError};

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

/// The last of a thing's changes: nothing of the same key lies after it.
fn last(table: &str, key: &[&str]) -> String {
    let same: String = key
        .iter()
        .map(|column| format!(" AND l.{column} = h.{column}"))
        .collect();
    format!(
        "NOT EXISTS (SELECT 1 FROM {table} l WHERE l.community_id = h.community_id{same} \
         AND (l.at > h.at OR (l.at = h.at AND l.id > h.id)))"
    )
}

/// What disagrees, and how to count it.
fn questions() -> Vec<(&'static str, String)> {
    let by_number = last("assignment_history", &["member_id", "number_id"]);
    let by_contact = last("assignment_history", &["member_id", "contact_id"]);
    let by_device = last("device_history", &["member_id", "device_id"]);
    let by_phone = last("device_history", &["phone"]);
    let by_pool_number = last("number_history", &["number_id"]);
    let as_it_is = "h.community_id = a.community_id AND h.member_id = a.member_id AND h.number_id = a.number_id \
                    AND h.contact_id = a.contact_id AND h.assignment_id = a.id AND h.live AND h.origin = a.origin \
                    AND h.pending = a.pending AND h.blocked = a.blocked AND h.stopped = a.stopped";
    let phone_as_it_is = "h.community_id = d.community_id AND h.member_id = d.member_id AND h.device_id = d.id \
                          AND h.phone = d.phone AND h.present AND h.stopped_all = d.stopped_all";
    vec![
        (
            "assignments that their last change does not show as they are",
            format!(
                "SELECT count(*) AS found FROM assignments a WHERE NOT EXISTS \
                 (SELECT 1 FROM assignment_history h WHERE {as_it_is} AND {by_number} AND {by_contact})"
            ),
        ),
        (
            "assignments that are live in the history alone",
            format!(
                "SELECT count(*) AS found FROM assignment_history h WHERE h.live AND ({by_number} OR {by_contact}) \
                 AND NOT EXISTS (SELECT 1 FROM assignments a WHERE {as_it_is})"
            ),
        ),
        (
            "phones that their last change does not show as they are",
            format!(
                "SELECT count(*) AS found FROM devices d WHERE NOT EXISTS \
                 (SELECT 1 FROM device_history h WHERE {phone_as_it_is} AND {by_device} AND {by_phone})"
            ),
        ),
        (
            "phones that are somebody's in the history alone",
            format!(
                "SELECT count(*) AS found FROM device_history h WHERE h.present AND h.phone IS NOT NULL \
                 AND ({by_device} OR {by_phone}) AND NOT EXISTS (SELECT 1 FROM devices d WHERE {phone_as_it_is})"
            ),
        ),
        (
            "apps that are in the history alone, or not in it",
            format!(
                "SELECT (SELECT count(*) FROM device_history h WHERE h.present AND h.phone IS NULL AND {by_device} \
                 AND NOT EXISTS (SELECT 1 FROM app_devices d WHERE d.community_id = h.community_id \
                 AND d.member_id = h.member_id AND d.id = h.device_id)) + (SELECT count(*) FROM app_devices d \
                 WHERE NOT EXISTS (SELECT 1 FROM device_history h WHERE h.community_id = d.community_id \
                 AND h.member_id = d.member_id AND h.device_id = d.id AND h.present AND {by_device})) AS found"
            ),
        ),
        (
            "numbers whose last change does not say whether they are in service",
            format!(
                "SELECT count(*) AS found FROM numbers n WHERE n.hub_id IS NULL AND NOT EXISTS (SELECT 1 FROM number_history h \
                 WHERE h.community_id = n.community_id AND h.number_id = n.id \
                 AND h.in_service = (n.state <> 'removed') AND {by_pool_number})"
            ),
        ),
    ]
}

/// Fails where the history of any community disagrees with its tables.
pub fn assert_history_agrees(url: &str) {
    let mut conn = DatabaseUrl::parse(url).unwrap().connect(true).unwrap();
    let told = conn.snapshot(|conn| -> Result<_, StoreError> {
        let counted = questions().into_iter().map(|(what, sql)| {
            let query = diesel::sql_query(sql);
            let row: Count = match conn {
                Conn::Sqlite(c) => query.get_result(c),
                Conn::Postgres(c) => query.get_result(c),
            }
            .unwrap();
            (what, row.found)
        });
        Ok(counted.filter(|(_, found)| *found > 0).collect::<Vec<_>>())
    });
    assert_eq!(told.unwrap(), [], "the history does not agree with the tables");
}
