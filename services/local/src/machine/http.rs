//! What one machine answers over HTTP.

use super::Machine;
use axum::Router;
use rollcall_api::Api;
use rollcall_api::assets::Assets;
use rollcall_api::auth::Verifier;
use rollcall_api::auth::accounts::LocalAccounts;
use rollcall_api::cors::Origins;
use rollcall_api::overview::{Board, Parts, Rest};
use rollcall_api::security::Limits;
use rollcall_api::session::Shown;
use rollcall_connect_sim::http::Service;
use rollcall_ports::{Clock, Softphone};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the API of a machine needs besides the machine.
pub struct Portal {
    /// The machine's accounts; none where people sign in elsewhere.
    pub local: Option<Arc<LocalAccounts>>,
    /// Tells who asks.
    pub verifier: Verifier,
    /// The clock of the people who sign in, also where the machine's runs
    /// faster.
    pub clock: Arc<dyn Clock>,
    /// What the portal is told of the installation.
    pub shown: Shown,
    /// The agents' phones, where they are those of the simulated Connect.
    pub softphone: Option<Arc<dyn Softphone>>,
    /// The files of the portal; none where it is not built in.
    pub assets: Assets,
    /// Whose pages may ask, besides the portal's own.
    pub others: Origins,
}

/// The API of `machine` and, where `wire` is given, the simulated Connect's
/// wire API beside it; what neither knows is a place in the portal. Signatures
/// are not verified there, so give it only to a
/// listener that others cannot reach.
pub fn router(machine: &Machine, portal: Portal, wire: Option<&Service>) -> Router {
    let router = api(machine, portal).router();
    match wire {
        Some(wire) => router.merge(wire.router().reset_fallback()),
        None => router,
    }
}

fn api(machine: &Machine, portal: Portal) -> Api {
    let ports = machine.ports().clone();
    let Portal { local, verifier, clock: people, shown, softphone, assets, others } = portal;
    let board = Arc::new(Board::new(Parts {
        attempts: Arc::clone(&ports.attempts),
        residents: Arc::clone(&ports.residents),
        callbacks: Arc::clone(&ports.callbacks),
        pace: Arc::clone(&ports.pace),
        switch: Arc::clone(&ports.switch),
        telephony: Arc::clone(&ports.telephony),
        queues: machine.store().queues(),
        clock: Arc::clone(&ports.clock),
        people: Arc::clone(&people),
        policy: Arc::clone(machine.policy()),
        rest: Rest::ON_ONE_MACHINE,
    }));
    let files = Arc::new(machine.store().uploads());
    Api {
        deposits: files.clone(),
        intake: Some(files),
        uploads: ports.uploads,
        residents: ports.residents,
        attempts: ports.attempts,
        callbacks: ports.callbacks,
        escalations: ports.escalations,
        checks: ports.checks,
        days: ports.days,
        batches: ports.batches,
        audit: ports.audit,
        pace: ports.pace,
        switch: ports.switch,
        suppressions: ports.suppressions,
        telephony: ports.telephony,
        softphone,
        workbench: Arc::new(machine.workbench()),
        eraser: Some(Arc::new(machine.services().eraser.clone())),
        foresight: machine.foresight(),
        queues: machine.store().queues(),
        signals: ports.signals,
        clock: ports.clock,
        policy: Arc::clone(machine.policy()),
        shown: Arc::new(shown),
        verifier: Arc::new(verifier),
        local,
        board,
        assets: Arc::new(assets),
        others: Arc::new(others),
        limits: Arc::new(Limits::new(Limits::USUAL, people)),
    }
}

/// Answers on `listener` until it is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router) -> std::io::Result<()> {
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
}
