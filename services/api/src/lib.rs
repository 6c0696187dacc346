//! The portal's HTTP API: one axum router over ports, the same on one machine
//! and on AWS Lambda.
//!
//! Each topic is one module: handlers with their `#[utoipa::path]`, and what
//! they show. [`access`] says who may use which endpoint, [`auth`] who asks,
//! [`problem`] how every refusal looks, [`paging`] and [`version`] how lists
//! and changes are asked for.
//!
//! To add an endpoint: write its handler with `#[utoipa::path]`; put it into
//! `endpoints` here and, with who may use it, into the table of [`access`];
//! if it needs another port, put that into [`Api`]; refresh
//! `contracts/openapi.json` with `UPDATE=1 cargo test -p rollcall-api openapi`.
//!
//! Absent on purpose: names and numbers of people in paths (searches are
//! bodies), and decisions: what may be done with a resident is said by the
//! domain.

pub mod access;
pub mod assets;
mod audit;
pub mod auth;
mod batches;
pub mod cors;
mod desk;
mod dialing;
mod escalations;
mod extract;
mod health;
#[cfg(feature = "lambda")]
pub mod lambda;
mod ledger;
pub mod limits;
pub mod openapi;
mod operations;
pub mod overview;
pub mod paging;
mod peer;
pub mod problem;
mod residents;
pub mod security;
pub mod session;
mod sign_in;
mod suppressions;
mod uploads;
mod users;
pub mod version;

pub use extract::{Json, Path, Query};

use assets::Assets;
use auth::Verifier;
use auth::accounts::LocalAccounts;
use axum::extract::FromRef;
use axum::{Router, middleware};
use cors::Origins;
use overview::Board;
use rollcall_domain::policy::Policy;
use rollcall_ports::{
    Attempts, Audit, Batches, Callbacks, Checks, Clock, Days, Deposits, Escalations, Foresight, Intake, Pace,
    Queues, Residents, Signals, Softphone, Suppressions, Switch, Telephony, Uploads,
};
use rollcall_recording::erasure::Eraser;
use rollcall_workbench::Workbench;
use security::Limits;
use session::Shown;
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the API is made of. A handler names the parts it touches, as
/// `State<Arc<dyn Residents>>`.
#[derive(Clone, FromRef)]
pub struct Api {
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// What is known of each dial.
    pub attempts: Arc<dyn Attempts>,
    /// The promises.
    pub callbacks: Arc<dyn Callbacks>,
    /// The cases of residents who were not reached.
    pub escalations: Arc<dyn Escalations>,
    /// The results of the days.
    pub checks: Arc<dyn Checks>,
    /// The accounts of days that are over.
    pub days: Arc<dyn Days>,
    /// What became of each upload.
    pub batches: Arc<dyn Batches>,
    /// Files before they are loaded.
    pub deposits: Arc<dyn Deposits>,
    /// Takes files in, where `deposits` offers places here; `None` elsewhere.
    pub intake: Option<Arc<dyn Intake>>,
    /// Reads files, loaded or not.
    pub uploads: Arc<dyn Uploads>,
    /// The audit log.
    pub audit: Arc<dyn Audit>,
    /// The limiter over all dialers.
    pub pace: Arc<dyn Pace>,
    /// The switch over all dialing.
    pub switch: Arc<dyn Switch>,
    /// The suppression list.
    pub suppressions: Arc<dyn Suppressions>,
    /// The telephone service.
    pub telephony: Arc<dyn Telephony>,
    /// Agents' phones, where they are worked through this service; `None`
    /// elsewhere.
    pub softphone: Option<Arc<dyn Softphone>>,
    /// Works on what was set aside.
    pub workbench: Arc<Workbench>,
    /// Erases people; `None` where that cannot be done yet.
    pub eraser: Option<Arc<Eraser>>,
    /// Tells what would come of a message.
    pub foresight: Arc<dyn Foresight>,
    /// How full the queues are.
    pub queues: Arc<dyn Queues>,
    /// Where happenings go.
    pub signals: Arc<dyn Signals>,
    /// The time of the services.
    pub clock: Arc<dyn Clock>,
    /// The rules.
    pub policy: Arc<Policy>,
    /// What the portal is told of the installation.
    pub shown: Arc<Shown>,
    /// Tells who asks.
    pub verifier: Arc<Verifier>,
    /// The accounts of this machine; `None` where people sign in elsewhere.
    pub local: Option<Arc<LocalAccounts>>,
    /// The day at a glance.
    pub board: Arc<Board>,
    /// The files of the portal.
    pub assets: Arc<Assets>,
    /// How often one address may ask.
    pub limits: Arc<Limits>,
    /// Whose pages may ask, besides the portal's own.
    pub others: Arc<Origins>,
}

impl Api {
    /// The routes, ready to be served.
    pub fn router(self) -> Router {
        let (routes, _document) = endpoints().split_for_parts();
        let guarded = routes.route_layer(middleware::from_fn_with_state(self.clone(), auth::guard));
        let guarded = guarded.route_layer(middleware::from_fn_with_state(self.clone(), auth::noted));
        security::around(guarded, &self).with_state(self)
    }
}

/// Every endpoint.
fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(openapi::begin())
        .routes(routes!(health::health))
        .routes(routes!(openapi::openapi))
        .routes(routes!(audit::audit))
        .routes(routes!(dialing::dialing))
        .routes(routes!(dialing::stop))
        .routes(routes!(dialing::start))
        .routes(routes!(overview::overview))
        .routes(routes!(overview::history::history))
        .routes(routes!(overview::waiting::waiting))
        .routes(routes!(overview::live::live))
        .routes(routes!(session::config))
        .routes(routes!(session::me))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::jwks))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::change, users::remove))
        .merge(ledger::endpoints())
        .merge(operations::endpoints())
        .merge(residents::endpoints())
        .merge(suppressions::endpoints())
        .merge(uploads::endpoints())
        .merge(batches::endpoints())
        .merge(desk::endpoints())
        .merge(escalations::endpoints())
}

/// The OpenAPI document.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = endpoints().into_openapi();
    openapi::finish(&mut document);
    document
}
