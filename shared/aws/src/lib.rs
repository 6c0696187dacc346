//! The ports on Amazon's services: one module a service, one feature a module;
//! dead letters come from two services (`arrivals`) and go back there (`replays`).
//!
//! The only crate that names an SDK. `Aws` holds what all clients share; an
//! adapter is built from it once, at the start of a program. Errors become
//! [`Fault`](rollcall_ports::Fault)s in one place (`fault.rs`); what a service
//! answers is never put into an error text, a log line or a metric.
//!
//! Absent on purpose: rules of the domain, and any decision about what to do
//! when a port fails.
#![cfg(feature = "sdk")]

#[cfg(all(feature = "kinesis", feature = "sqs"))]
pub mod arrivals;
#[cfg(any(feature = "connect", feature = "dynamodb", feature = "s3", feature = "sns", feature = "sqs"))]
pub mod compose;
mod config;
#[cfg(feature = "connect")]
pub mod connect;
#[cfg(feature = "doctor")]
pub mod doctor;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
mod fault;
#[cfg(feature = "kinesis")]
pub mod kinesis;
#[cfg(all(feature = "kinesis", feature = "sqs"))]
pub mod replays;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(feature = "sns")]
pub mod sns;
#[cfg(feature = "sqs")]
pub mod sqs;

pub use config::Aws;
