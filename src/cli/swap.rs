//! `swap`: every pair is moved off numbers, a carrier or a region.

use std::io::IsTerminal;
use std::time::Duration;

use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::id::{CommunityId, NumberId, SwapId};
use crate::domain::pool::Region;
use crate::switchboard::Switchboard;
use crate::switchboard::swap::{Swap, SwapHub, SwapMove, SwapOrder, SwapPlan, SwapState, SwapWhat};

/// How often it is looked how far a swap is.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// After so many looks at which nothing has moved the command goes on itself: no broker runs.
const PATIENCE: u32 = 12;
/// Rows that could not be moved which are shown.
const MOST_SHOWN: usize = 20;
/// Moves read at once.
const PAGE: i64 = 500;

/// The commands of `swap`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Say what a swap would do; change nothing.
    Plan(Order),
    /// Begin a swap, or have the one go on that empties the same numbers.
    Start(Start),
    /// Show a swap.
    Show(Which),
    /// List swaps, newest first.
    List(List),
    /// Have a swap stop.
    Pause(Which),
    /// Have a swap go on.
    Resume(Which),
    /// Move back what a swap has moved.
    Undo(Which),
}

/// What is to be emptied, and how.
#[derive(Debug, clap::Args)]
pub struct Order {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// A number (+1…, or num_…); may be repeated.
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_delimiter = ',', required_unless_present_any = ["carrier", "region"])]
    number: Vec<String>,
    /// Every number that leaves by this carrier, but the desk and hubs.
    #[arg(long, conflicts_with_all = ["number", "region"])]
    carrier: Option<String>,
    /// Every number of this country, by two letters, but the desk and hubs.
    #[arg(long, conflicts_with = "number", value_parser = region, value_name = "US")]
    region: Option<Region>,
    /// For how long an old number still leads to the contact, as in 14d, 36h or 600s [default: 14d].
    #[arg(long, value_parser = seconds, value_name = "TIME")]
    overlap: Option<i64>,
    /// What phones are told, with {name} and {until} [default: as the policy says].
    #[arg(long, value_name = "TEXT")]
    notice: Option<String>,
    /// Tell phones nothing.
    #[arg(long, conflicts_with = "notice")]
    no_notice: bool,
}

/// Arguments of `swap start`.
#[derive(Debug, clap::Args)]
pub struct Start {
    #[command(flatten)]
    order: Order,
    /// Wait until it is over.
    #[arg(long)]
    wait: bool,
}

/// One swap.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The swap.
    swap: SwapId,
    /// Its community, by name or id.
    #[arg(long)]
    community: String,
    /// Wait until it is over, or goes no further.
    #[arg(long)]
    wait: bool,
}

/// Arguments of `swap list`.
#[derive(Debug, clap::Args)]
pub struct List {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// How many at most.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

fn region(text: &str) -> std::result::Result<Region, String> {
    Region::parse(text).ok_or_else(|| "allowed are countries by two letters, such as US".to_owned())
}

/// Whole seconds out of `14d`, `36h`, `90m`, `600s` or `600`.
fn seconds(text: &str) -> std::result::Result<i64, String> {
    let wrong =
        || "allowed are whole days, hours, minutes or seconds, as in 14d, 36h, 90m or 600s".to_owned();
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'd')) => (&text[..at], 86_400),
        Some((at, 'h')) => (&text[..at], 3_600),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 's')) => (&text[..at], 1),
        _ => (text, 1),
    };
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    match count >= 0 {
        true => count.checked_mul(unit).ok_or_else(wrong),
        false => Err(wrong()),
    }
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    app::command_runtime()?.block_on(async {
        let db = match &command {
            Command::Plan(_) | Command::Show(_) | Command::List(_) => app::open_for_reading(config)?,
            _ => app::open_for_writing(config)?,
        };
        let board = app::command_board(config, db);
        match command {
            Command::Plan(order) => {
                let (community, order) = read(&board, order).await?;
                let plan = board.plan_swap(community, order, None, PAGE as usize).await?;
                out.print(&plan, || plan_text(&plan));
                Ok(())
            }
            Command::Start(args) => {
                let (community, order) = read(&board, args.order).await?;
                let (swap, _) = board.start_swap(community, order).await?;
                end(&board, community, swap, args.wait, out).await
            }
            Command::Show(which) => {
                let community = find_community(&board, &which.community).await?.id;
                let swap = board.swap(community, which.swap).await?;
                show(&board, community, swap, out).await
            }
            Command::List(args) => {
                let community = find_community(&board, &args.community).await?.id;
                let found = board.swaps(community, None, args.limit).await?;
                out.print(&found, || list_text(&found));
                Ok(())
            }
            Command::Pause(which) => {
                let community = find_community(&board, &which.community).await?.id;
                let swap = board.pause_swap(community, which.swap).await?;
                end(&board, community, swap, which.wait, out).await
            }
            Command::Resume(which) => {
                let community = find_community(&board, &which.community).await?.id;
                let swap = board.resume_swap(community, which.swap).await?;
                end(&board, community, swap, which.wait, out).await
            }
            Command::Undo(which) => {
                let community = find_community(&board, &which.community).await?.id;
                let swap = board.undo_swap(community, which.swap).await?;
                end(&board, community, swap, which.wait, out).await
            }
        }
    })
}

