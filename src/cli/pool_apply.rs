//! `pool apply`

use super::failure::Result;
use super::output::Output;
use super::pool_plan::{self, Args};
use crate::app;
use crate::config::Config;

/// Makes everything be as the file says, or changes nothing.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let file = args.read()?;
    let db = app::open_for_writing(config)?;
    let plan = app::command_runtime()?
        .block_on(async { app::command_board(config, db).apply_pool_file(&file).await })?;
    out.print(&plan, || pool_plan::text(&plan, "were changed"));
    Ok(())
}
