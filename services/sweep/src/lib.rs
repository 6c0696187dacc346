//! The sweep: every minute, settles what nobody else will.
//!
//! Trigger: a timer; no input, so that routine and recovery are the same code.
//! It settles attempts whose evidence is overdue, tells somebody of promises
//! past their deadline, climbs the ladder of residents who were not reached,
//! carries the suppression list over to records, trips the switch
//! over all dialing where there is cause, tells of every change of it, goes
//! on with erasures, and deletes what is past its time.
//! [`Books`] takes the account of the day, [`Letters`] looks after dead letters,
//! [`Erasures`] goes on with erasures where the sweep itself has no right to.
//!
//! Whoever is told is told before it is recorded that they were: a crash
//! between the two tells twice, never not at all. What the ladder tells
//! (`escalations.rs`) is written before as to be told, since somebody may accept
//! at that moment.

mod books;
mod dialing;
mod erasures;
mod escalations;
mod letters;
mod people;
mod promises;
mod retention;

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::topology::Topology;
use rollcall_domain::attempt::{Facts, Withdrawal};
use rollcall_domain::ids::AttemptId;
use rollcall_domain::policy::Policy;
use rollcall_host::Periodic;
use rollcall_ports::{
    Attempts, Audit, Callbacks, Clock, Described, EvidenceHorizon, Fault, Notices, Residents, Signals,
    Switch, Telephony,
};
use rollcall_recording::erasure::Eraser;
use rollcall_recording::{Learned, Recorder};
use std::sync::Arc;

pub use books::Books;
pub use dialing::Watch;
pub use erasures::Erasures;
pub use letters::Letters;
pub use retention::Retainer;

/// The sweep and everything it touches.
pub struct Sweep {
    /// The dials.
    pub attempts: Arc<dyn Attempts>,
    /// The promises.
    pub callbacks: Arc<dyn Callbacks>,
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The switch over all dialing.
    pub switch: Arc<dyn Switch>,
    /// What is remembered of the clock.
    pub watch: Watch,
    /// Connect, for contacts whose record never came.
    pub telephony: Arc<dyn Telephony>,
    /// How far the stream has been taken in.
    pub horizon: Arc<dyn EvidenceHorizon>,
    /// Where results are written.
    pub recorder: Recorder,
    /// Goes on with erasures; `None` where [`Erasures`] does.
    pub eraser: Option<Eraser>,
    /// Deletes what is past its time; `None` where the stores do so by themselves.
    pub retainer: Option<Retainer>,
    /// Who did what.
    pub audit: Arc<dyn Audit>,
    /// Duty officers and operators.
    pub notices: Arc<dyn Notices>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The rules.
    pub policy: Arc<Policy>,
    /// Bounds.
    pub topology: &'static Topology,
}

#[async_trait]
impl Periodic for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    async fn run(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        // Each part by itself: trouble with one must not starve the others. The
        // switch first, since what is wrong may be about to go on.
        let dialing = self.watch_dialing(now).await;
        let attempts = self.settle_attempts(now).await;
        let suppressions = self.settle_suppressions().await;
        let promises = self.review_promises(now).await;
        let people = self.review_people(now).await;
        let escalations = self.review_escalations(now).await;
        let erasures = self.go_on_erasing(now).await;
        let retention = self.retain_no_longer().await;
        self.watch.ends(self.clock.now());
        dialing
            .and(attempts)
            .and(suppressions)
            .and(promises)
            .and(people)
            .and(escalations)
            .and(erasures)
            .and(retention)
    }
}

impl Sweep {
    /// Settles attempts older than their latest evidence. While the stream is
    /// behind, its backlog may hold that evidence: the horizon, not the clock,
    /// says how old is old.
    async fn settle_attempts(&self, now: Timestamp) -> Result<(), Fault> {
        let horizon = self.horizon.horizon(now).await?.min(now);
        let began_before = horizon.checked_sub(self.policy.evidence_window()).unwrap_or(Timestamp::MIN);
        let open = self.attempts.open(began_before, self.topology.bounds.sweep_items).await?;
        let mut trouble = Trouble::default();
        for id in open {
            trouble.note(self.settle_attempt(id, began_before, now).await)?;
        }
        trouble.end()
    }

    /// Brings to the records what the suppression list says since somebody was
    /// interrupted, or opted out on the telephone.
    async fn settle_suppressions(&self) -> Result<(), Fault> {
        let suppressor = self.recorder.suppressor();
        let mut trouble = Trouble::default();
        for entry in suppressor.suppressions.unsettled(self.topology.bounds.sweep_items).await? {
            let settled = suppressor.settle(&entry).await;
            trouble.note(settled.map(|_contended_is_tried_next_minute: Learned| ()))?;
        }
        trouble.end()
    }

    async fn settle_attempt(
        &self,
        id: AttemptId,
        began_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(attempt) = self.attempts.get(id).await? else {
            return Ok(());
        };
        // The index may still hold it as it was: open, or begun before it was
        // throttled and begun again. What is younger has its evidence to come.
        if attempt.value.is_closed() || attempt.value.begun_at >= began_before {
            return Ok(());
        }
        let _contended_is_tried_next_minute: Learned = match &attempt.value.facts.contact {
            None if !attempt.value.is_proven() => {
                self.recorder.withdraw(&attempt, Withdrawal::NoEvidence, false).await?
            }
            None => self.recorder.learn_call(id, &closed_at(now)).await?,
            Some(contact) => match self.telephony.describe(contact).await? {
                Described::Known(facts) | Described::WithAgent(facts, _) => {
                    self.recorder.learn_call(id, &facts).await?
                }
                // Taken once, forgotten now: a real dial that ended unseen.
                Described::Unknown => self.recorder.learn_call(id, &closed_at(now)).await?,
            },
        };
        Ok(())
    }
}

/// What went wrong with single items of a run. The oldest item comes first
/// every minute: if it failed the run, nobody behind it would ever be looked
/// at. Only a service that asks for less ends the run.
#[derive(Default)]
struct Trouble(Option<Fault>);

impl Trouble {
    fn note(&mut self, outcome: Result<(), Fault>) -> Result<(), Fault> {
        match outcome {
            Err(fault @ Fault::Throttled(_)) => return Err(fault),
            Err(fault) => {
                self.0.get_or_insert(fault);
            }
            Ok(()) => {}
        }
        Ok(())
    }

    fn end(self) -> Result<(), Fault> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Nothing more will be known: closed as of now.
fn closed_at(now: Timestamp) -> Facts {
    Facts { complete: Some(now), ..Facts::default() }
}
