//! What [`Accounts`] promises.

use super::residents::expect_done;
use super::{at, ok, there, together};
use crate::{Account, Accounts, Saved, Versioned};
use rollcall_domain::group::Group;
use std::collections::BTreeSet;

/// Runs the whole part.
pub async fn all(accounts: &dyn Accounts) {
    saving(accounts).await;
    removing(accounts).await;
    one_of_many(accounts).await;
    by_name(accounts).await;
}

fn account(name: &str, groups: &[Group]) -> Account {
    Account {
        name: name.to_owned(),
        groups: groups.iter().copied().collect(),
        password_hash: format!("hash \u{1f600} of '{name}'"),
        since: at("2026-11-23T09:00:00.123456789Z"),
    }
}

/// Of two who read the same version, one writes; all that is known comes back.
pub async fn saving(accounts: &dyn Accounts) {
    let made = account("suite/saving", &[Group::Agents, Group::Uploaders]);
    assert_eq!(ok(accounts.get(&made.name).await), None);
    let never = Versioned { value: made.clone(), version: 1 };
    assert_eq!(ok(accounts.save(&never).await), Saved::Changed, "was never stored");
    let version = expect_done(ok(accounts.save(&Versioned::new(made.clone())).await));
    let stored = Versioned { value: made.clone(), version };
    assert_eq!(there(accounts.get(&made.name).await), stored);
    assert_eq!(ok(accounts.get("suite/SAVING").await), None, "names are exact");
    assert_eq!(ok(accounts.save(&Versioned::new(made)).await), Saved::Changed, "the name is taken");

    let mut one = stored.clone();
    one.value.password_hash = "another".to_owned();
    one.value.groups = BTreeSet::new();
    let version = expect_done(ok(accounts.save(&one).await));
    assert_eq!(ok(accounts.save(&stored).await), Saved::Changed);
    assert_eq!(there(accounts.get(&one.value.name).await), Versioned { version, ..one });
}

/// What was removed is gone, and comes back only as a new one.
pub async fn removing(accounts: &dyn Accounts) {
    let made = account("suite/removing", &[Group::Operators]);
    assert!(!ok(accounts.remove(&made.name).await));
    let version = expect_done(ok(accounts.save(&Versioned::new(made.clone())).await));
    assert!(ok(accounts.remove(&made.name).await));
    assert_eq!(ok(accounts.get(&made.name).await), None);
    let late = Versioned { value: made.clone(), version };
    assert_eq!(ok(accounts.save(&late).await), Saved::Changed, "a late change brings nobody back");
    let _version = expect_done(ok(accounts.save(&Versioned::new(made.clone())).await));
    assert_eq!(there(accounts.get(&made.name).await).value, made);
}

/// Of any number of callers who take the same name, one gets it.
pub async fn one_of_many(accounts: &dyn Accounts) {
    let made = Versioned::new(account("suite/many", &[]));
    let answers = together((0..8).map(|_| accounts.save(&made)).collect()).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Saved::Done(_)))).count(), 1);
}

/// The list goes by name and can be gone on with.
pub async fn by_name(accounts: &dyn Accounts) {
    for name in ["suite/list b", "suite/list a", "suite/list c"] {
        let _version = expect_done(ok(accounts.save(&Versioned::new(account(name, &Group::ALL))).await));
    }
    let names = async |after, most| {
        let found = ok(accounts.list(after, most).await);
        found.into_iter().map(|one| one.value.name).collect::<Vec<_>>()
    };
    let all = names(None, 100).await;
    assert!(all.is_sorted() && all.len() == 6, "{all:?}");
    assert_eq!(names(Some("suite/list"), 2).await, ["suite/list a", "suite/list b"]);
    assert_eq!(names(Some("suite/list a"), 1).await, ["suite/list b"], "after a name, not from it");
}
