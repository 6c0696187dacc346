//! How a command ends before its time.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stderr};
use std::process::ExitCode;

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What was given cannot be used; each line is one problem. Status 2.
    Unusable(Vec<String>),
    /// It could not be done, or something was found to be wrong. Status 1.
    Failed(String),
    /// Whoever read the results has gone away, which is no error.
    Unheard,
}

impl Stop {
    /// One problem with what was given.
    pub(crate) fn unusable(problem: impl Display) -> Self {
        Self::Unusable(vec![problem.to_string()])
    }

    /// What could not be done.
    pub(crate) fn failed(what: impl Display) -> Self {
        Self::Failed(what.to_string())
    }
}

/// For writing results: only that can fail without a text of its own.
impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            Self::Unheard
        } else {
            Self::Failed(format!("the results cannot be written: {error}"))
        }
    }
}

impl From<rollcall_ports::Fault> for Stop {
    fn from(fault: rollcall_ports::Fault) -> Self {
        Self::failed(fault)
    }
}

/// The exit status of a command; what went wrong is told on standard error.
pub(crate) fn status(outcome: Result<(), Stop>) -> ExitCode {
    match outcome {
        Ok(()) | Err(Stop::Unheard) => ExitCode::SUCCESS,
        Err(Stop::Failed(what)) => {
            tell(&format!("rollcall: {what}"));
            ExitCode::from(1)
        }
        Err(Stop::Unusable(problems)) => {
            for problem in problems {
                tell(&format!("rollcall: {problem}"));
            }
            ExitCode::from(2)
        }
    }
}

/// The exit status of a command line that asks for help or cannot be read.
pub(crate) fn said(error: &clap::Error) -> ExitCode {
    // Nobody is there to be told that nobody reads.
    let _unheard = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// A line on standard error.
pub(crate) fn tell(line: &str) {
    // There is no other place to tell that this one is closed.
    let _unheard = writeln!(stderr().lock(), "{line}");
}
