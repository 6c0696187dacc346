//! The keys by which tokens are verified: fetched when needed, kept, and
//! fetched again when a token names one that is not among them.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use rollcall_ports::Clock;
use std::sync::Arc;
use tokio::sync::Mutex;

/// At least this lies between two fetches, whatever tokens name.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// After this a key that its owner has withdrawn is no longer accepted.
const OLD: SignedDuration = SignedDuration::from_hours(6);
/// Keys this old are not believed any more, even if no newer ones can be had.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(24);

/// The keys could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keys could not be had")]
pub struct NoKeys;

/// Where the keys of an issuer are published.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// All of its keys as of now.
    async fn fetch(&self) -> Result<JwkSet, NoKeys>;
}

/// Why there is no key.
pub(super) enum Missing {
    /// The issuer has none of this name.
    Unknown,
    /// Nobody knows.
    NoKeys,
}

/// The keys of an issuer, kept.
pub(super) struct KeyCache {
    source: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
    // Held while keys are fetched: who comes meanwhile waits for that fetch
    // instead of making another.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Option<(JwkSet, Timestamp)>,
    asked_at: Option<Timestamp>,
}

impl KeyCache {
    pub(super) fn new(source: Arc<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        Self { source, clock, kept: Mutex::new(Kept::default()) }
    }

    /// The key of this name.
    pub(super) async fn find(&self, kid: &str) -> Result<Jwk, Missing> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        let known = kept
            .keys
            .as_ref()
            .is_some_and(|(keys, at)| keys.find(kid).is_some() && now.duration_since(*at) < OLD);
        let may_ask = kept.asked_at.is_none_or(|at| now.duration_since(at).abs() >= PAUSE);
        if !known && may_ask {
            kept.asked_at = Some(now);
            if let Ok(keys) = self.source.fetch().await {
                kept.keys = Some((keys, now));
            }
        }
        match &kept.keys {
            Some((keys, at)) if now.duration_since(*at) < TOO_OLD => {
                keys.find(kid).cloned().ok_or(Missing::Unknown)
            }
            _ => Err(Missing::NoKeys),
        }
    }
}
