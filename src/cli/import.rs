//! `import members`, `import contacts`

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::copied::Copied;
use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::pool::Region;
use crate::switchboard::{
    Import, ImportFormat, ImportKind, ImportOrder, ImportProgress, ImportSource, ImportState,
    MAX_FILE_NAME_CHARS, RefusedRow, Switchboard, SwitchboardError,
};

/// Refused rows that are told on stderr.
const TOLD: usize = 20;
/// Refused rows that are read at once.
const PAGE: i64 = 1_000;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add members from a file. Columns: name,phone,reference,guest; several phones with `;` between.
    Members(Args),
    /// Add contacts from a file. Columns: member,contact; each by id (mem_…), phone (+…) or reference.
    Contacts(Args),
}

/// Arguments of both.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file, or - for what comes on stdin.
    file: PathBuf,
    /// The community, by name or id.
    #[arg(long)]
    community: String,
    /// How it is written [default: by the file's name; csv for stdin].
    #[arg(long)]
    format: Option<FormatWord>,
    /// Where phones without a country code are at home.
    #[arg(long, value_parser = region, value_name = "US")]
    region: Option<Region>,
    /// Say what would be; add nothing.
    #[arg(long)]
    dry_run: bool,
    /// Add nothing where a row is refused: one transaction, for which texts wait on SQLite.
    #[arg(long)]
    all_or_nothing: bool,
    /// With --all-or-nothing, take files of any length.
    #[arg(long, requires = "all_or_nothing")]
    however_long: bool,
    /// Begin anew where this import was broken off, or the file has changed since.
    #[arg(long)]
    restart: bool,
    /// Write every refused row to this file, as JSON lines: line, reason, sentence.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatWord {
    Csv,
    Jsonl,
}

fn region(text: &str) -> std::result::Result<Region, String> {
    Region::parse(&text.to_uppercase())
        .ok_or_else(|| "allowed are countries by two letters, such as US".into())
}

impl Args {
    fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    /// What the file is called, as far as it can be shown; nothing on stdin, where each file is its own.
    fn name(&self) -> Option<String> {
        let shown = self.file.display().to_string();
        let cut = shown.chars().count().saturating_sub(MAX_FILE_NAME_CHARS);
        let shown = shown.chars().skip(cut);
        let shown = shown.map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        });
        (!self.is_stdin()).then(|| shown.collect())
    }

    fn format(&self) -> Result<ImportFormat> {
        let ending = self.file.extension().and_then(|e| e.to_str()).unwrap_or_default();
        match (self.format, ending.to_lowercase().as_str()) {
            (Some(FormatWord::Csv), _) | (None, "csv") => Ok(ImportFormat::Csv),
            (Some(FormatWord::Jsonl), _) | (None, "jsonl" | "ndjson") => Ok(ImportFormat::JsonLines),
            (None, _) if self.is_stdin() => Ok(ImportFormat::Csv),
            (None, _) => Err(Failure::wrong(vec![format!(
                "{} is named neither .csv nor .jsonl; say --format csv or --format jsonl",
                self.file.display()
            )])),
        }
    }

    fn source(&self) -> Result<Arc<dyn ImportSource>> {
        let failed =
            |e: std::io::Error| Failure::wrong(vec![format!("cannot read {}: {e}", self.file.display())]);
        if !self.is_stdin() {
            let about = std::fs::metadata(&self.file).map_err(failed)?;
            if about.is_file() {
                return Ok(Arc::new(self.file.clone()));
            }
        }
        // It is read twice: to know whether it was begun before, and row by row.
        // Real numbers are in it: the file has no name in any folder, and goes with the program however that ends.
        let mut copy = tempfile::tempfile()?;
        match self.is_stdin() {
            true => std::io::copy(&mut std::io::stdin().lock(), &mut copy),
            false => std::io::copy(&mut File::open(&self.file).map_err(failed)?, &mut copy),
        }
        .map_err(failed)?;
        Ok(Arc::new(Copied::of(copy)))
    }
}

