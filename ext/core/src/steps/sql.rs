//! The program as the parts of a SELECT.

use super::{Form, Missing, Program, Step};
use crate::expr::{Entry, Kind, Literal, NotPrintable, Pair, Piece, Printer, Tree};
use crate::rows::{Dialect, SqlType};

/// Another table that a lookup takes columns out of.
#[derive(Debug, Clone)]
pub struct Table {
    /// What is joined, with its name in the statement; `None` where it is not in the database of the source.
    pub quoted: Option<String>,
    /// Our columns, and theirs.
    pub on: Vec<(String, String)>,
    /// Their columns, and what they are called with us.
    pub take: Vec<(String, String)>,
    /// Their columns.
    pub columns: Vec<Theirs>,
    /// What becomes of a row without one there.
    pub missing: Missing,
}

/// A column of the other table.
#[derive(Debug, Clone)]
pub struct Theirs {
    /// Its name there.
    pub name: String,
    /// Its SQL in the statement.
    pub sql: String,
    /// Its type as the database says it.
    pub named: String,
    /// The collation by which it is indexed, where texts that differ are never equal by it.
    pub collation: Option<String>,
}

/// What a SELECT over the source consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Name, SQL and kind of each output, in order.
    pub columns: Vec<(String, String, &'static str)>,
    /// The condition for a row to go on.
    pub condition: Option<String>,
    /// Whether the condition takes rows out: else it is true, or ends the statement.
    pub filters: bool,
    /// What is joined, in order.
    pub joins: Vec<String>,
}

struct Condition {
    sql: String,
    /// Whether the database may raise at it.
    fails: bool,
    /// Whether it takes rows out.
    filters: bool,
}

struct Writer {
    dialect: Dialect,
    columns: Vec<(String, Entry)>,
    conditions: Vec<Condition>,
    joins: Vec<String>,
}

fn no<T>(reason: String) -> Result<T, NotPrintable> {
    Err(NotPrintable(reason))
}

impl Table {
    fn column(&self, name: &str) -> Result<&Theirs, NotPrintable> {
        let found = self.columns.iter().find(|column| column.name == name);
        found.map_or_else(|| no(format!("{name} is not known there")), Ok)
    }
}

impl Theirs {
    fn entry(&self, dialect: Dialect) -> Entry {
        Entry::Raw {
            sql: self.sql.clone(),
            kind: SqlType::parse(&self.named, dialect),
            named: self.named.clone(),
        }
    }
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

impl Writer {
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
                self.take_out(piece.sql, piece.fails);
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
        self.printer(&|name| self.entry(name).ok()).print(tree)
    }

    fn printer<'c>(&self, columns: &'c dyn Fn(&str) -> Option<Entry>) -> Printer<'c> {
        Printer {
            dialect: self.dialect,
            columns,
        }
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
        let mut pairs = Vec::with_capacity(table.on.len());
        for (ours, theirs) in &table.on {
            let column = table.column(theirs)?;
            pairs.push(Pair {
                name: ours.clone(),
                ours: self.entry(ours)?,
                theirs: column.entry(self.dialect),
                collation: column.collation.clone(),
            });
        }
        let same = self.printer(&|_| None).same_key(&pairs)?;
        // A row whose key is not what its column says has to be looked at, whatever comes behind.
        if let Some(guard) = same.guard {
            self.look_at(guard);
        }
        self.joins
            .push(format!("LEFT JOIN {quoted} ON {}", same.on));
        if let Some(pair) = pairs.first() {
            self.missing(table.missing, pair.theirs.sql())?;
        }
        table.take.iter().try_for_each(|(theirs, ours)| {
            self.put(ours, table.column(theirs)?.entry(self.dialect))
        })
    }

    /// What becomes of rows without one there, told by a column that is NULL only then.
    fn missing(&mut self, missing: Missing, key: &str) -> Result<(), NotPrintable> {
        match missing {
            Missing::Null => {}
            Missing::Filter => {
                self.nothing_failing("a lookup that filters")?;
                self.take_out(format!("({key} IS NOT NULL)"), false);
            }
            Missing::Reject => {
                let refusing = self.printer(&|_| None).refusing(key)?;
                self.look_at(refusing);
            }
        }
        Ok(())
    }

    fn take_out(&mut self, sql: String, fails: bool) {
        self.conditions.push(Condition {
            sql,
            fails,
            filters: true,
        });
    }

    fn look_at(&mut self, sql: String) {
        self.conditions.push(Condition {
            sql,
            fails: true,
            filters: false,
        });
    }

    /// One condition behind the other. A database evaluates them in any order, unless it is told: where the first may
    /// put a row aside, the second must not take it out before.
    fn condition(&self) -> Option<String> {
        let mut whole: Option<String> = None;
        for Condition { sql, fails, .. } in self.conditions.iter().rev() {
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
        let filters = self.conditions.iter().any(|one| one.filters);
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
            filters,
            joins: self.joins,
        }
    }
}
