//! What may depend on what: the layout of the design, as a table.

use crate::members::{self, Member};
use crate::repo::Repo;
use std::collections::BTreeSet;
use toml::Value;

/// Each crate, and what it stands on. What stands below that may be named too: `ports` re-exports nothing,
/// so whoever uses it names the domain's types themselves. A crate that is not built yet may have its row.
const ARROWS: &[(&str, &[&str])] = &[
    ("rollcall-domain", &[]),
    ("rollcall-roster", &["rollcall-domain"]),
    ("rollcall-contracts", &["rollcall-domain", "rollcall-roster"]),
    ("rollcall-ports", &["rollcall-contracts"]),
    ("rollcall-host", &["rollcall-ports"]),
    ("rollcall-recording", &["rollcall-ports"]),
    ("rollcall-workbench", &["rollcall-ports"]),
    // Adapters: only the mains below know them.
    ("rollcall-embedded", &["rollcall-ports"]),
    ("rollcall-aws", &["rollcall-ports"]),
    ("rollcall-connect-sim", &["rollcall-contracts"]),
    // Services: none of them knows another.
    ("rollcall-ingest", &["rollcall-host"]),
    // It brings the suppression list to the records that it adds.
    ("rollcall-loader", &["rollcall-host", "rollcall-recording"]),
    // It trips the switch as the dialer does.
    ("rollcall-planner", &["rollcall-host", "rollcall-recording"]),
    ("rollcall-dialer", &["rollcall-host", "rollcall-recording"]),
    ("rollcall-outcomes", &["rollcall-host", "rollcall-recording"]),
    // It drives what the API begins.
    ("rollcall-sweep", &["rollcall-host", "rollcall-recording", "rollcall-workbench"]),
    // What would come of a message, by the handlers that would be given it.
    ("rollcall-foresight", &["rollcall-ingest", "rollcall-loader", "rollcall-dialer", "rollcall-outcomes"]),
    // It carries out what agents decide about promises as the sweep does.
    ("rollcall-api", &["rollcall-host", "rollcall-recording", "rollcall-workbench"]),
    // Mains: what makes one program of all.
    (
        "rollcall-local",
        &[
            "rollcall-ingest",
            "rollcall-loader",
            "rollcall-planner",
            "rollcall-dialer",
            "rollcall-outcomes",
            "rollcall-sweep",
            "rollcall-foresight",
            "rollcall-api",
            "rollcall-connect-sim",
            "rollcall-embedded",
        ],
    ),
    ("rollcall-rehearsal", &["rollcall-local"]),
    ("rollcall-system", &["rollcall-rehearsal", "rollcall-aws"]),
    ("rollcall", &["rollcall-rehearsal"]),
    ("rollcall-bench", &["rollcall-rehearsal"]),
    ("rollcall-soak", &["rollcall-rehearsal"]),
    ("rollcall-tidy", &["rollcall-local"]),
];

/// What the programs for AWS Lambda use besides, and only they: optional, behind this feature, so that building
/// and testing everything else compiles no SDK.
const ON_LAMBDA: (&str, &str) = ("lambda", "rollcall-aws");
const WITH_A_LAMBDA: [&str; 7] = [
    "rollcall-ingest",
    "rollcall-loader",
    "rollcall-planner",
    "rollcall-dialer",
    "rollcall-outcomes",
    "rollcall-sweep",
    "rollcall-api",
];

/// What the API's program for AWS Lambda asks about messages besides.
const ASKED_ON_LAMBDA: (&str, &str) = ("rollcall-api", "rollcall-foresight");

/// The program that may speak to AWS from one machine, and what tells it and the API what would come of a message
/// there: the same adapters, optional, behind this feature.
const FROM_ANYWHERE: (&[&str], &str) = (&["rollcall", "rollcall-foresight"], "aws");

/// What tests may use besides: the adapters, since a service is tried over a real store. The pure crates
/// below the ports may not; their tests have no outside.
const FOR_TESTS: [&str; 2] = ["rollcall-embedded", "rollcall-connect-sim"];
/// A service whose tests may use others besides: what the API says that loading a list comes to is held against
/// what loading it comes to.
const TRIED_WITH: (&str, [&str; 2]) = ("rollcall-api", ["rollcall-ingest", "rollcall-loader"]);
const PURE: [&str; 4] = ["rollcall-domain", "rollcall-roster", "rollcall-contracts", "rollcall-ports"];

