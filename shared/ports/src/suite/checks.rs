//! What [`Checks`] promises.

use super::ok;
use crate::{CheckResult, Checks};
use jiff::civil::{Date, date};
use rollcall_domain::ids::ResidentId;

/// Runs the whole part.
pub async fn all(checks: &dyn Checks) {
    the_greatest_stands(checks).await;
    days_are_listed_in_order(checks).await;
}

const RESULTS: [CheckResult; 4] =
    [CheckResult::Escalated, CheckResult::Well, CheckResult::WantsToTalk, CheckResult::SpokenTo];

/// In whatever order and however often results come, the greatest stands.
pub async fn the_greatest_stands(checks: &dyn Checks) {
    let day = date(2026, 11, 23);
    for one in RESULTS {
        for other in RESULTS {
            for third in RESULTS {
                let name = format!("{one:?} {other:?} {third:?}");
                let resident = ResidentId::derive(&["the greatest", &name]);
                assert_eq!(ok(checks.of(resident, day, day).await), vec![]);
                let mut greatest = one;
                for result in [one, other, third] {
                    ok(checks.record(resident, day, result).await);
                    greatest = greatest.max(result);
                    assert_eq!(ok(checks.of(resident, day, day).await), vec![(day, greatest)], "{name}");
                }
            }
        }
    }
}

/// Days come in order, first and last included, of this resident only.
pub async fn days_are_listed_in_order(checks: &dyn Checks) {
    let resident = ResidentId::derive(&["days"]);
    let days = [date(2026, 12, 1), date(2026, 9, 30), date(2027, 1, 1), date(2026, 11, 23), date(999, 1, 1)];
    for day in days {
        ok(checks.record(resident, day, CheckResult::Well).await);
    }
    ok(checks.record(ResidentId::derive(&["another"]), date(2026, 11, 23), CheckResult::SpokenTo).await);
    let listed = async |first: Date, last: Date| -> Vec<Date> {
        ok(checks.of(resident, first, last).await).into_iter().map(|(day, _)| day).collect()
    };
    let mut sorted = days;
    sorted.sort_unstable();
    assert_eq!(listed(date(1, 1, 1), date(9999, 12, 31)).await, sorted);
    assert_eq!(listed(date(2026, 11, 23), date(2026, 12, 1)).await, [date(2026, 11, 23), date(2026, 12, 1)]);
    assert_eq!(listed(date(2026, 11, 24), date(2026, 11, 30)).await, vec![]);
    assert_eq!(listed(date(2026, 12, 1), date(2026, 11, 23)).await, vec![], "the end before the start");
}
