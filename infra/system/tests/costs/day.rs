//! A day of calls, second by second.

use crate::stage::Stage;
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::Emission;
use rollcall_host::{Handler, Periodic, StreamHandler, Verdict};
use rollcall_ports::{Checkpoints, Clock, Inbox, Received, Sequence, Settled};
use rollcall_system::meter::{Count, Counts};
use std::collections::BTreeMap;

/// What the functions asked of AWS, and what of Lambda is charged besides.
#[derive(Default)]
pub(crate) struct Day {
    /// By the function that asked.
    pub(crate) by: BTreeMap<&'static str, Counts>,
    /// How often each function ran.
    pub(crate) runs: BTreeMap<&'static str, u64>,
    /// Contact records and events on the stream.
    pub(crate) records: u64,
    /// Requests that Lambda makes to take call requests from their queue.
    pub(crate) polled: u64,
}

/// A call request that Lambda holds or hides.
struct Held {
    message: Received,
    not_before: Timestamp,
}

/// `batch_size` of the queue (topology.toml).
const BATCH: usize = 5;

impl Day {
    /// From now on for so long.
    pub(crate) async fn run(stage: &Stage, length: SignedDuration) -> Self {
        let _before = stage.spent();
        let mut day = Self::default();
        let mut held = BTreeMap::new();
        let (mut second, begun) = (0, stage.clock.now());
        while stage.clock.now() < begun + length {
            day.stream(stage, second).await;
            if second % 60 == 0 {
                day.ran("planner", stage, stage.services.planner.run().await);
                day.ran("sweep", stage, stage.services.sweep.run().await);
            }
            if second % 900 == 0 {
                day.ran("books", stage, stage.services.books.run().await);
            }
            day.dial(stage, &mut held).await;
            second += 1;
            stage.clock.sleep_until(begun + SignedDuration::from_secs(second)).await;
        }
        day
    }

    fn ran<T: std::fmt::Debug, E: std::fmt::Debug>(
        &mut self,
        function: &'static str,
        stage: &Stage,
        answer: Result<T, E>,
    ) -> T {
        let counts = self.by.entry(function).or_default();
        for (name, count) in stage.spent() {
            *counts.entry(name).or_default() += count;
        }
        *self.runs.entry(function).or_default() += 1;
        answer.unwrap()
    }

    /// The records of a second are one batch, settled together.
    async fn stream(&mut self, stage: &Stage, second: i64) {
        let mut batch = 0;
        loop {
            let emissions = stage.connect.lock().advance(stage.clock.now());
            if emissions.is_empty() {
                break;
            }
            for emission in emissions {
                match emission {
                    Emission::StreamRecord { data, .. } => {
                        let verdict = stage.services.outcomes.handle(&data).await;
                        assert_eq!(self.ran("outcomes", stage, verdict), Verdict::Done);
                        batch += 1;
                    }
                    Emission::InvokeFunction(asked) => {
                        let answer = stage.services.key_press.answer(&asked.payload).await;
                        let answer = self.ran("key-press", stage, answer);
                        stage.connect.lock().function_answered(asked.at, asked.id, Ok(answer.0));
                    }
                    Emission::Seen(_) => {}
                }
            }
        }
        if batch > 0 {
            let sequence = Sequence::new(&format!("{}", second + 1));
            let settled = Settled { sequence, arrived_at: stage.clock.now() };
            let answer = stage.progress.settle("shardId-000000000000", &settled).await;
            self.ran("outcomes", stage, answer);
            // Records were counted as runs; a batch is one.
            *self.runs.entry("outcomes").or_default() -= batch;
            self.records += batch;
        }
    }

    async fn dial(&mut self, stage: &Stage, held: &mut BTreeMap<String, Held>) {
        // Only the planner sends, once a minute; what is there is all taken.
        if stage.clock.now().as_second() % 60 < 2 {
            for message in stage.requests.receive(500).await.unwrap() {
                let not_before = stage.clock.now();
                held.insert(message.id.clone(), Held { message, not_before });
            }
        }
        let now = stage.clock.now();
        let ready = held.iter().filter(|(_, held)| held.not_before <= now).map(|(id, _)| id.clone());
        let ready: Vec<String> = ready.take(BATCH).collect();
        if ready.is_empty() {
            return;
        }
        let mut settled = 0;
        for id in ready {
            let Some(one) = held.get_mut(&id) else { continue };
            let request = stage.services.dialer.decode(&one.message.body).unwrap();
            match stage.services.dialer.handle(request).await.unwrap() {
                Verdict::Done => {
                    stage.requests.delete(&one.message.receipt).await.unwrap();
                    held.remove(&id);
                    settled = 1;
                }
                Verdict::Retry { after, .. } => {
                    let after = after.unwrap_or(SignedDuration::from_mins(2));
                    one.not_before = now + after;
                    // Asked of SQS as the function does; the time that passes
                    // is not SQS's, so the message stays hidden.
                    let hidden = SignedDuration::from_hours(1);
                    stage.metered_requests.retry_after(&one.message.receipt, hidden).await.unwrap();
                }
                Verdict::Poison(why) => panic!("{why}"),
            }
        }
        // Received together, and deleted together.
        self.polled += 1 + settled;
        self.ran("dialer", stage, Ok::<(), ()>(()));
    }
}

/// All requests of these counts whose name begins so.
pub(crate) fn of(counts: &Counts, beginning: &str) -> Count {
    let mut sum = Count::default();
    for (_, count) in counts.iter().filter(|(name, _)| name.starts_with(beginning)) {
        sum += *count;
    }
    sum
}
