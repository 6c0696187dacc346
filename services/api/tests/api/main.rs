//! The API over a real store, asked as the portal asks it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod changes;
mod document;
mod health;
mod interrupted;
mod lists;
mod people;
mod residents;
mod roles;
mod support;
mod tokens;
