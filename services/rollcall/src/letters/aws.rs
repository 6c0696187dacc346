//! Letters on AWS, by the operator's own credentials. What the template told the
//! API's function says where everything is, so that nobody has to.

use super::Desk;
use crate::stop::Stop;

/// The letters of the deployment with this Prefix.
///
/// # Errors
/// [`Stop::Unusable`] when it cannot be found or may not be asked.
#[cfg(not(feature = "aws"))]
pub(super) async fn open(_: &str) -> Result<Desk, Stop> {
    Err(Stop::unusable(
        "dead-letters --aws is not in this program; build one that has it with `cargo build --release -p rollcall \
         --features aws`",
    ))
}

#[cfg(feature = "aws")]
pub(super) use with::open;

#[cfg(feature = "aws")]
mod with {
    use super::{Desk, Stop};
    use crate::directory::unheard;
    use rollcall_aws::Aws;
    use rollcall_aws::compose::Compose;
    use rollcall_aws::doctor::settings_of;
    use rollcall_foresight::on_aws;
    use rollcall_host::clock::SystemClock;
    use rollcall_host::settings::{Vars, policy};
    use rollcall_ports::Clock;
    use rollcall_workbench::Workbench;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Duration;

    /// The letters of the deployment with this Prefix.
    ///
    /// # Errors
    /// [`Stop::Unusable`] when it cannot be found or may not be asked.
    pub(in crate::letters) async fn open(prefix: &str) -> Result<Desk, Stop> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let function = format!("{prefix}-api");
        let told = settings_of(&Aws::from_env().await, &clock, &function).await.map_err(Stop::unusable)?;
        let told = Told(Arc::new(told));
        let policy = Arc::new(policy(None, &told).map_err(Stop::Unusable)?);
        let mut aws = Compose::new(move |name| told.get(name)).await.keeping(policy.retention);
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

    /// The variables of a function.
    #[derive(Clone)]
    struct Told(Arc<BTreeMap<String, String>>);

    impl Vars for Told {
        fn get(&self, name: &str) -> Option<String> {
            self.0.get(name).filter(|text| !text.is_empty()).cloned()
        }

        fn names(&self, prefix: &str) -> Vec<String> {
            self.0.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
        }
    }
}
