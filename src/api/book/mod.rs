//! Members' address books behind their private links: a page, a file of cards, and QR codes. Whoever has the link needs
//! no key; nothing here is kept by caches, found by search engines, or told to other sites.

mod page;
mod qr;

use actix_web::http::header::{self, ETag, EntityTag, HeaderName, HeaderValue, IfNoneMatch};
use actix_web::web::{Data, Header};
use actix_web::{HttpRequest, HttpResponse};

use super::client_address;
use super::path::{At, AtContact, AtToken};
use super::problem::{Problem, Result};
use super::{ApiState, Shared};
use crate::domain::book::Card;
use crate::domain::id::{CommunityId, CommunityKind};
use crate::switchboard::{ContactRef, OpenBook};
use crate::wire::vcard;

/// The type of a file of cards.
const CARDS: &str = "text/vcard; charset=utf-8";
/// The type of a QR code.
const PICTURE: &str = "image/svg+xml";

/// Where a book is on this server.
pub(super) fn path(community: CommunityId, token: &str) -> String {
    format!("/book/{community}/{token}")
}

/// What every answer says: show nobody, keep nowhere.
fn privately(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow, noarchive"),
        ("x-content-type-options", "nosniff"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, page::policy());
    answer
}

/// Lets somebody look behind a link: not too often, and not at one wrong link after the other.
fn admit(state: &ApiState, shared: &Shared, req: &HttpRequest, token: &str) -> Result<()> {
    let (address, now) = (client_address::client(req), state.board.now());
    shared.guesses.admit(address, Some(token), now)?;
    shared.book_paces.admit(token, now)
}

/// What a link gives, or that it gives nothing: the same words whether it never was or has ended.
fn found(
    state: &ApiState,
    shared: &Shared,
    req: &HttpRequest,
    token: &str,
    book: Option<OpenBook>,
) -> Result<OpenBook> {
    let now = state.board.now();
    match book {
        Some(book) => {
            shared.guesses.was_right(token, now);
            Ok(book)
        }
        None => {
            shared.guesses.was_wrong(client_address::client(req), now);
            let detail = "this link has ended, or never was; ask for a new one";
            let problem = Problem::new(actix_web::http::StatusCode::NOT_FOUND, "not_found", detail);
            Err(problem.header(
                HeaderName::from_static("referrer-policy"),
                HeaderValue::from_static("no-referrer"),
            ))
        }
    }
}

/// Where people reach this server: as the settings say, else as whoever asks has reached it.
fn base(shared: &Shared, req: &HttpRequest) -> String {
    match shared.public_url.as_str() {
        "" => {
            let connection = req.connection_info();
            format!("{}://{}", connection.scheme(), connection.host())
        }
        known => known.to_owned(),
    }
}

fn uid(book: &OpenBook, community: CommunityId, card: &Card) -> String {
    card.uid(community, book.member)
}

/// The cards as a file.
fn file(book: &OpenBook, community: CommunityId, cards: &[Card]) -> String {
    let mut out = String::new();
    for card in cards {
        let (name, note) = (card.shown_name(), card.note());
        let (uid, number, since) = (
            uid(book, community, card),
            card.number.to_string(),
            card.since.to_string(),
        );
        let written = vcard::Card {
            uid: &uid,
            name: &name,
            number: &number,
            note: note.as_deref(),
            category: &book.community,
            since: &since,
        };
        vcard::write(&written, &mut out);
    }
    out
}

/// `GET /book/{community}/{token}`
#[utoipa::path(
    get, path = "/book/{community}/{token}", operation_id = "get_book_page", tag = "Address books",
    summary = "Read an address book",
    description = "The page for the member: who stands on which pool number, what has changed since the book was last taken, a QR code that opens this page on a phone, and the file to take. Looking at it takes nothing.",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html",
         example = json!("<!doctype html>…")),
    ),
    extensions(("x-problems" = json!(["not_found", "too_many_requests", "too_many_failures", "unavailable"]))),
)]
pub(crate) async fn show(
    req: HttpRequest,
    state: Data<ApiState>,
    shared: Data<Shared>,
    community: At<CommunityKind>,
    token: AtToken,
) -> Result<HttpResponse> {
    admit(&state, &shared, &req, &token.0)?;
    let book = state.board.open_book(community.0, &token.0).await?;
    let book = found(&state, &shared, &req, &token.0, book)?;
    let path = path(community.0, &token.0);
    let code = qr::picture(&format!("{}{path}", base(&shared, &req)));
    let html = page::render(&book, &path, code.as_deref());
    Ok(privately(
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(html),
    ))
}

