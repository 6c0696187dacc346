//! Turning a checked document into steps.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use super::document::{Document, RawAction};
use super::{Action, Case, Flow, FlowProblem, FlowRule, Operator, Step, Text, speech};

/// The steps of a document without problems.
pub(super) fn flow(document: &Document) -> Result<Flow, Vec<FlowProblem>> {
    let index: BTreeMap<&str, usize> =
        document.actions.iter().enumerate().map(|(at, action)| (action.identifier.as_str(), at)).collect();
    let mut actions = Vec::with_capacity(document.actions.len());
    let mut problems = Vec::new();
    for action in &document.actions {
        match step(&Raw { action, index: &index }) {
            Some(step) => actions.push(Action { id: action.identifier.clone(), step }),
            // The check has found nothing, so this would be a gap in the check; it is told rather than guessed over.
            None => problems.push(FlowProblem {
                action: Some(action.identifier.clone()),
                rule: FlowRule::NotSimulated,
                detail: action.kind.clone(),
            }),
        }
    }
    match index.get(document.start_action.as_str()) {
        Some(start) if problems.is_empty() => Ok(Flow { actions, start: *start }),
        _ => Err(problems),
    }
}

/// Whether the simulated Connect can run this action.
pub(super) fn is_simulated(action: &RawAction) -> bool {
    match action.kind.as_str() {
        "TransferContactToQueue"
        | "CheckHoursOfOperation"
        | "CheckMetricData"
        | "TransferToFlow"
        | "EndFlowExecution" => false,
        "GetParticipantInput" => action.text("StoreInput") != "True",
        "InvokeLambdaFunction" => action.text("InvocationType") != "ASYNCHRONOUS",
        "UpdateContactTargetQueue" => !action.parameters.contains_key("AgentId"),
        "CreateCallbackContact" => {
            !action.parameters.contains_key("AgentId") && !action.parameters.contains_key("ContactFlowId")
        }
        _ => true,
    }
}

/// The operator of that name.
pub(super) fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        "Equals" => Operator::Equals,
        "TextStartsWith" => Operator::TextStartsWith,
        "TextEndsWith" => Operator::TextEndsWith,
        "TextContains" => Operator::TextContains,
        "NumberGreaterThan" => Operator::NumberGreaterThan,
        "NumberGreaterOrEqualTo" => Operator::NumberGreaterOrEqualTo,
        "NumberLessThan" => Operator::NumberLessThan,
        "NumberLessOrEqualTo" => Operator::NumberLessOrEqualTo,
        _ => return None,
    })
}

struct Raw<'d> {
    action: &'d RawAction,
    index: &'d BTreeMap<&'d str, usize>,
}

impl Raw<'_> {
    fn next(&self) -> Option<usize> {
        self.index.get(self.action.transitions.next_action.as_deref()?).copied()
    }

    fn error(&self, kind: &str) -> Option<usize> {
        self.index.get(self.action.on_error(kind)?).copied()
    }

    fn text(&self, name: &str) -> Text {
        text(self.action.text(name))
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.action.text(name).parse().ok()
    }

    fn seconds(&self, name: &str) -> Option<SignedDuration> {
        self.number(name).map(|seconds| SignedDuration::from_secs(i64::from(seconds)))
    }

    fn map(&self, name: &str) -> Vec<(String, Text)> {
        let entries = self.action.parameters.get(name).and_then(Value::as_object).into_iter().flatten();
        entries.map(|(name, value)| (name.clone(), text(value.as_str().unwrap_or_default()))).collect()
    }

    fn lasts(&self) -> SignedDuration {
        let markup = self.action.text("SSML");
        match (self.action.text("Text"), markup) {
            ("", "") => SignedDuration::from_secs(5), // a recorded prompt, whose length the document does not tell
            ("", markup) => speech::lasts(markup, true),
            (text, _) => speech::lasts(text, false),
        }
    }

    fn cases(&self) -> Option<Vec<Case>> {
        let case = |branch: &super::document::ConditionBranch| {
            let operand = branch.condition.operands.first()?.clone();
            let next = *self.index.get(branch.next_action.as_str())?;
            Some(Case { operator: operator(&branch.condition.operator)?, operand, next })
        };
        self.action.transitions.conditions.iter().map(case).collect()
    }
}

fn step(raw: &Raw<'_>) -> Option<Step> {
    let error = "NoMatchingError";
    Some(match raw.action.kind.as_str() {
        "MessageParticipant" => Step::Say { lasts: raw.lasts(), next: raw.next()? },
        "GetParticipantInput" => Step::Ask {
            lasts: raw.lasts(),
            wait: raw.seconds("InputTimeLimitSeconds")?,
            keys: raw
                .cases()?
                .iter()
                .filter_map(|case| Some((case.operand.chars().next()?, case.next)))
                .collect(),
            silence: raw.error("InputTimeLimitExceeded")?,
            other_key: raw.error("NoMatchingCondition")?,
            error: raw.error(error)?,
        },
        "UpdateContactAttributes" => {
            Step::SetAttributes { values: raw.map("Attributes"), next: raw.next()?, error: raw.error(error)? }
        }
        "InvokeLambdaFunction" => Step::Invoke {
            limit: raw.seconds("InvocationTimeLimitSeconds")?,
            parameters: raw.map("LambdaInvocationAttributes"),
            next: raw.next()?,
            error: raw.error(error)?,
        },
        "Compare" => Step::Compare {
            value: raw.text("ComparisonValue"),
            cases: raw.cases()?,
            otherwise: raw.error("NoMatchingCondition")?,
        },
        "Loop" => {
            let cases = raw.cases()?;
            let to = |word: &str| cases.iter().find(|case| case.operand == word).map(|case| case.next);
            Step::Loop {
                count: raw.number("LoopCount")?,
                again: to("ContinueLooping")?,
                done: to("DoneLooping")?,
            }
        }
        "UpdateContactCallbackNumber" => Step::SetCallbackNumber {
            number: raw.text("CallbackNumber"),
            next: raw.next()?,
            invalid: raw.error("InvalidCallbackNumber")?,
            not_dialable: raw.error("CallbackNumberNotDialable")?,
        },
        "UpdateContactTargetQueue" => {
            Step::SetQueue { queue: raw.text("QueueId"), next: raw.next()?, error: raw.error(error)? }
        }
        "CreateCallbackContact" => Step::CreateCallback {
            queue: raw.action.parameters.contains_key("QueueId").then(|| raw.text("QueueId")),
            initial_delay: raw.seconds("InitialCallDelaySeconds")?,
            attempts: raw.number("MaximumConnectionAttempts")?,
            retry_delay: raw.seconds("RetryDelaySeconds")?,
            next: raw.next()?,
            error: raw.error(error)?,
        },
        "CheckOutboundCallStatus" | "Wait" => Step::Pass { next: raw.error(error)? },
        "UpdateContactRecordingBehavior"
        | "UpdateContactTextToSpeechVoice"
        | "UpdateContactEventHooks"
        | "UpdateFlowLoggingBehavior" => Step::Pass { next: raw.next()? },
        "DisconnectParticipant" => Step::HangUp,
        _ => return None,
    })
}

fn text(value: &str) -> Text {
    value
        .strip_prefix("$.")
        .map_or_else(|| Text::Fixed(value.to_owned()), |path| Text::Reference(path.to_owned()))
}
