//! Looking at letters: lists, one of them, what is in it, what would come of it.

use super::Bench;
use super::shown::{Group, Letter, LetterDetail, Revealed};
use super::wanted::Wanted;
use crate::auth::Caller;
use crate::extract::{Json, Path, Query};
use crate::paging::{Page, Paging};
use crate::problem::Problem;
use crate::version::Tagged;
use axum::extract::State;
use jiff::Timestamp;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::LARGEST_EDIT;
use rollcall_ports::{Foreseen, Prospect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const LETTERS: &str = "dead letters";
/// Groups that are shown.
const MOST_GROUPS: u32 = 500;

/// What was set aside, in the order in which it was.
#[utoipa::path(get, path = "/api/dead-letters", tag = "dead-letters", params(Paging, Wanted), responses(
    (status = 200, description = "A page of the dead letters.", body = Page<Letter>)))]
pub(crate) async fn dead_letters(
    State(bench): State<Bench>,
    Query(paging): Query<Paging>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Letter>>, Problem> {
    let (from, size) = (paging.cursor(LETTERS)?, paging.size()?);
    let more = size.saturating_add(1);
    let found = bench.workbench.letters.find(&wanted.filter(), from.as_ref(), more).await?;
    Ok(Json(Page::of(LETTERS, size, found, |letter| Letter::from(&letter))))
}

/// What was set aside and is not over, by queue, cause and kind, with the age of
/// the oldest; those of most letters first.
#[utoipa::path(get, path = "/api/dead-letters/groups", tag = "dead-letters", operation_id = "letter_groups", responses(
    (status = 200, description = "The groups, 500 at most.", body = [Group])))]
pub(crate) async fn groups(State(bench): State<Bench>) -> Result<Json<Vec<Group>>, Problem> {
    let groups = bench.workbench.letters.groups(MOST_GROUPS).await?;
    Ok(Json(groups.into_iter().map(Group::from).collect()))
}

/// One letter, and what became of it. What is in it is not shown.
#[utoipa::path(get, path = "/api/dead-letters/{id}", tag = "dead-letters", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The letter, with the version as ETag.", body = LetterDetail,
        headers(("etag" = String, description = "The version, for If-Match.")))))]
pub(crate) async fn dead_letter(
    State(bench): State<Bench>,
    Path(id): Path<Uuid>,
) -> Result<Tagged<Json<LetterDetail>>, Problem> {
    let letter = bench.workbench.letter(LetterId::from_uuid(id)).await?;
    Ok(Tagged(letter.version, Json((&letter).into())))
}

/// Why somebody wants to see what is in a message. One of a few words and no
/// text, because the log keeps it for years.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = RevealPurpose)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// To find out what went wrong.
    Diagnose,
    /// To mend it.
    Mend,
    /// Somebody complained.
    Complaint,
    /// To check what others did.
    Audit,
    /// Another purpose.
    Other,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Diagnose => "diagnose",
            Self::Mend => "mend",
            Self::Complaint => "complaint",
            Self::Audit => "audit",
            Self::Other => "other",
        }
    }
}

/// Why somebody wants to see what is in a message.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reveal {
    purpose: Purpose,
}

/// Shows what is in a letter, and what was before each edit. The log keeps who
/// looked, and for what purpose.
#[utoipa::path(post, path = "/api/dead-letters/{id}/reveal", tag = "dead-letters", operation_id = "reveal_letter", request_body = Reveal,
    params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What is in it.", body = Revealed)))]
pub(crate) async fn reveal(
    State(bench): State<Bench>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Reveal { purpose }): Json<Reveal>,
) -> Result<Json<Revealed>, Problem> {
    let letter = bench.workbench.letter(LetterId::from_uuid(id)).await?;
    let detail = format!("{} {}", letter.value.id, purpose.word());
    bench.deeds.note(&caller, "letter.view", None, detail).await?;
    Ok(Json((&letter.value).into()))
}

/// What is to be tried.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DryRun {
    /// A draft in place of what is stored; null for what is stored.
    message: Option<String>,
}

/// In one word, what would come of a message.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = DryRunOutcome)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It would be carried out.
    Applies,
    /// It would be acknowledged without effect.
    Nothing,
    /// It would have to wait.
    Waits,
    /// It would be set aside again.
    ParksAgain,
}

/// What would come of a message if it were replayed now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DryRunResult)]
pub(crate) struct Foretold {
    outcome: Outcome,
    /// Why, as a stable word.
    code: &'static str,
    /// The same in words, with times as they are there.
    text: String,
    /// When that changes, if time alone does it.
    until: Option<Timestamp>,
}

impl From<Foreseen> for Foretold {
    fn from(Foreseen { prospect, code, text, until }: Foreseen) -> Self {
        let outcome = match prospect {
            Prospect::Applies => Outcome::Applies,
            Prospect::Nothing => Outcome::Nothing,
            Prospect::Waits => Outcome::Waits,
            Prospect::ParksAgain => Outcome::ParksAgain,
        };
        Self { outcome, code, text, until }
    }
}

/// Says what would come of a letter, or of a draft of it, if it were replayed
/// now, by the decisions of its handler. Nothing is changed, nobody is called.
#[utoipa::path(post, path = "/api/dead-letters/{id}/dry-run", tag = "dead-letters", operation_id = "dry_run_letter", request_body = DryRun,
    params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What would come of it.", body = Foretold)))]
pub(crate) async fn dry_run(
    State(bench): State<Bench>,
    Path(id): Path<Uuid>,
    Json(DryRun { message }): Json<DryRun>,
) -> Result<Json<Foretold>, Problem> {
    let letter = bench.workbench.letter(LetterId::from_uuid(id)).await?.value;
    if message.as_ref().is_some_and(|message| message.len() > LARGEST_EDIT) {
        return Err(Problem::too_large(format!("message: at most {LARGEST_EDIT} bytes.")));
    }
    let body = message.as_ref().map_or(letter.body.as_bytes(), |message| message.as_bytes());
    Ok(Json(bench.foresight.foresee(&letter.source, body).await?.into()))
}
