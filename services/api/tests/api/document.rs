//! The committed OpenAPI document and table of roles are those that the code has.

/// Where they are committed.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/openapi.json");
const ROLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ROLES.md");

/// That a committed file is this text; with UPDATE in the environment, makes it so.
#[track_caller]
fn committed(path: &str, text: &str) {
    if std::env::vars_os().any(|(name, _)| name == "UPDATE") {
        std::fs::write(path, text).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == text, "{path} is out of date; refresh it with UPDATE=1");
}

#[test]
fn the_committed_openapi_document_is_the_codes() {
    let mut text = serde_json::to_string_pretty(&rollcall_api::document()).unwrap();
    text.push('\n');
    committed(DOCUMENT, &text);
}

#[test]
fn the_committed_table_of_roles_is_the_codes() {
    let head = "# Who may do what\n\nMade from the table in `src/access.rs`; refresh it with \
        `UPDATE=1 cargo test -p rollcall-api`.\n\n";
    committed(ROLES, &format!("{head}{}", rollcall_api::access::markdown()));
}

#[test]
fn every_refusal_is_a_problem() {
    let document = serde_json::to_value(rollcall_api::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_refusal = status.starts_with(['4', '5']) && path != "/healthz";
                let content = &response["content"]["application/problem+json"];
                let refers = content["schema"]["$ref"] == "#/components/schemas/Problem";
                assert!(!is_refusal || refers, "{method} {path} {status}");
            }
            assert!(operation["summary"].is_string(), "{method} {path} says what it does");
        }
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let document = serde_json::to_value(rollcall_api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let mut names: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "clients are made by these names: {names:?}");
}
