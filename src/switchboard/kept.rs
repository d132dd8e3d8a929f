//! Answers that cost much, kept for a while: what waits is counted row by row, and many look on.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use crate::domain::{Clock, Timestamp};
use crate::store::StoreError;

/// What is counted in fewer milliseconds is counted at each ask, and is always of now.
const QUICK_MS: i64 = 200;
/// An answer is kept for this many times as long as its count took: the counts of one thing take at most a tenth of one
/// connection.
const TIMES: i64 = 10;
/// No answer is older than so many milliseconds.
const LONGEST_MS: i64 = 300_000;
/// How many counts go on at a time: one that takes long does not hold up those that do not.
const TOGETHER: usize = 2;

/// Answers by what was asked. Each thing is counted by one at a time: whoever asks meanwhile waits for that count.
pub(super) struct Kept<K, V> {
    slots: Mutex<HashMap<K, Slot<V>>>,
    counting: Arc<Semaphore>,
}

/// What is known, and when it is good: a clock that was set back makes it good for no longer.
type Slot<V> = Arc<tokio::sync::Mutex<Option<(V, Range<Timestamp>)>>>;

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Kept {
            slots: Mutex::default(),
            counting: Arc::new(Semaphore::new(TOGETHER)),
        }
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

impl<K, V> Kept<K, V>
where
    K: Eq + Hash,
    V: Clone + Send + 'static,
{
    /// The answer to `asked`: one that is kept, or what `count` says.
    ///
    /// # Errors
    ///
    /// What `count` fails with; that is never kept.
    pub(super) async fn answer<E>(
        &self,
        asked: K,
        clock: &Arc<dyn Clock>,
        count: impl Future<Output = Result<Timed<V>, E>> + Send + 'static,
    ) -> Result<V, E>
    where
        E: From<StoreError> + Send + 'static,
    {
        let (slot, counting) = (self.slot(asked, clock.now()), self.counting.clone());
        let clock = clock.clone();
        // In a task of its own: were whoever asks to hang up, the next one would begin to count anew.
        let answered = tokio::spawn(async move {
            let mut kept = slot.lock().await;
            if let Some((value, good)) = &*kept
                && good.contains(&clock.now())
            {
                return Ok(value.clone());
            }
            // Never closed; were it so, there would be no turns.
            let _turn = counting.acquire().await;
            let Timed { value, took_ms } = count.await?;
            let now = clock.now();
            let long_ms = kept_for_ms(took_ms);
            *kept = (long_ms > 0).then(|| (value.clone(), now..now.plus_ms(long_ms)));
            Ok(value)
        });
        answered.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Where the answer is kept. What is neither good nor being counted is dropped.
    fn slot(&self, asked: K, now: Timestamp) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, slot| {
            let is_good = |kept: &Option<(V, Range<Timestamp>)>| {
                kept.as_ref().is_some_and(|(_, good)| good.contains(&now))
            };
            Arc::strong_count(slot) > 1 || slot.try_lock().is_ok_and(|kept| is_good(&kept))
        });
        slots.entry(asked).or_default().clone()
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
    use std::sync::atomic::{AtomicI64, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    struct Steps(AtomicI64);

    impl Clock for Steps {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::Relaxed))
        }
    }

    /// Says how often it has counted; each count takes so long by the clock.
    #[derive(Clone)]
    struct Counter {
        counted: Arc<AtomicI64>,
        clock: Arc<Steps>,
        took_ms: i64,
    }

    impl Counter {
        fn new(took_ms: i64) -> (Self, Arc<dyn Clock>) {
            let clock = Arc::new(Steps(AtomicI64::new(1_000_000)));
            let counter = Self {
                counted: Arc::default(),
                clock: clock.clone(),
                took_ms,
            };
            (counter, clock)
        }

        fn pass(&self, ms: i64) {
            self.clock.0.fetch_add(ms, Ordering::Relaxed);
        }

        fn counted(&self) -> Result<i64, StoreError> {
            self.pass(self.took_ms);
            Ok(self.counted.fetch_add(1, Ordering::Relaxed) + 1)
        }

        async fn count(self) -> Result<Timed<i64>, StoreError> {
            tokio::task::yield_now().await;
            Timed::by(&*self.clock, || self.counted())
        }
    }

    #[tokio::test]
    async fn what_is_counted_quickly_is_counted_each_time() {
        let (counter, clock) = Counter::new(QUICK_MS - 1);
        let kept = Kept::default();
        for expected in 1..=3 {
            let seen = kept.answer("a", &clock, counter.clone().count()).await;
            assert_eq!(seen.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn what_takes_long_is_kept_ten_times_as_long_from_its_end_and_each_question_has_its_own() {
        let (counter, clock) = Counter::new(400);
        let kept = Kept::default();
        for (asked, after_ms, expected) in [
            ("a", 0, 1),
            ("a", 3_599, 1),
            ("b", 0, 2),
            // With that count 3,999 ms, then 4,000.
            ("a", 0, 1),
            ("a", 1, 3),
            ("b", 0, 2),
            ("a", -1_000, 4),
        ] {
            counter.pass(after_ms);
            let seen = kept.answer(asked, &clock, counter.clone().count()).await;
            assert_eq!(seen.unwrap(), expected, "{asked} after another {after_ms} ms");
        }
    }

    #[tokio::test]
    async fn who_asks_during_a_count_has_its_answer_even_if_the_first_hangs_up() {
        let (counter, clock) = Counter::new(1_000);
        let kept = Kept::default();
        let (go, gone) = oneshot::channel();
        let waits = {
            let counter = counter.clone();
            async move {
                gone.await.unwrap();
                counter.count().await
            }
        };
        {
            let first = kept.answer("a", &clock, waits);
            assert!(futures_util::poll!(std::pin::pin!(first)).is_pending());
        }
        let (second, ()) = tokio::join!(kept.answer("a", &clock, counter.clone().count()), async {
            tokio::task::yield_now().await;
            go.send(()).unwrap();
        });
        assert_eq!(second.unwrap(), 1);
        assert_eq!(counter.counted.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_count_that_takes_long_does_not_hold_up_another() {
        let (counter, clock) = Counter::new(0);
        let kept = Kept::default();
        let (_never, waits) = oneshot::channel::<()>();
        let first = kept.answer("a", &clock, async move {
            let _ = waits.await;
            Err::<Timed<i64>, _>(StoreError::Closed)
        });
        let mut first = std::pin::pin!(first);
        assert!(futures_util::poll!(&mut first).is_pending());
        assert_eq!(kept.answer("b", &clock, counter.count()).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn no_failure_is_kept_and_no_count_for_long() {
        let (counter, clock) = Counter::new(600_000);
        let kept = Kept::default();
        let failed = kept.answer("a", &clock, async { Err::<Timed<i64>, _>(StoreError::Closed) });
        assert!(failed.await.is_err());
        for (after_ms, expected) in [(0, 1), (LONGEST_MS - 1, 1), (1, 2)] {
            counter.pass(after_ms);
            let seen = kept.answer("a", &clock, counter.clone().count()).await;
            assert_eq!(seen.unwrap(), expected);
        }
        counter.pass(LONGEST_MS);
        assert!(kept.slot("b", clock.now()).lock().await.is_none());
        assert_eq!(kept.slots.lock().unwrap().len(), 1, "what is old is dropped");
    }
}
