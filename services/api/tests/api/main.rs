//! The API over a real store, asked as the portal asks it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod assets;
mod bringing;
mod changes;
mod desk;
mod desk_interrupted;
mod dialing;
mod document;
mod erasing;
mod escalations;
mod health;
mod http_keys;
mod interrupted;
#[cfg(feature = "lambda")]
mod lambda;
mod ledger;
mod letters;
mod line;
mod lists;
mod overview;
mod paging;
mod people;
mod phone;
mod privacy;
mod residents;
mod roles;
mod security;
mod support;
mod suppressions;
mod tokens;
mod undo;
mod uploads;
mod users;
