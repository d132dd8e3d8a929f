//! Session descriptions on their way from one leg to the other. Only [`crate::wire::sdp`] writes what is sent.

use bytes::Bytes;

use super::core::SDP;
use crate::wire::sdp::{self, Anchor, Codec, Draft, Session};
use crate::wire::sip::message::Fields;

/// A body that is no usable description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bad;

/// Reads one; None where it cannot be used for a call.
pub(super) fn read(bytes: &[u8]) -> Option<Session> {
    let session = sdp::parse(bytes, &sdp::Limits::default()).ok()?;
    session.audio().is_some().then_some(session)
}

/// The description in a message, if there is one.
pub(super) fn of(fields: &Fields) -> Result<Option<Session>, Bad> {
    match fields.body() {
        None => Ok(None),
        Some(body) if body.kind == SDP => read(body.bytes).map(Some).ok_or(Bad),
        Some(_) => Err(Bad),
    }
}

/// The bytes of the description in a message, for telling whether it is the same as before.
pub(super) fn bytes(fields: &Fields) -> &[u8] {
    fields.body().map_or(&[], |body| body.bytes)
}

/// What one party offers, for the other.
pub(super) fn offer(party: &Session, anchor: Option<Anchor>, codecs: &[Codec]) -> Option<Draft> {
    let allow = |codec: Codec| codecs.is_empty() || !codec.is_speech() || codecs.contains(&codec);
    sdp::offer(party, &anchor?, allow).ok()
}

/// What one party answers, for the one that offered `offered`.
pub(super) fn answer(offered: &Session, party: &Session, anchor: Option<Anchor>) -> Option<Draft> {
    sdp::answer(offered, party, &anchor?).ok()
}

/// The body of a message.
pub(super) fn body(bytes: Bytes) -> Option<(&'static str, Bytes)> {
    Some((SDP, bytes))
}

/// The codecs that a party named, in its order and with its numbers.
pub(super) fn formats(session: &Session) -> Vec<(u8, Codec)> {
    let formats = session.audio().map(|audio| audio.formats.iter());
    let formats = formats.into_iter().flatten();
    formats
        .map(|format| (format.payload_type, format.codec))
        .collect()
}
