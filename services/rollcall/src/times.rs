//! Moments in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `Mon 23 Nov 2026 09:30 GMT`.
pub(crate) fn long(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M %Z").to_string()
}

/// `Mon 09:30:15 GMT`.
pub(crate) fn short(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %H:%M:%S %Z").to_string()
}

/// The name of a zone, such as `Europe/London`.
pub(crate) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

#[cfg(test)]
mod tests {
    use super::{long, short};
    use jiff::tz::TimeZone;

    #[test]
    fn summer_and_winter_name_their_zone() {
        let london = TimeZone::get("Europe/London").unwrap();
        assert_eq!(long("2026-11-23T09:30:00Z".parse().unwrap(), &london), "Mon 23 Nov 2026 09:30 GMT");
        assert_eq!(short("2026-07-01T08:30:15Z".parse().unwrap(), &london), "Wed 09:30:15 BST");
    }
}
