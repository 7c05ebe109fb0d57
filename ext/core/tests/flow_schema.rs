//! What a schema of messages takes and what it says.

use active_data_flow_core::flow::schema::{Expected, Given, Misfit, Schema};

const ALL: [Given; 11] = [
    Given::Null,
    Given::Bool,
    Given::Int,
    Given::Float,
    Given::Decimal,
    Given::Text,
    Given::Bytes,
    Given::Date,
    Given::Moment,
    Given::Json,
    Given::Other,
];

fn taken(word: &str) -> Vec<Given> {
    let expected = Expected::named(word).expect("a type");
    ALL.into_iter()
        .filter(|given| expected.takes(*given))
        .collect()
}

#[test]
fn each_type_takes_its_kinds_and_null() {
    for word in ["string", "text", "immutable_string"] {
        assert_eq!(taken(word), [Given::Null, Given::Text]);
    }
    for word in ["integer", "big_integer"] {
        assert_eq!(taken(word), [Given::Null, Given::Int]);
    }
    assert_eq!(taken("float"), [Given::Null, Given::Int, Given::Float]);
    assert_eq!(taken("decimal"), [Given::Null, Given::Int, Given::Decimal]);
    assert_eq!(taken("boolean"), [Given::Null, Given::Bool]);
    assert_eq!(taken("date"), [Given::Null, Given::Date]);
    for word in ["datetime", "time"] {
        assert_eq!(taken(word), [Given::Null, Given::Moment]);
    }
    assert_eq!(taken("binary"), [Given::Null, Given::Text, Given::Bytes]);
    assert_eq!(
        taken("json"),
        [
            Given::Null,
            Given::Bool,
            Given::Int,
            Given::Float,
            Given::Text,
            Given::Json
        ]
    );
    assert!(ALL.into_iter().all(|given| Expected::Anything.takes(given)));
}

#[test]
fn an_unknown_type_is_told_with_those_there_are() {
    let sentence = Expected::named("strng").unwrap_err();
    assert!(
        sentence.starts_with("there is no type \"strng\"; there are :string, :text,"),
        "{sentence}"
    );
    assert!(sentence.ends_with("Did you mean :string?"), "{sentence}");
}

#[test]
fn a_field_is_found_in_any_order() {
    let fields = ["id", "name", "total"].map(|name| (name.to_owned(), Expected::Text));
    let schema = Schema::new(fields.to_vec()).expect("a schema");
    assert_eq!(schema.len(), 3);
    assert!(!schema.is_empty());
    for next in 0..4 {
        let places =
            ["id", "name", "total"].map(|name| schema.field(next, name).map(|(place, _)| place));
        assert_eq!(places, [Some(0), Some(1), Some(2)]);
        assert_eq!(schema.field(next, "other"), None);
    }
}

#[test]
fn a_field_that_is_named_twice_is_refused() {
    let fields = ["id", "id"].map(|name| (name.to_owned(), Expected::Text));
    let sentence = Schema::new(fields.to_vec()).unwrap_err();
    assert!(sentence.contains("names id twice"), "{sentence}");
}

#[test]
fn the_sentence_names_every_misfit_in_the_order_of_the_schema() {
    let schema = Schema::new(vec![
        ("name".to_owned(), Expected::Text),
        ("total".to_owned(), Expected::Decimal),
        ("user".to_owned(), Expected::Class("a User".to_owned())),
    ])
    .expect("a schema");
    let misfit = |field, value: &str| Misfit {
        field,
        value: value.to_owned(),
    };
    assert_eq!(
        schema.sentence(&[misfit(2, "7"), misfit(0, "nil"), misfit(9, "x")]),
        "the message does not fit its schema: name is nil, not text; user is 7, not a User"
    );
    let long = schema.sentence(&[misfit(1, &"é".repeat(81))]);
    assert!(
        long.ends_with(&format!(" {}..., not a decimal", "é".repeat(80))),
        "{long}"
    );
}
