use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;

/// What would come of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// It would be carried out.
    Applies,
    /// It would be acknowledged without effect.
    Nothing,
    /// It would have to wait, and come again.
    Waits,
    /// It would be set aside again.
    ParksAgain,
}

impl Prospect {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Applies => "applies",
            Self::Nothing => "nothing",
            Self::Waits => "waits",
            Self::ParksAgain => "parks_again",
        }
    }
}

/// What would come of a message if it were handled now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// In one word.
    pub prospect: Prospect,
    /// Why, as a stable word.
    pub code: &'static str,
    /// The same for people, with times as they are there. Ids only.
    pub text: String,
    /// When that changes, if time alone does it.
    pub until: Option<Timestamp>,
}

impl Foreseen {
    /// It would be set aside again, because its handler cannot read it.
    #[must_use]
    pub fn malformed(reason: &str) -> Self {
        let text = format!("still malformed: {reason}");
        Self { prospect: Prospect::ParksAgain, code: "malformed", text, until: None }
    }

    /// What is foreseen, when time changes nothing.
    #[must_use]
    pub fn new(prospect: Prospect, code: &'static str, text: impl Into<String>) -> Self {
        Self { prospect, code, text: text.into(), until: None }
    }
}

/// Tells what would come of messages, by the very decisions of their handlers.
#[async_trait]
pub trait Foresight: Send + Sync {
    /// What would come of this message if it came from `source` now. MUST NOT
    /// change anything anywhere, nor tell anybody.
    async fn foresee(&self, source: &str, body: &[u8]) -> Result<Foreseen, Fault>;
}
