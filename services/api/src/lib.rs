//! The portal's HTTP API.
