//! Call flows in Amazon Connect's flow language, version 2019-10-30: reading, judging and making ready to run.
//!
//! [`Flow::parse`] refuses what the service refuses on saving (required and surplus error branches, numbers that are not
//! texts, dangling transitions, …) and, beyond that, actions that nothing leads to. The rules are those of the Connect
//! API reference, flow language, with the required branches as the live service asks for them.

mod check;
mod document;
mod prepare;
mod rules;
mod speech;

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;

/// The flow that Rollcall ships for its check calls, with placeholders `${KeyPressFunctionArn}`, `${CallbackQueueArn}`,
/// `${OrganisationName}` and `${OrganisationTelephone}`.
pub const CHECK_CALL: &str = include_str!("../../../../infra/connect/check-call-flow.json");

/// The same conversation for one machine, which Connect cannot call: no function. An answer is noted once it is an
/// attribute of the contact, which its record carries, and it is confirmed to the resident only then. Without the
/// placeholder `${KeyPressFunctionArn}`.
pub const CHECK_CALL_WITHOUT_FUNCTION: &str =
    include_str!("../../../../infra/connect/check-call-flow-without-function.json");

/// A flow that passed all rules and is ready to be run action by action.
#[derive(Clone, Debug)]
pub struct Flow {
    actions: Vec<Action>,
    start: usize,
}

impl Flow {
    /// Reads a flow document and puts `substitutions` in place of its `${Name}` placeholders, as CloudFormation's
    /// `Fn::Sub` would.
    ///
    /// # Errors
    /// All problems found, not only the first.
    pub fn parse(json: &str, substitutions: &BTreeMap<String, String>) -> Result<Self, Vec<FlowProblem>> {
        let document = document::read(json, substitutions)?;
        let problems = check::problems(json.len(), &document);
        if !problems.is_empty() {
            return Err(problems);
        }
        prepare::flow(&document)
    }

    /// All actions; transitions are indexes into this list.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Index of the action with which the flow starts.
    pub fn start(&self) -> usize {
        self.start
    }
}

/// One action of a flow.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its identifier in the document.
    pub id: String,
    /// What it does and where it leads.
    pub step: Step,
}

/// What an action does to a voice call of general traffic, and the indexes of the actions it leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Speaks.
    Say {
        /// How long the speech takes.
        lasts: SignedDuration,
        /// Where to go afterwards.
        next: usize,
    },
    /// Speaks, then waits for one key.
    Ask {
        /// How long the speech takes; a key ends it.
        lasts: SignedDuration,
        /// How long to wait for a key after the speech.
        wait: SignedDuration,
        /// The keys offered.
        keys: Vec<(char, usize)>,
        /// No key in time.
        silence: usize,
        /// A key that is not offered.
        other_key: usize,
        /// The block itself failed.
        error: usize,
    },
    /// Sets user-defined attributes of the contact.
    SetAttributes {
        /// Names and values.
        values: Vec<(String, Text)>,
        /// Where to go afterwards.
        next: usize,
        /// Attributes over 32 KB.
        error: usize,
    },
    /// Calls a function and waits for its answer.
    Invoke {
        /// Time for one try, 1 to 8 s.
        limit: SignedDuration,
        /// Parameters of the call.
        parameters: Vec<(String, Text)>,
        /// The function answered with a flat string map.
        next: usize,
        /// It failed, or took too long, and so did the retries.
        error: usize,
    },
    /// Compares a value.
    Compare {
        /// What to compare.
        value: Text,
        /// Branches in order; the first that holds is taken.
        cases: Vec<Case>,
        /// None held.
        otherwise: usize,
    },
    /// Counts passes.
    Loop {
        /// How often `again` is taken before `done`.
        count: u32,
        /// Once more.
        again: usize,
        /// All passes made; the count starts anew.
        done: usize,
    },
    /// Sets the number for a callback.
    SetCallbackNumber {
        /// The number, always a reference.
        number: Text,
        /// Where to go afterwards.
        next: usize,
        /// Not a telephone number.
        invalid: usize,
        /// A number that may not be called.
        not_dialable: usize,
    },
    /// Sets the queue of the contact.
    SetQueue {
        /// Id or ARN of the queue.
        queue: Text,
        /// Where to go afterwards.
        next: usize,
        /// No such queue.
        error: usize,
    },
    /// Creates a queued callback.
    CreateCallback {
        /// Queue other than the contact's.
        queue: Option<Text>,
        /// From now until it enters the queue.
        initial_delay: SignedDuration,
        /// Dials in all.
        attempts: u32,
        /// From an unanswered dial to the next stay in the queue.
        retry_delay: SignedDuration,
        /// Where to go afterwards.
        next: usize,
        /// It could not be created.
        error: usize,
    },
    /// Does nothing that a caller could notice: logging, recording, voice, event hooks; or is meant for other traffic,
    /// so that a general voice call takes its error branch.
    Pass {
        /// Where to go.
        next: usize,
    },
    /// Hangs up.
    HangUp,
}

