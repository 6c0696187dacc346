//! Every interruption of a deed: each call of a port lost before or after its
//! effect, throttled, or the last thing that the process did. Whoever asked
//! looks, and asks again if nothing came of it; the end is the same as if
//! nothing had happened, with no deed that the log does not have.

use crate::world::{ORDER, World, done, id, run, words};
use jiff::SignedDuration;
use rollcall_domain::letter::{Letter, LetterState, Refusal};
use rollcall_ports::suite::gate::{Cut, Kind};
use rollcall_workbench::Stopped;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Edit,
    Discard,
    Replay,
}

impl Wish {
    /// Asks once, for the letter as it is now; whether it was answered well.
    fn ask(self, world: &World) -> bool {
        let seen = (id(0), world.letter(0).version);
        let bench = &world.workbench;
        let answer = match self {
            Self::Edit => run(bench.edit("joe", seen, (ORDER, "typo"))),
            Self::Discard => run(bench.discard("joe", seen, "a test")),
            Self::Replay => run(bench.replay("joe", seen)),
        };
        answer.is_some_and(|answer| answer.is_ok())
    }

    fn came_true(self, letter: &Letter) -> bool {
        match self {
            Self::Edit => words(letter).contains(&"edited"),
            Self::Discard => letter.state == LetterState::Discarded,
            Self::Replay => letter.state != LetterState::Open,
        }
    }
}

/// How a wish ended.
#[derive(Debug, PartialEq)]
struct End {
    state: LetterState,
    body: Option<String>,
    history: Vec<&'static str>,
    log: Vec<String>,
    waiting: u64,
}

/// Makes the wish with this cut, looks and asks again if need be, lets time
/// pass and copies be handled; also answers how many calls the first try made,
/// and how many copies were handled.
fn play(wish: Wish, cut: Cut) -> (End, usize, usize) {
    let world = World::with(1);
    world.gate.cut(cut);
    let well = wish.ask(&world);
    let calls = world.gate.calls();
    world.gate.cut(None);
    if !well && !wish.came_true(&world.letter(0).value) {
        assert!(wish.ask(&world), "{wish:?} {cut:?}");
    }
    done(world.workbench.mend());
    world.clock.advance(SignedDuration::from_secs(31));
    done(world.workbench.mend());
    done(world.workbench.mend());
    let handled = world.handle_all();
    let letter = world.letter(0).value;
    let end = End {
        state: letter.state,
        body: letter.body.as_text().map(str::to_owned),
        // Whether it is noted that a copy was sent: handlers may be faster.
        history: words(&letter).into_iter().filter(|word| *word != "sent").collect(),
        log: world.log(),
        waiting: done(world.store.dead_letters().count()),
    };
    (end, calls, handled)
}

#[test]
fn a_deed_that_is_interrupted_anywhere_is_done_once_and_logged() {
    let mut cases = 0;
    for wish in [Wish::Edit, Wish::Discard, Wish::Replay] {
        let (undisturbed, calls, handled) = play(wish, None);
        assert!(calls >= 3, "{wish:?}: {calls}");
        assert_eq!(handled, usize::from(wish == Wish::Replay));
        for index in 1..=calls {
            for kind in Kind::ALL {
                let (end, _, handled) = play(wish, Some((index, kind)));
                assert_eq!(end, undisturbed, "{wish:?}, call {index} {kind:?}");
                let copies = if wish == Wish::Replay { 1..=2 } else { 0..=0 };
                assert!(copies.contains(&handled), "{wish:?}, call {index} {kind:?}: {handled} copies");
                cases += 1;
            }
        }
    }
    assert!(cases >= 50, "{cases}");
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let world = World::with(1);
    let seen = (id(0), world.letter(0).version);
    done(world.workbench.edit("joe", seen, (ORDER, "typo")));
    for stopped in [
        run(world.workbench.edit("ann", seen, (ORDER, "typo"))).unwrap().map(drop),
        run(world.workbench.discard("ann", seen, "a test")).unwrap().map(drop),
        run(world.workbench.replay("ann", seen)).unwrap().map(drop),
    ] {
        assert_eq!(stopped, Err(Stopped::Changed));
    }
    assert_eq!(world.log(), ["joe letter.edit"]);
}

#[test]
fn what_its_handler_could_not_read_is_not_taken() {
    let world = World::with(1);
    let seen = (id(0), world.letter(0).version);
    let answer = run(world.workbench.edit("joe", seen, ("{\"kind\": \"Ada\"}", "typo"))).unwrap();
    assert!(matches!(&answer, Err(Stopped::Unreadable(why)) if !why.contains("Ada")), "{answer:?}");
    let answer = run(world.workbench.edit("joe", seen, (ORDER, " "))).unwrap();
    assert_eq!(answer.map(drop), Err(Stopped::Refused(Refusal::Reason)));
    assert_eq!((words(&world.letter(0).value), world.log()), (vec!["parked"], vec![]));
}

#[test]
fn what_can_never_be_sent_is_set_aside_again_with_the_reason() {
    let world = World::with(0);
    let letter = rollcall_ports::DeadLetter {
        source: "a queue of former times".to_owned(),
        message_id: "1".to_owned(),
        reason: "nobody listens".to_owned(),
        handler: "queue".to_owned(),
        parked_at: "2026-11-23T09:00:00Z".parse().unwrap(),
        receives: 1,
        body: vec![],
        replay: None,
    };
    done(world.store.dead_letters().park(&letter));
    let id = rollcall_domain::ids::LetterId::of(&letter.source, "1");
    let back = done(world.workbench.replay("joe", (id, 1))).value;
    assert_eq!((back.state, words(&back)), (LetterState::Open, vec!["parked", "replayed", "parked"]));
    assert!(back.reason.contains("no handler listens"), "{}", back.reason);
}
