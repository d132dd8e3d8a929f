//! Texts (and calls) from phones that are nobody's: recorded, but not without bound. Of what one phone sends to one
//! number, one message an hour is kept, with the count; and they go when they are old.

use super::error::Result;
use super::route::Dialled;
use super::{Context, Switchboard, communities};
use crate::domain::id::{CommunityId, MessageId, lowest_at};
use crate::domain::{E164, Timestamp};
use crate::store::Conn;
use crate::store::messages::MessageRow;
use crate::store::strangers::{self, StrangerRow};

/// Within this time after a stranger's text further ones to the same number only count.
const COUNTED_MS: i64 = 3_600_000;
/// Messages removed in one transaction: texts wait for it.
const FORGOTTEN_AT_ONCE: i64 = 500;
/// Most communities looked at in one read.
const PAGE: i64 = 1_000;

/// Counts a stranger's text where one is kept already; returns that one's id. Otherwise this text is the
/// one that is to be kept.
pub(crate) fn count(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    row: &MessageRow,
    kind: i16,
) -> Result<Option<MessageId>> {
    let phone = row.from_phone.unwrap_or_default();
    let key = (phone, dialled.number.id, kind);
    if let Some(known) = strangers::get(conn, dialled.community, key)?
        && ctx.now.0 - known.since < COUNTED_MS
    {
        strangers::count(conn, &known, ctx.now.0)?;
        return Ok(Some(MessageId::from_i64(known.message_id)));
    }
    let first = StrangerRow {
        community_id: row.community_id,
        phone,
        number_id: dialled.number.id,
        kind,
        message_id: row.id,
        since: ctx.now.0,
        texts: 1,
    };
    strangers::begin(conn, &first)?;
    Ok(None)
}

/// Whether the app of a community is to be asked about a text or a call (`kind`) from a phone that is nobody's: there
/// is one, and it was not asked so about that phone on that number lately. Otherwise anybody who can send texts could
/// have the app asked, and texts kept, without end.
pub(crate) fn may_ask(
    conn: &mut Conn,
    now: Timestamp,
    dialled: &Dialled,
    (phone, kind): (E164, i16),
) -> Result<bool> {
    let every_s = dialled.policy.stranger_asked_every_s;
    if dialled.apps.stranger.is_none() || every_s == 0 {
        return Ok(dialled.apps.stranger.is_some());
    }
    let key = (phone.as_i64(), dialled.number.id, kind);
    let asked = strangers::get(conn, dialled.community, key)?;
    Ok(asked.is_none_or(|row| now.0 - row.since >= every_s.saturating_mul(1000)))
}

/// Notes that the app is asked about a stranger's text or call (`kind`), and its id.
pub(crate) fn note_asked(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    (phone, kind): (E164, i16),
    id: i64,
) -> Result<()> {
    let asked = StrangerRow {
        community_id: dialled.community.as_i64(),
        phone: phone.as_i64(),
        number_id: dialled.number.id,
        kind,
        message_id: id,
        since: ctx.now.0,
        texts: 1,
    };
    Ok(strangers::begin(conn, &asked)?)
}

/// Removes strangers' messages that are older than their community keeps them, some in a transaction.
pub(super) async fn forget_old(board: &Switchboard, now: Timestamp) -> Result<usize> {
    let (mut forgotten, mut after) = (0, 0);
    loop {
        let page = board
            .read(move |conn| Ok(crate::store::communities::list(conn, after, PAGE)?))
            .await?;
        for row in &page {
            after = row.id;
            // A policy that cannot be read must not have other communities' messages kept for ever.
            let kept_s = communities::policy_of(row).map_or(0, |policy| policy.strangers_kept_s);
            if kept_s > 0 {
                let before = lowest_at(now.plus_s(-kept_s));
                forgotten += forget(board, CommunityId::from_i64(row.id), before).await?;
            }
        }
        if (page.len() as i64) < PAGE {
            return Ok(forgotten);
        }
    }
}

async fn forget(board: &Switchboard, community: CommunityId, before: i64) -> Result<usize> {
    let mut forgotten = 0;
    loop {
        let gone = board
            .write_grouped(move |conn, _| -> Result<usize> {
                let calls =
                    crate::store::calls::forget_strangers(conn, community, before, FORGOTTEN_AT_ONCE)?;
                let texts = strangers::forget(conn, community, before, FORGOTTEN_AT_ONCE)?;
                Ok(calls.max(texts))
            })
            .await?;
        forgotten += gone;
        if (gone as i64) < FORGOTTEN_AT_ONCE {
            return Ok(forgotten);
        }
    }
}
