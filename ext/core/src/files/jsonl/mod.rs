//! JSON Lines: an object on each line.

pub mod object;

use std::sync::Arc;

use self::object::Pairs;
use super::reader::{too_long, Bad, Wants, LONGEST};
use super::window::Window;
use crate::rows::{Batch, Refusal};

/// What is known of the objects so far. Those of one batch have the same names, so that a row keeps in the sink what it
/// does not bring.
#[derive(Debug, Default)]
pub struct JsonLines {
    /// What the rows of this batch bring, and behind it what only others have brought.
    names: Vec<Arc<str>>,
    brought: usize,
}

/// What stands at the beginning of the bytes.
enum Line<'a> {
    End,
    Unfinished,
    Blank(usize),
    Some(&'a [u8]),
}

fn line(window: &Window) -> Line<'_> {
    let rest = window.rest();
    let line = match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) => rest.get(..=end).unwrap_or_default(),
        None if !window.is_ended() => return Line::Unfinished,
        None if rest.is_empty() => return Line::End,
        None => rest,
    };
    if line.iter().all(u8::is_ascii_whitespace) {
        return Line::Blank(line.len());
    }
    Line::Some(line)
}

impl JsonLines {
    /// The names of the batch's columns.
    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// How many of them the rows bring.
    pub(super) fn brought(&self) -> usize {
        self.brought
    }

    /// Sees to it that the names are those of the next row. False: more bytes are needed for that.
    pub(super) fn look(&mut self, window: &mut Window) -> bool {
        loop {
            match line(window) {
                Line::Blank(length) => window.skip(length, 1),
                Line::Unfinished => return window.rest().len() > LONGEST,
                Line::End => return true,
                Line::Some(bytes) => {
                    let mut pairs = Pairs::new();
                    let text = std::str::from_utf8(bytes);
                    if text.is_ok_and(|text| object::pairs(text, &mut pairs).is_ok())
                        && !self.fits(&pairs)
                    {
                        self.follow(&pairs);
                    }
                    return true;
                }
            }
        }
    }

    /// Those of the row first, in its order, then the others.
    fn follow(&mut self, pairs: &Pairs<'_>) {
        let mut names: Vec<Arc<str>> = Vec::with_capacity(pairs.len());
        for (name, _) in pairs {
            if !names.iter().any(|known| **known == **name) {
                names.push(Arc::from(&**name));
            }
        }
        self.brought = names.len();
        let others = self.names.drain(..);
        for name in others {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        self.names = names;
    }

    /// Whether a row brings what those of the batch do, no more and no less.
    fn fits(&self, pairs: &Pairs<'_>) -> bool {
        let names = self.names.get(..self.brought).unwrap_or_default();
        if pairs.len() == names.len() {
            let in_order = pairs
                .iter()
                .zip(names)
                .all(|(pair, name)| *pair.0 == **name);
            if in_order {
                return true;
            }
        }
        pairs
            .iter()
            .all(|pair| names.iter().any(|name| **name == *pair.0))
            && names
                .iter()
                .all(|name| pairs.iter().any(|pair| *pair.0 == **name))
    }

    pub(super) fn take(
        &mut self,
        window: &mut Window,
        batch: &mut Batch,
        limit: usize,
        bad: &mut Vec<Bad>,
    ) -> Result<Wants, Refusal> {
        while batch.len() < limit {
            let length = match line(window) {
                Line::End => return Ok(Wants::Nothing),
                Line::Unfinished if window.rest().len() > LONGEST => {
                    return Err(Refusal::NoFile(too_long(window.line())))
                }
                Line::Unfinished => return Ok(Wants::Bytes),
                Line::Blank(length) => {
                    window.skip(length, 1);
                    continue;
                }
                Line::Some(bytes) => {
                    match self.put(bytes, batch)? {
                        Put::Done => {}
                        Put::Other => return Ok(Wants::Room),
                        Put::Bad(reason) => Bad::put(bad, batch, None, reason)?,
                    }
                    bytes.len()
                }
            };
            window.pass(length, 1);
        }
        Ok(Wants::Room)
    }

    fn put(&self, bytes: &[u8], batch: &mut Batch) -> Result<Put, Refusal> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Ok(Put::Bad("is not UTF-8".to_owned()));
        };
        let mut pairs = Pairs::new();
        if let Err(reason) = object::pairs(text, &mut pairs) {
            return Ok(Put::Bad(reason));
        }
        if !self.fits(&pairs) {
            return Ok(Put::Other);
        }
        batch.begin_row()?;
        for (place, (name, value)) in pairs.iter().enumerate() {
            let is_there = self.names.get(place).is_some_and(|known| **known == **name);
            let column = if is_there {
                Some(place)
            } else {
                self.names.iter().position(|known| **known == **name)
            };
            if let Some(column) = column {
                batch.put_in(column, value.cell())?;
            }
        }
        batch.end_row();
        Ok(Put::Done)
    }
}

enum Put {
    Done,
    /// The row has other names than those of the batch.
    Other,
    /// It is none, for this reason.
    Bad(String),
}
