//! Consent to texts: what was given, how, on what evidence, and until when. Never with the phone's number.

use serde::{Deserialize, Serialize};

use super::error::{Result, SwitchboardError};
use super::views::HoldsPhones;
use super::{Context, Switchboard, communities, members};
use crate::domain::history::{Actor, ActorWord};
use crate::domain::id::{CommunityId, DeviceId, MemberId, NumberId, OptInId, OptInKind};
use crate::domain::{E164, Timestamp};
use crate::store::opt_ins::{self as rows, ALL_NUMBERS, OptInRow};
use crate::store::{Conn, StoreError, assignments, devices};

/// Longest evidence, in characters.
const MAX_EVIDENCE_CHARS: usize = 500;
/// Most records of one phone; of those that have ended the oldest go then.
const MOST_OF_PHONE: i64 = 500;

/// How a consent was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptInSource {
    /// The phone sent START, or YES, to the number.
    Text,
    /// An app or a program recorded it.
    Api,
    /// By a form on the web.
    WebForm,
    /// It came with data from elsewhere.
    Import,
    /// On paper, or spoken.
    Other,
}

impl OptInSource {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Api => "api",
            Self::WebForm => "web_form",
            Self::Import => "import",
            Self::Other => "other",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Text, Self::Api, Self::WebForm, Self::Import, Self::Other]
            .into_iter()
            .find(|source| source.word() == word)
    }
}

/// By what a consent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptInEnd {
    /// The phone sent STOP or STOPALL.
    Stop,
    /// It was revoked here.
    Revoked,
    /// The phone left its member: removed, replaced by another, or taken.
    PhoneLeft,
    /// The phone agreed anew, to another contact on that number.
    AnotherContact,
}

impl OptInEnd {
    fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Revoked => "revoked",
            Self::PhoneLeft => "phone_left",
            Self::AnotherContact => "another_contact",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Stop, Self::Revoked, Self::PhoneLeft, Self::AnotherContact]
            .into_iter()
            .find(|end| end.word() == word)
    }
}

/// A consent to texts.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OptIn {
    /// The id.
    pub id: OptInId,
    /// Whose phone it is now, if a member's.
    pub member: Option<MemberId>,
    /// That phone.
    pub device: Option<DeviceId>,
    /// For whom the number stood then; none for every number.
    pub contact: Option<MemberId>,
    /// The number; none for every number of the community.
    pub number: Option<NumberId>,
    /// How it was given.
    pub source: OptInSource,
    /// The wording that was agreed to, or where it is kept. Empty to keys of scope `app`: it may be anything, a phone too.
    #[schema(example = "Texts from my club, form of 2026-01-31")]
    pub evidence: String,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: ActorWord,
    /// When it ended.
    #[schema(example = json!(null))]
    pub ended_at: Option<Timestamp>,
    /// By what.
    #[schema(example = json!(null))]
    pub ended_by: Option<OptInEnd>,
}

impl HoldsPhones for OptIn {
    /// The evidence may be anything, a number too.
    fn without_phones(mut self) -> Self {
        self.evidence.clear();
        self
    }
}

/// A consent to be recorded.
#[derive(Clone, Debug)]
pub struct NewOptIn {
    /// Whose phone consents.
    pub member: MemberId,
    /// Which of their phones; the first, if none is said.
    pub device: Option<DeviceId>,
    /// To texts of this contact; of every contact, if none is said.
    pub contact: Option<MemberId>,
    /// How it was given.
    pub source: OptInSource,
    /// The wording that was agreed to, or where it is kept.
    pub evidence: String,
    /// When it was given; now, if not said.
    pub given_at: Option<Timestamp>,
}

