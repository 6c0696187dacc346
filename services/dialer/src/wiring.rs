use rollcall_aws::compose::Compose;
use rollcall_dialer::Dialer;
use rollcall_host::lambda::{QueueFunction, Start};
use rollcall_recording::Recorder;

/// The dialer on Amazon's services.
pub(crate) async fn function(start: &Start) -> Result<QueueFunction<Dialer>, Vec<String>> {
    let mut aws = Compose::new(Start::var).await.keeping(start.policy.retention);
    let stores = aws.stores();
    let switch = stores.switch.clone();
    let Start { policy, clock, signals } = start.clone();
    let handler = Dialer::over(Recorder::over(stores, clock, signals, policy), switch, aws.telephony());
    let (inbox, around) = (aws.queue("call_requests"), start.around(aws.letters()));
    aws.ready(QueueFunction { handler, inbox, around })
}
