use super::*;
use crate::value::error::sqlstate;

fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    encode(value, &mut out).unwrap();
    out
}

#[test]
fn integers_take_their_shortest_form() {
    for (value, len) in [
        (0i64, 1),
        (127, 1),
        (128, 2),
        (256, 3),
        (65_536, 5),
        (1 << 32, 9),
        (-1, 1),
        (-32, 1),
        (-33, 2),
        (-129, 3),
        (-32_769, 5),
        (i64::MIN, 9),
        (i64::MAX, 9),
    ] {
        let bytes = encoded(&Value::BigInt(value));
        assert_eq!(bytes.len(), len, "{value}");
        assert_eq!(decode(&bytes).unwrap(), Value::BigInt(value));
    }
    assert_eq!(
        decode(&encoded(&Value::UBigInt(u64::MAX))).unwrap(),
        Value::UBigInt(u64::MAX)
    );
}

#[test]
fn known_bytes() {
    let decimal = Value::Decimal {
        value: 119_998,
        width: 18,
        scale: 3,
    };
    assert_eq!(encoded(&decimal), [&[0xc7, 7, 1][..], b"119.998"].concat());
    let short = Value::Decimal {
        value: 12,
        width: 18,
        scale: 0,
    };
    assert_eq!(encoded(&short), [&[0xd5, 1][..], b"12"].concat());
    assert_eq!(encoded(&Value::Date(1)), [0xd6, 3, 1, 0, 0, 0]);
    assert_eq!(encoded(&Value::Uuid(1))[..3], [0xd8, 8, 0]);
    let row = Value::Struct(vec![
        ("a".into(), Value::Null),
        ("b".into(), Value::Boolean(true)),
    ]);
    assert_eq!(encoded(&row), [0x82, 0xa1, b'a', 0xc0, 0xa1, b'b', 0xc3]);
}

#[test]
fn hostile_bytes_are_refused_with_their_offset() {
    for (bytes, offset) in [
        (&[][..], 0),
        (&[0xc1], 0),
        (&[0xdd, 0xff, 0xff, 0xff, 0xff], 5),
        (&[0xdf, 0xff, 0xff, 0xff, 0xff], 5),
        (&[0xdb, 0xff, 0xff, 0xff, 0xff], 5),
        (&[0x91], 1),
        (&[0xa2, b'a', 0xff], 2),
        (&[0xc0, 0xc0], 1),
        (&[0xd4, 99, 0], 0),
        (&[0x91, 0xd6, 8, 0, 0, 0, 0], 1),
        (&[0xd5, 9, b'0', b'2'], 0),
        (&[0xd5, 1, b'1', b'e'], 0),
        (&[0xc7, 0, 1], 0),
    ] {
        let error = decode(bytes).unwrap_err();
        assert_eq!(
            (error.sqlstate, error.offset),
            (sqlstate::MALFORMED, Some(offset)),
            "{bytes:?}"
        );
    }
}

#[test]
fn depth_is_bounded() {
    let deep = vec![0x91; 100_000];
    assert_eq!(decode(&deep).unwrap_err().sqlstate, sqlstate::PROGRAM_LIMIT);
    let mut allowed = vec![0x91; crate::value::DEPTH_MAX];
    allowed.push(0xc0);
    assert!(decode(&allowed).is_ok());
}

#[test]
fn the_standard_timestamp_is_read() {
    assert_eq!(
        decode(&[0xd6, 0xff, 0, 0, 0, 1]).unwrap(),
        Value::TimestampTz(1_000_000)
    );
    let long = [
        0xc7, 12, 0xff, 0, 0, 7, 0xd0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];
    assert_eq!(decode(&long).unwrap(), Value::TimestampTz(-999_998));
}

#[test]
fn the_contract_lists_the_same_numbers() {
    let contract = include_str!("../../../../abi/procedure-abi.yaml");
    let listed = |section: &str| -> Vec<(String, i64)> {
        let lines = contract
            .lines()
            .skip_while(|line| *line != format!("{section}:"))
            .skip(1);
        lines
            .take_while(|line| line.starts_with("  - "))
            .map(|line| {
                let field = |name: &str| {
                    let start = line.find(&format!("{name}: ")).unwrap() + name.len() + 2;
                    line[start..]
                        .split([',', ' ', '}'])
                        .next()
                        .unwrap()
                        .to_owned()
                };
                (field("name"), field("number").parse().unwrap())
            })
            .collect()
    };
    let expected = [
        ("decimal", ext::DECIMAL),
        ("hugeint", ext::HUGEINT),
        ("date", ext::DATE),
        ("time", ext::TIME),
        ("timestamp", ext::TIMESTAMP),
        ("timestamp_tz", ext::TIMESTAMP_TZ),
        ("interval", ext::INTERVAL),
        ("uuid", ext::UUID),
        ("bit", ext::BIT),
        ("time_tz", ext::TIME_TZ),
        ("bignum", ext::BIGNUM),
        ("time_ns", ext::TIME_NS),
        ("timestamp_s", ext::TIMESTAMP_S),
        ("timestamp_ms", ext::TIMESTAMP_MS),
        ("timestamp_ns", ext::TIMESTAMP_NS),
    ];
    let expected = expected.map(|(name, number)| (name.to_owned(), i64::from(number)));
    assert_eq!(listed("message_pack_extensions"), expected);
    let limits = [
        ("depth_max".to_owned(), crate::value::DEPTH_MAX as i64),
        (
            "bignum_digits_max".to_owned(),
            crate::value::bignum::BIGNUM_DIGITS_MAX as i64,
        ),
    ];
    assert_eq!(listed("value_limits"), limits);
}
