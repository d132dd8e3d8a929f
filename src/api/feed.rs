//! What happens, read and written out once for all event streams that have come equally far: a thousand readers
//! do not cost a thousand reads of the same events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use super::problem::Result;
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, EventId};
use crate::switchboard::{Event, Switchboard};

/// Events in one page.
pub(super) const PAGE: usize = 200;
/// Pages that are held. Streams that catch up, each from a place of its own, read for themselves beyond it.
const MOST_HELD: usize = 16;
/// For how long a page is given to others: what other processes tell makes no news here.
const HELD_FOR_MS: i64 = 200;

/// An event as it stands in a stream.
#[derive(Debug)]
pub(super) struct Told {
    pub id: EventId,
    pub kind: EventKind,
    pub text: String,
}

impl Told {
    pub(super) fn new(event: &Event) -> Option<Self> {
        let data = serde_json::to_string(event).ok()?;
        Some(Self {
            id: event.id,
            kind: event.kind,
            text: format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id, event.kind.word()),
        })
    }

    /// The event itself.
    pub fn json(&self) -> &str {
        let from = self.text.find("\ndata: ").map_or(0, |at| at + 7);
        self.text[from..].trim_end()
    }
}

/// Events after a place, oldest first, and whether there may be more.
#[derive(Debug)]
pub(super) struct Page {
    pub events: Vec<Arc<Told>>,
    pub is_full: bool,
}

type Place = (CommunityId, EventId);

/// A page that is being read, or was a moment ago.
struct Held {
    news: u64,
    begun_at: Timestamp,
    page: Arc<OnceCell<Arc<Page>>>,
}

/// The pages that were read last.
#[derive(Default)]
pub(crate) struct Feed {
    held: Mutex<HashMap<Place, Held>>,
}

impl Feed {
    /// The events after a place. `news` is the count of what happened ([`Switchboard::news`]) as it stood before:
    /// whatever it counts is in the page.
    pub(super) async fn page(&self, board: &Switchboard, place: Place, news: u64) -> Result<Arc<Page>> {
        let page = self.slot(place, news, board.now());
        page.get_or_try_init(|| read(board, place)).await.cloned()
    }

    fn slot(&self, place: Place, news: u64, now: Timestamp) -> Arc<OnceCell<Arc<Page>>> {
        let mut held = self.held.lock().unwrap_or_else(|p| p.into_inner());
        // The clock may have been set back; then nothing is reused.
        let is_fresh = |slot: &Held| (0..HELD_FOR_MS).contains(&now.since(slot.begun_at));
        if let Some(slot) = held
            .get(&place)
            .filter(|slot| slot.news == news && is_fresh(slot))
        {
            return slot.page.clone();
        }
        held.retain(|_, slot| is_fresh(slot));
        let page = Arc::default();
        if held.len() < MOST_HELD || held.contains_key(&place) {
            let slot = Held {
                news,
                begun_at: now,
                page: Arc::clone(&page),
            };
            held.insert(place, slot);
        }
        page
    }
}

async fn read(board: &Switchboard, (community, after): Place) -> Result<Arc<Page>> {
    let events = board.events(community, Some(after), PAGE as i64).await?;
    Ok(Arc::new(Page {
        is_full: events.len() >= PAGE,
        events: events.iter().filter_map(Told::new).map(Arc::new).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(after: i64) -> Place {
        (CommunityId::from_i64(1), EventId::from_i64(after))
    }

    #[test]
    fn those_who_came_equally_far_share_a_page_until_there_is_news() {
        let feed = Feed::default();
        let first = feed.slot(place(1), 7, Timestamp(0));
        assert!(Arc::ptr_eq(
            &first,
            &feed.slot(place(1), 7, Timestamp(HELD_FOR_MS - 1))
        ));
        assert!(!Arc::ptr_eq(&first, &feed.slot(place(2), 7, Timestamp(0))));
        let newer = feed.slot(place(1), 8, Timestamp(1));
        assert!(!Arc::ptr_eq(&first, &newer));
        assert!(Arc::ptr_eq(&newer, &feed.slot(place(1), 8, Timestamp(1))));
        assert!(!Arc::ptr_eq(
            &newer,
            &feed.slot(place(1), 8, Timestamp(1 + HELD_FOR_MS))
        ));
    }

    #[test]
    fn what_is_held_is_bounded_and_goes() {
        let feed = Feed::default();
        for after in 0..1_000 {
            feed.slot(place(after), 7, Timestamp(0));
        }
        assert_eq!(feed.held.lock().unwrap().len(), MOST_HELD);
        feed.slot(place(0), 8, Timestamp(HELD_FOR_MS));
        assert_eq!(feed.held.lock().unwrap().len(), 1);
    }
}
