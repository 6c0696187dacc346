//! Where the emulators are, and names that no other test has.

use rollcall_aws::Aws;
use std::sync::atomic::{AtomicU32, Ordering};

/// The emulator of all services.
pub(crate) async fn ministack() -> Aws {
    at("ROLLCALL_MINISTACK").await
}

/// AWS's own emulator of DynamoDB.
pub(crate) async fn dynamodb_local() -> Aws {
    at("ROLLCALL_DYNAMODB_LOCAL").await
}

async fn at(variable: &str) -> Aws {
    Aws::from_env().await.at(&endpoint(variable))
}

/// The SDK's own settings for the emulator of all services: for what a test
/// sets up and no adapter of ours does.
pub(crate) async fn sdk() -> aws_config::SdkConfig {
    let settings = aws_config::defaults(aws_config::BehaviorVersion::latest());
    settings.endpoint_url(endpoint("ROLLCALL_MINISTACK")).load().await
}

pub(crate) fn endpoint(variable: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the runner says where it started them")]
    let endpoint = std::env::var(variable);
    endpoint.unwrap_or_else(|_| panic!("{variable} is not set: these tests run under infra/emulators/run"))
}

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A name that starts with `what` and that nobody else has: tests share the
/// emulators, each in a process of its own.
pub(crate) fn unique(what: &str) -> String {
    format!("{what}-{}-{}", std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed))
}
