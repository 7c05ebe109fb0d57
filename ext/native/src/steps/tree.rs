//! Expressions as Ruby records them: `[:+, [:col, "net"], [:lit, 2]]`.

use std::sync::Arc;

use active_data_flow_core::expr::{Between, Comparison, Letters, Operator, Tree};
use active_data_flow_core::steps::Expression;
use magnus::{Integer, RArray, Ruby, TryConvert, Value};

use super::read::literal;
use crate::arguments::{declared, flag, list, maybe};
use crate::errors::{argument_error, type_error, Raised};

/// Deeper than this nobody writes by hand, and each level takes room on the stack.
const MAX_DEPTH: usize = 200;

pub fn tree(value: Value) -> Result<Expression, Raised> {
    read(value, 0)
}

fn read(value: Value, depth: usize) -> Result<Expression, Raised> {
    let ruby = Ruby::get_with(value);
    if depth > MAX_DEPTH {
        return Err(argument_error(
            &ruby,
            format!("an expression is nested deeper than {MAX_DEPTH} levels; split it into several derive lines"),
        ));
    }
    let Some(parts) = RArray::from_value(value) else {
        return Err(type_error(&ruby, "an expression is an Array".to_owned()));
    };
    let at = |place: usize| parts.entry::<Value>(place as isize);
    let one = |place: usize| Ok::<_, Raised>(Box::new(read(at(place)?, depth + 1)?));
    let pair = || {
        Ok::<_, Raised>(Box::new([
            read(at(1)?, depth + 1)?,
            read(at(2)?, depth + 1)?,
        ]))
    };
    let rest = || {
        let mut all = Vec::with_capacity(parts.len());
        for place in 1..parts.len() {
            all.push(read(at(place)?, depth + 1)?);
        }
        Ok::<_, Raised>(all)
    };
    let word = declared(at(0)?)?;
    if let Some(operator) = operator(&word) {
        return Ok(Tree::Arithmetic(operator, pair()?));
    }
    if let Some(comparison) = comparison(&word) {
        return Ok(Tree::Compare(comparison, pair()?));
    }
    Ok(match word.as_str() {
        "col" => Tree::Column(Arc::from(declared(at(1)?)?)),
        "lit" => Tree::Literal(literal(at(1)?)?),
        "-@" => Tree::Negative(one(1)?),
        "&" => Tree::And(pair()?),
        "|" => Tree::Or(pair()?),
        "!" => Tree::Not(one(1)?),
        "nil?" => Tree::IsNull(one(1)?),
        "coalesce" => Tree::Coalesce(rest()?),
        "round" => Tree::Round(one(1)?, digits(at(2)?)?),
        "in?" => Tree::In(one(1)?, list(at(2)?, |other| read(other, depth + 1))?),
        "between" => {
            let end = |place| maybe(at(place)?, |end| read(end, depth + 1));
            Tree::Between(Box::new(Between {
                value: *one(1)?,
                from: end(2)?,
                to: end(3)?,
                excluded: flag(at(4)?)?,
            }))
        }
        "concat" => Tree::Concat(rest()?),
        "upcase" => Tree::Case(Letters::Up, one(1)?),
        "downcase" => Tree::Case(Letters::Down, one(1)?),
        "strip" => Tree::Strip(one(1)?),
        _ => {
            return Err(argument_error(
                &ruby,
                format!("an expression has no {word}"),
            ))
        }
    })
}

fn digits(value: Value) -> Result<u8, Raised> {
    Ok(Integer::try_convert(value)?.to_u8()?)
}

fn operator(word: &str) -> Option<Operator> {
    Some(match word {
        "+" => Operator::Plus,
        "-" => Operator::Minus,
        "*" => Operator::Times,
        "/" => Operator::By,
        _ => return None,
    })
}

fn comparison(word: &str) -> Option<Comparison> {
    Some(match word {
        "==" => Comparison::Equal,
        "!=" => Comparison::Different,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}
