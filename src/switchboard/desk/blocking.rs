//! BLOCK and UNBLOCK at the desk: as of the other words, a name is never guessed.

use super::answers::{Answer, Asker, MOST_CHOICES, Person, menu_text, shown};
use super::menu::Menu;
use crate::domain::id::MemberId;
use crate::domain::{E164, person_name};
use crate::store::members::{self as member_rows, MemberRow};
use crate::store::{Conn, blocks as rows};
use crate::switchboard::books::{self, Entry};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::{Context, blocks};

/// Blocks of a member that are looked through.
const MOST_BLOCKS: i64 = 1_000;

pub(super) fn block_named(conn: &mut Conn, ctx: &Context, asker: &Asker<'_>, name: &str) -> Result<Answer> {
    let all = books::entries(conn, asker.community, asker.member)?;
    let word = &asker.policy.desk_block_word;
    if let Ok(number) = name.replace(' ', "").parse::<E164>() {
        return match all
            .iter()
            .find(|entry| entry.card.number == number && entry.card.tag.is_none())
        {
            Some(entry) => block(conn, ctx, asker, entry.card.contact),
            None => Ok(Answer::plain(format!("None of your contacts is on {number}."))),
        };
    }
    let said = person_name::key(&shown(name));
    let meant: Vec<&Entry> = all
        .iter()
        .filter(|entry| person_name::is_meant(&person_name::key(&entry.card.name), &said))
        .collect();
    match meant.as_slice() {
        [] => Ok(Answer::plain(format!(
            "None of your contacts is called {}. Text {} to see them.",
            shown(name),
            asker.policy.desk_list_word
        ))),
        [only] if person_name::key(&only.card.name) == said => block(conn, ctx, asker, only.card.contact),
        many if many.len() > MOST_CHOICES => Ok(Answer::plain(format!(
            "Too many are called {}. Text {word} and more of the name, or their number.",
            shown(name)
        ))),
        some => {
            let people: Vec<Person<'_>> = some.iter().map(|entry| Person::from(*entry)).collect();
            let ids = some.iter().map(|entry| entry.card.contact.as_i64()).collect();
            Ok(Answer::with(menu_text("Block whom?", &people), Menu::Block(ids)))
        }
    }
}

pub(super) fn unblock_named(conn: &mut Conn, asker: &Asker<'_>, name: &str) -> Result<Answer> {
    let blocked = rows::list(conn, asker.community, asker.member, 0, MOST_BLOCKS)?;
    let ids: Vec<MemberId> = blocked
        .iter()
        .map(|row| MemberId::from_i64(row.contact_id))
        .collect();
    let all = member_rows::of_ids(conn, asker.community, &ids)?;
    let said = person_name::key(&shown(name));
    let meant: Vec<&MemberRow> = all
        .iter()
        .filter(|row| person_name::is_meant(&person_name::key(&row.name), &said))
        .collect();
    match meant.as_slice() {
        [] => Ok(Answer::plain(format!(
            "You have blocked nobody called {}.",
            shown(name)
        ))),
        [only] if person_name::key(&only.name) == said => unblock(conn, asker, MemberId::from_i64(only.id)),
        many if many.len() > MOST_CHOICES => Ok(Answer::plain(format!(
            "Too many are called {}. Text {} and more of the name.",
            shown(name),
            asker.policy.desk_unblock_word
        ))),
        some => {
            let people: Vec<Person<'_>> = some.iter().map(|row| Person::from(*row)).collect();
            let ids = some.iter().map(|row| row.id).collect();
            Ok(Answer::with(
                menu_text("Unblock whom?", &people),
                Menu::Unblock(ids),
            ))
        }
    }
}

pub(super) fn block(conn: &mut Conn, ctx: &Context, asker: &Asker<'_>, who: MemberId) -> Result<Answer> {
    let Some(row) = member_rows::get(conn, asker.community, who)? else {
        return Ok(Answer::plain("They are none of your contacts any more."));
    };
    let name = shown(&row.name);
    match blocks::block(conn, ctx, asker.community, (asker.member, who)) {
        Ok(_) => Ok(Answer {
            // What waited between the two has ended.
            moved: true,
            ..Answer::plain(format!(
                "{name} is blocked: no text or call of theirs reaches you. Text {} {name} to undo.",
                asker.policy.desk_unblock_word
            ))
        }),
        Err(error @ SwitchboardError::Store(_)) => Err(error),
        Err(_) => Ok(Answer::plain(format!("{name} cannot be blocked now."))),
    }
}

pub(super) fn unblock(conn: &mut Conn, asker: &Asker<'_>, who: MemberId) -> Result<Answer> {
    let name = match member_rows::get(conn, asker.community, who)? {
        Some(row) => shown(&row.name),
        None => "Somebody".to_owned(),
    };
    Ok(Answer::plain(
        match blocks::unblock(conn, asker.community, (asker.member, who))? {
            true => format!("{name} is blocked no more."),
            false => format!("{name} is not blocked."),
        },
    ))
}
