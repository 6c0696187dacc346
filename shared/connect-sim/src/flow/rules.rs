//! What each type of action takes, as a table. One row per type, from the flow-language pages of the Connect API
//! reference; the error branches are those without which, or with more than which, the live service refuses a flow.

/// Everything the checker knows about one type of action.
pub(super) struct Rule {
    /// `Type` in the document.
    pub(super) kind: &'static str,
    /// Parameters it must have.
    pub(super) required: &'static [(&'static str, Parameter)],
    /// Parameters it may have.
    pub(super) optional: &'static [(&'static str, Parameter)],
    /// Exactly these error branches.
    pub(super) errors: &'static [&'static str],
    /// Its conditions.
    pub(super) conditions: Conditions,
    /// Whether it must name a next action; if not it is a last action, with no transitions at all.
    pub(super) goes_on: bool,
}

/// The form of a parameter.
#[derive(Clone, Copy)]
pub(super) enum Parameter {
    /// Any text.
    Text,
    /// A reference, never fixed text.
    Reference,
    /// A whole number written as text, within limits.
    Number(u32, u32),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Names and texts.
    Map,
    /// An object or list that is not looked into, except for numbers that should be texts.
    Nested,
    /// An object with exactly one of these keys.
    OneKey(&'static [&'static str]),
}

/// The conditions of an action.
#[derive(Clone, Copy)]
pub(super) enum Conditions {
    /// None.
    None,
    /// `Equals` one key each, 0–9, `*` or `#`.
    Keys,
    /// `Equals` each of these, once.
    Exactly(&'static [&'static str]),
    /// At least one, any operator.
    Some,
}

/// The forms that speech can take; an action that speaks has exactly one.
pub(super) const SPEECH: [&str; 4] = ["Text", "SSML", "PromptId", "Media"];

const NO_MATCH: &[&str] = &["NoMatchingError"];
const DAYS_3: u32 = 259_200;
const HOOKS: &[&str] = &[
    "AgentHold",
    "AgentWhisper",
    "CustomerHold",
    "CustomerQueue",
    "CustomerRemaining",
    "CustomerWhisper",
    "DefaultAgentUI",
    "DisconnectAgentUI",
    "PauseContact",
    "ResumeContact",
];

/// A type whose only error branch is `NoMatchingError`; the others are written as changes to this.
const PLAIN: Rule = Rule {
    kind: "",
    required: &[],
    optional: &[],
    errors: NO_MATCH,
    conditions: Conditions::None,
    goes_on: true,
};

/// `GetParticipantInput` with a menu of keys.
pub(super) static MENU: Rule = Rule {
    kind: "GetParticipantInput",
    required: &[
        ("InputTimeLimitSeconds", Parameter::Number(1, 180)),
        ("StoreInput", Parameter::OneOf(&["False"])),
    ],
    errors: &["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"],
    conditions: Conditions::Keys,
    ..PLAIN
};

/// `GetParticipantInput` that stores what was typed, without phone validation.
pub(super) static STORE: Rule = Rule {
    kind: "GetParticipantInput",
    required: &[
        ("InputTimeLimitSeconds", Parameter::Number(1, 180)),
        ("StoreInput", Parameter::OneOf(&["True"])),
        ("InputValidation", Parameter::OneKey(&["CustomValidation", "PhoneNumberValidation"])),
    ],
    optional: &[("DTMFConfiguration", Parameter::Nested), ("InputEncryption", Parameter::Nested)],
    ..PLAIN
};

