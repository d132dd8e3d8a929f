//! `traffic`: how busy the numbers of a community are, or one pair.

use comfy_table::Table;

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::id::MemberId;
use crate::switchboard::{ContactRef, Latency, NumberTraffic, PairTraffic, PairWay};

/// Numbers read at once.
const PAGE: i64 = 500;

/// Arguments of `traffic`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// Only this pool number.
    #[arg(long, conflicts_with = "member")]
    number: Option<E164>,
    /// The pair of this member …
    #[arg(long, requires = "contact")]
    member: Option<MemberId>,
    /// … with this contact.
    #[arg(long, requires = "member")]
    contact: Option<MemberId>,
}

/// Shows what was sent, what waits, and what room is left.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let db = app::open_for_reading(config)?;
    app::command_runtime()?.block_on(async {
        let board = app::command_board(config, db);
        let community = find_community(&board, &args.community).await?.id;
        if let (Some(member), Some(contact)) = (args.member, args.contact) {
            let contact = ContactRef::Member(contact);
            let pair = board.pair_traffic(community, member, contact).await?;
            out.print(&pair, || pair_table(&pair));
            return Ok(());
        }
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = board.traffic(community, after, PAGE).await?;
            let is_last = (page.len() as i64) < PAGE;
            after = page.last().map(|last| last.id);
            found.extend(page);
            if is_last {
                break;
            }
        }
        if let Some(number) = args.number {
            found.retain(|row| row.number == number);
            if found.is_empty() {
                return Err(Failure::failed(format!(
                    "{number} is no pool number of that community"
                )));
            }
        }
        out.print(&found, || table(&found));
        Ok(())
    })
}

fn of_cap(sent: i64, cap: i64) -> String {
    match cap {
        0 => sent.to_string(),
        cap => format!("{sent} of {cap}"),
    }
}

fn seconds(s: Option<i64>) -> String {
    s.map_or(String::new(), |s| format!("{s} s"))
}

fn latency(of: Latency) -> String {
    match (of.p50_ms, of.p99_ms) {
        (Some(p50), Some(p99)) => format!("{p50} / {p99} ms"),
        _ => String::new(),
    }
}

fn table(rows: &[NumberTraffic]) -> String {
    if rows.is_empty() {
        return "no numbers".into();
    }
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header([
        "number",
        "room",
        "today",
        "campaign today",
        "a second",
        "waiting",
        "oldest",
        "p50 / p99",
    ]);
    for row in rows {
        let campaign = row.campaign_sent_today.zip(row.campaign_texts_per_day);
        table.add_row([
            row.number.to_string(),
            row.room.word().to_owned(),
            of_cap(row.sent_today, row.texts_per_day),
            campaign.map_or(String::new(), |(sent, cap)| of_cap(sent, cap)),
            format!("{:.2}", row.recent_per_s),
            row.waiting.to_string(),
            seconds(row.oldest_waiting_s),
            latency(row.latency),
        ]);
    }
    table.to_string()
}

fn pair_table(pair: &PairTraffic) -> String {
    let line = |name: &str, way: PairWay| {
        let since = match way.oldest_waiting_s {
            Some(s) => format!(", the oldest for {s} s"),
            None => String::new(),
        };
        let took = match way.latency.texts {
            0 => "none left in the last 24 hours".to_owned(),
            texts => format!("{texts} left, p50 / p99 {}", latency(way.latency)),
        };
        format!("{name}: {} waiting{since}; {took}", way.waiting)
    };
    [
        line("to the contact", pair.outgoing),
        line("to the member", pair.incoming),
    ]
    .join("\n")
}
