//! The value of an expression in a row.

use super::bind::Bound;
use super::compare::compare;
use super::fault::{shown, Fault};
use super::number::{self, Num, Outcome, Trouble};
use super::room::{truth as known, Room, Val};
use super::text::write_text;
use super::tree::{Between, Comparison, Letters, Operator, Tree};
use crate::rows::{Batch, Cell};

type Answer<'a> = Result<Val<'a>, Box<Fault>>;

/// True, false or neither.
///
/// # Errors
/// For what is no truth value.
#[inline]
pub fn truth(cell: Cell<'_>, word: &str) -> Result<Option<bool>, Box<Fault>> {
    match cell {
        Cell::Bool(value) => Ok(Some(value)),
        Cell::Null => Ok(None),
        other => Err(Fault::unfit(word, "true or false", &other)),
    }
}

impl Tree<Bound> {
    /// Its value in a row of the batch that its columns are bound to.
    ///
    /// # Errors
    /// When there is none.
    pub fn value<'a>(&'a self, batch: &'a Batch, row: usize, room: &mut Room) -> Answer<'a> {
        match self {
            Self::Column(column) => column.read(batch, row, room),
            Self::Literal(literal) => Ok(Val::Cell(literal.cell())),
            Self::Arithmetic(operator, two) => both(two, batch, row, room, |left, right| {
                arithmetic(*operator, left, right)
            }),
            Self::Compare(comparison, two) => both(two, batch, row, room, |left, right| {
                Ok(Made::Truth(comparison.holds(compare(left, right)?)))
            }),
            Self::And(two) => logic(two, false, "&", batch, row, room),
            Self::Or(two) => logic(two, true, "|", batch, row, room),
            Self::Not(one) => {
                let value = one.value(batch, row, room)?;
                let held = truth(room.cell(value), "!")?;
                Ok(held.map_or(Val::NULL, |held| known(!held)))
            }
            Self::IsNull(one) => Ok(known(one.value(batch, row, room)?.is_null())),
            Self::Coalesce(all) => coalesce(all, batch, row, room),
            Self::In(one, all) => one_of(one, all, batch, row, room),
            Self::Between(range) => between(range, batch, row, room),
            Self::Concat(all) => concat(all, batch, row, room),
            Self::Negative(one) | Self::Round(one, _) | Self::Float(one) => {
                let value = one.value(batch, row, room)?;
                self.of_number(value, room)
            }
            Self::Case(_, one) | Self::Strip(one) => {
                let value = one.value(batch, row, room)?;
                self.of_text(value, room)
            }
        }
    }

    fn of_number<'a>(&self, value: Val<'a>, room: &mut Room) -> Answer<'a> {
        let cell = room.cell(value);
        if cell.is_null() {
            return Ok(Val::NULL);
        }
        let word = match self {
            Self::Round(..) => "round",
            Self::Float(_) => "coalesce",
            _ => "-",
        };
        let number = Num::of(cell).ok_or_else(|| Fault::unfit(word, "numbers", &cell))?;
        let outcome = match self {
            Self::Round(_, digits) => number::round(number, *digits),
            Self::Float(_) => match number.to_f64() {
                float
                    if float.is_infinite()
                        && !matches!(number, Num::Long("Infinity" | "-Infinity")) =>
                {
                    Err(Trouble::TooLarge)
                }
                float => Ok(Outcome::Float(float)),
            },
            _ => number::negative(number),
        };
        match outcome {
            Ok(outcome) => Ok(placed(outcome, room)),
            Err(trouble) => Err(Fault::new(format!(
                "{word} {} {}",
                shown(&cell),
                trouble.sentence()
            ))),
        }
    }

    fn of_text<'a>(&self, value: Val<'a>, room: &mut Room) -> Answer<'a> {
        let start = room.made.len();
        let text = match value {
            Val::Cell(Cell::Null) => return Ok(Val::NULL),
            Val::Cell(Cell::Text(text)) => text.to_owned(),
            Val::Text(..) => match room.cell(value) {
                Cell::Text(text) => text.to_owned(),
                _ => String::new(),
            },
            other => {
                let word = match self {
                    Self::Case(letters, _) => letters.word(),
                    _ => "strip",
                };
                return Err(Fault::unfit(word, "text", &room.cell(other)));
            }
        };
        match self {
            Self::Case(letters, _) => change_case(*letters, &text, &mut room.made),
            _ => room.made.push_str(text.trim_matches(is_blank)),
        }
        Ok(room.since(start))
    }
}

