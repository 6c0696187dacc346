//! Fourteen months and then six years of a small town, in which somebody is
//! called every day: what is past its time goes, what is not stays, and every
//! day that has an account can be held against it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use async_trait::async_trait;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rollcall_contracts::messages::Notice;
use rollcall_domain::attempt::{Attempt, Facts, Key, Press};
use rollcall_domain::callback::Try;
use rollcall_domain::duty::Schedule;
use rollcall_domain::identity::resident_id;
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, ContactId, RequestId, ResidentId};
use rollcall_domain::pace::Staffing;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Profile, Resident};
use rollcall_embedded::Store;
use rollcall_host::Periodic as _;
use rollcall_local::{Ports, Services, compose};
use rollcall_ports::{
    AuditEntry, Began, Begin, CallOrder, Clock, Described, Fault, Signal, Signals, Started, Telephony,
    Versioned,
};
use std::io::Cursor;
use std::sync::{Arc, Mutex};

/// A Monday.
const FIRST: Date = date(2026, 11, 23);

struct Hand(Mutex<Timestamp>);

#[async_trait]
impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

/// Connect, which nobody asks for a call here.
struct Desk;

#[async_trait]
impl Telephony for Desk {
    async fn start(&self, _order: &CallOrder) -> Result<Started, Fault> {
        Err(Fault::Unanswered("Connect"))
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        Ok(Staffing { available: 1, on_contact: 0, callbacks_waiting: 0 })
    }

    async fn describe(&self, _contact: &ContactId) -> Result<Described, Fault> {
        Ok(Described::Unknown)
    }

    async fn stop(&self, _contact: &ContactId) -> Result<(), Fault> {
        Ok(())
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<Signal>>);

impl Signals for Heard {
    fn emit(&self, signal: &Signal) {
        self.0.lock().unwrap().push(signal.clone());
    }
}

impl Heard {
    /// How many things of a class were deleted.
    fn expired(&self, wanted: &str) -> u64 {
        let heard = self.0.lock().unwrap();
        let of_class = |signal: &Signal| match signal {
            Signal::Expired { class, gone } if *class == wanted => *gone,
            _ => 0,
        };
        heard.iter().map(of_class).sum()
    }
}

struct Town {
    store: Store,
    clock: Arc<Hand>,
    heard: Arc<Heard>,
    services: Services,
    policy: Arc<Policy>,
    ann: ResidentId,
    cat: ResidentId,
}

impl Town {
    async fn new() -> Self {
        let clock = Arc::new(Hand(Mutex::new(moment(FIRST, 8))));
        let shared: Arc<dyn Clock> = Arc::<Hand>::clone(&clock);
        let store = Store::in_memory(Arc::clone(&shared)).unwrap();
        let heard = Arc::<Heard>::default();
        let policy = Arc::new(Policy::default());
        let ports = Ports::of(&store, Arc::new(Desk), shared, Arc::<Heard>::clone(&heard));
        let services = compose(&ports, &policy);
        let mut town = Self { store, clock, heard, services, policy, ann: none(), cat: none() };
        town.ann = town.person("Ann", "+447700900101").await;
        town.cat = town.person("Cat", "+447700900102").await;
        town
    }

    async fn person(&self, name: &str, number: &str) -> ResidentId {
        let number = PhoneNumber::from_e164(number).unwrap();
        let profile = Profile {
            reference: None,
            first_name: name.to_owned(),
            last_name: "Example".to_owned(),
            number,
            timezone: None,
            language: None,
            window: None,
            notes: None,
            consent: None,
            keyholders: Vec::new(),
            risk: None,
        };
        let id = resident_id(None, number, name, "Example");
        let resident = Resident::new(id, profile, (BatchId::derive(&["b"]), 2), self.clock.now());
        self.store.residents().add(&[(resident, Schedule::default())]).await.unwrap();
        id
    }

    fn is(&self, day: Date, hour: i8) {
        *self.clock.0.lock().unwrap() = moment(day, hour);
    }

    /// The sweep and the books, as they run at night and at noon.
    async fn run(&self) {
        self.services.books.run().await.unwrap();
        self.services.sweep.run().await.unwrap();
    }

    /// One day: at night, a call to ann in the morning, at noon.
    async fn day(&self, day: Date) {
        self.is(day, 2);
        self.run().await;
        self.is(day, 10);
        self.call(self.ann, day, Key::Well).await;
        self.is(day, 12);
        self.run().await;
    }

    async fn call(&self, id: ResidentId, day: Date, key: Key) -> AttemptId {
        let now = self.clock.now();
        let mut read = self.store.residents().get(id).await.unwrap().unwrap();
        let dial = Attempt::begin(id, RequestId::of(id, now), now);
        read.value.begin(dial.id, now, &self.policy);
        let begin = Begin {
            number: read.value.number,
            attempt: Versioned::new(dial.clone()),
            resident: read,
            schedule: Schedule::default(),
            now,
            quiet_since: now - 5.minutes(),
        };
        assert_eq!(self.store.attempts().begin(&begin).await.unwrap(), Began::Granted);
        let news = Facts {
            contact: Some(ContactId::new(format!("{day} {id}"))),
            answered_at: Some(now),
            press: Some(Press { key, at: now }),
            complete: Some(now),
            ..Facts::default()
        };
        let _learned = self.services.outcomes.recorder.learn_call(dial.id, &news).await.unwrap();
        dial.id
    }

    /// A promise of that day, which is kept on the spot or stays owed.
    async fn promise(&self, id: ResidentId, day: Date, kept: bool) -> CallbackId {
        let attempt = self.call(id, day, Key::Talk).await;
        if kept {
            let dial = self.store.attempts().get(attempt).await.unwrap().unwrap().value;
            let (now, leg) = (self.clock.now(), ContactId::new("leg"));
            let recorder = &self.services.outcomes.recorder;
            let _learned = recorder.learn_callback(&dial, leg, Try::SpokenTo(now), now).await.unwrap();
        }
        CallbackId::of(attempt)
    }

