//! The contract suite: what each port MUST answer, as functions over the port.
//! Every adapter runs all of them; a real difference between two adapters is a
//! parameter here, never a second test.
//!
//! Each part (a module, run by its `all`) expects a store that no former run
//! of the part has written to, and panics at the first broken promise. Parts
//! do not disturb each other. Data is made up, times are literals; only what
//! an adapter measures by itself (visibility, arrival) goes by its clock.
//!
//! Absent on purpose: anything that knows what an adapter is made of, real
//! waiting (a [`ManualClock`] is moved instead, unless the adapter goes by a
//! real one), and true parallelism, which a test of the adapter itself adds.

pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod batches;
pub mod callbacks;
pub mod checks;
pub mod clock;
pub mod days;
pub mod dead_letters;
pub mod deposits;
pub mod erasures;
pub mod escalations;
pub mod gate;
pub mod letters;
mod manual_clock;
pub mod notices;
pub mod pace;
pub mod people;
pub mod queue;
pub mod removing;
pub mod residents;
pub mod retain;
pub mod searching;
pub mod stream;
pub mod suppressions;
pub mod switch;
pub mod uploads;

pub use manual_clock::ManualClock;

use crate::{Clock, Fault};
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// How the adapter under test is to be treated.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The clock that the adapter goes by.
    pub clock: &'a dyn Clock,
    /// For how long the answers that a port's doc allows to be out of date
    /// (`due`, `count`, `depth` and their like) may be so. Zero: never.
    pub lag: SignedDuration,
}

/// How often an answer that may be out of date is asked for within the lag.
const ASKS: i32 = 20;

impl Case<'_> {
    /// Waits for so long by the clock of the adapter.
    async fn pass(&self, time: SignedDuration) {
        self.clock.sleep_until(self.clock.now() + time).await;
    }

    /// Asks until the answer is `expected`, for as long as the adapter may lag.
    async fn settles<T: PartialEq + std::fmt::Debug>(
        &self,
        what: &str,
        expected: T,
        mut ask: impl AsyncFnMut() -> T,
    ) {
        for _ in 0..ASKS {
            if ask().await == expected || self.lag.is_zero() {
                break;
            }
            self.pass(self.lag / ASKS).await;
        }
        assert_eq!(ask().await, expected, "{what}");
    }
}

/// The answer of a port that must behave.
#[track_caller]
fn ok<T>(answer: Result<T, Fault>) -> T {
    match answer {
        Ok(value) => value,
        Err(fault) => panic!("the port does not behave: {fault}"),
    }
}

/// A stored value that must be there.
#[track_caller]
fn there<T>(answer: Result<Option<T>, Fault>) -> T {
    match ok(answer) {
        Some(value) => value,
        None => panic!("expected a stored value, found none"),
    }
}

/// A literal time.
#[track_caller]
fn at(text: &str) -> Timestamp {
    match text.parse() {
        Ok(at) => at,
        Err(error) => panic!("the suite names a time that is none: {error}"),
    }
}

/// Several requests at once, as far as the adapter lets them: each is begun
/// before any of them needs to have ended.
async fn together<'a, T>(requests: Vec<Pin<Box<dyn Future<Output = T> + Send + 'a>>>) -> Vec<T> {
    let mut answers: Vec<Option<T>> = requests.iter().map(|_| None).collect();
    let mut requests: Vec<_> = requests.into_iter().map(Some).collect();
    std::future::poll_fn(|context| {
        for (request, answer) in requests.iter_mut().zip(&mut answers) {
            if let Some(running) = request
                && let Poll::Ready(value) = running.as_mut().poll(context)
            {
                *answer = Some(value);
                *request = None;
            }
        }
        if requests.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers.into_iter().flatten().collect()
}
