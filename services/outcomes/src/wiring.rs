use rollcall_aws::compose::Stores;
use rollcall_host::lambda::Start;
use rollcall_recording::Recorder;

/// Takes news in on Amazon's services, for both functions.
pub(crate) fn recorder(stores: Stores, start: &Start) -> Recorder {
    let Stores { residents, attempts, callbacks, escalations, checks, pace, suppressions, .. } = stores;
    let Start { policy, clock, signals } = start.clone();
    Recorder {
        attempts,
        callbacks,
        escalations,
        residents,
        checks,
        suppressions,
        pace,
        clock,
        signals,
        policy,
    }
}
