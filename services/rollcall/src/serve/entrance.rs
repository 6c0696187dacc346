//! How people get in: by accounts of this machine, or by an OpenID provider
//! that the environment names.

use super::{Line, portal};
use crate::stop::Stop;
use rollcall_api::assets::Assets;
use rollcall_api::auth::accounts::LocalAccounts;
use rollcall_api::auth::http_keys::HttpKeys;
use rollcall_api::auth::local::{self, GROUPS_CLAIM};
use rollcall_api::auth::{Expected, Verifier};
use rollcall_api::session::{Live, Shown, SignIn, Softphone};
use rollcall_host::clock::SystemClock;
use rollcall_host::settings::Vars;
use rollcall_local::machine::{Machine, http, signing};
use rollcall_ports::{Clock, Softphone as Phones};
use std::path::Path;
use std::sync::Arc;

/// An OpenID provider, as the environment names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Provider {
    issuer: String,
    client_id: String,
    keys: String,
    groups_claim: String,
    scopes: String,
    origins: Vec<String>,
}

impl Provider {
    /// `None` where no variable names one.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn read(vars: &dyn Vars) -> Result<Option<Self>, Vec<String>> {
        let var = |name: &str| vars.get(name).filter(|text| !text.is_empty());
        let Some(issuer) = var("ROLLCALL_OIDC_ISSUER") else { return Ok(None) };
        let Some(client_id) = var("ROLLCALL_OIDC_CLIENT_ID") else {
            let expected = "expected what the portal is called at the provider";
            return Err(vec![format!("ROLLCALL_OIDC_CLIENT_ID is missing; {expected}")]);
        };
        let or = |name: &str, other: String| var(name).unwrap_or(other);
        let listed = or("ROLLCALL_OIDC_ORIGINS", origin(&issuer));
        Ok(Some(Self {
            client_id,
            keys: or("ROLLCALL_OIDC_KEYS", format!("{issuer}/.well-known/jwks.json")),
            groups_claim: or("ROLLCALL_OIDC_GROUPS_CLAIM", GROUPS_CLAIM.to_owned()),
            scopes: or("ROLLCALL_OIDC_SCOPES", "openid".to_owned()),
            origins: listed.split(',').map(|one| one.trim().to_owned()).collect(),
            issuer,
        }))
    }

    fn verifier(&self, clock: Arc<dyn Clock>) -> Result<Verifier, Stop> {
        let keys = HttpKeys::new(&self.keys)
            .map_err(|error| Stop::unusable(format_args!("ROLLCALL_OIDC_KEYS: {error}")))?;
        let expected = Expected {
            issuer: self.issuer.clone(),
            audience: self.client_id.clone(),
            groups_claim: self.groups_claim.clone(),
        };
        Ok(Verifier::new(expected, Arc::new(keys), clock))
    }
}

/// Scheme and host of an address.
fn origin(address: &str) -> String {
    address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

/// What the API needs besides the machine.
///
/// # Errors
/// When the keys of the directory or the address of the provider's cannot be used.
pub(super) fn open(
    dir: &Path,
    machine: &Machine,
    line: &Line,
    provider: Option<Provider>,
) -> Result<http::Portal, Stop> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (kind, softphone): (_, Option<Arc<dyn Phones>>) = match line {
        Line::Simulated(simulated) => (Softphone::Simulated, Some(Arc::new(simulated.port.clone()))),
        Line::Real { .. } => (Softphone::None, None),
    };
    let (local, verifier, sign_in, origins) = match provider {
        Some(provider) => {
            let verifier = provider.verifier(Arc::clone(&clock))?;
            let Provider { issuer, client_id, scopes, origins, .. } = provider;
            (None, verifier, SignIn::Oidc { authority: issuer, client_id, scopes }, origins)
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
    Ok(http::Portal { local, verifier, clock, shown, softphone, assets: Assets::new(portal::FILES) })
}

#[cfg(test)]
mod tests {
    use super::Provider;
    use std::collections::BTreeMap;

    fn read(vars: &[(&str, &str)]) -> Result<Option<Provider>, Vec<String>> {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Provider::read(&vars.collect::<BTreeMap<_, _>>())
    }

    const ISSUER: (&str, &str) =
        ("ROLLCALL_OIDC_ISSUER", "https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Example");

    #[test]
    fn without_a_provider_people_sign_in_here() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("ROLLCALL_OIDC_ISSUER", "")]), Ok(None));
    }

    #[test]
    fn what_amazon_cognito_has_is_assumed() {
        let provider = read(&[ISSUER, ("ROLLCALL_OIDC_CLIENT_ID", "portal")]).unwrap().unwrap();
        assert_eq!(provider.keys, format!("{}/.well-known/jwks.json", ISSUER.1));
        assert_eq!(provider.groups_claim, "cognito:groups");
        assert_eq!(provider.origins, ["https://cognito-idp.eu-west-2.amazonaws.com"]);
    }

    #[test]
    fn half_a_provider_is_refused() {
        assert_eq!(read(&[ISSUER]).unwrap_err().len(), 1);
    }
}
