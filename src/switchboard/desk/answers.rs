//! What the desk does, and says, when it is asked for something. Names are never guessed: where several could be
//! meant, or only the first words of a name were written, there is a menu.

use super::blocking;
use super::menu::Menu;
use crate::domain::desk::{self as words, Command};
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::policy::{FindByName, Policy};
use crate::domain::{E164, Timestamp, person_name};
use crate::store::members::{self as member_rows, MemberRow};
use crate::store::{Conn, StoreError, assignments, numbers};
use crate::switchboard::Context;
use crate::switchboard::assign::{self, Loads};
use crate::switchboard::books::{self, Entry};
use crate::switchboard::error::{Result, SwitchboardError};

/// Most people in a menu.
pub(super) const MOST_CHOICES: usize = 9;
/// Most characters of a page of contacts, but for its last line.
const PAGE_CHARS: usize = 380;
/// Longest name that is looked for or shown, in characters.
const NAME_CHARS: usize = 60;

/// Who asks.
pub(super) struct Asker<'a> {
    pub community: CommunityId,
    pub policy: &'a Policy,
    pub member: MemberId,
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub text: String,
    pub menu: Option<Menu>,
    /// Pairs were released: what waits on them has ended.
    pub moved: bool,
}

impl Answer {
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            menu: None,
            moved: false,
        }
    }

    pub fn with(text: String, menu: Menu) -> Self {
        Self {
            menu: Some(menu),
            ..Self::plain(text)
        }
    }
}

/// Does what is asked for.
pub(super) fn answer(
    conn: &mut Conn,
    ctx: &Context,
    asker: &Asker<'_>,
    command: Command,
    menu: Option<Menu>,
) -> Result<Answer> {
    match command {
        Command::Help => Ok(Answer::plain(words::help(asker.policy))),
        Command::List => list(conn, asker, None),
        Command::More => match menu {
            Some(Menu::List(name, who)) => list(conn, asker, Some((name, who))),
            _ => list(conn, asker, None),
        },
        Command::Add(name) => add_named(conn, ctx, asker, &name),
        Command::Drop(name) => drop_named(conn, ctx, asker, &name),
        Command::Block(name) => blocking::block_named(conn, ctx, asker, &name),
        Command::Unblock(name) => blocking::unblock_named(conn, asker, &name),
        Command::Pick(place) => pick(conn, ctx, asker, place, menu),
    }
}

/// A name as the desk shows it.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(NAME_CHARS).collect()
}

/// A page of the contacts, after one of them.
fn list(conn: &mut Conn, asker: &Asker<'_>, after: Option<(String, i64)>) -> Result<Answer> {
    let all = books::entries(conn, asker.community, asker.member)?;
    if all.is_empty() {
        let add = &asker.policy.desk_add_word;
        return Ok(Answer::plain(format!(
            "You have no contacts yet. Text {add} and a name to add one."
        )));
    }
    let place = |entry: &Entry| (person_name::key(&entry.card.name), entry.card.contact.as_i64());
    let rest = all
        .iter()
        .skip_while(|entry| after.as_ref().is_some_and(|after| place(entry) <= *after));
    let (mut text, mut last) = (String::new(), None);
    let mut shown_now = 0;
    let mut left = 0;
    for entry in rest {
        let waits = if entry.pending {
            " (has not accepted yet)"
        } else {
            ""
        };
        let line = format!("{} {}{waits}\n", shown(&entry.card.name), entry.card.place());
        if left > 0 || (shown_now > 0 && text.chars().count() + line.chars().count() > PAGE_CHARS) {
            left += 1;
            continue;
        }
        text.push_str(&line);
        last = Some(place(entry));
        shown_now += 1;
    }
    match (last, left) {
        (Some((name, who)), 1..) => {
            let more = &asker.policy.desk_more_word;
            text.push_str(&format!("{left} more of {}: text {more}.", all.len()));
            Ok(Answer::with(text, Menu::List(name, who)))
        }
        (Some(_), _) => Ok(Answer::plain(text.trim_end())),
        // Those that were to follow are gone.
        (None, _) => Ok(Answer::plain("That is all.")),
    }
}

/// Members whom a name may mean, of those who may be found by name. One more than a menu holds, where there are more.
fn findable(conn: &mut Conn, asker: &Asker<'_>, name: &str) -> Result<Vec<MemberRow>> {
    let only_listed = match asker.policy.find_by_name {
        FindByName::Nobody => return Ok(Vec::new()),
        FindByName::Listed => true,
        FindByName::Everyone => false,
    };
    // An outside phone, which somebody has as a contact, looks nobody up.
    if member_rows::get(conn, asker.community, asker.member)?.is_none_or(|row| row.guest) {
        return Ok(Vec::new());
    }
    // Oneself is found too, and left out.
    let most = i64::try_from(MOST_CHOICES + 2).unwrap_or(i64::MAX);
    let mut found = member_rows::by_name(conn, asker.community, name, only_listed, most)?;
    found.retain(|row| row.id != asker.member.as_i64());
    Ok(found)
}