async fn read(board: &Switchboard, args: Order) -> Result<(CommunityId, SwapOrder)> {
    let community = find_community(board, &args.community).await?.id;
    let what = match (args.carrier, args.region) {
        (Some(carrier), _) => SwapWhat::Carrier(carrier),
        (None, Some(region)) => SwapWhat::Region(region),
        (None, None) => {
            let mut numbers = Vec::with_capacity(args.number.len());
            for said in &args.number {
                numbers.push(number(board, community, said).await?);
            }
            SwapWhat::Numbers(numbers)
        }
    };
    let notice = match (args.no_notice, args.notice) {
        (true, _) => Some(None),
        (false, Some(text)) => Some(Some(text)),
        (false, None) => None,
    };
    Ok((
        community,
        SwapOrder {
            what,
            overlap_s: args.overlap,
            notice,
        },
    ))
}

/// The number with that id or those digits.
async fn number(board: &Switchboard, community: CommunityId, said: &str) -> Result<NumberId> {
    if let Ok(id) = said.parse::<NumberId>() {
        return Ok(id);
    }
    let number: E164 = said
        .parse()
        .map_err(|e| Failure::wrong(vec![format!("--number {said}: {e}")]))?;
    match board.find_number(community, number).await? {
        Some(found) => Ok(found.id),
        None => Err(Failure::failed(format!(
            "{number} is no number of this community"
        ))),
    }
}

/// Waits where that is wanted, and shows the swap as it is then; one that could not move everything is a failure.
async fn end(
    board: &Switchboard,
    community: CommunityId,
    swap: Swap,
    waits: bool,
    out: Output,
) -> Result<()> {
    let swap = match waits {
        true => wait(board, community, swap).await?,
        false => swap,
    };
    let fails = waits && swap.state == SwapState::Failed;
    show(board, community, swap, out).await?;
    match fails {
        true => Err(Failure::all_failed(Vec::new())),
        false => Ok(()),
    }
}

/// Waits for the end of a swap. The broker goes on with it; where none does, the command does so itself.
async fn wait(board: &Switchboard, community: CommunityId, mut swap: Swap) -> Result<Swap> {
    // Draws only where stderr is a terminal.
    let bar = ProgressBar::new(u64::try_from(swap.total).unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} rows, {eta} to go") {
        bar.set_style(style);
    }
    let mut idle = 0;
    while swap.state.is_going() {
        bar.set_message(match swap.waits_for_notices {
            true => "waits for notices to leave",
            false => swap.state.word(),
        });
        let done = match swap.undoing {
            true => swap.moved - swap.undone - swap.not_undone,
            false => swap.moved + swap.failed,
        };
        bar.set_position(u64::try_from(done).unwrap_or(0));
        match idle < PATIENCE {
            true => tokio::time::sleep(LOOK_EVERY).await,
            false => {
                board.swap_step(community, swap.id).await?;
                if swap.waits_for_notices {
                    // They leave by the broker.
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
        let now = board.swap(community, swap.id).await?;
        // Once nobody else has moved it, it is ours until the end.
        idle = match now.changed_at == swap.changed_at || idle >= PATIENCE {
            true => (idle + 1).min(PATIENCE),
            false => 0,
        };
        swap = now;
    }
    bar.finish_and_clear();
    Ok(swap)
}

async fn show(board: &Switchboard, community: CommunityId, swap: Swap, out: Output) -> Result<()> {
    let mut told = Vec::new();
    if !out.json && (swap.failed > 0 || swap.not_undone > 0) {
        told = stuck(board, community, swap.id).await?;
    }
    out.print(&swap, || swap_text(&swap, &told));
    if swap.state.is_going() && std::io::stderr().is_terminal() {
        eprintln!("the broker goes on with it; `partyline swap show` says how far it is");
    }
    Ok(())
}

/// The first rows that could not be moved, or moved back.
async fn stuck(board: &Switchboard, community: CommunityId, id: SwapId) -> Result<Vec<SwapMove>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = board.swap_moves(community, id, after, PAGE).await?;
        let is_last = (page.len() as i64) < PAGE;
        after = page.last().map(|last| (last.member, last.from_id));
        found.extend(
            page.into_iter()
                .filter(|row| row.reason.is_some() || row.undo_reason.is_some()),
        );
        if is_last || found.len() >= MOST_SHOWN {
            found.truncate(MOST_SHOWN);
            return Ok(found);
        }
    }
}

