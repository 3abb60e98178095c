//! The reader against the `csv` crate, and what is written against what is read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

fn rows(text: &str) -> Vec<Vec<String>> {
    Reader::new(text, ',').map(|record| record.unwrap().cells.into_iter().map(Cow::into_owned).collect()).collect()
}

#[test]
fn quotes_line_ends_and_empty_cells() {
    assert_eq!(rows("a,b\r\nc,d"), [["a", "b"], ["c", "d"]]);
    assert_eq!(rows("a\rb\nc\r\n"), [["a"], ["b"], ["c"]]);
    assert_eq!(rows("\"a,\"\"b\"\"\r\nc\",\"\"\n,"), [["a,\"b\"\r\nc", ""], ["", ""]]);
    assert_eq!(rows("a\n\nb"), [["a"], [""], ["b"]]);
    assert_eq!(rows("O\"Brien,x"), [["O\"Brien", "x"]]);
    assert!(rows("").is_empty());
}

#[test]
fn faults_are_named_with_their_row() {
    let broken = |text| Reader::new(text, ',').find_map(Result::err);
    assert_eq!(broken("a\n\"b,c\nd"), Some((2, Broken::Unclosed)));
    assert_eq!(broken("\"a\"b,c"), Some((1, Broken::BehindQuote)));
}

#[test]
fn formulas_are_guarded_and_numbers_are_not() {
    for (cell, written) in [
        ("=1+1", "\"'=1+1\""),
        ("@SUM(A1)", "\"'@SUM(A1)\""),
        ("-Smith", "\"'-Smith\""),
        ("'=1", "\"''=1\""),
        ("-12", "\"-12\""),
        ("+44 20 7946 0000", "\"+44 20 7946 0000\""),
        ("O'Brien", "\"O'Brien\""),
        ("\tx", "\"'\tx\""),
    ] {
        let mut out = String::new();
        write_row([cell], &mut out);
        assert_eq!(out, format!("{written}\r\n"));
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(table in proptest::collection::vec(proptest::collection::vec("[-=+@'\",;a\r\n\té0-9 ]{0,6}", 1..5), 1..6)) {
        let mut out = String::new();
        for row in &table {
            write_row(row.iter().map(String::as_str), &mut out);
        }
        let read: Vec<Vec<String>> =
            Reader::new(&out, ',').map(|record| record.unwrap().cells.into_iter().map(|cell| without_guard(cell).into_owned()).collect()).collect();
        prop_assert_eq!(read, table);
        prop_assert!(!out.contains("\"=") || out.contains("\"\"="));
    }

    #[test]
    fn the_csv_crate_reads_the_same(text in "[ab,\"\r\n ]{0,30}") {
        let ours: Result<Vec<_>, _> = Reader::new(&text, ',').collect();
        let Ok(ours) = ours else { return Ok(()) };
        let mut theirs = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> = theirs.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let ours: Vec<Vec<String>> =
            ours.into_iter().filter(|record| record.cells != [""]).map(|record| record.cells.into_iter().map(Cow::into_owned).collect()).collect();
        let theirs: Vec<Vec<String>> = theirs.into_iter().filter(|record| record != &[""]).collect();
        prop_assert_eq!(ours, theirs);
    }
}
