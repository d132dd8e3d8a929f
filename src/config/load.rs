//! Putting the settings together, layer upon layer, and saying what is wrong with them and where.

use std::fmt;
use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{ConfigBuilder, FileFormat, Map, Source, Value, ValueKind};

use super::Config;
use crate::domain::toml_text::{TomlText, reworded};

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "partyline.toml";
/// What the environment variables of settings begin with.
const PREFIX: &str = "PARTYLINE__";

/// Where settings come from, the later over the earlier; below all are the defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file; [`DEFAULT_FILE`] if none is named, and then it may be missing.
    pub file: Option<PathBuf>,
    /// The environment, whole; what does not begin with `PARTYLINE__` is left alone.
    pub env: Vec<(String, String)>,
    /// `key=value` from the command line, such as `http.listen=127.0.0.1:8080`.
    pub set: Vec<String>,
}

/// Everything that is wrong, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for Problems {}

/// One setting from the environment or the command line, by the way to it.
#[derive(Clone, Debug)]
struct Override {
    /// How its user wrote it.
    name: String,
    path: Vec<String>,
    value: Value,
}

impl Source for Override {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        let (first, rest) = self.path.split_first().map_or(("", &[][..]), |(f, r)| (f, r));
        let value = rest.iter().rev().fold(self.value.clone(), |value, key| {
            Value::from(Map::from_iter([(key.clone(), value)]))
        });
        Ok(Map::from_iter([(first.to_owned(), value)]))
    }
}

impl Config {
    /// Reads, layers and checks the settings.
    pub fn load(sources: &Sources) -> Result<Self, Problems> {
        let (name, text) = read_file(sources.file.as_deref())?;
        Self::from_layers(&name, &text, sources)
    }

    /// The file's text is given: what `load` does after reading it.
    pub(super) fn from_layers(name: &str, text: &str, sources: &Sources) -> Result<Self, Problems> {
        let one = |problem: String| Problems(vec![problem]);
        let toml = TomlText::parse(name, text).map_err(one)?;
        // The file by itself first: only so do errors know their line.
        toml.read::<Self>().map_err(one)?;
        let file = config::Config::builder().add_source(config::File::from_str(text, FileFormat::Toml));

        let (mut overrides, mut problems) = (Vec::new(), Vec::new());
        let env = sources.env.iter().filter_map(from_env);
        for found in env.chain(sources.set.iter().map(|flag| from_flag(flag))) {
            // Each by itself over the file, so that a wrong one is known by its name.
            match found.and_then(|o| tried(&file, &o).map(|()| o)) {
                Ok(good) => overrides.push(good),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let mut all = file;
        for layer in &overrides {
            all = all.add_source(layer.clone());
        }
        let config = read(all).map_err(|e| one(reworded("the settings", &e)))?;
        match config.validate() {
            Ok(()) => Ok(config),
            Err(problems) => Err(Problems(
                problems
                    .into_iter()
                    .map(|problem| located(&problem, name, &toml, &overrides))
                    .collect(),
            )),
        }
    }
}

fn read_file(file: Option<&Path>) -> Result<(String, String), Problems> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => {
            // Editors on some systems begin a file with a byte order mark.
            let bytes = bytes
                .strip_prefix(b"\xef\xbb\xbf")
                .map(<[u8]>::to_vec)
                .unwrap_or(bytes);
            match String::from_utf8(bytes) {
                Ok(text) => Ok((name, text)),
                Err(e) => {
                    let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
                    let line = good.iter().filter(|b| **b == b'\n').count() + 1;
                    Err(Problems(vec![format!(
                        "{name}:{line}: not UTF-8; save the file as UTF-8"
                    )]))
                }
            }
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && file.is_none() => Ok((name, String::new())),
        Err(e) => Err(Problems(vec![format!("cannot read {name}: {e}")])),
    }
}

fn from_env((name, value): &(String, String)) -> Option<Result<Override, String>> {
    let path = name.strip_prefix(PREFIX)?;
    let path: Vec<String> = path.split("__").map(str::to_lowercase).collect();
    Some(made(name, path, value))
}

fn from_flag(flag: &str) -> Result<Override, String> {
    let Some((key, value)) = flag.split_once('=') else {
        return Err(format!(
            "--set {flag}: write key=value, such as --set http.listen=127.0.0.1:8080"
        ));
    };
    let path = key.split('.').map(str::to_owned).collect();
    made(&format!("--set {key}"), path, value)
}

fn made(name: &str, path: Vec<String>, text: &str) -> Result<Override, String> {
    if path.len() < 2 || path.iter().any(String::is_empty) {
        return Err(format!(
            "{name} is no setting; write the section and the key, as in {PREFIX}HTTP__LISTEN"
        ));
    }
    Ok(Override {
        name: name.to_owned(),
        path,
        value: value_of(text),
    })
}

/// Lists and tables are written as in TOML; anything else is a text, which becomes a number or a boolean
/// where the setting wants one.
fn value_of(text: &str) -> Value {
    let structured = text.starts_with(['[', '{']);
    let parsed = structured.then(|| toml::from_str::<Map<String, Value>>(&format!("v = {text}")));
    match parsed {
        Some(Ok(mut map)) => map
            .remove("v")
            .unwrap_or_else(|| Value::new(None, ValueKind::Nil)),
        _ => Value::from(text),
    }
}

fn tried(file: &ConfigBuilder<DefaultState>, layer: &Override) -> Result<(), String> {
    let key = layer.path.join(".");
    match read(file.clone().add_source(layer.clone())) {
        Ok(_) => Ok(()),
        Err(message) => Err(format!("{}: {}", layer.name, reworded(&key, &message))),
    }
}

fn read(builder: ConfigBuilder<DefaultState>) -> Result<Config, String> {
    let built = builder.build().map_err(|e| e.to_string())?;
    built.clone().try_deserialize().map_err(|error| {
        // Its own words about where: we know better.
        let told = error.to_string();
        let told = told.split(" for key `").next().unwrap_or_default().to_owned();
        // It keeps to itself which variants there are; serde_json does not.
        match told.contains("does not have variant") {
            true => variants(built).unwrap_or(told),
            false => told,
        }
    })
}

fn variants(built: config::Config) -> Option<String> {
    let value: serde_json::Value = built.try_deserialize().ok()?;
    let told = serde_json::from_value::<Config>(value).err()?.to_string();
    told.starts_with("unknown variant").then_some(told)
}

/// Puts before a problem where its value was set: by which variable or flag, or on which line.
fn located(problem: &str, file: &str, toml: &TomlText<'_>, overrides: &[Override]) -> String {
    let key = problem
        .split(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches(':');
    if let Some(by) = overrides.iter().rev().find(|o| o.path.join(".") == key) {
        return format!("{}: {problem}", by.name);
    }
    match toml.line_of(key) {
        Some(line) => format!("{file}:{line}: {problem}"),
        None => format!("{file}: {problem}"),
    }
}
