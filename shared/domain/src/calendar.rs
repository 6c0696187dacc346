//! Calling windows: when, in a resident's own time zone, a phone may ring.
//! Time zones and daylight saving come from `jiff` with a bundled database, so
//! that the same day is computed on every machine.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far ahead an opening is looked for. More than a year of holidays in a
/// row means that there is none.
const LOOK_AHEAD_DAYS: u32 = 400;

/// The days of the week on which calls are made, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekdays(pub [bool; 7]);

impl Weekdays {
    /// Monday to Friday.
    pub const WORKING: Self = Self([true, true, true, true, true, false, false]);
    /// Every day.
    pub const ALL: Self = Self([true; 7]);

    fn has(self, day: Weekday) -> bool {
        self.0.get(usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)).copied().unwrap_or(false)
    }
}

/// The part of a day in which calls are made: from `start` up to, not
/// including, `end`, in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyWindow {
    /// First minute of the window.
    pub start: Time,
    /// First minute after it.
    pub end: Time,
}

/// Days and hours of calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days of the week.
    pub days: Weekdays,
    /// Hours of such a day.
    pub daily: DailyWindow,
}

impl Default for Window {
    /// Monday to Friday, 09:00 to 17:00.
    fn default() -> Self {
        Self {
            days: Weekdays::WORKING,
            daily: DailyWindow { start: Time::constant(9, 0, 0, 0), end: Time::constant(17, 0, 0, 0) },
        }
    }
}

impl Window {
    /// What makes this window unusable, in words; empty when nothing does.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.daily.start >= self.daily.end {
            problems.push(format!(
                "window starts at {} and ends at {}; expected the start before the end",
                self.daily.start, self.daily.end
            ));
        }
        if self.days.0.iter().all(|day| !day) {
            problems.push("window has no day of the week; expected at least one".to_owned());
        }
        problems
    }
}

/// The calling hours of one resident.
#[derive(Clone, Debug)]
pub struct Hours<'a> {
    /// Where the resident lives.
    pub zone: TimeZone,
    /// Days of the week on which they may be called.
    pub days: Weekdays,
    /// Hours of such a day.
    pub window: DailyWindow,
    /// Dates on which nobody is called.
    pub holidays: &'a BTreeSet<Date>,
}

