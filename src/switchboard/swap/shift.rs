//! One row of a pair gets another number, in its place: what waits leaves by the new one, the old one leads on for a
//! while, and the phone is told from the new one. On the contact's phone nothing changes.

use std::collections::{HashMap, HashSet};

use super::super::assign::{Loads, count};
use super::super::communities::Apps;
use super::super::error::Result;
use super::super::route::{self, Ruling};
use super::super::told::AssignmentMoved;
use super::super::{Context, books, changes, contacts, deliver, history, hours, notices, receipts};
use crate::domain::assignment::Assignment;
use crate::domain::history::Why;
use crate::domain::id::{
    AssignmentId, CommunityId, MemberId, MessageId, NumberId, OptInKind, OptOutKind, SwapId,
};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::Policy;
use crate::domain::swap::{Hearing, Telling, telling};
use crate::domain::{E164, Timestamp};
use crate::store::numbers::{self, NumberRow};
use crate::store::opt_ins::{self, OptInRow};
use crate::store::opt_outs::{self, OptOutRow};
use crate::store::outbox::{self, OutboxRow};
use crate::store::releases::{self, ReleaseRow};
use crate::store::{Conn, StoreError, deferred, devices, members, messages};

/// Longest name within a notice.
pub(in crate::switchboard) const MOST_NAME_CHARS: usize = 40;

/// What all rows of a transaction have in common.
pub(super) struct Shift<'a> {
    pub community: CommunityId,
    pub policy: &'a Policy,
    pub apps: Apps,
    pub swap: SwapId,
    pub why: Why,
    /// For how long the old number leads on.
    pub overlap_s: i64,
    /// What phones are told.
    pub notice: Option<&'a str>,
}

/// Texts that wait to go to the members of some rows, by the lanes of their mirrors. The outbox has no index for it, which
/// every text would pay for: it is read once for all rows, after their pairs are locked.
pub(super) struct Waiting(HashMap<i64, Vec<OutboxRow>>);

impl Waiting {
    pub fn read(conn: &mut Conn, community: CommunityId, mirrors: &[AssignmentId]) -> Result<Self> {
        // Urgent texts and notices, which overtake the others, have the lane's negative.
        let both = mirrors.iter().flat_map(|id| [id.as_i64(), -id.as_i64()]);
        let both: Vec<i64> = both.collect();
        let mut lanes: HashMap<i64, Vec<OutboxRow>> = HashMap::new();
        for row in outbox::of_lanes(conn, community, &both)? {
            lanes.entry(row.lane.abs()).or_default().push(row);
        }
        Ok(Self(lanes))
    }
}

/// Who hears of it when a row gets another number; `mirror` is the contact's row.
pub(super) fn hearing(
    conn: &mut Conn,
    community: CommunityId,
    apps: Apps,
    mirror: &Assignment,
    wanted: bool,
) -> Result<Hearing> {
    let pair = route::other_end(conn, community, apps, mirror.clone())?;
    let mute = !matches!(
        route::rule_on_text(&pair, false),
        Ruling::Bridge | Ruling::Refuse(Reason::RecipientFrozen)
    );
    let frozen = match &pair.device {
        Some(device) if device.is_frozen() => Some(true),
        Some(_) if deliver::ways(&pair).phone || mute => Some(false),
        _ => None,
    };
    Ok(Hearing { wanted, mute, frozen })
}

