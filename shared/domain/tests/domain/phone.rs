//! Numbers as clerks and spreadsheets write them: which are taken, which are refused, and that nothing leaks.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::{Config, RngSeed};
use rollcall_domain::phone::{NumberProblem, PhoneNumber, Region, Repair, parse};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer, U64Deserializer};

const GB: Region = Region::GB;

/// What `parse` makes of `raw`, in one line: the number and the repair, or the problem.
fn outcome(raw: &str, region: Region) -> String {
    match parse(raw, region) {
        Ok(parsed) => {
            let repair = parsed.repaired.map_or("as written", Repair::code);
            format!("{} {repair}", parsed.number.e164())
        }
        Err(problem) => problem.code().to_owned(),
    }
}

fn check(region: Region, table: &[(&str, &str)]) {
    let wrong: Vec<_> = table
        .iter()
        .map(|(raw, expected)| (raw, expected, outcome(raw, region)))
        .filter(|(_, expected, found)| expected != &found)
        .collect();
    assert!(wrong.is_empty(), "(raw, expected, found): {wrong:#?}");
}

#[test]
fn ordinary_writing_needs_no_repair() {
    check(
        GB,
        &[
            ("+447700900301", "+447700900301 as written"),
            ("07700900301", "+447700900301 as written"),
            (" 07700 900 301 ", "+447700900301 as written"),
            ("07700-900-301", "+447700900301 as written"),
            ("07700.900.301", "+447700900301 as written"),
            ("07700.900301", "+447700900301 as written"),
            ("(01632) 960001", "+441632960001 as written"),
            ("01632/960001", "+441632960001 as written"),
            ("(0)1632 960001", "+441632960001 as written"),
            ("+44 7700 900301", "+447700900301 as written"),
            ("+44.7700900301", "+447700900301 as written"),
            ("+ 44 7700 900301", "+447700900301 as written"),
            ("(+44) 7700 900301", "+447700900301 as written"),
            ("020 7946 0000", "+442079460000 as written"),
            ("020.7946.0000", "+442079460000 as written"),
            ("\t07700900301\r\n", "+447700900301 as written"),
            ("+12025550123", "+12025550123 as written"),
            ("+1 (202) 555-0124", "+12025550124 as written"),
            // A leading zero of the national number, as in Italy, stays.
            ("+39 02 1234 5678", "+390212345678 as written"),
        ],
    );
}

#[test]
fn what_spreadsheets_and_copying_break_is_repaired_and_reported() {
    check(
        GB,
        &[
            ("\u{FF0B}\u{FF14}\u{FF14}\u{FF17}\u{FF17}\u{FF10}\u{FF10}900304", "+447700900304 characters"),
            ("+44\u{A0}7700\u{A0}900305", "+447700900305 characters"),
            ("\u{202A}+447700900306\u{202C}", "+447700900306 characters"),
            ("\u{202D}+447700900306\u{202C}", "+447700900306 characters"),
            ("07700\u{2013}900306", "+447700900306 characters"),
            ("07700\t900306", "+447700900306 characters"),
            ("\u{FEFF}07700900306", "+447700900306 characters"),
            ("\u{3000}07700900306", "+447700900306 characters"),
            ("'+447700900311", "+447700900311 spreadsheet_mark"),
            ("\u{2019}07700900311", "+447700900311 spreadsheet_mark"),
            ("=\"07700900311\"", "+447700900311 spreadsheet_mark"),
            ("tel:+447700900307", "+447700900307 tel_prefix"),
            ("TEL: 07700 900307", "+447700900307 tel_prefix"),
            ("+44 (0)7700 900302", "+447700900302 trunk_zero"),
            ("+44 07700 900302", "+447700900302 trunk_zero"),
            ("+49 (0)30 23125 001", "+493023125001 trunk_zero"),
            ("00447700900310", "+447700900310 exit_prefix"),
            ("0044 (0)7700 900310", "+447700900310 exit_prefix"),
            ("0012025550123", "+12025550123 exit_prefix"),
            ("447700900310", "+447700900310 missing_plus"),
            ("44 (0)7700 900310", "+447700900310 missing_plus"),
            ("7700900301", "+447700900301 lost_zero"),
            ("1632 960001", "+441632960001 lost_zero"),
            ("2079460000", "+442079460000 lost_zero"),
        ],
    );
}

