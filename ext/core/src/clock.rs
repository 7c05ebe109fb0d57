//! Moments as text. The calendar is the proleptic Gregorian one, in UTC, over the whole range of 64 bits of
//! microseconds (292,000 years either way), which is more than calendar libraries take without a panic.

use std::fmt::Write;

use crate::error::Error;

const SECOND_US: i128 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
/// Days from 0000-03-01 to the epoch. Years that begin in March end with their leap day.
const EPOCH_DAYS: i64 = 719_468;
const ERA_DAYS: i64 = 146_097;
const ERA_YEARS: i64 = 400;

/// A moment as in `2026-11-21T10:02:03.123456Z`. Years below 1 have a minus, years beyond 9999 more digits.
pub fn format(at_us: i64) -> String {
    let (mut text, micros) = to_the_second(at_us, 'T');
    // Writing to a String cannot fail.
    let _ = write!(text, ".{micros:06}Z");
    text
}

/// The same as databases are given it, and as `ActiveRecord` writes it: `2026-11-21 10:02:03.123456`, and without a
/// fraction where that is zero. As text in UTC it compares with what is stored already.
pub fn format_sql(at_us: i64) -> String {
    let (mut text, micros) = to_the_second(at_us, ' ');
    if micros != 0 {
        let _ = write!(text, ".{micros:06}");
    }
    text
}

/// The text up to the second, and the microseconds of it.
fn to_the_second(at_us: i64, between: char) -> (String, i64) {
    let (seconds, micros) = (at_us.div_euclid(1_000_000), at_us.rem_euclid(1_000_000));
    let (days, second) = (
        seconds.div_euclid(DAY_SECONDS),
        seconds.rem_euclid(DAY_SECONDS),
    );
    let (year, month, day) = civil(days);
    let sign = if year < 0 { "-" } else { "" };
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let mut text = String::with_capacity(27);
    let _ = write!(
        text,
        "{sign}{:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}",
        year.unsigned_abs()
    );
    (text, micros)
}

/// The moment that `text` names, in microseconds since the epoch.
///
/// Takes ISO 8601 and RFC 3339 in their long form: a date, then "T" or a space and the time of day with or without
/// seconds and a fraction (digits beyond microseconds are dropped), then "Z", "UTC", "+01:00", "+0100", "+01" or
/// nothing, which means UTC. A date alone is its midnight.
///
/// # Errors
/// [`Error::UnreadableTime`] with the text; [`Error::TimeOutOfRange`] when it does not fit into 64 bits.
pub fn parse(text: &str) -> Result<i64, Error> {
    let seconds_and_micros = Reader(text.trim().as_bytes()).moment();
    let (seconds, micros) =
        seconds_and_micros.ok_or_else(|| Error::UnreadableTime(text.to_owned()))?;
    let at_us = i128::from(seconds) * SECOND_US + i128::from(micros);
    i64::try_from(at_us).map_err(|_| Error::TimeOutOfRange {
        at_us: if seconds < 0 { i64::MIN } else { i64::MAX },
        by_us: micros,
    })
}

/// Year, month and day of a day counted from the epoch.
#[must_use]
pub const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH_DAYS;
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march_month = (5 * day + 2) / 153;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * ERA_YEARS + year + (month <= 2) as i64;
    (year, month, day - (153 * march_month + 2) / 5 + 1)
}

/// The day, counted from the epoch.
#[must_use]
pub const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let (era, year) = (year.div_euclid(ERA_YEARS), year.rem_euclid(ERA_YEARS));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day = (153 * march_month + 2) / 5 + day - 1;
    era * ERA_DAYS + 365 * year + year / 4 - year / 100 + day - EPOCH_DAYS
}

