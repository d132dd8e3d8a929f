//! Rows of members, some at a time: what is known of them is read by a query a table, and what they make is written
//! likewise. A new member's table is empty, so that nothing that their phone remembers can stand against it.

use std::collections::HashSet;

use super::plan::{Facts, Fate, Known, decide};
use super::rows::{Content, MemberToBe, Refusal};
use super::{Outcome, Row, Scope};
use crate::domain::E164;
use crate::domain::id::{DeviceKind, MemberId, MemberKind};
use crate::domain::person_name;
use crate::store::devices::{self, DeviceRow};
use crate::store::imports::{self, LineRow};
use crate::store::member_references::{self, ReferenceRow};
use crate::store::members::{self, MemberRow};
use crate::store::scratch::Scratch;
use crate::store::{Conn, numbers, opt_outs};
use crate::switchboard::error::Result;
use crate::switchboard::{Context, erase, history, phone_hashes};

/// What rows came to, and what is to be written for it.
pub(super) struct Planned {
    pub outcomes: Vec<Outcome>,
    members: Vec<MemberRow>,
    devices: Vec<DeviceRow>,
    references: Vec<ReferenceRow>,
    lines: Vec<LineRow>,
}

/// Looks what becomes of rows. With `scratch` that counts as well which a dry run has put there.
pub(super) fn plan(
    conn: &mut Conn,
    mut scratch: Option<&mut Scratch>,
    ctx: &Context,
    scope: Scope,
    rows: &[Row],
) -> Result<Planned> {
    conn.plan_afresh()?;
    let phones: Vec<E164> = to_be(rows)
        .flat_map(|row| row.phones.iter().map(|(phone, _)| *phone))
        .collect();
    if scratch.is_none() {
        // No pool number may become somebody's phone, and no phone two members', while this goes on.
        numbers::hold_all(conn, phones.iter().copied())?;
    }
    let erasing = erase::going(conn, scope.community, &phones)?;
    let phones: Vec<i64> = phones.into_iter().map(E164::as_i64).collect();
    if scratch.is_none() {
        // What was kept of phones when owners of them were erased.
        phone_hashes::restore_all(conn, scope.community, &phones)?;
    }
    let mut facts = Facts {
        pool_numbers: numbers::in_service(conn, &phones)?
            .into_iter()
            .filter_map(E164::from_i64)
            .collect(),
        erasing: erasing.into_iter().collect(),
        ..Facts::default()
    };
    let stopped: HashSet<i64> = opt_outs::stopped_all(conn, scope.community, &phones)?
        .into_iter()
        .collect();
    read(conn, &mut facts, scope, rows, &phones)?;
    if let Some(scratch) = &mut scratch {
        read(&mut scratch.conn, &mut facts, scope, rows, &phones)?;
        lines(&mut scratch.conn, &mut facts, scope)?;
    } else {
        lines(conn, &mut facts, scope)?;
    }
    let mut planned = Planned {
        outcomes: Vec::with_capacity(rows.len()),
        members: Vec::new(),
        devices: Vec::new(),
        references: Vec::new(),
        lines: Vec::new(),
    };
    for row in rows {
        let member = match &row.content {
            Ok(Content::Member(member)) => member,
            Ok(Content::Pair(..)) => continue,
            Err(refused) => {
                planned.outcomes.push(Outcome::Refused(refused.clone()));
                continue;
            }
        };
        let fate = decide(&mut facts, row.line, member, || ctx.id::<MemberKind>());
        let outcome = match fate {
            Fate::Added(id) => {
                planned.add(ctx, scope, id, member, &stopped);
                planned.note(scope, id, row.line);
                Outcome::Added
            }
            Fate::Unchanged(id) => {
                // The first line that says so is the one that is named.
                if facts.members.get(&id).and_then(|known| known.line) == Some(row.line) {
                    planned.note(scope, id, row.line);
                }
                Outcome::Unchanged
            }
            Fate::Refused(Refusal { reason, sentence }) => Outcome::Refused(Refusal { reason, sentence }),
        };
        planned.outcomes.push(outcome);
    }
    Ok(planned)
}

