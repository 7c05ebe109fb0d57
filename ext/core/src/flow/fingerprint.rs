//! What a cursor belongs to. It is stored beside the cursor, so that a run that finds its flow changed knows what can
//! still be done: with other steps it goes on, with another source, order or key its cursor means nothing.

use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

use super::refusal::{shown, Refusal};
use super::Direction;

/// What a flow reads and writes, in the words of its declaration. The words have to be the same in every process.
#[derive(Debug, Clone, Default)]
pub struct Description<'a> {
    /// What is read: table, scope and conditions.
    pub source: &'a str,
    /// The columns that give the order, with their directions.
    pub order: &'a [(&'a str, Direction)],
    /// The columns of the sink's key.
    pub key: &'a [&'a str],
    /// The steps, one text each.
    pub steps: &'a [&'a str],
}

/// Two hashes: of source, order and key, and of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    identity: u128,
    steps: u128,
}

/// How two fingerprints differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Not at all.
    None,
    /// Only in their steps: the cursor still holds.
    Steps,
    /// In source, order or key.
    Identity,
}

impl Change {
    /// As the bridge names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Steps => "steps",
            Self::Identity => "identity",
        }
    }
}

/// The first word of the text. Other bytes under the hash need another word.
const VERSION: &str = "f1";

impl Fingerprint {
    /// The fingerprint of a flow.
    #[must_use]
    pub fn of(flow: &Description<'_>) -> Self {
        let mut identity = Canonical::default();
        identity.text(flow.source);
        identity.count(flow.order.len());
        for (column, direction) in flow.order {
            identity.text(column);
            identity.text(direction.sql());
        }
        identity.texts(flow.key);
        let mut steps = Canonical::default();
        steps.texts(flow.steps);
        Self {
            identity: xxh3_128(&identity.0),
            steps: xxh3_128(&steps.0),
        }
    }

    /// The fingerprint that was stored as `text`.
    ///
    /// # Errors
    /// [`Refusal::Fingerprint`] when this version has not written it.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let parts: Vec<&str> = text.split(':').collect();
        let read = match parts.as_slice() {
            [VERSION, identity, steps] => hash(identity).zip(hash(steps)),
            _ => None,
        };
        let (identity, steps) = read.ok_or_else(|| {
            Refusal::Fingerprint(format!(
                "{} is no fingerprint of this version; one is {VERSION}: and two hashes of 32 digits",
                shown(text)
            ))
        })?;
        Ok(Self { identity, steps })
    }

    /// How `newer` differs from this one.
    #[must_use]
    pub fn change_to(&self, newer: &Self) -> Change {
        if self.identity != newer.identity {
            Change::Identity
        } else if self.steps != newer.steps {
            Change::Steps
        } else {
            Change::None
        }
    }
}

impl fmt::Display for Fingerprint {
    /// `f1:` and the two hashes, 68 signs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}:{:032x}:{:032x}", self.identity, self.steps)
    }
}

fn hash(digits: &str) -> Option<u128> {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = digits.len() == 32 && digits.bytes().all(lower);
    u128::from_str_radix(digits, 16).ok().filter(|_| fits)
}

/// Texts with their lengths in front: no two lists of texts have the same bytes.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }
}
