//! Counting what was sent, in the transaction that writes down that it was.

use std::collections::BTreeMap;

use crate::domain::Timestamp;
use crate::domain::traffic::{class_of, day_of, hour_of, span_of};
use crate::store::traffic::{self, CAMPAIGN, NUMBER};
use crate::store::{Conn, StoreError};

/// A text that a carrier took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentFrom {
    pub community: i64,
    /// The number that it left from.
    pub number: i64,
    /// The campaign under whose caps it left.
    pub campaign: Option<i64>,
    pub at: Timestamp,
    /// From its acceptance.
    pub took_ms: i64,
}

/// Counts what was sent: a statement for each number of the batch, and each campaign, rather than each text. In one
/// order, so that two nodes never wait for each other.
pub(crate) fn count_sent<'a>(
    conn: &mut Conn,
    sent: impl IntoIterator<Item = &'a SentFrom>,
) -> Result<(), StoreError> {
    let (mut days, mut waits) = (BTreeMap::new(), BTreeMap::new());
    for text in sent {
        let (day, span) = (day_of(text.at), span_of(text.at));
        let campaign = text.campaign.map(|id| (CAMPAIGN, id));
        for (kind, holder) in std::iter::once((NUMBER, text.number)).chain(campaign) {
            *days
                .entry(((text.community, day, kind, holder), span))
                .or_insert(0) += 1;
        }
        let place = (
            text.community,
            text.number,
            hour_of(text.at),
            class_of(text.took_ms),
        );
        *waits.entry(place).or_insert(0) += 1;
    }
    for ((key, span), texts) in days {
        traffic::count(conn, key, span, texts)?;
    }
    for (place, texts) in waits {
        traffic::count_waits(conn, place, texts)?;
    }
    Ok(())
}
