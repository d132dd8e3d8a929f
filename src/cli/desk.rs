//! `desk show`, `desk set`, `desk clear`

use serde_json::json;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::history::Actor;
use crate::domain::id::CommunityId;
use crate::switchboard::views::PoolNumber;
use crate::switchboard::{NumberEdit, Switchboard};

/// Numbers read at once.
const PAGE: i64 = 500;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show which number is the desk.
    Show(Whose),
    /// Make a pool number the desk, which members text to manage their contacts.
    Set {
        #[command(flatten)]
        whose: Whose,
        /// The number; it must stand for nobody.
        number: E164,
    },
    /// Have no desk.
    Clear(Whose),
}

/// Whose desk.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    runtime.block_on(async {
        match command {
            Command::Show(whose) => show(config, whose, out).await,
            Command::Set { whose, number } => set(config, whose, number, out).await,
            Command::Clear(whose) => clear(config, whose, out).await,
        }
    })
}

/// The first number of which something holds.
async fn find(
    board: &Switchboard,
    community: CommunityId,
    is_meant: impl Fn(&PoolNumber) -> bool,
) -> Result<Option<PoolNumber>> {
    let mut after = None;
    loop {
        let page = board.numbers(community, after, PAGE).await?;
        after = page.last().map(|number| number.id);
        let full = page.len() as i64 == PAGE;
        if let Some(found) = page.into_iter().find(|number| is_meant(number)) {
            return Ok(Some(found));
        }
        if !full {
            return Ok(None);
        }
    }
}

fn tell(desk: Option<E164>, out: Output) {
    out.print(&json!({"desk": desk}), || match desk {
        Some(number) => format!("{number} is the desk"),
        None => "there is no desk".to_owned(),
    });
}

async fn show(config: &Config, whose: Whose, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_reading(config)?);
    let community = find_community(&board, &whose.community).await?.id;
    let desk = find(&board, community, |number| number.desk).await?;
    tell(desk.map(|number| number.number), out);
    Ok(())
}

async fn set(config: &Config, whose: Whose, number: E164, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_writing(config)?).by(Actor::Cli);
    let community = find_community(&board, &whose.community).await?.id;
    let Some(found) = find(&board, community, |row| row.number == number).await? else {
        return Err(Failure::failed(format!(
            "{number} is no pool number of this community; add it to a pool first"
        )));
    };
    edit(&board, community, &found, true).await?;
    tell(Some(number), out);
    Ok(())
}

async fn clear(config: &Config, whose: Whose, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_writing(config)?).by(Actor::Cli);
    let community = find_community(&board, &whose.community).await?.id;
    if let Some(desk) = find(&board, community, |number| number.desk).await? {
        edit(&board, community, &desk, false).await?;
    }
    tell(None, out);
    Ok(())
}

async fn edit(board: &Switchboard, community: CommunityId, number: &PoolNumber, desk: bool) -> Result<()> {
    let edit = NumberEdit {
        desk: Some(desk),
        ..NumberEdit::default()
    };
    board.edit_number(community, number.id, edit).await?;
    Ok(())
}
