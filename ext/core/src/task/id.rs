//! Ids of tasks. A uuid in its canonical lower-case form takes 16 bytes; any other text is kept as it is.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::names::mix;

/// A uuid as a number: its first half, and its second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Uuid(pub(super) [u64; 2]);

impl Uuid {
    /// Uuids are random, or most of their bits are.
    #[inline]
    pub(super) const fn hash(self) -> u64 {
        let [first, second] = self.0;
        mix(first, second)
    }
}

/// The id of a stored task.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Id {
    /// A uuid, written in lower case with its four hyphens.
    Uuid(Uuid),
    /// Any other text.
    Text(Box<str>),
}

/// An id as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdRef<'a> {
    /// A uuid, written in lower case with its four hyphens.
    Uuid(Uuid),
    /// Any other text.
    Text(&'a str),
}

const LENGTH: usize = 36;

impl<'a> IdRef<'a> {
    /// The id that `text` is.
    #[inline]
    pub fn new(text: &'a str) -> Self {
        Self::uuid(text.as_bytes()).unwrap_or(Self::Text(text))
    }

    /// The id that `text` is when that is a canonical uuid.
    #[inline]
    pub fn uuid(text: &[u8]) -> Option<Self> {
        text.try_into().ok().and_then(uuid).map(Self::Uuid)
    }

    /// An id of its own.
    pub fn to_id(self) -> Id {
        match self {
            Self::Uuid(bytes) => Id::Uuid(bytes),
            Self::Text(text) => Id::Text(text.into()),
        }
    }
}

/// The number, if this is a canonical uuid. Eight digits at a time, all of them before the verdict, and in registers
/// all the way.
#[inline]
const fn uuid(text: &[u8; LENGTH]) -> Option<Uuid> {
    let [a, b, c, d, e, f, g, h, h1, i, j, k, l, h2, m, n, o, p, h3, q, r, s, t, h4, rest @ ..] =
        *text;
    let [u, v, w, x, rest @ ..] = rest;
    let (first, wrong_first) = digits([a, b, c, d, e, f, g, h]);
    let (second, wrong_second) = digits([i, j, k, l, m, n, o, p]);
    let (third, wrong_third) = digits([q, r, s, t, u, v, w, x]);
    let (last, wrong_last) = digits(rest);
    let wrong = wrong_first | wrong_second | wrong_third | wrong_last;
    let hyphens = u32::from_ne_bytes([h1, h2, h3, h4]);
    if wrong != 0 || hyphens != u32::from_ne_bytes([b'-'; 4]) {
        return None;
    }
    Some(Uuid([first << 32 | second, third << 32 | last]))
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// Eight lower-case hexadecimal digits as a number; the second is not zero when one of them is something else.
#[inline]
const fn digits(text: [u8; 8]) -> (u64, u64) {
    let text = u64::from_be_bytes(text);
    // Letters have bit 6: they are worth nine more than their low four bits.
    let value = (text & (ONES * 0x0f)) + (text >> 6 & ONES) * 9;
    // Written again, a digit is itself and nothing else is.
    let is_letter = (value + ONES * 6) >> 4 & ONES;
    let again = value + ONES * b'0' as u64 + is_letter * (b'a' - b'9' - 1) as u64;
    let wrong = (again ^ text) | (value & (ONES * 0xf0));
    let pairs = (value | value >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    ((fours | fours >> 16) & 0xffff_ffff, wrong)
}

impl Id {
    /// The id that `text` is.
    pub fn new(text: &str) -> Self {
        IdRef::new(text).to_id()
    }

    /// The uuid (version 4) that is made of these random bytes.
    pub const fn random(bytes: [u8; 16]) -> Self {
        let bits = u128::from_be_bytes(bytes);
        let bits = bits & !(0xf << 76) | 4 << 76;
        let bits = bits & !(0x3 << 62) | 2 << 62;
        Self::Uuid(Uuid([(bits >> 64) as u64, bits as u64]))
    }

    /// The same id, borrowed.
    #[inline]
    pub fn as_ref(&self) -> IdRef<'_> {
        match self {
            Self::Uuid(bytes) => IdRef::Uuid(*bytes),
            Self::Text(text) => IdRef::Text(text),
        }
    }

    /// Hands the text of the id to `read`, without putting it on the heap.
    pub fn with_str<T>(&self, read: impl FnOnce(&str) -> T) -> T {
        match self {
            Self::Text(text) => read(text),
            Self::Uuid(uuid) => {
                let text = canonical(*uuid);
                // Digits and hyphens are always text.
                read(std::str::from_utf8(&text).unwrap_or_default())
            }
        }
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Uuid(_) => 0,
            Self::Text(text) => text.len(),
        }
    }
}

/// Where the sixteen pairs of digits begin.
const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

fn canonical(uuid: Uuid) -> [u8; LENGTH] {
    let [first, second] = uuid.0.map(u64::to_be_bytes);
    let mut text = [b'-'; LENGTH];
    for (byte, place) in first.iter().chain(&second).zip(PAIRS) {
        let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 0x0f)];
        text[place] = digit(byte >> 4);
        text[place + 1] = digit(*byte);
    }
    text
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_str(|text| f.write_str(text))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_str(|text| fmt::Debug::fmt(text, f))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_str(|text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UUID: &str = "0f6c2b1e-9a5d-4c3b-8e7f-0123456789ab";

    #[test]
    fn a_canonical_uuid_takes_sixteen_bytes() {
        assert!(matches!(Id::new(UUID), Id::Uuid(_)));
        assert_eq!(Id::new(UUID).to_string(), UUID);
        assert_eq!(std::mem::size_of::<Id>(), 24);
    }

    #[test]
    fn anything_else_stays_the_text_it_was() {
        let upper = UUID.to_uppercase();
        let shifted = "0f6c2b1e9-a5d-4c3b-8e7f-0123456789ab";
        for text in [
            "",
            "7",
            &upper,
            shifted,
            "0f6c2b1e_9a5d-4c3b-8e7f-0123456789ab",
            "größe",
        ] {
            assert!(matches!(Id::new(text), Id::Text(_)), "{text}");
            assert_eq!(Id::new(text).to_string(), text);
        }
    }

    #[test]
    fn random_bytes_make_a_uuid_of_version_four() {
        let text = |byte| Id::random([byte; 16]).to_string();
        assert_eq!(text(0x00), "00000000-0000-4000-8000-000000000000");
        assert_eq!(text(0xff), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let counted = Id::random(bytes);
        assert_eq!(counted.to_string(), "00010203-0405-4607-8809-0a0b0c0d0e0f");
        assert_eq!(Id::new(&counted.to_string()), counted);
    }

    proptest! {
        #[test]
        fn one_other_letter_makes_it_a_text(place in 0..36_usize, letter: u8) {
            let mut text = UUID.as_bytes().to_vec();
            let is_hyphen = text[place] == b'-';
            text[place] = letter;
            let fits = if is_hyphen { letter == b'-' } else { matches!(letter, b'0'..=b'9' | b'a'..=b'f') };
            prop_assert_eq!(IdRef::uuid(&text).is_some(), fits);
        }

        #[test]
        fn every_id_comes_back(text in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|.{0,40}") {
            prop_assert_eq!(Id::new(&text).to_string(), text);
        }
    }
}
