//! An OpenID provider, as the environment names it.

use super::http_keys::HttpKeys;
use super::local::GROUPS_CLAIM;
use super::{Expected, Verifier};
use crate::session::SignIn;
use rollcall_ports::Clock;
use std::sync::Arc;

/// Who keeps the accounts, if not this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    issuer: String,
    client_id: String,
    keys: String,
    groups_claim: String,
    name_claim: Option<String>,
    scopes: String,
    /// Hosts that a page speaks to while people sign in.
    pub origins: Vec<String>,
}

impl Provider {
    /// From `ROLLCALL_OIDC_…`; what is not said is as Amazon Cognito has it.
    /// `None` where no variable names one.
    ///
    /// # Errors
    /// What is missing.
    pub fn read(var: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>, Vec<String>> {
        let var = |name: &str| var(name).filter(|text| !text.is_empty());
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
            name_claim: var("ROLLCALL_OIDC_NAME_CLAIM"),
            scopes: or("ROLLCALL_OIDC_SCOPES", "openid email".to_owned()),
            origins: listed.split(',').map(|one| one.trim().to_owned()).collect(),
            issuer,
        }))
    }

    /// Accepts its tokens, by the clock of the people.
    ///
    /// # Errors
    /// When its keys cannot be fetched from where they are said to be.
    pub fn verifier(&self, clock: Arc<dyn Clock>) -> Result<Verifier, String> {
        let keys = HttpKeys::new(&self.keys).map_err(|error| format!("ROLLCALL_OIDC_KEYS: {error}"))?;
        let expected = Expected {
            issuer: self.issuer.clone(),
            audience: self.client_id.clone(),
            groups_claim: self.groups_claim.clone(),
            name_claim: self.name_claim.clone(),
        };
        Ok(Verifier::new(expected, Arc::new(keys), clock))
    }

    /// How people sign in with it.
    #[must_use]
    pub fn sign_in(&self) -> SignIn {
        let Self { issuer, client_id, scopes, .. } = self.clone();
        SignIn::Oidc { authority: issuer, client_id, scopes }
    }
}

/// Scheme and host of an address.
fn origin(address: &str) -> String {
    address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::Provider;
    use std::collections::BTreeMap;

    fn read(vars: &[(&str, &str)]) -> Result<Option<Provider>, Vec<String>> {
        let vars: BTreeMap<_, _> = vars.iter().copied().collect();
        Provider::read(&|name| vars.get(name).map(|text| (*text).to_owned()))
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
