//! Real numbers in answers to people who are signed in: masked, unless they ask to see them and may.
//!
//! Whatever looks like a number is masked, but where only pool numbers can stand: what a new view holds is masked
//! before somebody has thought of it.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::uri::{PathAndQuery, Uri};
use serde_json::Value;

use super::problem::{Problem, Result};
use crate::domain::{E164, id};

/// The header by which real numbers are asked for.
const REVEAL: HeaderName = HeaderName::from_static("x-reveal");
/// The header of an answer in which numbers are masked.
pub(crate) const MASKED: HeaderName = HeaderName::from_static("x-masked");

/// Fields in which pool numbers stand, and never a real one.
const OF_POOLS: [&str; 7] = [
    "number",
    "numbers",
    "mirror_number",
    "shown_number",
    "dialled_number",
    "former_number",
    "new_number",
];

/// Whether real numbers are asked for, by the header or by `reveal=true` in the query, which is taken out of it: it is
/// no parameter of any one operation.
pub(super) fn asked(req: &mut ServiceRequest) -> bool {
    let by_header = req
        .headers()
        .get(REVEAL)
        .is_some_and(|value| ["1", "true"].iter().any(|yes| value.as_bytes() == yes.as_bytes()));
    let query = req.query_string().to_owned();
    if !query.split('&').any(|pair| pair.starts_with("reveal=")) {
        return by_header;
    }
    let by_query = query.split('&').any(|pair| pair == "reveal=true");
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("reveal="))
        .collect();
    let target = match rest.is_empty() {
        true => req.path().to_owned(),
        false => format!("{}?{}", req.path(), rest.join("&")),
    };
    let mut parts = req.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(target).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        req.head_mut().uri = uri;
    }
    by_header || by_query
}

/// A path without numbers, for the audit log.
pub(super) fn path(path: &str) -> String {
    // However it is written: with dots, with blanks, with letters before it.
    let is_number = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= 5 && !id::is_any(part);
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| if is_number(part) { "…" } else { part })
        .collect();
    parts.join("/")
}

