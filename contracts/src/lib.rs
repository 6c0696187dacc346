//! All that crosses a process boundary.
//!
//! [`envelope`] is the wrapping of our own queue messages and [`messages`] what
//! is inside; [`upload`] the notification that an object store sends;
//! [`connect`] what Amazon Connect sends and takes, [`evidence`] what that says of
//! a call; [`topology`] every number
//! about queues, streams and timers. No message of ours carries a name, a
//! number or a raw body: ids only.

pub mod connect;
pub mod envelope;
pub mod evidence;
pub mod letters;
pub mod messages;
pub mod subject;
pub mod topology;
pub mod upload;
