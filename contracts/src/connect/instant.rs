//! Points in time as Connect writes them: whole seconds in records, milliseconds in events, numbers in API answers.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::de::{self, Deserializer, Visitor};

/// 2000-01-01T00:00:00Z. Connect fills "not set" with a moment in 1970, and telephones were not rung by it before this.
const EARLIEST: i64 = 946_684_800;

/// `2026-11-20T10:00:12Z`, or `null`.
pub(super) mod seconds {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        super::write(value, &super::SECONDS, to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        super::read(from)
    }
}

/// `2026-11-20T10:00:12.000Z`, or `null`.
pub(super) mod millis {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        super::write(value, &super::MILLIS, to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        super::read(from)
    }
}

/// `1795168800.0`, seconds since 1970 as the rest-json protocol writes them, or `null`.
pub(super) mod epoch {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            // Milliseconds of any year a telephone rings in are far below 2^53, so the division is exact enough.
            #[expect(clippy::cast_precision_loss, reason = "epoch milliseconds fit a double exactly")]
            Some(at) => to.serialize_f64(at.as_millisecond() as f64 / 1000.0),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        super::read(from)
    }
}

static SECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
static MILLIS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

fn write<S: serde::Serializer>(
    value: &Option<Timestamp>,
    printer: &DateTimePrinter,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(at) => to.serialize_str(&printer.timestamp_to_string(at)),
        None => to.serialize_none(),
    }
}

/// Reads any of the three forms; `null`, an empty text and anything before 2000 is absent. A text that is no time fails
/// the whole record: taking it for absent could turn an answered call into an unanswered one.
fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    from.deserialize_any(Instant)
}

struct Instant;

impl<'de> Visitor<'de> for Instant {
    type Value = Option<Timestamp>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a point in time")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<Timestamp>, E> {
        if text.is_empty() {
            return Ok(None);
        }
        let at: Timestamp = text.parse().map_err(|_| E::custom("a point in time is not readable"))?;
        Ok(known(at))
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Option<Timestamp>, E> {
        if !seconds.is_finite() || seconds.abs() > 1e11 {
            return Err(E::custom("a point in time is out of range"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "bounded above, so it fits an i64")]
        let millis = (seconds * 1000.0).round() as i64;
        Timestamp::from_millisecond(millis)
            .map(known)
            .map_err(|_| E::custom("a point in time is out of range"))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Option<Timestamp>, E> {
        Timestamp::from_second(seconds).map(known).map_err(|_| E::custom("a point in time is out of range"))
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Option<Timestamp>, E> {
        let seconds = i64::try_from(seconds).map_err(|_| E::custom("a point in time is out of range"))?;
        self.visit_i64(seconds)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<Timestamp>, E> {
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<Timestamp>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<Timestamp>, D::Error> {
        from.deserialize_any(self)
    }
}

fn known(at: Timestamp) -> Option<Timestamp> {
    (at.as_second() >= EARLIEST).then_some(at)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Deserialize, Serialize)]
    struct Times {
        #[serde(with = "super::seconds")]
        s: Option<Timestamp>,
        #[serde(with = "super::millis")]
        m: Option<Timestamp>,
        #[serde(with = "super::epoch")]
        e: Option<Timestamp>,
    }

    fn again(json: &str) -> String {
        serde_json::to_string(&serde_json::from_str::<Times>(json).unwrap()).unwrap()
    }

    #[test]
    fn each_form_is_written_as_it_was_read() {
        let json = r#"{"s":"2026-11-20T10:00:12Z","m":"2026-11-20T10:00:12.045Z","e":1795168800.25}"#;
        assert_eq!(again(json), json);
    }

    #[test]
    fn each_form_is_read_in_each_place() {
        let json = r#"{"s":1795168800,"m":"2026-11-20T10:00:12Z","e":"2026-11-20T10:00:12.500Z"}"#;
        let expected = r#"{"s":"2026-11-20T10:00:00Z","m":"2026-11-20T10:00:12.000Z","e":1795168812.5}"#;
        assert_eq!(again(json), expected);
    }

    #[test]
    fn a_placeholder_an_empty_text_and_null_are_absent() {
        let json = r#"{"s":"1970-01-01T00:00:00.001Z","m":"","e":null}"#;
        assert_eq!(again(json), r#"{"s":null,"m":null,"e":null}"#);
        assert_eq!(again(r#"{"s":"1999-12-31T23:59:59Z","m":0,"e":946684799}"#), again(json));
    }

    #[test]
    fn a_text_that_is_no_time_is_refused_without_being_quoted() {
        let error = serde_json::from_str::<Times>(r#"{"s":"+447700900101","m":null,"e":null}"#).unwrap_err();
        assert!(!error.to_string().contains("900101"), "{error}");
    }
}
