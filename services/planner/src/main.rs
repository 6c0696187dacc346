//! The planner as a Lambda function, run every minute.

use rollcall_aws::compose::{Compose, Stores};
use rollcall_contracts::topology::Topology;
use rollcall_host::lambda::{Start, TimerFunction, run};
use rollcall_planner::Planner;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    run("planner", async |start: &Start| {
        let mut aws = Compose::new(Start::var).await;
        let Stores { residents, pace, switch, .. } = aws.stores();
        let (requests, telephony) = (aws.queue("call_requests"), aws.telephony());
        let ordered = requests.clone();
        let Start { policy, clock, signals } = start.clone();
        let topology = Topology::shipped();
        let planner = Planner {
            residents,
            requests,
            ordered,
            pace,
            switch,
            telephony,
            clock,
            signals,
            policy,
            topology,
        };
        aws.ready(TimerFunction(vec![Arc::new(planner)]))
    })
}
