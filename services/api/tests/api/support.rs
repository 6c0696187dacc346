//! An API over a store in memory, at Monday 2026-11-23, 09:00 UTC.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use rollcall_api::Api;
use rollcall_api::auth::Verifier;
use rollcall_api::auth::accounts::LocalAccounts;
use rollcall_api::auth::local::{Issuer, expected};
use rollcall_api::limits::Rate;
use rollcall_api::overview::{Board, Parts, Rest};
use rollcall_api::security::Limits;
use rollcall_api::session::{Live, Shown, SignIn, Softphone};
use rollcall_domain::attempt::Facts;
use rollcall_domain::group::Group;
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_domain::policy::Policy;
use rollcall_embedded::Store;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{
    Account, Accounts, CallOrder, Clock, Described, Fault, Foreseen, Foresight, Prospect, Signal, Signals,
    Started, Telephony,
};
use rollcall_recording::Recorder;
use rollcall_recording::erasure::Eraser;
use rollcall_workbench::Workbench;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

/// 32 bytes that are no secret.
pub(crate) const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The clock stands still, and some tests ask a thousand times.
const NO_LIMIT: Rate = Rate { burst: 1, every: SignedDuration::ZERO };

/// The API and what is behind it.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) heard: Arc<Heard>,
    pub(crate) router: Router,
}

/// Everything that would be in the log.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<String>>);

impl Heard {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Signals for Heard {
    fn emit(&self, signal: &Signal) {
        self.0.lock().unwrap().push(serde_json::to_string(signal).unwrap());
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// That it is a problem as promised, of this status.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["type"].as_str().unwrap().starts_with("urn:rollcall:problem:"), "{problem}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With another API over the same store.
    pub(crate) fn with(change: impl FnOnce(&mut Api)) -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = Store::in_memory(Arc::<ManualClock>::clone(&clock)).unwrap();
        Self::over(store, clock, change)
    }

    /// Over a store of its own.
    pub(crate) fn over(store: Store, clock: Arc<ManualClock>, change: impl FnOnce(&mut Api)) -> Self {
        Self::build(store, clock, |api, issuer, accounts| {
            let clock = Arc::clone(&api.clock);
            api.local = Some(Arc::new(LocalAccounts::new(accounts, Arc::clone(issuer), clock).unwrap()));
            change(api);
        })
    }

    /// Without accounts, whose first password takes longer than all the rest:
    /// for tests that make hundreds of worlds.
    pub(crate) fn without_accounts(change: impl FnOnce(&mut Api)) -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = Store::in_memory(Arc::<ManualClock>::clone(&clock)).unwrap();
        Self::build(store, clock, |api, _, _| change(api))
    }

    fn build(
        store: Store,
        clock: Arc<ManualClock>,
        change: impl FnOnce(&mut Api, &Arc<Issuer>, Arc<dyn Accounts>),
    ) -> Self {
        let issuer = Arc::new(Issuer::new(&[SECRET.to_owned()]).unwrap());
        let heard = Arc::<Heard>::default();
        let mut api = api(&store, &clock, &issuer, &heard);
        change(&mut api, &issuer, store.accounts());
        Self { store, clock, issuer, heard, router: api.router() }
    }

    /// A token of somebody in these groups.
    pub(crate) fn token(&self, groups: &[Group]) -> String {
        self.token_of("somebody", groups)
    }

    /// A token of an account in these groups.
    pub(crate) fn token_of(&self, name: &str, groups: &[Group]) -> String {
        let account = Account { name: name.to_owned(), ..somebody(groups) };
        self.issuer.issue(&account, self.clock.now()).unwrap().token
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, token, "").await
    }

    /// Asks with a JSON body, where there is one; without a token where it is
    /// empty.
    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        // News never ends.
        let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Body::empty() } else { response.into_body() };
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

