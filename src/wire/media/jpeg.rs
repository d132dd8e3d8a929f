//! JPEG (ITU-T T.81): its segments without EXIF, XMP, IPTC, profiles, comments and what follows the end, where
//! phones hide films. How the picture is to be turned stays.

use super::Cursor;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// The picture alone.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut from = Cursor::new(bytes);
    if from.take(2)? != [0xff, SOI] {
        return None;
    }
    let mut out = vec![0xff, SOI];
    let (mut turned, mut has_scan) = (false, false);
    loop {
        let Some(marker) = marker(&mut from) else {
            // Many cameras' and most cut files lack the end; viewers show what is there.
            return has_scan.then(|| ended(out));
        };
        match marker {
            EOI => return has_scan.then(|| ended(out)),
            0x01 | 0xd0..=0xd7 => out.extend([0xff, marker]),
            _ => {
                let length = usize::from(from.u16_be()?);
                let body = from.take(length.checked_sub(2)?)?;
                match marker {
                    0xe1 => {
                        if let Some(turn) = orientation(body).filter(|_| !turned) {
                            out.extend(exif_of(turn));
                            turned = true;
                        }
                    }
                    // JFIF without a thumbnail, and Adobe's word on the colours, without which some
                    // pictures look wrong.
                    0xe0 if body.starts_with(b"JFIF\0") && body.len() == 14 => {
                        copy(&mut out, marker, body);
                    }
                    0xee if body.starts_with(b"Adobe") && body.len() == 12 => copy(&mut out, marker, body),
                    0xe0..=0xef | 0xfe => {}
                    SOS => {
                        copy(&mut out, marker, body);
                        out.extend(scan(&mut from));
                        has_scan = true;
                    }
                    0xc0..=0xcf | 0xdb..=0xdf => copy(&mut out, marker, body),
                    _ => return None,
                }
            }
        }
    }
}

fn ended(mut out: Vec<u8>) -> Vec<u8> {
    out.extend([0xff, EOI]);
    out
}

/// The next marker; it may be preceded by any number of fill bytes.
fn marker(from: &mut Cursor<'_>) -> Option<u8> {
    if from.byte()? != 0xff {
        return None;
    }
    loop {
        match from.byte()? {
            0xff => {}
            marker => return Some(marker),
        }
    }
}

fn copy(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend(body);
}

/// The coded data up to the next marker that is not part of it.
fn scan<'a>(from: &mut Cursor<'a>) -> &'a [u8] {
    let rest = from.bytes.get(from.at..).unwrap_or_default();
    let end = rest
        .windows(2)
        .position(|pair| matches!(pair, [0xff, next] if !matches!(next, 0x00 | 0xd0..=0xd7)))
        .unwrap_or(rest.len());
    from.at += end;
    &rest[..end]
}

/// How the picture is to be turned (EXIF tag 0x0112), where it is other than upright.
fn orientation(body: &[u8]) -> Option<u8> {
    let tiff = body.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let two: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let four: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let directory = usize::try_from(if little {
        u32::from_le_bytes(four)
    } else {
        u32::from_be_bytes(four)
    })
    .ok()?;
    let entries = usize::from(u16_at(directory)?);
    let entry = (0..entries)
        .map_while(|n| directory.checked_add(2 + 12 * n))
        .find(|at| u16_at(*at) == Some(0x0112))?;
    let turn = u8::try_from(u16_at(entry.checked_add(8)?)?).ok()?;
    (2..=8).contains(&turn).then_some(turn)
}

/// A segment that says how to turn the picture, and nothing else.
fn exif_of(turn: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0x00, 0x22];
    segment.extend(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.extend([turn, 0, 0, 0, 0, 0, 0]);
    segment
}
