//! The form of an expression.

use super::literal::Literal;

/// An arithmetic sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    By,
}

impl Operator {
    /// As it is written, in Ruby and in SQL.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::By => "/",
        }
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Different,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// As SQL writes it.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Different => "<>",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether two values that stand so to each other fulfil it.
    #[inline]
    #[must_use]
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// Which letters a text is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Capitals.
    Up,
    /// Small ones.
    Down,
}

impl Letters {
    /// As the author writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "upcase",
            Self::Down => "downcase",
        }
    }
}

/// A value inside a range. An end that is left out is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Between<C> {
    /// What is asked about.
    pub value: Tree<C>,
    /// The least.
    pub from: Option<Tree<C>>,
    /// The most.
    pub to: Option<Tree<C>>,
    /// Whether the most is not one of them.
    pub excluded: bool,
}

/// An expression over columns of the form `C`: names while it is only known what the author wrote, [`super::Bound`]
/// when it runs over a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree<C> {
    /// The value of a column.
    Column(C),
    /// A value.
    Literal(Literal),
    /// `a + b` and the like.
    Arithmetic(Operator, Box<[Tree<C>; 2]>),
    /// `-a`
    Negative(Box<Tree<C>>),
    /// `a == b` and the like.
    Compare(Comparison, Box<[Tree<C>; 2]>),
    /// `a & b`
    And(Box<[Tree<C>; 2]>),
    /// `a | b`
    Or(Box<[Tree<C>; 2]>),
    /// `!a`
    Not(Box<Tree<C>>),
    /// `a.nil?`
    IsNull(Box<Tree<C>>),
    /// The first that is not NULL.
    Coalesce(Vec<Tree<C>>),
    /// Rounded to so many digits behind the point.
    Round(Box<Tree<C>>, u8),
    /// Equal to one of them.
    In(Box<Tree<C>>, Vec<Tree<C>>),
    /// Inside a range.
    Between(Box<Between<C>>),
    /// One behind the other, as text.
    Concat(Vec<Tree<C>>),
    /// In capitals, or without.
    Case(Letters, Box<Tree<C>>),
    /// Without blanks at both ends.
    Strip(Box<Tree<C>>),
    /// As a float: put in where one alternative of a `coalesce` is one.
    Float(Box<Tree<C>>),
}

impl<C> Tree<C> {
    /// The same over columns of another form, the first refusal otherwise.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn over<D, E>(&self, each: &mut impl FnMut(&C) -> Result<D, E>) -> Result<Tree<D>, E> {
        Ok(match self {
            Self::Column(column) => Tree::Column(each(column)?),
            Self::Literal(literal) => Tree::Literal(literal.clone()),
            Self::Arithmetic(operator, two) => Tree::Arithmetic(*operator, pair(two, each)?),
            Self::Negative(one) => Tree::Negative(boxed(one, each)?),
            Self::Compare(comparison, two) => Tree::Compare(*comparison, pair(two, each)?),
            Self::And(two) => Tree::And(pair(two, each)?),
            Self::Or(two) => Tree::Or(pair(two, each)?),
            Self::Not(one) => Tree::Not(boxed(one, each)?),
            Self::IsNull(one) => Tree::IsNull(boxed(one, each)?),
            Self::Coalesce(all) => Tree::Coalesce(list(all, each)?),
            Self::Round(one, digits) => Tree::Round(boxed(one, each)?, *digits),
            Self::In(one, all) => Tree::In(boxed(one, each)?, list(all, each)?),
            Self::Between(range) => Tree::Between(Box::new(Between {
                value: range.value.over(each)?,
                from: maybe(range.from.as_ref(), each)?,
                to: maybe(range.to.as_ref(), each)?,
                excluded: range.excluded,
            })),
            Self::Concat(all) => Tree::Concat(list(all, each)?),
            Self::Case(letters, one) => Tree::Case(*letters, boxed(one, each)?),
            Self::Strip(one) => Tree::Strip(boxed(one, each)?),
            Self::Float(one) => Tree::Float(boxed(one, each)?),
        })
    }
}

fn boxed<C, D, E>(
    one: &Tree<C>,
    each: &mut impl FnMut(&C) -> Result<D, E>,
) -> Result<Box<Tree<D>>, E> {
    one.over(each).map(Box::new)
}

fn pair<C, D, E>(
    two: &[Tree<C>; 2],
    each: &mut impl FnMut(&C) -> Result<D, E>,
) -> Result<Box<[Tree<D>; 2]>, E> {
    let [left, right] = two;
    Ok(Box::new([left.over(each)?, right.over(each)?]))
}

fn list<C, D, E>(
    all: &[Tree<C>],
    each: &mut impl FnMut(&C) -> Result<D, E>,
) -> Result<Vec<Tree<D>>, E> {
    all.iter().map(|one| one.over(each)).collect()
}

fn maybe<C, D, E>(
    one: Option<&Tree<C>>,
    each: &mut impl FnMut(&C) -> Result<D, E>,
) -> Result<Option<Tree<D>>, E> {
    one.map(|one| one.over(each)).transpose()
}
