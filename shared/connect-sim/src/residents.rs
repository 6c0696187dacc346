//! What residents do when the phone rings.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::config::Between;

/// What of a call depends on the number alone: with it, an input can be repeated
/// without the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawn {
    /// Nothing is drawn yet.
    #[default]
    ByNumber,
    /// This call may go another way than the last one.
    Passing,
    /// Every call to the number goes this way.
    Lasting(ResidentKind),
}

/// How a call goes, seen from the resident's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResidentKind {
    /// Answers and presses the key for "I am well".
    Well,
    /// Answers and presses the key for "I want to talk".
    Talk,
    /// Answers and presses nothing.
    Silent,
    /// Answers and hangs up before choosing.
    HangUp,
    /// Line busy.
    Busy,
    /// Rings until the ring time is over, or is declined.
    NoAnswer,
    /// A machine answers; for general traffic nothing tells it from a silent person.
    Voicemail,
    /// The number does not exist.
    BadNumber,
    /// The network fails or blocks.
    Network,
    /// Answers and presses, twice, the key for "I no longer want these calls"; or thinks better of it.
    OptOut,
}

/// How many kinds there are.
const KINDS: usize = 10;

impl ResidentKind {
    /// All kinds, in the order of their names in settings.
    pub const ALL: [Self; KINDS] = [
        Self::Well,
        Self::Talk,
        Self::Silent,
        Self::HangUp,
        Self::Busy,
        Self::NoAnswer,
        Self::Voicemail,
        Self::BadNumber,
        Self::Network,
        Self::OptOut,
    ];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Talk => "talk",
            Self::Silent => "silent",
            Self::HangUp => "hang_up",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Voicemail => "voicemail",
            Self::BadNumber => "bad_number",
            Self::Network => "network",
            Self::OptOut => "opt_out",
        }
    }
}

impl ResidentKind {
    /// The kind of this name, however its words are joined. `unconfirmed`, the outcome, is what silence looks like.
    fn named(name: &str) -> Option<Self> {
        let bare = |text: &str| text.to_ascii_lowercase().replace(['_', '-', ' '], "");
        let wanted = bare(name);
        if wanted == "unconfirmed" {
            return Some(Self::Silent);
        }
        Self::ALL.into_iter().find(|kind| bare(kind.name()) == wanted)
    }
}

/// Shares of the kinds; they sum to one.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidentMix {
    /// In the order of [`ResidentKind::ALL`].
    shares: [f64; KINDS],
    /// Kinds that stick to a number for ever: drawn from seed and number alone. Default: a bad number stays bad.
    pub lasting: Vec<ResidentKind>,
}

impl Default for ResidentMix {
    fn default() -> Self {
        Self {
            shares: [0.55, 0.08, 0.04, 0.04, 0.04, 0.15, 0.08, 0.005, 0.015, 0.0],
            lasting: vec![ResidentKind::BadNumber],
        }
    }
}

impl ResidentMix {
    /// Every call goes the same way.
    pub fn only(kind: ResidentKind) -> Self {
        let mut shares = [0.0; KINDS];
        shares[kind as usize] = 1.0;
        Self { shares, ..Self::default() }
    }

