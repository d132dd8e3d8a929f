//! The event stream: what happens in a community, as server-sent events.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::stream;
use serde::{Deserialize, Deserializer};
use tokio::sync::{mpsc, watch};
use utoipa::IntoParams;

use super::auth::{Here, Who};
use super::digest::{self, Digester};
use super::feed::{Feed, Told};
use super::problem::{Problem, Result};
use super::query::Query;
use super::{ApiState, Shared};
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, EventId, KeyId};
use crate::switchboard::{Scope, Switchboard};

/// Chunks that wait for a reader; one who leaves them there is let go.
const BUFFERED: usize = 4;
/// Events in one chunk: what a reader who does not read may cost.
const EVENTS_A_CHUNK: usize = 20;
/// How long a reader may leave the buffer full.
const PATIENCE: Duration = Duration::from_secs(20);
/// Others' news is found by looking this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// And no more often than this, however much happens.
const LOOK_AT_MOST: Duration = Duration::from_millis(50);
/// The longest that a stream with an end may be asked for, in seconds.
const MOST_S: u64 = 86_400;
/// Without events a comment shows that the stream lives.
const HEARTBEAT_MS: i64 = 15_000;

/// Kinds of events, divided by commas.
#[derive(Debug)]
pub(crate) struct Kinds(Vec<EventKind>);

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let kinds = text.split(',').map(|word| {
            EventKind::from_word(word.trim()).ok_or_else(|| {
                let all: Vec<_> = EventKind::ALL.iter().map(|k| k.word()).collect();
                serde::de::Error::custom(format!(
                    "`{}` is no kind of event; there are `{}`",
                    word.chars().take(40).collect::<String>(),
                    all.join("`, `")
                ))
            })
        });
        kinds.collect::<std::result::Result<_, _>>().map(Self)
    }
}

/// For how long a stream is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seconds(u64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        whole(deserializer, 0..=MOST_S).map(Self)
    }
}

fn whole<'de, D: Deserializer<'de>>(
    deserializer: D,
    allowed: std::ops::RangeInclusive<u64>,
) -> std::result::Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse() {
        Ok(number) if allowed.contains(&number) => Ok(number),
        _ => Err(serde::de::Error::custom(format!(
            "allowed are whole numbers from {} to {}, not `{}`",
            allowed.start(),
            allowed.end(),
            text.chars().take(40).collect::<String>()
        ))),
    }
}

/// How often a digest is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DigestSeconds(u64);

impl<'de> Deserialize<'de> for DigestSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        whole(deserializer, 1..=60).map(Self)
    }
}

/// How many events a digest shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latest(u64);

impl Default for Latest {
    fn default() -> Self {
        Self(20)
    }
}

impl<'de> Deserialize<'de> for Latest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        whole(deserializer, 0..=100).map(Self)
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The community; only a key of scope `admin` has to say it.
    community: Option<CommunityId>,
    /// Kinds of events, divided by commas; all if absent.
    #[param(value_type = Option<String>, example = "message.received,message.status")]
    types: Option<Kinds>,
    /// The id of the last event that you have, where the header cannot be set.
    after: Option<EventId>,
    /// In the place of each event, one named `digest` after so many whole seconds in which there were any, 1 to 60: its
    /// `data` is a Digest. Its `id` is that of the last event it counts, from which the stream can be taken up again
    /// (where events of other nodes may appear late, the last five seconds may be counted again then).
    #[param(value_type = Option<i64>, minimum = 1, maximum = 60, example = 1)]
    digest_s: Option<DigestSeconds>,
    /// How many of the latest events a digest shows, 0 to 100; 20 if absent.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 100, example = 20)]
    latest: Option<Latest>,
    /// Ends the stream after so many seconds; `0` ends it once what is there was told. Without it it has no end.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 86_400, example = 0)]
    for_s: Option<Seconds>,
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<EventId>> {
    let Some(value) = headers.get("last-event-id").filter(|v| !v.is_empty()) else {
        return Ok(None);
    };
    let read = value.to_str().ok().and_then(|text| text.parse().ok());
    let wrong = || {
        Problem::malformed(
            "bad_last_event_id",
            "the header Last-Event-ID must be an event's id, `evt_…`",
        )
        .field("Last-Event-ID")
    };
    read.map(Some).ok_or_else(wrong)
}

fn community(who: &Who, asked: Option<CommunityId>) -> Result<CommunityId> {
    match (who.0.scope, asked) {
        (Scope::Admin, Some(community)) => Ok(community),
        (Scope::Several, Some(community)) => match who.0.may_enter(community) {
            true => Ok(community),
            false => Err(Problem::not_found("community", community)),
        },
        (Scope::Admin | Scope::Several, None) => Err(Problem::invalid(
            "community",
            "a key of scope admin says which `community` it wants to hear of",
        )),
        (Scope::Community(own) | Scope::App(own), None) => Ok(own),
        (Scope::Community(own) | Scope::App(own), Some(asked)) if own == asked => Ok(own),
        (_, Some(asked)) => Err(Problem::not_found("community", asked)),
    }
}

