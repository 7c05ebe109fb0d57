//! The steps between source and sink that say what they do: a small program that runs over a batch, column by column,
//! and can be printed as SQL where the database would do the same.

mod apply;
mod join;
mod likeness;
mod mask;
mod sql;

use std::collections::HashMap;
use std::sync::Arc;

use crate::expr::{Fault, Kind, Literal, Reading, Tree};
use crate::rows::{Batch, Dialect, SqlType};

pub use join::{Join, Missing};
pub use mask::Mask;
pub use sql::{Query, Table, Theirs};

/// A row that a step could not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Its number in the batch.
    pub row: usize,
    /// The column that it lies at, where it is one.
    pub column: Option<String>,
    /// The reason, a sentence.
    pub reason: String,
}

/// An expression over columns by name.
pub type Expression = Tree<Arc<str>>;

/// What a step does.
#[derive(Debug, Clone)]
pub enum Form {
    /// Gives columns other names.
    Rename(Vec<(String, String)>),
    /// Turns columns into another type, strictly.
    Cast(Vec<(String, SqlType)>),
    /// Sets columns where they are NULL.
    Default(Vec<(String, Literal)>),
    /// Sets columns.
    Set(Vec<(String, Literal)>),
    /// Goes on with these columns.
    Keep(Vec<String>),
    /// Goes on without these columns.
    Drop(Vec<String>),
    /// Goes on with the rows for which it is true.
    Filter(Expression),
    /// Sets a column to what an expression gives.
    Derive(String, Expression),
    /// Replaces texts by what cannot be turned back.
    Mask(Vec<String>, Mask),
    /// Takes columns out of another table. It is only printed: to run it somebody has to ask that table.
    Lookup(Table),
}

/// A step, and where the author wrote it.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub form: Form,
    /// "derive(:total), order_export_flow.rb:9"
    pub at: String,
}

/// What is known about the columns of a source.
#[derive(Debug, Clone)]
pub struct Source {
    types: HashMap<String, (SqlType, String)>,
    dialect: Dialect,
    /// Names that columns have by now, and those that they have in the source.
    renamed: HashMap<String, String>,
}

impl Source {
    /// From names and what ActiveRecord gives as their `sql_type`.
    #[must_use]
    pub fn new(types: impl IntoIterator<Item = (String, String)>, dialect: Dialect) -> Self {
        let typed =
            |(name, named): (String, String)| (name, (SqlType::parse(&named, dialect), named));
        Self {
            types: types.into_iter().map(typed).collect(),
            dialect,
            renamed: HashMap::new(),
        }
    }

    /// With columns that were given other names before: the name now, and that in the source.
    #[must_use]
    pub fn renamed(mut self, names: impl IntoIterator<Item = (String, String)>) -> Self {
        self.renamed.extend(names);
        self
    }

    /// Goes along with a column that gets another name.
    fn follow(&mut self, from: &str, to: &str) {
        let origin = self
            .renamed
            .get(from)
            .map_or(from, String::as_str)
            .to_owned();
        self.renamed.insert(to.to_owned(), origin);
    }

    fn kind(&self, name: &str) -> Option<&SqlType> {
        self.types.get(name).map(|(kind, _)| kind)
    }

    /// How a column of a batch is read: as its source's type says, if it comes from there.
    fn reading(&self, batch: &Batch, column: usize, name: &str) -> Reading {
        let source = batch.source_names().get(column);
        match source {
            Some(source) => self.kind(source).map_or(Reading::AsIs, |kind| {
                Reading::of(name, kind, self.dialect, true)
            }),
            None => {
                let origin = self.renamed.get(name).map_or(name, String::as_str);
                self.kind(origin).map_or(Reading::AsIs, |kind| {
                    Reading::of(name, kind, self.dialect, false)
                })
            }
        }
    }
}

/// Steps in their order, made ready.
#[derive(Debug, Clone)]
pub struct Program {
    steps: Vec<Step>,
    source: Source,
}

impl Program {
    /// The program of these steps over rows of that source.
    ///
    /// `first` says that they stand at the beginning: then the kinds of all columns on the way are known.
    #[must_use]
    pub fn new(steps: Vec<Step>, source: Source, first: bool) -> Self {
        let mut program = Self { steps, source };
        if first {
            program.settle();
        }
        program
    }

    /// Puts into the expressions what follows from the kinds of the columns.
    fn settle(&mut self) {
        let mut kinds: HashMap<String, Kind> = HashMap::new();
        for (name, (kind, _)) in &self.source.types {
            kinds.insert(name.clone(), Kind::of_type(kind));
        }
        for step in &mut self.steps {
            let of = |kinds: &HashMap<String, Kind>, name: &Arc<str>| {
                kinds.get(name.as_ref()).copied().unwrap_or(Kind::Any)
            };
            match &mut step.form {
                Form::Filter(tree) => *tree = tree.settled(&|name| of(&kinds, name)),
                Form::Derive(name, tree) => {
                    *tree = tree.settled(&|name| of(&kinds, name));
                    let kind = tree.kind(&|name| of(&kinds, name));
                    kinds.insert(name.clone(), kind);
                }
                Form::Rename(names) => {
                    for (from, to) in names {
                        if let Some(kind) = kinds.remove(from) {
                            kinds.insert(to.clone(), kind);
                        }
                    }
                }
                Form::Cast(types) => {
                    kinds.extend(
                        types
                            .iter()
                            .map(|(name, kind)| (name.clone(), Kind::of_type(kind))),
                    );
                }
                Form::Set(values) => {
                    kinds.extend(
                        values
                            .iter()
                            .map(|(name, value)| (name.clone(), Kind::of_literal(value))),
                    );
                }
                Form::Default(values) => {
                    for (name, value) in values {
                        let kind = kinds
                            .get(name)
                            .map_or(Kind::Any, |kind| kind.or(Kind::of_literal(value)));
                        kinds.insert(name.clone(), kind);
                    }
                }
                Form::Mask(names, _) => {
                    kinds.extend(names.iter().map(|name| (name.clone(), Kind::Text)));
                }
                Form::Lookup(table) => {
                    kinds.extend(table.take.iter().map(|(_, ours)| (ours.clone(), Kind::Any)));
                }
                Form::Keep(_) | Form::Drop(_) => {}
            }
        }
    }
}

/// A fault of a row; its sentence says where the step stands, unless it names a column.
fn misfit(row: usize, fault: Fault, column: Option<&str>, at: &str) -> Misfit {
    match fault.column {
        Some(_) => Misfit {
            row,
            column: fault.column,
            reason: fault.reason,
        },
        None => Misfit {
            row,
            column: column.map(str::to_owned),
            reason: format!("{} ({at})", fault.reason),
        },
    }
}
