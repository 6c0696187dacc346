//! The members of the workspace, from their manifests.

use crate::repo::Repo;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// One member.
pub(crate) struct Member {
    /// Its folder, from the root.
    pub(crate) folder: String,
    /// Its manifest.
    pub(crate) manifest: Table,
}

impl Member {
    /// The name in the manifest.
    pub(crate) fn name(&self) -> &str {
        self.manifest["package"]["name"].as_str().unwrap()
    }

    /// What it depends on in this table (`dependencies`, `dev-dependencies`, `build-dependencies`), by the
    /// name of the package.
    pub(crate) fn dependencies(&self, table: &str) -> BTreeMap<&str, &Value> {
        let all = self.manifest.get(table).and_then(Value::as_table).into_iter().flatten();
        all.map(|(name, how)| {
            let package = how.get("package").and_then(Value::as_str);
            (package.unwrap_or(name), how)
        })
        .collect()
    }
}

/// All members, by folder. The workspace names each, or all of a folder by `folder/*`.
pub(crate) fn all(repo: &Repo) -> Vec<Member> {
    let root: Table = repo.text("Cargo.toml").unwrap().parse().unwrap();
    let named: Vec<&str> =
        root["workspace"]["members"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let manifests = repo.files().filter_map(|(path, text)| Some((path.strip_suffix("/Cargo.toml")?, text)));
    let is_named = |folder: &str| {
        named.iter().any(|name| match name.strip_suffix("/*") {
            Some(parent) => folder.rsplit_once('/').is_some_and(|(above, _)| above == parent),
            None => *name == folder,
        })
    };
    manifests
        .filter(|(folder, _)| is_named(folder))
        .map(|(folder, text)| Member { folder: folder.to_owned(), manifest: text.parse().unwrap() })
        .collect()
}

/// A made-up workspace: the folder and the dependency tables of each member.
#[cfg(test)]
pub(crate) fn made_up(members: &[(&str, &str)]) -> Repo {
    let mut files = vec![(
        "Cargo.toml".to_owned(),
        "[workspace]\nmembers = [\"contracts\", \"shared/*\", \"services/*\"]\n".to_owned(),
    )];
    for (folder, tables) in members {
        let name = folder.rsplit('/').next().unwrap();
        // The program is called as its folder is.
        let before = if name == "rollcall" { "" } else { "rollcall-" };
        let manifest = format!("[package]\nname = \"{before}{name}\"\n{tables}\n");
        files.push((format!("{folder}/Cargo.toml"), manifest));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Repo::of(&files)
}

#[test]
fn members_are_found_by_name_and_by_folder() {
    let repo = made_up(&[("contracts", ""), ("shared/domain", ""), ("shared/a/b", ""), ("portal", "")]);
    let folders: Vec<String> = all(&repo).into_iter().map(|member| member.folder).collect();
    assert_eq!(folders, ["contracts", "shared/domain"]);
}
