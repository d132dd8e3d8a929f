//! A database that is thrown away: what a dry run would have written.

use diesel::{Connection, SqliteConnection};

use super::{Conn, StoreError, migrations};

/// A SQLite database with our schema, which goes with it. Real numbers are in it, so it has no name in any folder:
/// SQLite unlinks its file as it makes it, and nothing of it is left whatever ends the program.
pub struct Scratch {
    /// The database.
    pub conn: Conn,
}

impl Scratch {
    /// Makes one.
    pub fn new() -> Result<Self, StoreError> {
        let failed = |e: diesel::ConnectionError| StoreError::Open(format!("a database for a dry run: {e}"));
        // No name: in SQLite a private database on disk.
        let mut conn = Conn::Sqlite(SqliteConnection::establish("").map_err(failed)?);
        // What is written here refers to rows of the other database, and need not survive anything.
        conn.execute(
            "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -16000;",
        )?;
        migrations::run_on(&mut conn)?;
        conn.execute("PRAGMA foreign_keys = OFF")?;
        Ok(Self { conn })
    }

    /// Begins anew what was not kept.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        // Fails where nothing is open.
        let _ = self.conn.execute("ROLLBACK");
        self.conn.execute("BEGIN")
    }

    /// Keeps what was written since [`Scratch::begin`].
    pub fn keep(&mut self) -> Result<(), StoreError> {
        self.conn.execute("COMMIT")
    }
}
