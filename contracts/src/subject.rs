//! Everything that is kept of one person, as they may ask for it ("subject
//! access"): one document, class by class.

use jiff::Timestamp;
use rollcall_domain::ids::ResidentId;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The document. Names of fields are stable; what is added later is new fields.
///
/// Of other people it holds what cannot be told apart from the person's own
/// data: the names of their keyholders, not the numbers, which were given for
/// another purpose; and of the staff that somebody of them did or wrote
/// something, not who.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SubjectAccess {
    /// The form of this document: 1.
    pub version: u32,
    /// The id by which the person is known.
    #[schemars(with = "uuid::Uuid")]
    pub resident_id: ResidentId,
    /// When it was made.
    #[schemars(with = "String")]
    pub made_at: Timestamp,
    /// Every class of data, also those of which nothing is kept.
    pub classes: Vec<ClassOfData>,
}

/// All that is kept of the person in one class.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClassOfData {
    /// A stable word.
    pub class: String,
    /// What it is kept for.
    pub purpose: String,
    /// For how long.
    pub kept: String,
    /// What there is, in the form in which it is stored.
    pub items: Vec<Value>,
}
