//! The keys of an OpenID provider, over HTTPS.

use super::keys::{KeySource, NoKeys};
use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::Uri;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::jwk::JwkSet;
use std::sync::OnceLock;
use std::time::Duration;

/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A set of keys is some kilobytes; more is something else.
const LARGEST: usize = 256 * 1024;

/// The keys at an address, such as
/// `https://cognito-idp.eu-west-2.amazonaws.com/POOL/.well-known/jwks.json`.
pub struct HttpKeys {
    // Made at the first use: the system's certificates are many, and a Lambda
    // function that starts should not read them for who never signs in.
    client: OnceLock<Https>,
    address: Uri,
}

type Https = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// Why keys cannot be fetched from there.
#[derive(Debug, thiserror::Error)]
pub enum HttpKeysError {
    /// Not an address of HTTPS.
    #[error("the address of the keys is none; expected https://…")]
    Address,
}

impl HttpKeys {
    /// The keys at `address`. Plain HTTP is for an address of this machine only.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(address: &str) -> Result<Self, HttpKeysError> {
        let address: Uri = address.parse().map_err(|_| HttpKeysError::Address)?;
        let here = matches!(address.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if address.scheme_str() != Some("https") && !(here && address.scheme_str() == Some("http")) {
            return Err(HttpKeysError::Address);
        }
        Ok(Self { client: OnceLock::new(), address })
    }

    /// None where the system trusts nobody.
    fn client(&self) -> Option<&Https> {
        if let Some(client) = self.client.get() {
            return Some(client);
        }
        let connector = HttpsConnectorBuilder::new().with_native_roots().ok()?;
        let connector = connector.https_or_http().enable_http1().build();
        Some(self.client.get_or_init(|| Client::builder(TokioExecutor::new()).build(connector)))
    }

    async fn ask(&self) -> Option<JwkSet> {
        let response = self.client()?.get(self.address.clone()).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let body = Limited::new(response.into_body(), LARGEST).collect().await.ok()?;
        serde_json::from_slice(&body.to_bytes()).ok()
    }
}

#[async_trait]
impl KeySource for HttpKeys {
    async fn fetch(&self) -> Result<JwkSet, NoKeys> {
        tokio::time::timeout(PATIENCE, self.ask()).await.ok().flatten().ok_or(NoKeys)
    }
}
