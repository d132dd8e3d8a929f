//! `serve`

use super::failure::{Failure, Result};
use crate::app;
use crate::config::Config;

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Turn the loopback carrier on, make a demo community, and say what to type next.
    #[arg(long)]
    demo: bool,
}

/// Serves until told to stop.
pub fn run(config: Config, args: &Args) -> Result<()> {
    app::serve(config, args.demo).map_err(|error| Failure::failed(format!("{error:#}")))
}