fn to_be(rows: &[Row]) -> impl Iterator<Item = &MemberToBe> {
    rows.iter().filter_map(|row| match &row.content {
        Ok(Content::Member(member)) => Some(member),
        _ => None,
    })
}

/// Reads who has these phones and references.
fn read(conn: &mut Conn, facts: &mut Facts, scope: Scope, rows: &[Row], phones: &[i64]) -> Result<()> {
    let mut found = HashSet::new();
    for (phone, member) in devices::owners(conn, scope.community, phones)? {
        found.insert(member);
        facts
            .phones
            .extend(E164::from_i64(phone).map(|phone| (phone, MemberId::from_i64(member))));
    }
    let references: Vec<&str> = to_be(rows).filter_map(|row| row.reference.as_deref()).collect();
    for row in member_references::find(conn, scope.community, &references)? {
        found.insert(row.member_id);
        facts
            .references
            .insert(row.reference, MemberId::from_i64(row.member_id));
    }
    let found: Vec<i64> = found.into_iter().collect();
    for row in members::some(conn, scope.community, &found)? {
        let known = Known {
            name: row.name,
            guest: row.guest,
            reference: None,
            line: None,
        };
        facts.members.insert(MemberId::from_i64(row.id), known);
    }
    for row in member_references::of_members(conn, scope.community, &found)? {
        if let Some(known) = facts.members.get_mut(&MemberId::from_i64(row.member_id)) {
            known.reference = Some(row.reference);
        }
    }
    Ok(())
}

/// Reads from which lines of this file they came.
fn lines(conn: &mut Conn, facts: &mut Facts, scope: Scope) -> Result<()> {
    let known: Vec<i64> = facts.members.keys().map(|id| id.as_i64()).collect();
    for row in imports::lines_of(conn, scope.community, scope.import, &known)? {
        if let Some(known) = facts.members.get_mut(&MemberId::from_i64(row.member_id)) {
            known.line = u64::try_from(row.line).ok();
        }
    }
    Ok(())
}

impl Planned {
    fn add(&mut self, ctx: &Context, scope: Scope, id: MemberId, row: &MemberToBe, stopped: &HashSet<i64>) {
        let community_id = scope.community.as_i64();
        self.members.push(MemberRow {
            community_id,
            id: id.as_i64(),
            name: row.name.clone(),
            guest: row.guest,
            created_at: ctx.now.0,
            // Nobody is shown to others who did not agree.
            listed: false,
            name_key: person_name::key(&row.name),
            named_at: None,
            time_zone: None,
        });
        self.devices
            .extend(row.phones.iter().map(|(phone, region)| DeviceRow {
                community_id,
                id: ctx.id::<DeviceKind>().as_i64(),
                member_id: id.as_i64(),
                phone: phone.as_i64(),
                region: region.map(|region| region.to_string()),
                // The opt-out is the phone's, whoever owns it now.
                stopped_all: stopped.contains(&phone.as_i64()),
                created_at: ctx.now.0,
                frozen_at: None,
            }));
        self.references
            .extend(row.reference.iter().map(|reference| ReferenceRow {
                community_id,
                reference: reference.clone(),
                member_id: id.as_i64(),
            }));
    }

    fn note(&mut self, scope: Scope, id: MemberId, line: u64) {
        self.lines.push(LineRow {
            community_id: scope.community.as_i64(),
            import_id: scope.import.as_i64(),
            member_id: id.as_i64(),
            contact_id: 0,
            line: i64::try_from(line).unwrap_or(i64::MAX),
        });
    }

    /// Writes what was planned, and in the history whose the phones are now.
    pub fn apply(&self, conn: &mut Conn, ctx: &Context) -> Result<()> {
        self.write(conn)?;
        history::note_new_phones(conn, ctx, &self.devices)
    }

    /// Writes what was planned where it is thrown away: nobody asks that for its history.
    pub fn try_out(&self, scratch: &mut Scratch) -> Result<()> {
        self.write(&mut scratch.conn)
    }

    fn write(&self, conn: &mut Conn) -> Result<()> {
        members::insert_many(conn, &self.members)?;
        devices::insert_many(conn, &self.devices)?;
        member_references::insert(conn, &self.references)?;
        Ok(imports::note_lines(conn, &self.lines)?)
    }
}
