//! What goes wrong, and when: drawn from the seed, one draw for each call that
//! a handler makes to the outside.

use crate::executor::VirtualClock;
use crate::scenario::Faults;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::{Clock, Fault};
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// How often, in thousandths of all calls.
#[derive(Clone, Copy, Debug)]
struct Rates {
    lost_before: u32,
    lost_after: u32,
    throttled: u32,
    killed_before: u32,
    killed_after: u32,
    delayed: u32,
    stale: u32,
    doubled: u32,
}

impl Rates {
    fn of(faults: Faults) -> Self {
        let [lost_before, lost_after, throttled, killed_before, killed_after, delayed, stale, doubled] =
            match faults {
                Faults::None => [0; 8],
                Faults::Mild => [3, 3, 3, 1, 1, 20, 10, 10],
                Faults::Harsh => [20, 20, 20, 5, 5, 60, 80, 80],
            };
        Self { lost_before, lost_after, throttled, killed_before, killed_after, delayed, stale, doubled }
    }
}

/// What happens to one call.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    Fine,
    LostBefore,
    LostAfter,
    Throttled,
    KilledBefore,
    KilledAfter,
    Delayed { before: SignedDuration, after: SignedDuration },
}

/// Says the fate of each call, by the name of the call.
pub(crate) type Script = Box<dyn FnMut(&'static str) -> Fate + Send>;

/// The source of all trouble.
pub(crate) struct Trouble {
    rates: Rates,
    /// Decides in place of the draw.
    script: Option<Mutex<Script>>,
    rng: Mutex<fastrand::Rng>,
    active: AtomicBool,
}

impl Trouble {
    pub(crate) fn new(faults: Faults, seed: u64) -> Arc<Self> {
        let rng = Mutex::new(fastrand::Rng::with_seed(seed ^ 0x7472_6f75_626c_6500));
        Arc::new(Self { rates: Rates::of(faults), script: None, rng, active: AtomicBool::new(true) })
    }

    /// Trouble of which nothing is left to chance.
    #[cfg(test)]
    pub(crate) fn scripted(script: Script) -> Arc<Self> {
        let (rng, script) = (Mutex::new(fastrand::Rng::with_seed(0)), Some(Mutex::new(script)));
        Arc::new(Self { rates: Rates::of(Faults::None), script, rng, active: AtomicBool::new(true) })
    }

    /// From now on everything goes well.
    pub(crate) fn heal(&self) {
        self.active.store(false, Ordering::Relaxed);
    }

    /// Whether things still go wrong.
    pub(crate) fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed)
    }

    fn draw<T>(&self, with: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        with(&mut self.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn happens(&self, thousandths: u32) -> bool {
        thousandths > 0 && self.is_active() && self.draw(|rng| rng.u32(0..1000)) < thousandths
    }

    /// Whether an index answers as it was some time ago.
    pub(crate) fn stale(&self) -> bool {
        self.happens(self.rates.stale)
    }

    /// Whether a message is there twice.
    pub(crate) fn doubled(&self) -> bool {
        self.happens(self.rates.doubled)
    }

    /// Mixes up an order.
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        if self.is_active() && self.rates.doubled > 0 {
            self.draw(|rng| rng.shuffle(items));
        }
    }

    /// Up to `most` seconds.
    pub(crate) fn seconds(&self, most: i64) -> SignedDuration {
        SignedDuration::from_millis(self.draw(|rng| rng.i64(0..=most * 1000)))
    }

    fn fate(&self, call: &'static str) -> Fate {
        if let Some(script) = &self.script {
            return script.lock().unwrap_or_else(PoisonError::into_inner)(call);
        }
        if !self.is_active() {
            return Fate::Fine;
        }
        let rates = &self.rates;
        let mut rest = self.draw(|rng| rng.u32(0..1000));
        let mut falls = |share: u32| {
            let falls = rest < share;
            rest = if falls { u32::MAX } else { rest - share };
            falls
        };
        if falls(rates.lost_before) {
            Fate::LostBefore
        } else if falls(rates.lost_after) {
            Fate::LostAfter
        } else if falls(rates.throttled) {
            Fate::Throttled
        } else if falls(rates.killed_before) {
            Fate::KilledBefore
        } else if falls(rates.killed_after) {
            Fate::KilledAfter
        } else if falls(rates.delayed) {
            Fate::Delayed { before: self.seconds(4), after: self.seconds(4) }
        } else {
            Fate::Fine
        }
    }
}

/// One worker's process. When it is killed, everything that runs in it stops
/// at the call it is making and is dropped.
#[derive(Default)]
pub(crate) struct Process {
    killed: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Process {
    /// Kills the process from outside.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::Relaxed);
        if let Some(waker) = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    }

    /// Runs `work` until it ends (`Some`) or the process is killed (`None`).
    pub(crate) fn run<F: Future>(self: Arc<Self>, work: F) -> Running<F> {
        Running { process: self, work: Some(Box::pin(work)) }
    }
}

/// Work inside a process.
pub(crate) struct Running<F> {
    process: Arc<Process>,
    work: Option<Pin<Box<F>>>,
}

impl<F: Future> Future for Running<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let process = Arc::clone(&self.process);
        let killed = || process.killed.load(Ordering::Relaxed);
        if let Some(work) = self.work.as_mut()
            && !killed()
            && let Poll::Ready(output) = work.as_mut().poll(context)
        {
            self.work = None;
            return Poll::Ready(Some(output));
        }
        if killed() {
            self.work = None;
            return Poll::Ready(None);
        }
        *process.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Stands before every port of one process.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) trouble: Arc<Trouble>,
    pub(crate) process: Arc<Process>,
    pub(crate) clock: Arc<VirtualClock>,
}

impl Gate {
    /// Lets a call through, or not; `name` is that of the call, port first.
    pub(crate) async fn pass<T>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        match self.trouble.fate(name) {
            Fate::Fine => call.await,
            Fate::LostBefore => Err(Fault::Unanswered(name)),
            Fate::LostAfter => {
                drop(call.await);
                Err(Fault::Unanswered(name))
            }
            Fate::Throttled => Err(Fault::Throttled(name)),
            Fate::KilledBefore => self.die().await,
            Fate::KilledAfter => {
                drop(call.await);
                self.die().await
            }
            Fate::Delayed { before, after } => {
                self.sleep(before).await;
                let answer = call.await;
                self.sleep(after).await;
                answer
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.process.kill();
        pending().await
    }

    pub(crate) async fn sleep(&self, time: SignedDuration) {
        let until = self.clock.now().checked_add(time).unwrap_or(Timestamp::MAX);
        self.clock.sleep_until(until).await;
    }
}
