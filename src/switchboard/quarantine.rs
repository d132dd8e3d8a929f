//! What is to become of texts that were held because their pair was released: each goes to the contact for whom the
//! number stood when it came, once the two are a pair again, or is discarded. It never goes to anybody else.

use super::assign::{self, Loads};
use super::communities::Setup;
use super::error::{Result, SwitchboardError};
use super::messages::view;
use super::receipts::tell;
use super::route::{self, Ruling};
use super::views::Message;
use super::{Context, Switchboard, communities, deliver, members, past};
use crate::domain::id::{CommunityId, MemberId, MessageId, NumberId};
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};
use crate::store::message_lists::{self, MessageFilter};
use crate::store::messages::{self, MessageRow};
use crate::store::{
    Conn, StoreError, assignments, devices, former_names, hubs, numbers, releases, retention,
};

/// Most texts that go with a pair that is made again.
const MOST_TEXTS: i64 = 1_000;

/// A text that is held.
fn require(conn: &mut Conn, community: CommunityId, id: MessageId) -> Result<MessageRow> {
    messages::get(conn, community, id)?
        .filter(|row| row.status == Status::Quarantined.code())
        .ok_or_else(|| SwitchboardError::not_found("message in quarantine", id))
}

/// For whom the number stood that a held text was sent to, on the phone that sent it, when it came. None where nobody
/// knows, as of a phone whose number was erased, and of somebody of another community.
pub(super) fn stood_for(
    conn: &mut Conn,
    community: CommunityId,
    row: &MessageRow,
) -> Result<Option<MemberId>> {
    let Some(to) = row.dialled.and_then(E164::from_i64) else {
        return Ok(None);
    };
    if let Some(from) = row.from_phone.and_then(E164::from_i64) {
        let tag = row.tag.and_then(|tag| u16::try_from(tag).ok());
        let then = past::facts(conn, community, (from, to), tag, Timestamp(row.accepted_at))?;
        return Ok(then.released.and_then(|released| released.contact));
    }
    // The phone was erased as somebody else's: what the member's own table remembers is left.
    let Some(from) = row.from_member.map(MemberId::from_i64) else {
        return Ok(None);
    };
    let Some(number) = numbers::of_community(conn, community, to)? else {
        return Ok(None);
    };
    let dialled = NumberId::from_i64(number.id);
    let stood = match row.tag.and_then(|tag| u16::try_from(tag).ok()) {
        Some(tag) => hubs::line(conn, community, dialled, tag)?,
        None => Some(number),
    };
    let Some(stood) = stood else {
        return Ok(None);
    };
    let memory = releases::get(conn, community, from, NumberId::from_i64(stood.id))?;
    let memory = memory.filter(|memory| memory.released_at <= row.accepted_at);
    Ok(memory.map(|memory| MemberId::from_i64(memory.contact_id)))
}

/// Who that is now: they may have become one with another member since.
fn old_contact(conn: &mut Conn, community: CommunityId, row: &MessageRow) -> Result<Option<MemberId>> {
    let Some(contact) = stood_for(conn, community, row)? else {
        return Ok(None);
    };
    Ok(Some(
        former_names::became(conn, community, contact)?.unwrap_or(contact),
    ))
}

fn text_gone(id: MessageId) -> SwitchboardError {
    SwitchboardError::conflict(
        "text_gone",
        format!(
            "what {id} said is kept no more (it expired, or was erased), so that nothing can be sent; discard it"
        ),
    )
}

/// Sends a held text on its way to the contact for whom it was.
fn let_go(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    mut row: MessageRow,
    to: MemberId,
) -> Result<MessageRow> {
    if row.body_gone != messages::BODY_THERE {
        return Err(text_gone(row.message_id()));
    }
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let from = sender(&row)?;
    let Some(assignment) = assignments::hold_by_contact(conn, community, from, to)? else {
        return Err(no_contact(from, to));
    };
    let pair = route::other_end(conn, community, apps, assignment)?;
    let phone = devices::primary(conn, community, from)?;
    match route::rule_on_text(&pair, phone.is_some_and(|phone| phone.stopped_all)) {
        Ruling::Bridge => {}
        Ruling::Refuse(reason) | Ruling::Quarantine(reason) => return Err(SwitchboardError::Refused(reason)),
        Ruling::Desk | Ruling::Menu(_) => return Err(SwitchboardError::Refused(Reason::NoContact)),
    }
    let id = row.message_id();
    row.to_member = Some(to.as_i64());
    row.status = Status::Accepted.code();
    row.reason = None;
    row.updated_at = ctx.now.0;
    // Its time was over with its pair; it has all of it again.
    row.expires_at = ctx.now.plus_s(policy.deadline_s).0;
    deliver::address(ctx, &mut row, &pair)?;
    if !messages::set_status(conn, community, id, Status::Accepted, (None, None), ctx.now)? {
        return Err(SwitchboardError::not_found("message in quarantine", id));
    }
    messages::readdress(conn, &row)?;
    let between = (row.from_member, row.to_member);
    tell(ctx, (community, id), between, Status::Accepted, (None, None))?;
    deliver::start(conn, ctx, &policy, apps, &mut row, &pair)?;
    Ok(row)
}

