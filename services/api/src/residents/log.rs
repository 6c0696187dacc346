//! What the audit log is told.

use super::Register;
use crate::auth::Caller;
use crate::problem::Problem;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::staff::Deed;

impl Register {
    /// Somebody, at this version, is about to be changed. A repeat of the same
    /// change of the same version is recorded once.
    pub(super) async fn changing(
        &self,
        caller: &Caller,
        (id, version): (ResidentId, u64),
        deed: Deed,
    ) -> Result<(), Problem> {
        let key = key("change", caller, id, version, &deed);
        self.deeds.write(key, caller, Some(id), deed).await
    }

    /// A change that was recorded did not happen.
    pub(super) async fn unchanged(
        &self,
        caller: &Caller,
        (id, version): (ResidentId, u64),
        deed: &Deed,
    ) -> Result<(), Problem> {
        let key = key("no change", caller, id, version, deed);
        let detail = format!("{} came to nothing: somebody else wrote first", deed.action);
        let deed = Deed { action: "resident.unchanged", detail };
        self.deeds.write(key, caller, Some(id), deed).await
    }

    /// A list of people leaves the service.
    pub(super) async fn exported(&self, caller: &Caller, what: &str) -> Result<(), Problem> {
        let key = format!("export {} {}", caller.name, self.clock.now());
        let deed = Deed { action: "resident.export", detail: what.to_owned() };
        self.deeds.write(key, caller, None, deed).await
    }
}

fn key(what: &str, caller: &Caller, id: ResidentId, version: u64, deed: &Deed) -> String {
    format!("{what} {id} {version} {} {} {}", caller.name, deed.action, deed.detail)
}
