//! Floating point numbers of 4 bytes, which PostgreSQL calls `real`.

use std::io::Write;

/// The number that its shortest digits say: 0.1 where the bits are those of 0.1, and not 0.10000000149011612. PostgreSQL
/// prints these digits, and ActiveRecord reads them. `number as f32` is the same bits again.
#[must_use]
pub fn widened(number: f32) -> f64 {
    let wide = f64::from(number);
    if wide.fract() == 0.0 && wide.abs() < 16_777_216.0 || !wide.is_finite() {
        return wide;
    }
    // A sign, nine digits, a point, and an exponent of two digits with its sign.
    let mut text = [0_u8; 24];
    let mut rest = text.as_mut_slice();
    let written = write!(rest, "{number:e}").is_ok();
    let left = rest.len();
    let digits = text.get(..text.len() - left).unwrap_or_default();
    match std::str::from_utf8(digits).map(str::parse) {
        Ok(Ok(shortest)) if written => shortest,
        _ => wide,
    }
}

#[cfg(test)]
mod tests {
    use super::widened;

    #[test]
    fn widens_to_the_digits_that_the_number_is_printed_with() {
        assert_eq!(widened(0.1), 0.1);
        assert_eq!(widened(-123_456.78), -123_456.78);
        assert_eq!(widened(f32::MIN_POSITIVE), 1.175_494_4e-38);
        assert_eq!(widened(f32::MAX), 3.402_823_5e38);
        assert_eq!(widened(7.0), 7.0);
        assert!(widened(-0.0).is_sign_negative());
        assert!(widened(f32::NAN).is_nan());
        assert_eq!(widened(f32::INFINITY), f64::INFINITY);
    }

    #[test]
    fn comes_back_as_the_same_bits() {
        for step in 0..200_000_u32 {
            let number = f32::from_bits(step.wrapping_mul(2_654_435_761));
            if !number.is_nan() {
                assert_eq!((widened(number) as f32).to_bits(), number.to_bits());
            }
        }
    }
}
