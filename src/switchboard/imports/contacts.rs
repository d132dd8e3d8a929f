//! Rows of pairs: each is made as any contact is, and fails for itself.

use std::collections::{BTreeMap, HashMap};

use super::rows::{Content, Named, refusal};
use super::{Outcome, Row, Scope};
use crate::domain::E164;
use crate::domain::assignment::Origin;
use crate::domain::history::Why;
use crate::domain::id::MemberId;
use crate::store::imports::{self, LineRow};
use crate::store::scratch::Scratch;
use crate::store::{Conn, MaybeTransient, assignments, devices, member_references, members};
use crate::switchboard::assign::{self, Loads};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::{Context, communities};

/// What some rows came to.
pub(super) struct Made {
    /// Of as many rows as there was time for, one at least.
    pub outcomes: Vec<Outcome>,
    /// Other pairs gave way.
    pub made_room: bool,
}

/// Makes pairs until it is enough. A dry run notes in `scratch` from which lines they came. The caller adds `loads` when
/// all rows of its transaction are done: whoever holds numbers' rows must not go on to lock members.
pub(super) fn make(
    conn: &mut Conn,
    scratch: Option<&mut Scratch>,
    ctx: &Context,
    scope: Scope,
    rows: &[Row],
    is_enough: &dyn Fn() -> bool,
    loads: &mut Loads,
) -> Result<Made> {
    conn.plan_afresh()?;
    let policy = communities::require(conn, scope.community)?.policy;
    let ids = ids(conn, scope, rows)?;
    let id = |named: &Named| match named {
        Named::Id(id) => Some(*id),
        other => ids.get(other).copied(),
    };
    let pairs = rows.iter().filter_map(|row| match &row.content {
        Ok(Content::Pair(member, contact)) => Some((id(member)?, id(contact)?)),
        _ => None,
    });
    let (owners, others): (Vec<MemberId>, Vec<MemberId>) = pairs.unzip();
    // All at once and in their order, so that two of these never wait for each other crosswise.
    let all: Vec<MemberId> = owners.iter().chain(&others).copied().collect();
    members::lock(conn, scope.community, &all)?;
    let mut scratch = scratch.map(|scratch| &mut scratch.conn);
    let mut seen: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    let mut notes = Vec::new();
    let mut made = Made {
        outcomes: Vec::with_capacity(rows.len()),
        made_room: false,
    };
    for row in rows {
        let outcome = match &row.content {
            Err(refused) => Outcome::Refused(refused.clone()),
            Ok(Content::Member(_)) => continue,
            Ok(Content::Pair(member, contact)) => match (id(member), id(contact)) {
                (None, _) => unknown("member", member),
                (_, None) => unknown("contact", contact),
                (Some(member), Some(contact)) => {
                    let key = (member.as_i64(), contact.as_i64());
                    let before = assignments::by_contact(conn, scope.community, member, contact)?;
                    let is_chosen = before.is_some_and(|row| row.origin == Origin::Chosen);
                    let line = match (seen.get(&key), &mut scratch) {
                        (Some(line), _) => Some(*line),
                        (None, Some(scratch)) => {
                            imports::line_of(scratch, scope.community, scope.import, key)?
                        }
                        (None, None) => imports::line_of(conn, scope.community, scope.import, key)?,
                    };
                    let outcome = match line {
                        Some(line) => {
                            Outcome::Refused(refusal("repeated", format!("repeats the pair of line {line}")))
                        }
                        None if is_chosen => Outcome::Unchanged,
                        None => {
                            let (outcome, made_room) =
                                one(conn, ctx, scope, &policy, (member, contact), loads)?;
                            made.made_room |= made_room;
                            outcome
                        }
                    };
                    if !matches!(outcome, Outcome::Refused(_)) {
                        let line = i64::try_from(row.line).unwrap_or(i64::MAX);
                        seen.insert(key, line);
                        notes.push(LineRow {
                            community_id: scope.community.as_i64(),
                            import_id: scope.import.as_i64(),
                            member_id: key.0,
                            contact_id: key.1,
                            line,
                        });
                    }
                    outcome
                }
            },
        };
        made.outcomes.push(outcome);
        if is_enough() {
            break;
        }
    }
    imports::note_lines(scratch.unwrap_or(conn), &notes)?;
    Ok(made)
}

/// Who is meant by phones and references.
fn ids(conn: &mut Conn, scope: Scope, rows: &[Row]) -> Result<HashMap<Named, MemberId>> {
    let (mut phones, mut references) = (Vec::new(), Vec::new());
    for row in rows {
        let Ok(Content::Pair(member, contact)) = &row.content else {
            continue;
        };
        for named in [member, contact] {
            match named {
                Named::Phone(phone) => phones.push(phone.as_i64()),
                Named::Reference(reference) => references.push(reference.as_str()),
                Named::Id(_) => {}
            }
        }
    }
    let mut ids = HashMap::new();
    for (phone, member) in devices::owners(conn, scope.community, &phones)? {
        let phone = E164::from_i64(phone).map(Named::Phone);
        ids.extend(phone.map(|phone| (phone, MemberId::from_i64(member))));
    }
    for row in member_references::find(conn, scope.community, &references)? {
        ids.insert(Named::Reference(row.reference), MemberId::from_i64(row.member_id));
    }
    Ok(ids)
}

fn unknown(what: &str, named: &Named) -> Outcome {
    let told = match named {
        Named::Phone(phone) => format!(
            "{what}: nobody in this community has the phone {}",
            phone.masked()
        ),
        _ => format!("{what}: nobody in this community has that reference"),
    };
    Outcome::Refused(refusal("unknown_member", told))
}

fn one(
    conn: &mut Conn,
    ctx: &Context,
    scope: Scope,
    policy: &crate::domain::policy::Policy,
    pair: (MemberId, MemberId),
    loads: &mut Loads,
) -> Result<(Outcome, bool)> {
    let (mark, kept) = (ctx.events.mark(), loads.clone());
    let made = conn.savepoint(|conn| {
        assign::assign_because(conn, ctx, policy, scope.community, pair, Why::Imported, loads)
    });
    match made {
        Ok(pair) => Ok((Outcome::Added, pair.made_room)),
        Err(error) if error.is_transient() => Err(error),
        Err(error @ SwitchboardError::Store(_)) => Err(error),
        Err(error) => {
            ctx.events.rewind(mark);
            *loads = kept;
            Ok((Outcome::Refused(refusal(error.code(), error.to_string())), false))
        }
    }
}
