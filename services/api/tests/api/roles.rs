//! Who may do what, over every endpoint there is.

use crate::support::World;
use rollcall_api::access::{Rule, TABLE, Who, who};
use rollcall_api::openapi::endpoints;
use rollcall_domain::group::Group;
use std::collections::BTreeSet;

#[test]
fn the_table_and_the_document_name_the_same() {
    let table: BTreeSet<_> =
        TABLE.iter().map(|rule| (rule.method.to_owned(), rule.path.to_owned())).collect();
    let served = endpoints(&rollcall_api::document());
    let served: BTreeSet<_> = served.into_iter().map(|(method, path)| (method.to_string(), path)).collect();
    assert_eq!(table, served);
    assert_eq!(table.len(), TABLE.len(), "each once");
    assert!(TABLE.is_sorted_by_key(|rule| rule.path), "sorted by path");
}

#[test]
fn nothing_about_people_is_public() {
    let public: Vec<_> = TABLE.iter().filter(|rule| rule.who == Who::Anyone).map(|rule| rule.path).collect();
    assert_eq!(public, PUBLIC);
}

/// What is told to anybody.
const PUBLIC: [&str; 5] =
    ["/api/.well-known/jwks.json", "/api/config", "/api/sign-in", "/healthz", "/openapi.json"];

#[tokio::test]
async fn every_endpoint_asks_who_it_is() {
    let world = World::new();
    let all_subsets = (0..8_usize).map(|bits| {
        let is_in = |index: usize| bits >> index & 1 == 1;
        Group::ALL
            .into_iter()
            .enumerate()
            .filter(|(index, _)| is_in(*index))
            .map(|(_, group)| group)
            .collect()
    });
    let all_subsets: Vec<Vec<Group>> = all_subsets.collect();
    for Rule { method, path, who } in TABLE {
        let Who::Groups(allowed) = who else { continue };
        let path = filled(path);
        world.send(method, &path, "", "").await.expect_problem(401);
        world.send(method, &path, "not.a.token", "").await.expect_problem(401);
        for groups in &all_subsets {
            let answer = world.send(method, &path, &world.token(groups), "").await;
            let expected = groups.iter().any(|group| allowed.contains(group));
            assert_eq!(answer.status != 401 && answer.status != 403, expected, "{method} {path} {groups:?}");
            if !expected {
                answer.expect_problem(403);
            }
        }
    }
}

#[tokio::test]
async fn what_is_public_needs_no_token_and_takes_no_harm_from_a_bad_one() {
    let world = World::new();
    for path in PUBLIC.into_iter().filter(|path| *path != "/api/sign-in") {
        for token in ["", "not.a.token"] {
            assert_eq!(world.get(path, token).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_in_the_table_is_refused() {
    let world = World::new();
    let token = world.token(&Group::ALL);
    let paths: BTreeSet<_> = TABLE.iter().map(|rule| rule.path).collect();
    for path in paths {
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            if who(&method.parse().unwrap(), path).is_none() {
                let answer = world.send(method, &filled(path), &token, "").await;
                assert_eq!(answer.status, 405, "{method} {path}");
                // An answer to HEAD has no body.
                if method != "HEAD" {
                    answer.expect_problem(405);
                }
                assert!(!answer.header("allow").is_empty(), "{method} {path}");
            }
        }
    }
}

/// The path with something for each of its variables.
pub(crate) fn filled(path: &str) -> String {
    let part = |part: &str| match part {
        "{name}" => "nobody".to_owned(),
        variable if variable.starts_with('{') => "00000000-0000-5000-8000-000000000000".to_owned(),
        fixed => fixed.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
