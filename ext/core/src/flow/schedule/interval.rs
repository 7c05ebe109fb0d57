//! Intervals: read from text, and turned into the cron that keeps them exactly.

use std::fmt;

use super::field::WEEKDAYS;
use crate::flow::refusal::{shown, Refusal};

/// A unit, how many seconds it has, and how many of it the next one has.
struct Unit {
    name: &'static str,
    seconds: i64,
    in_next: i64,
    next: &'static str,
}

const UNITS: [Unit; 5] = [
    Unit {
        name: "week",
        seconds: 604_800,
        in_next: 1,
        next: "week",
    },
    Unit {
        name: "day",
        seconds: 86_400,
        in_next: 1,
        next: "day",
    },
    Unit {
        name: "hour",
        seconds: 3_600,
        in_next: 24,
        next: "day",
    },
    Unit {
        name: "minute",
        seconds: 60,
        in_next: 60,
        next: "hour",
    },
    Unit {
        name: "second",
        seconds: 1,
        in_next: 60,
        next: "minute",
    },
];

/// So many of a unit, which divide the next unit.
pub struct Interval {
    count: i64,
    unit: &'static Unit,
}

impl Interval {
    /// The interval, in the largest unit that it is a whole number of.
    pub fn of_seconds(seconds: i64) -> Result<Self, Refusal> {
        if seconds <= 0 {
            return Err(Refusal::Schedule(format!(
                "an interval of {seconds} seconds is none; write 5.minutes or \"5 minutes\""
            )));
        }
        let fits = |unit: &&Unit| seconds % unit.seconds == 0;
        // Seconds divide everything, so there always is one.
        let unit = UNITS.iter().find(fits).unwrap_or(&UNITS[4]);
        let count = seconds / unit.seconds;
        match unit.in_next % count {
            0 => Ok(Self { count, unit }),
            _ => Err(uneven(seconds, count, unit)),
        }
    }

    pub fn seconds(&self) -> u64 {
        u64::try_from(self.count * self.unit.seconds).unwrap_or_default()
    }

    /// The cron that keeps it, in step with the clock.
    pub fn cron(&self) -> String {
        let every = match self.count {
            1 => "*".to_owned(),
            count => format!("*/{count}"),
        };
        match self.unit.name {
            "second" => format!("{every} * * * * *"),
            "minute" => format!("{every} * * * *"),
            "hour" => format!("0 {every} * * *"),
            "day" => "0 0 * * *".to_owned(),
            _ => "0 0 * * 0".to_owned(),
        }
    }

    /// The cron that keeps it at a time.
    pub fn cron_at(&self, at: &str) -> Result<String, Refusal> {
        let found = match self.unit.name {
            "hour" => at
                .trim()
                .strip_prefix(':')
                .and_then(|text| number(text, 59))
                .map(|minute| {
                    let hours = if self.count == 1 {
                        "*".to_owned()
                    } else {
                        format!("*/{}", self.count)
                    };
                    format!("{minute} {hours} * * *")
                }),
            "day" => clock(at.trim()).map(|(hour, minute)| format!("{minute} {hour} * * *")),
            "week" => at
                .trim()
                .split_once(char::is_whitespace)
                .and_then(|(day, time)| {
                    let ((hour, minute), day) = (clock(time.trim())?, weekday(day)?);
                    Some(format!("{minute} {hour} * * {day}"))
                }),
            _ => None,
        };
        found.ok_or_else(|| {
            let possible = match self.unit.name {
                "hour" => "a minute, as in at: \":30\"",
                "day" => "a time of the day, as in at: \"02:00\"",
                "week" => "a day and a time, as in at: \"monday 02:00\"",
                _ => "no at: it comes more often than once an hour",
            };
            Refusal::Schedule(format!(
                "cannot start {self} at {}; it takes {possible}",
                shown(at)
            ))
        })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "every {}", counted(self.count, self.unit.name))
    }
}

/// An interval in seconds, from "5 minutes", "every 5 minutes", "every hour".
pub fn seconds(text: &str) -> Result<i64, Refusal> {
    let words: Vec<String> = text
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.first() == Some(&"every") {
        words.remove(0);
    }
    let read = match words.as_slice() {
        [unit] => unit_seconds(unit),
        [count, unit] => count
            .parse::<u32>()
            .ok()
            .filter(|_| count.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|count| unit_seconds(unit)?.checked_mul(i64::from(count))),
        _ => None,
    };
    read.ok_or_else(|| {
        Refusal::Schedule(format!(
            "cannot read {} as an interval; write 5.minutes or \"5 minutes\"",
            shown(text)
        ))
    })
}

fn unit_seconds(word: &str) -> Option<i64> {
    let name = word.strip_suffix('s').unwrap_or(word);
    UNITS
        .iter()
        .find(|unit| unit.name == name)
        .map(|unit| unit.seconds)
}

/// The nearest intervals that can be kept, or what else there is.
fn uneven(seconds: i64, count: i64, unit: &Unit) -> Refusal {
    let came = counted(count, unit.name);
    let (name, in_next) = (unit.name, unit.in_next);
    if in_next == 1 {
        return Refusal::Schedule(format!(
            "an interval of {came} ({seconds} seconds) would begin anew with each month; a schedule takes 1.day, 1.week, or \
             a cron line, as in schedule :cron, \"0 0 1 * *\""
        ));
    }
    let divides = |count: &i64| in_next % count == 0;
    let below = (1..count.min(in_next)).rev().find(divides);
    let above = (count.saturating_add(1)..in_next).find(divides);
    let above = above.map_or(counted(1, unit.next), |count| counted(count, name));
    let possible: Vec<String> = below
        .map(|count| counted(count, name))
        .into_iter()
        .chain([above])
        .collect();
    Refusal::Schedule(format!(
        "an interval of {came} does not divide {}, so no cron can keep it; the nearest that do are {}",
        article(unit.next),
        possible.join(" and ")
    ))
}

fn article(unit: &str) -> String {
    match unit {
        "hour" => "an hour".to_owned(),
        _ => format!("a {unit}"),
    }
}

fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// "02:00" or "2:00" as hour and minute.
fn clock(text: &str) -> Option<(i64, i64)> {
    let (hour, minute) = text.split_once(':')?;
    Some((
        number(hour, 23)?,
        number(minute, 59).filter(|_| minute.len() == 2)?,
    ))
}

fn number(digits: &str, most: i64) -> Option<i64> {
    let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| fits && *number <= most)
}

/// The number of a weekday, from its name or the first three letters of it.
fn weekday(name: &str) -> Option<usize> {
    let full = [
        "sunday",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
    ];
    let name = name.to_ascii_lowercase();
    let short = WEEKDAYS.iter().position(|day| *day == name);
    short.or_else(|| full.iter().position(|day| *day == name))
}
