//! What [`Audit`] promises.

use super::{at, ok};
use crate::{Audit, AuditEntry};
use rollcall_domain::ids::ResidentId;

/// Runs the whole part.
pub async fn all(audit: &dyn Audit) {
    each_deed_once(audit).await;
}

/// Entries come in order, one for each key, exactly as they were recorded.
pub async fn each_deed_once(audit: &dyn Audit) {
    let entry = |n: usize| AuditEntry {
        key: format!("suite/{n}"),
        at: at("2026-11-23T09:00:00.123456789Z"),
        actor: "clerk \u{1f600} 'one'".to_owned(),
        action: "pause".to_owned(),
        resident: n.is_multiple_of(2).then(|| ResidentId::derive(&["audit", &n.to_string()])),
        detail: if n == 0 { String::new() } else { format!("detail {n}\nsecond line") },
    };
    assert_eq!(ok(audit.list(None, 10).await), vec![]);
    for n in [0, 1, 1, 2, 0, 3, 4] {
        ok(audit.record(&entry(n)).await);
    }
    let changed = AuditEntry { detail: "told differently".to_owned(), ..entry(2) };
    ok(audit.record(&changed).await);

    let all = ok(audit.list(None, 10).await);
    let entries: Vec<AuditEntry> = all.iter().map(|(_, entry)| entry.clone()).collect();
    assert_eq!(entries, (0..5).map(entry).collect::<Vec<_>>());
    assert_eq!(ok(audit.list(None, 2).await), all.iter().take(2).cloned().collect::<Vec<_>>());
    for (skipped, (position, _)) in all.iter().enumerate() {
        let rest: Vec<_> = all.iter().skip(skipped + 1).cloned().collect();
        assert_eq!(ok(audit.list(Some(position), 10).await), rest, "after a position, not from it");
    }

    let newest: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(ok(audit.recent(None, 10).await), newest);
    assert_eq!(ok(audit.recent(None, 2).await), newest.iter().take(2).cloned().collect::<Vec<_>>());
    for (skipped, (position, _)) in newest.iter().enumerate() {
        let rest: Vec<_> = newest.iter().skip(skipped + 1).cloned().collect();
        assert_eq!(ok(audit.recent(Some(position), 10).await), rest, "before a position, not from it");
    }
}
