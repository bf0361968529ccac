use super::*;

fn to(value: Value, type_text: &str) -> Result<Value> {
    convert(value, &LogicalType::parse(type_text).unwrap())
}

fn text(value: &str) -> Value {
    Value::Varchar(value.to_owned())
}

fn fails(value: Value, type_text: &str) -> (&'static str, String) {
    let error = to(value, type_text).unwrap_err();
    (error.sqlstate, error.path)
}

#[test]
fn doubles_become_exact_decimals() {
    let decimal = |value| Value::Decimal {
        value,
        width: 18,
        scale: 3,
    };
    assert_eq!(
        to(Value::Double(119.998), "DECIMAL").unwrap(),
        decimal(119_998)
    );
    assert_eq!(to(Value::Double(0.0005), "DECIMAL").unwrap(), decimal(1));
    assert_eq!(to(Value::Double(-0.0005), "DECIMAL").unwrap(), decimal(-1));
    assert_eq!(to(Value::BigInt(7), "DECIMAL").unwrap(), decimal(7_000));
    assert_eq!(to(text("1.0005"), "DECIMAL").unwrap(), decimal(1_001));
    for bad in [f64::NAN, f64::INFINITY, 1e15, -1e15] {
        assert_eq!(
            fails(Value::Double(bad), "DECIMAL").0,
            sqlstate::OUT_OF_RANGE
        );
    }
    assert!(to(Value::Double(999_999_999_999_999.0), "DECIMAL").is_ok());
    assert_eq!(fails(text("1,5"), "DECIMAL").0, sqlstate::INVALID_TEXT);
}

#[test]
fn integers_are_range_checked_at_their_ends() {
    for (value, type_text, fits) in [
        (127, "TINYINT", true),
        (128, "TINYINT", false),
        (-128, "TINYINT", true),
        (-129, "TINYINT", false),
        (-1, "UBIGINT", false),
        (65_535, "USMALLINT", true),
        (65_536, "USMALLINT", false),
        (i64::MAX, "UHUGEINT", true),
    ] {
        let result = to(Value::BigInt(value), type_text);
        assert_eq!(result.is_ok(), fits, "{value} {type_text}");
        assert!(fits || result.unwrap_err().sqlstate == sqlstate::OUT_OF_RANGE);
    }
    assert_eq!(
        to(Value::Double(2.5), "INTEGER").unwrap(),
        Value::Integer(2)
    );
    assert_eq!(
        to(Value::Double(3.5), "INTEGER").unwrap(),
        Value::Integer(4)
    );
    assert_eq!(
        fails(Value::Double(9.3e18), "BIGINT").0,
        sqlstate::OUT_OF_RANGE
    );
    assert_eq!(
        fails(Value::Double(f64::NAN), "BIGINT").0,
        sqlstate::OUT_OF_RANGE
    );
    let half = Value::Decimal {
        value: 25,
        width: 3,
        scale: 1,
    };
    assert_eq!(to(half, "INTEGER").unwrap(), Value::Integer(3));
    let huge = text("340282366920938463463374607431768211455");
    assert_eq!(to(huge, "UHUGEINT").unwrap(), Value::UHugeInt(u128::MAX));
    assert_eq!(fails(text("x"), "BIGINT").0, sqlstate::INVALID_TEXT);
    assert_eq!(fails(Value::Date(0), "BIGINT").0, sqlstate::TYPE_MISMATCH);
}

