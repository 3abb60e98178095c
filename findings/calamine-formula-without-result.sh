#!/usr/bin/env bash
# calamine (python-calamine 0.9.1) returns an empty string for a formula cell without a saved result.
# openpyxl 3.1.5 and xlwt 1.3.0 never save results. A ULN or a date of birth given by a formula is
# then lost silently, and looks like an empty cell; an error, or a value that shows that there is a
# formula, would be better. (openpyxl itself returns the formula's text, or None with data_only.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 xlwt==1.3.0 python-calamine==0.9.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import openpyxl
import python_calamine
import xlwt

book = openpyxl.Workbook()
book.active.append(["ULN", "GivenName"])
book.active.append(["=1000000000+0", "Ada"])
book.active.append([None, "Bea"])
book.save("formula.xlsx")

old = xlwt.Workbook()
sheet = old.add_sheet("learners")
for row, (uln, name) in enumerate([("ULN", "GivenName"), (xlwt.Formula("1000000000+0"), "Ada"), ("", "Bea")]):
    sheet.write(row, 0, uln)
    sheet.write(row, 1, name)
old.save("formula.xls")

same = True
for name in ("formula.xlsx", "formula.xls"):
    rows = python_calamine.CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()
    print(f"{name}: the formula reads as {rows[1][0]!r}, a cell left empty as {rows[2][0]!r}")
    same = same and rows[1][0] == "" == rows[2][0]
print("openpyxl reads the formula as", repr(openpyxl.load_workbook("formula.xlsx").active["A2"].value))
sys.exit(0 if same else "the behaviour has changed")
PYTHON
