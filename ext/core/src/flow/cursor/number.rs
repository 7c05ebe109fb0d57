//! Numbers of any length as text, and floats that are equal when a database takes them for equal.

use std::cmp::Ordering;

/// A decimal number of any length in its one shortest form: `12.5`, `-3`, `0`, or `NaN`, `Infinity`, `-Infinity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// The number that `text` writes, with zeros and a plus that do not matter.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if matches!(text, "NaN" | "Infinity" | "-Infinity") {
            return Some(Self(text.to_owned()));
        }
        let (minus, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        Some(Self(shortest(minus, whole, fraction)))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is finite and has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
    }

    fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }

    /// -Infinity, the finite ones, Infinity, NaN: as PostgreSQL orders them.
    fn rank(&self) -> i8 {
        match self.0.as_str() {
            "-Infinity" => -1,
            "Infinity" => 1,
            "NaN" => 2,
            _ => 0,
        }
    }

    fn split(&self) -> (&str, &str) {
        let digits = self.0.trim_start_matches('-');
        digits.split_once('.').unwrap_or((digits, ""))
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        let ((whole, fraction), (other_whole, other_fraction)) = (self.split(), other.split());
        // Without leading zeros the longer one is greater; fractions compare from the left.
        let length = whole.len().cmp(&other_whole.len());
        let digits = length.then_with(|| whole.cmp(other_whole));
        digits.then_with(|| fraction.cmp(other_fraction))
    }
}

fn shortest(minus: bool, whole: &str, fraction: &str) -> String {
    let is_zero = whole.is_empty() && fraction.is_empty();
    let sign = if minus && !is_zero { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = self.rank().cmp(&other.rank());
        if rank != Ordering::Equal || self.rank() != 0 {
            return rank;
        }
        match (self.is_negative(), other.is_negative()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A floating point number; -0.0 is 0.0, and there is one NaN, greater than all others (as PostgreSQL orders it).
#[derive(Debug, Clone, Copy)]
pub struct Float(f64);

impl Float {
    /// Any float.
    #[must_use]
    pub fn new(value: f64) -> Self {
        if value.is_nan() {
            Self(f64::NAN)
        } else {
            // What is added makes 0.0 of -0.0, and changes nothing else.
            Self(value + 0.0)
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The shortest digits that give this number back: `1.5`, `-0.00001`, `1.0`, `1.5e16`, `1e-7`, `NaN`, `Infinity`.
    ///
    /// Plain where the number has at most 16 digits before the point, and at most four zeros behind it. This is written
    /// down here, and not left to a library, because stored positions have to be readable for ever.
    #[must_use]
    pub fn to_text(self) -> String {
        if !self.0.is_finite() {
            return self.unusual().to_owned();
        }
        let scientific = format!("{:e}", self.0.abs());
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        let sign = if self.0 < 0.0 { "-" } else { "" };
        if (-5..16).contains(&exponent) {
            format!("{sign}{}", plain(&mantissa.replace('.', ""), exponent))
        } else {
            format!("{sign}{mantissa}e{exponent}")
        }
    }

    /// The number that `text` writes, whether or not in its shortest form.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let plain_bytes = text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"-.e".contains(&b));
        match text {
            "NaN" => Some(Self(f64::NAN)),
            "Infinity" => Some(Self(f64::INFINITY)),
            "-Infinity" => Some(Self(f64::NEG_INFINITY)),
            _ if plain_bytes => text.parse().ok().map(Self::new),
            _ => None,
        }
    }

    fn unusual(self) -> &'static str {
        if self.0.is_nan() {
            "NaN"
        } else if self.0 > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
    }

    /// The same number with all its digits.
    pub(super) fn exact(self) -> Number {
        /// As many as the smallest float has behind the point.
        const MOST_DIGITS: usize = 1_074;
        if !self.0.is_finite() {
            return Number(self.unusual().to_owned());
        }
        let text = format!("{:.MOST_DIGITS$}", self.0);
        Number::read(&text).unwrap_or(Number(text))
    }
}

/// The digits with the point after `exponent + 1` of them.
fn plain(digits: &str, exponent: i32) -> String {
    let Ok(before) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or_default();
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    if before == 0 {
        format!("0.{digits}")
    } else if digits.len() <= before {
        format!("{digits}{}.0", "0".repeat(before - digits.len()))
    } else {
        let (whole, fraction) = digits.split_at(before);
        format!("{whole}.{fraction}")
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        // One NaN, positive, and no -0.0: the total order is the database's.
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Float {}
