use rollcall_aws::compose::Compose;
use rollcall_host::lambda::Start;
use rollcall_recording::Recorder;
use rollcall_recording::erasure::Eraser;

/// Takes people off the register, and tells them what is kept. All else of an
/// erasure is done by the function `erasures`, which alone has the rights for it.
pub(super) fn eraser(aws: &mut Compose, start: &Start) -> Eraser {
    let Start { policy, clock, signals } = start.clone();
    let recorder = Recorder::over(aws.stores(), clock.clone(), signals, policy);
    Eraser::over(recorder, aws.holdings(&clock), true)
}
