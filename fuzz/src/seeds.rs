//! Where the targets begin: samples and words that the repository has anyway.

use crate::{CONTACTS, FLOW, Json, MESSAGES, STRETCH, any_json, any_list, root};
use rollcall_contracts::letters;
use serde_json::Value;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::Path;

/// Writes the samples of a target, a file each in `TARGET/`, and the words of its format, `TARGET.dict`, into the folder
/// that `FUZZ_SEEDS` names, if it does: when the target starts, before libFuzzer reads them.
///
/// # Panics
/// When the folder cannot be written, or there is no such target.
pub fn write(name: &str) {
    let Some(folder) = env::var_os("FUZZ_SEEDS") else { return };
    let (samples, words) = match name {
        "lists" => (lists(), words_of_lists()),
        "long_lists" => {
            let lengths = (8..=0xFF_u8).step_by(16).map(|count| vec![STRETCH, count]);
            (
                lists().iter().flat_map(|list| stretchable(list)).collect(),
                words_of_lists().into_iter().chain(lengths).collect(),
            )
        }
        "contacts" => of_json(&CONTACTS),
        "flow" => of_json(&FLOW),
        "messages" => of_json(&MESSAGES),
        other => panic!("no target {other}"),
    };
    files(Path::new(&folder), name, &samples, &words)
        .expect("the folder that FUZZ_SEEDS names can be written");
}

fn lists() -> Vec<Vec<u8>> {
    any_list::samples(&root().join("shared/roster/tests/samples"))
}

fn words_of_lists() -> BTreeSet<Vec<u8>> {
    any_list::WORDS.iter().flat_map(|word| in_every_width(word)).collect()
}

/// The samples, and what is in them and in the schemas of our messages.
fn of_json(json: &Json) -> (Vec<Vec<u8>>, BTreeSet<Vec<u8>>) {
    let samples = json.samples();
    let mut words: BTreeSet<Vec<u8>> = any_json::WORDS.iter().map(|word| word.to_vec()).collect();
    for sample in samples.iter().filter_map(|sample| serde_json::from_slice(sample).ok()) {
        collect(&sample, &mut words);
    }
    for kind in ["rows_chunk", "call_request", "notice"] {
        named(&letters::schema(kind).expect("our messages have schemas"), &mut words);
    }
    (samples, words)
}

fn files(folder: &Path, name: &str, samples: &[Vec<u8>], words: &BTreeSet<Vec<u8>>) -> io::Result<()> {
    let seeds = folder.join(name);
    fs::create_dir_all(&seeds)?;
    for (index, sample) in samples.iter().enumerate() {
        fs::write(seeds.join(format!("{index:02}")), sample)?;
    }
    let escaped = |word: &Vec<u8>| word.iter().map(|byte| format!("\\x{byte:02X}")).collect::<String>();
    // The dictionary's own bound on a word.
    let lines: String = words
        .iter()
        .filter(|word| (1..=64).contains(&word.len()))
        .map(|word| format!("\"{}\"\n", escaped(word)))
        .collect();
    fs::write(folder.join(format!("{name}.dict")), lines)
}

/// Text as it is, and as UTF-16 has it.
fn in_every_width(word: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = str::from_utf8(word) else { return vec![word.to_vec()] };
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
    vec![word.to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)]
}

/// The list, with one of its letters around the bound on a cell, and on a record.
fn stretchable(list: &[u8]) -> Vec<Vec<u8>> {
    let Some(at) = list.iter().rposition(u8::is_ascii_lowercase) else { return vec![list.to_vec()] };
    let long = |count| [&list[..=at], &[STRETCH, count], &list[at + 1..]].concat();
    vec![list.to_vec(), long(4 * 8 + 5), long(16 * 8 + 3), long(0xFF)]
}

/// Keys and texts of a sample.
fn collect(json: &Value, words: &mut BTreeSet<Vec<u8>>) {
    match json {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            words.insert(format!("\"{key}\":").into_bytes());
            collect(value, words);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::String(_) => drop(words.insert(json.to_string().into_bytes())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Names of fields and fixed values of a schema.
fn named(schema: &Value, words: &mut BTreeSet<Vec<u8>>) {
    match schema {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    words.extend(properties.keys().map(|name| format!("\"{name}\":").into_bytes()));
                }
                ("const", Value::String(_)) => drop(words.insert(value.to_string().into_bytes())),
                _ => {}
            }
            named(value, words);
        }),
        Value::Array(items) => items.iter().for_each(|item| named(item, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
