//! A file cut into lines, each with its number and with the place where the next begins. A row is a line: so a quote
//! that is left open spoils one row and not the rest of the file, and an import goes on from any row.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result};

/// Longest line, in bytes; what is longer is not kept.
pub(super) const LONGEST: usize = 16 * 1024;
/// What is read at once.
const READ_AT_ONCE: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A place between two lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub byte: u64,
    /// The number of the line that begins there; the first is 1.
    pub line: u64,
}

impl Place {
    /// The beginning of a file.
    pub const START: Self = Self { byte: 0, line: 1 };
}

/// Cuts what is read into lines, which end with LF, CRLF or CR.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    next: Place,
    kept: Vec<u8>,
}

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its number.
    pub number: u64,
    /// Its bytes without its end; none where it is longer than [`LONGEST`].
    pub bytes: Option<&'a [u8]>,
    /// Where the next begins.
    pub end: Place,
}

impl<R: Read> Lines<R> {
    /// Goes on at `next`, where `input` stands.
    pub fn new(input: R, next: Place) -> Self {
        Self {
            input: BufReader::with_capacity(READ_AT_ONCE, input),
            next,
            kept: Vec::new(),
        }
    }

    /// Where the next line begins.
    pub fn place(&self) -> Place {
        self.next
    }

    /// The next line, if there is one.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        self.kept.clear();
        let (start, mut length) = (self.next, 0usize);
        let mut ended = false;
        while !ended {
            let read = match self.input.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if read.is_empty() {
                break;
            }
            let end = read.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &read[..end.unwrap_or(read.len())];
            let room = LONGEST.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(&part[..part.len().min(room)]);
            length = length.saturating_add(part.len());
            let is_cr = end.is_some_and(|at| read[at] == b'\r');
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            self.next.byte += used as u64;
            ended = end.is_some();
            if is_cr && self.follows(b'\n')? {
                self.input.consume(1);
                self.next.byte += 1;
            }
        }
        if self.next == start {
            return Ok(None);
        }
        self.next.line += 1;
        let mut bytes = self.kept.as_slice();
        if start.byte == 0 {
            bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        }
        Ok(Some(Line {
            number: start.line,
            bytes: (length <= LONGEST).then_some(bytes),
            end: self.next,
        }))
    }

    fn follows(&mut self, byte: u8) -> Result<bool> {
        loop {
            match self.input.fill_buf() {
                Ok(read) => return Ok(read.first() == Some(&byte)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8], from: Place) -> Vec<(u64, Option<Vec<u8>>, Place)> {
        let mut lines = Lines::new(&bytes[from.byte as usize..], from);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push((line.number, line.bytes.map(<[u8]>::to_vec), line.end));
        }
        found
    }

    #[test]
    fn lines_end_with_lf_crlf_or_cr_and_the_last_need_not() {
        let found = all(b"\xef\xbb\xbfa\nb\r\nc\rd\n\ne", Place::START);
        let texts: Vec<_> = found
            .iter()
            .map(|(number, bytes, _)| (*number, bytes.clone().unwrap()))
            .collect();
        let expected = [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, ""), (6, "e")];
        assert_eq!(texts, expected.map(|(n, text)| (n, text.as_bytes().to_vec())));
        assert!(all(b"", Place::START).is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_not_kept_and_the_next_is_read() {
        let mut text = vec![b'x'; LONGEST + 1];
        text.extend_from_slice(b"\nnext");
        let found = all(&text, Place::START);
        assert_eq!(found[0].1, None);
        assert_eq!((found[1].0, found[1].1.as_deref()), (2, Some(&b"next"[..])));
    }

    proptest! {
        #[test]
        fn from_each_place_the_rest_is_read_as_from_the_beginning(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()], 0..200)
        ) {
            let found = all(&bytes, Place::START);
            prop_assert_eq!(found.last().map_or(0, |last| last.2.byte), bytes.len() as u64);
            for (at, (_, _, end)) in found.iter().enumerate() {
                prop_assert_eq!(all(&bytes, *end), found[at + 1..].to_vec());
            }
        }
    }
}
