//! MP4 and 3GPP: the boxes in which phones write place, device and owner are overwritten with nothing, in
//! their places, so that what points into the file stays true.

/// Brands of films that are passed on; pictures (HEIC, AVIF) in the same boxes are not.
const BRANDS: [&[u8]; 13] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV",
    b"mmp4", b"dash",
];
/// Boxes that hold other boxes.
const FOLDERS: [&[u8; 4]; 8] = [
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"edts",
];
/// Boxes that say who, where and with what.
const TOLD: [&[u8; 4]; 5] = [b"udta", b"meta", b"uuid", b"free", b"skip"];
const DEEPEST: usize = 8;

/// Whether a file that begins with this brand is a film.
pub(super) fn is_brand(after: &[u8]) -> bool {
    after.get(..4).is_some_and(|brand| BRANDS.contains(&brand))
}

/// The film, with those boxes emptied.
pub(super) fn blanked(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    walk(&mut bytes, DEEPEST)?;
    Some(bytes)
}

fn walk(mut bytes: &mut [u8], deeper: usize) -> Option<()> {
    while !bytes.is_empty() {
        // Some writers end a box with four bytes of nothing.
        if bytes.len() < 8 {
            bytes.fill(0);
            return Some(());
        }
        let short = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
        let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        let (head, size) = match short {
            0 => (8, bytes.len()),
            1 => {
                let long = u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?);
                (16, usize::try_from(long).ok()?)
            }
            size => (8, usize::try_from(size).ok()?),
        };
        if size < head || size > bytes.len() {
            return None;
        }
        let (one, rest) = bytes.split_at_mut(size);
        if TOLD.contains(&&kind) {
            one.get_mut(4..8)?.copy_from_slice(b"free");
            one.get_mut(head..)?.fill(0);
        } else if FOLDERS.contains(&&kind) {
            walk(one.get_mut(head..)?, deeper.checked_sub(1)?)?;
        }
        bytes = rest;
    }
    Some(())
}
