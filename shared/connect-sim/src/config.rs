//! Everything about a simulated Connect that can be set.

use jiff::SignedDuration;

use crate::agents::AgentPlan;
use crate::flow::Flow;
use crate::residents::{ResidentHabits, ResidentMix};

/// Settings of a [`crate::Simulator`].
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Decides every draw.
    pub seed: u64,
    /// `StartOutboundVoiceContact` requests per second; default 2 (quota L-4E9BCC96).
    pub rate_per_second: f64,
    /// Requests at once after a pause; default 5.
    pub burst: u32,
    /// Calls at the same time, ringing included; default 10 per instance.
    pub concurrent_calls: u32,
    /// What happens to a call above that; which of the two Connect does is not documented.
    pub over_concurrency: OverConcurrency,
    /// What a known client token gives after its call has ended; not documented.
    pub token_after_end: TokenAfterEnd,
    /// What residents do when they are called.
    pub residents: ResidentMix,
    /// How residents do it.
    pub resident_habits: ResidentHabits,
    /// Who sits at the desk, and when.
    pub agents: Vec<AgentPlan>,
    /// How agents work.
    pub agent_habits: AgentHabits,
    /// Durations that a person at the desk lives through last so many times longer: an offer rings, the resident is
    /// rung, and talks until hanging up. Default 1; as many as time runs faster than life, so that people have theirs.
    pub people_pace: u32,
    /// How events and records reach the stream.
    pub emission: EmissionConfig,
    /// The flow that runs on answered calls.
    pub flow: Flow,
    /// Names and numbers of the instance.
    pub place: Place,
    /// The figures of `GetCurrentMetricData` may be this old.
    pub metrics_stale: SignedDuration,
    /// Callbacks the queue takes; the flow's error branch beyond. Default: no limit.
    pub queue_capacity: Option<u32>,
    /// A callback that no agent takes disappears after this time, 7 to 14 days.
    pub callback_life: SignedDuration,
    /// How long ended contacts can be described; the real service keeps them for 24 months.
    pub remember: SignedDuration,
}

impl SimConfig {
    /// The default quotas of a new instance, with the quota for UK mobiles granted; no agents.
    pub fn new(seed: u64, flow: Flow) -> Self {
        Self {
            seed,
            rate_per_second: 2.0,
            burst: 5,
            concurrent_calls: 10,
            over_concurrency: OverConcurrency::Refuse,
            token_after_end: TokenAfterEnd::SameContact,
            residents: ResidentMix::default(),
            resident_habits: ResidentHabits::default(),
            agents: Vec::new(),
            agent_habits: AgentHabits::default(),
            people_pace: 1,
            emission: EmissionConfig::default(),
            flow,
            place: Place::default(),
            metrics_stale: SignedDuration::from_secs(10),
            queue_capacity: None,
            callback_life: SignedDuration::from_hours(24 * 7),
            // Longer than a callback can wait, because its legs share the attributes of the first.
            remember: SignedDuration::from_hours(24 * 16),
        }
    }
}

/// A start above the quota of concurrent calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverConcurrency {
    /// 429 `LimitExceededException`.
    Refuse,
    /// Accepted with a contact id, then ended at once without ringing.
    AcceptThenFail,
}

/// A client token of the last seven days whose call has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAfterEnd {
    /// The old contact id again, no call.
    SameContact,
    /// A second call. Older documentation said so.
    NewCall,
}

/// Names and numbers of the simulated instance.
#[derive(Clone, Debug)]
pub struct Place {
    /// AWS Region, part of every ARN.
    pub region: String,
    /// AWS account, part of every ARN.
    pub account: String,
    /// Id of the instance.
    pub instance_id: String,
    /// Id of the queue for callbacks.
    pub queue_id: String,
    /// Display name of that queue.
    pub queue_name: String,
    /// Id of the flow for check calls.
    pub flow_id: String,
    /// The caller id.
    pub source_number: String,
    /// Beginnings of numbers that may be called.
    pub allowed_prefixes: Vec<String>,
    /// Beginnings of numbers that may not, although they begin as allowed.
    pub blocked_prefixes: Vec<String>,
}

impl Default for Place {
    /// An instance in London. Blocked are the United Kingdom's special and premium ranges, which the service blocks by
    /// default; mobiles (+447), also blocked by default, are taken as granted.
    fn default() -> Self {
        let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        Self {
            region: "eu-west-2".to_owned(),
            account: "111122223333".to_owned(),
            instance_id: "5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a11".to_owned(),
            queue_id: "7d1e4b22-93c5-4f6a-8a17-0b5c2e9d4f33".to_owned(),
            queue_name: "Rollcall callbacks".to_owned(),
            flow_id: "c0a80101-0f10-4c3e-8b21-9d7e5f3a6b10".to_owned(),
            source_number: "+442079460100".to_owned(),
            allowed_prefixes: texts(&["+44", "+353", "+39", "+33", "+1"]),
            blocked_prefixes: texts(&["+44111", "+44118", "+44119", "+448", "+449"]),
        }
    }
}

impl Place {
    pub(crate) fn instance_arn(&self) -> String {
        format!("arn:aws:connect:{}:{}:instance/{}", self.region, self.account, self.instance_id)
    }

    /// ARN of the callback queue, for the flow's placeholder.
    pub fn queue_arn(&self) -> String {
        format!("{}/queue/{}", self.instance_arn(), self.queue_id)
    }

