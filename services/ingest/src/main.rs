//! Ingest as a Lambda function, run for each upload.

use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_host::lambda::{QueueFunction, Start, run};
use rollcall_ingest::Ingest;
use std::process::ExitCode;

fn main() -> ExitCode {
    run("ingest", async |start: &Start| {
        let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
        let (uploads, batches) = (aws.uploads(), aws.batches(&start.clock));
        let (rows, audit) = (aws.queue("rows"), aws.audit());
        let Start { clock, signals, .. } = start.clone();
        let topology = Topology::shipped();
        let handler = Ingest { uploads, batches, rows, audit, clock, signals, topology };
        let (inbox, around) = (aws.queue("uploads"), start.around(aws.letters()));
        aws.ready(QueueFunction { handler, inbox, around })
    })
}
