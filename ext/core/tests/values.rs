//! Values come back as they went in: packed, and as part of a record that is written down.

mod support;

use active_data_flow_core::pack::{Packer, Unpacker, EMPTY_MAP, MAX_DEPTH};
use active_data_flow_core::task::record::Failure;
use active_data_flow_core::task::{Data, Record};
use active_data_flow_core::{Error, Value};
use proptest::prelude::*;

fn scalar(any_float: bool) -> BoxedStrategy<Value> {
    let float = if any_float {
        any::<u64>().prop_map(f64::from_bits).boxed()
    } else {
        (-1e300..1e300).boxed()
    };
    let encodings = proptest::sample::select(vec!["Windows-1252", "UTF-16LE", "ASCII-8BIT"]);
    let bytes = (encodings, proptest::collection::vec(any::<u8>(), 0..80));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (0..300_i64).prop_map(Value::Int),
        "-?[1-9a-f][0-9a-f]{16,40}".prop_map(Value::BigInt),
        float.prop_map(Value::Float),
        ".{0,100}".prop_map(Value::Text),
        bytes.prop_map(|(encoding, bytes)| Value::Bytes {
            encoding: encoding.to_owned(),
            bytes
        }),
    ]
    .boxed()
}

fn key() -> impl Strategy<Value = Value> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..5);
    prop_oneof![
        "[a-z_]{0,8}".prop_map(Value::Text),
        ".{60,70}".prop_map(Value::Text),
        bytes.prop_map(|bytes| Value::Bytes {
            encoding: "Shift_JIS".to_owned(),
            bytes
        }),
    ]
}

fn value(any_float: bool) -> impl Strategy<Value = Value> {
    scalar(any_float).prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::List),
            proptest::collection::vec((key(), inner), 0..8).prop_map(Value::Map),
        ]
    })
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| Value::List(vec![inner]))
}

fn attribute(value: Value) -> Value {
    Value::Map(vec![(Value::Text("tree".to_owned()), value)])
}

proptest! {
    #[test]
    fn any_value_comes_back_from_its_bytes(value in value(true)) {
        let packed = value.pack().unwrap();
        prop_assert_eq!(Value::unpack(&packed), Ok(value));
    }

    #[test]
    fn a_record_comes_back_from_what_was_written_down(attributes in value(false), failure in value(false)) {
        let packed = attribute(attributes).pack().unwrap();
        let record = Record {
            data: Data::new(&packed, EMPTY_MAP).unwrap(),
            failure: Some(Failure(failure.pack().unwrap().into())),
            parent_id: Some(support::id(2)),
            unique_key: Some(Box::from(*b"\xffkey")),
            ..support::record(1)
        };
        let written = serde_json::to_string(&record).unwrap();
        let back = serde_json::from_str::<Record>(&written).unwrap();
        // Its content, not its bytes: another test may have made a name of one of the keys in the meantime.
        prop_assert_eq!(format!("{back:?}"), format!("{record:?}"));
    }

    #[test]
    fn other_bytes_are_refused_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = Value::unpack(&bytes);
        let mut unpacker = Unpacker::new(&bytes);
        while unpacker.key().is_ok() {}
    }

    #[test]
    fn data_is_replaced_part_by_part(before in value(true), after in value(true), models in value(true)) {
        let (before, after, models) = (attribute(before), attribute(after), attribute(models));
        let pack = |value: &Value| value.pack().unwrap();
        let mut data = Data::new(&pack(&before), EMPTY_MAP).unwrap();
        data.replace(None, Some(&pack(&models))).unwrap();
        prop_assert_eq!(Value::unpack(data.attributes()), Ok(before));
        data.replace(Some(&pack(&after)), None).unwrap();
        prop_assert_eq!(Value::unpack(data.attributes()), Ok(after));
        prop_assert_eq!(Value::unpack(data.models()), Ok(models));
    }
}

#[test]
fn sixty_four_levels_are_stored_and_one_more_is_not() {
    let deepest = attribute(nested(MAX_DEPTH));
    assert_eq!(Value::unpack(&deepest.pack().unwrap()), Ok(deepest));
    assert_eq!(attribute(nested(MAX_DEPTH + 1)).pack(), Err(Error::TooDeep));
}

#[test]
fn levels_are_counted_from_the_outside_not_summed_up() {
    let many = Value::List((0..200).map(|_| nested(3)).collect());
    let packed = attribute(many.clone()).pack().unwrap();
    assert_eq!(Value::unpack(&packed), Ok(attribute(many)));
}

#[test]
fn five_attributes_take_few_bytes() {
    let mut packer = Packer::new();
    packer.open_map(5).unwrap();
    packer.key("invoice_number");
    packer.text("2026-0815");
    packer.key("amount");
    packer.int(12_345);
    packer.key("paid");
    packer.bool(false);
    packer.key("note");
    packer.text("please pay");
    packer.key("rate");
    packer.float(0.19);
    packer.close();
    assert!(packer.len() <= 50, "{} bytes", packer.len());
}
