//! The command line: one file per subcommand. Exit status 0 done, 1 failed, 2 wrong usage or configuration.

mod admin;
mod book;
mod calls;
mod carriers_reached;
mod config_check;
mod copied;
mod csv_rows;
mod desk;
mod doctor;
mod explain;
mod failure;
mod held;
mod hub;
mod import;
mod key;
mod member;
mod migrate;
mod openapi;
mod output;
mod phone;
mod plan;
mod pool_apply;
mod pool_import;
mod pool_plan;
mod serve;
mod swap;
mod traffic;
mod trunks_found;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Sources};
use crate::domain::id::CommunityId;
use crate::switchboard::Switchboard;
use crate::switchboard::views::Community;
use failure::{Failure, Result};
use output::Output;

/// A self-hosted community number-pool telephony broker.
#[derive(Debug, Parser)]
#[command(name = "partyline", version, propagate_version = true)]
pub struct Cli {
    /// The settings' file [default: partyline.toml, if it is there].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Override a setting, as in --set http.listen=127.0.0.1:9090; may be repeated.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the broker.
    Serve(serve::Args),
    /// Bring the database up to date.
    Migrate,
    /// Plan, apply and import pools.
    #[command(subcommand)]
    Pool(Pool),
    /// Say how far a community's numbers go, who runs out when, and what a change would bring.
    #[command(visible_alias = "capacity")]
    Plan(plan::Args),
    /// Import members and contacts from files of any length.
    #[command(subcommand)]
    Import(import::Command),
    /// Say what would happen to a text, and which rule decides.
    Explain(explain::Args),
    /// Check every rule of the assignment table, and write a signed report; or check such a report.
    Verify(verify::Args),
    /// List calls, or show one step by step.
    Calls(calls::Args),
    /// Say how busy numbers and pairs are: what was sent, what waits, what room is left.
    Traffic(traffic::Args),
    /// Move every pair off numbers, a carrier or a region.
    #[command(subcommand)]
    Swap(swap::Command),
    /// Freeze a lost phone, or put a new one in its place.
    #[command(subcommand)]
    Phone(phone::Command),
    /// List what is held back, and say what becomes of it.
    #[command(subcommand)]
    Held(held::Command),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Let people sign in with a browser.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Make, list and revoke private links to members' address books.
    #[command(subcommand)]
    Book(book::Command),
    /// Show, set and clear the number that members text to manage their contacts.
    #[command(subcommand)]
    Desk(desk::Command),
    /// Set numbers aside through which contacts with full tables are reached, and show who is.
    #[command(subcommand)]
    Hub(hub::Command),
    /// Export and erase a member's data; their time zone, blocks and consents.
    #[command(subcommand)]
    Member(member::Command),
    /// Look the settings over.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check settings, database, ports, carriers and pools, and say what to do.
    Doctor,
    /// Print the OpenAPI document of the API.
    Openapi,
}

#[derive(Debug, Subcommand)]
enum Pool {
    /// Show what applying a pool file would change; change nothing.
    Plan(pool_plan::Args),
    /// Make a community, its pools, numbers, members and contacts be as a file says.
    Apply(pool_plan::Args),
    /// Add numbers from a CSV file: number,carrier,capabilities,region,rate_per_s,texts_per_day,campaign.
    Import(pool_import::Args),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the settings from file, environment and flags.
    Check,
}

/// Runs one command.
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn dispatch(cli: Cli) -> Result<()> {
    let out = Output { json: cli.json };
    let sources = Sources {
        file: cli.config,
        env: environment(),
        set: cli.set,
    };
    match cli.command {
        Command::Doctor => return doctor::run(&sources, out),
        Command::Openapi => return openapi::run(),
        _ => {}
    }
    let config = Config::load(&sources).map_err(|problems| Failure::wrong(problems.0))?;
    match cli.command {
        Command::Serve(args) => serve::run(config, sources, &args),
        Command::Migrate => migrate::run(&config, out),
        Command::Pool(Pool::Plan(args)) => pool_plan::run(&config, &args, out),
        Command::Pool(Pool::Apply(args)) => pool_apply::run(&config, &args, out),
        Command::Pool(Pool::Import(args)) => pool_import::run(&config, &args, out),
        Command::Plan(args) => plan::run(&config, &args, out),
        Command::Import(command) => import::run(&config, &command, out),
        Command::Explain(args) => explain::run(&config, &args, out),
        Command::Verify(args) => verify::run(&config, &args, out),
        Command::Calls(args) => calls::run(&config, &args, out),
        Command::Traffic(args) => traffic::run(&config, &args, out),
        Command::Swap(command) => swap::run(&config, command, out),
        Command::Phone(command) => phone::run(&config, command, out),
        Command::Held(command) => held::run(&config, command, out),
        Command::Key(command) => key::run(&config, command, out),
        Command::Admin(command) => admin::run(&config, &command, out),
        Command::Book(command) => book::run(&config, command, out),
        Command::Desk(command) => desk::run(&config, command, out),
        Command::Hub(command) => hub::run(&config, command, out),
        Command::Member(command) => member::run(&config, command, out),
        Command::Config(ConfigCommand::Check) => config_check::run(&config, &sources, out),
        Command::Doctor | Command::Openapi => Ok(()),
    }
}

