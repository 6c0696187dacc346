//! A line between each function and what it asks: sees every request with the
//! permissions it needs, and can have the process killed at a chosen moment.

use crate::http::{ENCRYPTED, relay};
use crate::meter::{forwarded, respond};
use crate::processes::kill;
use crate::requests::{Permission, needed};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Response, StatusCode};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The functions' lines; they end when this is dropped.
#[derive(Default)]
pub struct Lines {
    seen: Arc<Mutex<Seen>>,
    served: JoinSet<()>,
}

/// By function.
type Asked = BTreeMap<String, BTreeSet<Permission>>;

#[derive(Default)]
struct Seen {
    asked: Asked,
    refused: Asked,
    strikes: Vec<Strike>,
}

/// A process dies when the outside has done what it asked, and before it hears
/// of that.
struct Strike {
    function: String,
    action: String,
    /// So many more such requests are let through.
    after: u32,
    /// How many processes were hit; `None` before.
    hit: Option<usize>,
}

/// Larger than anything that is sent here.
const LARGEST: usize = 64 << 20;

#[derive(Clone)]
struct Line {
    function: Arc<str>,
    /// Its full name, by which its processes are known.
    process: Arc<str>,
    upstream: Arc<str>,
    /// Where it begins.
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Lines {
    /// A line for one function (`dialer`, of which the processes are
    /// `process`) to `upstream`. Answers where it begins.
    ///
    /// # Errors
    /// When no port is free.
    pub(crate) async fn lay(
        &mut self,
        function: &str,
        process: &str,
        upstream: &str,
    ) -> Result<String, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let begins = listener.local_addr()?;
        let seen = Arc::clone(&self.seen);
        let (function, process, upstream) = (function.into(), process.into(), upstream.into());
        let line = Line { function, process, upstream, port: begins.port(), seen };
        let router = Router::new().fallback(pass).with_state(line);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        self.served.spawn(async move {
            // Ends with the test.
            let _served = axum::serve(listener, service).await;
        });
        Ok(format!("http://{begins}"))
    }

    /// Kills the process of `function` that asks for `action`, after so many such
    /// requests and one more: that one is carried out, its answer never arrives.
    pub fn strike(&self, function: &str, action: &str, after: u32) {
        let strike = Strike { function: function.to_owned(), action: action.to_owned(), after, hit: None };
        lock(&self.seen).strikes.push(strike);
    }

    /// How many processes each strike hit, by function and action; 0 also when
    /// its moment never came.
    #[must_use]
    pub fn hit(&self) -> BTreeMap<(String, String), usize> {
        let seen = lock(&self.seen);
        let strikes = seen.strikes.iter();
        strikes.map(|one| ((one.function.clone(), one.action.clone()), one.hit.unwrap_or(0))).collect()
    }

    /// How many strikes at a function have come to their moment.
    #[must_use]
    pub fn struck(&self, function: &str) -> usize {
        let seen = lock(&self.seen);
        seen.strikes.iter().filter(|one| one.function == function && one.hit.is_some()).count()
    }

    /// What each function asked so far.
    #[must_use]
    pub fn asked(&self) -> Asked {
        lock(&self.seen).asked.clone()
    }

    /// What was refused to them for want of permission.
    #[must_use]
    pub fn refused(&self) -> Asked {
        lock(&self.seen).refused.clone()
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn pass(
    State(line): State<Line>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    line.pass(from.port(), request).await.unwrap_or_else(|| {
        let mut lost = Response::new(Body::empty());
        *lost.status_mut() = StatusCode::BAD_GATEWAY;
        lost
    })
}

impl Line {
    async fn pass(&self, from: u16, request: Request) -> Option<Response<Body>> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await.ok()?;
        let needed = needed(&parts.method, &parts.uri, &parts.headers, &body);
        let first = format!("{} {}", parts.method, parts.uri);
        let headers = format!("{ENCRYPTED}{}", forwarded(&parts.headers));
        let answer = relay(&self.upstream, &first, &headers, &body).await.ok()?;
        // An answer to HEAD has no text.
        let denied = answer.status == 403 || answer.status == 400 && answer.text().contains("AccessDenied");
        let struck = lock(&self.seen).note(&self.function, &needed, denied);
        if let Some(struck) = struck {
            // With the process its connection goes, and this very work with it.
            let line = self.clone();
            let done = tokio::spawn(async move {
                // A test that missed its target finds a zero.
                let hit = kill(&line.process, (from, line.port)).await.unwrap_or(0);
                if let Some(strike) = lock(&line.seen).strikes.get_mut(struck) {
                    strike.hit = Some(hit);
                }
            });
            done.await.ok()?;
            return None;
        }
        respond(answer)
    }
}

impl Seen {
    /// Which strike is due now.
    fn note(&mut self, function: &str, needed: &[Permission], denied: bool) -> Option<usize> {
        let into = if denied { &mut self.refused } else { &mut self.asked };
        into.entry(function.to_owned()).or_default().extend(needed.iter().cloned());
        for (n, strike) in self.strikes.iter_mut().enumerate() {
            let meant = strike.hit.is_none() && strike.function == function;
            if meant && needed.iter().any(|one| one.action == strike.action) {
                if strike.after == 0 {
                    // Two lines at once strike once.
                    strike.hit = Some(0);
                    return Some(n);
                }
                strike.after -= 1;
            }
        }
        None
    }
}
