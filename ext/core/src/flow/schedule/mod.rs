//! When a flow is started: an interval, or a cron line of five fields. Both are kept as the cron that they are, because
//! that is what runs them; so an interval that no cron can keep is refused instead of being rounded.
//!
//! Zones are Ruby's: it hands in how many seconds the local clock is ahead of UTC.

mod cron;
mod field;
mod interval;

pub use cron::Cron;

use super::refusal::{shown, Refusal};

/// A schedule that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    cron: Cron,
    interval_seconds: Option<u64>,
}

impl Schedule {
    /// Every so many seconds.
    ///
    /// # Errors
    /// [`Refusal::Schedule`] unless the seconds divide the next unit: 15 seconds, 20 minutes, 6 hours, 1 day, 1 week.
    pub fn every_seconds(seconds: i64) -> Result<Self, Refusal> {
        let interval = interval::Interval::of_seconds(seconds)?;
        Self::from_interval(&interval)
    }

    /// Every interval of the text: "5 minutes", "every hour".
    ///
    /// # Errors
    /// [`Refusal::Schedule`] when it cannot be read, or not be kept.
    pub fn every_text(text: &str) -> Result<Self, Refusal> {
        Self::every_seconds(interval::seconds(text)?)
    }

    /// Every so many seconds, at a time of the day ("02:00"), of the week ("monday 02:00") or of the hour (":30").
    ///
    /// # Errors
    /// [`Refusal::Schedule`] when the interval has no such time, or the time cannot be read.
    pub fn every_seconds_at(seconds: i64, at: &str) -> Result<Self, Refusal> {
        let interval = interval::Interval::of_seconds(seconds)?;
        Ok(Self {
            text: format!("{interval} at {}", at.trim()),
            cron: Cron::parse(&interval.cron_at(at)?)?,
            interval_seconds: None,
        })
    }

    /// The times of a cron line.
    ///
    /// # Errors
    /// [`Refusal::Schedule`] when it cannot be read, or never comes.
    pub fn cron(line: &str) -> Result<Self, Refusal> {
        let cron = Cron::parse(line)?;
        if line.split_whitespace().count() > 5 {
            return Err(Refusal::Schedule(format!(
                "cannot read {} as a cron line: it has five fields (minute hour day month weekday), as in \"0 2 * * *\"",
                shown(line)
            )));
        }
        Ok(Self {
            text: cron.to_string(),
            cron,
            interval_seconds: None,
        })
    }

    fn from_interval(interval: &interval::Interval) -> Result<Self, Refusal> {
        Ok(Self {
            text: interval.to_string(),
            cron: Cron::parse(&interval.cron())?,
            interval_seconds: Some(interval.seconds()),
        })
    }

    /// As it is shown: `every 5 minutes`, `every 1 day at 02:00`, or the cron line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As a scheduler is told: five fields, or six where the first one is seconds.
    #[must_use]
    pub fn to_cron(&self) -> String {
        self.cron.to_string()
    }

    /// The interval in seconds, where it is one and nothing else.
    #[must_use]
    pub const fn interval_seconds(&self) -> Option<u64> {
        self.interval_seconds
    }

    /// The first moment after `now_us`, where the local clock is `ahead_s` seconds ahead of UTC.
    ///
    /// None when it lies out of the range of 64 bits of microseconds.
    #[must_use]
    pub fn next_after(&self, now_us: i64, ahead_s: i32) -> Option<i64> {
        self.cron.next_after(now_us, ahead_s)
    }
}
