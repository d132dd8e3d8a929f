//! Lists of members.

use super::error::{Result, SwitchboardError};
use super::views::Member;
use super::{Switchboard, communities, members};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::{E164, person_name};
use crate::store::devices;
use crate::store::members as rows;

impl Switchboard {
    /// Members in the order of their joining, after `after`; or the one with that phone.
    pub async fn members(
        &self,
        community: CommunityId,
        phone: Option<E164>,
        after: Option<MemberId>,
        limit: i64,
    ) -> Result<Vec<Member>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let found = match phone {
                Some(phone) => match devices::by_phone(conn, community, phone)? {
                    Some(device) => {
                        let owner = MemberId::from_i64(device.member_id);
                        vec![members::require(conn, community, owner)?]
                    }
                    None => Vec::new(),
                },
                None => rows::list(conn, community, after.map_or(0, MemberId::as_i64), limit)?,
            };
            found.into_iter().map(|row| members::view(conn, row)).collect()
        })
        .await
    }

    /// Members whose name begins with this, without regard to case and spacing, in the order of the names, after `after`.
    /// Where that one has another name meanwhile, the list goes on after that name; where they are gone, it is refused.
    pub async fn members_named(
        &self,
        community: CommunityId,
        name: &str,
        after: Option<MemberId>,
        limit: i64,
    ) -> Result<Vec<Member>> {
        let prefix = person_name::key(name);
        if prefix.is_empty() {
            return Err(SwitchboardError::invalid(
                "name",
                "`name` is empty; write the beginning of a name, or leave it out",
            ));
        }
        self.read(move |conn| {
            communities::require(conn, community)?;
            let place = match after {
                Some(id) => match rows::get(conn, community, id)? {
                    Some(row) => Some((row.name_key, row.id)),
                    None => {
                        return Err(SwitchboardError::invalid(
                            "cursor",
                            "the member at which the next page begins is gone; begin anew without `cursor`",
                        ));
                    }
                },
                None => None,
            };
            // Somebody may have another name than when their page was read.
            let place = place.as_ref().map(|(key, id)| (key.as_str(), *id));
            if place.is_some_and(|(key, _)| key > prefix.as_str() && !key.starts_with(&prefix)) {
                return Ok(Vec::new());
            }
            let place = place.filter(|(key, _)| *key >= prefix.as_str());
            let found = rows::named(conn, community, &prefix, place, limit)?;
            found.into_iter().map(|row| members::view(conn, row)).collect()
        })
        .await
    }

    /// Those of these members who are there, each once, in the order of their joining.
    pub async fn members_of(&self, community: CommunityId, ids: Vec<MemberId>) -> Result<Vec<Member>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let mut found = rows::of_ids(conn, community, &ids)?;
            found.sort_unstable_by_key(|row| row.id);
            found.into_iter().map(|row| members::view(conn, row)).collect()
        })
        .await
    }
}
