//! The rows of a file, some at a time.

use std::io::SeekFrom;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::lines::Lines;
use super::rows::RowReader;
use super::{ImportFormat, ImportOrder, Place, Reading, Row, unreadable};
use crate::switchboard::error::{Result, SwitchboardError};

/// Rows that are handed over together.
const AT_ONCE: usize = 100;
/// How many of those wait at most.
const WAITING: usize = 4;

/// Reads the rows of a file from some place on.
pub(super) struct Rows {
    lines: Lines<Box<dyn Reading>>,
    reader: RowReader,
}

impl Rows {
    /// Begins at a place: the first, or one where a row has ended. Fails where the header is not what it should be.
    pub fn open(order: &ImportOrder, from: Place) -> Result<Self> {
        let mut lines = Lines::new(order.source.open().map_err(unreadable)?, Place::START);
        let reader = match order.format {
            ImportFormat::JsonLines => RowReader::json(order.kind, order.region),
            ImportFormat::Csv => header(order, &mut lines)?,
        };
        if from.byte > lines.place().byte {
            let mut source = order.source.open().map_err(unreadable)?;
            source.seek(SeekFrom::Start(from.byte)).map_err(unreadable)?;
            lines = Lines::new(source, from);
        }
        Ok(Self { lines, reader })
    }

    /// The next rows, at most so many; none at the end.
    pub fn some(&mut self, most: usize) -> Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(most.min(AT_ONCE));
        while rows.len() < most {
            let Some(line) = self.lines.next_line().map_err(unreadable)? else {
                break;
            };
            let read = self.reader.read(line.bytes);
            rows.extend(read.map(|content| Row {
                line: line.number,
                end: line.end,
                content,
            }));
        }
        Ok(rows)
    }
}

/// Reads the first line that is not blank as the header.
fn header(order: &ImportOrder, lines: &mut Lines<Box<dyn Reading>>) -> Result<RowReader> {
    while let Some(line) = lines.next_line().map_err(unreadable)? {
        let bytes = line.bytes.unwrap_or(b"\"");
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        return RowReader::csv(order.kind, order.region, bytes)
            .map_err(|told| SwitchboardError::invalid("file", format!("line {}: {told}", line.number)));
    }
    Err(SwitchboardError::invalid(
        "file",
        "the file is empty; the first line is the header",
    ))
}

/// Reads on a thread beside the runtime, some rows ahead; ends when nobody takes them any more.
pub(super) fn ahead(order: Arc<ImportOrder>, from: Place) -> mpsc::Receiver<Result<Vec<Row>>> {
    let (give, take) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut rows = match Rows::open(&order, from) {
            Ok(rows) => rows,
            Err(error) => return drop(give.blocking_send(Err(error))),
        };
        loop {
            let some = rows.some(AT_ONCE);
            let is_last = some.as_ref().map_or(true, Vec::is_empty);
            if give.blocking_send(some).is_err() || is_last {
                return;
            }
        }
    });
    take
}
