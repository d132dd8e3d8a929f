//! The beginning of an import: whether the file was begun before, and where it goes on.

use std::io::Read;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use ring::digest::{Context as Hash, SHA256};

use super::stream::Rows;
use super::{Import, ImportKind, ImportOrder, Place, Scope, unreadable, view};
use crate::domain::id::ImportKind as IdKind;
use crate::store::imports::{self, ImportRow};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::{Switchboard, communities};

/// An import that is to be run.
pub struct Begun {
    pub(super) order: Arc<ImportOrder>,
    pub(super) row: ImportRow,
    /// It goes on where it was broken off.
    pub goes_on: bool,
}

impl Begun {
    /// How it stands.
    pub fn import(&self) -> Import {
        view(self.row.clone())
    }
}

/// What tells this file, read so, from others; and its size.
fn content(order: &ImportOrder) -> Result<(String, i64)> {
    let mut hash = Hash::new(&SHA256);
    let read_so = format!(
        "{:?} {:?} {:?} {} {}\n",
        order.kind, order.format, order.region, order.all_or_nothing, order.dry_run
    );
    hash.update(read_so.as_bytes());
    let mut source = order.source.open().map_err(unreadable)?;
    let (mut some, mut size) = (vec![0; 64 * 1024], 0i64);
    loop {
        match source.read(&mut some) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&some[..read]);
                size = size.saturating_add(i64::try_from(read).unwrap_or(i64::MAX));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    Ok((HEXLOWER.encode(hash.finish().as_ref()), size))
}

/// The same import from its beginning.
fn anew(row: &ImportRow, now: i64) -> ImportRow {
    let start = Place::START;
    ImportRow {
        state: imports::RUNNING,
        next_byte: i64::try_from(start.byte).unwrap_or(0),
        next_line: i64::try_from(start.line).unwrap_or(1),
        added: 0,
        unchanged: 0,
        refused: 0,
        began_at: now,
        changed_at: now,
        ..row.clone()
    }
}

impl Switchboard {
    /// Looks at the file, and notes that its import begins, or finds that it was begun before.
    pub async fn begin_import(&self, order: ImportOrder) -> Result<Begun> {
        let order = Arc::new(order);
        let looked_at = order.clone();
        let (content, size) = self
            .read(move |_| {
                Rows::open(&looked_at, Place::START)?;
                content(&looked_at)
            })
            .await?;
        let asked = order.clone();
        let (row, goes_on) = self
            .write(move |conn, ctx| {
                communities::require(conn, asked.community)?;
                let kind = i16::from(asked.kind == ImportKind::Contacts);
                let is_whole = asked.all_or_nothing || asked.dry_run;
                let running = imports::running(conn, asked.community)?;
                if let Some(row) = running.iter().find(|row| row.content == content) {
                    if !is_whole && !asked.restart {
                        return Ok((row.clone(), true));
                    }
                    let again = anew(row, ctx.now.0);
                    imports::advance(conn, row, &again)?;
                    return Ok((again, false));
                }
                let is_of_name = |row: &&ImportRow| row.name == asked.name && row.kind == kind;
                for other in running.iter().filter(is_of_name) {
                    if !asked.restart && !other.together && !other.dry_run && !is_whole {
                        return Err(SwitchboardError::conflict(
                            "import_changed",
                            format!(
                                "{} has changed, or is to be read otherwise, since its import was broken off at line {}; \
                                 import the file as it was, or ask for a restart: rows that are so already count as \
                                 unchanged",
                                asked.name, other.next_line
                            ),
                        ));
                    }
                    let given_up = ImportRow {
                        state: imports::GIVEN_UP,
                        changed_at: ctx.now.0,
                        ..other.clone()
                    };
                    imports::advance(conn, other, &given_up)?;
                }
                let fresh = ImportRow {
                    community_id: asked.community.as_i64(),
                    id: ctx.id::<IdKind>().as_i64(),
                    kind,
                    together: asked.all_or_nothing,
                    dry_run: asked.dry_run,
                    name: asked.name.chars().take(200).collect(),
                    content: content.clone(),
                    size,
                    state: imports::RUNNING,
                    next_byte: 0,
                    next_line: 1,
                    added: 0,
                    unchanged: 0,
                    refused: 0,
                    began_at: ctx.now.0,
                    changed_at: ctx.now.0,
                };
                imports::insert(conn, &fresh)?;
                Ok((fresh, false))
            })
            .await?;
        let begun = Begun { order, row, goes_on };
        if !begun.goes_on {
            self.forget_import(Scope::of(&begun.row), true).await?;
        }
        Ok(begun)
    }
}
