//! MP3: without the tags before and after the sound.

/// The sound alone.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes;
    while let [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] = rest {
        // Four times seven bits.
        let size = [a, b, c, d]
            .iter()
            .fold(0_usize, |size, byte| size << 7 | usize::from(**byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        rest = rest.get(10 + size + footer..)?;
    }
    if let Some(at) = rest.len().checked_sub(128)
        && rest.get(at..)?.starts_with(b"TAG")
    {
        rest = rest.get(..at)?;
    }
    (!rest.is_empty()).then(|| rest.to_vec())
}
