//! People on the register, and how the tests ask for them.

use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::Request;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::attempt::{Attempt, End, EndReason, Facts, Key, Press};
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::ids::{ContactId, RequestId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{MarkState, Resident};
use rollcall_ports::suite::people::resident;
use rollcall_ports::{Began, Begin, Clock, Saved, Upserted, Versioned};
use serde_json::Value;

impl World {
    /// Puts somebody on the register.
    pub(crate) async fn add(&self, n: u32, with: impl FnOnce(&mut Resident)) -> ResidentId {
        let mut one = resident("api", n);
        with(&mut one);
        let schedule = Schedule::of(&one, &Policy::default(), self.clock.now());
        let id = one.id;
        let added = self.store.residents().add(&[(one, schedule)]).await.unwrap();
        assert_eq!(added, [Upserted::Created]);
        id
    }

    /// Somebody as stored; `None` for nobody.
    pub(crate) async fn stored(&self, id: ResidentId) -> Option<Versioned<Resident>> {
        self.store.residents().get(id).await.unwrap()
    }

    /// Changes somebody as another service would.
    pub(crate) async fn alter(&self, id: ResidentId, with: impl FnOnce(&mut Resident)) {
        let mut read = self.stored(id).await.unwrap();
        with(&mut read.value);
        let schedule = Schedule::of(&read.value, &Policy::default(), self.clock.now());
        assert!(matches!(self.store.residents().save(&read, schedule).await.unwrap(), Saved::Done(_)));
    }

    /// A dial to somebody begins now.
    pub(crate) async fn dial(&self, id: ResidentId, name: &str) -> Versioned<Attempt> {
        let now = self.clock.now();
        let mut read = self.stored(id).await.unwrap();
        let request = RequestId::derive(&[&id.to_string(), name]);
        let attempt = Attempt::begin(id, request, now).with_number(read.value.number_changes);
        let dial = attempt.id;
        read.value.begin(dial, now, &Policy::default());
        let begin = Begin {
            attempt: Versioned::new(attempt),
            number: read.value.number,
            resident: read,
            schedule: Schedule::default(),
            now,
            quiet_since: now,
        };
        assert_eq!(self.store.attempts().begin(&begin).await.unwrap(), Began::Granted);
        self.store.attempts().get(dial).await.unwrap().unwrap()
    }

    /// A dial that ended with this key, and what was promised by it.
    pub(crate) async fn called(&self, id: ResidentId, name: &str, key: Key) -> Versioned<Attempt> {
        let mut dial = self.dial(id, name).await;
        let now = self.clock.now();
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        dial.value.facts = Facts {
            contact: Some(ContactId::new(format!("contact-{name}"))),
            dialed_by: Some(now),
            answered_at: Some(after(7)),
            press: Some(Press { key, at: after(20) }),
            opted_out: None,
            end: Some(End { version: None, reason: EndReason::Unsaid, at: after(30) }),
            complete: Some(after(60)),
            next_contact: None,
        };
        let Saved::Done(version) = self.store.attempts().save(&dial).await.unwrap() else {
            panic!("written")
        };
        dial.version = version;
        let promise =
            (key == Key::Talk).then(|| Callback::promise(&dial.value, after(20), &Policy::default()));
        if let Some(callback) = &promise {
            let stored = Versioned::new(callback.clone());
            let saved = self.store.callbacks().save(&stored, Some(callback.deadline), true).await.unwrap();
            assert!(matches!(saved, Saved::Done(_)));
        }
        self.alter(id, |one| {
            one.learn_mark(dial.value.id, now, MarkState::Settled);
            one.callback = promise.map(|callback| callback.id);
        })
        .await;
        dial
    }

    /// Asks as somebody of `group`, for this version.
    pub(crate) async fn change(
        &self,
        group: Group,
        (method, path): (&str, &str),
        etag: Option<&str>,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token(&[group])))
            .header("content-type", "application/json");
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        self.ask(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// What the audit log has: action, resident, detail.
    pub(crate) async fn audited(&self) -> Vec<(String, Option<ResidentId>, String)> {
        let found = self.store.audit().list(None, 1_000).await.unwrap();
        found.into_iter().map(|(_, entry)| (entry.action, entry.resident, entry.detail)).collect()
    }
}

/// The path of somebody.
pub(crate) fn path(id: ResidentId) -> String {
    format!("/api/residents/{id}")
}

/// A literal time.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
