//! What holds for every answer.

use crate::support::World;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use jiff::SignedDuration;
use rollcall_api::cors::Origins;
use rollcall_api::limits::Rate;
use rollcall_api::security::Limits;
use rollcall_api::session::{Shown, Softphone};
use std::net::SocketAddr;
use std::sync::Arc;

#[tokio::test]
async fn a_browser_may_do_no_more_than_the_portal_needs() {
    let world = World::new();
    for (path, token) in [("/healthz", ""), ("/api/me", ""), ("/nowhere", ""), ("/api/me", "x.y.z")] {
        let answer = world.get(path, token).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'; script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-eval") && policy.contains("frame-ancestors 'none'"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let others = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control"));
        assert_eq!(others.count(), 0, "no other site may read it");
    }
}

#[tokio::test]
async fn another_site_may_not_ask() {
    let request = Request::options("/api/me")
        .header("origin", "https://example.com")
        .header("access-control-request-method", "GET");
    let answer = World::new().ask(request.body(Body::empty()).unwrap()).await;
    answer.expect_problem(405);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_site_that_is_named_may_ask_and_read_and_no_other() {
    let named = "https://portal.example.org";
    let world = World::with(|api| api.others = Arc::new(Origins::read(&|_| Some(named.to_owned())).unwrap()));
    for (site, allowed) in [(named, true), ("https://example.com", false), ("null", false)] {
        let preflight = Request::options("/api/residents/x")
            .header("origin", site)
            .header("access-control-request-method", "PATCH")
            .header("access-control-request-headers", "authorization,if-match");
        let answer = world.ask(preflight.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers.contains_key("access-control-allow-origin"), allowed, "{site}");
        let methods = answer.header("access-control-allow-methods");
        assert!(methods.contains("PATCH") && !methods.contains('*'), "{methods}");
        let asked = Request::get("/api/me").header("origin", site);
        let answer = world.ask(asked.body(Body::empty()).unwrap()).await;
        answer.expect_problem(401);
        assert_eq!(answer.headers.contains_key("access-control-allow-origin"), allowed, "{site}");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
        assert!(answer.header("vary").contains("origin"), "what is kept on the way is kept by site");
    }
}

#[tokio::test]
async fn one_address_that_asks_too_much_waits_and_no_other_does() {
    let world = World::with(|api| {
        let rate = Rate { burst: 3, every: SignedDuration::from_secs(2) };
        api.limits = Arc::new(Limits::new(rate, Arc::clone(&api.clock)));
    });
    let ask = async |address: &str| {
        let address: SocketAddr = address.parse().unwrap();
        let request = Request::get("/healthz").extension(ConnectInfo(address));
        world.ask(request.body(Body::empty()).unwrap()).await
    };
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.1:1").await.status, 200);
    }
    let refused = ask("192.0.2.1:2").await;
    refused.expect_problem(429);
    assert_eq!((refused.header("retry-after"), refused.header("x-frame-options")), ("3", "DENY"));
    assert_eq!(ask("192.0.2.2:1").await.status, 200);
    world.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(ask("192.0.2.1:1").await.status, 200);
}

#[tokio::test]
async fn a_page_speaks_to_the_provider_and_frames_the_softphone_and_nothing_else() {
    let world = World::with(|api| {
        api.shown = Arc::new(Shown {
            softphone: Softphone::Connect { ccp_url: "https://example.my.connect.aws/ccp-v2/".to_owned() },
            origins: vec!["https://sign-in.example.com".to_owned()],
            ..api.shown.as_ref().clone()
        });
    });
    let answer = world.get("/", "").await;
    let policy = answer.header("content-security-policy");
    let expected = "connect-src 'self' https://sign-in.example.com; frame-src https://example.my.connect.aws";
    assert!(policy.ends_with(expected), "{policy}");
    let answer = World::new().get("/", "").await;
    assert!(answer.header("content-security-policy").ends_with("connect-src 'self'; frame-src 'none'"));
}
