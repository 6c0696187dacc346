//! What the fuzz targets have in common. What must hold of every input is written once, beside the tests of
//! `contracts` and `shared/roster`, which try it without guidance; here it is included as it is.

#[path = "../../contracts/tests/fuzz/holds.rs"]
mod any_json;
#[path = "../../shared/roster/tests/roster/holds.rs"]
mod any_list;
#[path = "../../shared/roster/tests/roster/reading.rs"]
mod reading;
mod seeds;

use any_json::Kind;
use fastrand::Rng;
use libfuzzer_sys::fuzzer_mutate;
pub use seeds::write as begin;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Bytes of the longest list that [`stretched`] makes: more than two records can have.
const LONGEST: usize = 600 * 1024;
/// Before the bytes that say how long the byte before them is to be. No list has it as text.
const STRETCH: u8 = 0x1D;

/// # Panics
/// When what holds of every list does not hold of this one. Where it is cut follows from its bytes: an input that fails
/// fails again.
pub fn list(bytes: &[u8]) {
    let seed = bytes.iter().fold(0xCBF2_9CE4_8422_2325, |seed: u64, byte| {
        (seed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    any_list::list(bytes, &mut Rng::with_seed(seed));
}

/// A long list from a short one: `x`, 0x1D, `n` stands for `x` as often as [`times`] says, while the list is not
/// too long.
#[must_use]
pub fn stretched(bytes: &[u8]) -> Vec<u8> {
    let mut long = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if let (STRETCH, Some(last), Some(count)) = (*byte, long.last().copied(), rest.as_slice().first()) {
            rest.next();
            let wanted = times(*count);
            long.resize((long.len() + wanted).min(LONGEST.max(long.len())), last);
        } else {
            long.push(*byte);
        }
    }
    long
}

/// Steps of 16 KiB by the upper bits, so that each bound on cells and records is one; up to 4 less or 3 more by the
/// lowest.
fn times(count: u8) -> usize {
    (usize::from(count / 8) * 16 * 1024 + usize::from(count % 8)).saturating_sub(4)
}

/// A target whose input is JSON, mostly.
pub struct Json(Kind);

/// Records of the outcome stream.
pub const CONTACTS: Json = Json(Kind::Contacts);
/// Payloads of the call flow.
pub const FLOW: Json = Json(Kind::Flow);
/// Messages of every queue.
pub const MESSAGES: Json = Json(Kind::Messages);

impl Json {
    /// # Panics
    /// When what holds of every input does not hold of this one.
    pub fn holds(&self, bytes: &[u8]) {
        self.0.holds(bytes);
    }

    /// Changes the first `size` of the `bytes` to at most `most`, and answers how many there are: as JSON that stays
    /// JSON, or as libFuzzer does, with the words of the dictionary and what it has learnt from comparisons.
    pub fn mutate(&self, bytes: &mut [u8], size: usize, most: usize, rng: &mut Rng) -> usize {
        // One target is one program.
        static OTHERS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
        if rng.bool() {
            let others = OTHERS.get_or_init(|| self.samples());
            let new = any_json::rearranged(&bytes[..size], others, rng);
            if let Some(new) = new.filter(|new| new.len() <= most) {
                bytes[..new.len()].copy_from_slice(&new);
                return new.len();
            }
        }
        fuzzer_mutate(bytes, size, most)
    }

    fn samples(&self) -> Vec<Vec<u8>> {
        self.0.samples(&root().join("contracts"))
    }
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
