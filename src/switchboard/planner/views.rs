//! What the planner says, as it stands on the public surface.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Timestamp;
use crate::domain::capacity::Outlook;
use crate::domain::id::{MemberId, PoolId};
use crate::domain::pool::{Capabilities, Capability};

/// How far a community's numbers go.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Capacity {
    /// When it was counted; of a big community that may be up to a minute ago.
    pub as_of: Timestamp,
    /// The most important of it, in a sentence.
    #[schema(
        example = "mem_1tq3v8r4w0801 is seen to run out first, by their own rate around 2026-02-11T09:30:00.000Z (nine chances in ten: between 2026-01-20T04:00:00.000Z and 2026-04-02T21:00:00.000Z): 71 of 80 usable numbers are taken; for a year 204 are needed, so add 124 numbers with sms"
    )]
    pub explained: String,
    /// Members and guests.
    #[schema(example = 1200)]
    pub members: u64,
    /// Rows in their tables: two for each pair.
    #[schema(example = 9800)]
    pub contacts: u64,
    /// Numbers that may stand for a new contact: active ones that can `sms`.
    #[schema(example = 80)]
    pub usable: u64,
    /// Most received contacts that a member may leave unanswered, by the policy.
    #[schema(example = 40)]
    pub received_cap: u64,
    /// Rows on the tags of hubs, which take no room: by so many, members with full tables are reached.
    #[schema(example = 0)]
    pub on_hubs: u64,
    /// The numbers in service, together where they are alike; at most 200 groups, the largest first.
    pub numbers: Vec<NumberGroup>,
    /// How many members' tables are how full. A full one is in the last.
    pub fill: Vec<FillBand>,
    /// Members who have no number for another contact.
    #[schema(example = 0)]
    pub full: u64,
    /// Members whom nobody can choose, as they have too many received contacts unanswered, or are full.
    #[schema(example = 0)]
    pub not_receiving: u64,
    /// Members who joined too recently for a forecast.
    #[schema(example = 31)]
    pub too_little_history: u64,
    /// Members whose tables will be full within a year.
    #[schema(example = 4)]
    pub running_out: u64,
    /// The fullest tables, at most ten.
    pub fullest: Vec<MemberCapacity>,
    /// Who of those is seen to run out first, at most ten.
    pub first_out: Vec<MemberCapacity>,
    /// The numbers needed now and later: as many as the largest table takes. Contacts count that hold numbers which take
    /// no new ones, too.
    pub needed: Vec<Needed>,
    /// By the region of members' phones: the numbers needed so that each has numbers of their own region. A contact
    /// gets a number of another region where none is free.
    pub regions: Vec<RegionNeeds>,
    /// By what numbers can do: the numbers needed so that each contact has it.
    pub capabilities: Vec<CapabilityNeeds>,
}

/// Numbers of one pool and region that can do the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumberGroup {
    /// The pool. Null for numbers that would be added.
    pub pool: Option<PoolId>,
    /// Its name.
    #[schema(example = "main")]
    pub name: String,
    /// Their region.
    #[schema(example = "US")]
    pub region: Option<String>,
    /// What they can do.
    pub capabilities: Capabilities,
    /// How many take new pairs.
    #[schema(example = 80)]
    pub active: u64,
    /// How many only keep the pairs that they have.
    #[schema(example = 0)]
    pub draining: u64,
}

/// Members whose tables are about as full.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct FillBand {
    /// From this share of the usable numbers, in percent.
    #[schema(example = 80)]
    pub from_percent: u8,
    /// To below this one; the last holds full tables, too.
    #[schema(example = 90)]
    pub to_percent: u8,
    /// How many members.
    #[schema(example = 12)]
    pub members: u64,
}

/// How many numbers are needed so that nobody runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Needed {
    /// In how many days: 0, 30, 90 and 365.
    #[schema(example = 90)]
    pub in_days: u16,
    /// As many numbers as the largest table takes then, if contacts are made at the rate of the last 90 days. Null where
    /// that cannot be foreseen: most members have too little history, or the one with the largest table.
    #[schema(example = 92)]
    pub numbers: Option<u64>,
    /// Hardly any one member will need more: the largest of the members' own bounds. Of very many members, one may.
    #[schema(example = 110)]
    pub at_most: Option<u64>,
    /// How many are missing.
    #[schema(example = 12)]
    pub missing: Option<u64>,
    /// How many are missing to `at_most`.
    #[schema(example = 30)]
    pub missing_at_most: Option<u64>,
    /// Members who have too little history to be reckoned with.
    #[schema(example = 31)]
    pub without_history: u64,
}

