//! Everything that is held about one person, as one JSON document that is written as it is read: some rows at a time,
//! so that neither the database nor the memory feels it. Others stand in it by their ids and by the pool numbers that
//! stand for them; no real number but the person's own.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::calls::{self, CallQuery};
use super::error::Result;
use super::messages::{self, MessageQuery};
use super::views::HoldsPhones;
use super::{Switchboard, communities, members};
use crate::domain::history::{Actor, Why};
use crate::domain::id::{
    AssignmentId, BookLinkId, CommunityId, DeviceId, MemberId, MessageId, NumberId, OptInId, OptOutId,
};
use crate::domain::{E164, Timestamp};
use crate::store::{
    Conn, StoreError, assignments, blocks, book_links, books, calls as call_rows, devices, former_names,
    history, media, message_lists, messages as message_rows, numbers, opt_ins, opt_outs, presence,
};

/// The name of the form.
pub const EXPORT_FORMAT: &str = "partyline-member-export-1";
/// Rows in one piece.
const PIECE: i64 = 200;

/// The parts of the document, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    FormerNames,
    Contacts,
    ContactHistory,
    DeviceHistory,
    Blocks,
    OptIns,
    OptOuts,
    Book,
    BookLinks,
    Messages,
    Media,
    Calls,
}

impl Section {
    const ALL: [Section; 12] = [
        Section::FormerNames,
        Section::Contacts,
        Section::ContactHistory,
        Section::DeviceHistory,
        Section::Blocks,
        Section::OptIns,
        Section::OptOuts,
        Section::Book,
        Section::BookLinks,
        Section::Messages,
        Section::Media,
        Section::Calls,
    ];

    fn name(self) -> &'static str {
        match self {
            Section::FormerNames => "former_names",
            Section::Contacts => "contacts",
            Section::ContactHistory => "contact_history",
            Section::DeviceHistory => "device_history",
            Section::Blocks => "blocks",
            Section::OptIns => "opt_ins",
            Section::OptOuts => "opt_outs",
            Section::Book => "address_book",
            Section::BookLinks => "book_links",
            Section::Messages => "messages",
            Section::Media => "media",
            Section::Calls => "calls",
        }
    }

    fn after(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|one| *one == self)?;
        Self::ALL.get(at + 1).copied()
    }
}

/// Where a document goes on.
#[derive(Clone, Copy, Debug)]
pub struct ExportPlace {
    section: Option<Section>,
    /// Something of the section is written.
    begun: bool,
    after: (i64, i64),
}

impl ExportPlace {
    /// The beginning.
    pub fn first() -> Self {
        Self {
            section: None,
            begun: false,
            after: (0, 0),
        }
    }
}

/// Rows, and after which place more of them follow.
type Rows = (Vec<Value>, Option<(i64, i64)>);

fn value(view: impl serde::Serialize) -> Result<Value> {
    Ok(serde_json::to_value(view).map_err(|_| StoreError::Corrupt("an export"))?)
}

fn values<T: serde::Serialize>(views: Vec<T>) -> Result<Vec<Value>> {
    views.into_iter().map(value).collect()
}

/// A page in the order of ids, newest first.
fn older(rows: Vec<Value>, last: Option<i64>, full: bool) -> Rows {
    (rows, last.filter(|_| full).map(|id| (id, 0)))
}

fn is_full(rows: usize) -> bool {
    rows as i64 >= PIECE
}

fn before_of(after: (i64, i64)) -> i64 {
    if after.0 == 0 { i64::MAX } else { after.0 }
}

fn contact_history(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    after: (i64, i64),
) -> Result<Rows> {
    let rows = history::of_member(conn, community, member, after, PIECE)?;
    let next = rows
        .last()
        .filter(|_| is_full(rows.len()))
        .map(|row| (row.at, row.id));
    let rows = rows.into_iter().map(|row| {
        json!({
            "at": Timestamp(row.at),
            "contact": MemberId::from_i64(row.contact_id),
            "number": NumberId::from_i64(row.number_id),
            "assignment": AssignmentId::from_i64(row.assignment_id),
            "live": row.live,
            "pending": row.pending,
            "blocked": row.blocked,
            "stopped": row.stopped,
            "cool_until": row.cool_until.map(Timestamp),
            "why": Why::from_code(row.why),
            "by": Actor::from_code(row.who, row.who_id).map(Actor::word),
        })
    });
    Ok((rows.collect(), next))
}

