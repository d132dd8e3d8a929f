//! `verify`

use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::failure::{Failure, Result};
use super::find_community;
use super::output::Output;
use crate::app;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::domain::id::CommunityId;
use crate::switchboard::Switchboard;
use crate::switchboard::verification::{
    CheckedReport, Extent, Progress, SigningKey, Summary, VerificationError, check,
};

/// Room for what is written to the report at once.
const BUFFER: usize = 64 * 1024;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the report goes; it takes the place of one that is there when it is whole.
    #[arg(
        long,
        value_name = "REPORT",
        default_value = "verification.json",
        conflicts_with = "check"
    )]
    out: PathBuf,
    /// One community, by name or id; else all, and the directory of numbers.
    #[arg(long, conflicts_with = "check")]
    community: Option<String>,
    /// Sign with a new key from now on; of the old one the public half is kept, to check what it has signed.
    #[arg(long, conflicts_with = "check")]
    new_key: bool,
    /// Check the signature of a report instead, and say who signed it.
    #[arg(long, value_name = "REPORT")]
    check: Option<PathBuf>,
    /// With --check: the public key that must have signed, in base64; else that of this database, or that of its time.
    #[arg(long, value_name = "KEY", requires = "check")]
    signer: Option<String>,
}

/// Verifies the assignment table, or checks a report.
pub fn run(config: &Config, args: &Args, out: Output) -> Result<()> {
    let runtime = app::command_runtime()?;
    match &args.check {
        Some(report) => {
            let checked = runtime.block_on(checked(config, args, report))?;
            told_of_check(&checked, out);
            match checked.trusted {
                true => Ok(()),
                false => Err(Failure::failed(format!(
                    "the signature is right, but {} is not the key that was expected ({}); whoever has that key \
                     wrote this report",
                    checked.report.signed_by.key, checked.expected
                ))),
            }
        }
        None => {
            let db = app::open_for_writing(config)?;
            let (board, community, key) = runtime.block_on(async {
                let board = app::command_board(config, db);
                let community = match &args.community {
                    Some(said) => Some(find_community(&board, said).await?.id),
                    None => None,
                };
                let key = match args.new_key {
                    true => board.new_signing_key(app::random_bytes()).await?,
                    false => board.signing_key(app::random_bytes()).await?,
                };
                Ok::<_, Failure>((board, community, key))
            })?;
            let summary = verify(&board, community, &key, &args.out)?;
            let path = args.out.display().to_string();
            out.print(&in_json(&summary, &path), || in_words(&summary, &path, &key));
            match summary.offenders {
                0 => Ok(()),
                1 => Err(Failure::failed(format!("1 row breaks a rule; see {path}"))),
                n => Err(Failure::failed(format!("{n} rows break a rule; see {path}"))),
            }
        }
    }
}

/// Writes beside the report, and puts it in its place when it is whole. What an earlier run has left there is
/// begun anew; one that still runs keeps it.
fn verify(
    board: &Switchboard,
    community: Option<CommunityId>,
    key: &SigningKey,
    report: &Path,
) -> Result<Summary> {
    let unfinished = beside(report);
    let failed = |what: &str, e: &dyn std::fmt::Display| {
        Failure::failed(format!("cannot {what} {}: {e}", unfinished.display()))
    };
    let file = loop {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&unfinished)
            .map_err(|e| failed("write", &e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(failed("write", &"another verification writes it at this moment"));
            }
            Err(TryLockError::Error(e)) => return Err(failed("lock", &e)),
        }
        // Another may have come to its end between the two: then this is its report, under its name by now.
        if is_at(&file, &unfinished).map_err(|e| failed("write", &e))? {
            break file;
        }
    };
    file.set_len(0).map_err(|e| failed("write", &e))?;
    // Draws only where stderr is a terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} assignments, {eta} to go{msg}") {
        bar.set_style(style);
    }
    let mut writer = BufWriter::with_capacity(BUFFER, &file);
    let done = board.verify(
        Extent::of(community),
        key,
        app::random_bytes(),
        &mut writer,
        &mut |progress| {
            show(&bar, progress);
            ControlFlow::Continue(())
        },
    );
    bar.finish_and_clear();
    let kept = done.and_then(|summary| {
        writer.flush()?;
        drop(writer);
        file.sync_all()?;
        fs::rename(&unfinished, report)?;
        Ok(summary)
    });
    kept.map_err(|error| match error {
        VerificationError::Board(error) => error.into(),
        other => Failure::failed(other.to_string()),
    })
}

