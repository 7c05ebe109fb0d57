//! The one text form of a position. It names the kind of each value, so it is read without knowing the table, and needs
//! no version: a kind that is added later has a new name.
//!
//! ```text
//! position = part | "[" part-or-null *( ", " part-or-null ) "]"
//! int:42   int:-170141183460469231731687303715884105728     any number of digits, no leading zeros, no -0
//! float:1.5   float:1e-7   float:NaN   float:-Infinity      the shortest digits that give the number back
//! decimal:12.5   decimal:NaN                                any number of digits, no zeros at the end of the fraction
//! str:"a \"b\"\n\u0000"                                     escaped: " \ and control characters (\n \r \t, else \u00XX)
//! bytes:00ff                                                two lower-case hexadecimal digits a byte
//! uuid:0190b6f2-6d3c-7cc0-a6b0-0242ac120002                 lower case
//! time:2026-01-02T03:04:05.123456789Z                       UTC, nine digits; the year has four digits, or up to nine,
//! date:2026-01-02                                           and a minus below year 0
//! bool:true   null                                          null only inside a list
//! ```
//!
//! A value has exactly one text, and only that text is read: so two positions are equal when their texts are.

use std::fmt::Write;

use super::number::{Float, Number};
use super::{Part, Position, DAY_SECONDS};
use crate::clock::{civil, days, days_in};
use crate::flow::refusal::{shown, Refusal};

const KINDS: &str =
    "int: float: decimal: str: bytes: uuid: time: date: bool:, or a list of those in [ ]";

pub(super) fn encode(position: &Position) -> String {
    let mut out = String::new();
    if position.is_list {
        out.push('[');
    }
    for (place, part) in position.parts.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        // Writing to a String cannot fail.
        let _ = write_part(&mut out, part);
    }
    if position.is_list {
        out.push(']');
    }
    out
}

fn write_part(out: &mut String, part: &Part) -> std::fmt::Result {
    match part {
        Part::Null => write!(out, "null"),
        Part::Bool(value) => write!(out, "bool:{value}"),
        Part::Int(number) => write!(out, "int:{number}"),
        Part::BigInt(number) => write!(out, "int:{}", number.as_str()),
        Part::Float(number) => write!(out, "float:{}", number.to_text()),
        Part::Decimal(number) => write!(out, "decimal:{}", number.as_str()),
        Part::Text(text) => write_text(out, text),
        Part::Bytes(bytes) => {
            out.push_str("bytes:");
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
        }
        Part::Uuid(number) => write_uuid(out, *number),
        Part::Time(moment) => {
            out.push_str("time:");
            write_date(out, moment.seconds.div_euclid(DAY_SECONDS))?;
            let second = moment.seconds.rem_euclid(DAY_SECONDS);
            let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
            write!(
                out,
                "T{hour:02}:{minute:02}:{second:02}.{:09}Z",
                moment.nanos
            )
        }
        Part::Date(day) => {
            out.push_str("date:");
            write_date(out, day.0)
        }
    }
}

fn write_text(out: &mut String, text: &str) -> std::fmt::Result {
    out.push_str("str:\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if letter.is_control() => write!(out, "\\u{:04x}", u32::from(letter))?,
            _ => out.push(letter),
        }
    }
    out.push('"');
    Ok(())
}

fn write_uuid(out: &mut String, number: u128) -> std::fmt::Result {
    let digits = format!("{number:032x}");
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    let texts = groups.map(|group| digits.get(group).unwrap_or_default());
    write!(out, "uuid:{}", texts.join("-"))
}

