//! How names and durations are shown to the author of a task.

const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
const HOUR_US: i64 = 60 * MINUTE_US;
const DAY_US: i64 = 24 * HOUR_US;

/// A state's name as it is written in a class: `:asked`, `:approved?`, `:"two words"`.
pub fn symbol(name: &str) -> String {
    if is_plain(name) {
        format!(":{name}")
    } else {
        format!(":{name:?}")
    }
}

/// Several of them, with commas.
pub fn symbols<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(symbol).collect::<Vec<_>>().join(", ")
}

fn is_plain(name: &str) -> bool {
    let stem = name.strip_suffix(['?', '!', '=']).unwrap_or(name);
    let first_fits = !stem.starts_with(|first: char| first.is_ascii_digit());
    let fits = |letter: char| letter.is_alphanumeric() || letter == '_';
    !stem.is_empty() && first_fits && stem.chars().all(fits)
}

/// "Did you mean :approved?" when one of the names is close to what was written.
pub fn did_you_mean<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let written: Vec<char> = written.chars().take(MAX_COMPARED).collect();
    let allowed = written.len().div_ceil(4).clamp(1, 3);
    let (_, name) = names
        .map(|name| (distance(&written, name), name))
        .filter(|(distance, _)| (1..=allowed).contains(distance))
        .min_by_key(|(distance, _)| *distance)?;
    Some(format!("Did you mean {}?", symbol(name)))
}

/// Longer names are compared by their beginning.
const MAX_COMPARED: usize = 64;

/// How many letters have to be put in, taken out, changed or swapped with their neighbour.
fn distance(written: &[char], name: &str) -> usize {
    let name: Vec<char> = name.chars().take(MAX_COMPARED).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=name.len()).collect();
    let mut previous = None;
    for (row, letter) in written.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in name.iter().enumerate() {
            let change = last[column] + usize::from(letter != other);
            let mut least = change.min(last[column + 1] + 1).min(line[column] + 1);
            let swapped = column > 0 && previous == Some(other) && name[column - 1] == *letter;
            if swapped {
                least = least.min(before_last[column - 1] + 1);
            }
            line.push(least);
        }
        previous = Some(letter);
        before_last = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or_default()
}

/// A duration in its largest whole unit: "3 days", "90 minutes", "1 day", "1.5 seconds".
pub fn duration(us: i64) -> String {
    for (unit_us, unit) in [
        (DAY_US, "day"),
        (HOUR_US, "hour"),
        (MINUTE_US, "minute"),
        (SECOND_US, "second"),
    ] {
        if us != 0 && us % unit_us == 0 {
            return count(us / unit_us, unit);
        }
    }
    format!("{} seconds", us as f64 / SECOND_US as f64)
}

/// The same in hours, where it is whole hours: "24 hours".
pub fn duration_in_hours(us: i64) -> String {
    match us % HOUR_US {
        0 if us != 0 => count(us / HOUR_US, "hour"),
        _ => duration(us),
    }
}

/// Ten times as long, rounded up to a unit that people think in, as code: `30.days`, or without words `30 * 86_400`.
pub fn roomy(us: i64, words: bool) -> String {
    let us = i128::from(us) * 10;
    let units = [(DAY_US, "day"), (HOUR_US, "hour"), (MINUTE_US, "minute")];
    let (unit_us, unit) = units
        .into_iter()
        .find(|(unit_us, _)| us >= i128::from(*unit_us))
        .unwrap_or((SECOND_US, "second"));
    let unit_us = i128::from(unit_us);
    let number = ((us + unit_us - 1) / unit_us).max(1);
    if words {
        return format!("{number}.{unit}{}", if number == 1 { "" } else { "s" });
    }
    match (number, unit) {
        (1, "day") => "86_400".to_owned(),
        (1, "hour") => "3_600".to_owned(),
        (1, "minute") => "60".to_owned(),
        (_, "day") => format!("{number} * 86_400"),
        (_, "hour") => format!("{number} * 3_600"),
        (_, "minute") => format!("{number} * 60"),
        _ => number.to_string(),
    }
}

fn count(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_symbols() {
        assert_eq!(symbol("approved?"), ":approved?");
        assert_eq!(symbol("größe"), ":größe");
        assert_eq!(symbol("two words"), ":\"two words\"");
        assert_eq!(symbol("2nd"), ":\"2nd\"");
        assert_eq!(symbol(""), ":\"\"");
        assert_eq!(symbols(["a", "b!"].into_iter()), ":a, :b!");
    }

    #[test]
    fn a_close_name_is_suggested() {
        let names = || ["asked", "approved", "refused"].into_iter();
        assert_eq!(
            did_you_mean("aproved", names()),
            Some("Did you mean :approved?".into())
        );
        assert_eq!(
            did_you_mean("aksed", names()),
            Some("Did you mean :asked?".into())
        );
        assert_eq!(did_you_mean("paid", names()), None);
        assert_eq!(did_you_mean("", names()), None);
    }

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(duration(3 * DAY_US), "3 days");
        assert_eq!(duration(DAY_US), "1 day");
        assert_eq!(duration_in_hours(DAY_US), "24 hours");
        assert_eq!(duration(90 * MINUTE_US), "90 minutes");
        assert_eq!(duration(SECOND_US), "1 second");
        assert_eq!(duration(SECOND_US * 3 / 2), "1.5 seconds");
        assert_eq!(duration(0), "0 seconds");
        assert_eq!(duration(i64::MAX), "9223372036854.775 seconds");
    }

    #[test]
    fn a_roomy_timeout_is_ten_times_as_long() {
        assert_eq!(roomy(3 * DAY_US, true), "30.days");
        assert_eq!(roomy(5 * HOUR_US, true), "3.days");
        assert_eq!(roomy(2 * HOUR_US, true), "20.hours");
        assert_eq!(roomy(6 * SECOND_US, true), "1.minute");
        assert_eq!(roomy(0, true), "1.second");
        assert_eq!(roomy(i64::MAX, true), "1067519912.days");
    }

    #[test]
    fn and_is_told_in_seconds_where_numbers_have_no_words_for_it() {
        assert_eq!(roomy(3 * DAY_US, false), "30 * 86_400");
        assert_eq!(roomy(2 * HOUR_US, false), "20 * 3_600");
        assert_eq!(roomy(6 * SECOND_US, false), "60");
        assert_eq!(roomy(SECOND_US, false), "10");
    }
}
