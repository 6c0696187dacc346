//! What a store is opened with, and what its tidying answers.

use crate::db::Durability;
use rollcall_contracts::topology::Topology;

/// What may differ between stores.
#[derive(Clone, Debug)]
pub struct Options {
    /// The numbers of queues and streams.
    pub topology: Topology,
    /// The most that any commit is made to survive: `Durability::Process`
    /// drops the disk flushes of those that a promise follows, for benches.
    pub durability: Durability,
}

impl Default for Options {
    /// The shipped topology; promises survive the loss of power.
    fn default() -> Self {
        Self { topology: Topology::shipped().clone(), durability: Durability::Power }
    }
}

/// What [`Store::tidy`](crate::Store::tidy) did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Messages past their queue's retention, set aside as dead letters.
    pub expired: u64,
    /// Stream records past their retention that had been taken in, dropped.
    pub trimmed: u64,
    /// Places for uploads past their day, forgotten with what was in them.
    pub forgotten: u64,
}
