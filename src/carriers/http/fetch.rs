//! Fetching what came with a text, from wherever the provider says it lies: an address that others chose.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response, Url, redirect};
use thiserror::Error;

use super::driver::{Auth, MediaSource};
use crate::config::http_carriers::HttpCarriersConfig;
use crate::domain::address::not_public;
use crate::wire::media::{self, Kind, Unfit};

const MOST_REDIRECTS: usize = 3;
/// Waits before further tries of one file: some providers announce it before it is there.
const TRIES_MS: [u64; 2] = [300, 900];

/// Why something that came with a text is not passed on. In words fit for the text's recipient.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum NotFetched {
    #[error("{0}")]
    Unfit(#[from] Unfit),
    #[error("it is too large")]
    TooLarge,
    #[error("it lies where nothing is fetched from")]
    Forbidden,
    /// The one reason that may pass.
    #[error("it could not be fetched")]
    Failed,
}

/// Fetches media.
pub(super) struct Fetcher {
    client: Client,
    max_bytes: usize,
    private: bool,
}

impl Fetcher {
    pub fn new(config: &HttpCarriersConfig) -> reqwest::Result<Self> {
        let private = config.media_private;
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(config.media_timeout_s))
            .dns_resolver(Arc::new(Public { private }))
            .build()?;
        Ok(Self {
            client,
            max_bytes: config.media_max_bytes,
            private,
        })
    }

    /// One file, checked, and without what it says about its maker. `auth` goes to the provider's own place
    /// and to no other.
    pub async fn fetch(
        &self,
        source: &MediaSource,
        base: &str,
        auth: Option<&Auth>,
    ) -> Result<(Kind, Vec<u8>), NotFetched> {
        if !source.content_type.is_empty() {
            // Before anything is asked for.
            Kind::declared(&source.content_type)?;
        }
        let mut waits = TRIES_MS.into_iter();
        let (declared, bytes) = loop {
            match self.once(source, base, auth).await {
                Err(NotFetched::Failed) => match waits.next() {
                    Some(wait) => tokio::time::sleep(Duration::from_millis(wait)).await,
                    None => return Err(NotFetched::Failed),
                },
                other => break other?,
            }
        };
        let declared = match source.content_type.as_str() {
            "" => declared,
            declared => declared.to_owned(),
        };
        Ok(media::passed_on(&declared, bytes)?)
    }

    async fn once(
        &self,
        source: &MediaSource,
        base: &str,
        auth: Option<&Auth>,
    ) -> Result<(String, Vec<u8>), NotFetched> {
        let own = Url::parse(base).map_err(|_| NotFetched::Failed)?;
        let mut url = Url::parse(&source.url).map_err(|_| NotFetched::Forbidden)?;
        for _ in 0..=MOST_REDIRECTS {
            if !self.may_ask(&url) {
                return Err(NotFetched::Forbidden);
            }
            let mut request = self.client.get(url.clone());
            if let Some(auth) = auth.filter(|_| url.origin() == own.origin()) {
                request = authorized(request, auth);
            }
            let answer = request.send().await.map_err(|_| NotFetched::Failed)?;
            if !answer.status().is_redirection() {
                return self.body(answer).await;
            }
            let next = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok());
            let next = next.and_then(|next| url.join(next).ok());
            url = next.ok_or(NotFetched::Failed)?;
        }
        Err(NotFetched::Forbidden)
    }

    async fn body(&self, mut answer: Response) -> Result<(String, Vec<u8>), NotFetched> {
        if !answer.status().is_success() {
            return Err(NotFetched::Failed);
        }
        let told = answer.headers().get(CONTENT_TYPE).and_then(|t| t.to_str().ok());
        let told = told.unwrap_or_default().to_owned();
        let room = u64::try_from(self.max_bytes).unwrap_or(u64::MAX);
        if answer.content_length().is_some_and(|length| length > room) {
            return Err(NotFetched::TooLarge);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| NotFetched::Failed)? {
            if bytes.len() + chunk.len() > self.max_bytes {
                return Err(NotFetched::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((told, bytes))
    }

    /// Names are looked at when they are resolved; an address in the URL itself is not resolved.
    fn may_ask(&self, url: &Url) -> bool {
        if self.private {
            return matches!(url.scheme(), "http" | "https");
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        url.scheme() == "https" && !host.is_empty() && host.parse::<IpAddr>().map_or(true, is_public)
    }
}

/// A call with who asks.
pub(super) fn authorized(request: reqwest::RequestBuilder, auth: &Auth) -> reqwest::RequestBuilder {
    match auth {
        Auth::Basic { user, password } => request.basic_auth(user, Some(password)),
        Auth::Bearer(key) => request.bearer_auth(key),
    }
}

/// Resolves names, leaving out addresses that only a machine inside can mean: the check and the connection use
/// one and the same answer.
struct Public {
    private: bool,
}

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|a| private || is_public(a.ip())).collect();
            if public.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public Internet's.
pub(super) fn is_public(ip: IpAddr) -> bool {
    not_public(ip).is_none()
}
