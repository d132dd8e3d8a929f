//! Query strings, read as strictly as bodies: unknown and repeated parameters are named.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::json::wrong_value;
use super::problem::{Problem, Result};
use crate::domain::E164;

/// The parameters of the query string.
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.query_string()).map(Query))
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
        .map_err(|e| Problem::malformed("bad_query", format!("the query string cannot be read: {e}")))?
        .into_inner();
    let mut given = Map::new();
    for (name, value) in pairs {
        if given.insert(name.clone(), Value::String(value)).is_some() {
            let detail = format!("the parameter `{name}` is given more than once");
            return Err(Problem::invalid(name, detail));
        }
    }
    serde_path_to_error::deserialize(Value::Object(given)).map_err(|error| {
        let message = error
            .inner()
            .to_string()
            .replace("unknown field", "unknown parameter");
        match message
            .strip_prefix("unknown parameter `")
            .and_then(|m| m.split('`').next())
        {
            Some(name) => Problem::invalid(name, message.as_str()),
            None => wrong_value(&error.path().to_string(), &message),
        }
    })
}

/// A number as a parameter. A bare `+` in a query string means a blank: people forget, so it is taken
/// for what they meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhoneParam(pub E164);

impl<'de> Deserialize<'de> for PhoneParam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = match text.strip_prefix(' ') {
            Some(digits) => format!("+{digits}"),
            None => text,
        };
        text.parse().map(Self).map_err(Error::custom)
    }
}

/// `true` or `false` as a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(Error::custom("allowed are `true` and `false`")),
        }
    }
}

/// No parameters at all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}
