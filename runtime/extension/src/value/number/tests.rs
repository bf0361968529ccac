use super::*;

fn double_text(value: f64) -> String {
    let mut out = Vec::new();
    write_double(&mut out, value);
    String::from_utf8(out).unwrap()
}

#[test]
fn doubles_print_as_duckdb_prints_them() {
    for (value, text) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (-1.5, "-1.5"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (1.25e-5, "1.25e-05"),
        (0.0001, "0.0001"),
        (123456.789, "123456.789"),
        (f64::MAX, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
    ] {
        assert_eq!(double_text(value), text);
    }
}

#[test]
fn decimals_print_all_digits_of_their_scale() {
    for (value, scale, text) in [
        (119998, 3, "119.998"),
        (5, 3, "0.005"),
        (-5, 1, "-0.5"),
        (0, 2, "0.00"),
        (i128::MAX, 0, "170141183460469231731687303715884105727"),
        (
            -(POWERS_OF_TEN[38] - 1),
            38,
            "-0.99999999999999999999999999999999999999",
        ),
    ] {
        let mut out = Vec::new();
        write_decimal(&mut out, value, scale);
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}

#[test]
fn doubles_become_decimals_by_their_shortest_text() {
    assert_eq!(double_to_scaled(119.998, 3), Ok(119998));
    assert_eq!(double_to_scaled(2.675, 2), Ok(268));
    assert_eq!(double_to_scaled(-2.675, 2), Ok(-268));
    assert_eq!(double_to_scaled(0.5, 0), Ok(1));
    assert_eq!(double_to_scaled(1e-30, 3), Ok(0));
    assert_eq!(double_to_scaled(f64::NAN, 3), Err(NumberError::Overflow));
    assert_eq!(double_to_scaled(1e300, 3), Err(NumberError::Overflow));
}

/// A product decides only where the text would say the same.
#[test]
fn doubles_that_are_scaled_by_a_product_round_as_their_texts_do() {
    let mut state = 7u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state >> 20
    };
    let mut decided = 0;
    for _ in 0..200_000 {
        let scale = (next() % 20) as u8;
        let value = match next() % 4 {
            // Halves of the last place, and their neighbours.
            0 => (next() % 100_000) as f64 / 2.0 / 10f64.powi(i32::from(scale)),
            1 => f64::from_bits(((next() % 100_000) as f64 / 2000.0).to_bits() + next() % 3),
            2 => (next() % 1_000_000) as f64 / 1000.0 * 0.15,
            _ => f64::from_bits(next() << 20),
        };
        let value = if next().is_multiple_of(2) {
            -value
        } else {
            value
        };
        if let Some(found) = scaled_by_product(value, scale) {
            let text = format!("{value:e}");
            assert_eq!(Ok(found), parse_scaled(&text, scale), "{value} at {scale}");
            decided += 1;
        }
    }
    assert!(decided > 50_000, "{decided}");
}

#[test]
fn texts_are_scaled_and_rounded() {
    assert_eq!(parse_scaled(" +1.005 ", 2), Ok(101));
    assert_eq!(parse_scaled("1e3", 0), Ok(1000));
    assert_eq!(parse_scaled("125e-2", 1), Ok(13));
    assert_eq!(parse_scaled(".5", 0), Ok(1));
    assert_eq!(parse_scaled("0.49", 0), Ok(0));
    assert_eq!(parse_scaled("5e-1", 0), Ok(1));
    assert_eq!(parse_scaled("5e-2", 0), Ok(0));
    assert_eq!(parse_scaled("0e999999999999999999999", 3), Ok(0));
    assert_eq!(parse_scaled("1e-99999999999999999999", 3), Ok(0));
    assert_eq!(parse_scaled("1e40", 0), Err(NumberError::Overflow));
    for text in ["", ".", "-", "1..2", "1e", "e5", "0x10", "1 2", "--1"] {
        assert_eq!(parse_scaled(text, 0), Err(NumberError::Invalid), "{text}");
    }
    let min = "-170141183460469231731687303715884105728";
    assert_eq!(parse_scaled(min, 0), Ok(i128::MIN));
    assert_eq!(parse_scaled(&min[1..], 0), Err(NumberError::Overflow));
}

#[test]
fn rescaling_rounds_half_away_and_reports_overflow() {
    assert_eq!(rescale(15, 1, 0), Some(2));
    assert_eq!(rescale(-15, 1, 0), Some(-2));
    assert_eq!(rescale(14, 1, 0), Some(1));
    assert_eq!(rescale(i128::MAX, 0, 1), None);
    assert_eq!(rescale(POWERS_OF_TEN[38] - 1, 38, 0), Some(1));
    assert!(fits_width(999, 3) && !fits_width(1000, 3) && fits_width(-999, 3));
    assert_eq!(
        (digit_count(0), digit_count(9), digit_count(-10)),
        (1, 1, 2)
    );
}