/// What Ruby's `strip` takes off.
fn is_blank(letter: char) -> bool {
    matches!(letter, '\0' | '\t' | '\n' | '\x0b' | '\x0c' | '\r' | ' ')
}

fn change_case(letters: Letters, text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        if let Some(made) = out.get_mut(start..) {
            match letters {
                Letters::Up => made.make_ascii_uppercase(),
                Letters::Down => made.make_ascii_lowercase(),
            }
        }
        return;
    }
    match letters {
        Letters::Up => out.push_str(&text.to_uppercase()),
        Letters::Down => out.push_str(&text.to_lowercase()),
    }
}

/// What is made of two values. It is NULL where one is, even if the other has none.
#[inline]
fn both<'a>(
    two: &'a [Tree<Bound>; 2],
    batch: &'a Batch,
    row: usize,
    room: &mut Room,
    make: impl FnOnce(Cell<'_>, Cell<'_>) -> Result<Made, Box<Fault>>,
) -> Answer<'a> {
    let [left, right] = two;
    let first = left.value(batch, row, room);
    if matches!(&first, Ok(value) if value.is_null()) {
        return Ok(Val::NULL);
    }
    let second = right.value(batch, row, room)?;
    if second.is_null() {
        return Ok(Val::NULL);
    }
    let first = first?;
    match make(room.cell(first), room.cell(second))? {
        Made::Truth(value) => Ok(known(value)),
        Made::Number(outcome) => Ok(placed(outcome, room)),
    }
}

/// What two values make.
enum Made {
    Truth(bool),
    Number(Outcome),
}

#[inline]
fn placed(outcome: Outcome, room: &mut Room) -> Val<'static> {
    match outcome {
        Outcome::Int(number) => Val::Cell(Cell::Int(number)),
        Outcome::Decimal(number) => Val::Cell(Cell::Decimal(number)),
        Outcome::Float(number) => Val::Cell(Cell::Float(number)),
        Outcome::Long(text) => room.number(&text),
    }
}

#[inline]
fn arithmetic(operator: Operator, left: Cell<'_>, right: Cell<'_>) -> Result<Made, Box<Fault>> {
    let number =
        |cell| Num::of(cell).ok_or_else(|| Fault::unfit(operator.sign(), "numbers", &cell));
    match number::arithmetic(operator, number(left)?, number(right)?) {
        Ok(outcome) => Ok(Made::Number(outcome)),
        Err(trouble) => Err(Fault::new(format!(
            "{} {} {} {}",
            shown(&left),
            operator.sign(),
            shown(&right),
            trouble.sentence()
        ))),
    }
}

/// `&` and `|`: `decides` is the truth value that the other side cannot change, be it NULL or without an answer.
fn logic<'a>(
    two: &'a [Tree<Bound>; 2],
    decides: bool,
    sign: &str,
    batch: &'a Batch,
    row: usize,
    room: &mut Room,
) -> Answer<'a> {
    let mut side = |tree: &'a Tree<Bound>| {
        let value = tree.value(batch, row, room)?;
        truth(room.cell(value), sign)
    };
    let [left, right] = two;
    let first = side(left);
    if matches!(&first, Ok(Some(value)) if *value == decides) {
        return Ok(known(decides));
    }
    match (first, side(right)) {
        (_, Ok(Some(value))) if value == decides => Ok(known(decides)),
        (Err(fault), _) | (_, Err(fault)) => Err(fault),
        (Ok(Some(_)), Ok(Some(_))) => Ok(known(!decides)),
        _ => Ok(Val::NULL),
    }
}

fn coalesce<'a>(
    all: &'a [Tree<Bound>],
    batch: &'a Batch,
    row: usize,
    room: &mut Room,
) -> Answer<'a> {
    for one in all {
        let value = one.value(batch, row, room)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Val::NULL)
}

