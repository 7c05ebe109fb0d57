//! Positions come back from their text, no other text is one, and a cursor never stands still.

use active_data_flow_core::flow::cursor::{advances, Float, Number, Part, Position};
use active_data_flow_core::flow::Direction::{self, Asc, Desc};
use active_data_flow_core::flow::Refusal;
use proptest::prelude::*;
use std::cmp::Ordering;

fn part() -> BoxedStrategy<Part> {
    prop_oneof![
        any::<bool>().prop_map(Part::Bool),
        any::<i64>().prop_map(Part::Int),
        "-?[0-9]{1,60}".prop_map(|digits| Part::int(&digits).unwrap()),
        any::<u64>().prop_map(|bits| Part::Float(Float::new(f64::from_bits(bits)))),
        (-1e6..1e6).prop_map(|number| Part::Float(Float::new(number))),
        "[-+]?[0-9]{1,40}(\\.[0-9]{1,40})?|NaN|-?Infinity".prop_map(|n| Part::decimal(&n).unwrap()),
        ".{0,30}".prop_map(Part::Text),
        any::<String>().prop_map(Part::Text),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Part::Bytes),
        any::<u128>().prop_map(Part::Uuid),
        (
            -31_000_000_000_000_000_i64..31_000_000_000_000_000,
            0..1_000_000_000_u32
        )
            .prop_map(|(seconds, nanos)| Part::time(seconds, nanos).unwrap()),
        (-365_000_000_000_i64..365_000_000_000).prop_map(|days| Part::date(days).unwrap()),
    ]
    .boxed()
}

fn position() -> impl Strategy<Value = Position> {
    let in_list = prop_oneof![8 => part(), 1 => Just(Part::Null)];
    prop_oneof![
        part().prop_map(|part| Position::one(part).unwrap()),
        proptest::collection::vec(in_list, 1..5).prop_map(|parts| Position::list(parts).unwrap()),
    ]
}

fn one(part: Part) -> Position {
    Position::one(part).unwrap()
}

fn at(text: &str) -> Position {
    Position::decode(text).unwrap()
}

