//! The API over a real store, asked as the portal asks it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod assets;
mod document;
mod health;
mod http_keys;
mod lists;
mod overview;
mod privacy;
mod roles;
mod security;
mod support;
mod tokens;
mod users;
