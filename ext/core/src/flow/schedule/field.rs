//! One field of a cron line: which of its numbers are meant.

/// What a field counts.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// As messages name it.
    pub name: &'static str,
    /// The least number.
    pub first: u8,
    /// The greatest number.
    pub last: u8,
    /// Names of the numbers from the first on, three letters each.
    names: &'static [&'static str],
}

pub const SECOND: Kind = Kind::plain("second", 0, 59);
pub const MINUTE: Kind = Kind::plain("minute", 0, 59);
pub const HOUR: Kind = Kind::plain("hour", 0, 23);
pub const DAY: Kind = Kind::plain("day", 1, 31);
pub const MONTH: Kind = Kind {
    name: "month",
    first: 1,
    last: 12,
    names: &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ],
};
/// 7 is Sunday too.
pub const WEEKDAY: Kind = Kind {
    name: "weekday",
    first: 0,
    last: 6,
    names: &WEEKDAYS,
};
/// Names of the days, from Sunday on.
pub const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Kind {
    const fn plain(name: &'static str, first: u8, last: u8) -> Self {
        Self {
            name,
            first,
            last,
            names: &[],
        }
    }

    /// The number that a text is.
    fn number(&self, text: &str) -> Option<u8> {
        let lower = text.to_ascii_lowercase();
        if let Some(place) = self.names.iter().position(|name| *name == lower) {
            return u8::try_from(place).ok()?.checked_add(self.first);
        }
        let digits = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u8 = text.parse().ok().filter(|_| digits)?;
        let number = if *self == WEEKDAY && number == 7 {
            0
        } else {
            number
        };
        (self.first..=self.last).contains(&number).then_some(number)
    }

    /// As messages show what is possible.
    pub fn possible(&self) -> String {
        let numbers = format!("{} to {}", self.first, self.last);
        match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => format!("{numbers}, or {first} to {last}"),
            _ => numbers,
        }
    }
}

/// The numbers that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// In ascending order.
    numbers: Vec<u8>,
    /// As it was written, in small letters.
    text: String,
    is_every: bool,
}

impl Field {
    /// None when the text is no such field.
    pub fn parse(kind: &Kind, text: &str) -> Option<Self> {
        let mut numbers = Vec::new();
        let mut is_every = false;
        for item in text.split(',') {
            // Crons disagree about what else a list with a * in it means.
            if item == "*" && text != "*" {
                return None;
            }
            let meant = item_numbers(kind, item)?;
            // Each weekday by name is a list of weekdays, and then each of the days is meant as well.
            is_every |= match *kind == WEEKDAY {
                true => item == "*",
                false => meant.iter().copied().eq(kind.first..=kind.last),
            };
            numbers.extend(meant);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Some(Self {
            numbers,
            text: text.to_ascii_lowercase(),
            is_every,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing was picked out.
    pub const fn is_every(&self) -> bool {
        self.is_every
    }

    pub fn has(&self, number: u8) -> bool {
        self.numbers.binary_search(&number).is_ok()
    }

    /// The least.
    pub fn first(&self) -> u8 {
        self.numbers.first().copied().unwrap_or_default()
    }

    /// The least that is not below `number`.
    pub fn from(&self, number: u8) -> Option<u8> {
        self.numbers.iter().copied().find(|own| *own >= number)
    }
}

/// `*`, `5`, `1-5`, `22-2` (over the end), each with `/step`; `5/15` is from 5 to the end, but not in weekdays, where
/// crons disagree about the end.
fn item_numbers(kind: &Kind, item: &str) -> Option<Vec<u8>> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (item, None),
    };
    let digits = |step: &&str| step.len() <= 2 && step.bytes().all(|byte| byte.is_ascii_digit());
    let width = match step {
        Some(step) => Some(step)
            .filter(digits)?
            .parse()
            .ok()
            .filter(|width| *width > 0_usize)?,
        None => 1,
    };
    let all: Vec<u8> = if range == "*" {
        (kind.first..=kind.last).collect()
    } else if let Some((from, to)) = range.split_once('-') {
        round(kind, from, to)?
    } else {
        let from = kind.number(range)?;
        if step.is_some() && *kind == WEEKDAY {
            return None;
        }
        let to = if step.is_some() { kind.last } else { from };
        (from..=to).collect()
    };
    Some(all.into_iter().step_by(width).collect())
}

fn round(kind: &Kind, from: &str, to: &str) -> Option<Vec<u8>> {
    // As the end of a range 7 is the Sunday after Saturday, not the one before Monday.
    let sunday_last = *kind == WEEKDAY && to == "7" && from != "7";
    let (from, to) = (kind.number(from)?, kind.number(to)?);
    let to_the_end = from..=kind.last;
    Some(match sunday_last {
        true if from == 0 => to_the_end.collect(),
        true => to_the_end.chain([0]).collect(),
        false if from <= to => (from..=to).collect(),
        false => to_the_end.chain(kind.first..=to).collect(),
    })
}
