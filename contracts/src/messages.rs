//! What our queues carry. Ids, times and places in files; never a person.

use crate::envelope::Message;
use crate::upload::UploadRef;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::duty::Cause;
use rollcall_domain::ids::{BatchId, CallbackId, EscalationId, RequestId, ResidentId};
use rollcall_roster::Layout;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Ingest to loader: load these rows of an upload. The rows stay in the upload
/// store; this names the bytes they are in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsChunk {
    /// The batch they belong to.
    #[schemars(with = "uuid::Uuid")]
    pub batch: BatchId,
    /// The object in the upload store, in the form that was scanned.
    pub upload: UploadRef,
    /// Which chunk of the batch, from 1; chunk 0 is the header.
    pub chunk: u32,
    /// First byte of the object.
    pub start: u64,
    /// First byte after the chunk.
    pub end: u64,
    /// The line of the first row, as a spreadsheet counts (header = 1).
    pub first_line: u64,
    /// How the file is written and which column is which.
    #[schemars(with = "serde_json::Value")]
    pub layout: Layout,
}

impl Message for RowsChunk {
    const KIND: &'static str = "rows_chunk";
    const VERSION: u32 = 1;
}

/// Planner to dialer: dial this resident once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallRequest {
    /// The order; the attempt and the client token are derived from it.
    #[schemars(with = "uuid::Uuid")]
    pub request: RequestId,
    /// Whom to dial.
    #[schemars(with = "uuid::Uuid")]
    pub resident: ResidentId,
    /// When the order is void.
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

impl Message for CallRequest {
    const KIND: &'static str = "call_request";
    const VERSION: u32 = 1;
}

/// To whoever must know: duty officers, operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "notice")]
pub enum Notice {
    /// A resident was not reached, and this rung of the ladder is told.
    Escalated {
        /// Which case.
        #[schemars(with = "uuid::Uuid")]
        escalation: EscalationId,
        /// Whom it is about.
        #[schemars(with = "uuid::Uuid")]
        resident: ResidentId,
        /// Why.
        #[schemars(with = "String")]
        cause: Cause,
        /// When the duty that was not met arose.
        #[schemars(with = "String")]
        check_due: Timestamp,
        /// How often the case was raised: more than once where it had ended and
        /// was not over after all.
        round: u32,
        /// Which notice of this round, from 1.
        nth: u32,
        /// Who is told, as a stable word: `duty_officer`, `keyholder` or
        /// `welfare_visit`. Which keyholder is shown to those who sign in.
        rung: String,
        /// When somebody else is told, unless somebody accepts before.
        #[schemars(with = "String")]
        accept_by: Timestamp,
    },
    /// A promised callback is past its deadline, or Connect could not queue it.
    CallbackOverdue {
        /// To whom.
        #[schemars(with = "uuid::Uuid")]
        resident: ResidentId,
        /// Which promise.
        #[schemars(with = "uuid::Uuid")]
        callback: CallbackId,
    },
    /// An agent who spoke to a resident fears for their safety.
    Concern {
        /// For whom.
        #[schemars(with = "uuid::Uuid")]
        resident: ResidentId,
        /// Which promise the agent kept.
        #[schemars(with = "uuid::Uuid")]
        callback: CallbackId,
    },
    /// The states of the day do not add up to the register.
    LedgerMismatch {
        /// Residents by state.
        counted: u64,
        /// Residents on the register.
        register: u64,
    },
    /// The account of a day that is over is not what stands in the books. Whom it
    /// is about is shown to those who sign in.
    DayDiffers {
        /// Which day.
        #[schemars(with = "String")]
        day: Date,
        /// Residents at least.
        differences: u64,
    },
    /// A person stopped all dialing. Why is for those who sign in: words of
    /// people do not leave the service.
    DialingStopped {
        /// Which change of the switch.
        change: u64,
        /// When.
        #[schemars(with = "String")]
        at: Timestamp,
        /// The account.
        by: String,
    },
    /// Dialing stopped by itself; a person must start it again.
    DialingTripped {
        /// Which change of the switch.
        change: u64,
        /// When.
        #[schemars(with = "String")]
        at: Timestamp,
        /// Why, as a stable word.
        cause: String,
        /// Why, with the facts, in plain words.
        why: String,
    },
    /// A person started dialing again.
    DialingStarted {
        /// Which change of the switch.
        change: u64,
        /// When.
        #[schemars(with = "String")]
        at: Timestamp,
        /// The account.
        by: String,
    },
}

impl Message for Notice {
    const KIND: &'static str = "notice";
    /// 2: an escalation names its case and the rung that is told.
    const VERSION: u32 = 2;
}

impl Notice {
    /// A text that is the same for every repeat of the same notice, so that a
    /// receiver can tell a repeat from news.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Escalated { resident, check_due, cause, round, nth, rung, .. } => {
                format!("escalated/{resident}/{check_due}/{cause:?}/{round}.{nth} {rung}")
            }
            Self::CallbackOverdue { callback, .. } => format!("callback_overdue/{callback}"),
            Self::Concern { callback, .. } => format!("concern/{callback}"),
            Self::DayDiffers { day, differences } => format!("day_differs/{day}/{differences}"),
            Self::LedgerMismatch { counted, register } => format!("ledger_mismatch/{counted}/{register}"),
            Self::DialingStopped { change, .. }
            | Self::DialingTripped { change, .. }
            | Self::DialingStarted { change, .. } => format!("dialing/{change}"),
        }
    }
}
