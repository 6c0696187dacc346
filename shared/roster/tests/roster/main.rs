//! Uploads as they come, taken through scanner and row reader.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking too")]

mod chunks;
mod columns;
mod erasing;
mod fuzz;
#[path = "../fuzzing/mod.rs"]
mod fuzzing;
mod holds;
mod mending;
mod opening;
mod quotes;
mod reading;
mod samples;
mod support;
