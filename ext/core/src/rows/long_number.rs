//! Decimal numbers of any length.

use std::fmt;

use super::decimal::Decimal;

/// A number as its digits. What fits into [`Decimal`] is one of those; this is for what does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongNumber {
    negative: bool,
    /// From 0 to 9 each, the most significant first, without zeros in front.
    digits: Vec<u8>,
    scale: usize,
}

impl LongNumber {
    /// As many digits before the point, and behind it, as PostgreSQL keeps.
    const MAX_WHOLE: usize = 131_072;
    const MAX_SCALE: usize = 16_383;

    /// The number in the text, as in "-12.50" or "1.5e300". `None` when it is none, or longer than any database keeps.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let negative = text.starts_with('-');
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (number, exponent) = match rest.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let all = || whole.bytes().chain(part.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = all().map(|byte| byte - b'0').collect();
        let scale = i64::try_from(part.len()).ok()? - i64::from(exponent);
        Self::of(negative, digits, scale)
    }

    /// From digits that may have zeros in front, and a scale that may be negative.
    pub(super) fn of(negative: bool, mut digits: Vec<u8>, scale: i64) -> Option<Self> {
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        let missing = usize::try_from(-scale.min(0)).ok()?;
        if !digits.is_empty() {
            if missing > Self::MAX_WHOLE {
                return None;
            }
            digits.resize(digits.len() + missing, 0);
        }
        let scale = usize::try_from(scale.max(0)).ok()?;
        let fits =
            scale <= Self::MAX_SCALE && digits.len() <= scale.saturating_add(Self::MAX_WHOLE);
        fits.then_some(Self {
            negative: negative && !digits.is_empty(),
            digits,
            scale,
        })
    }

    /// The same number, short.
    #[must_use]
    pub fn of_decimal(number: Decimal) -> Self {
        let text = number.digits.unsigned_abs().to_string();
        Self {
            negative: number.digits < 0,
            digits: text
                .bytes()
                .map(|byte| byte - b'0')
                .skip_while(|digit| *digit == 0)
                .collect(),
            scale: usize::from(number.scale),
        }
    }

    /// As a decimal, if it is short enough.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        let mut number = 0_i128;
        for digit in &self.digits {
            number = number.checked_mul(10)?.checked_add(i128::from(*digit))?;
        }
        Decimal::new(
            if self.negative { -number } else { number },
            u16::try_from(self.scale).ok()?,
        )
    }

    /// How many of its digits stand before the point.
    #[must_use]
    pub fn whole_digits(&self) -> usize {
        self.digits.len().saturating_sub(self.scale)
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// How many digits stand behind the point.
    #[must_use]
    pub fn scale(&self) -> usize {
        self.scale
    }

    /// The digits before the point.
    pub(super) fn whole(&self) -> &[u8] {
        self.digits.get(..self.whole_digits()).unwrap_or_default()
    }

    /// The digits behind the point: how many zeros come first, then the others.
    pub(super) fn part(&self) -> (usize, &[u8]) {
        let zeros = self.scale.saturating_sub(self.digits.len());
        (
            zeros,
            self.digits.get(self.whole_digits()..).unwrap_or_default(),
        )
    }

    /// Rounded to so many digits behind the point, half away from zero; before the point where that is negative.
    #[must_use]
    pub fn round(&self, to: i16) -> Option<Self> {
        let drop = i64::try_from(self.scale).ok()? - i64::from(to);
        let mut digits = self.digits.clone();
        if drop <= 0 {
            let zeros = usize::try_from(-drop).ok()?;
            if !digits.is_empty() {
                digits.resize(digits.len() + zeros, 0);
            }
            return Self::of(self.negative, digits, i64::from(to));
        }
        let drop = usize::try_from(drop).ok()?;
        let Some(kept) = digits.len().checked_sub(drop) else {
            return Self::of(false, Vec::new(), i64::from(to.max(0)));
        };
        let up = digits.get(kept).is_some_and(|digit| *digit >= 5);
        digits.truncate(kept);
        if up {
            carry(&mut digits);
        }
        Self::of(self.negative, digits, i64::from(to)).map(|rounded| Self {
            scale: usize::try_from(to).unwrap_or(0),
            ..rounded
        })
    }
}

/// One more.
fn carry(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

impl fmt::Display for LongNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(self.digits.len() + 3);
        if self.negative {
            text.push('-');
        }
        let letter = |digit: &u8| char::from(b'0' + digit);
        if self.whole().is_empty() {
            text.push('0');
        }
        text.extend(self.whole().iter().map(letter));
        if self.scale > 0 {
            let (zeros, rest) = self.part();
            text.push('.');
            text.extend(std::iter::repeat_n('0', zeros));
            text.extend(rest.iter().map(letter));
        }
        f.write_str(&text)
    }
}
