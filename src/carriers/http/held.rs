//! The body of a file that somebody fetches, held for a while only: a reader who does not read shall cost nothing
//! for long.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::web::Bytes;
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;

/// How many files may be read at once.
pub(super) const READERS: usize = 32;
/// How long a reader may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// What is handed over at once.
const PIECE: usize = 64 * 1024;

/// What a reader holds until the time is up, or the reader is through or gone.
type Held = Arc<Mutex<Option<(Bytes, Option<OwnedSemaphorePermit>)>>>;

/// Lets go when the body is dropped, be it read or not.
struct Reading {
    held: Held,
    at: usize,
}

impl Drop for Reading {
    fn drop(&mut self) {
        let_go(&self.held);
    }
}

fn let_go(held: &Held) {
    held.lock().unwrap_or_else(|p| p.into_inner()).take();
}

/// The file as a body, for at most so long; `turn` is given back with it.
pub(super) fn body(
    bytes: Vec<u8>,
    turn: Option<OwnedSemaphorePermit>,
    within: Duration,
) -> SizedStream<impl stream::Stream<Item = Result<Bytes, std::io::Error>>> {
    let length = bytes.len() as u64;
    let held: Held = Arc::new(Mutex::new(Some((Bytes::from(bytes), turn))));
    let late = held.clone();
    actix_web::rt::spawn(async move {
        tokio::time::sleep(within).await;
        let_go(&late);
    });
    let reading = Reading { held, at: 0 };
    SizedStream::new(
        length,
        stream::unfold(reading, move |mut reading| async move {
            let piece = {
                let held = reading.held.lock().unwrap_or_else(|p| p.into_inner());
                match held.as_ref() {
                    Some((bytes, _)) if reading.at >= bytes.len() => return None,
                    Some((bytes, _)) => Ok(bytes.slice(reading.at..bytes.len().min(reading.at + PIECE))),
                    None => Err(std::io::Error::other("the reader took too long")),
                }
            };
            match piece {
                // A copy: a slice would keep the whole file for as long as it waits to be written.
                Ok(piece) => {
                    reading.at += piece.len();
                    Some((Ok(Bytes::copy_from_slice(&piece)), reading))
                }
                Err(_) if reading.at as u64 >= length => None,
                Err(error) => {
                    reading.at = usize::try_from(length).unwrap_or(usize::MAX);
                    Some((Err(error), reading))
                }
            }
        }),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::body::to_bytes;
    use tokio::sync::Semaphore;

    use super::*;

    #[actix_web::test]
    async fn a_file_arrives_whole_and_its_place_is_free_again() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = turns.clone().try_acquire_owned().ok();
        let file: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let read = to_bytes(body(file.clone(), turn, PATIENCE)).await.ok().unwrap();
        assert_eq!(read, file);
        assert_eq!(turns.available_permits(), 1);
    }

    #[actix_web::test]
    async fn a_reader_who_does_not_read_keeps_neither_the_file_nor_its_place() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = turns.clone().try_acquire_owned().ok();
        let body = body(vec![7; 200_000], turn, Duration::from_millis(20));
        // Acquired as soon as the time is up.
        turns.acquire().await.unwrap().forget();
        drop(body);
    }

    #[actix_web::test]
    async fn a_reader_who_goes_away_gives_the_place_back() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = turns.clone().try_acquire_owned().ok();
        drop(body(vec![7; 10], turn, PATIENCE));
        assert_eq!(turns.available_permits(), 1);
    }
}