fn view(conn: &mut Conn, row: OptInRow) -> Result<OptIn> {
    let community = CommunityId::from_i64(row.community_id);
    let device = match E164::from_i64(row.phone) {
        Some(phone) => devices::by_phone(conn, community, phone)?,
        None => None,
    };
    let by = Actor::from_code(row.who, row.who_id).ok_or(StoreError::Corrupt("opt_ins.who"))?;
    Ok(OptIn {
        id: OptInId::from_i64(row.id),
        member: device.as_ref().map(|d| MemberId::from_i64(d.member_id)),
        device: device.as_ref().map(|d| DeviceId::from_i64(d.id)),
        contact: row.contact_id.map(MemberId::from_i64),
        number: (row.number_id != ALL_NUMBERS).then(|| NumberId::from_i64(row.number_id)),
        source: OptInSource::from_word(&row.source).ok_or(StoreError::Corrupt("opt_ins.source"))?,
        evidence: row.evidence,
        given_at: Timestamp(row.given_at),
        recorded_at: Timestamp(row.recorded_at),
        recorded_by: by.word(),
        ended_at: row.ended_at.map(Timestamp),
        ended_by: match row.ended_by.as_deref() {
            None => None,
            Some(word) => Some(OptInEnd::from_word(word).ok_or(StoreError::Corrupt("opt_ins.ended_by"))?),
        },
    })
}

/// Records that a phone agreed by a keyword.
pub(crate) fn by_text(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    phone: E164,
    (number, contact, said): (i64, Option<i64>, &str),
) -> Result<()> {
    if living(conn, ctx, community, phone, (number, contact))?.is_some() {
        return Ok(());
    }
    // Where as many live as are kept, this one is kept too: what a phone agrees to counts. They are as many as it knows
    // numbers.
    rows::make_room(conn, community, phone, MOST_OF_PHONE)?;
    let (who, who_id) = Actor::Broker.code();
    let row = OptInRow {
        community_id: community.as_i64(),
        id: ctx.id::<OptInKind>().as_i64(),
        phone: phone.as_i64(),
        number_id: number,
        contact_id: contact,
        source: OptInSource::Text.word().to_owned(),
        evidence: said.to_owned(),
        given_at: ctx.now.0,
        recorded_at: ctx.now.0,
        who,
        who_id,
        ended_at: None,
        ended_by: None,
    };
    rows::record(conn, &row)?;
    Ok(())
}

/// What a phone has agreed to of a contact on a number. What it agreed to when the number stood for somebody else ends
/// with this.
fn living(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    phone: E164,
    (number, contact): (i64, Option<i64>),
) -> Result<Option<OptInRow>> {
    let Some(row) = rows::live(conn, community, phone.as_i64(), number)? else {
        return Ok(None);
    };
    if row.contact_id.is_none() || contact.is_none() || row.contact_id == contact {
        return Ok(Some(row));
    }
    let end = (ctx.now.0, OptInEnd::AnotherContact.word());
    rows::end(conn, community, OptInId::from_i64(row.id), end)?;
    Ok(None)
}

/// A phone has left its member: whoever has it next has agreed to nothing.
pub(crate) fn phone_left(conn: &mut Conn, ctx: &Context, community: CommunityId, phone: E164) -> Result<()> {
    let end = (ctx.now.0, OptInEnd::PhoneLeft.word());
    rows::end_of_phone(conn, community, phone, None, end)?;
    Ok(())
}

/// A phone stopped a number, or all: what it had agreed to there is over.
pub(crate) fn stopped(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    phone: E164,
    number: Option<i64>,
) -> Result<()> {
    let end = (ctx.now.0, OptInEnd::Stop.word());
    rows::end_of_phone(conn, community, phone, number, end)?;
    Ok(())
}

fn checked_evidence(evidence: &str) -> Result<String> {
    let evidence = evidence.replace('\0', "");
    let evidence = evidence.trim();
    let chars = evidence.chars().count();
    if !(1..=MAX_EVIDENCE_CHARS).contains(&chars) {
        return Err(SwitchboardError::invalid(
            "evidence",
            format!("evidence has 1 to {MAX_EVIDENCE_CHARS} characters; this has {chars}"),
        ));
    }
    Ok(evidence.to_owned())
}

