//! The rules of the assignment table, as pure functions of rows that were read at one moment.

mod mirrors;
mod received;
mod rules;
#[cfg(test)]
mod tests;

use serde::Serialize;
use utoipa::ToSchema;

use super::Timestamp;
use super::assignment::Origin;
use super::id::{AssignmentId, CommunityId, DeviceId, MemberId, NumberId, OptOutId};

pub use mirrors::Mirrors;
pub use received::Received;
pub use rules::{Live, chosen_by_nobody, hold, mirror, stop, table};

/// What must hold of the assignment table; each offender names the rule that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VerificationRule)]
pub enum Rule {
    /// A member and a pool number name at most one assignment.
    RouteKey,
    /// A phone belongs to one member of its community: the other half of the route key.
    PhoneOfOne,
    /// A telephone number is one pool number, of one community.
    NumberOfOne,
    /// A pair has one number in each direction.
    PairKey,
    /// Nobody is their own contact.
    OwnContact,
    /// Each assignment has its mirror.
    Mirror,
    /// Both rows of a pair say the same of what concerns both, and one of the two chose the other.
    PairAgrees,
    /// A number that cools down for a phone stands for nobody else on it.
    CoolDown,
    /// A number that is kept for a former contact stands for nobody else.
    PairMemory,
    /// A number that still leads to a contact who has another one stands for nobody else on that phone, and cools down
    /// for as long.
    LeadsOn,
    /// What a swap says it has moved is where it says, and as much as it counts.
    SwapMoved,
    /// A number that a phone has stopped stands for nobody else on it.
    StopReserved,
    /// What a phone has stopped is marked as stopped where texts look.
    StopMarked,
    /// Nobody has more contacts than there are numbers in service.
    Capacity,
    /// The community of the rows is there.
    Community,
    /// The member of an assignment is there.
    Member,
    /// The contact of an assignment is there.
    Contact,
    /// The number of an assignment is there, and in service.
    Number,
    /// The number of an assignment is not the desk.
    Desk,
    /// The hub of a tag that is in service is there, and has its telephone number.
    Hub,
    /// Nobody's number is a hub as it stands: somebody is there by a tag.
    HubTag,
    /// A tag is given once on each hub.
    TagOfOne,
    /// The pool of a number is there.
    Pool,
    /// A member who has contacts can be reached.
    Device,
    /// The member of a device is there.
    DeviceOwner,
    /// The directory leads each number in service to its community, and nowhere else.
    Directory,
    /// No pool number is somebody's phone.
    NotAPhone,
    /// A number's count of its assignments is right.
    Load,
}

impl Rule {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 28] = [
        Self::RouteKey,
        Self::PhoneOfOne,
        Self::NumberOfOne,
        Self::PairKey,
        Self::OwnContact,
        Self::Mirror,
        Self::PairAgrees,
        Self::CoolDown,
        Self::PairMemory,
        Self::LeadsOn,
        Self::SwapMoved,
        Self::StopReserved,
        Self::StopMarked,
        Self::Capacity,
        Self::Community,
        Self::Member,
        Self::Contact,
        Self::Number,
        Self::Desk,
        Self::Hub,
        Self::HubTag,
        Self::TagOfOne,
        Self::Pool,
        Self::Device,
        Self::DeviceOwner,
        Self::Directory,
        Self::NotAPhone,
        Self::Load,
    ];

    /// Where it stands among all.
    pub fn place(self) -> usize {
        self as usize
    }

    /// What is wrong with whoever breaks it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::RouteKey => "two assignments of this member hold this number",
            Self::PhoneOfOne => "two devices of this community hold the same phone",
            Self::NumberOfOne => "two pool numbers of this community are the same telephone number",
            Self::PairKey => "this pair holds two numbers in one direction",
            Self::OwnContact => "this member is their own contact",
            Self::Mirror => "this assignment has no mirror: the pair cannot be answered",
            Self::PairAgrees => "the two rows of this pair do not agree",
            Self::CoolDown => {
                "this number was given to this phone for another contact before it had cooled down"
            }
            Self::PairMemory => "this number is kept for a former contact of this member",
            Self::LeadsOn => {
                "this number leads to a contact who has another one, and could stand for somebody else on that phone"
            }
            Self::SwapMoved => "what a swap has moved is not where it says, or not as much as it counts",
            Self::StopReserved => {
                "this number was stopped by this phone and stands for another contact on it"
            }
            Self::StopMarked => "this phone has stopped what is not marked as stopped",
            Self::Capacity => "this member has more contacts than there are numbers in service",
            Self::Community => "there are rows of a community that is not there",
            Self::Member => "the member of this assignment is not there",
            Self::Contact => "the contact of this assignment is not there",
            Self::Number => "the number of this assignment is not there, or not in service",
            Self::Desk => "the number of this assignment is the desk, and nobody's contact",
            Self::Hub => "the hub of this tag is not there, is no hub, or is another telephone number",
            Self::HubTag => "the number of this assignment is a hub, where nobody is without a tag",
            Self::TagOfOne => "this tag is there twice on its hub",
            Self::Pool => "the pool of this number is not there",
            Self::Device => "this member has contacts and neither a phone nor an app",
            Self::DeviceOwner => "the member of this device is not there",
            Self::Directory => "the directory does not lead this number to its community",
            Self::NotAPhone => "this pool number is somebody's phone",
            Self::Load => "this number's count of assignments is not what there are",
        }
    }
}

/// Something that breaks a rule. Ids only: no real number, and no pool number either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VerificationOffender)]
pub struct Offender {
    /// The rule.
    pub rule: Rule,
    /// Whose rows they are.
    pub community: CommunityId,
    /// In whose table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Who the contact is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<MemberId>,
    /// Which number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberId>,
    /// Which assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentId>,
    /// The other assignment, where two collide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_assignment: Option<AssignmentId>,
    /// Which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The other device, where two collide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_device: Option<DeviceId>,
    /// The opt-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opt_out: Option<OptOutId>,
    /// The other number, where two collide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_number: Option<NumberId>,
    /// What should be, of a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<i64>,
    /// What is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<i64>,
}

impl Offender {
    /// An offender of which nothing is known yet but where.
    pub fn new(rule: Rule, community: CommunityId) -> Self {
        Self {
            rule,
            community,
            member: None,
            contact: None,
            number: None,
            assignment: None,
            other_assignment: None,
            device: None,
            other_device: None,
            opt_out: None,
            other_number: None,
            expected: None,
            found: None,
        }
    }

    /// An assignment that offends.
    pub fn of(rule: Rule, community: CommunityId, row: &Row) -> Self {
        Self {
            member: Some(row.member),
            contact: Some(row.contact),
            number: Some(row.number),
            assignment: Some(row.id),
            ..Self::new(rule, community)
        }
    }
}

/// What the rules have to know of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// In whose table.
    pub member: MemberId,
    /// The number.
    pub number: NumberId,
    /// For whom it stands.
    pub contact: MemberId,
    /// The row's id.
    pub id: AssignmentId,
    /// Chosen or received.
    pub origin: Origin,
    /// Waits for acceptance.
    pub pending: bool,
    /// Is blocked.
    pub blocked: bool,
    /// Was stopped by the member's phone.
    pub stopped: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// For whom a number last stood on a member's phone, or on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// The number.
    pub number: NumberId,
    /// For whom; none for somebody of another community.
    pub contact: Option<MemberId>,
    /// Until when it stands for nobody else.
    pub cool_until: Timestamp,
    /// Until when it is kept for that contact.
    pub kept_until: Timestamp,
    /// Until when it leads on to the number that the contact has since.
    pub forwards_until: Timestamp,
}
