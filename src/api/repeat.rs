//! Requests that are repeated under the same Idempotency-Key: done once, answered alike.

use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use data_encoding::HEXLOWER;
use futures_util::stream;
use sha2::{Digest, Sha256};

use super::json::whole_body;
use super::problem::{Problem, Result};
use super::{ApiState, Limits, Shared};
use crate::domain::id::KeyId;
use crate::switchboard::{Caller, Claim, Switchboard};

/// The header under which a caller repeats a request without doing it twice.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const MAX_KEY_BYTES: usize = 200;
/// The longest answer that is kept, in bytes; of a longer one only what came of it.
const MOST_KEPT: usize = 64 * 1024;
/// How often old answers are looked for.
const SWEEP_EVERY_MS: i64 = 10 * 60_000;

/// The caller's name for a request, if it has one.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let key = value.as_bytes();
    let is_sane = (1..=MAX_KEY_BYTES).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    match (is_sane, values.next()) {
        (true, None) => Ok(Some(String::from_utf8_lossy(key).into_owned())),
        _ => Err(Problem::malformed(
            "bad_idempotency_key",
            format!(
                "the header Idempotency-Key must be given once, with 1 to {MAX_KEY_BYTES} visible ASCII \
                 characters and no blanks"
            ),
        )
        .field("Idempotency-Key")),
    }
}

/// On an answer that holds a secret: what was made, for those who ask for it again.
struct ShownOnce(String);

/// Marks an answer that holds a secret: it is given once and kept nowhere.
pub(crate) fn shown_once(answer: HttpResponse, what: &str) -> HttpResponse {
    let mut answer = answer;
    answer.extensions_mut().insert(ShownOnce(format!(
        "{what} was made by the first request with this Idempotency-Key; its secret was shown there, once"
    )));
    answer
}

/// Marks an answer as one that was given before.
pub(crate) fn replayed(answer: &mut HttpResponse) {
    answer
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
}

/// Has old answers forgotten now and then.
#[derive(Default)]
pub(crate) struct Sweeper {
    swept_at: AtomicI64,
}

impl Sweeper {
    fn sweep(&self, board: &Switchboard) {
        let now = board.now().0;
        let last = self.swept_at.load(Ordering::Relaxed);
        let is_due = now - last > SWEEP_EVERY_MS;
        if !is_due
            || self
                .swept_at
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        let board = board.clone();
        tokio::spawn(async move {
            if let Err(error) = board.forget_answers().await {
                tracing::warn!(%error, "old answers could not be forgotten");
            }
        });
    }
}

fn hash(req: &ServiceRequest, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    let target = req.uri().path_and_query().map_or("", |t| t.as_str());
    for part in [req.method().as_str().as_bytes(), target.as_bytes()] {
        digest.update(part);
        digest.update(b"\n");
    }
    digest.update(body);
    HEXLOWER.encode(&digest.finalize())
}

/// The answer that was given before.
fn again(status: u16, body: String) -> std::result::Result<HttpResponse, Problem> {
    let status = StatusCode::from_u16(status).map_err(|_| Problem::internal())?;
    if !status.is_success() {
        let problem = Problem::of_kept(status, &body).unwrap_or_else(Problem::internal);
        return Err(problem.header(REPLAYED, HeaderValue::from_static("true")));
    }
    let mut answer = HttpResponse::build(status);
    let mut answer = match body.is_empty() {
        true => answer.finish(),
        false => answer.content_type("application/json").body(body),
    };
    replayed(&mut answer);
    Ok(answer)
}

/// Says no to a request whose name is taken.
fn refusal(claim: &Claim) -> Problem {
    match claim {
        Claim::Another => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "this Idempotency-Key was used for another request; choose a new key for a new request",
        )
        .field("Idempotency-Key"),
        _ => Problem::new(
            StatusCode::CONFLICT,
            "in_flight",
            "the first request with this Idempotency-Key is still under way; ask again shortly",
        )
        .header(header::RETRY_AFTER, HeaderValue::from_static("1")),
    }
}

/// Does a request once for each Idempotency-Key of an API key. Stands before the handlers of POST.
pub(crate) async fn once(
    mut req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    match claimed(&mut req).await {
        Ok(None) => next.call(req).await,
        Ok(Some(Turn::Mine(name))) => {
            // In a task of its own: were the caller to hang up, the work would be done and not be kept.
            let done = actix_web::rt::spawn(async move {
                let answer = next.call(req).await;
                match answer {
                    Ok(answer) => Ok(keep(name, answer).await),
                    Err(error) => {
                        name.release().await;
                        Err(error)
                    }
                }
            });
            done.await.unwrap_or_else(|_| Err(Problem::internal().into()))
        }
        Ok(Some(Turn::Over(answer))) => Ok(req.into_response(answer)),
        Err(problem) => Ok(req.error_response(problem)),
    }
}

