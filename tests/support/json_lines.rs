//! A child that is driven by one JSON object per line: a command goes in with an `id`, its answer
//! comes out with the same `id`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::ChildStdin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::process::{Process, Spec};

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// The child and the way to talk to it.
pub struct JsonChild {
    pub process: Process,
    stdin: Mutex<ChildStdin>,
    waiting: Waiting,
    next_id: AtomicU64,
}

impl JsonChild {
    pub fn spawn(spec: Spec) -> JsonChild {
        let process = spec.piped().spawn();
        let (stdin, stdout) = process.take_pipes().expect("a piped child");
        let waiting = Waiting::default();
        let answers = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let Ok(mut answer) = serde_json::from_str::<Value>(&line) else {
                    eprintln!("not an answer: {line}");
                    continue;
                };
                let id = answer["id"].as_u64();
                let waiter = id.and_then(|id| answers.lock().expect("no panic inside").remove(&id));
                if let Some(waiter) = waiter {
                    let _ = waiter.send(answer.take());
                }
            }
            // The child has ended: whoever waits is told by the closed channel.
            answers.lock().expect("no panic inside").clear();
        });
        JsonChild {
            process,
            stdin: Mutex::new(stdin),
            waiting,
            next_id: AtomicU64::new(1),
        }
    }

    /// Gives a command; `Err` holds the child's own words when it refuses.
    pub async fn try_call(&self, command: &str, mut arguments: Value) -> Result<Value, Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        arguments["id"] = json!(id);
        arguments["cmd"] = json!(command);
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().expect("no panic inside").insert(id, sender);
        let written = writeln!(self.stdin.lock().expect("no panic inside"), "{arguments}");
        let answer = match written {
            Ok(()) => tokio::time::timeout(ANSWER_WITHIN, answer).await,
            Err(error) => panic!("{command}: {error}\n{}", self.process.log_tail()),
        };
        match answer {
            Ok(Ok(mut answer)) if answer["error"].is_null() => Ok(answer["value"].take()),
            Ok(Ok(mut answer)) => Err(answer["error"].take()),
            Ok(Err(_)) => panic!("{command}: the child ended\n{}", self.process.log_tail()),
            Err(_) => panic!(
                "{command}: no answer in {ANSWER_WITHIN:?}\n{}",
                self.process.log_tail()
            ),
        }
    }

    /// Gives a command that must work, and reads its answer.
    pub async fn call<T: serde::de::DeserializeOwned>(&self, command: &str, arguments: Value) -> T {
        match self.try_call(command, arguments).await {
            Ok(value) => serde_json::from_value(value.clone())
                .unwrap_or_else(|error| panic!("{command}: unexpected answer {value}: {error}")),
            Err(error) => panic!("{command}: {error}\n{}", self.process.log_tail()),
        }
    }
}
