//! `openapi`

use std::io::Write;

use super::failure::{Failure, Result};
use crate::api::openapi;

/// Prints the API's document.
pub fn run() -> Result<()> {
    std::io::stdout()
        .write_all(openapi::text().as_bytes())
        .map_err(|e| Failure::failed(format!("the document cannot be written: {e}")))
}
