//! Address books: what stands on a member's phones, private links to it, and who is told when it has changed.

use data_encoding::BASE32_NOPAD;

use super::error::{Result, SwitchboardError};
use super::keys::hash;
use super::views::BookLink;
use super::{Context, Switchboard, communities, desk, hours, members, notices};
use crate::domain::assignment::Origin;
use crate::domain::book::{Card, Changes, Taken};
use crate::domain::history::Actor;
use crate::domain::id::{BookLinkId, BookLinkKind, CommunityId, ContactId, MemberId};
use crate::domain::policy::{BookChanges, Policy};
use crate::domain::{E164, Timestamp, person_name};
use crate::store::assignment_lists::{self as lists, BookRow as Listed};
use crate::store::book_links::{self, BookLinkRow};
use crate::store::books::{self as rows, BookRow};
use crate::store::outbox::Pending;
use crate::store::{Conn, StoreError, devices, members as member_rows, numbers, opt_outs};

/// Most links of a member that are alive.
const MOST_LINKS: usize = 10;
/// How long links are shown that have ended.
const SHOWN_MS: i64 = 30 * 86_400_000;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 20;

/// A link to be.
#[derive(Clone, Copy, Debug)]
pub struct NewBookLink {
    /// Whose book it gives.
    pub member: MemberId,
    /// Whole seconds until it ends; none = as the community has it.
    pub expires_in_s: Option<i64>,
}

/// A member's address book as a link gives it. Holds no real number, and no name but those of the member's contacts.
#[derive(Clone, Debug)]
pub struct OpenBook {
    /// The link.
    pub link: BookLinkId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whose book it is.
    pub member: MemberId,
    /// What people call the community.
    pub community: String,
    /// The contacts by their names.
    pub cards: Vec<Card>,
    /// Names what the book is.
    pub tag: String,
    /// When it was last taken, and what is new, other or gone since.
    pub since: Option<(Timestamp, Changes)>,
    /// The names of those who are gone, as far as they are members still.
    pub gone: Vec<String>,
}

/// A contact as the member has it, and whether it can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub card: Card,
    pub origin: Origin,
    pub pending: bool,
}

fn entry(row: Listed) -> Result<Entry> {
    let number = E164::from_i64(row.number).ok_or(StoreError::Corrupt("numbers.e164"))?;
    Ok(Entry {
        card: Card {
            id: ContactId::from_i64(row.assignment_id),
            contact: MemberId::from_i64(row.contact_id),
            name: row.name,
            number,
            tag: u16::try_from(row.tag).ok().filter(|tag| *tag > 0),
            since: Timestamp(row.created_at.max(row.named_at.unwrap_or(0))),
        },
        origin: Origin::from_code(row.origin),
        pending: row.pending,
    })
}

