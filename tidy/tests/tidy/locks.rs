//! What is fuzzed is what is shipped: `fuzz/` is no member of the workspace and has a lock file of its own.

use crate::repo::Repo;
use std::collections::BTreeSet;
use toml::{Table, Value};

const SHIPPED: &str = "Cargo.lock";
const FUZZED: &str = "fuzz/Cargo.lock";

/// Every package that is fuzzed in another version than those that are shipped.
pub(crate) fn check(repo: &Repo) -> Vec<String> {
    let [shipped, fuzzed] = [SHIPPED, FUZZED].map(|path| packages(repo.text(path).unwrap_or_default()));
    if fuzzed.is_empty() {
        return vec![format!("{FUZZED}: expected the packages of the fuzz targets")];
    }
    let known: BTreeSet<&str> = shipped.iter().map(|(name, _)| name.as_str()).collect();
    let other = fuzzed.difference(&shipped).filter(|(name, _)| known.contains(name.as_str()));
    other.map(|(name, version)| format!("{FUZZED}: {name} {version} is not in {SHIPPED}")).collect()
}

fn packages(lock: &str) -> BTreeSet<(String, String)> {
    let lock: Table = lock.parse().unwrap();
    let all = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    let text = |package: &Value, key: &str| package[key].as_str().unwrap().to_owned();
    all.map(|package| (text(package, "name"), text(package, "version"))).collect()
}

#[test]
fn another_version_is_told() {
    let lock = |packages: &[(&str, &str)]| -> String {
        packages
            .iter()
            .map(|(name, version)| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n"))
            .collect()
    };
    let shipped = lock(&[("csv", "1.4.0"), ("itoa", "1.0.0"), ("itoa", "2.0.0"), ("serde", "1.0.1")]);
    let found = |fuzzed: &[(&str, &str)]| check(&Repo::of(&[(SHIPPED, &shipped), (FUZZED, &lock(fuzzed))]));
    assert_eq!(found(&[("csv", "1.4.0"), ("itoa", "1.0.0"), ("libfuzzer-sys", "0.4.13")]), [""; 0]);
    assert_eq!(found(&[("csv", "1.4.1"), ("itoa", "1.0.1")]).len(), 2);
    assert_eq!(found(&[]).len(), 1, "nothing to compare");
}
