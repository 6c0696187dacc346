//! The dialer: carries out one call request, once.
//!
//! Trigger: a message on the call-requests queue. It checks the rules at the
//! moment of dialing (the planner's view may be old, the message late or
//! repeated), waits for its turn at the limiter, looks at the switch, records
//! the intention in one conditional write of attempt, resident and number, and
//! only then asks Connect. While dialing is stopped a request waits, as it does
//! for an agent, until it is void.
//!
//! What a crash leaves behind: before `begin` nothing but a reserved place,
//! which frees itself; after it an attempt in doubt, which this service never
//! touches again. Whoever receives the request then finds the attempt, and the
//! sweep settles it from evidence. So a request leads to one phone call at
//! most, whatever is lost or repeated.

mod foresee;
mod staffing;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::messages::CallRequest;
use rollcall_contracts::topology::Topology;
use rollcall_domain::attempt::{Attempt, Facts, Withdrawal};
use rollcall_domain::breaker::TripCause;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, ContactId};
use rollcall_domain::pace::{Grant, Limits};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::{Asking, Hold, Verdict as Rules, why};
use rollcall_host::{Handler, Verdict, decode_message};
use rollcall_ports::{
    Attempts, Began, Begin, CallOrder, Clock, Fault, Pace, Rejection, Residents, Signal, Signals, Started,
    Switch, Telephony, Versioned,
};
use rollcall_recording::switch::trip;
use rollcall_recording::{Learned, Recorder};
pub use staffing::StaffingCache;
use std::sync::Arc;

/// The dialer and everything it touches.
pub struct Dialer {
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The dials.
    pub attempts: Arc<dyn Attempts>,
    /// The limiter over all dialers.
    pub pace: Arc<dyn Pace>,
    /// The switch over all dialing.
    pub switch: Arc<dyn Switch>,
    /// Connect.
    pub telephony: Arc<dyn Telephony>,
    /// The agents, as last seen.
    pub staffing: StaffingCache,
    /// Where results are written.
    pub recorder: Recorder,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The rules.
    pub policy: Arc<Policy>,
    /// Bounds.
    pub topology: &'static Topology,
}

impl Dialer {
    /// Over the stores of `recorder`, with the bounds that are shipped.
    #[must_use]
    pub fn over(recorder: Recorder, switch: Arc<dyn Switch>, telephony: Arc<dyn Telephony>) -> Self {
        let Recorder { residents, attempts, pace, clock, signals, policy, .. } = recorder.clone();
        let topology = Topology::shipped();
        let staffing = StaffingCache::new(topology.bounds.staffing_cache_seconds);
        Self {
            residents,
            attempts,
            pace,
            switch,
            telephony,
            staffing,
            recorder,
            clock,
            signals,
            policy,
            topology,
        }
    }
}

/// Either go on with a value, or this is the end of the message.
enum Next<T> {
    Go(T),
    End(Verdict),
}

#[async_trait]
impl Handler for Dialer {
    type Input = CallRequest;

    fn name(&self) -> &'static str {
        "dialer"
    }

    fn decode(&self, body: &str) -> Result<CallRequest, String> {
        decode_message(body)
    }

    async fn handle(&self, request: CallRequest) -> Result<Verdict, Fault> {
        let resident = match self.load(&request).await? {
            Next::Go(resident) => resident,
            Next::End(verdict) => return Ok(verdict),
        };
        let attempt = match self.former_attempt(&request).await? {
            Next::Go(attempt) => attempt,
            Next::End(verdict) => return Ok(verdict),
        };
        if let Next::End(verdict) = self.wait_for_turn(&request).await? {
            return Ok(verdict);
        }
        if !self.switch.read().await?.value.is_running() {
            self.pace.release(AttemptId::of(request.request)).await?;
            return Ok(self.stopped(&request));
        }
        // The turn may have come seconds later: the rules are asked again at
        // the very moment, and the write below fails if the resident changed.
        let now = self.clock.now();
        if let Next::End(verdict) = self.rules(&request, &resident.value, now) {
            self.pace.release(AttemptId::of(request.request)).await?;
            return Ok(verdict);
        }
        let begin = self.intention(&request, attempt, resident, now);
        match self.attempts.begin(&begin).await? {
            Began::Granted => self.dial(begin).await,
            Began::Changed => {
                self.pace.release(begin.attempt.value.id).await?;
                Ok(self.later(&request, 1, "changed"))
            }
            Began::Suppressed => {
                self.pace.release(begin.attempt.value.id).await?;
                // Their record does not say so yet: the planner must not order
                // this again and again.
                Ok(match self.recorder.suppressor().reconcile(request.resident).await? {
                    Learned::Contended => self.later(&request, 1, "changed"),
                    Learned::Applied | Learned::Unknown => self.declined(&request, "suppressed"),
                })
            }
            Began::NumberBusy(rang_at) => {
                self.pace.release(begin.attempt.value.id).await?;
                let quiet = self.policy.gap() + self.policy.start_margin();
                let seconds = (quiet - now.duration_since(rang_at)).as_secs().max(0) + 1;
                Ok(self.later(&request, seconds, "number_rang"))
            }
        }
    }
}

