//! Who may do what: one table of every endpoint, which the guard, the OpenAPI
//! document and the tests all read. What is not in it is not served.

use axum::http::Method;
use rollcall_domain::group::Group;
use std::fmt::Write;

/// One endpoint, and who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path, with `{…}` for its variables.
    pub path: &'static str,
    /// Who.
    pub who: Who,
}

/// Who may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, without a token.
    Anyone,
    /// Who is in one of these groups.
    Groups(&'static [Group]),
}

use Group::{Agents, Operators, Uploaders};
/// No token needed.
const PUBLIC: Who = Who::Anyone;
/// Everybody who works with the service.
const ALL: Who = Who::Groups(&[Uploaders, Agents, Operators]);
/// Those who look after the register.
const REGISTER: Who = Who::Groups(&[Uploaders, Operators]);
/// Those who have a call before them.
const DESK: Who = Who::Groups(&[Agents, Operators]);
/// Those who keep the service running.
const OPERATORS: Who = Who::Groups(&[Operators]);

/// The table. Sorted by path.
pub const TABLE: &[Rule] = &[
    rule("GET", "/api/.well-known/jwks.json", PUBLIC),
    rule("GET", "/api/audit", OPERATORS),
    rule("GET", "/api/batches", REGISTER),
    rule("GET", "/api/batches/{id}", REGISTER),
    rule("GET", "/api/batches/{id}/notes", REGISTER),
    rule("POST", "/api/batches/{id}/undo", REGISTER),
    rule("GET", "/api/config", PUBLIC),
    rule("GET", "/api/contacts/{contact_id}/resident", DESK),
    rule("GET", "/api/dead-letters", OPERATORS),
    rule("POST", "/api/dead-letters/discards", OPERATORS),
    rule("GET", "/api/dead-letters/groups", OPERATORS),
    rule("GET", "/api/dead-letters/replays", OPERATORS),
    rule("POST", "/api/dead-letters/replays", OPERATORS),
    rule("GET", "/api/dead-letters/replays/{id}", OPERATORS),
    rule("POST", "/api/dead-letters/replays/{id}/stop", OPERATORS),
    rule("GET", "/api/dead-letters/{id}", OPERATORS),
    rule("POST", "/api/dead-letters/{id}/discard", OPERATORS),
    rule("POST", "/api/dead-letters/{id}/dry-run", OPERATORS),
    rule("PUT", "/api/dead-letters/{id}/message", OPERATORS),
    rule("POST", "/api/dead-letters/{id}/replay", OPERATORS),
    rule("POST", "/api/dead-letters/{id}/reveal", OPERATORS),
    rule("GET", "/api/desk", DESK),
    rule("GET", "/api/desk/callbacks/{id}", DESK),
    rule("POST", "/api/desk/callbacks/{id}/cancel", DESK),
    rule("POST", "/api/desk/callbacks/{id}/complete", DESK),
    rule("PUT", "/api/desk/callbacks/{id}/raised", DESK),
    rule("POST", "/api/desk/callbacks/{id}/take", DESK),
    rule("DELETE", "/api/desk/callbacks/{id}/take", DESK),
    rule("POST", "/api/desk/phone/accept", DESK),
    rule("POST", "/api/desk/phone/decline", DESK),
    rule("POST", "/api/desk/phone/hang-up", DESK),
    rule("PUT", "/api/desk/phone/status", DESK),
    rule("POST", "/api/desk/phone/wrapped-up", DESK),
    rule("GET", "/api/dialing", ALL),
    rule("POST", "/api/dialing/start", OPERATORS),
    rule("POST", "/api/dialing/stop", OPERATORS),
    rule("GET", "/api/escalations", DESK),
    rule("GET", "/api/escalations/{id}", DESK),
    rule("DELETE", "/api/escalations/{id}/accept", DESK),
    rule("POST", "/api/escalations/{id}/accept", DESK),
    rule("POST", "/api/escalations/{id}/all-clear", DESK),
    rule("POST", "/api/escalations/{id}/notes", DESK),
    rule("GET", "/api/ledger/{date}", ALL),
    rule("GET", "/api/ledger/{date}/export", ALL),
    rule("GET", "/api/ledger/{date}/residents", ALL),
    rule("GET", "/api/live", ALL),
    rule("GET", "/api/me", ALL),
    rule("GET", "/api/overview", ALL),
    rule("GET", "/api/overview/history", ALL),
    rule("GET", "/api/overview/waiting", ALL),
    rule("GET", "/api/queues", OPERATORS),
    rule("POST", "/api/residents/export", ALL),
    rule("POST", "/api/residents/search", ALL),
    rule("GET", "/api/residents/{id}", ALL),
    rule("PATCH", "/api/residents/{id}", REGISTER),
    rule("DELETE", "/api/residents/{id}", OPERATORS),
    rule("GET", "/api/residents/{id}/attempts", ALL),
    rule("GET", "/api/residents/{id}/days", ALL),
    rule("PUT", "/api/residents/{id}/enabled", REGISTER),
    rule("GET", "/api/residents/{id}/erasure", OPERATORS),
    rule("POST", "/api/residents/{id}/erasure", OPERATORS),
    rule("POST", "/api/residents/{id}/notes", ALL),
    rule("POST", "/api/residents/{id}/pauses", ALL),
    rule("DELETE", "/api/residents/{id}/pauses/{pause_id}", ALL),
    rule("GET", "/api/residents/{id}/subject-access", OPERATORS),
    rule("GET", "/api/residents/{id}/why", ALL),
    rule("POST", "/api/sign-in", PUBLIC),
    rule("GET", "/api/suppressions", OPERATORS),
    rule("POST", "/api/suppressions", OPERATORS),
    rule("POST", "/api/suppressions/search", OPERATORS),
    rule("POST", "/api/suppressions/{id}/lift", OPERATORS),
    rule("POST", "/api/uploads", REGISTER),
    rule("GET", "/api/uploads/{id}/bad-rows.csv", REGISTER),
    rule("POST", "/api/uploads/{id}/file", REGISTER),
    rule("POST", "/api/uploads/{id}/load", REGISTER),
    rule("GET", "/api/uploads/{id}/preview", REGISTER),
    rule("GET", "/api/users", OPERATORS),
    rule("POST", "/api/users", OPERATORS),
    rule("DELETE", "/api/users/{name}", OPERATORS),
    rule("PUT", "/api/users/{name}", OPERATORS),
    rule("GET", "/healthz", PUBLIC),
    rule("GET", "/openapi.json", PUBLIC),
];

const fn rule(method: &'static str, path: &'static str, who: Who) -> Rule {
    Rule { method, path, who }
}

/// Who may use this endpoint; `None` for one that is not in the table. HEAD is
/// GET without its body.
#[must_use]
pub fn who(method: &Method, path: &str) -> Option<Who> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|rule| rule.method == method && rule.path == path).map(|rule| rule.who)
}

/// The methods that a path has, for the header Allow.
pub(crate) fn methods(path: &str) -> String {
    let methods: Vec<_> = TABLE.iter().filter(|rule| rule.path == path).map(|rule| rule.method).collect();
    methods.join(", ")
}

/// The table as Markdown, for the documentation.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| endpoint | uploaders | agents | operators |\n|---|---|---|---|\n");
    for Rule { method, path, who } in TABLE {
        let may = |group| match who {
            Who::Anyone => "no token needed",
            Who::Groups(groups) if groups.contains(&group) => "yes",
            Who::Groups(_) => "",
        };
        let [uploaders, agents, operators] = Group::ALL.map(may);
        // Writing to a String cannot fail.
        let _written = writeln!(text, "| `{method} {path}` | {uploaders} | {agents} | {operators} |");
    }
    text
}
