//! Queues carry ids: no message has a place for a name or a number (invariant 9 of the design).

use crate::examples;
use serde_json::Value;
use serde_json::json;

/// Words that no field of a message has in its name.
const PERSONAL: [&str; 17] = [
    "name",
    "forename",
    "firstname",
    "lastname",
    "surname",
    "number",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "email",
    "address",
    "endpoint",
    "postcode",
    "notes",
    "born",
    "row",
];

#[test]
fn no_schema_and_no_example_has_a_field_for_personal_data() {
    for (file, schema) in crate::schemas() {
        assert_eq!(personal_fields(&properties(&schema)), Vec::<String>::new(), "{file}");
    }
    for example in examples::all() {
        assert_eq!(personal_fields(&keys(&example.json)), Vec::<String>::new(), "{}", example.file);
    }
}

#[test]
fn such_fields_would_be_found() {
    let schema = json!({"properties": {"body": {"$ref": "#/$defs/Body"}, "sent_at": {}}, "$defs": {"Body": {
        "oneOf": [{"properties": {"firstName": {}, "phone_number": {}, "renamed": {}}}]}}});
    let found = personal_fields(&properties(&schema));
    assert_eq!(found, ["firstName", "phone_number"]);
    let message = json!({"body": {"list": [{"last-name": 1, "line": 2}]}});
    assert_eq!(personal_fields(&keys(&message)), ["last-name"]);
}

/// The names of unread columns are the uploader's words; they stay in the upload.
#[test]
fn of_the_header_only_places_travel() {
    let text = examples::rows_chunk().encode().unwrap();
    for word in ["Blood", "Mabel", "firstName", "lastName"] {
        assert!(examples::HEADER.contains(word) && !text.contains(word), "{word} travels: {text}");
    }
}

fn personal_fields(names: &[String]) -> Vec<String> {
    names.iter().filter(|name| words(name).any(|word| PERSONAL.contains(&word.as_str()))).cloned().collect()
}

/// The words of `snake_case`, `kebab-case` and `camelCase`, in lower case.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    for sign in name.chars() {
        if sign.is_uppercase() || !sign.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign.is_alphanumeric()) {
            word.extend(sign.to_lowercase());
        }
    }
    words.into_iter()
}

/// The name of every property that a schema mentions.
fn properties(schema: &Value) -> Vec<String> {
    let Value::Object(members) = schema else {
        let items = schema.as_array().into_iter().flatten();
        return items.flat_map(properties).collect();
    };
    let own = members.get("properties").and_then(Value::as_object);
    let mut names: Vec<String> = own.into_iter().flat_map(|own| own.keys().cloned()).collect();
    names.extend(members.values().flat_map(properties));
    names
}

/// Every key of a message.
fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let inner = members.values().flat_map(keys);
            members.keys().cloned().chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}
