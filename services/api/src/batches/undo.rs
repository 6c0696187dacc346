//! Undoing an upload: whom it brought is taken off the register as if they had
//! never been on it, as long as nobody was called.
//!
//! The upload is marked first, and the people are taken off one by one; whoever
//! asks again goes on where the former request ended or broke off. Whoever was
//! called, or was changed by the staff, after everybody was looked at stays on
//! the register, and is counted.

use super::History;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use rollcall_domain::batch::{Batch, BatchStage, Tally};
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::resident::Resident;
use rollcall_domain::search::Filter;
use rollcall_domain::staff::Deed;
use rollcall_domain::undo::{Since, since_loaded, was_called};
use rollcall_ports::{Cursor, Listed, Order, Question, Removed, Search, Versioned};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// People looked at in one request to the register.
const PAGE: u32 = 500;
/// Requests to the register by which one look at a batch is answered. A batch
/// that takes more is looked at as a whole when it is undone.
const LOOKS: u32 = 40;
/// People taken off in one request.
const MOST: u64 = 5_000;
/// How often one person is tried whom somebody else writes at the same moment.
const TRIES: u32 = 4;
/// Dials read at a time.
const DIALS: u32 = 50;

/// Whether an upload can be undone.
#[derive(Serialize, ToSchema)]
pub(crate) struct Undoable {
    possible: bool,
    /// Why not; or, where it can, what will stay.
    reason: Option<String>,
}

/// What an undo has come to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Undoing {
    /// Everybody who can be was taken off. If not, ask again.
    finished: bool,
    /// People taken off by this request.
    removed: u64,
    /// People who stay, since they were called after the undo began.
    called: u64,
    /// People who stay, since the staff changed something about them.
    changed: u64,
}

/// The people whom an upload brought.
#[derive(Clone, Copy, Default)]
struct Survey {
    untouched: u64,
    called: u64,
    changed: u64,
}

impl Survey {
    fn count(&mut self, since: Since) {
        match since {
            Since::Nothing => self.untouched += 1,
            Since::Called | Since::Dials => self.called += 1,
            Since::Changed => self.changed += 1,
        }
    }

    /// Why it cannot be undone.
    fn refusal(self) -> Option<String> {
        let Self { untouched, called, changed } = self;
        let all = untouched + called + changed;
        (called > 0).then(|| {
            format!("{called} of the {all} people whom this upload brought were called, or are being called.")
        })
    }
}

/// Undoes an upload, as long as none of its people was called: they are taken
/// off the register. People whom the staff changed since (a pause, a note, a
/// correction) stay, and are counted. The same file can be uploaded again.
/// Answers 202 as long as there are more to be taken off: ask again.
#[utoipa::path(post, path = "/api/batches/{id}/undo", tag = "uploads", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is undone.", body = Undoing),
    (status = 202, description = "It is being undone; ask again.", body = Undoing),
    (status = 409, description = "It cannot be undone, or not now; the detail says why.")))]
pub(crate) async fn undo(
    State(history): State<History>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<Undoing>), Problem> {
    let (mut batch, tally) = history.batch(id).await?;
    let (chunks, rows) = match batch.stage {
        BatchStage::Undone { chunks, rows } | BatchStage::Undoing { chunks, rows } => (chunks, rows),
        BatchStage::Loading { chunks, rows } if batch.is_finished(&tally) => (chunks, rows),
        _ => return Err(Problem::conflict(not_loaded(&batch.stage))),
    };
    if let BatchStage::Loading { .. } = batch.stage {
        let (survey, _) = history.survey(batch.id, u32::MAX).await?;
        if let Some(refusal) = survey.refusal() {
            return Err(Problem::conflict(refusal));
        }
        history.did(&caller, "batch.undo", batch.id).await?;
        batch.stage = BatchStage::Undoing { chunks, rows };
        history.batches.put(&batch).await?;
    }
    let undoing = history.take_off(batch.id).await?;
    if !undoing.finished {
        return Ok((StatusCode::ACCEPTED, Json(undoing)));
    }
    history.did(&caller, "batch.undone", batch.id).await?;
    batch.stage = BatchStage::Undone { chunks, rows };
    history.batches.put(&batch).await?;
    Ok((StatusCode::OK, Json(undoing)))
}

fn not_loaded(stage: &BatchStage) -> &'static str {
    match stage {
        BatchStage::Refused { .. } => "Nothing of this upload was loaded.",
        _ => "This upload is still being loaded.",
    }
}

