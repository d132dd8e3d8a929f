//! Request bodies, read strictly: each fault named with its place and what to mend.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use super::Limits;
use super::problem::{Problem, Result};

/// How much of a body that is too long is read and thrown away, so that its sender gets to read the
/// answer and the connection stays usable.
const MOST_DISCARDED: usize = 1 << 20;

/// How many characters of what the caller sent, or of a sentence on it, an answer may hold.
const MAX_ECHOED: usize = 400;

/// The longest place that is worth naming.
const MAX_PLACE: usize = 100;

/// A JSON object as the body.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = req.app_data::<Data<Limits>>().map(|l| *l.get_ref());
        let kind = checked_type(req.headers());
        let payload = payload.take();
        Box::pin(async move {
            let body = whole_body(limits, payload).await?;
            if body.iter().all(u8::is_ascii_whitespace) {
                return Err(Problem::malformed(
                    "missing_body",
                    "this needs a body: a JSON object",
                ));
            }
            kind?;
            parse(&body).map(Json)
        })
    }
}

/// Reads a field of an edit that may be null, which is something else than left out.
pub(crate) fn given<'de, D, T>(deserializer: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Takes a request's whole body out of it, within the limits.
pub(crate) async fn whole_body(limits: Option<Limits>, payload: Payload) -> Result<Bytes> {
    let limits = limits.ok_or_else(Problem::internal)?;
    tokio::time::timeout(limits.body_time, read(payload, limits.body_bytes))
        .await
        .map_err(|_| slow(limits))?
}

fn slow(limits: Limits) -> Problem {
    let detail = format!("the body did not arrive within {} s", limits.body_time.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail)
        .header(header::CONNECTION, HeaderValue::from_static("close"))
}

/// The body must say that it is JSON, and not be compressed.
fn checked_type(headers: &HeaderMap) -> Result<()> {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let unsupported = |detail: String| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            detail,
        )
    };
    if let Some(encoding) = text(header::CONTENT_ENCODING).filter(|e| !e.eq_ignore_ascii_case("identity")) {
        let detail = format!("the body is encoded as `{encoding}`; send it without Content-Encoding");
        return Err(unsupported(detail));
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|k| k.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|p| match p.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    match is_json && is_utf8 {
        true => Ok(()),
        false => Err(unsupported(format!(
            "the body is of the type `{kind}`; send JSON in UTF-8 with `Content-Type: application/json`"
        ))),
    }
}

async fn read(mut payload: Payload, limit: usize) -> Result<Bytes> {
    let (mut body, mut length) = (BytesMut::new(), 0usize);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| {
            Problem::malformed(
                "broken_body",
                format!("the body broke off after {length} bytes: {e}"),
            )
        })?;
        length = length.saturating_add(chunk.len());
        if length <= limit {
            body.extend_from_slice(&chunk);
        } else if length > limit.saturating_add(MOST_DISCARDED) {
            return Err(too_long("more than ", length, limit)
                .header(header::CONNECTION, HeaderValue::from_static("close")));
        }
    }
    match length > limit {
        true => Err(too_long("", length, limit)),
        false => Ok(body.freeze()),
    }
}

fn too_long(least: &str, length: usize, limit: usize) -> Problem {
    let detail = format!("the body is {least}{length} bytes long; at most {limit} bytes are taken");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

/// Reads a whole body.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|e| {
        let detail = format!(
            "the body is not UTF-8: its byte {} begins no character",
            e.valid_up_to()
        );
        Problem::malformed("bad_utf8", detail)
    })?;
    // The grammar first, so that a syntax error is never taken for a wrong value.
    let value: serde_json::Value = read_text(text)?;
    if !value.is_object() {
        let detail = format!("the body must be a JSON object, not {}", kind_of(&value));
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail));
    }
    drop(value);
    read_text(text)
}

fn kind_of(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Array(_) => "an array",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::Bool(_) => "true or false",
        serde_json::Value::Null => "null",
        serde_json::Value::Object(_) => "an object",
    }
}

fn read_text<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            Category::Data => wrong_value(&path, &without_place(&error.inner().to_string())),
            _ => malformed(Some(&path), error.inner()),
        }
    })?;
    json.end().map_err(|e| malformed(None, &e))?;
    Ok(value)
}

fn malformed(path: Option<&str>, error: &serde_json::Error) -> Problem {
    // An unknown place ends in a question mark: then what holds it is named, if anything.
    let known = |path| str::trim_end_matches(path, ['?', '.']);
    let path = path.map(known).filter(|p| (1..=MAX_PLACE).contains(&p.len()));
    let place = path.map(|p| format!(" (in `{p}`)")).unwrap_or_default();
    let problem = Problem::malformed(
        "malformed_json",
        format!("the body is not well-formed JSON{place}: {error}"),
    );
    path.into_iter().fold(problem, Problem::field)
}

fn without_place(message: &str) -> String {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before)
        .to_owned()
}

/// The start of what the caller sent, for an answer that is not to be as long.
fn echoed(text: &str) -> String {
    match text.char_indices().nth(MAX_ECHOED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value that fits no field, or a field that fits no value; `message` is serde's.
pub(crate) fn wrong_value(path: &str, message: &str) -> Problem {
    let named = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next());
    let (path, message) = (echoed(path), echoed(message));
    let problem = |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
    match (named, path.as_str()) {
        (Some(name), _) => problem(message).field(echoed(name)),
        (None, ".") => problem(message),
        (None, path) => problem(format!("`{path}`: {message}")).field(path),
    }
}
