//! What can be told from outside: figures and properties computed from what the
//! simulated Connect saw, with nothing of the services' own bookkeeping.
//!
//! The rules are written here a second time, plainly and on purpose: the
//! services' code cannot vouch for itself.

use crate::report::{Callbacks, Outcomes, Report};
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::{OutsideEvent, OutsideKind};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::suppression::{Ground, Suppression};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// One call as seen from outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) at: Timestamp,
    pub(crate) resident: String,
    pub(crate) attempt: String,
    pub(crate) answered: bool,
    /// The first key that means something, and when it was pressed.
    pub(crate) key: Option<(char, Timestamp)>,
    /// When they confirmed, by a second 9, that they want no more calls.
    pub(crate) opted_out: Option<Timestamp>,
    /// The last key.
    last_key: Option<char>,
    pub(crate) ended: Vec<(Timestamp, Option<String>)>,
    /// When a callback was created, and when it was kept.
    pub(crate) requested: Option<Timestamp>,
    pub(crate) connected: Option<Timestamp>,
}

impl Call {
    /// When they proved by a key that they are there.
    pub(crate) fn pressed_at(&self) -> Option<Timestamp> {
        self.key.map(|(_, at)| at).or(self.opted_out)
    }
}

/// Everything that was seen, by call.
#[derive(Default)]
pub(crate) struct Observed {
    /// By contact id of the check call.
    pub(crate) calls: BTreeMap<String, Call>,
    /// Contact ids of the calls by client token.
    by_token: BTreeMap<String, Vec<String>>,
    refused: u64,
    throttled: u64,
}

impl Observed {
    pub(crate) fn of(events: &[OutsideEvent]) -> Self {
        let mut observed = Self::default();
        for event in events {
            observed.take(event);
        }
        observed
    }

    fn take(&mut self, event: &OutsideEvent) {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (contact, token) = (text(&event.contact_id), text(&event.client_token));
        match event.kind {
            OutsideKind::DialAccepted => {
                let (resident, attempt) = (text(&event.resident_id), text(&event.attempt_id));
                let call = Call { at: event.at, resident, attempt, ..Call::default() };
                self.calls.insert(contact.clone(), call);
                self.by_token.entry(token).or_default().push(contact);
            }
            OutsideKind::DialRefused => self.refused += 1,
            OutsideKind::DialThrottled => self.throttled += 1,
            OutsideKind::Answered => self.change(&contact, |call| call.answered = true),
            OutsideKind::KeyPressed => self.change(&contact, |call| {
                if let Some(key @ ('1' | '2')) = event.key
                    && call.last_key != Some('9')
                {
                    call.key.get_or_insert((key, event.at));
                }
                if (call.last_key, event.key) == (Some('9'), Some('9')) {
                    call.opted_out.get_or_insert(event.at);
                }
                // What follows the question whether they are sure answers no other.
                call.last_key = event.key.filter(|_| call.last_key != Some('9'));
            }),
            OutsideKind::Ended => {
                let reason = event.reason.clone();
                self.change(&contact, |call| call.ended.push((event.at, reason)));
            }
            OutsideKind::CallbackRequested => self.change_by_token(&token, |call| {
                call.requested.get_or_insert(event.at);
            }),
            OutsideKind::CallbackConnected => self.change_by_token(&token, |call| {
                call.connected.get_or_insert(event.at);
            }),
            OutsideKind::CallbackEnded => {}
        }
    }

    fn change(&mut self, contact: &str, with: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.get_mut(contact) {
            with(call);
        }
    }

    fn change_by_token(&mut self, token: &str, with: impl FnOnce(&mut Call)) {
        let first = self.by_token.get(token).and_then(|contacts| contacts.first()).cloned();
        if let Some(contact) = first {
            self.change(&contact, with);
        }
    }

    /// Fills in the figures.
    pub(crate) fn figures(&self, policy: &Policy, report: &mut Report) {
        report.calls_started = self.calls.len() as u64;
        report.calls_refused = self.refused;
        report.calls_throttled = self.throttled;
        report.double_dials = self.by_token.values().map(|contacts| contacts.len() as u64 - 1).sum();
        report.outcomes = self.outcomes();
        report.callbacks = self.callbacks(policy);
        report.peak_calls_per_second = self.peak_per_second();
    }

