//! What is remembered of released pairs: numbers that cool down and that are kept for their contact. Listed, discarded,
//! and paired again.

use serde::Serialize;
use utoipa::ToSchema;

use super::assign::{self, Loads};
use super::contacts::{contact_view, number_of};
use super::error::{Result, SwitchboardError};
use super::quarantine::LetGo;
use super::views::Contact;
use super::{Context, Switchboard, communities, members, quarantine};
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::{E164, Timestamp};
use crate::store::releases::{self as rows, ReleaseFilter, ReleaseRow};
use crate::store::{Conn, assignments, numbers};

/// How a released number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseState {
    /// It may stand for nobody else on that phone yet.
    Cooling,
    /// It has cooled down, and is kept for the contact.
    Kept,
    /// It may stand for anybody.
    Past,
}

/// A released number, as the member has it for whom it stood for somebody.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Release {
    /// In whose table.
    pub member: MemberId,
    /// For whom the number stood.
    pub contact: MemberId,
    /// The number's id.
    pub number_id: NumberId,
    /// The number.
    pub number: E164,
    /// How it stands now.
    pub state: ReleaseState,
    /// When the pair was released.
    pub released_at: Timestamp,
    /// Until when it cools down.
    pub cool_until: Timestamp,
    /// Until when it is kept for the contact; null where that was discarded, or the contact has a number again.
    pub kept_until: Option<Timestamp>,
    /// Until when whoever texts or calls it from that phone still reaches the contact, who has another number since a
    /// swap; null where it does not.
    #[schema(example = json!(null))]
    pub forwards_until: Option<Timestamp>,
}

/// A pair that was made again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RePaired {
    /// The pair, as the member has it.
    pub contact: Contact,
    /// Whether it has the number that it had.
    pub same_number: bool,
    /// How many texts were let out of the quarantine.
    #[schema(minimum = 0, example = 1)]
    pub texts_released: usize,
    /// How many stay there because what they said is kept no more: it expired, or was erased.
    #[schema(minimum = 0, example = 0)]
    pub texts_gone: usize,
}

fn view(conn: &mut Conn, row: &ReleaseRow, now: Timestamp) -> Result<Release> {
    let (member, number_id) = row.place();
    let community = CommunityId::from_i64(row.community_id);
    let state = match (row.cool_until > now.0, row.memory_until > now.0) {
        (true, _) => ReleaseState::Cooling,
        (false, true) => ReleaseState::Kept,
        (false, false) => ReleaseState::Past,
    };
    Ok(Release {
        member,
        contact: MemberId::from_i64(row.contact_id),
        number_id,
        number: number_of(conn, community, number_id)?,
        state,
        released_at: Timestamp(row.released_at),
        cool_until: Timestamp(row.cool_until),
        kept_until: (row.memory_until > 0).then_some(Timestamp(row.memory_until)),
        forwards_until: (row.forwards_until > now.0).then_some(Timestamp(row.forwards_until)),
    })
}

/// The release of a number; of one that stands for somebody now there is none.
fn require(
    conn: &mut Conn,
    community: CommunityId,
    (member, number): (MemberId, NumberId),
) -> Result<ReleaseRow> {
    members::require(conn, community, member)?;
    let is_live = assignments::by_number(conn, community, member, number)?.is_some();
    rows::get(conn, community, member, number)?
        .filter(|_| !is_live)
        .ok_or_else(|| SwitchboardError::not_found("release of number", number))
}

fn re_pair(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    at: (MemberId, NumberId),
    with_texts: bool,
) -> Result<(RePaired, bool)> {
    let policy = communities::require(conn, community)?.policy;
    let release = require(conn, community, at)?;
    let (member, contact) = (at.0, MemberId::from_i64(release.contact_id));
    members::require(conn, community, contact)?;
    let mut loads = Loads::new();
    let pair = assign::assign(conn, ctx, &policy, community, (member, contact), &mut loads)?;
    numbers::add_loads(conn, community, &loads)?;
    let texts = match with_texts {
        true => quarantine::let_go_of_pair(conn, ctx, community, (member, contact))?,
        false => LetGo::default(),
    };
    let done = RePaired {
        contact: contact_view(conn, community, &pair.row, &pair.mirror)?,
        same_number: pair.row.number == at.1,
        texts_released: texts.released,
        texts_gone: texts.gone,
    };
    Ok((done, pair.made_room))
}

impl Switchboard {
    /// Released numbers of a member, or of all, in the order of the key, after a place; and the place up to which all
    /// was looked at, where the list goes on. `held` shows those that cool down or are kept, or those that are neither.
    pub async fn releases(
        &self,
        community: CommunityId,
        (member, held): (Option<MemberId>, Option<bool>),
        after: Option<(MemberId, NumberId)>,
        limit: i64,
    ) -> Result<(Vec<Release>, Option<(MemberId, NumberId)>)> {
        let now = self.now();
        self.read(move |conn| {
            communities::require(conn, community)?;
            if let Some(member) = member {
                members::require(conn, community, member)?;
            }
            let after = after.unwrap_or((MemberId::from_i64(0), NumberId::from_i64(0)));
            let filter = ReleaseFilter {
                held_at: held.map(|held| (now.0, held)),
            };
            let (found, looked_to) = rows::list(conn, community, (member, after), filter, limit)?;
            let views: Result<_> = found.iter().map(|row| view(conn, row, now)).collect();
            Ok((views?, looked_to))
        })
        .await
    }

    /// The id of a number of a community, also of one that is out of service.
    pub async fn number_by_e164(&self, community: CommunityId, number: E164) -> Result<Option<NumberId>> {
        self.read(move |conn| {
            let found = numbers::of_community(conn, community, number)?;
            Ok(found.map(|row| NumberId::from_i64(row.id)))
        })
        .await
    }

    /// One released number.
    pub async fn release(
        &self,
        community: CommunityId,
        member: MemberId,
        number: NumberId,
    ) -> Result<Release> {
        let now = self.now();
        self.read(move |conn| {
            let row = require(conn, community, (member, number))?;
            view(conn, &row, now)
        })
        .await
    }

    /// Does not keep a released number for its contact any more. It cools down all the same, and late replies to it are
    /// held.
    pub async fn discard_release(
        &self,
        community: CommunityId,
        member: MemberId,
        number: NumberId,
    ) -> Result<()> {
        self.write(move |conn, _| {
            crate::store::members::lock(conn, community, &[member])?;
            require(conn, community, (member, number))?;
            rows::discard(conn, community, member, number)?;
            Ok(())
        })
        .await
    }

    /// Makes a released pair again, and lets go of the texts that were held for it, if asked.
    pub async fn re_pair(
        &self,
        community: CommunityId,
        member: MemberId,
        number: NumberId,
        with_texts: bool,
    ) -> Result<RePaired> {
        let (done, made_room) = self
            .write(move |conn, ctx| re_pair(conn, ctx, community, (member, number), with_texts))
            .await?;
        match made_room {
            true => self.doubt_outbox(),
            false => self.wake_outbox(),
        }
        Ok(done)
    }
}
