//! `book create`, `book list`, `book revoke`

use comfy_table::{Table, presets};
use serde_json::json;

use super::failure::Result;
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::domain::id::{BookLinkId, MemberId};
use crate::switchboard::NewBookLink;
use crate::switchboard::views::BookLink;

/// Longest life of a link: a year.
const LONGEST_S: i64 = 366 * 24 * 3600;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a private link to a member's address book; it is shown this once.
    Create(Create),
    /// List a member's links.
    List(Whose),
    /// End a link at once.
    Revoke {
        #[command(flatten)]
        whose: Whose,
        /// The link's id.
        id: BookLinkId,
    },
}

/// Whose links.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// The member's id.
    #[arg(long)]
    member: MemberId,
}

/// Arguments of `book create`.
#[derive(Debug, clap::Args)]
pub struct Create {
    #[command(flatten)]
    whose: Whose,
    /// Seconds until it ends; without it as the community has it.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(60..=LONGEST_S))]
    expires_in_s: Option<i64>,
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    match command {
        Command::Create(args) => runtime.block_on(create(config, args, out)),
        Command::List(whose) => runtime.block_on(list(config, whose, out)),
        Command::Revoke { whose, id } => runtime.block_on(revoke(config, whose, id, out)),
    }
}

async fn create(config: &Config, args: Create, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_writing(config)?);
    let community = find_community(&board, &args.whose.community).await?.id;
    let new = NewBookLink {
        member: args.whose.member,
        expires_in_s: args.expires_in_s,
    };
    let (link, token) = board
        .create_book_link(community, new, app::random_bytes())
        .await?;
    let url = format!("{}/book/{community}/{token}", config.http.public());
    let told = json!({"id": link.id, "url": url, "expires_at": link.expires_at});
    out.print(&told, || {
        format!(
            "id       {}\nurl      {url}\nexpires  {}\nThe link is shown only now; it is kept as a hash.",
            link.id, link.expires_at
        )
    });
    Ok(())
}

async fn list(config: &Config, whose: Whose, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_reading(config)?);
    let community = find_community(&board, &whose.community).await?.id;
    let links = board.book_links(community, whose.member, None, i64::MAX).await?;
    let now = board.now();
    out.print(&json!({"data": links}), || table(&links, now));
    Ok(())
}

async fn revoke(config: &Config, whose: Whose, id: BookLinkId, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_writing(config)?);
    let community = find_community(&board, &whose.community).await?.id;
    board.revoke_book_link(community, whose.member, id).await?;
    out.print(&json!({"id": id, "revoked": true}), || format!("{id} is revoked"));
    Ok(())
}

fn table(links: &[BookLink], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["id", "state", "created", "last taken"]);
    for link in links {
        let state = match link.revoked_at {
            Some(_) => "revoked".to_owned(),
            None if link.expires_at <= now => "expired".to_owned(),
            None => format!("until {}", link.expires_at),
        };
        let taken = link.taken_at.map_or("never".to_owned(), |at| at.to_string());
        table.add_row([link.id.to_string(), state, link.created_at.to_string(), taken]);
    }
    table.trim_fmt()
}
