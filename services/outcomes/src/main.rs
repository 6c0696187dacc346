//! Outcomes as a Lambda function, run for records of the stream.

use rollcall_aws::compose::Compose;
use rollcall_host::lambda::{Start, StreamFunction, run};
use rollcall_outcomes::Outcomes;
use rollcall_recording::Recorder;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("outcomes", async |start: &Start| {
        let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
        let Start { policy, clock, signals } = start.clone();
        let recorder = Recorder::over(aws.stores(), clock, signals, policy);
        let Recorder { attempts, signals, .. } = recorder.clone();
        let handler = Outcomes { attempts, recorder, signals };
        let (checkpoints, around) = (aws.checkpoints(), start.around(aws.letters()));
        aws.ready(StreamFunction { handler, checkpoints, around })
    })
}
