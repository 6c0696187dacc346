//! The dialer service.
