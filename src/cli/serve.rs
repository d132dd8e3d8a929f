//! `serve`

use super::failure::{Failure, Result};
use crate::app;
use crate::config::{Config, Sources};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Turn the loopback carrier on, make a demo community, and say what to type next.
    #[arg(long)]
    demo: bool,
}

/// Serves until told to stop. On SIGHUP the settings are loaded from the same sources again.
pub fn run(config: Config, sources: Sources, args: &Args) -> Result<()> {
    app::serve(config, args.demo, Box::new(move || Config::load(&sources)))
        .map_err(|error| Failure::failed(format!("{error:#}")))
}