fn swap_text(swap: &Swap, stuck: &[SwapMove]) -> String {
    let mut lines = vec![format!(
        "{} is {}: {} of {} rows moved, {} left, {} could not be moved, {} phones told",
        swap.id,
        swap.state.word(),
        swap.moved,
        swap.total,
        swap.left,
        swap.failed,
        swap.told
    )];
    if swap.waits_for_notices {
        lines.push("it waits for some of its notices to leave, and goes on by itself".to_owned());
    }
    if swap.undoing {
        lines.push(format!(
            "{} rows moved back, {} could not be",
            swap.undone, swap.not_undone
        ));
    }
    for number in &swap.numbers {
        let state = match (number.retired, number.forwards_until) {
            (true, _) => "empty: it can be removed".to_owned(),
            (false, Some(until)) => format!("{} rows left, leads on until {until}", number.left),
            (false, None) => format!("{} rows left", number.left),
        };
        lines.push(format!("{}: {state}", number.number));
    }
    lines.extend(hub_lines(&swap.left_out));
    lines.extend(swap.reason.clone());
    for row in stuck {
        let reason = row.reason.as_ref().or(row.undo_reason.as_ref());
        let reason = reason.map(String::as_str).unwrap_or_default();
        lines.push(format!("{} -> {}: {reason}", row.member, row.contact));
    }
    lines.join("\n")
}

fn hub_lines(left_out: &[SwapHub]) -> impl Iterator<Item = String> {
    left_out.iter().map(|hub| {
        format!(
            "not from {}, which is a hub: {} pairs stay on it",
            hub.number, hub.seats
        )
    })
}

fn list_text(found: &[Swap]) -> String {
    if found.is_empty() {
        return "no swaps".into();
    }
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header(["swap", "began", "state", "moved", "left", "failed"]);
    for swap in found {
        table.add_row([
            swap.id.to_string(),
            swap.created_at.to_string(),
            swap.state.word().to_owned(),
            format!("{} of {}", swap.moved, swap.total),
            swap.left.to_string(),
            swap.failed.to_string(),
        ]);
    }
    table.trim_fmt()
}

fn plan_text(plan: &SwapPlan) -> String {
    let told = plan.told;
    let mut lines = vec![
        format!(
            "{} rows of {} members would be moved, {} cannot be; {} would get a number that can do less",
            plan.movable, plan.members, plan.stuck, plan.narrower
        ),
        format!(
            "told: {} by a text, {} once their phone is frozen no more, {} in an app alone, {} not (pairs that wait, are \
             blocked or stopped){}",
            told.phone,
            told.frozen,
            told.app_only,
            told.silent,
            match told.not_wanted {
                0 => String::new(),
                rows => format!(", {rows} as no text is wanted"),
            }
        ),
    ];
    for number in &plan.numbers {
        lines.push(format!(
            "from {}: {} rows, {} cannot be moved",
            number.number, number.rows, number.stuck
        ));
    }
    for number in &plan.targets {
        lines.push(format!("to {}: {} rows", number.number, number.rows));
    }
    lines.extend(hub_lines(&plan.left_out));
    let stuck = plan.moves.iter().filter(|row| row.reason.is_some());
    for row in stuck.take(MOST_SHOWN) {
        let reason = row.reason.as_deref().unwrap_or_default();
        lines.push(format!("{} -> {}: {reason}", row.member, row.contact));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_read_with_their_units() {
        let read = |text| seconds(text).ok();
        assert_eq!(
            ["14d", "36h", "90m", "600s", "600", "0"].map(read),
            [1_209_600, 129_600, 5_400, 600, 600, 0].map(Some)
        );
        assert_eq!(
            ["", "d", "-1d", "1w", "99999999999999999d", "é"].map(read),
            [None; 6]
        );
    }
}
