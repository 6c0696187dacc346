use super::history::History;
use super::waiting::{MOST, Waiting};
use super::{Agents, DayLedger, Overview, PaceShown};
use crate::operations::Queue;
use crate::problem::Problem;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ledger::{Ledger, day_state};
use rollcall_domain::policy::Policy;
use rollcall_ports::{Attempts, Callbacks, Clock, Fault, Pace, Queues, Residents, Switch, Telephony};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Residents read at a time for the account.
const PAGE: u32 = 500;
/// The account is taken again after this many times what it took: it never
/// keeps the store busy for more than a twentieth of the time.
const ACCOUNT_SHARE: i32 = 20;
/// At least this lies between two looks at past hours and days.
const PAST_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// At least this lies between two looks at who waits.
const WAITING_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// Keeps what was seen last, so that any number of viewers cost one look.
pub struct Board {
    parts: Parts,
    seen: Mutex<Seen>,
    /// By how many days it goes back.
    past: Mutex<BTreeMap<u8, (Arc<History>, Timestamp)>>,
    waiting: Mutex<Option<(Arc<Waiting>, Timestamp)>>,
}

/// How long what was seen is good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Between two looks at all but the account.
    pub look: SignedDuration,
    /// Between two accounts of the day, at least: each reads the whole register.
    pub account: SignedDuration,
}

impl Rest {
    /// Where reading is free.
    pub const ON_ONE_MACHINE: Self =
        Self { look: SignedDuration::from_secs(1), account: SignedDuration::from_secs(1) };
    /// Where each unit that is read is paid for, and a page asks again every
    /// few seconds (`infra/COSTS.md`).
    pub const ON_AWS: Self =
        Self { look: SignedDuration::from_secs(4), account: SignedDuration::from_secs(60) };
}

/// What the board looks at.
pub struct Parts {
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The dials.
    pub attempts: Arc<dyn Attempts>,
    /// The promises.
    pub callbacks: Arc<dyn Callbacks>,
    /// Calls in flight.
    pub pace: Arc<dyn Pace>,
    /// The switch over all dialing.
    pub switch: Arc<dyn Switch>,
    /// The agents.
    pub telephony: Arc<dyn Telephony>,
    /// How full the queues are.
    pub queues: Arc<dyn Queues>,
    /// The time of the services.
    pub clock: Arc<dyn Clock>,
    /// The clock by which looks are rationed: that of the people, also where
    /// the machine's own runs faster.
    pub people: Arc<dyn Clock>,
    /// The rules.
    pub policy: Arc<Policy>,
    /// How often it looks.
    pub rest: Rest,
}

#[derive(Default)]
struct Seen {
    overview: Option<(Arc<Overview>, Timestamp)>,
    ledger: Option<(DayLedger, Timestamp)>,
}

impl Board {
    /// A board that has seen nothing yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts, seen: Mutex::default(), past: Mutex::default(), waiting: Mutex::default() }
    }

    /// The day as of now, or as of a moment ago. Who comes while somebody
    /// looks waits for that look.
    pub(crate) async fn now(&self) -> Result<Arc<Overview>, Problem> {
        let mut seen = self.seen.lock().await;
        let now = self.parts.people.now();
        if let Some((overview, until)) = &seen.overview
            && now < *until
        {
            return Ok(Arc::clone(overview));
        }
        let ledger = match seen.ledger {
            Some((ledger, until)) if now < until => ledger,
            _ => {
                let ledger = self.parts.account().await?;
                let took = self.parts.people.now().duration_since(now);
                let wait = took.saturating_mul(ACCOUNT_SHARE).max(self.parts.rest.account);
                seen.ledger = Some((ledger, now.checked_add(wait).unwrap_or(Timestamp::MAX)));
                ledger
            }
        };
        let overview = Arc::new(self.parts.look(ledger).await?);
        let until = now.checked_add(self.parts.rest.look).unwrap_or(Timestamp::MAX);
        seen.overview = Some((Arc::clone(&overview), until));
        Ok(overview)
    }

    /// Who waits for a callback and for how long, as of a moment ago.
    pub(super) async fn waiting(&self) -> Result<Arc<Waiting>, Problem> {
        let mut seen = self.waiting.lock().await;
        let now = self.parts.people.now();
        if let Some((waiting, until)) = &*seen
            && now < *until
        {
            return Ok(Arc::clone(waiting));
        }
        let owed = self.parts.callbacks.list_owed(MOST).await?;
        let waiting = Arc::new(Waiting::of(owed.iter().map(|one| &one.value), self.parts.clock.now()));
        let until = now.checked_add(WAITING_EVERY).unwrap_or(Timestamp::MAX);
        *seen = Some((Arc::clone(&waiting), until));
        Ok(waiting)
    }

    /// Today by the hour, and so many days by the day, as of a moment ago.
    pub(super) async fn past(&self, days: u8) -> Result<Arc<History>, Problem> {
        let mut past = self.past.lock().await;
        let now = self.parts.people.now();
        past.retain(|_, (_, until)| now < *until);
        if let Some((history, _)) = past.get(&days) {
            return Ok(Arc::clone(history));
        }
        let history = Arc::new(self.parts.past(days).await?);
        let until = now.checked_add(PAST_EVERY).unwrap_or(Timestamp::MAX);
        past.insert(days, (Arc::clone(&history), until));
        Ok(history)
    }
}

impl Parts {
    async fn past(&self, days: u8) -> Result<History, Fault> {
        let now = self.clock.now();
        let zone = TimeZone::get(&self.policy.timezone).unwrap_or(TimeZone::UTC);
        let (from, until) = History::span(&zone, now, days);
        Ok(History::of(&self.attempts.tally(from, until).await?, &zone, now, days))
    }

    async fn look(&self, ledger: DayLedger) -> Result<Overview, Problem> {
        let at = self.clock.now();
        let policy = &self.policy;
        let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
        let statuses = self.queues.statuses().await?;
        Ok(Overview {
            at,
            date: at.to_zoned(zone).date(),
            timezone: policy.timezone.clone(),
            ledger,
            pace: PaceShown {
                rate_per_second: policy.starts_per_second,
                burst: policy.start_burst,
                concurrent_limit: policy.concurrent_calls,
                in_flight: self.pace.in_flight(at).await?,
            },
            dialing: (&self.switch.read().await?.value).into(),
            agents: self.agents().await,
            callbacks_open: self.callbacks.count_open().await?,
            queues: Some(statuses.into_iter().map(Queue::from).collect()),
        })
    }

    /// The rest is shown although the telephone service does not answer: it is
    /// then that people look here.
    async fn agents(&self) -> Option<Agents> {
        let staffing = self.telephony.staffing().await.ok()?;
        let staffed = staffing.available.saturating_add(staffing.on_contact);
        Some(Agents { available: staffing.available, staffed })
    }

    /// The account of the day, page by page in constant memory. The register is
    /// counted by itself, so that somebody who was missed is noticed.
    async fn account(&self) -> Result<DayLedger, Fault> {
        let now = self.clock.now();
        let before = self.residents.count().await?;
        let (mut ledger, mut from) = (Ledger::default(), None);
        loop {
            let page = self.residents.page(from.as_ref(), PAGE).await?;
            for resident in &page.residents {
                ledger.count(day_state(&resident.value, &self.policy, now));
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let register = self.residents.count().await?;
        // Taken while a list is loaded it cannot balance, and a second look
        // would not either: then it stands as of what was looked at.
        let ledger = ledger.close(if register == before { register } else { ledger.counted() });
        Ok(DayLedger::of(ledger, now))
    }
}
