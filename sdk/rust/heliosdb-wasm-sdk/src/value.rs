//! SQL values as a guest sees them.

use crate::decimal::Decimal;
use crate::generated::extension;

/// A SQL value of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// BOOLEAN.
    Bool(bool),
    /// Every integer type, HUGEINT included.
    Int(i128),
    /// UHUGEINT beyond what `Int` holds.
    UHuge(u128),
    /// FLOAT and DOUBLE.
    Float(f64),
    /// VARCHAR, ENUM, JSON and BIT; a BIGNUM beyond what `Int` holds.
    Text(String),
    /// DECIMAL.
    Decimal(Decimal),
    /// BLOB.
    Blob(Vec<u8>),
    /// DATE.
    Date(Date),
    /// TIME.
    Time(Time),
    /// TIMESTAMP, TIMESTAMP_S and TIMESTAMP_MS.
    Timestamp(Timestamp),
    /// TIMESTAMP WITH TIME ZONE.
    TimestampTz(TimestampTz),
    /// INTERVAL.
    Interval(Interval),
    /// UUID.
    Uuid(Uuid),
    /// TIME WITH TIME ZONE, TIME_NS and TIMESTAMP_NS as the ABI encodes them: for handing on.
    Encoded {
        /// A number of [`crate::generated::extension`].
        kind: i8,
        /// As described there.
        bytes: Vec<u8>,
    },
    /// LIST and ARRAY.
    List(Vec<Value>),
    /// STRUCT and MAP, in their own order.
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// Names the SQL type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Bool(_) => "BOOLEAN",
            Value::Int(_) | Value::UHuge(_) => "an integer",
            Value::Float(_) => "DOUBLE",
            Value::Text(_) => "VARCHAR",
            Value::Decimal(_) => "DECIMAL",
            Value::Blob(_) => "BLOB",
            Value::Date(_) => "DATE",
            Value::Time(_) => "TIME",
            Value::Timestamp(_) => "TIMESTAMP",
            Value::TimestampTz(_) => "TIMESTAMP WITH TIME ZONE",
            Value::Interval(_) => "INTERVAL",
            Value::Uuid(_) => "UUID",
            Value::Encoded {
                kind: extension::TIME_TZ,
                ..
            } => "TIME WITH TIME ZONE",
            Value::Encoded {
                kind: extension::TIME_NS,
                ..
            } => "TIME_NS",
            Value::Encoded { .. } => "TIMESTAMP_NS",
            Value::List(_) => "a list",
            Value::Map(_) => "a struct or map",
        }
    }

    /// Whether this is SQL NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Returns the field of a struct, or the value under a text key of a map.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let Value::Map(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(key, _)| matches!(key, Value::Text(text) if text == name))
            .map(|(_, value)| value)
    }
}

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Date {
    /// Negative before 1970.
    pub days: i32,
}

/// Time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Time {
    /// Microseconds since midnight.
    pub micros: i64,
}

/// A moment without time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Timestamp {
    /// Microseconds since 1970-01-01 00:00:00.
    pub micros: i64,
}

/// A moment in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct TimestampTz {
    /// Microseconds since 1970-01-01 00:00:00 UTC.
    pub micros: i64,
}

/// A span of time; months and days have no fixed length, so the parts stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Whole months.
    pub months: i32,
    /// Whole days.
    pub days: i32,
    /// Microseconds beside them.
    pub micros: i64,
}

/// A universally unique identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uuid(
    /// The sixteen bytes in the order in which they are written.
    pub [u8; 16],
);

impl Date {
    /// Builds a date of the proleptic Gregorian calendar; the day is not checked.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Date {
        // Years start in March here, so that the leap day is the last of its year.
        let shifted = i64::from(year) - i64::from(month <= 2);
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let month_index = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_index + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Date {
            days: (era * 146_097 + day_of_era - 719_468) as i32,
        }
    }

    /// Splits into year, month (1 to 12) and day (1 to 31).
    pub fn to_ymd(self) -> (i32, u32, u32) {
        let days = i64::from(self.days) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 {
            month_index + 3
        } else {
            month_index - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn dates_convert_both_ways_across_leap_years() {
        for (ymd, days) in [
            ((1970, 1, 1), 0),
            ((2000, 2, 29), 11_016),
            ((2026, 6, 30), 20_634),
            ((1969, 12, 31), -1),
            ((1600, 3, 1), -135_080),
        ] {
            assert_eq!(Date::from_ymd(ymd.0, ymd.1, ymd.2).days, days, "{ymd:?}");
            assert_eq!(Date { days }.to_ymd(), ymd);
        }
        for days in (-800_000..800_000).step_by(97) {
            let (year, month, day) = Date { days }.to_ymd();
            assert_eq!(Date::from_ymd(year, month, day).days, days);
        }
    }
}
