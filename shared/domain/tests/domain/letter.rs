//! Letters go forward only, whatever comes of their copies and in which order.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::{JobId, LetterId};
use rollcall_domain::letter::job::{Job, JobState, Selection};
use rollcall_domain::letter::{
    Content, Letter, LetterState, MOST_EVENTS, Parking, Refusal, What, Which, cause_of,
};

fn at(minute: i64) -> Timestamp {
    "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn how(minute: i64) -> Parking<'static> {
    Parking { reason: "broken at line 3", handler: "dialer", at: at(minute), receives: 2 }
}

fn letter() -> Letter {
    let message = ("call_request".to_owned(), b"{}".to_vec());
    Letter::parked("call_requests", "17", message, how(0))
}

fn words(letter: &Letter) -> Vec<&'static str> {
    letter.history.iter().map(|event| event.what.word()).collect()
}

#[test]
fn from_parked_to_applied_with_everything_in_between_on_record() {
    let mut letter = letter();
    assert_eq!(letter.replay("joe", None, at(1)), Ok(1));
    assert_eq!(letter.unsent_since(), Some(at(1)));
    assert!(letter.sent(1, at(1)) && !letter.sent(1, at(1)));
    assert!(letter.park_again(1, how(2)));
    assert_eq!((letter.state, letter.parked_at, letter.first_parked_at), (LetterState::Open, at(2), at(0)));
    letter.edit(("call_request".to_owned(), b"[]".to_vec()), ("joe", " typo "), at(3)).unwrap();
    assert_eq!(letter.replay("ann", None, at(4)), Ok(2));
    assert!(letter.apply(2, at(5)));
    assert_eq!(words(&letter), ["parked", "replayed", "sent", "parked", "edited", "replayed", "applied"]);
    let former =
        What::Edited { by: "joe".into(), reason: "typo".into(), former: Content::new(b"{}".to_vec()) };
    assert_eq!((&letter.history[4].what, letter.body.as_text()), (&former, Some("[]")));
}

#[test]
fn of_two_copies_of_a_round_applied_outranks_parked_again_in_any_order() {
    for applied_first in [true, false] {
        let mut letter = letter();
        let round = letter.replay("joe", None, at(1)).unwrap();
        for applies in [applied_first, !applied_first] {
            if applies {
                assert!(letter.apply(round, at(2)));
            } else {
                letter.park_again(round, how(2));
            }
        }
        assert_eq!(letter.state, LetterState::Applied, "{:?}", words(&letter));
        assert!(!letter.apply(round, at(3)) && !letter.park_again(round, how(3)));
    }
}

#[test]
fn what_a_late_copy_of_another_content_comes_to_says_nothing_of_this_one() {
    let mut letter = letter();
    letter.replay("joe", None, at(1)).unwrap();
    letter.park_again(1, how(2));
    letter.edit((String::new(), b"mended".to_vec()), ("joe", "typo"), at(3)).unwrap();
    assert!(!letter.apply(1, at(4)), "the former content was applied, not this one");
    letter.replay("joe", None, at(5)).unwrap();
    assert!(!letter.park_again(1, how(6)), "the copy that counts is under way");
    assert_eq!(letter.state, LetterState::Replaying);
    letter.replay("joe", None, at(7)).unwrap();
    assert!(letter.apply(2, at(8)), "of the same content any copy will do");
}

#[test]
fn what_is_over_stays_over() {
    let mut letter = letter();
    letter.discard("joe", "a test message", at(1)).unwrap();
    let ended = letter.clone();
    assert!(!letter.apply(0, at(2)) && !letter.apply(1, at(2)) && !letter.park_again(0, how(2)));
    let refusal = Refusal::Ended(LetterState::Discarded);
    assert_eq!(letter.replay("joe", None, at(2)), Err(refusal));
    assert_eq!(letter.discard("joe", "again", at(2)), Err(refusal));
    assert_eq!(letter.edit((String::new(), vec![]), ("joe", "again"), at(2)), Err(refusal));
    assert_eq!(letter, ended);
}

#[test]
fn while_a_copy_is_under_way_it_is_neither_edited_nor_discarded_but_may_be_sent_again() {
    let mut letter = letter();
    letter.replay("joe", None, at(1)).unwrap();
    assert_eq!(letter.discard("joe", "why", at(2)), Err(Refusal::OnItsWay));
    assert_eq!(letter.edit((String::new(), vec![]), ("joe", "why"), at(2)), Err(Refusal::OnItsWay));
    assert_eq!(letter.replay("joe", None, at(2)), Ok(2));
}

