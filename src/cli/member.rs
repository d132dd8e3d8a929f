//! `member export`, `erase`, `zone`, `block`, `unblock`, `blocks`, `opt-in`, `opt-ins`, `revoke`

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use comfy_table::Table;
use serde_json::json;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::history::Actor;
use crate::domain::id::{CommunityId, MemberId, OptInId};
use crate::switchboard::{
    Expected, ExportPlace, MemberEdit, NewOptIn, OptInSource, Switchboard, SwitchboardError,
};

/// Rows read at once.
const PAGE: i64 = 500;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write everything that is held about a member, as JSON.
    Export {
        #[command(flatten)]
        whose: Whose,
        /// The file [default: stdout].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Erase everything that is held about a member, for good.
    Erase {
        #[command(flatten)]
        whose: Whose,
        /// Do not ask for the member's name.
        #[arg(long)]
        yes: bool,
    },
    /// Say in which time zone a member lives.
    Zone {
        #[command(flatten)]
        whose: Whose,
        /// The zone's IANA name, such as Europe/Berlin; without one, by the member's phone.
        zone: Option<String>,
    },
    /// Have a member hear no more from somebody.
    Block {
        #[command(flatten)]
        whose: Whose,
        /// Whom, by id (mem_…).
        contact: MemberId,
    },
    /// Let a member hear from somebody again.
    Unblock {
        #[command(flatten)]
        whose: Whose,
        /// Whom, by id (mem_…).
        contact: MemberId,
    },
    /// List whom a member blocks.
    Blocks(Whose),
    /// Record that a member's phone consents to texts.
    OptIn {
        #[command(flatten)]
        whose: Whose,
        /// The wording that was agreed to, or where it is kept.
        #[arg(long)]
        evidence: String,
        /// How it was given: api, web_form, import or other.
        #[arg(long, default_value = "other", value_parser = source)]
        source: OptInSource,
        /// To texts of this contact alone, by id (mem_…).
        #[arg(long)]
        contact: Option<MemberId>,
    },
    /// List what a member's phones have consented to.
    OptIns(Whose),
    /// End a consent; its record stays.
    Revoke {
        /// The community, by name or id.
        #[arg(long)]
        community: String,
        /// Which (oin_…).
        opt_in: OptInId,
    },
}

/// Who it is about.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// The member, by id (mem_…) or phone (+…).
    member: String,
}

fn source(word: &str) -> std::result::Result<OptInSource, String> {
    serde_json::from_value(json!(word))
        .map_err(|_| format!("`{word}` is no source; write api, web_form, import or other"))
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    runtime.block_on(async {
        match command {
            Command::Export { whose, out: file } => export(config, whose, file).await,
            Command::Erase { whose, yes } => erase(config, whose, yes, out).await,
            Command::Zone { whose, zone } => set_zone(config, whose, zone, out).await,
            Command::Block { whose, contact } => block(config, whose, contact, true, out).await,
            Command::Unblock { whose, contact } => block(config, whose, contact, false, out).await,
            Command::Blocks(whose) => blocks(config, whose, out).await,
            Command::OptIn {
                whose,
                evidence,
                source,
                contact,
            } => opt_in(config, whose, (evidence, source, contact), out).await,
            Command::OptIns(whose) => opt_ins(config, whose, out).await,
            Command::Revoke { community, opt_in } => revoke(config, &community, opt_in, out).await,
        }
    })
}

async fn find(board: &Switchboard, whose: &Whose) -> Result<(CommunityId, MemberId)> {
    let community = find_community(board, &whose.community).await?.id;
    if whose.member.starts_with('+') {
        let phone: E164 = whose
            .member
            .parse()
            .map_err(|e| Failure::failed(format!("{e}")))?;
        let found = board.members(community, Some(phone), None, 1).await?;
        return match found.first() {
            Some(member) => Ok((community, member.id)),
            None => Err(Failure::failed(format!("{phone} is no member's phone there"))),
        };
    }
    match whose.member.parse() {
        Ok(id) => Ok((community, id)),
        Err(error) => Err(Failure::failed(format!(
            "{error}; write the member's id (mem_…) or phone (+…)"
        ))),
    }
}

fn reading(config: &Config) -> Result<Switchboard> {
    Ok(app::command_board(config, app::open_for_reading(config)?))
}

fn writing(config: &Config) -> Result<Switchboard> {
    Ok(app::command_board(config, app::open_for_writing(config)?).by(Actor::Cli))
}

async fn export(config: &Config, whose: Whose, file: Option<PathBuf>) -> Result<()> {
    let board = reading(config)?;
    let (community, member) = find(&board, &whose).await?;
    let failed = |error: std::io::Error| Failure::failed(format!("cannot write the export: {error}"));
    let mut to: Box<dyn Write> = match &file {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(failed)?)),
        None => Box::new(std::io::stdout().lock()),
    };
    let mut place = Some(ExportPlace::first());
    while let Some(at) = place {
        let (text, next) = board.export_member(community, member, at).await?;
        to.write_all(text.as_bytes()).map_err(failed)?;
        place = next;
    }
    to.flush().map_err(failed)
}

