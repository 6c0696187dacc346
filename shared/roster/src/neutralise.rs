//! Text that a spreadsheet must not run.

use std::borrow::Cow;

/// Makes a cell harmless for whoever opens a CSV that we write in a spreadsheet: text that begins like a
/// formula gets an apostrophe in front, which the spreadsheet shows as text. After OWASP's advice on CSV
/// injection. The text still has to be quoted as CSV.
///
/// Numbers in E.164 begin with a plus and get one too; reading such a file back takes the apostrophe off
/// again.
#[must_use]
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    if begins_like_a_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The text that [`neutralise`] was given, so that a list that we wrote reads as what it was made of.
pub(crate) fn as_meant(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell.strip_prefix('\'') {
        Some(rest) if begins_like_a_formula(rest) => Cow::Owned(rest.to_owned()),
        _ => cell,
    }
}

fn begins_like_a_formula(text: &str) -> bool {
    matches!(
        text.chars().next(),
        Some(
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n'
            // The full-width forms, which some versions take for the plain ones.
            | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}',
        )
    )
}

#[cfg(test)]
mod tests {
    use super::{as_meant, neutralise};

    #[test]
    fn only_what_begins_like_a_formula_is_changed() {
        for formula in ["=1+1", "+447700900101", "-2+3", "@SUM(A1:A9)", "\t=1", "\r=1", "\n=1", "\u{FF1D}1"] {
            assert_eq!(neutralise(formula), format!("'{formula}"));
            assert_eq!(as_meant(neutralise(formula)), formula);
        }
        for text in ["", "Ada", "O'Example", "1=1", " =1", "<script>"] {
            assert!(matches!(neutralise(text), std::borrow::Cow::Borrowed(same) if same == text), "{text}");
            assert_eq!(as_meant(neutralise(text)), text);
        }
    }
}
