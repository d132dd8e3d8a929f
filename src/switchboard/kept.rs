//! Answers that cost much, kept for a while: what waits is counted row by row, and many look on.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use tokio::sync::Mutex;

use crate::domain::{Clock, Timestamp};

/// What is counted in fewer milliseconds is counted at each ask, and is always of now.
const QUICK_MS: i64 = 200;
/// An answer is kept for this many times as long as its count took: counts take at most a tenth of one connection.
const TIMES: i64 = 10;
/// No answer is older than so many milliseconds.
const LONGEST_MS: i64 = 30_000;

/// Answers by what was asked. One count at a time: whoever asks meanwhile waits, and has the same answer.
pub(super) struct Kept<K, V>(Mutex<HashMap<K, (V, Range<Timestamp>)>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

/// What was counted, and the milliseconds that the counting itself took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed<V> {
    value: V,
    took_ms: i64,
}

impl<V> Timed<V> {
    /// What `count` says, with the time that it takes.
    pub(super) fn by<E>(clock: &dyn Clock, count: impl FnOnce() -> Result<V, E>) -> Result<Self, E> {
        let began = clock.now();
        let value = count()?;
        Ok(Timed {
            value,
            took_ms: clock.now().since(began),
        })
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// The answer to `asked`: one that is kept, or what `count` says.
    ///
    /// # Errors
    ///
    /// What `count` fails with; that is never kept.
    pub(super) async fn answer<E>(
        &self,
        asked: K,
        now: Timestamp,
        count: impl Future<Output = Result<Timed<V>, E>>,
    ) -> Result<V, E> {
        let mut kept = self.0.lock().await;
        // A clock that has been set back makes no answer good for longer.
        if let Some((value, good)) = kept.get(&asked)
            && good.contains(&now)
        {
            return Ok(value.clone());
        }
        let Timed { value, took_ms } = count.await?;
        kept.retain(|_, (_, good)| good.contains(&now));
        let long_ms = kept_for_ms(took_ms);
        if long_ms > 0 {
            kept.insert(asked, (value.clone(), now..now.plus_ms(long_ms)));
        }
        Ok(value)
    }
}

/// How long an answer is kept whose count took so long.
fn kept_for_ms(took_ms: i64) -> i64 {
    if took_ms < QUICK_MS {
        0
    } else {
        took_ms.saturating_mul(TIMES).min(LONGEST_MS)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    /// Says how often it has counted, and that each count took so long.
    #[derive(Default)]
    struct Counter(AtomicU32);

    impl Counter {
        async fn count(&self, took_ms: i64) -> Result<Timed<u32>, Infallible> {
            tokio::task::yield_now().await;
            let value = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            Ok(Timed { value, took_ms })
        }
    }

    #[tokio::test]
    async fn what_is_counted_quickly_is_counted_each_time() {
        let (kept, counter) = (Kept::default(), Counter::default());
        for expected in 1..=3 {
            let seen = kept.answer("a", NOW, counter.count(199)).await;
            assert_eq!(seen, Ok(expected));
        }
    }

    #[tokio::test]
    async fn what_takes_long_is_kept_ten_times_as_long_and_each_question_has_its_own() {
        let (kept, counter) = (Kept::default(), Counter::default());
        for (asked, after, expected) in [
            ("a", 0, 1),
            ("b", 0, 2),
            ("a", 3_999, 1),
            ("a", 4_000, 3),
            ("b", 4_000, 4),
            ("a", -1, 5),
        ] {
            let seen = kept.answer(asked, NOW.plus_ms(after), counter.count(400)).await;
            assert_eq!(seen, Ok(expected), "{asked} after {after} ms");
        }
    }

    #[tokio::test]
    async fn who_asks_during_a_count_has_its_answer() {
        let (kept, counter) = (Kept::default(), Counter::default());
        let (one, other) = tokio::join!(
            kept.answer("a", NOW, counter.count(1_000)),
            kept.answer("a", NOW, counter.count(1_000)),
        );
        assert_eq!((one, other), (Ok(1), Ok(1)));
    }

    #[tokio::test]
    async fn no_failure_is_kept_and_no_count_for_long() {
        let (kept, counter) = (Kept::default(), Counter::default());
        let failed: Result<u32, _> = kept.answer("a", NOW, async { Err("no database") }).await;
        assert_eq!(failed, Err("no database"));
        for (after, expected) in [(0, 1), (LONGEST_MS - 1, 1), (LONGEST_MS, 2)] {
            let seen = kept.answer("a", NOW.plus_ms(after), counter.count(600_000)).await;
            assert_eq!(seen, Ok(expected));
        }
    }
}
