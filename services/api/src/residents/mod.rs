//! The people on the register: finding them, reading about one, and changing
//! what the staff may change.
//!
//! Each view of one and each change is in the audit log with the account.
//! The entry is written before the answer, and before the change: none can be
//! missing. A change that came to nothing, because somebody else wrote at the
//! same moment, is followed by an entry that says so.

mod change;
mod erase;
mod export;
mod history;
mod log;
mod remove;
mod search;
pub(crate) mod shown;
mod subject;
mod talks;
mod view;

use crate::Api;
use crate::audit::Deeds;
use crate::problem::Problem;
use axum::extract::FromRef;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Attempts, Callbacks, Checks, Clock, Residents, Switch, Versioned};
use rollcall_recording::Recorder;
use rollcall_recording::suppression::Suppressor;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The endpoints about residents.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(search::search))
        .routes(routes!(export::export))
        .routes(routes!(view::resident, change::correct, remove::remove))
        .routes(routes!(erase::erase, erase::erasure))
        .routes(routes!(subject::subject_access))
        .routes(routes!(view::why))
        .routes(routes!(history::attempts))
        .routes(routes!(history::days))
        .routes(routes!(view::by_contact))
        .routes(routes!(change::enabled))
        .routes(routes!(change::pause))
        .routes(routes!(change::end_pause))
        .routes(routes!(change::note))
}

/// The register, and what goes with it: all that these endpoints touch.
#[derive(Clone)]
pub(crate) struct Register {
    residents: Arc<dyn Residents>,
    attempts: Arc<dyn Attempts>,
    callbacks: Arc<dyn Callbacks>,
    checks: Arc<dyn Checks>,
    switch: Arc<dyn Switch>,
    suppressor: Suppressor,
    deeds: Deeds,
    clock: Arc<dyn Clock>,
    policy: Arc<Policy>,
}

impl FromRef<Api> for Register {
    fn from_ref(api: &Api) -> Self {
        let suppressor = Recorder::from_ref(api).suppressor();
        let Api { residents, attempts, callbacks, checks, switch, clock, policy, .. } = api.clone();
        let deeds = Deeds::from_ref(api);
        Self { residents, attempts, callbacks, checks, switch, suppressor, deeds, clock, policy }
    }
}

impl Register {
    /// Somebody as they are stored.
    ///
    /// # Errors
    /// 404 for nobody.
    async fn resident(&self, id: Uuid) -> Result<Versioned<Resident>, Problem> {
        let found = self.residents.get(ResidentId::from_uuid(id)).await?;
        found.ok_or_else(|| Problem::not_found("Nobody on the register has this id."))
    }
}
