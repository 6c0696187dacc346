//! What crosses a process boundary: messages, Connect's records, the topology of queues.

pub mod connect;
