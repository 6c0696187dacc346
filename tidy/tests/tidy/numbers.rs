//! Phone numbers in the repository are nobody's: only ranges that the regulators keep free for fiction.

use crate::repo::Repo;

/// Ranges kept for fiction, international form without `+`; `.` stands for any digit.
const FICTIONAL: [&str; 9] = [
    "447700900...", // UK mobile
    "441632960...", // UK, no area
    "442079460...", // London
    "441214960...", // Birmingham
    "443069990...", // UK-wide
    "448081570...", // freephone
    "449098790...", // premium rate
    "120255501..",  // Washington DC
    "493023125...", // Berlin
];

/// Numbers that cannot be dialed or are nobody's in particular, and the file that needs them.
const DELIBERATE: [(&str, &[&str]); 2] = [
    (
        "shared/domain/tests/domain/phone.rs",
        &[
            "447624000000",     // Isle of Man, all zeros
            "4407700900303",    // two zeros too many
            "44770090030",      // its last digit is written in another script
            "4903023125001",    // a zero too many behind the code of the country
            "61255501234",      // Australia's fictional range
            "443023125001",     // Berlin's fictional range as it is written at home
            "449001000000",     // premium rate abroad, all zeros
            "390212345678",     // Italy keeps its leading zero
            "123456789012345",  // as long as a number can be
            "1234567890123456", // one digit too long
            "999123456789",     // no country has 999
        ],
    ),
    ("shared/connect-sim/tests/quotas.rs", &["998123456789"]), // a country that is not enabled
];

/// Every number that could be somebody's.
pub(crate) fn check(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    // A lock file holds check sums and versions only.
    for (path, text) in repo.files().filter(|(path, _)| !path.ends_with(".lock")) {
        for (index, line) in text.lines().enumerate() {
            for number in numbers(line) {
                let deliberate =
                    DELIBERATE.iter().any(|(file, it)| *file == path && it.contains(&number.as_str()));
                if !FICTIONAL.iter().any(|range| fits(range, &number)) && !deliberate {
                    // Not the number itself: the message ends up in a log.
                    let ends: String = number.chars().skip(number.chars().count() - 2).collect();
                    problems
                        .push(format!("{path}:{}: a number ending in {ends} is not fictional", index + 1));
                }
            }
        }
    }
    problems
}

/// What looks like a phone number, in international form without `+`: `+` or `00` and ten digits or more,
/// and UK numbers as they are written at home, `0` and ten digits more.
fn numbers(line: &str) -> Vec<String> {
    // As in `+44 (0)20`: read by people, not dialed.
    let signs: Vec<char> = line.replace("(0)", "").chars().collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        let before = at.checked_sub(1).map(|before| signs[before]);
        if !matches!(signs[at], '+' | '0') || before.is_some_and(is_part) {
            at += 1;
            continue;
        }
        let (written, length) = run(&signs[at..]);
        numbers.extend(international(&written));
        at += length.max(1);
    }
    numbers
}

/// A number without its gaps, and how many signs it takes. Groups may be set apart by a space, a dash or a
/// bracket, or by two of them as in `+1 (202) 555`.
fn run(signs: &[char]) -> (String, usize) {
    let mut written = String::new();
    let (mut end, mut gap) = (0, 0);
    for (index, sign) in signs.iter().enumerate() {
        match sign {
            '0'..='9' => {
                written.push(*sign);
                (end, gap) = (index + 1, 0);
            }
            '+' if index == 0 => written.push('+'),
            ' ' | '-' | '(' | ')' if gap < 2 => gap += 1,
            _ => break,
        }
    }
    // A letter behind makes it a part of something else, such as an id in hexadecimal.
    if signs.get(end).is_some_and(|sign| sign.is_alphabetic() || *sign == '_') {
        written.clear();
    }
    // A gap in a template that a program fills in.
    if signs.get(end).is_some_and(|sign| matches!(sign, '{' | '%')) {
        written.push('…');
    }
    (written, end)
}

fn international(written: &str) -> Option<String> {
    let abroad = written.strip_prefix('+').or_else(|| written.strip_prefix("00"));
    let number = match abroad {
        // Some write the zero of home besides the country.
        Some(number) => {
            number.strip_prefix("440").map_or_else(|| number.to_owned(), |rest| format!("44{rest}"))
        }
        None => written
            .strip_prefix('0')
            .filter(|rest| rest.chars().count() == 10)
            .map(|rest| format!("44{rest}"))?,
    };
    ((10..=16).contains(&number.chars().count()) && !number.starts_with('0')).then_some(number)
}

/// What a number cannot begin behind: a longer word, a decimal, an id.
fn is_part(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '.' | '-' | '/' | '#' | '+')
}

/// Whether it is a number of this range, or the beginning of one.
fn fits(range: &str, number: &str) -> bool {
    let begun = number.strip_suffix('…');
    let number = begun.unwrap_or(number);
    (range.len() == number.len() || (begun.is_some() && range.len() > number.len()))
        && range.chars().zip(number.chars()).all(|(any, sign)| any == '.' || any == sign)
}

#[cfg(test)]
mod proofs {
    use super::{check, numbers};
    use crate::repo::Repo;

    #[test]
    fn each_way_to_write_a_number() {
        // In pieces, so that this file holds no such number.
        let somebody = ["7911", "123", "456"];
        let [a, b, c] = somebody;
        for written in [
            format!("+44{a}{b}{c}"),
            format!("\"+44 {a} {b}{c}\","),
            format!("name,+44 (0){a}-{b}-{c},x"),
            format!("tel:0044{a}{b}{c}."),
            format!("0{a} {b} {c}"),
            format!("=\"0{a}{b}{c}\""),
            format!("(0{a}) {b}{c}"),
            format!("+1 (212) 555-{b}4"),
        ] {
            let found = check(&Repo::of(&[("shared/a/tests/a.rs", &format!("fine\n{written}\n"))]));
            assert_eq!(found.len(), 1, "{written}: {found:?}");
            assert!(found[0].starts_with("shared/a/tests/a.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn numbers_of_fiction_and_what_is_no_number() {
        let text = "+447700900123 07700 900123 0044 20 7946 0999 +44 (0)1632 960001 +1 202-555-0199 \
            00000000-0000-4000-8000-000000000101 0055AED6DCD90281E5 2026-11-23T09:00:00Z 05d8f7bc-ed52 0.0700000000";
        assert_eq!(check(&Repo::of(&[("a", &text.replace(' ', "\n"))])), [""; 0]);
        assert_eq!(numbers("07700 900123, +447700900124").len(), 2);
    }

    #[test]
    fn a_number_that_a_program_completes() {
        // The country apart, so that this file holds no such number.
        let check = |rest: &str| check(&Repo::of(&[("a", &format!("\"+44{rest}\""))]));
        assert_eq!(check("77009001{person:02}"), [""; 0]);
        assert_eq!(check("77009001%02d"), [""; 0]);
        assert_eq!(check("77009011{person:02}").len(), 1);
        assert_eq!(check("77009001").len(), 1, "not completed");
    }

    #[test]
    fn a_deliberate_number_is_so_in_its_file_only() {
        let (file, numbers) = super::DELIBERATE[0];
        let line = format!("+{}", numbers[0]);
        assert_eq!(check(&Repo::of(&[(file, &line)])), [""; 0]);
        assert_eq!(check(&Repo::of(&[("README.md", &line)])).len(), 1);
        assert_eq!(check(&Repo::of(&[("Cargo.lock", &line)])), [""; 0]);
    }
}
