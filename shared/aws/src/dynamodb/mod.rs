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
mod days;
mod erasures;
mod escalations;
mod item;
mod letters;
mod pace;
mod progress;
mod read;
mod residents;
pub mod schema;
mod suppressions;
mod switch;
mod write;

pub use attempts::Attempts;
pub use audit::Audit;
pub use batches::Batches;
pub use callbacks::Callbacks;
pub use checks::Checks;
pub use consumed::{Consumed, Operation, Units};
pub use days::Days;
pub use erasures::Erasures;
pub use escalations::Escalations;
pub use letters::{Jobs, Letters};
pub use pace::Pace;
pub use progress::Progress;
pub use residents::Residents;
pub use suppressions::Suppressions;
pub use switch::Switch;

use crate::Aws;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::erasure::Class;
use rollcall_domain::retention::Retention;
use schema::{EXPIRES, Table};
use std::sync::Arc;
use std::time::Duration;

/// The client that all adapters of this module share, and where their tables
/// are.
#[derive(Clone, Debug)]
pub struct Dynamo {
    client: Client,
    tables: Tables,
    consumed: Arc<Consumed>,
    retention: Retention,
}

impl Dynamo {
    /// A client for the tables whose names begin with `prefix`.
    #[must_use]
    pub fn new(aws: &Aws, prefix: &str) -> Self {
        let tables = Tables { prefix: prefix.into() };
        Self {
            client: Client::new(&aws.shared),
            tables,
            consumed: Arc::default(),
            retention: Retention::default(),
        }
    }

    /// The same with another policy of how long things are kept. It holds for what is
    /// written from then on.
    #[must_use]
    pub fn keeping(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Marks an item that is over since then, so that DynamoDB deletes it once it is
    /// past its time, within days; one that is open has no mark.
    fn ages(&self, item: &mut item::Item, class: Class, over_since: Option<Timestamp>) {
        let expires = over_since.and_then(|over| self.retention.expires(class, over));
        item.extend(expires.map(|second| (EXPIRES.to_owned(), item::number(second))));
    }

    /// The same for what is about a day.
    fn ages_by_day(&self, item: &mut item::Item, class: Class, day: Date) {
        let expires = self.retention.expires_of_day(class, day);
        item.extend(expires.map(|second| (EXPIRES.to_owned(), item::number(second))));
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
/// The longest pause before the second try; it doubles up to [`LONGEST_PAUSE`],
/// so that all of them together take less than a second.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(160);

/// Waits before the try after `tries` failed ones: anything up to a longest
/// pause that grows with them. By chance, since those who collide are other
/// processes, which have done the same so far.
async fn back_off(tries: u32) {
    let longest = (SHORTEST_PAUSE * 2u32.saturating_pow(tries.saturating_sub(1))).min(LONGEST_PAUSE);
    #[expect(clippy::disallowed_methods, reason = "nothing depends on it but who waits for whom")]
    let part = fastrand::Rng::new().f64();
    tokio::time::sleep(longest.mul_f64(part)).await;
}
