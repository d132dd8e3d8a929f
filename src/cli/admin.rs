//! `admin link` and `admin reset`

use clap::ValueEnum;
use serde_json::json;

use super::failure::{Failure, Result};
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::admin::Role;
use crate::switchboard::{NewAuditEntry, Switchboard, link_path};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print a one-time link at which somebody chooses a name and a password; it is good for a day.
    Link {
        /// What they may do.
        #[arg(long, default_value = "owner")]
        role: RoleWord,
    },
    /// Print a one-time link at which a user chooses a new password; it is good for a day.
    Reset {
        /// The name to sign in with.
        #[arg(long)]
        name: String,
        /// Take their authenticator app away too.
        #[arg(long)]
        remove_totp: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    Owner,
    Operator,
    Viewer,
}

/// Runs the command.
pub fn run(config: &Config, command: &Command, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    runtime.block_on(async {
        let board = app::command_board(config, app::open_for_writing(config)?);
        match command {
            Command::Link { role } => link(config, &board, *role, out).await,
            Command::Reset { name, remove_totp } => reset(config, &board, name, *remove_totp, out).await,
        }
    })
}

/// Where the pages are.
fn page(config: &Config, path: &str) -> String {
    let base = match config.http.listen.parse() {
        Ok(listen) => app::browser_base(config.http.public(), listen),
        // A host's name is what it is called by.
        Err(_) if config.http.public().is_empty() => format!("http://{}", config.http.listen),
        Err(_) => config.http.public().to_owned(),
    };
    format!("{base}{path}")
}

/// What is done on the machine is written down like what is done from elsewhere.
async fn note(board: &Switchboard, what: &str, on: String) -> Result<()> {
    let entry = NewAuditEntry {
        user: None,
        name: String::new(),
        what: what.to_owned(),
        on,
        address: String::new(),
        status: 0,
    };
    Ok(board.audit(entry).await?)
}

async fn link(config: &Config, board: &Switchboard, role: RoleWord, out: Output) -> Result<()> {
    let role = match role {
        RoleWord::Owner => Role::Owner,
        RoleWord::Operator => Role::Operator,
        RoleWord::Viewer => Role::Viewer,
    };
    note(board, "partyline admin link", role.word().to_owned()).await?;
    let token = board.admin_link(role, app::random_bytes()).await?;
    let link = page(config, &link_path(&token, None));
    out.print(&json!({"link": link, "role": role}), || {
        format!(
            "open {link}\nIt is good once, for a day, and makes a user of the role {}.",
            role.word()
        )
    });
    Ok(())
}

async fn reset(
    config: &Config,
    board: &Switchboard,
    name: &str,
    remove_totp: bool,
    out: Output,
) -> Result<()> {
    let found = board.find_admin_user(name).await?;
    let user = found.ok_or_else(|| {
        Failure::failed(format!(
            "there is no user named `{name}`; `partyline admin link` makes a link for somebody new"
        ))
    })?;
    note(
        board,
        "partyline admin reset",
        format!("/v1/admin_users/{}", user.id),
    )
    .await?;
    let random = app::random_bytes();
    let (user, token) = board.reset_admin_user(user.id, remove_totp, random).await?;
    let resets = (!user.invited).then_some(user.name.as_str());
    let link = page(config, &link_path(&token, resets));
    out.print(&json!({"link": link, "user": user.id, "name": user.name}), || {
        let codes = match user.totp && !remove_totp {
            true => " Their authenticator app is still asked for; `--remove-totp` takes it away.",
            false => "",
        };
        format!(
            "open {link}\nIt is good once, for a day. There {} chooses a new password, which ends their sessions.{codes}",
            user.name
        )
    });
    Ok(())
}
