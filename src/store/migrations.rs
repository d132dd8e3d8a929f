//! The schema's steps, embedded in the binary: same names for both databases.

use diesel::migration::Migration;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Db, Durability, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// Any fixed number: whoever migrates holds this advisory lock.
const MIGRATION_LOCK: i64 = 0x7061_7274_796c;

/// Brings the database up to date; returns the names of the steps that were taken. Several nodes may
/// start at once: one migrates, the others wait.
pub fn run(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut conn = db.url().connect(true)?;
    if conn.is_postgres() {
        conn.execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    }
    run_on(&mut conn)
}

/// Brings the database of one connection up to date, which nobody else has open or who waits.
pub(super) fn run_on(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(e.to_string());
    let taken = match conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(names),
        Conn::Postgres(c) => c.run_pending_migrations(POSTGRES).map(names),
    };
    taken.map_err(failed)
}

/// The steps that are still to be taken.
pub fn pending(db: &Db) -> Result<Vec<String>, StoreError> {
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(e.to_string());
    match &mut db.url().connect(true)? {
        Conn::Sqlite(c) => Ok(names_of(&c.pending_migrations(SQLITE).map_err(failed)?)),
        Conn::Postgres(c) => Ok(names_of(&c.pending_migrations(POSTGRES).map_err(failed)?)),
    }
}

/// Opens the database and migrates it.
pub fn open_migrated(url: &str, durability: Durability) -> Result<Db, StoreError> {
    let db = Db::open(url, durability)?;
    run(&db)?;
    Ok(db)
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

fn names_of<DB: diesel::backend::Backend>(steps: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    steps.iter().map(|m| m.name().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use diesel::migration::MigrationSource;

    use super::*;

    #[test]
    fn both_databases_have_the_same_steps() {
        let sqlite = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).unwrap();
        let postgres = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES).unwrap();
        assert_eq!(names_of(&sqlite), names_of(&postgres));
    }
}
