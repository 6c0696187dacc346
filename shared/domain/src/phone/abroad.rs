//! Numbers of other countries, by the `phonenumber` crate's copy of libphonenumber's tables.

use super::{NumberProblem, Parsed, PhoneNumber, Region, Repair, uk};
use phonenumber::country::Source;
use phonenumber::metadata::DATABASE;
use phonenumber::{ParseError, Type};

/// Country code and national number, without the plus.
pub(super) fn international(digits: &[u8]) -> Result<Parsed, NumberProblem> {
    let mut text = String::with_capacity(digits.len() + 1);
    text.push('+');
    text.extend(digits.iter().map(|digit| char::from(*digit)));
    let found = phonenumber::parse(None, &text).map_err(|error| problem(&error))?;
    let number = callable(&found)?;
    // The parser drops what it takes for prefixes. Only the one national 0 may go; anything else would be
    // dialling a number that nobody wrote.
    let written = number.0.to_string();
    if written.as_bytes() == digits {
        return Ok(Parsed::plain(number));
    }
    let code = digits.len().checked_sub(found.national().to_string().len() + 1);
    let without_zero = code.filter(|&code| digits.get(code) == Some(&b'0')).map(|code| {
        let mut kept = digits.to_vec();
        kept.remove(code);
        kept
    });
    match without_zero {
        Some(kept) if kept == written.as_bytes() => Ok(Parsed::plain(number).with(Repair::TrunkZero)),
        _ => Err(NumberProblem::Impossible),
    }
}

/// Digits without a plus, as written in `region`, which is not one of those behind +44.
pub(super) fn national(digits: &[u8], region: Region) -> Result<Parsed, NumberProblem> {
    if uk::is_service_code(digits) {
        return Err(NumberProblem::Emergency);
    }
    let text: String = digits.iter().map(|digit| char::from(*digit)).collect();
    let found = phonenumber::parse(Some(region.id()), &text).map_err(|error| problem(&error))?;
    let significant = found.national().to_string();
    let international = format!("{}{significant}", found.code().value());
    if found.code().value() == 44 {
        let parsed = uk::with_country_code(significant.as_bytes())?;
        return text
            .ends_with(&significant)
            .then(|| parsed.with(Repair::ExitPrefix))
            .ok_or(NumberProblem::Impossible);
    }
    let number = callable(&found)?;
    match found.code().source() {
        Source::Plus | Source::Idd if text.ends_with(&international) => {
            Ok(Parsed::plain(number).with(Repair::ExitPrefix))
        }
        // In North America the trunk prefix and the country code are the same 1: nothing is missing.
        Source::Number if text == international => {
            let parsed = Parsed::plain(number);
            let is_trunk = trunk_prefix(region) == Some(found.code().value().to_string().as_str());
            Ok(if is_trunk { parsed } else { parsed.with(Repair::MissingPlus) })
        }
        Source::Default => {
            let prefix = text.strip_suffix(&significant).ok_or(NumberProblem::Impossible)?;
            match (prefix, trunk_prefix(region)) {
                ("", Some("0")) => Ok(Parsed::plain(number).with(Repair::LostZero)),
                ("", _) => Ok(Parsed::plain(number)),
                (prefix, Some(trunk)) if prefix == trunk => Ok(Parsed::plain(number)),
                _ => Err(NumberProblem::Impossible),
            }
        }
        Source::Plus | Source::Idd | Source::Number => Err(NumberProblem::Impossible),
    }
}

/// What is dialled in front of a number inside the country.
fn trunk_prefix(region: Region) -> Option<&'static str> {
    DATABASE.by_id(region.id().as_ref()).and_then(|plan| plan.national_prefix())
}

/// Whether the number exists and costs no more than an ordinary call.
fn callable(found: &phonenumber::PhoneNumber) -> Result<PhoneNumber, NumberProblem> {
    let kind =
        if found.national().zeros() == 0 { found.number_type(&DATABASE) } else { zero_led_kind(found) };
    match kind {
        // A pager cannot answer, and a personal number costs what its owner likes.
        Type::PremiumRate | Type::SharedCost | Type::PersonalNumber | Type::Pager => {
            Err(NumberProblem::PremiumRate)
        }
        Type::Emergency | Type::ShortCode => Err(NumberProblem::Emergency),
        Type::Uan | Type::Voicemail | Type::Carrier | Type::NoInternational | Type::Unknown => {
            Err(NumberProblem::Impossible)
        }
        Type::FixedLine
        | Type::Mobile
        | Type::FixedLineOrMobile
        | Type::TollFree
        | Type::StandardRate
        | Type::Voip => {
            PhoneNumber::from_digits(format!("{}{}", found.code().value(), found.national()).as_bytes())
        }
    }
}

/// The kind of a number whose national part begins with 0, as fixed lines in Italy do. The crate's
/// `number_type` looks such a number up without its zero (seen in 0.3.10) and knows nothing of it; its
/// `is_valid` does not.
fn zero_led_kind(found: &phonenumber::PhoneNumber) -> Type {
    if !found.is_valid() {
        return Type::Unknown;
    }
    let national = found.national().to_string();
    let costly =
        [Type::PremiumRate, Type::SharedCost, Type::PersonalNumber, Type::Pager, Type::Uan, Type::Voicemail];
    let plans = DATABASE.by_code(&found.code().value()).unwrap_or_default();
    let is = |kind: &Type| {
        plans.iter().any(|plan| plan.descriptors().get(*kind).is_some_and(|range| range.is_match(&national)))
    };
    costly.into_iter().find(is).unwrap_or(Type::FixedLineOrMobile)
}

/// The parser's reasons in our words. Their own texts are not passed on: this is the one place that could
/// quote digits.
fn problem(error: &ParseError) -> NumberProblem {
    match error {
        ParseError::TooShortNsn | ParseError::TooShortAfterIdd => NumberProblem::TooShort,
        _ => NumberProblem::Impossible,
    }
}
