//! Media of texts: kept here from when an edge has fetched them, passed on by links of our own, so that the
//! other side learns nothing of where they came from.

use async_trait::async_trait;

use super::Switchboard;
use super::exchange::intake_error;
use super::known;
use super::outlet::{IntakeError, OutboundText, Outlet, OutletError};
use crate::domain::id::{CommunityId, MessageId, NumberId};
use crate::domain::pool::{Capabilities, Capability};
use crate::store::media::{self, MediaRow};
use crate::store::messages::MessageRow;
use crate::store::numbers;
use crate::store::outbox::OutboxRow;
use crate::store::{Conn, StoreError};

/// How long something is kept that no text carries (yet): its text was refused, or is a duplicate.
const UNCARRIED_S: i64 = 3_600;
/// How many are forgotten in one transaction; each may be megabytes.
const FORGET: i64 = 20;

/// Something that came with a text, fetched, checked, and without what it says about its maker.
#[derive(Clone)]
pub struct NewMedia {
    /// What its link will end with: 128 random bits, in letters and digits.
    pub token: String,
    /// Its type, as in `image/png`.
    pub content_type: String,
    /// The thing itself.
    pub bytes: Vec<u8>,
    /// How long it is kept.
    pub keep_s: i64,
}

/// Something kept.
#[derive(Clone)]
pub struct Media {
    /// Its type, as in `image/png`.
    pub content_type: String,
    /// The thing itself.
    pub bytes: Vec<u8>,
}

/// Where edges keep media, and find them again.
#[async_trait]
pub trait MediaShelf: Send + Sync + 'static {
    /// Keeps something; returns once it is durable. A text handed in afterwards may carry it.
    async fn keep_media(&self, new: NewMedia) -> Result<(), IntakeError>;

    /// What a token stands for, until it expires.
    async fn media(&self, token: &str) -> Result<Option<Media>, IntakeError>;

    /// Forgets some of what has expired; true where there may be more.
    async fn forget_media(&self) -> Result<bool, IntakeError>;
}

#[async_trait]
impl MediaShelf for Switchboard {
    async fn keep_media(&self, new: NewMedia) -> Result<(), IntakeError> {
        let kept = self.write(move |conn, ctx| {
            let row = MediaRow {
                token: new.token.clone(),
                content_type: new.content_type.clone(),
                bytes: new.bytes.clone(),
                created_at: ctx.now.0,
                expires_at: ctx.now.plus_s(UNCARRIED_S).0,
                keep_until: ctx.now.plus_s(new.keep_s.max(UNCARRIED_S)).0,
            };
            Ok(media::insert(conn, &row)?)
        });
        kept.await.map_err(intake_error)
    }

    async fn media(&self, token: &str) -> Result<Option<Media>, IntakeError> {
        let (token, now) = (token.to_owned(), self.now());
        let found = self.read(move |conn| Ok(media::get(conn, &token, now)?)).await;
        let row = found.map_err(intake_error)?;
        Ok(row.map(|row| Media {
            content_type: row.content_type,
            bytes: row.bytes,
        }))
    }

    async fn forget_media(&self) -> Result<bool, IntakeError> {
        let gone = self
            .write(|conn, ctx| Ok(media::forget(conn, ctx.now, FORGET)?))
            .await;
        Ok(gone.map_err(intake_error)? as i64 == FORGET)
    }
}

impl Switchboard {
    /// Says, once, what links to media begin with, such as `https://texts.example.org/media/`.
    pub fn with_media_links(self, begin: String) -> Self {
        let _ = self.inner.media_links.set(begin);
        self
    }
}

/// Writes a message that carries what came with its text, unless it has come before: then the one that it is
/// again.
pub(super) fn insert(
    conn: &mut Conn,
    row: &mut MessageRow,
    tokens: &[String],
) -> super::error::Result<Option<MessageRow>> {
    row.media = i16::try_from(tokens.len()).unwrap_or(i16::MAX);
    if let Some(before) = known::insert(conn, row)? {
        return Ok(Some(before));
    }
    if !tokens.is_empty() {
        media::attach(
            conn,
            CommunityId::from_i64(row.community_id),
            row.message_id(),
            tokens,
        )?;
    }
    Ok(None)
}

/// Puts the links into a text that is about to leave: as media where both the number and the outlet can,
/// as lines of the text elsewhere.
pub(super) async fn put_links(
    board: &Switchboard,
    outlet: &dyn Outlet,
    row: &OutboxRow,
    text: &mut OutboundText,
) -> Result<(), OutletError> {
    let (community, message) = (
        CommunityId::from_i64(row.community_id),
        MessageId::from_i64(row.message_id),
    );
    let number = NumberId::from_i64(row.number_id);
    let found = board.read_store(move |conn| {
        let tokens = media::of_message(conn, community, message)?;
        let number = numbers::get(conn, community, number)?;
        Ok::<_, StoreError>((tokens, number.map_or(0, |n| n.capabilities)))
    });
    let (tokens, capabilities) = found.await.map_err(|_| OutletError::Retry {
        detail: "the text's media could not be looked up".into(),
        after_ms: None,
    })?;
    let mms = Capabilities::from_bits(capabilities).covers(vec![Capability::Mms].into());
    // Without carriers that bring media there are no links to give; that text came under other settings.
    let Some(begin) = board.inner.media_links.get() else {
        add_line(&mut text.text, "[media are no longer available]");
        return Ok(());
    };
    let links = tokens.into_iter().map(|token| format!("{begin}{token}"));
    if mms && outlet.takes_media() {
        text.media = links.collect();
    } else {
        links.for_each(|link| add_line(&mut text.text, &link));
    }
    Ok(())
}

fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}