    fn outcomes(&self) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for call in self.calls.values() {
            let reason = call.ended.first().and_then(|(_, reason)| reason.as_deref());
            *match (call.key, call.answered, reason) {
                (Some(('1', _)), _, _) => &mut outcomes.well,
                (Some(_), _, _) => &mut outcomes.talk,
                (None, _, _) if call.opted_out.is_some() => &mut outcomes.opted_out,
                (None, true, _) => &mut outcomes.unconfirmed,
                (None, false, Some("TELECOM_BUSY")) => &mut outcomes.busy,
                (None, false, Some("TELECOM_NUMBER_INVALID")) => &mut outcomes.bad_number,
                (None, false, Some("TELECOM_PROBLEM" | "TELECOM_POTENTIAL_BLOCKING")) => {
                    &mut outcomes.network
                }
                (None, false, _) => &mut outcomes.no_answer,
            } += 1;
        }
        outcomes
    }

    fn callbacks(&self, policy: &Policy) -> Callbacks {
        let promised: Vec<(Timestamp, Option<Timestamp>)> = self
            .calls
            .values()
            .filter_map(|call| call.requested.map(|requested| (requested, call.connected)))
            .collect();
        let mut waits: Vec<SignedDuration> = promised
            .iter()
            .filter_map(|(requested, connected)| connected.map(|at| at.duration_since(*requested)))
            .collect();
        waits.sort_unstable();
        let in_time = |promise: &&(Timestamp, Option<Timestamp>)| {
            promise.1.is_some_and(|connected| connected <= policy.callback_due(promise.0))
        };
        let kept = promised.iter().filter(in_time).count();
        Callbacks {
            requested: promised.len() as u64,
            completed: waits.len() as u64,
            overdue: (promised.len() - kept) as u64,
            wait_p50_seconds: percentile(&waits, 50),
            wait_p95_seconds: percentile(&waits, 95),
        }
    }

    fn peak_per_second(&self) -> u64 {
        let mut starts: Vec<Timestamp> = self.calls.values().map(|call| call.at).collect();
        starts.sort_unstable();
        let second = SignedDuration::from_secs(1);
        let in_second = |first: usize| {
            starts[first..].iter().take_while(|at| at.duration_since(starts[first]) < second).count()
        };
        (0..starts.len()).map(in_second).max().unwrap_or(0) as u64
    }

    /// The calls to each resident, in the order of time.
    pub(crate) fn by_resident(&self) -> BTreeMap<&str, Vec<&Call>> {
        let mut grouped: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
        for call in self.calls.values() {
            grouped.entry(call.resident.as_str()).or_default().push(call);
        }
        for calls in grouped.values_mut() {
            calls.sort_by_key(|call| call.at);
        }
        grouped
    }

    /// Every rule of calling that what was seen breaks.
    pub(crate) fn violations(&self, register: &BTreeMap<String, Resident>, policy: &Policy) -> Vec<String> {
        let mut found = Vec::new();
        for (token, contacts) in &self.by_token {
            if contacts.len() > 1 {
                found.push(format!("attempt {token} led to {} calls", contacts.len()));
            }
        }
        for (contact, call) in &self.calls {
            if call.ended.len() != 1 {
                found.push(format!("call {contact} ended {} times", call.ended.len()));
            }
        }
        for (id, calls) in self.by_resident() {
            match register.get(id) {
                Some(resident) => check_resident(resident, &calls, policy, &mut found),
                None => found.push(format!("somebody who is not on the register was called: {id}")),
            }
        }
        self.check_numbers(register, policy, &mut found);
        self.check_opted_out(register, policy, &mut found);
        self.check_rate(policy, &mut found);
        found
    }

    /// No number rings twice within the gap, for whomever it is rung.
    fn check_numbers(&self, register: &BTreeMap<String, Resident>, policy: &Policy, found: &mut Vec<String>) {
        let mut rings: BTreeMap<_, Vec<Timestamp>> = BTreeMap::new();
        for call in self.calls.values() {
            if let Some(resident) = register.get(&call.resident) {
                rings.entry(resident.number).or_default().push(call.at);
            }
        }
        for times in rings.values_mut() {
            times.sort_unstable();
            for pair in times.windows(2) {
                if pair[1].duration_since(pair[0]) < policy.gap() {
                    found.push(format!("a number rang at {} and again at {}", pair[0], pair[1]));
                }
            }
        }
    }

    /// Whoever opted out is never called again, nor is anybody else on that
    /// number once it can be known: where the function behind the keys fails,
    /// the record of the call brings it.
    fn check_opted_out(
        &self,
        register: &BTreeMap<String, Resident>,
        policy: &Policy,
        found: &mut Vec<String>,
    ) {
        let number = |call: &Call| register.get(&call.resident).map(|resident| resident.number);
        for call in self.calls.values() {
            let Some(out) = call.opted_out else { continue };
            let known = out + policy.evidence_window();
            for later in self.calls.values().filter(|later| later.at > out) {
                let same = later.resident == call.resident;
                if same || (later.at > known && number(later) == number(call)) {
                    found.push(format!("{} opted out at {out}, and it rang at {}", call.resident, later.at));
                }
            }
        }
    }

    /// In any stretch of time no more starts than rate times time plus burst.
    fn check_rate(&self, policy: &Policy, found: &mut Vec<String>) {
        let mut starts: Vec<Timestamp> = self.calls.values().map(|call| call.at).collect();
        starts.sort_unstable();
        let rate = f64::from(policy.starts_per_second);
        let burst = f64::from(policy.start_burst);
        // A bucket that leaks at the rate overflows exactly if some stretch
        // holds too many.
        let (mut level, mut last) = (0.0_f64, None);
        for at in starts {
            let passed = last.map_or(0.0, |last| at.duration_since(last).as_secs_f64());
            level = (level - passed * rate).max(0.0) + 1.0;
            if level > burst + 1e-6 {
                found.push(format!("too many calls were started up to {at}"));
            }
            last = Some(at);
        }
    }
}

