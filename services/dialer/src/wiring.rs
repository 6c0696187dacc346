use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_dialer::{Dialer, StaffingCache};
use rollcall_host::lambda::{QueueFunction, Start};
use rollcall_recording::Recorder;

/// The dialer on Amazon's services.
pub(crate) async fn function(start: &Start) -> Result<QueueFunction<Dialer>, Vec<String>> {
    let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
    let stores = aws.stores();
    let switch = stores.switch.clone();
    let Start { policy, clock, signals } = start.clone();
    let recorder = Recorder::over(stores, clock, signals, policy);
    let Recorder { residents, attempts, pace, clock, signals, policy, .. } = recorder.clone();
    let topology = Topology::shipped();
    let handler = Dialer {
        residents,
        attempts,
        pace,
        switch,
        telephony: aws.telephony(),
        staffing: StaffingCache::new(topology.bounds.staffing_cache_seconds),
        recorder,
        clock,
        signals,
        policy,
        topology,
    };
    let (inbox, around) = (aws.queue("call_requests"), start.around(aws.letters()));
    aws.ready(QueueFunction { handler, inbox, around })
}
