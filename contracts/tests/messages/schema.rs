//! The schema of a message, and as much of JSON Schema as these schemas need.
//!
//! A keyword that the checker does not know fails the test, so that nothing is skipped in silence.

use rollcall_contracts::envelope::{Envelope, Message};
use serde_json::{Value, json};

/// The schema of the envelope with this message inside; kind and version are pinned.
pub(crate) fn of<M: Message>() -> Value {
    let mut schema = schemars::schema_for!(Envelope<M>).to_value();
    schema["title"] = json!(format!("{}, version {}", M::KIND, M::VERSION));
    for (field, value, says) in [
        ("kind", json!(M::KIND), "Which message this is."),
        (
            "version",
            json!(M::VERSION),
            "Raised when a reader of the former version could misread the new one.",
        ),
    ] {
        schema["properties"][field]["const"] = value;
        schema["properties"][field]["description"] = json!(says);
    }
    schema
}

/// Every way in which `value` is not what `schema` describes.
pub(crate) fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    Checker { root: schema }.check(schema, value, "message", &mut problems);
    problems
}

struct Checker<'s> {
    root: &'s Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let Value::Object(keywords) = schema else {
            assert_eq!(schema, &Value::Bool(true), "{at}: not a schema");
            return;
        };
        for (keyword, expected) in keywords {
            let holds = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "default" => true,
                "type" => is_of_type(expected, value),
                "const" => value == expected,
                "enum" => expected.as_array().unwrap().contains(value),
                "format" => has_format(expected.as_str().unwrap(), value),
                "minimum" => value.as_f64() >= expected.as_f64(),
                "maximum" => value.as_f64() <= expected.as_f64(),
                "minItems" => value.as_array().is_some_and(|items| items.len() as u64 >= number(expected)),
                "maxItems" => value.as_array().is_some_and(|items| items.len() as u64 <= number(expected)),
                "required" => expected
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| value.get(name.as_str().unwrap()).is_some()),
                "additionalProperties" => self.no_more(schema, expected, value),
                "properties" => {
                    for (name, inner) in expected.as_object().unwrap() {
                        if let Some(field) = value.get(name) {
                            self.check(inner, field, &format!("{at}.{name}"), problems);
                        }
                    }
                    true
                }
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.check(expected, item, &format!("{at}[]"), problems);
                    }
                    true
                }
                "$ref" => {
                    let target = expected.as_str().and_then(|path| path.strip_prefix('#')).unwrap();
                    self.check(self.root.pointer(target).unwrap(), value, at, problems);
                    true
                }
                "anyOf" => self.how_many(expected, value) >= 1,
                "oneOf" => self.how_many(expected, value) == 1,
                unknown => panic!("{at}: the checker does not know the keyword {unknown}"),
            };
            if !holds {
                problems.push(format!("{at}: not {keyword} {expected}"));
            }
        }
    }

    fn no_more(&self, schema: &Value, more: &Value, value: &Value) -> bool {
        assert_eq!(more, &Value::Bool(false), "only additionalProperties: false is known");
        assert!(schema.get("properties").is_some() && self.root.is_object());
        value
            .as_object()
            .is_none_or(|fields| fields.keys().all(|name| schema["properties"].get(name).is_some()))
    }

    fn how_many(&self, schemas: &Value, value: &Value) -> usize {
        let fits = |schema: &&Value| {
            let mut problems = Vec::new();
            self.check(schema, value, "", &mut problems);
            problems.is_empty()
        };
        schemas.as_array().unwrap().iter().filter(fits).count()
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn is_of_type(expected: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        unknown => panic!("the checker does not know the type {unknown}"),
    };
    expected.as_array().map_or_else(|| is(expected), |names| names.iter().any(is))
}

fn has_format(format: &str, value: &Value) -> bool {
    match format {
        "uuid" => value.as_str().is_some_and(|text| text.len() == 36 && text.parse::<uuid::Uuid>().is_ok()),
        "date-time" => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        "uint8" => value.as_u64().is_some_and(|number| u8::try_from(number).is_ok()),
        "uint32" => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
        "uint" | "uint64" => value.is_u64(),
        unknown => panic!("the checker does not know the format {unknown}"),
    }
}

#[test]
fn each_keyword_refuses_something() {
    let check = |schema: Value, good: Value, bad: Value| {
        assert_eq!(problems(&schema, &good), Vec::<String>::new(), "{schema}");
        assert_ne!(problems(&schema, &bad), Vec::<String>::new(), "{schema}");
    };
    check(json!({"type": "object"}), json!({}), json!([]));
    check(json!({"type": ["string", "null"]}), json!(null), json!(1));
    check(json!({"const": 1}), json!(1), json!(2));
    check(json!({"enum": ["a", "b"]}), json!("b"), json!("c"));
    check(json!({"format": "uuid"}), json!("0ec3a12d-3dc4-5920-8b3f-e085181cad24"), json!("0ec3a12d"));
    check(json!({"format": "date-time"}), json!("2026-11-23T09:00:00Z"), json!("today"));
    check(json!({"format": "uint32"}), json!(7), json!(5_000_000_000_u64));
    check(json!({"minimum": 0, "maximum": 9}), json!(9), json!(10));
    check(json!({"minItems": 1, "maxItems": 2, "items": {"type": "null"}}), json!([null]), json!([1]));
    check(json!({"minItems": 1}), json!([1]), json!([]));
    check(json!({"maxItems": 1}), json!([1]), json!([1, 2]));
    check(json!({"required": ["a"]}), json!({"a": 1}), json!({"b": 1}));
    check(json!({"properties": {"a": {"const": 1}}}), json!({"a": 1}), json!({"a": 2}));
    check(json!({"properties": {"a": {}}, "additionalProperties": false}), json!({"a": 1}), json!({"b": 1}));
    check(json!({"$ref": "#/$defs/A", "$defs": {"A": {"const": 1}}}), json!(1), json!(2));
    check(json!({"anyOf": [{"const": 1}, {"const": 2}]}), json!(2), json!(3));
    check(json!({"oneOf": [{"const": 1}, {"type": "integer"}]}), json!(2), json!(1));
}
