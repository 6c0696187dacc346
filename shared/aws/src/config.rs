use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use std::time::Duration;

/// Region, credentials, endpoint and patience, as the environment gives them:
/// on Lambda the function's own role, elsewhere the usual variables and files
/// (`AWS_ENDPOINT_URL` leads to an emulator).
#[derive(Clone, Debug)]
pub struct Aws {
    pub(crate) shared: aws_config::SdkConfig,
}

/// A request is answered within milliseconds or not at all: handlers have
/// seconds, and a message that comes again is better than one that waits.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// The first, and two more for what is known to be safe to repeat.
const TRIES: u32 = 3;

impl Aws {
    /// Reads the environment. Credentials are looked up at the first request.
    pub async fn from_env() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_WITHIN)
            .operation_attempt_timeout(ANSWER_WITHIN)
            .build();
        let shared = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .timeout_config(timeouts)
            .load()
            .await;
        Self { shared }
    }

    /// The same with another endpoint for all services, as tests need.
    #[must_use]
    pub fn at(&self, endpoint: &str) -> Self {
        Self { shared: self.shared.to_builder().endpoint_url(endpoint).build() }
    }

    /// The same that waits for each answer so long, as tests need.
    #[must_use]
    pub fn answering_within(&self, patience: Duration) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_WITHIN)
            .operation_attempt_timeout(patience)
            .build();
        Self { shared: self.shared.to_builder().timeout_config(timeouts).build() }
    }
}
