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
    #[expect(clippy::disallowed_methods, reason = "the runner says where it started them")]
    let endpoint = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: these tests run under infra/emulators/run"));
    Aws::from_env().await.at(&endpoint)
}

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A name that starts with `what` and that nobody else has: tests share the
/// emulators, each in a process of its own.
pub(crate) fn unique(what: &str) -> String {
    format!("{what}-{}-{}", std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed))
}