fn sender(row: &MessageRow) -> Result<MemberId> {
    let from = row.from_member.map(MemberId::from_i64);
    from.ok_or_else(|| {
        SwitchboardError::conflict(
            "no_contact",
            format!(
                "{} came from a phone that was no member's, so that nobody can answer it; it can be discarded",
                row.message_id()
            ),
        )
    })
}

fn no_contact(from: MemberId, to: MemberId) -> SwitchboardError {
    SwitchboardError::conflict(
        "no_contact",
        format!("{to} is no contact of {from} any more; pair them again first, or with `re_pair`"),
    )
}

/// What became of the texts that were held for a pair.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LetGo {
    /// They are on their way.
    pub released: usize,
    /// What they said is kept no more; they stay.
    pub gone: usize,
}

/// Lets go of all texts that are held for a pair, of both directions, oldest first. Those that the rules refuse stay.
pub(super) fn let_go_of_pair(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    pair: (MemberId, MemberId),
) -> Result<LetGo> {
    let mut found = Vec::new();
    for (from, to) in [pair, (pair.1, pair.0)] {
        let filter = MessageFilter {
            member: Some(from.as_i64()),
            status: Some(Status::Quarantined),
            ..MessageFilter::default()
        };
        let held = message_lists::list(conn, community, filter, i64::MAX, MOST_TEXTS)?;
        for row in held.rows {
            if row.from_member == Some(from.as_i64()) && old_contact(conn, community, &row)? == Some(to) {
                found.push((row, to));
            }
        }
    }
    found.sort_by_key(|(row, _)| row.id);
    let mut done = LetGo::default();
    for (row, to) in found {
        if row.body_gone != messages::BODY_THERE {
            done.gone += 1;
            continue;
        }
        match let_go(conn, ctx, community, row, to) {
            Ok(_) => done.released += 1,
            Err(SwitchboardError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

impl Switchboard {
    /// Lets a held text go to the contact for whom it was; with `re_pair` the pair is made again, where it is not.
    pub async fn release_quarantined(
        &self,
        community: CommunityId,
        id: MessageId,
        re_pair: bool,
    ) -> Result<Message> {
        let released = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                let row = require(conn, community, id)?;
                let from = sender(&row)?;
                members::require(conn, community, from)?;
                let to = old_contact(conn, community, &row)?.ok_or_else(|| {
                    SwitchboardError::conflict(
                        "no_contact",
                        format!("whom {id} was for is not known here; it can be discarded"),
                    )
                })?;
                members::require(conn, community, to)?;
                if re_pair {
                    let mut loads = Loads::new();
                    assign::assign(conn, ctx, &policy, community, (from, to), &mut loads)?;
                    numbers::add_loads(conn, community, &loads)?;
                }
                view(let_go(conn, ctx, community, row, to)?)
            })
            .await;
        // The pair may have pushed others out.
        self.doubt_outbox();
        released
    }

    /// Ends a held text: it reaches nobody.
    pub async fn discard_quarantined(&self, community: CommunityId, id: MessageId) -> Result<Message> {
        self.write(move |conn, ctx| {
            let row = require(conn, community, id)?;
            if !discard(conn, ctx, community, &row)? {
                return Err(SwitchboardError::not_found("message in quarantine", id));
            }
            let row = messages::get(conn, community, id)?.ok_or(StoreError::Corrupt("messages"))?;
            view(row)
        })
        .await
    }
    /// Discards the texts that are held, of some messages with ids from one up to another; says how many, and from where
    /// to go on.
    pub(super) async fn discard_old(
        &self,
        community: CommunityId,
        range: (i64, i64),
        limit: i64,
    ) -> Result<(usize, Option<i64>)> {
        self.write_grouped(move |conn, ctx| {
            let (rows, reached) = retention::in_quarantine(conn, community, range, limit)?;
            for row in &rows {
                discard(conn, ctx, community, row)?;
            }
            Ok((rows.len(), reached))
        })
        .await
    }
}

/// Ends a held text; false where it is held no more.
fn discard(conn: &mut Conn, ctx: &Context, community: CommunityId, row: &MessageRow) -> Result<bool> {
    let (id, why) = (row.message_id(), (Some(Reason::Discarded), None));
    let was_held = messages::set_status(conn, community, id, Status::Blocked, why, ctx.now)?;
    if was_held {
        let ends = (row.from_member, row.to_member);
        tell(ctx, (community, id), ends, Status::Blocked, why)?;
    }
    Ok(was_held)
}
