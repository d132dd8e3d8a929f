//! Methods.

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Invite,
    Ack,
    Bye,
    Cancel,
    Options,
    Register,
    Prack,
    Update,
    Info,
    Refer,
    Message,
    Notify,
    Subscribe,
    Publish,
    /// Any other token.
    Other(Box<str>),
}
