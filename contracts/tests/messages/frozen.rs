//! Files that are generated, committed, and compared.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Fails unless the committed file says `value`; writes it when `UPDATE` is set.
///
/// Values are compared, not texts: the order of keys may depend on which crates are built together.
pub(crate) fn check(file: &str, value: &Value) {
    let path = path(file);
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("{value:#}\n")).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("contracts/{file}: {error}"));
    let committed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(&committed, value, "contracts/{file} is out of date; is the change wanted? then UPDATE=1");
}

/// The names of the files in a folder.
pub(crate) fn files(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(path(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}
