//! The HTTP client: requests to addresses that others name, and so with care. Names are resolved here and
//! what they resolve to is looked at before anything connects to it; redirects are walked by hand.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

use super::sign::signatures;
use crate::config::callbacks::CallbacksConfig;
use crate::domain::Clock;
use crate::domain::address::not_public;

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 3;
/// Most of an answer that is read.
pub(super) const MOST_ANSWER_BYTES: usize = 65_536;
/// Idle connections to one host.
const IDLE_PER_HOST: usize = 8;
const IDLE_FOR: Duration = Duration::from_secs(30);
const USER_AGENT: &str = concat!("partyline/", env!("CARGO_PKG_VERSION"));

/// Why there is no client.
#[derive(Debug, Error)]
#[error("callbacks cannot start: {0}")]
pub struct CallbacksError(String);

/// What is asked.
pub(super) struct Request<'a> {
    pub url: &'a str,
    /// The `webhook-id`.
    pub id: &'a str,
    pub body: &'a str,
    pub secrets: &'a [String],
    pub within: Duration,
}

/// What came back. A failure before an answer has no status.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub status: Option<u16>,
    pub retry_after_ms: Option<i64>,
    pub error: Option<String>,
    /// The headers sent, without signatures.
    pub request: String,
    /// The start of the body.
    pub body: Vec<u8>,
}

impl Reply {
    pub fn is_success(&self) -> bool {
        self.error.is_none() && self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Sends signed requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Poster {
    client: Client,
    config: Arc<CallbacksConfig>,
    clock: Arc<dyn Clock>,
}

impl Poster {
    pub fn new(config: Arc<CallbacksConfig>, clock: Arc<dyn Clock>) -> Result<Self, CallbacksError> {
        let resolver = Arc::new(Checked {
            config: config.clone(),
        });
        let client = Client::builder()
            .use_preconfigured_tls(tls()?)
            .dns_resolver(resolver)
            .redirect(redirect::Policy::none())
            // A proxy would connect in our place, to addresses that nobody looked at.
            .no_proxy()
            .referer(false)
            .user_agent(USER_AGENT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .pool_idle_timeout(IDLE_FOR)
            .build()
            .map_err(|error| CallbacksError(told(&error)))?;
        Ok(Self {
            client,
            config,
            clock,
        })
    }

    /// Asks, and waits for the answer for as long as the request says.
    pub async fn post(&self, request: &Request<'_>) -> Reply {
        let timestamp_s = self.clock.now().0.div_euclid(1000);
        let mut reply = Reply {
            request: format!(
                "POST {}\ncontent-type: application/json\nuser-agent: {USER_AGENT}\nwebhook-id: {}\n\
                 webhook-timestamp: {timestamp_s}",
                request.url, request.id
            ),
            ..Reply::default()
        };
        let Some(signature) = signatures(request.secrets, request.id, timestamp_s, request.body) else {
            reply.error = Some("the endpoint has no secret that signs".into());
            return reply;
        };
        let deadline = tokio::time::sleep(request.within);
        tokio::pin!(deadline);
        let answered = tokio::select! {
            biased;
            answered = self.walk(request, timestamp_s, &signature) => answered,
            () = &mut deadline => Err(format!("no answer within {} s", request.within.as_secs_f64())),
        };
        let mut response = match answered {
            Ok(response) => response,
            Err(error) => {
                reply.error = Some(error);
                return reply;
            }
        };
        let status = response.status();
        reply.status = Some(status.as_u16());
        reply.retry_after_ms = retry_after_ms(response.headers(), self.clock.now().0);
        // The status says it all; a body that does not come is none.
        tokio::select! {
            biased;
            () = read(&mut response, &mut reply.body) => {}
            () = &mut deadline => {}
        }
        if status.is_redirection() {
            reply.error = Some(format!(
                "it answered {status}: of redirects only 307 and 308 are followed; set the endpoint's URL to where it \
                 is now"
            ));
        } else if !status.is_success() {
            reply.error = Some(format!("it answered {status}"));
        }
        reply
    }

    /// To the endpoint, and from there to where it sends us, with the same checks at each step.
    async fn walk(
        &self,
        request: &Request<'_>,
        timestamp_s: i64,
        signature: &str,
    ) -> Result<Response, String> {
        let mut url = Url::parse(request.url).map_err(|error| format!("the URL cannot be read: {error}"))?;
        for redirects in 0..=MOST_REDIRECTS {
            // Hosts that are addresses never reach the resolver.
            self.config
                .check_parsed(&url)
                .map_err(|refusal| match redirects {
                    0 => refusal,
                    _ => format!("it redirects to where callbacks do not go: {refusal}"),
                })?;
            let response = self
                .client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json")
                .header("webhook-id", request.id)
                .header("webhook-timestamp", timestamp_s)
                .header("webhook-signature", signature)
                .body(request.body.to_owned())
                .send()
                .await
                .map_err(|error| told(&error.without_url()))?;
            let moved = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
            if !moved.contains(&response.status()) {
                return Ok(response);
            }
            url = location(&response)
                .and_then(|to| url.join(to).ok())
                .ok_or_else(|| format!("it answered {} without saying where to", response.status()))?;
        }
        Err(format!("it redirects more than {MOST_REDIRECTS} times"))
    }
}

fn location(response: &Response) -> Option<&str> {
    response.headers().get(LOCATION)?.to_str().ok()
}

/// Seconds or a date.
fn retry_after_ms(headers: &HeaderMap, now_ms: i64) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    let at = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(at.timestamp_millis().saturating_sub(now_ms).max(0))
}

async fn read(response: &mut Response, body: &mut Vec<u8>) {
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MOST_ANSWER_BYTES.saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            return;
        }
    }
}

