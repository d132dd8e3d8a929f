//! WebP: its chunks without EXIF, XMP and profiles.

use super::Cursor;

const KEPT: [&[u8]; 6] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"];
/// The flags in VP8X that announce a profile, EXIF and XMP.
const ANNOUNCED: u8 = 0x20 | 0x08 | 0x04;

/// The picture alone.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut from = Cursor::new(bytes);
    from.take(12)?;
    let mut chunks = Vec::with_capacity(bytes.len());
    let mut pictures = 0;
    while !from.is_at_end() {
        let kind = from.take(4)?;
        let size = from.u32_le()?;
        let body = from.take(usize::try_from(size).ok()?)?;
        // A chunk of odd length is followed by a byte of padding; the last may lack it.
        if size % 2 == 1 && from.peek().is_some() {
            from.byte()?;
        }
        if !KEPT.contains(&kind) {
            continue;
        }
        pictures += usize::from(kind != b"VP8X");
        chunks.extend(kind);
        chunks.extend(size.to_le_bytes());
        let begin = chunks.len();
        chunks.extend(body);
        if kind == b"VP8X"
            && let Some(flags) = chunks.get_mut(begin)
        {
            *flags &= !ANNOUNCED;
        }
        if size % 2 == 1 {
            chunks.push(0);
        }
    }
    if pictures == 0 {
        return None;
    }
    let size = u32::try_from(chunks.len() + 4).ok()?;
    let mut out = b"RIFF".to_vec();
    out.extend(size.to_le_bytes());
    out.extend(b"WEBP");
    out.extend(chunks);
    Some(out)
}
