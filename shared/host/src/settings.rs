//! Settings, read once at the start of a program: a TOML file, then variables
//! of the environment, over the defaults. Every problem is reported at once,
//! and a wrong value never falls back to a default.

use rollcall_domain::calendar::Window;
use rollcall_domain::policy::Policy;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Named texts, such as the environment of a process.
pub trait Vars {
    /// The text of this name.
    fn get(&self, name: &str) -> Option<String>;

    /// Every name that starts with `prefix`.
    fn names(&self, prefix: &str) -> Vec<String>;
}

/// The environment of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessVars;

impl Vars for ProcessVars {
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with(prefix))
            .collect();
        names.sort();
        names
    }
}

impl Vars for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<String> {
        BTreeMap::get(self, name).cloned()
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        self.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}

/// What a setting of the policy is called in the environment: this, then the
/// setting's name in capitals (`ROLLCALL_POLICY_RING_SECONDS`).
pub const POLICY_PREFIX: &str = "ROLLCALL_POLICY_";

/// The policy: defaults, then the `[policy]` table of `file`, then variables.
///
/// # Errors
/// Every problem of file and variables, each naming what was found and what
/// was expected.
pub fn policy(file: Option<&str>, vars: &dyn Vars) -> Result<Policy, Vec<String>> {
    let mut problems = Vec::new();
    let mut wanted = file.map_or_else(Table::new, |text| policy_table(text, &mut problems));
    for name in vars.names(POLICY_PREFIX) {
        let key = name.trim_start_matches(POLICY_PREFIX).to_ascii_lowercase();
        let text = vars.get(&name).unwrap_or_default();
        wanted.insert(key, value_of(&text));
    }
    let policy = combine(&wanted, &mut problems);
    match policy {
        Some(policy) if problems.is_empty() => {
            let problems = policy.problems();
            if problems.is_empty() { Ok(policy) } else { Err(problems) }
        }
        Some(policy) => {
            problems.extend(policy.problems());
            Err(problems)
        }
        None => Err(problems),
    }
}

fn policy_table(text: &str, problems: &mut Vec<String>) -> Table {
    let file: Table = match text.parse() {
        Ok(file) => file,
        Err(error) => {
            problems.push(format!("the settings file is not TOML: {}", error.message()));
            return Table::new();
        }
    };
    let mut policy = Table::new();
    for (key, value) in file {
        match (key.as_str(), value) {
            ("policy", Value::Table(table)) => policy = table,
            ("policy", _) => problems.push("policy: expected a table, [policy]".to_owned()),
            (other, _) => problems.push(format!("{other}: no such section; expected [policy]")),
        }
    }
    policy
}

