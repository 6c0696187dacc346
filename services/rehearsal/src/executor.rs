//! A single-threaded executor on a virtual clock.
//!
//! Time stands still while any task can run and then jumps to the next timer,
//! so that three days pass in seconds. Tasks run in the order in which they
//! were woken and timers fire in the order of time, then of registration:
//! nothing else decides an order, which is what makes a rehearsal repeatable.

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_ports::Clock;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The time of the rehearsal.
pub(crate) struct VirtualClock {
    timers: Mutex<Timers>,
}

struct Timers {
    now: Timestamp,
    registered: u64,
    waiting: BTreeMap<(Timestamp, u64), Waker>,
}

impl VirtualClock {
    pub(crate) fn new(now: Timestamp) -> Arc<Self> {
        Arc::new(Self { timers: Mutex::new(Timers { now, registered: 0, waiting: BTreeMap::new() }) })
    }

    fn lock(&self) -> MutexGuard<'_, Timers> {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Jumps to the next timer, not past `end`, and fires it. Answers whether
    /// there was one.
    fn advance(&self, end: Timestamp) -> bool {
        let mut timers = self.lock();
        match timers.waiting.first_key_value() {
            Some(((at, _), _)) if *at <= end => {}
            Some(_) | None => {
                timers.now = timers.now.max(end);
                return false;
            }
        }
        if let Some(((at, _), waker)) = timers.waiting.pop_first() {
            timers.now = timers.now.max(at);
            drop(timers);
            waker.wake();
        }
        true
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    async fn sleep_until(&self, at: Timestamp) {
        Sleep { clock: self, at, key: None }.await;
    }
}

struct Sleep<'a> {
    clock: &'a VirtualClock,
    at: Timestamp,
    key: Option<(Timestamp, u64)>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (at, key) = (self.at, self.key);
        let mut timers = self.clock.lock();
        if timers.now >= at {
            return Poll::Ready(());
        }
        let key = key.unwrap_or_else(|| {
            timers.registered += 1;
            (at, timers.registered)
        });
        timers.waiting.insert(key, context.waker().clone());
        drop(timers);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.clock.lock().waiting.remove(&key);
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Runs tasks.
pub(crate) struct Executor {
    clock: Arc<VirtualClock>,
    tasks: BTreeMap<u64, (Task, Arc<TaskWaker>)>,
    spawner: Spawner,
}

/// Starts tasks, also from inside tasks.
#[derive(Clone)]
pub(crate) struct Spawner {
    born: Rc<RefCell<Vec<Task>>>,
    ready: Arc<Mutex<VecDeque<u64>>>,
}

struct TaskWaker {
    id: u64,
    queued: AtomicBool,
    ready: Arc<Mutex<VecDeque<u64>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            self.ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.id);
        }
    }
}

impl Spawner {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.born.borrow_mut().push(Box::pin(task));
    }
}

impl Executor {
    pub(crate) fn new(clock: Arc<VirtualClock>) -> Self {
        let spawner = Spawner { born: Rc::default(), ready: Arc::default() };
        Self { clock, tasks: BTreeMap::new(), spawner }
    }

    pub(crate) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// Lets time pass until `end`.
    pub(crate) fn run_until(&mut self, end: Timestamp) {
        loop {
            self.adopt();
            while let Some(id) = self.next_ready() {
                self.poll(id);
                self.adopt();
            }
            if !self.clock.advance(end) {
                return;
            }
        }
    }

    /// Takes in the tasks that were spawned.
    fn adopt(&mut self) {
        for task in self.spawner.born.take() {
            let id = self.tasks.last_key_value().map_or(0, |(id, _)| id + 1);
            let ready = Arc::clone(&self.spawner.ready);
            let waker = Arc::new(TaskWaker { id, queued: AtomicBool::new(false), ready });
            Arc::clone(&waker).wake();
            self.tasks.insert(id, (task, waker));
        }
    }

    fn next_ready(&self) -> Option<u64> {
        self.spawner.ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn poll(&mut self, id: u64) {
        let Some((task, waker)) = self.tasks.get_mut(&id) else { return };
        waker.queued.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(waker));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.tasks.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn timers_fire_in_the_order_of_time_whatever_the_order_of_tasks() {
        let clock = VirtualClock::new(at(0));
        let mut executor = Executor::new(Arc::clone(&clock));
        let log: Rc<RefCell<Vec<(i64, &str)>>> = Rc::default();
        for (name, first, gap) in [("a", 5, 10), ("b", 3, 4)] {
            let (clock, log) = (Arc::clone(&clock), Rc::clone(&log));
            executor.spawner().spawn(async move {
                clock.sleep_until(at(first)).await;
                log.borrow_mut().push((clock.now().as_second(), name));
                clock.sleep_until(clock.now() + SignedDuration::from_secs(gap)).await;
                log.borrow_mut().push((clock.now().as_second(), name));
            });
        }
        executor.run_until(at(10));
        assert_eq!(*log.borrow(), [(3, "b"), (5, "a"), (7, "b")]);
        assert_eq!(clock.now(), at(10), "time goes on to the end although nothing happens");
        executor.run_until(at(20));
        assert_eq!(log.borrow().last(), Some(&(15, "a")));
    }

    #[test]
    fn a_task_can_start_tasks_and_a_dropped_sleep_leaves_no_timer() {
        let clock = VirtualClock::new(at(0));
        let mut executor = Executor::new(Arc::clone(&clock));
        let (inner, spawner) = (Arc::clone(&clock), executor.spawner());
        executor.spawner().spawn(async move {
            let child = Arc::clone(&inner);
            spawner.spawn(async move { child.sleep_until(at(1)).await });
            inner.sleep_until(at(2)).await;
        });
        executor.run_until(at(3));
        assert!(executor.tasks.is_empty());
        assert!(clock.lock().waiting.is_empty());
    }
}
