//! The person on the register, and what is remembered of the calls to them.
//!
//! A resident is one aggregate: every rule about dialing them can be decided
//! from it alone, and every change is one conditional write of the whole.

use crate::calendar::DailyWindow;
use crate::duty::Raised;
use crate::ids::{AttemptId, BatchId, CallbackId, RequestId, ResidentId};
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::{Pause, StaffNote, Switched};
use crate::suppression::Suppressed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an upload says of a person. Names and notes are plain text, whatever
/// they look like; they are neutralised where they are written out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The uploader's own key for this person.
    pub reference: Option<String>,
    /// Given name; may be empty if the last name is not.
    pub first_name: String,
    /// Family name; may be empty if the first name is not.
    pub last_name: String,
    /// The number that is rung.
    pub number: PhoneNumber,
    /// IANA name of the zone they live in; the policy's where absent.
    pub timezone: Option<String>,
    /// Language tag (BCP 47) for the call; the flow's own where absent.
    pub language: Option<String>,
    /// Their own hours, instead of the policy's.
    pub window: Option<DailyWindow>,
    /// Free text for the agent.
    pub notes: Option<String>,
    /// Whether they agreed to be called; `None` where nobody asked.
    pub consent: Option<bool>,
    /// Who has a key to their home or can look in, in the order in which they
    /// are told; [`MOST_KEYHOLDERS`] at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keyholders: Vec<Keyholder>,
    /// How much is at stake if they are not reached; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
}

/// Keyholders of one resident at most.
pub const MOST_KEYHOLDERS: usize = 5;

/// Somebody who has a key to a resident's home, or can look in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyholder {
    /// Their name, or what they are to the resident.
    pub name: String,
    /// Where they are rung, by people: Rollcall never does.
    pub number: PhoneNumber,
}

impl fmt::Debug for Keyholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyholder").finish_non_exhaustive()
    }
}

/// How much is at stake if somebody is not reached, in the uploader's judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl Risk {
    /// A stable word, as a list has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A person on the register.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Resident {
    /// Who this is.
    pub id: ResidentId,
    /// What the upload said.
    #[serde(flatten)]
    pub profile: Profile,
    /// The upload that brought them.
    pub batch: BatchId,
    /// The line of that upload, as a spreadsheet counts (header = 1).
    pub batch_line: u64,
    /// When they were loaded.
    pub registered_at: Timestamp,
    /// Switched off by an operator: never called.
    pub enabled: bool,
    /// Who switched them on or off last, and why; `None` where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched: Option<Switched>,
    /// On the suppression list, in person or by their number: never called.
    pub suppressed: Suppressed,
    /// When the network said that the number does not exist.
    pub number_bad_since: Option<Timestamp>,
    /// How often the number was corrected. A dial remembers it, so that what
    /// comes to be known of a former number says nothing of the present one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number_changes: u32,
    /// How often somebody corrected what the upload said.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub corrections: u32,
    /// Dated stops that end by themselves.
    pub pauses: Vec<Pause>,
    /// What the staff noted, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staff_notes: Vec<StaffNote>,
    /// The dials of the last day or so, oldest first.
    pub marks: Vec<Mark>,
    /// When and how they were last heard of.
    pub reached: Option<Reached>,
    /// The call request that is under way for them.
    pub claim: Option<Claim>,
    /// The promise that is open to them.
    pub callback: Option<CallbackId>,
    /// Somebody has been told that they were not reached.
    pub escalation: Option<Raised>,
}

/// One dial as the resident's record remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Which dial.
    pub attempt: AttemptId,
    /// When it began.
    pub at: Timestamp,
    /// What is known of it.
    pub state: MarkState,
}

/// How far the knowledge of a dial has come. The order is that of knowledge:
/// proof of a real call outranks the belief that there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkState {
    /// Begun, and perhaps ringing: counts, and bars every other dial.
    Open,
    /// Throttled, refused, or without any evidence when all of it must have
    /// come: was no call and counts for nothing.
    NotPlaced,
    /// Was a call: counts.
    Settled,
}

/// When and how a person was last heard of. Only a key press, a talk with an
/// agent, or the all-clear of a named person makes one: no call by itself does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The moment of the key press, or the start of the talk.
    pub at: Timestamp,
    /// What was heard.
    pub how: Heard,
}

/// What was heard of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// They asked, by the keys, not to be called any more.
    OptedOut,
    /// They pressed 1.
    Well,
    /// They pressed 2 and were promised a callback.
    WantsToTalk,
    /// An agent spoke to them, or somebody who was told spoke to or saw them.
    SpokenTo,
    /// Somebody who was told knows that they are safe, such as in hospital. The
    /// day counts them as spoken to.
    KnownSafe,
}

/// The planner's short exclusive right to have a resident dialed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The order that was given.
    pub request: RequestId,
    /// When the order is void, whatever became of it.
    pub until: Timestamp,
}

