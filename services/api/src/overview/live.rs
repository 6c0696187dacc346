use super::{Board, for_caller};
use crate::auth::{Caller, Verifier, bearer};
use crate::problem::Problem;
use crate::session::{Live, Shown};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{self, Stream};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether something changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A sign of life, so that nobody on the way takes the connection for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// News as it happens.
///
/// Each event `overview` holds the same as `/api/overview`; it is sent when
/// anything but the time has changed. News is not a log: what happened between
/// two looks comes as one event, and who resumes with `Last-Event-ID` gets the
/// present at once if it is not what they have. Ends when the session does.
/// Not where `live` of `/api/config` is `poll`.
#[utoipa::path(get, path = "/api/live", tag = "overview",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen.")),
    responses(
        (status = 200, description = "Server-sent events.", body = String, content_type = "text/event-stream"),
        (status = 404, description = "News does not come by itself here.", body = Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn live(
    State(board): State<Arc<Board>>,
    State(verifier): State<Arc<Verifier>>,
    State(shown): State<Arc<Shown>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if shown.live == Live::Poll {
        return Err(Problem::not_found("News does not come by itself here: ask /api/overview again."));
    }
    let token = bearer(&headers)?.to_owned();
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let watcher = Watcher { board, verifier, caller, token, seen, first: true };
    let news = stream::unfold(watcher, async |mut watcher| Some((Ok(watcher.next().await?), watcher)));
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)))
}

struct Watcher {
    board: Arc<Board>,
    verifier: Arc<Verifier>,
    caller: Caller,
    token: String,
    seen: Option<String>,
    first: bool,
}

impl Watcher {
    /// The next event; none when the session has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !std::mem::take(&mut self.first) {
                tokio::time::sleep(LOOK_EVERY).await;
                // Whoever was removed or has a new password hears no more.
                if self.verifier.verify(&self.token).await.is_err_and(|problem| problem.status() == 401) {
                    return None;
                }
            }
            // A store that does not answer has no news; the next look may.
            let Ok(overview) = self.board.now().await else { continue };
            let overview = for_caller(&overview, &self.caller);
            let id = overview.likeness();
            if self.seen.as_ref() == Some(&id) {
                continue;
            }
            self.seen = Some(id.clone());
            if let Ok(event) = Event::default().event("overview").id(id).json_data(&overview) {
                return Some(event);
            }
        }
    }
}

impl super::Overview {
    /// The same for two that differ in nothing but the time.
    fn likeness(&self) -> String {
        let still = Self { at: jiff::Timestamp::UNIX_EPOCH, ..self.clone() };
        let text = serde_json::to_vec(&still).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(Sha256::digest(text).get(..9).unwrap_or_default())
    }
}
