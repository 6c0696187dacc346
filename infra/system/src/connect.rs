//! The simulated Connect as a service of its own: functions start calls over
//! HTTP, it writes to the stream, and its flow calls the function.

use crate::http::{Protocol, ask};
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::http::Service;
use rollcall_connect_sim::{
    AgentHabits, AgentPlan, Between, CallbackShares, Emission, EmissionConfig, FunctionFailure, Invocation,
    OutsideEvent, Period, Place, ResidentHabits, ResidentMix, SimConfig, Simulator,
};
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Clock, StreamWriter};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Who lives there, and what is done about them.
pub struct Town {
    /// Decides every draw.
    pub seed: u64,
    /// What residents do, as `well=0.6,talk=0.2`.
    pub answers: String,
    /// Agents at the desk.
    pub agents: u8,
}

/// The simulated Connect, running until it is dropped.
pub struct Connect {
    simulator: Arc<Mutex<Simulator>>,
    seen: Arc<Mutex<Vec<OutsideEvent>>>,
    place: Place,
    service: Service,
    endpoint: String,
    tasks: JoinSet<()>,
}

impl Connect {
    /// Opens a Connect for `town` on a free port of this machine. Its time
    /// begins to pass with [`Connect::run`].
    ///
    /// # Errors
    /// When the shipped flow or the town's answers are not valid, or no port is free.
    pub async fn open(town: &Town) -> Result<Self, std::io::Error> {
        let place = Place::default();
        let now = SystemClock.now();
        let simulator = Arc::new(Mutex::new(Simulator::new(config(town, &place, now)?, now)));
        let service = Service::new(Arc::clone(&simulator), Arc::new(|| SystemClock.now()));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let mut tasks = JoinSet::new();
        let router = service.router();
        tasks.spawn(async move {
            // Ends with the test.
            let _served = axum::serve(listener, router).await;
        });
        Ok(Self { simulator, seen: Arc::default(), place, service, endpoint, tasks })
    }

    /// Where its API is.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Its ids, for the deployment.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Everything that it has seen so far.
    #[must_use]
    pub fn seen(&self) -> Vec<OutsideEvent> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls and callbacks that are under way.
    #[must_use]
    pub fn calls(&self) -> u32 {
        lock(&self.simulator).concurrent_calls()
    }

    /// Lets its time pass: records go to `stream`, the flow calls `function`
    /// of the Lambda service at `lambda`.
    pub fn run(&mut self, stream: Arc<dyn StreamWriter>, lambda: String, function: String) {
        let world = World {
            simulator: Arc::clone(&self.simulator),
            seen: Arc::clone(&self.seen),
            stream,
            lambda,
            function,
        };
        let asked = self.service.changed();
        self.tasks.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let emissions = lock(&world.simulator).advance(SystemClock.now());
                if emissions.is_empty() {
                    let next = lock(&world.simulator).next_at().unwrap_or(Timestamp::MAX);
                    tokio::select! {
                        () = asked.notified() => {}
                        () = SystemClock.sleep_until(next) => {}
                        Some(_) = calls.join_next() => {}
                    }
                }
                for emission in emissions {
                    world.carry_out(emission, &mut calls).await;
                }
            }
        });
    }
}

fn lock(simulator: &Mutex<Simulator>) -> MutexGuard<'_, Simulator> {
    simulator.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the simulated Connect acts upon.
#[derive(Clone)]
struct World {
    simulator: Arc<Mutex<Simulator>>,
    seen: Arc<Mutex<Vec<OutsideEvent>>>,
    stream: Arc<dyn StreamWriter>,
    lambda: String,
    function: String,
}

impl World {
    async fn carry_out(&self, emission: Emission, calls: &mut JoinSet<()>) {
        match emission {
            Emission::StreamRecord { partition_key, data, .. } => {
                // Connect's records are never lost on their way.
                while self.stream.put(&partition_key, &data).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            Emission::InvokeFunction(invocation) => {
                let world = self.clone();
                calls.spawn(async move { world.invoke(*invocation).await });
            }
            Emission::Seen(event) => {
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            }
        }
    }

    async fn invoke(&self, invocation: Invocation) {
        let path = format!("/2015-03-31/functions/{}/invocations", self.function);
        let body = serde_json::to_vec(&invocation.payload).unwrap_or_default();
        let answer = match ask(&self.lambda, "lambda", ("POST", &path), Protocol::Rest, &body).await {
            Ok(answer) if answer.status == 429 => Err(FunctionFailure::Throttled),
            Ok(answer) if answer.status == 200 && !answer.has("x-amz-function-error") => {
                // Anything but a flat map of texts is a failure, as in Connect.
                serde_json::from_slice::<BTreeMap<String, String>>(&answer.body)
                    .map_err(|_| FunctionFailure::Failed)
            }
            Ok(_) | Err(_) => Err(FunctionFailure::Failed),
        };
        lock(&self.simulator).function_answered(SystemClock.now(), invocation.id, answer);
    }
}

/// Everything takes seconds instead of minutes: these tests run in real time.
fn config(town: &Town, place: &Place, now: Timestamp) -> Result<SimConfig, std::io::Error> {
    let other = |text: String| std::io::Error::other(text);
    let values = BTreeMap::from([
        (
            "KeyPressFunctionArn".to_owned(),
            "arn:aws:lambda:eu-west-2:111122223333:function:key-press".to_owned(),
        ),
        ("CallbackQueueArn".to_owned(), place.queue_arn()),
        ("OrganisationName".to_owned(), "Rollcall".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ]);
    let flow = Flow::parse(CHECK_CALL, &values)
        .map_err(|problems| other(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
    let day = SignedDuration::from_hours(24);
    let shift = Period { from: now - day, until: now + day };
    let agent = |number: u8| AgentPlan {
        username: format!("agent-{number}"),
        shifts: vec![shift],
        breaks: Vec::new(),
    };
    Ok(SimConfig {
        residents: ResidentMix::parse(&town.answers).map_err(|error| other(error.to_string()))?,
        resident_habits: ResidentHabits {
            answers_after: Between::millis(500, 2_000),
            machine_answers_after: Between::millis(1_000, 2_000),
            presses_after: Between::millis(200, 1_000),
            ..ResidentHabits::default()
        },
        agents: (1..=town.agents).map(agent).collect(),
        agent_habits: AgentHabits {
            misses: 0.0,
            accepts_after: Between::millis(200, 1_000),
            clears_missed_after: Between::seconds(1, 2),
            talk: Between::seconds(1, 3),
            wrap_up: Between::millis(500, 1_000),
            callbacks: CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 },
            ..AgentHabits::default()
        },
        emission: EmissionConfig {
            event_delay: Between::millis(100, 1_000),
            events_lost: 0.1,
            events_twice: 0.2,
            events_late: 0.1,
            event_late_delay: Between::seconds(2, 5),
            record_delay: Between::seconds(1, 3),
            records_late: 0.1,
            record_late_delay: Between::seconds(3, 6),
            records_twice: 0.2,
            records_updated: 0.1,
            ..EmissionConfig::default()
        },
        metrics_stale: SignedDuration::from_secs(1),
        concurrent_calls: 60,
        place: place.clone(),
        ..SimConfig::new(town.seed, flow)
    })
}
