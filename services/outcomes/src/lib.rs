//! The outcomes service.
