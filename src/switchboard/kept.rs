//! Answers that cost much, kept for a while: what waits is counted row by row, and many look on.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// What is counted faster than this is counted at each ask, and is always of now.
const QUICK: Duration = Duration::from_millis(200);
/// An answer is kept for this many times as long as its count took: counts take at most a tenth of one connection.
const TIMES: u32 = 10;
/// No answer is older than this.
const LONGEST: Duration = Duration::from_secs(30);

/// Answers by what was asked. One count at a time: whoever asks meanwhile waits, and has the same answer.
pub(super) struct Kept<K, V>(Mutex<HashMap<K, (V, Instant)>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// The answer to `asked`: one that is kept, or what `count` says, with how long the counting itself took.
    ///
    /// # Errors
    ///
    /// What `count` fails with; that is never kept.
    pub(super) async fn answer<E>(
        &self,
        asked: K,
        now: Instant,
        count: impl Future<Output = Result<(V, Duration), E>>,
    ) -> Result<V, E> {
        let mut kept = self.0.lock().await;
        if let Some((value, until)) = kept.get(&asked)
            && now < *until
        {
            return Ok(value.clone());
        }
        let (value, took) = count.await?;
        kept.retain(|_, (_, until)| now < *until);
        let long = kept_for(took);
        if !long.is_zero() {
            kept.insert(asked, (value.clone(), now + long));
        }
        Ok(value)
    }
}

/// How long an answer is kept whose count took so long.
fn kept_for(took: Duration) -> Duration {
    if took < QUICK {
        Duration::ZERO
    } else {
        took.saturating_mul(TIMES).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Says how often it has counted, and that each count took so long.
    #[derive(Default)]
    struct Counter(AtomicU32);

    impl Counter {
        async fn count(&self, took: Duration) -> Result<(u32, Duration), Infallible> {
            tokio::task::yield_now().await;
            Ok((self.0.fetch_add(1, Ordering::Relaxed) + 1, took))
        }
    }

    #[tokio::test]
    async fn what_is_counted_quickly_is_counted_each_time() {
        let (kept, counter, now) = (Kept::default(), Counter::default(), Instant::now());
        for expected in 1..=3 {
            let seen = kept.answer("a", now, counter.count(ms(199))).await;
            assert_eq!(seen, Ok(expected));
        }
    }

    #[tokio::test]
    async fn what_takes_long_is_kept_ten_times_as_long_and_each_question_has_its_own() {
        let (kept, counter, now) = (Kept::default(), Counter::default(), Instant::now());
        for (asked, after, expected) in [
            ("a", 0, 1),
            ("b", 0, 2),
            ("a", 3_999, 1),
            ("a", 4_000, 3),
            ("b", 4_000, 4),
        ] {
            let seen = kept.answer(asked, now + ms(after), counter.count(ms(400))).await;
            assert_eq!(seen, Ok(expected), "{asked} after {after} ms");
        }
    }

    #[tokio::test]
    async fn who_asks_during_a_count_has_its_answer() {
        let (kept, counter, now) = (Kept::default(), Counter::default(), Instant::now());
        let (one, other) = tokio::join!(
            kept.answer("a", now, counter.count(ms(1_000))),
            kept.answer("a", now, counter.count(ms(1_000))),
        );
        assert_eq!((one, other), (Ok(1), Ok(1)));
    }

    #[tokio::test]
    async fn no_failure_is_kept_and_no_count_for_long() {
        let (kept, counter, now) = (Kept::default(), Counter::default(), Instant::now());
        let failed: Result<u32, _> = kept.answer("a", now, async { Err("no database") }).await;
        assert_eq!(failed, Err("no database"));
        for (after, expected) in [(Duration::ZERO, 1), (LONGEST - ms(1), 1), (LONGEST, 2)] {
            let seen = kept.answer("a", now + after, counter.count(ms(600_000))).await;
            assert_eq!(seen, Ok(expected));
        }
    }
}
