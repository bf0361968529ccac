use super::*;
use crate::value::error::sqlstate;

fn date_text(days: i32, style: Style) -> String {
    let mut out = Vec::new();
    write_date(&mut out, days, style);
    String::from_utf8(out).unwrap()
}

fn timestamp_text(value: i64, unit: Unit, style: Style) -> String {
    let mut out = Vec::new();
    write_timestamp(&mut out, value, unit, style);
    String::from_utf8(out).unwrap()
}

#[test]
fn civil_dates_are_inverse_over_all_dates() {
    for days in (-800_000i64..800_000)
        .step_by(37)
        .chain([i64::from(i32::MIN), i64::from(i32::MAX)])
    {
        let (year, month, day) = civil_from_days(days);
        assert_eq!(days_from_civil(year, month, day), Some(days));
    }
    assert_eq!(civil_from_days(0), (1970, 1, 1));
    assert_eq!(days_from_civil(2000, 2, 29), Some(11_016));
    assert_eq!(days_from_civil(1900, 2, 29), None);
    assert_eq!(days_from_civil(2024, 13, 1), None);
}

#[test]
fn dates_print_in_both_styles_and_read_back() {
    for (days, duckdb, iso) in [
        (0, "1970-01-01", "1970-01-01"),
        (19_724, "2024-01-02", "2024-01-02"),
        (-735_160, "0044-03-15 (BC)", "-000043-03-15"),
        (DATE_INFINITY, "infinity", "infinity"),
        (-DATE_INFINITY, "-infinity", "-infinity"),
    ] {
        assert_eq!(date_text(days, Style::DuckDb), duckdb);
        assert_eq!(date_text(days, Style::Iso), iso);
        assert_eq!(parse_date(duckdb).unwrap(), days);
        assert_eq!(parse_date(iso).unwrap(), days);
    }
    for days in [i32::MIN + 2, i32::MAX - 1, 2_932_897, -719_529, -719_528] {
        assert_eq!(parse_date(&date_text(days, Style::DuckDb)).unwrap(), days);
        assert_eq!(parse_date(&date_text(days, Style::Iso)).unwrap(), days);
    }
}

#[test]
fn timestamps_print_in_both_styles_and_read_back() {
    let micros = 1_704_164_645_678_900;
    assert_eq!(
        timestamp_text(micros, Unit::Micros, Style::DuckDb),
        "2024-01-02 03:04:05.6789"
    );
    assert_eq!(
        timestamp_text(micros, Unit::Micros, Style::Iso),
        "2024-01-02T03:04:05.6789"
    );
    assert_eq!(
        timestamp_text(-1, Unit::Nanos, Style::Iso),
        "1969-12-31T23:59:59.999999999"
    );
    for unit in [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos] {
        for value in [0, 1, -1, 1_704_164_645, i64::MAX, -i64::MAX] {
            if unit == Unit::Seconds && value.unsigned_abs() == i64::MAX as u64 {
                assert!(timestamp_text(-value, unit, Style::Iso).ends_with("infinity"));
            }
            for style in [Style::DuckDb, Style::Iso] {
                assert_eq!(
                    parse_timestamp(&timestamp_text(value, unit, style), unit).unwrap(),
                    value
                );
            }
        }
    }
}

#[test]
fn offsets_are_applied() {
    for text in [
        "2024-01-02 03:04:05",
        "2024-01-02T03:04:05Z",
        "2024-01-02 05:04:05+02",
        "2024-01-01T21:34:05-05:30",
        "2024-01-02 03:04:05 UTC",
        "2024/1/2 3:04:05+0000",
    ] {
        assert_eq!(
            parse_timestamp(text, Unit::Seconds).unwrap(),
            1_704_164_645,
            "{text}"
        );
    }
    assert_eq!(
        parse_time_tz("12:00:00-05:30:15").unwrap(),
        (43_200_000_000, -19_815)
    );
    assert_eq!(parse_time_tz("12:00").unwrap(), (43_200_000_000, 0));
    assert_eq!(
        parse_time_tz("12:00+16").unwrap_err().sqlstate,
        sqlstate::DATETIME_OVERFLOW
    );
}

#[test]
fn times_print_without_trailing_zeros_and_read_back() {
    for (micros, text) in [
        (0, "00:00:00"),
        (DAY_MICROS, "24:00:00"),
        (45_296_000_500, "12:34:56.0005"),
    ] {
        let mut out = Vec::new();
        write_time(&mut out, micros, Unit::Micros);
        assert_eq!(String::from_utf8(out).unwrap(), text);
        assert_eq!(parse_time(text, Unit::Micros).unwrap(), micros);
    }
}

#[test]
fn wrong_texts_are_errors() {
    for text in [
        "",
        "2024",
        "2024-01",
        "2024-02-30",
        "2024-01-01x",
        "2024-01-01 25:00",
        "0000-01-01 (BC)",
        "1-1-",
    ] {
        assert_eq!(
            parse_date(text).unwrap_err().sqlstate,
            sqlstate::INVALID_DATETIME,
            "{text}"
        );
    }
    for text in [
        "2024-01-01 ",
        "2024-01-01T",
        "2024-01-01T12:00:00+",
        "2024-01-01 12:00:00 CET",
    ] {
        let result = parse_timestamp(text, Unit::Micros);
        assert!(text.ends_with(' ') || result.is_err(), "{text}");
    }
    let far = parse_timestamp("300000-01-01", Unit::Micros).unwrap_err();
    assert_eq!(far.sqlstate, sqlstate::DATETIME_OVERFLOW);
    assert!(parse_time("24:00:01", Unit::Micros).is_err());
}