    /// Reads `well=0.6,no_answer=0.3`. Kinds that are not named share what is left in their default proportion.
    ///
    /// # Errors
    /// [`MixError`] for an unknown or repeated kind, a share that is no number from 0 to 1, or a sum above 1.
    pub fn parse(text: &str) -> Result<Self, MixError> {
        let default = Self::default();
        let mut named: [Option<f64>; KINDS] = [None; KINDS];
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, share) = part.split_once('=').ok_or_else(|| MixError::Form(part.to_owned()))?;
            let kind =
                ResidentKind::named(name.trim()).ok_or_else(|| MixError::Kind(name.trim().to_owned()))?;
            let share: f64 = share.trim().parse().map_err(|_| MixError::Share(part.to_owned()))?;
            if !(0.0..=1.0).contains(&share) {
                return Err(MixError::Share(part.to_owned()));
            }
            if named[kind as usize].replace(share).is_some() {
                return Err(MixError::Twice(kind.name()));
            }
        }
        let sum: f64 = named.iter().flatten().sum();
        if sum > 1.0 + 1e-9 {
            return Err(MixError::Sum);
        }
        let open: f64 =
            named.iter().zip(default.shares).filter(|(name, _)| name.is_none()).map(|(_, s)| s).sum();
        if open == 0.0 && sum < 1.0 - 1e-9 {
            return Err(MixError::Sum);
        }
        let scale = if open > 0.0 { (1.0 - sum).max(0.0) / open } else { 0.0 };
        let mut shares = default.shares;
        for (share, name) in shares.iter_mut().zip(named) {
            *share = name.unwrap_or(*share * scale);
        }
        Ok(Self { shares, ..default })
    }

    /// The share of a kind.
    pub fn share(&self, kind: ResidentKind) -> f64 {
        self.shares[kind as usize]
    }

    /// What of a call depends on the number alone.
    pub(crate) fn by_number(&self, seed: u64, number: &str) -> Drawn {
        let mut fixed = fastrand::Rng::with_seed(hash(seed, number)).f64();
        for kind in &self.lasting {
            fixed -= self.share(*kind);
            if fixed < 0.0 {
                return Drawn::Lasting(*kind);
            }
        }
        Drawn::Passing
    }

    /// How a call goes of which that much is drawn.
    pub(crate) fn draw(&self, drawn: Drawn, rng: &mut fastrand::Rng) -> ResidentKind {
        if let Drawn::Lasting(kind) = drawn {
            return kind;
        }
        let passing = || ResidentKind::ALL.into_iter().filter(|kind| !self.lasting.contains(kind));
        let mut left = rng.f64() * passing().map(|kind| self.share(kind)).sum::<f64>();
        let mut last = ResidentKind::Well;
        for kind in passing().filter(|kind| self.share(*kind) > 0.0) {
            last = kind;
            left -= self.share(kind);
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

/// Shares that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MixError {
    /// Not KIND=SHARE.
    #[error("{0:?} is not of the form KIND=SHARE")]
    Form(String),
    /// No such kind.
    #[error(
        "{0:?} is no kind; kinds are well, talk, silent, hang_up, busy, no_answer, voicemail, bad_number, network, opt_out"
    )]
    Kind(String),
    /// Not a number from 0 to 1.
    #[error("{0:?}: the share must be a number from 0 to 1")]
    Share(String),
    /// The kind comes twice.
    #[error("{0} comes twice")]
    Twice(&'static str),
    /// More than 1 in all, or less with every kind named.
    #[error("the shares must sum to 1")]
    Sum,
}

/// How residents do what they do. Shares are probabilities from 0 to 1.
#[derive(Clone, Debug)]
pub struct ResidentHabits {
    /// Ringing until a person answers.
    pub answers_after: Between,
    /// Ringing until a machine answers.
    pub machine_answers_after: Between,
    /// From the end of the speech to the key.
    pub presses_after: Between,
    /// Press during the speech.
    pub interrupts: f64,
    /// Press a wrong key first.
    pub wrong_key_first: f64,
    /// Ask to hear it again first.
    pub repeat_first: f64,
    /// Let the first asking pass in silence.
    pub slow: f64,
    /// Hang up soon after the key, before the flow is done.
    pub leaves_early: f64,
    /// Think better of it when they are asked to confirm that they want no more calls.
    pub thinks_better: f64,
    /// The keys for well, talk and repeat in the flow.
    pub keys: [char; 3],
    /// The key for no more calls, and for confirming that.
    pub opt_out: char,
    /// A key the flow does not offer.
    pub wrong_key: char,
}

impl Default for ResidentHabits {
    fn default() -> Self {
        Self {
            answers_after: Between::seconds(3, 30),
            machine_answers_after: Between::seconds(12, 25),
            presses_after: Between::millis(400, 6_000),
            interrupts: 0.25,
            wrong_key_first: 0.04,
            repeat_first: 0.05,
            slow: 0.04,
            leaves_early: 0.10,
            thinks_better: 0.2,
            keys: ['1', '2', '3'],
            opt_out: '9',
            wrong_key: '7',
        }
    }
}

/// One resident on one call.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) kind: ResidentKind,
    /// What is done at the next askings, last first; afterwards nothing.
    plan: Vec<Reaction>,
    pub(crate) leaves_early: bool,
}

#[derive(Clone, Copy, Debug)]
enum Reaction {
    Nothing,
    Press { key: char, interrupts: bool },
}

