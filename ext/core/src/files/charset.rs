//! How a file's bytes are text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, UTF_8};

/// An encoding in which line ends, quotes and separators can be found without decoding what is between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// UTF-16 with the low byte first.
    WideLittle,
    /// UTF-16 with the high byte first.
    WideBig,
    /// One that has ASCII as it is.
    Other(&'static Encoding),
}

impl Charset {
    /// By its name, as the Encoding Standard has it ("windows-1252", "Shift_JIS"). ISO-8859-1 is read as windows-1252,
    /// which has signs where the other has control characters. `None` for what is not known, and for what has to be
    /// decoded from its first byte on to know where a line ends.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match Encoding::for_label(name.trim().as_bytes())? {
            found if found == UTF_8 => Some(Self::Utf8),
            found if found == UTF_16LE => Some(Self::WideLittle),
            found if found == UTF_16BE => Some(Self::WideBig),
            found => found.is_ascii_compatible().then_some(Self::Other(found)),
        }
    }

    /// What a byte order mark at the beginning of a file says, and how long it is.
    #[must_use]
    pub fn marked(head: &[u8]) -> Option<(Self, usize)> {
        let (found, length) = Encoding::for_bom(head)?;
        Some((Self::named(found.name())?, length))
    }

    /// Whether an ASCII character is never a part of another one in it.
    #[must_use]
    pub fn keeps(self, ascii: u8) -> bool {
        match self {
            Self::Other(encoding) if !encoding.is_single_byte() => {
                !ascii.is_ascii_digit() && ascii < 0x40
            }
            _ => true,
        }
    }

    /// The text that these bytes are; `None` when they are none.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::WideLittle => wide(bytes, u16::from_le_bytes),
            Self::WideBig => wide(bytes, u16::from_be_bytes),
            Self::Other(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            }
        }
    }

    /// The name for messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::WideLittle => "UTF-16LE",
            Self::WideBig => "UTF-16BE",
            Self::Other(encoding) => encoding.name(),
        }
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Cow<'static, str>> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units = pairs.filter_map(|pair| pair.try_into().ok().map(unit));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().map(Cow::Owned)
}
