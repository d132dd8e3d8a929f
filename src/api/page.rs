//! Lists in pages: `{"data": [...], "next_cursor": "…" or null}`.

use std::fmt::Display;
use std::str::FromStr;

use actix_web::HttpResponse;
use data_encoding::BASE64URL_NOPAD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::domain::Id;
use crate::domain::id::Kind;
use crate::switchboard::Window;

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 500;

/// How many entries a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(usize);

impl Limit {
    /// The longest page that there is.
    pub const MOST: Self = Self(MAX_LIMIT);

    /// How many to fetch: one more than the page has, to know whether another follows.
    pub fn fetch(self) -> i64 {
        self.0 as i64 + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse() {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(Self(limit)),
            _ => Err(D::Error::custom(format!(
                "allowed are whole numbers from 1 to {MAX_LIMIT}, not `{}`",
                text.chars().take(40).collect::<String>()
            ))),
        }
    }
}

/// Where a page begins: after (or, newest first, before) this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor<T>(pub T);

impl<T: Display> Display for Cursor<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(self.0.to_string().as_bytes()))
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Cursor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64URL_NOPAD
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom("this is no cursor of this list; leave it out to begin at the start")
            })
    }
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The entries. Of a list that is filtered a page looks at a bounded number of entries: it may hold fewer than
    /// `limit`, even none, while `next_cursor` says that the list goes on.
    data: Vec<T>,
    /// Where the next page begins: give it as `cursor`. Null on the last page.
    #[schema(example = "bWVtXzF0cTN2OHI0dzA4MDE")]
    next_cursor: Option<String>,
}

/// A page out of what was fetched; `place` is what the next page's cursor holds.
pub(crate) fn page<T: Serialize, C: Display>(
    found: Vec<T>,
    limit: Limit,
    place: impl Fn(&T) -> C,
) -> HttpResponse {
    page_of_part(found, None, limit, place)
}

/// A page of a list that is newest first and may have been looked at in part.
pub(crate) fn page_of_window<T: Serialize, K: Kind>(
    window: Window<T>,
    limit: Limit,
    place: impl Fn(&T) -> Id<K>,
) -> HttpResponse {
    page_of_part(window.rows, window.looked_to.map(Id::from_i64), limit, place)
}

/// A page out of what was fetched; where that is less than a page, and the list goes on all the same, after what was
/// looked at.
pub(crate) fn page_of_part<T: Serialize, C: Display>(
    mut found: Vec<T>,
    looked_to: Option<C>,
    limit: Limit,
    place: impl Fn(&T) -> C,
) -> HttpResponse {
    let more = found.len() > limit.0;
    found.truncate(limit.0);
    let next = match more {
        true => found.last().map(place),
        false => looked_to,
    };
    let next_cursor = next.map(|place| Cursor(place).to_string());
    HttpResponse::Ok().json(Page {
        data: found,
        next_cursor,
    })
}

/// A page of a list that is fetched whole because it is never long.
pub(crate) fn page_of_all<T: Serialize, C: Display + PartialOrd>(
    all: Vec<T>,
    limit: Limit,
    after: Option<Cursor<C>>,
    place: impl Fn(&T) -> C,
) -> HttpResponse {
    let rest = match after {
        Some(Cursor(after)) => all.into_iter().filter(|item| place(item) > after).collect(),
        None => all,
    };
    page(rest, limit, place)
}

/// The parameters of a list without filters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "T: FromStr")]
pub(crate) struct Paging<T> {
    #[serde(default)]
    pub limit: Limit,
    #[serde(default = "none")]
    pub cursor: Option<Cursor<T>>,
}

fn none<T>() -> Option<Cursor<T>> {
    None
}
