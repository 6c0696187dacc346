use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_host::lambda::{Start, TimerFunction};
use rollcall_planner::Planner;
use rollcall_ports::Stores;
use std::sync::Arc;

/// The planner on Amazon's services.
pub(crate) async fn function(start: &Start) -> Result<TimerFunction, Vec<String>> {
    let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
    let Stores { residents, pace, switch, .. } = aws.stores();
    let (requests, telephony) = (aws.queue("call_requests"), aws.telephony());
    let ordered = requests.clone();
    let Start { policy, clock, signals } = start.clone();
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
        topology: Topology::shipped(),
    };
    aws.ready(TimerFunction(vec![Arc::new(planner)]))
}
