//! The erasures as a Lambda function of their own, run by the clock: it reads
//! and writes lists, for which nothing else of the sweep needs an SDK.

mod wiring;

use rollcall_host::lambda::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("erasures", wiring::function)
}
