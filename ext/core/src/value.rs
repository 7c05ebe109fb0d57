//! The values that a task's attributes may have, as a tree. The stores keep them packed (see [`crate::pack`]).

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::pack::{Key, Packer, Token, Unpacker};

/// A value that survives being stored, whatever the storage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number beyond 64 bits, as hexadecimal digits with an optional minus.
    BigInt(String),
    /// A floating point number, any bits.
    Float(f64),
    /// UTF-8 text.
    Text(String),
    /// Other bytes, with the name of their encoding.
    Bytes {
        /// Name of the encoding, as in "Windows-1252".
        encoding: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A list.
    List(Vec<Value>),
    /// Keys and values, in the order in which they were put in.
    Map(Vec<(Value, Value)>),
}

impl PartialEq for Value {
    /// Floats are equal when their bits are: a stored NaN is the NaN that comes back.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::BigInt(a), Self::BigInt(b)) | (Self::Text(a), Self::Text(b)) => a == b,
            (
                Self::Bytes { encoding, bytes },
                Self::Bytes {
                    encoding: other_encoding,
                    bytes: other_bytes,
                },
            ) => encoding == other_encoding && bytes == other_bytes,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl Value {
    /// The packed form.
    ///
    /// # Errors
    /// [`Error::TooDeep`]; [`Error::Corrupt`] when a key is no text.
    pub fn pack(&self) -> Result<Vec<u8>, Error> {
        let mut packer = Packer::new();
        self.write(&mut packer)?;
        Ok(packer.finish())
    }

    /// The value in `packed`.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the bytes are not what [`Value::pack`] wrote.
    pub fn unpack(packed: &[u8]) -> Result<Self, Error> {
        Self::read(&mut Unpacker::new(packed))
    }

    fn write(&self, packer: &mut Packer) -> Result<(), Error> {
        match self {
            Self::Null => packer.null(),
            Self::Bool(value) => packer.bool(*value),
            Self::Int(value) => packer.int(*value),
            Self::BigInt(digits) => packer.big_int(digits),
            Self::Float(value) => packer.float(*value),
            Self::Text(text) => packer.text(text),
            Self::Bytes { encoding, bytes } => packer.bytes(encoding, bytes),
            Self::List(items) => {
                packer.open_list(items.len())?;
                items.iter().try_for_each(|item| item.write(packer))?;
                packer.close();
            }
            Self::Map(pairs) => {
                packer.open_map(pairs.len())?;
                pairs.iter().try_for_each(|(key, value)| {
                    key.write_key(packer)?;
                    value.write(packer)
                })?;
                packer.close();
            }
        }
        Ok(())
    }

    fn write_key(&self, packer: &mut Packer) -> Result<(), Error> {
        match self {
            Self::Text(text) => packer.key(text),
            Self::Bytes { encoding, bytes } => packer.bytes_key(encoding, bytes),
            _ => return Err(Error::Corrupt),
        }
        Ok(())
    }

    fn read(unpacker: &mut Unpacker<'_>) -> Result<Self, Error> {
        Ok(match unpacker.token()? {
            Token::Null => Self::Null,
            Token::Bool(value) => Self::Bool(value),
            Token::Int(value) => Self::Int(value),
            Token::BigInt(digits) => Self::BigInt(text(digits)?),
            Token::Float(value) => Self::Float(value),
            Token::Text(bytes) => Self::Text(text(bytes)?),
            Token::Bytes(encoding, bytes) => other(encoding.as_str(), bytes),
            Token::List(count) => Self::List(read_many(unpacker, count, Self::read)?),
            Token::Map(count) => Self::Map(read_many(unpacker, count, |unpacker| {
                Ok((Self::read_key(unpacker)?, Self::read(unpacker)?))
            })?),
        })
    }

    fn read_key(unpacker: &mut Unpacker<'_>) -> Result<Self, Error> {
        Ok(match unpacker.key()? {
            Key::Name(name) => Self::Text(name.as_str().to_owned()),
            Key::Text(bytes) => Self::Text(text(bytes)?),
            Key::Bytes(encoding, bytes) => other(encoding.as_str(), bytes),
        })
    }
}

fn read_many<'a, T>(
    unpacker: &mut Unpacker<'a>,
    count: usize,
    read: impl Fn(&mut Unpacker<'a>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    (0..count).map(|_| read(unpacker)).collect()
}

fn text(bytes: &[u8]) -> Result<String, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(Error::Corrupt),
    }
}

fn other(encoding: &str, bytes: &[u8]) -> Value {
    Value::Bytes {
        encoding: encoding.to_owned(),
        bytes: bytes.to_vec(),
    }
}
