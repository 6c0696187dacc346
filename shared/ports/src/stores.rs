use crate::{Attempts, Callbacks, Checks, Days, Escalations, Pace, Residents, Suppressions, Switch};
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
