//! What would become of each row.

use super::Arrivals;
use super::look::{Bounds, Looked, Reading, bytes, look};
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use axum::extract::State;
use rollcall_domain::batch::LineNote;
use rollcall_domain::identity::resident_id;
use rollcall_domain::ids::{BatchId, ResidentId, UploadId};
use rollcall_domain::resident::Profile;
use rollcall_ports::Staged;
use rollcall_roster::{Line, Row, read_rows};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Rows that one request looks at, and looks up on the register: a list of
/// most councils, and a second or two on DynamoDB. A few more are looked at
/// where the last chunk has more.
const ROWS: u64 = 20_000;
/// Bytes that one request looks at.
const BYTES: u64 = 16 * 1024 * 1024;
/// Rows that are shown as they will be stored.
const FIRST: usize = 10;
/// Bad rows and remarks that are listed; the bad rows are all in the file of
/// bad rows.
const LISTED: usize = 100;
/// Characters of a column's name that are shown.
const NAME_SHOWN: usize = 100;

/// What a file would come to, if it were loaded now.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadPreview {
    upload_id: Uuid,
    state: PreviewState,
    /// What the file is called.
    file_name: String,
    /// Bytes.
    size: u64,
    /// Why nothing of it can be read, where that is so.
    refusal: Option<UploadRefusal>,
    /// The columns, in the order of the file.
    columns: Vec<FoundColumn>,
    /// The first good rows, as they will be stored.
    first: Vec<StoredRow>,
    counts: RowCounts,
    /// Whether every line was looked at.
    complete: bool,
    /// Lines that were looked at, the header among them.
    lines: u64,
    /// The first bad rows, up to 100.
    bad: Vec<LineRemark>,
    /// Remarks about other lines, up to 100. They do not keep a row from being
    /// loaded.
    warnings: Vec<LineRemark>,
    /// How many remarks there are.
    warning_count: u64,
    /// The batch, once it was loaded.
    batch_id: Option<Uuid>,
}

/// What can be done with an upload.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PreviewState {
    /// It can be loaded.
    Ready,
    /// It cannot be read at all.
    Refused,
    /// It was loaded, or is being loaded.
    Loaded,
}

/// Why a file is refused as a whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadRefusal {
    /// A stable word.
    pub(crate) code: String,
    /// What was found and what was expected.
    pub(crate) reason: String,
}

/// A column of the file.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundColumn {
    /// Its name, as it stands in the file.
    name: String,
    /// What it is read as; null where it is not read.
    found_as: Option<&'static str>,
}

/// A row as it will be stored.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoredRow {
    /// The line, as a spreadsheet counts.
    line: u64,
    first_name: String,
    last_name: String,
    /// With the country code.
    number: String,
    reference: Option<String>,
    timezone: Option<String>,
    language: Option<String>,
    /// When calls may begin, where the row says it.
    window_start: Option<String>,
    /// When calls must have ended.
    window_end: Option<String>,
    notes: Option<String>,
    consent: Option<bool>,
}

/// How many rows there are of each kind: `rows` is the sum of the others.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct RowCounts {
    /// That were looked at.
    rows: u64,
    /// That will be on the register.
    good: u64,
    /// Whose person is on the register already, or on an earlier line.
    known: u64,
    /// That cannot be loaded.
    bad: u64,
}

/// A remark about a line.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineRemark {
    /// The line, as a spreadsheet counts.
    pub(crate) line: u64,
    /// The column concerned, where it is one.
    pub(crate) column: Option<String>,
    /// A stable word.
    pub(crate) code: String,
    /// What was found and what was expected.
    pub(crate) reason: String,
}

impl From<LineNote> for LineRemark {
    fn from(LineNote { line, column, code, reason }: LineNote) -> Self {
        Self { line, column, code, reason }
    }
}

/// Looks at a file before it is loaded: what it would come to now. Looks at
/// about 20 000 rows; `complete` says whether there are more.
#[utoipa::path(get, path = "/api/uploads/{id}/preview", tag = "uploads", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What it would come to.", body = UploadPreview),
    (status = 404, description = "No file is there (yet, or any more).")))]
