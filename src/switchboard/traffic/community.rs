//! All of a community's numbers and pools with what is known of their traffic, looked up at once.

use super::facts::Facts;
use super::report::age_s;
use crate::domain::Timestamp;
use crate::domain::id::CommunityId;
use crate::domain::traffic::Room;
use crate::store::Conn;
use crate::store::numbers::{self, NumberRow};
use crate::store::pools::{self, PoolRow};
use crate::switchboard::error::Result;

/// Rows read at once.
const PAGE: i64 = 1_000;

/// What was looked up.
pub(crate) struct CommunityFacts {
    pub pools: Vec<PoolRow>,
    /// Each number, and its room for more traffic.
    pub numbers: Vec<(NumberRow, Room)>,
    /// Texts that wait, of all nodes.
    pub waiting: i64,
    /// For how long the oldest has.
    pub oldest_waiting_s: Option<i64>,
    /// Texts that left today.
    pub sent_today: i64,
}

/// Looks it up.
pub(crate) fn community_facts(
    conn: &mut Conn,
    community: CommunityId,
    now: Timestamp,
) -> Result<CommunityFacts> {
    let facts = Facts::load(conn, community, now)?;
    let mut known = CommunityFacts {
        pools: Vec::new(),
        numbers: Vec::new(),
        waiting: 0,
        oldest_waiting_s: None,
        sent_today: 0,
    };
    let mut after = 0;
    loop {
        let page = pools::list(conn, community, after, PAGE)?;
        let is_full = page.len() as i64 == PAGE;
        after = page.last().map_or(after, |row| row.id);
        known.pools.extend(page);
        if !is_full {
            break;
        }
    }
    let (mut after, mut oldest) = (0, None);
    loop {
        let page = numbers::list(conn, community, after, PAGE)?;
        let is_full = page.len() as i64 == PAGE;
        after = page.last().map_or(after, |row| row.id);
        for row in page {
            let (waiting, since) = facts.waiting(row.id);
            known.waiting += waiting;
            oldest = oldest.into_iter().chain(since).min();
            known.sent_today += facts.number(&row).sent_today;
            let room = facts.room(&row).0;
            known.numbers.push((row, room));
        }
        if !is_full {
            break;
        }
    }
    known.oldest_waiting_s = age_s(oldest, now);
    Ok(known)
}
