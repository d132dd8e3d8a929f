//! What shares a commit, and that nothing waits for company that does not come.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::batcher::Batcher;
use super::{Context, Switchboard};
use crate::domain::id::IdGenerator;
use crate::domain::{Clock, Timestamp};
use crate::store::{Conn, Durability, migrations};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000)
    }
}

type Batches = Arc<Mutex<Vec<Vec<u8>>>>;

/// A queue that notes what each of its batches held.
fn noting() -> (Batcher<u8, ()>, Batches, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let db = migrations::open_migrated(path.to_str().unwrap(), Durability::Command).unwrap();
    let board = Switchboard::new(db.clone(), Arc::new(Noon), IdGenerator::new(1), Vec::new());
    let batches = Batches::default();
    let noted = batches.clone();
    let process = move |_: &mut Conn, _: &Context, items: &[u8]| {
        noted.lock().unwrap().push(items.to_vec());
        Ok(vec![(); items.len()])
    };
    let batcher = Batcher::new(db, move || board.context(), 16, process, |_, _| ());
    (batcher, batches, folder)
}

#[tokio::test]
async fn what_nobody_waits_for_shares_the_commit_of_what_comes_next() {
    let (batcher, batches, _folder) = noting();
    batcher.offer(1).unwrap();
    batcher.offer(2).unwrap();
    batcher.submit(3).await.unwrap();
    assert_eq!(*batches.lock().unwrap(), [[1, 2, 3]]);
}

#[tokio::test]
async fn what_nobody_waits_for_is_stored_soon_where_nothing_comes_after_it() {
    let (batcher, batches, _folder) = noting();
    for item in [1, 2] {
        batcher.offer(item).unwrap();
        for _ in 0..4_000 {
            if batches.lock().unwrap().len() == usize::from(item) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(*batches.lock().unwrap(), [[1], [2]]);
}
