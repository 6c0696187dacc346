//! What [`Switch`] promises.

use super::{at, ok, together};
use crate::{Saved, Switch, Versioned};
use rollcall_domain::breaker::TripCause;
use rollcall_domain::switch::{Dialing, Hand};

/// Runs the whole part.
pub async fn all(switch: &dyn Switch) {
    what_was_saved_is_read(switch).await;
    one_of_many_writes_wins(switch).await;
}

fn hand(by: &str, time: &str) -> Hand {
    match Hand::new(by, at(time), "the switch: \"quoted\", naïve and 📞") {
        Ok(hand) => hand,
        Err(refusal) => panic!("the suite gives a reason: {refusal}"),
    }
}

/// Everything comes back as it was saved, and only the next version is taken.
pub async fn what_was_saved_is_read(switch: &dyn Switch) {
    assert_eq!(ok(switch.read().await), Versioned::new(Dialing::default()), "never touched");
    let mut dialing = Versioned::new(Dialing::default());
    dialing.value.see(at("2026-11-23T09:00:00.123456789Z"));
    assert_eq!(ok(switch.save(&dialing).await), Saved::Done(1));
    assert_eq!(ok(switch.save(&dialing).await), Saved::Changed, "it is there now");
    dialing.version = 1;
    let causes = [
        TripCause::Failures { failed: 10, calls: 20, minutes: 15 },
        TripCause::Silence { calls: 5, minutes: 10 },
        TripCause::ClockBack { seconds: 3_600 },
        TripCause::ClockForward { seconds: 7_200 },
        TripCause::Misconfigured { code: "ResourceNotFoundException".to_owned() },
    ];
    for cause in causes {
        assert!(dialing.value.trip(at("2026-11-23T09:01:00Z"), cause));
        assert!(dialing.value.stop(hand("joe", "2026-11-23T09:02:00Z")));
        dialing = saved(switch, dialing).await;
        let seen = dialing.value.change;
        assert_eq!(dialing.value.start(hand("sue", "2026-11-23T09:03:00Z"), seen), Ok(true));
        dialing = saved(switch, dialing).await;
    }
    dialing.value.told(dialing.value.change);
    dialing = saved(switch, dialing).await;
    let late = Versioned { version: dialing.version - 1, ..dialing.clone() };
    assert_eq!(ok(switch.save(&late).await), Saved::Changed);
    let early = Versioned { version: dialing.version + 1, ..dialing.clone() };
    assert_eq!(ok(switch.save(&early).await), Saved::Changed);
    assert_eq!(ok(switch.read().await), dialing, "and nothing of it was written");
}

async fn saved(switch: &dyn Switch, dialing: Versioned<Dialing>) -> Versioned<Dialing> {
    let version = dialing.version + 1;
    assert_eq!(ok(switch.save(&dialing).await), Saved::Done(version));
    let dialing = Versioned { version, ..dialing };
    assert_eq!(ok(switch.read().await), dialing);
    dialing
}

/// Of many who stop at once one is written, and its words stay together.
pub async fn one_of_many_writes_wins(switch: &dyn Switch) {
    let before = ok(switch.read().await);
    let stops: Vec<Versioned<Dialing>> = (0..8)
        .map(|n| {
            let mut stop = before.clone();
            assert!(stop.value.stop(hand(&format!("person {n}"), "2026-11-23T10:00:00Z")));
            stop
        })
        .collect();
    let requests = stops.iter().map(|stop| switch.save(stop)).collect();
    let answers: Vec<Saved> = together(requests).await.into_iter().map(ok).collect();
    let won: Vec<usize> = (0..8).filter(|n| matches!(answers.get(*n), Some(Saved::Done(_)))).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let winner = won.first().and_then(|n| stops.get(*n)).map(|stop| stop.value.clone());
    assert_eq!(Some(ok(switch.read().await).value), winner);
}