/// The environment; what is not UTF-8 is shown as near as can be, to be refused by name if it is ours.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
            (text(name), text(value))
        })
        .collect()
}

/// The community with that id (`com_…`) or name.
async fn find_community(board: &Switchboard, said: &str) -> Result<Community> {
    if let Ok(id) = said.parse::<CommunityId>() {
        return Ok(board.community(id).await?);
    }
    match board.find_community(said).await? {
        Some(found) => Ok(found),
        None => Err(Failure::failed(format!(
            "there is no community `{said}`; write its name or its id (com_…)"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_the_tests_and_the_readme_type_is_understood() {
        for line in [
            "partyline --config x.toml serve",
            "partyline serve --demo --set http.listen=127.0.0.1:0",
            "partyline migrate --json",
            "partyline pool plan a.toml --json",
            "partyline pool apply a.toml",
            "partyline pool import a.csv --community Demo --pool main --region US",
            "partyline import members members.csv --community Demo --region US --dry-run",
            "partyline import members - --community Demo --format jsonl --report refused.jsonl",
            "partyline import contacts pairs.jsonl --community Demo --all-or-nothing --however-long",
            "partyline explain +14155550151 +14155550101",
            "partyline verify --out proof.json --community Demo",
            "partyline verify --check proof.json --json",
            "partyline verify --check proof.json --signer aGVsbG8=",
            "partyline explain +14155550151 +14155550101 --at 2026-01-31T12:00:00Z --community Demo",
            "partyline plan --community Demo --json",
            "partyline capacity --community Demo",
            "partyline plan --community Demo --members 20 --more-contacts 5",
            "partyline plan --community Demo --add-numbers 10 --region US --capability sms,voice --retire +14155550199",
            "partyline traffic --community Demo --json",
            "partyline traffic --community Demo --number +14155550101",
            "partyline traffic --community Demo --member mem_0000000000001 --contact mem_0000000000002",
            "partyline swap plan --community Demo --number +14155550101 --json",
            "partyline swap start --community Demo --number +14155550101,num_0000000000001 --overlap 14d --no-notice --wait",
            "partyline swap start --community Demo --carrier acme --notice {name}",
            "partyline swap start --community Demo --region US",
            "partyline swap show swp_0000000000001 --community Demo",
            "partyline swap list --community Demo --json",
            "partyline swap pause swp_0000000000001 --community Demo",
            "partyline swap resume swp_0000000000001 --community Demo --wait",
            "partyline swap undo swp_0000000000001 --community Demo",
            "partyline key create --scope admin --json",
            "partyline key create --scope community --community Demo --name app --expires-in-s 60",
            "partyline phone freeze +14155550151 --community Demo",
            "partyline phone thaw +14155550151 --community Demo --json",
            "partyline phone replace +14155550151 --with +14155550177 --community Demo --dry-run",
            "partyline phone replace +14155550151 --with +14155550177 --community Demo --settle mem_0000000000001=move --otherwise drop --owner merge",
            "partyline held list --community Demo --member mem_0000000000001 --json",
            "partyline held release msg_0000000000001 --community Demo --re-pair",
            "partyline held discard msg_0000000000001 --community Demo",
            "partyline held forget mem_0000000000001 +14155550101 --community Demo",
            "partyline held re-pair mem_0000000000001 +14155550101 --community Demo --release-texts",
            "partyline admin link",
            "partyline admin link --role viewer --json",
            "partyline admin reset --name ann",
            "partyline admin reset --name ann --remove-totp --json",
            "partyline key list",
            "partyline key revoke key_0000000000001",
            "partyline book create --community Demo --member mem_0000000000001 --expires-in-s 3600",
            "partyline book list --community Demo --member mem_0000000000001 --json",
            "partyline book revoke --community Demo --member mem_0000000000001 blk_0000000000001",
            "partyline desk show --community Demo",
            "partyline desk set --community Demo +14155550101",
            "partyline desk clear --community Demo",
            "partyline hub set --community Demo +14155550101",
            "partyline hub unset --community Demo +14155550101",
            "partyline hub list --community Demo",
            "partyline config check",
            "partyline doctor",
            "partyline openapi",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "partyline",
            "partyline traffic",
            "partyline traffic --community Demo --member mem_0000000000001",
            "partyline swap start --community Demo",
            "partyline swap start --community Demo --carrier acme --region US",
            "partyline swap start --community Demo --region US --overlap soon",
            "partyline swap start --community Demo --region US --notice x --no-notice",
            "partyline swap show 7 --community Demo",
            "partyline key create --scope community",
            "partyline key create --scope king",
            "partyline admin link --role king",
            "partyline admin reset",
            "partyline import members members.csv",
            "partyline import members a.csv --community Demo --however-long",
            "partyline key create --scope admin --expires-in-s 0",
            "partyline key revoke 7",
            "partyline phone freeze +14155550151",
            "partyline phone replace +14155550151 --with +14155550177 --community Demo --settle mem_0000000000001=keep",
            "partyline verify --signer aGVsbG8=",
            "partyline plan",
            "partyline plan --community Demo --region US",
            "partyline plan --community Demo --add-numbers 0",
            "partyline plan --community Demo --add-numbers 1 --capability fax",
            "partyline explain +14155550151",
            "partyline explain +14155550151 +14155550101 --at yesterday",
            "partyline explain 4155550151 +14155550101",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
