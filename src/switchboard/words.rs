//! The words that views hold as text, for the API's document: each enum lists what a field may say.

use serde::Serialize;
use utoipa::ToSchema;

/// What a device is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceWord {
    /// A phone of the telephone network.
    Phone,
    /// An app, reached by its callback endpoint.
    App,
}

/// Where the texts of a member with an app go.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextsTo {
    /// To the phone only.
    Phone,
    /// To the app only.
    App,
    /// To both.
    Both,
}

/// Where a message came from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginWord {
    /// From a phone, through a carrier.
    Phone,
    /// From an app, through this API.
    App,
    /// From the broker itself: a notice, or an answer to a keyword.
    Notice,
}

/// What happened on a pair.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InteractionWord {
    /// A text.
    Message,
    /// A call.
    Call,
}

/// Who made a call.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOriginWord {
    /// A phone dialled a pool number.
    Phone,
    /// An app, through this API.
    App,
}

/// How a text is written on the wire.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EncodingWord {
    /// GSM 03.38: 160 characters in one part.
    Gsm7,
    /// UTF-16: 70 units in one part.
    Ucs2,
}

/// What a key opens.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeWord {
    /// Everything.
    Admin,
    /// One community.
    Community,
    /// One community, for one app.
    App,
}

/// What became of a text that a virtual phone sent.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// It goes to the contact.
    Bridged,
    /// It was a keyword for the broker, such as STOP.
    Keyword,
    /// The carrier had handed it in before.
    Duplicate,
    /// It is held: the pair behind the number was released.
    Quarantined,
    /// It goes to nobody.
    Refused,
}

/// What happens to a text.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// It goes to the contact.
    Bridge,
    /// It goes to nobody, and its sender may be told.
    Refuse,
    /// It is held: the pair behind the number was released.
    Quarantine,
    /// The community's desk takes it, and answers.
    Desk,
    /// Its number is a hub, and nothing says for whom it is: it goes to nobody, and the sender is told who is there.
    Menu,
    /// Nobody knows: the moment lies before the history.
    Unknown,
}

/// Whether an endpoint takes callbacks.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndpointState {
    /// It does.
    Active,
    /// It does not, until it is enabled.
    Disabled,
}

/// What became of one of many contacts.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowWord {
    /// A new pair.
    Created,
    /// The pair was there already.
    Existing,
    /// It cannot be.
    Failed,
}
