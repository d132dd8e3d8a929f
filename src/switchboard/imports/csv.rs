//! A line of CSV cut into its fields. Pure.

use super::rows::{Refusal, refusal};

/// Most columns that a line is cut into.
const MOST_COLUMNS: usize = 32;

/// Cuts lines.
pub(super) struct Cutter {
    csv: csv_core::Reader,
    fields: Vec<u8>,
}

impl Cutter {
    /// With commas between fields, and quotes around those that need them.
    pub fn new() -> Self {
        Self {
            csv: csv_core::Reader::new(),
            fields: Vec::new(),
        }
    }

    /// The fields of a line of CSV.
    pub fn cut(&mut self, line: &[u8]) -> Result<Vec<String>, Refusal> {
        if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
            return Err(refusal("not_utf8", "is UTF-16; save the file as UTF-8"));
        }
        std::str::from_utf8(line).map_err(|_| not_utf8())?;
        self.csv.reset();
        self.fields.resize(line.len() + 2, 0);
        let mut input = line.to_vec();
        input.push(b'\n');
        let mut ends = [0usize; MOST_COLUMNS];
        // There is room for all of it, so that whatever does not end here is still within a quote.
        let (came, _, _, found) = self.csv.read_record(&input, &mut self.fields, &mut ends);
        match came {
            csv_core::ReadRecordResult::Record => {}
            csv_core::ReadRecordResult::OutputEndsFull => {
                let told = format!("has more than {MOST_COLUMNS} fields");
                return Err(refusal("wrong_columns", told));
            }
            _ => {
                let told =
                    "has a quote that is not closed; a row is one line, and a quote within quotes is doubled";
                return Err(refusal("malformed", told));
            }
        }
        let mut begin = 0;
        let mut fields = Vec::with_capacity(found);
        for end in &ends[..found] {
            let field = self.fields.get(begin..*end).unwrap_or_default();
            let field = std::str::from_utf8(field).map_err(|_| not_utf8())?;
            fields.push(field.trim().to_owned());
            begin = *end;
        }
        Ok(fields)
    }
}

/// What is no text.
pub(super) fn not_utf8() -> Refusal {
    refusal("not_utf8", "is not UTF-8; save the file as UTF-8")
}
