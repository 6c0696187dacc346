//! `rollcall dead-letters`.

mod change;
mod dry_run;
mod list;
mod replay;
mod show;
mod which;

use crate::args::{Author, DeadLetters, Directory, LettersCommand};
use crate::directory::look;
use crate::runtime::runtime;
use crate::stop::Stop;
use rollcall_host::settings::{ProcessVars, Vars};
use rollcall_local::machine::Machine;
use rollcall_workbench::{Stopped, Workbench};
use std::sync::Arc;

/// Letters read at a time.
const PAGE: u32 = 200;

/// Looks at what was set aside, or works on it.
///
/// # Errors
/// [`Stop::Unusable`] when what was given cannot be used, [`Stop::Failed`] when
/// it could not be done, or not all of it.
pub(crate) fn run(args: &DeadLetters) -> Result<(), Stop> {
    let directory = match &args.command {
        LettersCommand::List(args) => &args.directory,
        LettersCommand::Show(args) => &args.directory,
        LettersCommand::DryRun(args) => &args.directory,
        LettersCommand::Edit(args) => &args.directory,
        LettersCommand::Replay(args) => &args.directory,
        LettersCommand::Stop(args) => &args.directory,
        LettersCommand::Discard(args) => &args.directory,
    };
    let desk = Desk::open(directory)?;
    runtime()?.block_on(async {
        match &args.command {
            LettersCommand::List(args) => list::run(&desk, args).await,
            LettersCommand::Show(args) => show::run(&desk, args).await,
            LettersCommand::DryRun(args) => dry_run::run(&desk, args).await,
            LettersCommand::Edit(args) => change::edit(&desk, args).await,
            LettersCommand::Replay(args) => replay::run(&desk, args).await,
            LettersCommand::Stop(args) => replay::stop(&desk, args).await,
            LettersCommand::Discard(args) => change::discard(&desk, args).await,
        }
    })
}

/// The machine of a directory, and its workbench.
struct Desk {
    machine: Arc<Machine>,
    workbench: Workbench,
}

impl Desk {
    fn open(directory: &Directory) -> Result<Self, Stop> {
        let machine = look(&directory.data_dir)?;
        let workbench = machine.workbench();
        Ok(Self { machine, workbench })
    }
}

impl Author {
    /// Who does it: as named, or as the machine knows who is signed in.
    fn who(&self) -> String {
        let named = self.name.clone().filter(|name| !name.trim().is_empty());
        let known = || ["LOGNAME", "USER"].into_iter().find_map(|name| ProcessVars.get(name));
        let name = named.or_else(known).unwrap_or_else(|| "somebody".to_owned());
        format!("{} (command line)", name.trim())
    }
}

impl From<Stopped> for Stop {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Missing | Stopped::Unreadable(_) => Self::unusable(stopped),
            Stopped::Refused(refusal) => Self::unusable(format_args!("not possible: {refusal}")),
            Stopped::Changed => {
                Self::failed("somebody else changed it at the same moment; look, then try again")
            }
            Stopped::Fault(fault) => fault.into(),
        }
    }
}
