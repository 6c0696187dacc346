//! The outcome stream on Amazon Kinesis Data Streams.
//!
//! [`Writer`] is for whoever plays Connect or EventBridge; [`Reader`] for one
//! machine, which polls; [`Horizon`] tells the sweep how far the evidence has
//! been taken in, whoever reads it.

mod horizon;
mod reader;
mod shards;
mod writer;

pub use horizon::Horizon;
pub use reader::Reader;
#[cfg(feature = "sqs")]
pub(crate) use shards::Source;
pub use writer::Writer;

/// The name of this port in faults.
const PORT: &str = "outcomes";
