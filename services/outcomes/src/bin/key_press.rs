//! The key press as a Lambda function, invoked by the call flow.

use rollcall_aws::compose::Compose;
use rollcall_host::lambda::{FlowFunction, Start, run};
use rollcall_outcomes::KeyPress;
use rollcall_recording::Recorder;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("key-press", async |start: &Start| {
        let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
        let Start { policy, clock, signals } = start.clone();
        let recorder = Recorder::over(aws.stores(), clock, signals, policy);
        let clock = recorder.clock.clone();
        aws.ready(FlowFunction(KeyPress { recorder, clock }))
    })
}
