/// The outside did not behave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No answer: the effect may or may not have happened.
    #[error("no answer from {0}")]
    Unanswered(&'static str),
    /// Too busy, and said so: the effect certainly did not happen.
    #[error("{0} is throttling")]
    Throttled(&'static str),
    /// It refused for a reason that repeating will not change (rights,
    /// configuration, a broken store): the effect did not happen. The text
    /// names the reason and never holds personal data.
    #[error("{port} refused: {reason}")]
    Refused {
        /// Which port.
        port: &'static str,
        /// Why.
        reason: String,
    },
}
