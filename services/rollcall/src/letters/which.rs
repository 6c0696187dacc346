//! From words on the command line to letters.

use super::{Desk, PAGE};
use crate::args::SomeLetters;
use crate::stop::Stop;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Filter, Letter, LetterState, Which};
use rollcall_ports::Versioned;

/// Fewer characters of an id name nothing on purpose.
const LEAST: usize = 4;

impl SomeLetters {
    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        let Self { queue, kind, cause, older_than, resident } = self;
        [queue, kind, cause, older_than, resident].iter().all(|one| one.is_none())
    }

    /// What is said, with all that cannot be understood at once.
    pub(super) fn filter(&self, which: Which, now: Timestamp) -> Result<Filter, Stop> {
        let mut problems = Vec::new();
        let mut note = |problem: String| problems.push(problem);
        let parked_until = self.older_than.as_deref().and_then(|text| {
            let before = age(text).and_then(|age| now.checked_sub(age).ok());
            if before.is_none() {
                note(format!(
                    "--older-than {text:?} is no time; expected a number and s, m, h or d, such as 90m"
                ));
            }
            before
        });
        let resident = self.resident.as_deref().and_then(|text| {
            let id = text.trim().parse().ok();
            if id.is_none() {
                note(format!("--resident {text:?} is no id; expected one as `rollcall residents` shows it"));
            }
            id
        });
        if !problems.is_empty() {
            return Err(Stop::Unusable(problems));
        }
        Ok(Filter {
            source: self.queue.clone(),
            kind: self.kind.clone(),
            cause: self.cause.clone(),
            resident,
            parked_from: None,
            parked_until,
            which,
        })
    }
}

fn age(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u32 = number.trim().parse().ok()?;
    Some(SignedDuration::from_secs(i64::from(number).checked_mul(seconds)?))
}

/// Where letters stand, by the word of the command line.
pub(super) fn standing(word: &str) -> Result<Which, Stop> {
    Ok(match word {
        "waiting" => Which::Waiting,
        "open" => Which::Only(LetterState::Open),
        "replaying" => Which::Only(LetterState::Replaying),
        "applied" => Which::Only(LetterState::Applied),
        "discarded" => Which::Only(LetterState::Discarded),
        "all" => Which::All,
        _ => {
            return Err(Stop::unusable(format_args!(
                "--state {word:?} is none; expected waiting, open, replaying, applied, discarded or all"
            )));
        }
    })
}

impl Desk {
    /// Every letter that matches, the oldest first.
    pub(super) async fn each(
        &self,
        filter: &Filter,
        mut take: impl AsyncFnMut(Versioned<Letter>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut after = None;
        loop {
            let page = self.workbench.letters.find(filter, after.as_ref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            for (_, letter) in page {
                take(letter).await?;
            }
        }
    }

    /// The letters that are meant by ids or their beginnings.
    pub(super) async fn named(&self, texts: &[String]) -> Result<Vec<Versioned<Letter>>, Stop> {
        let mut found = Vec::new();
        let mut problems = Vec::new();
        for text in texts {
            match self.one(text).await {
                Ok(letter) => found.push(letter),
                Err(Stop::Unusable(more)) => problems.extend(more),
                Err(other) => return Err(other),
            }
        }
        if problems.is_empty() { Ok(found) } else { Err(Stop::Unusable(problems)) }
    }

    /// The letter that is meant by an id or its beginning.
    pub(super) async fn one(&self, text: &str) -> Result<Versioned<Letter>, Stop> {
        let beginning = text.trim().to_ascii_lowercase();
        if let Ok(id) = beginning.parse::<LetterId>()
            && let Some(letter) = self.workbench.letters.get(id).await?
        {
            return Ok(letter);
        }
        let unknown = || {
            Stop::unusable(format_args!(
                "no letter is known by {text:?}; expected an id or its beginning (at least {LEAST} characters), \
                 as `rollcall dead-letters list` shows them"
            ))
        };
        if beginning.len() < LEAST {
            return Err(unknown());
        }
        let mut found = Vec::new();
        let all = Filter { which: Which::All, ..Filter::default() };
        self.each(&all, async |letter| {
            if letter.value.id.to_string().starts_with(&beginning) {
                found.push(letter);
            }
            Ok(())
        })
        .await?;
        match (found.pop(), found.is_empty()) {
            (Some(letter), true) => Ok(letter),
            (Some(_), false) => Err(Stop::unusable(format_args!(
                "several letters have an id that begins with {text:?}; give more of it"
            ))),
            (None, _) => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::age;
    use jiff::SignedDuration;

    #[test]
    fn ages_are_a_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7_200), ("3d", 259_200), (" 1h ", 3_600)] {
            assert_eq!(age(text), Some(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "2", "-1h", "1.5h", "1w", "1\u{e9}"] {
            assert_eq!(age(text), None, "{text}");
        }
    }
}
