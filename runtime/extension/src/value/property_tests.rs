//! Properties of the pure parts over generated types, values and bytes.
//!
//! The seed is printed when a test fails; `HELIOS_VALUE_SEED` replays one, `HELIOS_VALUE_ROUNDS`
//! multiplies the work.

mod generate;

use self::generate::{Random, any_type, any_value, scalar_type, solid_value};
use super::convert::convert;
use super::{LogicalType, Value, json, msgpack};

/// Runs `check` with generators of consecutive seeds and names the seed that failed.
fn for_seeds(rounds: u64, check: impl Fn(&mut Random)) {
    let from_env = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    if let Some(seed) = from_env("HELIOS_VALUE_SEED") {
        return check(&mut Random(seed));
    }
    let rounds = rounds * from_env("HELIOS_VALUE_ROUNDS").unwrap_or(1);
    for seed in 0..rounds {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check(&mut Random(seed));
        }));
        assert!(outcome.is_ok(), "failed with HELIOS_VALUE_SEED={seed}");
    }
}

/// Equality that also holds for NaN and tells zeros apart.
fn assert_same(left: &Value, right: &Value, context: &str) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"), "{context}");
}

#[test]
fn values_survive_both_codecs() {
    for_seeds(3_000, |random| {
        let logical_type = any_type(random, 0);
        let value = any_value(random, &logical_type);
        let context = logical_type.to_string();
        let mut bytes = Vec::new();
        msgpack::encode(&value, &mut bytes).unwrap();
        let decoded = msgpack::decode(&bytes).unwrap();
        assert_same(&convert(decoded, &logical_type).unwrap(), &value, &context);
        let mut text = Vec::new();
        json::encode(&value, &mut text).unwrap();
        let decoded = json::decode(&text).unwrap();
        assert_same(&convert(decoded, &logical_type).unwrap(), &value, &context);
        // A value of the type is left as it is.
        assert_same(
            &convert(value.clone(), &logical_type).unwrap(),
            &value,
            &context,
        );
    });
}

#[test]
fn scalars_survive_their_text() {
    for_seeds(6_000, |random| {
        let logical_type = scalar_type(random);
        let value = solid_value(random, &logical_type);
        // Their text is not what text converts from: base64 is.
        if matches!(logical_type, LogicalType::Blob | LogicalType::Geometry) {
            return;
        }
        let text = value.to_text().unwrap().unwrap();
        let read = convert(Value::Varchar(text), &logical_type).unwrap();
        assert_same(&read, &value, &logical_type.to_string());
    });
}

#[test]
fn types_survive_their_spelling() {
    for_seeds(3_000, |random| {
        let logical_type = any_type(random, 0);
        let spelling = logical_type.to_string();
        let read = LogicalType::parse(&spelling).unwrap();
        assert_eq!(read, logical_type, "{spelling}");
        assert_eq!(read.mangle(), logical_type.mangle());
        let is_identifier =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(logical_type.mangle().bytes().all(is_identifier));
        let other = any_type(random, 0);
        assert_eq!(
            other == logical_type,
            other.mangle() == logical_type.mangle()
        );
    });
}

#[test]
fn conversions_give_the_wanted_type_or_an_error() {
    for_seeds(6_000, |random| {
        let given = any_type(random, 1);
        let value = any_value(random, &given);
        let wanted = any_type(random, 1);
        match convert(value, &wanted) {
            // What was converted once needs no second conversion.
            Ok(value) => {
                let again = convert(value.clone(), &wanted).unwrap();
                assert_same(&again, &value, &format!("{given} to {wanted}"));
            }
            Err(error) => assert_eq!(error.sqlstate.len(), 5),
        }
    });
}

#[test]
fn every_value_has_variant_parts() {
    for_seeds(2_000, |random| {
        let given = any_type(random, 0);
        let value = any_value(random, &given);
        let value = convert(value, &LogicalType::Variant).unwrap();
        let parts = super::variant::to_parts(&value).unwrap();
        let layout = &super::variant::LAYOUT;
        assert_same(
            &convert(parts.clone(), layout).unwrap(),
            &parts,
            &given.to_string(),
        );
    });
}

/// Values in a tree, the roots of empty containers included.
fn node_count(value: &Value) -> usize {
    1 + match value {
        Value::List(values) | Value::Array(values) => values.iter().map(node_count).sum(),
        Value::Struct(fields) => fields.iter().map(|(_, field)| node_count(field)).sum(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| node_count(key) + node_count(value))
            .sum(),
        _ => 0,
    }
}