/// Whether an open file is the one at a path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let own = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((own.dev(), own.ino()) == (there.dev(), there.ino())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// The name under which a report is written that is not whole yet.
fn beside(report: &Path) -> PathBuf {
    let mut name = report.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.about);
    bar.set_position(progress.assignments);
    let stage = match progress.stage {
        "assignments" => String::new(),
        other => format!("; looking again at {other}"),
    };
    let found = match progress.offenders {
        0 => String::new(),
        n => format!("; {n} offenders"),
    };
    bar.set_message(stage + &found);
}

fn in_json(summary: &Summary, path: &str) -> Value {
    json!({
        "report": path,
        "clean": summary.clean,
        "offenders": summary.offenders,
        "checked": summary.checked,
        "rules": summary.rules,
        "signed_by": summary.signed_by,
    })
}

fn in_words(summary: &Summary, path: &str, key: &SigningKey) -> String {
    let checked = &summary.checked;
    let mut lines = vec![format!(
        "looked at {} assignments of {} members on {} numbers in {} communities",
        checked.assignments, checked.members, checked.numbers, checked.communities
    )];
    for rule in summary.rules.iter().filter(|rule| rule.offenders > 0) {
        lines.push(format!("{:>10}  {}", rule.offenders, rule.means));
    }
    if summary.clean {
        lines.push("no row breaks any rule".to_owned());
    }
    lines.push(format!(
        "report  {path}\nsigned  by {} ({}), in use since {}",
        summary.signed_by.key_id,
        summary.signed_by.key,
        key.since()
    ));
    lines.join("\n")
}

/// What became of a check.
struct Check {
    report: CheckedReport,
    expected: String,
    trusted: bool,
    /// Until when the key was that of this database, if it is not any more.
    former_until: Option<Timestamp>,
}

async fn checked(config: &Config, args: &Args, path: &Path) -> Result<Check> {
    let name = path.display();
    let file = File::open(path).map_err(|e| Failure::wrong(vec![format!("cannot read {name}: {e}")]))?;
    let report =
        check(BufReader::with_capacity(BUFFER, file)).map_err(|e| Failure::failed(format!("{name}: {e}")))?;
    let mut former = None;
    let expected = match &args.signer {
        Some(key) => key.trim().to_owned(),
        None => {
            let board = app::command_board(config, app::open_for_reading(config)?);
            let own = board.known_signing_key().await?;
            former = board.former_signing_key(report.signed_by.key.clone()).await?;
            own.map_or_else(
                || "this database has signed nothing yet".to_owned(),
                |key| key.signer().key,
            )
        }
    };
    let former_until = former.map(|(_, until)| until);
    let of_its_time = former_until.is_some_and(|until| report.ended_at <= until);
    Ok(Check {
        trusted: expected == report.signed_by.key || of_its_time,
        report,
        expected,
        former_until,
    })
}

fn told_of_check(check: &Check, out: Output) {
    let (report, trusted) = (&check.report, check.trusted);
    let value = json!({
        "signature": "right",
        "trusted": trusted,
        "former_key_until": check.former_until,
        "report": report,
    });
    out.print(&value, || {
        let found = match report.offenders {
            0 => "no row broke any rule".to_owned(),
            n => format!("rows that broke a rule: {n}"),
        };
        let whose = match (trusted, check.former_until) {
            (true, Some(until)) => format!("a former key of this database, in use until {until}"),
            (true, None) => "the expected key".to_owned(),
            (false, Some(until)) => {
                format!("NOT the expected key but a former one, AFTER its end at {until}")
            }
            (false, None) => "NOT the expected key".to_owned(),
        };
        format!(
            "signed by {} ({}), {whose}, at {}\nabout {}: {found}",
            report.signed_by.key_id,
            report.signed_by.key,
            report.ended_at,
            report.community.as_deref().unwrap_or("all communities"),
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_renamed_since_it_was_opened_is_not_the_one_at_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let (path, name) = (folder.path().join("a.unfinished"), folder.path().join("a"));
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path).unwrap());
        fs::rename(&path, &name).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        File::create(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
    }
}
