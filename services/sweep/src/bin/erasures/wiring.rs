use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_host::lambda::{Start, TimerFunction};
use rollcall_recording::Recorder;
use rollcall_recording::erasure::Eraser;
use rollcall_sweep::Erasures;
use std::sync::Arc;

/// The erasures on Amazon's services.
pub(crate) async fn function(start: &Start) -> Result<TimerFunction, Vec<String>> {
    let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
    let Start { policy, clock, signals } = start.clone();
    let recorder = Recorder::over(aws.stores(), clock.clone(), signals, policy);
    let eraser = Eraser::over(recorder, aws.holdings(&clock), false);
    let erasures = Erasures { eraser, clock, topology: Topology::shipped() };
    aws.ready(TimerFunction(vec![Arc::new(erasures)]))
}
