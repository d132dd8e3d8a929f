//! The body of a file that somebody fetches, held for a while only: a reader who does not read shall cost nothing
//! for long, and keep nobody else from reading.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::web::Bytes;
use futures_util::stream;

use crate::domain::Timestamp;

/// How many files may be read at once.
pub(super) const READERS: usize = 32;
/// How long a reader may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Who reads fewer bytes a second than this gives way where all places are taken.
const SLOW_PER_S: u64 = 64 * 1024;
/// But not before it has had so long to begin.
const GRACE_MS: i64 = 2_000;
/// What is handed over at once.
const PIECE: usize = 64 * 1024;

/// Who reads at the same time.
pub(super) struct Readers {
    most: usize,
    places: Mutex<Vec<Arc<Place>>>,
}

/// What one reader holds.
struct Place {
    since: Timestamp,
    passed: AtomicU64,
    file: Mutex<File>,
}

enum File {
    /// It is being looked up.
    Coming,
    There(Bytes),
    /// The reader is through, gone, too late, or had to give way.
    Gone,
}

impl Place {
    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// Bytes a second so far, of a reader that could give way.
    fn pace(&self, now: Timestamp) -> Option<u64> {
        let age_ms = now.since(self.since);
        if age_ms < GRACE_MS || !matches!(*self.file(), File::There(_)) {
            return None;
        }
        Some(self.passed.load(Ordering::Relaxed).saturating_mul(1000) / age_ms.max(1) as u64)
    }
}

impl Readers {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            places: Mutex::default(),
        })
    }

    fn places(&self) -> MutexGuard<'_, Vec<Arc<Place>>> {
        self.places.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// A place to read; where all are taken, that of the slowest. None where nobody is slow.
    pub fn turn(self: &Arc<Self>, now: Timestamp) -> Option<Turn> {
        let mut places = self.places();
        if places.len() >= self.most {
            let paces = places
                .iter()
                .enumerate()
                .filter_map(|(at, place)| Some((place.pace(now)?, at)));
            let (_, at) = paces.filter(|(pace, _)| *pace < SLOW_PER_S).min()?;
            *places.swap_remove(at).file() = File::Gone;
        }
        let place = Arc::new(Place {
            since: now,
            passed: AtomicU64::new(0),
            file: Mutex::new(File::Coming),
        });
        places.push(place.clone());
        Some(Turn {
            readers: self.clone(),
            place,
        })
    }
}

/// A place that is taken. Given back when it is dropped, or its time is up.
pub(super) struct Turn {
    readers: Arc<Readers>,
    place: Arc<Place>,
}

impl Turn {
    fn end(&self) {
        *self.place.file() = File::Gone;
        self.readers
            .places()
            .retain(|place| !Arc::ptr_eq(place, &self.place));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.end();
    }
}

/// The file as a body, for at most so long.
pub(super) fn body(
    bytes: Vec<u8>,
    turn: Turn,
    within: Duration,
) -> SizedStream<impl stream::Stream<Item = Result<Bytes, std::io::Error>>> {
    let length = bytes.len() as u64;
    *turn.place.file() = File::There(Bytes::from(bytes));
    let turn = Arc::new(turn);
    let late = Arc::downgrade(&turn);
    actix_web::rt::spawn(async move {
        tokio::time::sleep(within).await;
        if let Some(turn) = late.upgrade() {
            turn.end();
        }
    });
    SizedStream::new(
        length,
        stream::unfold((turn, 0), move |(turn, at)| async move {
            if at as u64 >= length {
                return None;
            }
            // A copy: a slice would keep the whole file for as long as it waits to be written.
            let piece = match &*turn.place.file() {
                File::There(bytes) => Some(Bytes::copy_from_slice(&bytes[at..bytes.len().min(at + PIECE)])),
                File::Coming | File::Gone => None,
            };
            Some(match piece {
                Some(piece) => {
                    let end = at + piece.len();
                    turn.place.passed.store(end as u64, Ordering::Relaxed);
                    (Ok(piece), (turn, end))
                }
                None => {
                    let error = std::io::Error::other("the reader took too long");
                    (Err(error), (turn, usize::try_from(length).unwrap_or(usize::MAX)))
                }
            })
        }),
    )
}

#[cfg(test)]
mod tests {
    use actix_web::body::{MessageBody, to_bytes};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn taken(readers: &Readers) -> usize {
        readers.places().len()
    }

    #[actix_web::test]
    async fn a_file_arrives_whole_and_its_place_is_free_again() {
        let readers = Readers::new(1);
        let turn = readers.turn(NOW).unwrap();
        let file: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let read = to_bytes(body(file.clone(), turn, PATIENCE)).await.ok().unwrap();
        assert_eq!(read, file);
        assert_eq!(taken(&readers), 0);
    }

    #[actix_web::test]
    async fn a_reader_who_does_not_read_keeps_neither_the_file_nor_its_place() {
        let readers = Readers::new(1);
        let turn = readers.turn(NOW).unwrap();
        let place = turn.place.clone();
        let body = body(vec![7; 200_000], turn, Duration::from_millis(20));
        while taken(&readers) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(matches!(*place.file(), File::Gone));
        assert!(to_bytes(body).await.is_err());
    }

    #[actix_web::test]
    async fn a_reader_who_goes_away_gives_the_place_back() {
        let readers = Readers::new(1);
        drop(body(vec![7; 10], readers.turn(NOW).unwrap(), PATIENCE));
        assert_eq!(taken(&readers), 0);
        drop(readers.turn(NOW).unwrap());
        assert_eq!(taken(&readers), 0, "there was no such file");
    }

    #[actix_web::test]
    async fn slow_readers_shut_nobody_out() {
        let readers = Readers::new(3);
        let begin = || body(vec![7; 1_000_000], readers.turn(NOW).unwrap(), PATIENCE);
        let (mut fast, slow, mut slower) = (Box::pin(begin()), Box::pin(begin()), Box::pin(begin()));
        let mut slow = slow;
        async fn next(body: &mut std::pin::Pin<Box<impl MessageBody>>) -> bool {
            let piece = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await;
            piece.is_some_and(|piece| piece.is_ok())
        }
        for _ in 0..3 {
            assert!(next(&mut fast).await);
        }
        assert!(next(&mut slow).await);
        // Whoever has just begun is not slow yet.
        assert!(readers.turn(NOW.plus_ms(GRACE_MS - 1)).is_none());
        let later = NOW.plus_ms(GRACE_MS);
        let first = readers.turn(later).unwrap();
        assert!(!next(&mut slower).await, "the slowest gives way");
        let second = readers.turn(later).unwrap();
        assert!(!next(&mut slow).await && next(&mut fast).await);
        assert!(readers.turn(later).is_none(), "who reads is left alone");
        assert_eq!(taken(&readers), 3);
        drop((first, second));
    }
}
