//! Attributes packed into one run of bytes: about a tenth of what a tree of objects takes, and copied in one go.
//!
//! The form lives in the memory of one process only (keys may be numbers of [`Name`]s) and is never written to a disk.

use crate::error::Error;
use crate::names::Name;

/// How deep lists and maps may be nested inside one attribute.
pub const MAX_DEPTH: usize = 64;

/// Longer keys, and keys after this many names, are written out instead of becoming a [`Name`].
const MAX_NAME_LENGTH: usize = 64;
const MAX_NAMES: usize = 1 << 16;

mod tag {
    pub const NULL: u8 = 0;
    pub const FALSE: u8 = 1;
    pub const TRUE: u8 = 2;
    pub const INT: u8 = 3;
    pub const BIG_INT: u8 = 4;
    pub const FLOAT: u8 = 5;
    pub const TEXT: u8 = 6;
    pub const BYTES: u8 = 7;
    pub const LIST: u8 = 8;
    pub const MAP: u8 = 9;
    /// 0x40 to 0x7f: text of 0 to 63 bytes.
    pub const SHORT_TEXT: u8 = 0x40;
    /// 0x80 to 0xff: the numbers 0 to 127.
    pub const SMALL_INT: u8 = 0x80;
}

/// What the low two bits of a key's head say.
mod key {
    pub const NAME: u64 = 0;
    pub const TEXT: u64 = 1;
    pub const BYTES: u64 = 2;
}

/// The packed form of an empty map.
pub const EMPTY_MAP: &[u8] = &[tag::MAP, 0];

/// Writes values one after the other.
#[derive(Debug, Default)]
pub struct Packer {
    out: Vec<u8>,
    depth: usize,
}

impl Packer {
    /// A packer that begins with nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A packer that writes into `room`, whatever is in it now.
    pub fn reusing(mut room: Vec<u8>) -> Self {
        room.clear();
        Self {
            out: room,
            depth: 0,
        }
    }

    /// Writes nothing.
    pub fn null(&mut self) {
        self.out.push(tag::NULL);
    }

    /// Writes true or false.
    pub fn bool(&mut self, value: bool) {
        self.out.push(if value { tag::TRUE } else { tag::FALSE });
    }

    /// Writes a whole number.
    pub fn int(&mut self, value: i64) {
        match u8::try_from(value) {
            Ok(small) if small < 128 => self.out.push(tag::SMALL_INT | small),
            _ => {
                self.out.push(tag::INT);
                self.varint(((value << 1) ^ (value >> 63)) as u64);
            }
        }
    }

    /// Writes a whole number beyond 64 bits, given as hexadecimal digits.
    pub fn big_int(&mut self, digits: &str) {
        self.out.push(tag::BIG_INT);
        self.blob(digits.as_bytes());
    }

