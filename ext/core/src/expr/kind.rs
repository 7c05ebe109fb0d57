//! What kind of value an expression has, as far as that is known before any row.

use super::literal::Literal;
use super::number::Num;
use super::tree::Tree;
use crate::rows::SqlType;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever NULL.
    Null,
    /// True or false.
    Bool,
    /// A whole number of any size.
    Int,
    /// A decimal number.
    Decimal,
    /// A floating point number.
    Float,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Moment,
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
    /// Any: the source says no types, or one that only the database understands.
    Any,
}

impl Kind {
    /// As messages name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Int => "integer",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Text => "string",
            Self::Bytes => "binary",
            Self::Date => "date",
            Self::Time => "time",
            Self::Moment => "datetime",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Any => "any",
        }
    }

    /// Of the values of a column.
    #[must_use]
    pub fn of_type(kind: &SqlType) -> Self {
        match kind {
            SqlType::Bool => Self::Bool,
            SqlType::Int { .. } => Self::Int,
            SqlType::Float4 | SqlType::Float8 => Self::Float,
            SqlType::Numeric(_) => Self::Decimal,
            SqlType::Text(_) => Self::Text,
            SqlType::Bytes => Self::Bytes,
            SqlType::Date => Self::Date,
            SqlType::Time => Self::Time,
            SqlType::Moment { .. } => Self::Moment,
            SqlType::Uuid => Self::Uuid,
            SqlType::Json | SqlType::Jsonb => Self::Json,
            SqlType::Other(_) => Self::Any,
        }
    }

    /// Of a literal.
    #[must_use]
    pub fn of_literal(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(_) => Self::Bool,
            Literal::Int(_) => Self::Int,
            Literal::Float(_) => Self::Float,
            Literal::Decimal(number) if number.scale == 0 => Self::Int,
            Literal::Decimal(_) | Literal::Number(_) => Self::Decimal,
            Literal::Text(_) | Literal::Broken(_) => Self::Text,
            Literal::Bytes(_) => Self::Bytes,
            Literal::Date(_) => Self::Date,
            Literal::Time(_) => Self::Time,
            Literal::Moment(_) => Self::Moment,
            Literal::Uuid(_) => Self::Uuid,
            Literal::Json(_) => Self::Json,
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Decimal | Self::Float)
    }

    /// The kind that either of two may have; [`Kind::Any`] where they do not go together.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Null, kind) | (kind, Self::Null) => kind,
            (one, two) if one.is_number() && two.is_number() => {
                if one == Self::Float || two == Self::Float {
                    Self::Float
                } else {
                    Self::Decimal
                }
            }
            _ => Self::Any,
        }
    }
}

impl<C: Clone> Tree<C> {
    /// The kind of its values, when those of the columns are known.
    #[must_use]
    pub fn kind(&self, of: &impl Fn(&C) -> Kind) -> Kind {
        match self {
            Self::Column(column) => of(column),
            Self::Literal(literal) => Kind::of_literal(literal),
            Self::Arithmetic(operator, two) => {
                let [left, right] = two.as_ref();
                match (operator, left.kind(of).or(right.kind(of))) {
                    (super::Operator::By, Kind::Int) => Kind::Decimal,
                    (_, kind) => kind,
                }
            }
            Self::Negative(one) => one.kind(of),
            Self::Compare(..)
            | Self::And(_)
            | Self::Or(_)
            | Self::Not(_)
            | Self::IsNull(_)
            | Self::In(..)
            | Self::Between(_) => Kind::Bool,
            Self::Coalesce(all) => all
                .iter()
                .fold(Kind::Null, |kind, one| kind.or(one.kind(of))),
            Self::Round(one, digits) => match (one.kind(of), digits) {
                (Kind::Null, _) => Kind::Null,
                (_, 0) => Kind::Int,
                _ => Kind::Decimal,
            },
            Self::Concat(_) | Self::Case(..) | Self::Strip(_) => Kind::Text,
            Self::Float(_) => Kind::Float,
        }
    }

    /// The same with what follows from the kinds: where one alternative of a `coalesce` is a float, all are, and so is a
    /// decimal that is written beside a float.
    #[must_use]
    pub fn settled(&self, of: &impl Fn(&C) -> Kind) -> Self {
        // Nothing can be refused here, so the walk over the columns has no error to give.
        let walk = |tree: &Self| tree.settled(of);
        let beside = |tree: &Self, other: &Self| walk(tree).met(other.kind(of));
        let pair = |two: &[Self; 2]| {
            let [left, right] = two;
            Box::new([beside(left, right), beside(right, left)])
        };
        let boxed = |one: &Self| Box::new(walk(one));
        let list = |all: &[Self]| all.iter().map(walk).collect::<Vec<_>>();
        match self {
            Self::Column(_) | Self::Literal(_) => self.clone(),
            Self::Arithmetic(operator, two) => Self::Arithmetic(*operator, pair(two)),
            Self::Negative(one) => Self::Negative(boxed(one)),
            Self::Compare(comparison, two) => Self::Compare(*comparison, pair(two)),
            Self::And(two) => Self::And(pair(two)),
            Self::Or(two) => Self::Or(pair(two)),
            Self::Not(one) => Self::Not(boxed(one)),
            Self::IsNull(one) => Self::IsNull(boxed(one)),
            Self::Coalesce(all) => {
                let float = self.kind(of) == Kind::Float;
                let wrap = |one: &Self| match one.kind(of) {
                    Kind::Int | Kind::Decimal if float => match walk(one).met(Kind::Float) {
                        literal @ Self::Literal(Literal::Float(_)) => literal,
                        number => Self::Float(Box::new(number)),
                    },
                    _ => walk(one),
                };
                Self::Coalesce(all.iter().map(wrap).collect())
            }
            Self::Round(one, digits) => Self::Round(boxed(one), *digits),
            Self::In(one, all) => {
                let all = all.iter().map(|other| beside(other, one)).collect();
                Self::In(boxed(one), all)
            }
            Self::Between(range) => Self::Between(Box::new(super::Between {
                value: walk(&range.value),
                from: range.from.as_ref().map(|end| beside(end, &range.value)),
                to: range.to.as_ref().map(|end| beside(end, &range.value)),
                excluded: range.excluded,
            })),
            Self::Concat(all) => Self::Concat(list(all)),
            Self::Case(letters, one) => Self::Case(*letters, boxed(one)),
            Self::Strip(one) => Self::Strip(boxed(one)),
            Self::Float(one) => Self::Float(boxed(one)),
        }
    }

    /// What a float makes of it: a decimal that is written down is one there, which SQLite has, too.
    fn met(self, other: Kind) -> Self {
        match self {
            Self::Literal(Literal::Decimal(number)) if other == Kind::Float => {
                Self::Literal(Literal::Float(Num::Decimal(number).to_f64()))
            }
            tree => tree,
        }
    }
}
