//! Replays and discards of many letters, one after the other.
//!
//! Before a letter is taken the job says which; after it was sent the job
//! counts it. Whoever goes on after an interruption looks at that letter first:
//! its history tells whether the job has replayed it. Several may drive one job
//! at once; they cost each other time, and at worst a second copy.

use super::{Stopped, Workbench};
use jiff::SignedDuration;
use rollcall_domain::ids::{JobId, LetterId};
use rollcall_domain::letter::job::{Deed, FASTEST, Job, JobState, Selection};
use rollcall_domain::letter::{Filter, LetterState, Which, given};
use rollcall_ports::{Cursor, Fault, Saved, Versioned};

/// Running jobs that are driven in one go.
const AT_ONCE: u32 = 10;
/// How often a stop is tried if a driver writes at the same moment.
const TRIES: u32 = 20;

/// What a job does next.
enum Next {
    /// It takes this letter, which stands at this place.
    Take(LetterId, String),
    /// Nothing is left.
    Nothing,
}

impl Workbench {
    /// Begins a replay of many letters: of those that are named, or of those
    /// that match and are open now. Nothing is sent yet.
    ///
    /// # Errors
    /// Faults.
    pub async fn start(
        &self,
        by: &str,
        selection: Selection,
        per_minute: u32,
    ) -> Result<Versioned<Job>, Fault> {
        self.begin(by, Deed::Replay, selection, per_minute).await
    }

    /// Begins to discard many letters: those that are named, or those that
    /// match and are open now. None is discarded yet.
    ///
    /// # Errors
    /// [`Stopped::Refused`] without a reason, and faults.
    pub async fn start_discard(
        &self,
        by: &str,
        selection: Selection,
        reason: &str,
    ) -> Result<Versioned<Job>, Stopped> {
        let deed = Deed::Discard { reason: given(reason)? };
        // No handler has to keep up with it.
        Ok(self.begin(by, deed, selection, FASTEST).await?)
    }

    async fn begin(
        &self,
        by: &str,
        deed: Deed,
        selection: Selection,
        per_minute: u32,
    ) -> Result<Versioned<Job>, Fault> {
        let now = self.clock.now();
        let (selection, total) = match selection {
            Selection::Named(ids) => {
                let total = ids.len() as u64;
                (Selection::Named(ids), total)
            }
            Selection::Matching(filter) => {
                // What is set aside from now on is not part of it.
                let end = now.checked_add(SignedDuration::from_nanos(1)).unwrap_or(now);
                let until = filter.parked_until.map_or(end, |until| until.min(end));
                let which = Which::Only(LetterState::Open);
                let filter = Filter { parked_until: Some(until), which, ..filter };
                let total = self.letters.tally(&filter).await?;
                (Selection::Matching(filter), total)
            }
        };
        let id = JobId::derive(&[by, &now.to_string()]);
        let action = match deed {
            Deed::Replay => "letters.replay",
            Deed::Discard { .. } => "letters.discard",
        };
        let job = Job { deed, ..Job::begin(id, by, (selection, total), per_minute, now) };
        self.log(format!("{action} {id}"), by, (action, id.to_string())).await?;
        let job = Versioned::new(job);
        match self.jobs.save(&job).await? {
            Saved::Done(version) => Ok(Versioned { version, ..job }),
            // The same person began one at this very moment.
            Saved::Changed => Ok(self.jobs.get(id).await?.unwrap_or(job)),
        }
    }

    /// Stops a job; one that is over stays as it is.
    ///
    /// # Errors
    /// [`Stopped::Missing`]; [`Stopped::Changed`] when a driver always was
    /// faster, which does not happen at any pace that a job may have.
    pub async fn stop(&self, by: &str, id: JobId) -> Result<Versioned<Job>, Stopped> {
        for _ in 0..TRIES {
            let mut job = self.jobs.get(id).await?.ok_or(Stopped::Missing)?;
            if !job.value.stop(by, self.clock.now()) {
                return Ok(job);
            }
            self.log(format!("letters.stop {id}"), by, ("letters.stop", id.to_string())).await?;
            if let Saved::Done(version) = self.jobs.save(&job).await? {
                return Ok(Versioned { version, ..job });
            }
        }
        Err(Stopped::Changed)
    }

    /// Sends what the running jobs may send by now, `most` letters each, and
    /// what somebody was interrupted in sending.
    ///
    /// # Errors
    /// When the outside did not behave; the rest is done the next time.
    pub async fn drive_all(&self, most: u32) -> Result<(), Fault> {
        self.drive_running(most).await?;
        self.mend().await
    }

