//! What a new phone meets, and how that is settled, as the public surface has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::views::Device;
use crate::domain::id::MemberId;
use crate::domain::{E164, Timestamp};

/// What is to become of a pair whose number is somebody else on the new phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConflictSettlement)]
pub enum Settlement {
    /// The contact gets another number on the member's phones; nothing changes for the contact.
    Move,
    /// The contact is released.
    Drop,
}

/// What is to become of the member whose phone the new one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnerSettlement {
    /// They are the same person: their contacts become the member's, and they are removed. Only where the phone is all
    /// that they have.
    Merge,
    /// They lose the phone. Where it is all that they have, their contacts are released; a guest is removed.
    Take,
}

/// Why a pair cannot keep its number on the new phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneConflictKind {
    /// The number stands for somebody else there now.
    InUse,
    /// It stood for somebody else there, and cools down.
    Remembered,
    /// The phone has stopped it as somebody else.
    Stopped,
}

/// A pair whose number is somebody else on the new phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhoneConflict {
    /// Why.
    pub kind: PhoneConflictKind,
    /// Who the number is to the member.
    pub contact: MemberId,
    /// The number.
    pub number: E164,
    /// Who it is, or was, on the new phone; null for somebody of another community.
    pub stood_for: Option<MemberId>,
    /// Until when it cools down there; null where it does not by itself.
    pub until: Option<Timestamp>,
    /// How it is settled; null while it is not.
    pub settled: Option<Settlement>,
    /// The contact's number then; null where the contact is dropped, or nothing is settled yet.
    pub new_number: Option<E164>,
}

/// What becomes of what the former owner is called elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceFate {
    /// They keep it.
    Kept,
    /// It becomes the member's, who had none.
    Members,
    /// It goes with them: nobody is called so then.
    Dropped,
}

/// The member whose phone the new one was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormerOwner {
    /// Who.
    pub member: MemberId,
    /// Has no account.
    pub guest: bool,
    /// Has nothing but this phone.
    pub only_device: bool,
    /// How many contacts they have.
    #[schema(minimum = 0, example = 1)]
    pub pairs: usize,
    /// How it is settled; null while it is not.
    pub settled: Option<OwnerSettlement>,
    /// What they are called elsewhere, by `reference` of an import; null where they are called nothing.
    #[schema(example = "e-1042")]
    pub reference: Option<String>,
    /// What becomes of that; null where there is none, or nothing is settled yet.
    pub reference_becomes: Option<ReferenceFate>,
    /// How many of their contacts become the member's.
    #[schema(minimum = 0, example = 1)]
    pub merged: usize,
    /// How many are released: the member has them already, or the owner lost the only device.
    #[schema(minimum = 0, example = 0)]
    pub released: usize,
}

/// A phone in the place of another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhoneChange {
    /// Whether it was done; false of a dry run.
    pub applied: bool,
    /// Whether nothing stands against it: every conflict is settled.
    pub settled: bool,
    /// The device as it is then; as it is now where something is not settled.
    pub device: Device,
    /// Contacts that keep their numbers.
    #[schema(minimum = 0, example = 12)]
    pub kept: usize,
    /// Contacts that cannot.
    pub conflicts: Vec<PhoneConflict>,
    /// Whose phone it was.
    pub owner: Option<FormerOwner>,
}

/// A phone that is to take the place of another.
#[derive(Clone, Debug)]
pub struct NewPhone {
    /// The new one.
    pub phone: E164,
    /// What is to become of each pair in conflict, by its contact.
    pub settle: BTreeMap<MemberId, Settlement>,
    /// What is to become of all others.
    pub otherwise: Option<Settlement>,
    /// What is to become of whose phone it is.
    pub owner: Option<OwnerSettlement>,
}

impl NewPhone {
    /// How the pair with a contact is settled.
    pub(super) fn settlement(&self, contact: MemberId) -> Option<Settlement> {
        self.settle.get(&contact).copied().or(self.otherwise)
    }
}
