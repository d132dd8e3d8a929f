//! A text to the desk: taken in a transaction of its own, as what it asks for may make and release pairs.

use super::answers::{self, Answer, Asker};
use super::menu::{self, Menu};
use crate::domain::desk as words;
use crate::domain::history::Actor;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::message::{Reason, Status};
use crate::store::desk_phones::{self, DeskPhoneRow};
use crate::store::{Conn, devices::DeviceRow, media, numbers};
use crate::switchboard::error::Result;
use crate::switchboard::intake::{self, Accepted};
use crate::switchboard::outlet::{InboundText, Verdict};
use crate::switchboard::route::{self, Dialled, DialledCache, Facts, Purpose, Ruling};
use crate::switchboard::{Context, Switchboard, held, known, refusals};

/// For how long texts of a phone are counted together.
const COUNTED_MS: i64 = 60_000;

impl Switchboard {
    /// Takes a text to the desk; none where the number is the desk no more, or the phone another's.
    pub(crate) async fn at_the_desk(&self, text: &InboundText) -> Result<Option<Accepted>> {
        let text = text.clone();
        let taken = self
            .write(move |conn, ctx| {
                let taken = take(conn, ctx, &text)?;
                if taken.is_some() {
                    held::let_go(conn, ctx, &text.carrier, &text.held)?;
                    media::drop_tokens(conn, &text.media, ctx.now)?;
                }
                Ok(taken)
            })
            .await?;
        let Some((taken, moved)) = taken else {
            return Ok(None);
        };
        self.announce(taken.pending.clone());
        match moved {
            true => self.doubt_outbox(),
            false => self.wake_outbox(),
        }
        Ok(Some(taken))
    }
}

/// What came of a text, and whether pairs were released.
type Taken = (Accepted, bool);

fn take(conn: &mut Conn, ctx: &Context, text: &InboundText) -> Result<Option<Taken>> {
    // Two texts of one phone are taken one after the other: the second may answer the first one's menu.
    numbers::hold(conn, text.from)?;
    let facts = route::facts(
        conn,
        &mut DialledCache::new(),
        (text.from, text.to),
        (Purpose::Act, ctx.now),
    )?;
    let (Ruling::Desk, Some(dialled), Some(sender)) = (route::rule(&facts), &facts.dialled, &facts.sender)
    else {
        return Ok(None);
    };
    let mut row = intake::row_of(ctx, &facts, dialled, text);
    if let Some(before) = known::before(conn, &mut row)? {
        return Ok(Some((intake::duplicate(before), false)));
    }
    row.media = 0;
    let cause = ctx.cause(0);
    let member = MemberId::from_i64(sender.member_id);
    ctx.by.set(Actor::Member(member));

    let desk = NumberId::from_i64(dialled.number.id);
    let before = desk_phones::get(conn, dialled.community, desk, text.from)?;
    let menu = Menu::of(before.as_ref(), member, ctx.now);
    let mut phone = counted(ctx, dialled, sender, before);
    if i64::from(phone.minute_texts) > i64::from(dialled.policy.desk_texts_per_minute) {
        desk_phones::put(conn, &phone)?;
        let whose = (text.from, cause);
        let refused = refusals::refuse(conn, ctx, &facts, dialled, row, whose, Reason::TooOften)?;
        return Ok(Some((refused, false)));
    }
    let command = words::parse(
        &row.text,
        &dialled.policy,
        menu.as_ref().is_some_and(Menu::is_choice),
    );
    if command.is_none() && facts.released.is_some() {
        // It is meant for whom the number stood for, and reaches nobody (design rule 5).
        desk_phones::put(conn, &phone)?;
        let whose = (text.from, cause);
        let held = intake::quarantine(conn, ctx, &facts, dialled, row, whose, Reason::PairReleased)?;
        return Ok(Some((held, false)));
    }

    // It reached the one whom it was meant for.
    row.status = Status::Delivered.code();
    row.to_member = None;
    if let Some(before) = known::insert(conn, &mut row)? {
        return Ok(Some((intake::duplicate(before), false)));
    }
    let asker = Asker {
        community: dialled.community,
        policy: &dialled.policy,
        member,
    };
    let answer = match command {
        Some(command) => Some(answers::answer(conn, ctx, &asker, command, menu)?),
        // Two machines that answer each other soon fall silent.
        None if ctx.guard.allows(text.from, dialled.number.id, cause, ctx.now) => {
            Some(Answer::plain(words::help(&dialled.policy)))
        }
        None => None,
    };
    let mut pending = Vec::new();
    let mut moved = false;
    phone.menu = None;
    if let Some(answer) = answer {
        phone.menu = answer.menu.as_ref().and_then(Menu::kept);
        phone.menu_until = ctx.now.plus_s(menu::STANDS_S).0;
        moved = answer.moved;
        pending.push(reply(conn, ctx, &facts, dialled, text, &answer)?);
    }
    desk_phones::put(conn, &phone)?;
    let accepted = Accepted {
        message: row.message_id(),
        verdict: Verdict::Keyword,
        row: Some(row),
        pending,
        app: None,
        for_desk: false,
    };
    Ok(Some((accepted, moved)))
}

fn reply(
    conn: &mut Conn,
    ctx: &Context,
    facts: &Facts,
    dialled: &Dialled,
    text: &InboundText,
    answer: &Answer,
) -> Result<crate::store::outbox::Pending> {
    refusals::answer(conn, ctx, facts, dialled, text.from, &answer.text)
}

/// What is known of the phone once this text is counted.
fn counted(
    ctx: &Context,
    dialled: &Dialled,
    sender: &DeviceRow,
    before: Option<DeskPhoneRow>,
) -> DeskPhoneRow {
    let fresh = DeskPhoneRow {
        community_id: CommunityId::as_i64(dialled.community),
        number_id: dialled.number.id,
        phone: sender.phone,
        member_id: sender.member_id,
        used_at: ctx.now.0,
        minute_at: ctx.now.0,
        minute_texts: 1,
        menu: None,
        menu_until: 0,
    };
    match before {
        Some(before) if ctx.now.0 - before.minute_at < COUNTED_MS => DeskPhoneRow {
            minute_at: before.minute_at,
            minute_texts: before.minute_texts.saturating_add(1),
            menu: before.menu,
            menu_until: before.menu_until,
            ..fresh
        },
        Some(before) => DeskPhoneRow {
            menu: before.menu,
            menu_until: before.menu_until,
            ..fresh
        },
        None => fresh,
    }
}