impl Dialer {
    async fn load(&self, request: &CallRequest) -> Result<Next<Versioned<Resident>>, Fault> {
        let now = self.clock.now();
        if now >= request.expires_at {
            return Ok(Next::End(self.declined(request, "expired")));
        }
        let Some(resident) = self.residents.get(request.resident).await? else {
            return Ok(Next::End(self.declined(request, "unknown_resident")));
        };
        Ok(match self.rules(request, &resident.value, now) {
            Next::Go(()) => Next::Go(resident),
            Next::End(verdict) => Next::End(verdict),
        })
    }

    fn rules(&self, request: &CallRequest, resident: &Resident, now: Timestamp) -> Next<()> {
        match self.held(request, resident, now) {
            Some(hold) => Next::End(self.declined(request, hold.code())),
            None => Next::Go(()),
        }
    }

    /// The rule that forbids a call that is started now.
    fn held(&self, request: &CallRequest, resident: &Resident, now: Timestamp) -> Option<Hold> {
        // The phone rings within the margin: the rules must hold all that time.
        let latest = now.checked_add(self.policy.start_margin()).unwrap_or(now);
        [now, latest].into_iter().find_map(|at| {
            match why(resident, &self.policy, at, Asking::Dialer(request.request)) {
                Rules::Hold(hold) => Some(hold),
                Rules::MayCall => None,
            }
        })
    }

    /// What became of this request before: a dial that was throttled was no
    /// call and may be made now; any other is never made again.
    async fn former_attempt(&self, request: &CallRequest) -> Result<Next<Versioned<Attempt>>, Fault> {
        let id = AttemptId::of(request.request);
        let Some(former) = self.attempts.get(id).await? else {
            let now = self.clock.now();
            let new = Attempt::begin(request.resident, request.request, now);
            return Ok(Next::Go(Versioned::new(new)));
        };
        Ok(match never_again(&former.value) {
            Some(code) => Next::End(self.declined(request, code)),
            None => Next::Go(former),
        })
    }

    /// Waits for the turn that the limiter gives; no agent, no turn.
    async fn wait_for_turn(&self, request: &CallRequest) -> Result<Next<()>, Fault> {
        let bounds = &self.topology.bounds;
        let now = self.clock.now();
        let staffing = match self.staffing.at(now, self.telephony.as_ref()).await {
            Err(Fault::Refused { reason, .. }) => {
                self.misconfigured(reason).await?;
                return Ok(Next::End(self.stopped(request)));
            }
            answer => answer?,
        };
        let at_once = staffing.calls_allowed(&self.policy);
        if at_once == 0 {
            return Ok(Next::End(self.later(request, bounds.retry_no_agent_seconds.into(), "no_agent")));
        }
        match self.pace.reserve(AttemptId::of(request.request), now, self.limits(at_once)).await? {
            Grant::At(turn) => {
                self.clock.sleep_until(turn).await;
                Ok(Next::Go(()))
            }
            Grant::TooFast(turn) => {
                let seconds = turn.duration_since(now).as_secs() + 1;
                Ok(Next::End(self.later(request, seconds, "too_fast")))
            }
            Grant::Full => Ok(Next::End(self.later(request, bounds.retry_full_seconds.into(), "full"))),
        }
    }

    fn limits(&self, at_once: u32) -> Limits {
        Limits {
            per_second: self.policy.starts_per_second,
            burst: self.policy.start_burst,
            at_once,
            horizon: SignedDuration::from_secs(self.topology.bounds.start_horizon_seconds.into()),
            lease: self.policy.call_lease(),
        }
    }

    fn intention(
        &self,
        request: &CallRequest,
        mut attempt: Versioned<Attempt>,
        mut resident: Versioned<Resident>,
        now: Timestamp,
    ) -> Begin {
        attempt.value =
            Attempt::begin(request.resident, request.request, now).with_number(resident.value.number_changes);
        resident.value.begin(attempt.value.id, now, &self.policy);
        let schedule = Schedule::of(&resident.value, &self.policy, now);
        let number = resident.value.number;
        // The former ring may have come up to the margin after it was recorded.
        let quiet = self.policy.gap() + self.policy.start_margin();
        let quiet_since = now.checked_sub(quiet).unwrap_or(Timestamp::MIN);
        Begin { attempt, resident, schedule, number, now, quiet_since }
    }

