//! The planner as a Lambda function, run every minute.

mod wiring;

use rollcall_host::lambda::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("planner", wiring::function)
}
