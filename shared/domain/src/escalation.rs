//! A case: somebody is told that a person was not reached, then somebody else,
//! until one accepts, and until there is an all-clear.
//!
//! Who is told, and after how long the next one, is the *ladder*
//! ([`ladder`]). Like all else here a case only moves forward, deeds are
//! repeatable, and refusals are values: they say what was found. What people do
//! with a case is in [`deeds`].
//!
//! A case is written before anybody is told: first that a rung is told
//! (`untold`), on the condition that nobody accepted meanwhile, then the notice
//! goes out. Where the register may not know yet of what was decided, the case
//! says so (`unsettled`), and the sweep looks at once.

pub mod deeds;
pub mod ladder;

use crate::callback::{Callback, CallbackState};
use crate::duty::{Cause, Raised};
use crate::ids::{CallbackId, EscalationId, ResidentId};
use crate::policy::Policy;
use crate::record::StaffNote;
use crate::resident::Resident;
use crate::rules::{Hold, add, excluded};
use jiff::{SignedDuration, Timestamp};
use ladder::{Whom, rungs};
use serde::{Deserialize, Serialize};

/// While everybody was told and nobody accepts, how often the alarm rings.
const ALARM_AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// Acceptances that came to nothing, as many as are remembered.
const FORMER_KEPT: usize = 20;

/// One case: a duty to one resident that was not met, for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Which case.
    pub id: EscalationId,
    /// About whom.
    pub resident: ResidentId,
    /// Why it was raised.
    pub cause: Cause,
    /// When it was raised, the last time.
    pub raised_at: Timestamp,
    /// How often: a case that ended and turns out not to be over is raised anew.
    pub round: u32,
    /// When the duty that was not met arose: news from then on end the case.
    pub check_due: Timestamp,
    /// The promise that was not kept, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<CallbackId>,
    /// The rungs that were told in this round, in order.
    pub told: Vec<ToldRung>,
    /// The notice of the last of them is still to be sent.
    #[serde(default)]
    pub untold: bool,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// Since when nobody sees to it again, and the ladder goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<Timestamp>,
    /// Acceptances that came to nothing, the oldest first; the last few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// What people noted, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<StaffNote>,
    /// When the alarm rang last, because everybody was told and nobody accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarmed_at: Option<Timestamp>,
    /// That it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Something was decided here of which the resident's record may not know.
    #[serde(default)]
    pub unsettled: bool,
}

/// That one rung was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldRung {
    /// Who.
    pub to: Whom,
    /// When.
    pub told_at: Timestamp,
    /// By when somebody must accept before the next one is told.
    pub accept_by: Timestamp,
}

/// That somebody sees to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The account.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
    /// Who had been told last by then, if anybody was.
    pub rung: Option<Whom>,
}

/// That somebody no longer sees to it, and there was no all-clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The account.
    pub by: String,
    /// Since when they had.
    pub accepted_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether the time for an all-clear ran out, and not they gave it back.
    pub lapsed: bool,
}

/// That a case is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// The account that gave the all-clear; nobody where it ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How.
    pub how: HowEnded,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowEnded {
    /// All-clear: somebody of the staff spoke to them.
    SpokenTo,
    /// All-clear: somebody saw them.
    SeenInPerson,
    /// All-clear: somebody knows that they are safe, such as in hospital.
    KnownSafe,
    /// They pressed a key, or an agent spoke to them.
    HeardOf,
    /// They are no longer on the register.
    Deleted,
    /// An operator switched them off.
    SwitchedOff,
    /// They are on a suppression list, or opted out.
    Suppressed,
    /// They do not agree to be called.
    NoConsent,
    /// The promise it is about is no longer owed.
    CallbackCancelled,
}

impl HowEnded {
    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SpokenTo => "spoken_to",
            Self::SeenInPerson => "seen_in_person",
            Self::KnownSafe => "known_safe",
            Self::HeardOf => "heard_of",
            Self::Deleted => "deleted",
            Self::SwitchedOff => "switched_off",
            Self::Suppressed => "suppressed",
            Self::NoConsent => "no_consent",
            Self::CallbackCancelled => "callback_cancelled",
        }
    }
}

/// What is to be done about a case next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Tell this rung, which may take so long to accept.
    Tell(Whom, SignedDuration),
    /// Send the notice of the last rung, which is on record already.
    SendNotice,
    /// Nobody gave the all-clear in time: whoever accepted no longer sees to it.
    Lapse,
    /// Everybody was told and nobody accepts: ring the alarm.
    Alarm,
}

