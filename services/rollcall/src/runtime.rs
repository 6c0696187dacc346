//! The runtime of commands.

use crate::stop::Stop;
use tokio::runtime::{Builder, Runtime};

/// Two workers: while one waits for the store, the other reads rows.
const WORKERS: usize = 2;

/// A runtime with timers, sockets and signals.
pub(crate) fn runtime() -> Result<Runtime, Stop> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| Stop::failed(format!("the program cannot be started: {error}")))
}
