use crate::{
    Attempts, Audit, Batches, Callbacks, Checks, Days, Erasures, Escalations, Letters, Pace, Residents,
    Shelf, Suppressions, Switch, Telephony, Uploads,
};
use std::sync::Arc;

/// The stores in which residents and calls to them are kept.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port its type names")]
pub struct Stores {
    pub residents: Arc<dyn Residents>,
    pub attempts: Arc<dyn Attempts>,
    pub callbacks: Arc<dyn Callbacks>,
    pub escalations: Arc<dyn Escalations>,
    pub checks: Arc<dyn Checks>,
    pub days: Arc<dyn Days>,
    pub pace: Arc<dyn Pace>,
    pub switch: Arc<dyn Switch>,
    pub suppressions: Arc<dyn Suppressions>,
}

/// What besides the [`Stores`] holds data of people, and who is erased from all
/// of it.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port its type names")]
pub struct Holdings {
    pub erasures: Arc<dyn Erasures>,
    pub letters: Arc<dyn Letters>,
    pub uploads: Arc<dyn Uploads>,
    pub shelf: Arc<dyn Shelf>,
    pub batches: Arc<dyn Batches>,
    pub telephony: Arc<dyn Telephony>,
    pub audit: Arc<dyn Audit>,
}
