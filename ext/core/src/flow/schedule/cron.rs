//! A cron line: minute, hour, day, month, weekday, or the same with seconds in front.

use std::fmt;

use super::field::{Field, Kind, DAY, HOUR, MINUTE, MONTH, SECOND, WEEKDAY};
use crate::clock::civil;
use crate::flow::refusal::{shown, Refusal};

const SECOND_US: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
/// Longer than it can be from one February 29 to the next, eight years at the turn of most centuries.
const MOST_DAYS: i64 = 9 * 366;

/// The times that a cron line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    second: Field,
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
    has_seconds: bool,
}

impl Cron {
    /// The line's times. Days and weekdays that are both given are both meant, as in every cron: "0 0 13 * fri" is each
    /// 13th and each Friday. Where crons differ it means what it means to fugit, which reads the schedules of queues.
    ///
    /// # Errors
    /// [`Refusal::Schedule`] when it cannot be read, or has no time at all ("0 0 30 2 *").
    pub fn parse(line: &str) -> Result<Self, Refusal> {
        let refused = |why: String| {
            Refusal::Schedule(format!("cannot read {} as a cron line: {why}", shown(line)))
        };
        let texts: Vec<&str> = match short_name(line.trim()) {
            Some(fields) => fields.split(' ').collect(),
            None => line.split_whitespace().collect(),
        };
        let (second, [minute, hour, day, month, weekday]) = match texts.as_slice() {
            [minute, hour, day, month, weekday] => (None, [minute, hour, day, month, weekday]),
            [second, minute, hour, day, month, weekday] => {
                (Some(second), [minute, hour, day, month, weekday])
            }
            _ => {
                return Err(refused(
                    "it has five fields (minute hour day month weekday), as in \"0 2 * * *\""
                        .to_owned(),
                ))
            }
        };
        let field = |kind: &Kind, text: &str| {
            Field::parse(kind, text).ok_or_else(|| {
                let (name, possible) = (kind.name, kind.possible());
                refused(format!(
                    "{text:?} is no {name}; write {possible}, *, 1-5, */2, or a list of those"
                ))
            })
        };
        let cron = Self {
            second: field(&SECOND, second.unwrap_or(&"0"))?,
            minute: field(&MINUTE, minute)?,
            hour: field(&HOUR, hour)?,
            day: field(&DAY, day)?,
            month: field(&MONTH, month)?,
            weekday: field(&WEEKDAY, weekday)?,
            has_seconds: second.is_some(),
        };
        match cron.next_after(0, 0) {
            Some(_) => Ok(cron),
            None => Err(refused(
                "no month of it has such a day, so it would never come".to_owned(),
            )),
        }
    }

    /// The first moment after `now_us`, where the local clock is `ahead_s` seconds ahead of UTC.
    #[must_use]
    pub fn next_after(&self, now_us: i64, ahead_s: i32) -> Option<i64> {
        let ahead = i64::from(ahead_s);
        let local = now_us.div_euclid(SECOND_US) + ahead + 1;
        let (today, second) = (local.div_euclid(DAY_SECONDS), local.rem_euclid(DAY_SECONDS));
        let first = (self.has_day(today))
            .then(|| self.time_from(second))
            .flatten();
        let found = match first {
            Some(second) => today * DAY_SECONDS + second,
            None => {
                let day = (today + 1..=today + MOST_DAYS).find(|day| self.has_day(*day))?;
                day * DAY_SECONDS + self.time_from(0)?
            }
        };
        (found - ahead).checked_mul(SECOND_US)
    }

    fn has_day(&self, days: i64) -> bool {
        let (_, month, day) = civil(days);
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        // 1970-01-01 was a Thursday.
        let weekday = self.weekday.has(small((days + 4).rem_euclid(7)));
        let day = self.day.has(small(day));
        let both_given = !self.day.is_every() && !self.weekday.is_every();
        let fits = if both_given {
            day || weekday
        } else {
            day && weekday
        };
        fits && self.month.has(small(month))
    }

    /// The first second of the day that is not before `second`.
    fn time_from(&self, second: i64) -> Option<i64> {
        let small = |number: i64| u8::try_from(number).unwrap_or(u8::MAX);
        let (hour, minute, second) = (
            small(second / 3_600),
            small(second / 60 % 60),
            small(second % 60),
        );
        let of = |hour: u8, minute: u8, second: u8| {
            Some(i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second))
        };
        if self.hour.has(hour) {
            if self.minute.has(minute) {
                if let Some(second) = self.second.from(second) {
                    return of(hour, minute, second);
                }
            }
            if let Some(minute) = self.minute.from(minute + 1) {
                return of(hour, minute, self.second.first());
            }
        }
        of(
            self.hour.from(hour + 1)?,
            self.minute.first(),
            self.second.first(),
        )
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_seconds {
            write!(f, "{} ", self.second.text())?;
        }
        let fields = [
            &self.minute,
            &self.hour,
            &self.day,
            &self.month,
            &self.weekday,
        ];
        let texts = fields.map(Field::text);
        f.write_str(&texts.join(" "))
    }
}

/// The fields behind the names that every cron knows.
fn short_name(line: &str) -> Option<&'static str> {
    Some(match line.to_ascii_lowercase().as_str() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        _ => return None,
    })
}