/// Runs one of the commands.
pub fn run(config: &Config, command: &Command, out: Output) -> Result<()> {
    let (kind, args) = match command {
        Command::Members(args) => (ImportKind::Members, args),
        Command::Contacts(args) => (ImportKind::Contacts, args),
    };
    let (format, source) = (args.format()?, args.source()?);
    let mut report = match &args.report {
        None => None,
        Some(path) => {
            let failed = |e| Failure::wrong(vec![format!("cannot write {}: {e}", path.display())]);
            Some(std::io::BufWriter::new(File::create(path).map_err(failed)?))
        }
    };
    let db = app::open_for_writing(config)?;
    let runtime = app::command_runtime()?;
    runtime.block_on(async {
        let board = app::command_board(config, db);
        let community = find_community(&board, &args.community).await?.id;
        let order = ImportOrder {
            community,
            kind,
            format,
            region: args.region,
            all_or_nothing: args.all_or_nothing,
            however_long: args.however_long,
            dry_run: args.dry_run,
            restart: args.restart,
            name: args.name(),
            source,
        };
        let import = import(&board, order, args).await?;
        let mut told = Vec::new();
        let mut after = 0;
        loop {
            let page = board.refused_rows(community, import.id, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.line;
            for row in &page {
                if let Some(report) = &mut report {
                    serde_json::to_writer(&mut *report, row).map_err(std::io::Error::from)?;
                    report.write_all(b"\n")?;
                }
            }
            let room = TOLD.saturating_sub(told.len());
            told.extend(page.into_iter().take(room));
            if report.is_none() && told.len() >= TOLD {
                break;
            }
        }
        if let Some(report) = &mut report {
            report.flush()?;
        }
        out.print(&json!(import), || text(&import));
        match import.refused {
            0 => Ok(()),
            refused => Err(Failure::all_failed(sentences(args, &told, refused))),
        }
    })
}

async fn import(board: &Switchboard, order: ImportOrder, args: &Args) -> Result<Import> {
    let wrong = |error: SwitchboardError| match error {
        SwitchboardError::Invalid {
            field: "file",
            sentence,
        } => Failure::wrong(vec![format!("{}: {sentence}", args.file.display())]),
        error => error.into(),
    };
    let is_dry_run = order.dry_run;
    let begun = board.begin_import(order).await.map_err(wrong)?;
    let import = begun.import();
    if begun.goes_on && import.done > 0 && std::io::stderr().is_terminal() {
        eprintln!("goes on at line {}, where it was broken off", import.next_line);
    }
    // Draws only where stderr is a terminal.
    let bar = ProgressBar::new(u64::try_from(import.size).unwrap_or(0));
    let template = "{msg} {bar:40} {binary_bytes}/{binary_total_bytes}, {eta} to go";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(if is_dry_run { "looking" } else { "importing" });
    let progress = Arc::new(ImportProgress::default());
    let mut work = std::pin::pin!(board.run_import(begun, progress.clone()));
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            () = tokio::time::sleep(Duration::from_millis(100)) => {
                bar.set_position(progress.bytes.load(Ordering::Relaxed));
            }
        }
    };
    bar.finish_and_clear();
    result.map_err(wrong)
}

fn text(import: &Import) -> String {
    let Import {
        id,
        added,
        unchanged,
        refused,
        ..
    } = import;
    match (import.dry_run, import.state) {
        (true, _) => format!(
            "{id}: {added} rows would be added, {unchanged} are so already, {refused} would be refused"
        ),
        (false, ImportState::Refused) => {
            format!("{id}: nothing was added, because {refused} rows are refused")
        }
        (false, _) => format!("{id}: {added} rows added, {unchanged} were so already, {refused} refused"),
    }
}

fn sentences(args: &Args, told: &[RefusedRow], refused: i64) -> Vec<String> {
    let name = args.file.display();
    let mut sentences: Vec<String> = told
        .iter()
        .map(|row| format!("{name}:{}: {} ({})", row.line, row.sentence, row.reason))
        .collect();
    let more = refused - i64::try_from(told.len()).unwrap_or(0);
    if more > 0 {
        sentences.push(match args.report {
            Some(_) => format!("and {more} more rows, in the report"),
            None => format!("and {more} more rows; --report FILE writes them all"),
        });
    }
    sentences
}