impl Hours<'_> {
    /// Whether a phone may ring at `at`.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_open(at) == Some(at)
    }

    /// The first moment at or after `at` when a phone may ring; `None` when no
    /// day of the next thirteen months has one.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.opening(at).map(|(open, _)| open)
    }

    /// The end of the window that is open at `at`, or of the next one to open.
    #[must_use]
    pub fn close_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.opening(at).map(|(_, close)| close)
    }

    /// The moment at which so much open time has passed since `at`; `None` when
    /// there is not enough of it in the next thirteen months.
    #[must_use]
    pub fn after_open(&self, at: Timestamp, time: SignedDuration) -> Option<Timestamp> {
        let (mut from, mut left) = (at, time);
        for _ in 0..LOOK_AHEAD_DAYS {
            let (open, close) = self.opening(from)?;
            let there = close.duration_since(open);
            if left <= there {
                return open.checked_add(left).ok();
            }
            left -= there;
            from = close;
        }
        None
    }

    /// The local date at `at`.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    fn opening(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let mut date = self.date(at);
        for _ in 0..LOOK_AHEAD_DAYS {
            if let Some((start, end)) = self.window_on(date)
                && at < end
            {
                return Some((at.max(start), end));
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    /// The window of `date` as moments. On the day that clocks change, a time
    /// that does not exist is moved forward and one that exists twice means
    /// its first occurrence (jiff's "compatible" rule, that of RFC 5545).
    fn window_on(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        if !self.days.has(date.weekday()) || self.holidays.contains(&date) {
            return None;
        }
        let moment = |time: Time| self.zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok();
        let (start, end) = (moment(self.window.start)?, moment(self.window.end)?);
        (start < end).then_some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn london(days: Weekdays, start: Time, end: Time, holidays: &BTreeSet<Date>) -> Hours<'_> {
        let zone = TimeZone::get("Europe/London").unwrap();
        Hours { zone, days, window: DailyWindow { start, end }, holidays }
    }

    #[track_caller]
    fn check(hours: &Hours<'_>, from: &str, open: &str) {
        assert_eq!(hours.next_open(at(from)), Some(at(open)), "from {from}");
    }

    #[test]
    fn office_hours_in_winter_and_in_summer() {
        let none = BTreeSet::new();
        let hours = london(Weekdays::WORKING, time(9, 0, 0, 0), time(17, 0, 0, 0), &none);
        check(&hours, "2026-11-23T08:59:59.999Z", "2026-11-23T09:00:00Z");
        check(&hours, "2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z");
        check(&hours, "2026-11-23T16:59:59.999Z", "2026-11-23T16:59:59.999Z");
        check(&hours, "2026-11-23T17:00:00Z", "2026-11-24T09:00:00Z");
        check(&hours, "2026-11-27T17:00:00Z", "2026-11-30T09:00:00Z");
        check(&hours, "2026-07-01T07:00:00Z", "2026-07-01T08:00:00Z");
        assert_eq!(hours.close_after(at("2026-07-01T10:00:00Z")), Some(at("2026-07-01T16:00:00Z")));
        assert!(!hours.is_open(at("2026-07-01T16:00:00Z")));
    }

    #[test]
    fn the_day_clocks_go_forward() {
        // 2026-03-29: 01:00 GMT becomes 02:00 BST.
        let none = BTreeSet::new();
        let hours = london(Weekdays::ALL, time(9, 0, 0, 0), time(17, 0, 0, 0), &none);
        check(&hours, "2026-03-28T17:00:00Z", "2026-03-29T08:00:00Z");
        assert_eq!(hours.close_after(at("2026-03-29T08:00:00Z")), Some(at("2026-03-29T16:00:00Z")));
        // A window that starts in the hour that does not exist starts after it.
        let night = london(Weekdays::ALL, time(1, 30, 0, 0), time(3, 0, 0, 0), &none);
        check(&night, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z");
        assert_eq!(night.close_after(at("2026-03-29T00:00:00Z")), Some(at("2026-03-29T02:00:00Z")));
        // One that lies in it is none on that day.
        let gone = london(Weekdays::ALL, time(1, 0, 0, 0), time(2, 0, 0, 0), &none);
        check(&gone, "2026-03-28T02:00:00Z", "2026-03-30T00:00:00Z");
        assert_eq!(gone.close_after(at("2026-03-28T02:00:00Z")), Some(at("2026-03-30T01:00:00Z")));
    }

    #[test]
    fn the_day_clocks_go_back() {
        // 2026-10-25: 02:00 BST becomes 01:00 GMT; 01:30 exists twice.
        let none = BTreeSet::new();
        let hours = london(Weekdays::ALL, time(9, 0, 0, 0), time(17, 0, 0, 0), &none);
        check(&hours, "2026-10-24T16:00:00Z", "2026-10-25T09:00:00Z");
        let night = london(Weekdays::ALL, time(1, 30, 0, 0), time(3, 0, 0, 0), &none);
        check(&night, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z");
        assert_eq!(night.close_after(at("2026-10-25T00:30:00Z")), Some(at("2026-10-25T03:00:00Z")));
    }

    /// A promise of two hours, to be kept in the hours of a desk.
    #[test]
    fn open_time_passes_only_while_the_window_is_open() {
        let holidays = BTreeSet::from([Date::constant(2026, 11, 30)]);
        let working = london(Weekdays::WORKING, time(9, 0, 0, 0), time(17, 0, 0, 0), &holidays);
        let daily = london(Weekdays::ALL, time(9, 0, 0, 0), time(17, 0, 0, 0), &holidays);
        let night = london(Weekdays::ALL, time(0, 30, 0, 0), time(3, 0, 0, 0), &holidays);
        for (hours, pressed, due) in [
            (&working, "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z"),
            (&working, "2026-11-23T15:00:00Z", "2026-11-23T17:00:00Z"),
            (&working, "2026-11-23T15:00:01Z", "2026-11-24T09:00:01Z"),
            (&working, "2026-11-23T06:00:00Z", "2026-11-23T11:00:00Z"),
            // On a Friday, before a Monday that is a holiday.
            (&working, "2026-11-27T16:30:00Z", "2026-12-01T10:30:00Z"),
            (&working, "2026-11-20T16:30:00Z", "2026-11-23T10:30:00Z"),
            // The weekends on which clocks go forward, and back.
            (&working, "2026-03-27T16:30:00Z", "2026-03-30T09:30:00Z"),
            (&working, "2026-10-23T15:30:00Z", "2026-10-26T10:30:00Z"),
            (&daily, "2026-03-28T16:30:00Z", "2026-03-29T09:30:00Z"),
            (&daily, "2026-10-24T15:30:00Z", "2026-10-25T10:30:00Z"),
            // An hour that does not exist passes for nobody; one that exists twice counts twice.
            (&night, "2026-03-29T00:45:00Z", "2026-03-30T00:15:00Z"),
            (&night, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
        ] {
            let time = SignedDuration::from_hours(2);
            assert_eq!(hours.after_open(at(pressed), time), Some(at(due)), "from {pressed}");
        }
        let none = BTreeSet::new();
        let never = london(Weekdays([false; 7]), time(9, 0, 0, 0), time(17, 0, 0, 0), &none);
        assert_eq!(never.after_open(at("2026-12-24T17:00:00Z"), SignedDuration::from_secs(1)), None);
    }

    #[test]
    fn holidays_are_skipped_and_an_endless_holiday_never_opens() {
        let holidays = BTreeSet::from([Date::constant(2026, 12, 25), Date::constant(2026, 12, 28)]);
        let hours = london(Weekdays::WORKING, time(9, 0, 0, 0), time(17, 0, 0, 0), &holidays);
        check(&hours, "2026-12-24T17:00:00Z", "2026-12-29T09:00:00Z");
        let none = BTreeSet::new();
        let never = london(Weekdays([false; 7]), time(9, 0, 0, 0), time(17, 0, 0, 0), &none);
        assert_eq!(never.next_open(at("2026-12-24T17:00:00Z")), None);
    }
}
