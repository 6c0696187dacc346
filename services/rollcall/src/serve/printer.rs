//! Lines about what happens, on standard output.

use super::words::words;
use crate::times;
use jiff::tz::TimeZone;
use rollcall_ports::{Clock, Signal, Signals};
use std::io::{self, Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::Notify;

/// Lines that may wait for a slow reader; then happenings are counted instead.
const WAITING: usize = 4096;

/// Prints lines without ever making the services wait for whoever reads them.
pub(super) struct Printer {
    lines: Arc<Lines>,
    thread: Option<JoinHandle<()>>,
}

struct Lines {
    queue: SyncSender<Item>,
    left_out: AtomicU64,
    unheard: Notify,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
}

enum Item {
    Line(String),
    End,
}

impl Printer {
    /// Starts printing.
    pub(super) fn start(clock: Arc<dyn Clock>, zone: TimeZone) -> Self {
        let (queue, waiting) = sync_channel(WAITING);
        let (left_out, unheard) = (AtomicU64::new(0), Notify::new());
        let lines = Arc::new(Lines { queue, left_out, unheard, clock, zone });
        let writer = Arc::clone(&lines);
        let thread = std::thread::spawn(move || {
            if print(&writer, &waiting).is_err() {
                writer.unheard.notify_one();
            }
        });
        Self { lines, thread: Some(thread) }
    }

    /// Where the services tell what happens.
    pub(super) fn signals(&self) -> Arc<dyn Signals> {
        Arc::clone(&self.lines) as Arc<dyn Signals>
    }

    /// Prints a line.
    pub(super) fn line(&self, text: String) {
        self.lines.put(text);
    }

    /// Returns when nobody reads any more.
    pub(super) async fn unheard(&self) {
        self.lines.unheard.notified().await;
    }

    /// Waits until everything is printed.
    pub(super) fn finish(mut self) {
        // Fails only when the thread has ended, because nobody reads.
        if self.lines.queue.send(Item::End).is_ok()
            && let Some(thread) = self.thread.take()
        {
            // A panic there was told there.
            let _panicked = thread.join();
        }
    }
}

impl Lines {
    fn put(&self, text: String) {
        match self.queue.try_send(Item::Line(text)) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.left_out.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl Signals for Lines {
    fn emit(&self, signal: &Signal) {
        if let Some(words) = words(signal) {
            self.put(format!("{}  {words}", times::short(self.clock.now(), &self.zone)));
        }
    }
}

fn print(lines: &Lines, waiting: &Receiver<Item>) -> io::Result<()> {
    while let Ok(Item::Line(line)) = waiting.recv() {
        let mut out = stdout().lock();
        writeln!(out, "{line}")?;
        let left_out = lines.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            writeln!(out, "… and {left_out} happenings that came too fast to be shown")?;
        }
    }
    Ok(())
}