fn check_resident(resident: &Resident, calls: &[&Call], policy: &Policy, found: &mut Vec<String>) {
    let id = resident.id;
    if !resident.enabled || resident.consent == Some(false) {
        found.push(format!("{id} must not be called and was"));
    }
    check_suppressed(resident, calls, policy, found);
    let hours = policy.hours(resident);
    for (index, call) in calls.iter().enumerate() {
        if !hours.is_open(call.at) {
            found.push(format!("{id} was called at {}, outside their window", call.at));
        }
        if resident.pauses.iter().any(|pause| pause.from <= call.at && call.at < pause.until) {
            found.push(format!("{id} was called at {}, in a pause", call.at));
        }
        let before = &calls[..index];
        if let Some(last) = before.last()
            && call.at.duration_since(last.at) < policy.gap()
        {
            found.push(format!("{id} was called at {} and again at {}", last.at, call.at));
        }
        let window = policy.attempts_window();
        let recent = before.iter().filter(|earlier| call.at.duration_since(earlier.at) < window).count();
        if recent >= usize::try_from(policy.max_attempts).unwrap_or(usize::MAX) {
            found.push(format!("{id} was called at {} after {recent} calls within the window", call.at));
        }
        let pressed = before.iter().filter_map(|earlier| earlier.pressed_at()).max();
        if let Some(pressed) = pressed
            && call.at.duration_since(pressed) < policy.success_interval()
        {
            found.push(format!("{id} pressed a key at {pressed} and was called at {}", call.at));
        }
    }
}

/// Nobody is called once they are on the list. Of a number that was opted out
/// of, others learn when the evidence of that call has come.
fn check_suppressed(resident: &Resident, calls: &[&Call], policy: &Policy, found: &mut Vec<String>) {
    let late = |one: &Suppression| match one.ground {
        Ground::OptedOut => one.at + policy.evidence_window(),
        Ground::Staff | Ground::List => one.at,
    };
    let since = [
        resident.suppressed.person.as_ref().map(|one| one.at),
        resident.suppressed.number.as_ref().map(late),
    ];
    let Some(since) = since.into_iter().flatten().min() else { return };
    if let Some(call) = calls.iter().find(|call| call.at > since) {
        found.push(format!("{} is on the list since {since} and was called at {}", resident.id, call.at));
    }
}

fn percentile(sorted: &[SignedDuration], percent: usize) -> u64 {
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).map_or(0, |wait| u64::try_from(wait.as_secs()).unwrap_or(0))
}

/// A hash of everything that was seen, line by line.
pub(crate) fn trace_hash(events: &[OutsideEvent]) -> String {
    let mut hasher = Sha256::new();
    for event in events {
        hasher.update(serde_json::to_vec(event).unwrap_or_default());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
