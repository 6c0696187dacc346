//! Holds the repository to the rules that no compiler knows. Each check is a function from a [`Repo`] to the
//! list of what is wrong; here the checks meet the real one, and beside each check stands a made-up repository
//! that fails it. No network, and nothing but reading files.

#![expect(clippy::unwrap_used, reason = "a repository that cannot be read fails the test")]

mod arrows;
mod code_map;
mod locks;
mod manifests;
mod members;
mod numbers;
mod repo;
mod sources;
mod topology;
mod words;

use repo::Repo;

/// The real repository, against one check.
fn hold(check: fn(&Repo) -> Vec<String>) {
    let problems = check(&Repo::here());
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn dependencies_point_only_as_the_design_says() {
    hold(arrows::members);
}

#[test]
fn crates_of_the_outside_are_named_only_where_they_belong() {
    hold(arrows::outsiders);
}

#[test]
fn every_manifest_takes_the_workspaces_lints_and_versions() {
    hold(manifests::shape);
}

#[test]
fn every_dependency_is_used() {
    hold(manifests::unused);
}

#[test]
fn every_member_is_on_the_code_map() {
    hold(code_map::check);
}

#[test]
fn what_is_fuzzed_is_what_is_shipped() {
    hold(locks::check);
}

#[test]
fn files_are_short() {
    hold(sources::length);
}

#[test]
fn roots_of_modules_say_what_they_are() {
    hold(sources::documented);
}

#[test]
fn no_file_holds_what_belongs_to_one_machine_or_to_no_release() {
    hold(words::check);
}

#[test]
fn phone_numbers_are_fictional() {
    hold(numbers::check);
}

#[test]
fn routes_and_topology_name_the_same() {
    hold(topology::check);
}
