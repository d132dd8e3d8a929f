//! Media of texts (MMS): what a file is by its own bytes, and the file without what it says about its maker.
//!
//! Photographs name the place where they were taken and the phone that took them. Everything that a viewer
//! does not need is left out: by a list of what stays, not of what goes.

mod gif;
mod jpeg;
mod mp3;
mod mp4;
mod png;
mod webp;

#[cfg(test)]
mod tests;

use thiserror::Error;

/// A kind of media that is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/gif`
    Gif,
    /// `image/webp`
    Webp,
    /// `video/mp4`
    Mp4,
    /// `video/3gpp`
    ThreeGpp,
    /// `audio/mpeg`
    Mp3,
    /// `audio/amr`
    Amr,
    /// `audio/ogg`
    Ogg,
    /// `application/pdf`
    Pdf,
}

/// Why a file is not passed on.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unfit {
    /// Its type is not among those that are passed on.
    #[error("its type is not passed on")]
    Type,
    /// A contact card: it holds real numbers.
    #[error("contact cards hold real numbers")]
    Card,
    /// It is not what it was said to be.
    #[error("it is not what it was said to be")]
    Mismatch,
    /// It does not follow its format.
    #[error("it is damaged")]
    Damaged,
}

impl Kind {
    /// The type as it was declared (parameters are left aside).
    pub fn declared(text: &str) -> Result<Self, Unfit> {
        let base = text.split(';').next().unwrap_or_default().trim();
        match base.to_ascii_lowercase().as_str() {
            "image/jpeg" | "image/jpg" | "image/pjpeg" => Ok(Kind::Jpeg),
            "image/png" => Ok(Kind::Png),
            "image/gif" => Ok(Kind::Gif),
            "image/webp" => Ok(Kind::Webp),
            "video/mp4" => Ok(Kind::Mp4),
            "video/3gpp" | "audio/3gpp" => Ok(Kind::ThreeGpp),
            "audio/mpeg" | "audio/mp3" => Ok(Kind::Mp3),
            "audio/amr" | "audio/amr-nb" => Ok(Kind::Amr),
            "audio/ogg" | "application/ogg" => Ok(Kind::Ogg),
            "application/pdf" => Ok(Kind::Pdf),
            "text/vcard" | "text/x-vcard" | "text/directory" => Err(Unfit::Card),
            _ => Err(Unfit::Type),
        }
    }

    /// The kind that the file's first bytes show.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Kind::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Kind::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Kind::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Kind::Webp),
            [_, _, _, _, b'f', b't', b'y', b'p', b'3', b'g', ..] => Some(Kind::ThreeGpp),
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => mp4::is_brand(brand).then_some(Kind::Mp4),
            [b'#', b'!', b'A', b'M', b'R', ..] => Some(Kind::Amr),
            [b'O', b'g', b'g', b'S', ..] => Some(Kind::Ogg),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Kind::Pdf),
            [b'I', b'D', b'3', ..] => Some(Kind::Mp3),
            // A frame of layer III (of MPEG 1, 2 or 2.5).
            [0xff, second, ..] if second & 0xe6 == 0xe2 => Some(Kind::Mp3),
            _ => None,
        }
    }

    /// The type as it is declared onwards.
    pub fn content_type(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Gif => "image/gif",
            Kind::Webp => "image/webp",
            Kind::Mp4 => "video/mp4",
            Kind::ThreeGpp => "video/3gpp",
            Kind::Mp3 => "audio/mpeg",
            Kind::Amr => "audio/amr",
            Kind::Ogg => "audio/ogg",
            Kind::Pdf => "application/pdf",
        }
    }
}

/// Checks a file against the type that it was declared to be, and leaves out what it says about its maker.
/// What is in an OGG's or a PDF's own fields of author and title stays: both are documents of their sender,
/// in formats that cannot be cut without being written anew.
pub fn passed_on(declared: &str, bytes: Vec<u8>) -> Result<(Kind, Vec<u8>), Unfit> {
    let declared = Kind::declared(declared)?;
    let kind = Kind::of(&bytes).ok_or(Unfit::Mismatch)?;
    // Both are the same boxes, and phones call the one the other.
    let films = [Kind::Mp4, Kind::ThreeGpp];
    if kind != declared && !(films.contains(&kind) && films.contains(&declared)) {
        return Err(Unfit::Mismatch);
    }
    let kept = match kind {
        Kind::Jpeg => jpeg::stripped(&bytes),
        Kind::Png => png::stripped(&bytes),
        Kind::Gif => gif::stripped(&bytes),
        Kind::Webp => webp::stripped(&bytes),
        Kind::Mp4 | Kind::ThreeGpp => mp4::blanked(bytes),
        Kind::Mp3 => mp3::stripped(&bytes),
        Kind::Amr | Kind::Ogg | Kind::Pdf => Some(bytes),
    };
    kept.map(|kept| (kind, kept)).ok_or(Unfit::Damaged)
}

/// A place in a file; nothing read past the end, ever.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn u16_be(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32_be(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u32_le(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }
}
