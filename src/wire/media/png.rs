//! PNG: its chunks without texts, times, EXIF and profiles.

use super::Cursor;

/// What a viewer needs, moving pictures (APNG) too.
const KEPT: [&[u8]; 13] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"acTL",
    b"fcTL", b"fdAT",
];

/// The picture alone, up to its end.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut from = Cursor::new(bytes);
    let mut out = from.take(8)?.to_vec();
    loop {
        let begin = from.at;
        let length = usize::try_from(from.u32_be()?).ok()?;
        let kind = from.take(4)?;
        // The data and their checksum.
        from.take(length)?;
        from.take(4)?;
        if KEPT.contains(&kind) {
            out.extend(from.bytes.get(begin..from.at)?);
        }
        if kind == b"IEND" {
            return Some(out);
        }
    }
}
