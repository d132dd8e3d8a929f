//! What commands print: text for people, or JSON for programs.

use std::io::Write;

use serde::Serialize;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// JSON instead of text.
    pub json: bool,
}

impl Output {
    /// Prints one of both. A reader that went away (`| head`) is no failure.
    pub fn print(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let told = match self.json {
            true => serde_json::to_string_pretty(value).unwrap_or_else(|_| "null".into()),
            false => text(),
        };
        let _ = writeln!(std::io::stdout().lock(), "{told}");
    }
}
