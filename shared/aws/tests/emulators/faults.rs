//! What the adapters make of services that throttle, conflict, fail, lose
//! answers, give them late or are asked twice: on a line to the emulators that
//! does so by a script. What of it concerns stored data is looked at past the
//! line.

mod calls;
mod queues;
mod stores;

use crate::proxy::Step;
use crate::scripted::Reply;

/// Too busy, and nothing was done.
fn throttled(kind: &str) -> Step {
    error(400, kind)
}

/// Nothing was done, though nobody can know.
fn failed() -> Step {
    error(500, "InternalServerError")
}

fn error(status: u16, kind: &str) -> Step {
    let body = serde_json::json!({ "__type": format!("com.amazonaws#{kind}"), "message": "by a script" });
    Step::Answer(Reply::error(status, kind, &body.to_string()))
}
