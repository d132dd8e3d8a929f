//! What the exchange tells its edges of the things it keeps. Serialised as they stand on the public
//! surface; real numbers are only in devices.

use serde::Serialize;
use utoipa::ToSchema;

use super::words::{DeviceWord, EncodingWord, OriginWord, ScopeWord, TextsTo};

use crate::domain::assignment::Origin;
use crate::domain::id::{
    AssignmentId, BookLinkId, CampaignId, CommunityId, ContactId, DeviceId, EndpointId, KeyId, MemberId,
    MessageId, NumberId, PoolId,
};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::{BlocksShown, Policy};
use crate::domain::pool::{Capabilities, NumberState};
use crate::domain::{E164, Timestamp};

/// A community.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Community {
    /// Its id.
    pub id: CommunityId,
    /// What people call it.
    #[schema(example = "Riders")]
    pub name: String,
    /// What it decided for itself.
    pub policy: Policy,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A member or guest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Member {
    /// The id.
    pub id: MemberId,
    /// What people call them.
    #[schema(example = "Ann")]
    pub name: String,
    /// What they are called elsewhere, where an import said so. Null to keys of scope `app`: it may be anything, a phone too.
    #[schema(example = "e-1042")]
    pub reference: Option<String>,
    /// Has no account: an outside phone known as somebody's contact.
    pub guest: bool,
    /// Others may find them by name.
    pub listed: bool,
    /// Their time zone (IANA), by which their texting hours are kept; null: by their phone, or as the community has it.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// Their devices, the one that texts go to first.
    pub devices: Vec<Device>,
    /// When they joined.
    pub created_at: Timestamp,
}

/// A device of a member: a phone, or the app in which they read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Device {
    /// The id.
    pub id: DeviceId,
    /// `phone` or `app`.
    #[schema(value_type = DeviceWord, inline)]
    pub kind: &'static str,
    /// The real number of a phone. Null to keys of scope `app`: no app learns a member's real number.
    pub phone: Option<E164>,
    /// Its country.
    #[schema(example = "US")]
    pub region: Option<String>,
    /// Whether it has sent STOPALL.
    pub stopped_all: bool,
    /// Since when the phone is frozen: nothing is sent to it, and nothing from it is accepted.
    #[schema(example = json!(null))]
    pub frozen_at: Option<Timestamp>,
    /// Of an app: the callback endpoint by which it gets the member's texts.
    pub endpoint: Option<EndpointId>,
    /// Of an app: where the member's texts go: `phone`, `app` or `both`.
    #[schema(value_type = Option<TextsTo>, inline, example = json!(null))]
    pub texts_to: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What holds real numbers, and what is left of it for those who may not learn them (design rule 8).
pub trait HoldsPhones {
    /// The same without real numbers.
    fn without_phones(self) -> Self;
}

impl HoldsPhones for Device {
    fn without_phones(self) -> Self {
        Self { phone: None, ..self }
    }
}

impl HoldsPhones for Member {
    fn without_phones(mut self) -> Self {
        self.devices = self.devices.into_iter().map(Device::without_phones).collect();
        self.reference = None;
        self
    }
}

/// A pool.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pool {
    /// The id.
    pub id: PoolId,
    /// Unique in its community.
    #[schema(example = "main")]
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A pool number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PoolNumber {
    /// The id.
    pub id: NumberId,
    /// Its pool.
    pub pool: PoolId,
    /// The number.
    pub number: E164,
    /// The carrier by which its texts leave.
    #[schema(example = "loopback")]
    pub carrier: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Its country.
    #[schema(example = "US")]
    pub region: Option<String>,
    /// Texts a second; 0 = no limit.
    #[schema(minimum = 0, example = 1.0)]
    pub rate_per_s: f64,
    /// Texts a day (UTC); 0 = no limit.
    #[schema(minimum = 0, example = 200)]
    pub texts_per_day: i64,
    /// The campaign that it names, under whose caps it is in place of that of its pool.
    #[schema(example = json!(null))]
    pub campaign: Option<CampaignId>,
    /// Whether it takes new pairs.
    pub state: NumberState,
    /// It is the community's desk, which members text to manage their contacts, and nobody's contact.
    pub desk: bool,
    /// It is a hub: contacts whose tables are full are reached through it, each sender by a tag of their own. It is nobody's
    /// contact as it stands.
    pub hub: bool,
    /// Of a hub: by how many assignments members are reached through it.
    #[schema(minimum = 0, example = 0)]
    pub seats: i64,
    /// How many assignments it stands in.
    #[schema(minimum = 0, example = 12)]
    pub assignments: i64,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Somebody known to nearly as many people as there are numbers, or to more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HubContact {
    /// Who it is.
    pub member: MemberId,
    /// What people call them.
    #[schema(example = "Pizzeria Luna")]
    pub name: String,
    /// How many contacts they have.
    pub contacts: u64,
    /// Of those, how many reach them through hubs, each by a tag.
    pub on_hubs: u64,
    /// How many numbers there are for contacts.
    pub usable: u64,
    /// Of those, how many are free for another contact of theirs.
    pub free: u64,
    /// When apps were last told that the table is nearly full.
    pub warned_at: Option<Timestamp>,
}

/// A contact as its owner has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    /// The id.
    pub id: ContactId,
    /// Whose contact.
    pub member: MemberId,
    /// Who it is.
    pub contact: MemberId,
    /// The number that is this contact on the member's phone.
    pub number: E164,
    /// The number is a hub, and this is the contact's tag there: the member's texts to the contact begin with it, as in #7.
    #[schema(example = json!(null))]
    pub tag: Option<u16>,
    /// The number that is the member on the contact's phone.
    pub mirror_number: E164,
    /// That number is a hub, and this is the member's tag there.
    #[schema(example = json!(null))]
    pub mirror_tag: Option<u16>,
    /// Chosen by the member, or received.
    pub origin: Origin,
    /// Waits for the contact's acceptance.
    pub pending: bool,
    /// Blocked by an admin or an app.
    pub blocked: bool,
    /// Stopped by the member's phone.
    pub stopped: bool,
    /// When the pair was made.
    pub created_at: Timestamp,
}

