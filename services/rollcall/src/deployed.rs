//! A deployment on AWS, by the operator's own credentials. What the template told
//! the API's function says where everything is, so that nobody has to.

use crate::stop::Stop;

/// What is said of a command that this program has not.
#[cfg(not(feature = "aws"))]
pub(crate) fn absent(command: &str) -> Stop {
    Stop::unusable(format_args!(
        "{command} --aws is not in this program; build one that has it with `cargo build --release -p rollcall \
         --features aws`"
    ))
}

#[cfg(feature = "aws")]
pub(crate) use with::Deployed;

#[cfg(feature = "aws")]
mod with {
    use super::Stop;
    use rollcall_aws::Aws;
    use rollcall_aws::compose::Compose;
    use rollcall_aws::doctor::settings_of;
    use rollcall_domain::policy::Policy;
    use rollcall_host::clock::SystemClock;
    use rollcall_host::settings::{Vars, policy};
    use rollcall_ports::Clock;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    /// What is made of the settings of a deployment.
    pub(crate) struct Deployed {
        /// Its adapters.
        pub(crate) aws: Compose,
        /// Its rules.
        pub(crate) policy: Arc<Policy>,
        /// The time of this machine.
        pub(crate) clock: Arc<dyn Clock>,
    }

    impl Deployed {
        /// The deployment with this Prefix.
        ///
        /// # Errors
        /// [`Stop::Unusable`] when it cannot be found or may not be asked.
        pub(crate) async fn with(prefix: &str) -> Result<Self, Stop> {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let function = format!("{prefix}-api");
            let told =
                settings_of(&Aws::from_env().await, &clock, &function).await.map_err(Stop::unusable)?;
            let told = Told(Arc::new(told));
            let policy = Arc::new(policy(None, &told).map_err(Stop::Unusable)?);
            let aws = Compose::new(move |name| told.get(name)).await.keeping(policy.retention);
            Ok(Self { aws, policy, clock })
        }
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
