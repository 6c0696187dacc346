//! The place of a letter in the index, which holds all that letters are
//! searched by.

use super::PORT;
use jiff::Timestamp;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Filter, Letter, LetterState, Which, cause_of};
use rollcall_ports::{Cursor, Fault};
use std::fmt::Write as _;
use uuid::Uuid;

/// The list of letters that are not over.
pub(super) const WAITING: u8 = 0;
/// The list of letters that are over.
pub(super) const ENDED: u8 = 1;

/// Digits of the nanoseconds since 1970, as many as the year 9999 has.
const DIGITS: usize = 21;
/// Between the parts of a place. None of them has it, and it stands before
/// every character that one has.
const SEPARATOR: char = '\u{1f}';
/// Bytes of a cause in a place, which takes 1 024 with the rest.
const CAUSE: usize = 600;

/// A letter as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// When it was first set aside, and its id: this never changes.
    pub(super) order: String,
    pub(super) id: LetterId,
    pub(super) state: LetterState,
    pub(super) parked_at: Timestamp,
    pub(super) source: String,
    pub(super) kind: String,
    /// The beginning of a very long one.
    pub(super) cause: String,
}

impl Entry {
    pub(super) fn of(letter: &Letter) -> Self {
        let mut cause = cause_of(&letter.reason).replace(SEPARATOR, " ");
        cause.truncate(cause.floor_char_boundary(CAUSE));
        Self {
            order: order(letter.first_parked_at, letter.id.as_uuid()),
            id: letter.id,
            state: letter.state,
            parked_at: letter.parked_at,
            source: letter.source.clone(),
            kind: letter.kind.clone(),
            cause,
        }
    }

    /// As text in the order of the list.
    pub(super) fn place(&self) -> String {
        let mut place = self.order.clone();
        let parked_at = digits(self.parked_at);
        for part in [self.state.word(), &parked_at, &self.source, &self.kind, &self.cause] {
            // Text takes whatever is written to it.
            let _never_fails = write!(place, "{SEPARATOR}{part}");
        }
        place
    }

    pub(super) fn read(place: &str) -> Option<Self> {
        let mut parts = place.splitn(6, SEPARATOR);
        let order = parts.next()?;
        let state = match parts.next()? {
            "open" => LetterState::Open,
            "replaying" => LetterState::Replaying,
            "applied" => LetterState::Applied,
            "discarded" => LetterState::Discarded,
            _ => return None,
        };
        Some(Self {
            id: id_of(order)?,
            order: order.to_owned(),
            state,
            parked_at: Timestamp::from_nanosecond(parts.next()?.parse().ok()?).ok()?,
            source: parts.next()?.to_owned(),
            kind: parts.next()?.to_owned(),
            cause: parts.next()?.to_owned(),
        })
    }

    /// Whether a filter means it, as far as can be told without its message.
    pub(super) fn fits(&self, filter: &Filter) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let part = filter.cause.as_ref().map(|part| part.to_lowercase());
        filter.which.has(self.state)
            && is(&filter.source, &self.source)
            && is(&filter.kind, &self.kind)
            && part.is_none_or(|part| self.cause.to_lowercase().contains(&part))
            && filter.parked_from.is_none_or(|from| self.parked_at >= from)
            && filter.parked_until.is_none_or(|until| self.parked_at < until)
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor(self.order.clone())
    }
}

/// Behind all places of the letter at `after`, wherever it stands now.
pub(super) fn behind(after: Option<&Cursor>) -> Result<String, Fault> {
    let Some(Cursor(order)) = after else { return Ok(" ".to_owned()) };
    let is_ours = id_of(order).is_some();
    // A blank comes after the separator, and before what a text may go on with.
    is_ours
        .then(|| format!("{order} "))
        .ok_or_else(|| Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() })
}

/// By time, then by id.
pub(super) fn order(at: Timestamp, id: &Uuid) -> String {
    format!("{}#{id}", digits(at))
}

/// The lists in which letters are that a filter may mean.
pub(super) fn lists(which: Which) -> &'static [u8] {
    match which {
        Which::Waiting => &[WAITING],
        Which::Only(state) if state.is_ended() => &[ENDED],
        Which::Only(_) => &[WAITING],
        Which::All => &[WAITING, ENDED],
    }
}

fn digits(at: Timestamp) -> String {
    format!("{:0DIGITS$}", at.as_nanosecond().max(0))
}

fn id_of(order: &str) -> Option<LetterId> {
    let (at, id) = order.split_once('#')?;
    let is_time = at.len() == DIGITS && at.bytes().all(|byte| byte.is_ascii_digit());
    is_time.then(|| id.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{Entry, behind};
    use jiff::Timestamp;
    use rollcall_domain::letter::{Letter, Parking};
    use rollcall_ports::Cursor;

    fn letter(reason: &str, at: &str) -> Letter {
        let at: Timestamp = at.parse().unwrap();
        let how = Parking { reason, handler: "loader", at, receives: 1 };
        Letter::parked("call_requests", "1", ("unreadable".to_owned(), Vec::new()), how)
    }

    #[test]
    fn a_place_says_what_letters_are_searched_by_and_fits_into_a_key() {
        for reason in ["received 5 times", "", "odd\u{1f}one", &"\u{1F600}".repeat(400)] {
            let entry = Entry::of(&letter(reason, "2026-11-23T09:00:00.000000001Z"));
            let place = entry.place();
            assert!(place.len() < 1_024, "{}", place.len());
            assert_eq!(Entry::read(&place), Some(entry));
        }
        assert_eq!(Entry::read("17"), None);
    }

    #[test]
    fn who_goes_on_behind_a_letter_does_not_meet_it_again_whatever_became_of_it() {
        let mut letter = letter("cut", "2026-11-23T09:00:00Z");
        let cursor = Entry::of(&letter).cursor();
        let from = behind(Some(&cursor)).unwrap();
        assert!(Entry::of(&letter).place() < from);
        assert_eq!(letter.replay("joe", None, letter.parked_at), Ok(1));
        assert!(Entry::of(&letter).place() < from);
        let mut later = letter.clone();
        later.first_parked_at = "2026-11-23T09:00:00.000000001Z".parse().unwrap();
        assert!(Entry::of(&later).place() > from);
        assert!(behind(None).unwrap() < Entry::of(&letter).place());
        assert!(behind(Some(&Cursor("17".to_owned()))).is_err());
    }
}