/// An assignment as the pool has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Assignment)]
pub struct AssignmentView {
    /// The id.
    pub id: AssignmentId,
    /// On whose phone.
    pub member: MemberId,
    /// Who it is there.
    pub contact: MemberId,
    /// The number.
    pub number: E164,
    /// The number is a hub, and this is the contact's tag there.
    #[schema(example = json!(null))]
    pub tag: Option<u16>,
    /// Chosen or received.
    pub origin: Origin,
    /// Waits for acceptance.
    pub pending: bool,
    /// Blocked by an admin or an app.
    pub blocked: bool,
    /// Stopped by the member's phone.
    pub stopped: bool,
    /// When the member first answered on a received row.
    pub answered_at: Option<Timestamp>,
    /// When the member last used it, to within a minute.
    pub last_activity_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A message, without any real number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    /// The id.
    pub id: MessageId,
    /// `phone`, `app` or `notice`.
    #[schema(value_type = OriginWord, inline, example = "app")]
    pub origin: &'static str,
    /// The sender, if a member.
    pub from: Option<MemberId>,
    /// The recipient, if known.
    pub to: Option<MemberId>,
    /// The pool number that the sender texted (none for an app).
    pub dialled_number: Option<E164>,
    /// The pool number that the recipient sees.
    pub shown_number: Option<E164>,
    /// The text.
    #[schema(example = "Are you coming?")]
    pub text: String,
    /// How many pictures, sounds and the like it carries.
    #[schema(example = 0, minimum = 0)]
    pub media: i16,
    /// How it is written on the wire: `gsm7` or `ucs2`.
    #[schema(value_type = EncodingWord, inline)]
    pub encoding: &'static str,
    /// How many parts it takes.
    #[schema(example = 1)]
    pub segments: usize,
    /// Where it stands.
    pub status: Status,
    /// Why, when it ended badly.
    pub reason: Option<Reason>,
    /// The carrier's own words.
    #[schema(example = json!(null))]
    pub detail: Option<String>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
    /// While its status is `held`: when the recipient's texting hours begin.
    #[schema(example = json!(null))]
    pub held_until: Option<Timestamp>,
    /// Its sender asked for it to go at any hour.
    #[schema(example = false)]
    pub urgent: bool,
    /// Its text was kept for as long as the community keeps texts, and is gone.
    #[schema(example = false)]
    pub body_expired: bool,
    /// Its text is gone, because the data of one of the two were erased.
    #[schema(example = false)]
    pub body_erased: bool,
}

impl HoldsPhones for Message {
    /// Nor does an app learn who has blocked whom: it may tell the one who is blocked.
    fn without_phones(mut self) -> Self {
        self.reason = self.reason.map(|reason| reason.told(BlocksShown::Unreachable));
        self
    }
}

/// An API key, without its token.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct Key {
    /// The id.
    pub id: KeyId,
    /// What it is for.
    #[schema(example = "chat server")]
    pub name: String,
    /// `admin`, `community` or `app`.
    #[schema(value_type = ScopeWord, inline, example = "app")]
    pub scope: String,
    /// The one community that it opens, if not all.
    pub community: Option<CommunityId>,
    /// The app that it belongs to, for a key of scope `app`.
    #[schema(example = "chat")]
    pub app: Option<String>,
    /// Opens nothing but reading.
    pub read_only: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A private link to a member's address book, without its token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BookLink {
    /// The id.
    pub id: BookLinkId,
    /// Whose book it gives.
    pub member: MemberId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it last gave the book.
    pub taken_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
