//! The database: embedded SQLite by default, PostgreSQL where several nodes serve one system.
//!
//! One file per table holds its rows and queries; [`Db`] runs them: reads on a pool of connections,
//! writes on writer threads that commit many callers' work with one fsync. Nothing here decides anything:
//! that is the switchboard's.

mod conn;
mod db;
mod error;
pub mod schema;

pub mod admin_identities;
pub mod admin_sessions;
pub mod admin_users;
pub mod api_keys;
pub mod app_devices;
pub mod assignment_lists;
pub mod assignments;
pub mod audit_log;
pub mod blocks;
pub mod book_links;
pub mod books;
mod call_updates;
pub mod calls;
pub mod campaigns;
pub mod capacity;
mod checkpoints;
pub mod communities;
#[cfg(test)]
mod db_tests;
pub mod deferred;
pub mod deliveries;
pub mod delivery_lists;
pub mod desk_phones;
pub mod devices;
pub mod early_receipts;
pub mod endpoints;
pub mod erasure;
pub mod events;
pub mod former_names;
pub mod hashed_phones;
pub mod held_parts;
pub mod history;
pub mod hubs;
pub mod idempotency;
pub mod imports;
pub mod lease;
#[cfg(test)]
mod lists_tests;
pub mod media;
pub mod member_references;
pub mod members;
pub mod message_lists;
pub mod messages;
pub mod migrations;
pub mod node;
pub mod numbers;
pub mod opt_ins;
pub mod opt_outs;
pub mod outbox;
pub mod parts;
pub mod pending_deliveries;
pub mod phone_holds;
pub mod pools;
pub mod presence;
pub mod releases;
pub mod retention;
pub mod scratch;
pub mod signing_keys;
pub mod strangers;
pub mod swap_moves;
pub mod swaps;
pub mod traffic;
mod update;
pub mod verification;
pub mod verifications;
mod window;
mod writer;

pub use conn::{Conn, DatabaseUrl};
pub use db::{Db, Durability};
pub use error::{MaybeTransient, StoreError};
pub use window::Window;
pub use writer::Fence;

/// Runs one diesel body on whichever backend the connection is. Diesel's `MultiConnection` derive lacks
/// upserts, batch inserts and `as_returning`; compiling the body twice has them all, and keeps each
/// backend's own statement cache.
macro_rules! each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($c) => $body,
            $crate::store::Conn::Postgres($c) => $body,
        }
    };
}
pub(crate) use each;

/// Inserts many rows of one table.
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            // Diesel would make a statement a row of it as well, but prepare it for each.
            $crate::store::Conn::Sqlite(c) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(c)?;
                }
            }
            $crate::store::Conn::Postgres(c) => {
                for chunk in $rows.chunks($crate::store::ROWS_AT_ONCE) {
                    diesel::insert_into($table).values(chunk).execute(c)?;
                }
            }
        }
    };
}
pub(crate) use insert_all;

/// Rows in one statement of PostgreSQL, which binds at most 65,535 values.
pub(crate) const ROWS_AT_ONCE: usize = 1_000;
