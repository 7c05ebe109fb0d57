//! Texts that cannot be turned back, and are equal where the texts were.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA256 under a secret.
#[derive(Clone)]
pub struct Mask(Hmac<Sha256>);

impl Mask {
    /// So many hexadecimal digits are kept: 128 bits.
    pub const DIGITS: usize = 32;

    /// Under that secret, of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // A key of any length is taken, so there is no error to pass on; a block of zeros could not come of one.
        let keyed = Hmac::new_from_slice(secret);
        Self(keyed.unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// Appends what stands for the bytes.
    pub fn write(&self, out: &mut String, bytes: &[u8]) {
        const HEX: [char; 16] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
        ];
        let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
        let mut mac = self.0.clone();
        mac.update(bytes);
        for byte in mac.finalize().into_bytes().iter().take(Self::DIGITS / 2) {
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
}

impl fmt::Debug for Mask {
    /// The secret is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}
