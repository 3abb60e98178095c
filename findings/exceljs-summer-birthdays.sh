#!/usr/bin/env bash
# exceljs 4.4.0 writes a Date in UTC. In England `new Date(2006, 4, 3)`, the 3rd of May, becomes
# 2 May 23:00 in the workbook, while the 3rd of January stays the 3rd of January: a reader that keeps
# the day and drops the time gets half of a school's dates of birth wrong by a day. SheetJS (xlsx
# 0.18.5) writes the intended days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund exceljs@4.4.0 xlsx@0.18.5
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5
cat >write.js <<'NODE'
const days = [new Date(2006, 4, 3), new Date(2006, 0, 3)];

async function main() {
  const ExcelJS = require('exceljs');
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('learners');
  days.forEach((day) => sheet.addRow([day]));
  await book.xlsx.writeFile('exceljs.xlsx');

  const XLSX = require('xlsx');
  const other = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(other, XLSX.utils.aoa_to_sheet(days.map((day) => [day])), 'learners');
  XLSX.writeFile(other, 'sheetjs.xlsx');
}

main();
NODE
TZ=Europe/London node write.js
venv/bin/python - <<'PYTHON'
import sys

import openpyxl

read = {}
for writer in ("exceljs", "sheetjs"):
    read[writer] = [str(cell.value) for cell in openpyxl.load_workbook(f"{writer}.xlsx").active["A"]]
    print(f"{writer}: 3 May 2006 and 3 January 2006 are stored as {read[writer]}")
expected = {
    "exceljs": ["2006-05-02 23:00:00", "2006-01-03 00:00:00"],
    "sheetjs": ["2006-05-03 00:00:00", "2006-01-03 00:00:00"],
}
sys.exit(0 if read == expected else "the behaviour has changed")
PYTHON
