//! The SQL of reading by key, as it is printed. What it means is tried out on real tables by the suite in Ruby.

use active_data_flow_core::dialect::Dialect;
use active_data_flow_core::flow::keyset::{Column, Keyset, Nulls};
use active_data_flow_core::flow::Direction::{self, Asc, Desc};

fn keyset(dialect: Dialect, columns: &[(&str, Direction, Nulls)]) -> Keyset {
    let column = |(name, direction, nulls): &(&str, Direction, Nulls)| Column {
        name: (*name).to_owned(),
        direction: *direction,
        nulls: *nulls,
    };
    Keyset::new(dialect, columns.iter().map(column).collect()).unwrap()
}

fn behind(keyset: &Keyset, nulls: &[usize]) -> (String, Vec<usize>) {
    let condition = keyset.behind(1, nulls).unwrap();
    (condition.sql, condition.binds)
}

fn up_to(keyset: &Keyset) -> (String, Vec<usize>) {
    let condition = keyset.up_to(3, &[]).unwrap();
    (condition.sql, condition.binds)
}

const ONE: [(&str, Direction, Nulls); 1] = [("a", Asc, Nulls::Never)];
const TWO: [(&str, Direction, Nulls); 2] = [("a", Asc, Nulls::Never), ("b", Asc, Nulls::Never)];
const MIXED: [(&str, Direction, Nulls); 2] = [("a", Asc, Nulls::Never), ("b", Desc, Nulls::Never)];

#[test]
fn one_direction_is_a_row_comparison() {
    let one = keyset(Dialect::Postgres, &ONE);
    assert_eq!(behind(&one, &[]), ("a > $1".into(), vec![0]));
    assert_eq!(up_to(&one), ("a <= $3".into(), vec![0]));
    assert_eq!(one.order(), "a ASC");
    let two = keyset(Dialect::Postgres, &TWO);
    assert_eq!(behind(&two, &[]), ("(a, b) > ($1, $2)".into(), vec![0, 1]));
    assert_eq!(up_to(&two), ("(a, b) <= ($3, $4)".into(), vec![0, 1]));
    let down = TWO.map(|(name, _, nulls)| (name, Desc, nulls));
    let down = keyset(Dialect::Sqlite, &down);
    assert_eq!(behind(&down, &[]), ("(a, b) < (?, ?)".into(), vec![0, 1]));
    assert_eq!(up_to(&down), ("(a, b) >= (?, ?)".into(), vec![0, 1]));
    assert_eq!(down.order(), "a DESC, b DESC");
}

#[test]
fn mixed_directions_and_mysql_are_written_out_with_a_bound_in_front() {
    let mixed = keyset(Dialect::Postgres, &MIXED);
    assert_eq!(
        behind(&mixed, &[]),
        (
            "a >= $1 AND (a > $1 OR (a = $1 AND b < $2))".into(),
            vec![0, 1]
        )
    );
    assert_eq!(
        up_to(&mixed),
        (
            "a <= $3 AND (a < $3 OR (a = $3 AND (b > $4 OR b = $4)))".into(),
            vec![0, 1]
        )
    );
    let mysql = keyset(Dialect::Mysql, &TWO);
    assert_eq!(
        behind(&mysql, &[]),
        (
            "a >= ? AND (a > ? OR (a = ? AND b > ?))".into(),
            vec![0, 0, 0, 1]
        )
    );
    assert_eq!(
        behind(&keyset(Dialect::Mysql, &ONE), &[]),
        ("a > ?".into(), vec![0])
    );
}

#[test]
fn nulls_are_where_the_database_has_them() {
    let nullable = [("a", Asc, Nulls::Stated), ("b", Asc, Nulls::Never)];
    let first = keyset(Dialect::Sqlite, &nullable);
    assert_eq!(
        behind(&first, &[]).0,
        "a >= ? AND (a > ? OR (a = ? AND b > ?))"
    );
    assert_eq!(
        behind(&first, &[0]),
        ("(a IS NOT NULL OR (a IS NULL AND b > ?))".into(), vec![1])
    );
    let last = keyset(Dialect::Postgres, &nullable);
    assert_eq!(
        behind(&last, &[]),
        (
            "((a > $1 OR a IS NULL) OR (a = $1 AND b > $2))".into(),
            vec![0, 1]
        )
    );
    assert_eq!(
        behind(&last, &[0]),
        ("(a IS NULL AND b > $1)".into(), vec![1])
    );
}

#[test]
fn what_would_lose_rows_is_refused() {
    let refused = |columns: Vec<Column>| {
        Keyset::new(Dialect::Sqlite, columns)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(vec![]).contains("an order by at least one column"));
    let shipped_at = Column {
        name: "\"shipped_at\"".into(),
        direction: Asc,
        nulls: Nulls::Unstated,
    };
    assert!(refused(vec![shipped_at]).starts_with("\"shipped_at\" may be NULL"));
    let one = keyset(Dialect::Sqlite, &ONE);
    let said = one.behind(1, &[0]).unwrap_err().to_string();
    assert_eq!(
        said,
        "part 0 of the position is NULL, and a stands there, which has no NULLs"
    );
    assert!(one.up_to(1, &[7]).is_err());
    assert!(Dialect::named("oracle").is_none() && Dialect::named("Mysql2") == Some(Dialect::Mysql));
    assert!(Direction::named("up").is_err() && Direction::named("desc") == Ok(Desc));
}
