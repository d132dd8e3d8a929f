//! Which process is which node. A node's number is in the ids that it makes and on the outbox rows that
//! it will deliver, so no two running processes may share one.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Conn, DatabaseUrl, Db, StoreError};

/// The first key of our advisory locks; the second is the node's number.
const LOCK_SPACE: i32 = 0x7061_7274;

/// A command that looks whether the database is served holds the lock for a moment: so often, and after so long, a
/// server asks again before it takes the lock for somebody's.
const LOOKS: u32 = 3;
const LOOK: Duration = Duration::from_millis(30);

/// Holds a node's number for as long as it lives; the operating system or PostgreSQL frees it when the
/// process dies in whatever way, so that a restart, or another node, can take over at once.
pub struct NodeLock {
    node: u16,
    held: Held,
}

enum Held {
    /// SQLite is served by one process: a lock file beside it.
    File { _file: File },
    /// A session's advisory lock.
    Session(Box<Conn>),
}

impl NodeLock {
    /// Takes the number, or says who has it.
    pub fn acquire(db: &Db, node: u16) -> Result<Self, StoreError> {
        let held = match db.url() {
            DatabaseUrl::Sqlite(path) => Held::File {
                _file: lock_beside(path)?,
            },
            DatabaseUrl::Postgres(_) => {
                let mut conn = db.url().connect(true)?;
                if !try_lock(&mut conn, node)? {
                    return Err(StoreError::NodeTaken(format!(
                        "node {node} is already running on this database; give each node its own \
                         `database.node`"
                    )));
                }
                Held::Session(Box::new(conn))
            }
        };
        Ok(Self { node, held })
    }

    /// The number.
    pub fn node(&self) -> u16 {
        self.node
    }

    /// Looks whether the number is still ours; on PostgreSQL a lost session is taken up again.
    pub fn check(&mut self, db: &Db) -> Result<(), StoreError> {
        let Held::Session(conn) = &mut self.held else {
            return Ok(());
        };
        if conn.execute("SELECT 1").is_ok() {
            return Ok(());
        }
        *self = Self::acquire(db, self.node)?;
        Ok(())
    }

    /// Those of `nodes` that nobody runs, found by taking their lock for a moment; `adopt` is called while
    /// the lock is held, so that the node cannot start in between.
    pub fn each_dead(
        &mut self,
        nodes: &[u16],
        mut adopt: impl FnMut(&mut Conn, u16) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match &mut self.held {
            // Rows of another number on SQLite come from an earlier run under that number.
            Held::File { .. } => Ok(()),
            Held::Session(conn) => {
                for node in nodes.iter().copied().filter(|n| *n != self.node) {
                    if try_lock(conn, node)? {
                        let adopted = adopt(conn, node);
                        conn.execute(&format!("SELECT pg_advisory_unlock({LOCK_SPACE}, {node})"))?;
                        adopted?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Whether another process serves this SQLite database; PostgreSQL's writers do not wait for one another.
pub fn is_served_elsewhere(db: &Db) -> bool {
    let DatabaseUrl::Sqlite(path) = db.url() else {
        return false;
    };
    let looked = File::open(lock_name(path)).map(|file| file.try_lock_shared());
    matches!(looked, Ok(Err(TryLockError::WouldBlock)))
}

fn lock_name(path: &Path) -> std::ffi::OsString {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name
}

fn lock_beside(path: &Path) -> Result<File, StoreError> {
    let name = lock_name(path);
    let open = |e: std::io::Error| StoreError::Open(format!("{}: {e}", Path::new(&name).display()));
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&name)
        .map_err(open)?;
    let mut locked = file.try_lock();
    for _ in 0..LOOKS {
        if !matches!(locked, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(LOOK);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::NodeTaken(format!(
            "another `partyline serve` already serves {}; stop it first, or use PostgreSQL for several nodes",
            path.display()
        ))),
        Err(TryLockError::Error(e)) => Err(open(e)),
    }
}

fn try_lock(conn: &mut Conn, node: u16) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    match conn {
        Conn::Sqlite(_) => Ok(false),
        Conn::Postgres(c) => {
            let query = format!("SELECT pg_try_advisory_lock({LOCK_SPACE}, {node}) AS locked");
            Ok(diesel::sql_query(query).get_result::<Locked>(c)?.locked)
        }
    }
}
