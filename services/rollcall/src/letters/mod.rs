//! `rollcall dead-letters`.

mod aws;
mod change;
mod dry_run;
mod list;
mod replay;
mod show;
mod which;

use crate::args::{Author, DeadLetters, LettersCommand, Place};
use crate::directory::{is_served, look};
use crate::runtime::runtime;
use crate::stop::Stop;
use rollcall_domain::policy::Policy;
use rollcall_host::settings::{ProcessVars, Vars};
use rollcall_ports::{Clock, Foresight};
use rollcall_workbench::{Stopped, Workbench};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Letters read at a time.
const PAGE: u32 = 200;

/// Looks at what was set aside, or works on it.
///
/// # Errors
/// [`Stop::Unusable`] when what was given cannot be used, [`Stop::Failed`] when
/// it could not be done, or not all of it.
pub(crate) fn run(args: &DeadLetters) -> Result<(), Stop> {
    let place = match &args.command {
        LettersCommand::List(args) => &args.place,
        LettersCommand::Show(args) => &args.place,
        LettersCommand::DryRun(args) => &args.place,
        LettersCommand::Edit(args) => &args.place,
        LettersCommand::Replay(args) => &args.place,
        LettersCommand::Stop(args) => &args.place,
        LettersCommand::Discard(args) => &args.place,
    };
    runtime()?.block_on(async {
        let desk = Desk::open(place).await?;
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

/// What it takes to work on letters.
struct Desk {
    workbench: Workbench,
    foresight: Arc<dyn Foresight>,
    clock: Arc<dyn Clock>,
    policy: Arc<Policy>,
    /// Another process carries out what is wanted of many.
    is_driven: bool,
    /// How often it is looked how far something is.
    look: Duration,
}

impl Desk {
    async fn open(place: &Place) -> Result<Self, Stop> {
        match &place.aws {
            Some(prefix) => aws::open(prefix).await,
            None => Self::of_a_directory(&place.data_dir),
        }
    }

    fn of_a_directory(dir: &Path) -> Result<Self, Stop> {
        let machine = look(dir)?;
        Ok(Self {
            workbench: machine.workbench(),
            foresight: machine.foresight(),
            clock: Arc::clone(&machine.ports().clock),
            policy: Arc::clone(machine.policy()),
            is_driven: is_served(dir),
            look: Duration::from_millis(200),
        })
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
