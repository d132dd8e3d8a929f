//! `config check`

use serde_json::json;

use super::failure::Result;
use super::output::Output;
use crate::config::{Config, DEFAULT_FILE, Sources};

/// The settings were read and are sound, or we would not be here.
pub fn run(config: &Config, sources: &Sources, out: Output) -> Result<()> {
    let file = match &sources.file {
        Some(file) => file.display().to_string(),
        None if std::path::Path::new(DEFAULT_FILE).exists() => DEFAULT_FILE.to_owned(),
        None => format!("no {DEFAULT_FILE}, so the defaults"),
    };
    let carriers = config.outlet_names();
    out.print(&json!({"ok": true, "file": file, "carriers": carriers}), || {
        let carriers = match carriers.is_empty() {
            true => "none".to_owned(),
            false => carriers.join(", "),
        };
        format!("the settings are sound ({file}); carriers: {carriers}")
    });
    Ok(())
}
