//! What [`Letters`], [`Jobs`] and [`Replays`] promise, and what [`DeadLetters`]
//! promises where a history is kept.

use super::{Case, at, ok, there};
use crate::{
    DeadLetter, DeadLetters, Inbox, Jobs, LetterGroup, Letters, Replay, Replays, Resent, Saved, StreamReader,
    Versioned,
};
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::{JobId, LetterId, ResidentId};
use rollcall_domain::letter::job::{Job, Selection};
use rollcall_domain::letter::{Filter, Letter, LetterState, Which};

/// Runs the parts that need no queue.
pub async fn all(dead: &dyn DeadLetters, letters: &dyn Letters) {
    a_letter_goes_forward_only(dead, letters).await;
    letters_are_found(dead, letters).await;
}

fn parked(message_id: &str, body: &str, parked_at: Timestamp) -> DeadLetter {
    DeadLetter {
        source: "call_requests".to_owned(),
        message_id: message_id.to_owned(),
        reason: "the body is not of the expected form (line 1, column 40)".to_owned(),
        handler: "dialer".to_owned(),
        parked_at,
        receives: 3,
        body: body.as_bytes().to_vec(),
        replay: None,
    }
}

fn words(letter: &Letter) -> Vec<&'static str> {
    letter.history.iter().map(|event| event.what.word()).collect()
}

/// A letter through everything that may become of it, with repeats and late
/// copies in between.
pub async fn a_letter_goes_forward_only(dead: &dyn DeadLetters, letters: &dyn Letters) {
    let first = parked("forward 1", "{\"kind\": \"call_request\"}", at("2026-11-23T09:00:00Z"));
    let id = LetterId::of(&first.source, &first.message_id);
    assert_eq!(ok(letters.get(id).await), None);
    ok(dead.park(&first).await);
    let read = there(letters.get(id).await);
    let message = ("call_request".to_owned(), first.body.clone());
    let how = rollcall_domain::letter::Parking {
        reason: &first.reason,
        handler: &first.handler,
        at: first.parked_at,
        receives: 3,
    };
    assert_eq!(read.value, Letter::parked(&first.source, &first.message_id, message, how));

    // Edited and wanted again, each by who read it last.
    let mut edited = read.clone();
    let body = ("call_request".to_owned(), vec![0, 255, 10]);
    assert_eq!(edited.value.edit(body, ("joe", "typo"), at("2026-11-23T09:01:00Z")), Ok(()));
    edited.version = saved(letters, &edited).await;
    assert_eq!(ok(letters.save(&read).await), Saved::Changed);
    assert_eq!(there(letters.get(id).await), edited);
    assert_eq!(edited.value.replay("joe", None, at("2026-11-23T09:02:00Z")), Ok(1));
    edited.version = saved(letters, &edited).await;

    // The copy is set aside, twice; a copy of an earlier round says nothing.
    let replay = Replay { letter: id, round: 1 };
    let copy = DeadLetter {
        message_id: "forward 9".to_owned(),
        reason: "again".to_owned(),
        parked_at: at("2026-11-23T09:03:00Z"),
        replay: Some(replay),
        ..first.clone()
    };
    ok(dead.park(&DeadLetter { replay: Some(Replay { round: 0, ..replay }), ..copy.clone() }).await);
    assert_eq!(there(letters.get(id).await), edited);
    ok(dead.park(&copy).await);
    ok(dead.park(&copy).await);
    assert_eq!(ok(letters.save(&edited).await), Saved::Changed, "a handler wrote since");
    let mut back = there(letters.get(id).await);
    assert_eq!((back.value.state, back.value.reason.as_str()), (LetterState::Open, "again"));
    assert_eq!(words(&back.value), ["parked", "edited", "replayed", "parked"]);
    assert_eq!(ok(dead.list(None, 10).await).len(), 1, "one letter, whatever came back of it");

    // The next copy is applied: the letter is over, its history stays.
    assert_eq!(back.value.replay("ann", None, at("2026-11-23T09:04:00Z")), Ok(2));
    back.version = saved(letters, &back).await;
    let second = Replay { letter: id, round: 2 };
    ok(dead.applied(second, at("2026-11-23T09:05:00Z")).await);
    ok(dead.applied(second, at("2026-11-23T09:06:00Z")).await);
    ok(dead.park(&DeadLetter { replay: Some(second), ..copy.clone() }).await);
    ok(dead.park(&first).await);
    let over = there(letters.get(id).await);
    assert_eq!(over.value.state, LetterState::Applied);
    assert_eq!(words(&over.value), ["parked", "edited", "replayed", "parked", "replayed", "applied"]);
    assert_eq!((ok(dead.list(None, 10).await), ok(dead.count().await)), (vec![], 0));

    // Copies of a letter that nobody knows.
    let unknown = Replay { letter: LetterId::of("nowhere", "1"), round: 1 };
    ok(dead.applied(unknown, at("2026-11-23T09:07:00Z")).await);
    assert_eq!(ok(dead.count().await), 0);
    ok(dead.park(&DeadLetter { replay: Some(unknown), ..copy }).await);
    let own = LetterId::of("call_requests", "forward 9");
    let mut own = there(letters.get(own).await);
    assert_eq!(own.value.discard("joe", "a test", at("2026-11-23T09:08:00Z")), Ok(()));
    saved(letters, &own).await;
    assert_eq!(ok(dead.count().await), 0);
}