fn moved(last: &str, next: &str, directions: &[Direction]) -> bool {
    advances(&at(last), &at(next), directions).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_position_comes_back(position in position()) {
        let text = position.encode();
        prop_assert_eq!(Position::decode(&text), Ok(position));
    }

    #[test]
    fn what_is_read_is_what_is_written(text in "\\[?(int|float|decimal|str|bytes|uuid|time|date|bool):[-0-9a-fT:.eZ\"\\\\u]{0,30}(, null)?\\]?") {
        if let Ok(position) = Position::decode(&text) {
            prop_assert_eq!(position.encode(), text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), more in ".*") {
        let _ = Position::decode(&text);
        for kind in ["int", "float", "decimal", "str", "bytes", "uuid", "time", "date", "bool", "[str", "[null, str"] {
            let _ = Position::decode(&format!("{kind}:{more}"));
            let _ = Position::decode(&format!("{kind}:\"{more}"));
        }
    }

    #[test]
    fn a_spoilt_text_is_refused_or_is_another_position(position in position(), place: prop::sample::Index, letter: char) {
        let text = position.encode();
        let mut letters: Vec<char> = text.chars().collect();
        let place = place.index(letters.len());
        letters[place] = letter;
        let spoilt: String = letters.into_iter().collect();
        if let Ok(read) = Position::decode(&spoilt) {
            prop_assert_eq!(read == position, spoilt == text);
            prop_assert_eq!(read.encode(), spoilt);
        }
    }

    #[test]
    fn nothing_advances_to_itself(position in position(), desc: bool) {
        let direction = if desc { Desc } else { Asc };
        let directions = vec![direction; position.parts().len()];
        prop_assert_eq!(advances(&position, &position, &directions), Ok(false));
    }

    #[test]
    fn of_two_different_numbers_one_is_greater(a: i64, b: i64, fraction in -1e18..1e18) {
        let directions = [Asc];
        let (a, b) = (one(Part::Int(a)), one(Part::Int(b)));
        prop_assert_eq!(advances(&a, &b, &directions).unwrap(), advances(&b, &a, &[Desc]).unwrap());
        let fraction = one(Part::Float(Float::new(fraction)));
        prop_assert!(!(advances(&a, &fraction, &directions).unwrap() && advances(&fraction, &a, &directions).unwrap()));
    }

    #[test]
    fn numbers_of_any_length_compare_as_numbers(a: i128, b: i128, scale in 0..30_usize) {
        let write = |number: i128| {
            let digits = format!("{:0width$}", number.unsigned_abs(), width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            let point = if scale == 0 { "" } else { "." };
            Number::read(&format!("{}{whole}{point}{fraction}", if number < 0 { "-" } else { "" })).unwrap()
        };
        prop_assert_eq!(write(a).cmp(&write(b)), a.cmp(&b));
    }

    #[test]
    fn a_float_is_written_with_the_digits_that_give_it_back(bits: u64) {
        let number = f64::from_bits(bits);
        let text = Float::new(number).to_text();
        let back = Float::read(&text).unwrap();
        prop_assert!(back.get() == number || number.is_nan() && back.get().is_nan(), "{}", text);
    }
}

#[test]
fn each_kind_has_one_text() {
    let texts = [
        (one(Part::Int(42)), "int:42"),
        (
            one(Part::int("-0170141183460469231731687303715884105728").unwrap()),
            "int:-170141183460469231731687303715884105728",
        ),
        (one(Part::Float(Float::new(1.5))), "float:1.5"),
        (one(Part::Float(Float::new(-0.0))), "float:0.0"),
        (one(Part::Float(Float::new(1e16))), "float:1e16"),
        (
            one(Part::Float(Float::new(1_234_567_890_123_456.0))),
            "float:1234567890123456.0",
        ),
        (one(Part::Float(Float::new(0.00001))), "float:0.00001"),
        (one(Part::Float(Float::new(-1.5e-7))), "float:-1.5e-7"),
        (
            one(Part::Float(Float::new(f64::NEG_INFINITY))),
            "float:-Infinity",
        ),
        (one(Part::decimal("+012.50").unwrap()), "decimal:12.5"),
        (one(Part::decimal("-0.000").unwrap()), "decimal:0"),
        (
            one(Part::Text("a \"b\"\\\n\t\u{0}\u{85}ß, ]".into())),
            "str:\"a \\\"b\\\"\\\\\\n\\t\\u0000\\u0085ß, ]\"",
        ),
        (one(Part::Bytes(vec![0, 255])), "bytes:00ff"),
        (
            one(Part::uuid("0190B6F2-6D3C-7CC0-A6B0-0242AC120002").unwrap()),
            "uuid:0190b6f2-6d3c-7cc0-a6b0-0242ac120002",
        ),
        (
            one(Part::time(1_767_323_045, 123_456_789).unwrap()),
            "time:2026-01-02T03:04:05.123456789Z",
        ),
        (
            one(Part::time(-1, 999_999_999).unwrap()),
            "time:1969-12-31T23:59:59.999999999Z",
        ),
        (one(Part::date(-719_529).unwrap()), "date:-0001-12-31"),
        (one(Part::date(20_455).unwrap()), "date:2026-01-02"),
        (
            Position::list(vec![Part::Int(1), Part::Null, Part::Bool(true)]).unwrap(),
            "[int:1, null, bool:true]",
        ),
        (
            Position::list(vec![Part::Text(String::new())]).unwrap(),
            "[str:\"\"]",
        ),
    ];
    for (position, text) in texts {
        assert_eq!(position.encode(), text);
        assert_eq!(Position::decode(text), Ok(position), "{text}");
    }
}

#[test]
fn a_text_that_is_never_written_is_refused_with_the_reason() {
    for (text, why) in [
        (
            "",
            "a value begins with its kind, one of int: float: decimal:",
        ),
        ("42", "a value begins with its kind"),
        ("integer:42", "there is no kind \"integer\"; there are int:"),
        ("int:", "\"\" is no int"),
        ("int:007", "it would be written int:7"),
        ("int:+7", "it would be written int:7"),
        ("int:-0", "it would be written int:0"),
        ("int:1.0", "it would be written int:1"),
        ("int:1.5", "\"1.5\" is no int"),
        ("float:1", "it would be written float:1.0"),
        ("float:-0.0", "it would be written float:0.0"),
        ("float:nan", "\"nan\" is no float"),
        ("decimal:1.50", "it would be written decimal:1.5"),
        ("decimal:1e3", "\"1e3\" is no decimal"),
        ("str:a", "its text does not begin with a quote"),
        ("str:\"a", "its text does not end with a quote"),
        ("str:\"a\\x\"", "a backslash is followed by"),
        ("str:\"\\u0041\"", "it would be written str:\"A\""),
        ("str:\"\\ud800\"", "a backslash is followed by"),
        ("str:\"a\nb\"", "it would be written str:\"a\\nb\""),
        ("str:\"a\"b", "\"b\" follows where it should end"),
        ("bytes:0", "\"0\" is no bytes"),
        ("bytes:0F", "it would be written bytes:0f"),
        ("bytes:+f", "\"+f\" is no bytes"),
        ("uuid:0190b6f26d3c7cc0a6b00242ac120002", "is no uuid"),
        ("time:2026-01-02T03:04:05Z", "is no time"),
        ("time:2026-02-29T03:04:05.000000000Z", "is no time"),
        ("time:2026-01-02T24:00:00.000000000Z", "is no time"),
        ("date:2026-1-2", "is no date"),
        ("date:-0000-01-01", "it would be written date:0000-01-01"),
        ("date:02026-01-01", "it would be written date:2026-01-01"),
        ("date:2026-13-01", "is no date"),
        ("bool:yes", "\"yes\" is no bool"),
        ("null", "only inside a list a part may be"),
        ("[]", "a value begins with its kind"),
        ("[int:1,int:2]", "its list does not end with ]"),
        ("[int:1", "its list does not end with ]"),
        ("[[int:1]]", "there is no kind \"[int\""),
        ("int:1 ", "\"1 \" is no int"),
        ("[int:1]\n", "\"\\n\" follows where it should end"),
    ] {
        let refused = Position::decode(text).unwrap_err().to_string();
        assert!(refused.contains(why), "{text}: {refused}");
    }
}

#[test]
fn what_cannot_be_written_cannot_be_made() {
    assert!(Part::int("1.5").is_err() && Part::int("NaN").is_err() && Part::int("").is_err());
    assert!(
        Part::decimal("1,5").is_err()
            && Part::decimal(".").is_err()
            && Part::decimal("1.").is_err()
    );
    assert!(Part::uuid("x").is_err());
    assert!(Part::time(i64::MAX, 0).is_err() && Part::time(0, 1_000_000_000).is_err());
    assert!(Part::date(i64::MAX).is_err() && Part::date(i64::MIN).is_err());
    assert!(Position::one(Part::Null).is_err() && Position::list(vec![]).is_err());
}

#[test]
fn what_can_be_compared_has_to_grow() {
    assert!(moved("int:1", "int:2", &[Asc]) && !moved("int:2", "int:1", &[Asc]));
    assert!(moved("int:2", "int:1", &[Desc]) && !moved("int:1", "int:2", &[Desc]));
    assert!(moved(
        "int:9223372036854775807",
        "int:9223372036854775808",
        &[Asc]
    ));
    assert!(!moved(
        "int:-9223372036854775808",
        "int:-99999999999999999999",
        &[Asc]
    ));
    assert!(moved("int:1", "float:1.5", &[Asc]) && !moved("float:1.5", "int:1", &[Asc]));
    assert!(!moved("int:1", "float:1.0", &[Asc]) && !moved("decimal:1", "int:1", &[Asc]));
    assert!(moved(
        "int:9007199254740992",
        "int:9007199254740993",
        &[Asc]
    ));
    assert!(moved(
        "float:9007199254740992.0",
        "int:9007199254740993",
        &[Asc]
    ));
    assert!(!moved("decimal:-Infinity", "float:-Infinity", &[Asc]));
    assert!(
        moved("float:Infinity", "float:NaN", &[Asc])
            && moved("decimal:Infinity", "decimal:NaN", &[Asc])
    );
    let uuid = |last: &str| format!("uuid:0190b6f2-6d3c-7cc0-a6b0-0242ac12000{last}");
    assert!(moved(&uuid("2"), &uuid("3"), &[Asc]) && !moved(&uuid("3"), &uuid("2"), &[Asc]));
    let time = |nanos: &str| format!("time:2026-01-02T03:04:05.{nanos}Z");
    assert!(moved(&time("000000001"), &time("000000002"), &[Asc]));
    assert!(!moved(&time("000000002"), &time("000000001"), &[Asc]));
    assert!(moved("date:-0001-01-01", "date:0001-01-01", &[Asc]));
    assert!(moved("bytes:00", "bytes:0000", &[Asc]) && !moved("bytes:ff", "bytes:00", &[Asc]));
    assert!(moved("bool:false", "bool:true", &[Asc]) && !moved("bool:true", "bool:false", &[Asc]));
}

#[test]
fn of_text_it_is_asked_only_that_it_is_not_the_same_again() {
    assert!(moved("str:\"b\"", "str:\"a\"", &[Asc]) && moved("str:\"a\"", "str:\"b\"", &[Asc]));
    assert!(!moved("str:\"a\"", "str:\"a\"", &[Asc]));
    assert!(moved("str:\"1\"", "int:1", &[Asc]) && moved("[null]", "[int:1]", &[Asc]));
}

#[test]
fn lists_are_compared_from_the_left_each_part_in_its_direction() {
    assert!(moved("[int:1, int:5]", "[int:2, int:0]", &[Asc, Asc]));
    assert!(moved("[int:1, int:5]", "[int:1, int:6]", &[Asc, Asc]));
    assert!(!moved("[int:1, int:5]", "[int:1, int:5]", &[Asc, Asc]));
    assert!(!moved("[int:1, int:5]", "[int:0, int:9]", &[Asc, Asc]));
    assert!(moved("[int:1, int:5]", "[int:1, int:4]", &[Asc, Desc]));
    assert!(!moved("[int:1, int:5]", "[int:1, int:6]", &[Asc, Desc]));
    assert!(
        moved("[null, int:5]", "[null, int:6]", &[Asc, Asc])
            && !moved("[null, int:5]", "[null, int:5]", &[Asc, Asc])
    );
    let refused = advances(&at("[int:1, int:2]"), &at("int:1"), &[Asc, Asc]);
    assert_eq!(
        refused,
        Err(Refusal::Position(
            "[int:1, int:2] and int:1 are no two positions in an order by 2 columns".into()
        ))
    );
}

#[test]
fn numbers_compare_whatever_their_length() {
    let ascending = [
        "-Infinity",
        "-100",
        "-99.5",
        "-0.01",
        "0",
        "0.001",
        "0.01",
        "0.1",
        "1",
        "9",
        "10",
        "10.01",
        "Infinity",
        "NaN",
    ];
    for (place, a) in ascending.iter().enumerate() {
        for (other, b) in ascending.iter().enumerate() {
            let order = Number::read(a).unwrap().cmp(&Number::read(b).unwrap());
            assert_eq!(order, place.cmp(&other), "{a} and {b}");
            assert_eq!(order == Ordering::Equal, a == b);
        }
    }
}
