use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_ports::Clock;
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A clock that is put forward by hand, or by [`run`].
pub(crate) struct VirtualClock(Mutex<Times>);

struct Times {
    now: Timestamp,
    /// When somebody wants to be woken; may name moments that nobody waits for
    /// any more, which costs a look and changes nothing.
    wanted: BTreeSet<Timestamp>,
}

impl VirtualClock {
    /// A clock that shows `now`.
    pub(crate) fn new(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Times { now, wanted: BTreeSet::new() })))
    }

    /// Puts the clock forward; never back.
    pub(crate) fn set(&self, now: Timestamp) {
        let mut times = self.lock();
        times.now = times.now.max(now);
    }

    /// Jumps to the next moment that somebody waits for, up to `end`.
    fn jump(&self, end: Timestamp) -> bool {
        let mut times = self.lock();
        match times.wanted.pop_first() {
            Some(at) if at <= end => {
                times.now = times.now.max(at);
                true
            }
            Some(_) | None => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    async fn sleep_until(&self, at: Timestamp) {
        poll_fn(|_| {
            let mut times = self.lock();
            if times.now >= at {
                return Poll::Ready(());
            }
            times.wanted.insert(at);
            Poll::Pending
        })
        .await;
    }
}

/// Something that runs on a virtual clock.
pub(crate) type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs a few tasks, in turn and always in the same order; time stands still
/// while any of them can go on. Ends when `done` says so, when none is left, or
/// at `end`.
pub(crate) fn run(clock: &VirtualClock, mut tasks: Vec<Task<'_>>, end: Timestamp, done: impl Fn() -> bool) {
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    loop {
        tasks.retain_mut(|task| task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        if done() || tasks.is_empty() {
            return;
        }
        if !woken.0.swap(false, Ordering::Relaxed) && !clock.jump(end) {
            return;
        }
    }
}

/// Whether any task was woken by another.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Task, VirtualClock, run};
    use jiff::Timestamp;
    use rollcall_ports::Clock;
    use std::cell::RefCell;

    #[test]
    fn tasks_wake_in_the_order_of_time_and_end_with_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let clock = VirtualClock::new(at(0));
        let seen = RefCell::new(Vec::new());
        let task = |name: &'static str, times: [i64; 2]| -> Task<'_> {
            let (clock, seen) = (&clock, &seen);
            Box::pin(async move {
                for time in times {
                    clock.sleep_until(at(time)).await;
                    seen.borrow_mut().push((clock.now().as_second(), name));
                }
            })
        };
        run(&clock, vec![task("a", [3, 9]), task("b", [2, 4])], at(8), || false);
        assert_eq!(*seen.borrow(), [(2, "b"), (3, "a"), (4, "b")]);
    }
}