async fn saved(letters: &dyn Letters, letter: &Versioned<Letter>) -> u64 {
    match ok(letters.save(letter).await) {
        Saved::Done(version) => version,
        Saved::Changed => panic!("nobody else wrote"),
    }
}

/// Every filter, paging and groups.
pub async fn letters_are_found(dead: &dyn DeadLetters, letters: &dyn Letters) {
    let resident = ResidentId::derive(&["suite", "found"]);
    let names_one = format!("{{\"kind\": \"call_request\", \"resident\": \"{resident}\"}}");
    let from = at("2026-11-24T09:00:00Z");
    let minute = |n: i64| from + SignedDuration::from_mins(n);
    for (n, body) in [names_one.as_str(), "broken", "broken", "broken"].into_iter().enumerate() {
        let n = i64::try_from(n).unwrap_or(0);
        let reason = if n == 3 { "Received 5 times".to_owned() } else { format!("at line {n}") };
        ok(dead.park(&DeadLetter { reason, ..parked(&format!("found {n}"), body, minute(n)) }).await);
    }
    let day = Filter { parked_from: Some(from), ..Filter::default() };
    let messages = async |filter: &Filter| -> Vec<String> {
        let found = ok(letters.find(filter, None, 100).await);
        assert_eq!(ok(letters.tally(filter).await), found.len() as u64, "{filter:?}");
        found.into_iter().map(|(_, found)| found.value.message_id).collect()
    };
    let of = |numbers: &[u8]| numbers.iter().map(|n| format!("found {n}")).collect::<Vec<_>>();
    assert_eq!(messages(&day).await, of(&[0, 1, 2, 3]));
    for (filter, expected) in [
        (Filter { parked_until: Some(minute(2)), ..day.clone() }, of(&[0, 1])),
        (Filter { parked_from: Some(minute(2)), ..day.clone() }, of(&[2, 3])),
        (Filter { source: Some("call_requests".to_owned()), ..day.clone() }, of(&[0, 1, 2, 3])),
        (Filter { source: Some("rows".to_owned()), ..day.clone() }, of(&[])),
        (Filter { kind: Some("unreadable".to_owned()), ..day.clone() }, of(&[1, 2, 3])),
        (Filter { kind: Some("call_request".to_owned()), ..day.clone() }, of(&[0])),
        (Filter { cause: Some("received # TIMES".to_owned()), ..day.clone() }, of(&[3])),
        (Filter { cause: Some("at line #".to_owned()), ..day.clone() }, of(&[0, 1, 2])),
        (Filter { resident: Some(resident), ..day.clone() }, of(&[0])),
        (Filter { which: Which::Only(LetterState::Replaying), ..day.clone() }, of(&[])),
    ] {
        assert_eq!(messages(&filter).await, expected, "{filter:?}");
    }

    let mut paged = Vec::new();
    let mut after = None;
    while let Some((place, one)) = ok(letters.find(&day, after.as_ref(), 1).await).pop() {
        paged.push(one.value.message_id);
        after = Some(place);
    }
    assert_eq!(paged, of(&[0, 1, 2, 3]));

    let mut third = there(letters.get(LetterId::of("call_requests", "found 2")).await);
    assert_eq!(third.value.replay("joe", None, minute(9)), Ok(1));
    saved(letters, &third).await;
    let group =
        |cause: &str, kind: &str, (count, replaying): (u64, u64), (first, last): (i64, i64)| LetterGroup {
            source: "call_requests".to_owned(),
            cause: cause.to_owned(),
            kind: kind.to_owned(),
            letters: count,
            replaying,
            oldest_at: minute(first),
            newest_at: minute(last),
        };
    let groups = [
        group("at line #", "unreadable", (2, 1), (1, 2)),
        group("at line #", "call_request", (1, 0), (0, 0)),
        group("Received # times", "unreadable", (1, 0), (3, 3)),
    ];
    assert_eq!(ok(letters.groups(10).await), groups);
    assert_eq!(ok(letters.groups(1).await), groups[..1]);
}

