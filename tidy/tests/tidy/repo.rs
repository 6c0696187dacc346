//! The files of the repository, as far as they are text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Path (with `/`, from the root) and text of each file.
pub(crate) struct Repo {
    files: BTreeMap<String, String>,
}

impl Repo {
    /// The repository that this crate is a member of, without what `.gitignore` names.
    pub(crate) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let ignored = fs::read_to_string(root.join(".gitignore")).unwrap();
        let skipped: Vec<&str> = ignored.lines().filter(|line| !line.is_empty()).chain(["/.git"]).collect();
        let mut files = BTreeMap::new();
        walk(root, "", &skipped, &mut files);
        assert!(files.contains_key("Cargo.toml") && files.len() > 100, "this is not the repository");
        Self { files }
    }

    /// A made-up repository.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { files: files.iter().map(own).collect() }
    }

    /// Path and text of all files, by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// All files with one of these endings.
    pub(crate) fn ending(&self, endings: &'static [&str]) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
    }

    /// All files under a folder.
    pub(crate) fn under<'r>(&'r self, folder: &str) -> impl Iterator<Item = (&'r str, &'r str)> {
        let prefix = format!("{folder}/");
        self.files().filter(move |(path, _)| path.starts_with(&prefix))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

/// `.gitignore` is read as far as this repository uses it: `/path` from the root, `name` anywhere, either
/// with a `/` at the end.
fn walk(root: &Path, folder: &str, skipped: &[&str], files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if skipped.iter().any(|rule| is_skipped(rule, &path, &name)) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            walk(root, &path, skipped, files);
        } else {
            // Another encoding is still text: without its zero bytes UTF-16 can be searched for digits.
            let bytes = fs::read(entry.path()).unwrap();
            files.insert(path, String::from_utf8_lossy(&bytes).replace('\0', ""));
        }
    }
}

fn is_skipped(rule: &str, path: &str, name: &str) -> bool {
    let rule = rule.trim_end_matches('/');
    rule.strip_prefix('/').map_or(rule == name, |anchored| anchored == path)
}

#[test]
fn ignored_paths_are_skipped() {
    assert!(is_skipped("/target", "target", "target"));
    assert!(!is_skipped("/target", "shared/target", "target"));
    assert!(is_skipped("node_modules/", "portal/node_modules", "node_modules"));
    assert!(!is_skipped("/data", "database", "database"));
}
