//! What providers and phones ask of us: webhooks, and the media behind our own links.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use serde_json::json;

use super::arrival::Arrivals;
use super::driver::{Event, InboundRequest, Refusal};
use super::held::{self, Readers};
use super::rest::HttpCarrier;

use crate::config::http::HttpConfig;
use crate::domain::Clock;
use crate::switchboard::media::MediaShelf;
use crate::switchboard::outlet::{Exchange, InboundReceipt, IntakeError, Received, Verdict};

/// The letters and digits of a token: 128 bits, five in each.
pub(super) const TOKEN_CHARS: usize = 26;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub public_url: String,
    pub carriers: BTreeMap<String, Arc<HttpCarrier>>,
    pub arrivals: Option<Arrivals>,
    pub exchange: Arc<dyn Exchange>,
    pub shelf: Arc<dyn MediaShelf>,
    pub clock: Arc<dyn Clock>,
    /// Who may read a file at the same time.
    pub readers: Arc<Readers>,
}

#[derive(Clone, Copy)]
struct Limits {
    bytes: usize,
    time: Duration,
}

/// Puts the routes into an actix application, before those that match anything.
pub fn configure(cfg: &mut ServiceConfig, config: &HttpConfig, doors: &Doors) {
    let limits = Limits {
        bytes: config.max_body_bytes,
        time: Duration::from_secs(config.request_timeout_s),
    };
    let webhook = |path: &str| {
        web::resource(path)
            .app_data(Data::new(doors.clone()))
            .app_data(Data::new(limits))
            .route(web::post().to(webhook))
    };
    // Both take whatever a provider posts: some post everything to one address.
    cfg.service(webhook("/carriers/{name}/texts"))
        .service(webhook("/carriers/{name}/status"))
        .service(
            web::resource("/media/{token}")
                .app_data(Data::new(doors.clone()))
                .route(web::get().to(medium))
                .route(web::head().to(medium)),
        );
}

async fn webhook(req: HttpRequest, payload: Payload) -> HttpResponse {
    let (Some(doors), Some(limits)) = (req.app_data::<Data<Doors>>(), req.app_data::<Data<Limits>>()) else {
        return problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the broker failed to answer",
        );
    };
    let began = doors.inner.clock.now();
    let answer = doors.inner.answer(&req, payload, *limits.get_ref()).await;
    tracing::info!(
        carrier = req
            .match_info()
            .get("name")
            .filter(|name| doors.inner.carriers.contains_key(*name)),
        status = answer.status().as_u16(),
        duration_ms = doors.inner.clock.now().since(began),
        "answered a webhook"
    );
    answer
}