#[test]
fn reasons_and_sizes_have_bounds() {
    let mut letter = letter();
    for reason in ["", "  ", &"x".repeat(301)] {
        assert_eq!(letter.discard("joe", reason, at(1)), Err(Refusal::Reason));
        assert_eq!(letter.edit((String::new(), vec![]), ("joe", reason), at(1)), Err(Refusal::Reason));
    }
    let large = vec![b' '; 262_145];
    assert_eq!(letter.edit((String::new(), large), ("joe", "why"), at(1)), Err(Refusal::TooLarge));
    assert_eq!(letter.history.len(), 1);
    let largest = vec![b' '; 262_144];
    assert_eq!(letter.edit((String::new(), largest), ("joe", "why"), at(1)), Ok(()));
}

#[test]
fn a_job_knows_which_letters_it_has_taken() {
    let (this, other) = (JobId::derive(&["this"]), JobId::derive(&["other"]));
    let taken = |letter: &Letter| (letter.was_taken_by(this), letter.was_taken_by(other));
    let mut one = letter();
    assert_eq!(taken(&one), (false, false));
    one.replay("joe", None, at(1)).unwrap();
    assert_eq!(taken(&one), (false, false), "by a person, and by no job");
    one.replay("joe", Some(this), at(2)).unwrap();
    assert_eq!(taken(&one), (true, false));

    let mut unneeded = letter();
    assert_eq!(unneeded.discard_with_many(other, ("joe", "a test"), at(1)), Ok(()));
    assert_eq!((unneeded.state, taken(&unneeded)), (LetterState::Discarded, (false, true)));
    assert_eq!(
        unneeded.discard_with_many(this, ("joe", "a test"), at(2)),
        Err(Refusal::Ended(LetterState::Discarded))
    );
}

#[test]
fn of_a_long_history_the_first_event_and_every_edit_are_kept() {
    let mut letter = letter();
    letter.edit((String::new(), b"1".to_vec()), ("joe", "why"), at(1)).unwrap();
    for round in 1..=300 {
        letter.replay("joe", None, at(2)).unwrap();
        letter.park_again(round, how(3));
    }
    assert_eq!(letter.history.len(), MOST_EVENTS);
    assert_eq!(words(&letter)[..3], ["parked", "edited", "replayed"]);
}

#[test]
fn content_is_kept_byte_by_byte_and_never_shown() {
    for bytes in [b"Ada".to_vec(), vec![0, 255, 200], vec![]] {
        let content = Content::new(bytes.clone());
        assert_eq!(content.as_bytes(), bytes);
        assert_eq!(format!("{content:?}"), format!("Content({} bytes)", bytes.len()));
        let text = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content);
        assert!(!format!("{content:?}").contains("Ada"));
    }
}

#[test]
fn causes_have_no_numbers() {
    assert_eq!(cause_of("line 12, column 3 of 45"), "line #, column # of #");
    assert_eq!(cause_of("no numbers"), "no numbers");
}

#[test]
fn which_letters_wait() {
    let states = [LetterState::Open, LetterState::Replaying, LetterState::Applied, LetterState::Discarded];
    assert_eq!(states.map(|state| Which::Waiting.has(state)), [true, true, false, false]);
    assert_eq!(states.map(|state| Which::All.has(state)), [true; 4]);
    assert_eq!(states.map(|state| Which::Only(LetterState::Open).has(state)), [true, false, false, false]);
}

fn job(per_minute: u32) -> Job {
    let selection = Selection::Named(vec![LetterId::of("rows", "1")]);
    Job::begin(JobId::derive(&["job"]), "joe", (selection, 1), per_minute, at(0))
}

#[test]
fn a_job_keeps_its_pace_and_does_not_storm_after_a_rest() {
    let mut job = job(60);
    let sent = |job: &mut Job, now: Timestamp| {
        let mut sent = 0;
        while job.is_due(now) {
            job.took(String::new(), true, now);
            sent += 1;
        }
        sent
    };
    assert_eq!(sent(&mut job, at(0)), 1);
    assert_eq!(sent(&mut job, at(0) + SignedDuration::from_millis(900)), 0);
    assert_eq!(sent(&mut job, at(0) + SignedDuration::from_secs(1)), 1);
    assert_eq!(sent(&mut job, at(60)), 2, "an hour later only the last second is made up for");
    job.took("17".to_owned(), false, at(60));
    assert_eq!((job.sent, job.skipped, job.after.as_deref()), (4, 1, Some("17")));
}

#[test]
fn a_job_that_is_over_is_not_stopped() {
    let mut running = job(1);
    assert!(running.stop("ann", at(1)) && !running.stop("joe", at(2)) && !running.is_due(at(3)));
    assert_eq!((running.state, running.stopped_by.as_deref()), (JobState::Stopped, Some("ann")));
    let mut over = job(1);
    over.finish(at(1));
    assert!(!over.stop("joe", at(2)));
    assert_eq!((over.state, over.ended_at), (JobState::Finished, Some(at(1))));
}
