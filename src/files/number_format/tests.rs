//! How numbers, dates and times are told apart and displayed.

use super::*;

#[test]
fn a_number_is_written_as_its_cell_shows_it() {
    for (number, code, text) in [
        (123.0, "000000", Some("000123")),
        (0.85, "0%", Some("85%")),
        (0.855, "0.0%", Some("85.5%")),
        (42.0, "\"STU-\"0000", Some("STU-0042")),
        (42.0, "\\S\\T\\U\\-0000", Some("STU-0042")),
        (1_234_567.0, "#,##0", Some("1,234,567")),
        (12.0, "#,##0.00", Some("12.00")),
        (-5.0, "#,##0_);(#,##0)", Some("(5)")),
        (-5.0, "0", Some("-5")),
        (123_456.0, "000-000", Some("123-456")),
        (0.125, "0.00", Some("0.13")),
        (9.5, "0", Some("10")),
        (5.0, "[$£-809]0.00", Some("£5.00")),
        (0.30000000000000004, "General", Some("0.3")),
        (1_000_000_042.0, "@", Some("1000000042")),
        (1e15, "General", None),
        (0.5, "# ?/?", None),
        (5.0, "0.00E+00", None),
        (5000.0, "0,", None),
        (5.0, ";;;", None),
        (5.0, "\"hidden\"", None),
    ] {
        assert_eq!(shown(number, code).as_deref(), text, "{number} as {code}");
    }
}

#[test]
fn dates_and_times_are_told_from_numbers() {
    for (code, expected) in [
        ("dd/mm/yyyy", Kind::Date),
        ("[$-809]d mmmm yyyy;@", Kind::Date),
        ("d-mmm", Kind::Date),
        ("mmm-yy", Kind::Date),
        ("m/d/yy h:mm", Kind::Date),
        ("h:mm AM/PM", Kind::Time),
        ("[h]:mm:ss", Kind::Time),
        ("mm:ss", Kind::Time),
        ("General", Kind::Number),
        ("\"Standard\"0", Kind::Number),
        ("[Red]0.00", Kind::Number),
        ("\"day \"0", Kind::Number),
    ] {
        assert_eq!(kind(code), expected, "{code}");
    }
}
