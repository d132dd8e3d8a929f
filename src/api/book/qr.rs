//! QR codes as pictures.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// Least width of a picture, in its own units.
const LEAST_WIDTH: u32 = 240;

/// A text as a QR code; none where it is too long for one.
pub(super) fn picture(text: &str) -> Option<String> {
    let code = [EcLevel::M, EcLevel::L]
        .into_iter()
        .find_map(|level| QrCode::with_error_correction_level(text, level).ok())?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(LEAST_WIDTH, LEAST_WIDTH)
        .build();
    // It stands in a page too, where nothing may come before it.
    let begin = picture.find("<svg")?;
    picture.get(begin..).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_picture_and_one_too_long_none() {
        let code = picture("https://texts.example.org/book").unwrap();
        assert!(code.starts_with("<svg") && code.ends_with("</svg>"));
        assert_eq!(picture(&"x".repeat(5_000)), None);
    }
}
