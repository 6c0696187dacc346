//! The one switch over all dialing.
//!
//! A person stops dialing with a reason; what trips it by itself is in
//! [`breaker`](crate::breaker). Whichever it was, only a person starts dialing
//! again. Every change has a number, so that who starts dialing again names what
//! they have seen, and keeps its place in [`Dialing::untold`] until the audit
//! log has it and people were told: the change and the duty to tell of it are
//! one write.
//!
//! Callbacks that were promised are not stopped: agents still ring.

use crate::breaker::TripCause;
use crate::staff::{LONGEST_REASON, Refusal};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether Rollcall dials, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialing {
    /// The number of the last change; 0 when it was never touched.
    pub change: u64,
    /// The person who stopped it, while it is stopped.
    pub stopped: Option<Hand>,
    /// What tripped it, until a person starts dialing again.
    pub tripped: Option<Trip>,
    /// The person who started it again last.
    pub started: Option<Hand>,
    /// The latest time by which the clock was looked at.
    pub seen: Option<Timestamp>,
    /// Changes that nobody was told of yet, the oldest first.
    pub untold: Vec<Change>,
}

/// A person on the switch: who, when, why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// The account.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub why: String,
}

impl fmt::Debug for Hand {
    /// Without the reason, which may tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hand").field("by", &self.by).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Hand {
    /// A person with a reason.
    ///
    /// # Errors
    /// When there is no reason, or it is too long.
    pub fn new(by: &str, at: Timestamp, why: &str) -> Result<Self, Refusal> {
        let why = why.trim();
        if why.is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        if why.chars().count() > LONGEST_REASON {
            return Err(Refusal::ReasonTooLong);
        }
        Ok(Self { by: by.to_owned(), at, why: why.to_owned() })
    }
}

/// What tripped the switch, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: TripCause,
}

/// One change of the switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number: the first is 1.
    pub number: u64,
    /// What was done.
    pub turn: Turn,
}

/// What was done to the switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// A person stopped dialing.
    Stopped(Hand),
    /// It tripped by itself.
    Tripped(Trip),
    /// A person started dialing again.
    Started(Hand),
}

impl Turn {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Stopped(hand) | Self::Started(hand) => hand.at,
            Self::Tripped(trip) => trip.at,
        }
    }
}

