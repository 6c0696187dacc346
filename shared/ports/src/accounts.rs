use crate::{Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::group::Group;
use std::collections::BTreeSet;

/// Somebody who may sign in on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// What they sign in by, and are called in the audit log.
    pub name: String,
    /// What they may do.
    pub groups: BTreeSet<Group>,
    /// Their password, hashed; in the form of whoever hashed it.
    pub password_hash: String,
    /// When they were given the account.
    pub since: Timestamp,
}

impl std::fmt::Debug for Account {
    /// Without the hash.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("groups", &self.groups)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// The accounts of one machine. Not a port of AWS: there, an OpenID provider
/// keeps them.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// One account, by its exact name.
    async fn get(&self, name: &str) -> Result<Option<Versioned<Account>>, Fault>;

    /// Writes an account (version 0: a new one), if nobody did since the read.
    /// MUST NOT bring back one that was removed.
    async fn save(&self, account: &Versioned<Account>) -> Result<Saved, Fault>;

    /// Takes an account away; answers whether it was there.
    async fn remove(&self, name: &str) -> Result<bool, Fault>;

    /// Up to `most` accounts whose names come after `after`, by name.
    async fn list(&self, after: Option<&str>, most: u32) -> Result<Vec<Versioned<Account>>, Fault>;
}
