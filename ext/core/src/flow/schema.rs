//! What the fields of a message have to be, and the one sentence about those that are not.

use std::fmt::Write;

use crate::wording::{did_you_mean, symbols};

/// What kind of value was given, as far as a schema tells values apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// No value.
    Null,
    /// True or false.
    Bool,
    /// A whole number of any size.
    Int,
    /// A floating point number.
    Float,
    /// A decimal number.
    Decimal,
    /// Valid text, of any encoding.
    Text,
    /// Bytes that are no text, or text whose bytes are broken.
    Bytes,
    /// A day.
    Date,
    /// A moment.
    Moment,
    /// A list or a map.
    Json,
    /// Anything else; a Ruby Symbol, too, since no sink gives one back.
    Other,
}

/// What a field has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Valid text.
    Text,
    /// A whole number.
    Int,
    /// A floating point or a whole number.
    Float,
    /// A decimal or a whole number; a floating point number has been rounded already.
    Decimal,
    /// True or false.
    Bool,
    /// A day that is no moment.
    Date,
    /// A moment; a time of day is one, too, as databases' clients give it.
    Moment,
    /// Bytes; text is some.
    Bytes,
    /// What JSON can hold. Lists and maps are not looked into.
    Json,
    /// Anything.
    Anything,
    /// What a class of the language's own says; it is asked there. Its name, as it is shown.
    Class(String),
}

/// Every word for a type, in the order in which messages list them.
const WORDS: [(&str, Expected); 13] = [
    ("string", Expected::Text),
    ("text", Expected::Text),
    ("immutable_string", Expected::Text),
    ("integer", Expected::Int),
    ("big_integer", Expected::Int),
    ("float", Expected::Float),
    ("decimal", Expected::Decimal),
    ("boolean", Expected::Bool),
    ("date", Expected::Date),
    ("datetime", Expected::Moment),
    ("time", Expected::Moment),
    ("binary", Expected::Bytes),
    ("json", Expected::Json),
];

impl Expected {
    /// The type that is written `word`.
    ///
    /// # Errors
    /// A sentence with the types that there are.
    pub fn named(word: &str) -> Result<Self, String> {
        let found = WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, expected)| expected.clone()).ok_or_else(|| {
            let words = || WORDS.iter().map(|(known, _)| *known);
            let hint = did_you_mean(word, words()).map_or(String::new(), |hint| format!(" {hint}"));
            format!(
                "there is no type {word:?}; there are {}, a class, and nil for anything.{hint}",
                symbols(words())
            )
        })
    }

    /// Whether a value of that kind fits. No value fits everywhere: a row's NULL is the same as a missing field.
    #[must_use]
    pub const fn takes(&self, given: Given) -> bool {
        matches!(
            (self, given),
            (_, Given::Null)
                | (Self::Anything, _)
                | (Self::Text, Given::Text)
                | (Self::Int | Self::Float | Self::Decimal, Given::Int)
                | (Self::Float, Given::Float)
                | (Self::Decimal, Given::Decimal)
                | (Self::Bool, Given::Bool)
                | (Self::Date, Given::Date)
                | (Self::Moment, Given::Moment)
                | (Self::Bytes, Given::Text | Given::Bytes)
                | (
                    Self::Json,
                    Given::Bool | Given::Int | Given::Float | Given::Text | Given::Json
                )
        )
    }

    /// As messages name it.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::Int => "an integer",
            Self::Float => "a float",
            Self::Decimal => "a decimal",
            Self::Bool => "true or false",
            Self::Date => "a date",
            Self::Moment => "a time",
            Self::Bytes => "bytes",
            Self::Json => "JSON",
            Self::Anything => "anything",
            Self::Class(name) => name,
        }
    }
}

/// A field that has what does not belong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The number of the field in the schema.
    pub field: usize,
    /// The value as it is shown, however long.
    pub value: String,
}

/// Fields and what they have to be. Fields that it does not name may be there, and those that it names may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    fields: Vec<(Box<str>, Expected)>,
}

impl Schema {
    /// A schema of these fields.
    ///
    /// # Errors
    /// A sentence for a field that is named twice, as a text and as a symbol can be.
    pub fn new(fields: Vec<(String, Expected)>) -> Result<Self, String> {
        for (place, (name, _)) in fields.iter().enumerate() {
            if fields
                .iter()
                .skip(place + 1)
                .any(|(other, _)| other == name)
            {
                return Err(format!(
                    "the schema names {name} twice; as a key the text and the symbol are the same"
                ));
            }
        }
        let fields = fields
            .into_iter()
            .map(|(name, expected)| (name.into(), expected));
        Ok(Self {
            fields: fields.collect(),
        })
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The number of a field, and what it has to be. Mostly fields come in the order of the schema: `next` is tried first.
    #[must_use]
    pub fn field(&self, next: usize, name: &str) -> Option<(usize, &Expected)> {
        let is_next = self
            .fields
            .get(next)
            .is_some_and(|(known, _)| &**known == name);
        let place = if is_next {
            next
        } else {
            self.fields.iter().position(|(known, _)| &**known == name)?
        };
        self.fields
            .get(place)
            .map(|(_, expected)| (place, expected))
    }

    /// One sentence that names every field of the list, in the order of the schema.
    #[must_use]
    pub fn sentence(&self, misfits: &[Misfit]) -> String {
        let mut listed: Vec<&Misfit> = misfits.iter().collect();
        listed.sort_by_key(|misfit| misfit.field);
        let mut out = "the message does not fit its schema: ".to_owned();
        for (place, misfit) in listed.into_iter().enumerate() {
            let Some((name, expected)) = self.fields.get(misfit.field) else {
                continue;
            };
            let between = if place > 0 { "; " } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(
                out,
                "{between}{name} is {}, not {}",
                short(&misfit.value),
                expected.shown()
            );
        }
        out
    }
}

/// As much of a value as a message shows.
fn short(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
