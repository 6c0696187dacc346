//! The ports on DynamoDB.
//!
//! Every request is made through [`Dynamo`], which knows the tables by a prefix
//! and adds up what each operation consumed. Lists by time are sparse indexes
//! in [`SHARDS`](schema::SHARDS) parts; every write that depends on what was
//! read is conditional; what must change together changes in one transaction.
//!
//! Absent on purpose: a Scan outside of the pages of the register,
//! and any answer taken from an index without reading the item behind it where
//! something is decided by it.

mod attempts;
mod audit;
mod batches;
mod callbacks;
mod checks;
mod consumed;
mod item;
mod pace;
mod progress;
mod read;
mod residents;
pub mod schema;
mod write;

pub use attempts::Attempts;
pub use audit::Audit;
pub use batches::Batches;
pub use callbacks::Callbacks;
pub use checks::Checks;
pub use consumed::{Consumed, Operation, Units};
pub use pace::Pace;
pub use progress::Progress;
pub use residents::Residents;

use crate::Aws;
use aws_sdk_dynamodb::Client;
use schema::Table;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The client that all adapters of this module share, and where their tables
/// are.
#[derive(Clone, Debug)]
pub struct Dynamo {
    client: Client,
    tables: Tables,
    consumed: Arc<Consumed>,
}

impl Dynamo {
    /// A client for the tables whose names begin with `prefix`.
    #[must_use]
    pub fn new(aws: &Aws, prefix: &str) -> Self {
        let tables = Tables { prefix: prefix.into() };
        Self { client: Client::new(&aws.shared), tables, consumed: Arc::default() }
    }

    /// What was consumed since the start, by whichever adapter of this client
    /// or its clones.
    #[must_use]
    pub fn consumed(&self) -> &Consumed {
        &self.consumed
    }

    /// How the tables are called.
    #[must_use]
    pub const fn tables(&self) -> &Tables {
        &self.tables
    }
}

/// How the tables of one deployment are called.
#[derive(Clone, Debug)]
pub struct Tables {
    prefix: Arc<str>,
}

impl Tables {
    /// The full name of a table.
    #[must_use]
    pub fn name(&self, table: &Table) -> String {
        format!("{}{}", self.prefix, table.name)
    }
}

/// How often a request is made again that certainly had no effect, since
/// others were writing the same items at that moment.
const TRIES: u32 = 6;
/// The pause before the first of them; each next one is twice as long, so that
/// all of them together take less than a second.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Waits before the try after `tries` failed ones: the longer the more there
/// were, and never as long as a neighbour who failed at the same moment.
async fn back_off(tries: u32) {
    static TURN: AtomicU64 = AtomicU64::new(0);
    // The golden ratio spreads consecutive turns evenly over one pause.
    let turn = TURN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let pause = FIRST_PAUSE * 2u32.saturating_pow(tries.saturating_sub(1));
    let spread = pause.mul_f64(f64::from(u32::try_from(turn >> 32).unwrap_or(0)) / f64::from(u32::MAX));
    tokio::time::sleep(pause / 2 + spread).await;
}