    async fn dials(&self, id: ResidentId) -> Vec<Attempt> {
        let (dials, next) = self.store.attempts().of_resident(id, None, 5_000).await.unwrap();
        assert!(next.is_none());
        dials
    }

    async fn log(&self) -> Vec<AuditEntry> {
        let all = self.store.audit().list(None, 100_000).await.unwrap();
        all.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Holds the account of a day against the books, as `rollcall ledger --date` does.
    async fn balances(&self, day: Date) {
        let record = self.services.books.day(day).await.unwrap().expect("it is on record");
        let account = record.account.expect("it is closed");
        let check = self.services.books.reproduce(&record).await.unwrap().unwrap();
        assert!(check.agrees(&account), "{day}: {check:?} against {account:?}");
        assert_eq!((account.ledger.total, account.ledger.well, check.forgotten), (2, 1, 0), "{day}");
    }
}

fn none() -> ResidentId {
    ResidentId::derive(&["nobody"])
}

fn moment(day: Date, hour: i8) -> Timestamp {
    let london = TimeZone::get("Europe/London").unwrap();
    day.at(hour, 0, 0, 0).to_zoned(london).unwrap().timestamp()
}

#[tokio::test]
async fn fourteen_months_and_six_years() {
    let town = Town::new().await;
    let store = &town.store;
    store.uploads().put("list.csv", &mut Cursor::new(b"firstName,lastName,number\n")).unwrap();
    store.notices().tell(&Notice::LedgerMismatch { counted: 1, register: 2 }).await.unwrap();
    let deed = AuditEntry {
        key: "first".to_owned(),
        at: town.clock.now(),
        actor: "clerk".to_owned(),
        action: "resident.view".to_owned(),
        resident: Some(town.ann),
        detail: String::new(),
    };
    store.audit().record(&deed).await.unwrap();
    town.is(FIRST, 9);
    let kept = town.promise(town.cat, FIRST, true).await;
    town.is(FIRST.saturating_add(1.day()), 9);
    let owed = town.promise(town.cat, FIRST.saturating_add(1.day()), false).await;
    town.is(FIRST, 10);

    let mut day = FIRST;
    for nth in 0..=426 {
        day = FIRST.saturating_add(nth.days());
        town.day(day).await;
        let list = store.uploads().latest("list.csv").unwrap().is_some();
        assert_eq!(list, nth <= 30, "{day}: a list is kept for 30 days");
        if nth == 396 {
            assert_eq!(town.dials(town.ann).await.len(), 397, "all of 13 months");
            assert!(store.callbacks().get(kept).await.unwrap().is_some());
        }
    }

    let oldest = day.saturating_sub(396.days());
    let dials = town.dials(town.ann).await;
    assert_eq!((dials.len(), dials.last().unwrap().begun_at), (397, moment(oldest, 10)));
    assert_eq!(town.heard.expired("attempts"), 30 + 1, "ann's, and cat's that was kept");
    assert_eq!(town.heard.expired("numbers"), 1, "cat's telephone last rang on the second day");
    let results = store.checks().of(town.ann, FIRST, day).await.unwrap();
    assert_eq!((results.len(), results.first().unwrap().0), (397, oldest));
    assert!(store.callbacks().get(kept).await.unwrap().is_none(), "a promise that was kept");
    assert!(store.callbacks().get(owed).await.unwrap().is_some(), "a promise that is owed never ages");
    assert_eq!(town.dials(town.cat).await.len(), 1, "nor the dial in which it was given");
    let days = store.days().list(None, 1_000).await.unwrap();
    assert_eq!((days.len(), days.last().unwrap().value.day), (366, day.saturating_sub(365.days())));
    // Each that is closed, among them the oldest, at the very edge of its evidence.
    for back in [2, 3, 30, 31, 32, 100, 200, 333, 334, 335, 363, 364, 365] {
        town.balances(day.saturating_sub(back.days())).await;
    }
    assert!(store.notices_told(0, 1_000).unwrap().iter().all(|told| told.at >= moment(oldest, 0)));
    assert_eq!(store.residents().count().await.unwrap(), 2);

    let log = town.log().await;
    assert_eq!(log.first(), Some(&deed), "the log is kept for longer");
    let nights = log.iter().filter(|entry| entry.action == "retention.delete");
    let attempts: Vec<&AuditEntry> =
        nights.filter(|entry| entry.key.starts_with("retention attempts")).collect();
    assert_eq!(attempts.len(), 30, "one line a night");
    assert_eq!(attempts[0].detail, "attempts: 2 from before 2026-11-24");
    assert!(attempts.iter().all(|entry| entry.resident.is_none()));

    years_later(&town, &deed).await;
}

/// Two days a month from here on, since nothing goes on a day before which the
/// books were not looked at.
async fn years_later(town: &Town, deed: &AuditEntry) {
    let last = date(2032, 11, 23);
    let mut month = date(2028, 2, 1);
    while month < last {
        town.day(month).await;
        town.day(month.saturating_add(1.day())).await;
        month = month.saturating_add(1.month());
    }
    town.day(last).await;
    town.day(last.saturating_add(1.day())).await;
    assert!(!town.log().await.contains(deed), "six years and a night");
    assert!(town.log().await.iter().all(|entry| entry.at >= moment(date(2026, 11, 24), 0)));
    assert!(town.heard.expired("audit") >= 1);
    assert!(town.dials(town.ann).await.len() > 20, "live data goes on");
}
