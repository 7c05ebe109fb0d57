//! Schedules are read or refused with a sentence, and come when a calendar says so. The suite in Ruby compares them with
//! another cron.

use active_data_flow_core::flow::schedule::Schedule;
use active_data_flow_core::flow::Refusal;
use chrono::{DateTime, Datelike, Timelike};
use proptest::prelude::*;

fn refusal(result: Result<Schedule, Refusal>) -> String {
    result
        .map(|schedule| schedule.text().to_owned())
        .unwrap_err()
        .to_string()
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_micros()
}

fn next(line: &str, now: &str) -> String {
    let next = Schedule::cron(line)
        .unwrap()
        .next_after(at(now), 0)
        .unwrap();
    DateTime::from_timestamp_micros(next)
        .unwrap()
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

#[test]
fn intervals_are_the_cron_that_keeps_them() {
    for (seconds, text, cron) in [
        (1, "every 1 second", "* * * * * *"),
        (15, "every 15 seconds", "*/15 * * * * *"),
        (60, "every 1 minute", "* * * * *"),
        (300, "every 5 minutes", "*/5 * * * *"),
        (3_600, "every 1 hour", "0 * * * *"),
        (21_600, "every 6 hours", "0 */6 * * *"),
        (86_400, "every 1 day", "0 0 * * *"),
        (604_800, "every 1 week", "0 0 * * 0"),
    ] {
        let schedule = Schedule::every_seconds(seconds).unwrap();
        assert_eq!((schedule.text(), schedule.to_cron().as_str()), (text, cron));
        assert_eq!(schedule.interval_seconds(), Some(seconds as u64));
        assert_eq!(Schedule::every_text(text), Ok(schedule));
    }
    let minutes = Schedule::every_seconds(300);
    for text in [
        "5 minutes",
        "every 5 minutes",
        " Every  5 Minutes ",
        "5 minute",
        "300 seconds",
    ] {
        assert_eq!(Schedule::every_text(text), minutes);
    }
    assert_eq!(
        Schedule::every_text("every hour"),
        Schedule::every_seconds(3_600)
    );
}

#[test]
fn an_interval_that_no_cron_keeps_is_refused_with_the_nearest_that_one_does() {
    assert_eq!(
        refusal(Schedule::every_seconds(5_400)),
        "an interval of 90 minutes does not divide an hour, so no cron can keep it; the nearest that do are 30 minutes and 1 hour"
    );
    assert_eq!(
        refusal(Schedule::every_seconds(90)),
        "an interval of 90 seconds does not divide a minute, so no cron can keep it; the nearest that do are 30 seconds and 1 minute"
    );
    assert_eq!(
        refusal(Schedule::every_seconds(7 * 60)),
        "an interval of 7 minutes does not divide an hour, so no cron can keep it; the nearest that do are 6 minutes and 10 minutes"
    );
    assert_eq!(
        refusal(Schedule::every_seconds(36 * 3_600)),
        "an interval of 36 hours does not divide a day, so no cron can keep it; the nearest that do are 12 hours and 1 day"
    );
    assert!(
        refusal(Schedule::every_seconds(2 * 86_400)).contains("would begin anew with each month")
    );
    assert!(refusal(Schedule::every_seconds(0)).contains("an interval of 0 seconds is none"));
    assert!(
        Schedule::every_seconds(i64::MIN).is_err() && Schedule::every_seconds(i64::MAX).is_err()
    );
}

#[test]
fn what_is_no_interval_is_refused() {
    for text in [
        "5 minuts",
        "",
        "minutes 5",
        "5",
        "-5 minutes",
        "+5 minutes",
        "5 5 minutes",
        "every",
        "1.5 hours",
        "99999999999 weeks",
    ] {
        let expected =
            format!("cannot read {text:?} as an interval; write 5.minutes or \"5 minutes\"");
        assert_eq!(refusal(Schedule::every_text(text)), expected);
    }
}

#[test]
fn an_interval_starts_at_a_time() {
    let cron = |seconds, at: &str| {
        Schedule::every_seconds_at(seconds, at).map(|schedule| schedule.to_cron())
    };
    assert_eq!(cron(86_400, "02:00"), Ok("0 2 * * *".into()));
    assert_eq!(cron(86_400, " 2:05"), Ok("5 2 * * *".into()));
    assert_eq!(cron(604_800, "monday 02:30"), Ok("30 2 * * 1".into()));
    assert_eq!(cron(604_800, "Sun 0:00"), Ok("0 0 * * 0".into()));
    assert_eq!(cron(3_600, ":15"), Ok("15 * * * *".into()));
    assert_eq!(cron(21_600, ":15"), Ok("15 */6 * * *".into()));
    assert_eq!(
        Schedule::every_seconds_at(86_400, "02:00").unwrap().text(),
        "every 1 day at 02:00"
    );
    assert_eq!(
        Schedule::every_seconds_at(86_400, "02:00")
            .unwrap()
            .interval_seconds(),
        None
    );
    assert_eq!(
        refusal(Schedule::every_seconds_at(86_400, "25:00")),
        "cannot start every 1 day at \"25:00\"; it takes a time of the day, as in at: \"02:00\""
    );
    assert!(refusal(Schedule::every_seconds_at(300, "02:00")).contains("no at"));
    assert!(refusal(Schedule::every_seconds_at(604_800, "02:00")).contains("monday 02:00"));
    for wrong in ["2", "02:0", "02:60", "2am", ""] {
        assert!(
            Schedule::every_seconds_at(86_400, wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_cron_line_is_read_field_by_field() {
    assert_eq!(
        next("0 2 * * *", "2026-01-01T02:00:00Z"),
        "2026-01-02T02:00:00Z"
    );
    assert_eq!(
        next("0 2 * * *", "2026-01-01T01:59:59Z"),
        "2026-01-01T02:00:00Z"
    );
    assert_eq!(
        next("*/20 8-9 * * mon-fri", "2026-01-02T09:40:00Z"),
        "2026-01-05T08:00:00Z"
    );
    assert_eq!(
        next("0 0 29 feb *", "2026-01-01T00:00:00Z"),
        "2028-02-29T00:00:00Z"
    );
    assert_eq!(
        next("0 0 29 2 *", "2096-03-01T00:00:00Z"),
        "2104-02-29T00:00:00Z"
    );
    assert_eq!(
        next("0 0 13 * fri", "2026-01-01T00:00:00Z"),
        "2026-01-02T00:00:00Z"
    );
    assert_eq!(
        next("5/15 22-2 * * *", "2026-01-01T03:00:00Z"),
        "2026-01-01T22:05:00Z"
    );
    assert_eq!(
        next("0 0 * * 7", "2026-01-01T00:00:00Z"),
        "2026-01-04T00:00:00Z"
    );
    assert_eq!(
        next("0 0 * * sat-7", "2026-01-01T00:00:00Z"),
        "2026-01-03T00:00:00Z"
    );
    assert_eq!(
        next("0 0 13 * sun-sat", "2026-01-02T00:00:00Z"),
        "2026-01-03T00:00:00Z"
    );
    assert_eq!(
        next("0 0 1-31 * mon", "2026-01-02T00:00:00Z"),
        "2026-01-05T00:00:00Z"
    );
    assert_eq!(
        next("0 0 1,15 JAN,Jul *", "2026-01-02T00:00:00Z"),
        "2026-01-15T00:00:00Z"
    );
    assert_eq!(
        next("@daily", "2026-01-02T00:00:00Z"),
        "2026-01-03T00:00:00Z"
    );
    assert_eq!(
        Schedule::cron("  0  2 *   * MON ").unwrap().text(),
        "0 2 * * mon"
    );
    assert_eq!(Schedule::cron("@Daily").unwrap().to_cron(), "0 0 * * *");
}

#[test]
fn a_cron_line_that_is_none_is_refused_with_its_field() {
    for (line, why) in [
        (
            "",
            "it has five fields (minute hour day month weekday), as in \"0 2 * * *\"",
        ),
        ("0 2 * *", "it has five fields"),
        ("0 0 2 * * *", "it has five fields"),
        (
            "60 2 * * *",
            "\"60\" is no minute; write 0 to 59, *, 1-5, */2, or a list of those",
        ),
        ("0 24 * * *", "\"24\" is no hour"),
        ("0 2 0 * *", "\"0\" is no day"),
        (
            "0 2 * foo *",
            "\"foo\" is no month; write 1 to 12, or jan to dec",
        ),
        (
            "0 2 * * 8",
            "\"8\" is no weekday; write 0 to 6, or sun to sat",
        ),
        ("*/0 2 * * *", "\"*/0\" is no minute"),
        ("0 2 L * *", "\"L\" is no day"),
        ("0 2 * * mon#1", "\"mon#1\" is no weekday"),
        ("+1 2 * * *", "\"+1\" is no minute"),
        ("0, 2 * * *", "\"0,\" is no minute"),
        ("0 2 * * 1,*", "\"1,*\" is no weekday"),
        ("0 2 * * 4/2", "\"4/2\" is no weekday"),
        (
            "0 0 31 2 *",
            "no month of it has such a day, so it would never come",
        ),
    ] {
        let said = refusal(Schedule::cron(line));
        assert!(
            said.starts_with(&format!("cannot read {line:?} as a cron line: "))
                && said.contains(why),
            "{said}"
        );
    }
}

#[test]
fn the_end_of_time_is_no_panic() {
    let schedule = Schedule::cron("0 2 * * *").unwrap();
    assert_eq!(schedule.next_after(i64::MAX, 0), None);
    assert_eq!(schedule.next_after(i64::MAX, i32::MIN), None);
    let _ = schedule.next_after(i64::MIN, i32::MIN);
    let _ = schedule.next_after(i64::MIN, i32::MAX);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), near in "[-0-9*/, a-z@]{0,30}", seconds: i64) {
        for text in [&text, &near] {
            let _ = (Schedule::cron(text), Schedule::every_text(text), Schedule::every_seconds_at(86_400, text));
            let _ = (Schedule::every_seconds_at(604_800, text), Schedule::every_seconds_at(3_600, text));
        }
        let _ = Schedule::every_seconds(seconds);
    }

    #[test]
    fn the_next_time_fits_and_nothing_before_it_does(
        now_us in 0..4_102_444_800_000_000_i64, minute in 0..60_u32, hours in 1..12_u32, weekday in 0..7_u32, ahead_s in -50_000..50_000_i32,
    ) {
        let line = format!("{minute} */{hours} * * {weekday}");
        let next_us = Schedule::cron(&line).unwrap().next_after(now_us, ahead_s).unwrap();
        let fits = |at_us: i64| {
            let local = DateTime::from_timestamp_micros(at_us + i64::from(ahead_s) * 1_000_000).unwrap();
            local.minute() == minute && local.hour().is_multiple_of(hours) && local.weekday().num_days_from_sunday() == weekday
        };
        prop_assert!(next_us > now_us && fits(next_us));
        let minute_us = 60_000_000;
        let mut before = next_us - minute_us;
        while before > now_us {
            prop_assert!(!fits(before));
            before -= minute_us;
        }
    }
}