    /// The four cases after the intention is recorded. From here on the
    /// message is done, unless the call was certainly not made and may be.
    async fn dial(&self, begin: Begin) -> Result<Verdict, Fault> {
        let order = CallOrder {
            attempt: begin.attempt.value.id,
            resident: begin.resident.value.id,
            number: begin.number,
            language: begin.resident.value.language.clone(),
            ring_seconds: self.policy.ring_seconds,
        };
        let answer = self.telephony.start(&order).await;
        let attempt = Versioned { value: begin.attempt.value, version: begin.attempt.version + 1 };
        match answer {
            Ok(Started::Accepted(contact)) => self.accepted(&attempt.value, contact).await,
            Ok(Started::Rejected(rejection)) => self.rejected(&attempt, rejection).await,
            Err(Fault::Throttled(_)) => self.throttled(&attempt).await,
            Err(Fault::Refused { reason, .. }) => {
                self.rejected(&attempt, Rejection::Misconfigured(reason)).await
            }
            Err(Fault::Unanswered(_)) => {
                self.signals.emit(&Signal::CallInDoubt { attempt: attempt.value.id });
                Ok(Verdict::Done)
            }
        }
    }

    async fn accepted(&self, attempt: &Attempt, contact: ContactId) -> Result<Verdict, Fault> {
        self.signals.emit(&Signal::CallStarted {
            attempt: attempt.id,
            resident: attempt.resident,
            contact: contact.clone(),
        });
        let news = Facts { contact: Some(contact), ..Facts::default() };
        // If this is lost, the contact record names the attempt all the same.
        Ok(match self.recorder.learn_call(attempt.id, &news).await? {
            Learned::Applied | Learned::Unknown => Verdict::Done,
            Learned::Contended => Verdict::Retry { after: None, reason: "contended" },
        })
    }

    async fn rejected(&self, attempt: &Versioned<Attempt>, why: Rejection) -> Result<Verdict, Fault> {
        let (code, number_bad, broken) = match why {
            Rejection::NumberInvalid => ("number_invalid".to_owned(), true, false),
            Rejection::NumberNotAllowed => ("number_not_allowed".to_owned(), false, false),
            Rejection::Other(code) => (code, false, false),
            Rejection::Misconfigured(code) => (code, false, true),
        };
        let (id, resident) = (attempt.value.id, attempt.value.resident);
        self.signals.emit(&Signal::CallRefused { attempt: id, resident, code: code.clone() });
        if broken {
            // Every call will be refused. First of all: what becomes of this one
            // attempt the sweep finds out, and until the switch is tripped the
            // list burns.
            self.misconfigured(code).await?;
        }
        Ok(settled(self.recorder.withdraw(attempt, Withdrawal::Refused, number_bad).await?))
    }

    async fn misconfigured(&self, code: String) -> Result<(), Fault> {
        trip(self.switch.as_ref(), self.clock.now(), &TripCause::Misconfigured { code }).await
    }

    fn stopped(&self, request: &CallRequest) -> Verdict {
        self.later(request, self.topology.bounds.retry_stopped_seconds.into(), "stopped")
    }

    async fn throttled(&self, attempt: &Versioned<Attempt>) -> Result<Verdict, Fault> {
        self.signals.emit(&Signal::CallThrottled { attempt: attempt.value.id });
        let learned = self.recorder.withdraw(attempt, Withdrawal::Throttled, false).await?;
        self.pace.back_off(self.in_seconds(2), self.limits(0)).await?;
        if learned == Learned::Contended {
            return Ok(Verdict::Retry { after: None, reason: "contended" });
        }
        Ok(Verdict::Retry { after: Some(SignedDuration::from_secs(5)), reason: "throttled" })
    }

    fn in_seconds(&self, seconds: i64) -> Timestamp {
        self.clock.now().checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    fn declined(&self, request: &CallRequest, code: &'static str) -> Verdict {
        let CallRequest { request, resident, .. } = *request;
        self.signals.emit(&Signal::RequestDeclined { request, resident, code });
        Verdict::Done
    }

    fn later(&self, request: &CallRequest, seconds: i64, code: &'static str) -> Verdict {
        self.signals.emit(&Signal::RequestWaits { request: request.request, code });
        Verdict::Retry { after: Some(SignedDuration::from_secs(seconds)), reason: code }
    }
}

/// Why the call that was begun for a request is never made again; `None` for
/// one that was certainly not made.
fn never_again(former: &Attempt) -> Option<&'static str> {
    let throttled = former.withdrawn == Some(Withdrawal::Throttled);
    if throttled && !former.is_proven() {
        return None;
    }
    Some(if former.is_closed() { "finished" } else { "in_doubt" })
}

/// A withdrawal that was contended is repeated by the sweep: the request finds
/// its attempt in doubt.
fn settled(learned: Learned) -> Verdict {
    match learned {
        Learned::Applied | Learned::Unknown => Verdict::Done,
        Learned::Contended => Verdict::Retry { after: None, reason: "contended" },
    }
}
