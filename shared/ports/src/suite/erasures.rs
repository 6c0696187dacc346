//! What [`Erasures`], [`Shelf`] and the forgetting of letters promise.

use super::{Case, at, ok, there};
use crate::{
    DeadLetter, DeadLetters, Erasures, Forgotten, Letters, Place, Saved, Shelf, Uploads, Versioned, Whose,
};
use jiff::SignedDuration;
use rollcall_contracts::upload::UploadRef;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason};
use rollcall_domain::ids::{LetterId, ResidentId};

fn person(name: &str) -> ResidentId {
    ResidentId::derive(&["erasures", name])
}

/// An erasure is written once, goes forward, and is met until nothing is left
/// to be done.
pub async fn all(case: &Case<'_>, erasures: &dyn Erasures) {
    let asked = at("2026-11-23T09:00:00Z");
    let one = Erasure::asked(person("one"), ("joe", asked), ErasureReason::Asked, None);
    assert_eq!(ok(erasures.get(one.resident).await), None);
    let mut stored = Versioned::new(one);
    assert_eq!(ok(erasures.save(&stored).await), Saved::Done(1));
    assert_eq!(ok(erasures.save(&stored).await), Saved::Changed, "written already");
    stored.version = 1;
    assert_eq!(there(erasures.get(stored.value.resident).await), stored);
    let due = async |now: &str| ok(erasures.to_review(at(now), 10).await);
    case.settles("to be seen to", vec![person("one")], async || due("2026-11-23T09:00:00Z").await).await;
    assert_eq!(due("2026-11-23T08:59:59Z").await, []);

    stored.value.cleaned(Class::Register);
    assert_eq!(ok(erasures.save(&stored).await), Saved::Done(2));
    assert_eq!(ok(erasures.save(&stored).await), Saved::Changed, "somebody wrote since");
    stored.version = 2;
    stored.value.rests_until = Some(at("2026-11-23T09:10:00Z"));
    assert_eq!(ok(erasures.save(&stored).await), Saved::Done(3));
    case.settles("rests", vec![], async || due("2026-11-23T09:09:59Z").await).await;
    case.settles("rested", vec![person("one")], async || due("2026-11-23T09:10:00Z").await).await;
    stored.version = 3;
    stored.value.finish(asked, SignedDuration::from_mins(40));
    assert_eq!(ok(erasures.save(&stored).await), Saved::Done(4));
    case.settles("to be looked at again", vec![], async || due("2026-11-23T09:39:59Z").await).await;
    case.settles("at its time", vec![person("one")], async || due("2026-11-23T09:40:00Z").await).await;
    stored.version = 4;
    stored.value.looked_again();
    assert_eq!(ok(erasures.save(&stored).await), Saved::Done(5));
    case.settles("over", vec![], async || due("2027-11-23T09:40:00Z").await).await;

    // Of nobody there is nothing, however often that is asked.
    let whose =
        Whose { resident: person("nobody"), erasure: &stored.value, number: None, quiet_since: asked };
    for class in Class::erased().chain(Class::erased()) {
        match ok(erasures.forget(class, &whose).await) {
            // Messages may be such that nobody can delete them.
            Forgotten::Passes(at) => {
                assert!(at > asked && matches!(class, Class::Queues | Class::Stream), "{class:?}");
            }
            other => assert_eq!(other, Forgotten::Done(0), "{class:?}"),
        }
    }
    assert_eq!(there(erasures.get(stored.value.resident).await).version, 5);
    walked(erasures, &stored.value).await;
}

/// A walk over all of them meets each once.
async fn walked(erasures: &dyn Erasures, over: &Erasure) {
    let mut all = vec![over.clone()];
    for name in ["two", "three", "four"] {
        let one = Erasure::asked(person(name), ("joe", over.asked_at), ErasureReason::Died, None);
        assert_eq!(ok(erasures.save(&Versioned::new(one.clone())).await), Saved::Done(1));
        all.push(one);
    }
    let (mut met, mut from) = (Vec::new(), None);
    loop {
        let (some, next) = ok(erasures.page(from.as_ref(), 2).await);
        assert!(some.len() <= 2, "{some:?}");
        met.extend(some);
        from = next;
        if from.is_none() {
            break;
        }
    }
    met.sort_by_key(|one| one.resident);
    all.sort_by_key(|one| one.resident);
    assert_eq!(met, all);
}

/// Letters whose message names somebody go, over or not; others stay.
pub async fn letters(dead: &dyn DeadLetters, letters: &dyn Letters) {
    let (one, other) = (person("of letters"), person("of other letters"));
    let park = async |name: &str, body: String| {
        let letter = DeadLetter {
            source: "call_requests".to_owned(),
            message_id: name.to_owned(),
            reason: "broken".to_owned(),
            handler: "dialer".to_owned(),
            parked_at: at("2026-11-23T09:00:00Z"),
            receives: 1,
            body: body.into_bytes(),
            replay: None,
        };
        ok(dead.park(&letter).await);
        LetterId::of("call_requests", name)
    };
    let theirs = park("theirs", format!("{{\"resident\":\"{one}\"}}")).await;
    let edited = park("edited", format!("{{\"resident\":\"{one}\"}}")).await;
    let others = park("others", format!("{{\"resident\":\"{other}\"}}")).await;
    let mut letter = there(letters.get(edited).await);
    let anew = ("call_request".to_owned(), b"{}".to_vec());
    assert_eq!(letter.value.edit(anew, ("joe", "to nobody"), at("2026-11-23T09:01:00Z")), Ok(()));
    let _saved: Saved = ok(letters.save(&letter).await);
    assert_eq!(ok(letters.forget(one).await), 2);
    assert_eq!(ok(letters.forget(one).await), 0);
    for (id, stays) in [(theirs, false), (edited, false), (others, true)] {
        assert_eq!(ok(letters.get(id).await).is_some(), stays);
    }
}

/// Blanks parts of a file, which was put with these bytes and is larger than
/// what is held in memory at a time.
pub async fn blanking((shelf, uploads): (&dyn Shelf, &dyn Uploads), upload: &UploadRef, bytes: &[u8]) {
    let (mut met, mut from) = (0, None);
    loop {
        let (files, next) = ok(shelf.files(from.as_ref(), 2).await);
        met += files.iter().filter(|file| *file == upload).count();
        from = next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(met, 1, "each file is met once");
    let size = bytes.len() as u64;
    let places = [
        Place { start: 1, end: 4, fill: b" " },
        // Across the pieces, whatever they are.
        Place { start: 5, end: size - 3, fill: b" \0" },
        Place { start: size - 1, end: size, fill: b"\0 " },
    ];
    let mut expected = bytes.to_vec();
    for Place { start, end, fill } in &places {
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        let part = expected.get_mut(at(*start)..at(*end)).unwrap_or_default();
        for (offset, byte) in part.iter_mut().enumerate() {
            *byte = fill.get(offset % fill.len()).copied().unwrap_or_default();
        }
    }
    for _ in 0..2 {
        ok(shelf.blank(upload, &places).await);
        assert!(ok(uploads.read(upload, 0, size).await).as_deref() == Some(expected.as_slice()));
    }
    let gone = UploadRef { key: "nobody put this".to_owned(), ..upload.clone() };
    ok(shelf.blank(&gone, &places).await);
}