#[test]
fn what_is_not_exactly_one_diallable_number_is_refused() {
    check(
        GB,
        &[
            ("", "missing"),
            ("   ", "missing"),
            ("\u{A0}\u{200B}\t", "missing"),
            ("unknown", "not_a_number"),
            ("n/a", "not_a_number"),
            ("-", "not_a_number"),
            ("+", "not_a_number"),
            ("()", "not_a_number"),
            ("#REF!", "not_a_number"),
            ("#N/A", "not_a_number"),
            ("+44770090010x", "not_a_number"),
            ("o7700900301", "not_a_number"),
            ("-7700900301", "not_a_number"),
            ("++447700900301", "not_a_number"),
            ("Mob: 07700900301", "not_a_number"),
            ("07700900301 (mum)", "not_a_number"),
            ("0770\u{FFFD}900301", "not_a_number"),
            ("=07700900301", "not_a_number"),
            ("4.477E+11", "scientific_notation"),
            ("4,47E+11", "scientific_notation"),
            ("4.47700900301e11", "scientific_notation"),
            ("+4E11", "scientific_notation"),
            ("+447700900312.0", "decimal"),
            ("7700900312.00", "decimal"),
            ("7700900312,0", "decimal"),
            ("7,700,900,312", "decimal"),
            ("447,700,900,312.00", "decimal"),
            ("+4477009", "too_short"),
            ("900301", "too_short"),
            ("0770090030", "too_short"),
            ("01632 96000", "too_short"),
            ("+4477009003030303030", "too_long"),
            ("+4930123456789012345678", "too_long"),
            ("077009003011", "too_long"),
            ("4477009003101", "too_long"),
            ("07700900308 07700900309", "too_long"),
            ("12025550125", "too_long"),
            ("123456789012345678901234567890", "too_long"),
            ("2025550125", "impossible"),
            ("+0447700900303", "impossible"),
            ("000447700900303", "impossible"),
            ("+44 00 7700900303", "impossible"),
            ("+999123456789", "impossible"),
            ("+15555", "impossible"),
        ],
    );
}

#[test]
fn several_numbers_and_extensions_are_told_apart() {
    check(
        GB,
        &[
            ("07700900308 / 07700900309", "several_numbers"),
            ("07700900308/9", "several_numbers"),
            ("07700900308, 07700900309", "several_numbers"),
            ("07700900308;07700900309", "several_numbers"),
            ("07700900308\n07700900309", "several_numbers"),
            ("07700900308 or 07700900309", "several_numbers"),
            ("07700900308 & 07700900309", "several_numbers"),
            ("+447700900308+447700900309", "several_numbers"),
            ("+49 30 23125 001/2", "several_numbers"),
            ("+44 7700 900302 ext 5", "extension"),
            ("01632 960001 x23", "extension"),
            ("01632960001 Extn. 4", "extension"),
            ("01632960001#4", "extension"),
            ("tel:+441632960001;ext=4", "extension"),
            ("01632960001p4", "extension"),
            ("0163296 ext 4", "extension"),
            ("016329 ext 4", "not_a_number"),
            ("07700900301 * 5", "not_a_number"),
        ],
    );
}

/// Ofcom's National Telephone Numbering Plan, a row for each designation: leading digits, filled up with
/// zeros.
#[test]
fn the_uk_plan_decides_by_leading_digits() {
    let taken = "0113 0118 0121 01632 0191 0200 0201 0203 0204 0207 0208 0238 0239 0247 0289 0292 0300 0306 0330 0345 0370 \
                 055 056 071 074 075 077 078 079 07624 0800 0808";
    for leading in taken.split_whitespace() {
        let raw = format!("{leading:0<11}");
        assert!(parse(&raw, GB).is_ok_and(|parsed| parsed.repaired.is_none()), "{raw}");
        assert_eq!(outcome(&format!("{raw}0"), GB), "too_long");
    }
    let refused = [
        (
            "impossible",
            "0110 0119 0171 0181 010 0202 0209 021 022 025 026 027 031 032 035 04 050 06 0801 0809",
        ),
        ("premium_rate", "070 0760 07623 07625 0769 082 0843 0844 0845 0870 0871 0909879 090 091 098 0999"),
    ];
    for (problem, leading) in refused {
        for leading in leading.split_whitespace() {
            let raw = format!("{leading:0<11}");
            assert_eq!(outcome(&raw, GB), problem, "{raw}");
            assert_eq!(outcome(&format!("+44{}", &raw[1..]), GB), problem, "{raw}");
            assert_eq!(outcome(&raw[1..], GB), problem, "{raw}");
        }
    }
}

