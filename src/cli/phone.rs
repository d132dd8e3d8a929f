//! `phone`: freezes a lost phone, thaws it, and puts a new one in its place.

use comfy_table::{Table, presets};

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::E164;
use crate::domain::id::{CommunityId, DeviceId, MemberId};
use crate::switchboard::{
    NewPhone, OwnerSettlement, PhoneChange, PhoneConflictKind, ReferenceFate, Settlement, Switchboard,
};

/// The commands of `phone`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Freeze a lost phone: nothing goes to it, nothing from it is accepted.
    Freeze(Which),
    /// Thaw a phone that was found again.
    Thaw(Which),
    /// Put a new phone in the place of one; every contact keeps its number.
    Replace(Replace),
}

/// A phone of a community.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The phone, as +14155550151.
    phone: E164,
    /// Its community, by name or id.
    #[arg(long)]
    community: String,
}

/// Arguments of `phone replace`.
#[derive(Debug, clap::Args)]
pub struct Replace {
    #[command(flatten)]
    which: Which,
    /// The new phone.
    #[arg(long, value_name = "PHONE")]
    with: E164,
    /// What becomes of a contact whose number is somebody else on the new phone: mem_…=move or mem_…=drop; may be
    /// repeated.
    #[arg(long, value_name = "CONTACT=HOW", value_parser = settled)]
    settle: Vec<(MemberId, Settlement)>,
    /// What becomes of all others.
    #[arg(long, value_name = "HOW", value_parser = settlement)]
    otherwise: Option<Settlement>,
    /// What becomes of the member whose phone the new one is: merge or take.
    #[arg(long, value_name = "HOW", value_parser = owner)]
    owner: Option<OwnerSettlement>,
    /// Say what stands against it and what would be done; change nothing.
    #[arg(long)]
    dry_run: bool,
}

fn settlement(word: &str) -> std::result::Result<Settlement, String> {
    match word {
        "move" => Ok(Settlement::Move),
        "drop" => Ok(Settlement::Drop),
        _ => Err("allowed are move (to another number) and drop (release the contact)".into()),
    }
}

fn owner(word: &str) -> std::result::Result<OwnerSettlement, String> {
    match word {
        "merge" => Ok(OwnerSettlement::Merge),
        "take" => Ok(OwnerSettlement::Take),
        _ => Err("allowed are merge (they are the same person) and take (they lose the phone)".into()),
    }
}

fn settled(text: &str) -> std::result::Result<(MemberId, Settlement), String> {
    let (contact, how) = text
        .split_once('=')
        .ok_or("write it as mem_…=move or mem_…=drop")?;
    let contact = contact.parse().map_err(|error| format!("{error}"))?;
    Ok((contact, settlement(how)?))
}

/// Runs one of the commands.
pub fn run(config: &Config, command: Command, out: Output) -> Result<()> {
    app::command_runtime()?.block_on(async {
        let board = app::command_board(config, app::open_for_writing(config)?);
        match command {
            Command::Freeze(which) => freeze(&board, &which, true, out).await,
            Command::Thaw(which) => freeze(&board, &which, false, out).await,
            Command::Replace(args) => replace(&board, args, out).await,
        }
    })
}

/// The community, member and device of a phone.
async fn find(board: &Switchboard, which: &Which) -> Result<(CommunityId, MemberId, DeviceId)> {
    let community = find_community(board, &which.community).await?.id;
    let found = board.members(community, Some(which.phone), None, 1).await?;
    let place = found.first().and_then(|member| {
        let device = member
            .devices
            .iter()
            .find(|device| device.phone == Some(which.phone))?;
        Some((community, member.id, device.id))
    });
    place.ok_or_else(|| {
        let told = format!("{} is nobody's phone in `{}`", which.phone, which.community);
        Failure::failed(told)
    })
}

async fn freeze(board: &Switchboard, which: &Which, frozen: bool, out: Output) -> Result<()> {
    let (community, member, id) = find(board, which).await?;
    let device = match frozen {
        true => board.freeze_phone(community, member, id).await?,
        false => board.thaw_phone(community, member, id).await?,
    };
    out.print(&device, || match device.frozen_at {
        Some(at) => format!("{id} of {member} is frozen since {at}"),
        None => format!("{id} of {member} is in use"),
    });
    Ok(())
}

async fn replace(board: &Switchboard, args: Replace, out: Output) -> Result<()> {
    let (community, member, id) = find(board, &args.which).await?;
    let new = NewPhone {
        phone: args.with,
        settle: args.settle.into_iter().collect(),
        otherwise: args.otherwise,
        owner: args.owner,
    };
    let change = match args.dry_run {
        true => board.rehearse_replacing(community, member, id, new).await?,
        false => board.replace_phone(community, member, id, new).await?,
    };
    out.print(&change, || text(member, &change));
    Ok(())
}

fn kind(kind: PhoneConflictKind) -> &'static str {
    match kind {
        PhoneConflictKind::InUse => "in use",
        PhoneConflictKind::Remembered => "remembered",
        PhoneConflictKind::Stopped => "stopped",
    }
}

fn text(member: MemberId, change: &PhoneChange) -> String {
    let mut lines = Vec::new();
    if let Some(owner) = &change.owner {
        let who = if owner.guest { "guest" } else { "member" };
        let how = match owner.settled {
            Some(OwnerSettlement::Merge) => format!(
                "merge: {} become {member}'s, {} end",
                owner.merged, owner.released
            ),
            Some(OwnerSettlement::Take) => format!("take: {} end", owner.released),
            None => "not settled: --owner merge, or --owner take".to_owned(),
        };
        lines.push(format!(
            "phone of {who} {} with {} contacts; {how}",
            owner.member, owner.pairs
        ));
        if let (Some(reference), Some(fate)) = (&owner.reference, owner.reference_becomes) {
            let becomes = match fate {
                ReferenceFate::Kept => "stays theirs".to_owned(),
                ReferenceFate::Members => format!("becomes {member}'s"),
                ReferenceFate::Dropped => "is dropped".to_owned(),
            };
            lines.push(format!("their reference `{reference}` {becomes}"));
        }
    }
    if !change.conflicts.is_empty() {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header([
            "contact",
            "number",
            "on the new phone",
            "who it is there",
            "settled",
            "new number",
        ]);
        for conflict in &change.conflicts {
            table.add_row([
                conflict.contact.to_string(),
                conflict.number.to_string(),
                kind(conflict.kind).to_owned(),
                conflict
                    .stood_for
                    .map_or("somebody elsewhere".to_owned(), |who| who.to_string()),
                match conflict.settled {
                    Some(Settlement::Move) => "move".to_owned(),
                    Some(Settlement::Drop) => "drop".to_owned(),
                    None => "no: --settle, or --otherwise".to_owned(),
                },
                conflict
                    .new_number
                    .map_or(String::new(), |number| number.to_string()),
            ]);
        }
        lines.push(table.trim_fmt());
    }
    lines.push(match (change.applied, change.settled) {
        (true, _) => format!(
            "{} has the new phone; {} contacts keep their numbers",
            member, change.kept
        ),
        (false, true) => format!(
            "nothing stands against it; {} contacts would keep their numbers",
            change.kept
        ),
        (false, false) => "it cannot be done before everything is settled".to_owned(),
    });
    lines.join("\n")
}