    pub(crate) fn may_call(&self, number: &str) -> bool {
        let begins = |prefixes: &[String]| prefixes.iter().any(|prefix| number.starts_with(prefix.as_str()));
        begins(&self.allowed_prefixes) && !begins(&self.blocked_prefixes)
    }
}

/// How agents work.
#[derive(Clone, Debug)]
pub struct AgentHabits {
    /// Share of offers that are not accepted in time.
    pub misses: f64,
    /// From offer to acceptance.
    pub accepts_after: Between,
    /// After a missed offer: how long until the agent clears it and can be offered a call again.
    pub clears_missed_after: Between,
    /// Length of a conversation; short ones are commoner.
    pub talk: Between,
    /// How long a resident talks to a person at the desk before hanging up; short ones are commoner. People write
    /// things down meanwhile, and mostly end the conversation themselves.
    pub talk_to_person: Between,
    /// Work after a conversation.
    pub wrap_up: Between,
    /// What happens when a callback is dialled.
    pub callbacks: CallbackShares,
}

impl Default for AgentHabits {
    fn default() -> Self {
        Self {
            misses: 0.04,
            accepts_after: Between::seconds(1, 10),
            clears_missed_after: Between::seconds(5, 45),
            talk: Between::seconds(60, 900),
            talk_to_person: Between::seconds(300, 1800),
            wrap_up: Between::seconds(15, 120),
            callbacks: CallbackShares::default(),
        }
    }
}

/// Shares of what happens when a callback is dialled; the rest is answered by a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallbackShares {
    /// Rings unanswered; the only case in which Connect tries again.
    pub no_answer: f64,
    /// Line busy.
    pub busy: f64,
    /// A machine answers, which Connect takes for a person.
    pub voicemail: f64,
}

impl Default for CallbackShares {
    fn default() -> Self {
        Self { no_answer: 0.08, busy: 0.03, voicemail: 0.05 }
    }
}

/// How events and records reach the stream. Shares are probabilities from 0 to 1.
#[derive(Clone, Debug)]
pub struct EmissionConfig {
    /// Whether contact events are sent at all; records always are.
    pub events: bool,
    /// From the happening to the stream.
    pub event_delay: Between,
    /// Events that never come: the feed is best effort.
    pub events_lost: f64,
    /// Events that come twice.
    pub events_twice: f64,
    /// Events held up by `event_late_delay`, so that later ones overtake them.
    pub events_late: f64,
    /// The additional delay of those.
    pub event_late_delay: Between,
    /// From completion of the leg to the stream.
    pub record_delay: Between,
    /// Records that come later by `record_late_delay`. Records are never lost.
    pub records_late: f64,
    /// The additional delay of those.
    pub record_late_delay: Between,
    /// Records that come twice, byte for byte.
    pub records_twice: f64,
    /// Records that are sent again with a newer `LastUpdateTimestamp`.
    pub records_updated: f64,
}

impl Default for EmissionConfig {
    /// What a calm day looks like: a few repeats, little delay.
    fn default() -> Self {
        Self {
            events: true,
            event_delay: Between::millis(200, 3_000),
            events_lost: 0.002,
            events_twice: 0.005,
            events_late: 0.01,
            event_late_delay: Between::seconds(5, 120),
            record_delay: Between::seconds(40, 90),
            records_late: 0.01,
            record_late_delay: Between::seconds(300, 900),
            records_twice: 0.01,
            records_updated: 0.01,
        }
    }
}

impl EmissionConfig {
    /// Everything at once and exactly once: for tests that look at something else.
    pub fn exact() -> Self {
        Self {
            events: true,
            event_delay: Between::millis(500, 500),
            events_lost: 0.0,
            events_twice: 0.0,
            events_late: 0.0,
            event_late_delay: Between::seconds(0, 0),
            record_delay: Between::seconds(60, 60),
            records_late: 0.0,
            record_late_delay: Between::seconds(0, 0),
            records_twice: 0.0,
            records_updated: 0.0,
        }
    }

    /// A bad day within what AWS promises: many repeats, long delays, lost events, late and repeated records.
    pub fn harsh() -> Self {
        Self {
            events: true,
            event_delay: Between::millis(100, 10_000),
            events_lost: 0.15,
            events_twice: 0.20,
            events_late: 0.20,
            event_late_delay: Between::seconds(10, 1_800),
            record_delay: Between::seconds(20, 120),
            records_late: 0.20,
            record_late_delay: Between::seconds(300, 1_500),
            records_twice: 0.25,
            records_updated: 0.25,
        }
    }
}

/// A length of time drawn evenly between two bounds, both included, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    least: u32,
    most: u32,
}

impl Between {
    /// Bounds in milliseconds; in the wrong order, only the first counts.
    pub const fn millis(least: u32, most: u32) -> Self {
        Self { least, most: if most < least { least } else { most } }
    }

    /// Bounds in seconds, up to 49 days.
    pub const fn seconds(least: u32, most: u32) -> Self {
        Self::millis(least.saturating_mul(1000), most.saturating_mul(1000))
    }

    pub(crate) fn draw(self, rng: &mut fastrand::Rng) -> SignedDuration {
        SignedDuration::from_millis(i64::from(rng.u32(self.least..=self.most)))
    }

    /// As [`Self::draw`], but short times are commoner: on average a third of the way.
    pub(crate) fn draw_short(self, rng: &mut fastrand::Rng) -> SignedDuration {
        let way = rng.f64() * rng.f64().max(0.25);
        let millis = f64::from(self.least) + way * f64::from(self.most - self.least);
        SignedDuration::from_secs_f64((millis / 1000.0).round())
    }
}