fn record(conn: &mut Conn, ctx: &Context, community: CommunityId, new: &NewOptIn) -> Result<(OptIn, bool)> {
    communities::require(conn, community)?;
    let evidence = checked_evidence(&new.evidence)?;
    let given_at = new.given_at.unwrap_or(ctx.now);
    if given_at > ctx.now {
        return Err(SwitchboardError::invalid(
            "given_at",
            format!("`given_at` is {given_at}, which is still to come; write when the consent was given"),
        ));
    }
    crate::store::members::lock(conn, community, &[new.member])?;
    members::require(conn, community, new.member)?;
    let phones = devices::of_member(conn, community, new.member)?;
    let phone = match new.device {
        Some(id) => phones.iter().find(|phone| phone.id == id.as_i64()),
        None => phones.first(),
    };
    let Some(phone) = phone else {
        return Err(match new.device {
            Some(id) => SwitchboardError::not_found("phone", id),
            None => SwitchboardError::conflict(
                "no_device",
                format!(
                    "{} has no phone, and a phone it is that consents; add one first",
                    new.member
                ),
            ),
        });
    };
    let number_id = match new.contact {
        None => ALL_NUMBERS,
        Some(contact) => match assignments::by_contact(conn, community, new.member, contact)? {
            Some(row) => row.number.as_i64(),
            None => {
                return Err(SwitchboardError::conflict(
                    "no_contact",
                    format!("{contact} is no contact of {}; add the contact first", new.member),
                ));
            }
        },
    };
    let (own, contact) = (phone.e164()?, new.contact.map(MemberId::as_i64));
    if let Some(living) = living(conn, ctx, community, own, (number_id, contact))? {
        return Ok((view(conn, living)?, false));
    }
    if !rows::make_room(conn, community, own, MOST_OF_PHONE)? {
        return Err(SwitchboardError::conflict(
            "too_many_opt_ins",
            format!(
                "{MOST_OF_PHONE} opt-ins of this phone live, which is as many as are kept; revoke some first"
            ),
        ));
    }
    let (who, who_id) = ctx.by.get().code();
    let row = OptInRow {
        community_id: community.as_i64(),
        id: ctx.id::<OptInKind>().as_i64(),
        phone: phone.phone,
        number_id,
        contact_id: contact,
        source: new.source.word().to_owned(),
        evidence,
        given_at: given_at.0,
        recorded_at: ctx.now.0,
        who,
        who_id,
        ended_at: None,
        ended_by: None,
    };
    rows::record(conn, &row)?;
    Ok((view(conn, row)?, true))
}

impl Switchboard {
    /// Records a consent; false where the same phone and number had one already, which is returned.
    pub async fn record_opt_in(&self, community: CommunityId, new: NewOptIn) -> Result<(OptIn, bool)> {
        self.write(move |conn, ctx| record(conn, ctx, community, &new))
            .await
    }

    /// Ends a consent; its record stays.
    pub async fn revoke_opt_in(&self, community: CommunityId, id: OptInId) -> Result<OptIn> {
        self.write(move |conn, ctx| {
            let end = (ctx.now.0, OptInEnd::Revoked.word());
            let ended = rows::end(conn, community, id, end)?;
            let row =
                rows::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("opt-in", id))?;
            match ended {
                true => view(conn, row),
                false => Err(SwitchboardError::conflict(
                    "opt_in_ended",
                    format!("{id} has ended already"),
                )),
            }
        })
        .await
    }

    /// One consent.
    pub async fn opt_in(&self, community: CommunityId, id: OptInId) -> Result<OptIn> {
        self.read(move |conn| match rows::get(conn, community, id)? {
            Some(row) => view(conn, row),
            None => Err(SwitchboardError::not_found("opt-in", id)),
        })
        .await
    }

    /// Consents, newest first, before `before`; of one member's phones, or all.
    pub async fn opt_ins(
        &self,
        community: CommunityId,
        member: Option<MemberId>,
        before: Option<OptInId>,
        limit: i64,
    ) -> Result<Vec<OptIn>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let phones = match member {
                Some(member) => {
                    members::require(conn, community, member)?;
                    let phones = devices::of_member(conn, community, member)?;
                    Some(phones.iter().map(|device| device.phone).collect::<Vec<_>>())
                }
                None => None,
            };
            let before = before.map_or(i64::MAX, OptInId::as_i64);
            let found = rows::list(conn, community, phones.as_deref(), before, limit)?;
            found.into_iter().map(|row| view(conn, row)).collect()
        })
        .await
    }
}
