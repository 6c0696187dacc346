//! The portal and its API as a Lambda function behind API Gateway.

mod wiring;

use rollcall_host::lambda::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("api", wiring::function)
}