impl Resident {
    /// A person new to the register, of whom nothing is known but the upload.
    #[must_use]
    pub fn new(id: ResidentId, profile: Profile, batch: (BatchId, u64), registered_at: Timestamp) -> Self {
        Self {
            id,
            profile,
            batch: batch.0,
            batch_line: batch.1,
            registered_at,
            enabled: true,
            switched: None,
            suppressed: Suppressed::default(),
            number_bad_since: None,
            number_changes: 0,
            corrections: 0,
            pauses: Vec::new(),
            staff_notes: Vec::new(),
            marks: Vec::new(),
            reached: None,
            claim: None,
            callback: None,
            escalation: None,
        }
    }

    /// Whether this text is their reference or whole name, but for capitals and
    /// spaces: what somebody types who means this person.
    #[must_use]
    pub fn is_called(&self, text: &str) -> bool {
        let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let typed = fold(text);
        let name = fold(&format!("{} {}", self.first_name, self.last_name));
        !typed.is_empty() && (typed == name || self.reference.as_deref().map(fold).as_deref() == Some(&typed))
    }

    /// Whether a dial to them is under way or in doubt.
    #[must_use]
    pub fn has_open_attempt(&self) -> bool {
        self.marks.iter().any(|mark| mark.state == MarkState::Open)
    }

    /// The dials that count against them: open ones and real ones.
    pub fn counted_marks(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(|mark| mark.state != MarkState::NotPlaced)
    }

    /// Remembers that a dial begins now, and forgets dials that no rule can
    /// ask for any more.
    pub fn begin(&mut self, attempt: AttemptId, now: Timestamp, policy: &Policy) {
        let horizon = policy.attempts_window().max(policy.gap());
        self.marks.retain(|mark| {
            mark.attempt != attempt
                && (mark.state == MarkState::Open || now.duration_since(mark.at) < horizon)
        });
        self.remember(Mark { attempt, at: now, state: MarkState::Open });
    }

    /// Keeps the marks oldest first, though clocks of dialers differ a little.
    fn remember(&mut self, mark: Mark) {
        self.marks.push(mark);
        self.marks.sort_by_key(|mark| (mark.at, mark.attempt));
    }

    /// Moves the knowledge of a dial forward; knowledge never moves back, so
    /// that late and repeated news change nothing. Returns whether it did.
    pub fn learn_mark(&mut self, attempt: AttemptId, at: Timestamp, state: MarkState) -> bool {
        if let Some(mark) = self.marks.iter_mut().find(|mark| mark.attempt == attempt) {
            let forward = mark.state < state;
            if forward {
                mark.state = state;
            }
            // The evidence of a real call tells the true time of the dial,
            // which is never before the intention.
            let later = state == MarkState::Settled && mark.at < at;
            if later {
                mark.at = at;
                self.marks.sort_by_key(|mark| (mark.at, mark.attempt));
            }
            return forward || later;
        }
        // A dial that is not remembered was never begun here, or was over and
        // forgotten. Only a real call can still count; a mark that opens late
        // would bar all calls and nobody would look for its evidence again.
        let counts = state == MarkState::Settled;
        if counts {
            self.remember(Mark { attempt, at, state });
        }
        counts
    }

    /// Remembers that the person was heard of. The latest news wins; what they
    /// clear, they clear for the check they belong to. Returns whether
    /// anything changed.
    pub fn learn_reached(&mut self, news: Reached) -> bool {
        let mut changed = false;
        if self.reached.is_none_or(|known| (known.at, known.how) < (news.at, news.how)) {
            self.reached = Some(news);
            changed = true;
        }
        if self.escalation.as_ref().is_some_and(|escalation| escalation.is_cleared_by(news)) {
            self.escalation = None;
            changed = true;
        }
        changed
    }

    /// A dial found that the number does not exist, `since` then at the latest.
    /// `number_changes` is that of the dial: news of a number that was
    /// corrected meanwhile says nothing of the new one.
    pub fn learn_bad_number(&mut self, number_changes: u32, since: Timestamp) {
        if number_changes == self.number_changes {
            let known = self.number_bad_since.map_or(since, |known| known.min(since));
            self.number_bad_since = Some(known);
        }
    }

    /// Ends the claim of `request`, if it is the one that holds.
    pub fn end_claim(&mut self, request: RequestId) -> bool {
        let held = self.claim.is_some_and(|claim| claim.request == request);
        if held {
            self.claim = None;
        }
        held
    }
}

/// Serde asks by reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(crate) fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl std::ops::Deref for Resident {
    type Target = Profile;

    fn deref(&self) -> &Profile {
        &self.profile
    }
}

impl fmt::Debug for Resident {
    /// Ids and states only: a resident in a log line must not be a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resident")
            .field("id", &self.id)
            .field("enabled", &self.enabled)
            .field("marks", &self.marks)
            .field("reached", &self.reached)
            .field("claim", &self.claim)
            .field("callback", &self.callback)
            .field("escalation", &self.escalation)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").finish_non_exhaustive()
    }
}
