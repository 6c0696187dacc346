//! Samples, mutated without end: what reads them may refuse, but never panic
//! nor break what holds of every input. There is one toolchain, a stable one, so
//! nothing guides the mutations by what code they reach; they start from
//! samples of every kind and use the words of the format.
//!
//! A fixed number of cases runs with the other tests, the same each time;
//! `make fuzz-decoders` goes on for as long as it is told, from a seed of its own.

use fastrand::Rng;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Cases where nothing else is said.
const CASES: u64 = 20_000;
/// Bytes of the largest input: larger ones find nothing that these do not.
const LARGEST: usize = 64 * 1024;
/// Bytes of a failing input that are shown.
const SHOWN: usize = 4_000;

/// Tries `check` on mutations of `samples`; `words` are what the format is
/// made of.
///
/// # Panics
/// When `check` does, with the seed of the case (`FUZZ_SEED`, and
/// `FUZZ_SECONDS=0` for this case alone) and its input.
pub(crate) fn fuzz(samples: &[Vec<u8>], words: &[&[u8]], check: impl Fn(&[u8], &mut Rng)) {
    let (first, seconds) = (number("FUZZ_SEED").unwrap_or(1), number("FUZZ_SECONDS"));
    #[expect(clippy::disallowed_methods, reason = "a run of some seconds ends by the clock of the machine")]
    let began = Instant::now();
    let mut cases = 0;
    loop {
        let over = match seconds {
            None => cases >= CASES,
            Some(seconds) => cases > 0 && began.elapsed() >= Duration::from_secs(seconds),
        };
        if over {
            break;
        }
        let seed = first.wrapping_add(cases);
        let mut rng = Rng::with_seed(seed);
        let input = mutated(samples, words, &mut rng);
        if catch_unwind(AssertUnwindSafe(|| check(&input, &mut rng))).is_err() {
            let shown = String::from_utf8_lossy(&input[..input.len().min(SHOWN)]).into_owned();
            panic!("FUZZ_SEED={seed} FUZZ_SECONDS=0 fails again; {} bytes: {shown:?}", input.len());
        }
        cases += 1;
    }
    if seconds.is_some() {
        #[expect(clippy::print_stdout, reason = "a long run says how far it came")]
        {
            println!("{cases} cases from seed {first}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "make fuzz-decoders says how long, and from which seed")]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}; expected a whole number")))
}

fn mutated(samples: &[Vec<u8>], words: &[&[u8]], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = samples[rng.usize(0..samples.len())].clone();
    for _ in 0..rng.u32(0..12) {
        mutate(&mut bytes, samples, words, rng);
        bytes.truncate(LARGEST);
    }
    bytes
}

fn mutate(bytes: &mut Vec<u8>, samples: &[Vec<u8>], words: &[&[u8]], rng: &mut Rng) {
    let at = rng.usize(0..=bytes.len());
    let end = bytes.len().min(at + rng.usize(0..40));
    match rng.u8(0..10) {
        0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(0..8),
        1 if at < bytes.len() => bytes[at] = rng.u8(..),
        2 => bytes.insert(at, rng.u8(..)),
        3 => drop(bytes.drain(at..end)),
        4 => bytes.truncate(at),
        5 => {
            let part = bytes[at..end].to_vec();
            for _ in 0..rng.usize(1..4) {
                bytes.splice(at..at, part.iter().copied());
            }
        }
        6 => {
            let other = &samples[rng.usize(0..samples.len())];
            let from = rng.usize(0..=other.len());
            let until = other.len().min(from + rng.usize(0..200));
            bytes.splice(at..end, other[from..until].iter().copied());
        }
        _ => {
            let word = words[rng.usize(0..words.len())];
            let replaced = if rng.bool() { at..at } else { at..end };
            bytes.splice(replaced, word.iter().copied());
        }
    }
}
