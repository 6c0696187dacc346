//! What erases people and tells them what is kept: of a data directory, or of a
//! deployment on AWS.

use crate::args::Place;
use crate::directory::look;
use crate::stop::Stop;
use rollcall_recording::erasure::Eraser;

/// The eraser of a place. On AWS it takes people off the register and leaves all
/// else to the function `erasures`, as the API's does.
///
/// # Errors
/// [`Stop::Unusable`] when the place cannot be used; `command` is what was to be
/// done.
pub(crate) async fn open(place: &Place, command: &'static str) -> Result<Eraser, Stop> {
    match &place.aws {
        Some(prefix) => on_aws(prefix, command).await,
        None => Ok(look(&place.data_dir)?.services().eraser.clone()),
    }
}

#[cfg(not(feature = "aws"))]
async fn on_aws(_: &str, command: &'static str) -> Result<Eraser, Stop> {
    Err(crate::deployed::absent(command))
}

#[cfg(feature = "aws")]
async fn on_aws(prefix: &str, _: &'static str) -> Result<Eraser, Stop> {
    use crate::deployed::Deployed;
    use crate::directory::unheard;
    use rollcall_recording::Recorder;

    let Deployed { mut aws, policy, clock } = Deployed::with(prefix).await?;
    let recorder = Recorder::over(aws.stores(), clock.clone(), unheard(), policy);
    let eraser = Eraser::over(recorder, aws.holdings(&clock), true);
    aws.ready(eraser).map_err(Stop::Unusable)
}
