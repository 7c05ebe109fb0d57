//! Steps as Ruby says them: `[word, what, at]`, all of it plain Arrays, Strings, Symbols and values.

use active_data_flow_core::expr::Literal;
use active_data_flow_core::rows::SqlType;
use active_data_flow_core::steps::{Form, Mask, Missing, Step, Table, Theirs};
use magnus::{RString, Ruby, TryConvert, Value};

use super::tree::tree;
use crate::arguments::{declared, fields, list, maybe};
use crate::cells::given;
use crate::errors::{argument_error, Raised};

pub fn step(value: Value) -> Result<Step, Raised> {
    let [word, what, at] = fields(value, "a step")?;
    Ok(Step {
        form: form(&declared(word)?, what)?,
        at: declared(at)?,
    })
}

fn form(word: &str, what: Value) -> Result<Form, Raised> {
    Ok(match word {
        "rename" => Form::Rename(pairs(what, declared)?),
        "cast" => Form::Cast(pairs(what, kind)?),
        "default" => Form::Default(pairs(what, literal)?),
        "set" => Form::Set(pairs(what, literal)?),
        "keep" => Form::Keep(list(what, declared)?),
        "drop" => Form::Drop(list(what, declared)?),
        "filter" => Form::Filter(tree(what)?),
        "derive" => {
            let [name, expression] = fields(what, "derive")?;
            Form::Derive(declared(name)?, tree(expression)?)
        }
        "mask" => {
            let [names, secret] = fields(what, "mask")?;
            let secret = RString::try_convert(secret)?;
            // SAFETY: nothing runs while the bytes are looked at.
            let mask = Mask::new(unsafe { secret.as_slice() });
            Form::Mask(list(names, declared)?, mask)
        }
        "lookup" => Form::Lookup(table(what)?),
        _ => {
            let ruby = Ruby::get_with(what);
            return Err(argument_error(&ruby, format!("there is no step {word}")));
        }
    })
}

fn table(what: Value) -> Result<Table, Raised> {
    let [quoted, on, take, columns, missing] = fields(what, "lookup")?;
    Ok(Table {
        quoted: maybe(quoted, declared)?,
        on: pairs(on, declared)?,
        take: pairs(take, declared)?,
        columns: list(columns, |column| {
            let [name, sql, kind, collation] = fields(column, "a column")?;
            Ok(Theirs {
                name: declared(name)?,
                sql: declared(sql)?,
                named: declared(kind)?,
                collation: maybe(collation, declared)?,
            })
        })?,
        missing: missing_of(missing)?,
    })
}

pub fn missing_of(value: Value) -> Result<Missing, Raised> {
    match declared(value)?.as_str() {
        "null" => Ok(Missing::Null),
        "reject" => Ok(Missing::Reject),
        "filter" => Ok(Missing::Filter),
        other => Err(argument_error(
            &Ruby::get_with(value),
            format!("missing: is :null, :reject or :filter, not :{other}"),
        )),
    }
}

/// Names with what stands beside them.
pub fn pairs<T>(
    value: Value,
    read: impl Fn(Value) -> Result<T, Raised>,
) -> Result<Vec<(String, T)>, Raised> {
    list(value, |pair| {
        let [name, what] = fields(pair, "a pair")?;
        Ok((declared(name)?, read(what)?))
    })
}

/// A value that is kept.
pub fn literal(value: Value) -> Result<Literal, Raised> {
    given(&Ruby::get_with(value), value, |cell| Ok(Literal::of(cell)))
}

/// A type as the author writes it.
fn kind(value: Value) -> Result<SqlType, Raised> {
    let name = declared(value)?;
    Ok(match name.as_str() {
        "string" => SqlType::Text(None),
        "integer" => SqlType::Int {
            bytes: 8,
            unsigned: false,
        },
        "float" => SqlType::Float8,
        "decimal" => SqlType::Numeric(None),
        "boolean" => SqlType::Bool,
        "date" => SqlType::Date,
        "time" => SqlType::Time,
        "datetime" => SqlType::Moment {
            precision: 6,
            zoned: false,
        },
        "uuid" => SqlType::Uuid,
        "json" => SqlType::Json,
        "binary" => SqlType::Bytes,
        _ => {
            let ruby = Ruby::get_with(value);
            return Err(argument_error(
                &ruby,
                format!("there is no type :{name} to cast to"),
            ));
        }
    })
}
