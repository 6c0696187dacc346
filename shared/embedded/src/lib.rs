//! Adapters for one machine, on SQLite.
