//! Cells of every kind.

use active_data_flow_core::rows::{Cell, Decimal};
use proptest::prelude::*;

/// A cell that owns its text.
#[derive(Debug, Clone)]
pub enum Own {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Decimal(Decimal),
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    Date(i32),
    Time(i64),
    Moment(i64),
    Uuid(u128),
    Json(String),
}

impl Own {
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(*value),
            Self::Int(value) => Cell::Int(*value),
            Self::Float(value) => Cell::Float(*value),
            Self::Decimal(value) => Cell::Decimal(*value),
            Self::Number(text) => Cell::Number(text),
            Self::Text(text) => Cell::Text(text),
            Self::Bytes(bytes) => Cell::Bytes(bytes),
            Self::Date(value) => Cell::Date(*value),
            Self::Time(value) => Cell::Time(*value),
            Self::Moment(value) => Cell::Moment(*value),
            Self::Uuid(value) => Cell::Uuid(*value),
            Self::Json(text) => Cell::Json(text),
        }
    }
}

/// Equal as bits, so that a NaN is itself.
pub fn same(a: Cell<'_>, b: Cell<'_>) -> bool {
    match (a, b) {
        (Cell::Float(a), Cell::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// Decimals of every length, with up to 59 digits behind the point.
pub fn decimal() -> impl Strategy<Value = Decimal> {
    let digits = prop_oneof![
        -(10_i128.pow(38) - 1)..10_i128.pow(38),
        any::<i64>().prop_map(i128::from),
        (-1000_i128..1000),
    ];
    (digits, 0..60_u16).prop_map(|(digits, scale)| Decimal::new(digits, scale).unwrap())
}

/// Any cell.
pub fn any_cell() -> impl Strategy<Value = Own> {
    prop_oneof![
        2 => Just(Own::Null),
        1 => any::<bool>().prop_map(Own::Bool),
        3 => any::<i64>().prop_map(Own::Int),
        1 => any::<u64>().prop_map(|bits| Own::Float(f64::from_bits(bits))),
        1 => decimal().prop_map(Own::Decimal),
        1 => "-?[1-9][0-9]{40,60}".prop_map(Own::Number),
        3 => ".{0,20}".prop_map(Own::Text),
        1 => proptest::collection::vec(any::<u8>(), 0..20).prop_map(Own::Bytes),
        1 => any::<i32>().prop_map(Own::Date),
        1 => any::<i64>().prop_map(Own::Time),
        1 => any::<i64>().prop_map(Own::Moment),
        1 => any::<u128>().prop_map(Own::Uuid),
        1 => Just(Own::Json("[1]".to_owned())),
    ]
}
