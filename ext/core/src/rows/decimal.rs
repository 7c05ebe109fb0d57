//! Decimal numbers of up to 38 digits.

use std::cmp::Ordering;
use std::fmt;

/// `digits` divided by ten to the power of `scale`: 12.50 is 1250 with scale 2. The scale is kept as it was given, as
/// PostgreSQL's numeric keeps it, so 12.5 and 12.50 are equal numbers and different cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decimal {
    /// The number without its point; at most 38 digits.
    pub digits: i128,
    /// How many of the digits stand behind the point.
    pub scale: u16,
}

impl Decimal {
    /// How many digits fit.
    pub const MAX_DIGITS: u32 = 38;
    const LIMIT: u128 = 10_u128.pow(Self::MAX_DIGITS);
    /// A number with more digits behind the point than this is left as text.
    const MAX_SCALE: u16 = 16_383;

    /// The number, or `None` when it has more than 38 digits.
    #[must_use]
    pub fn new(digits: i128, scale: u16) -> Option<Self> {
        let fits = digits.unsigned_abs() < Self::LIMIT && scale <= Self::MAX_SCALE;
        fits.then_some(Self { digits, scale })
    }

    /// The number that the text is, as in "-12.50" or "1.5e3". `None` when it is none, or has more than 38 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let split = rest.iter().position(|byte| matches!(byte, b'e' | b'E'));
        let (number, exponent) = match split {
            Some(at) => (rest.get(..at)?, exponent(rest.get(at + 1..)?)?),
            None => (rest, 0),
        };
        let (mut digits, mut scale, mut found, mut point) = (0_u128, 0_i32, false, false);
        for byte in number {
            match byte {
                b'0'..=b'9' => {
                    digits = digits
                        .checked_mul(10)?
                        .checked_add(u128::from(byte - b'0'))?;
                    scale += i32::from(point);
                    found = true;
                }
                b'.' if !point => point = true,
                _ => return None,
            }
        }
        if !found || digits >= Self::LIMIT {
            return None;
        }
        let digits = i128::try_from(digits).ok()?;
        let digits = if negative { -digits } else { digits };
        Self::shifted(digits, scale - exponent)
    }

    /// The number with that scale, which may be negative: then zeros are put on.
    #[must_use]
    pub fn shifted(digits: i128, scale: i32) -> Option<Self> {
        match u16::try_from(scale) {
            Ok(scale) => Self::new(digits, scale),
            Err(_) if scale > 0 => None,
            Err(_) if digits == 0 => Self::new(0, 0),
            Err(_) => Self::new(digits.checked_mul(power(scale.unsigned_abs())?)?, 0),
        }
    }

    /// Without the zeros at the end of what stands behind the point. Equal numbers have equal normal forms.
    #[must_use]
    pub fn normalized(self) -> Self {
        let Self {
            mut digits,
            mut scale,
        } = self;
        if digits == 0 {
            return Self::default();
        }
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    /// Rounded to that many digits behind the point, half away from zero as PostgreSQL does; a negative number rounds
    /// before the point. Fewer digits than that are filled up with zeros. `None` when it has more than 38 digits then.
    #[must_use]
    pub fn round(self, to: i16) -> Option<Self> {
        let drop = i32::from(self.scale) - i32::from(to);
        if drop <= 0 {
            let digits = self.digits.checked_mul(power(drop.unsigned_abs())?)?;
            return Self::new(digits, u16::try_from(to).ok()?);
        }
        let Some(unit) = power(drop.unsigned_abs()) else {
            return Self::new(0, u16::try_from(to).unwrap_or(0));
        };
        let (whole, rest) = (self.digits / unit, self.digits % unit);
        let up = rest.unsigned_abs() >= unit.unsigned_abs().div_ceil(2);
        let whole = whole + if up { self.digits.signum() } else { 0 };
        Self::shifted(whole, i32::from(to))
    }

    /// The whole number that it is, if it is one of 64 bits.
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        let normal = self.normalized();
        match normal.scale {
            0 => i64::try_from(normal.digits).ok(),
            _ => None,
        }
    }
}

/// Ten to that power, if it fits.
pub(crate) fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn exponent(text: &[u8]) -> Option<i32> {
    let number: i32 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (-100_000..=100_000).contains(&number).then_some(number)
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self {
            digits: i128::from(number),
            scale: 0,
        }
    }
}

impl fmt::Display for Decimal {
    /// All its digits, never with an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        if scale == 0 {
            return write!(f, "{}", self.digits);
        }
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{part}")
    }
}

impl Decimal {
    /// Which of the two numbers is the larger one: 12.5 and 12.50 are equal here, though they are different cells.
    #[must_use]
    pub fn compare(self, other: Self) -> Ordering {
        if self.scale == other.scale {
            return self.digits.cmp(&other.digits);
        }
        let signs = self.digits.signum().cmp(&other.digits.signum());
        if signs.is_ne() || self.digits == 0 {
            return signs;
        }
        let scale = self.scale.max(other.scale);
        match (self.raised(scale), other.raised(scale)) {
            (Some(ours), Some(theirs)) => ours.cmp(&theirs),
            // Too large for 128 bits is further from zero than what needed no raising.
            (None, _) => self.digits.cmp(&0),
            (_, None) => 0.cmp(&other.digits),
        }
    }

    /// The digits at a scale that is not smaller, if they fit into 128 bits.
    fn raised(self, to: u16) -> Option<i128> {
        let unit = power(u32::from(to.saturating_sub(self.scale)))?;
        self.digits.checked_mul(unit)
    }
}