#[test]
fn a_number_a_digit_short_is_taken_only_where_nine_digits_exist() {
    for raw in ["01204 00000", "01768 00000", "016977 0000", "01995 00000", "0800 000000"] {
        assert!(parse(raw, GB).is_ok(), "{raw}");
    }
    for raw in ["01632 96000", "0121 496000", "020 7946 000", "07700 90000", "0808 157000", "0306 999000"] {
        assert_eq!(outcome(raw, GB), "too_short", "{raw}");
    }
}

#[test]
fn codes_that_reach_a_service_are_never_numbers() {
    for code in
        ["999", "9 9 9", "112", "111", "101", "119", "105", "100", "18000", "116123", "+44999", "tel:112"]
    {
        assert_eq!(outcome(code, GB), "emergency", "{code}");
    }
    for code in ["+999", "00999", "+112", "+911", "+1471", "+116123", "+18000"] {
        assert_eq!(outcome(code, GB), "emergency", "{code}, as if it were abroad");
    }
    assert_eq!(outcome("118000", GB), "premium_rate");
}

#[test]
fn the_country_code_without_its_plus_is_seen_before_a_whole_number_only() {
    check(GB, &[("447700900123", "+447700900123 missing_plus"), ("44770090012", "too_short")]);
    check(GB, &[("4477009001", "impossible"), ("447700900", "impossible")]);
}

#[test]
fn other_regions_read_their_own_national_form() {
    let region = |letters: &str| letters.parse::<Region>().unwrap();
    check(
        region("US"),
        &[
            ("2025550125", "+12025550125 as written"),
            ("(202) 555-0125", "+12025550125 as written"),
            ("1 202 555 0125", "+12025550125 as written"),
            ("011 44 7700 900301", "+447700900301 exit_prefix"),
            ("+44 7700 900301", "+447700900301 as written"),
            ("900 555 0125", "premium_rate"),
            ("911", "emergency"),
            ("555 0125", "impossible"),
        ],
    );
    check(
        region("DE"),
        &[
            ("030 23125 001", "+493023125001 as written"),
            ("30 23125 001", "+493023125001 lost_zero"),
            ("0049 30 23125 001", "+493023125001 exit_prefix"),
            ("0900 1000000", "premium_rate"),
            // No zero stands after a country code that is written without its plus.
            ("0049 030 23125 001", "impossible"),
            ("49 030 23125 001", "impossible"),
            ("00", "too_short"),
            ("0301234567890123456789", "too_long"),
        ],
    );
    check(
        region("AU"),
        &[
            ("02 5550 1234", "+61255501234 as written"),
            // It hides who calls: another prefix than the one inside the country.
            ("1831 2 5550 1234", "impossible"),
        ],
    );
    check(region("IM"), &[("07624 000000", "+447624000000 as written")]);
    check(
        region("IE"),
        &[("00447700900301", "+447700900301 exit_prefix"), ("0044 909 8790123", "premium_rate")],
    );
}

#[test]
fn a_region_is_two_letters_of_a_country_with_numbers() {
    assert_eq!(Region::default().as_str(), "GB");
    let stored = |letters| serde_json::from_value::<Region>(serde_json::Value::from(letters));
    let read = stored("IE").unwrap();
    assert_eq!((read.as_str(), format!("{read:?}").as_str()), ("IE", "Region(IE)"));
    assert!(stored("Ireland").is_err());
    for wrong in ["", "gb", "ZZ", "GBR", "\u{1F600}"] {
        assert!(wrong.parse::<Region>().is_err(), "{wrong}");
    }
}

#[test]
fn the_stored_form_is_read_back_strictly() {
    let cases = [
        ("", Err(NumberProblem::Missing)),
        ("447700900301", Err(NumberProblem::NotANumber)),
        ("+44 7700900301", Err(NumberProblem::NotANumber)),
        ("+44770090030\u{FF11}", Err(NumberProblem::NotANumber)),
        ("+", Err(NumberProblem::TooShort)),
        ("+123456", Err(NumberProblem::TooShort)),
        ("+1234567890123456", Err(NumberProblem::TooLong)),
        ("+0447700900301", Err(NumberProblem::Impossible)),
        ("+1234567", Ok("+1234567".to_owned())),
        ("+123456789012345", Ok("+123456789012345".to_owned())),
    ];
    for (text, expected) in cases {
        assert_eq!(PhoneNumber::from_e164(text).map(|number| number.e164()), expected, "{text}");
    }
}

