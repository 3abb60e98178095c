//! Workbooks written by ten programs (`scripts/workbooks/cases.json`): the value of each cell, and
//! findings.

use super::*;

/// The names in `fixtures/files/workbooks`, without `-good` and `-faults`.
const WRITERS: [&str; 9] = [
    "openpyxl.xlsx",
    "pandas.xlsx",
    "xlsxwriter.xlsx",
    "Excel-Writer-XLSX.xlsx",
    "exceljs.xlsx",
    "sheetjs.xlsx",
    "sheetjs-xls.xls",
    "xlwt.xls",
    "Spreadsheet-WriteExcel.xls",
];

fn workbook(writer: &str, case: &str) -> String {
    let (name, extension) = writer.split_once('.').unwrap();
    sample(&format!("workbooks/{name}-{case}.{extension}"))
}

/// Findings: row, column, weight and what was found.
fn findings(file: &str) -> Vec<String> {
    let (_, text) = lrs_check(&[file, "--type", "registration", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let told = |finding: &serde_json::Value| {
        let part = |name: &str| {
            let text = finding[name].as_str().unwrap_or_default();
            // The first two of a list of columns.
            text.splitn(3, ", ").take(2).collect::<Vec<_>>().join(", ")
        };
        format!("{} {} {}: {}", finding["row"], part("weight"), part("column"), part("found"))
    };
    report[0]["findings"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn each_cell_of_a_workbook_becomes_what_it_shows() {
    for writer in WRITERS {
        let file = workbook(writer, "good");
        let out = tempfile::tempdir().unwrap();
        let target = out.path().join("out.csv");
        lrs_check(&[&file, "--type", "registration", "--ukprn", "TEST0038", "--output", target.to_str().unwrap()])
            .0
            .unwrap();
        let text = fs::read_to_string(&target).unwrap_or_else(|_| panic!("{writer}: {:#?}", findings(&file)));
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let headings = rows.headers().unwrap().clone();
        let column = |record: &csv::StringRecord, name: &str| {
            record[headings.iter().position(|heading| heading == name).unwrap()].to_owned()
        };
        let read: Vec<String> = rows
            .records()
            .map(|record| {
                let record = record.unwrap();
                ["MISIdentifier", "GivenName", "FamilyName", "DateOfBirth", "AbilityToShare"]
                    .map(|name| column(&record, name))
                    .join(" ")
            })
            .collect();
        assert_eq!(
            read,
            [
                "000123 Zoë Example 2006-05-03 1",
                "000123 Ann Example 2006-05-04 1",
                "85% Ben Example 2006-05-05 1",
                "STU-0042 Cat Example 2006-05-06 1",
                "7 Dan TRUE 2006-05-07 1",
                "1,234,567 Eve Example 2006-05-03 1",
                "9 Fay Example 2006-05-08 1",
            ],
            "{writer}"
        );
        let expected = [
            "null remark the file: 1 more sheet",
            "1 remark : 1 row",
            "3 remark ULN, Title: 18 missing columns",
            "8 remark : empty rows 8 to 9",
            "10 remark FamilyName: a TRUE/FALSE value",
            "11 remark DateOfBirth: a date with a time of 23:00 or later",
            "12 remark : 1 hidden row, the first one here",
        ];
        // SheetJS loses hidden rows in XLS; Spreadsheet::WriteExcel cannot write booleans.
        let not_written = match writer {
            "sheetjs-xls.xls" => "hidden row",
            "Spreadsheet-WriteExcel.xls" => "a TRUE/FALSE value",
            _ => "nothing",
        };
        let expected: Vec<&str> = expected.into_iter().filter(|finding| !finding.contains(not_written)).collect();
        assert_eq!(findings(&file), expected, "{writer}");
    }
}

#[test]
fn a_cell_that_its_column_cannot_have_is_an_error_and_nothing_is_written() {
    for writer in WRITERS {
        let file = workbook(writer, "faults");
        let expected = [
            "1 remark Title, PreferredGivenName: 17 missing columns",
            "2 file ULN: a formula without a saved result",
            "3 file DateOfBirth: a time without a date",
            "4 file DateOfBirth: a date too early for a spreadsheet",
            "5 file MISIdentifier: a date or time, formatted as d-mmm",
            "6 file MISIdentifier: a number with more than 15 digits",
            "7 file DateOfBirth: a number without a date format",
            "8 file MISIdentifier: a number displayed in the format # ?/?",
            "9 record DateOfBirth: empty",
            "9 remark DateOfBirth: 0 instead of a date",
        ];
        // SheetJS does not write formulas without a result to XLS.
        let is_written = |finding: &&str| writer != "sheetjs-xls.xls" || !finding.contains("ULN: a formula");
        let expected: Vec<&str> = expected.into_iter().filter(is_written).collect();
        let mut found = findings(&file);
        found.sort();
        assert_eq!(found, expected, "{writer}");
        let out = tempfile::tempdir().unwrap();
        let (result, _) = lrs_check(&[&file, "--ukprn", "TEST0038", "--output", out.path().to_str().unwrap()]);
        assert!(matches!(result, Err(Failure::Findings)));
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "{writer}");
    }
}

/// Findings of `fixtures/files/workbooks/odd`, without those about missing columns.
fn findings_of_odd(name: &str) -> Vec<String> {
    let mut found = findings(&sample(&format!("workbooks/odd/{name}")));
    found.retain(|finding| !finding.ends_with("missing columns"));
    found
}

#[test]
fn a_cell_with_an_error_is_an_error_whatever_its_column() {
    let found = findings_of_odd("error-cells.xlsx");
    assert_eq!(
        found,
        ["MISIdentifier", "GivenName", "DateOfBirth"]
            .map(|column| format!("2 file {column}: a spreadsheet error value"))
    );
}

#[test]
fn a_whole_column_one_hour_before_midnight_is_one_loud_remark() {
    let found = findings_of_odd("eleven-at-night.xlsx");
    assert_eq!(found, ["2 remark DateOfBirth: a date with a time of 23:00 or later, in 20 rows from here on"]);
    let (_, text) = lrs_check(&[&sample("workbooks/odd/eleven-at-night.xlsx")]);
    assert_eq!(text.matches("ONE DAY EARLY").count(), 1, "{text}");
}

#[test]
fn a_chart_in_front_is_passed_over_and_a_stray_cell_is_named() {
    let (result, text) = lrs_check(&[&sample("workbooks/odd/chart-first.xlsx")]);
    assert!(result.is_ok() && text.contains("1 learner"), "{text}");
    let found = findings_of_odd("stray-cell.xlsx");
    assert_eq!(found, ["null file the file: a value in cell A25000, far outside the records"]);
}

#[test]
fn what_is_no_workbook_of_excel_is_named_with_what_to_do() {
    let archive = |parts: &[(&str, &str)]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let odd = |name: &str| fs::read(sample(&format!("workbooks/odd/{name}"))).unwrap();
    let of_2003 = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
                   <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>";
    for (bytes, expected) in [
        (odd("password.xlsx"), "a workbook with a password"),
        (odd("learners.ods"), "an OpenDocument spreadsheet (ODS)"),
        (archive(&[("xl/workbook.bin", "")]), "a binary workbook (XLSB)"),
        (archive(&[("Index/Document.iwa", "")]), "a Numbers spreadsheet"),
        (b"<html><body><table><tr><td>ULN</td></tr></table></body></html>".to_vec(), "a web page (HTML)"),
        (b"\xef\xbb\xbf\r\n<table border=1><tr><td>ULN".to_vec(), "a web page (HTML)"),
        (of_2003.as_bytes().to_vec(), "a workbook in the XML of Excel 2003"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for name in ["learners.xls", "learners.xlsx"] {
            let file = folder.path().join(name);
            fs::write(&file, &bytes).unwrap();
            let (result, text) = lrs_check(&[file.to_str().unwrap()]);
            assert!(matches!(result, Err(Failure::Findings)));
            assert!(text.contains(expected) && text.contains("save it"), "{name}, {expected}: {text}");
        }
    }
}