impl Escalation {
    /// A case as it is raised at `now`.
    #[must_use]
    pub fn raise(
        resident: ResidentId,
        (cause, check_due): (Cause, Timestamp),
        callback: Option<CallbackId>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: EscalationId::of(resident, check_due, cause),
            resident,
            cause,
            raised_at: now,
            round: 1,
            check_due,
            callback,
            told: Vec::new(),
            untold: false,
            accepted: None,
            goes_on: None,
            former: Vec::new(),
            notes: Vec::new(),
            alarmed_at: None,
            ended: None,
            unsettled: true,
        }
    }

    /// Raises it once more. One that stands stays as it is; one that ended is
    /// not over after all, such as when a talk turns out to have been none: the
    /// ladder begins anew. Returns whether it had ended.
    pub fn raise_again(&mut self, now: Timestamp) -> bool {
        let anew = self.ended.take().is_some();
        if anew {
            self.raised_at = now;
            self.round = self.round.saturating_add(1);
            self.told.clear();
            (self.untold, self.unsettled) = (false, true);
            (self.accepted, self.goes_on, self.alarmed_at) = (None, None, None);
        }
        anew
    }

    /// What the resident's record keeps of it.
    #[must_use]
    pub fn on_record(&self) -> Raised {
        Raised { at: self.raised_at, check_due: self.check_due, cause: self.cause }
    }

    /// What is to be done about it next, and when. Times are those at which it
    /// is due: whoever comes late acts late, and the next time counts from then.
    #[must_use]
    pub fn due(&self, policy: &Policy, resident: Option<&Resident>) -> Option<(Timestamp, Step)> {
        if self.ended.is_some() {
            return None;
        }
        if let Some(accepted) = &self.accepted {
            return Some((add(accepted.at, policy.all_clear()), Step::Lapse));
        }
        let Some(last) = self.told.last() else {
            let at = self.goes_on.map_or(self.raised_at, |at| at.max(self.raised_at));
            return self.next_rung(policy, resident).map(|(to, time)| (at, Step::Tell(to, time)));
        };
        if self.untold {
            return Some((last.told_at, Step::SendNotice));
        }
        let next_at = self.goes_on.map_or(last.accept_by, |at| at.max(last.accept_by));
        if let Some((to, time)) = self.next_rung(policy, resident) {
            return Some((next_at, Step::Tell(to, time)));
        }
        if self.goes_on.is_some() {
            // Whoever was told last may have seen that somebody had accepted.
            let time = last.accept_by.duration_since(last.told_at);
            return Some((next_at, Step::Tell(last.to, time)));
        }
        let again = self.alarmed_at.map(|at| add(at, ALARM_AGAIN));
        Some((again.unwrap_or(last.accept_by), Step::Alarm))
    }

    /// The rung after those that were told. A ladder or a list of keyholders
    /// that was changed meanwhile counts as it is now, by the number of those
    /// told, but nobody is ever without the last rung.
    fn next_rung(&self, policy: &Policy, resident: Option<&Resident>) -> Option<(Whom, SignedDuration)> {
        let all = rungs(policy, resident);
        let last = all.last().copied()?;
        if self.told.iter().any(|told| told.to == last.0) {
            return None;
        }
        Some(all.get(self.told.len()).copied().unwrap_or(last))
    }

    /// When the sweep must look at it, if nothing else happens.
    #[must_use]
    pub fn review_at(&self, policy: &Policy) -> Option<Timestamp> {
        if self.unsettled {
            return Some(self.raised_at);
        }
        // When the next step is due does not depend on the keyholders, only who
        // it is that is told.
        self.due(policy, None).map(|(at, _)| at)
    }

    /// Records that a rung is told at `now`; its notice is to be sent.
    pub fn tell(&mut self, (to, time): (Whom, SignedDuration), now: Timestamp) {
        self.told.push(ToldRung { to, told_at: now, accept_by: add(now, time) });
        (self.untold, self.goes_on, self.alarmed_at) = (true, None, None);
    }

    /// Records that whoever accepted no longer sees to it, since `at`.
    pub fn lapse(&mut self, at: Timestamp) {
        self.no_longer_accepted(at, true);
    }

    fn no_longer_accepted(&mut self, until: Timestamp, lapsed: bool) {
        let Some(Accepted { by, at, .. }) = self.accepted.take() else { return };
        if self.former.len() >= FORMER_KEPT {
            self.former.remove(0);
        }
        self.former.push(Former { by, accepted_at: at, until, lapsed });
        self.goes_on = Some(until);
    }

    /// Why it is over, if it is, by what is known of the resident (`None`: no
    /// longer on the register) and of the promise it is about.
    ///
    /// Somebody who was switched off since is still owed the talk that they were
    /// promised: such a case goes on.
    #[must_use]
    pub fn is_over(
        &self,
        resident: Option<&Resident>,
        promise: Option<&Callback>,
        policy: &Policy,
    ) -> Option<HowEnded> {
        let Some(resident) = resident else { return Some(HowEnded::Deleted) };
        if resident.reached.is_some_and(|news| self.on_record().is_cleared_by(news)) {
            return Some(HowEnded::HeardOf);
        }
        if self.cause.is_about_a_promise() {
            let cancelled = |known: &Callback| matches!(known.state(policy), CallbackState::Cancelled(_));
            return promise.is_some_and(cancelled).then_some(HowEnded::CallbackCancelled);
        }
        match excluded(resident)? {
            Hold::Disabled => Some(HowEnded::SwitchedOff),
            Hold::Suppressed => Some(HowEnded::Suppressed),
            Hold::NoConsent => Some(HowEnded::NoConsent),
            // A bad number ends calling, not the duty.
            _ => None,
        }
    }

    /// Records that it ended by itself; the first such news stands. Returns
    /// whether this was it.
    pub fn end(&mut self, how: HowEnded, at: Timestamp) -> bool {
        let first = self.ended.is_none();
        if first {
            self.ended = Some(Ended { at, by: None, how });
            (self.untold, self.unsettled) = (false, true);
        }
        first
    }

    /// Whether somebody must still see to it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}
