//! One JSON object, taken apart as far as its own pairs.

use std::borrow::Cow;

use crate::rows::{Cell, Decimal};

/// Containers in containers, as many as anybody means.
const DEEPEST: usize = 100;

/// What stands behind a name. Containers stay text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// null
    Null,
    /// true or false
    Bool(bool),
    /// A number without a point that 64 bits hold.
    Int(i64),
    /// A number with an exponent.
    Float(f64),
    /// Any other number.
    Decimal(Decimal),
    /// A number of more digits.
    Number(&'a str),
    /// Text.
    Text(Cow<'a, str>),
    /// A list or an object, as it is written.
    Json(&'a str),
}

impl Value<'_> {
    /// The same as a cell of a batch.
    #[must_use]
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(*value),
            Self::Int(value) => Cell::Int(*value),
            Self::Float(value) => Cell::Float(*value),
            Self::Decimal(value) => Cell::Decimal(*value),
            Self::Number(text) => Cell::Number(text),
            Self::Text(text) => Cell::Text(text),
            Self::Json(text) => Cell::Json(text),
        }
    }
}

/// Names and values, in the order in which they are written.
pub type Pairs<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// Takes an object apart.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn pairs<'a>(text: &'a str, into: &mut Pairs<'a>) -> Result<(), String> {
    into.clear();
    let mut parser = Parser { text, at: 0 };
    parser.space();
    if parser.peek() != Some(b'{') {
        return Err(parser.wrong("an object"));
    }
    parser.members(|name, value| into.push((name, value)))?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.wrong("nothing behind the object"));
    }
    Ok(())
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    #[cold]
    fn wrong(&self, wanted: &str) -> String {
        let before = self.text.get(..self.at).unwrap_or_default();
        format!(
            "is no JSON: {wanted} is expected at character {}",
            before.chars().count() + 1
        )
    }

    /// The pairs of the object that begins here.
    fn members(&mut self, mut take: impl FnMut(Cow<'a, str>, Value<'a>)) -> Result<(), String> {
        self.at += 1;
        self.space();
        if self.takes(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            let name = self.string()?;
            self.space();
            if !self.takes(b':') {
                return Err(self.wrong("a colon"));
            }
            self.space();
            let value = self.value()?;
            take(name, value);
            self.space();
            if self.takes(b'}') {
                return Ok(());
            }
            if !self.takes(b',') {
                return Err(self.wrong("a comma or the end of the object"));
            }
        }
    }

    fn value(&mut self) -> Result<Value<'a>, String> {
        match self.peek() {
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'{' | b'[') => {
                let start = self.at;
                self.skip(1)?;
                Ok(Value::Json(self.from(start)))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn from(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn word(&mut self) -> Result<Value<'a>, String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, value) in [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.wrong("a value"))
    }

    /// Passes over a value, and over what is in it.
    fn skip(&mut self, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(format!("is nested deeper than {DEEPEST} times"));
        }
        let end = match self.peek() {
            Some(b'{') => b'}',
            Some(b'[') => b']',
            _ => return self.value().map(drop),
        };
        self.at += 1;
        self.space();
        if self.takes(end) {
            return Ok(());
        }
        loop {
            self.space();
            if end == b'}' {
                self.string()?;
                self.space();
                if !self.takes(b':') {
                    return Err(self.wrong("a colon"));
                }
                self.space();
            }
            self.skip(depth + 1)?;
            self.space();
            if self.takes(end) {
                return Ok(());
            }
            if !self.takes(b',') {
                return Err(self.wrong("a comma or the end of the list or object"));
            }
        }
    }

    fn number(&mut self) -> Result<Value<'a>, String> {
        let start = self.at;
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        let is_whole = self.peek() != Some(b'.');
        if self.takes(b'.') {
            self.digits()?;
        }
        let has_exponent = self.takes(b'e') || self.takes(b'E');
        if has_exponent {
            let _sign = self.takes(b'-') || self.takes(b'+');
            self.digits()?;
        }
        let text = self.from(start);
        if has_exponent {
            let number = text.parse().map_err(|_| self.wrong("a number"))?;
            return Ok(Value::Float(number));
        }
        let whole = is_whole.then(|| text.parse().ok()).flatten();
        Ok(whole
            .map(Value::Int)
            .or_else(|| Decimal::parse(text).map(Value::Decimal))
            .unwrap_or(Value::Number(text)))
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.wrong("a digit"));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, String> {
        if !self.takes(b'"') {
            return Err(self.wrong("a text in quotes"));
        }
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut copied = start;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = self.from(copied);
                    self.at += 1;
                    return Ok(match owned {
                        Some(mut text) => {
                            text.push_str(rest);
                            Cow::Owned(text)
                        }
                        None => Cow::Borrowed(rest),
                    });
                }
                Some(b'\\') => {
                    let text = owned.get_or_insert_with(String::new);
                    text.push_str(self.text.get(copied..self.at).unwrap_or_default());
                    self.at += 1;
                    let sign = self.escaped()?;
                    owned.get_or_insert_with(String::new).push(sign);
                    copied = self.at;
                }
                Some(0..=0x1F) | None => return Err(self.wrong("the end of a text")),
                Some(_) => self.at += 1,
            }
        }
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Result<char, String> {
        let sign = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.numbered();
            }
            _ => return Err(self.wrong("a known sign behind the backslash")),
        };
        self.at += 1;
        Ok(sign)
    }

    /// A character by its number, or by those of its two halves.
    fn numbered(&mut self) -> Result<char, String> {
        let high = self.hex()?;
        let mut units = vec![high];
        if (0xD800..0xDC00).contains(&high) {
            if !(self.takes(b'\\') && self.takes(b'u')) {
                return Err(self.wrong("the other half of a character"));
            }
            units.push(self.hex()?);
        }
        let sign = char::decode_utf16(units).next();
        sign.and_then(Result::ok)
            .ok_or_else(|| self.wrong("the number of a character"))
    }

    fn hex(&mut self) -> Result<u16, String> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.wrong("four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}
