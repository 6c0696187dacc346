//! `rollcall backup` and `rollcall restore`.
//!
//! A copy is made beside its place and gets its name when it is whole, so
//! that there is never half of one under a name that somebody trusts.

use crate::args::{Backup, Restore};
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::{dialing, directory};
use rollcall_domain::erasure::Erasure;
use rollcall_embedded::{BackedUp, BackupError, Store, erasures_in};
use rollcall_local::machine::Machine;
use rollcall_recording::erasure::Anew;
use serde::Serialize;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Belong to processes that run, or to the store, which copies what is its own.
const NOT_COPIED: [&str; 6] = [
    "rollcall.sqlite",
    "rollcall.sqlite-wal",
    "rollcall.sqlite-shm",
    "rollcall.lock",
    "serve.lock",
    "clock.json.new",
];
const WHY_STOPPED: &str = "restored from a backup: calls that were made after it are not known here";

/// Copies a data directory.
///
/// # Errors
/// [`Stop::Unusable`] when what was given cannot be used, [`Stop::Failed`] when
/// the copy cannot be made or is not sound.
pub(crate) fn run(args: &Backup) -> Result<(), Stop> {
    let (from, to) = (args.data_dir.as_path(), args.to.as_path());
    if !directory::holds_a_register(from) {
        return Err(directory::no_register(from));
    }
    let part = begin(to)?;
    let failed = |error: BackupError| match error {
        BackupError::Damaged(_) => Stop::failed(format_args!(
            "{}: {error}; there is no new copy. Move the directory away, and restore an older backup with `rollcall \
             restore`",
            from.display()
        )),
        _ => Stop::failed(format_args!("{} cannot be copied to {}: {error}", from.display(), to.display())),
    };
    // Before the register: what the simulated telephone service has told and
    // noted is in there already, and what it tells twice does no harm.
    copy_rest(from, &part).map_err(|source| failed(BackupError::Io { what: "a file", source }))?;
    let done = Store::back_up(from, &part).map_err(failed)?;
    finish(&part, to)?;
    let done = Done::of(&done, from, to);
    show(&done, args.json, |done| format!("{} is copied to {}: {}.", done.from, done.to, done.figures()))
}

/// Makes a data directory of a copy.
///
/// # Errors
/// As [`run`].
pub(crate) fn restore(args: &Restore) -> Result<(), Stop> {
    let (from, to) = (args.from.as_path(), args.data_dir.as_path());
    if !directory::holds_a_register(from) {
        return Err(Stop::unusable(format_args!(
            "{} holds no register; expected a directory that `rollcall backup` made",
            from.display()
        )));
    }
    if directory::is_served(from) {
        return Err(Stop::unusable(format_args!(
            "{} is being served; expected a directory that `rollcall backup` made",
            from.display()
        )));
    }
    let done = Store::check_backup(from)
        .map_err(|error| Stop::unusable(format_args!("{}: {error}; use another backup", from.display())))?;
    let erased = erased_in(&args.erased)?;
    let part = begin(to)?;
    let failed = |error: &dyn std::fmt::Display| {
        Stop::failed(format_args!("{} cannot be restored to {}: {error}", from.display(), to.display()))
    };
    copy_rest(from, &part).map_err(|error| failed(&error))?;
    Store::back_up(from, &part).map_err(|error| failed(&error))?;
    let anew = {
        let policy = directory::policy(&part).map_err(Stop::Unusable)?;
        let machine = directory::open(&part, policy, directory::unheard())?;
        runtime()?.block_on(async {
            dialing::stop(&machine, WHY_STOPPED).await?;
            erase_anew(&machine, &erased).await
        })?
    };
    finish(&part, to)?;
    let done = Done { erased_anew: Some(anew), ..Done::of(&done, from, to) };
    show(&done, args.json, |done| {
        let erased = match (args.erased.is_empty(), anew) {
            (true, _) => "Whoever was erased after the backup is in it still: give the directory that was in use \
                          before, or a later backup,\nby --erased DIR, or run `rollcall erase` again for each."
                .to_owned(),
            (false, 0) => "Nobody had to be erased anew.".to_owned(),
            (false, some) => format!("{some} were erased anew; `rollcall serve` finishes what is under way."),
        };
        format!(
            "{} is restored to {}: {}.\nDialing is STOPPED there: whoever was called after the backup would be called \
             again. Once that is no\nharm, start it with `rollcall dialing start --reason TEXT --data-dir {}`.\n{erased}",
            done.from,
            done.to,
            done.figures(),
            done.to
        )
    })
}

