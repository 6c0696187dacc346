//! A file's bytes in, one line of text per record out.

pub(crate) use crate::reading::{WHOLE, bad_rows, read, shown, utf16};
use proptest::test_runner::{Config, RngSeed};
use rollcall_roster::SNIFF_BYTES;

/// The whole file at once, as text: `2 Ada|Example|+447700900101`, `3! code column`, `4~ blank_line`.
pub(crate) fn report(bytes: &[u8]) -> String {
    match read(bytes, WHOLE, SNIFF_BYTES) {
        Ok(read) => shown(&read.lines),
        Err(refusal) => format!("refused: {}", refusal.code()),
    }
}

/// Compares a file's report with the lines expected, whose indentation does not matter.
#[track_caller]
pub(crate) fn check(bytes: impl AsRef<[u8]>, expected: &str) {
    let expected: String = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(report(bytes.as_ref()).trim_end(), expected.trim_end());
}

/// The same cases in every run.
pub(crate) fn seeded(seed: u64, cases: u32) -> Config {
    Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::with_cases(cases) }
}
