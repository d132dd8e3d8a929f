//! The page's one style sheet, and the policy that admits it and nothing else.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

pub(super) const STYLE: &str = include_str!("style.css");

/// The Content-Security-Policy: this very style sheet, and otherwise nothing at all.
pub(super) fn policy() -> String {
    let hash = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