#[test]
fn texts_are_parsed_to_every_scalar() {
    for (given, type_text, wanted) in [
        ("YES", "BOOLEAN", Value::Boolean(true)),
        ("0", "BOOLEAN", Value::Boolean(false)),
        ("-inf", "DOUBLE", Value::Double(f64::NEG_INFINITY)),
        ("0.1", "FLOAT", Value::Float(0.1)),
        ("1970-01-02", "DATE", Value::Date(1)),
        (
            "1970-01-01T00:00:01Z",
            "TIMESTAMP",
            Value::Timestamp(1_000_000),
        ),
        (
            "1970-01-01 02:00:00+02",
            "TIMESTAMPTZ",
            Value::TimestampTz(0),
        ),
        (
            "00:00:01.000000001",
            "TIME_NS",
            Value::TimeNs(1_000_000_001),
        ),
        ("00:00:01", "TIME", Value::Time(1_000_000)),
        (
            "00:00:00+01",
            "TIMETZ",
            Value::TimeTz {
                micros: 0,
                offset_seconds: 3600,
            },
        ),
        (
            "1 day",
            "INTERVAL",
            Value::Interval {
                months: 0,
                days: 1,
                micros: 0,
            },
        ),
        ("AP8=", "BLOB", Value::Blob(vec![0, 255])),
        ("01", "BIT", Value::Bit("01".into())),
        ("b", "ENUM('a','b')", Value::Enum("b".into())),
        (
            "00000000-0000-0000-0000-000000000001",
            "UUID",
            Value::Uuid(1),
        ),
        (
            "-12345678901234567890123456789012345678901234567890",
            "BIGNUM",
            Value::BigNum(
                crate::value::BigNum::parse("-12345678901234567890123456789012345678901234567890")
                    .unwrap(),
            ),
        ),
    ] {
        assert_eq!(
            to(text(given), type_text).unwrap(),
            wanted,
            "{given} {type_text}"
        );
    }
    for (given, type_text, state) in [
        ("on", "BOOLEAN", sqlstate::INVALID_TEXT),
        ("1e999", "DOUBLE", sqlstate::OUT_OF_RANGE),
        ("1e39", "FLOAT", sqlstate::OUT_OF_RANGE),
        ("yesterday", "DATE", sqlstate::INVALID_DATETIME),
        ("c", "ENUM('a','b')", sqlstate::INVALID_TEXT),
        ("2", "BIT", sqlstate::INVALID_TEXT),
        ("{", "JSON", sqlstate::INVALID_JSON),
        ("{", "INTEGER[]", sqlstate::INVALID_JSON),
    ] {
        assert_eq!(
            fails(text(given), type_text).0,
            state,
            "{given} {type_text}"
        );
    }
}

#[test]
fn scalars_become_duckdbs_text() {
    for (value, wanted) in [
        (Value::Double(1e16), "1e+16"),
        (Value::Timestamp(1_500_000), "1970-01-01 00:00:01.5"),
        (Value::TimestampTz(0), "1970-01-01 00:00:00+00"),
        (Value::Blob(b"a\x00'".to_vec()), "a\\x00\\x27"),
        (Value::Boolean(true), "true"),
        (Value::List(vec![Value::BigInt(1)]), "[1]"),
    ] {
        assert_eq!(to(value, "VARCHAR").unwrap(), text(wanted));
    }
}

#[test]
fn timestamps_change_their_unit() {
    assert_eq!(
        to(Value::TimestampS(1), "TIMESTAMP_NS").unwrap(),
        Value::TimestampNs(1_000_000_000)
    );
    assert_eq!(
        to(Value::Timestamp(-499_999), "TIMESTAMP_S").unwrap(),
        Value::TimestampS(0)
    );
    assert_eq!(
        to(Value::Timestamp(-500_000), "TIMESTAMP_S").unwrap(),
        Value::TimestampS(-1)
    );
    assert_eq!(
        to(Value::Timestamp(i64::MAX), "DATE").unwrap(),
        Value::Date(i32::MAX)
    );
    assert_eq!(
        to(Value::Date(i32::MAX), "TIMESTAMP_S").unwrap(),
        Value::TimestampS(i64::MAX)
    );
    assert_eq!(
        fails(Value::TimestampS(i64::MAX - 1), "TIMESTAMP").0,
        sqlstate::DATETIME_OVERFLOW
    );
    assert_eq!(
        fails(Value::Time(-1), "TIME").0,
        sqlstate::DATETIME_OVERFLOW
    );
    assert_eq!(
        fails(Value::Time(86_400_000_001), "TIME").0,
        sqlstate::DATETIME_OVERFLOW
    );
    assert_eq!(to(Value::Timestamp(-1), "DATE").unwrap(), Value::Date(-1));
}

