//! The program as the parts of a SELECT.

use super::{Form, Missing, Program, Step};
use crate::expr::{Entry, Kind, Literal, NotPrintable, Piece, Printer, Tree};
use crate::rows::{Dialect, SqlType};

/// Another table that a lookup takes columns out of.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its quoted name; `None` where it is not in the database of the source.
    pub quoted: Option<String>,
    /// Our columns, and theirs.
    pub on: Vec<(String, String)>,
    /// Their columns, and what they are called with us.
    pub take: Vec<(String, String)>,
    /// Their columns quoted, without the table, with their types.
    pub columns: Vec<(String, String, String)>,
    /// What becomes of a row without one there.
    pub missing: Missing,
}

/// What a SELECT over the source consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Name, SQL and kind of each output, in order.
    pub columns: Vec<(String, String, &'static str)>,
    /// The condition for a row to go on.
    pub condition: Option<String>,
    /// What is joined, in order.
    pub joins: Vec<String>,
}

struct Writer<'p> {
    dialect: Dialect,
    columns: Vec<(String, Entry)>,
    /// With whether the database may raise at it.
    conditions: Vec<(String, bool)>,
    joins: Vec<String>,
    program: &'p Program,
}

fn no<T>(reason: String) -> Result<T, NotPrintable> {
    Err(NotPrintable(reason))
}

impl Program {
    /// The program as SQL over these columns: name and quoted SQL of each, in the order of the source.
    ///
    /// # Errors
    /// The reason, where the database would not do the same.
    pub fn query(
        &self,
        dialect: Dialect,
        columns: &[(String, String)],
    ) -> Result<Query, NotPrintable> {
        let mut writer = Writer {
            dialect,
            columns: Vec::with_capacity(columns.len()),
            conditions: Vec::new(),
            joins: Vec::new(),
            program: self,
        };
        for (name, sql) in columns {
            let (kind, named) = match self.source.types.get(name) {
                Some((kind, named)) => (kind.clone(), named.clone()),
                None => (SqlType::Other(String::new()), "of unknown type".to_owned()),
            };
            let sql = sql.clone();
            writer
                .columns
                .push((name.clone(), Entry::Raw { sql, kind, named }));
        }
        for step in &self.steps {
            writer
                .step(step)
                .map_err(|NotPrintable(reason)| NotPrintable(format!("{}: {reason}", step.at)))?;
        }
        Ok(writer.done())
    }
}

