//! A database that is thrown away: what a dry run would have written.

use super::{Conn, Durability, StoreError, migrations};

/// A SQLite database with our schema in a folder of its own, which goes with it.
pub struct Scratch {
    /// The database.
    pub conn: Conn,
    _folder: tempfile::TempDir,
}

impl Scratch {
    /// Makes one.
    pub fn new() -> Result<Self, StoreError> {
        let failed = |e: std::io::Error| StoreError::Open(format!("a folder for a dry run: {e}"));
        let folder = tempfile::Builder::new()
            .prefix("partyline-dry-run-")
            .tempdir()
            .map_err(failed)?;
        let path = folder.path().join("scratch.db");
        let db = migrations::open_migrated(&path.to_string_lossy(), Durability::Command)?;
        let mut conn = db.connect()?;
        // What is written here refers to rows of the other database, and need not survive anything.
        conn.execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")?;
        Ok(Self {
            conn,
            _folder: folder,
        })
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
