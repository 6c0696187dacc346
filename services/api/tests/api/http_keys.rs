//! Keys that are published over HTTP.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use rollcall_api::auth::http_keys::{HttpKeys, HttpKeysError};
use rollcall_api::auth::local::Issuer;
use rollcall_api::auth::{KeySource, NoKeys};
use tokio::net::TcpListener;

use crate::support::SECRET;

/// What a provider answers, and what is made of it.
async fn fetch(status: StatusCode, body: String) -> Result<usize, NoKeys> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/keys", get(move || async move { (status, body) }));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let keys = HttpKeys::new(&format!("http://{address}/keys")).unwrap().fetch().await;
    server.abort();
    keys.map(|keys| keys.keys.len())
}

#[tokio::test]
async fn published_keys_are_read_and_nothing_else_is() {
    let published = Issuer::new(&[SECRET.to_owned()]).unwrap().published();
    let good = serde_json::to_string(&published).unwrap();
    assert_eq!(fetch(StatusCode::OK, good.clone()).await, Ok(1));
    // A kind of key that nobody here knows does not hide the others.
    let with_odd = good.replace("{\"keys\":[", "{\"keys\":[{\"kty\":\"AKP\",\"kid\":\"odd\",\"pub\":\"x\"},");
    assert_eq!(fetch(StatusCode::OK, with_odd).await, Ok(2));
    assert_eq!(fetch(StatusCode::INTERNAL_SERVER_ERROR, good.clone()).await, Err(NoKeys));
    assert_eq!(fetch(StatusCode::OK, "<html>".to_owned()).await, Err(NoKeys));
    let endless = format!("{}{good}", " ".repeat(300_000));
    assert_eq!(fetch(StatusCode::OK, endless).await, Err(NoKeys));
}

#[tokio::test]
async fn nobody_there_is_no_keys() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let keys = HttpKeys::new(&format!("http://{address}/keys")).unwrap();
    assert_eq!(keys.fetch().await.err(), Some(NoKeys));
}

#[test]
fn keys_from_elsewhere_come_by_https() {
    for address in
        ["http://example.com/keys", "ftp://example.com/keys", "/keys", "", "http://localhost.example.com/"]
    {
        let refused = HttpKeys::new(address).err();
        assert!(matches!(refused, Some(HttpKeysError::Address)), "{address}");
    }
    assert!(HttpKeys::new("https://example.com/keys").is_ok());
}
