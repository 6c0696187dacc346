use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_dialer::Dialer;
use rollcall_foresight::Asked;
use rollcall_host::lambda::Start;
use rollcall_ingest::Ingest;
use rollcall_loader::Loader;
use rollcall_outcomes::Outcomes;
use rollcall_ports::{Foresight, Stores};
use rollcall_recording::Recorder;
use std::sync::Arc;

/// The handlers of all messages, to be asked what would come of one. What they
/// would do this function may not: its role has none of the rights for it.
pub(super) fn foresight(aws: &mut Compose, start: &Start) -> Arc<dyn Foresight> {
    let topology = Topology::shipped();
    let Start { policy, clock, signals } = start.clone();
    let Stores { suppressions, switch, .. } = aws.stores();
    let recorder = Recorder::over(aws.stores(), clock, signals, policy);
    let Recorder { residents, attempts, clock, signals, policy, .. } = recorder.clone();
    let (uploads, batches) = (aws.uploads(), aws.batches(&clock));
    let ingest = Ingest {
        uploads: uploads.clone(),
        batches: batches.clone(),
        rows: aws.queue("rows"),
        audit: aws.audit(),
        clock: clock.clone(),
        signals: signals.clone(),
        topology,
    };
    let loader =
        Loader { uploads, residents, suppressions, batches, clock, signals: signals.clone(), policy };
    let outcomes = Outcomes { attempts, recorder: recorder.clone(), signals };
    let dialer = Dialer::over(recorder, switch, aws.telephony());
    Asked { ingest, loader, dialer, outcomes }.shared()
}