/// Somebody in these groups.
pub(crate) fn somebody(groups: &[Group]) -> Account {
    Account {
        name: "somebody".to_owned(),
        groups: groups.iter().copied().collect(),
        password_hash: "no hash".to_owned(),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// The day at a glance, over this store.
pub(crate) fn board(store: &Store, clock: &Arc<dyn Clock>, rest: Rest) -> Board {
    Board::new(Parts {
        attempts: store.attempts(),
        residents: store.residents(),
        callbacks: store.callbacks(),
        pace: store.pace(),
        switch: store.switch(),
        telephony: Arc::new(TwoAgents),
        queues: store.queues(),
        clock: Arc::clone(clock),
        people: Arc::clone(clock),
        policy: Arc::new(Policy::default()),
        rest,
    })
}

fn api(store: &Store, clock: &Arc<ManualClock>, issuer: &Arc<Issuer>, heard: &Arc<Heard>) -> Api {
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    let keys = Arc::<Issuer>::clone(issuer);
    Api {
        residents: store.residents(),
        attempts: store.attempts(),
        callbacks: store.callbacks(),
        escalations: store.escalations(),
        checks: store.checks(),
        days: store.days(),
        batches: store.batches(),
        deposits: Arc::new(store.uploads()),
        intake: Some(Arc::new(store.uploads())),
        uploads: Arc::new(store.uploads()),
        audit: store.audit(),
        pace: store.pace(),
        switch: store.switch(),
        suppressions: store.suppressions(),
        telephony: Arc::new(TwoAgents),
        softphone: None,
        workbench: Arc::new(workbench(store, &clock)),
        eraser: Some(Arc::new(eraser(store, &clock, heard))),
        foresight: Arc::new(Unforeseen),
        queues: store.queues(),
        signals: Arc::<Heard>::clone(heard),
        clock: Arc::clone(&clock),
        policy: Arc::new(Policy::default()),
        shown: Arc::new(Shown {
            sign_in: SignIn::Local,
            softphone: Softphone::Simulated,
            live: Live::Stream,
            origins: Vec::new(),
        }),
        verifier: Arc::new(Verifier::new(expected(), keys, Arc::clone(&clock))),
        local: None,
        board: Arc::new(board(store, &clock, Rest::ON_ONE_MACHINE)),
        assets: Arc::default(),
        others: Arc::default(),
        limits: Arc::new(Limits::new(NO_LIMIT, clock)),
    }
}

/// All that it takes to work on the dead letters of a store.
pub(crate) fn workbench(store: &Store, clock: &Arc<dyn Clock>) -> Workbench {
    Workbench {
        letters: store.letters(),
        replays: store.replays(),
        jobs: store.jobs(),
        audit: store.audit(),
        clock: Arc::clone(clock),
    }
}

/// All that it takes to erase people from a store.
pub(crate) fn eraser(store: &Store, clock: &Arc<dyn Clock>, heard: &Arc<Heard>) -> Eraser {
    Eraser {
        recorder: recorder(store, clock, heard),
        erasures: store.erasures(),
        letters: store.letters(),
        uploads: Arc::new(store.uploads()),
        shelf: Arc::new(store.uploads()),
        batches: store.batches(),
        telephony: Arc::new(TwoAgents),
        audit: store.audit(),
        hands_over: false,
    }
}

/// Writes down what is learnt of calls, over a store.
pub(crate) fn recorder(store: &Store, clock: &Arc<dyn Clock>, heard: &Arc<Heard>) -> Recorder {
    let signals = Arc::<Heard>::clone(heard);
    Recorder::over(store.stores(), Arc::clone(clock), signals, Arc::new(Policy::default()))
}

/// Foresees that a readable message applies.
struct Unforeseen;

#[async_trait::async_trait]
impl Foresight for Unforeseen {
    async fn foresee(&self, source: &str, body: &[u8]) -> Result<Foreseen, Fault> {
        Ok(match rollcall_contracts::letters::readable(source, body) {
            Ok(()) => Foreseen::new(Prospect::Applies, "would_call", "would call"),
            Err(reason) => Foreseen::malformed(&reason),
        })
    }
}

/// A telephone service with two agents, one of whom is free, and no line.
struct TwoAgents;

#[async_trait::async_trait]
impl Telephony for TwoAgents {
    async fn start(&self, _: &CallOrder) -> Result<Started, Fault> {
        Err(Fault::Throttled("Connect"))
    }
    async fn staffing(&self) -> Result<Staffing, Fault> {
        Ok(Staffing { available: 1, on_contact: 1, callbacks_waiting: 0 })
    }
    async fn describe(&self, _: &ContactId) -> Result<Described, Fault> {
        Ok(Described::Known(Facts::default()))
    }
    async fn stop(&self, _: &ContactId) -> Result<(), Fault> {
        Ok(())
    }
}