fn is_findable(asker: &Asker<'_>, row: &MemberRow) -> bool {
    let by_policy = match asker.policy.find_by_name {
        FindByName::Nobody => false,
        FindByName::Listed => row.listed,
        FindByName::Everyone => true,
    };
    by_policy && !row.guest
}

/// Members whom a name may mean to this member: who may be found by it, and contacts whom they have already.
fn candidates(conn: &mut Conn, asker: &Asker<'_>, said: &str) -> Result<Vec<MemberRow>> {
    let mut found = findable(conn, asker, said)?;
    let known = books::entries(conn, asker.community, asker.member)?;
    let known: Vec<MemberId> = known
        .iter()
        .filter(|entry| person_name::is_meant(&person_name::key(&entry.card.name), said))
        .map(|entry| entry.card.contact)
        .filter(|who| found.iter().all(|row| row.id != who.as_i64()))
        .collect();
    found.extend(member_rows::of_ids(conn, asker.community, &known)?);
    Ok(found)
}

fn add_named(conn: &mut Conn, ctx: &Context, asker: &Asker<'_>, name: &str) -> Result<Answer> {
    let said = person_name::key(&shown(name));
    let found = candidates(conn, asker, &said)?;
    match found.as_slice() {
        [] => Ok(Answer::plain(format!(
            "Nobody called {} can be found here. Ask them to be listed, or to add you.",
            shown(name)
        ))),
        [only] if person_name::key(&only.name) == said => add(conn, ctx, asker, MemberId::from_i64(only.id)),
        many if many.len() > MOST_CHOICES => Ok(Answer::plain(format!(
            "Too many are called {}. Text {} and more of the name.",
            shown(name),
            asker.policy.desk_add_word
        ))),
        some => {
            let people: Vec<Person<'_>> = some.iter().map(Person::from).collect();
            let ids = some.iter().map(|row| row.id).collect();
            Ok(Answer::with(menu_text("Add whom?", &people), Menu::Add(ids)))
        }
    }
}

/// Somebody in a menu.
pub(super) struct Person<'a> {
    pub name: &'a str,
    /// Tells two of one name apart.
    pub mark: String,
}

impl<'a> From<&'a MemberRow> for Person<'a> {
    fn from(row: &'a MemberRow) -> Self {
        Self {
            name: &row.name,
            mark: format!("here since {}", day(Timestamp(row.created_at))),
        }
    }
}

impl<'a> From<&'a Entry> for Person<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            name: &entry.card.name,
            mark: entry.card.place(),
        }
    }
}

/// The day of a moment.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take("2025-01-01".len()).collect()
}

