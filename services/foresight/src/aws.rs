use crate::Asked;
use rollcall_aws::compose::Compose;
use rollcall_contracts::topology::Topology;
use rollcall_dialer::Dialer;
use rollcall_domain::policy::Policy;
use rollcall_ingest::Ingest;
use rollcall_loader::Loader;
use rollcall_outcomes::Outcomes;
use rollcall_ports::{Clock, Foresight, Signals, Stores};
use rollcall_recording::Recorder;
use std::sync::Arc;

/// The handlers over Amazon's services, only to be asked: whoever asks needs no
/// right to do what they would.
pub fn on_aws(
    aws: &mut Compose,
    policy: Arc<Policy>,
    clock: Arc<dyn Clock>,
    signals: Arc<dyn Signals>,
) -> Arc<dyn Foresight> {
    let topology = Topology::shipped();
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
