//! The workbench over a real store.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod collecting;
mod interrupted;
mod jobs;
mod world;
