use super::*;
use crate::value::error::sqlstate;

fn text(value: &Value) -> String {
    let mut out = Vec::new();
    encode(value, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn values_print_as_documented() {
    let decimal = Value::Decimal {
        value: -5,
        width: 18,
        scale: 3,
    };
    let map = Value::Map(vec![(Value::Varchar("k".into()), Value::BigInt(1))]);
    let pairs = Value::Map(vec![(
        Value::Integer(1),
        Value::Varchar("a\"\n\u{1}é".into()),
    )]);
    for (value, expected) in [
        (Value::Null, "null"),
        (
            Value::HugeInt(i128::MIN),
            "-170141183460469231731687303715884105728",
        ),
        (decimal, "-0.005"),
        (Value::Double(f64::NAN), "\"nan\""),
        (Value::Double(1e300), "1e+300"),
        (Value::Float(0.1), "0.1"),
        (Value::Blob(vec![0, 255]), "\"AP8=\""),
        (Value::Date(0), "\"1970-01-01\""),
        (Value::Timestamp(1), "\"1970-01-01T00:00:00.000001\""),
        (Value::TimestampTz(0), "\"1970-01-01T00:00:00Z\""),
        (Value::TimestampTz(i64::MAX), "\"infinity\""),
        (
            Value::TimeTz {
                micros: 0,
                offset_seconds: 3600,
            },
            "\"00:00:00+01:00\"",
        ),
        (Value::Uuid(0), "\"00000000-0000-0000-0000-000000000000\""),
        (map, "{\"k\":1}"),
        (pairs, "[[1,\"a\\\"\\n\\u0001é\"]]"),
        (Value::Map(vec![]), "[]"),
        (
            Value::Union {
                tag: "n".into(),
                value: Box::new(Value::BigInt(1)),
            },
            "{\"tag\":\"n\",\"value\":1}",
        ),
    ] {
        assert_eq!(text(&value), expected);
        assert!(decode(expected.as_bytes()).is_ok(), "{expected}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    for (token, value) in [
        (
            "119.998",
            Value::Decimal {
                value: 119_998,
                width: 6,
                scale: 3,
            },
        ),
        (
            "0.1",
            Value::Decimal {
                value: 1,
                width: 1,
                scale: 1,
            },
        ),
        ("18446744073709551615", Value::UBigInt(u64::MAX)),
        ("1e2", Value::Double(100.0)),
        ("-0", Value::Double(-0.0)),
        (
            "340282366920938463463374607431768211455",
            Value::UHugeInt(u128::MAX),
        ),
    ] {
        assert_eq!(decode(token.as_bytes()).unwrap(), value, "{token}");
    }
    assert!(matches!(decode(&[b'9'; 60]).unwrap(), Value::BigNum(_)));
    assert!(matches!(
        decode(format!("0.{}", "1".repeat(60)).as_bytes()).unwrap(),
        Value::Double(_)
    ));
    assert_eq!(
        decode(b"1e999").unwrap_err().sqlstate,
        sqlstate::OUT_OF_RANGE
    );
    assert_eq!(
        decode(&[b'9'; 100_000]).unwrap_err().sqlstate,
        sqlstate::PROGRAM_LIMIT
    );
}

#[test]
fn strings_are_unescaped() {
    let decoded = decode(br#" "a\u00e9\ud83d\ude00\/\t" "#).unwrap();
    assert_eq!(decoded, Value::Varchar("aé😀/\t".into()));
}

#[test]
fn hostile_texts_are_refused_with_their_offset() {
    for (bytes, offset) in [
        (&b""[..], 0),
        (b"tru", 0),
        (b"[1,]", 3),
        (b"{\"a\" 1}", 5),
        (b"{a:1}", 1),
        (b"\"abc", 0),
        (b"\"\\ud800\"", 1),
        (b"\"\\x\"", 1),
        (b"\"\x01\"", 1),
        (b"\"\xff\"", 0),
        (b"01", 0),
        (b"1.", 2),
        (b"1 2", 2),
        (b"NaN", 0),
        (b"[1", 2),
    ] {
        let error = decode(bytes).unwrap_err();
        assert_eq!(
            (error.sqlstate, error.offset),
            (sqlstate::MALFORMED, Some(offset)),
            "{bytes:?}"
        );
    }
    assert_eq!(
        decode(&vec![b'['; 100_000]).unwrap_err().sqlstate,
        sqlstate::PROGRAM_LIMIT
    );
    let repeated = "{\"a\":".repeat(100_000);
    assert_eq!(
        decode(repeated.as_bytes()).unwrap_err().sqlstate,
        sqlstate::PROGRAM_LIMIT
    );
}
