//! How people get in: by accounts of this machine, or by an OpenID provider
//! that the environment names.

use super::Line;
use crate::stop::Stop;
use rollcall_api::assets::Assets;
use rollcall_api::auth::Verifier;
use rollcall_api::auth::accounts::LocalAccounts;
use rollcall_api::auth::local;
use rollcall_api::auth::provider::Provider;
use rollcall_api::cors::Origins;
use rollcall_api::session::{Live, Shown, SignIn, Softphone};
use rollcall_host::clock::SystemClock;
use rollcall_local::machine::{Machine, http, signing};
use rollcall_ports::{Clock, Softphone as Phones};
use std::path::Path;
use std::sync::Arc;

/// What the environment says of it.
pub(super) struct Entrance {
    /// Where people sign in; without one, here.
    pub(super) provider: Option<Provider>,
    /// What agents speak with, where the telephone service is the real one.
    panel: Softphone,
    /// Whose pages may ask, besides the portal's own.
    others: Origins,
}

impl Entrance {
    /// From `ROLLCALL_…`.
    ///
    /// # Errors
    /// All problems at once.
    pub(super) fn read(var: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        match (Provider::read(var), Softphone::read(var), Origins::read(var)) {
            (Ok(provider), Ok(panel), Ok(others)) => Ok(Self { provider, panel, others }),
            (provider, panel, others) => {
                let problems = [provider.err(), panel.err(), others.err()];
                Err(problems.into_iter().flatten().flatten().collect())
            }
        }
    }
}

/// What the API needs besides the machine.
///
/// # Errors
/// When the keys of the directory or the address of the provider's cannot be used.
pub(super) fn open(
    dir: &Path,
    machine: &Machine,
    line: &Line,
    entrance: Entrance,
) -> Result<http::Portal, Stop> {
    let Entrance { provider, panel, others } = entrance;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (kind, softphone): (_, Option<Arc<dyn Phones>>) = match line {
        Line::Simulated(simulated) => (Softphone::Simulated, Some(Arc::new(simulated.port.clone()))),
        Line::Real { .. } => (panel, None),
    };
    let (local, verifier, sign_in, origins) = match provider {
        Some(provider) => {
            let verifier = provider.verifier(Arc::clone(&clock)).map_err(Stop::unusable)?;
            (None, verifier, provider.sign_in(), provider.origins)
        }
        None => {
            let issuer = Arc::new(signing::issuer(dir).map_err(Stop::unusable)?);
            let accounts = machine.store().accounts();
            let verifier = Verifier::new(local::expected(), Arc::clone(&issuer) as _, Arc::clone(&clock));
            let verifier = verifier.of_accounts(Arc::clone(&accounts));
            let local = LocalAccounts::new(accounts, issuer, Arc::clone(&clock)).map_err(Stop::failed)?;
            (Some(Arc::new(local)), verifier, SignIn::Local, Vec::new())
        }
    };
    let shown = Shown { sign_in, softphone: kind, live: Live::Stream, origins };
    Ok(http::Portal { local, verifier, clock, shown, softphone, assets: Assets::built_in(), others })
}
