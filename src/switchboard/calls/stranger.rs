//! Callers who are strangers: the app of their community may know them. It is asked while the call waits, for a few
//! seconds; whom it wants connected is connected, and then the rule is asked again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::ask::MOST_CALLS_AT_ONCE;
use super::super::error::Result;
use super::super::intercept::{self, Asking, Word};
use super::super::introductions::{self, About, Stranger};
use super::super::route::Dialled;
use super::super::told::{Masked, StrangerCalling};
use super::super::{Context, Switchboard, strangers};
use super::route::{Arriving, Routed, look_up};
use super::view::view;
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId};
use crate::store::Conn;
use crate::store::strangers::{CALL_ASKED, forget_asked};

/// Most of a community's calls about which its app is asked at once; others are met as strangers' are.
const MOST_OF_ONE: usize = 16;
/// How long an app has at most, whatever the policy gives it for texts: the voice edge waits 5 s for a ruling.
const MOST_WITHIN_MS: u64 = 4_000;

/// Questions about calls that wait for their answers, by community.
#[derive(Debug, Default)]
pub(crate) struct Questions(Mutex<HashMap<CommunityId, usize>>);

/// A place among them; given back when it is dropped.
struct Place<'a> {
    questions: &'a Questions,
    community: CommunityId,
}

impl Questions {
    fn lock(&self) -> MutexGuard<'_, HashMap<CommunityId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, community: CommunityId) -> Option<Place<'_>> {
        let mut open = self.lock();
        let all: usize = open.values().sum();
        let own = open.get(&community).copied().unwrap_or(0);
        if all >= MOST_CALLS_AT_ONCE || own >= MOST_OF_ONE {
            return None;
        }
        open.insert(community, own + 1);
        Some(Place {
            questions: self,
            community,
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut open = self.questions.lock();
        if let Some(own) = open.get_mut(&self.community) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.community);
            }
        }
    }
}

/// What came of it.
#[derive(Default)]
pub(super) struct Introduced {
    /// Whether the app was asked.
    pub asked: bool,
    /// What is found out about the call now; none where the caller is as strange as before.
    pub routed: Option<Routed>,
}

impl Switchboard {
    /// Has the app say who calls, and connects them if that is what it says.
    pub(super) async fn introduce(
        &self,
        arriving: &Arriving,
        routed: &Routed,
        phone: E164,
    ) -> Result<Introduced> {
        let row = self.call_row(arriving, &routed.facts);
        let (Some(row), Some(dialled)) = (row, routed.facts.dialled.clone()) else {
            return Ok(Introduced::default());
        };
        let community = dialled.community;
        let (Some(_place), Some(_)) = (self.inner.call_questions.begin(community), self.asker()) else {
            return Ok(Introduced::default());
        };
        let (call, about) = (view(&row)?, dialled.clone());
        let asking = self
            .write_grouped(move |conn, ctx| {
                let data = StrangerCalling {
                    call: &call,
                    phone: Masked::new(phone),
                };
                question(conn, ctx, &about, phone, data)
            })
            .await?;
        let Some(asking) = asking else {
            return Ok(Introduced::default());
        };
        let word = self.hear(community, arriving.id.to_string(), asking).await;
        let routed = match word {
            Some(Word::Connect { name, to }) => {
                let (arriving, community) = (arriving.clone(), dialled.community);
                self.write(move |conn, ctx| {
                    let stranger = Stranger {
                        community,
                        policy: &dialled.policy,
                        app: dialled.apps.stranger,
                        phone,
                        dialled: arriving.attempt.dialled,
                        about: About::Call(arriving.id),
                    };
                    connect(conn, ctx, &stranger, (&name, to), &arriving)
                })
                .await?
            }
            _ => None,
        };
        Ok(Introduced { asked: true, routed })
    }
}

/// The question, which is noted as asked; none where nobody is to be asked any more.
fn question(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    phone: E164,
    data: StrangerCalling<'_>,
) -> Result<Option<Asking>> {
    // Another call of theirs may have come at the same moment.
    if !strangers::may_ask(conn, ctx.now, dialled, (phone, CALL_ASKED))? {
        return Ok(None);
    }
    let (community, app) = (dialled.community, dialled.apps.stranger);
    let call = data.call.id.as_i64();
    let worded = intercept::worded(community, ctx.now, data)?;
    let within_ms = u64::from(dialled.policy.intercept_within_ms).min(MOST_WITHIN_MS);
    let asking = intercept::asking(conn, (community, app), ctx.now, worded, within_ms)?;
    if asking.is_some() {
        strangers::note_asked(conn, ctx, dialled, (phone, CALL_ASKED), call)?;
    }
    Ok(asking)
}

/// Connects the caller, and rules on the call anew.
fn connect(
    conn: &mut Conn,
    ctx: &Context,
    stranger: &Stranger<'_>,
    wanted: (&str, MemberId),
    arriving: &Arriving,
) -> Result<Option<Routed>> {
    if introductions::introduce(conn, ctx, stranger, wanted)?.is_err() {
        return Ok(None);
    }
    // Were they to be a stranger again, that would be another matter.
    forget_asked(conn, stranger.community, arriving.id.as_i64())?;
    Ok(Some(look_up(conn, &arriving.attempt, ctx.now)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_community_s_questions_leave_room_for_others_and_all_are_bounded() {
        let questions = Questions::default();
        let begin = |community: i64| questions.begin(CommunityId::from_i64(community));
        let own: Vec<_> = (0..40).filter_map(|_| begin(1)).collect();
        assert_eq!(own.len(), MOST_OF_ONE);
        let all: Vec<_> = (0..400).filter_map(|n| begin(n % 40)).collect();
        assert_eq!(all.len(), MOST_CALLS_AT_ONCE - MOST_OF_ONE);
        drop((own, all));
        assert!(questions.lock().is_empty());
    }
}
