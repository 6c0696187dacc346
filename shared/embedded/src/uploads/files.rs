//! The bytes of uploads, by number.

use super::PutError;
use rollcall_ports::Place;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes that are copied at a time.
const PIECE: usize = 128 * 1024;

/// Where the bytes are.
pub(super) enum Files {
    /// One file each, named by its number.
    Directory(PathBuf),
    /// In memory.
    Memory(Mutex<BTreeMap<i64, Vec<u8>>>),
}

impl Files {
    pub(super) fn memory() -> Self {
        Self::Memory(Mutex::new(BTreeMap::new()))
    }

    /// Stores `content` under a new number, so that it survives the loss of
    /// power; returns its size.
    pub(super) fn write(&self, number: i64, content: &mut dyn Read) -> Result<u64, PutError> {
        match self {
            Self::Directory(dir) => {
                let mut file = create(&path(dir, number)).map_err(PutError::Write)?;
                let size = copy(content, &mut file)?;
                settle(dir, &file).map_err(PutError::Write)?;
                Ok(size)
            }
            Self::Memory(files) => {
                let mut bytes = Vec::new();
                let size = copy(content, &mut bytes)?;
                files.lock().unwrap_or_else(PoisonError::into_inner).insert(number, bytes);
                Ok(size)
            }
        }
    }

    /// Begins a file under a new number, to be written piece by piece.
    pub(super) fn begin(&self, number: i64) -> io::Result<Writing<'_>> {
        let to = match self {
            Self::Directory(dir) => To::File(create(&path(dir, number))?, dir),
            Self::Memory(files) => To::Memory(Vec::new(), files),
        };
        Ok(Writing { number, to })
    }

    /// The bytes from `start` to `end`, both within the file or cut off at its
    /// end.
    pub(super) fn read(&self, number: i64, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let most = end.saturating_sub(start);
        match self {
            Self::Directory(dir) => {
                let mut file = File::open(path(dir, number))?;
                file.seek(SeekFrom::Start(start))?;
                let mut bytes = Vec::with_capacity(usize::try_from(most).unwrap_or(0));
                file.take(most).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            Self::Memory(files) => {
                let files = files.lock().unwrap_or_else(PoisonError::into_inner);
                let bytes = files.get(&number).ok_or(io::ErrorKind::NotFound)?;
                let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes.get(at(start)..at(end)).unwrap_or_default().to_vec())
            }
        }
    }

    /// Blanks these places. In a directory the file is written anew
    /// beside it and takes its place whole.
    pub(super) fn blank(&self, number: i64, places: &[Place]) -> io::Result<()> {
        match self {
            Self::Directory(dir) => {
                let former = File::open(path(dir, number))?;
                let anew = dir.join(format!("{}{UNFINISHED}", file_name(number)));
                let mut options = OpenOptions::new();
                options.write(true).create(true).truncate(true);
                crate::open::for_the_owner_only(&mut options);
                let mut file = options.open(&anew)?;
                copy_blanked(former, &mut file, places)?;
                file.sync_all()?;
                fs::rename(&anew, path(dir, number))?;
                File::open(dir).and_then(|dir| dir.sync_all())
            }
            Self::Memory(files) => {
                let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
                let bytes = files.get_mut(&number).ok_or(io::ErrorKind::NotFound)?;
                places.iter().for_each(|place| place.blank(bytes, 0));
                Ok(())
            }
        }
    }

    /// Removes what was left of files that were written anew by somebody who
    /// was killed.
    pub(super) fn remove_unfinished(&self) {
        let Self::Directory(dir) = self else { return };
        let Ok(entries) = fs::read_dir(dir) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.ends_with(UNFINISHED)) {
                let _gone = fs::remove_file(entry.path());
            }
        }
    }

    /// Removes a file that nothing names; one that stays is removed when the
    /// store is opened next.
    pub(super) fn remove(&self, number: i64) {
        match self {
            Self::Directory(dir) => {
                let _gone = fs::remove_file(path(dir, number));
            }
            Self::Memory(files) => {
                files.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            }
        }
    }

    /// The numbers of all files.
    pub(super) fn list(&self) -> Vec<i64> {
        match self {
            Self::Directory(dir) => {
                let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
                entries
                    .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_prefix(PREFIX)?.parse().ok())
                    .collect()
            }
            Self::Memory(files) => {
                files.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
            }
        }
    }
}

/// A file that is being written. Nothing of it is in memory but what it would
/// have there anyway.
pub(super) struct Writing<'a> {
    number: i64,
    to: To<'a>,
}

enum To<'a> {
    File(File, &'a Path),
    Memory(Vec<u8>, &'a Mutex<BTreeMap<i64, Vec<u8>>>),
}

impl Writing<'_> {
    pub(super) fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        match &mut self.to {
            To::File(file, _) => file.write_all(piece),
            To::Memory(bytes, _) => {
                bytes.extend_from_slice(piece);
                Ok(())
            }
        }
    }

    /// Makes it survive the loss of power.
    pub(super) fn finish(self) -> io::Result<()> {
        match self.to {
            To::File(file, dir) => settle(dir, &file),
            To::Memory(bytes, files) => {
                files.lock().unwrap_or_else(PoisonError::into_inner).insert(self.number, bytes);
                Ok(())
            }
        }
    }
}

fn settle(dir: &Path, file: &File) -> io::Result<()> {
    file.sync_all()?;
    // The entry of the directory must survive too.
    File::open(dir).and_then(|dir| dir.sync_all())
}

const PREFIX: &str = "upload-";
/// The end of the name of a file that is being written anew.
const UNFINISHED: &str = ".anew";

/// Copies a file piece by piece, with some places blanked.
fn copy_blanked(mut from: File, to: &mut File, places: &[Place]) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = piece.get_mut(..read).unwrap_or_default();
        places.iter().for_each(|place| place.blank(bytes, at));
        to.write_all(bytes)?;
        at += u64::try_from(read).unwrap_or(0);
    }
}

fn path(dir: &Path, number: i64) -> PathBuf {
    dir.join(file_name(number))
}

/// What the file of this number is called.
pub(crate) fn file_name(number: i64) -> String {
    format!("{PREFIX}{number}")
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    crate::open::for_the_owner_only(&mut options);
    options.open(path)
}

fn copy(content: &mut dyn Read, out: &mut dyn Write) -> Result<u64, PutError> {
    let mut piece = vec![0; PIECE];
    let mut size = 0;
    loop {
        let read = match content.read(&mut piece) {
            Ok(0) => return Ok(size),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(PutError::Read(error)),
        };
        out.write_all(piece.get(..read).unwrap_or_default()).map_err(PutError::Write)?;
        size += u64::try_from(read).unwrap_or(0);
    }
}
