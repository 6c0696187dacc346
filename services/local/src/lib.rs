//! All services in one process.
//!
//! [`compose`] is the one list of which handler is made of which ports, and
//! [`ROUTES`] of which handler listens to what; the one-machine program and the
//! rehearsal are both built from them, and `infra/` is compared with them.
//! [`loops`] runs the handlers on polling loops; [`telephony`] is the port to
//! the simulated Connect; [`clock`] a clock that runs faster.
//! [`kept`] keeps secrets in files; [`foresight`] asks handlers what would come of a message.
//! [`machine`] puts all of it together over one data directory.

pub mod bell;
pub mod clock;
mod compose;
pub mod foresight;
pub mod kept;
pub mod loops;
pub mod machine;
pub mod telephony;

pub use compose::{Ports, ROUTES, Route, Services, Trigger, compose};
