//! `key create`, `key list`, `key revoke`

use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde_json::json;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::domain::id::KeyId;
use crate::switchboard::views::Key;
use crate::switchboard::{NewKey, Scope};

/// Longest life of a key: ten years.
const LONGEST_S: i64 = 10 * 366 * 24 * 3600;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a key; its token is shown this once.
    Create(Create),
    /// List the keys.
    List,
    /// End a key at once.
    Revoke {
        /// The key's id.
        id: KeyId,
    },
}

/// Arguments of `key create`.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it opens: everything, one community, or of one community what an app needs.
    #[arg(long)]
    scope: ScopeWord,
    /// The community, by name or id.
    #[arg(long, required_if_eq_any([("scope", "community"), ("scope", "app")]))]
    community: Option<String>,
    /// The name of the app, for a key of scope app.
    #[arg(long, required_if_eq("scope", "app"))]
    app: Option<String>,
    /// Let it read and change nothing.
    #[arg(long)]
    read_only: bool,
    /// What it is for.
    #[arg(long, default_value = "cli")]
    name: String,
    /// Seconds until it ends; without it never.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=LONGEST_S))]
    expires_in_s: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScopeWord {
    Admin,
    Community,
    App,
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    match command {
        Command::Create(args) => runtime.block_on(create(config, args, out)),
        Command::List => runtime.block_on(list(config, out)),
        Command::Revoke { id } => runtime.block_on(revoke(config, id, out)),
    }
}

async fn create(config: &Config, args: Create, out: Output) -> Result<()> {
    if args.scope == ScopeWord::Admin && args.community.is_some() {
        let told = "--community goes with --scope community or app; an admin key opens every community";
        return Err(Failure::wrong(vec![told.into()]));
    }
    let board = app::command_board(config, app::open_for_writing(config)?);
    let scope = match &args.community {
        Some(said) => {
            let community = find_community(&board, said).await?.id;
            match args.scope {
                ScopeWord::App => Scope::App(community),
                _ => Scope::Community(community),
            }
        }
        None => Scope::Admin,
    };
    let new = NewKey {
        name: args.name,
        scope,
        app: args.app,
        read_only: args.read_only,
        expires_in_s: args.expires_in_s,
    };
    let (key, token) = board.create_key(new, app::random_bytes()).await?;
    out.print(&json!({"id": key.id, "token": token}), || {
        format!(
            "id     {}\ntoken  {token}\nThe token is shown only now; it is kept as a hash.",
            key.id
        )
    });
    Ok(())
}

async fn list(config: &Config, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_reading(config)?);
    let (keys, now) = (board.keys().await?, board.now());
    out.print(&json!({"data": keys}), || table(&keys, now));
    Ok(())
}

async fn revoke(config: &Config, id: KeyId, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_writing(config)?);
    board.revoke_key(id).await?;
    out.print(&json!({"id": id, "revoked": true}), || format!("{id} is revoked"));
    Ok(())
}

fn table(keys: &[Key], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "id",
        "name",
        "scope",
        "community",
        "state",
        "created",
        "last used",
    ]);
    let time = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| at.to_string());
    for key in keys {
        let state = match (key.revoked_at, key.expires_at) {
            (Some(_), _) => "revoked".to_owned(),
            (None, Some(at)) if at <= now => "expired".to_owned(),
            (None, Some(at)) => format!("until {at}"),
            (None, None) => "valid".to_owned(),
        };
        table.add_row([
            key.id.to_string(),
            key.name.clone(),
            key.scope.clone(),
            key.community.map_or("all".to_owned(), |id| id.to_string()),
            state,
            key.created_at.to_string(),
            time(key.last_used_at),
        ]);
    }
    table.trim_fmt()
}