/// `GET /book/{community}/{token}/contacts.vcf`
#[utoipa::path(
    get, path = "/book/{community}/{token}/contacts.vcf", operation_id = "get_book_cards", tag = "Address books",
    summary = "Take an address book",
    description = "All cards in one file, vCard 3.0, which phones import best. `REV` says since when a card says what it says, and `UID` stays while the two are members. What becomes different from now on is told as a change.",
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/vcard",
         example = json!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob\r\n…")),
        (status = 304, description = "It is as `If-None-Match` says."),
    ),
    extensions(
        ("x-problems" = json!(["not_found", "too_many_requests", "too_many_failures", "unavailable"])),
        ("x-if-none-match" = json!(true)),
    ),
)]
pub(crate) async fn take(
    req: HttpRequest,
    state: Data<ApiState>,
    shared: Data<Shared>,
    community: At<CommunityKind>,
    token: AtToken,
    known: Header<IfNoneMatch>,
) -> Result<HttpResponse> {
    admit(&state, &shared, &req, &token.0)?;
    // What they have already is as it was when they took it.
    let seen = state.board.open_book(community.0, &token.0).await?;
    let seen = found(&state, &shared, &req, &token.0, seen)?;
    let tag = |book: &OpenBook| EntityTag::new_strong(book.tag.clone());
    let is_known = match &known.0 {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|t| t.weak_eq(&tag(&seen))),
    };
    if is_known {
        let answer = HttpResponse::NotModified()
            .insert_header(ETag(tag(&seen)))
            .finish();
        return Ok(privately(answer));
    }
    let book = state.board.take_book(community.0, &token.0).await?;
    let book = found(&state, &shared, &req, &token.0, book)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header(ETag(tag(&book)));
    answer.insert_header((
        header::CONTENT_DISPOSITION,
        "attachment; filename=\"contacts.vcf\"",
    ));
    Ok(privately(answer.content_type(CARDS).body(file(
        &book,
        community.0,
        &book.cards,
    ))))
}

/// `GET /book/{community}/{token}/contacts/{contact}.svg`
#[utoipa::path(
    get, path = "/book/{community}/{token}/contacts/{contact}/qr.svg", operation_id = "get_book_card_code", tag = "Address books",
    summary = "Show one card as a QR code",
    description = "For a phone's camera: the code holds the card itself, the name and the pool number that stands for it.",
    responses(
        (status = 200, description = "The picture.", body = String, content_type = "image/svg+xml",
         example = json!("<svg…")),
    ),
    extensions(("x-problems" = json!(["not_found", "too_many_requests", "too_many_failures", "unavailable"]))),
)]
pub(crate) async fn card(
    req: HttpRequest,
    state: Data<ApiState>,
    shared: Data<Shared>,
    community: At<CommunityKind>,
    token: AtToken,
    contact: AtContact,
) -> Result<HttpResponse> {
    admit(&state, &shared, &req, &token.0)?;
    let book = state.board.open_book(community.0, &token.0).await?;
    let book = found(&state, &shared, &req, &token.0, book)?;
    let is_meant = |card: &&Card| match contact.0 {
        ContactRef::Contact(id) => card.id == id,
        ContactRef::Member(id) => card.contact == id,
    };
    let Some(card) = book.cards.iter().find(is_meant) else {
        return Err(Problem::not_found("contact", "of that id in this book"));
    };
    let text = file(&book, community.0, std::slice::from_ref(card));
    match qr::picture(&text) {
        Some(picture) => Ok(privately(HttpResponse::Ok().content_type(PICTURE).body(picture))),
        None => Err(Problem::internal()),
    }
}
