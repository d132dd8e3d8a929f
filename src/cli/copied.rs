//! A copy of what can be read only once, such as stdin, for those who read it several times.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::switchboard::{ImportSource, Reading};

/// The copy: a file, which may be without a name.
pub(super) struct Copied(Arc<Mutex<File>>);

impl Copied {
    pub(super) fn of(file: File) -> Self {
        Self(Arc::new(Mutex::new(file)))
    }
}

impl ImportSource for Copied {
    fn open(&self) -> io::Result<Box<dyn Reading>> {
        let file = self.0.clone();
        Ok(Box::new(Reader { file, at: 0 }))
    }
}

/// One who reads it, from a place of their own.
struct Reader {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Reader {
    fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(|p| p.into_inner())
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = {
            let mut file = self.lock();
            file.seek(SeekFrom::Start(self.at))?;
            file.read(into)?
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "before the beginning of the file");
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.lock().metadata()?.len(), by),
        };
        self.at = from.checked_add_signed(by).ok_or_else(before)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn each_reader_has_a_place_of_their_own() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abcdef").unwrap();
        let copied = Copied::of(file);
        let (mut first, mut second) = (copied.open().unwrap(), copied.open().unwrap());
        let mut two = [0; 2];
        first.read_exact(&mut two).unwrap();
        second.seek(SeekFrom::Start(3)).unwrap();
        let mut rest = String::new();
        first.read_to_string(&mut rest).unwrap();
        second.read_exact(&mut two).unwrap();
        assert_eq!((rest.as_str(), &two), ("cdef", b"de"));
    }
}
