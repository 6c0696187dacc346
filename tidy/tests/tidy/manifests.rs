//! The manifests: lints and versions of the workspace, and no dependency that nobody uses.

use crate::members::{self, Member};
use crate::repo::Repo;
use std::collections::BTreeSet;
use toml::{Table, Value};

const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every manifest that goes its own way.
pub(crate) fn shape(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    for member in members::all(repo) {
        let from_workspace = |of: Option<&Value>| {
            of.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
        };
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                problems.push(format!("{}/Cargo.toml: {what}", member.folder));
            }
        };
        expect(from_workspace(member.manifest.get("lints")), "expected [lints] workspace = true");
        let package = &member.manifest["package"];
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            expect(from_workspace(package.get(key)), &format!("expected {key}.workspace = true"));
        }
        let description = package.get("description").and_then(Value::as_str).unwrap_or_default();
        expect(description.ends_with('.'), "expected a description, a sentence with its full stop");
        for (name, how) in TABLES.iter().flat_map(|table| member.dependencies(table)) {
            expect(from_workspace(Some(how)), &format!("expected {name} to take the workspace's version"));
        }
    }
    problems
}

/// Every dependency whose name occurs in no source of the member, and every one of the workspace that no
/// member takes. A plain text search: it may miss one, it never accuses wrongly.
pub(crate) fn unused(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    let mut taken = BTreeSet::new();
    for member in members::all(repo) {
        for table in TABLES {
            for (name, _) in member.dependencies(table) {
                taken.insert(name.to_owned());
                if !is_used(repo, &member, name, table) {
                    problems.push(format!("{}/Cargo.toml: {name} of {table} is not used", member.folder));
                }
            }
        }
    }
    let root: Table = repo.text("Cargo.toml").unwrap().parse().unwrap();
    let offered = root["workspace"].get("dependencies").and_then(Value::as_table);
    for name in offered.into_iter().flat_map(Table::keys).filter(|name| !taken.contains(*name)) {
        // The workspace offers each of its own libraries, whoever needs them.
        if !name.starts_with("rollcall-") {
            problems.push(format!("Cargo.toml: no member takes {name}"));
        }
    }
    problems
}

fn is_used(repo: &Repo, member: &Member, package: &str, table: &str) -> bool {
    let own_key = |how: &Value| how.get("package").and_then(Value::as_str) == Some(package);
    let renamed = member.manifest.get(table).and_then(Value::as_table).into_iter().flatten();
    let key = renamed.into_iter().find(|(_, how)| own_key(how)).map_or(package, |(key, _)| key);
    let name = key.replace('-', "_");
    let folders: &[&str] = match table {
        "dependencies" => &["src"],
        "build-dependencies" => &["build.rs"],
        // Also in the library's own tests.
        _ => &["src", "tests", "benches", "examples"],
    };
    let sources = folders.iter().flat_map(|folder| {
        let path = format!("{}/{folder}", member.folder);
        repo.files().filter(move |(file, _)| file.starts_with(&path) && file.ends_with(".rs"))
    });
    sources.into_iter().any(|(_, text)| text.lines().any(|line| names(line, &name)))
}

/// Whether a line of code, comments aside, names this crate: `name::…`, `use name;`, `use name as …`.
fn names(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") {
        return false;
    }
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let starts = before.is_none_or(|sign| !(sign.is_alphanumeric() || sign == '_'));
        starts && (after.starts_with("::") || (line.contains("use ") && after.starts_with([';', ' ', ','])))
    })
}

#[cfg(test)]
mod proofs {
    use super::{names, shape, unused};
    use crate::repo::Repo;

    const ROOT: &str = "[workspace]\nmembers = [\"shared/*\"]\n[workspace.dependencies]\n\
        serde = \"1\"\nserde_json = \"1\"\nrollcall-a = { path = \"shared/a\" }\n";

    fn manifest(dependencies: &str) -> String {
        format!(
            "[package]\nname = \"rollcall-a\"\ndescription = \"A.\"\nversion.workspace = true\n\
            edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
            publish.workspace = true\n[lints]\nworkspace = true\n{dependencies}"
        )
    }

    fn repo(manifest: &str, lib: &str, test: &str) -> Repo {
        Repo::of(&[
            ("Cargo.toml", ROOT),
            ("shared/a/Cargo.toml", manifest),
            ("shared/a/src/lib.rs", lib),
            ("shared/a/tests/a.rs", test),
        ])
    }

    #[test]
    fn a_good_one() {
        let good = manifest(
            "[dependencies]\nserde.workspace = true\n[dev-dependencies]\nserde_json.workspace = true\n",
        );
        let repo = repo(&good, "use serde::Serialize;", "fn f() { serde_json::to_string(&1); }");
        assert_eq!(shape(&repo), [""; 0]);
        assert_eq!(unused(&repo), [""; 0]);
    }

    #[test]
    fn each_way_to_go_its_own_way() {
        for (good, bad) in [
            ("[lints]\nworkspace = true\n", ""),
            ("[lints]\nworkspace = true", "[lints]\nrust = {}"),
            ("description = \"A.\"\n", ""),
            ("\"A.\"", "\"\""),
            ("edition.workspace = true", "edition = \"2021\""),
            ("publish.workspace = true\n", ""),
        ] {
            let bad = manifest("").replace(good, bad);
            assert_ne!(bad, manifest(""));
            assert_eq!(shape(&repo(&bad, "", "")).len(), 1, "{bad}");
        }
        let own_version = manifest("[dependencies]\nserde = \"1\"\n");
        let found = shape(&repo(&own_version, "", ""));
        assert_eq!(found, ["shared/a/Cargo.toml: expected serde to take the workspace's version"]);
    }

    #[test]
    fn a_dependency_that_nobody_uses() {
        let both = manifest(
            "[dependencies]\nserde.workspace = true\n[dev-dependencies]\nserde_json.workspace = true\n",
        );
        // In a test only, or in a comment only, is not in the library.
        let found = unused(&repo(&both, "// serde::Serialize", "use serde::Serialize;"));
        assert_eq!(
            found,
            [
                "shared/a/Cargo.toml: serde of dependencies is not used",
                "shared/a/Cargo.toml: serde_json of dev-dependencies is not used"
            ]
        );
        let none = unused(&repo(&manifest(""), "", ""));
        assert_eq!(none, ["Cargo.toml: no member takes serde", "Cargo.toml: no member takes serde_json"]);
    }

    #[test]
    fn a_name_within_another_name() {
        assert!(names("    let x = serde::de::Error;", "serde"));
        assert!(names("use toml;", "toml"));
        assert!(names("#[tokio::test]", "tokio"));
        assert!(!names("serde_json::to_string(x)", "serde"));
        assert!(!names("my_serde::x()", "serde"));
        assert!(!names("/// See serde::Serialize.", "serde"));
        assert!(!names("let uuid = 1;", "uuid"));
    }
}
