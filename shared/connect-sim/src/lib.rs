//! A simulated Amazon Connect: quotas, call flow, agents, residents, records, and its HTTP API.

pub mod flow;