fn device_history(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    after: (i64, i64),
) -> Result<Rows> {
    let rows = presence::changes_of(conn, community, member, after, PIECE)?;
    let next = rows
        .last()
        .filter(|_| is_full(rows.len()))
        .map(|row| (row.at, row.id));
    let rows = rows.into_iter().map(|row| {
        json!({
            "at": Timestamp(row.at),
            "device": DeviceId::from_i64(row.device_id),
            "phone": row.phone.and_then(E164::from_i64),
            "present": row.present,
            "stopped_all": row.stopped_all,
        })
    });
    Ok((rows.collect(), next))
}

fn contacts(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Rows> {
    let mut all = Vec::new();
    // Never more than the pool has numbers.
    for row in assignments::of_member(conn, community, member)? {
        let number = numbers::get(conn, community, row.number)?
            .map(|n| n.e164())
            .transpose()?;
        all.push(json!({
            "id": row.id.cast::<crate::domain::id::ContactKind>(),
            "contact": row.contact,
            "number": number,
            "origin": row.origin,
            "pending": row.pending,
            "blocked": row.blocked,
            "stopped": row.stopped,
            "answered_at": row.answered_at,
            "last_activity_at": row.last_activity_at,
            "created_at": row.created_at,
        }));
    }
    Ok((all, None))
}

fn consents(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    section: Section,
    after: (i64, i64),
) -> Result<Rows> {
    let phones = devices::of_member(conn, community, member)?;
    if section == Section::OptIns {
        let phones: Vec<i64> = phones.iter().map(|phone| phone.phone).collect();
        let rows = opt_ins::list(conn, community, Some(&phones), before_of(after), PIECE)?;
        let (last, full) = (rows.last().map(|row| row.id), is_full(rows.len()));
        let rows = rows.into_iter().map(|row| {
            json!({
                "id": OptInId::from_i64(row.id),
                "phone": E164::from_i64(row.phone),
                "number": (row.number_id != opt_ins::ALL_NUMBERS).then(|| NumberId::from_i64(row.number_id)),
                "contact": row.contact_id.map(MemberId::from_i64),
                "source": row.source,
                "evidence": row.evidence,
                "given_at": Timestamp(row.given_at),
                "recorded_at": Timestamp(row.recorded_at),
                "recorded_by": Actor::from_code(row.who, row.who_id).map(Actor::word),
                "ended_at": row.ended_at.map(Timestamp),
                "ended_by": row.ended_by,
            })
        });
        return Ok(older(rows.collect(), last, full));
    }
    let mut all = Vec::new();
    for phone in phones {
        for row in opt_outs::of_phone(conn, community, phone.e164()?)? {
            all.push(json!({
                "id": OptOutId::from_i64(row.id),
                "phone": phone.e164()?,
                "number": (row.number_id != opt_outs::ALL_NUMBERS).then(|| NumberId::from_i64(row.number_id)),
                "contact": row.contact_id.map(MemberId::from_i64),
                "all": row.number_id == opt_outs::ALL_NUMBERS,
                "since": Timestamp(row.created_at),
            }));
        }
    }
    Ok((all, None))
}

fn said(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    section: Section,
    after: (i64, i64),
) -> Result<Rows> {
    let query = MessageQuery {
        member: Some(member),
        ..MessageQuery::default()
    };
    let found = message_lists::list(conn, community, query.filter(), before_of(after), PIECE)?;
    let last = found.rows.last().map(|row| row.id);
    let full = is_full(found.rows.len());
    if section == Section::Messages {
        let rows = found.rows.into_iter().map(|row| {
            let own = row.from_member == Some(member.as_i64());
            let phone = row.from_phone.filter(|_| own).and_then(E164::from_i64);
            // Who has blocked them is not theirs to learn.
            let mut shown = value(messages::view(row)?.without_phones())?;
            if let (Some(fields), Some(phone)) = (shown.as_object_mut(), phone) {
                fields.insert("from_phone".into(), json!(phone));
            }
            Ok(shown)
        });
        return Ok(older(rows.collect::<Result<_>>()?, last, full));
    }
    let mut all = Vec::new();
    for row in found.rows.iter().filter(|row| row.media > 0) {
        all.extend(media_of(conn, community, row)?);
    }
    Ok(older(all, last, full))
}

fn media_of(conn: &mut Conn, community: CommunityId, row: &message_rows::MessageRow) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for token in media::of_message(conn, community, MessageId::from_i64(row.id))? {
        if let Some(one) = media::get(conn, &token, Timestamp(0))? {
            all.push(json!({
                "message": MessageId::from_i64(row.id),
                "content_type": one.content_type,
                "base64": BASE64.encode(&one.bytes),
            }));
        }
    }
    Ok(all)
}

