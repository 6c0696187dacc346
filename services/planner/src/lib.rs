//! The planner: every minute, orders calls to those who are due.
//!
//! Trigger: a timer; no input. It reads how many calls may be in flight (free
//! agents, promises waiting, places taken, orders not yet carried out), takes
//! the longest due from the index, claims each with a conditional write and
//! puts one call request on the queue. While dialing is stopped it orders
//! nothing.
//!
//! Crash behaviour: between claim and request the resident waits until the
//! claim lapses and is due again; a repeated or overlapping run finds the
//! claim. A tick costs what is due, not what is registered.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::CallRequest;
use rollcall_contracts::topology::Topology;
use rollcall_domain::breaker::TripCause;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{RequestId, ResidentId};
use rollcall_domain::pace::{Staffing, orders};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Claim;
use rollcall_domain::rules::{Asking, Verdict, why};
use rollcall_host::Periodic;
use rollcall_ports::{
    Clock, Depth, Fault, Pace, Residents, Saved, Sender, Signal, Signals, Switch, Telephony, Versioned,
};
use rollcall_recording::switch::trip;
use std::sync::Arc;

/// The planner and everything it touches.
pub struct Planner {
    /// The register and its due index.
    pub residents: Arc<dyn Residents>,
    /// Where orders go.
    pub requests: Arc<dyn Sender<CallRequest>>,
    /// Orders not yet carried out.
    pub ordered: Arc<dyn Depth>,
    /// Calls in flight.
    pub pace: Arc<dyn Pace>,
    /// The switch over all dialing.
    pub switch: Arc<dyn Switch>,
    /// The agents.
    pub telephony: Arc<dyn Telephony>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The rules.
    pub policy: Arc<Policy>,
    /// Bounds and periods.
    pub topology: &'static Topology,
}

/// What one tick did.
#[derive(Default)]
struct Tick {
    due: u32,
    ordered: u32,
    postponed: u32,
}

/// What became of one resident who was due.
enum Step {
    Order(Envelope<CallRequest>),
    Postponed,
    Skipped,
}

#[async_trait]
impl Periodic for Planner {
    fn name(&self) -> &'static str {
        "planner"
    }

    async fn run(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        let dialing = self.switch.read().await?.value.is_running();
        let budget = if dialing { self.budget(now).await? } else { Some(0) };
        let (stopped, budget) = (!dialing || budget.is_none(), budget.unwrap_or(0));
        let mut tick = Tick::default();
        while tick.ordered < budget {
            let page = self.topology.bounds.planner_page.min(budget - tick.ordered);
            let due = self.residents.due(now, page).await?;
            let found = u32::try_from(due.len()).unwrap_or(u32::MAX);
            tick.due += found;
            let moved = self.order(&due, now, &mut tick).await?;
            // A page on which nothing moved is an index that lags behind: the
            // next tick sees more.
            if found < page || moved == 0 || tick.due >= self.topology.bounds.planner_orders * 4 {
                break;
            }
        }
        let Tick { due, ordered, postponed } = tick;
        self.signals.emit(&Signal::Planned { due, ordered, postponed, budget, stopped });
        Ok(())
    }
}

impl Planner {
    /// Calls to order; `None` if Connect refuses to say who is there, for how
    /// it is set up: then it would refuse every call too.
    async fn budget(&self, now: Timestamp) -> Result<Option<u32>, Fault> {
        let staffing: Staffing = match self.telephony.staffing().await {
            Err(Fault::Refused { reason: code, .. }) => {
                trip(self.switch.as_ref(), now, &TripCause::Misconfigured { code }).await?;
                return Ok(None);
            }
            answer => answer?,
        };
        let in_flight = self.pace.in_flight(now).await?;
        let ordered = self.ordered.depth().await?;
        let tick = SignedDuration::from_secs(i64::from(self.topology.timers.planner_seconds));
        let wanted = orders(staffing, in_flight, ordered, tick, &self.policy);
        Ok(Some(wanted.min(self.topology.bounds.planner_orders)))
    }

    /// Claims and orders a page; answers how many residents left the index.
    /// Trouble with the store ends the page, but never takes with it the orders
    /// for those who are claimed already: they would wait until their claims
    /// lapse. One record that cannot be read is passed over.
    async fn order(&self, due: &[ResidentId], now: Timestamp, tick: &mut Tick) -> Result<u32, Fault> {
        let mut requests = Vec::new();
        let mut moved = 0;
        let mut trouble = Ok(());
        for id in due {
            match self.step(*id, now).await {
                Ok(Step::Order(request)) => requests.push(request),
                Ok(Step::Postponed) => tick.postponed += 1,
                Ok(Step::Skipped) => continue,
                Err(fault @ Fault::Refused { .. }) => trouble = Err(fault),
                Err(fault) => {
                    trouble = Err(fault);
                    break;
                }
            }
            moved += 1;
        }
        tick.ordered += u32::try_from(requests.len()).unwrap_or(u32::MAX);
        if !requests.is_empty() {
            // Orders that were not taken lapse with their claims.
            let lost = self.requests.send(&requests).await?;
            tick.ordered -= u32::try_from(lost.len()).unwrap_or(0).min(tick.ordered);
        }
        trouble.map(|()| moved)
    }

    /// Load, decide, record.
    async fn step(&self, id: ResidentId, now: Timestamp) -> Result<Step, Fault> {
        let Some(stored) = self.residents.get(id).await? else {
            return Ok(Step::Skipped);
        };
        let Versioned { value: mut resident, version } = stored;
        let verdict = why(&resident, &self.policy, now, Asking::Planner);
        let request = RequestId::of(id, now);
        let expires_at = now.checked_add(self.policy.request_lifetime()).unwrap_or(Timestamp::MAX);
        if verdict == Verdict::MayCall {
            resident.claim = Some(Claim { request, until: expires_at });
        }
        // With the claim the resident is due again when it lapses; without
        // one, when the rule that said no stops saying it.
        let schedule = Schedule::of(&resident, &self.policy, now);
        let saved = self.residents.save(&Versioned { value: resident, version }, schedule).await?;
        Ok(match (saved, verdict) {
            (Saved::Changed, _) => Step::Skipped,
            (Saved::Done(_), Verdict::Hold(_)) => Step::Postponed,
            (Saved::Done(_), Verdict::MayCall) => {
                Step::Order(Envelope::new(CallRequest { request, resident: id, expires_at }, now))
            }
        })
    }
}
