//! The dialer as a Lambda function, run for call requests.

mod wiring;

use rollcall_host::lambda::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("dialer", wiring::function)
}