/// A member's contacts by their names. Who waits for this member's acceptance is left out: they have no name yet.
pub(crate) fn entries(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Vec<Entry>> {
    let listed = lists::book(conn, community, member)?;
    let entries: Result<Vec<Entry>> = listed.into_iter().map(entry).collect();
    let mut entries = entries?;
    entries.retain(|entry| !entry.pending || entry.origin == Origin::Chosen);
    entries.sort_by_cached_key(|entry| (person_name::key(&entry.card.name), entry.card.contact));
    Ok(entries)
}

/// What stands in a member's book: those who can be reached.
fn cards(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Vec<Card>> {
    let entries = entries(conn, community, member)?.into_iter();
    Ok(entries
        .filter(|entry| !entry.pending)
        .map(|entry| entry.card)
        .collect())
}

fn view(row: BookLinkRow) -> BookLink {
    BookLink {
        id: BookLinkId::from_i64(row.id),
        member: MemberId::from_i64(row.member_id),
        created_at: Timestamp(row.created_at),
        expires_at: Timestamp(row.expires_at),
        taken_at: row.taken_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
    }
}

fn is_alive(row: &BookLinkRow, now: Timestamp) -> bool {
    row.revoked_at.is_none() && row.expires_at > now.0
}

/// The book behind a token, for as long as its link lives.
fn open(conn: &mut Conn, now: Timestamp, community: CommunityId, token: &str) -> Result<Option<OpenBook>> {
    let link = book_links::by_hash(conn, community, &hash(token))?;
    let Some(link) = link.filter(|row| is_alive(row, now)) else {
        return Ok(None);
    };
    let member = MemberId::from_i64(link.member_id);
    let cards = cards(conn, community, member)?;
    let before = rows::get(conn, community, member)?;
    let since = before.map(|row| {
        let changes = Taken::from_bytes(row.taken).compared(&cards);
        (Timestamp(row.taken_at), changes)
    });
    let gone = match &since {
        Some((_, changes)) => member_rows::of_ids(conn, community, &changes.gone)?,
        None => Vec::new(),
    };
    Ok(Some(OpenBook {
        link: BookLinkId::from_i64(link.id),
        expires_at: Timestamp(link.expires_at),
        member,
        community: communities::require(conn, community)?.name,
        tag: Taken::of(&cards).tag(),
        cards,
        since,
        gone: gone.into_iter().map(|row| row.name).collect(),
    }))
}

/// Forgets the book and the links of a member who goes.
pub(crate) fn forget(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<()> {
    book_links::delete(conn, community, member)?;
    Ok(rows::delete(conn, community, member)?)
}

/// Tells members that their books have changed, where their community wants it: once until they take it again, those
/// who have a link to take it by, and not whoever has changed it. What is returned is in the outbox already.
pub(crate) fn changed(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    members: &[MemberId],
) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    if policy.book_changes == BookChanges::Silent {
        return Ok(pending);
    }
    let Some(desk) = numbers::desk(conn, community)? else {
        return Ok(pending);
    };
    for member in members {
        if ctx.by.get() == Actor::Member(*member) || !has_link(conn, ctx.now, community, *member)? {
            continue;
        }
        let Some(phone) = devices::primary(conn, community, *member)? else {
            continue;
        };
        let phone_number = phone.e164()?;
        let stopped = opt_outs::of_phone(conn, community, phone_number)?;
        if phone.stopped_all || stopped.iter().any(|out| out.number_id == desk.id) {
            continue;
        }
        if rows::tell(conn, community, *member, ctx.now.0)? {
            desk::known_to(conn, ctx, community, &desk, &phone)?;
            let notice = notices::Notice {
                community,
                number: &desk,
                phone: phone_number,
                member: Some(*member),
                text: &policy.book_changed_notice,
                deadline_s: policy.deadline_s,
                frozen: phone.is_frozen(),
            };
            let notice = notices::write(conn, ctx, &notice)?;
            pending.extend(hours::place_notice(conn, ctx, policy, (*member, &phone), notice)?);
        }
    }
    Ok(pending)
}

fn has_link(conn: &mut Conn, now: Timestamp, community: CommunityId, member: MemberId) -> Result<bool> {
    let links = book_links::list(conn, community, member, 0, i64::MAX)?;
    Ok(links.iter().any(|row| is_alive(row, now)))
}

impl Switchboard {
    /// Makes a link to a member's book from random bytes; returns it with its token, which is kept nowhere.
    pub async fn create_book_link(
        &self,
        community: CommunityId,
        new: NewBookLink,
        random: [u8; 32],
    ) -> Result<(BookLink, String)> {
        let token = BASE32_NOPAD.encode(&random[..TOKEN_BYTES]).to_ascii_lowercase();
        let token_hash = hash(&token);
        let link = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                member_rows::lock(conn, community, &[new.member])?;
                members::require(conn, community, new.member)?;
                book_links::forget_ended(conn, community, new.member, ctx.now.plus_ms(-SHOWN_MS).0)?;
                let all = book_links::list(conn, community, new.member, 0, i64::MAX)?;
                if all.iter().filter(|row| is_alive(row, ctx.now)).count() >= MOST_LINKS {
                    return Err(SwitchboardError::conflict(
                        "too_many_links",
                        format!("{} has {MOST_LINKS} links already; revoke one first", new.member),
                    ));
                }
                let life_s = new.expires_in_s.unwrap_or(policy.book_link_s);
                let row = BookLinkRow {
                    community_id: community.as_i64(),
                    id: ctx.id::<BookLinkKind>().as_i64(),
                    member_id: new.member.as_i64(),
                    token_hash: token_hash.clone(),
                    created_at: ctx.now.0,
                    expires_at: ctx.now.plus_s(life_s).0,
                    taken_at: None,
                    revoked_at: None,
                };
                book_links::insert(conn, &row)?;
                Ok(view(row))
            })
            .await?;
        Ok((link, token))
    }

    /// Links of a member in the order of their making, after `after`; those that have ended stay for a while.
    pub async fn book_links(
        &self,
        community: CommunityId,
        member: MemberId,
        after: Option<BookLinkId>,
        limit: i64,
    ) -> Result<Vec<BookLink>> {
        self.read(move |conn| {
            members::require(conn, community, member)?;
            let after = after.map_or(0, BookLinkId::as_i64);
            let links = book_links::list(conn, community, member, after, limit)?;
            Ok(links.into_iter().map(view).collect())
        })
        .await
    }

    /// One link of a member.
    pub async fn book_link(
        &self,
        community: CommunityId,
        member: MemberId,
        id: BookLinkId,
    ) -> Result<BookLink> {
        self.read(move |conn| {
            members::require(conn, community, member)?;
            let link = book_links::get(conn, community, member, id)?;
            link.map(view)
                .ok_or_else(|| SwitchboardError::not_found("book link", id))
        })
        .await
    }

    /// Ends a link at once.
    pub async fn revoke_book_link(
        &self,
        community: CommunityId,
        member: MemberId,
        id: BookLinkId,
    ) -> Result<()> {
        self.write(move |conn, ctx| {
            members::require(conn, community, member)?;
            let link = book_links::get(conn, community, member, id)?;
            match link.is_some() && book_links::revoke(conn, community, id, ctx.now.0)? {
                true => Ok(()),
                false => Err(SwitchboardError::not_found("living book link", id)),
            }
        })
        .await
    }

    /// The book behind a token; none for an unknown, expired or revoked one.
    pub async fn open_book(&self, community: CommunityId, token: &str) -> Result<Option<OpenBook>> {
        let (token, now) = (token.to_owned(), self.now());
        self.read(move |conn| conn.snapshot(|conn| open(conn, now, community, &token)))
            .await
    }

    /// The same, and notes that it was taken: from now on what becomes different is a change.
    pub async fn take_book(&self, community: CommunityId, token: &str) -> Result<Option<OpenBook>> {
        let token = token.to_owned();
        self.write(move |conn, ctx| {
            let Some(book) = open(conn, ctx.now, community, &token)? else {
                return Ok(None);
            };
            let row = BookRow {
                community_id: community.as_i64(),
                member_id: book.member.as_i64(),
                taken_at: ctx.now.0,
                taken: Taken::of(&book.cards).into_bytes(),
                told_at: None,
            };
            rows::put(conn, &row)?;
            book_links::touch(conn, community, book.link, ctx.now.0)?;
            Ok(Some(book))
        })
        .await
    }
}
