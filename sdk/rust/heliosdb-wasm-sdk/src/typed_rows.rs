//! Rows as structs, through serde.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, DeserializeOwned, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::error::Error;
use crate::result::{QueryResult, Row};
use crate::value::Value;

impl QueryResult {
    /// Every row as a struct whose fields are named like the columns.
    pub fn rows_as<T: DeserializeOwned>(&self) -> Result<Vec<T>, Error> {
        self.rows().map(|row| row.to()).collect()
    }
}

impl Row<'_> {
    /// The row as a struct whose fields are named like the columns.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let fields = self.result.columns().iter().zip(self.values()?);
        let fields = fields.map(|(column, value)| (column.name.as_str(), Source(value)));
        T::deserialize(MapDeserializer::new(fields))
            .map_err(|Failure(message)| Error::unplaced(message))
    }
}

struct Failure(String);

impl core::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl core::fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: core::fmt::Display>(message: T) -> Failure {
        Failure(message.to_string())
    }
}

#[derive(Clone, Copy)]
struct Source<'a>(&'a Value);

impl<'de, 'a> IntoDeserializer<'de, Failure> for Source<'a> {
    type Deserializer = Source<'a>;
    fn into_deserializer(self) -> Source<'a> {
        self
    }
}

impl<'de> de::Deserializer<'de> for Source<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => visitor.visit_i64(value),
                (_, Ok(value)) => visitor.visit_u64(value),
                _ => visitor.visit_i128(*value),
            },
            Value::UHuge(value) => visitor.visit_u128(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_str(value),
            Value::Decimal(value) => visitor.visit_f64(value.to_f64()),
            Value::Blob(value) => visitor.visit_bytes(value),
            Value::Date(value) => visitor.visit_i32(value.days),
            Value::Time(value) => visitor.visit_i64(value.micros),
            Value::Timestamp(value) => visitor.visit_i64(value.micros),
            Value::TimestampTz(value) => visitor.visit_i64(value.micros),
            Value::Interval(value) => visitor.visit_seq(SeqDeserializer::new(
                [i64::from(value.months), i64::from(value.days), value.micros].into_iter(),
            )),
            Value::Uuid(value) => visitor.visit_bytes(&value.0),
            Value::Encoded { bytes, .. } => visitor.visit_bytes(bytes),
            Value::List(values) => {
                visitor.visit_seq(SeqDeserializer::new(values.iter().map(Source)))
            }
            Value::Map(entries) => visitor.visit_map(MapDeserializer::new(
                entries
                    .iter()
                    .map(|(key, value)| (Source(key), Source(value))),
            )),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.0 {
            Value::Text(text) => {
                let variant: de::value::StrDeserializer<'_, Failure> =
                    text.as_str().into_deserializer();
                de::Deserializer::deserialize_enum(variant, name, variants, visitor)
            }
            other => Err(de::Error::custom(format!(
                "expected VARCHAR, found {}",
                other.type_name()
            ))),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            // A struct that asks for text gets every digit.
            Value::Decimal(value) => visitor.visit_string(value.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> Deserialize<'de> for crate::Date {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<crate::Date, D::Error> {
        i32::deserialize(deserializer).map(|days| crate::Date { days })
    }
}

macro_rules! moments {
    ($($type:ident)*) => {$(
        impl<'de> Deserialize<'de> for crate::$type {
            fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                i64::deserialize(deserializer).map(|micros| crate::$type { micros })
            }
        }
    )*};
}

moments! { Time Timestamp TimestampTz }

impl<'de> Deserialize<'de> for crate::Decimal {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<crate::Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Line {
        tier: Option<String>,
        #[serde(rename = "n")]
        count: i16,
    }

    #[test]
    fn rows_become_structs() {
        let lines = crate::result::tests::sample().rows_as::<Line>().unwrap();
        assert_eq!(
            lines[0],
            Line {
                tier: Some("gold".into()),
                count: 3
            }
        );
        assert_eq!(
            lines[1],
            Line {
                tier: None,
                count: -1
            }
        );
    }

    #[derive(Debug, Deserialize)]
    struct Wrong {
        #[serde(rename = "Tier")]
        _tier: i64,
    }

    #[test]
    fn a_wrong_field_type_says_what_was_found() {
        let error = crate::result::tests::sample()
            .rows_as::<Wrong>()
            .unwrap_err();
        assert!(error.message().contains("invalid type"), "{error}");
    }
}