/// True where one is equal; else NULL where one is NULL; else the first fault.
fn one_of<'a>(
    one: &'a Tree<Bound>,
    all: &'a [Tree<Bound>],
    batch: &'a Batch,
    row: usize,
    room: &mut Room,
) -> Answer<'a> {
    if all.is_empty() {
        return Ok(known(false));
    }
    let (value, mut fault) = parted(one.value(batch, row, room));
    if value.is_some_and(|value| value.is_null()) {
        return Ok(Val::NULL);
    }
    let (mut unknown, mut broken) = (false, false);
    for other in all {
        let found = held(Comparison::Equal, value, other, batch, row, room);
        match found {
            Ok(Some(true)) => return Ok(known(true)),
            Ok(Some(false)) => {}
            Ok(None) => unknown = true,
            Err(found) => {
                broken = true;
                fault = fault.or(Some(found));
            }
        }
    }
    decided(fault.filter(|_| broken || !unknown), unknown, false)
}

fn between<'a>(
    range: &'a Between<Bound>,
    batch: &'a Batch,
    row: usize,
    room: &mut Room,
) -> Answer<'a> {
    let (value, mut fault) = parted(range.value.value(batch, row, room));
    if value.is_some_and(|value| value.is_null()) {
        return Ok(Val::NULL);
    }
    let to = if range.excluded {
        Comparison::Less
    } else {
        Comparison::AtMost
    };
    let ends = [
        (range.from.as_ref(), Comparison::AtLeast),
        (range.to.as_ref(), to),
    ];
    let (mut unknown, mut broken) = (false, false);
    for (end, comparison) in ends {
        let Some(end) = end else { continue };
        match held(comparison, value, end, batch, row, room) {
            Ok(Some(false)) => return Ok(known(false)),
            Ok(Some(true)) => {}
            Ok(None) => unknown = true,
            Err(found) => {
                broken = true;
                fault = fault.or(Some(found));
            }
        }
    }
    decided(fault.filter(|_| broken || !unknown), unknown, true)
}

/// What is left when no part has decided.
fn decided<'a>(fault: Option<Box<Fault>>, unknown: bool, otherwise: bool) -> Answer<'a> {
    match fault {
        Some(fault) => Err(fault),
        None if unknown => Ok(Val::NULL),
        None => Ok(known(otherwise)),
    }
}

/// The value, or what is wrong with it.
fn parted<'a>(answer: Answer<'a>) -> (Option<Val<'a>>, Option<Box<Fault>>) {
    match answer {
        Ok(value) => (Some(value), None),
        Err(fault) => (None, Some(fault)),
    }
}

/// Whether the comparison holds. With NULL it is unknown, even where the value itself has none.
fn held<'a>(
    comparison: Comparison,
    value: Option<Val<'a>>,
    other: &'a Tree<Bound>,
    batch: &'a Batch,
    row: usize,
    room: &mut Room,
) -> Result<Option<bool>, Box<Fault>> {
    let other = other.value(batch, row, room)?;
    match value {
        _ if other.is_null() => Ok(None),
        // What is wrong with the value is kept by whoever asks.
        None => Err(Fault::new(String::new())),
        Some(value) => {
            let order = compare(room.cell(value), room.cell(other))?;
            Ok(Some(comparison.holds(order)))
        }
    }
}

fn concat<'a>(all: &'a [Tree<Bound>], batch: &'a Batch, row: usize, room: &mut Room) -> Answer<'a> {
    // What the parts make on the way lies in the room before the text that they become.
    let mut text = String::new();
    let mut fault = None;
    for one in all {
        match one.value(batch, row, room) {
            Ok(value) if value.is_null() => return Ok(Val::NULL),
            Ok(value) => {
                if let Err(found) = write_text(&mut text, room.cell(value)) {
                    fault = fault.or(Some(found));
                }
            }
            Err(found) => fault = fault.or(Some(found)),
        }
    }
    match fault {
        Some(fault) => Err(fault),
        None => Ok(room.text(&text)),
    }
}
