//! Lookups as SQL.
#![allow(clippy::unwrap_used)]

use active_data_flow_core::rows::Dialect;
use active_data_flow_core::steps::{Form, Missing, Program, Query, Source, Step, Table, Theirs};

const ON_POSTGRES: &[(&str, &str)] = &[
    ("id", "bigint"),
    ("code", "character varying"),
    ("seen", "timestamp without time zone"),
];

fn theirs(name: &str, named: &str, collation: Option<&str>) -> Theirs {
    Theirs {
        name: name.to_owned(),
        sql: format!("l.{name}"),
        named: named.to_owned(),
        collation: collation.map(str::to_owned),
    }
}

fn table(on: &[(&str, &str)], columns: Vec<Theirs>, missing: Missing) -> Table {
    let owned = |(one, other): &(&str, &str)| ((*one).to_owned(), (*other).to_owned());
    Table {
        quoted: Some("shops l".to_owned()),
        on: on.iter().map(owned).collect(),
        take: vec![("name".to_owned(), "shop".to_owned())],
        columns,
        missing,
    }
}

fn query(dialect: Dialect, types: &[(&str, &str)], tables: Vec<Table>) -> Result<Query, String> {
    let owned = |(name, named): &(&str, &str)| ((*name).to_owned(), (*named).to_owned());
    let source = Source::new(types.iter().map(owned), dialect);
    let steps = tables.into_iter().map(|table| Step {
        form: Form::Lookup(table),
        at: "f.rb:7".to_owned(),
    });
    let columns: Vec<_> = types
        .iter()
        .map(|(name, _)| ((*name).to_owned(), format!("o.{name}")))
        .collect();
    Program::new(steps.collect(), source, true)
        .query(dialect, &columns)
        .map_err(|reason| reason.to_string())
}

fn by_id(missing: Missing) -> Table {
    let columns = vec![theirs("id", "bigint", None), theirs("name", "text", None)];
    table(&[("id", "id")], columns, missing)
}

#[test]
fn joins_one_row_at_most_and_takes_columns_as_they_are() {
    let query = query(Dialect::Postgres, ON_POSTGRES, vec![by_id(Missing::Null)]).unwrap();
    assert_eq!(query.joins, ["LEFT JOIN shops l ON o.id = l.id"]);
    assert_eq!((query.condition, query.filters), (None, false));
    let last = query.columns.last().unwrap();
    assert_eq!((last.0.as_str(), last.1.as_str()), ("shop", "l.name"));
}

#[test]
fn takes_rows_out_or_ends_the_statement_where_there_is_none() {
    let out = query(Dialect::Postgres, ON_POSTGRES, vec![by_id(Missing::Filter)]).unwrap();
    assert_eq!(out.condition.as_deref(), Some("(l.id IS NOT NULL)"));
    assert!(out.filters);
    let aside = query(Dialect::Postgres, ON_POSTGRES, vec![by_id(Missing::Reject)]).unwrap();
    assert_eq!(
        aside.condition.as_deref(),
        Some("(1 / CASE WHEN l.id IS NULL THEN 0 ELSE 1 END = 1)")
    );
    assert!(!aside.filters);
}

#[test]
fn does_not_take_out_what_was_to_be_put_aside_before() {
    let both = vec![by_id(Missing::Reject), by_id(Missing::Filter)];
    let query = query(Dialect::Postgres, ON_POSTGRES, both).unwrap();
    assert!(query
        .condition
        .unwrap()
        .starts_with("CASE WHEN (1 / CASE WHEN l.id IS NULL THEN 0 ELSE 1 END = 1) THEN (l.id IS NOT NULL) ELSE FALSE"));
}

#[test]
fn compares_texts_by_bytes_and_by_their_index_where_that_does_the_same() {
    let joins = |collation| {
        let columns = vec![
            theirs("code", "character varying", collation),
            theirs("name", "text", None),
        ];
        let by_code = table(&[("code", "code")], columns, Missing::Null);
        query(Dialect::Postgres, ON_POSTGRES, vec![by_code])
            .unwrap()
            .joins
            .concat()
    };
    assert!(joins(None).ends_with("ON (o.code)::text COLLATE \"C\" = (l.code)::text"));
    assert!(joins(Some("x.de")).ends_with("ON (o.code)::text COLLATE x.de = (l.code)::text"));
}

#[test]
fn looks_at_keys_of_sqlite_that_are_not_what_their_columns_say() {
    let types = [("id", "integer"), ("code", "varchar")];
    let columns = vec![
        theirs("id", "integer", None),
        theirs("code", "varchar", None),
        theirs("name", "varchar", None),
    ];
    let by_both = table(&[("id", "id"), ("code", "code")], columns, Missing::Null);
    let query = query(Dialect::Sqlite, &types, vec![by_both]).unwrap();
    assert_eq!(
        query.joins,
        ["LEFT JOIN shops l ON o.id = l.id AND o.code COLLATE BINARY = l.code"]
    );
    let guard = query.condition.unwrap();
    assert!(
        guard.contains("typeof(o.id) = 'integer'") && guard.contains("typeof(o.code) = 'text'")
    );
    assert!(!query.filters);
}

#[test]
fn says_why_not() {
    let elsewhere = Table {
        quoted: None,
        ..by_id(Missing::Null)
    };
    let reason = query(Dialect::Postgres, ON_POSTGRES, vec![elsewhere]).unwrap_err();
    assert_eq!(reason, "f.rb:7: the other table is in another database");
    let columns = vec![theirs("id", "integer", None), theirs("name", "text", None)];
    let unlike = table(&[("seen", "id")], columns, Missing::Null);
    let reason = query(Dialect::Postgres, ON_POSTGRES, vec![unlike]).unwrap_err();
    assert!(reason.contains("compares keys that are"), "{reason}");
}
