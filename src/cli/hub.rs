//! `hub set`, `hub unset`, `hub list`

use comfy_table::{Cell, Table, presets};
use serde_json::json;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::history::Actor;
use crate::switchboard::NumberEdit;

/// Rows read at once.
const PAGE: i64 = 500;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a pool number a hub, through which contacts with full tables are reached, each sender by a tag.
    Set(One),
    /// Make a hub an ordinary number again.
    Unset(One),
    /// Show the hubs, and the members who are reached through them or whose tables are nearly full.
    List(Whose),
}

/// Whose hubs.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
}

/// Which number.
#[derive(Debug, clap::Args)]
pub struct One {
    #[command(flatten)]
    whose: Whose,
    /// The number; it must stand for nobody.
    number: E164,
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    runtime.block_on(async {
        match command {
            Command::Set(one) => set(config, one, true, out).await,
            Command::Unset(one) => set(config, one, false, out).await,
            Command::List(whose) => list(config, whose, out).await,
        }
    })
}

async fn set(config: &Config, one: One, hub: bool, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_writing(config)?).by(Actor::Cli);
    let community = find_community(&board, &one.whose.community).await?;
    let number = one.number;
    let Some(found) = board.find_number(community.id, number).await? else {
        return Err(Failure::failed(format!(
            "{number} is no pool number of this community; add it to a pool first"
        )));
    };
    let edit = NumberEdit {
        hub: Some(hub),
        ..NumberEdit::default()
    };
    let now = board.edit_number(community.id, found.id, edit).await?;
    let overflow = community.policy.overflow;
    out.print(
        &json!({"number": number, "hub": now.hub, "overflow": overflow}),
        || match (now.hub, overflow) {
            (true, true) => format!("{number} is a hub"),
            (true, false) => {
                format!("{number} is a hub; nobody comes to it before the policy `overflow` is true")
            }
            (false, _) => format!("{number} is an ordinary number"),
        },
    );
    Ok(())
}

async fn list(config: &Config, whose: Whose, out: Output) -> Result<()> {
    let board = app::command_board(config, app::open_for_reading(config)?);
    let community = find_community(&board, &whose.community).await?.id;
    let (mut hubs, mut after) = (Vec::new(), None);
    loop {
        let page = board.numbers(community, after, PAGE).await?;
        after = page.last().map(|number| number.id);
        let is_full = page.len() as i64 == PAGE;
        hubs.extend(page.into_iter().filter(|number| number.hub));
        if !is_full {
            break;
        }
    }
    let (mut contacts, mut after) = (Vec::new(), None);
    loop {
        let page = board.hub_contacts(community, after, PAGE).await?;
        after = page.last().map(|one| one.member);
        let is_full = page.len() as i64 == PAGE;
        contacts.extend(page);
        if !is_full {
            break;
        }
    }
    out.print(&json!({"hubs": hubs, "contacts": contacts}), || {
        let mut told: Vec<String> = hubs
            .iter()
            .map(|hub| format!("hub {}: {} reached through it", hub.number, hub.seats))
            .collect();
        if told.is_empty() {
            told.push("there is no hub".to_owned());
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(["member", "name", "contacts", "on hubs", "free", "of"]);
        for one in &contacts {
            table.add_row([
                Cell::new(one.member),
                Cell::new(&one.name),
                Cell::new(one.contacts),
                Cell::new(one.on_hubs),
                Cell::new(one.free),
                Cell::new(one.usable),
            ]);
        }
        if !contacts.is_empty() {
            told.push(table.to_string());
        }
        told.join("\n")
    });
    Ok(())
}
