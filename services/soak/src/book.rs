//! Which seeds are done: a line each, in a file for each program, so that
//! another program starts anew and a campaign that was stopped goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The seeds that are done, and what came of them.
pub(crate) struct Book {
    path: PathBuf,
    file: File,
    /// Whether every property held.
    pub(crate) done: BTreeMap<u64, bool>,
}

impl Book {
    /// Opens the book of the program that runs.
    ///
    /// # Errors
    /// When program or book cannot be read, or the book not written.
    pub(crate) fn of_this_program(dir: &Path) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        hasher.write(&std::fs::read(std::env::current_exe()?)?);
        Self::open(dir, &format!("{:016x}", hasher.finish()))
    }

    fn open(dir: &Path, program: &str) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let path = dir.join(format!("{program}.seeds"));
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        // A line that was cut off is of a seed that is not done.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let line = |line: &str| {
            let (seed, came) = line.split_once(' ')?;
            Some((seed.parse().ok()?, came.starts_with("held")))
        };
        let done = whole.lines().filter_map(line).collect();
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        if whole.len() < text.len() {
            file.set_len(u64::try_from(whole.len()).unwrap_or(0))?;
        }
        Ok(Self { path, file, done })
    }

    /// Writes down what came of a seed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn enter(&mut self, seed: u64, held: bool, what: &str) -> io::Result<()> {
        let came = if held { "held" } else { "FAILED" };
        self.done.insert(seed, held);
        // One write, so that a process that is killed leaves whole lines.
        self.file.write_all(format!("{seed} {came} {what}\n").as_bytes())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::Book;
    use std::io::Write;

    #[test]
    fn it_goes_on_where_it_was_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let mut book = Book::open(dir.path(), "one").unwrap();
        book.enter(1, true, "").unwrap();
        book.enter(2, false, "seed=2 residents=3").unwrap();
        book.file.write_all(b"3 he").unwrap();
        let mut book = Book::open(dir.path(), "one").unwrap();
        assert_eq!(book.done, [(1, true), (2, false)].into());
        book.enter(3, true, "").unwrap();
        assert_eq!(Book::open(dir.path(), "one").unwrap().done.len(), 3);
        assert!(Book::open(dir.path(), "another").unwrap().done.is_empty());
    }
}