    /// Does what the running jobs may do by now, `most` letters each; those
    /// that are running then.
    ///
    /// # Errors
    /// As [`Workbench::drive_all`].
    pub async fn drive_running(&self, most: u32) -> Result<Vec<Job>, Fault> {
        let mut running = Vec::new();
        for job in self.jobs.running(AT_ONCE).await? {
            let driven = self.drive(job.value.id, most).await?;
            running.extend(driven.map(|job| job.value).filter(|job| job.state == JobState::Running));
        }
        Ok(running)
    }

    /// Sends what a job may send by now, `most` letters at most; the job as it
    /// stands then, `None` if there is none.
    ///
    /// # Errors
    /// As [`Workbench::drive_all`].
    pub async fn drive(&self, id: JobId, most: u32) -> Result<Option<Versioned<Job>>, Fault> {
        for _ in 0..most {
            let Some(mut job) = self.jobs.get(id).await? else { return Ok(None) };
            let now = self.clock.now();
            if !job.value.is_due(now) {
                break;
            }
            let (letter, place) = match self.next(&job.value).await? {
                Next::Take(letter, place) => (letter, place),
                Next::Nothing => {
                    job.value.finish(now);
                    let _or_somebody_else_did = self.jobs.save(&job).await?;
                    continue;
                }
            };
            if job.value.taking.is_none() {
                job.value.taking = Some((letter, place.clone()));
                match self.jobs.save(&job).await? {
                    Saved::Done(version) => job.version = version,
                    Saved::Changed => continue,
                }
            }
            let sent = self.take(&job.value, letter).await?;
            self.count(job, (letter, place), sent).await?;
        }
        self.jobs.get(id).await
    }

    async fn next(&self, job: &Job) -> Result<Next, Fault> {
        if let Some((letter, place)) = job.taking.clone() {
            return Ok(Next::Take(letter, place));
        }
        Ok(match &job.selection {
            Selection::Named(ids) => {
                let done = job.after.as_deref().and_then(|after| after.parse::<usize>().ok()).unwrap_or(0);
                match ids.get(done) {
                    Some(id) => Next::Take(*id, (done + 1).to_string()),
                    None => Next::Nothing,
                }
            }
            Selection::Matching(filter) => {
                let after = job.after.clone().map(Cursor);
                match self.letters.find(filter, after.as_ref(), 1).await?.pop() {
                    Some((place, letter)) => Next::Take(letter.value.id, place.0),
                    None => Next::Nothing,
                }
            }
        })
    }

    /// Replays or discards one letter of a job; answers whether that was done.
    async fn take(&self, job: &Job, id: LetterId) -> Result<bool, Fault> {
        loop {
            let Some(mut letter) = self.letters.get(id).await? else { return Ok(false) };
            if letter.value.was_taken_by(job.id) {
                // By whoever was interrupted, or drives it too.
                if letter.value.unsent_since().is_some() {
                    self.send(letter).await?;
                }
                return Ok(true);
            }
            if letter.value.state != LetterState::Open {
                return Ok(false);
            }
            let now = self.clock.now();
            let wanted = match &job.deed {
                Deed::Replay => letter.value.replay(&job.by, Some(job.id), now).map(drop),
                Deed::Discard { reason } => letter.value.discard_with_many(job.id, (&job.by, reason), now),
            };
            if wanted.is_err() {
                return Ok(false);
            }
            if let Saved::Done(version) = self.letters.save(&letter).await? {
                if job.deed == Deed::Replay {
                    self.send(Versioned { version, ..letter }).await?;
                }
                return Ok(true);
            }
        }
    }

    /// Counts a letter that was taken, also if the job was stopped meanwhile;
    /// not if another driver has counted it.
    async fn count(
        &self,
        mut job: Versioned<Job>,
        (letter, place): (LetterId, String),
        sent: bool,
    ) -> Result<(), Fault> {
        loop {
            job.value.took(place.clone(), sent, self.clock.now());
            if let Saved::Done(_) = self.jobs.save(&job).await? {
                return Ok(());
            }
            match self.jobs.get(job.value.id).await? {
                Some(now) if now.value.taking.as_ref().is_some_and(|(taken, _)| *taken == letter) => {
                    job = now;
                }
                _ => return Ok(()),
            }
        }
    }
}