/// What the switch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Calls are made.
    Running,
    /// A person stopped it. Outranks a trip: it is their word that counts.
    Stopped(&'a Hand),
    /// It tripped by itself.
    Tripped(&'a Trip),
}

/// The switch was changed since it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated;

/// How far the stored time may lie behind the clock. It need not be written
/// every minute: a clock that steps back is found out by as much more as this.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

impl Dialing {
    /// What the switch says.
    #[must_use]
    pub const fn standing(&self) -> Standing<'_> {
        match (&self.stopped, &self.tripped) {
            (Some(hand), _) => Standing::Stopped(hand),
            (None, Some(trip)) => Standing::Tripped(trip),
            (None, None) => Standing::Running,
        }
    }

    /// Whether calls may be made.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        matches!(self.standing(), Standing::Running)
    }

    /// Since when none is made; `None` while they are.
    #[must_use]
    pub const fn stopped_at(&self) -> Option<Timestamp> {
        match self.standing() {
            Standing::Running => None,
            Standing::Stopped(hand) => Some(hand.at),
            Standing::Tripped(trip) => Some(trip.at),
        }
    }

    /// Dials that began before this do not count for a trip: whoever started
    /// dialing again knew of them.
    #[must_use]
    pub fn fresh_since(&self) -> Timestamp {
        self.started.as_ref().map_or(Timestamp::MIN, |hand| hand.at)
    }

    /// A person stops dialing. Answers whether that is new: a repeat keeps who
    /// stopped it first, and why. A trip stays on record below it.
    pub fn stop(&mut self, hand: Hand) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        self.stopped = Some(hand.clone());
        self.changed(Turn::Stopped(hand));
        true
    }

    /// A person who saw the change `seen` starts dialing again. Answers
    /// whether that is new: what runs already stays as it is.
    ///
    /// # Errors
    /// When it was stopped by a later change, of which they do not know.
    pub fn start(&mut self, hand: Hand, seen: u64) -> Result<bool, Outdated> {
        if self.is_running() {
            return Ok(false);
        }
        if self.change != seen {
            return Err(Outdated);
        }
        (self.stopped, self.tripped) = (None, None);
        // Whatever the clock was before, it is taken as it is from now on.
        self.seen = Some(hand.at);
        self.started = Some(hand.clone());
        self.changed(Turn::Started(hand));
        Ok(true)
    }

    /// It trips. Answers whether that is new: while it does not run, for
    /// whatever reason, nothing trips.
    pub fn trip(&mut self, at: Timestamp, cause: TripCause) -> bool {
        if !self.is_running() {
            return false;
        }
        let trip = Trip { at, cause };
        self.tripped = Some(trip.clone());
        self.changed(Turn::Tripped(trip));
        true
    }

    /// The clock shows `now`. Only ever moves forward.
    pub fn see(&mut self, now: Timestamp) {
        if self.seen.is_none_or(|seen| now.duration_since(seen) >= SEEN_EVERY) {
            self.seen = Some(now);
        }
    }

    /// People know of every change up to this one.
    pub fn told(&mut self, up_to: u64) {
        self.untold.retain(|change| change.number > up_to);
    }

    fn changed(&mut self, turn: Turn) {
        self.change += 1;
        self.untold.push(Change { number: self.change, turn });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_428_000 + seconds).unwrap()
    }

    fn hand(by: &str, seconds: i64) -> Hand {
        Hand::new(by, at(seconds), "the lines crackle").unwrap()
    }

    fn cause() -> TripCause {
        TripCause::Silence { calls: 5, minutes: 10 }
    }

    #[test]
    fn a_reason_is_needed() {
        assert_eq!(Hand::new("joe", at(0), " \n"), Err(Refusal::ReasonMissing));
        assert_eq!(Hand::new("joe", at(0), &"x".repeat(301)), Err(Refusal::ReasonTooLong));
        assert_eq!(Hand::new("joe", at(0), " because ").unwrap().why, "because");
    }

    #[test]
    fn stopping_again_keeps_who_was_first_and_starting_twice_is_once() {
        let mut dialing = Dialing::default();
        assert!(dialing.stop(hand("joe", 1)));
        assert!(!dialing.stop(hand("sue", 2)));
        assert_eq!(dialing.standing(), Standing::Stopped(&hand("joe", 1)));
        assert_eq!(dialing.start(hand("sue", 3), 1), Ok(true));
        assert_eq!(dialing.start(hand("sue", 4), 1), Ok(false));
        assert_eq!((dialing.standing(), dialing.change), (Standing::Running, 2));
        assert_eq!(dialing.fresh_since(), at(3));
        assert_eq!(dialing.untold.len(), 2);
        dialing.told(1);
        assert_eq!(dialing.untold, [Change { number: 2, turn: Turn::Started(hand("sue", 3)) }]);
    }

    #[test]
    fn nobody_starts_what_they_have_not_seen_stop() {
        let mut dialing = Dialing::default();
        assert_eq!(dialing.stopped_at(), None);
        assert!(dialing.trip(at(1), cause()));
        assert_eq!(dialing.stopped_at(), Some(at(1)));
        assert!(dialing.stop(hand("joe", 2)), "a person's word comes on top of a trip");
        assert_eq!(dialing.stopped_at(), Some(at(2)));
        assert_eq!(dialing.start(hand("sue", 3), 1), Err(Outdated), "sue saw the trip only");
        assert_eq!(dialing.standing(), Standing::Stopped(&hand("joe", 2)));
        assert_eq!(dialing.start(hand("sue", 3), 2), Ok(true));
        assert!(dialing.is_running(), "both are over");
    }

    #[test]
    fn a_trip_never_takes_the_place_of_a_stop() {
        let mut dialing = Dialing::default();
        assert!(dialing.stop(hand("joe", 1)));
        let before = dialing.clone();
        assert!(!dialing.trip(at(2), cause()));
        assert_eq!(dialing, before);
    }

    #[test]
    fn the_time_that_was_seen_moves_forward_and_seldom() {
        let mut dialing = Dialing::default();
        for (now, seen) in [(0, 0), (299, 0), (300, 300), (100, 300), (601, 601)] {
            dialing.see(at(now));
            assert_eq!(dialing.seen, Some(at(seen)), "at {now}");
        }
        assert!(dialing.trip(at(602), TripCause::ClockBack { seconds: 3_600 }));
        assert_eq!(dialing.start(hand("joe", -3_000), 1), Ok(true));
        assert_eq!(dialing.seen, Some(at(-3_000)), "the clock is right now");
    }

    #[test]
    fn what_was_stored_before_can_be_read() {
        assert_eq!(serde_json::from_str::<Dialing>("{}").unwrap(), Dialing::default());
        let mut dialing = Dialing::default();
        assert!(dialing.trip(at(1), cause()) && dialing.stop(hand("joe", 2)));
        let text = serde_json::to_string(&dialing).unwrap();
        assert_eq!(serde_json::from_str::<Dialing>(&text).unwrap(), dialing);
        let told = format!("{dialing:?}");
        assert!(
            told.contains("Hand { by: \"joe\", at: ") && !told.contains("crackle"),
            "reasons are not for logs"
        );
    }

    proptest! {
        /// Whatever is done in whatever order: it runs only if nobody has
        /// stopped or tripped it since a person started it, every change is
        /// told of once, and numbers count changes.
        #[test]
        fn only_a_person_starts_it(deeds in prop::collection::vec((0_u8..4, any::<bool>()), 0..30)) {
            let mut dialing = Dialing::default();
            let (mut runs, mut told) = (true, 0);
            for (n, (deed, outdated)) in deeds.into_iter().enumerate() {
                let (n, before) = (i64::try_from(n).unwrap(), dialing.change);
                match deed {
                    0 => { dialing.stop(hand("joe", n)); runs = false; }
                    1 => { dialing.trip(at(n), cause()); runs = false; }
                    2 => {
                        let seen = dialing.change - u64::from(outdated && dialing.change > 0);
                        match dialing.start(hand("sue", n), seen) {
                            Ok(_) => runs = true,
                            Err(Outdated) => prop_assert!(outdated && !runs),
                        }
                    }
                    _ => { told += dialing.untold.len(); dialing.told(before); }
                }
                prop_assert_eq!(dialing.is_running(), runs);
                prop_assert!(dialing.change - before <= 1);
            }
            let told = told + dialing.untold.len();
            prop_assert_eq!(u64::try_from(told).unwrap(), dialing.change);
        }
    }
}
