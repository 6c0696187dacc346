//! Words and rules of Rollcall: pure, no I/O, no clock.
