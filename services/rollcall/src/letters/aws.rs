//! Letters on AWS.

use super::Desk;
use crate::stop::Stop;

/// The letters of the deployment with this Prefix.
///
/// # Errors
/// [`Stop::Unusable`] when it cannot be found or may not be asked.
#[cfg(not(feature = "aws"))]
pub(super) async fn open(_: &str) -> Result<Desk, Stop> {
    Err(crate::deployed::absent("dead-letters"))
}

/// The letters of the deployment with this Prefix.
///
/// # Errors
/// [`Stop::Unusable`] when it cannot be found or may not be asked.
#[cfg(feature = "aws")]
pub(super) async fn open(prefix: &str) -> Result<Desk, Stop> {
    use crate::deployed::Deployed;
    use crate::directory::unheard;
    use rollcall_foresight::on_aws;
    use rollcall_workbench::Workbench;
    use std::sync::Arc;
    use std::time::Duration;

    let Deployed { mut aws, policy, clock } = Deployed::with(prefix).await?;
    let queues = aws.queues();
    let workbench = Workbench {
        letters: aws.letters(),
        replays: aws.replays(&queues),
        jobs: aws.letter_jobs(),
        audit: aws.audit(),
        clock: Arc::clone(&clock),
    };
    let foresight = on_aws(&mut aws, Arc::clone(&policy), Arc::clone(&clock), unheard());
    let look = Duration::from_secs(1);
    aws.ready(Desk { workbench, foresight, clock, policy, is_driven: true, look }).map_err(Stop::Unusable)
}