pub(crate) async fn preview(
    State(arrivals): State<Arrivals>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<UploadPreview>, Problem> {
    let id = UploadId::from_uuid(id);
    let staged = arrivals.staged(id).await?;
    arrivals.did(&caller, "upload.preview", id).await?;
    let within = Bounds { rows: ROWS, bytes: BYTES };
    let reading = look(arrivals.uploads.as_ref(), &staged, within).await?;
    let loaded = arrivals.batches.find(BatchId::of_upload(id)).await?;
    let mut shown = empty(id, &staged);
    match reading {
        Reading::Refused(refusal) => {
            shown.state = PreviewState::Refused;
            shown.refusal =
                Some(UploadRefusal { code: refusal.code().to_owned(), reason: refusal.to_string() });
        }
        Reading::Read(looked) => arrivals.rows(&staged, &looked, &mut shown).await?,
    }
    if let Some(batch) = loaded {
        shown.state = PreviewState::Loaded;
        shown.batch_id = Some(*batch.id.as_uuid());
    }
    Ok(Json(shown))
}

fn empty(id: UploadId, staged: &Staged) -> UploadPreview {
    UploadPreview {
        upload_id: *id.as_uuid(),
        state: PreviewState::Ready,
        file_name: staged.file_name.clone(),
        size: staged.size,
        refusal: None,
        columns: Vec::new(),
        first: Vec::new(),
        counts: RowCounts::default(),
        complete: true,
        lines: 0,
        bad: Vec::new(),
        warnings: Vec::new(),
        warning_count: 0,
        batch_id: None,
    }
}

impl UploadPreview {
    fn warn(&mut self, note: LineNote) {
        self.warning_count += 1;
        if self.warnings.len() < LISTED {
            self.warnings.push(note.into());
        }
    }

    fn reject(&mut self, note: LineNote) {
        self.counts.bad += 1;
        if self.bad.len() < LISTED {
            self.bad.push(note.into());
        }
    }
}

impl Arrivals {
    async fn rows(&self, staged: &Staged, looked: &Looked, shown: &mut UploadPreview) -> Result<(), Problem> {
        shown.columns = columns(looked);
        shown.complete = looked.complete;
        shown.lines = looked.opening.first_line.saturating_sub(1);
        for name in &looked.opening.unread_columns {
            shown.warn(LineNote {
                line: shown.lines,
                column: Some(name.clone()),
                code: "column_not_read".to_owned(),
                reason: format!("the column {name} is not one that is read; its values will be left out"),
            });
        }
        let mut met: BTreeMap<ResidentId, Profile> = BTreeMap::new();
        for chunk in &looked.chunks {
            let part = bytes(self.uploads.as_ref(), &staged.upload, (chunk.start, chunk.end)).await?;
            let mut rows = Vec::new();
            for line in read_rows(&part, &looked.layout, chunk.first_line, self.policy.region) {
                match line {
                    Line::Row(row) => rows.push(row),
                    Line::Rejected(note) => shown.reject(note.into()),
                    Line::Blank(note) => shown.warn(note.into()),
                }
            }
            shown.lines += chunk.lines;
            shown.counts.rows += chunk.rows;
            self.compare(rows, &mut met, shown).await?;
        }
        shown.warnings.sort_by_key(|note| note.line);
        Ok(())
    }

    /// Rows that are not bad are new or known, as the loader would find them.
    async fn compare(
        &self,
        rows: Vec<Row>,
        met: &mut BTreeMap<ResidentId, Profile>,
        shown: &mut UploadPreview,
    ) -> Result<(), Problem> {
        let ids: Vec<ResidentId> = rows.iter().map(|row| id_of(&row.profile)).collect();
        let stored = self.residents.get_each(&ids).await?;
        for ((Row { line, profile, notes }, id), stored) in rows.into_iter().zip(ids).zip(stored) {
            notes.into_iter().for_each(|note| shown.warn(note.into()));
            let known = stored.map(|stored| stored.value.profile).or_else(|| met.get(&id).cloned());
            let Some(known) = known else {
                shown.counts.good += 1;
                if shown.first.len() < FIRST {
                    shown.first.push(stored_row(line, &profile));
                }
                met.insert(id, profile);
                continue;
            };
            shown.counts.known += 1;
            if known != profile {
                shown.warn(LineNote {
                    line,
                    column: None,
                    code: "known_differs".to_owned(),
                    reason: "this person is on the register already, or on an earlier line, with other \
                             details; the register will not be changed"
                        .to_owned(),
                });
            }
        }
        Ok(())
    }
}

fn id_of(profile: &Profile) -> ResidentId {
    resident_id(profile.reference.as_deref(), profile.number, &profile.first_name, &profile.last_name)
}

fn columns(looked: &Looked) -> Vec<FoundColumn> {
    let header = &looked.layout.header;
    let shown = |(place, name): (usize, &String)| FoundColumn {
        name: name.chars().filter(|sign| !sign.is_control()).take(NAME_SHOWN).collect(),
        found_as: header.column_at(place).map(rollcall_roster::Column::name),
    };
    looked.opening.names.iter().enumerate().map(shown).collect()
}

fn stored_row(line: u64, profile: &Profile) -> StoredRow {
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let Profile { reference, first_name, last_name, timezone, language, notes, consent, .. } =
        profile.clone();
    StoredRow {
        line,
        first_name,
        last_name,
        number: profile.number.e164(),
        reference,
        timezone,
        language,
        window_start: profile.window.map(|window| time(window.start)),
        window_end: profile.window.map(|window| time(window.end)),
        notes,
        consent,
    }
}
