//! Walks through a community's members, some at a time: each piece is a few short statements, so that traffic goes on
//! and nothing but sums is held.

use std::collections::{BTreeMap, HashMap};

use super::tally::{Counted, Place, Tally};
use super::world::World;
use crate::domain::Timestamp;
use crate::domain::capacity::{self, DAY_MS, History, WINDOW_DAYS};
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::pool::Region;
use crate::store::Conn;
use crate::store::capacity::{self as rows, PastRow, Piece, Since, TableRow};
use crate::switchboard::Switchboard;
use crate::switchboard::error::Result;
use crate::switchboard::side::{Known, Past};

/// What is to be walked through, and measured by which numbers: those that there are, and perhaps those that would be.
pub(super) struct Walk {
    pub community: CommunityId,
    pub worlds: Vec<World>,
    pub now: Timestamp,
    pub cool_down_s: i64,
    pub has_holds: bool,
    pub has_stops: bool,
}

impl Walk {
    /// Sums every table up, by each world; the fullest `keep` after that place are kept.
    pub async fn run(
        self: std::sync::Arc<Self>,
        board: &Switchboard,
        after: Option<Place>,
        keep: usize,
    ) -> Result<Vec<Tally>> {
        let tally = |world| Tally::new(world, self.now, after, keep);
        let mut tallies: Vec<Tally> = self.worlds.iter().map(tally).collect();
        let mut reached = 0;
        loop {
            let walk = self.clone();
            let next = board
                .read(move |conn| {
                    let Some(piece) = rows::piece(conn, walk.community, reached)? else {
                        return Ok((tallies, None));
                    };
                    walk.add(conn, piece, &mut tallies)?;
                    Ok((tallies, Some(piece.last())))
                })
                .await?;
            tallies = next.0;
            match next.1 {
                Some(last) => reached = last,
                None => return Ok(tallies),
            }
        }
    }

    fn add(&self, conn: &mut Conn, piece: Piece, tallies: &mut [Tally]) -> Result<()> {
        let window = self.now.plus_ms(-WINDOW_DAYS * DAY_MS);
        let since = Since {
            window: window.0,
            settled_ms: DAY_MS,
            idle: self.now.plus_s(-self.cool_down_s).0,
        };
        let none: &[i64] = &[];
        let elsewhere = |at: usize| self.worlds.get(at).map_or(none, |w| w.elsewhere.as_slice());
        let tables = rows::tables(conn, piece, since, [elsewhere(0), elsewhere(1)])?;
        let releases = rows::releases(conn, piece, window.0, self.now.0)?;
        let let_go = self.let_go(&tables, &releases);
        let known = self.exceptions(conn, piece, releases)?;
        let mut regions: HashMap<i64, Option<Region>> = HashMap::new();
        for (member, region) in rows::regions(conn, piece)? {
            // The oldest device comes first.
            regions
                .entry(member)
                .or_insert_with(|| region.as_deref().and_then(Region::parse));
        }
        for row in &tables {
            let member = MemberId::from_i64(row.member_id);
            let since = capacity::counts_from(Timestamp(row.joined_at), self.now);
            let count = |n: i64| usize::try_from(n).unwrap_or(0);
            for (at, (world, tally)) in self.worlds.iter().zip(tallies.iter_mut()).enumerate() {
                let off = [row.elsewhere, row.elsewhere_then][at.min(1)];
                let table = known.get(&row.member_id).map(|known| (known, member));
                let counted = Counted {
                    member,
                    region: regions.get(&row.member_id).copied().flatten(),
                    contacts: count(row.contacts),
                    unanswered: count(row.unanswered),
                    idle: count(row.idle),
                    history: History {
                        made: count(row.made) as u64,
                        let_go: let_go.get(&row.member_id).copied().unwrap_or(0),
                        over_ms: self.now.since(since).max(0),
                    },
                    room: world.room(count(row.contacts - off), table, self.now),
                };
                tally.take(&counted, world);
            }
        }
        Ok(())
    }

    /// How many older contacts each has let go of within the time that counts.
    fn let_go(&self, tables: &[TableRow], releases: &[PastRow]) -> HashMap<i64, u64> {
        let joined: BTreeMap<i64, i64> = tables.iter().map(|t| (t.member_id, t.joined_at)).collect();
        let mut gone = HashMap::new();
        for past in releases {
            let Some(joined) = joined.get(&past.member_id) else {
                continue;
            };
            let since = capacity::counts_from(Timestamp(*joined), self.now).0;
            if past.released_at >= since && past.made_at.is_some_and(|made| made < since) {
                *gone.entry(past.member_id).or_insert(0) += 1;
            }
        }
        gone
    }

    /// The tables whose numbers matter, with them: something cools down there, is kept, or was stopped.
    fn exceptions(
        &self,
        conn: &mut Conn,
        piece: Piece,
        releases: Vec<PastRow>,
    ) -> Result<HashMap<i64, Known>> {
        let mut known: HashMap<i64, Known> = HashMap::new();
        let mut past = releases;
        if self.has_holds {
            past.extend(rows::holds(conn, piece, self.now.0)?);
        }
        for row in past
            .iter()
            .filter(|row| row.cool_until.max(row.memory_until) > self.now.0)
        {
            known.entry(row.member_id).or_default().past.push(Past {
                number: NumberId::from_i64(row.number_id),
                contact: row.contact_id,
                released_at: row.released_at,
                made_at: None,
                cool_until: row.cool_until,
                kept_until: row.memory_until,
                remembered: true,
            });
        }
        if self.has_stops {
            for row in rows::stops(conn, piece)? {
                let stop = (NumberId::from_i64(row.number_id), None);
                known.entry(row.member_id).or_default().stops.push(stop);
            }
        }
        let members: Vec<MemberId> = known.keys().copied().map(MemberId::from_i64).collect();
        for row in rows::in_use(conn, self.community, &members)? {
            if let Some(known) = known.get_mut(&row.member_id) {
                known.used.insert(NumberId::from_i64(row.number_id));
            }
        }
        Ok(known)
    }
}
