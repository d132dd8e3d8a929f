//! `held`: what is held back (texts in quarantine, numbers that cool down or are kept), and what is to become of it.

use comfy_table::{Table, presets};
use serde_json::json;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId, MessageId, NumberId};
use crate::domain::message::Status;
use crate::switchboard::views::Message;
use crate::switchboard::{MessageQuery, Release, ReleaseState, Switchboard};

/// The commands of `held`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List texts in quarantine, and released numbers that cool down or are kept for their contact.
    List(List),
    /// Let a text go to the contact for whom it was.
    Release(LetGo),
    /// Discard a text.
    Discard(Discard),
    /// Keep a released number for its contact no more.
    Forget(Number),
    /// Make a released pair again.
    RePair(RePair),
}

/// Arguments of `held list`.
#[derive(Debug, clap::Args)]
pub struct List {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// Only what is held of this member.
    #[arg(long)]
    member: Option<MemberId>,
    /// How many of each at most.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// Arguments of `held release`.
#[derive(Debug, clap::Args)]
pub struct LetGo {
    /// The text.
    message: MessageId,
    /// Its community, by name or id.
    #[arg(long)]
    community: String,
    /// Make the pair again first, where it is not one.
    #[arg(long)]
    re_pair: bool,
}

/// Arguments of `held discard`.
#[derive(Debug, clap::Args)]
pub struct Discard {
    /// The text.
    message: MessageId,
    /// Its community, by name or id.
    #[arg(long)]
    community: String,
}

/// A released number of a member.
#[derive(Debug, clap::Args)]
pub struct Number {
    /// The member.
    member: MemberId,
    /// The number that stood for somebody.
    number: E164,
    /// Their community, by name or id.
    #[arg(long)]
    community: String,
}

/// Arguments of `held re-pair`.
#[derive(Debug, clap::Args)]
pub struct RePair {
    #[command(flatten)]
    which: Number,
    /// Let go of the texts that were held for the pair.
    #[arg(long)]
    release_texts: bool,
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    app::command_runtime()?.block_on(async {
        let db = match &command {
            Command::List(_) => app::open_for_reading(config)?,
            _ => app::open_for_writing(config)?,
        };
        let board = app::command_board(config, db);
        match command {
            Command::List(args) => list(&board, args, out).await,
            Command::Release(args) => {
                let community = find_community(&board, &args.community).await?.id;
                let text = board
                    .release_quarantined(community, args.message, args.re_pair)
                    .await?;
                out.print(&text, || format!("{} is on its way", text.id));
                Ok(())
            }
            Command::Discard(args) => {
                let community = find_community(&board, &args.community).await?.id;
                let text = board.discard_quarantined(community, args.message).await?;
                out.print(&text, || format!("{} is discarded", text.id));
                Ok(())
            }
            Command::Forget(which) => {
                let (community, number) = find(&board, &which).await?;
                board.discard_release(community, which.member, number).await?;
                let done = json!({"member": which.member, "number": which.number, "kept": false});
                out.print(&done, || format!("{} is kept for nobody", which.number));
                Ok(())
            }
            Command::RePair(args) => {
                let (community, number) = find(&board, &args.which).await?;
                let done = board
                    .re_pair(community, args.which.member, number, args.release_texts)
                    .await?;
                out.print(&done, || {
                    let gone = match done.texts_gone {
                        0 => String::new(),
                        gone => format!("; what {gone} others said is kept no more"),
                    };
                    format!(
                        "{} is {} to {} again; {} texts are on their way{gone}",
                        done.contact.number, done.contact.contact, done.contact.member, done.texts_released
                    )
                });
                Ok(())
            }
        }
    })
}

async fn find(board: &Switchboard, which: &Number) -> Result<(CommunityId, NumberId)> {
    let community = find_community(board, &which.community).await?.id;
    match board.number_by_e164(community, which.number).await? {
        Some(number) => Ok((community, number)),
        None => Err(Failure::failed(format!(
            "{} is no number of `{}`",
            which.number, which.community
        ))),
    }
}

async fn list(board: &Switchboard, args: List, out: Output) -> Result<()> {
    let community = find_community(board, &args.community).await?.id;
    let query = MessageQuery {
        member: args.member,
        status: Some(Status::Quarantined),
        ..MessageQuery::default()
    };
    let texts = board
        .messages_like(community, query, None, args.limit)
        .await?
        .rows;
    let shown = (args.member, Some(true));
    let (mut releases, mut after) = (Vec::new(), None);
    loop {
        let room = args.limit - i64::try_from(releases.len()).unwrap_or(args.limit);
        let (found, looked_to) = board.releases(community, shown, after, room).await?;
        releases.extend(found);
        after = looked_to;
        if after.is_none() || releases.len() as i64 >= args.limit {
            break;
        }
    }
    out.print(&json!({"texts": texts, "releases": releases}), || {
        text(&texts, &releases)
    });
    Ok(())
}

fn text(texts: &[Message], releases: &[Release]) -> String {
    let mut parts = Vec::new();
    if texts.is_empty() && releases.is_empty() {
        return "nothing is held".into();
    }
    let table = |head: &[&str]| {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(head);
        table
    };
    if !texts.is_empty() {
        let mut shown = table(&["text", "came", "from", "to the number"]);
        for text in texts {
            shown.add_row([
                text.id.to_string(),
                text.accepted_at.to_string(),
                text.from
                    .map_or("nobody's phone".to_owned(), |from| from.to_string()),
                text.dialled_number
                    .map_or(String::new(), |number| number.to_string()),
            ]);
        }
        parts.push(shown.trim_fmt());
    }
    if !releases.is_empty() {
        let mut shown = table(&["member", "number", "stood for", "state", "until"]);
        for release in releases {
            let (state, until) = match release.state {
                ReleaseState::Cooling => ("cooling", Some(release.cool_until)),
                ReleaseState::Kept => ("kept", release.kept_until),
                ReleaseState::Past => ("past", None),
            };
            shown.add_row([
                release.member.to_string(),
                release.number.to_string(),
                release.contact.to_string(),
                state.to_owned(),
                until.map_or(String::new(), |until| until.to_string()),
            ]);
        }
        parts.push(shown.trim_fmt());
    }
    parts.join("\n\n")
}
