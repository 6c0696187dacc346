//! A data directory: its settings, its clock, its register, and who serves it.

use crate::stop::Stop;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rollcall_domain::policy::Policy;
use rollcall_embedded::{Durability, OpenError};
use rollcall_host::clock::SystemClock;
use rollcall_host::settings::ProcessVars;
use rollcall_local::clock::FastClock;
use rollcall_local::loops::Idle;
use rollcall_local::machine::{Detached, Machine, Setup, lasting, settings};
use rollcall_ports::{Clock, Signals};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The database in a data directory, by which a directory that holds a
/// register is told from one that was mistyped.
const DATABASE: &str = "rollcall.sqlite";
/// Locked by the process that serves the directory, released when it ends.
const SERVED: &str = "serve.lock";
/// How often loops of a command look for what another process did, in real time.
const IDLE: SignedDuration = SignedDuration::from_millis(100);

/// The rules of a directory.
///
/// # Errors
/// Every problem of its settings at once.
pub(crate) fn policy(dir: &Path) -> Result<Policy, Vec<String>> {
    settings::of_directory(dir, &ProcessVars)
}

/// The machine of a directory for a command that makes no calls. Its clock is
/// the directory's own if it has one, else the system's.
///
/// # Errors
/// [`Stop::Unusable`] when the directory or its settings cannot be used.
pub(crate) fn open(dir: &Path, policy: Policy, signals: Arc<dyn Signals>) -> Result<Arc<Machine>, Stop> {
    let (clock, speed) = clock(dir)?;
    let setup = Setup {
        policy: Arc::new(policy),
        clock,
        signals,
        telephony: Arc::new(Detached),
        durability: Durability::Power,
        idle: Idle(IDLE.saturating_mul(speed)),
    };
    Machine::open(dir, setup).map_err(|error| unusable(dir, &error))
}

/// The machine of a directory that must hold a register already, for a command
/// that only looks.
///
/// # Errors
/// As [`open`]; also when there is no register.
pub(crate) fn look(dir: &Path) -> Result<Arc<Machine>, Stop> {
    let policy = policy(dir).map_err(Stop::Unusable)?;
    if !holds_a_register(dir) {
        return Err(no_register(dir));
    }
    open(dir, policy, Arc::new(Unheard))
}

/// Sees that the database is sound, for whoever is about to rely on it: a call
/// that is made by damaged data may ring a phone again.
///
/// # Errors
/// [`Stop::Unusable`] with what was found and what to do.
pub(crate) fn sound(dir: &Path, machine: &Machine) -> Result<(), Stop> {
    match machine.store().damage()? {
        None => Ok(()),
        Some(problem) => Err(Stop::unusable(format_args!(
            "{}: the database is damaged: {problem}; nothing was changed. Move the directory away, and restore the \
             latest backup with `rollcall restore`",
            dir.display()
        ))),
    }
}

/// Whether a directory holds a register.
pub(crate) fn holds_a_register(dir: &Path) -> bool {
    dir.join(DATABASE).exists()
}

/// What is said of a directory without a register.
pub(crate) fn no_register(dir: &Path) -> Stop {
    Stop::unusable(format_args!(
        "{} holds no register; name another directory with --data-dir, or make one with `rollcall import` or \
         `rollcall serve`",
        dir.display()
    ))
}

/// The zone in which times are shown when they are nobody's in particular.
pub(crate) fn zone(policy: &Policy) -> TimeZone {
    // An unknown zone was refused with the settings.
    TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC)
}

/// What is wrong with a directory.
pub(crate) fn unusable(dir: &Path, error: &OpenError) -> Stop {
    Stop::unusable(format_args!("{}: {error}", dir.display()))
}

/// Makes this process the one that serves the directory, which is created if
/// need be, until the file is dropped. Two would be two telephone services on one register.
///
/// # Errors
/// [`Stop::Unusable`] when another process serves it, or it cannot be written.
pub(crate) async fn serve(dir: &Path) -> Result<File, Stop> {
    let problem = |error: std::io::Error| {
        Stop::unusable(format_args!(
            "{} cannot be used: {error}; expected a directory in which this user may write, on a disk with some space",
            dir.display()
        ))
    };
    // Names and numbers are nobody else's business on this machine.
    let mut new = std::fs::DirBuilder::new();
    new.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
    new.create(dir).map_err(problem)?;
    let file = served(dir).map_err(problem)?;
    // A command that looks whether somebody serves holds it for an instant,
    // and a process that was just killed until the system has cleaned up.
    for _ in 0..20 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(TryLockError::Error(error)) => return Err(problem(error)),
        }
    }
    Err(Stop::unusable(format_args!(
        "another `rollcall serve` runs on {}; stop it, or name another directory with --data-dir",
        dir.display()
    )))
}

fn served(dir: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(dir.join(SERVED))
}

/// Whether another process serves the directory.
pub(crate) fn is_served(dir: &Path) -> bool {
    served(dir).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The clock of a directory, and its speed. While another process runs it, we
/// follow; if none does, it goes on as fast as the world from where it stopped.
fn clock(dir: &Path) -> Result<(Arc<dyn Clock>, i32), Stop> {
    let Some(known) = lasting::read(dir).map_err(Stop::unusable)? else {
        return Ok((Arc::new(SystemClock), 1));
    };
    let runs = is_served(dir);
    let (from, speed) = if runs { (known.shown, known.speed) } else { (known.resume, 1) };
    Ok((Arc::new(FastClock::new(from, speed)), i32::try_from(speed).unwrap_or(i32::MAX)))
}

/// For a command that has nothing to tell of.
pub(crate) fn unheard() -> Arc<dyn Signals> {
    Arc::new(Unheard)
}

/// Nobody listens: a command that looks has nothing to tell of.
struct Unheard;

impl Signals for Unheard {
    fn emit(&self, _: &rollcall_ports::Signal) {}
}
