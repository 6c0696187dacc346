//! A world around the simulator: drives it through virtual time and keeps what came out.

#![expect(dead_code, reason = "every test file uses its own part of it")]
#![expect(clippy::unwrap_used, reason = "what cannot be set up or read fails the test")]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::{
    AgentPlan, Emission, EmissionConfig, FunctionFailure, Invocation, InvocationId, OutsideEvent,
    OutsideKind, Period, Place, SimConfig, Simulator,
};
use rollcall_contracts::connect::api::{ApiError, StartOutboundRequest};
use rollcall_contracts::connect::{
    ContactEvent, ContactRecord, StreamRecord, StringMap, decode_stream_record,
};

pub(crate) const START: &str = "2026-11-23T08:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

pub(crate) fn shipped_flow() -> Flow {
    let substitutions = [
        (
            "KeyPressFunctionArn".to_owned(),
            "arn:aws:lambda:eu-west-2:111122223333:function:key-press".to_owned(),
        ),
        ("CallbackQueueArn".to_owned(), Place::default().queue_arn()),
        ("OrganisationName".to_owned(), "Example Reassurance".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ];
    Flow::parse(CHECK_CALL, &substitutions.into()).unwrap()
}

/// Settings without quotas that could get in the way, and with exact emission; no agents.
pub(crate) fn roomy(seed: u64) -> SimConfig {
    SimConfig {
        rate_per_second: 1_000.0,
        burst: 10_000,
        concurrent_calls: 10_000,
        emission: EmissionConfig::exact(),
        ..SimConfig::new(seed, shipped_flow())
    }
}

/// Agents who are there for a month.
pub(crate) fn agents(count: usize) -> Vec<AgentPlan> {
    let shift = Period { from: at(START), until: at(START) + seconds(30 * 86_400) };
    let agent = |index| AgentPlan { username: format!("agent.{index}"), shifts: vec![shift], breaks: vec![] };
    (0..count).map(agent).collect()
}

/// A request that nothing is wrong with; `index` makes number, ids and token.
pub(crate) fn request(index: usize) -> StartOutboundRequest {
    let place = Place::default();
    StartOutboundRequest {
        destination_phone_number: format!("+441632960{:03}", index % 1000),
        contact_flow_id: place.flow_id,
        instance_id: place.instance_id,
        client_token: Some(format!("token-{index}")),
        queue_id: Some(place.queue_id),
        attributes: attributes(index),
        ring_timeout_in_seconds: Some(45),
        name: Some("Daily check".to_owned()),
        ..StartOutboundRequest::default()
    }
}

fn attributes(index: usize) -> StringMap {
    [("residentId", format!("resident-{index}")), ("attemptId", format!("attempt-{index}"))]
        .into_iter()
        .collect()
}

/// What the function does: how long it takes, and what it answers.
pub(crate) type Function = Box<dyn FnMut(&Invocation) -> Answer>;
pub(crate) type Answer = (SignedDuration, Result<BTreeMap<String, String>, FunctionFailure>);

pub(crate) fn recorded() -> Answer {
    (SignedDuration::from_millis(150), Ok(BTreeMap::from([("status".to_owned(), "recorded".to_owned())])))
}

pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) now: Timestamp,
    pub(crate) seen: Vec<OutsideEvent>,
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) records: Vec<(Timestamp, ContactRecord)>,
    pub(crate) events: Vec<(Timestamp, ContactEvent)>,
    /// Every emission, in order, as text.
    pub(crate) trace: Vec<String>,
    pub(crate) function: Function,
    answers: BTreeMap<(Timestamp, InvocationId), Result<BTreeMap<String, String>, FunctionFailure>>,
}

impl World {
    pub(crate) fn new(config: SimConfig) -> Self {
        Self {
            sim: Simulator::new(config, at(START)),
            now: at(START),
            seen: Vec::new(),
            invocations: Vec::new(),
            records: Vec::new(),
            events: Vec::new(),
            trace: Vec::new(),
            function: Box::new(|_| recorded()),
            answers: BTreeMap::new(),
        }
    }

    pub(crate) fn start(&mut self, index: usize) -> Result<String, ApiError> {
        self.sim.start_outbound(self.now, &request(index))
    }

    /// Lets time pass, visiting only the moments at which something happens.
    pub(crate) fn run(&mut self, length: SignedDuration) {
        let end = self.now + length;
        while let Some(next) = self.next_due().filter(|next| *next < end) {
            self.now = self.now.max(next);
            self.settle();
        }
        self.now = end;
        self.settle();
    }

    /// Lets time pass, looking in after every `step` only, whatever happens in between.
    pub(crate) fn run_in_steps(&mut self, length: SignedDuration, step: SignedDuration) {
        let end = self.now + length;
        while self.now < end {
            self.now = end.min(self.now + step);
            self.settle();
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.sim.next_at().into_iter().chain(self.next_answer()).min()
    }

    fn next_answer(&self) -> Option<Timestamp> {
        self.answers.keys().next().map(|(at, _)| *at)
    }

    /// Does everything that is due by now, in the order of time.
    fn settle(&mut self) {
        loop {
            let answer = self.next_answer().filter(|at| *at <= self.now);
            let emissions = self.sim.advance(answer.unwrap_or(self.now));
            if !emissions.is_empty() {
                // There may be an earlier answer to give now.
                self.take(emissions);
            } else if answer.is_some()
                && let Some(((at, id), answer)) = self.answers.pop_first()
            {
                self.sim.function_answered(at, id, answer);
            } else {
                return;
            }
        }
    }

    pub(crate) fn take(&mut self, emissions: Vec<Emission>) {
        for emission in emissions {
            self.trace.push(match &emission {
                Emission::StreamRecord { at, partition_key, data } => {
                    format!("{at} {partition_key} {}", String::from_utf8(data.clone()).unwrap())
                }
                Emission::InvokeFunction(call) => {
                    format!("{} call {}", call.at, serde_json::to_string(&call.payload).unwrap())
                }
                Emission::Seen(event) => serde_json::to_string(event).unwrap(),
            });
            match emission {
                Emission::StreamRecord { at, data, .. } => match decode_stream_record(&data).unwrap() {
                    StreamRecord::Contact(record) => self.records.push((at, *record)),
                    StreamRecord::Event(event) => self.events.push((at, *event)),
                    StreamRecord::Foreign => panic!("the simulator wrote something foreign"),
                },
                Emission::InvokeFunction(call) => {
                    let (takes, answer) = (self.function)(&call);
                    self.answers.insert((call.at + takes, call.id), answer);
                    self.invocations.push(*call);
                }
                Emission::Seen(event) => self.seen.push(event),
            }
        }
    }

    pub(crate) fn seen(&self, kind: OutsideKind) -> Vec<&OutsideEvent> {
        self.seen.iter().filter(|event| event.kind == kind).collect()
    }

    /// The record of that contact; exactly one must have come.
    pub(crate) fn record(&self, contact_id: &str) -> &ContactRecord {
        let mut found = self.records.iter().filter(|(_, record)| record.contact_id == contact_id);
        let (_, record) = found.next().unwrap();
        assert!(found.next().is_none(), "two records");
        record
    }

    /// What was claimed on the line is not heard; what the function was told is.
    pub(crate) fn told(&self, contact_id: &str) -> Vec<BTreeMap<String, String>> {
        let of_contact = |call: &&Invocation| call.payload.details.contact_data.contact_id == contact_id;
        self.invocations
            .iter()
            .filter(of_contact)
            .map(|call| call.payload.details.parameters.0.clone())
            .collect()
    }
}
