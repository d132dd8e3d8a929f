//! The page of an address book. It needs no scripts and nothing from elsewhere.

use std::sync::LazyLock;

use actix_web::http::header::HeaderValue;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::api::docs::escaped;
use crate::domain::book::Card;
use crate::switchboard::OpenBook;

const STYLE: &str = include_str!("style.css");

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The Content-Security-Policy: the page's own style sheet and pictures, and otherwise nothing at all.
pub(super) fn policy() -> HeaderValue {
    POLICY.clone()
}

/// The mark of what is not as it was taken.
fn mark(book: &OpenBook, card: &Card) -> &'static str {
    match &book.since {
        Some((_, changes)) if changes.added.contains(&card.contact) => "new",
        Some((_, changes)) if changes.changed.contains(&card.contact) => "changed",
        _ => "",
    }
}

/// What is to be said of changes, in a paragraph.
fn news(book: &OpenBook) -> String {
    let Some((at, changes)) = &book.since else {
        return "<p>You have not taken these contacts yet.</p>".into();
    };
    if changes.is_none() {
        return format!("<p>Nothing has changed since you took them at {at}.</p>");
    }
    let mut told = format!("<p><strong>Changed since you took them at {at}.</strong> Take them again.");
    let names = |who: &[crate::domain::id::MemberId]| {
        let cards = book.cards.iter().filter(|card| who.contains(&card.contact));
        cards
            .map(|card| escaped(&card.name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (word, names) in [
        ("New", names(&changes.added)),
        ("Changed", names(&changes.changed)),
    ] {
        if !names.is_empty() {
            told += &format!(" {word}: {names}.");
        }
    }
    if !changes.gone.is_empty() {
        let gone: Vec<String> = book.gone.iter().map(|name| escaped(name)).collect();
        let names = match gone.is_empty() {
            true => format!("{} of them", changes.gone.len()),
            false => gone.join(", "),
        };
        told += &format!(" Gone, and to be removed from your phone: {names}.");
    }
    told + "</p>"
}

/// The whole page; `path` is where it is, `code` the QR code that opens it.
pub(super) fn render(book: &OpenBook, path: &str, code: Option<&str>) -> String {
    let title = format!("Your contacts in {}", escaped(&book.community));
    let rows: String = book
        .cards
        .iter()
        .map(|card| {
            let (name, number, id) = (escaped(&card.shown_name()), card.number, card.id);
            let mark = mark(book, card);
            format!(
                "<tr><td>{name} <span class=\"mark\">{mark}</span></td><td><a href=\"tel:{number}\">{number}</a></td>\
                 <td><a href=\"{path}/contacts/{id}/qr.svg\">QR code</a></td></tr>\n"
            )
        })
        .collect();
    let table = match book.cards.is_empty() {
        true => "<p>There are no contacts yet.</p>".to_owned(),
        false => format!(
            "<table><thead><tr><th>Name</th><th>Number</th><th></th></tr></thead><tbody>\n{rows}</tbody></table>"
        ),
    };
    let code = code.map_or_else(String::new, |code| {
        format!("<h2>On another phone</h2>\n<p>Scan this to open the page there.</p>\n{code}\n")
    });
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n{}\n\
         <p><a class=\"take\" href=\"{path}/contacts.vcf\">Take the contacts</a></p>\n{table}\n{code}\
         <p>This link is yours alone and ends at {}. Each number is this contact on your phone only.</p>\n\
         </body></html>\n",
        news(book),
        book.expires_at,
    )
}