/// What is to be done with a request that has a name.
enum Turn {
    Mine(Name),
    Over(HttpResponse),
}

/// A name that was claimed.
struct Name {
    board: Switchboard,
    key: KeyId,
    name: String,
}

impl Name {
    async fn release(self) {
        if let Err(error) = self.board.release_request(self.key, self.name).await {
            tracing::warn!(%error, "a claimed Idempotency-Key could not be given back");
        }
    }
}

async fn claimed(req: &mut ServiceRequest) -> Result<Option<Turn>> {
    let Some(name) = key(req.headers())? else {
        return Ok(None);
    };
    let caller = req.extensions().get::<Caller>().cloned();
    let state = req.app_data::<Data<ApiState>>().cloned();
    let shared = req.app_data::<Data<Shared>>().cloned();
    let (Some(caller), Some(state), Some(shared)) = (caller, state, shared) else {
        return Err(Problem::internal());
    };
    let limits = req.app_data::<Data<Limits>>().map(|l| *l.get_ref());
    let body = whole_body(limits, req.take_payload()).await?;
    let (hash, is_rehearsal) = (hash(req, &body), asks_for_a_rehearsal(&body));
    req.set_payload(payload_of(body));
    if is_rehearsal {
        // It changes nothing, and is worth nothing later: its name stays free for the request that it rehearses.
        return Ok(None);
    }
    let claim = state.board.claim_request(caller.key, name.clone(), hash).await?;
    shared.repeats.sweep(&state.board);
    match claim {
        Claim::Mine => Ok(Some(Turn::Mine(Name {
            board: state.board.clone(),
            key: caller.key,
            name,
        }))),
        Claim::Answered { status, body } => again(status, body).map(|a| Some(Turn::Over(a))),
        claim => Err(refusal(&claim)),
    }
}

/// Whether a body says that nothing is to be written.
fn asks_for_a_rehearsal(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Rehearsal {
        #[serde(default)]
        dry_run: bool,
    }
    serde_json::from_slice(body).is_ok_and(|r: Rehearsal| r.dry_run)
}

fn payload_of(body: Bytes) -> Payload {
    Payload::Stream {
        payload: Box::pin(stream::once(std::future::ready(Ok(body)))),
    }
}

/// Answers that say nothing on the request itself, but on the moment.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        )
}

/// What is said in place of an answer that is too long to be kept: that the request is over, and how it ended.
fn not_kept(status: StatusCode) -> Problem {
    let detail = format!(
        "the first request with this Idempotency-Key was done and answered with status {}, in more than {MOST_KEPT} \
         bytes, which are not kept; GET what it was about to see how it stands",
        status.as_u16()
    );
    Problem::new(StatusCode::CONFLICT, "answer_not_kept", detail)
}

/// Keeps an answer under its name, and hands it on.
async fn keep(name: Name, answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if is_passing(status) {
        name.release().await;
        return answer;
    }
    let problem = answer.response().error().and_then(|e| e.as_error::<Problem>());
    let (answer, status, kept) = if let Some(problem) = problem {
        let kept = problem.kept();
        (answer, status, kept)
    } else {
        let once = answer
            .response()
            .extensions()
            .get::<ShownOnce>()
            .map(|s| s.0.clone());
        let (request, response) = answer.into_parts();
        let (head, body) = response.into_parts();
        let body = match body.try_into_bytes() {
            Ok(bytes) => bytes,
            Err(body) => to_bytes(body).await.unwrap_or_default(),
        };
        let (status, kept) = match once {
            Some(what) => {
                let problem = Problem::new(StatusCode::CONFLICT, "secret_shown_once", what);
                (StatusCode::CONFLICT, problem.kept())
            }
            None => (status, String::from_utf8_lossy(&body).into_owned()),
        };
        let response = head.set_body(BoxBody::new(body));
        (ServiceResponse::new(request, response), status, kept)
    };
    let (status, kept) = match kept.len() > MOST_KEPT {
        true => (StatusCode::CONFLICT, not_kept(status).kept()),
        false => (status, kept),
    };
    let Name { board, key, name } = name;
    if let Err(error) = board.keep_answer(key, name, status.as_u16(), kept).await {
        // It stays under way, and is taken over once it is old.
        tracing::error!(%error, "an answer could not be kept under its Idempotency-Key");
    }
    answer
}
