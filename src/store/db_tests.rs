//! How jobs share a transaction: what one does wrong is no other's misfortune.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::db::READERS;
use super::{Conn, Db, Durability, Fence, StoreError, each};

fn add(conn: &mut Conn, row: i64) -> Result<(), StoreError> {
    conn.execute(&format!("INSERT INTO seen (row) VALUES ({row})"))
}

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = BigInt)]
    row: i64,
}

async fn seen(db: &Db) -> Vec<i64> {
    db.read(|conn| -> Result<Vec<i64>, StoreError> {
        let rows: Vec<Seen> =
            each!(conn, c => diesel::sql_query("SELECT row FROM seen ORDER BY row").load(c))?;
        Ok(rows.into_iter().map(|seen| seen.row).collect())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_unfenced_job_that_fails_is_run_again_behind_a_savepoint_and_takes_nobody_along() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("fences.db").display().to_string();
    let db = Db::open(&url, Durability::Command).unwrap();
    db.write(|conn| conn.execute("CREATE TABLE seen (row BIGINT PRIMARY KEY)"))
        .await
        .unwrap();

    // While this holds the writer, the others gather for one transaction.
    let (holds, held) = std::sync::mpsc::channel::<()>();
    let holder = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |_| -> Result<(), StoreError> {
                let _ = held.recv_timeout(Duration::from_secs(10));
                Ok(())
            })
            .await
        }
    });
    tokio::task::yield_now().await;
    let fenced = tokio::spawn({
        let db = db.clone();
        async move { db.write(|conn| add(conn, 1)).await }
    });
    tokio::task::yield_now().await;
    let fences: Arc<Mutex<Vec<Fence>>> = Arc::default();
    let answers: Arc<Mutex<Vec<bool>>> = Arc::default();
    let (told, told_too) = (answers.clone(), answers.clone());
    let noted = fences.clone();
    let in_need_of_a_fence = move |conn: &mut Conn, fence: Fence| -> Result<(), StoreError> {
        noted.lock().unwrap().push(fence);
        add(conn, 2)?;
        match fence {
            Fence::None => Err(StoreError::Corrupt("seen.row")),
            Fence::Savepoint => Ok(()),
        }
    };
    db.write_grouped_then(in_need_of_a_fence, move |r| told.lock().unwrap().push(r.is_ok()))
        .await
        .unwrap();
    let hopeless = |conn: &mut Conn, _: Fence| -> Result<(), StoreError> {
        add(conn, 3)?;
        Err(StoreError::Corrupt("seen.row"))
    };
    db.write_grouped_then(hopeless, move |r| told_too.lock().unwrap().push(r.is_ok()))
        .await
        .unwrap();
    drop(holds);

    holder.await.unwrap().unwrap();
    fenced.await.unwrap().unwrap();
    db.write(|conn| add(conn, 4)).await.unwrap();
    assert_eq!(seen(&db).await, [1, 2, 4]);
    assert_eq!(*fences.lock().unwrap(), [Fence::None, Fence::Savepoint]);
    assert_eq!(*answers.lock().unwrap(), [true, false]);
}

#[test]
fn reads_that_wait_for_a_connection_hold_no_thread() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("reads.db").display().to_string();
    let db = Db::open(&url, Durability::Command).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(READERS as usize + 1)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let reads: Vec<_> = (0..16)
            .map(|_| {
                let (db, released) = (db.clone(), released.clone());
                let waits = move |_: &mut Conn| -> Result<(), StoreError> {
                    let _ = released.lock().unwrap().recv();
                    Ok(())
                };
                tokio::spawn(async move { db.read(waits).await })
            })
            .collect();
        tokio::task::yield_now().await;
        // As the lookup of a name would.
        let other = tokio::task::spawn_blocking(|| "done");
        let other = tokio::time::timeout(Duration::from_secs(10), other).await;
        assert_eq!(other.unwrap().unwrap(), "done");
        drop(release);
        for read in reads {
            read.await.unwrap().unwrap();
        }
    });
}
