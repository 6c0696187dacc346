//! The loader as a Lambda function, run for chunks of uploads.

use rollcall_aws::compose::Compose;
use rollcall_host::lambda::{QueueFunction, Start, run};
use rollcall_loader::Loader;
use rollcall_ports::Stores;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("loader", async |start: &Start| {
        let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
        let Stores { residents, suppressions, .. } = aws.stores();
        let (uploads, batches) = (aws.uploads(), aws.batches(&start.clock));
        let Start { policy, clock, signals } = start.clone();
        let handler = Loader { uploads, residents, suppressions, batches, clock, signals, policy };
        let (inbox, around) = (aws.queue("rows"), start.around(aws.letters()));
        aws.ready(QueueFunction { handler, inbox, around })
    })
}
