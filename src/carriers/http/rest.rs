//! A carrier as an outlet: one REST call for each text.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};

use super::driver::{Driver, HttpRequest, Terms, unanswered};
use super::fetch::authorized;
use crate::domain::Clock;
use crate::switchboard::outlet::{OutboundReceipt, OutboundText, Outlet, OutletError, Sent};
use crate::switchboard::standing::{CarrierKind, LinkNote, LinkStanding, LinkState, OutletStanding};

/// The most of an answer that is read.
const MOST_ANSWER: usize = 1 << 16;
/// How long nothing is sent after an answer (or none) that concerns more than the one text.
const PAUSE_MS: i64 = 1_000;
const LONGEST_PAUSE_MS: i64 = 60_000;

/// One carrier.
pub(super) struct HttpCarrier {
    pub name: String,
    pub reaches: Vec<String>,
    pub window: usize,
    pub mms: bool,
    /// Where the provider is.
    pub base: String,
    /// Where it is to post statuses.
    pub status_url: String,
    pub driver: Arc<dyn Driver>,
    pub client: Client,
    pub clock: Arc<dyn Clock>,
    /// Not before this moment, Unix milliseconds.
    pub paused_until: AtomicI64,
    /// Whether it answered last, since when, and what it did not like.
    pub note: LinkNote,
    /// How many texts wait for its answer.
    pub in_flight: AtomicUsize,
}

/// A text that waits for the provider's answer; no longer, also where nobody waits with it any more.
struct UnderWay<'c>(&'c AtomicUsize);

impl<'c> UnderWay<'c> {
    fn count(in_flight: &'c AtomicUsize) -> Self {
        in_flight.fetch_add(1, Ordering::Relaxed);
        Self(in_flight)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HttpCarrier {
    async fn call(&self, call: HttpRequest) -> Result<Sent, OutletError> {
        let request = self
            .client
            .post(&call.url)
            .header(CONTENT_TYPE, call.content_type);
        let request = authorized(request, &call.auth).body(call.body);
        // Of the error only this much: its words hold the address, and so the account.
        let answer = request
            .send()
            .await
            .map_err(|e| unanswered(e.is_timeout() && !e.is_connect()))?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let body = read(answer).await?;
        self.driver.outcome(status, retry_after.as_deref(), &body)
    }

    /// A provider that is down, or asks to slow down, is left alone for a moment by all texts alike.
    fn pause_after(&self, result: &Result<Sent, OutletError>) {
        if let Err(OutletError::Retry { after_ms, .. }) = result {
            let pause = after_ms.unwrap_or(PAUSE_MS).clamp(PAUSE_MS, LONGEST_PAUSE_MS);
            self.paused_until
                .fetch_max(self.clock.now().plus_ms(pause).0, Ordering::Relaxed);
        }
    }
}

async fn read(mut answer: Response) -> Result<Vec<u8>, OutletError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| unanswered(true))? {
        let room = MOST_ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MOST_ANSWER {
            break;
        }
    }
    Ok(body)
}

#[async_trait]
impl Outlet for HttpCarrier {
    fn name(&self) -> &str {
        &self.name
    }

    fn reaches(&self) -> &[String] {
        &self.reaches
    }

    fn takes_media(&self) -> bool {
        self.mms
    }

    fn window(&self) -> usize {
        self.window
    }

    fn is_ready(&self) -> bool {
        self.paused_until.load(Ordering::Relaxed) <= self.clock.now().0
    }

    fn standing(&self) -> OutletStanding {
        let (state, since, trouble) = self.note.read();
        let link = LinkStanding {
            target: self.base.clone(),
            bound_as: None,
            mode: None,
            sends: true,
            // Nothing is connected: until something failed it is taken to be there.
            state: match state {
                LinkState::Connecting => LinkState::Up,
                known => known,
            },
            since,
            trouble,
            window: self.window,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            paced_per_s: None,
        };
        OutletStanding {
            kind: CarrierKind::Http,
            links: vec![link],
            ..OutletStanding::default()
        }
    }

    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError> {
        let terms = Terms {
            status_url: &self.status_url,
            now: self.clock.now(),
        };
        let under_way = UnderWay::count(&self.in_flight);
        let result = self.call(self.driver.outbound(text, &terms)).await;
        drop(under_way);
        self.pause_after(&result);
        let now = self.clock.now();
        match &result {
            Ok(_) | Err(OutletError::Refused { .. }) => self.note.up(now),
            Err(error) => self.note.down(now, error.to_string()),
        }
        result
    }

    /// A carrier asks for no receipts: its phones' texts end here.
    async fn send_receipt(&self, _receipt: &OutboundReceipt) -> Result<(), OutletError> {
        Ok(())
    }
}
