//! Connections: which database a URL means, and how each is set up.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::{Connection, PgConnection, SqliteConnection};

use super::{StoreError, each};

/// How long SQLite waits for a lock.
pub(super) const BUSY_TIMEOUT_MS: u32 = 30_000;

/// One connection to either database.
pub enum Conn {
    /// The embedded one.
    Sqlite(SqliteConnection),
    /// The one that several nodes share.
    Postgres(PgConnection),
}

/// A database URL, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the URL as libpq takes it.
    Postgres(String),
}

impl DatabaseUrl {
    /// Picks the database by the URL's scheme; a bare path is a SQLite file.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .unwrap_or(url);
        // `:memory:` would be a database of its own for each pooled connection.
        if path.is_empty() || path.contains("://") || path.contains(":memory:") {
            return Err(StoreError::Url(without_password(url)));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }

    /// The URL as it may be shown: without a password.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => without_password(url),
        }
    }

    /// Opens a connection. `checkpoints` says whether SQLite checkpoints within commits, as a short-lived
    /// process must; a server does it beside them.
    pub fn connect(&self, checkpoints: bool) -> Result<Conn, StoreError> {
        let failed = |e: String| StoreError::Open(format!("{}: {e}", self.shown()));
        match self {
            Self::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(|e| failed(e.to_string()))?;
                }
                make_private(path).map_err(|e| failed(e.to_string()))?;
                let path = path
                    .to_str()
                    .ok_or_else(|| failed("the path is not UTF-8".into()))?;
                let mut conn = SqliteConnection::establish(path).map_err(|e| failed(e.to_string()))?;
                conn.batch_execute(&format!(
                    "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; \
                     PRAGMA wal_autocheckpoint = {};",
                    if checkpoints { 1000 } else { 0 }
                ))
                .map_err(|e| failed(e.to_string()))?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(|e| failed(e.to_string()))?;
                conn.batch_execute("SET application_name = 'partyline'; SET client_min_messages = warning;")
                    .map_err(|e| failed(e.to_string()))?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// Makes the file of a new database, for its owner alone: whoever can read it has the secrets of endpoints and the key
/// that signs reports. SQLite gives the files beside it the mode of the database.
fn make_private(path: &Path) -> std::io::Result<()> {
    let made = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}@{host}", user.split(':').next().unwrap_or_default()),
        None => url.to_owned(),
    }
}

impl Conn {
    /// Runs statements without parameters.
    pub fn execute(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(each!(self, c => c.batch_execute(sql))?)
    }

    /// Runs several reads on one state of the database, and takes SQLite's read lock once for all.
    pub fn snapshot<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.execute(begin)?;
        let result = work(self);
        let ended = self.execute("COMMIT");
        let value = result?;
        ended?;
        Ok(value)
    }

    /// Runs work within a transaction so that its error undoes it alone, and the transaction can go on.
    pub fn savepoint<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.execute("SAVEPOINT part")?;
        let result = work(self);
        match &result {
            Ok(_) => self.execute("RELEASE part")?,
            Err(_) => self.execute("ROLLBACK TO part; RELEASE part")?,
        }
        result
    }

    /// Has PostgreSQL plan each statement for the tables as they are, until the transaction ends. Else a plan is kept
    /// that was made while a table was empty, and reads all of it however long it has become.
    pub fn plan_afresh(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) => self.execute("SET LOCAL plan_cache_mode = force_custom_plan"),
        }
    }

    /// True for PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// True when the connection is beyond use.
    pub fn is_broken(&mut self) -> bool {
        each!(self, c => c.is_broken())
    }
}

/// Hands out connections to r2d2.
pub(super) struct Manager {
    pub url: DatabaseUrl,
    pub checkpoints: bool,
    /// Of SQLite's pages that a connection keeps, another amount than the usual, in KiB.
    pub cache_kib: Option<u32>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        let mut conn = self.url.connect(self.checkpoints)?;
        if let (Conn::Sqlite(_), Some(kib)) = (&conn, self.cache_kib) {
            conn.execute(&format!("PRAGMA cache_size = -{kib}"))?;
        }
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        Ok(each!(conn, c => c.ping())?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_picks_the_database() {
        assert_eq!(
            DatabaseUrl::parse("data/partyline.db").unwrap(),
            DatabaseUrl::Sqlite("data/partyline.db".into())
        );
        assert_eq!(
            DatabaseUrl::parse("sqlite:/x/y.db").unwrap(),
            DatabaseUrl::Sqlite("/x/y.db".into())
        );
        assert!(matches!(
            DatabaseUrl::parse("postgres://u@h/d").unwrap(),
            DatabaseUrl::Postgres(_)
        ));
    }

    #[test]
    fn a_new_database_and_the_files_beside_it_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.db");
        let mut conn = DatabaseUrl::Sqlite(path.clone()).connect(true).unwrap();
        conn.execute("CREATE TABLE t (x INTEGER)").unwrap();
        for name in ["new.db", "new.db-wal", "new.db-shm"] {
            let mode = std::fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn an_unknown_scheme_is_refused_and_no_password_is_shown() {
        let error = DatabaseUrl::parse("mysql://root:secret@h/d")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("mysql://root@h/d") && !error.contains("secret"),
            "{error}"
        );
        assert!(DatabaseUrl::parse(":memory:").is_err() && DatabaseUrl::parse("").is_err());
        assert_eq!(
            DatabaseUrl::Postgres("postgres://u:p@h/d".into()).shown(),
            "postgres://u@h/d"
        );
        assert_eq!(without_password("postgres://u:p@ss@h/d"), "postgres://u@h/d");
    }
}