fn write_date(out: &mut String, day: i64) -> std::fmt::Result {
    let (year, month, day) = civil(day);
    let sign = if year < 0 { "-" } else { "" };
    write!(out, "{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs())
}

pub(super) fn decode(text: &str) -> Result<Position, Refusal> {
    let refused =
        |why: &str| Refusal::Position(format!("cannot read {} as a position: {why}", shown(text)));
    let mut reader = Reader(text);
    let position = reader.position().map_err(|why| refused(&why))?;
    let written = encode(&position);
    if written != text {
        return Err(refused(&format!("it would be written {written}")));
    }
    Ok(position)
}

/// Takes a text apart from the left. It takes more than is ever written; who calls it compares with what is.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn position(&mut self) -> Result<Position, String> {
        let position = if self.take("[") {
            Position::list(self.list()?)
        } else {
            Position::one(self.part()?)
        };
        if !self.0.is_empty() {
            return Err(format!("{} follows where it should end", shown(self.0)));
        }
        position.map_err(|refusal| refusal.to_string())
    }

    fn list(&mut self) -> Result<Vec<Part>, String> {
        let mut parts = vec![self.part()?];
        while self.take(", ") {
            parts.push(self.part()?);
        }
        match self.take("]") {
            true => Ok(parts),
            false => Err("its list does not end with ]".to_owned()),
        }
    }

    fn part(&mut self) -> Result<Part, String> {
        if self.take("str:") {
            return self.text().map(Part::Text);
        }
        // No other value has a comma or a bracket in it.
        let end = self.0.find([',', ']']).unwrap_or(self.0.len());
        let (written, rest) = self.0.split_at(end);
        self.0 = rest;
        if written == "null" {
            return Ok(Part::Null);
        }
        let Some((kind, body)) = written.split_once(':') else {
            return Err(format!("a value begins with its kind, one of {KINDS}"));
        };
        match of_kind(kind, body) {
            Some(Some(part)) => Ok(part),
            Some(None) => Err(format!("{} is no {kind}", shown(body))),
            None => Err(format!(
                "there is no kind {}; there are {KINDS}",
                shown(kind)
            )),
        }
    }

    /// What stands between two quotes, of which the first is next.
    fn text(&mut self) -> Result<String, String> {
        let no_end = || "its text does not end with a quote".to_owned();
        if !self.take("\"") {
            return Err("its text does not begin with a quote".to_owned());
        }
        let mut text = String::new();
        loop {
            let end = self.0.find(['"', '\\']).ok_or_else(no_end)?;
            let (plain, rest) = self.0.split_at(end);
            text.push_str(plain);
            self.0 = rest;
            if self.take("\"") {
                return Ok(text);
            }
            text.push(self.escaped()?);
        }
    }

    /// The letter that an escape stands for.
    fn escaped(&mut self) -> Result<char, String> {
        for (written, letter) in [
            ("\\n", '\n'),
            ("\\r", '\r'),
            ("\\t", '\t'),
            ("\\\"", '"'),
            ("\\\\", '\\'),
        ] {
            if self.take(written) {
                return Ok(letter);
            }
        }
        let digits = self.0.strip_prefix("\\u").and_then(|rest| rest.get(..4));
        let code = digits
            .and_then(hexadecimal)
            .and_then(|code| u32::try_from(code).ok());
        let letter = code.and_then(char::from_u32);
        self.0 = self.0.get(6..).unwrap_or_default();
        letter
            .ok_or_else(|| "a backslash is followed by \" \\ n r t or u and four digits".to_owned())
    }

    fn take(&mut self, expected: &str) -> bool {
        let rest = self.0.strip_prefix(expected);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

/// The part, None when the text is none of that kind; None when there is no such kind.
fn of_kind(kind: &str, body: &str) -> Option<Option<Part>> {
    Some(match kind {
        "int" => Part::int(body).ok(),
        "float" => Float::read(body).map(Part::Float),
        "decimal" => Number::read(body).map(Part::Decimal),
        "bytes" => bytes(body).map(Part::Bytes),
        "uuid" => uuid(body).map(Part::Uuid),
        "time" => time(body),
        "date" => date(body).and_then(|day| Part::date(day).ok()),
        "bool" => body.parse().ok().map(Part::Bool),
        _ => return None,
    })
}

/// Digits only: what Rust reads beside them (a plus) is never written.
fn hexadecimal(digits: &str) -> Option<u128> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(digits, 16)
        .ok()
        .filter(|_| only_digits)
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let digits = std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2)?;
            hexadecimal(digits).and_then(|byte| u8::try_from(byte).ok())
        })
        .collect()
}

/// A UUID as it is written everywhere, in either case.
pub(super) fn uuid(text: &str) -> Option<u128> {
    let mut groups = text.split('-');
    let mut digits = String::with_capacity(32);
    for length in [8, 4, 4, 4, 12] {
        digits.push_str(groups.next().filter(|group| group.len() == length)?);
    }
    groups.next().is_none().then(|| hexadecimal(&digits))?
}

fn time(text: &str) -> Option<Part> {
    let (day, rest) = text.split_once('T')?;
    let (clock, nanos) = rest.strip_suffix('Z')?.split_once('.')?;
    let mut fields = clock.split(':').map(|field| number(field, 2));
    let (hour, minute, second) = (fields.next()??, fields.next()??, fields.next()??);
    let real = hour < 24 && minute < 60 && second < 60 && fields.next().is_none();
    let seconds = date(day)? * DAY_SECONDS + hour * 3_600 + minute * 60 + second;
    let nanos = u32::try_from(number(nanos, 9)?).ok()?;
    real.then(|| Part::time(seconds, nanos).ok())?
}

/// Days since 1970-01-01.
fn date(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut fields = digits.split('-');
    let year = fields.next().filter(|year| (4..=9).contains(&year.len()))?;
    let year = sign * number(year, year.len())?;
    let (month, day) = (number(fields.next()?, 2)?, number(fields.next()?, 2)?);
    let real = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    (real && fields.next().is_none()).then(|| days(year, month, day))
}

/// Exactly so many digits.
fn number(digits: &str, length: usize) -> Option<i64> {
    let only_digits = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| only_digits)
}
