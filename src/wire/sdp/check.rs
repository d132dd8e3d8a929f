//! Whether an answer answers the offer that was sent.

use super::{Media, Session};

/// How an answer misses its offer (RFC 3264, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// More streams than were offered, or fewer.
    #[error("the answer has another number of streams than the offer")]
    Count,
    /// A stream of another kind, or over another protocol.
    #[error("a stream of the answer is of another kind than the offered one")]
    Kind,
    /// A stream is accepted that was offered with port 0.
    #[error("the answer accepts a stream that was refused in the offer")]
    Refused,
    /// Audio is refused, or has no speech codec in common.
    #[error("the answer has no audio codec in common with the offer")]
    NoAudio,
}

/// Holds an answer against the offer it answers. Both are as they were on the wire of one leg: `offered` is what
/// [`super::parse()`] makes of the bytes that were sent there, or received from there.
///
/// Payload numbers may differ: an answerer may number dynamic types anew (RFC 3264, section 6.1). Directions that
/// an answer may not have are mended by [`super::answer`] rather than refused, since phones do send them.
///
/// # Errors
/// The first [`Mismatch`].
pub fn check_answer(offered: &Session, answered: &Session) -> Result<(), Mismatch> {
    if offered.media.len() != answered.media.len() {
        return Err(Mismatch::Count);
    }
    for (wanted, given) in offered.media.iter().zip(&answered.media) {
        if wanted.words.kind != given.words.kind {
            return Err(Mismatch::Kind);
        }
        if given.port != 0 && wanted.port == 0 {
            return Err(Mismatch::Refused);
        }
        if given.port != 0 && wanted.proto != given.proto {
            return Err(Mismatch::Kind);
        }
    }
    let index = offered.audio_index().ok_or(Mismatch::NoAudio)?;
    match (offered.media.get(index), answered.media.get(index)) {
        (Some(wanted), Some(given)) if has_common_speech(wanted, given) => Ok(()),
        _ => Err(Mismatch::NoAudio),
    }
}

fn has_common_speech(wanted: &Media, given: &Media) -> bool {
    given.is_usable_audio()
        && given.formats.iter().any(|format| {
            format.codec.is_speech() && wanted.formats.iter().any(|offered| offered.is_like(format))
        })
}
