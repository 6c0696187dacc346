//! The key press as a Lambda function, invoked by the call flow.

#[path = "../wiring.rs"]
mod wiring;

use rollcall_aws::compose::Compose;
use rollcall_host::lambda::{FlowFunction, Start, run};
use rollcall_outcomes::KeyPress;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("key-press", async |start: &Start| {
        let mut aws = Compose::new(Start::var).await;
        let recorder = wiring::recorder(aws.stores(), start);
        let clock = recorder.clock.clone();
        aws.ready(FlowFunction(KeyPress { recorder, clock }))
    })
}