fn decode_hostile(bytes: &[u8]) {
    type Decode = fn(&[u8]) -> super::error::Result<Value>;
    type Encode = fn(&Value, &mut Vec<u8>) -> super::error::Result<()>;
    let codecs: [(Decode, Encode); 2] = [
        (msgpack::decode, msgpack::encode),
        (json::decode, json::encode),
    ];
    for (decode, encode) in codecs {
        match decode(bytes) {
            Ok(value) => {
                assert!(node_count(&value) <= bytes.len());
                let mut out = Vec::new();
                if encode(&value, &mut out).is_ok() {
                    assert!(decode(&out).is_ok());
                }
                let _ = convert(value, &LogicalType::Json);
            }
            Err(error) => assert!(error.offset.is_some_and(|offset| offset <= bytes.len())),
        }
    }
}

#[test]
fn decoders_take_any_bytes() {
    for_seeds(20_000, |random| {
        let len = random.below(200);
        let bytes: Vec<u8> = (0..len).map(|_| random.next() as u8).collect();
        decode_hostile(&bytes);
        const TOKENS: &[&str] = &[
            "{", "}", "[", "]", ",", ":", "\"", "\\u", "d800", "1", "-", ".", "e", "true", "null",
            " ", "0", "\"a\"",
        ];
        let text: String = (0..random.below(30)).map(|_| random.pick(TOKENS)).collect();
        decode_hostile(text.as_bytes());
    });
}

#[test]
fn decoders_take_damaged_messages() {
    for_seeds(10_000, |random| {
        let logical_type = any_type(random, 0);
        let value = any_value(random, &logical_type);
        let mut bytes = Vec::new();
        let encode = if random.one_in(2) {
            msgpack::encode
        } else {
            json::encode
        };
        encode(&value, &mut bytes).unwrap();
        bytes.truncate(2_000);
        for _ in 0..1 + random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = random.next() as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => bytes.insert(at, random.next() as u8),
                _ => bytes.truncate(at.max(1)),
            }
        }
        decode_hostile(&bytes);
    });
}

#[test]
fn parsers_take_any_text() {
    let targets: Vec<LogicalType> = [
        "BOOLEAN",
        "BIGINT",
        "UHUGEINT",
        "DOUBLE",
        "FLOAT",
        "DECIMAL(38,10)",
        "DATE",
        "TIME",
        "TIME_NS",
        "TIMETZ",
        "TIMESTAMP_S",
        "TIMESTAMP_NS",
        "TIMESTAMPTZ",
        "INTERVAL",
        "UUID",
        "BLOB",
        "BIT",
        "BIGNUM",
        "JSON",
        "INTEGER[]",
    ]
    .iter()
    .map(|name| LogicalType::parse(name).unwrap())
    .collect();
    for_seeds(10_000, |random| {
        const TOKENS: &[&str] = &[
            "0",
            "1",
            "9",
            "99999999999",
            "-",
            "+",
            ":",
            ".",
            " ",
            "T",
            "Z",
            "e",
            "P",
            "Y",
            "M",
            "D",
            "days",
            "year",
            " (BC)",
            "inf",
            "infinity",
            "nan",
            "=",
            "{",
            "}",
            "é",
            "24",
            "2024-02-29",
            "00:00:00",
        ];
        let text: String = (0..random.below(10)).map(|_| random.pick(TOKENS)).collect();
        for target in &targets {
            let _ = convert(Value::Varchar(text.clone()), target);
        }
        const TYPE_TOKENS: &[&str] = &[
            "INTEGER",
            "DECIMAL",
            "STRUCT",
            "MAP",
            "ENUM",
            "UNION",
            "TIMESTAMP",
            "WITH",
            "TIME",
            "ZONE",
            "(",
            ")",
            "[",
            "]",
            ",",
            "'",
            "\"",
            "a",
            " ",
            "3",
            "é",
        ];
        let text: String = (0..random.below(16))
            .map(|_| random.pick(TYPE_TOKENS))
            .collect();
        match LogicalType::parse(&text) {
            Ok(read) => assert_eq!(LogicalType::parse(&read.to_string()).unwrap(), read),
            Err(error) => assert!(text.is_char_boundary(error.offset.unwrap())),
        }
    });
}
