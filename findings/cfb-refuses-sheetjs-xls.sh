#!/usr/bin/env bash
# The Rust crate cfb 0.16.0 cannot open an .xls written by SheetJS (xlsx 0.18.5): "Malformed FAT".
# The file ends with its last sector in use, while its allocation table has unused entries beyond
# that. xlrd 2.0.1, and calamine through python-calamine 0.9.1, read the same file. So a reader of
# old workbooks built on cfb rejects what a common JavaScript library exports.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund xlsx@0.18.5
node -e "
const XLSX = require('xlsx');
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([['GivenName'], ['Ada']]), 'learners');
XLSX.writeFile(book, 'learners.xls', { bookType: 'biff8' });
"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 xlrd==2.0.1
venv/bin/python - <<'PYTHON'
import python_calamine
import xlrd

rows = python_calamine.CalamineWorkbook.from_path("learners.xls").get_sheet_by_index(0).to_python()
sheet = xlrd.open_workbook("learners.xls").sheet_by_index(0)
print("calamine reads", rows, "and xlrd", [sheet.row_values(row) for row in range(sheet.nrows)])
assert rows == [["GivenName"], ["Ada"]] and sheet.cell_value(1, 0) == "Ada", "the behaviour has changed"
PYTHON
cargo init --quiet --vcs none --name reader reader
cd reader
cargo add --quiet cfb@=0.16.0
cat >src/main.rs <<'RUST'
fn main() {
    match cfb::open("../learners.xls") {
        Ok(_) => {
            eprintln!("cfb opens it: the behaviour has changed");
            std::process::exit(1);
        }
        Err(error) if error.to_string().contains("Malformed FAT") => println!("cfb refuses it: {error}"),
        Err(error) => {
            eprintln!("cfb refuses it for another reason: {error}");
            std::process::exit(1);
        }
    }
}
RUST
cargo run --quiet
