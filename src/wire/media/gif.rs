//! GIF: its blocks without comments and applications' own data, but for the one that says how often to repeat.

use super::Cursor;

/// The picture alone, up to its end.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut from = Cursor::new(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    let head = from.take(13)?;
    out.extend(head);
    out.extend(colours(&mut from, *head.get(10)?)?);
    loop {
        let begin = from.at;
        let keep = match from.byte()? {
            0x2c => {
                let flags = *from.take(9)?.get(8)?;
                colours(&mut from, flags)?;
                from.byte()?;
                true
            }
            0x21 => match from.byte()? {
                // Timing and transparency; text drawn as part of the picture.
                0xf9 | 0x01 => true,
                0xff => {
                    let name = from.bytes.get(from.at..)?.get(1..12)?;
                    name == b"NETSCAPE2.0" || name == b"ANIMEXTS1.0"
                }
                _ => false,
            },
            0x3b => {
                out.push(0x3b);
                return Some(out);
            }
            _ => return None,
        };
        loop {
            let length = from.byte()?;
            if length == 0 {
                break;
            }
            from.take(usize::from(length))?;
        }
        if keep {
            out.extend(from.bytes.get(begin..from.at)?);
        }
    }
}

/// A table of colours, where the flags say that there is one.
fn colours<'a>(from: &mut Cursor<'a>, flags: u8) -> Option<&'a [u8]> {
    match flags & 0x80 {
        0 => Some(&[]),
        _ => from.take(3 << ((flags & 7) + 1)),
    }
}
