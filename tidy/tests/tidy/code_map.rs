//! ARCHITECTURE.md has a table under the heading "Code map": each member's folder in a row of its own, and
//! no folder that is not there.

use crate::members;
use crate::repo::Repo;
use std::collections::BTreeSet;

const HEADING: &str = "## Code map";

/// Every member that is missing from the map, and every folder on it that is missing from the repository.
pub(crate) fn check(repo: &Repo) -> Vec<String> {
    let Some(text) = repo.text("ARCHITECTURE.md") else {
        return vec![format!("ARCHITECTURE.md is missing; expected it with a table under \"{HEADING}\"")];
    };
    let mut lines = text.lines().skip_while(|line| *line != HEADING);
    if lines.next().is_none() {
        return vec![format!("ARCHITECTURE.md: expected a heading \"{HEADING}\"")];
    }
    let section = lines.take_while(|line| !line.starts_with("## "));
    let listed: BTreeSet<String> = section.filter_map(folder).collect();
    let members: BTreeSet<String> = members::all(repo).into_iter().map(|member| member.folder).collect();
    let missing =
        members.difference(&listed).map(|folder| format!("the code map has no row for `{folder}/`"));
    let gone = listed.iter().filter(|folder| repo.under(folder).next().is_none());
    missing
        .chain(gone.map(|folder| format!("the code map has a row for `{folder}/`, which is gone")))
        .collect()
}

/// The folder in the first cell of a row: `` | `shared/domain/` | … ``.
fn folder(line: &str) -> Option<String> {
    let cell = line.trim().strip_prefix('|')?.split('|').next()?.trim();
    let folder = cell.strip_prefix('`')?.strip_suffix("/`")?;
    Some(folder.to_owned())
}

#[cfg(test)]
mod proofs {
    use super::check;
    use crate::repo::Repo;

    fn found(map: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![
            ("Cargo.toml", "[workspace]\nmembers = [\"shared/*\"]"),
            ("shared/a/Cargo.toml", "[package]\nname = \"rollcall-a\""),
            ("shared/b/Cargo.toml", "[package]\nname = \"rollcall-b\""),
            ("infra/flow.json", "{}"),
        ];
        files.extend(map);
        check(&Repo::of(&files))
    }

    #[test]
    fn a_full_map() {
        let map = "# A\n\n## Code map\n\n| Where | What |\n|---|---|\n| `shared/a/` | A |\n| `shared/b/` | B |\n\
            | `infra/` | I |\n\n## Next\n\n| `gone/` | not part of the map |\n";
        assert_eq!(found(&[("ARCHITECTURE.md", map)]), [""; 0]);
    }

    #[test]
    fn a_map_with_gaps() {
        let missing = found(&[]);
        assert_eq!(missing, ["ARCHITECTURE.md is missing; expected it with a table under \"## Code map\""]);
        let headless = found(&[("ARCHITECTURE.md", "| `shared/a/` |")]);
        assert_eq!(headless, ["ARCHITECTURE.md: expected a heading \"## Code map\""]);
        let map = "## Code map\n| `shared/a/` | A |\n| `shared/c/` | C |\n## Next\n| `shared/b/` | B |\n";
        let gaps = found(&[("ARCHITECTURE.md", map)]);
        assert_eq!(
            gaps,
            [
                "the code map has no row for `shared/b/`",
                "the code map has a row for `shared/c/`, which is gone"
            ]
        );
    }
}
