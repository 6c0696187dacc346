//! A simulated Amazon Connect: quotas, call flow, agents, residents, records, and its HTTP API.
//!
//! [`Simulator`] is a state machine without clock, thread or I/O: it is told the time, and what it wants done comes back
//! as [`Emission`]s. The same machine therefore runs on a virtual clock in rehearsals and on the system clock behind
//! [`http`]. Same configuration and same calls give the same emissions, byte by byte.
//!
//! It is meant to be no kinder than the real service: it throttles, repeats, delays and loses as documented, and where
//! the documentation is silent the nastier behaviour can be switched on.
//!
//! Absent on purpose: inbound calls, chat, transfers, recordings, campaigns, answering-machine detection, and the
//! verification of request signatures.

mod agents;
mod config;
mod contact;
pub mod flow;
pub mod http;
mod outside;
mod people;
mod quota;
mod residents;
mod simulator;
mod wire;

pub use agents::{AgentPlan, Period, WorkingHours};
pub use config::{
    AgentHabits, Between, CallbackShares, EmissionConfig, OverConcurrency, Place, SimConfig, TokenAfterEnd,
};
pub use outside::{Emission, FunctionFailure, Invocation, InvocationId, OutsideEvent, OutsideKind};
pub use people::{CallStage, DeskCall, DeskPhone, DeskStatus, PersonAct};
pub use residents::{Drawn, MixError, ResidentHabits, ResidentKind, ResidentMix};
pub use simulator::{Input, Simulator};
