//! One record that cannot be read, at the very head of every index, never
//! starves those behind it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::attempt::Facts;
use rollcall_domain::duty::Schedule;
use rollcall_domain::identity::resident_id;
use rollcall_domain::ids::{BatchId, ContactId, ResidentId};
use rollcall_domain::pace::Staffing;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Profile, Resident};
use rollcall_embedded::Store;
use rollcall_host::Periodic as _;
use rollcall_local::{Ports, compose};
use rollcall_ports::{
    CallOrder, Clock, Cursor, Depth as _, Described, Fault, Page, Question, Removed, Residents, Saved,
    Search, Signal, Signals, Started, Telephony, Upserted, Versioned,
};
use std::sync::Arc;

const NOON: &str = "2026-11-23T12:00:00Z";
const EVENING: &str = "2026-11-23T18:00:00Z";

struct Standing(Timestamp);

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

/// Connect with many free agents; nobody is called here.
struct Desk;

#[async_trait]
impl Telephony for Desk {
    async fn start(&self, _order: &CallOrder) -> Result<Started, Fault> {
        Err(Fault::Unanswered("Connect"))
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        Ok(Staffing { available: 50, on_contact: 0, callbacks_waiting: 0 })
    }

    async fn describe(&self, _contact: &ContactId) -> Result<Described, Fault> {
        Ok(Described::Known(Facts::default()))
    }

    async fn stop(&self, _contact: &ContactId) -> Result<(), Fault> {
        Ok(())
    }
}

struct Silent;

impl Signals for Silent {
    fn emit(&self, _signal: &Signal) {}
}

/// The register, of which one record cannot be read.
struct Damaged {
    inner: Arc<dyn Residents>,
    unreadable: ResidentId,
}

#[async_trait]
impl Residents for Damaged {
    async fn get(&self, id: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        if id == self.unreadable {
            return Err(Fault::Refused { port: "residents", reason: "a record is damaged".to_owned() });
        }
        self.inner.get(id).await
    }

    async fn add(&self, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        self.inner.add(residents).await
    }

    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Result<Saved, Fault> {
        self.inner.save(resident, schedule).await
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        self.inner.due(now, most).await
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        self.inner.to_review(now, most).await
    }

    async fn with_number(&self, number: PhoneNumber) -> Result<Vec<ResidentId>, Fault> {
        self.inner.with_number(number).await
    }

    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> Result<u64, Fault> {
        self.inner.sharing(number, besides).await
    }

    async fn sharing_each(&self, asked: &[(PhoneNumber, ResidentId)]) -> Result<Vec<u64>, Fault> {
        self.inner.sharing_each(asked).await
    }

    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<Page, Fault> {
        self.inner.page(from, most).await
    }

    async fn count(&self) -> Result<u64, Fault> {
        self.inner.count().await
    }

    async fn remove(&self, resident: &Versioned<Resident>) -> Result<Removed, Fault> {
        self.inner.remove(resident).await
    }

    async fn search(
        &self,
        question: &Question<'_>,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<Search, Fault> {
        self.inner.search(question, from, most).await
    }
}

/// A register of ten who were due in the order of their numbers, the first of
/// whom cannot be read.
async fn damaged(now: &str) -> (Store, Ports) {
    let clock: Arc<dyn Clock> = Arc::new(Standing(now.parse().unwrap()));
    let store = Store::in_memory(Arc::clone(&clock)).unwrap();
    let policy = Policy::default();
    let mut people = Vec::new();
    for person in 0..10_u64 {
        let number = PhoneNumber::from_e164(&format!("+4477009001{person:02}")).unwrap();
        let profile = Profile {
            reference: None,
            first_name: "First".to_owned(),
            last_name: format!("Last{person}"),
            number,
            timezone: None,
            language: None,
            window: None,
            notes: None,
            consent: None,
            keyholders: Vec::new(),
            risk: None,
        };
        let id = resident_id(None, number, &profile.first_name, &profile.last_name);
        let registered: Timestamp = format!("2026-11-23T09:00:{person:02}Z").parse().unwrap();
        let resident = Resident::new(id, profile, (BatchId::derive(&["b"]), person + 2), registered);
        let schedule = Schedule::of(&resident, &policy, registered);
        people.push((resident, schedule));
    }
    store.residents().add(&people).await.unwrap();
    let ports = Ports {
        residents: Arc::new(Damaged { inner: store.residents(), unreadable: people[0].0.id }),
        ..Ports::of(&store, Arc::new(Desk), clock, Arc::new(Silent))
    };
    (store, ports)
}

#[tokio::test]
async fn the_planner_orders_calls_to_everybody_else() {
    let (store, ports) = damaged(NOON).await;
    let planner = compose(&ports, &Arc::new(Policy::default())).planner;
    assert!(planner.run().await.is_err(), "the damage is not hidden");
    assert_eq!(store.call_requests_queue().depth().await.unwrap(), 9);
}

#[tokio::test]
async fn the_sweep_tells_of_everybody_else() {
    let (store, ports) = damaged(EVENING).await;
    let sweep = compose(&ports, &Arc::new(Policy::default())).sweep;
    assert!(sweep.run().await.is_err(), "the damage is not hidden");
    assert_eq!(store.notices_told(0, 100).unwrap().len(), 9);
}
