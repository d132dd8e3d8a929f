//! `explain`

use super::failure::Result;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::switchboard::Decision;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phone that texts, as +14155550151.
    from: E164,
    /// The pool number that it texts.
    to: E164,
}

/// Says what would happen to a text, and why.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let db = app::open_for_reading(config)?;
    let decision = app::command_runtime()?.block_on(async {
        app::command_board(config, db)
            .resolve(None, args.from, args.to)
            .await
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
