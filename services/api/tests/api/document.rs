//! The committed OpenAPI document is the one that the code has.

use std::path::Path;

/// Where it is committed.
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/openapi.json");

#[test]
fn the_committed_openapi_document_is_the_codes() {
    let mut text = serde_json::to_string_pretty(&rollcall_api::document()).unwrap();
    text.push('\n');
    if std::env::vars_os().any(|(name, _)| name == "UPDATE") {
        std::fs::write(COMMITTED, &text).unwrap();
    }
    let committed = std::fs::read_to_string(Path::new(COMMITTED)).unwrap_or_default();
    assert!(committed == text, "contracts/openapi.json is out of date; refresh it with UPDATE=1");
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