/// Jobs are written by who read them last, and found.
pub async fn jobs(jobs: &dyn Jobs) {
    let job = |n: &str| {
        let selection = Selection::Matching(Filter { cause: Some(n.to_owned()), ..Filter::default() });
        // Those of one moment have no order.
        let began = at(&format!("2026-11-23T09:00:00.{n}Z"));
        Job::begin(JobId::derive(&[n]), "joe", (selection, 3), 60, began)
    };
    assert_eq!(ok(jobs.get(JobId::derive(&["1"])).await), None);
    for n in ["1", "2", "3"] {
        assert_eq!(ok(jobs.save(&Versioned::new(job(n))).await), Saved::Done(1));
    }
    assert_eq!(ok(jobs.save(&Versioned::new(job("1"))).await), Saved::Changed);
    let mut first = there(jobs.get(JobId::derive(&["1"])).await);
    assert_eq!(first.value, job("1"));
    first.value.took("17".to_owned(), true, at("2026-11-23T09:00:01Z"));
    assert_eq!(ok(jobs.save(&first).await), Saved::Done(2));
    assert_eq!(ok(jobs.save(&first).await), Saved::Changed);
    let mut second = there(jobs.get(JobId::derive(&["2"])).await);
    assert!(second.value.stop("ann", at("2026-11-23T09:00:02Z")));
    assert_eq!(ok(jobs.save(&second).await), Saved::Done(2));
    let first = Versioned { version: 2, ..first };
    let second = Versioned { version: 2, ..second };
    let third = Versioned { value: job("3"), version: 1 };
    assert_eq!(ok(jobs.running(10).await), [first.clone(), third.clone()]);
    assert_eq!(ok(jobs.running(1).await), std::slice::from_ref(&first));
    assert_eq!(ok(jobs.recent(10).await), [third.clone(), second.clone(), first]);
    assert_eq!(ok(jobs.recent(2).await), [third, second]);
}

/// A copy says what it is in every receive, and comes back to its letter when
/// its queue gives it up.
pub async fn copies_on_a_queue(
    case: &Case<'_>,
    (replays, inbox): (&dyn Replays, &dyn Inbox),
    (dead, letters): (&dyn DeadLetters, &dyn Letters),
    hidden: SignedDuration,
) {
    let source = inbox.name();
    let message = DeadLetter { source: source.to_owned(), ..parked("copied", "{}", case.clock.now()) };
    ok(dead.park(&message).await);
    let mut letter = there(letters.get(LetterId::of(source, "copied")).await);
    let round = letter.value.replay("joe", None, case.clock.now()).unwrap_or_default();
    saved(letters, &letter).await;
    let replay = Replay { letter: letter.value.id, round };
    assert_eq!(ok(replays.resend(source, b"{}", replay).await), Resent::Done);
    for _ in 0..1_000 {
        let Some(received) = ok(inbox.receive(10).await).into_iter().next() else { break };
        assert_eq!((received.replay, received.body.as_str()), (Some(replay), "{}"));
        case.pass(hidden).await;
    }
    let back = there(letters.get(replay.letter).await).value;
    assert_eq!((back.state, words(&back)), (LetterState::Open, vec!["parked", "replayed", "parked"]));
    assert_eq!(back.handler, "queue");
    assert_eq!(ok(dead.list(None, 10).await).len(), 1);

    assert!(matches!(ok(replays.resend("nowhere", b"{}", replay).await), Resent::Never(_)));
    assert!(matches!(ok(replays.resend(source, &[0xff], replay).await), Resent::Never(_)));
    assert_eq!(ok(inbox.receive(10).await), vec![]);
}

/// A copy on the stream says what it is.
pub async fn copies_on_a_stream(replays: &dyn Replays, stream: &dyn StreamReader) {
    let replay = Replay { letter: LetterId::of("outcomes", "0/1"), round: 2 };
    assert_eq!(ok(replays.resend("outcomes", &[0xff, 0], replay).await), Resent::Done);
    let mut found = Vec::new();
    for shard in 0..stream.shards() {
        for entry in ok(stream.read(shard, 10).await) {
            found.push((entry.replay, entry.data.clone()));
            ok(stream.checkpoint(shard, &entry.sequence).await);
        }
    }
    assert_eq!(found, [(Some(replay), vec![0xff, 0])]);
}
