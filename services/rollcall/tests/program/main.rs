//! The program as its users have it: the real binary, a directory of its own
//! for each test, nothing of the environment.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod backups;
mod bad_files;
mod bad_rows;
mod broken;
mod demo;
mod dialing;
mod erasing;
mod erasing_lists;
mod imports;
mod ledgers;
mod letters;
mod questions;
mod rehearsals;
mod settings;
mod support;
mod suppressions;
mod talk;
mod users;
