//! The most important of a capacity in one sentence: whose table, which numbers, what would help.

use super::tally::Counted;
use super::views::Capacity;
use super::walk::Walk;
use super::world::World;
use crate::domain::choice::{self, Shortage, listed};
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
        let largest = capacity.needed.first().and_then(|now| now.numbers);
        let add = numbers(largest.unwrap_or(1).max(1));
        return Ok(format!(
            "no number in service can stand for a new contact: nobody can make one; add {add} at least"
        ));
    }
    let room = counted.room;
    if room.free < world.extra || (room.free == world.extra && world.extra > 0) {
        return lacking(conn, walk, world, counted);
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

/// A table as it stands in the way of a contact.
fn in_the_way(conn: &mut Conn, walk: &Walk, world: &World, counted: &Counted) -> Result<(Shortage, bool)> {
    let (community, member) = (walk.community, counted.member);
    let policy = communities::require(conn, community)?.policy;
    let phone = devices::primary(conn, community, member)?;
    let known = Known::read(conn, community, member, phone.as_ref())?;
    let (side, _) = known.side(member, None, walk.now);
    let (found, is_full) = choice::shortage_of(&world.candidates, needs(), &side);
    let told = shortage::explained(
        conn,
        walk.now,
        &policy,
        community,
        found,
        &world.candidates,
        &known,
    )?;
    Ok((told, is_full))
}

/// The very sentence that whoever adds a contact would get.
fn full(conn: &mut Conn, walk: &Walk, world: &World, counted: &Counted) -> Result<Option<String>> {
    let (told, is_full) = in_the_way(conn, walk, world, counted)?;
    Ok(is_full.then(|| told.to_string()))
}

/// What the contacts of a what-if lack.
fn lacking(conn: &mut Conn, walk: &Walk, world: &World, counted: &Counted) -> Result<String> {
    let (told, _) = in_the_way(conn, walk, world, counted)?;
    let (room, missing) = (counted.room, world.extra - counted.room.free);
    // Numbers that would be added count as well.
    let told = Shortage {
        usable: room.usable,
        needed: missing,
        ..told
    };
    let (lacks, help) = match missing {
        0 => ("is just full".to_owned(), String::new()),
        n => (
            format!("lacks {n}"),
            format!("; what would help: {}", told.help()),
        ),
    };
    Ok(format!(
        "with {} contacts more each, the table of {} {lacks}: {}{help}",
        world.extra,
        counted.member,
        told.held(),
    ))
}

/// Whether there are numbers enough for a year, where anybody can say.
fn enough(capacity: &Capacity) -> Option<String> {
    let year = capacity.needed.last()?;
    let (needed, missing) = (year.numbers?, year.missing?);
    let of = match year.without_history {
        0 => String::new(),
        n => format!(", {n} members left out of whom there is too little history"),
    };
    Some(match missing {
        0 => format!("for a year {needed} are needed, which there are{of}"),
        missing => format!("for a year {needed} are needed, so add {}{of}", numbers(missing)),
    })
}

fn foreseen(world: &World, capacity: &Capacity, fullest: &Counted) -> String {
    let enough = enough(capacity);
    let first = capacity.first_out.first();
    let first = first.and_then(|m| Some((m, m.runs_out.at?, m.runs_out.earliest?)));
    let Some((member, at, earliest)) = first else {
        let seen = match capacity.too_little_history {
            0 => "nobody is seen to run out within a year".to_owned(),
            all if all == capacity.members => "there is too little history to say who runs out".to_owned(),
            some => format!(
                "nobody is seen to run out within a year, but of {some} members there is too little history"
            ),
        };
        let enough = enough.map_or(String::new(), |enough| format!("; {enough}"));
        return format!(
            "{seen}: the fullest table, that of {}, takes {} of {} usable numbers{enough}",
            fullest.member,
            fullest.room.taken() + world.extra,
            world.usable,
        );
    };
    let bounds = match member.runs_out.latest {
        Some(latest) => format!("nine chances in ten: between {earliest} and {latest}"),
        None => format!("hardly before {earliest}"),
    };
    let enough = enough.unwrap_or_else(|| {
        let some = capacity.too_little_history;
        format!("of {some} members there is too little history to say how many numbers a year takes")
    });
    format!(
        "{} is seen to run out first, by their own rate around {at} ({bounds}): {} of {} usable numbers are taken; {enough}",
        member.member,
        member.usable.saturating_sub(member.free),
        member.usable,
    )
}