fn rows_of(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    section: Section,
    after: (i64, i64),
) -> Result<Rows> {
    match section {
        Section::FormerNames => {
            let rows = former_names::of_member(conn, community, member)?.into_iter();
            let rows = rows.map(|row| json!({ "name": row.name, "member": MemberId::from_i64(row.was_id) }));
            Ok((rows.collect(), None))
        }
        Section::Contacts => contacts(conn, community, member),
        Section::ContactHistory => contact_history(conn, community, member, after),
        Section::DeviceHistory => device_history(conn, community, member, after),
        Section::Blocks => {
            let rows = blocks::list(conn, community, member, after.0, PIECE)?;
            let (last, full) = (rows.last().map(|row| row.contact_id), is_full(rows.len()));
            let rows = rows.into_iter().map(|row| {
                json!({
                    "contact": MemberId::from_i64(row.contact_id),
                    "by": Actor::from_code(row.who, row.who_id).map(Actor::word),
                    "since": Timestamp(row.created_at),
                })
            });
            Ok(older(rows.collect(), last, full))
        }
        Section::OptIns | Section::OptOuts => consents(conn, community, member, section, after),
        Section::Book => {
            let taken = books::get(conn, community, member)?;
            let one = taken.map(
                |row| json!({ "taken_at": Timestamp(row.taken_at), "told_at": row.told_at.map(Timestamp) }),
            );
            Ok((one.into_iter().collect(), None))
        }
        Section::BookLinks => {
            let rows = book_links::list(conn, community, member, after.0, PIECE)?;
            let (last, full) = (rows.last().map(|row| row.id), is_full(rows.len()));
            let rows = rows.into_iter().map(|row| {
                json!({
                    "id": BookLinkId::from_i64(row.id),
                    "created_at": Timestamp(row.created_at),
                    "expires_at": Timestamp(row.expires_at),
                    "taken_at": row.taken_at.map(Timestamp),
                    "revoked_at": row.revoked_at.map(Timestamp),
                })
            });
            Ok(older(rows.collect(), last, full))
        }
        Section::Messages | Section::Media => said(conn, community, member, section, after),
        Section::Calls => {
            let query = CallQuery {
                member: Some(member),
                ..CallQuery::default()
            };
            let rows = call_rows::list(conn, community, query.filter(), before_of(after), PIECE)?;
            let (last, full) = (rows.last().map(|row| row.id), is_full(rows.len()));
            let views: Result<Vec<_>> = rows
                .iter()
                .map(|row| Ok(calls::view_of(row)?.without_phones()))
                .collect();
            Ok(older(values(views?)?, last, full))
        }
    }
}

fn piece(
    conn: &mut Conn,
    now: Timestamp,
    (community, member): (CommunityId, MemberId),
    place: ExportPlace,
) -> Result<(String, Option<ExportPlace>)> {
    let Some(section) = place.section else {
        let community = communities::require(conn, community)?;
        let head = json!({
            "format": EXPORT_FORMAT,
            "exported_at": now,
            "community": { "id": community.id, "name": community.name },
            "member": members::shown(conn, community.id, member)?,
        });
        let mut text = head.to_string();
        // The document stays open: its sections follow.
        text.pop();
        let first = ExportPlace {
            section: Section::ALL.first().copied(),
            begun: false,
            after: (0, 0),
        };
        return Ok((text, Some(first)));
    };
    let (rows, more) = rows_of(conn, community, member, section, place.after)?;
    let mut text = String::new();
    if !place.begun {
        text.push_str(&format!(",\n\"{}\":[", section.name()));
    }
    for (at, row) in rows.iter().enumerate() {
        text.push_str(if place.begun || at > 0 { ",\n" } else { "\n" });
        text.push_str(&row.to_string());
    }
    let begun = place.begun || !rows.is_empty();
    if let Some(after) = more {
        // Nothing but brackets may stand before the first row.
        return match begun {
            true => Ok((
                text,
                Some(ExportPlace {
                    begun,
                    after,
                    ..place
                }),
            )),
            false => piece(conn, now, (community, member), ExportPlace { after, ..place }),
        };
    }
    text.push(']');
    let next = section.after().map(|section| ExportPlace {
        section: Some(section),
        begun: false,
        after: (0, 0),
    });
    if next.is_none() {
        text.push_str("}\n");
    }
    Ok((text, next))
}

impl Switchboard {
    /// A piece of what is held about a member, and where it goes on; the pieces together are one JSON document.
    pub async fn export_member(
        &self,
        community: CommunityId,
        member: MemberId,
        place: ExportPlace,
    ) -> Result<(String, Option<ExportPlace>)> {
        let now = self.now();
        self.read(move |conn| piece(conn, now, (community, member), place))
            .await
    }
}
