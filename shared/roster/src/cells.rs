//! What each column may hold. Anything else is rejected with what was expected, never corrected in silence.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use rollcall_domain::calendar::DailyWindow;
use rollcall_domain::resident::Risk;
use std::borrow::Cow;

/// Characters of the longest first or last name.
const LONGEST_NAME: usize = 100;
/// Characters of the longest reference; it becomes a part of the resident's key.
const LONGEST_REFERENCE: usize = 64;
/// Characters of the longest notes; an agent reads them while the phone rings.
const LONGEST_NOTES: usize = 2000;

/// A stable word and what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) code: &'static str,
    pub(crate) reason: &'static str,
}

fn wrong<T>(code: &'static str, reason: &'static str) -> Result<T, Wrong> {
    Err(Wrong { code, reason })
}

/// A name: plain text on one line, whatever it looks like. Formulas and markup are kept as they are.
pub(crate) fn name(cell: Cow<'_, str>) -> Result<String, Wrong> {
    let name = one_line(cell);
    if is_longer(&name, LONGEST_NAME) {
        return wrong("name_too_long", "the name is longer than 100 characters");
    }
    Ok(name)
}

pub(crate) fn reference(cell: Cow<'_, str>) -> Result<Option<String>, Wrong> {
    let reference = one_line(cell);
    if is_longer(&reference, LONGEST_REFERENCE) {
        return wrong("reference_too_long", "the reference is longer than 64 characters");
    }
    Ok(some(reference))
}

pub(crate) fn notes(cell: &str) -> Result<Option<String>, Wrong> {
    let notes = if cell.contains(char::is_control) || cell.contains(is_invisible) {
        let broken = cell.replace("\r\n", "\n").replace('\r', "\n");
        let kept = |sign: &char| matches!(sign, '\n' | '\t') || !(sign.is_control() || is_invisible(*sign));
        broken.chars().filter(kept).collect::<String>().trim().to_owned()
    } else {
        cell.trim().to_owned()
    };
    if is_longer(&notes, LONGEST_NOTES) {
        return wrong("notes_too_long", "the notes are longer than 2000 characters");
    }
    Ok(some(notes))
}

/// A zone of the IANA database, by its proper name.
pub(crate) fn timezone(cell: &str) -> Result<Option<String>, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    match TimeZone::get(cell).ok().as_ref().and_then(TimeZone::iana_name) {
        Some(name) => Ok(Some(name.to_owned())),
        None => {
            wrong("timezone_unknown", "the time zone is not known: a name such as Europe/London is expected")
        }
    }
}

/// A language tag: language, then perhaps script and region (BCP 47), in the usual case.
pub(crate) fn language(cell: &str) -> Result<Option<String>, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    let mut parts = cell.split(['-', '_']).peekable();
    let letters = |part: &&str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let mut tag = String::with_capacity(cell.len());
    if let Some(language) = parts.next_if(|part| letters(part, &[2, 3])) {
        tag.push_str(&language.to_ascii_lowercase());
        if let Some(script) = parts.next_if(|part| letters(part, &[4])) {
            tag.push('-');
            tag.push_str(&script[..1].to_ascii_uppercase());
            tag.push_str(&script[1..].to_ascii_lowercase());
        }
        let number = |part: &&str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(region) = parts.next_if(|part| letters(part, &[2]) || number(part)) {
            tag.push('-');
            tag.push_str(&region.to_ascii_uppercase());
        }
    }
    if tag.is_empty() || parts.next().is_some() {
        return wrong(
            "language_unknown",
            "the language is not a language tag: en or en-GB, for example, is expected",
        );
    }
    Ok(Some(tag))
}

/// A time of day, `9:00` or `09:00`; spreadsheets add seconds.
pub(crate) fn time(cell: &str) -> Result<Option<Time>, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    let (hour, rest) = cell.split_once(':').unwrap_or((cell, ""));
    let minute = rest.strip_suffix(":00").unwrap_or(rest);
    let number = |text: &str, lengths: &[usize]| {
        let fits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse::<i8>().ok()).flatten()
    };
    let time = number(hour, &[1, 2]).zip(number(minute, &[2]));
    match time.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok()) {
        Some(time) => Ok(Some(time)),
        None => {
            wrong("time_invalid", "this is not a time of day: hours and minutes such as 09:30 are expected")
        }
    }
}

/// Both ends of the calling hours, or neither.
pub(crate) fn window(start: Option<Time>, end: Option<Time>) -> Result<Option<DailyWindow>, Wrong> {
    match (start, end) {
        (None, None) => Ok(None),
        (Some(start), Some(end)) if start < end => Ok(Some(DailyWindow { start, end })),
        (Some(_), Some(_)) => wrong("window_invalid", "the calling hours end before they start"),
        _ => wrong(
            "window_incomplete",
            "only one end of the calling hours is given: both or neither are expected",
        ),
    }
}

pub(crate) fn consent(cell: &str) -> Result<Option<bool>, Wrong> {
    let is = |words: &[&str]| words.iter().any(|word| cell.trim().eq_ignore_ascii_case(word));
    match cell.trim() {
        "" => Ok(None),
        _ if is(&["yes", "y", "true", "1"]) => Ok(Some(true)),
        _ if is(&["no", "n", "false", "0"]) => Ok(Some(false)),
        _ => wrong("consent_unclear", "the consent is not clear: yes or no is expected"),
    }
}

/// How much is at stake, in one of three words.
pub(crate) fn risk(cell: &str) -> Result<Option<Risk>, Wrong> {
    let is = |word: &str| cell.trim().eq_ignore_ascii_case(word);
    match cell.trim() {
        "" => Ok(None),
        _ if is("low") => Ok(Some(Risk::Low)),
        _ if is("medium") => Ok(Some(Risk::Medium)),
        _ if is("high") => Ok(Some(Risk::High)),
        _ => wrong("risk_unclear", "the risk is not read: low, medium or high is expected"),
    }
}

/// Control characters and line breaks become single spaces, signs that only steer the direction of writing
/// go.
fn one_line(cell: Cow<'_, str>) -> String {
    if !cell.contains(char::is_control) && !cell.contains(is_invisible) {
        let trimmed = cell.trim();
        return if trimmed.len() == cell.len() { cell.into_owned() } else { trimmed.to_owned() };
    }
    let mut line = String::with_capacity(cell.len());
    let mut gap = false;
    for sign in cell.trim().chars().filter(|sign| !is_invisible(*sign)) {
        if sign.is_control() || (gap && sign == ' ') {
            gap = true;
            continue;
        }
        if gap && !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        gap = false;
        line.push(sign);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Direction marks and overrides, zero-width space and byte order mark. Not the joiners, which some scripts
/// need.
fn is_invisible(sign: char) -> bool {
    matches!(
        sign,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().count() > most
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
