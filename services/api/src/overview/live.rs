use super::{Board, DayLedger, Overview, for_caller};
use crate::Api;
use crate::auth::{Caller, Verifier, bearer};
use crate::desk::phone::PhoneShown;
use crate::problem::Problem;
use crate::session::Live;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{self, Stream};
use rollcall_domain::group::Group;
use rollcall_ports::Softphone;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether something changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The same where the caller has a phone here: an offer rings for seconds only.
/// A look and what carries it take no longer than the rest of half a second.
const PHONE_EVERY: Duration = Duration::from_millis(400);
/// Looks at the phone between two looks at everything else.
const PHONE_LOOKS: u32 = 5;
/// A sign of life, so that nobody on the way takes the connection for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// News as it happens.
///
/// Each event `overview` holds the same as `/api/overview`; it is sent when
/// anything but the time has changed. For agents and operators whose telephone
/// is worked through this service, each event `desk` holds `phone`, as
/// `/api/desk` does, within half a second of a change. News is not a log: what
/// happened between two looks comes as one event, and who resumes with
/// `Last-Event-ID` gets the present at once if it is not what they have. Ends
/// when the session does.
/// Not where `live` of `/api/config` is `poll`.
#[utoipa::path(get, path = "/api/live", tag = "overview",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen.")),
    responses(
        (status = 200, description = "Server-sent events.", body = String, content_type = "text/event-stream"),
        (status = 404, description = "News does not come by itself here.")))]
pub(crate) async fn live(
    State(Api { board, softphone, verifier, shown, .. }): State<Api>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if shown.live == Live::Poll {
        return Err(Problem::not_found("News does not come by itself here: ask /api/overview again."));
    }
    let token = bearer(&headers)?.to_owned();
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let softphone = softphone.filter(|_| caller.is_in(Group::Agents) || caller.is_in(Group::Operators));
    let due = Due { phone: softphone.is_some(), overview: true };
    let watcher =
        Watcher { board, softphone, verifier, caller, token, seen: Seen::read(seen), due, looks: 0 };
    let news = stream::unfold(watcher, async |mut watcher| Some((Ok(watcher.next().await?), watcher)));
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)))
}

struct Watcher {
    board: Arc<Board>,
    softphone: Option<Arc<dyn Softphone>>,
    verifier: Arc<Verifier>,
    caller: Caller,
    token: String,
    seen: Seen,
    due: Due,
    looks: u32,
}

/// What is to be looked at before the next pause.
struct Due {
    phone: bool,
    overview: bool,
}

/// What the listener has, as marks of it.
#[derive(Default)]
struct Seen {
    overview: String,
    phone: String,
}

impl Seen {
    /// From the id of the last event that they saw.
    fn read(id: &str) -> Self {
        let (overview, phone) = id.split_once('.').unwrap_or((id, ""));
        Self { overview: overview.to_owned(), phone: phone.to_owned() }
    }

    /// The id of an event after which they have this.
    fn id(&self) -> String {
        let Self { overview, phone } = self;
        if phone.is_empty() { overview.clone() } else { format!("{overview}.{phone}") }
    }
}

/// The caller's own phone.
#[derive(Serialize)]
struct DeskNews {
    phone: PhoneShown,
}

impl Watcher {
    /// The next event; none when the session has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if std::mem::take(&mut self.due.phone)
                && let Some(event) = self.phone().await
            {
                return Some(event);
            }
            if std::mem::take(&mut self.due.overview)
                && let Some(event) = self.overview().await
            {
                return Some(event);
            }
            self.pause().await?;
        }
    }

    /// Waits for the next look; `None` when the session has ended.
    async fn pause(&mut self) -> Option<()> {
        self.due.overview = match self.softphone {
            None => {
                tokio::time::sleep(LOOK_EVERY).await;
                true
            }
            Some(_) => {
                tokio::time::sleep(PHONE_EVERY).await;
                self.due.phone = true;
                self.looks = self.looks.wrapping_add(1);
                self.looks.is_multiple_of(PHONE_LOOKS)
            }
        };
        // Whoever was removed or has a new password hears no more.
        let ended = self.due.overview
            && self.verifier.verify(&self.token).await.is_err_and(|problem| problem.status() == 401);
        (!ended).then_some(())
    }

    async fn phone(&mut self) -> Option<Event> {
        // A phone that does not answer has no news; the next look may.
        let phone = self.softphone.as_ref()?.look(&self.caller.name).await.ok()?;
        let news = DeskNews { phone: PhoneShown::of(phone) };
        let likeness = likeness(&news);
        if self.seen.phone == likeness {
            return None;
        }
        self.seen.phone = likeness;
        Event::default().event("desk").id(self.seen.id()).json_data(&news).ok()
    }

    async fn overview(&mut self) -> Option<Event> {
        // A store that does not answer has no news; the next look may.
        let overview = for_caller(self.board.now().await.ok()?.as_ref(), &self.caller);
        let never = jiff::Timestamp::UNIX_EPOCH;
        let ledger = DayLedger { at: never, ..overview.ledger };
        let still = Overview { at: never, ledger, ..overview.clone() };
        let likeness = likeness(&still);
        if self.seen.overview == likeness {
            return None;
        }
        self.seen.overview = likeness;
        Event::default().event("overview").id(self.seen.id()).json_data(&overview).ok()
    }
}

/// The same for two that are alike.
fn likeness(of: &impl Serialize) -> String {
    let text = serde_json::to_vec(of).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(Sha256::digest(text).get(..9).unwrap_or_default())
}
