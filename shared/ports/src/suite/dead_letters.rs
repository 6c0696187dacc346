//! What [`DeadLetters`] promises.

use super::{Case, at, ok};
use crate::{DeadLetter, DeadLetters};
use jiff::SignedDuration;

/// Runs the whole part.
pub async fn all(case: &Case<'_>, letters: &dyn DeadLetters) {
    each_message_once(case, letters).await;
}

/// Letters come in order, one for each message of a source, byte by byte.
pub async fn each_message_once(case: &Case<'_>, letters: &dyn DeadLetters) {
    // Those of one moment have no order.
    let (mut second, start) = (0, at("2026-11-23T09:00:00Z"));
    let mut letter = |source: &str, n: u8| DeadLetter {
        source: source.to_owned(),
        message_id: format!("message {n}"),
        reason: "not a message: expected a JSON envelope".to_owned(),
        handler: "loader".to_owned(),
        parked_at: {
            second += 1;
            start + SignedDuration::from_secs(second)
        },
        receives: u32::from(n) + 1,
        body: match n {
            0 => Vec::new(),
            1 => (0..=255).collect(),
            _ => b"{\"cut\": \"of".repeat(2000),
        },
        replay: None,
    };
    assert_eq!(ok(letters.list(None, 10).await), vec![]);
    case.settles("none yet", 0, async || ok(letters.count().await)).await;
    let parked = [letter("rows", 0), letter("rows", 1), letter("uploads", 1), letter("rows", 2)];
    for one in &parked {
        ok(letters.park(one).await);
        ok(letters.park(one).await);
    }
    let again = DeadLetter { reason: "another reason".to_owned(), receives: 9, ..letter("rows", 1) };
    ok(letters.park(&again).await);

    let all = ok(letters.list(None, 10).await);
    assert_eq!(all.iter().map(|(_, letter)| letter.clone()).collect::<Vec<_>>(), parked);
    case.settles("four messages", 4, async || ok(letters.count().await)).await;
    assert_eq!(ok(letters.list(None, 3).await), all.iter().take(3).cloned().collect::<Vec<_>>());
    for (skipped, (position, _)) in all.iter().enumerate() {
        let rest: Vec<_> = all.iter().skip(skipped + 1).cloned().collect();
        assert_eq!(ok(letters.list(Some(position), 10).await), rest, "after a position, not from it");
    }
}
