use super::Caller;
use super::keys::{KeyCache, KeySource, Missing};
use crate::problem::Problem;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rollcall_domain::group::Group;
use rollcall_ports::{Accounts, Clock};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The algorithms that are accepted: signatures by a key pair only. A shared
/// secret would be whatever an attacker takes for one, and `none` is nothing.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
/// By how much clocks may differ.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);
/// Longer than any token of ours or of Cognito's.
const LONGEST: usize = 16 * 1024;

/// What a token must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Who issued it: `iss`, exactly.
    pub issuer: String,
    /// For whom: in `aud`, or, where a token has none, as `client_id` (as the
    /// access tokens of Amazon Cognito).
    pub audience: String,
    /// The claim that lists the groups.
    pub groups_claim: String,
    /// The claim that says what colleagues call the account: unique, and not
    /// for its bearer to change. Without: a user name if that is not the
    /// subject itself (as in a user pool of Amazon Cognito where people sign
    /// in with their address), else an address that was verified, else
    /// `preferred_username`. Where a token has none of them, the subject.
    pub name_claim: Option<String>,
}

/// Tells whose token it is, if it holds.
pub struct Verifier {
    expected: Expected,
    keys: KeyCache,
    clock: Arc<dyn Clock>,
    accounts: Option<Arc<dyn Accounts>>,
}

/// What is read of a token.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    exp: f64,
    nbf: Option<f64>,
    aud: Option<Audience>,
    client_id: Option<String>,
    /// Amazon Cognito's; a refresh token is none to come here with.
    token_use: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Verifier {
    /// Accepts what `expected` says, signed by a key of `keys`, by `clock`:
    /// that of the people, also where the machine's own runs faster.
    #[must_use]
    pub fn new(expected: Expected, keys: Arc<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        let keys = KeyCache::new(keys, Arc::clone(&clock));
        Self { expected, keys, clock, accounts: None }
    }

    /// Besides, the account must still be as it was when the token was issued:
    /// a password that was changed and a person who was removed end the
    /// session.
    #[must_use]
    pub fn of_accounts(self, accounts: Arc<dyn Accounts>) -> Self {
        Self { accounts: Some(accounts), ..self }
    }

    /// The caller of a token.
    ///
    /// # Errors
    /// 401 if it does not hold, without saying more than its bearer needs; 503
    /// if the keys cannot be had.
    pub async fn verify(&self, token: &str) -> Result<Caller, Problem> {
        let claims = self.signed(token).await?;
        let now = self.clock.now();
        if !self.is_for_us(&claims) {
            return Err(Problem::not_signed_in("The token is from or for somebody else."));
        }
        if time(claims.exp).checked_add(LEEWAY).is_ok_and(|end| end <= now) {
            return Err(Problem::not_signed_in("The session has ended; sign in again."));
        }
        if claims.nbf.is_some_and(|from| now.checked_add(LEEWAY).is_ok_and(|soon| time(from) > soon)) {
            return Err(Problem::not_signed_in("The token is for later."));
        }
        let caller = self.caller(&claims)?;
        self.still_stands(&caller, &claims).await?;
        Ok(caller)
    }

    /// What a token says, once its signature is verified.
    async fn signed(&self, token: &str) -> Result<Claims, Problem> {
        let no = || Problem::not_signed_in("The token does not hold.");
        if token.len() > LONGEST {
            return Err(no());
        }
        let header = decode_header(token).map_err(|_| no())?;
        let kid = header.kid.filter(|_| ALGORITHMS.contains(&header.alg)).ok_or_else(no)?;
        let key = match self.keys.find(&kid).await {
            Ok(key) => key,
            Err(Missing::Unknown) => return Err(no()),
            Err(Missing::NoKeys) => {
                return Err(Problem::unavailable("The keys for signing in cannot be had."));
            }
        };
        if !serves(&key, header.alg) {
            return Err(no());
        }
        let key = DecodingKey::from_jwk(&key).map_err(|_| no())?;
        // Only the signature: the claims are checked here, by the Clock port.
        let mut signature = Validation::new(header.alg);
        signature.required_spec_claims.clear();
        signature.validate_exp = false;
        signature.validate_aud = false;
        Ok(decode::<Claims>(token, &key, &signature).map_err(|_| no())?.claims)
    }

    fn is_for_us(&self, claims: &Claims) -> bool {
        let Expected { issuer, audience, .. } = &self.expected;
        let audience_fits = match &claims.aud {
            Some(Audience::One(one)) => one == audience,
            Some(Audience::Many(many)) => many.contains(audience),
            None => claims.client_id.as_ref() == Some(audience),
        };
        let use_fits = matches!(claims.token_use.as_deref(), None | Some("access" | "id"));
        claims.iss == *issuer && audience_fits && use_fits
    }

    fn caller(&self, claims: &Claims) -> Result<Caller, Problem> {
        let text = |name: &str| claims.rest.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let nobody = || Problem::not_signed_in("The token names nobody.");
        let subject =
            ["sub", "username", "cognito:username"].into_iter().find_map(text).ok_or_else(nobody)?;
        let name = match &self.expected.name_claim {
            Some(claim) => text(claim),
            // Of its own choice somebody is called only what nobody else can be called.
            None => ["username", "cognito:username"]
                .into_iter()
                .filter_map(text)
                .find(|name| *name != subject)
                .or_else(|| text("email").filter(|_| is_true(claims.rest.get("email_verified"))))
                .or_else(|| text("preferred_username")),
        };
        let (name, subject) = (name.unwrap_or(subject).to_owned(), subject.to_owned());
        let groups = claims.rest.get(&self.expected.groups_claim).and_then(Value::as_array);
        // Exactly: a group of another name must not become one of ours.
        let ours = |value: &Value| Group::ALL.into_iter().find(|group| value.as_str() == Some(group.name()));
        let groups: BTreeSet<Group> = groups.into_iter().flatten().filter_map(ours).collect();
        Ok(Caller { name, subject, groups })
    }

    async fn still_stands(&self, caller: &Caller, claims: &Claims) -> Result<(), Problem> {
        let Some(accounts) = &self.accounts else { return Ok(()) };
        let account = accounts.get(&caller.name).await?;
        let stamp = claims.rest.get(super::local::STAMP).and_then(Value::as_str);
        match account {
            Some(account) if Some(super::local::stamp(&account.value).as_str()) == stamp => Ok(()),
            _ => Err(Problem::not_signed_in("The account was changed; sign in again.")),
        }
    }
}

/// Amazon Cognito writes flags as texts in some places.
fn is_true(flag: Option<&Value>) -> bool {
    flag.is_some_and(|flag| flag.as_bool() == Some(true) || flag.as_str() == Some("true"))
}

/// A key for this algorithm, and for signatures.
fn serves(key: &Jwk, algorithm: Algorithm) -> bool {
    let named = key.common.key_algorithm.map(|named| named.to_string());
    let fits = named.is_none_or(|named| named == format!("{algorithm:?}"));
    fits && matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature))
}

/// Seconds since 1970, as tokens have them, with fractions or without; what is
/// no time at all is long past.
fn time(seconds: f64) -> Timestamp {
    SignedDuration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|since| Timestamp::from_duration(since).ok())
        .unwrap_or(if seconds > 0.0 { Timestamp::MAX } else { Timestamp::MIN })
}
