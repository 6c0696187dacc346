//! What holds for every answer, whatever the endpoint: headers that let a
//! browser do no more than the portal needs, and bounds.

use crate::Api;
use crate::limits::{Limiter, Rate};
use crate::peer::Peer;
use crate::problem::Problem;
use crate::session::{Shown, Softphone};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use jiff::SignedDuration;
use rollcall_ports::Clock;
use std::sync::Arc;

/// The most that a JSON body may be, in bytes.
pub(crate) const LARGEST_BODY: usize = 256 * 1024;

/// Scripts, styles, pictures and connections of this host only. Components
/// position themselves by the style of an element, which a script may set; no
/// attribute of the page has any.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
    img-src 'self'; font-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// How often one address may ask.
pub struct Limits {
    limiter: Limiter<Peer>,
    clock: Arc<dyn Clock>,
}

impl Limits {
    /// Enough for an office behind one address, and for a page that asks for
    /// much at once.
    pub const USUAL: Rate = Rate { burst: 600, every: SignedDuration::from_millis(10) };

    /// At this rate, by the clock of the people.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        Self { limiter: Limiter::new(rate), clock }
    }
}

/// Puts all of it around the routes.
pub(crate) fn around<S>(routes: Router<S>, api: &Api) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let assets = Arc::clone(&api.assets);
    let policy = content_security_policy(&api.shown);
    let files = move |method: Method, uri: Uri, headers: HeaderMap| {
        let answer = assets.answer(&method, &uri, &headers);
        async { answer }
    };
    let routes = routes
        .fallback(files)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&api.limits), limited));
    let routes = match api.others.layer() {
        Some(others) => routes.layer(others),
        None => routes,
    };
    routes.layer(middleware::from_fn_with_state(policy, headers))
}

/// Besides, where people sign in and where the softphone is, if elsewhere.
fn content_security_policy(shown: &Shown) -> HeaderValue {
    let speaks_to: Vec<_> = shown.origins.iter().map(|origin| format!(" {origin}")).collect();
    let frames = match &shown.softphone {
        Softphone::Connect { ccp_url } => ccp_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"),
        Softphone::Simulated | Softphone::None => "'none'".to_owned(),
    };
    let text =
        format!("{CONTENT_SECURITY_POLICY}; connect-src 'self'{}; frame-src {frames}", speaks_to.concat());
    // A host that is no text of a header is none that a browser could reach.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

async fn limited(
    State(limits): State<Arc<Limits>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let peer = Peer::of(request.extensions());
    limits
        .limiter
        .take(&peer, limits.clock.now())
        .map_err(|wait| Problem::too_many("Wait a moment, then ask again.", wait))?;
    Ok(next.run(request).await)
}

async fn headers(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=()"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    // What is about people is kept by nobody on the way.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