/// Who was erased in any of these directories.
fn erased_in(dirs: &[PathBuf]) -> Result<Vec<Erasure>, Stop> {
    let mut all = Vec::new();
    for dir in dirs {
        if !directory::holds_a_register(dir) {
            return Err(Stop::unusable(format_args!("--erased: {} holds no register", dir.display())));
        }
        all.extend(erasures_in(dir).map_err(|error| {
            Stop::unusable(format_args!(
                "--erased: who was erased in {} cannot be read: {error}; name a later backup",
                dir.display()
            ))
        })?);
    }
    Ok(all)
}

/// Erases those who are there as they were before; answers how many.
async fn erase_anew(machine: &Machine, erased: &[Erasure]) -> Result<u64, Stop> {
    let mut anew = 0;
    for erasure in erased {
        match machine.services().eraser.erase_anew(erasure, None).await? {
            Anew::Begun | Anew::Delayed => anew += 1,
            Anew::Known | Anew::Registered => {}
            Anew::Contended => {
                return Err(Stop::failed("somebody else changed a record that is to be erased; try again"));
            }
        }
    }
    Ok(anew)
}

/// What was done.
#[derive(Serialize)]
struct Done {
    from: String,
    to: String,
    residents: u64,
    upload_files: u64,
    bytes: u64,
    /// How many were erased in what was restored; not told of a backup.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_anew: Option<u64>,
}

impl Done {
    fn of(done: &BackedUp, from: &Path, to: &Path) -> Self {
        let (from, to) = (from.display().to_string(), to.display().to_string());
        Self {
            from,
            to,
            residents: done.residents,
            upload_files: done.files,
            bytes: done.bytes,
            erased_anew: None,
        }
    }

    fn figures(&self) -> String {
        let kilobytes = self.bytes.div_ceil(1000);
        format!("{} residents, {} files of uploads, {kilobytes} kB", self.residents, self.upload_files)
    }
}

fn show(done: &Done, json: bool, words: impl Fn(&Done) -> String) -> Result<(), Stop> {
    let mut out = Output::take();
    if json {
        serde_json::to_writer(&mut out, done).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", words(done))?;
    }
    Ok(out.finish()?)
}

/// A directory beside `to`, which must not hold anything yet.
fn begin(to: &Path) -> Result<PathBuf, Stop> {
    let unusable = |what: &Path, error: &dyn std::fmt::Display| {
        Stop::unusable(format_args!(
            "{}: {error}; name another directory, or move that one away",
            what.display()
        ))
    };
    match fs::read_dir(to).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Ok(false) => return Err(unusable(to, &"found a directory that is not empty, expected none")),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(to, &error)),
    }
    let mut name =
        to.file_name().ok_or_else(|| unusable(to, &"expected the name of a directory"))?.to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)
            .map_err(|error| unusable(parent, &error))?;
    }
    // Names and numbers are nobody else's business on this machine.
    match DirBuilder::new().mode(0o700).create(&part) {
        Ok(()) => Ok(part),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Stop::unusable(format_args!(
            "{} is there: it is being made by another process, or was cut off; then delete it",
            part.display()
        ))),
        Err(error) => Err(unusable(&part, &error)),
    }
}

/// Settings, keys, clock and whatever else lies in the directory by itself.
fn copy_rest(from: &Path, part: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if !entry.file_type()?.is_file() || NOT_COPIED.iter().any(|known| name == *known) {
            continue;
        }
        let mut source = match File::open(entry.path()) {
            // Somebody's, who was about to give it its name.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        let mut create = OpenOptions::new();
        create.write(true).create_new(true).mode(0o600);
        let mut copy = create.open(part.join(&name))?;
        io::copy(&mut source, &mut copy)?;
        copy.sync_all()?;
    }
    Ok(())
}

/// Gives a whole copy its name.
fn finish(part: &Path, to: &Path) -> Result<(), Stop> {
    let failed = |error: io::Error| Stop::failed(format_args!("{} cannot be made: {error}", to.display()));
    // An empty directory of that name gives way.
    fs::rename(part, to).map_err(failed)?;
    let parent =
        to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)
}
