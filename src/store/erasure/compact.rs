//! After an erasure: what was deleted leaves the database's files too.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::tables::{Fate, TABLES};
use crate::store::{Conn, Db, StoreError};

/// How often the log's end is tried, and the pause between two tries: every reader has to leave it for a moment.
const TRIES: u32 = 300;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// ANALYZE leaves the samples of a table that has become empty as they were. A column that is set to the type which it
/// has loses them; nothing is written anew.
fn forget_samples(table: &str) -> String {
    format!(
        "DO $$ DECLARE s RECORD; BEGIN \
         IF NOT EXISTS (SELECT 1 FROM {table}) THEN \
         FOR s IN SELECT quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS kind \
         FROM pg_attribute a JOIN pg_stats p ON p.attname = a.attname \
         WHERE a.attrelid = '{table}'::regclass AND p.tablename = '{table}' AND p.schemaname = current_schema() LOOP \
         BEGIN EXECUTE 'ALTER TABLE {table} ALTER COLUMN ' || s.name || ' TYPE ' || s.kind; \
         EXCEPTION WHEN OTHERS THEN RAISE WARNING 'samples of {table}.% stay: %', s.name, SQLERRM; END; \
         END LOOP; END IF; END $$"
    )
}

/// Writes SQLite's file anew without what was deleted, and ends its log; has PostgreSQL free the rows of the tables
/// that an erasure changes. Blocks; writers wait for it. False where readers kept the log from ending.
pub fn compact(db: &Db) -> Result<bool, StoreError> {
    let mut conn = db.connect()?;
    match &mut conn {
        Conn::Postgres(_) => {
            for (table, fate) in TABLES {
                if !matches!(fate, Fate::Nobody(_)) {
                    conn.execute(&format!("VACUUM (ANALYZE) {table}"))?;
                    conn.execute(&forget_samples(table))?;
                }
            }
            Ok(true)
        }
        Conn::Sqlite(_) => {
            // In a file, as the whole database may be more than there is memory.
            conn.execute("PRAGMA temp_store = FILE; VACUUM; PRAGMA busy_timeout = 100")?;
            for _ in 0..TRIES {
                let Conn::Sqlite(c) = &mut conn else { break };
                let done: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(c)?;
                if done.busy == 0 {
                    return Ok(true);
                }
                std::thread::sleep(PAUSE);
            }
            Ok(false)
        }
    }
}
