//! Errors as RFC 9457 problems: a stable word for programs, a sentence that says what to mend.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::switchboard::SwitchboardError;
use crate::switchboard::outlet::IntakeError;

/// The header that names a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request met instead of an answer.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    field: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Rarely there, and boxed: a problem is in every result.
    extra: Option<Box<(&'static str, Value)>>,
}

/// The room's result.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A problem with its status, stable word and sentence.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            field: None,
            headers: Vec::new(),
            extra: None,
        }
    }

    /// A request that cannot be read at all.
    pub fn malformed(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// A value that cannot be.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).field(field)
    }

    /// No such thing; the same words whether it does not exist or is not the caller's to see.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        let detail = format!("there is no {what} {id}");
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Something is wrong on our side.
    pub fn internal() -> Self {
        let detail = "the broker failed to answer; the request id names it in its log";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// The database, or the exchange, cannot take it now.
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// A problem for an answer of which only the status is known.
    pub fn of_status(status: StatusCode, method: &str, allow: Option<&HeaderValue>) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(
                status,
                "no_such_path",
                "there is nothing at this path; the API lies under /v1",
            ),
            StatusCode::METHOD_NOT_ALLOWED => {
                let allowed = allow.and_then(|v| v.to_str().ok()).unwrap_or("other methods");
                let detail = format!("{method} cannot be done here; allowed: {allowed}");
                let problem = Self::new(status, "method_not_allowed", detail);
                allow
                    .into_iter()
                    .fold(problem, |p, v| p.header(header::ALLOW, v.clone()))
            }
            status if status.is_client_error() => {
                Self::new(status, "bad_request", "this request could not be understood")
            }
            _ => Self {
                status,
                ..Self::internal()
            },
        }
    }

    /// Names the field that is to be mended.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds a member of its own to the answer.
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.extra = Some(Box::new((name, value)));
        self
    }

    /// Too many requests; `wait_ms` until another may come.
    pub fn too_often(wait_ms: i64) -> Self {
        let seconds = (wait_ms.max(0) as u64).div_ceil(1000).max(1);
        let detail = format!("this key, or link, makes more requests than it may; try again in {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Too many requests without a right key from one address; `wait_ms` until another is looked at.
    pub fn too_many_failures(wait_ms: i64) -> Self {
        let seconds = (wait_ms.max(0) as u64).div_ceil(1000).max(1);
        let detail = format!(
            "too many requests from this address had no key, or a wrong one; try again in {seconds} s, with a right one"
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", detail)
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Too many tries to sign in; `wait_ms` until another is looked at.
    pub fn too_many_sign_ins(wait_ms: i64) -> Self {
        let seconds = (wait_ms.max(0) as u64).div_ceil(1000).max(1);
        let detail = format!(
            "too many tries to sign in with this name, or from this address; try again in {seconds} s"
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", detail)
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The same with its sentence said otherwise.
    pub fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        self.detail = mask(&self.detail);
        if let Some(extra) = &mut self.extra {
            super::masking::json(&mut extra.1, "", &|_| false);
        }
        self
    }

    /// What is kept of it, to be answered again.
    pub fn kept(&self) -> String {
        json!({ "code": self.code, "detail": self.detail, "field": self.field, "extra": self.extra })
            .to_string()
    }

    /// Back from what was kept.
    pub fn of_kept(status: StatusCode, kept: &str) -> Option<Self> {
        let kept: Value = serde_json::from_str(kept).ok()?;
        let text = |name: &str| kept[name].as_str().map(str::to_owned);
        let problem = Self::new(status, text("code")?, text("detail")?);
        let problem = text("field").into_iter().fold(problem, Self::field);
        // The one name that such a member has.
        Some(match kept["extra"].get(1) {
            Some(rows) => problem.with("rows", rows.clone()),
            None => problem,
        })
    }

    /// Its stable word.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The answer's body, naming the request where its id is known.
    pub fn body(&self, request_id: Option<&str>) -> Value {
        let mut title = self.code.replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut body = json!({
            "type": format!("urn:partyline:problem:{}", self.code),
            "title": title,
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(field) = &self.field {
            body["field"] = json!(field);
        }
        if let Some(extra) = &self.extra {
            let (name, value) = extra.as_ref();
            body[*name] = value.clone();
        }
        if let Some(id) = request_id {
            body["request_id"] = json!(id);
        }
        body
    }

    /// The answer.
    pub fn respond(&self, request_id: Option<&str>) -> HttpResponse {
        let body = self.body(request_id);
        let mut response = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response
            .content_type("application/problem+json")
            .body(body.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.respond(None)
    }
}

impl From<SwitchboardError> for Problem {
    fn from(error: SwitchboardError) -> Self {
        let (code, sentence) = (error.code(), error.to_string());
        match error {
            SwitchboardError::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, code, sentence),
            SwitchboardError::Invalid { field, .. } => Self::invalid(field, sentence),
            SwitchboardError::Conflict {
                code: "idempotency_key_reused",
                ..
            } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, sentence),
            SwitchboardError::Conflict {
                code: "events_forgotten",
                ..
            } => Self::new(StatusCode::GONE, code, sentence),
            SwitchboardError::Conflict { .. }
            | SwitchboardError::TableFull(_)
            | SwitchboardError::ReceivedCapFull { .. }
            | SwitchboardError::Refused(_) => Self::new(StatusCode::CONFLICT, code, sentence),
            SwitchboardError::Changed => Self::new(StatusCode::PRECONDITION_FAILED, code, sentence),
            SwitchboardError::Overloaded => Self::unavailable(code, sentence),
            SwitchboardError::Store(e) if e.is_unique_violation() => Self::new(
                StatusCode::CONFLICT,
                "made_meanwhile",
                "the same thing was made at the same moment by another request; look, then try again",
            ),
            SwitchboardError::Store(_) => database_failed(&sentence),
        }
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Overloaded => Self::unavailable("overloaded", error.to_string()),
            IntakeError::Store(why) => database_failed(&why),
        }
    }
}

fn database_failed(why: &str) -> Problem {
    tracing::error!(error = why, "the database failed under a request");
    Problem::unavailable(
        "unavailable",
        "the database cannot be used at the moment; try again shortly",
    )
}