#[test]
fn objects_become_structs_by_name() {
    let wanted = "STRUCT(a INTEGER, b VARCHAR, c DATE)";
    let row = to(text(r#"{"B":"x","a":1}"#), wanted).unwrap();
    let expected = Value::Struct(vec![
        ("a".into(), Value::Integer(1)),
        ("b".into(), text("x")),
        ("c".into(), Value::Null),
    ]);
    assert_eq!(row, expected);
    assert_eq!(fails(text(r#"{"d":1}"#), wanted).0, sqlstate::INVALID_VALUE);
    assert_eq!(
        fails(text(r#"{"a":1,"A":2}"#), wanted).0,
        sqlstate::INVALID_VALUE
    );
    assert_eq!(fails(Value::BigInt(1), wanted).0, sqlstate::TYPE_MISMATCH);
}

#[test]
fn errors_say_where_they_are() {
    let wanted = "STRUCT(items STRUCT(price DECIMAL(4,2))[])";
    let given = r#"{"items":[{"price":1},{"price":2.5},{"price":100}]}"#;
    assert_eq!(
        fails(text(given), wanted),
        (sqlstate::OUT_OF_RANGE, ".items[2].price".into())
    );
    assert_eq!(fails(text("[1,2]"), "INTEGER[3]").0, sqlstate::ARRAY_LENGTH);
    assert_eq!(fails(text(r#"{"k":"x"}"#), "MAP(VARCHAR, INTEGER)").1, ".k");
}

#[test]
fn maps_come_from_objects_pairs_and_entries() {
    let wanted = Value::Map(vec![(Value::Integer(1), text("x"))]);
    for given in [r#"{"1":"x"}"#, r#"[[1,"x"]]"#, r#"[{"key":1,"value":"x"}]"#] {
        assert_eq!(
            to(text(given), "MAP(INTEGER, VARCHAR)").unwrap(),
            wanted,
            "{given}"
        );
    }
    assert_eq!(
        fails(text(r#"{"1":"x","01":"y"}"#), "MAP(INTEGER, VARCHAR)").0,
        sqlstate::INVALID_VALUE
    );
    assert_eq!(
        fails(text("[[null,1]]"), "MAP(INTEGER, VARCHAR)").0,
        sqlstate::NULL_NOT_ALLOWED
    );
    assert_eq!(
        to(text("[]"), "MAP(INTEGER, VARCHAR)").unwrap(),
        Value::Map(vec![])
    );
}

#[test]
fn unions_name_their_member() {
    let wanted = "UNION(num INTEGER, str VARCHAR)";
    let union = to(text(r#"{"tag":"num","value":1}"#), wanted).unwrap();
    assert_eq!(
        union,
        Value::Union {
            tag: "num".into(),
            value: Box::new(Value::Integer(1))
        }
    );
    assert_eq!(
        fails(text(r#"{"tag":"x","value":1}"#), wanted).0,
        sqlstate::INVALID_VALUE
    );
    assert_eq!(fails(Value::BigInt(1), wanted).0, sqlstate::TYPE_MISMATCH);
}

#[test]
fn json_is_checked_or_written() {
    assert_eq!(
        to(text(" {\"a\": 1} "), "JSON").unwrap(),
        text(" {\"a\": 1} ")
    );
    let row = Value::Struct(vec![("a".into(), Value::Double(0.5))]);
    assert_eq!(to(row, "JSON").unwrap(), text("{\"a\":0.5}"));
}
