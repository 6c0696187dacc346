//! The shape of source files. That functions are short is clippy's business.

use crate::repo::Repo;

/// Lines of any source file: what fits in one head.
const LONGEST: usize = 399;
/// Lines of a `main.rs`: it chooses, wires and hands over.
const LONGEST_MAIN: usize = 60;
/// Lines of the `main.rs` of a Lambda program, which only names its handler.
const LONGEST_LAMBDA: usize = 24;

/// Every source file that is too long.
pub(crate) fn length(repo: &Repo) -> Vec<String> {
    let files = repo.ending(&[".rs", ".ts", ".tsx"]);
    files
        .filter_map(|(path, text)| {
            let (lines, most) = (text.lines().count(), most(repo, path));
            (lines > most).then(|| format!("{path} has {lines} lines; expected {most} at most"))
        })
        .collect()
}

fn most(repo: &Repo, path: &str) -> usize {
    let is_root = |file: &str| !file.contains('/') || file.ends_with("/main.rs");
    let of_a_bin =
        || path.rsplit_once("/src/bin/").filter(|(_, file)| is_root(file)).map(|(package, _)| package);
    let Some(package) = path.strip_suffix("/src/main.rs").or_else(of_a_bin) else { return LONGEST };
    let has_handler = repo.text(&format!("{package}/src/lib.rs")).is_some();
    if package.starts_with("services/") && has_handler { LONGEST_LAMBDA } else { LONGEST_MAIN }
}

/// Every root of a crate, of a test or of a folder of modules that does not begin with what it is.
pub(crate) fn documented(repo: &Repo) -> Vec<String> {
    let roots = repo.ending(&[".rs"]).filter(|(path, _)| is_root(path));
    roots
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| format!("{path}: expected a doc comment (//!) on the first line"))
        .collect()
}

fn is_root(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    matches!(file, "lib.rs" | "main.rs" | "mod.rs") || matches!(parts.next(), Some("tests" | "benches"))
}

#[cfg(test)]
mod proofs {
    use super::{documented, length};
    use crate::repo::Repo;

    #[test]
    fn a_long_file() {
        let (long, short) = ("//\n".repeat(400), "//\n".repeat(399));
        for path in ["shared/a/src/x.rs", "shared/a/tests/x.rs", "portal/src/x.ts", "portal/src/x.tsx"] {
            assert_eq!(length(&Repo::of(&[(path, &long)])).len(), 1, "{path}");
            assert_eq!(length(&Repo::of(&[(path, &short)])), [""; 0], "{path}");
        }
        assert_eq!(length(&Repo::of(&[("shared/a/tests/samples/x.csv", &long)])), [""; 0]);
    }

    #[test]
    fn a_main_that_does_more_than_hand_over() {
        let main = "//\n".repeat(25);
        assert_eq!(length(&Repo::of(&[("services/rollcall/src/main.rs", &main)])), [""; 0]);
        let beside =
            [("services/dialer/src/bin/other/wiring.rs", main.as_str()), ("services/dialer/src/lib.rs", "")];
        assert_eq!(length(&Repo::of(&beside)), [""; 0]);
        for path in [
            "services/dialer/src/main.rs",
            "services/dialer/src/bin/other.rs",
            "services/dialer/src/bin/other/main.rs",
        ] {
            let with_lib = [(path, main.as_str()), ("services/dialer/src/lib.rs", "")];
            assert_eq!(length(&Repo::of(&with_lib)), [format!("{path} has 25 lines; expected 24 at most")]);
        }
        let long = "//\n".repeat(61);
        assert_eq!(length(&Repo::of(&[("services/rollcall/src/main.rs", &long)])).len(), 1);
    }

    #[test]
    fn a_root_that_does_not_say_what_it_is() {
        for path in
            ["shared/a/src/lib.rs", "shared/a/src/b/mod.rs", "shared/a/tests/c.rs", "s/tests/t/main.rs"]
        {
            assert_eq!(documented(&Repo::of(&[(path, "use std::fs;")])).len(), 1, "{path}");
            assert_eq!(documented(&Repo::of(&[(path, "//! What it is.")])), [""; 0], "{path}");
        }
        assert_eq!(documented(&Repo::of(&[("shared/a/src/b.rs", "use std::fs;")])), [""; 0]);
    }
}
