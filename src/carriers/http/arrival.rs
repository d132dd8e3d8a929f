//! A text that a provider brought, made ready for the exchange: its media are fetched and kept first.

use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use tokio::sync::Semaphore;

use super::Random;
use super::doors::TOKEN_CHARS;
use super::driver::ArrivedText;
use super::fetch::{Fetcher, NotFetched};
use super::rest::HttpCarrier;
use crate::config::http_carriers::HttpCarriersConfig;
use crate::switchboard::media::{MediaShelf, NewMedia};
use crate::switchboard::outlet::{Exchange, InboundText, IntakeError, MediaWanted};

/// Texts whose media are fetched at once; each holds one file in memory. Further ones are asked to come again.
const FETCHING: usize = 8;

/// Makes texts ready.
pub(super) struct Arrivals {
    fetcher: Fetcher,
    random: Random,
    slots: Semaphore,
    time: Duration,
    parts: usize,
    keep_s: i64,
}

impl Arrivals {
    pub fn new(config: &HttpCarriersConfig, random: Random) -> reqwest::Result<Self> {
        Ok(Self {
            fetcher: Fetcher::new(config)?,
            random,
            slots: Semaphore::new(FETCHING),
            time: Duration::from_secs(config.media_timeout_s),
            parts: config.media_max_parts,
            keep_s: config.media_keep_s,
        })
    }

    /// The text with tokens in place of its media; what is not passed on is said in a line, so that nothing is
    /// lost without a word.
    pub async fn inbound(
        &self,
        (exchange, shelf): (&dyn Exchange, &dyn MediaShelf),
        carrier: &HttpCarrier,
        arrived: ArrivedText,
    ) -> Result<InboundText, IntakeError> {
        let mut text = InboundText {
            carrier: carrier.name.clone(),
            carrier_ref: Some(arrived.carrier_ref),
            from: arrived.from,
            to: arrived.to,
            text: arrived.text,
            want_receipt: false,
            valid_for_s: None,
            media: Vec::new(),
            held: Vec::new(),
        };
        if arrived.media.is_empty() {
            return Ok(text);
        }
        // Whoever knows a number can send media; what goes no further is not worth a request.
        match exchange.media_wanted(text.from, text.to, &text.text).await? {
            MediaWanted::Fetch => {}
            MediaWanted::Keyword => return Ok(text),
            MediaWanted::Refused => {
                add_line(
                    &mut text.text,
                    "[Attachments were not passed on: the text was refused.]",
                );
                return Ok(text);
            }
        }
        let _slot = self.slots.try_acquire().map_err(|_| IntakeError::Overloaded)?;
        let auth = carrier.driver.media_auth();
        // One moment for all: the provider's webhook waits no longer.
        let deadline = tokio::time::sleep(self.time);
        tokio::pin!(deadline);
        let mut over = false;
        for (at, source) in arrived.media.iter().enumerate() {
            if at >= self.parts {
                add_line(
                    &mut text.text,
                    "[Further attachments were not passed on: there are too many.]",
                );
                break;
            }
            let fetched = match over {
                true => Err(NotFetched::Failed),
                false => tokio::select! {
                    fetched = self.fetcher.fetch(source, &carrier.base, auth.as_ref()) => fetched,
                    () = &mut deadline => {
                        over = true;
                        Err(NotFetched::Failed)
                    }
                },
            };
            match fetched {
                Ok((kind, bytes)) => {
                    let token = self.token();
                    let new = NewMedia {
                        token: token.clone(),
                        content_type: kind.content_type().to_owned(),
                        bytes,
                        keep_s: self.keep_s,
                    };
                    shelf.keep_media(new).await?;
                    text.media.push(token);
                }
                Err(why) => {
                    tracing::info!(carrier = %carrier.name, %why, "an attachment was not passed on");
                    add_line(
                        &mut text.text,
                        &format!("[An attachment was not passed on: {why}.]"),
                    );
                }
            }
        }
        Ok(text)
    }

    fn token(&self) -> String {
        let random = (self.random)();
        let mut token = BASE32_NOPAD.encode(&random[..16]).to_ascii_lowercase();
        token.truncate(TOKEN_CHARS);
        token
    }
}

fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}
