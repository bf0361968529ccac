//! Types and values made from a seed, extremes more often than chance would give them.

use crate::value::convert::convert;
use crate::value::logical_type::EnumLabels;
use crate::value::number::{DECIMAL_WIDTH_MAX, POWERS_OF_TEN};
use crate::value::temporal::{DATE_INFINITY, DAY_MICROS, OFFSET_SECONDS_MAX};
use crate::value::{BigNum, LogicalType, Value, json};

/// A small deterministic generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn pick<'s>(&mut self, texts: &[&'s str]) -> &'s str {
        texts[self.below(texts.len())]
    }

    /// Any number, the small and the extreme ones more often than chance would give them.
    fn bits(&mut self) -> u128 {
        match self.below(6) {
            0 => 0,
            1 => u128::MAX,
            2 => i128::MAX as u128,
            3 => 1u128 << self.below(128),
            4 => self.below(300) as u128,
            _ => {
                let wide = u128::from(self.next()) << 64 | u128::from(self.next());
                wide >> self.below(128)
            }
        }
    }

    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a", "Z", "0", " ", "'", "\"", "\\", "\n", "\u{0}", "é", "漢", "😀",
        ];
        let len = if self.one_in(20) {
            self.below(300)
        } else {
            self.below(8)
        };
        (0..len).map(|_| self.pick(PIECES)).collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        let len = if self.one_in(20) {
            self.below(70_000)
        } else {
            self.below(40)
        };
        (0..len).map(|_| self.next() as u8).collect()
    }
}

pub fn scalar_type(random: &mut Random) -> LogicalType {
    const NAMES: &[&str] = &[
        "BOOLEAN",
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
        "FLOAT",
        "DOUBLE",
        "VARCHAR",
        "JSON",
        "BLOB",
        "BIT",
        "DATE",
        "TIME",
        "TIME_NS",
        "TIMETZ",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP",
        "TIMESTAMP_NS",
        "TIMESTAMPTZ",
        "INTERVAL",
        "UUID",
        "BIGNUM",
        "GEOMETRY",
        "VARIANT",
    ];
    match random.below(NAMES.len() + 6) {
        index if index < NAMES.len() => LogicalType::parse(NAMES[index]).unwrap(),
        index if index < NAMES.len() + 4 => {
            let width = 1 + random.below(usize::from(DECIMAL_WIDTH_MAX)) as u8;
            let scale = random.below(usize::from(width) + 1) as u8;
            LogicalType::Decimal { width, scale }
        }
        _ => {
            let bound = if random.one_in(10) { 400 } else { 4 };
            let count = 1 + random.below(bound);
            let labels = (0..count).map(|index| format!("{}{index}", random.text()));
            LogicalType::Enum(EnumLabels::new(labels.collect()))
        }
    }
}

fn members(random: &mut Random, depth: usize) -> Vec<(String, LogicalType)> {
    let count = 1 + random.below(4);
    let name = |index: usize, random: &mut Random| format!("{}{index}", random.text());
    (0..count)
        .map(|index| (name(index, random), any_type(random, depth + 1)))
        .collect()
}

pub fn any_type(random: &mut Random, depth: usize) -> LogicalType {
    if depth > 3 || random.below(3) > 0 {
        return scalar_type(random);
    }
    match random.below(5) {
        0 => LogicalType::List(Box::new(any_type(random, depth + 1))),
        1 => {
            let size = 1 + random.below(4) as u64;
            LogicalType::Array(Box::new(any_type(random, depth + 1)), size)
        }
        2 => LogicalType::Struct(members(random, depth)),
        3 => {
            let key = if random.one_in(2) {
                LogicalType::Varchar
            } else {
                any_type(random, depth + 1)
            };
            LogicalType::Map(Box::new(key), Box::new(any_type(random, depth + 1)))
        }
        _ => LogicalType::Union(members(random, depth)),
    }
}

fn any_timestamp(random: &mut Random) -> i64 {
    match random.bits() as i64 {
        i64::MIN => -i64::MAX,
        value => value,
    }
}

