//! Contacts as their owners see them, and the same rows as the pool sees them.

use super::assign::{self, Loads};
use super::error::{Result, SwitchboardError};
use super::views::{AssignmentView, Contact};
use super::{Expected, Switchboard, books, changes, communities, members, notices};
use crate::domain::E164;
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, ContactId, MemberId, NumberId};
use crate::domain::message::Reason;
use crate::store::assignment_lists::{self as lists, ContactFilter};
use crate::store::assignments::{self as rows, AssignmentChange};
use crate::store::{Conn, StoreError, numbers};

/// How a contact may be named: by its own id, or by the member who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactRef {
    /// `ctc_…`
    Contact(ContactId),
    /// `mem_…`
    Member(MemberId),
}

impl std::str::FromStr for ContactRef {
    type Err = crate::domain::id::IdError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text.starts_with("mem_") {
            true => text.parse().map(Self::Member),
            false => text.parse().map(Self::Contact),
        }
    }
}

/// Which contacts of a member a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContactQuery {
    /// The pair with this member.
    pub contact: Option<MemberId>,
    /// Chosen by the member, or received.
    pub origin: Option<Origin>,
    /// Those that wait for acceptance, or not.
    pub pending: Option<bool>,
    /// Those that are blocked, or not.
    pub blocked: Option<bool>,
    /// Those that the member's phone has stopped, or not.
    pub stopped: Option<bool>,
}

impl ContactQuery {
    fn filter(&self) -> ContactFilter {
        ContactFilter {
            origin: self.origin,
            pending: self.pending,
            blocked: self.blocked,
            stopped: self.stopped,
        }
    }

    fn shows(&self, row: &Assignment) -> bool {
        self.origin.is_none_or(|origin| row.origin == origin)
            && self.pending.is_none_or(|pending| row.pending == pending)
            && self.blocked.is_none_or(|blocked| row.blocked == blocked)
            && self.stopped.is_none_or(|stopped| row.stopped == stopped)
    }
}

