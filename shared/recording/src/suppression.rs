//! The suppression list carried over to the records of those whom it concerns.
//!
//! The entry is written first: from then on no number of it is dialed, whatever
//! a record says. Then each record is brought to what the list says, and last
//! the entry is marked as settled, or forgotten if it was lifted. A crash
//! between any two leaves an entry that is not settled, and the sweep does the
//! rest. Whoever brings somebody to a number (the loader, a correction) asks
//! the list after they wrote: so of two who do both at once, one sees the other.

use crate::Learned;
use jiff::Timestamp;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{ResidentId, SuppressionId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::suppression::{Entry, LiftReason, Subject, Suppressed};
use rollcall_ports::{AuditEntry, Clock, Fault, Residents, Saved, Suppressions, Versioned};
use std::sync::Arc;

/// How often a write is tried again that lost against another: each time what
/// is stored is read anew.
const TRIES: usize = 6;

/// Writes the list, and what of it stands on records.
#[derive(Clone)]
pub struct Suppressor {
    /// The list.
    pub suppressions: Arc<dyn Suppressions>,
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// What became of an entry that somebody wanted on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It stands there now.
    Added(Entry),
    /// This one stood there before.
    Known(Entry),
    /// Others kept writing it: try again.
    Contended,
}

/// What became of an entry that somebody wanted off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifted {
    /// It no longer stands.
    Done(Entry),
    /// There is no such entry, or it was lifted before.
    Unknown,
    /// Others kept writing it: try again.
    Contended,
}

/// A change of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An entry is put on it.
    Add,
    /// One is taken off it.
    Lift(LiftReason),
}

impl Change {
    /// A stable word, as the audit log has it.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Add => "suppression.add",
            Self::Lift(_) => "suppression.lift",
        }
    }
}

/// The entry of the audit log for a change that `by` is about to make: the same
/// for a repeat, and without the number.
#[must_use]
pub fn log_entry(change: Change, entry: &Entry, (by, at): (&str, Timestamp)) -> AuditEntry {
    let id = entry.suppression.id;
    let (resident, what) = match entry.subject {
        Subject::Number(_) => (None, "number"),
        Subject::Resident(id) => (Some(id), "resident"),
    };
    let why = match change {
        Change::Add => entry.suppression.ground.code(),
        Change::Lift(reason) => reason.code(),
    };
    let action = change.action();
    AuditEntry {
        key: format!("{action} {id} {by} {why}"),
        at,
        actor: by.to_owned(),
        action: action.to_owned(),
        resident,
        detail: format!("{what} {why} {id}"),
    }
}