/// Every number in a text, masked.
pub(super) fn text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('+') {
        let (before, from) = rest.split_at(at);
        masked.push_str(before);
        let digits = from.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        let (found, after) = from.split_at(1 + digits);
        match found.parse::<E164>() {
            Ok(_) if is_example(&masked, found) => masked.push_str(found),
            Ok(number) => masked.push_str(&number.masked_for_people()),
            // More digits than a number has may still hold one.
            Err(_) if digits > 15 => masked.push('…'),
            Err(_) => masked.push_str(found),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Whether a number is the one with which sentences show what numbers look like.
fn is_example(before: &str, number: &str) -> bool {
    E164::SUCH_AS
        .strip_suffix(number)
        .is_some_and(|such_as| before.ends_with(such_as))
}

/// Masks what a member is called elsewhere, where that is a number.
fn reference(given: &str) -> Option<String> {
    let digits: String = given.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() >= 7 && given.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    is_number.then(|| format!("••• ••{}", &digits[digits.len() - 2..]))
}

/// Masks what stands in a JSON value; `field` is what the value is of. True where something was.
pub(super) fn json(value: &mut Value, field: &str, is_pool: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(given) => {
            let masked = match field {
                "reference" => reference(given),
                // A text says what it says.
                "text" => None,
                _ if is_pool(field) => None,
                _ if given.contains('+') => Some(text(given)),
                _ => None,
            };
            match masked {
                Some(masked) if masked != *given => {
                    *given = masked;
                    true
                }
                _ => false,
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .fold(false, |any, one| json(one, field, is_pool) | any),
        Value::Object(fields) => fields
            .iter_mut()
            .fold(false, |any, (name, one)| json(one, name, is_pool) | any),
        _ => false,
    }
}

/// The answer with its numbers masked. An answer that is not JSON has none.
pub(super) async fn answer(answer: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>> {
    let problem = answer.response().error().and_then(|e| e.as_error::<Problem>());
    if let Some(problem) = problem {
        let masked = problem.clone().masked(text);
        let (request, _) = answer.into_parts();
        return Ok(ServiceResponse::from_err(masked, request));
    }
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let route = answer.request().path().to_owned();
    // Virtual phones are nobody's.
    // Nor has a report on the table any: it holds ids, and may be long.
    if !is_json || route.starts_with("/v1/loopback/") || route.starts_with("/v1/verifications/") {
        return Ok(answer);
    }
    let of_swaps = route.contains("/swaps");
    let (request, response) = answer.into_parts();
    let (head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => to_bytes(body).await.map_err(|_| Problem::internal())?,
    };
    let mut value: Value = serde_json::from_slice(&bytes).map_err(|_| Problem::internal())?;
    let is_pool = |field: &str| OF_POOLS.contains(&field) || of_swaps && ["from", "to"].contains(&field);
    let is_changed = json(&mut value, "", &is_pool);
    let (bytes, mut head) = match is_changed {
        true => (value.to_string().into(), head),
        false => (bytes, head),
    };
    if is_changed {
        head.headers_mut()
            .insert(MASKED, HeaderValue::from_static("true"));
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(bytes))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn real_numbers_are_masked_and_pool_numbers_are_not() {
        let mut value = json!({
            "phone": "+14155550112", "number": "+15005550100", "numbers": ["+15005550101"],
            "name": "+447700900123", "devices": [{ "phone": "+35312345678" }], "text": "call +14155550112",
            "reference": "(415) 555-0112", "what_is_new": ["+14155550112"], "id": "mem_1", "count": 14155550112_i64,
        });
        let masked = super::json(&mut value, "", &|field| OF_POOLS.contains(&field));
        assert!(masked);
        assert_eq!(
            value,
            json!({
                "phone": "+1 415 ••• ••12", "number": "+15005550100", "numbers": ["+15005550101"],
                "name": "+44 770 ••• ••23", "devices": [{ "phone": "+353 123 ••• ••78" }],
                "text": "call +14155550112", "reference": "••• ••12", "what_is_new": ["+1 415 ••• ••12"],
                "id": "mem_1", "count": 14155550112_i64,
            })
        );
        assert!(!super::json(&mut json!({ "id": "mem_1" }), "", &|_| false));
    }

    #[test]
    fn numbers_in_sentences_and_paths_are_masked() {
        assert_eq!(
            text("+14155550101 is 2+2, +1; not +14155550102."),
            "+1 415 ••• ••01 is 2+2, +1; not +1 415 ••• ••02."
        );
        assert_eq!(text("+1234567890123456789"), "…");
        let wrong = "5550112".parse::<E164>().unwrap_err().to_string();
        assert_eq!(text(&wrong), wrong, "it shows how a number is written");
        assert_eq!(text("such as +14155550102"), "such as +1 415 ••• ••02");
        assert_eq!(text("of +14155550101"), "of +1 415 ••• ••01");
        assert_eq!(
            path("/v1/loopback/phones/%2B14155550101/texts"),
            "/v1/loopback/phones/…/texts"
        );
        assert_eq!(path("/v1/x/com_0000000000001"), "/v1/x/com_0000000000001");
        for written in [
            "tel:+14155550112",
            "%252B14155550112",
            "+1-415-555-0112",
            "+1 415 555 0112",
            "tel_14155550112",
            "tel_4915112345678",
            "_8613812345678",
        ] {
            assert_eq!(
                path(&format!("/v1/opt_outs/{written}")),
                "/v1/opt_outs/…",
                "{written}"
            );
        }
    }

    #[test]
    fn of_a_short_number_less_is_shown() {
        let of = |number: &str| number.parse::<E164>().unwrap().masked_for_people();
        assert_eq!(of("+3531234"), "+353 ••• ••34");
        assert_eq!(of("+4912345678"), "+49 123 ••• ••78");
    }
}