impl Shift<'_> {
    /// Who hears of it when the first row of a pair gets that number.
    pub fn telling(
        &self,
        conn: &mut Conn,
        [row, mirror]: &[Assignment; 2],
        (to, stopped): (NumberId, &HashSet<NumberId>),
    ) -> Result<Telling> {
        let mut hearing = hearing(conn, self.community, self.apps, mirror, self.notice.is_some())?;
        hearing.mute |= row.stopped || stopped.contains(&to);
        Ok(telling(hearing))
    }

    /// Withdraws what a swap before this one was to tell the member and has not told yet; whether there was anything.
    /// What a carrier is just being handed may arrive still.
    pub fn withdraw(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        mirror: &Assignment,
        waiting: &mut Waiting,
    ) -> Result<bool> {
        let lane = mirror.id.as_i64();
        let mut taken = Vec::new();
        if let Some(rows) = waiting.0.get_mut(&lane) {
            // Texts are somebody's.
            let notices = rows.extract_if(.., |row| row.member_id.is_none());
            for row in notices {
                if outbox::delete(conn, row.community_id, row.message_id, row.kind)? {
                    taken.push(row.message_id);
                }
            }
        }
        if self.apps.deferred {
            taken.extend(deferred::take_lane(conn, self.community, -lane)?);
        }
        for message in &taken {
            let ids = (self.community, MessageId::from_i64(*message));
            let reason = Some(Reason::PairReleased);
            receipts::advance(conn, ctx, ids, Status::Blocked, reason, None)?;
        }
        Ok(!taken.is_empty())
    }

    /// Moves the first row of a locked pair; by which text its member is told, if by any. `stopped` are the numbers that
    /// the member's phones have stopped.
    pub fn run(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        pair: &[Assignment; 2],
        (to, stopped, telling): (NumberId, &HashSet<NumberId>, Telling),
        waiting: &mut Waiting,
        loads: &mut Loads,
    ) -> Result<Option<MessageId>> {
        let community = self.community;
        let [row, mirror] = pair;
        let corrupt = StoreError::Corrupt("assignments.number_id");
        let number = numbers::get(conn, community, to)?.ok_or(corrupt)?;
        let [after, mirrored] = changes::put_on(conn, ctx, community, pair, (to, stopped.contains(&to)))?;
        let forwards_until = ctx.now.plus_s(self.overlap_s);
        let cool_until = forwards_until.plus_s(self.policy.cool_down_s);
        history::note_change(conn, ctx, community, (row, &after), (self.why, cool_until))?;
        let past = ReleaseRow {
            community_id: community.as_i64(),
            member_id: row.member.as_i64(),
            number_id: row.number.as_i64(),
            contact_id: row.contact.as_i64(),
            released_at: ctx.now.0,
            cool_until: cool_until.0,
            made_at: Some(row.created_at.0),
            // The contact has another number.
            memory_until: 0,
            forwards_until: forwards_until.0,
        };
        releases::record(conn, &past)?;
        count(loads, row.number, -1);
        count(loads, to, 1);
        self.carry_consent(conn, ctx, row, to)?;
        self.carry_stops(conn, ctx, row, to)?;
        self.withdraw(conn, ctx, mirror, waiting)?;
        self.leave_by(conn, ctx, mirror, &number, waiting)?;
        self.tell_apps(conn, ctx, row, [&after, &mirrored], forwards_until)?;
        if !row.pending {
            books::changed(conn, ctx, self.policy, community, &[row.member])?;
        }
        match telling {
            Telling::Phone | Telling::Frozen => self.tell(conn, ctx, pair, &number, forwards_until),
            Telling::AppOnly | Telling::Silent | Telling::NotWanted => Ok(None),
        }
    }

    /// What a phone has agreed to hear from the contact by the old number it has agreed to by the new one.
    fn carry_consent(&self, conn: &mut Conn, ctx: &Context, row: &Assignment, to: NumberId) -> Result<()> {
        let contact = row.contact.as_i64();
        for phone in devices::of_member(conn, self.community, row.member)? {
            let live = opt_ins::live(conn, self.community, phone.phone, row.number.as_i64())?;
            if let Some(live) = live.filter(|live| live.contact_id.is_none_or(|of| of == contact)) {
                let carried = OptInRow {
                    id: ctx.id::<OptInKind>().as_i64(),
                    number_id: to.as_i64(),
                    recorded_at: ctx.now.0,
                    ..live
                };
                opt_ins::record(conn, &carried)?;
            }
        }
        Ok(())
    }

    /// What a phone has stopped as this contact by the old number it has stopped by the new one, so that the pair comes
    /// back stopped when it is made again, and another phone's START does not lift it.
    fn carry_stops(&self, conn: &mut Conn, ctx: &Context, row: &Assignment, to: NumberId) -> Result<()> {
        let contact = Some(row.contact.as_i64());
        for phone in devices::of_member(conn, self.community, row.member)? {
            let outs = opt_outs::of_phone(conn, self.community, phone.e164()?)?;
            let is_theirs =
                |out: &OptOutRow| out.number_id == row.number.as_i64() && out.contact_id == contact;
            for out in outs.into_iter().filter(is_theirs) {
                let carried = OptOutRow {
                    id: ctx.id::<OptOutKind>().as_i64(),
                    number_id: to.as_i64(),
                    created_at: ctx.now.0,
                    ..out
                };
                opt_outs::record(conn, &carried)?;
            }
        }
        Ok(())
    }

    /// Has what waits for the member leave by the new number, in the order in which it waits.
    fn leave_by(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        mirror: &Assignment,
        number: &NumberRow,
        waiting: &mut Waiting,
    ) -> Result<()> {
        for item in waiting.0.remove(&mirror.id.as_i64()).unwrap_or_default() {
            let phone = E164::from_i64(item.to_phone).ok_or(StoreError::Corrupt("outbox.to_phone"))?;
            let carrier = ctx.registry.carrier_for(phone, &number.carrier);
            let key = (item.community_id, item.message_id, item.kind);
            outbox::send_from(conn, key, number, &carrier)?;
            let message = MessageId::from_i64(item.message_id);
            messages::show_from(conn, self.community, message, (number.e164, &carrier))?;
        }
        Ok(())
    }

    fn tell_apps(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        before: &Assignment,
        [row, mirror]: [&Assignment; 2],
        forwards_until: Timestamp,
    ) -> Result<()> {
        let contact = contacts::contact_view(conn, self.community, row, mirror)?;
        let moved = AssignmentMoved {
            contact: &contact,
            former_number: contacts::number_of(conn, self.community, before.number)?,
            forwards_until,
            swap: self.swap,
        };
        ctx.events.assignment_moved(self.community, &moved)
    }

    /// Tells the member's phone, from the new number. The text waits as long as the old number leads on, where that is
    /// longer than texts wait.
    fn tell(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        [row, mirror]: &[Assignment; 2],
        number: &NumberRow,
        forwards_until: Timestamp,
    ) -> Result<Option<MessageId>> {
        let (Some(template), Some(device)) =
            (self.notice, devices::primary(conn, self.community, row.member)?)
        else {
            return Ok(None);
        };
        let text = worded(template, &self.name_of(conn, row.contact)?, forwards_until);
        let notice = notices::Notice {
            community: self.community,
            number,
            phone: device.e164()?,
            member: Some(row.member),
            text: &text,
            deadline_s: self.policy.deadline_s.max(self.overlap_s),
            frozen: device.is_frozen(),
        };
        let pending = notices::write_of_pair(conn, ctx, &notice, mirror.id)?;
        let message = MessageId::from_i64(pending.row.message_id);
        hours::place_notice(conn, ctx, self.policy, (row.member, &device), pending)?;
        Ok(Some(message))
    }

    fn name_of(&self, conn: &mut Conn, contact: MemberId) -> Result<String> {
        let name = members::get(conn, self.community, contact)?.map_or_else(String::new, |row| row.name);
        Ok(name.chars().take(MOST_NAME_CHARS).collect())
    }
}

/// The notice in words.
fn worded(template: &str, name: &str, until: Timestamp) -> String {
    let day: String = until.to_string().chars().take(10).collect();
    // The name last: what it says is nobody's place.
    template.replace("{until}", &day).replace("{name}", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_who_and_until_which_day() {
        let until = Timestamp(1_735_689_600_000);
        assert_eq!(
            worded("{name}: {until}.", "{until}", until),
            "{until}: 2025-01-01."
        );
    }
}
