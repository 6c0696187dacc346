//! What the portal needs before anything else: how to sign in, and as whom.

use crate::auth::Caller;
use crate::extract::Json;
use axum::extract::State;
use rollcall_domain::policy::Policy;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// How people sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignIn {
    /// With an account of this machine.
    Local,
    /// At an OpenID provider.
    Oidc {
        /// Its address, under which `.well-known/openid-configuration` is.
        authority: String,
        /// What the portal is called there.
        client_id: String,
        /// What to ask for, separated by spaces.
        scopes: String,
    },
}

/// What agents speak with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Softphone {
    /// The simulated Connect's.
    Simulated,
    /// That of Amazon Connect.
    Connect {
        /// Where its contact control panel is.
        ccp_url: String,
    },
    /// None here.
    None,
}

impl Softphone {
    /// Connect's, whose control panel `ROLLCALL_CCP_URL` names; none without it.
    ///
    /// # Errors
    /// When what it names is no address of such a panel.
    pub fn read(var: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        match var("ROLLCALL_CCP_URL").filter(|text| !text.is_empty()) {
            None => Ok(Self::None),
            Some(ccp_url) if ccp_url.starts_with("https://") => Ok(Self::Connect { ccp_url }),
            Some(_) => {
                let expected = "expected the https address of Connect's contact control panel";
                Err(vec![format!("ROLLCALL_CCP_URL is no such address; {expected}")])
            }
        }
    }
}

/// How news comes to the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Live {
    /// From `/api/live`, as it happens.
    Stream,
    /// By asking again.
    Poll,
}

/// What differs between installations, as the portal is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// How people sign in.
    pub sign_in: SignIn,
    /// What agents speak with.
    pub softphone: Softphone,
    /// How news comes.
    pub live: Live,
    /// Other hosts that a page may speak to while people sign in, such as
    /// `https://example.auth.eu-west-2.amazoncognito.com`.
    pub origins: Vec<String>,
}

/// What the portal needs to begin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Config {
    sign_in: SignIn,
    softphone: Softphone,
    /// The zone of the service (IANA name).
    timezone: String,
    live: Live,
    /// Of the program.
    version: &'static str,
}

/// What the portal needs to begin.
#[utoipa::path(get, path = "/api/config", tag = "session",
    responses((status = 200, description = "What the portal needs to begin.", body = Config)))]
pub(crate) async fn config(
    State(shown): State<Arc<Shown>>,
    State(policy): State<Arc<Policy>>,
) -> Json<Config> {
    let Shown { sign_in, softphone, live, origins: _ } = shown.as_ref().clone();
    let (timezone, version) = (policy.timezone.clone(), env!("CARGO_PKG_VERSION"));
    Json(Config { sign_in, softphone, timezone, live, version })
}

/// A group of people, by its name.
#[derive(ToSchema)]
#[schema(as = Group)]
#[expect(dead_code, reason = "the schema of a type that the domain keeps free of OpenAPI")]
pub(crate) enum GroupName {
    /// Bring lists of residents and look after the people on them.
    Uploaders,
    /// Call back those who asked for it.
    Agents,
    /// Keep the service running.
    Operators,
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The account.
    name: String,
    #[schema(value_type = BTreeSet<GroupName>)]
    groups: BTreeSet<rollcall_domain::group::Group>,
}

/// Who asks.
#[utoipa::path(get, path = "/api/me", tag = "session",
    responses((status = 200, description = "The account of the token.", body = Me)))]
pub(crate) async fn me(Caller { name, groups, .. }: Caller) -> Json<Me> {
    Json(Me { name, groups })
}

#[cfg(test)]
mod tests {
    use super::Softphone;

    #[test]
    fn the_control_panel_is_where_the_environment_says() {
        let read = |url: &str| Softphone::read(&|name| (name == "ROLLCALL_CCP_URL").then(|| url.to_owned()));
        let ccp_url = "https://example.my.connect.aws/ccp-v2/".to_owned();
        assert_eq!(read(&ccp_url), Ok(Softphone::Connect { ccp_url }));
        assert_eq!(read(""), Ok(Softphone::None));
        assert_eq!(read("http://example.my.connect.aws/ccp-v2/").map_err(|all| all.len()), Err(1));
    }
}
