use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_host::lambda::Invocation;
use rollcall_host::queue::Surroundings;
use rollcall_host::{Handler, StreamHandler, Verdict};
use rollcall_ports::suite::ManualClock;
use rollcall_ports::trace::{Trace, current};
use rollcall_ports::{
    Checkpoints, Clock, Cursor, DeadLetter, DeadLetters, Fault, Inbox, Receipt, Received, Settled, Signal,
    Signals,
};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// Everything outside, in one, with a log of what was done to it.
#[derive(Default)]
pub(crate) struct Outside {
    pub(crate) log: Mutex<Vec<String>>,
    pub(crate) parking_fails: bool,
    pub(crate) settling_fails: bool,
}

impl Outside {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// Ten in the morning; an invocation has 20 seconds.
pub(crate) const START: &str = "2026-11-23T10:00:00Z";

pub(crate) const XRAY: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(START.parse().unwrap()))
}

pub(crate) fn invocation() -> Invocation {
    Invocation {
        id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        deadline: "2026-11-23T10:00:20Z".parse().unwrap(),
        trace: Trace::from_xray(XRAY),
    }
}

pub(crate) fn around(outside: &Arc<Outside>, clock: &Arc<ManualClock>) -> Surroundings {
    Surroundings {
        letters: Arc::clone(outside) as Arc<dyn DeadLetters>,
        signals: Arc::clone(outside) as Arc<dyn Signals>,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
    }
}

pub(crate) fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Does what a body says, and notes it with its trace.
pub(crate) struct Obedient {
    pub(crate) outside: Arc<Outside>,
    pub(crate) clock: Arc<ManualClock>,
}

impl Obedient {
    async fn obey(&self, body: &str) -> Result<Verdict, Fault> {
        let trace = current().map_or_else(|| "none".to_owned(), |trace| trace.id()[..4].to_owned());
        let short: String = body.chars().take(24).collect();
        self.outside.note(format!("handle {short} [{trace}]"));
        if body.contains("\"fail\"") {
            return Err(Fault::Unanswered("store"));
        }
        if body.contains("\"later\"") {
            return Ok(Verdict::Retry { after: Some(SignedDuration::from_secs(5)), reason: "later" });
        }
        if body.contains("\"poison\"") {
            return Ok(Verdict::Poison("it says so".to_owned()));
        }
        if body.contains("\"slow\"") {
            self.clock.advance(SignedDuration::from_secs(9));
        }
        if body.contains("\"hang\"") {
            std::future::pending::<()>().await;
        }
        Ok(Verdict::Done)
    }
}

#[async_trait]
impl Handler for Obedient {
    type Input = String;

    fn name(&self) -> &'static str {
        "obedient"
    }

    fn decode(&self, body: &str) -> Result<String, String> {
        if body.is_empty() { Err("empty".to_owned()) } else { Ok(body.to_owned()) }
    }

    async fn handle(&self, body: String) -> Result<Verdict, Fault> {
        self.obey(&body).await
    }
}

#[async_trait]
impl StreamHandler for Obedient {
    fn name(&self) -> &'static str {
        "obedient"
    }

    async fn handle(&self, data: &[u8]) -> Result<Verdict, Fault> {
        self.obey(&String::from_utf8_lossy(data)).await
    }
}

impl Signals for Outside {
    fn emit(&self, signal: &Signal) {
        match signal {
            Signal::Retried { source, reason } => self.note(format!("retried of {source}: {reason}")),
            Signal::Parked { source, .. } => self.note(format!("parked of {source}")),
            other => self.note(format!("{other:?}")),
        }
    }
}

#[async_trait]
impl DeadLetters for Outside {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        if self.parking_fails {
            return Err(Fault::Unanswered("dead letters"));
        }
        let (id, receives) = (&letter.message_id, letter.receives);
        let size = letter.body.len();
        self.note(format!("park {id} of {receives} receives, {size} bytes: {}", letter.reason));
        Ok(())
    }

    async fn list(&self, _: Option<&Cursor>, _: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        Ok(Vec::new())
    }

    async fn count(&self) -> Result<u64, Fault> {
        Ok(0)
    }
}

#[async_trait]
impl Inbox for Outside {
    fn name(&self) -> &'static str {
        "letters"
    }

    async fn receive(&self, _: u32) -> Result<Vec<Received>, Fault> {
        Ok(Vec::new())
    }

    async fn delete(&self, _: &Receipt) -> Result<(), Fault> {
        Ok(())
    }

    async fn retry_after(&self, receipt: &Receipt, after: SignedDuration) -> Result<(), Fault> {
        self.note(format!("{} comes again after {} s", receipt.0, after.as_secs()));
        Ok(())
    }

    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        Ok(None)
    }
}

#[async_trait]
impl Checkpoints for Outside {
    async fn of(&self, _: &str) -> Result<Option<Settled>, Fault> {
        Ok(None)
    }

    async fn settle(&self, shard: &str, settled: &Settled) -> Result<(), Fault> {
        if self.settling_fails {
            return Err(Fault::Unanswered("checkpoints"));
        }
        let digits = settled.sequence.as_str();
        let last = &digits[digits.len().saturating_sub(3)..];
        self.note(format!("settle {shard} to …{last}, arrived {}", settled.arrived_at));
        Ok(())
    }
}