impl Step {
    /// Every action that may come next.
    pub fn leads_to(&self) -> Vec<usize> {
        match self {
            Self::Say { next, .. } | Self::Pass { next } => vec![*next],
            Self::Ask { keys, silence, other_key, error, .. } => {
                keys.iter().map(|(_, next)| *next).chain([*silence, *other_key, *error]).collect()
            }
            Self::SetAttributes { next, error, .. }
            | Self::Invoke { next, error, .. }
            | Self::SetQueue { next, error, .. }
            | Self::CreateCallback { next, error, .. } => vec![*next, *error],
            Self::Compare { cases, otherwise, .. } => {
                cases.iter().map(|case| case.next).chain([*otherwise]).collect()
            }
            Self::Loop { again, done, .. } => vec![*again, *done],
            Self::SetCallbackNumber { next, invalid, not_dialable, .. } => {
                vec![*next, *invalid, *not_dialable]
            }
            Self::HangUp => Vec::new(),
        }
    }
}

/// A branch of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub operand: String,
    /// Where to go if it holds.
    pub next: usize,
}

/// A comparison of the flow language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The same text.
    Equals,
    /// Begins with.
    TextStartsWith,
    /// Ends with.
    TextEndsWith,
    /// Contains.
    TextContains,
    /// Both numbers, greater.
    NumberGreaterThan,
    /// Both numbers, greater or equal.
    NumberGreaterOrEqualTo,
    /// Both numbers, less.
    NumberLessThan,
    /// Both numbers, less or equal.
    NumberLessOrEqualTo,
}

impl Operator {
    /// Whether the comparison holds; a number comparison with something that is no number does not.
    pub fn holds(self, value: &str, operand: &str) -> bool {
        let numbers = || Some((value.parse::<f64>().ok()?, operand.parse::<f64>().ok()?));
        match self {
            Self::Equals => value == operand,
            Self::TextStartsWith => value.starts_with(operand),
            Self::TextEndsWith => value.ends_with(operand),
            Self::TextContains => value.contains(operand),
            Self::NumberGreaterThan => numbers().is_some_and(|(a, b)| a > b),
            Self::NumberGreaterOrEqualTo => numbers().is_some_and(|(a, b)| a >= b),
            Self::NumberLessThan => numbers().is_some_and(|(a, b)| a < b),
            Self::NumberLessOrEqualTo => numbers().is_some_and(|(a, b)| a <= b),
        }
    }
}

/// A parameter: fixed text, or a reference such as `$.External.status` resolved when the action runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Said in the document.
    Fixed(String),
    /// A JSONPath without its leading `$.`.
    Reference(String),
}

/// Something wrong with a flow document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowProblem {
    /// The action it is about; absent for the document as a whole.
    pub action: Option<String>,
    /// The rule that is broken.
    pub rule: FlowRule,
    /// What was found.
    pub detail: String,
}

impl fmt::Display for FlowProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Some(action) => write!(formatter, "action {action}: {:?}: {}", self.rule, self.detail),
            None => write!(formatter, "{:?}: {}", self.rule, self.detail),
        }
    }
}

/// The rules a flow document must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowRule {
    /// JSON of the documented shape.
    Shape,
    /// At most 256 000 characters.
    TooLong,
    /// Version is `2019-10-30`.
    Version,
    /// Every `${Name}` has a substitution.
    Placeholder,
    /// At most 250 actions.
    TooManyActions,
    /// Identifiers of 1 to 50 characters, none of `% : ( \ / ) = $ , ; [ ] { }`.
    Identifier,
    /// No identifier twice.
    Duplicate,
    /// Start and transitions name actions that exist.
    Dangling,
    /// Something leads to every action.
    Unreachable,
    /// A known type of action.
    UnknownType,
    /// Numbers and booleans are written as texts.
    NumberNotText,
    /// Parameters that the action needs, within their limits, and no others.
    Parameter,
    /// The error branches that the action needs.
    MissingError,
    /// No error branch that the action does not have.
    SurplusError,
    /// The conditions that the action needs, with known operators.
    Conditions,
    /// `NextAction` present, or absent on a last action; where the service wants it, the same as a branch.
    NextAction,
    /// A valid action that the simulated Connect cannot run.
    NotSimulated,
}
