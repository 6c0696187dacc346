//! Seeds over threads, and what is said of them.

use crate::book::Book;
use crate::plan::Plan;
use crate::shrink::shrink;
use rollcall_rehearsal::run as rehearse;
use std::io::{self, Write, stdout};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// After so many seeds it says how far it is.
const TOLD_EVERY: usize = 100;
/// Findings of one rehearsal that are shown.
const SHOWN: usize = 5;

/// Reads `900` (from 1) or `500-900`.
///
/// # Errors
/// When it is neither.
pub(crate) fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let wrong = || format!("--seeds is {text:?}; expected a number such as 1000, or two such as 500-900");
    let (first, last) = text.split_once('-').unwrap_or(("1", text));
    let (first, last) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if first <= last { Ok(first..=last) } else { Err(wrong()) }
}

/// Plays all of `seeds` that are not done; answers whether every property held
/// in each of them, also those that were done before.
///
/// # Errors
/// When the book in `dir` cannot be read or written.
pub(crate) fn run(seeds: RangeInclusive<u64>, jobs: usize, dir: &Path) -> io::Result<bool> {
    let book = Book::of_this_program(dir)?;
    let wanted = seeds.clone();
    let left: Vec<u64> = wanted.filter(|seed| !book.done.contains_key(seed)).collect();
    say(&format!("{} seeds to play, {jobs} at a time; done are in {}", left.len(), book.path().display()));
    let (book, next) = (Mutex::new(book), Mutex::new(left.iter().copied().enumerate()));
    let worked: io::Result<Vec<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(|| work(&next, &book))).collect();
        // A worker that panicked did so outside of a rehearsal.
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("panic"))))
            .collect()
    });
    worked?;
    let book = book.into_inner().unwrap_or_else(PoisonError::into_inner);
    let held = seeds.clone().filter(|seed| book.done.get(seed) == Some(&true)).count();
    let failed: Vec<u64> = seeds.filter(|seed| book.done.get(seed) == Some(&false)).collect();
    say(&format!("{held} seeds held, {} failed {failed:?}; see {}", failed.len(), book.path().display()));
    Ok(failed.is_empty())
}

fn work(next: &Mutex<impl Iterator<Item = (usize, u64)>>, book: &Mutex<Book>) -> io::Result<()> {
    loop {
        let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((count, seed)) = taken else { return Ok(()) };
        let plan = Plan::drawn(seed);
        let found = play(&plan);
        let mut what = String::new();
        if !found.is_empty() {
            let least = shrink(plan, &mut |smaller| !play(smaller).is_empty());
            what = least.to_string();
            say(&told(&plan, &found, &least));
        }
        let entered =
            book.lock().unwrap_or_else(PoisonError::into_inner).enter(seed, found.is_empty(), &what);
        entered?;
        if count % TOLD_EVERY == TOLD_EVERY - 1 {
            say(&format!("{} played", count + 1));
        }
    }
}

/// What a person needs who looks for the cause.
fn told(plan: &Plan, found: &[String], least: &Plan) -> String {
    let findings = |found: &[String]| {
        let shown: Vec<String> = found.iter().take(SHOWN).map(|one| format!("    {one}\n")).collect();
        shown.concat()
    };
    let small = if least == plan { Vec::new() } else { play(least) };
    format!(
        "seed {} FAILED, {} findings:\n{}  played: {plan}\n  still fails:\n{}  again: rollcall-soak --play {least}",
        plan.seed,
        found.len(),
        findings(found),
        findings(&small)
    )
}

/// Plays one scenario and says what came of it; answers whether every property
/// held.
pub(crate) fn play_one(plan: &Plan) -> bool {
    let found = play(plan);
    for one in &found {
        say(one);
    }
    say(&format!("{plan}: {} findings", found.len()));
    found.is_empty()
}

/// Everything that is wrong with a rehearsal.
fn play(plan: &Plan) -> Vec<String> {
    let scenario = plan.scenario();
    match catch_unwind(AssertUnwindSafe(|| rehearse(&scenario, &mut |_| {}))) {
        Ok(Ok(report)) => {
            let mut found = report.violations;
            if report.residents != u64::from(plan.residents) {
                found.push(format!(
                    "{} of {} residents are on the register",
                    report.residents, plan.residents
                ));
            }
            found
        }
        Ok(Err(error)) => vec![error.to_string()],
        Err(_) => vec!["it panicked; the text is above".to_owned()],
    }
}

/// A line for whoever looks.
pub(crate) fn say(line: &str) {
    // Nobody is there to be told that nobody reads.
    let _unheard = writeln!(stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::{play, run, seeds};
    use crate::plan::Plan;

    #[test]
    fn seeds_are_a_number_or_two() {
        assert_eq!(seeds("3"), Ok(1..=3));
        assert_eq!(seeds("5-9"), Ok(5..=9));
        for wrong in ["", "x", "9-5", "1-2-3", "-3"] {
            assert!(seeds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_campaign_plays_each_seed_once() {
        let dir = tempfile::tempdir().unwrap();
        assert!(run(1..=3, 2, dir.path()).unwrap());
        let book = || {
            let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
            assert_eq!(files.len(), 1);
            std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap()
        };
        let first = book();
        assert_eq!(first.lines().count(), 3, "{first}");
        assert!(run(1..=3, 2, dir.path()).unwrap());
        assert_eq!(book(), first, "nothing is played again");
    }

    #[test]
    fn a_rehearsal_that_cannot_be_played_is_a_finding() {
        let none = Plan { residents: 0, ..Plan::drawn(1) };
        assert_eq!(play(&none).len(), 1, "{:?}", play(&none));
    }
}
