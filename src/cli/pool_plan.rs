//! `pool plan`

use std::path::PathBuf;

use super::failure::{Failure, Result};
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::switchboard::pool_file::{Plan, PoolFile};

/// Arguments of `pool plan` and `pool apply`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The pool file.
    file: PathBuf,
}

impl Args {
    /// Reads the file.
    pub fn read(&self) -> Result<PoolFile> {
        let name = self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file)
            .map_err(|e| Failure::wrong(vec![format!("cannot read {name}: {e}")]))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        PoolFile::parse(&name, text).map_err(Failure::wrong)
    }
}

/// Shows what would be changed.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let file = args.read()?;
    let db = app::open_for_reading(config)?;
    let plan = app::command_runtime()?
        .block_on(async { app::command_board(config, db).plan_pool_file(&file).await })?;
    out.print(&plan, || text(&plan, "would be changed"));
    Ok(())
}

/// The plan for people.
pub fn text(plan: &Plan, verb: &str) -> String {
    let mut lines: Vec<String> = plan.changes.iter().map(ToString::to_string).collect();
    lines.push(match plan.changes.len() {
        0 => "nothing to do: everything is as the file says".into(),
        1 => format!("1 thing {}", verb.replace("were", "was")),
        n => format!("{n} things {verb}"),
    });
    let left = &plan.unmanaged;
    let numbers: Vec<String> = left.numbers.iter().map(ToString::to_string).collect();
    for (what, names) in [
        ("pools", &left.pools),
        ("campaigns", &left.campaigns),
        ("numbers", &numbers),
        ("members", &left.members),
        ("contacts", &left.contacts),
    ] {
        if !names.is_empty() {
            lines.push(format!(
                "not in the file, left alone: {what} {}",
                shortened(names)
            ));
        }
    }
    if !plan.retired.is_empty() {
        let retired: Vec<String> = plan.retired.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "empty after a swap, can be removed: {}",
            shortened(&retired)
        ));
    }
    lines.join("\n")
}

fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 10;
    match names.len() > SHOWN {
        true => format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN),
        false => names.join(", "),
    }
}
