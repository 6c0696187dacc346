//! The sweep service.
