//! The most important of a capacity in one sentence: whose table, which numbers, what would help.

use super::tally::Counted;
use super::views::{Capacity, MemberCapacity, OutlookWord};
use super::walk::Walk;
use super::world::World;
use crate::domain::choice::{self, listed};
use crate::store::{Conn, devices};
use crate::switchboard::assign::needs;
use crate::switchboard::error::Result;
use crate::switchboard::side::Known;
use crate::switchboard::{communities, shortage};

fn numbers(count: u64) -> String {
    match count {
        1 => format!("1 number with {}", listed(needs())),
        n => format!("{n} numbers with {}", listed(needs())),
    }
}

pub(super) fn explain(
    conn: &mut Conn,
    walk: &Walk,
    world: &World,
    capacity: &Capacity,
    fullest: Option<&Counted>,
) -> Result<String> {
    let Some(counted) = fullest else {
        return Ok("there are no members yet".into());
    };
    if world.usable == 0 {
        let add = numbers(counted.contacts.max(1) as u64);
        return Ok(format!(
            "no number in service can stand for a new contact: nobody can make one; add {add} at least"
        ));
    }
    let room = counted.room;
    if room.free < world.extra || (room.free == world.extra && world.extra > 0) {
        let missing = (world.extra - room.free) as u64;
        let (lacks, help) = match missing {
            0 => ("is just full".to_owned(), String::new()),
            n => (
                format!("lacks {n}"),
                format!("; what would help: add {}", numbers(n)),
            ),
        };
        return Ok(format!(
            "with {} contacts more each, the table of {} {lacks}: of {} usable numbers ({}) {} are in use, {} cool down, \
             {} are kept for former contacts and {} were stopped by that phone{help}",
            world.extra,
            counted.member,
            room.usable,
            listed(needs()),
            room.used,
            room.cooling,
            room.kept,
            room.stopped,
        ));
    }
    if room.free == 0
        && let Some(sentence) = full(conn, walk, world, counted)?
    {
        return Ok(match capacity.full {
            0 | 1 => sentence,
            2 => format!("{sentence}; 1 more table is full"),
            n => format!("{sentence}; {} more tables are full", n - 1),
        });
    }
    Ok(foreseen(world, capacity, counted))
}

/// The very sentence that whoever adds a contact would get.
fn full(conn: &mut Conn, walk: &Walk, world: &World, counted: &Counted) -> Result<Option<String>> {
    let (community, member) = (walk.community, counted.member);
    let policy = communities::require(conn, community)?.policy;
    let phone = devices::primary(conn, community, member)?;
    let known = Known::read(conn, community, member, phone.as_ref())?;
    let (side, _) = known.side(member, None, walk.now);
    let Some(found) = choice::shortage_of(&world.candidates, needs(), &side) else {
        return Ok(None);
    };
    let told = shortage::explained(
        conn,
        walk.now,
        &policy,
        community,
        found,
        &world.candidates,
        &known,
    )?;
    Ok(Some(told.to_string()))
}

fn foreseen(world: &World, capacity: &Capacity, fullest: &Counted) -> String {
    let year = capacity.needed.last();
    let enough = match year.map(|n| (n.numbers, n.missing)) {
        Some((needed, 0)) => format!("for a year {needed} are needed, which there are"),
        Some((needed, missing)) => format!("for a year {needed} are needed, so add {}", numbers(missing)),
        None => String::new(),
    };
    let is_around = |m: &&MemberCapacity| m.runs_out.outlook == OutlookWord::Around;
    let first = capacity.first_out.iter().find(is_around);
    let first = first.and_then(|m| Some((m, m.runs_out.at?, m.runs_out.earliest?)));
    let Some((member, at, earliest)) = first else {
        let seen = match capacity.too_little_history {
            0 => "nobody is seen to run out within a year".to_owned(),
            all if all == capacity.members => "there is too little history to say who runs out".to_owned(),
            some => format!(
                "nobody is seen to run out within a year, but of {some} members there is too little history"
            ),
        };
        return format!(
            "{seen}: the fullest table, that of {}, takes {} of {} usable numbers; {enough}",
            fullest.member,
            fullest.room.taken() + world.extra,
            world.usable,
        );
    };
    let latest = match member.runs_out.latest {
        Some(latest) => format!("between {earliest} and {latest}"),
        None => format!("hardly before {earliest}"),
    };
    format!(
        "{} runs out first, around {at} ({latest}): {} of {} usable numbers are taken; {enough}",
        member.member,
        member.usable.saturating_sub(member.free),
        member.usable,
    )
}
