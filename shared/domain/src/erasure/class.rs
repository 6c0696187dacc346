//! The one list of all that is kept of anybody.

use crate::retention::Retention;
use serde::{Deserialize, Serialize};

/// A class of data about people. A new store belongs to one of them, or is a
/// new one: tests of the adapters name every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The record on the register, with name, number, notes and keyholders.
    Register,
    /// Promises that an agent rings them.
    Callbacks,
    /// Cases of when they were not reached, with what people noted.
    Escalations,
    /// Notices about them.
    Notices,
    /// Messages on their way.
    Queues,
    /// Messages that were set aside.
    Letters,
    /// Records of their calls on the stream.
    Stream,
    /// What the suppression list says of them.
    Suppressions,
    /// The results of their days.
    Days,
    /// The calls to them.
    Attempts,
    /// When their number rang last.
    Numbers,
    /// Their rows in uploaded lists.
    Lists,
    /// The account of each upload.
    Batches,
    /// What the store keeps of what was deleted there.
    Residue,
    /// The accounts of days that are over: where everybody stood, by an id.
    Accounts,
    /// The audit log: that something was done, without the person.
    Audit,
    /// That they were, or are being, erased.
    Erasures,
}

impl Class {
    /// All, in the order in which they are cleaned: the record first, so that
    /// nobody calls any more; what is found by the calls before the calls; the
    /// leftovers of the store last.
    pub const ALL: [Self; 17] = [
        Self::Register,
        Self::Callbacks,
        Self::Escalations,
        Self::Notices,
        Self::Queues,
        Self::Letters,
        Self::Stream,
        Self::Suppressions,
        Self::Days,
        Self::Attempts,
        Self::Numbers,
        Self::Lists,
        Self::Batches,
        Self::Residue,
        Self::Accounts,
        Self::Audit,
        Self::Erasures,
    ];

    /// Those that an erasure cleans.
    pub fn erased() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|class| class.is_erased())
    }

    /// Whether an erasure cleans it. The accounts of days, the audit log and the
    /// record of the erasure itself stay: they say what was, and what was done,
    /// and name nobody but by an id, which only somebody can make anew who knows
    /// the person already.
    #[must_use]
    pub fn is_erased(self) -> bool {
        !matches!(self, Self::Accounts | Self::Audit | Self::Erasures)
    }

    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Callbacks => "callbacks",
            Self::Escalations => "escalations",
            Self::Notices => "notices",
            Self::Queues => "queues",
            Self::Letters => "letters",
            Self::Stream => "stream",
            Self::Suppressions => "suppressions",
            Self::Days => "days",
            Self::Attempts => "attempts",
            Self::Numbers => "numbers",
            Self::Lists => "lists",
            Self::Batches => "batches",
            Self::Residue => "residue",
            Self::Accounts => "accounts",
            Self::Audit => "audit",
            Self::Erasures => "erasures",
        }
    }

    /// What it is kept for, in words for the person it is about.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Register => {
                "to call you at the right times, and to tell whoever helps you what they must know"
            }
            Self::Callbacks => "to keep the promise that somebody rings you back",
            Self::Escalations => "to have somebody see to you when you were not reached",
            Self::Notices => "to tell duty officers that you were not reached, by an id and not by name",
            Self::Queues => "orders to call you that are on their way, by an id and not by name",
            Self::Letters => "messages that could not be handled, until somebody sees to them",
            Self::Stream => {
                "records of your calls as the telephone service tells them, until they are taken in"
            }
            Self::Suppressions => "not to call you where you, or others for you, asked for that",
            Self::Days => "to show on which days you were well, and to account for everybody each day",
            Self::Attempts => "to know when you were called and what came of it, and never to call too often",
            Self::Numbers => "never to ring one telephone twice within minutes",
            Self::Lists => {
                "the lists that brought you, for as long as somebody may have to mend or undo them"
            }
            Self::Batches => "to account for every line of a list, by its number",
            Self::Residue => "nothing: what storage keeps of deleted data until it is overwritten",
            Self::Accounts => "to prove that everybody was accounted for each day: where you stood, by an id",
            Self::Audit => "to prove who looked at your record or changed it, and when",
            Self::Erasures => "to prove that you were erased, by whom, when and why",
        }
    }

    /// For how long it is kept, in words, by a policy of retention. Whatever it names
    /// is carried out: by the sweep on one machine, by the stores themselves on
    /// AWS; see ARCHITECTURE.md.
    #[must_use]
    pub fn kept(self, retention: &Retention) -> String {
        let aged = retention.words(self).unwrap_or_default();
        match self {
            Self::Register => "until you are taken off the register".to_owned(),
            Self::Callbacks | Self::Escalations => {
                format!("{aged} from when it is over, then it is deleted within days")
            }
            Self::Notices | Self::Batches => {
                format!("{aged}, then it is deleted within days; it names nobody")
            }
            Self::Queues => "minutes; days if something is wrong".to_owned(),
            Self::Letters => {
                format!(
                    "until somebody has seen to it, and {aged} from then on, then it is deleted within days"
                )
            }
            Self::Stream => "7 days at most".to_owned(),
            Self::Suppressions => {
                "until the entry is taken off the list; for a number also after you are erased".to_owned()
            }
            // S3 changes no object: a list is copied without somebody's rows, and a copy is as old as itself.
            Self::Lists => format!(
                "{aged}, on AWS from when somebody was last erased from it, then it is deleted within days"
            ),
            Self::Days | Self::Attempts | Self::Accounts | Self::Audit | Self::Erasures => {
                format!("{aged}, then it is deleted within days")
            }
            // On AWS whoever has a number, and when it rang, is one thing.
            Self::Numbers => format!(
                "{aged} from when it rang last, on AWS at least until you are taken off the register, then it is \
                 deleted within days"
            ),
            Self::Residue => "until it is overwritten; at an erasure at once".to_owned(),
        }
    }
}
