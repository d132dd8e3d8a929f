//! `plan`: how far a community's numbers go, and what a change would bring.

use comfy_table::{Table, presets};
use serde_json::json;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::id::{CommunityId, NumberId};
use crate::domain::pool::{Capabilities, Capability, Region};
use crate::domain::{E164, Timestamp};
use crate::switchboard::planner::views::{Needed, OutlookWord, RunsOut};
use crate::switchboard::{AddedNumbers, Capacity, MemberCapacity, Switchboard, WhatIf};

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// How many of the fullest members are shown.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    members: u16,
    /// What if there were so many numbers more?
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    add_numbers: Option<u32>,
    /// The region of those.
    #[arg(long, requires = "add_numbers", value_parser = region, value_name = "US")]
    region: Option<Region>,
    /// What those can do: sms, mms, voice; may be repeated [default: sms and voice].
    #[arg(long, requires = "add_numbers", value_delimiter = ',', value_parser = capability)]
    capability: Vec<Capability>,
    /// What if everybody had so many contacts more?
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    more_contacts: Option<u32>,
    /// What if these numbers (+1…, or num_…) took no new pairs?
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_delimiter = ',')]
    retire: Vec<String>,
}

fn region(text: &str) -> std::result::Result<Region, String> {
    Region::parse(text).ok_or_else(|| "allowed are countries by two letters, such as US".to_owned())
}

fn capability(text: &str) -> std::result::Result<Capability, String> {
    let mut all = Capability::ALL.into_iter();
    all.find(|c| c.word() == text)
        .ok_or_else(|| "allowed are sms, mms and voice".to_owned())
}

/// Says how far the numbers go; changes nothing.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let db = app::open_for_reading(config)?;
    app::command_runtime()?.block_on(async {
        let board = app::command_board(config, db);
        let community = find_community(&board, &args.community).await?;
        let asks = args.add_numbers.is_some() || args.more_contacts.is_some() || !args.retire.is_empty();
        if asks {
            let change = change(&board, community.id, args).await?;
            let result = board
                .capacity_what_if_of(community.id, change, usize::from(args.members))
                .await?;
            out.print(&result, || {
                format!(
                    "As it is:\n\n{}\n\nAs it would be:\n\n{}",
                    text(&result.before, &result.before.fullest),
                    text(&result.after, &result.after.fullest)
                )
            });
            return Ok(());
        }
        let capacity = board.capacity(community.id).await?;
        let fullest = board
            .fullest_members(community.id, usize::from(args.members))
            .await?;
        let told = json!(Capacity {
            fullest: fullest.clone(),
            ..capacity.clone()
        });
        out.print(&told, || text(&capacity, &fullest));
        Ok(())
    })
}

async fn change(board: &Switchboard, community: CommunityId, args: &Args) -> Result<WhatIf> {
    let capabilities = match args.capability.is_empty() {
        true => Capabilities::usual(),
        false => args.capability.clone().into(),
    };
    let added = args.add_numbers.map(|count| AddedNumbers {
        count: count as usize,
        region: args.region,
        capabilities,
    });
    let mut retire = Vec::new();
    for said in &args.retire {
        retire.push(number(board, community, said).await?);
    }
    Ok(WhatIf {
        add: added.into_iter().collect(),
        more_contacts: args.more_contacts.unwrap_or(0) as usize,
        retire,
    })
}

/// The number with that id or those digits.
async fn number(board: &Switchboard, community: CommunityId, said: &str) -> Result<NumberId> {
    if let Ok(id) = said.parse::<NumberId>() {
        return Ok(id);
    }
    let number: E164 = said
        .parse()
        .map_err(|e| Failure::wrong(vec![format!("--retire {said}: {e}")]))?;
    match board.find_number(community, number).await? {
        Some(found) => Ok(found.id),
        None => Err(Failure::failed(format!(
            "{number} is no number of this community"
        ))),
    }
}

/// For people.
fn text(capacity: &Capacity, fullest: &[MemberCapacity]) -> String {
    let mut parts = vec![
        capacity.explained.clone(),
        format!(
            "{} members, {} contacts, {} usable numbers; {} tables are full, {} will be within a year, {} can receive nobody",
            capacity.members,
            capacity.contacts,
            capacity.usable,
            capacity.full,
            capacity.running_out,
            capacity.not_receiving
        ),
    ];
    let mut numbers = sheet(&["pool", "region", "can", "active", "draining"]);
    for group in &capacity.numbers {
        numbers.add_row([
            group.name.clone(),
            group.region.clone().unwrap_or_default(),
            crate::domain::choice::listed(group.capabilities),
            group.active.to_string(),
            group.draining.to_string(),
        ]);
    }
    parts.push(numbers.to_string());
    let mut fill = sheet(&["table taken", "members"]);
    for band in &capacity.fill {
        let share = format!("{} to {} %", band.from_percent, band.to_percent);
        fill.add_row([share, band.members.to_string()]);
    }
    parts.push(fill.to_string());
    let mut needed = sheet(&[
        "numbers needed",
        "usable",
        "now",
        "30 days",
        "90 days",
        "365 days",
    ]);
    let mut add = |what: String, usable: u64, all: &[Needed]| {
        let shown = |n: &Needed| match n.numbers.zip(n.at_most) {
            None => "unknown".to_owned(),
            Some((numbers, at_most)) if at_most == numbers => numbers.to_string(),
            Some((numbers, at_most)) => format!("{numbers} (at most {at_most})"),
        };
        let row = [what, usable.to_string()];
        needed.add_row(row.into_iter().chain(all.iter().map(shown)));
    };
    add("in all".into(), capacity.usable, &capacity.needed);
    for by in &capacity.regions {
        let name = by.region.as_deref().unwrap_or("no region");
        add(format!("{name}, {} members", by.members), by.usable, &by.needed);
    }
    for by in &capacity.capabilities {
        add(format!("with {}", by.capability.word()), by.usable, &by.needed);
    }
    parts.push(needed.to_string());
    for (title, members) in [("fullest", fullest), ("first to run out", &capacity.first_out)] {
        if !members.is_empty() {
            parts.push(table(title, members));
        }
    }
    parts.join("\n\n")
}

fn sheet(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(header);
    table
}

fn table(title: &str, members: &[MemberCapacity]) -> String {
    let mut table = sheet(&[
        title,
        "name",
        "contacts",
        "cooling",
        "kept",
        "stopped",
        "free",
        "can receive",
        "90 days",
        "runs out",
    ]);
    for member in members {
        table.add_row([
            member.member.to_string(),
            member.name.clone(),
            member.contacts.to_string(),
            member.cooling.to_string(),
            member.kept.to_string(),
            member.stopped.to_string(),
            match member.missing {
                0 => member.free.to_string(),
                missing => format!("-{missing}"),
            },
            member.receivable.to_string(),
            format!("+{} -{}", member.made, member.let_go),
            runs_out(&member.runs_out),
        ]);
    }
    table.to_string()
}

fn runs_out(runs_out: &RunsOut) -> String {
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    match (runs_out.outlook, runs_out.at, runs_out.earliest) {
        (OutlookWord::Around, Some(at), Some(earliest)) => {
            let latest = runs_out.latest.map_or("after a year".to_owned(), day);
            format!("{} ({} to {latest})", day(at), day(earliest))
        }
        (OutlookWord::Full, ..) => "is full".into(),
        (OutlookWord::NotWithinAYear, _, Some(earliest)) => {
            format!("not within a year (hardly before {})", day(earliest))
        }
        (OutlookWord::NotWithinAYear, ..) => "not within a year".into(),
        _ => "too little history".into(),
    }
}
