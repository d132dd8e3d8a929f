//! What the driver decides: how a call is bridged, or made, or refused.

use crate::wire::sdp::{Anchor, Codec};
use crate::wire::sip::Millis;
use crate::wire::sip::dialog::Routing;
use crate::wire::sip::flow::{Advertised, Hop};
use crate::wire::sip::message::Extra;
use crate::wire::sip::transaction;

/// Bounds and names of all calls.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Of the transactions below.
    pub transactions: transaction::Limits,
    /// What this end calls itself.
    pub advertised: Advertised,
    /// Most calls at a time; INVITEs beyond are answered 503 with `retry_after_s`.
    pub calls: usize,
    /// Most calls that wait for a decision; INVITEs beyond are answered 503 with `retry_after_s`.
    pub undecided: usize,
    /// How long a decision may take before the caller gets 500.
    pub decision_ms: Millis,
    /// Retry-After of our own 503.
    pub retry_after_s: u32,
    /// Most early dialogs of one INVITE; further ones are heard and not passed on.
    pub forks: usize,
}

/// The answer to [`Event::Asked`](super::Event::Asked).
#[derive(Clone, Debug)]
pub enum Decision {
    /// The call is not put through.
    Refuse(Refusal),
    /// The call is put through.
    Bridge(Box<Bridge>),
}

/// A final answer of our own making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// 400 to 699; anything else is taken for 500.
    pub status: u16,
    /// Reason header: Q.850 cause, and one of our own sentences.
    pub reason: Option<(u8, &'static str)>,
    /// Retry-After.
    pub retry_after_s: Option<u32>,
}

/// How a call goes on to its callee.
#[derive(Clone, Debug)]
pub struct Bridge {
    /// One after another until one answers; none is refused 503.
    pub attempts: Vec<Attempt>,
    /// Where the relay waits for media.
    pub anchors: Anchors,
    /// Which codecs may be offered on; empty: all that are known.
    pub codecs: Vec<Codec>,
    /// The leg on which the INVITE came.
    pub caller: LegOptions,
    /// Times of the call.
    pub times: Times,
    /// Which failures end the call although attempts are left.
    pub failover: Failover,
}

/// A call of our own: the caller's leg is rung first, then the callee's.
#[derive(Clone, Debug)]
pub struct Origination {
    /// How the member is reached; From and To show what the member is to see.
    pub caller: Vec<Attempt>,
    /// How the contact is reached, once the member has answered.
    pub callee: Vec<Attempt>,
    /// Where the relay waits for media.
    pub anchors: Anchors,
    /// What the member is offered, preferred first; empty: PCMU and PCMA. Telephone events are always offered.
    pub codecs: Vec<Codec>,
    /// Times of the call. The ring time-out holds for each leg.
    pub times: Times,
    /// As in a bridge, for both legs.
    pub failover: Failover,
}

/// The relay's addresses: what the SDP towards each leg says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// Where the caller sends.
    pub caller: Anchor,
    /// Where the callee sends.
    pub callee: Anchor,
}

/// One trunk's try.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Where the INVITE may go, best first; the next is tried on silence, a broken connection or 503.
    pub hops: Vec<Hop>,
    /// Request URI.
    pub uri: String,
    /// The value of From, without tag: the number shown.
    pub from: String,
    /// The value of To.
    pub to: String,
    /// P-Asserted-Identity, Remote-Party-ID, Privacy, as this trunk wants them.
    pub identity: Vec<Extra>,
    /// What answers 401 and 407.
    pub credentials: Option<Credentials>,
    /// How long the hop may stay silent (not even 100) before the next is tried.
    pub silence_ms: Millis,
    /// How this leg is kept.
    pub options: LegOptions,
}

/// A digest user.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// How one leg is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegOptions {
    /// The user part of Contact: a pool number, or empty. Anything but `+`, digits and letters is left out.
    pub contact_user: String,
    /// Where requests within the dialog go.
    pub routing: Routing,
    /// Session timers (RFC 4028).
    pub session: SessionTimer,
    /// Reliable provisional answers (RFC 3262).
    pub reliable: Reliability,
    /// What becomes of digits that come from the other leg by INFO.
    pub digits: Digits,
}

/// Session timers (RFC 4028), per leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimer {
    /// Session-Expires that is asked for; 0 leaves session timers out.
    pub interval_s: u32,
    /// Min-SE: less is answered 422.
    pub minimum_s: u32,
    /// Where the peer has no session timers: how often it is asked by OPTIONS whether it still knows the dialog. 0: never.
    pub probe_s: u32,
}

impl Default for SessionTimer {
    fn default() -> Self {
        Self {
            interval_s: 1800,
            minimum_s: 90,
            probe_s: 300,
        }
    }
}

/// Reliable provisional answers (100rel), on a leg whose INVITE is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reliability {
    /// Not offered.
    Off,
    /// Offered where it can work.
    #[default]
    Supported,
    /// Demanded.
    Required,
}

/// What becomes of a digit that the other leg sent by INFO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Digits {
    /// It comes out as [`Event::Digit`](super::Event::Digit): the relay plays it to this leg (RFC 4733).
    #[default]
    Relay,
    /// It is sent as INFO with a body of our own.
    Info,
    /// As [`Digits::Info`] where the peer's Allow names that, else as [`Digits::Relay`].
    Auto,
}

/// Times of one call; 0 stands for "no bound".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// From the first INVITE towards a leg to its answer, over all attempts.
    pub ring_ms: Millis,
    /// From the answer to the end.
    pub longest_ms: Millis,
}

/// Which refusals are the callee's own word. Without one of these an attempt is followed by the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Failover {
    /// Whether 404, 410, 484 and 604 are a trunk's error, not the number's.
    pub not_found: bool,
    /// Whether 403 and 603 are a trunk's refusal, not the callee's.
    pub forbidden: bool,
}
