//! The portal's files.

use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::Request;
use rollcall_api::assets::{Assets, File};
use std::sync::Arc;

const FILES: &[File] = &[
    ("index.html", "text/html; charset=utf-8", b"<html>"),
    ("assets/app-1a2b.js", "text/javascript", b"plain script"),
    ("assets/app-1a2b.js.gz", "application/gzip", b"compressed"),
    ("favicon.svg", "image/svg+xml", b"<svg/>"),
];

async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let world = World::with(|api| api.assets = Arc::new(Assets::new(FILES)));
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_place_in_the_portal_is_the_portal() {
    for path in ["/", "/desk", "/residents/7?tab=attempts", "/apiary", "/index.html"] {
        let answer = ask("GET", path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "<html>"), "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache", "a new version is seen at once");
        assert!(answer.header("content-security-policy").contains("default-src 'self'"));
    }
}

#[tokio::test]
async fn the_api_and_files_that_are_gone_are_not() {
    for path in ["/api", "/api/", "/api/nothing", "/api/desk/x", "/assets/app-old.js", "/robots.txt"] {
        ask("GET", path, &[]).await.expect_problem(404);
    }
    ask("POST", "/desk", &[]).await.expect_problem(405);
    assert_eq!(ask("HEAD", "/desk", &[]).await.status, 200);
}

#[tokio::test]
async fn files_with_their_content_in_the_name_are_kept_for_ever() {
    let answer = ask("GET", "/assets/app-1a2b.js", &[]).await;
    assert_eq!((answer.text.as_str(), answer.header("content-encoding")), ("plain script", ""));
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("vary"), "accept-encoding");
    assert_eq!(ask("GET", "/favicon.svg", &[]).await.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn who_can_unpack_gets_the_small_form() {
    for (accepts, packed) in [("br, gzip", true), ("GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false)] {
        let answer = ask("GET", "/assets/app-1a2b.js", &[("accept-encoding", accepts)]).await;
        let expected = if packed { ("compressed", "gzip") } else { ("plain script", "") };
        assert_eq!((answer.text.as_str(), answer.header("content-encoding")), expected, "{accepts}");
        assert_eq!(answer.header("content-type"), "text/javascript");
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let gzip = ("accept-encoding", "gzip");
    let tag = ask("GET", "/", &[]).await.header("etag").to_owned();
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let answer = ask("GET", "/", &[("if-none-match", &known)]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (304, ""), "{known}");
    }
    assert_eq!(ask("GET", "/", &[("if-none-match", "\"other\"")]).await.status, 200);
    let plain = ask("GET", "/assets/app-1a2b.js", &[]).await.header("etag").to_owned();
    let answer = ask("GET", "/assets/app-1a2b.js", &[gzip, ("if-none-match", &plain)]).await;
    assert_eq!(answer.status, 200, "a tag names bytes");
}