/// How many days a month has.
pub(crate) const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Takes a time apart from the left; None as soon as it is no time.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Seconds since the epoch, and microseconds.
    fn moment(&mut self) -> Option<(i64, i64)> {
        let day = self.date()?;
        let (mut seconds, mut micros) = (0, 0);
        if self.one_of(b"Tt ") {
            (seconds, micros) = self.time_of_day()?;
        }
        let offset = self.offset()?;
        self.0
            .is_empty()
            .then_some((day * DAY_SECONDS + seconds - offset, micros))
    }

    fn date(&mut self) -> Option<i64> {
        let negative = self.one_of(b"-");
        let _ = negative || self.one_of(b"+");
        // Six digits are years that fit into 64 bits of microseconds, and the sums below cannot overflow with them.
        let year = self.digits(4, 6)?;
        let year = if negative { -year } else { year };
        let month = self.after(b"-")?.digits(2, 2)?;
        let day = self.after(b"-")?.digits(2, 2)?;
        let real = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        real.then(|| days(year, month, day))
    }

    fn time_of_day(&mut self) -> Option<(i64, i64)> {
        let hour = self.digits(2, 2)?;
        let minute = self.after(b":")?.digits(2, 2)?;
        let (mut second, mut micros) = (0, 0);
        if self.one_of(b":") {
            second = self.digits(2, 2)?;
            if self.one_of(b".,") {
                micros = self.fraction()?;
            }
        }
        let total = hour * 3_600 + minute * 60 + second;
        // A leap second (60) is the first second of the next minute; 24:00:00 is the next day's midnight.
        let real = hour <= 24 && minute < 60 && second <= 60 && (total, micros) <= (DAY_SECONDS, 0);
        real.then_some((total, micros))
    }

    fn fraction(&mut self) -> Option<i64> {
        let (mut micros, mut place) = (0, 100_000);
        let mut found = false;
        while let Some(digit) = self.digit() {
            micros += digit * place;
            place /= 10;
            found = true;
        }
        found.then_some(micros)
    }

    /// Seconds east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        self.one_of(b" ");
        if self.0.is_empty() || self.one_of(b"Zz") {
            return Some(0);
        }
        if matches!(self.0, b"UTC" | b"GMT") {
            self.0 = b"";
            return Some(0);
        }
        let west = self.one_of(b"-");
        let signed = west || self.one_of(b"+");
        let hours = signed.then(|| self.digits(2, 2))??;
        let colon = self.one_of(b":");
        let minutes = if colon || !self.0.is_empty() {
            self.digits(2, 2)?
        } else {
            0
        };
        let seconds = hours * 3_600 + minutes * 60;
        (hours < 24 && minutes < 60).then_some(if west { -seconds } else { seconds })
    }

    fn after(&mut self, expected: &[u8]) -> Option<&mut Self> {
        self.one_of(expected).then_some(self)
    }

    fn one_of(&mut self, expected: &[u8]) -> bool {
        match self.0.split_first() {
            Some((byte, rest)) if expected.contains(byte) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let mut value = 0;
        let mut count = 0;
        while count < most {
            let Some(digit) = self.digit() else { break };
            value = value * 10 + digit;
            count += 1;
        }
        (count >= least).then_some(value)
    }

    fn digit(&mut self) -> Option<i64> {
        let (byte, rest) = self.0.split_first()?;
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        self.0 = rest;
        Some(digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_forms_that_people_write() {
        let expected = 1_795_255_323_123_456;
        for text in [
            "2026-11-21T10:02:03.123456Z",
            "2026-11-21 10:02:03.123456",
            "2026-11-21 10:02:03.123456 UTC",
            "2026-11-21T11:02:03,123456789+01:00",
            "2026-11-21T04:32:03.123456-0530",
            " 2026-11-21t12:02:03.123456 +02\n",
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn fills_in_what_is_left_out() {
        assert_eq!(parse("1970-01-02"), Ok(86_400_000_000));
        assert_eq!(parse("1970-01-01T00:01"), Ok(60_000_000));
        assert_eq!(parse("1969-12-31T23:59:59.5"), Ok(-500_000));
        assert_eq!(parse("1969-12-31T24:00:00"), Ok(0));
        assert_eq!(parse("2016-12-31T23:59:60Z"), parse("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "soon",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-21T25:00",
            "2026-11-21T10:60",
            "26-11-21",
            "2026-11-21T10:02:03.",
            "2026-11-21T10:02:03+",
            "2026-11-21T10:02:03+1",
            "2026-11-21T10:02:03Zz",
            "2026-11-21T24:00:01",
            "2026-11-21T10:02:03 CET",
            "2026-11-21T10",
            "20261121T100203Z",
            "2026-11-21T1é:00",
        ] {
            assert_eq!(parse(text), Err(Error::UnreadableTime(text.to_owned())));
        }
    }

    #[test]
    fn writes_any_moment() {
        assert_eq!(format(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(format(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(format(i64::MAX), "294247-01-10T04:00:54.775807Z");
        assert_eq!(format(i64::MIN), "-290308-12-21T19:59:05.224192Z");
        assert_eq!(format_sql(-1), "1969-12-31 23:59:59.999999");
        assert_eq!(format_sql(60_000_000), "1970-01-01 00:01:00");
        assert!(parse("999999-01-01").is_err());
    }

    proptest! {
        #[test]
        fn every_moment_comes_back(at_us: i64) {
            prop_assert_eq!(parse(&format(at_us)), Ok(at_us));
            prop_assert_eq!(parse(&format_sql(at_us)), Ok(at_us));
        }

        #[test]
        fn agrees_with_a_calendar_library(at_us in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            let theirs = chrono::DateTime::from_timestamp_micros(at_us).unwrap();
            prop_assert_eq!(format(at_us), theirs.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
            prop_assert_eq!(parse(&theirs.to_rfc3339()), Ok(at_us));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9TZ:. ]{0,40}|.*") {
            let _ = parse(&text);
        }
    }
}