    /// Writes a floating point number.
    pub fn float(&mut self, value: f64) {
        self.out.push(tag::FLOAT);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes UTF-8 text.
    pub fn text(&mut self, text: &str) {
        match u8::try_from(text.len()) {
            Ok(length) if length < 64 => {
                self.out.push(tag::SHORT_TEXT | length);
                self.out.extend_from_slice(text.as_bytes());
            }
            _ => {
                self.out.push(tag::TEXT);
                self.blob(text.as_bytes());
            }
        }
    }

    /// Writes bytes in another encoding.
    pub fn bytes(&mut self, encoding: &str, bytes: &[u8]) {
        self.out.push(tag::BYTES);
        self.varint(u64::from(Name::of(encoding).number()));
        self.blob(bytes);
    }

    /// Begins a list of `count` values; [`Packer::close`] ends it.
    ///
    /// # Errors
    /// [`Error::TooDeep`].
    pub fn open_list(&mut self, count: usize) -> Result<(), Error> {
        self.open(tag::LIST, count)
    }

    /// Begins a map of `count` keys, each followed by its value; [`Packer::close`] ends it.
    ///
    /// # Errors
    /// [`Error::TooDeep`].
    pub fn open_map(&mut self, count: usize) -> Result<(), Error> {
        self.open(tag::MAP, count)
    }

    /// Ends the list or map that was begun last.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Writes a key. The keys of the outermost map are what a class declares, so they become [`Name`]s; deeper ones
    /// may be anything a user has sent, and only use a name that is there already.
    pub fn key(&mut self, text: &str) {
        let short = text.len() <= MAX_NAME_LENGTH;
        let name = match Name::known(text) {
            None if short && self.is_outermost() && Name::count() < MAX_NAMES => {
                Some(Name::of(text))
            }
            known => known,
        };
        match name {
            Some(name) => self.varint(u64::from(name.number()) << 2 | key::NAME),
            None => self.long_key(key::TEXT, text.as_bytes()),
        }
    }

    /// Whether the map that was begun last is the outermost one.
    pub const fn is_outermost(&self) -> bool {
        self.depth == 1
    }

    /// Writes a key in another encoding.
    pub fn bytes_key(&mut self, encoding: &str, bytes: &[u8]) {
        self.long_key(key::BYTES, bytes);
        self.varint(u64::from(Name::of(encoding).number()));
    }

    /// The bytes written so far.
    pub fn written(&self) -> &[u8] {
        &self.out
    }

    /// How many bytes have been written.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing has been written yet.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// The bytes written.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// The outermost map is not counted: it holds the attributes themselves.
    fn open(&mut self, tag: u8, count: usize) -> Result<(), Error> {
        if self.depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        self.depth += 1;
        self.out.push(tag);
        self.varint(count as u64);
        Ok(())
    }

    fn long_key(&mut self, kind: u64, bytes: &[u8]) {
        self.varint((bytes.len() as u64) << 2 | kind);
        self.out.extend_from_slice(bytes);
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }
}

/// One value, or the beginning of a list or map with its number of entries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// Hexadecimal digits of a whole number beyond 64 bits.
    BigInt(&'a [u8]),
    /// A floating point number.
    Float(f64),
    /// UTF-8 text.
    Text(&'a [u8]),
    /// The name of an encoding, and bytes in it.
    Bytes(Name, &'a [u8]),
    /// That many values follow.
    List(usize),
    /// That many keys follow, each with its value.
    Map(usize),
}

/// A key of a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Key<'a> {
    /// A name.
    Name(Name),
    /// UTF-8 text.
    Text(&'a [u8]),
    /// The name of an encoding, and bytes in it.
    Bytes(Name, &'a [u8]),
}

/// Reads what a [`Packer`] wrote, value by value.
#[derive(Debug, Clone)]
pub struct Unpacker<'a> {
    rest: &'a [u8],
}

impl<'a> Unpacker<'a> {
    /// Begins at the first value.
    pub const fn new(packed: &'a [u8]) -> Self {
        Self { rest: packed }
    }

    /// The next value.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when these are not a packer's bytes.
    pub fn token(&mut self) -> Result<Token<'a>, Error> {
        Ok(match self.byte()? {
            tag::NULL => Token::Null,
            tag::FALSE => Token::Bool(false),
            tag::TRUE => Token::Bool(true),
            tag::INT => {
                let value = self.varint()?;
                Token::Int((value >> 1) as i64 ^ -((value & 1) as i64))
            }
            tag::BIG_INT => Token::BigInt(self.blob()?),
            tag::FLOAT => Token::Float(self.float()?),
            tag::TEXT => Token::Text(self.blob()?),
            tag::BYTES => Token::Bytes(self.name()?, self.blob()?),
            tag::LIST => Token::List(self.length()?),
            tag::MAP => Token::Map(self.length()?),
            small if small >= tag::SMALL_INT => Token::Int(i64::from(small & 0x7f)),
            short if short >= tag::SHORT_TEXT => Token::Text(self.take(usize::from(short & 0x3f))?),
            _ => return Err(Error::Corrupt),
        })
    }

    /// The next key, inside a map.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when these are not a packer's bytes.
    pub fn key(&mut self) -> Result<Key<'a>, Error> {
        let head = self.varint()?;
        let rest = head >> 2;
        Ok(match head & 3 {
            key::NAME => Key::Name(numbered(rest)?),
            key::TEXT => Key::Text(self.take(size(rest)?)?),
            key::BYTES => {
                let bytes = self.take(size(rest)?)?;
                Key::Bytes(self.name()?, bytes)
            }
            _ => return Err(Error::Corrupt),
        })
    }

    fn name(&mut self) -> Result<Name, Error> {
        numbered(self.varint()?)
    }

    fn float(&mut self) -> Result<f64, Error> {
        let bytes = self.take(8)?.try_into().map_err(|_| Error::Corrupt)?;
        Ok(f64::from_le_bytes(bytes))
    }

    fn blob(&mut self) -> Result<&'a [u8], Error> {
        let length = self.length()?;
        self.take(length)
    }

    fn length(&mut self) -> Result<usize, Error> {
        size(self.varint()?)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Error::Corrupt)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Error> {
        let (byte, rest) = self.rest.split_first().ok_or(Error::Corrupt)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Error::Corrupt)
    }
}

fn numbered(number: u64) -> Result<Name, Error> {
    let number = u32::try_from(number).ok();
    number.and_then(Name::numbered).ok_or(Error::Corrupt)
}

fn size(length: u64) -> Result<usize, Error> {
    usize::try_from(length).map_err(|_| Error::Corrupt)
}
