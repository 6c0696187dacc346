//! What the simulated Connect does to the world, carried out.

use super::Machine;
use super::connect::Simulated;
use super::journal::Journal;
use crate::bell::Ringing;
use crate::telephony::SimulatedConnect;
use jiff::Timestamp;
use rollcall_connect_sim::{Emission, FunctionFailure, Invocation, OutsideEvent};
use rollcall_embedded::Stream;
use rollcall_ports::{Fault, Signal, StreamWriter};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Told everything that the simulated Connect saw.
pub type Seen = Arc<dyn Fn(&OutsideEvent) + Send + Sync>;

/// Until the stream takes a record it is offered again after this: Connect's
/// records are never lost on their way.
const STREAM_AGAIN: Duration = Duration::from_millis(50);

/// Lets the simulated Connect's time pass.
pub(super) struct Driver {
    machine: Arc<Machine>,
    connect: SimulatedConnect,
    /// Rung when somebody else asked something of it, over HTTP.
    asked: Arc<Notify>,
    seen: Seen,
    stream: Ringing<Stream>,
    journal: Arc<Journal>,
    pending: Vec<Emission>,
    skip: u64,
}

impl Driver {
    pub(super) fn new(machine: Arc<Machine>, simulated: Simulated, seen: Seen) -> Self {
        let stream = Ringing { inner: machine.store.outcomes_stream(), bell: machine.bells.outcomes.clone() };
        let Simulated { port, http, journal, pending, skip, .. } = simulated;
        Self { machine, connect: port, asked: http.changed(), seen, stream, journal, pending, skip }
    }

    pub(super) async fn run(mut self) {
        for emission in std::mem::take(&mut self.pending) {
            self.carry_out(emission).await;
        }
        loop {
            let emissions = self.connect.lock().advance(self.machine.clock().now());
            if emissions.is_empty() {
                let next = self.connect.lock().next_at();
                self.rest(next).await;
            }
            for emission in emissions {
                if self.skip > 0 {
                    self.skip -= 1;
                } else {
                    self.carry_out(emission).await;
                }
            }
        }
    }

    /// Until something is due or somebody asked something.
    async fn rest(&self, next: Option<Timestamp>) {
        tokio::select! {
            biased;
            () = self.connect.bell().heard() => {}
            () = self.asked.notified() => {}
            () = self.machine.clock().sleep_until(next.unwrap_or(Timestamp::MAX)) => {}
        }
    }

    async fn carry_out(&self, emission: Emission) {
        match emission {
            Emission::StreamRecord { partition_key, data, .. } => self.deliver(&partition_key, &data).await,
            Emission::InvokeFunction(invocation) => self.invoke(*invocation).await,
            Emission::Seen(event) => (self.seen)(&event),
        }
        self.journal.done();
    }

    async fn deliver(&self, partition_key: &str, data: &[u8]) {
        while let Err(fault) = self.stream.put(partition_key, data).await {
            let signal = Signal::Retried { source: "connect".to_owned(), reason: fault.to_string() };
            self.machine.around.signals.emit(&signal);
            tokio::time::sleep(STREAM_AGAIN).await;
        }
    }

    /// The answer is given at the moment of the question: the simulated
    /// Connect's time stands still meanwhile, so that a fast clock does not
    /// make our function look slow.
    async fn invoke(&self, invocation: Invocation) {
        let answer = match self.machine.services.key_press.answer(&invocation.payload).await {
            Ok(answer) => Ok(answer.0),
            Err(Fault::Throttled(_)) => Err(FunctionFailure::Throttled),
            Err(Fault::Unanswered(_) | Fault::Refused { .. }) => Err(FunctionFailure::Failed),
        };
        self.connect.lock().function_answered(invocation.at, invocation.id, answer);
    }
}
