//! The program: arguments in, an exit status out.

use std::process::ExitCode;

use clap::Parser;
use partyline::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
