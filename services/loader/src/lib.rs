//! The loader service.
