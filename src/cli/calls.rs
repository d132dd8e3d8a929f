//! `calls`: the latest calls, or one of them as a ladder of what passed on both legs.

use comfy_table::Table;

use super::failure::Result;
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::domain::call::{Cause, State};
use crate::domain::id::{CallId, MemberId};
use crate::switchboard::switching::{CallLeg, CallStep, LegQuality};
use crate::switchboard::{Call, CallDetail, CallQuery};

/// Columns between two lines of a ladder.
const RUNG: usize = 26;

/// Arguments of `calls`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show this call step by step.
    call: Option<CallId>,
    /// Only those of this community (name or id).
    #[arg(long, conflicts_with = "call")]
    community: Option<String>,
    /// Only those from or to this member.
    #[arg(long, requires = "community")]
    member: Option<MemberId>,
    /// Only those that stand there: ringing, answered or ended.
    #[arg(long, conflicts_with = "call", value_parser = state)]
    state: Option<State>,
    /// Only those that ended so, as in busy or no_answer.
    #[arg(long, conflicts_with = "call", value_parser = cause)]
    cause: Option<Cause>,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

fn state(word: &str) -> std::result::Result<State, String> {
    let allowed = || State::ALL.map(State::word).join(", ");
    State::from_word(word).ok_or_else(|| format!("allowed are {}", allowed()))
}

fn cause(word: &str) -> std::result::Result<Cause, String> {
    let allowed = || Cause::ALL.map(Cause::word).join(", ");
    Cause::from_word(word).ok_or_else(|| format!("allowed are {}", allowed()))
}

/// Lists calls, or shows one.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let db = app::open_for_reading(config)?;
    app::command_runtime()?.block_on(async {
        let board = app::command_board(config, db);
        if let Some(id) = args.call {
            let (_, call) = board.call_anywhere(id).await?;
            out.print(&call, || ladder(&call));
            return Ok(());
        }
        let query = CallQuery {
            member: args.member,
            state: args.state,
            cause: args.cause,
            ..CallQuery::default()
        };
        let mut found = Vec::new();
        if let Some(said) = &args.community {
            let community = find_community(&board, said).await?;
            found = board.calls(community.id, query, None, args.limit).await?;
        } else {
            let mut after = None;
            loop {
                let page = board.communities(after, 500).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                for community in page {
                    found.extend(board.calls(community.id, query, None, args.limit).await?);
                }
                found.sort_unstable_by_key(|call| std::cmp::Reverse(call.id));
                found.truncate(usize::try_from(args.limit).unwrap_or(usize::MAX));
            }
        }
        out.print(&found, || table(&found));
        Ok(())
    })
}

fn table(calls: &[Call]) -> String {
    if calls.is_empty() {
        return "no calls".into();
    }
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header(["call", "began", "from", "to", "state", "cause", "talked"]);
    for call in calls {
        table.add_row([
            call.id.to_string(),
            call.began_at.to_string(),
            who(call.from),
            who(call.to),
            call.state.word().to_owned(),
            outcome(call),
            call.duration_s.map_or(String::new(), |s| format!("{s} s")),
        ]);
    }
    table.to_string()
}

fn who(member: Option<MemberId>) -> String {
    member.map_or_else(|| "a stranger".into(), |m| m.to_string())
}

fn outcome(call: &Call) -> String {
    match (call.cause, call.reason) {
        (Some(_), Some(reason)) => reason.word().to_owned(),
        (Some(cause), None) => cause.word().to_owned(),
        _ => String::new(),
    }
}

/// One call: what it was, every step between the three, and how it sounded.
fn ladder(detail: &CallDetail) -> String {
    let call = &detail.call;
    let mut lines = vec![format!(
        "{} from {} to {}: {} {}",
        call.id,
        who(call.from),
        who(call.to),
        call.state.word(),
        outcome(call)
    )];
    if let Some(reason) = call.reason {
        lines.push(format!("   {}", reason.sentence()));
    }
    if let Some(by) = call.ended_by {
        let status = call.sip_status.map_or(String::new(), |s| format!(", SIP {s}"));
        lines.push(format!("   ended by the {}{status}", by.word()));
    }
    match (call.state, detail.steps.is_empty()) {
        (State::Ended, true) => lines.push("   no steps were kept: nothing was sent for it".into()),
        (_, true) => lines.push("   the steps are written when it is over".into()),
        (_, false) => lines.extend(rungs(&detail.steps, call.began_at)),
    }
    if let Some(quality) = call.quality {
        for (name, leg) in [("caller", quality.caller), ("callee", quality.callee)] {
            if let Some(leg) = leg {
                lines.push(sound(name, leg));
            }
        }
    }
    lines.join("\n")
}

fn sound(name: &str, leg: LegQuality) -> String {
    let mos = leg
        .mos
        .map_or(String::new(), |mos| format!(", MOS about {mos:.1}"));
    format!(
        "   sound from the {name}: {} packets, {} lost, jitter {:.1} ms{mos}",
        leg.packets, leg.lost, leg.jitter_ms
    )
}

fn rungs(steps: &[CallStep], began: Timestamp) -> Vec<String> {
    let gap = " ".repeat(RUNG);
    let mut lines = vec![format!(
        "{:>10}  caller{}broker{}callee",
        "s",
        " ".repeat(RUNG - 5),
        " ".repeat(RUNG - 5)
    )];
    for step in steps {
        // The exchange's clock may have been read a moment later than the edge's.
        let after = step.at.since(began).max(0) as f64 / 1000.0;
        let what: String = step.what.chars().take(RUNG - 6).collect();
        // Towards the right: what the caller sends, and what the broker sends to the callee.
        let rightwards = step.inbound == (step.leg == CallLeg::Caller);
        let fill = "-".repeat(RUNG - 4 - what.chars().count());
        let arrow = match rightwards {
            true => format!("- {what} {fill}>"),
            false => format!("<{fill} {what} -"),
        };
        let trunk = step.trunk.as_ref().map_or(String::new(), |t| format!("  {t}"));
        lines.push(match step.leg {
            CallLeg::Caller => format!("{after:>10.3}     |{arrow}|{gap}|{trunk}"),
            CallLeg::Callee => format!("{after:>10.3}     |{gap}|{arrow}|{trunk}"),
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(ms: i64, leg: CallLeg, inbound: bool, what: &str) -> CallStep {
        CallStep {
            at: Timestamp(1_000 + ms),
            leg,
            inbound,
            what: what.into(),
            trunk: None,
        }
    }

    #[test]
    fn a_ladder_points_the_way_each_message_went() {
        let steps = [
            step(0, CallLeg::Caller, true, "INVITE"),
            step(2, CallLeg::Callee, false, "INVITE"),
            step(90, CallLeg::Callee, true, "180 Ringing"),
            step(91, CallLeg::Caller, false, "180 Ringing"),
        ];
        let lines = rungs(&steps, Timestamp(1_000));
        assert_eq!(
            lines,
            [
                "         s  caller                     broker                     callee",
                "     0.000     |- INVITE ---------------->|                          |",
                "     0.002     |                          |- INVITE ---------------->|",
                "     0.090     |                          |<----------- 180 Ringing -|",
                "     0.091     |<----------- 180 Ringing -|                          |",
            ]
        );
    }

    #[test]
    fn a_step_that_is_too_long_is_cut_and_breaks_nothing() {
        let lines = rungs(&[step(0, CallLeg::Callee, true, &"é".repeat(300))], Timestamp(0));
        assert_eq!(lines[1].chars().count(), lines[1].trim_end().chars().count());
        assert!(lines[1].ends_with('|'));
    }
}
