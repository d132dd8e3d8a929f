//! `admin link`

use clap::ValueEnum;
use serde_json::json;

use super::failure::Result;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::admin::Role;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print a one-time link at which somebody chooses a name and a password; it is good for a day.
    Link {
        /// What they may do.
        #[arg(long, default_value = "owner")]
        role: RoleWord,
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
    let Command::Link { role } = command;
    let role = match role {
        RoleWord::Owner => Role::Owner,
        RoleWord::Operator => Role::Operator,
        RoleWord::Viewer => Role::Viewer,
    };
    let runtime = app::command_runtime()?;
    runtime.block_on(async {
        let board = app::command_board(config, app::open_for_writing(config)?);
        let token = board.admin_link(role, app::random_bytes()).await?;
        let base = match config.http.public() {
            "" => format!("http://{}", config.http.listen),
            public => public.to_owned(),
        };
        let link = format!("{base}/admin/#/first?token={token}");
        out.print(&json!({"link": link, "role": role}), || {
            format!(
                "open {link}\nIt is good once, for a day, and makes a user of the role {}.",
                role.word()
            )
        });
        Ok(())
    })
}