pub(super) fn number_of(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<E164> {
    let row = numbers::get(conn, community, id)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    Ok(row.e164()?)
}

/// A number, and its tag where it is a line of a hub.
pub(super) fn number_and_tag(
    conn: &mut Conn,
    community: CommunityId,
    id: NumberId,
) -> Result<(E164, Option<u16>)> {
    let row = numbers::get(conn, community, id)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    Ok((row.e164()?, row.line_tag()))
}

pub(crate) fn contact_view(
    conn: &mut Conn,
    community: CommunityId,
    row: &Assignment,
    mirror: &Assignment,
) -> Result<Contact> {
    let (number, tag) = number_and_tag(conn, community, row.number)?;
    let (mirror_number, mirror_tag) = number_and_tag(conn, community, mirror.number)?;
    Ok(Contact {
        id: row.id.cast(),
        member: row.member,
        contact: row.contact,
        number,
        tag,
        mirror_number,
        mirror_tag,
        origin: row.origin,
        pending: row.pending,
        blocked: row.blocked,
        stopped: row.stopped,
        created_at: row.created_at,
    })
}

pub(super) fn mirror_of(conn: &mut Conn, community: CommunityId, row: &Assignment) -> Result<Assignment> {
    Ok(rows::by_contact(conn, community, row.contact, row.member)?
        .ok_or(StoreError::Corrupt("assignments: a row without its mirror"))?)
}

pub(super) fn require(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: ContactRef,
) -> Result<Assignment> {
    members::require(conn, community, member)?;
    let found = match contact {
        ContactRef::Member(id) => rows::by_contact(conn, community, member, id)?,
        ContactRef::Contact(id) => rows::of_member(conn, community, member)?
            .into_iter()
            .find(|a| a.id == id.cast()),
    };
    found.ok_or_else(|| match contact {
        ContactRef::Member(id) => SwitchboardError::not_found("contact", id),
        ContactRef::Contact(id) => SwitchboardError::not_found("contact", id),
    })
}

impl Switchboard {
    /// Makes `contact` a contact of `member`, both ways; false when it was one already.
    pub async fn add_contact(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: MemberId,
    ) -> Result<(Contact, bool)> {
        let (made, made_room) = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                let mut loads = Loads::new();
                let pair = assign::assign(conn, ctx, &policy, community, (member, contact), &mut loads)?;
                numbers::add_loads(conn, community, &loads)?;
                let made = contact_view(conn, community, &pair.row, &pair.mirror)?;
                Ok(((made, pair.created), pair.made_room))
            })
            .await?;
        match made_room {
            true => self.doubt_outbox(),
            false => self.wake_outbox(),
        }
        Ok(made)
    }

    /// One contact.
    pub async fn contact(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
    ) -> Result<Contact> {
        self.read(move |conn| {
            let row = require(conn, community, member, contact)?;
            let mirror = mirror_of(conn, community, &row)?;
            contact_view(conn, community, &row, &mirror)
        })
        .await
    }

    /// All contacts of a member, chosen and received; there are never more than the pool has numbers and hubs have tags.
    pub async fn contacts(&self, community: CommunityId, member: MemberId) -> Result<Vec<Contact>> {
        self.read(move |conn| {
            members::require(conn, community, member)?;
            let mut contacts = Vec::new();
            for row in rows::of_member(conn, community, member)? {
                let mirror = mirror_of(conn, community, &row)?;
                contacts.push(contact_view(conn, community, &row, &mirror)?);
            }
            contacts.sort_by_key(|c| c.id);
            Ok(contacts)
        })
        .await
    }

    /// Contacts of a member in the order of the members who they are, after one of them; and, where the filter left
    /// so many out that the list ended early, the one up to which it looked.
    pub async fn contacts_like(
        &self,
        community: CommunityId,
        member: MemberId,
        query: ContactQuery,
        after: Option<MemberId>,
        limit: i64,
    ) -> Result<(Vec<Contact>, Option<MemberId>)> {
        self.read(move |conn| {
            members::require(conn, community, member)?;
            let after = after.unwrap_or(MemberId::from_i64(0));
            let (found, looked_to) = match query.contact {
                Some(contact) if contact > after => {
                    let one = rows::by_contact(conn, community, member, contact)?;
                    (one.into_iter().filter(|row| query.shows(row)).collect(), None)
                }
                Some(_) => (Vec::new(), None),
                None => lists::by_contact(conn, community, (member, after), query.filter(), limit)?,
            };
            let contacts = found.into_iter().map(|row| {
                let mirror = mirror_of(conn, community, &row)?;
                contact_view(conn, community, &row, &mirror)
            });
            Ok((contacts.collect::<Result<_>>()?, looked_to))
        })
        .await
    }

    /// Releases the pair, both ways.
    pub async fn release_contact(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
    ) -> Result<()> {
        self.release_contact_if(community, member, contact, Expected::any())
            .await
    }

    /// Likewise, where the contact is as it was expected.
    pub async fn release_contact_if(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
        expected: Expected,
    ) -> Result<()> {
        let released = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                let seen = require(conn, community, member, contact)?;
                crate::store::members::lock(conn, community, &[member, seen.contact])?;
                // Looked at again under the lock: another node may have released it meanwhile.
                let row = require(conn, community, member, contact)?;
                let mirror = mirror_of(conn, community, &row)?;
                expected.check(&contact_view(conn, community, &row, &mirror)?)?;
                let mut loads = Loads::new();
                assign::release(conn, ctx, &policy, community, (&row, Why::Released), &mut loads)?;
                Ok(numbers::add_loads(conn, community, &loads)?)
            })
            .await;
        // Senders of what was still waiting are to be told.
        self.doubt_outbox();
        released
    }

    /// Accepts a contact that waits for the member's acceptance; accepting twice changes nothing. Who
    /// chose the contact cannot accept in the contact's place.
    pub async fn accept_contact(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
    ) -> Result<Contact> {
        self.change_pair(
            community,
            member,
            contact,
            |row, change| {
                if row.pending && row.origin == Origin::Chosen {
                    return Err(SwitchboardError::conflict(
                        "not_yours_to_accept",
                        format!(
                            "{} chose this contact; it waits for {} to accept",
                            row.member, row.contact
                        ),
                    ));
                }
                change.pending = Some(false);
                Ok(())
            },
            (Why::Accepted, None),
            Expected::any(),
        )
        .await
    }

    /// Blocks or unblocks a pair in both directions.
    pub async fn set_blocked(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
        blocked: bool,
    ) -> Result<Contact> {
        self.set_blocked_if(community, member, contact, blocked, Expected::any())
            .await
    }

    /// Likewise, where the contact is as it was expected.
    pub async fn set_blocked_if(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
        blocked: bool,
        expected: Expected,
    ) -> Result<Contact> {
        let cancel = blocked.then_some(Reason::PairBlocked);
        let why = match blocked {
            true => Why::Blocked,
            false => Why::Unblocked,
        };
        self.change_pair(
            community,
            member,
            contact,
            move |_, change| {
                change.blocked = Some(blocked);
                Ok(())
            },
            (why, cancel),
            expected,
        )
        .await
    }

    async fn change_pair(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
        edit: impl Fn(&Assignment, &mut AssignmentChange) -> Result<()> + Send + 'static,
        (why, cancel): (Why, Option<Reason>),
        expected: Expected,
    ) -> Result<Contact> {
        let changed = self
            .write(move |conn, ctx| {
                let seen = require(conn, community, member, contact)?;
                crate::store::members::lock(conn, community, &[member, seen.contact])?;
                // Looked at again under the locks: another node may have changed or released it meanwhile,
                // and no text may be on its way onto it.
                let pair = rows::lock_pair(conn, community, member, seen.contact)?;
                let Some([row, mirror]) = pair else {
                    return Err(SwitchboardError::not_found("contact", seen.contact));
                };
                expected.check(&contact_view(conn, community, &row, &mirror)?)?;
                let mut change = AssignmentChange::default();
                edit(&row, &mut change)?;
                for side in [&row, &mirror] {
                    changes::change(conn, ctx, community, side, &change, (why, ctx.by.get()))?;
                    if let Some(reason) = cancel {
                        notices::cancel_lane(conn, ctx, community, side.id, reason)?;
                    }
                }
                if why == Why::Accepted && row.pending {
                    let policy = communities::require(conn, community)?.policy;
                    books::changed(conn, ctx, &policy, community, &[row.member, row.contact])?;
                }
                let row = require(conn, community, member, contact)?;
                contact_view(conn, community, &row, &mirror)
            })
            .await;
        match cancel {
            // Senders of what was still waiting are to be told.
            Some(_) => self.doubt_outbox(),
            None => self.wake_outbox(),
        }
        changed
    }

    /// Assignments of a community in the order of the route key, after the given row.
    pub async fn assignments(
        &self,
        community: CommunityId,
        member: Option<MemberId>,
        after: Option<(MemberId, NumberId)>,
        limit: i64,
    ) -> Result<Vec<(AssignmentView, NumberId)>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let found = match member {
                Some(member) => {
                    members::require(conn, community, member)?;
                    let after = after.filter(|(of, _)| *of == member);
                    let after = after.map_or(NumberId::from_i64(0), |(_, number)| number);
                    lists::of_member(conn, community, (member, after), limit)?
                }
                None => {
                    let after = after.unwrap_or((MemberId::from_i64(0), NumberId::from_i64(0)));
                    lists::of_community(conn, community, after, limit)?
                }
            };
            found
                .into_iter()
                .map(|row| Ok((assignment_view(conn, community, &row)?, row.number)))
                .collect()
        })
        .await
    }
}

fn assignment_view(conn: &mut Conn, community: CommunityId, row: &Assignment) -> Result<AssignmentView> {
    let (number, tag) = number_and_tag(conn, community, row.number)?;
    Ok(AssignmentView {
        id: row.id,
        member: row.member,
        contact: row.contact,
        number,
        tag,
        origin: row.origin,
        pending: row.pending,
        blocked: row.blocked,
        stopped: row.stopped,
        answered_at: row.answered_at,
        last_activity_at: row.last_activity_at,
        created_at: row.created_at,
    })
}