pub(super) fn menu_text(question: &str, people: &[Person<'_>]) -> String {
    let mut text = format!("{question} Reply with the number:");
    for (place, person) in people.iter().enumerate() {
        let namesakes = people
            .iter()
            .filter(|other| person_name::key(other.name) == person_name::key(person.name))
            .count();
        text.push_str(&format!("\n{} {}", place + 1, shown(person.name)));
        if namesakes > 1 {
            text.push_str(&format!(" ({})", person.mark));
        }
    }
    text
}

fn drop_named(conn: &mut Conn, ctx: &Context, asker: &Asker<'_>, name: &str) -> Result<Answer> {
    let all = books::entries(conn, asker.community, asker.member)?;
    if let Ok(number) = name.replace(' ', "").parse::<E164>() {
        // A hub names nobody by itself.
        return match all
            .iter()
            .find(|entry| entry.card.number == number && entry.card.tag.is_none())
        {
            Some(entry) => let_go(conn, ctx, asker, entry),
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
        [only] if person_name::key(&only.card.name) == said => let_go(conn, ctx, asker, only),
        many if many.len() > MOST_CHOICES => Ok(Answer::plain(format!(
            "Too many are called {}. Text {} and more of the name, or their number.",
            shown(name),
            asker.policy.desk_drop_word
        ))),
        some => {
            let people: Vec<Person<'_>> = some.iter().map(|entry| Person::from(*entry)).collect();
            let ids = some.iter().map(|entry| entry.card.contact.as_i64()).collect();
            Ok(Answer::with(menu_text("Let whom go?", &people), Menu::Drop(ids)))
        }
    }
}

fn pick(
    conn: &mut Conn,
    ctx: &Context,
    asker: &Asker<'_>,
    place: usize,
    menu: Option<Menu>,
) -> Result<Answer> {
    let Some(menu) = menu else {
        return Ok(Answer::plain(words::help(asker.policy)));
    };
    let (Menu::Add(ids) | Menu::Drop(ids) | Menu::Block(ids) | Menu::Unblock(ids)) = &menu else {
        return Ok(Answer::plain(words::help(asker.policy)));
    };
    let Some(id) = place.checked_sub(1).and_then(|at| ids.get(at)) else {
        let text = format!("Reply with a number from 1 to {}.", ids.len());
        return Ok(Answer::with(text, menu));
    };
    let who = MemberId::from_i64(*id);
    match &menu {
        Menu::Block(_) => blocking::block(conn, ctx, asker, who),
        Menu::Unblock(_) => blocking::unblock(conn, asker, who),
        Menu::Add(_) => {
            // They may have gone, or be listed no more.
            let found = member_rows::get(conn, asker.community, who)?;
            let is_contact = assignments::by_contact(conn, asker.community, asker.member, who)?.is_some();
            match found.filter(|row| is_contact || is_findable(asker, row)) {
                Some(_) => add(conn, ctx, asker, who),
                None => Ok(Answer::plain("They cannot be found here any more.")),
            }
        }
        _ => {
            let all = books::entries(conn, asker.community, asker.member)?;
            match all.iter().find(|entry| entry.card.contact == who) {
                Some(entry) => let_go(conn, ctx, asker, entry),
                None => Ok(Answer::plain("They are none of your contacts any more.")),
            }
        }
    }
}

fn add(conn: &mut Conn, ctx: &Context, asker: &Asker<'_>, who: MemberId) -> Result<Answer> {
    let Asker {
        community,
        policy,
        member,
    } = asker;
    let Some(row) = member_rows::get(conn, *community, who)? else {
        return Ok(Answer::plain("They cannot be found here any more."));
    };
    let name = shown(&row.name);
    // What was begun for a contact that cannot be made is taken back, and the text answered all the same.
    let mark = ctx.events.mark();
    let tried = conn.savepoint(|conn| -> Result<_> {
        let mut loads = Loads::new();
        let pair = assign::assign(conn, ctx, policy, *community, (*member, who), &mut loads)?;
        numbers::add_loads(conn, *community, &loads)?;
        let number = numbers::get(conn, *community, pair.row.number)?
            .ok_or(StoreError::Corrupt("assignments.number_id"))?;
        let shown = match number.line_tag() {
            Some(tag) => format!("#{tag} on {}", number.e164()?),
            None => number.e164()?.to_string(),
        };
        Ok((pair, shown))
    });
    let (pair, number) = match tried {
        Ok(made) => made,
        Err(error @ SwitchboardError::Store(_)) => return Err(error),
        Err(error) => {
            ctx.events.rewind(mark);
            return Ok(Answer::plain(cannot(asker, &name, &error)));
        }
    };
    let text = match (pair.created, pair.mirror.pending) {
        (_, true) => format!("{name} was asked. Once they accept, they are {number} for you."),
        (true, false) => format!("{name} is {number} for you. Text or call that number to reach them."),
        (false, false) => format!("{name} is your contact already: {number}."),
    };
    Ok(Answer {
        moved: pair.made_room,
        ..Answer::plain(text)
    })
}

/// Why somebody cannot be added, without a word of what only they may know.
fn cannot(asker: &Asker<'_>, name: &str, error: &SwitchboardError) -> String {
    match error {
        SwitchboardError::TableFull(shortage) if shortage.member == asker.member => format!(
            "No number is free for another contact of yours. Text {} and a name to let one go.",
            asker.policy.desk_drop_word
        ),
        SwitchboardError::Conflict {
            code: "blocked_by_sender",
            ..
        } => format!(
            "You have blocked {name}. Text {} {name} first.",
            asker.policy.desk_unblock_word
        ),
        _ => format!("{name} cannot be added now."),
    }
}

fn let_go(conn: &mut Conn, ctx: &Context, asker: &Asker<'_>, entry: &Entry) -> Result<Answer> {
    let community = asker.community;
    let who = entry.card.contact;
    member_rows::lock(conn, community, &[asker.member, who])?;
    // Looked at again under the lock: another node may have released it meanwhile.
    let Some(row) = assignments::by_contact(conn, community, asker.member, who)? else {
        return Ok(Answer::plain("They are none of your contacts any more."));
    };
    let mut loads = Loads::new();
    let what = (&row, Why::Released);
    assign::release(conn, ctx, asker.policy, community, what, &mut loads)?;
    numbers::add_loads(conn, community, &loads)?;
    Ok(Answer {
        moved: true,
        ..Answer::plain(format!(
            "{} is no contact of yours any more; {} is nobody's for now.",
            shown(&entry.card.name),
            entry.card.place()
        ))
    })
}