/// Crates of the outside, and the only members that may name them. A `*` stands for any ending.
const OUTSIDERS: &[(&str, &[&str])] = &[
    ("aws-*", &["rollcall-aws"]),
    ("rusqlite", &["rollcall-embedded"]),
    (
        "axum",
        &[
            "rollcall-connect-sim",
            "rollcall-api",
            "rollcall-local",
            "rollcall",
            "rollcall-aws",
            "rollcall-system",
        ],
    ),
    ("clap", &["rollcall", "rollcall-bench", "rollcall-soak"]),
    ("indicatif", &["rollcall"]),
    ("lambda_http", &["rollcall-api"]),
    ("lambda_runtime", &["rollcall-host"]),
    ("tracing-subscriber", &["rollcall", "rollcall-host"]),
];

/// All that the domain may name: nothing that waits, reads or knows the time by itself.
const OF_THE_DOMAIN: [&str; 6] =
    ["jiff", "phonenumber", "serde", "thiserror", "unicode-normalization", "uuid"];

/// Every arrow between members that the table does not have.
pub(crate) fn members(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    for member in members::all(repo) {
        let name = member.name();
        let Some(allowed) = allowed(name) else {
            problems.push(format!("{name} has no row in the table of tidy's arrows.rs"));
            continue;
        };
        for (table, more) in [
            ("dependencies", &[] as &[&str]),
            ("build-dependencies", &[]),
            ("dev-dependencies", if PURE.contains(&name) { &[] } else { &FOR_TESTS }),
        ] {
            for found in member.dependencies(table).into_keys().filter(|found| is_ours(found)) {
                let on_lambda = table == "dependencies" && is_on_lambda(&member, found);
                let tried_with =
                    table == "dev-dependencies" && name == TRIED_WITH.0 && TRIED_WITH.1.contains(&found);
                let besides = more.contains(&found) || on_lambda || tried_with;
                if !allowed.contains(found) && !besides && found != name {
                    problems.push(format!("{name} may not have {found} among its {table}"));
                }
            }
        }
    }
    problems
}

/// Whether a member takes `found` for its Lambda program alone, or takes it behind the feature of those that
/// may speak to AWS from anywhere.
fn is_on_lambda(member: &Member, found: &str) -> bool {
    let (lambda, adapters) = ON_LAMBDA;
    let (from_anywhere, aws) = FROM_ANYWHERE;
    let is_from_anywhere = from_anywhere.contains(&member.name());
    let feature = if is_from_anywhere { aws } else { lambda };
    let is_optional =
        || member.dependencies("dependencies").get(found).is_some_and(|how| is_true(how.get("optional")));
    let features = member.manifest.get("features").and_then(Value::as_table);
    let takers = features.into_iter().flatten().filter(|(_, parts)| {
        let parts = parts.as_array().into_iter().flatten().filter_map(Value::as_str);
        parts.into_iter().any(|part| part.trim_start_matches("dep:").split(['/', '?']).next() == Some(found))
    });
    let mut takers = takers.map(|(name, _)| name.as_str());
    let mut programs = member.manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let is_asked = ASKED_ON_LAMBDA == (member.name(), found);
    (found == adapters || is_asked)
        && (is_from_anywhere || WITH_A_LAMBDA.contains(&member.name()))
        && is_optional()
        && takers.all(|taker| taker == feature)
        && (is_from_anywhere
            || programs.all(|bin| {
                bin.get("required-features")
                    .and_then(Value::as_array)
                    .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(feature)))
            }))
}

fn is_true(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool) == Some(true)
}

/// Every crate of the outside that a member may not name.
pub(crate) fn outsiders(repo: &Repo) -> Vec<String> {
    members::all(repo).iter().flat_map(outsiders_of).collect()
}

fn outsiders_of(member: &Member) -> Vec<String> {
    let name = member.name();
    let mut problems = Vec::new();
    for table in ["dependencies", "build-dependencies", "dev-dependencies"] {
        for found in member.dependencies(table).into_keys().filter(|found| !is_ours(found)) {
            let rows = OUTSIDERS.iter().filter(|(pattern, _)| fits(pattern, found));
            let refused = rows.into_iter().any(|(_, members)| !members.contains(&name));
            let impure =
                name == "rollcall-domain" && table == "dependencies" && !OF_THE_DOMAIN.contains(&found);
            if refused || impure {
                problems.push(format!("{name} may not name {found}"));
            }
        }
    }
    problems
}

/// All that a member's row leads to, row by row.
fn allowed(name: &str) -> Option<BTreeSet<&'static str>> {
    let row = |name: &str| ARROWS.iter().find(|(member, _)| *member == name).map(|(_, below)| *below);
    let mut allowed = BTreeSet::new();
    let mut open: Vec<&str> = row(name)?.to_vec();
    while let Some(next) = open.pop() {
        if allowed.insert(next) {
            open.extend(row(next).unwrap_or_default());
        }
    }
    Some(allowed)
}

