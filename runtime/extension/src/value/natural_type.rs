//! The type of a value that nobody declared: what a query's parameter from a guest is bound as.

use super::Value;
use super::logical_type::LogicalType;
use super::number::DECIMAL_WIDTH_MAX;

impl Value {
    /// The narrowest SQL type that holds the value as it is: what a parameter without a declared
    /// type is bound as. Elements of different types take a type that holds them all, VARCHAR in the
    /// end, so [`convert`](super::convert::convert) the value to the answer before using it.
    pub fn natural_type(&self) -> LogicalType {
        match self {
            Value::Null => LogicalType::SqlNull,
            Value::Boolean(_) => LogicalType::Boolean,
            Value::TinyInt(_) => LogicalType::TinyInt,
            Value::SmallInt(_) => LogicalType::SmallInt,
            Value::Integer(_) => LogicalType::Integer,
            Value::BigInt(_) => LogicalType::BigInt,
            Value::HugeInt(_) => LogicalType::HugeInt,
            Value::UTinyInt(_) => LogicalType::UTinyInt,
            Value::USmallInt(_) => LogicalType::USmallInt,
            Value::UInteger(_) => LogicalType::UInteger,
            Value::UBigInt(_) => LogicalType::UBigInt,
            Value::UHugeInt(_) => LogicalType::UHugeInt,
            Value::Float(_) => LogicalType::Float,
            Value::Double(_) => LogicalType::Double,
            Value::Decimal { width, scale, .. } => LogicalType::Decimal {
                width: *width,
                scale: *scale,
            },
            Value::Varchar(_) | Value::Enum(_) => LogicalType::Varchar,
            Value::Blob(_) => LogicalType::Blob,
            Value::Bit(_) => LogicalType::Bit,
            Value::Date(_) => LogicalType::Date,
            Value::Time(_) => LogicalType::Time,
            Value::TimeNs(_) => LogicalType::TimeNs,
            Value::TimeTz { .. } => LogicalType::TimeTz,
            Value::TimestampS(_) => LogicalType::TimestampS,
            Value::TimestampMs(_) => LogicalType::TimestampMs,
            Value::Timestamp(_) => LogicalType::Timestamp,
            Value::TimestampNs(_) => LogicalType::TimestampNs,
            Value::TimestampTz(_) => LogicalType::TimestampTz,
            Value::Interval { .. } => LogicalType::Interval,
            Value::Uuid(_) => LogicalType::Uuid,
            Value::BigNum(_) => LogicalType::BigNum,
            Value::Geometry(_) => LogicalType::Geometry,
            Value::List(values) => LogicalType::List(Box::new(common_type(values.iter()))),
            Value::Array(values) => {
                LogicalType::Array(Box::new(common_type(values.iter())), values.len() as u64)
            }
            Value::Struct(fields) => LogicalType::Struct(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.natural_type()))
                    .collect(),
            ),
            Value::Map(entries) => LogicalType::Map(
                Box::new(common_type(entries.iter().map(|(key, _)| key))),
                Box::new(common_type(entries.iter().map(|(_, value)| value))),
            ),
            Value::Union { tag, value } => {
                LogicalType::Union(vec![(tag.clone(), value.natural_type())])
            }
        }
    }
}

fn common_type<'v>(values: impl Iterator<Item = &'v Value>) -> LogicalType {
    values.fold(LogicalType::SqlNull, |known, value| {
        widen(known, value.natural_type())
    })
}

/// A type that holds the values of both without changing them, but for doubles beside exact numbers
/// of more than 15 digits.
fn widen(left: LogicalType, right: LogicalType) -> LogicalType {
    use LogicalType::{Array, BigNum, Double, HugeInt, List, Map, SqlNull, Struct, Varchar};
    if left == right {
        return left;
    }
    match (left, right) {
        (SqlNull, other) | (other, SqlNull) => other,
        (List(a), List(b)) => List(Box::new(widen(*a, *b))),
        (Array(a, n), Array(b, m)) if n == m => Array(Box::new(widen(*a, *b)), n),
        (Array(a, _) | List(a), Array(b, _) | List(b)) => List(Box::new(widen(*a, *b))),
        (Map(k, v), Map(l, w)) => Map(Box::new(widen(*k, *l)), Box::new(widen(*v, *w))),
        (Struct(a), Struct(b)) if a.iter().map(|f| &f.0).eq(b.iter().map(|f| &f.0)) => {
            let fields = a.into_iter().zip(b);
            Struct(
                fields
                    .map(|((name, a), (_, b))| (name, widen(a, b)))
                    .collect(),
            )
        }
        (left, right) => match (exact_digits(&left), exact_digits(&right)) {
            (Some((whole_a, scale_a)), Some((whole_b, scale_b))) => {
                let (whole, scale) = (whole_a.max(whole_b), scale_a.max(scale_b));
                match (whole + scale, scale) {
                    (_, 0) if whole <= DECIMAL_WIDTH_MAX => HugeInt,
                    (_, 0) => BigNum,
                    (width, scale) if width <= DECIMAL_WIDTH_MAX => {
                        LogicalType::Decimal { width, scale }
                    }
                    _ => Double,
                }
            }
            _ if is_number(&left) && is_number(&right) => Double,
            _ => Varchar,
        },
    }
}

/// Digits before and after the point that an exact number's type can have.
fn exact_digits(logical_type: &LogicalType) -> Option<(u8, u8)> {
    Some(match logical_type {
        LogicalType::TinyInt | LogicalType::UTinyInt => (3, 0),
        LogicalType::SmallInt | LogicalType::USmallInt => (5, 0),
        LogicalType::Integer | LogicalType::UInteger => (10, 0),
        LogicalType::BigInt => (19, 0),
        LogicalType::UBigInt => (20, 0),
        // Both ends have 39 digits, which HUGEINT holds of itself only.
        LogicalType::HugeInt => (DECIMAL_WIDTH_MAX, 0),
        LogicalType::UHugeInt | LogicalType::BigNum => (DECIMAL_WIDTH_MAX + 1, 0),
        LogicalType::Decimal { width, scale } => (width - scale, *scale),
        _ => return None,
    })
}

fn is_number(logical_type: &LogicalType) -> bool {
    matches!(logical_type, LogicalType::Float | LogicalType::Double)
        || exact_digits(logical_type).is_some()
}

#[cfg(test)]
mod tests {
    use crate::value::convert::convert;
    use crate::value::json;

    #[test]
    fn mixed_lists_take_a_type_that_holds_all() {
        for (given, wanted) in [
            ("[1, null]", "BIGINT[]"),
            ("[1, 2.5]", "DECIMAL(20,1)[]"),
            ("[2.25, 10.5]", "DECIMAL(4,2)[]"),
            ("[1, 1e3]", "DOUBLE[]"),
            ("[1, 18446744073709551615]", "HUGEINT[]"),
            ("[1, \"a\"]", "VARCHAR[]"),
            ("[true, 1]", "VARCHAR[]"),
            ("[[1], [2.5, null]]", "DECIMAL(20,1)[][]"),
            ("[{\"a\": 1}, {\"a\": \"x\"}]", "STRUCT(a VARCHAR)[]"),
            ("[{\"a\": 1}, {\"b\": 1}]", "VARCHAR[]"),
            ("[]", "\"NULL\"[]"),
        ] {
            let value = json::decode(given.as_bytes()).unwrap();
            let natural = value.natural_type();
            assert_eq!(natural.to_string(), wanted, "{given}");
            convert(value, &natural).unwrap();
        }
    }
}
