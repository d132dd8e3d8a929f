//! `explain`

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::{E164, Timestamp};
use crate::switchboard::Decision;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phone that texts, as +14155550151.
    from: E164,
    /// The pool number that it texts.
    to: E164,
    /// Where the number is a hub: the tag with which the text begins, as 7.
    #[arg(long, value_name = "NUMBER")]
    tag: Option<u16>,
    /// The moment that is asked about, as 2026-01-31T12:00:00Z; else the present.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// With --at: the community, by name or id; else that which has the number now.
    #[arg(long, requires = "at")]
    community: Option<String>,
}

fn moment(text: &str) -> std::result::Result<Timestamp, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|e| e.to_string())
}

/// Says what would happen to a text, and why.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let db = app::open_for_reading(config)?;
    let decision = app::command_runtime()?.block_on(async {
        let board = app::command_board(config, db);
        let community = match &args.community {
            Some(said) => Some(find_community(&board, said).await?.id),
            None => None,
        };
        let decision = match args.at {
            Some(at) => {
                let ends = (args.from, args.to);
                board.resolve_tagged_at(community, ends, args.tag, at).await?
            }
            None => board.resolve_tagged(None, (args.from, args.to), args.tag).await?,
        };
        Ok::<_, Failure>(decision)
    })?;
    out.print(&decision, || text(&decision));
    Ok(())
}

fn text(decision: &Decision) -> String {
    let mut lines: Vec<String> = (1..)
        .zip(&decision.steps)
        .map(|(at, step)| format!("{at}. {step}"))
        .collect();
    let by = decision.carrier.as_ref().map(|c| format!(", by carrier {c}"));
    lines.push(format!(
        "=> {}: {}{}",
        decision.outcome,
        decision.sentence,
        by.unwrap_or_default()
    ));
    lines.join("\n")
}