/// Every other type.
pub(super) static RULES: [Rule; 20] = [
    Rule {
        kind: "UpdateContactAttributes",
        required: &[
            ("Attributes", Parameter::Map),
            ("TargetContact", Parameter::OneOf(&["Current", "Related"])),
        ],
        ..PLAIN
    },
    Rule {
        kind: "UpdateContactRecordingBehavior",
        required: &[("RecordingBehavior", Parameter::Nested)],
        optional: &[("AnalyticsBehavior", Parameter::Nested)],
        errors: &[],
        ..PLAIN
    },
    Rule {
        kind: "UpdateContactTextToSpeechVoice",
        required: &[("TextToSpeechVoice", Parameter::Text)],
        optional: &[
            ("TextToSpeechEngine", Parameter::OneOf(&["Standard", "Neural", "Generative"])),
            ("TextToSpeechStyle", Parameter::Text),
        ],
        ..PLAIN
    },
    Rule { kind: "MessageParticipant", ..PLAIN },
    Rule {
        kind: "InvokeLambdaFunction",
        required: &[
            ("LambdaFunctionARN", Parameter::Text),
            ("InvocationTimeLimitSeconds", Parameter::Number(1, 8)),
        ],
        optional: &[
            ("LambdaInvocationAttributes", Parameter::Map),
            ("InvocationType", Parameter::OneOf(&["SYNCHRONOUS", "ASYNCHRONOUS"])),
            ("ResponseValidation", Parameter::Nested),
        ],
        ..PLAIN
    },
    Rule {
        kind: "UpdateContactCallbackNumber",
        required: &[("CallbackNumber", Parameter::Reference)],
        errors: &["InvalidCallbackNumber", "CallbackNumberNotDialable"],
        ..PLAIN
    },
    Rule {
        kind: "CreateCallbackContact",
        required: &[
            ("InitialCallDelaySeconds", Parameter::Number(1, DAYS_3)),
            ("MaximumConnectionAttempts", Parameter::Number(1, u32::MAX)),
            ("RetryDelaySeconds", Parameter::Number(1, DAYS_3)),
        ],
        optional: &[
            ("QueueId", Parameter::Text),
            ("AgentId", Parameter::Text),
            ("ContactFlowId", Parameter::Text),
            ("CallerId", Parameter::Nested),
        ],
        ..PLAIN
    },
    Rule {
        kind: "UpdateContactTargetQueue",
        optional: &[("QueueId", Parameter::Text), ("AgentId", Parameter::Text)],
        ..PLAIN
    },
    Rule { kind: "TransferContactToQueue", errors: &["QueueAtCapacity", "NoMatchingError"], ..PLAIN },
    Rule { kind: "UpdateContactEventHooks", required: &[("EventHooks", Parameter::OneKey(HOOKS))], ..PLAIN },
    Rule {
        kind: "Loop",
        required: &[("LoopCount", Parameter::Number(0, 100))],
        errors: &[],
        conditions: Conditions::Exactly(&["ContinueLooping", "DoneLooping"]),
        ..PLAIN
    },
    Rule {
        kind: "Compare",
        required: &[("ComparisonValue", Parameter::Reference)],
        errors: &["NoMatchingCondition"],
        conditions: Conditions::Some,
        ..PLAIN
    },
    Rule {
        kind: "CheckOutboundCallStatus",
        conditions: Conditions::Exactly(&["CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected"]),
        ..PLAIN
    },
    Rule {
        kind: "CheckHoursOfOperation",
        optional: &[("HoursOfOperationId", Parameter::Text)],
        conditions: Conditions::Exactly(&["True", "False"]),
        ..PLAIN
    },
    Rule {
        kind: "CheckMetricData",
        required: &[("MetricType", Parameter::Text)],
        optional: &[("QueueId", Parameter::Text), ("AgentId", Parameter::Text)],
        errors: &["NoMatchingError", "NoMatchingCondition"],
        conditions: Conditions::Some,
        ..PLAIN
    },
    Rule {
        kind: "Wait",
        required: &[("TimeLimitSeconds", Parameter::Number(1, 604_800))],
        conditions: Conditions::Exactly(&["WaitCompleted"]),
        ..PLAIN
    },
    Rule {
        kind: "UpdateFlowLoggingBehavior",
        required: &[("FlowLoggingBehavior", Parameter::OneOf(&["Enabled", "Disabled"]))],
        errors: &[],
        ..PLAIN
    },
    Rule { kind: "TransferToFlow", required: &[("ContactFlowId", Parameter::Text)], ..PLAIN },
    Rule { kind: "DisconnectParticipant", errors: &[], goes_on: false, ..PLAIN },
    Rule { kind: "EndFlowExecution", errors: &[], goes_on: false, ..PLAIN },
];
