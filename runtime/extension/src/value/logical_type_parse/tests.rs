use super::*;

fn fails(text: &str) -> (&'static str, usize) {
    let error = parse(text).unwrap_err();
    (error.sqlstate, error.offset.unwrap())
}

#[test]
fn aliases_and_arguments_are_read() {
    for (text, printed) in [
        ("int", "INTEGER"),
        (" Long ", "BIGINT"),
        ("NUMERIC(10)", "DECIMAL(10,0)"),
        ("dec ( 5 , 2 )", "DECIMAL(5,2)"),
        ("VARCHAR(20)", "VARCHAR"),
        ("character varying(3)", "VARCHAR"),
        ("double precision", "DOUBLE"),
        ("float(30)", "DOUBLE"),
        ("timestamp(0) without time zone", "TIMESTAMP_S"),
        ("timestamp(9)", "TIMESTAMP_NS"),
        ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
        ("int array", "INTEGER[]"),
        ("int array[4]", "INTEGER[4]"),
        ("row(a int)", "STRUCT(a INTEGER)"),
        ("list(text)[ ][2]", "VARCHAR[][][2]"),
        ("\"NULL\"", "\"NULL\""),
        (
            "struct(timestamp timestamp with time zone)",
            "STRUCT(timestamp TIMESTAMP WITH TIME ZONE)",
        ),
    ] {
        assert_eq!(parse(text).unwrap().to_string(), printed, "{text}");
    }
}

#[test]
fn errors_point_at_their_place() {
    assert_eq!(fails(""), (sqlstate::SYNTAX, 0));
    assert_eq!(fails("STRUCT(a INTEGR)"), (sqlstate::UNDEFINED_TYPE, 9));
    assert_eq!(
        fails("STRUCT(a INTEGER, A INTEGER)"),
        (sqlstate::INVALID_VALUE, 18)
    );
    assert_eq!(fails("DECIMAL(39,2)"), (sqlstate::INVALID_VALUE, 8));
    assert_eq!(fails("DECIMAL(3,4)"), (sqlstate::INVALID_VALUE, 8));
    assert_eq!(fails("INTEGER[0]"), (sqlstate::INVALID_VALUE, 8));
    assert_eq!(fails("INTEGER x"), (sqlstate::SYNTAX, 8));
    assert_eq!(fails("ENUM('a','a')"), (sqlstate::INVALID_VALUE, 9));
    assert_eq!(fails("ENUM('a"), (sqlstate::SYNTAX, 5));
    assert_eq!(fails("ENUM()"), (sqlstate::SYNTAX, 5));
    assert_eq!(fails("TIMESTAMP WITH ZONE"), (sqlstate::SYNTAX, 15));
    assert_eq!(
        fails("INTEGER[99999999999999999999]"),
        (sqlstate::INVALID_VALUE, 8)
    );
}

#[test]
fn depth_is_bounded() {
    let brackets = format!("INTEGER{}", "[]".repeat(100_000));
    assert_eq!(
        parse(&brackets).unwrap_err().sqlstate,
        sqlstate::PROGRAM_LIMIT
    );
    let structs = "STRUCT(a ".repeat(100_000);
    assert_eq!(
        parse(&structs).unwrap_err().sqlstate,
        sqlstate::PROGRAM_LIMIT
    );
    assert!(parse(&format!("INTEGER{}", "[]".repeat(60))).is_ok());
}