fn is_ours(package: &str) -> bool {
    package == "rollcall" || package.starts_with("rollcall-")
}

fn fits(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod proofs {
    use super::{ARROWS, allowed, members, outsiders};
    use crate::members::made_up;

    fn check(folder: &str, tables: &str) -> Vec<String> {
        let repo = made_up(&[(folder, tables)]);
        [members(&repo), outsiders(&repo)].concat()
    }

    #[test]
    fn the_table_has_no_circle_and_names_only_its_own_rows() {
        for (name, below) in ARROWS {
            assert!(!allowed(name).unwrap().contains(name), "{name} stands on itself");
            assert!(below.iter().all(|below| allowed(below).is_some()), "{name} stands on nothing");
        }
    }

    #[test]
    fn an_arrow_that_points_upwards() {
        let found = check("shared/domain", "[dependencies]\nrollcall-ports.workspace = true");
        assert_eq!(found, ["rollcall-domain may not have rollcall-ports among its dependencies"]);
    }

    #[test]
    fn an_arrow_between_services() {
        let found = check("services/dialer", "[dependencies]\nrollcall-planner.workspace = true");
        assert_eq!(found, ["rollcall-dialer may not have rollcall-planner among its dependencies"]);
    }

    #[test]
    fn an_adapter_in_a_service_unless_for_tests() {
        let adapter = "rollcall-embedded.workspace = true";
        assert_eq!(check("services/dialer", &format!("[dependencies]\n{adapter}")).len(), 1);
        assert_eq!(check("services/dialer", &format!("[dev-dependencies]\n{adapter}")), [""; 0]);
        assert_eq!(check("shared/domain", &format!("[dev-dependencies]\n{adapter}")).len(), 1);
    }

    #[test]
    fn the_adapters_of_aws_in_a_service_only_for_its_lambda_program() {
        let optional = "rollcall-aws = { workspace = true, optional = true }";
        let with = |feature: &str, dependency: &str, needs: &str| {
            format!(
                "[features]\n{feature} = [\"dep:rollcall-aws\"]\n[dependencies]\n{dependency}\n\
                [[bin]]\nname = \"a\"\nrequired-features = [{needs}]\n"
            )
        };
        let good = with("lambda", optional, "\"lambda\"");
        assert_eq!(check("services/dialer", &good), [""; 0]);
        for (folder, bad) in [
            ("services/local", good.as_str()),
            ("shared/host", good.as_str()),
            ("services/dialer", &with("lambda", "rollcall-aws.workspace = true", "\"lambda\"")),
            ("services/dialer", &with("default", optional, "\"lambda\"")),
            ("services/dialer", &with("lambda", optional, "")),
            ("services/dialer", &good.replace("rollcall-aws", "rollcall-embedded")),
        ] {
            assert_eq!(check(folder, bad).len(), 1, "{folder}: {bad}");
        }
    }

    #[test]
    fn the_adapters_of_aws_in_the_program_only_behind_its_feature() {
        let with = |feature: &str, how: &str| {
            format!("[features]\n{feature} = [\"dep:rollcall-aws\"]\n[dependencies]\nrollcall-aws = {how}\n")
        };
        let optional = "{ workspace = true, optional = true }";
        assert_eq!(check("services/rollcall", &with("aws", optional)), [""; 0]);
        for bad in [with("aws", "{ workspace = true }"), with("default", optional), with("lambda", optional)]
        {
            assert_eq!(check("services/rollcall", &bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn an_arrow_under_another_name_or_at_build_time() {
        let renamed = "[dependencies]\nother = { package = \"rollcall-planner\", path = \"../planner\" }";
        assert_eq!(check("services/dialer", renamed).len(), 1);
        let build = "[build-dependencies]\nrollcall-planner.workspace = true";
        assert_eq!(check("services/dialer", build).len(), 1);
    }

    #[test]
    fn a_member_without_a_row() {
        let found = check("services/new", "");
        assert_eq!(found, ["rollcall-new has no row in the table of tidy's arrows.rs"]);
    }

    #[test]
    fn an_sdk_outside_its_one_crate() {
        let sdk = "[dependencies]\naws-sdk-sqs.workspace = true";
        assert_eq!(check("shared/embedded", sdk), ["rollcall-embedded may not name aws-sdk-sqs"]);
        assert_eq!(check("shared/aws", sdk), [""; 0]);
    }

    #[test]
    fn something_that_waits_in_the_domain() {
        let waits = "[dependencies]\ntokio.workspace = true\n[dev-dependencies]\nproptest.workspace = true";
        assert_eq!(check("shared/domain", waits), ["rollcall-domain may not name tokio"]);
    }
}
