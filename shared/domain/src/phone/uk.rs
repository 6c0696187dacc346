//! The numbering plan behind +44: the United Kingdom, Guernsey, Jersey and the Isle of Man.
//!
//! After Ofcom's National Telephone Numbering Plan, by leading digits and length. It is decided here and not
//! by the `phonenumber` crate, whose check of validity follows what is allocated today: it refuses Ofcom's
//! numbers for drama (07700 900xxx, 01632 960xxx), with which every test and demonstration dials, and costs
//! several times the rest of reading a row. A number that the plan allows and nobody holds is found out by
//! dialling it, which harms nobody; a premium-rate number is not, which is why kinds are told apart strictly.

use super::{NumberProblem, Parsed, PhoneNumber, Repair};

/// What comes after `44`, where a national 0 may have been left in by mistake.
pub(super) fn with_country_code(digits: &[u8]) -> Result<Parsed, NumberProblem> {
    match digits {
        [b'0', rest @ ..] => Ok(Parsed::plain(national(rest)?).with(Repair::TrunkZero)),
        digits => national(digits).map(Parsed::plain),
    }
}

/// A national number without its leading 0.
pub(super) fn national(digits: &[u8]) -> Result<PhoneNumber, NumberProblem> {
    if is_service_code(digits) {
        return Err(NumberProblem::Emergency);
    }
    if is_directory_enquiry(digits) {
        return Err(NumberProblem::PremiumRate);
    }
    match digits {
        [b'0', ..] => return Err(NumberProblem::Impossible),
        long if long.len() > 10 => return Err(NumberProblem::TooLong),
        short if short.len() < 9 => return Err(NumberProblem::TooShort),
        _ => {}
    }
    match kind(digits) {
        Kind::Callable { nine_digits: true } => {}
        Kind::Callable { nine_digits: false } if digits.len() == 10 => {}
        Kind::Callable { .. } => return Err(NumberProblem::TooShort),
        Kind::Premium => return Err(NumberProblem::PremiumRate),
        Kind::Unused => return Err(NumberProblem::Impossible),
    }
    // At most 12 digits fit the array by the length check above.
    let mut whole = [b'4'; 12];
    let whole = &mut whole[..digits.len() + 2];
    whole[2..].copy_from_slice(digits);
    PhoneNumber::from_digits(whole)
}

/// Emergency and service codes, dialled as they stand: 999, 112, 101, 105, 111, 119, 18000 and their like.
/// Three digits are taken for such a code whatever they are, because each is one in some country.
pub(super) fn is_service_code(digits: &[u8]) -> bool {
    match digits {
        [_, _, _] => true,
        // The operator's and BT's own codes (call return, voicemail), and 116xxx, Europe's helplines.
        b"1471" | b"1470" | b"1475" | b"1571" | b"18000" | b"18001" | b"18002" => true,
        [b'1', b'1', b'6', _, _, _] => true,
        _ => false,
    }
}

/// 118xxx, charged several pounds a call.
fn is_directory_enquiry(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'1', b'8', _, _, _])
}

enum Kind {
    /// May be dialled. Nearly all have ten digits; where nine exist, both lengths are taken.
    Callable {
        nine_digits: bool,
    },
    Premium,
    /// Nothing that could be dialled is designated under these digits.
    Unused,
}

/// The plan's table. `digits` is a national number of nine or ten digits without its 0.
fn kind(digits: &[u8]) -> Kind {
    const TEN: Kind = Kind::Callable { nine_digits: false };
    match digits {
        // Geographic: 0113–0118, 01x1 for the six largest cities, and four-digit areas. 0171 and 0181 were
        // London's.
        [b'1', b'1', b'3'..=b'8', ..] => TEN,
        [b'1', b'7' | b'8', b'1', ..] => Kind::Unused,
        [b'1', b'2'..=b'9', ..] => Kind::Callable { nine_digits: has_nine_digit_numbers(digits) },
        // Geographic: London (0 and 1 are its numbers for dialling with the area code only), Southampton and
        // Portsmouth, Coventry, Northern Ireland, Cardiff.
        [b'2', b'0', b'0' | b'1' | b'3' | b'4' | b'7' | b'8', ..] => TEN,
        [b'2', b'3' | b'4' | b'8' | b'9', ..] => TEN,
        // UK-wide at the price of a geographic call.
        [b'3', b'0' | b'3' | b'4' | b'7', ..] => TEN,
        // Corporate numbers and voice over the internet.
        [b'5', b'5' | b'6', ..] => TEN,
        // Personal numbers cost as much as premium rate, and pagers cannot answer; 07624 is a mobile on the
        // Isle of Man.
        [b'7', b'0', ..] => Kind::Premium,
        [b'7', b'6', b'2', b'4', ..] => TEN,
        [b'7', b'6', ..] => Kind::Premium,
        [b'7', ..] => TEN,
        // Freephone: 0800 has both lengths.
        [b'8', b'0', b'0', ..] => Kind::Callable { nine_digits: true },
        [b'8', b'0', b'8', ..] => TEN,
        [b'8', b'0', ..] => Kind::Unused,
        // Special services (0843 to 0845, 0870 to 0873 and kin) and premium services.
        [b'8' | b'9', ..] => Kind::Premium,
        _ => Kind::Unused,
    }
}

/// The areas that still have local numbers of five digits, and 016977 with four.
fn has_nine_digit_numbers(digits: &[u8]) -> bool {
    const AREAS: [&[u8; 4]; 40] = [
        b"1204", b"1208", b"1254", b"1276", b"1297", b"1298", b"1363", b"1364", b"1384", b"1386", b"1404",
        b"1420", b"1460", b"1461", b"1480", b"1488", b"1524", b"1527", b"1562", b"1566", b"1606", b"1629",
        b"1635", b"1647", b"1659", b"1695", b"1697", b"1726", b"1744", b"1750", b"1768", b"1827", b"1837",
        b"1884", b"1900", b"1905", b"1935", b"1946", b"1949", b"1963",
    ];
    digits.first_chunk::<4>().is_some_and(|area| AREAS.binary_search(&area).is_ok() || area == b"1995")
}