/// An error with what is behind it: the outermost says little more than that there was one.
fn told(error: &reqwest::Error) -> String {
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !sentence.contains(&inner_text) {
            sentence = format!("{sentence}: {inner_text}");
        }
        source = inner.source();
    }
    sentence
}

fn tls() -> Result<ClientConfig, CallbacksError> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        tracing::warn!("the operating system has no certificate authorities; callbacks by https will fail");
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| CallbacksError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// Resolves names, and lets only those addresses through that callbacks may go to: the connection is made
/// to the very addresses that were looked at, so that a name cannot mean something else a moment later.
struct Checked {
    config: Arc<CallbacksConfig>,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let anywhere = self.config.is_allowed_anywhere(name.as_str());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (mut good, mut refused) = (Vec::new(), None);
            for address in found {
                match not_public(address.ip()) {
                    Some(kind) if !anywhere => refused = Some(kind),
                    _ => good.push(address),
                }
            }
            match refused {
                // One bad address among good ones is left out; no good ones at all is an error that says why.
                Some(kind) if good.is_empty() => Err(format!(
                    "{} is at a {kind} address; callbacks go to public addresses only (see \
                     callbacks.allow_private_targets and callbacks.allowed_hosts)",
                    name.as_str()
                )
                .into()),
                _ => Ok(Box::new(good.into_iter()) as Box<dyn Iterator<Item = SocketAddr> + Send> as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(retry_after: &str) -> HeaderMap {
        [(RETRY_AFTER, retry_after.parse().unwrap())]
            .into_iter()
            .collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = 1_445_412_000_000;
        assert_eq!(retry_after_ms(&headers("120"), now), Some(120_000));
        assert_eq!(
            retry_after_ms(&headers("Wed, 21 Oct 2015 07:28:00 GMT"), now),
            Some(480_000)
        );
        assert_eq!(
            retry_after_ms(&headers("Wed, 21 Oct 2015 07:00:00 GMT"), now),
            Some(0)
        );
        for bad in ["", "soon", "-1", "1.5", "99999999999"] {
            assert_eq!(retry_after_ms(&headers(bad), now), None, "{bad}");
        }
    }
}
