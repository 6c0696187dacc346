//! Files of residents on their way in: a place for the file, a look at what
//! would become of each row, the bad rows as a file to be mended, and loading.
//!
//! What is shown is read by the same reader as what is loaded. Names of files
//! may hold names of people: they are shown, and told to no log.

mod bad_rows;
mod load;
mod look;
mod offer;
mod preview;
mod receive;

pub(crate) use preview::{LineRemark, UploadRefusal};

use crate::Api;
use crate::audit::Deeds;
use crate::auth::Caller;
use crate::problem::Problem;
use axum::extract::{DefaultBodyLimit, FromRef};
use rollcall_domain::ids::UploadId;
use rollcall_domain::policy::Policy;
use rollcall_domain::staff::Deed;
use rollcall_ports::{Batches, Clock, Deposits, Intake, Residents, Staged, Uploads};
use std::sync::Arc;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// The endpoints about uploads.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(offer::offer))
        // Its own limit is that of the offer, piece by piece.
        .routes(routes!(receive::receive).layer(DefaultBodyLimit::disable()))
        .routes(routes!(preview::preview))
        .routes(routes!(bad_rows::bad_rows))
        .routes(routes!(load::load))
}

/// All that these endpoints touch.
#[derive(Clone)]
pub(crate) struct Arrivals {
    deposits: Arc<dyn Deposits>,
    intake: Option<Arc<dyn Intake>>,
    uploads: Arc<dyn Uploads>,
    batches: Arc<dyn Batches>,
    residents: Arc<dyn Residents>,
    deeds: Deeds,
    clock: Arc<dyn Clock>,
    policy: Arc<Policy>,
}

impl FromRef<Api> for Arrivals {
    fn from_ref(api: &Api) -> Self {
        let Api { deposits, intake, uploads, batches, residents, clock, policy, .. } = api.clone();
        let deeds = Deeds::from_ref(api);
        Self { deposits, intake, uploads, batches, residents, deeds, clock, policy }
    }
}

impl Arrivals {
    /// A file that was put into its place.
    ///
    /// # Errors
    /// 404 before it was, and when it is gone.
    async fn staged(&self, id: UploadId) -> Result<Staged, Problem> {
        self.deposits.staged(id).await?.ok_or_else(nothing_there)
    }

    /// Somebody did something with an upload; the same deed of the same account
    /// is recorded once.
    async fn did(&self, caller: &Caller, action: &'static str, id: UploadId) -> Result<(), Problem> {
        let deed = Deed { action, detail: id.to_string() };
        self.deeds.write(format!("{action} {id} {}", caller.name), caller, None, deed).await
    }
}

fn nothing_there() -> Problem {
    Problem::not_found("No file was uploaded here, or it is gone: one that is not loaded is kept for a day.")
}