#[test]
fn each_repair_is_told_in_words_of_its_own() {
    let repairs =
        ["\u{FF08}07700\u{FF09}\u{FF0E}900301", "'07700900301", "tel:07700900301", "+44 07700900301"];
    let more = ["0044 7700900301", "447700900301", "7700900301"];
    let told = repairs.into_iter().chain(more).map(|raw| {
        let parsed = parse(raw, GB).unwrap();
        assert_eq!(parsed.number.e164(), "+447700900301", "{raw}");
        parsed.repaired.unwrap().to_string()
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "unusual or invisible characters were removed",
            "a spreadsheet's mark for text was removed",
            "the word \"tel:\" was removed",
            "the national zero after the country code was removed",
            "the international prefix was replaced by a plus",
            "the missing plus in front of the country code was added",
            "the lost leading zero was put back",
        ]
    );
}

#[test]
fn no_error_and_no_debug_shows_the_digits() {
    let number = PhoneNumber::from_e164("+447700900301").unwrap();
    assert_eq!(format!("{number:?}"), "PhoneNumber(…01)");
    let stored = PhoneNumber::from_e164("+447700900007").unwrap();
    assert_eq!(format!("{stored:?}"), "PhoneNumber(…07)");

    let numeric: U64Deserializer<ValueError> = 447_700_900_301_u64.into_deserializer();
    let error = PhoneNumber::deserialize(numeric).unwrap_err().to_string();
    assert_eq!(
        error,
        "invalid type: a number, expected a phone number as text, a plus sign and 7 to 15 digits"
    );
    let wrong: StrDeserializer<'_, ValueError> = "07700900301".into_deserializer();
    assert!(!PhoneNumber::deserialize(wrong).unwrap_err().to_string().contains('7'));
}

#[test]
fn serde_keeps_the_e164_text() {
    let text: StrDeserializer<'_, ValueError> = "+447700900301".into_deserializer();
    let number = PhoneNumber::deserialize(text).unwrap();
    assert_eq!(number.e164(), "+447700900301");
    let mut written = String::new();
    number.write_e164(&mut written).unwrap();
    assert_eq!(written, "+447700900301");
}

proptest! {
    #![proptest_config(Config { rng_seed: RngSeed::Fixed(0x0071), failure_persistence: None, ..Config::with_cases(2_000) })]

    #[test]
    fn no_text_makes_it_panic_and_no_problem_quotes_it(text in any::<String>()) {
        if let Err(problem) = parse(&text, GB) {
            prop_assert!(!problem.to_string().bytes().any(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn phone_like_text_is_taken_whole_or_refused(text in "[+]?[0-9 ().x/,'\u{A0}\u{FF10}-\u{FF19}-]{0,24}", letters in "GB|US|DE|IT|BR") {
        let region: Region = letters.parse().unwrap();
        if let Ok(parsed) = parse(&text, region) {
            let e164 = parsed.number.e164();
            prop_assert_eq!(PhoneNumber::from_e164(&e164), Ok(parsed.number));
            // What was taken means the same anywhere, and reading it again changes nothing.
            let again = parse(&e164, GB);
            prop_assert_eq!(again.map(|found| (found.number, found.repaired)), Ok((parsed.number, None)));
            let shown = format!("{parsed:?}");
            prop_assert!(shown.bytes().filter(u8::is_ascii_digit).count() <= 2, "{}", shown);
        }
    }

    #[test]
    fn every_digit_of_a_british_number_survives(subscriber in 0_u32..1000, style in 0_usize..6) {
        let national = format!("7700900{subscriber:03}");
        let (area, rest) = national.split_at(4);
        let raw = [
            format!("+44{national}"), format!("0{national}"), national.clone(), format!("44{national}"),
            format!("+44 (0){area} {rest}"), format!("0044 {area}-{rest}"),
        ];
        prop_assert_eq!(parse(&raw[style], GB).unwrap().number.e164(), format!("+44{national}"));
    }
}