impl Suppressor {
    /// The entry of a subject that stands, if there is one.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn standing(&self, subject: Subject) -> Result<Option<Entry>, Fault> {
        let found = self.entry_of(subject).await?.map(|found| found.value);
        Ok(found.filter(|entry| entry.standing().is_some()))
    }

    /// Puts an entry on the list, unless one of its subject stands there, and
    /// brings the records to it.
    ///
    /// # Errors
    /// When a store did not behave; what was begun is completed by a repeat or
    /// by the sweep.
    pub async fn add(&self, entry: Entry) -> Result<Listed, Fault> {
        let listed = self.enter(entry).await?;
        if let Listed::Added(entry) | Listed::Known(entry) = &listed
            && let Some(stored) = self.entry_of(entry.subject).await?
            && self.settle(&stored).await? != Learned::Applied
        {
            return Ok(Listed::Contended);
        }
        Ok(listed)
    }

    /// Puts an entry on the list and leaves the records to the sweep.
    async fn enter(&self, entry: Entry) -> Result<Listed, Fault> {
        for _ in 0..TRIES {
            match self.entry_of(entry.subject).await? {
                Some(stored) if stored.value.standing().is_some() => {
                    let own = stored.value.suppression.id == entry.suppression.id;
                    let listed = if own { Listed::Added } else { Listed::Known };
                    return Ok(listed(stored.value));
                }
                // Lifted, and not carried out yet: that first.
                Some(lifted) => {
                    let _read_again_either_way: Learned = self.settle(&lifted).await?;
                }
                None => {
                    let new = Versioned::new(entry.clone());
                    if matches!(self.suppressions.put(&new).await?, Saved::Done(_)) {
                        return Ok(Listed::Added(entry));
                    }
                }
            }
        }
        Ok(Listed::Contended)
    }

    /// Takes an entry off the list and brings the records to that.
    ///
    /// # Errors
    /// When a store did not behave; as [`Suppressor::add`].
    pub async fn lift(&self, id: SuppressionId) -> Result<Lifted, Fault> {
        let Some(found) = self.suppressions.find(id).await? else { return Ok(Lifted::Unknown) };
        for _ in 0..TRIES {
            let Some(stored) = self.entry_of(found.value.subject).await? else { return Ok(Lifted::Unknown) };
            if stored.value.suppression.id != id {
                return Ok(Lifted::Unknown);
            }
            let mut lifted = stored;
            if lifted.value.standing().is_some() {
                lifted.value = lifted.value.lift(self.clock.now());
                let Saved::Done(version) = self.suppressions.put(&lifted).await? else { continue };
                lifted.version = version;
            }
            return Ok(match self.settle(&lifted).await? {
                Learned::Contended => Lifted::Contended,
                Learned::Applied | Learned::Unknown => Lifted::Done(lifted.value),
            });
        }
        Ok(Lifted::Contended)
    }

    /// Brings the records of all whom an entry concerns to what the list says.
    ///
    /// # Errors
    /// When a store did not behave; the sweep comes back to it.
    pub async fn settle(&self, entry: &Versioned<Entry>) -> Result<Learned, Fault> {
        if entry.value.settled {
            return Ok(Learned::Applied);
        }
        let concerned = match entry.value.subject {
            Subject::Number(number) => self.residents.with_number(number).await?,
            Subject::Resident(id) => vec![id],
        };
        for id in concerned {
            if self.reconcile(id).await? == Learned::Contended {
                return Ok(Learned::Contended);
            }
        }
        // Somebody who wrote the entry meanwhile settles it themselves.
        let _changed_meanwhile: Saved = if entry.value.standing().is_some() {
            let value = Entry { settled: true, ..entry.value.clone() };
            self.suppressions.put(&Versioned { value, version: entry.version }).await?
        } else {
            self.suppressions.remove(entry).await?
        };
        Ok(Learned::Applied)
    }

    /// Brings a resident's record to what the list says of them and of their
    /// number. It asks again after it wrote, until nothing differs: an entry
    /// that was lifted in between must not stay on a record.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn reconcile(&self, id: ResidentId) -> Result<Learned, Fault> {
        for _ in 0..TRIES {
            let Some(mut stored) = self.residents.get(id).await? else { return Ok(Learned::Unknown) };
            let marks = self.marks(&stored.value).await?;
            if stored.value.suppressed == marks {
                return Ok(Learned::Applied);
            }
            stored.value.suppressed = marks;
            let schedule = Schedule::of(&stored.value, &self.policy, self.clock.now());
            let _read_again_either_way: Saved = self.residents.save(&stored, schedule).await?;
        }
        Ok(Learned::Contended)
    }

    /// Which of many, with their numbers, are on the list in either way.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn on_list(&self, people: &[(ResidentId, PhoneNumber)]) -> Result<Vec<bool>, Fault> {
        let subjects: Vec<Subject> = people
            .iter()
            .flat_map(|(id, number)| [Subject::Resident(*id), Subject::Number(*number)])
            .collect();
        let stands = |entry: &Option<Versioned<Entry>>| {
            entry.as_ref().is_some_and(|entry| entry.value.standing().is_some())
        };
        let found = self.suppressions.of(&subjects).await?;
        Ok(found.chunks(2).map(|both| both.iter().any(stands)).collect())
    }

    /// Puts whoever asked for it by the keys of a call on the list: the person,
    /// and the number that rang if it is still theirs. The rest is left to the
    /// sweep: somebody waits on the telephone.
    pub(crate) async fn opt_out(&self, attempt: &Attempt, at: Timestamp) -> Result<Learned, Fault> {
        let Some(Versioned { value: resident, .. }) = self.residents.get(attempt.resident).await? else {
            return Ok(Learned::Unknown);
        };
        let mut subjects = vec![Subject::Resident(resident.id)];
        if resident.number_changes == attempt.number_changes {
            subjects.push(Subject::Number(resident.number));
        }
        for subject in subjects {
            if self.enter(Entry::opted_out(subject, attempt.id, at)).await? == Listed::Contended {
                return Ok(Learned::Contended);
            }
        }
        self.reconcile(resident.id).await
    }

    async fn marks(&self, resident: &Resident) -> Result<Suppressed, Fault> {
        let subjects = [Subject::Resident(resident.id), Subject::Number(resident.number)];
        let found = self.suppressions.of(&subjects).await?;
        let entry = |n: usize| found.get(n).and_then(Option::as_ref).map(|entry| &entry.value);
        Ok(Suppressed::by(entry(0), entry(1)))
    }

    async fn entry_of(&self, subject: Subject) -> Result<Option<Versioned<Entry>>, Fault> {
        Ok(self.suppressions.of(&[subject]).await?.into_iter().next().flatten())
    }
}