/// A variable's text as a TOML value; plain text where it is none.
fn value_of(text: &str) -> Value {
    format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Lays each wanted value over the defaults by itself, so that one wrong value
/// does not hide the next.
fn combine(wanted: &Table, problems: &mut Vec<String>) -> Option<Policy> {
    // With every setting that is absent by default.
    let all = Policy { desk: Some(Window::default()), ..Policy::default() };
    let known = Table::try_from(all).ok()?;
    let mut good = Table::new();
    for (key, value) in wanted {
        if !known.contains_key(key) {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            problems.push(format!("{key}: no such setting; expected one of {}", names.join(", ")));
            continue;
        }
        let mut alone = Table::new();
        alone.insert(key.clone(), value.clone());
        match Policy::deserialize(Value::Table(alone)) {
            Ok(_) => {
                good.insert(key.clone(), value.clone());
            }
            Err(error) => problems.push(format!("{key}: {}", error.message())),
        }
    }
    Policy::deserialize(Value::Table(good)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn without_settings_the_defaults_hold() {
        assert_eq!(policy(None, &vars(&[])), Ok(Policy::default()));
    }

    #[test]
    fn the_environment_outranks_the_file() {
        let file = "[policy]\nring_seconds = 30\nmax_attempts = 4\n";
        let found = policy(Some(file), &vars(&[("ROLLCALL_POLICY_RING_SECONDS", "25")])).unwrap();
        assert_eq!((found.ring_seconds, found.max_attempts), (25, 4));
    }

    #[test]
    fn a_zone_without_quotes_is_text() {
        let found = policy(None, &vars(&[("ROLLCALL_POLICY_TIMEZONE", "Europe/Paris")])).unwrap();
        assert_eq!(found.timezone, "Europe/Paris");
    }

    #[test]
    fn the_window_and_holidays_can_be_set() {
        let file = r#"
            [policy]
            holidays = ["2026-12-25"]
            window = { days = [true, true, true, true, true, true, false], daily = { start = "08:30:00", end = "18:00:00" } }
        "#;
        let found = policy(Some(file), &vars(&[])).unwrap();
        assert_eq!(found.window.daily.start.to_string(), "08:30:00");
        assert_eq!(found.holidays.len(), 1);
    }

    #[test]
    fn the_ladder_and_the_desk_can_be_set_in_either() {
        let file = r#"
            [policy]
            desk = { days = [true, true, true, true, true, true, false], daily = { start = "08:00", end = "20:00" } }
            [[policy.ladder]]
            to = "keyholders"
            accept_minutes = 15
            [[policy.ladder]]
            to = "welfare_visit"
            accept_minutes = 45
        "#;
        let found = policy(Some(file), &vars(&[])).unwrap();
        assert_eq!(found.ladder.iter().map(|rung| rung.accept_minutes).collect::<Vec<_>>(), [15, 45]);
        assert_eq!(found.desk.unwrap().daily.end.to_string(), "20:00:00");
        let visit = r#"[{ to = "welfare_visit", accept_minutes = 5 }]"#;
        let found = policy(Some(file), &vars(&[("ROLLCALL_POLICY_LADDER", visit)])).unwrap();
        assert_eq!(found.ladder.len(), 1);
        let nobody = vars(&[("ROLLCALL_POLICY_LADDER", r#"[{ to = "nobody", accept_minutes = 5 }]"#)]);
        let problems = policy(None, &nobody).unwrap_err();
        assert!(
            problems[0].contains("unknown variant `nobody`, expected one of `duty_officer`"),
            "{problems:?}"
        );
    }

    #[test]
    fn how_long_things_are_kept_can_be_set_in_either() {
        let file = "[policy.retention]\nlists_days = 60\naudit_days = 1000\n";
        let found = policy(Some(file), &vars(&[])).unwrap().retention;
        assert_eq!((found.lists_days, found.audit_days, found.calls_days), (60, 1_000, 396));
        let of = |text: &str| policy(Some(file), &vars(&[("ROLLCALL_POLICY_RETENTION", text)]));
        let found = of("{ lists_days = 20 }").unwrap().retention;
        assert_eq!((found.lists_days, found.audit_days), (20, 2_192), "the whole table");
        let problems = of("{ list_days = 20 }").unwrap_err();
        assert!(problems[0].starts_with("retention: unknown field `list_days`"), "{problems:?}");
        let problems = of("{ lists_days = 2 }").unwrap_err();
        assert!(problems[0].starts_with("retention.lists_days is 2; expected 15 to 36500"), "{problems:?}");
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let file = "[policy]\nring_seconds = 5\nmax_attempts = \"three\"\nrings = 2\n[other]\n";
        let problems = policy(Some(file), &vars(&[("ROLLCALL_POLICY_GAP_MINUTES", "-1")])).unwrap_err();
        for part in [
            "ring_seconds is 5",
            "max_attempts: ",
            "rings: no such setting",
            "other: no such",
            "gap_minutes: ",
        ] {
            assert!(problems.iter().any(|problem| problem.contains(part)), "{part} in {problems:#?}");
        }
        assert_eq!(problems.len(), 5, "{problems:#?}");
    }
}
