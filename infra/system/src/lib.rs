//! The deployed system, tried as a whole: the template as it is shipped, on an
//! emulator of AWS's services, with the Lambda programs as they are shipped and
//! the simulated Connect in Connect's place.
//!
//! Absent on purpose: any part of Rollcall. What is here stands where AWS and
//! the world stand; it sees what they would see.
#![cfg(feature = "emulators")]

mod connect;
mod deployment;
pub mod event_source;
pub mod http;
mod lines;
pub mod meter;
pub mod processes;
mod requests;
mod roles;
mod sign;
mod units;

pub use connect::{Connect, Town};
pub use deployment::{Deployment, FUNCTIONS, endpoint};
pub use lines::Lines;
pub use requests::Permission;
pub use roles::Role;
pub use sign::Caller;
