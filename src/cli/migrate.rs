//! `migrate`

use serde_json::json;

use super::failure::Result;
use super::output::Output;
use crate::config::Config;
use crate::store::{Db, Durability, migrations};

/// Brings the database up to date.
pub fn run(config: &Config, out: Output) -> Result<()> {
    let db = Db::open(&config.database.url, Durability::Command)?;
    let applied = migrations::run(&db)?;
    out.print(&json!({"applied": applied}), || match applied.len() {
        0 => format!("{} is up to date", db.url().shown()),
        _ => format!("{}: applied {}", db.url().shown(), applied.join(", ")),
    });
    Ok(())
}
