//! The sweep, the books and the letters as one Lambda function, run by the clock.

mod wiring;

use rollcall_host::lambda::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("sweep", wiring::function)
}
