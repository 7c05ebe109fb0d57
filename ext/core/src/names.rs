//! Names that repeat in every task (states, classes, attributes) are kept once in the process and passed as a number.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;

use hashbrown::HashTable;
use parking_lot::RwLock;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is kept once in the process: four bytes, equal when the texts are equal.
///
/// A name is never forgotten, so only what a program declares may become one, never what its users type in.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(u32);

/// The first shelf holds this many names, each further one twice as many as the one before.
const FIRST_SHELF: usize = 256;
const SHELVES: usize = 24;

type Shelf = OnceLock<Box<[OnceLock<&'static str>]>>;

/// Number to text. Reading takes no lock: a shelf never moves once it is there.
static TEXTS: [Shelf; SHELVES] = [const { OnceLock::new() }; SHELVES];

/// Text to number. Nothing inside this lock can call out of this crate, so a fork, which only a thread that is outside
/// can start, finds it free.
static NUMBERS: RwLock<HashTable<Name>> = RwLock::new(HashTable::new());

/// For a text's hash the name that was found by it last: attributes are looked up all the time, without the lock.
static HINTS: [AtomicU32; HINTED] = [const { AtomicU32::new(NO_HINT) }; HINTED];
const HINTED: usize = 1_024;
const NO_HINT: u32 = u32::MAX;

impl Name {
    /// The name for `text`, made when there is none yet.
    pub fn of(text: &str) -> Self {
        Self::known(text).unwrap_or_else(|| Self::make(text))
    }

    /// The name for `text` if it has been made before.
    #[inline]
    pub fn known(text: &str) -> Option<Self> {
        let hash = hash_bytes(text.as_bytes());
        let hint = HINTS.get(hash as usize % HINTED)?;
        let name = Self(hint.load(Ordering::Relaxed));
        // A hint that was given for another text is seen here, and so is one that was never given, unless the text is
        // as empty as that of a name that was never made.
        if name.as_str() == text && name.0 != NO_HINT {
            return Some(name);
        }
        let numbers = NUMBERS.read();
        let found = numbers.find(hash, |name| name.as_str() == text).copied();
        if let Some(name) = found {
            hint.store(name.0, Ordering::Relaxed);
        }
        found
    }

    /// The text; empty for a name that was never made.
    #[inline]
    pub fn as_str(self) -> &'static str {
        let (shelf, place) = self.position();
        let found = TEXTS.get(shelf).and_then(OnceLock::get);
        let found = found.and_then(|texts| texts.get(place));
        found.and_then(OnceLock::get).copied().unwrap_or_default()
    }

    /// Its number: from 0 on, in the order in which names were made.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The name with this number, if that many have been made.
    pub fn numbered(number: u32) -> Option<Self> {
        let name = Self(number);
        let (shelf, place) = name.position();
        TEXTS.get(shelf)?.get()?.get(place)?.get().map(|_| name)
    }

    /// How many names there are.
    pub fn count() -> usize {
        NUMBERS.read().len()
    }

    fn make(text: &str) -> Self {
        let hash = hash_bytes(text.as_bytes());
        let mut numbers = NUMBERS.write();
        // Somebody may have made it between our look and our lock.
        if let Some(name) = numbers.find(hash, |name| name.as_str() == text) {
            return *name;
        }
        let name = Self(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        name.keep(Box::leak(Box::from(text)));
        numbers.insert_unique(hash, name, |name| hash_bytes(name.as_str().as_bytes()));
        name
    }

    fn keep(self, text: &'static str) {
        let (shelf, place) = self.position();
        let Some(texts) = TEXTS.get(shelf) else {
            return;
        };
        let texts =
            texts.get_or_init(|| (0..FIRST_SHELF << shelf).map(|_| OnceLock::new()).collect());
        if let Some(slot) = texts.get(place) {
            slot.get_or_init(|| text);
        }
    }

    /// Shelf and place in it: shelf n begins at number `FIRST_SHELF * (2^n - 1)`.
    const fn position(self) -> (usize, usize) {
        let place = self.0 as usize + FIRST_SHELF;
        let shelf = (place.ilog2() - FIRST_SHELF.ilog2()) as usize;
        (shelf, place - (FIRST_SHELF << shelf))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::of(&text))
    }
}

/// A quick hash for texts that the program itself declares; for others see `std::hash::RandomState`.
#[inline]
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    let length = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    let seed = match (words.first(), bytes.last_chunk::<8>()) {
        // The last eight bytes, some of them for the second time.
        (Some(_), Some(last)) => u64::from_le_bytes(*last),
        _ => few(rest),
    };
    let hash = mix(length, seed);
    words
        .iter()
        .fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)))
}

/// Up to seven bytes as one word.
#[inline]
fn few(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Folds two words into one, each bit of the result depending on all of theirs.
#[inline]
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    let left = (a ^ 0x9e37_79b9_7f4a_7c15) as u128;
    let right = (b ^ 0xd1b5_4a32_d192_ed03) as u128;
    let product = left * right;
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_name() {
        assert_eq!(Name::of("asked"), Name::of("asked"));
        assert_ne!(Name::of("asked"), Name::of("approved"));
        assert_eq!(Name::of("asked").as_str(), "asked");
        assert_eq!(Name::of("").as_str(), "");
    }

    #[test]
    fn a_text_is_known_only_after_it_was_made() {
        assert_eq!(Name::known("never made before"), None);
        let made = Name::of("made just now");
        assert_eq!(Name::known("made just now"), Some(made));
        assert_eq!(Name::numbered(made.number()), Some(made));
        assert_eq!(Name::numbered(u32::MAX), None);
    }

    #[test]
    fn the_empty_text_is_a_name_like_any_other() {
        let empty = Name::of("");
        assert_eq!(Name::known(""), Some(empty));
        assert_eq!(Name::numbered(empty.number()), Some(empty));
    }

    #[test]
    fn names_beyond_the_first_shelf_are_found() {
        let names: Vec<Name> = (0..2_000).map(|n| Name::of(&format!("n{n}"))).collect();
        for (n, name) in names.iter().enumerate() {
            assert_eq!(name.as_str(), format!("n{n}"));
        }
        assert!(Name::count() >= 2_000);
    }

    #[test]
    fn shelves_follow_each_other_without_a_gap() {
        assert_eq!(Name(0).position(), (0, 0));
        assert_eq!(Name(255).position(), (0, 255));
        assert_eq!(Name(256).position(), (1, 0));
        assert_eq!(Name(767).position(), (1, 511));
        assert_eq!(Name(768).position(), (2, 0));
    }

    #[test]
    fn threads_agree_on_a_name() {
        let make = || {
            (0..500)
                .map(|n| Name::of(&format!("shared {n}")))
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(make)).collect();
        let mut seen = threads.into_iter().map(|thread| thread.join().unwrap());
        let first = seen.next().unwrap();
        assert!(seen.all(|names| names == first));
    }
}