/// What the members of one region need.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegionNeeds {
    /// The region of their phones; null for members without a phone, or of an unknown region.
    #[schema(example = "US")]
    pub region: Option<String>,
    /// How many members.
    #[schema(example = 1100)]
    pub members: u64,
    /// Usable numbers of that region, or of none.
    #[schema(example = 80)]
    pub usable: u64,
    /// Numbers of that region that are needed.
    pub needed: Vec<Needed>,
}

/// What contacts need of a capability.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CapabilityNeeds {
    /// The capability.
    pub capability: Capability,
    /// A contact cannot be made without.
    pub required: bool,
    /// Active numbers that have it.
    #[schema(example = 80)]
    pub usable: u64,
    /// Numbers with it that are needed.
    pub needed: Vec<Needed>,
}

/// How full one member's table is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberCapacity {
    /// The member.
    pub member: MemberId,
    /// What people call them.
    #[schema(example = "Ann")]
    pub name: String,
    /// The region of their phone.
    #[schema(example = "US")]
    pub region: Option<String>,
    /// Contacts that they have, chosen and received.
    #[schema(example = 68)]
    pub contacts: u64,
    /// Numbers that may stand for a new contact.
    #[schema(example = 80)]
    pub usable: u64,
    /// Of those, how many stand for contacts of this member.
    #[schema(example = 68)]
    pub used: u64,
    /// Of those, how many cool down for this member.
    #[schema(example = 3)]
    pub cooling: u64,
    /// Of those, how many are kept for former contacts of this member.
    #[schema(example = 0)]
    pub kept: u64,
    /// Of those, how many the member's phones have stopped.
    #[schema(example = 0)]
    pub stopped: u64,
    /// How many contacts more the member can choose: as many numbers as the choice would find free for somebody with
    /// whom the member has no past.
    #[schema(example = 9)]
    pub free: u64,
    /// How many contacts more the member can receive.
    #[schema(example = 9)]
    pub receivable: u64,
    /// How many numbers are missing for the contacts of a what-if.
    #[schema(example = 0)]
    pub missing: u64,
    /// Contacts that the member has not used for a cool-down: most of those may give way where the community recycles.
    #[schema(example = 20)]
    pub idle: u64,
    /// Contacts made in the last 90 days, without those of the member's first day.
    #[schema(example = 9)]
    pub made: u64,
    /// Older contacts let go of in that time.
    #[schema(example = 1)]
    pub let_go: u64,
    /// When there will be no number for another contact.
    pub runs_out: RunsOut,
}

/// What a forecast comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutlookWord {
    /// There is none now.
    Full,
    /// Around a date.
    Around,
    /// Later than in a year.
    NotWithinAYear,
    /// The member joined too recently, or made too few contacts.
    TooLittleHistory,
}

/// When a table will be full, at the rate of the last 90 days.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RunsOut {
    /// What can be said.
    pub outlook: OutlookWord,
    /// With `around`: as likely before as after.
    pub at: Option<Timestamp>,
    /// Hardly before: one chance in twenty.
    pub earliest: Option<Timestamp>,
    /// Hardly after: one chance in twenty. Null where that is later than in a year.
    pub latest: Option<Timestamp>,
}

impl From<Outlook> for RunsOut {
    fn from(outlook: Outlook) -> Self {
        let none = |outlook| Self {
            outlook,
            at: None,
            earliest: None,
            latest: None,
        };
        match outlook {
            Outlook::Full => none(OutlookWord::Full),
            Outlook::TooLittleHistory => none(OutlookWord::TooLittleHistory),
            Outlook::NotWithinAYear { earliest } => Self {
                earliest,
                ..none(OutlookWord::NotWithinAYear)
            },
            Outlook::Around { at, earliest, latest } => Self {
                outlook: OutlookWord::Around,
                at: Some(at),
                earliest: Some(earliest),
                latest,
            },
        }
    }
}

/// What a change would bring. Nothing was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CapacityWhatIf)]
pub struct WhatIfResult {
    /// As it is.
    pub before: Capacity,
    /// As it would be.
    pub after: Capacity,
}
