//! Work that one process at a time does, of several that share a database.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Conn, Db, StoreError};

/// The first key of the advisory locks; the second comes of the work's name.
const LOCK_SPACE: i32 = 0x7061_726c;

/// Who does a piece of work: on SQLite the one process that serves it, on PostgreSQL the one whose session
/// holds the lock. PostgreSQL frees it when that session ends, in whatever way.
pub struct Lease {
    key: i32,
    session: Option<Box<Conn>>,
    held: bool,
}

impl Lease {
    /// Not held yet.
    pub fn new(name: &str) -> Self {
        // FNV-1a: the same in every version of the program.
        let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        Self {
            key: name.bytes().fold(0x811c_9dc5, mix).cast_signed(),
            session: None,
            held: false,
        }
    }

    /// Whether it is ours, now; takes it when nobody has it. Blocks.
    pub fn check(&mut self, db: &Db) -> Result<bool, StoreError> {
        if matches!(db.url(), super::DatabaseUrl::Sqlite(_)) {
            return Ok(true);
        }
        let checked = self.check_session(db);
        if checked.is_err() {
            // With the session the lock is gone.
            self.session = None;
            self.held = false;
        }
        checked
    }

    fn check_session(&mut self, db: &Db) -> Result<bool, StoreError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Box::new(db.connect()?),
        };
        if self.held {
            session.execute("SELECT 1")?;
        } else {
            self.held = try_lock(&mut session, self.key)?;
        }
        self.session = Some(session);
        Ok(self.held)
    }
}

fn try_lock(conn: &mut Conn, key: i32) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    match conn {
        Conn::Sqlite(_) => Ok(true),
        Conn::Postgres(c) => {
            let query = format!("SELECT pg_try_advisory_lock({LOCK_SPACE}, {key}) AS locked");
            Ok(diesel::sql_query(query).get_result::<Locked>(c)?.locked)
        }
    }
}