impl Writer<'_> {
    fn step(&mut self, step: &Step) -> Result<(), NotPrintable> {
        match &step.form {
            Form::Rename(names) => names
                .iter()
                .try_for_each(|(from, to)| self.rename(from, to)),
            Form::Keep(names) => {
                let kept: Result<Vec<_>, _> = names
                    .iter()
                    .map(|name| Ok((name.clone(), self.entry(name)?)))
                    .collect();
                let kept = kept?;
                self.forget(|name| names.iter().any(|kept| kept == name))?;
                self.columns = kept;
                Ok(())
            }
            Form::Drop(names) => {
                names
                    .iter()
                    .try_for_each(|name| self.entry(name).map(drop))?;
                let stays = |name: &str| !names.iter().any(|gone| gone == name);
                self.forget(stays)?;
                self.columns.retain(|(name, _)| stays(name));
                Ok(())
            }
            Form::Set(values) => values.iter().try_for_each(|(name, value)| {
                let piece = self.print(&Tree::<String>::Literal(value.clone()))?;
                self.put(name, Entry::Made(piece))
            }),
            Form::Default(values) => values
                .iter()
                .try_for_each(|(name, value)| self.default(name, value)),
            Form::Filter(tree) => {
                let piece = self.print(tree)?;
                if !matches!(piece.kind, Kind::Bool | Kind::Null) {
                    return no(format!(
                        "a condition is true or false, not {}",
                        piece.kind.name()
                    ));
                }
                self.nothing_failing("a filter")?;
                self.conditions.push((piece.sql, piece.fails));
                Ok(())
            }
            Form::Derive(name, tree) => {
                let piece = self.print(tree)?;
                self.put(name, Entry::Made(piece))
            }
            Form::Cast(types) => types
                .iter()
                .try_for_each(|(name, kind)| self.cast(name, kind)),
            Form::Mask(..) => no("the secret does not leave this process".to_owned()),
            Form::Lookup(table) => self.lookup(table),
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, NotPrintable> {
        let found = self.columns.iter().find(|(known, _)| known == name);
        match found {
            Some((_, entry)) => Ok(entry.clone()),
            None => no(format!("the rows have no column {name} there")),
        }
    }

    fn print<C: AsRef<str>>(&self, tree: &Tree<C>) -> Result<Piece, NotPrintable> {
        let columns = |name: &str| self.entry(name).ok();
        let printer = Printer {
            dialect: self.dialect,
            columns: &columns,
        };
        printer.print(tree)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), NotPrintable> {
        self.entry(from)?;
        if let Some((name, _)) = self.columns.iter_mut().find(|(name, _)| name == from) {
            to.clone_into(name);
        }
        Ok(())
    }

    fn put(&mut self, name: &str, entry: Entry) -> Result<(), NotPrintable> {
        // What was there would no longer be computed, so a row that it puts aside would go through.
        let reads = |entry: &Entry, old: &str| entry.sql().contains(old);
        if let Some((_, Entry::Made(old))) = self.columns.iter().find(|(known, _)| known == name) {
            if old.fails && !reads(&entry, &old.sql) {
                return no(format!(
                    "{name} was computed before, and may put a row aside"
                ));
            }
        }
        match self.columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, place)) => *place = entry,
            None => self.columns.push((name.to_owned(), entry)),
        }
        Ok(())
    }

    /// A column that is left out is not computed there.
    fn forget(&self, stays: impl Fn(&str) -> bool) -> Result<(), NotPrintable> {
        let gone = self.columns.iter().find(|(name, entry)| {
            !stays(name) && matches!(entry, Entry::Made(piece) if piece.fails)
        });
        match gone {
            Some((name, _)) => no(format!(
                "{name} is left out, and may put a row aside before"
            )),
            None => Ok(()),
        }
    }

    /// A database takes rows out before it computes columns.
    fn nothing_failing(&self, what: &str) -> Result<(), NotPrintable> {
        let failing = self
            .columns
            .iter()
            .find(|(_, entry)| matches!(entry, Entry::Made(piece) if piece.fails));
        match failing {
            Some((name, _)) => no(format!(
                "{name} may put a row aside that {what} behind it would take out; write {what} first"
            )),
            None => Ok(()),
        }
    }

    fn default(&mut self, name: &str, value: &Literal) -> Result<(), NotPrintable> {
        let entry = self.entry(name)?;
        let (kind, given) = (entry.kind(), Kind::of_literal(value));
        if given == Kind::Null {
            return Ok(());
        }
        if kind != given && !(kind == Kind::Decimal && given == Kind::Int) {
            return no(format!(
                "{name} is {}, and its default {}",
                kind.name(),
                given.name()
            ));
        }
        let column = Tree::Column(name.to_owned());
        let piece = self.print(&Tree::Coalesce(vec![column, Tree::Literal(value.clone())]))?;
        self.put(name, Entry::Made(piece))
    }

    /// Only what cannot be refused, and comes out as we make it.
    fn cast(&mut self, name: &str, to: &SqlType) -> Result<(), NotPrintable> {
        let piece = self.print(&Tree::Column(name.to_owned()))?;
        let kind = Kind::of_type(to);
        let piece = match (self.dialect, piece.kind, kind) {
            (_, from, to) if from == to => piece,
            (Dialect::Postgres, Kind::Int, Kind::Decimal) => piece.cast("numeric", kind),
            (Dialect::Postgres, Kind::Int | Kind::Bool | Kind::Uuid, Kind::Text) => {
                piece.cast("text", kind)
            }
            (Dialect::Postgres, Kind::Int, Kind::Float) => piece.cast("float8", kind),
            (_, from, to) => {
                return no(format!(
                    "{} takes another {} for {} than a strict cast does",
                    self.dialect.name(),
                    from.name(),
                    to.name()
                ))
            }
        };
        self.put(name, Entry::Made(piece))
    }

    fn lookup(&mut self, table: &Table) -> Result<(), NotPrintable> {
        let Some(quoted) = &table.quoted else {
            return no("the other table is in another database".to_owned());
        };
        if table.missing == Missing::Reject {
            return no("a row without one there is put aside, with its reason".to_owned());
        }
        let alias = format!("adf_lookup_{}", self.joins.len() + 1);
        let theirs = |name: &str| {
            let found = table.columns.iter().find(|(known, _, _)| known == name);
            found.map(|(_, sql, named)| Entry::Raw {
                sql: format!("{alias}.{sql}"),
                kind: SqlType::parse(named, self.program.source.dialect),
                named: named.clone(),
            })
        };
        let mut parts = Vec::new();
        for (ours, their) in &table.on {
            let (Ok(one), Some(two)) = (self.entry(ours), theirs(their)) else {
                return no(format!("{their} is not known there"));
            };
            let columns = |name: &str| {
                Some(if name == "ours" {
                    one.clone()
                } else {
                    two.clone()
                })
            };
            let printer = Printer {
                dialect: self.dialect,
                columns: &columns,
            };
            let sides = ["ours", "theirs"].map(Tree::Column);
            let equal = Tree::Compare(crate::expr::Comparison::Equal, Box::new(sides));
            parts.push(printer.print(&equal)?.sql);
        }
        let word = if table.missing == Missing::Filter {
            self.nothing_failing("a lookup that filters")?;
            if self.conditions.iter().any(|(_, fails)| *fails) {
                return no(
                    "a filter before it may put rows aside that it would take out".to_owned(),
                );
            }
            "INNER"
        } else {
            "LEFT"
        };
        let join = format!("{word} JOIN {quoted} {alias} ON {}", parts.join(" AND "));
        for (their, ours) in &table.take {
            match theirs(their) {
                Some(entry) => self.put(ours, entry)?,
                None => return no(format!("{their} is not known there")),
            }
        }
        self.joins.push(join);
        Ok(())
    }

    /// One condition behind the other. A database evaluates them in any order, unless it is told: where the first may
    /// put a row aside, the second must not take it out before.
    fn condition(&self) -> Option<String> {
        let mut whole: Option<String> = None;
        for (sql, fails) in self.conditions.iter().rev() {
            let no = if self.dialect == Dialect::Postgres {
                "FALSE"
            } else {
                "0"
            };
            whole = Some(match whole {
                None => sql.clone(),
                Some(rest) if *fails => format!("CASE WHEN {sql} THEN {rest} ELSE {no} END"),
                Some(rest) => format!("({sql} AND {rest})"),
            });
        }
        whole
    }

    fn done(self) -> Query {
        let condition = self.condition();
        Query {
            columns: self
                .columns
                .into_iter()
                .map(|(name, entry)| {
                    let kind = entry.kind().name();
                    (name, entry.sql().to_owned(), kind)
                })
                .collect(),
            condition,
            joins: self.joins,
        }
    }
}