impl Manner {
    pub(crate) fn draw(kind: ResidentKind, habits: &ResidentHabits, rng: &mut fastrand::Rng) -> Self {
        let [well, talk, repeat] = habits.keys;
        let answer = match kind {
            ResidentKind::Well => Some(well),
            ResidentKind::Talk => Some(talk),
            _ => None,
        };
        let mut plan = Vec::new();
        if kind == ResidentKind::OptOut {
            let press = |key| Reaction::Press { key, interrupts: false };
            // The last first: the key at the question, then what they do when asked to confirm it.
            if chance(rng, habits.thinks_better) {
                plan.extend([press(well), press(well)]);
            } else {
                plan.push(press(habits.opt_out));
            }
            plan.push(press(habits.opt_out));
        }
        if let Some(key) = answer {
            let mut press =
                |key| plan.push(Reaction::Press { key, interrupts: chance(rng, habits.interrupts) });
            press(key);
            if chance(rng, habits.wrong_key_first) {
                plan.push(Reaction::Press { key: habits.wrong_key, interrupts: false });
            }
            if chance(rng, habits.repeat_first) {
                plan.push(Reaction::Press { key: repeat, interrupts: false });
            }
            if plan.len() < 3 && chance(rng, habits.slow) {
                plan.push(Reaction::Nothing);
            }
        }
        Self { kind, plan, leaves_early: answer.is_some() && chance(rng, habits.leaves_early) }
    }

    /// What happens at an asking: a key some time after its beginning, or nothing.
    pub(crate) fn reacts(
        &mut self,
        speech: SignedDuration,
        wait: SignedDuration,
        habits: &ResidentHabits,
        rng: &mut fastrand::Rng,
    ) -> Option<(SignedDuration, char)> {
        match self.plan.pop()? {
            Reaction::Nothing => None,
            Reaction::Press { key, interrupts: true } => {
                Some((SignedDuration::from_secs_f64(speech.as_secs_f64() * (0.3 + 0.7 * rng.f64())), key))
            }
            Reaction::Press { key, interrupts: false } => {
                let after = habits.presses_after.draw(rng);
                (after < wait).then_some((speech + after, key))
            }
        }
    }
}

pub(crate) fn chance(rng: &mut fastrand::Rng, share: f64) -> bool {
    rng.f64() < share
}

/// Mixes a seed with a text (FNV-1a, then the finaliser of SplitMix64). Stable for ever, unlike the standard hasher.
pub(crate) fn hash(seed: u64, text: &str) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ seed;
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(state)
}

/// The finaliser of SplitMix64: neighbouring inputs give unrelated outputs.
pub(crate) fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::{MixError, ResidentKind, ResidentMix};

    #[test]
    fn unnamed_kinds_share_the_rest_in_proportion() {
        let mix = ResidentMix::parse("well=0.1, no_answer=0.2").unwrap();
        assert_eq!((mix.share(ResidentKind::Well), mix.share(ResidentKind::NoAnswer)), (0.1, 0.2));
        let sum: f64 = ResidentKind::ALL.into_iter().map(|kind| mix.share(kind)).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        assert!((mix.share(ResidentKind::Talk) / mix.share(ResidentKind::Silent) - 2.0).abs() < 1e-12);
        assert_eq!(ResidentMix::parse("").unwrap(), ResidentMix::default());
        assert_eq!(ResidentMix::parse("well=1").unwrap(), ResidentMix::only(ResidentKind::Well));
    }

    #[test]
    fn shares_that_make_no_sense_are_refused() {
        let check = |text: &str, expected: MixError| assert_eq!(ResidentMix::parse(text), Err(expected));
        check("well", MixError::Form("well".to_owned()));
        check("wel=1", MixError::Kind("wel".to_owned()));
        check("well=2", MixError::Share("well=2".to_owned()));
        check("well=NaN", MixError::Share("well=NaN".to_owned()));
        check("well=0.1,well=0.2", MixError::Twice("well"));
        check("well=0.6,talk=0.5", MixError::Sum);
    }

    #[test]
    fn draws_follow_the_shares_and_a_bad_number_stays_bad() {
        let mix = ResidentMix::parse("well=0.5,bad_number=0.1").unwrap();
        let mut rng = fastrand::Rng::with_seed(1);
        let (mut well, mut bad) = (0, 0);
        for number in 0..20_000 {
            let number = format!("+4416329{number:05}");
            let first = mix.draw(mix.by_number(7, &number), &mut rng);
            let second = mix.draw(mix.by_number(7, &number), &mut rng);
            assert_eq!(first == ResidentKind::BadNumber, second == ResidentKind::BadNumber);
            well += u32::from(first == ResidentKind::Well);
            bad += u32::from(first == ResidentKind::BadNumber);
        }
        assert!((9_700..10_300).contains(&well), "{well} of 20000");
        assert!((1_850..2_150).contains(&bad), "{bad} of 20000");
    }
}