/// `GET /v1/events`
#[utoipa::path(
    get, path = "/v1/events", operation_id = "stream_events", tag = "Events",
    summary = "Follow what happens",
    description = "Server-sent events, for as long as you stay. Each has `id`, `event` (its kind) and `data`: an Event as JSON, as a callback has it. After a broken connection send the last id as `Last-Event-ID` (browsers do): nothing is missed while events are kept. A comment every 15 seconds shows that the stream lives, in a stream in short a digest of nothing. A key of scope `admin` says which `community`. Who would rather ask now and then than stay gives `for_s=0` with the last id; who only looks on while much happens gives `digest_s=1`.",
    params(Wanted, ("Last-Event-ID" = Option<EventId>, Header, description = "The id of the last event that you have.")),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream"),
    ),
    extensions(("x-problems" = json!(["bad_last_event_id", "not_found", "events_forgotten", "too_many_streams"]))),
)]
pub(crate) async fn stream(
    state: Data<ApiState>,
    shared: Data<Shared>,
    who: Who,
    req: HttpRequest,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let community = community(&who, wanted.community)?;
    let board = state.board.clone();
    board.community(community).await?;
    let permit = shared.streams.open(&who)?;
    let after = last_event_id(req.headers())?.or(wanted.after);
    if let Some(after) = after {
        board.check_resume(community, after).await?;
    }
    let (chunks, taken) = mpsc::channel(BUFFERED);
    let mut teller = Teller::begin(&board, shared.feed.clone(), community, wanted.types, after).await?;
    match req.extensions().get::<Here>() {
        Some(here) => teller.session = Some(here.token.clone()),
        None => teller.key = Some(who.0.key),
    }
    teller.digest = wanted.digest_s.map(|every| {
        let latest = wanted.latest.unwrap_or_default().0;
        (
            Duration::from_secs(every.0),
            Digester::new(usize::try_from(latest).unwrap_or(0)),
        )
    });
    teller.stays = wanted.for_s.map(|s| Duration::from_secs(s.0));
    actix_web::rt::spawn(async move {
        let _permit = permit;
        if let Err(problem) = teller.run(&chunks).await {
            tracing::info!(code = problem.code(), "an event stream was ended");
        }
    });
    let body = stream::unfold(taken, |mut taken| async move {
        let chunk: Bytes = taken.recv().await?;
        Some((Ok::<_, actix_web::Error>(chunk), taken))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(body))
}

/// Reads what happens and tells it to one reader.
struct Teller {
    board: Switchboard,
    feed: Arc<Feed>,
    news: watch::Receiver<u64>,
    key: Option<KeyId>,
    /// The token of the session that it is told to, if it is one.
    session: Option<String>,
    /// How long it lasts, if it has an end.
    stays: Option<Duration>,
    /// How often it is told in short, if it is, and what was gathered for that.
    digest: Option<(Duration, Digester)>,
    /// For how long nothing was told in short.
    waited: Duration,
    community: CommunityId,
    kinds: Option<Vec<EventKind>>,
    /// Everything up to here was told.
    told: EventId,
    /// How far before that others may still appear, in milliseconds, and which of those were told.
    lag_ms: i64,
    recent: BTreeSet<EventId>,
    heard_at: Timestamp,
    /// When the key was last looked at; however much there is to tell, that is done.
    checked_at: Timestamp,
}

impl Teller {
    async fn begin(
        board: &Switchboard,
        feed: Arc<Feed>,
        community: CommunityId,
        kinds: Option<Kinds>,
        after: Option<EventId>,
    ) -> Result<Self> {
        let now = board.now();
        let mut teller = Self {
            board: board.clone(),
            feed,
            news: board.news(),
            key: None,
            session: None,
            stays: None,
            digest: None,
            waited: Duration::MAX,
            community,
            kinds: kinds.map(|k| k.0),
            told: after.unwrap_or(EventId::earliest(now)),
            lag_ms: board.events_lag_ms(),
            recent: BTreeSet::new(),
            heard_at: now,
            checked_at: now,
        };
        if after.is_none() {
            // What was there before is not told; only what appears from here on.
            teller.unseen().await?;
        }
        Ok(teller)
    }

    /// From where to look: where ids may appear late, a little before what was told.
    fn from(&self) -> EventId {
        self.told.earlier_ms(self.lag_ms)
    }

    /// The next events, each once, and whether there may be more.
    async fn unseen(&mut self) -> Result<(Vec<Arc<Told>>, bool)> {
        let (mut unseen, mut at) = (Vec::new(), self.from());
        loop {
            let news = *self.news.borrow_and_update();
            let page = self.feed.page(&self.board, (self.community, at), news).await?;
            for event in &page.events {
                at = event.id;
                // Without a lag nothing comes twice; with one, what is within it is remembered.
                if self.lag_ms == 0 || self.recent.insert(event.id) {
                    unseen.push(event.clone());
                }
                self.told = self.told.max(at);
            }
            // A page of what is known already is no reason to stop looking.
            if !page.is_full || !unseen.is_empty() {
                let from = self.from();
                self.recent = self.recent.split_off(&from);
                return Ok((unseen, page.is_full));
            }
        }
    }

    fn chunk(&self, events: &[Arc<Told>]) -> Option<Bytes> {
        let mut text = String::new();
        for event in events {
            let wanted = self.kinds.as_ref().is_none_or(|k| k.contains(&event.kind));
            // A test is for the endpoint that is tried out.
            if wanted && event.kind != EventKind::EndpointTest {
                text += &event.text;
            }
        }
        (!text.is_empty()).then(|| Bytes::from(text))
    }

    /// Whether the key still opens anything.
    async fn may_go_on(&self) -> Result<bool> {
        if let Some(token) = &self.session {
            let session = self.board.living_session(token).await?;
            return Ok(session.is_some_and(|session| session.caller.may_enter(self.community)));
        }
        let Some(key) = self.key else {
            return Ok(true);
        };
        let (key, now) = (self.board.key(key).await?, self.board.now());
        Ok(key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now))
    }

    /// Tells events, or gathers them for the next digest.
    async fn tell(&mut self, chunks: &mpsc::Sender<Bytes>, events: &[Arc<Told>]) -> Result<()> {
        if let Some((_, digester)) = &mut self.digest {
            digester.add(self.kinds.as_deref(), events);
            return Ok(());
        }
        for some in events.chunks(EVENTS_A_CHUNK) {
            if let Some(chunk) = self.chunk(some) {
                send(chunks, chunk).await?;
                self.heard_at = self.board.now();
            }
        }
        Ok(())
    }

    /// Whether it is time to tell in short what was gathered; while there is `more` to gather, by the clock.
    fn is_due(&self, more: bool) -> bool {
        let Some((every, _)) = &self.digest else {
            return false;
        };
        match more {
            false => self.waited >= *every,
            true => self.board.now().since(self.heard_at) >= every.as_millis() as i64,
        }
    }

    /// Tells in short what was gathered.
    async fn sum_up(&mut self, chunks: &mpsc::Sender<Bytes>) -> Result<()> {
        self.waited = Duration::ZERO;
        let gathered = self.digest.as_mut().and_then(|(_, digester)| digester.take());
        if let Some(text) = gathered {
            send(chunks, Bytes::from(text)).await?;
            self.heard_at = self.board.now();
        }
        Ok(())
    }

    /// Until there may be more to tell: of a digest, until it is due.
    async fn wait(&mut self) {
        if let Some((every, _)) = &self.digest {
            // No longer than a heartbeat: the key is looked at as often as that.
            let longest = Duration::from_millis(HEARTBEAT_MS.unsigned_abs());
            let rest = every.saturating_sub(self.waited).min(longest);
            tokio::time::sleep(rest).await;
            self.waited = self.waited.saturating_add(rest);
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = self.news.changed() => tokio::time::sleep(LOOK_AT_MOST).await,
        }
    }

    async fn run(mut self, chunks: &mpsc::Sender<Bytes>) -> Result<()> {
        let closing = self.board.closing();
        let mut end = pin!(tokio::time::sleep(self.stays.unwrap_or_default()));
        send(chunks, Bytes::from_static(b": partyline\n\n")).await?;
        loop {
            let (events, more) = self.unseen().await?;
            self.tell(chunks, &events).await?;
            if self.is_due(more) {
                self.sum_up(chunks).await?;
            }
            if self.board.now().since(self.checked_at) >= HEARTBEAT_MS {
                if !self.may_go_on().await? {
                    return Ok(());
                }
                self.checked_at = self.board.now();
            }
            if self.board.now().since(self.heard_at) >= HEARTBEAT_MS {
                let sign = match self.digest {
                    // Browsers do not show comments to the page.
                    Some(_) => digest::NOTHING,
                    None => ": still here\n\n",
                };
                send(chunks, Bytes::from_static(sign.as_bytes())).await?;
                self.heard_at = self.board.now();
            }
            if more {
                continue;
            }
            tokio::select! {
                // What was gathered is told first: it stands behind what was resumed from.
                () = &mut end, if self.stays.is_some() => return self.sum_up(chunks).await,
                () = closing.cancelled() => return self.sum_up(chunks).await,
                () = chunks.closed() => return Ok(()),
                () = self.wait() => {}
            }
        }
    }
}

async fn send(chunks: &mpsc::Sender<Bytes>, chunk: Bytes) -> Result<()> {
    let sent = tokio::time::timeout(PATIENCE, chunks.send(chunk)).await;
    let too_slow = |_| Problem::unavailable("too_slow", "the reader of an event stream does not read");
    sent.map_err(too_slow)?
        .map_err(|_| Problem::unavailable("gone", "the reader of an event stream has gone"))
}
