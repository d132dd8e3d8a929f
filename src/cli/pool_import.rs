//! `pool import`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use phonenumber::country;
use serde_json::json;

use super::failure::{Failure, Result};
use super::output::Output;
use super::{csv_rows, find_community};
use crate::app;
use crate::config::Config;
use crate::domain::id::PoolId;
use crate::switchboard::Switchboard;
use crate::switchboard::pool_file::{ImportRow, RowProblem};
use crate::switchboard::views::Community;

/// Arguments of `pool import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The CSV file, with a header: number,carrier and if wanted capabilities,region,rate_per_s,texts_per_day,campaign.
    file: PathBuf,
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// The pool, by name or id.
    #[arg(long)]
    pool: String,
    /// Where numbers without a country code are at home.
    #[arg(long, value_parser = region, value_name = "US")]
    region: Option<country::Id>,
}

fn region(text: &str) -> std::result::Result<country::Id, String> {
    let found = text.to_uppercase().parse();
    found.map_err(|_| "allowed are countries by two letters, such as US".to_owned())
}

/// Adds every number of the file, or none.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let name = args.file.display().to_string();
    let bytes =
        std::fs::read(&args.file).map_err(|e| Failure::wrong(vec![format!("cannot read {name}: {e}")]))?;
    let told = |problems: Vec<RowProblem>| {
        let told = problems
            .into_iter()
            .map(|p| format!("{name}:{}: {}", p.line, p.sentence));
        told.chain(["nothing was imported".to_owned()])
            .collect::<Vec<_>>()
    };
    let rows = csv_rows::read(&bytes, args.region).map_err(|p| Failure::wrong(told(p)))?;
    let db = app::open_for_writing(config)?;
    app::command_runtime()?.block_on(async {
        let board = app::command_board(config, db);
        let community = find_community(&board, &args.community).await?;
        let pool = find_pool(&board, &community, &args.pool).await?;
        match import(&board, &community, pool, rows).await? {
            Ok(count) => {
                out.print(&json!({"imported": count}), || match count {
                    1 => "1 number imported".to_owned(),
                    _ => format!("{count} numbers imported"),
                });
                Ok(())
            }
            Err(problems) => Err(Failure::all_failed(told(problems))),
        }
    })
}

async fn import(
    board: &Switchboard,
    community: &Community,
    pool: PoolId,
    rows: Vec<ImportRow>,
) -> Result<std::result::Result<usize, Vec<RowProblem>>> {
    // Draws only where stderr is a terminal.
    let bar = ProgressBar::new(rows.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} numbers, {eta} to go") {
        bar.set_style(style);
    }
    let done = Arc::new(AtomicU64::new(0));
    let mut work = std::pin::pin!(board.import_numbers(community.id, pool, rows, done.clone()));
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            () = tokio::time::sleep(Duration::from_millis(100)) => {
                bar.set_position(done.load(Ordering::Relaxed));
            }
        }
    };
    bar.finish_and_clear();
    Ok(result?)
}

async fn find_pool(board: &Switchboard, community: &Community, said: &str) -> Result<PoolId> {
    if let Ok(id) = said.parse::<PoolId>() {
        return Ok(board.pool(community.id, id).await?.id);
    }
    match board.find_pool(community.id, said).await? {
        Some(found) => Ok(found),
        None => Err(Failure::failed(format!(
            "{} has no pool `{said}`; write its name or its id (pool_…)",
            community.name
        ))),
    }
}
