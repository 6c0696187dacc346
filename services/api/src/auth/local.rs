//! The issuer of one machine: signs tokens of the same form that an OpenID
//! provider does, and publishes its keys.

use super::Expected;
use super::keys::{KeySource, NoKeys};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rollcall_ports::Account;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the tokens of one machine say of who issued them, and for whom.
const ISSUER: &str = "rollcall";
/// The claim of the groups.
pub const GROUPS_CLAIM: &str = "cognito:groups";
/// The claim that stands for the state of the account.
pub(super) const STAMP: &str = "account";
/// A working day: nobody signs in twice.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The keys of the issuer: the last one signs, all of them are published, so
/// that a new one may be added and the former kept until its tokens have ended.
pub struct Issuer {
    keys: Vec<(EncodingKey, Jwk)>,
}

/// What the tokens of one machine must say.
#[must_use]
pub fn expected() -> Expected {
    let [issuer, audience, groups_claim] = [ISSUER, ISSUER, GROUPS_CLAIM].map(str::to_owned);
    Expected { issuer, audience, groups_claim, name_claim: Some("sub".to_owned()) }
}

/// A key that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is not as it was made; expected 32 bytes in base64")]
pub struct BadKey;

/// A signed token, and until when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    #[serde(rename = "cognito:groups")]
    groups: Vec<&'a str>,
    account: String,
}

impl Issuer {
    /// Of the secrets of its keys, the oldest first.
    ///
    /// # Errors
    /// When one is no key, or there is none.
    pub fn new(secrets: &[String]) -> Result<Self, BadKey> {
        let keys = secrets.iter().map(|secret| key(secret)).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(BadKey) } else { Ok(Self { keys }) }
    }

    /// The secret of a new key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new_secret() -> Result<String, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(STANDARD.encode(seed))
    }

    /// A token for this account.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn issue(&self, account: &Account, now: Timestamp) -> Result<Issued, BadKey> {
        let (key, published) = self.keys.last().ok_or(BadKey)?;
        let expires_at = now.checked_add(SESSION).unwrap_or(Timestamp::MAX);
        let claims = Claims {
            iss: ISSUER,
            aud: ISSUER,
            sub: &account.name,
            iat: now.as_second(),
            exp: expires_at.as_second(),
            groups: account.groups.iter().map(|group| group.name()).collect(),
            account: stamp(account),
        };
        let header = Header { kid: published.common.key_id.clone(), ..Header::new(Algorithm::EdDSA) };
        let token = encode(&header, &claims, key).map_err(|_| BadKey)?;
        Ok(Issued { token, expires_at })
    }

    /// The keys, as they are published.
    #[must_use]
    pub fn published(&self) -> JwkSet {
        JwkSet { keys: self.keys.iter().map(|(_, key)| key.clone()).collect() }
    }
}

#[async_trait]
impl KeySource for Issuer {
    async fn fetch(&self) -> Result<JwkSet, NoKeys> {
        Ok(self.published())
    }
}

/// Stands for an account as it is: another password or other groups, another
/// stamp. Says nothing of what it stands for.
pub(super) fn stamp(account: &Account) -> String {
    let mut hash = Sha256::new();
    hash.update(account.password_hash.as_bytes());
    for group in &account.groups {
        hash.update([0]);
        hash.update(group.name());
    }
    URL_SAFE_NO_PAD.encode(hash.finalize().get(..12).unwrap_or_default())
}

fn key(secret: &str) -> Result<(EncodingKey, Jwk), BadKey> {
    let seed: [u8; 32] =
        STANDARD.decode(secret).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(BadKey)?;
    let key = EncodingKey::from_ed_der(&[PKCS8.as_slice(), &seed].concat());
    let mut published = Jwk::from_encoding_key(&key, Algorithm::EdDSA).map_err(|_| BadKey)?;
    published.common.key_id = published.thumbprint(ThumbprintHash::SHA256).ok();
    published.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok((key, published))
}