impl History {
    /// Whether an upload can be undone, as far as a bounded look tells.
    pub(super) async fn undoable(&self, batch: &Batch, tally: &Tally) -> Result<Undoable, Problem> {
        let no = |reason: &str| Undoable { possible: false, reason: Some(reason.to_owned()) };
        match &batch.stage {
            BatchStage::Undone { .. } => Ok(no("This upload was undone.")),
            BatchStage::Undoing { .. } => Ok(Undoable { possible: true, reason: None }),
            BatchStage::Loading { .. } if batch.is_finished(tally) => {
                let (survey, _) = self.survey(batch.id, LOOKS).await?;
                if let Some(refusal) = survey.refusal() {
                    return Ok(no(&refusal));
                }
                let stay = "people were changed by the staff since, and will stay.";
                let reason = (survey.changed > 0).then(|| format!("{} {stay}", survey.changed));
                Ok(Undoable { possible: true, reason })
            }
            stage => Ok(no(not_loaded(stage))),
        }
    }

    /// Looks at the people whom an upload brought, and whether at all of them.
    async fn survey(&self, id: BatchId, looks: u32) -> Result<(Survey, bool), Problem> {
        let (mut survey, mut from) = (Survey::default(), None);
        for _ in 0..looks {
            let (listed, next) = self.brought_by(id, from.as_ref()).await?;
            for one in listed {
                survey.count(self.since(&one.resident.value).await?);
            }
            from = next;
            if from.is_none() {
                return Ok((survey, true));
            }
        }
        Ok((survey, false))
    }

    async fn brought_by(
        &self,
        id: BatchId,
        from: Option<&Cursor>,
    ) -> Result<(Vec<Listed>, Option<Cursor>), Problem> {
        let filter = Filter { batch: Some(id), ..Filter::default() };
        let question = Question {
            filter: &filter,
            order: Order::Register,
            descending: false,
            policy: &self.policy,
            now: self.clock.now(),
        };
        match self.residents.search(&question, from, PAGE).await? {
            Search::Found(listed, next) => Ok((listed, next)),
            // Neither comes of the order of the register and its own cursors.
            Search::TooMany | Search::ForeignCursor => Err(Problem::internal()),
        }
    }

    /// What happened to somebody, as their record and, in doubt, their dials
    /// tell.
    async fn since(&self, resident: &Resident) -> Result<Since, Problem> {
        let since = since_loaded(resident);
        if since != Since::Dials {
            return Ok(since);
        }
        let mut from = None;
        loop {
            let (dials, next) = self.attempts.of_resident(resident.id, from.as_ref(), DIALS).await?;
            if dials.iter().any(was_called) {
                return Ok(Since::Called);
            }
            from = next;
            if from.is_none() {
                return Ok(Since::Nothing);
            }
        }
    }

    async fn take_off(&self, id: BatchId) -> Result<Undoing, Problem> {
        let mut undoing = Undoing { finished: true, removed: 0, called: 0, changed: 0 };
        let mut from = None;
        loop {
            let (listed, next) = self.brought_by(id, from.as_ref()).await?;
            for Listed { resident, .. } in listed {
                if undoing.removed >= MOST {
                    undoing.finished = false;
                    return Ok(undoing);
                }
                self.take_one_off(resident, &mut undoing).await?;
            }
            from = next;
            if from.is_none() {
                return Ok(undoing);
            }
        }
    }

    async fn take_one_off(
        &self,
        mut resident: Versioned<Resident>,
        undoing: &mut Undoing,
    ) -> Result<(), Problem> {
        let id: ResidentId = resident.value.id;
        for _ in 0..TRIES {
            match self.since(&resident.value).await? {
                Since::Nothing => {}
                Since::Changed => {
                    undoing.changed += 1;
                    return Ok(());
                }
                Since::Called | Since::Dials => {
                    undoing.called += 1;
                    return Ok(());
                }
            }
            if self.residents.remove(&resident).await? == Removed::Done {
                undoing.removed += 1;
                return Ok(());
            }
            let Some(again) = self.residents.get(id).await? else { return Ok(()) };
            resident = again;
        }
        // Whoever asks again meets them at a calmer moment.
        undoing.finished = false;
        Ok(())
    }

    async fn did(&self, caller: &Caller, action: &'static str, id: BatchId) -> Result<(), Problem> {
        let deed = Deed { action, detail: id.to_string() };
        self.deeds.write(format!("{action} {id}"), caller, None, deed).await
    }
}