async fn erase(config: &Config, whose: Whose, yes: bool, out: Output) -> Result<()> {
    let board = writing(config)?;
    let (community, member) = find(&board, &whose).await?;
    let confirm = match board.member(community, member).await {
        Ok(found) if yes => found.name,
        // Who was removed before is confirmed by the id.
        Err(SwitchboardError::NotFound { .. }) if yes => member.to_string(),
        Ok(_) | Err(SwitchboardError::NotFound { .. }) => asked_name()?,
        Err(error) => return Err(error.into()),
    };
    let erased = board
        .erase_member(community, member, confirm, app::random_bytes())
        .await?;
    out.print(
        &json!({
            "member": member, "rows": erased.rows, "compacted": erased.compacted, "waiting": erased.waiting,
        }),
        || {
            let files = match erased.compacted {
                true => "the database was written anew",
                false if erased.waiting > 0 => "texts of others that hold a number of theirs wait to be sent",
                false => "readers keep the database's log from ending: stop the broker, or run this again",
            };
            format!("{member} is erased: {} rows; {files}", erased.rows)
        },
    );
    match erased.compacted {
        true => Ok(()),
        false if erased.waiting > 0 => Err(Failure::failed(format!(
            "{} texts of others that hold a number of theirs still wait to be sent; the broker goes on with the erasure, \
             and so does this command when it is run again",
            erased.waiting
        ))),
        false => Err(Failure::failed(
            "what was erased may still stand in the log".to_owned(),
        )),
    }
}

fn asked_name() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::failed(
            "this erases a member for good; confirm it with --yes".to_owned(),
        ));
    }
    let _ = write!(
        std::io::stderr(),
        "This cannot be undone. Write the member's name (the id of one who was removed) to go on: "
    );
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|e| Failure::failed(format!("cannot read: {e}")))?;
    Ok(line.trim().to_owned())
}

async fn set_zone(config: &Config, whose: Whose, zone: Option<String>, out: Output) -> Result<()> {
    let board = writing(config)?;
    let (community, member) = find(&board, &whose).await?;
    let edit = MemberEdit {
        time_zone: Some(zone),
        ..MemberEdit::default()
    };
    let member = board
        .edit_member(community, member, edit, Expected::any())
        .await?;
    out.print(
        &json!({ "member": member.id, "time_zone": member.time_zone }),
        || match &member.time_zone {
            Some(zone) => format!("{} lives in {zone}", member.id),
            None => format!("{} has no time zone of their own", member.id),
        },
    );
    Ok(())
}

async fn block(config: &Config, whose: Whose, contact: MemberId, blocked: bool, out: Output) -> Result<()> {
    let board = writing(config)?;
    let (community, member) = find(&board, &whose).await?;
    match blocked {
        true => {
            board.block(community, member, contact).await?;
        }
        false => board.unblock(community, member, contact).await?,
    }
    let answer = json!({ "member": member, "contact": contact, "blocked": blocked });
    out.print(&answer, || match blocked {
        true => format!("{member} hears no more from {contact}"),
        false => format!("{member} hears from {contact} again"),
    });
    Ok(())
}

async fn blocks(config: &Config, whose: Whose, out: Output) -> Result<()> {
    let board = reading(config)?;
    let (community, member) = find(&board, &whose).await?;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = board.blocks(community, member, after, PAGE).await?;
        after = page.last().map(|block| block.contact);
        let full = page.len() as i64 == PAGE;
        all.extend(page);
        if !full {
            break;
        }
    }
    out.print(&json!(all), || {
        let mut table = Table::new();
        table.set_header(["contact", "since", "by"]);
        for block in &all {
            table.add_row([
                block.contact.to_string(),
                block.since.to_string(),
                json!(block.by).as_str().unwrap_or_default().to_owned(),
            ]);
        }
        table.to_string()
    });
    Ok(())
}

async fn opt_in(
    config: &Config,
    whose: Whose,
    (evidence, source, contact): (String, OptInSource, Option<MemberId>),
    out: Output,
) -> Result<()> {
    let board = writing(config)?;
    let (community, member) = find(&board, &whose).await?;
    let new = NewOptIn {
        member,
        device: None,
        contact,
        source,
        evidence,
        given_at: None,
    };
    let (record, is_new) = board.record_opt_in(community, new).await?;
    out.print(&json!(record), || match is_new {
        true => format!("{} is recorded", record.id),
        false => format!("{} was recorded before", record.id),
    });
    Ok(())
}

async fn opt_ins(config: &Config, whose: Whose, out: Output) -> Result<()> {
    let board = reading(config)?;
    let (community, member) = find(&board, &whose).await?;
    let all = board.opt_ins(community, Some(member), None, PAGE).await?;
    out.print(&json!(all), || {
        let mut table = Table::new();
        table.set_header(["opt-in", "contact", "source", "given", "ended", "evidence"]);
        for record in &all {
            table.add_row([
                record.id.to_string(),
                record.contact.map_or("all".to_owned(), |c| c.to_string()),
                record.source.word().to_owned(),
                record.given_at.to_string(),
                record.ended_at.map(|at| at.to_string()).unwrap_or_default(),
                record.evidence.clone(),
            ]);
        }
        table.to_string()
    });
    Ok(())
}

async fn revoke(config: &Config, community: &str, id: OptInId, out: Output) -> Result<()> {
    let board = writing(config)?;
    let community = find_community(&board, community).await?.id;
    let record = board.revoke_opt_in(community, id).await?;
    out.print(&json!(record), || format!("{id} has ended"));
    Ok(())
}
