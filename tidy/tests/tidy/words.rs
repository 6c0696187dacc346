//! What no file may hold: paths of one machine, hosts of package registries, and work put off.

use crate::repo::Repo;

/// Paths that exist on somebody's machine only. In pieces, so that this file does not hold them.
const PATHS: [&str; 5] = [
    concat!("/", "work"),
    concat!("/", "root"),
    concat!("/", "home"),
    concat!("/", "Users"),
    concat!("/tmp/", "target"),
];

/// Which registry a machine uses is the machine's business.
const HOSTS: [&str; 9] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs"),
    concat!("registry.", "yarnpkg"),
    concat!("pypi.", "org"),
    concat!("pythonhosted.", "org"),
    concat!("deb.", "debian.org"),
    concat!("proxy.", "golang.org"),
    concat!("art", "ifactory"),
];

/// Work put off, and tests that do not run.
const PUT_OFF: [&str; 7] = [
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("TO", "DO"),
    concat!("HA", "CK"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("#[ig", "nore"),
];

/// The only registry in the lock file.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Every line with such words.
pub(crate) fn check(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in repo.files() {
        // Among the bytes of a picture any three letters stand by chance.
        let put_off: &[&str] = if path.ends_with(".png") { &[] } else { &PUT_OFF };
        for (index, line) in text.lines().enumerate() {
            let mut found = |what: &str, word: &str| {
                problems.push(format!("{path}:{}: {what}: {word}", index + 1));
            };
            PATHS.iter().filter(|word| has(line, word)).for_each(|word| found("path of a machine", word));
            HOSTS
                .iter()
                .filter(|word| line.contains(**word))
                .for_each(|word| found("host of a registry", word));
            put_off.iter().filter(|word| has(line, word)).for_each(|word| found("work put off", word));
            let source = line.strip_prefix("source = ").filter(|_| path == "Cargo.lock");
            source
                .filter(|it| it.trim_matches('"') != REGISTRY)
                .into_iter()
                .for_each(|it| found("source", it));
        }
    }
    problems
}

/// Whether the word stands by itself: not within a longer one, and, for a path, at its beginning.
fn has(line: &str, word: &str) -> bool {
    let joins = |sign: char| sign.is_alphanumeric() || sign == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let is_path = word.starts_with('/');
        let continued = |sign: char| joins(sign) || (is_path && "-.~}*/$)".contains(sign));
        !before.is_some_and(continued) && !after.is_some_and(joins)
    })
}

#[cfg(test)]
mod proofs {
    use super::{HOSTS, PATHS, PUT_OFF, check, has};
    use crate::repo::Repo;

    #[test]
    fn a_picture_may_hold_any_letters_but_no_path() {
        let found = |word: &str| check(&Repo::of(&[("a.png", &format!("\u{FFFD}{word}\u{FFFD}"))])).len();
        assert_eq!((found(PUT_OFF[1]), found(PATHS[0])), (0, 1));
    }

    #[test]
    fn each_word_is_found_in_any_file() {
        for word in PATHS.iter().chain(&HOSTS).chain(&PUT_OFF) {
            let line = format!("fine\nsee {word}/x or \"{word}\"\n");
            let found = check(&Repo::of(&[("infra/any.file", &line)]));
            assert_eq!(found.len(), 1, "{word}: {found:?}");
            assert!(found[0].starts_with("infra/any.file:2: "), "{found:?}");
        }
    }

    #[test]
    fn a_word_within_another_is_none() {
        let [work, ..] = PATHS;
        assert!(has(&format!("cd {work}/main"), work));
        assert!(has(&format!("\"{work}\""), work));
        assert!(!has(&format!("{work}ers"), work), "a longer name");
        assert!(!has(&format!("rows{work}/x"), work), "a relative path");
        assert!(!has(&format!("https://example.org{work}ing"), work));
        let placeholder = PUT_OFF[1];
        assert!(!has(&format!("{placeholder}X"), placeholder));
    }

    #[test]
    fn another_registry_in_the_lock_file() {
        let lock = |source: &str| check(&Repo::of(&[("Cargo.lock", &format!("source = \"{source}\"\n"))]));
        assert_eq!(lock("registry+https://mirror.example/index").len(), 1);
        assert_eq!(lock(super::REGISTRY), [""; 0]);
    }
}