fn any_json(random: &mut Random) -> String {
    let logical_type = any_type(random, 2);
    let mut out = Vec::new();
    json::encode(&any_value(random, &logical_type), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn any_double(random: &mut Random) -> f64 {
    match random.below(4) {
        0 => f64::from_bits(random.next()),
        1 => f64::from_bits(random.bits() as u64),
        2 => random.below(1_000_000) as f64 / 1_000.0,
        _ => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX][random.below(5)],
    }
}

/// A value of the type, NULL now and then.
pub fn any_value(random: &mut Random, logical_type: &LogicalType) -> Value {
    if random.one_in(8) {
        Value::Null
    } else {
        solid_value(random, logical_type)
    }
}

pub fn solid_value(random: &mut Random, logical_type: &LogicalType) -> Value {
    let bits = random.bits();
    match logical_type {
        LogicalType::SqlNull => Value::Null,
        LogicalType::Boolean => Value::Boolean(bits & 1 == 1),
        LogicalType::TinyInt => Value::TinyInt(bits as i8),
        LogicalType::SmallInt => Value::SmallInt(bits as i16),
        LogicalType::Integer => Value::Integer(bits as i32),
        LogicalType::BigInt => Value::BigInt(bits as i64),
        LogicalType::HugeInt => Value::HugeInt(bits as i128),
        LogicalType::UTinyInt => Value::UTinyInt(bits as u8),
        LogicalType::USmallInt => Value::USmallInt(bits as u16),
        LogicalType::UInteger => Value::UInteger(bits as u32),
        LogicalType::UBigInt => Value::UBigInt(bits as u64),
        LogicalType::UHugeInt => Value::UHugeInt(bits),
        LogicalType::Float => Value::Float(match random.one_in(2) {
            true => f32::from_bits(bits as u32),
            false => any_double(random) as f32,
        }),
        LogicalType::Double => Value::Double(any_double(random)),
        LogicalType::Decimal { width, scale } => {
            let value = bits as i128 % POWERS_OF_TEN[usize::from(*width)];
            Value::Decimal {
                value,
                width: *width,
                scale: *scale,
            }
        }
        // Only texts: narrow numbers come back wide when nothing declares their type.
        LogicalType::Varchar | LogicalType::Variant => Value::Varchar(random.text()),
        LogicalType::Json => Value::Varchar(any_json(random)),
        LogicalType::Blob => Value::Blob(random.bytes()),
        LogicalType::Geometry => Value::Geometry(random.bytes()),
        LogicalType::Bit => {
            let len = 1 + random.below(40);
            Value::Bit((0..len).map(|_| random.pick(&["0", "1"])).collect())
        }
        LogicalType::Date => Value::Date((bits as i32).max(-DATE_INFINITY)),
        LogicalType::Time => Value::Time((bits % (DAY_MICROS as u128 + 1)) as i64),
        LogicalType::TimeNs => Value::TimeNs((bits % (DAY_MICROS as u128 * 1_000 + 1)) as i64),
        LogicalType::TimeTz => Value::TimeTz {
            micros: (bits % (DAY_MICROS as u128 + 1)) as i64,
            offset_seconds: random.below(2 * OFFSET_SECONDS_MAX as usize + 1) as i32
                - OFFSET_SECONDS_MAX,
        },
        LogicalType::TimestampS => Value::TimestampS(any_timestamp(random)),
        LogicalType::TimestampMs => Value::TimestampMs(any_timestamp(random)),
        LogicalType::Timestamp => Value::Timestamp(any_timestamp(random)),
        LogicalType::TimestampNs => Value::TimestampNs(any_timestamp(random)),
        LogicalType::TimestampTz => Value::TimestampTz(any_timestamp(random)),
        LogicalType::Interval => Value::Interval {
            months: bits as i32,
            days: random.bits() as i32,
            micros: random.bits() as i64,
        },
        LogicalType::Uuid => Value::Uuid(bits),
        LogicalType::BigNum => {
            let bytes = random.bytes();
            Value::BigNum(BigNum::new(
                random.one_in(2),
                &bytes[..bytes.len().min(100)],
            ))
        }
        LogicalType::Enum(labels) => {
            let position = random.below(labels.labels().len());
            Value::Enum(labels.label(position).unwrap().to_owned())
        }
        LogicalType::List(element) => {
            let len = if random.one_in(10) {
                random.below(40)
            } else {
                random.below(4)
            };
            Value::List((0..len).map(|_| any_value(random, element)).collect())
        }
        LogicalType::Array(element, size) => {
            Value::Array((0..*size).map(|_| any_value(random, element)).collect())
        }
        LogicalType::Struct(fields) => Value::Struct(
            fields
                .iter()
                .map(|(name, field)| (name.clone(), any_value(random, field)))
                .collect(),
        ),
        LogicalType::Map(key, element) => {
            let entries = (0..random.below(4))
                .map(|_| (solid_value(random, key), any_value(random, element)))
                .collect();
            // Drops repeated keys: only a map without them converts.
            match convert(Value::Map(entries), logical_type) {
                Ok(map) => map,
                Err(_) => Value::Map(Vec::new()),
            }
        }
        LogicalType::Union(members) => {
            let (name, member) = &members[random.below(members.len())];
            Value::Union {
                tag: name.clone(),
                value: Box::new(any_value(random, member)),
            }
        }
    }
}
