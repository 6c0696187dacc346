//! Everything that is kept of one person, to be handed to them.

use super::Register;
use super::erase::Erasing;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rollcall_contracts::subject::SubjectAccess;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Everything that is kept of one person, class by class; contracts/schemas has
/// it as a schema of its own. Of other people it holds the names of keyholders,
/// and of the staff that somebody of them acted, not who.
#[derive(Serialize, ToSchema)]
#[schema(as = SubjectAccess)]
pub(crate) struct Document {
    /// The form of this document: 1.
    version: u32,
    resident_id: Uuid,
    made_at: Timestamp,
    /// Every class of data, also those of which nothing is kept.
    classes: Vec<Class>,
}

/// All that is kept of the person in one class.
#[derive(Serialize, ToSchema)]
#[schema(as = ClassOfData)]
struct Class {
    /// A stable word.
    class: String,
    /// What it is kept for.
    purpose: String,
    /// For how long.
    kept: String,
    /// What there is, in the form in which it is stored.
    items: Vec<Value>,
}

impl From<SubjectAccess> for Document {
    fn from(document: SubjectAccess) -> Self {
        let SubjectAccess { version, resident_id, made_at, classes } = document;
        let class = |one: rollcall_contracts::subject::ClassOfData| Class {
            class: one.class,
            purpose: one.purpose,
            kept: one.kept,
            items: one.items,
        };
        let classes = classes.into_iter().map(class).collect();
        Self { version, resident_id: *resident_id.as_uuid(), made_at, classes }
    }
}

/// Everything that is kept of somebody, as a file to be handed to them (subject
/// access). It is in the log who made it.
#[utoipa::path(get, path = "/api/residents/{id}/subject-access", tag = "residents", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The file.", body = Document),
        (status = 501, description = "It cannot be made here.")))]
pub(crate) async fn subject_access(
    State(erasing): State<Erasing>,
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let eraser = erasing.eraser()?;
    let stored = register.resident(id).await?;
    eraser.audit.record(&eraser.export_entry(stored.value.id, &caller.name)).await?;
    let document = Document::from(eraser.export(&stored).await?);
    // By the id: a name has no business in a list of downloads.
    let name = format!("attachment; filename=\"resident-{id}.json\"");
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(document)).into_response())
}
