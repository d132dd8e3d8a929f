//! The program: arguments in, an exit status out.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use partyline::cli::{self, Cli};

/// The system's own keeps an arena a thread, gives little of it back, and takes half as long again for what a call's messages
/// need (`benches/calls.rs`).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
