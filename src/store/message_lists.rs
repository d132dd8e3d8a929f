//! Lists of messages, newest first: all of a community, a member's, a pair's, those of a status.

use super::messages::MessageRow;
use super::window::{Part, Stream, Window};
use super::{Conn, StoreError};
use crate::domain::id::CommunityId;
use crate::domain::message::Status;

/// Which messages a list is to hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageFilter {
    /// Only those from or to this member (`mem_…` as an integer).
    pub member: Option<i64>,
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those to or from this one, the other end being `member` where one is given.
    pub contact: Option<i64>,
    /// Only those of this [`super::messages::MessageOrigin`], as its code.
    pub origin: Option<i16>,
    /// Only those with this id or a later one.
    pub since: Option<i64>,
    /// Only those whose two ends are members.
    pub between_members: bool,
}

impl MessageFilter {
    /// By which indexes they are found, and what is left out of what these have.
    fn parts(&self, is_postgres: bool) -> Vec<Part> {
        let mut by_row: Vec<String> = self.origin.iter().map(|o| format!("origin = {o}")).collect();
        let status = self.status.map(Status::code);
        if let Some(end) = self.member.or(self.contact) {
            by_row.extend(status.map(|code| format!("status = {code}")));
            let other = self.member.and(self.contact);
            return vec![
                self.at_end(("messages_from", "from_member", "to_member"), end, other, &by_row),
                self.at_end(("messages_to", "to_member", "from_member"), end, other, &by_row),
            ];
        }
        if self.between_members {
            by_row.push("from_member IS NOT NULL AND to_member IS NOT NULL".to_owned());
        }
        let stream = match status {
            // PostgreSQL has no index of these.
            Some(code) if code >= Status::Undelivered.code() && !is_postgres => {
                let held = format!("status = {code} AND status >= 4");
                Stream::new("messages_ended_badly", held)
            }
            _ => {
                by_row.extend(status.map(|code| format!("status = {code}")));
                Stream::by_key()
            }
        };
        vec![Part {
            stream,
            by_entry: Vec::new(),
            by_row,
        }]
    }

    /// Those that have a member at one end; the index knows the other end too.
    fn at_end(
        &self,
        (index, this, that): (&'static str, &str, &str),
        end: i64,
        other: Option<i64>,
        by_row: &[String],
    ) -> Part {
        let mut by_entry: Vec<String> = other.iter().map(|other| format!("{that} = {other}")).collect();
        if self.between_members && other.is_none() {
            by_entry.push(format!("{that} IS NOT NULL"));
        }
        Part {
            stream: Stream::new(index, format!("{this} = {end}")),
            by_entry,
            by_row: by_row.to_vec(),
        }
    }
}

/// Messages, newest first, older than `before`.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    filter: MessageFilter,
    before: i64,
    limit: i64,
) -> Result<Window<MessageRow>, StoreError> {
    let range = (filter.since.unwrap_or(0), before);
    let parts = filter
        .parts(conn.is_postgres())
        .into_iter()
        .map(|part| part.read(conn, "messages", community, range, limit))
        .collect::<Result<_, _>>()?;
    Ok(Window::merged(parts, limit, |row: &MessageRow| row.id))
}