impl Inner {
    async fn answer(&self, req: &HttpRequest, payload: Payload, limits: Limits) -> HttpResponse {
        let name = req.match_info().get("name").unwrap_or_default();
        let Some(carrier) = self.carriers.get(name) else {
            return problem(StatusCode::NOT_FOUND, "not_found", "there is no such carrier");
        };
        let body = match tokio::time::timeout(limits.time, read(payload, limits.bytes)).await {
            Ok(Ok(body)) => body,
            Ok(Err(answer)) => return answer,
            Err(_) => {
                let mut answer = problem(
                    StatusCode::REQUEST_TIMEOUT,
                    "body_too_slow",
                    "the body did not arrive in time",
                );
                answer
                    .headers_mut()
                    .insert(header::CONNECTION, HeaderValue::from_static("close"));
                return answer;
            }
        };
        let headers: Vec<(String, String)> = req
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let path = req.uri().path_and_query().map_or("", |path| path.as_str());
        let request = InboundRequest {
            url: &format!("{}{path}", self.public_url),
            headers: &headers,
            body: &body,
        };
        let events = match carrier.driver.inbound(&request, self.clock.now()) {
            Ok(events) => events,
            Err(Refusal::Forged) => {
                tracing::warn!(carrier = name, "a webhook with a wrong signature was refused");
                let detail = "the signature is not that of this address and body; is public_url right?";
                return problem(StatusCode::FORBIDDEN, "bad_signature", detail);
            }
            Err(Refusal::Unreadable(why)) => {
                tracing::warn!(carrier = name, why, "a webhook could not be read");
                return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why);
            }
        };
        for event in events {
            let taken = self.take(carrier, event).await;
            if let Err(answer) = taken {
                return answer;
            }
        }
        let (kind, thanks) = carrier.driver.thanks();
        HttpResponse::Ok().content_type(kind).body(thanks)
    }

    /// Returns once it is durable.
    async fn take(&self, carrier: &HttpCarrier, event: Event) -> Result<(), HttpResponse> {
        match event {
            Event::Text(text) => {
                let arrivals = self
                    .arrivals
                    .as_ref()
                    .ok_or_else(|| later(&IntakeError::Overloaded))?;
                let text = arrivals
                    .inbound((&*self.exchange, &*self.shelf), carrier, text)
                    .await
                    .map_err(|e| later(&e))?;
                match self.exchange.receive(text).await {
                    Ok(Received {
                        verdict: Verdict::Refused { reason, reject: true },
                        ..
                    }) => Err(problem(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        reason.word(),
                        reason.sentence(),
                    )),
                    Ok(_) => Ok(()),
                    Err(error) => Err(later(&error)),
                }
            }
            Event::Moved {
                carrier_ref,
                status,
                detail,
            } => {
                let receipt = InboundReceipt {
                    carrier: carrier.name.clone(),
                    smsc: None,
                    carrier_ref,
                    status,
                    detail,
                };
                self.exchange.receipt(receipt).await.map_err(|e| later(&e))
            }
        }
    }
}

async fn read(mut payload: Payload, most: usize) -> Result<Vec<u8>, HttpResponse> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| problem(StatusCode::BAD_REQUEST, "bad_request", "the body broke off"))?;
        if body.len() + chunk.len() > most {
            let detail = "the body is longer than http.max_body_bytes";
            return Err(problem(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Something that came with a text, for whoever knows its token.
async fn medium(req: HttpRequest) -> HttpResponse {
    let token = req.match_info().get("token").unwrap_or_default();
    let is_token = token.len() == TOKEN_CHARS && token.bytes().all(|b| b.is_ascii_alphanumeric());
    let doors = req.app_data::<Data<Doors>>().filter(|_| is_token);
    let nothing = || {
        problem(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is nothing here, or not any more",
        )
    };
    let Some(doors) = doors else {
        return nothing();
    };
    let Some(turn) = doors.inner.readers.turn(doors.inner.clock.now()) else {
        return later(&IntakeError::Overloaded);
    };
    match doors.inner.shelf.media(token).await {
        Ok(Some(media)) => HttpResponse::Ok()
            .content_type(media.content_type)
            .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .body(held::body(media.bytes, turn, held::PATIENCE)),
        Ok(None) => nothing(),
        Err(error) => later(&error),
    }
}

/// Asks to come again: nothing was written.
fn later(error: &IntakeError) -> HttpResponse {
    tracing::warn!(%error, "a webhook was not taken in");
    let (code, detail) = match error {
        IntakeError::Overloaded => ("overloaded", "more is waiting than is held; try again shortly"),
        IntakeError::Store(_) => ("unavailable", "the database cannot be used; try again shortly"),
    };
    let mut answer = problem(StatusCode::SERVICE_UNAVAILABLE, code, detail);
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// RFC 9457, in the form of the API's.
fn problem(status: StatusCode, code: &str, detail: impl Display) -> HttpResponse {
    let mut title = code.replace('_', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let body = json!({
        "type": format!("urn:partyline:problem:{code}"),
        "title": title,
        "status": status.as_u16(),
        "code": code,
        "detail": detail.to_string(),
    });
    HttpResponse::build(status)
        .content_type("application/problem+json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body.to_string())
}
