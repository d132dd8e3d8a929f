//! The report: one JSON document, written as it comes, whose last line is the signature of all lines before it.
//!
//! What is signed is `partyline-verification-1`, a line feed, and the SHA-256 of every byte before the last line, in
//! hex. A report that was cut off has no such line.

use std::io::{self, BufRead, Write};

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;
use utoipa::ToSchema;

use super::Extent;
use super::signing::{Signer, SigningKey};
use crate::domain::Timestamp;
use crate::domain::id::CommunityId;
use crate::domain::verification::{Offender, Rule};

/// The name of the form, and of what is signed.
const FORMAT: &str = "partyline-verification-1";
const ALGORITHM: &str = "Ed25519";
/// No line of a report is longer.
const LONGEST_LINE: u64 = 16 * 1024;

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VerificationCounts)]
pub struct Counted {
    /// Communities.
    pub communities: u64,
    /// Pool numbers, removed ones too.
    pub numbers: u64,
    /// Members.
    pub members: u64,
    /// Devices.
    pub devices: u64,
    /// Assignments.
    pub assignments: u64,
    /// What members' numbers last stood for.
    pub releases: u64,
}

/// How many break a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VerificationRuleCount)]
pub struct RuleCount {
    /// The rule.
    pub rule: Rule,
    /// How many break it.
    pub offenders: u64,
    /// What is wrong with those who do.
    #[schema(example = "two assignments of this member hold this number")]
    pub means: &'static str,
}

/// A signed report, as it is written.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationReport)]
pub struct SignedReport {
    /// What was found.
    pub report: ReportBody,
    /// Who says so.
    pub signature: ReportSignature,
}

/// What was found.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationReportBody)]
pub struct ReportBody {
    /// The name of this form.
    #[schema(example = "partyline-verification-1")]
    pub format: String,
    /// The program that wrote it.
    #[schema(example = "partyline 0.1.0")]
    pub made_by: String,
    /// `sqlite` or `postgres`.
    #[schema(example = "sqlite")]
    pub database: String,
    /// The community, if it is about one.
    pub community: Option<CommunityId>,
    /// When the first row was read.
    pub began_at: Timestamp,
    /// The rows that break a rule: every one, but for `left_out`.
    pub offenders: Vec<Offender>,
    /// How much was looked at.
    pub checked: Counted,
    /// Of each rule, how many break it.
    pub rules: Vec<RuleCount>,
    /// How many there are in all.
    pub offender_count: u64,
    /// How many of them are counted and not named: a report that the API keeps names 100,000.
    pub left_out: u64,
    /// Whether there is none.
    pub clean: bool,
    /// When the last row was read.
    pub ended_at: Timestamp,
}

/// Who says so.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VerificationSignature)]
pub struct ReportSignature {
    /// `Ed25519`.
    #[schema(example = "Ed25519")]
    pub algorithm: String,
    /// The public key, in base64.
    #[schema(example = "6kp2zR6hU5s0Jm0hZb2Zrv9V2hNQmQbRBJm8oWkGmYc=")]
    pub key: String,
    /// The SHA-256 of all before the last line, in hex.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// The signature of the name of the form, a line feed and that hash, in base64.
    #[schema(
        example = "VhUgm3tO3nYpXc6Q5o4b0g7m0ZtQb1fYk8o8b0b1a1cQe2m3n4p5q6r7s8t9u0v1w2x3y4z5A6B7C8D9E0F1Gg=="
    )]
    pub value: String,
}

/// A report on its way to its end.
pub(super) struct Report<W> {
    out: W,
    hash: Sha256,
    counts: [u64; Rule::ALL.len()],
    total: u64,
    named: u64,
}

impl<W: Write> Report<W> {
    /// Writes the beginning.
    pub fn begin(out: W, database: &str, extent: &Extent, now: Timestamp) -> io::Result<Self> {
        let mut report = Self {
            out,
            hash: Sha256::new(),
            counts: [0; Rule::ALL.len()],
            total: 0,
            named: extent.named,
        };
        let made_by = concat!("partyline ", env!("CARGO_PKG_VERSION"));
        report.text("{\"report\":{\n")?;
        report.field("format", &FORMAT)?;
        report.field("made_by", &made_by)?;
        report.field("database", &database)?;
        report.field("community", &extent.community)?;
        report.field("began_at", &now)?;
        report.text("\"offenders\":[")?;
        Ok(report)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.hash.update(text.as_bytes());
        self.out.write_all(text.as_bytes())
    }

    fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let value = serde_json::to_string(value)?;
        self.text(&format!("\"{name}\":{value},\n"))
    }

    /// Counts an offender, and writes it unless there are too many.
    pub fn add(&mut self, offender: &Offender) -> io::Result<()> {
        if let Some(count) = self.counts.get_mut(offender.rule.place()) {
            *count += 1;
        }
        self.total += 1;
        if self.total > self.named {
            return Ok(());
        }
        let line = serde_json::to_string(offender)?;
        let between = match self.total {
            1 => "\n",
            _ => ",\n",
        };
        self.text(&format!("{between}{line}"))
    }

    /// Writes the counts and signs; says how many broke rules.
    pub fn end(
        mut self,
        checked: &Counted,
        now: Timestamp,
        key: &SigningKey,
    ) -> io::Result<(u64, Vec<RuleCount>)> {
        let counts = self.counts.iter().zip(Rule::ALL);
        let rules = counts.map(|(count, rule)| RuleCount {
            rule,
            offenders: *count,
            means: rule.sentence(),
        });
        let rules: Vec<RuleCount> = rules.collect();
        let total = self.total;
        self.text("\n],\n")?;
        self.field("checked", checked)?;
        self.field("rules", &rules)?;
        self.field("offender_count", &total)?;
        self.field("left_out", &total.saturating_sub(self.named))?;
        self.field("clean", &(total == 0))?;
        self.text(&format!("\"ended_at\":{}\n}},\n", json!(now)))?;
        let sha256 = HEXLOWER.encode(&self.hash.finalize());
        let signature = ReportSignature {
            algorithm: ALGORITHM.to_owned(),
            key: key.signer().key,
            value: BASE64.encode(&key.sign(&signed(&sha256))),
            sha256,
        };
        let line = serde_json::to_string(&signature)?;
        writeln!(self.out, "\"signature\":{line}}}")?;
        self.out.flush()?;
        Ok((total, rules))
    }
}

/// The bytes that are signed.
fn signed(sha256: &str) -> Vec<u8> {
    format!("{FORMAT}\n{sha256}").into_bytes()
}

/// Why a report is not to be believed.
#[derive(Debug, Error)]
pub enum ReportError {
    /// It cannot be read.
    #[error("the report cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is none, or not whole.
    #[error("this is not a whole report: {0}")]
    NotWhole(&'static str),
    /// It was changed since it was signed.
    #[error("this report was changed after it was signed")]
    Changed,
    /// The signature is not that of the key which it names.
    #[error("the signature of this report is wrong")]
    Forged,
}

/// What a report says whose signature is right.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedReport {
    /// Who signed it.
    pub signed_by: Signer,
    /// Nothing broke a rule.
    pub clean: bool,
    /// How many broke one.
    pub offenders: u64,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it was signed.
    pub ended_at: Timestamp,
    /// What it is about; all communities if none.
    pub community: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LastLine {
    signature: ReportSignature,
}

/// The fields of a report that have a line of their own.
#[derive(Default)]
struct Lines {
    format: Option<String>,
    community: Option<String>,
    began_at: Option<Timestamp>,
    offenders: Option<u64>,
    clean: Option<bool>,
    ended_at: Option<Timestamp>,
}

impl Lines {
    fn take(&mut self, line: &str) {
        fn value<T: serde::de::DeserializeOwned>(line: &str, name: &str) -> Option<T> {
            let rest = line.strip_prefix(name)?.trim_end();
            serde_json::from_str(rest.strip_suffix(',').unwrap_or(rest)).ok()
        }
        self.format = self.format.take().or_else(|| value(line, "\"format\":"));
        self.community = self.community.take().or_else(|| value(line, "\"community\":"));
        self.began_at = self.began_at.or_else(|| value(line, "\"began_at\":"));
        self.offenders = self.offenders.or_else(|| value(line, "\"offender_count\":"));
        self.clean = self.clean.or_else(|| value(line, "\"clean\":"));
        self.ended_at = self.ended_at.or_else(|| value(line, "\"ended_at\":"));
    }
}

/// The next line with its line feed; empty at the end.
fn next_line(from: &mut impl BufRead) -> Result<Vec<u8>, ReportError> {
    let mut line = Vec::new();
    io::Read::take(&mut *from, LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.len() as u64 >= LONGEST_LINE {
        return Err(ReportError::NotWhole("a line is longer than any of ours"));
    }
    Ok(line)
}

/// Checks that a report is whole, and signed by the key that it names. Whether that key is to be trusted is for the
/// caller to say.
pub fn check(mut from: impl BufRead) -> Result<CheckedReport, ReportError> {
    let (mut hash, mut lines) = (Sha256::new(), Lines::default());
    let mut last = next_line(&mut from)?;
    loop {
        let next = next_line(&mut from)?;
        if next.is_empty() {
            break;
        }
        hash.update(&last);
        lines.take(&String::from_utf8_lossy(&last));
        last = next;
    }
    let text = format!("{{{}", String::from_utf8_lossy(&last));
    let LastLine { signature } = serde_json::from_str(&text)
        .map_err(|_| ReportError::NotWhole("its last line is no signature; it was cut off, perhaps"))?;
    if signature.algorithm != ALGORITHM {
        return Err(ReportError::NotWhole(
            "it is signed in a way that is not known here",
        ));
    }
    if HEXLOWER.encode(&hash.finalize()) != signature.sha256 {
        return Err(ReportError::Changed);
    }
    let (Ok(public), Ok(value)) = (
        BASE64.decode(signature.key.as_bytes()),
        BASE64.decode(signature.value.as_bytes()),
    ) else {
        return Err(ReportError::Forged);
    };
    UnparsedPublicKey::new(&ED25519, &public)
        .verify(&signed(&signature.sha256), &value)
        .map_err(|_| ReportError::Forged)?;
    let whole = ReportError::NotWhole("it lacks what every report has");
    match lines {
        Lines {
            format: Some(format),
            community,
            began_at: Some(began_at),
            offenders: Some(offenders),
            clean: Some(clean),
            ended_at: Some(ended_at),
        } if format == FORMAT => Ok(CheckedReport {
            signed_by: Signer::of(&public),
            clean,
            offenders,
            began_at,
            ended_at,
            community,
        }),
        _ => Err(whole),
    }
}
