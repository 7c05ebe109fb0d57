//! A cell that owns nothing: its text or bytes lie in the arena of the batch.

use super::arena::{Arena, Span};
use super::cell::Cell;
use super::decimal::Decimal;

/// What lies in the arena: as UTF-8 the first three, as bytes the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Json,
    Broken,
    Bytes,
}

impl Kind {
    /// The cell that the span is.
    #[inline]
    pub(super) fn cell(self, span: Span, arena: &Arena) -> Cell<'_> {
        match self {
            Self::Number => Cell::Number(arena.text(span)),
            Self::Text => Cell::Text(arena.text(span)),
            Self::Json => Cell::Json(arena.text(span)),
            Self::Broken => Cell::Broken(arena.bytes(span)),
            Self::Bytes => Cell::Bytes(arena.bytes(span)),
        }
    }

    /// The span after an arena was put behind another.
    pub(super) fn behind(self, span: Span, (text, bytes): (usize, usize)) -> Span {
        match self {
            Self::Number | Self::Text | Self::Json => span.behind(text),
            Self::Broken | Self::Bytes => span.behind(bytes),
        }
    }
}

/// A value of a column that has values of several kinds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Slot {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Decimal(Decimal),
    Date(i32),
    Time(i64),
    Moment(i64),
    Uuid(u128),
    Span(Kind, Span),
}

impl Slot {
    /// The cell, its text taken into the arena.
    pub(super) fn of(cell: Cell<'_>, arena: &mut Arena) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Bool(value) => Self::Bool(value),
            Cell::Int(value) => Self::Int(value),
            Cell::Float(value) => Self::Float(value),
            Cell::Decimal(value) => Self::Decimal(value),
            Cell::Date(value) => Self::Date(value),
            Cell::Time(value) => Self::Time(value),
            Cell::Moment(value) => Self::Moment(value),
            Cell::Uuid(value) => Self::Uuid(value),
            Cell::Number(text) => Self::Span(Kind::Number, arena.add_text(text)),
            Cell::Text(text) => Self::Span(Kind::Text, arena.add_text(text)),
            Cell::Json(text) => Self::Span(Kind::Json, arena.add_text(text)),
            Cell::Broken(bytes) => Self::Span(Kind::Broken, arena.add_bytes(bytes)),
            Cell::Bytes(bytes) => Self::Span(Kind::Bytes, arena.add_bytes(bytes)),
        }
    }

    /// The cell again.
    #[inline]
    pub(super) fn cell(self, arena: &Arena) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(value),
            Self::Int(value) => Cell::Int(value),
            Self::Float(value) => Cell::Float(value),
            Self::Decimal(value) => Cell::Decimal(value),
            Self::Date(value) => Cell::Date(value),
            Self::Time(value) => Cell::Time(value),
            Self::Moment(value) => Cell::Moment(value),
            Self::Uuid(value) => Cell::Uuid(value),
            Self::Span(kind, span) => kind.cell(span, arena),
        }
    }

    /// The slot after an arena was put behind another.
    pub(super) fn behind(self, by: (usize, usize)) -> Self {
        match self {
            Self::Span(kind, span) => Self::Span(kind, kind.behind(span, by)),
            other => other,
        }
    }
}
